//! Whether a text can name a secret at all: the cheap test before the scans that ask about every name.

/// Whether four letters that some word of `names` has, or of the functions and statements that `pairs` and `sql` know, occur
/// in a text, in any case.
pub(super) fn names_secret(bytes: &[u8]) -> bool {
    let mut last = [0_u8; 4];
    bytes.iter().chain(b" ").any(|byte| {
        let [_, b, c, d] = last;
        last = [b, c, d, byte.to_ascii_lowercase()];
        is_hint(last)
    })
}

/// Four letters, the last read.
type Last = [u8; 4];

/// Ends of words of names.
#[rustfmt::skip] // One hint a line hides the list.
const FOUR: &[&[u8; 4]] = &[
    b"acht", b"auth", b"alas", b"arol", b"aslo", b"bear", b"bund", b"code", b"cook", b"cred", b"cryp", b"csrf", b"elsz", b"enha", b"ennw", b"eslo", b"iden", b"ifre", b"lice", b"logi", b"mnem", b"ntra", b"onne", b"osen", b"otde", b"pass", b"phra", b"priv", b"salt", b"secr", b"seed", b"sess", b"sign", b"sona", b"toke", b"ugan", b"xsrf",
];

/// The same of three letters.
#[rustfmt::skip] // One hint a line hides the list.
const THREE: &[&[u8; 3]] = &[
    b"key", b"pwd", b"pw_", b"pw=", b"pw:", b"pw\"", b"pw'", b"pw ", b"psk", b"jwt", b"otp", b"sid", b"sig", b"mdp", b"kty", b"pin",
];

/// The last two letters of the hints, as bits: of most letters the two before them tell that they are none.
static ENDS: [u64; 1024] = {
    let mut ends = [0; 1024];
    let mut at = 0;
    while at < FOUR.len() {
        let end = end(FOUR[at][2], FOUR[at][3]);
        ends[end / 64] |= 1 << (end % 64);
        at += 1;
    }
    at = 0;
    while at < THREE.len() {
        let end = end(THREE[at][1], THREE[at][2]);
        ends[end / 64] |= 1 << (end % 64);
        at += 1;
    }
    let end = end(b'a', b't');
    ends[end / 64] |= 1 << (end % 64);
    ends
};

const fn end(one: u8, two: u8) -> usize {
    (one as usize) << 8 | two as usize
}

fn is_hint(last: Last) -> bool {
    let [_, b, c, d] = last;
    let end = end(c, d);
    if ENDS.get(end / 64).is_none_or(|ends| ends >> (end % 64) & 1 == 0) {
        return false;
    }
    FOUR.contains(&&last)
        || THREE.contains(&&[b, c, d])
        // `PAT` is a word of its own.
        || matches!(last, [0 | b'_' | b'-' | b'.' | b'"' | b'\'' | b'\n', b'p', b'a', b't'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::structure::names;

    #[test]
    fn every_name_of_a_secret_gives_a_hint() {
        for name in [
            "password",
            "DB_PWD",
            "PIN",
            "x-pw",
            "pat",
            "GH_PAT",
            "mnemonic",
            "seed_phrase",
            "recovery_code",
            "apiKey",
            "JWT",
            "otp",
            "Cookie",
            "connect.sid",
            "mot_de_passe",
            "motDePasse",
            "contraseña",
            "contrasena",
            "kennwort",
            "senha",
            "haslo",
            "heslo",
            "jelszo",
            "losenord",
            "parola",
            "salasana",
            "sifre",
            "wachtwoord",
            "mdp",
            "bearer",
            "csrf",
            "xsrf",
            "salt",
            "signature",
            "private",
            "credentials",
            "auth",
            "license_key",
            "psk",
            "session",
            "passin",
            "sonar.login",
            "BUNDLE_GEMS__EXAMPLE__COM",
        ] {
            assert!(names_secret(name.as_bytes()), "{name}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_names_know_gives_a_hint(name in "[a-z_]{0,4}(pass|pw|token|key|secret|auth|pin|sid|otp)[a-z_]{0,4}") {
            if names::said(name.as_bytes()).is_some() {
                proptest::prop_assert!(names_secret(name.as_bytes()));
            }
        }
    }
}
