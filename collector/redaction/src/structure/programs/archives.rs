//! Archives, encryption, keys and certificates.

use super::Part::{AfterPass, IfOpaque, Whole};
use super::{At, PASSWORD, SECRET, Takes, after, flag, input, joined, password};

/// Programs, and how they take secrets.
#[rustfmt::skip] // A table.
pub(super) const PROGRAMS: &[(&[&str], &[Takes])] = &[
    (&["zip", "unzip", "zipcloak", "fcrackzip"], &[password(&["-P", "--password"])]),
    (&["7z", "7za", "7zr", "7zz", "p7zip", "rar", "unrar", "arj"], &[joined(&["-p", "-hp"])]),
    (&["openssl"], &[
        flag(&["-passin", "-passout", "-pass", "-passwd"], AfterPass, PASSWORD), password(&["-k", "-K", "-password"]),
        flag(&["-macopt", "-hmac"], Whole, SECRET), after(&["passwd"], At::Operand(0), Whole, PASSWORD), flag(&["-iv"], Whole, SECRET),
    ]),
    (&["gpg", "gpg2", "gpgsm", "gpg-preset-passphrase"], &[
        after(&[], At::InputIf("--passphrase-fd"), Whole, PASSWORD), password(&["-P"]),
    ]),
    (&["ssh-keygen"], &[password(&["-N", "-P"])]),
    (&["ssh-add"], &[input(&["-"])]),
    (&["puttygen", "plink", "pscp", "psftp"], &[password(&["-pw", "--new-passphrase", "--old-passphrase"])]),
    (&["keytool", "jarsigner", "apksigner"], &[
        flag(&["-storepass", "-keypass", "-srcstorepass", "-deststorepass", "-srckeypass", "-destkeypass", "-new"], Whole, PASSWORD),
        flag(&["--ks-pass", "--key-pass"], AfterPass, PASSWORD),
    ]),
    (&["qpdf", "pdftk", "pdftotext", "mutool"], &[
        password(&["-upw", "-opw", "user_pw", "owner_pw", "input_pw"]), after(&["--encrypt"], At::Operands(0), IfOpaque, PASSWORD),
    ]),
    (&["cryptsetup", "veracrypt", "truecrypt", "ecryptfs-add-passphrase", "encfs"], &[password(&["-p", "--password"]), after(&[], At::Input, Whole, PASSWORD)]),
    (&["htpasswd"], &[
        after(&["-bn"], At::Operand(1), Whole, PASSWORD), after(&["-nb"], At::Operand(1), Whole, PASSWORD), after(&["-nbB"], At::Operand(1), Whole, PASSWORD),
        after(&["-nbBC"], At::Operand(2), Whole, PASSWORD), after(&[], At::Operand(2), Whole, PASSWORD), input(&["-i"]),
    ]),
    (&["caddy"], &[flag(&["--plaintext"], Whole, PASSWORD)]),
    (&["mkpasswd", "argon2"], &[after(&["-m"], At::Operand(1), Whole, PASSWORD), after(&[], At::Input, Whole, PASSWORD)]),
    (&["oathtool", "totp", "otp", "pyotp"], &[
        after(&[], At::Operand(0), Whole, SECRET), after(&[], At::Input, Whole, SECRET),
    ]),
    (&["steghide"], &[password(&["-p"])]),
    (&["wg", "wireguard"], &[
        input(&["pubkey"]), after(&["preshared-key"], At::Input, Whole, SECRET), after(&["private-key"], At::Input, Whole, SECRET),
    ]),
    (&["signtool", "codesign", "osslsigncode"], &[password(&["/p", "-pass"])]),
    (&["xcrun", "altool", "notarytool", "productsign"], &[password(&["-p", "--password"])]),
    (&["security"], &[
        after(&["add-generic-password"], At::Flag(&["-w"]), Whole, PASSWORD), after(&["add-internet-password"], At::Flag(&["-w"]), Whole, PASSWORD),
        password(&["-p", "-P", "-k"]),
    ]),
    (&["bitcoin-cli", "geth", "cast", "forge", "hardhat", "anvil", "solana", "near"], &[
        flag(&["--private-key", "--mnemonic", "--mnemonic-passphrase"], Whole, SECRET), after(&["importprivkey"], At::Operand(0), Whole, SECRET),
        after(&["walletpassphrase"], At::Operand(0), Whole, PASSWORD), after(&["encryptwallet"], At::Operand(0), Whole, PASSWORD),
        after(&["new-mnemonic"], At::Named, Whole, SECRET),
    ]),
];
