//! Programs that speak HTTP, mail and the like.

use super::Part::{AfterColon, AfterComma, Cookies, Whole};
use super::{At, PASSWORD, TOKEN, Takes, after, flag, password};

const COOKIE: &str = "cookie";

/// How a program takes secrets.
#[rustfmt::skip] // A table.
pub(super) fn named(program: &[u8]) -> Option<&'static [Takes]> {
    Some(match program {
        b"curl" | b"curlie" => const { &[
            flag(&["-u", "--user", "-U", "--proxy-user", "-E", "--cert", "--tlsuser"], AfterColon, PASSWORD),
            flag(&["-b", "--cookie"], Cookies, COOKIE),
            flag(&["--oauth2-bearer"], Whole, TOKEN),
            password(&["--pass", "--proxy-pass", "--tlspassword", "--proxy-tlspassword", "--key-pass"]),
        ] },
        b"wget" | b"wget2" | b"aria2c" => const { &[
            password(&["--password", "--http-password", "--ftp-password", "--proxy-password", "--http-passwd", "--ftp-passwd"]),
        ] },
        b"http" | b"https" | b"xh" | b"xhs" | b"httpie" => const { &[flag(&["-a", "--auth"], AfterColon, PASSWORD)] },
        b"ab" | b"siege" | b"wrk" | b"hey" | b"vegeta" => const { &[
            flag(&["-A", "-a", "-P"], AfterColon, PASSWORD), flag(&["-C"], Cookies, COOKIE),
        ] },
        b"swaks" => const { &[password(&["-ap", "--auth-password"])] },
        b"lftp" => const { &[flag(&["-u", "--user"], AfterComma, PASSWORD), password(&["--password"])] },
        b"ncftp" | b"ncftpget" | b"ncftpput" => const { &[password(&["-p"])] },
        b"websocat" | b"wscat" => const { &[flag(&["--auth", "--basic-auth"], AfterColon, PASSWORD)] },
        b"imapsync" => const { &[password(&["--password1", "--password2"])] },
        b"mutt" | b"msmtp" | b"sendemail" | b"sendEmail" => const { &[password(&["-xp"])] },
        b"ngrok" => const { &[
            flag(&["--authtoken"], Whole, TOKEN), after(&["authtoken"], At::Operand(0), Whole, TOKEN),
            after(&["add-authtoken"], At::Operand(0), Whole, TOKEN), flag(&["--basic-auth", "--auth"], AfterColon, PASSWORD),
        ] },
        b"sqlmap" | b"nikto" | b"gobuster" | b"ffuf" | b"feroxbuster" | b"hydra" => const { &[
            flag(&["--auth-cred", "-id"], AfterColon, PASSWORD), flag(&["--cookie", "-b", "-c"], Cookies, COOKIE),
        ] },
        _ => return None,
    })
}
