//! Archives, encryption, keys and certificates.

use super::Part::{AfterPass, IfOpaque, Whole};
use super::{At, PASSWORD, SECRET, Takes, after, flag, input, joined, password};

/// How a program takes secrets.
#[rustfmt::skip] // A table.
pub(super) fn named(program: &[u8]) -> Option<&'static [Takes]> {
    Some(match program {
        b"zip" | b"unzip" | b"zipcloak" | b"fcrackzip" => const { &[password(&["-P", "--password"])] },
        b"7z" | b"7za" | b"7zr" | b"7zz" | b"p7zip" | b"rar" | b"unrar" | b"arj" => const { &[joined(&["-p", "-hp"])] },
        b"openssl" => const { &[
            flag(&["-passin", "-passout", "-pass", "-passwd"], AfterPass, PASSWORD), password(&["-k", "-K", "-password"]),
            flag(&["-macopt", "-hmac"], Whole, SECRET), after(&["passwd"], At::Operand(0), Whole, PASSWORD), flag(&["-iv"], Whole, SECRET),
        ] },
        b"gpg" | b"gpg2" | b"gpgsm" | b"gpg-preset-passphrase" => const { &[
            after(&[], At::InputIf("--passphrase-fd"), Whole, PASSWORD), password(&["-P"]),
        ] },
        b"ssh-keygen" => const { &[password(&["-N", "-P"])] },
        b"ssh-add" => const { &[input(&["-"])] },
        b"puttygen" | b"plink" | b"pscp" | b"psftp" => const { &[password(&["-pw", "--new-passphrase", "--old-passphrase"])] },
        b"keytool" | b"jarsigner" | b"apksigner" => const { &[
            flag(&["-storepass", "-keypass", "-srcstorepass", "-deststorepass", "-srckeypass", "-destkeypass", "-new"], Whole, PASSWORD),
            flag(&["--ks-pass", "--key-pass"], AfterPass, PASSWORD),
        ] },
        b"qpdf" | b"pdftk" | b"pdftotext" | b"mutool" => const { &[
            password(&["-upw", "-opw", "user_pw", "owner_pw", "input_pw"]), after(&["--encrypt"], At::Operands(0), IfOpaque, PASSWORD),
        ] },
        b"cryptsetup" | b"veracrypt" | b"truecrypt" | b"ecryptfs-add-passphrase" | b"encfs" => const { &[password(&["-p", "--password"]), after(&[], At::Input, Whole, PASSWORD)] },
        b"htpasswd" => const { &[
            after(&["-bn"], At::Operand(1), Whole, PASSWORD), after(&["-nb"], At::Operand(1), Whole, PASSWORD), after(&["-nbB"], At::Operand(1), Whole, PASSWORD),
            after(&["-nbBC"], At::Operand(2), Whole, PASSWORD), after(&[], At::Operand(2), Whole, PASSWORD), input(&["-i"]),
        ] },
        b"caddy" => const { &[flag(&["--plaintext"], Whole, PASSWORD)] },
        b"mkpasswd" | b"argon2" => const { &[after(&["-m"], At::Operand(1), Whole, PASSWORD), after(&[], At::Input, Whole, PASSWORD)] },
        b"oathtool" | b"totp" | b"otp" | b"pyotp" => const { &[
            after(&[], At::Operand(0), Whole, SECRET), after(&[], At::Input, Whole, SECRET),
        ] },
        b"steghide" => const { &[password(&["-p"])] },
        b"wg" | b"wireguard" => const { &[
            input(&["pubkey"]), after(&["preshared-key"], At::Input, Whole, SECRET), after(&["private-key"], At::Input, Whole, SECRET),
        ] },
        b"signtool" | b"codesign" | b"osslsigncode" => const { &[password(&["/p", "-pass"])] },
        b"xcrun" | b"altool" | b"notarytool" | b"productsign" => const { &[password(&["-p", "--password"])] },
        b"security" => const { &[
            after(&["add-generic-password"], At::Flag(&["-w"]), Whole, PASSWORD), after(&["add-internet-password"], At::Flag(&["-w"]), Whole, PASSWORD),
            password(&["-p", "-P", "-k"]),
        ] },
        b"bitcoin-cli" | b"geth" | b"cast" | b"forge" | b"hardhat" | b"anvil" | b"solana" | b"near" => const { &[
            flag(&["--private-key", "--mnemonic", "--mnemonic-passphrase"], Whole, SECRET), after(&["importprivkey"], At::Operand(0), Whole, SECRET),
            after(&["walletpassphrase"], At::Operand(0), Whole, PASSWORD), after(&["encryptwallet"], At::Operand(0), Whole, PASSWORD),
            after(&["new-mnemonic"], At::Named, Whole, SECRET),
        ] },
        _ => return None,
    })
}
