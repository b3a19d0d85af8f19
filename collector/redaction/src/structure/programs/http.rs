//! Programs that speak HTTP, mail and the like.

use super::Part::{AfterColon, AfterComma, Cookies, Whole};
use super::{At, PASSWORD, TOKEN, Takes, after, flag, password};

const COOKIE: &str = "cookie";

/// Programs, and how they take secrets.
#[rustfmt::skip] // A table.
pub(super) const PROGRAMS: &[(&[&str], &[Takes])] = &[
    (&["curl", "curlie"], &[
        flag(&["-u", "--user", "-U", "--proxy-user", "-E", "--cert", "--tlsuser"], AfterColon, PASSWORD),
        flag(&["-b", "--cookie"], Cookies, COOKIE),
        flag(&["--oauth2-bearer"], Whole, TOKEN),
        password(&["--pass", "--proxy-pass", "--tlspassword", "--proxy-tlspassword", "--key-pass"]),
    ]),
    (&["wget", "wget2", "aria2c"], &[
        password(&["--password", "--http-password", "--ftp-password", "--proxy-password", "--http-passwd", "--ftp-passwd"]),
    ]),
    (&["http", "https", "xh", "xhs", "httpie"], &[flag(&["-a", "--auth"], AfterColon, PASSWORD)]),
    (&["ab", "siege", "wrk", "hey", "vegeta"], &[
        flag(&["-A", "-a", "-P"], AfterColon, PASSWORD), flag(&["-C"], Cookies, COOKIE),
    ]),
    (&["swaks"], &[password(&["-ap", "--auth-password"])]),
    (&["lftp"], &[flag(&["-u", "--user"], AfterComma, PASSWORD), password(&["--password"])]),
    (&["ncftp", "ncftpget", "ncftpput"], &[password(&["-p"])]),
    (&["websocat", "wscat"], &[flag(&["--auth", "--basic-auth"], AfterColon, PASSWORD)]),
    (&["imapsync"], &[password(&["--password1", "--password2"])]),
    (&["mutt", "msmtp", "sendemail", "sendEmail"], &[password(&["-xp"])]),
    (&["ngrok"], &[
        flag(&["--authtoken"], Whole, TOKEN), after(&["authtoken"], At::Operand(0), Whole, TOKEN),
        after(&["add-authtoken"], At::Operand(0), Whole, TOKEN), flag(&["--basic-auth", "--auth"], AfterColon, PASSWORD),
    ]),
    (&["sqlmap", "nikto", "gobuster", "ffuf", "feroxbuster", "hydra"], &[
        flag(&["--auth-cred", "-id"], AfterColon, PASSWORD), flag(&["--cookie", "-b", "-c"], Cookies, COOKIE),
    ]),
];
