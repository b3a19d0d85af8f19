//! What values look like.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::Dice;

/// How a value is made.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// Literals and `<W24>`: so many characters of an alphabet. What stands before the first `<` is the vendor's public
    /// prefix. A `|` vanishes: it keeps the literal from being one.
    Form(&'static str),
    /// The same without a public prefix.
    Bare(&'static str),
    /// By hand.
    Made(fn(&mut Dice) -> String),
}

impl Shape {
    /// A value and the length of its public prefix.
    pub(crate) fn make(self, dice: &mut Dice) -> (String, usize) {
        match self {
            Self::Form(form) => {
                let prefix = form.split('<').next().unwrap_or_default().replace('|', "").chars().count();
                (expand(form, dice), prefix)
            }
            Self::Bare(form) => (expand(form, dice), 0),
            Self::Made(make) => (make(dice), 0),
        }
    }
}

const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
const DIGITS: &[u8] = b"0123456789";
const HEX: &[u8] = b"0123456789abcdef";
const HEX_UPPER: &[u8] = b"0123456789ABCDEF";
const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const LOWER_DIGITS: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
const UPPER_DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const WORD: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const SAFE: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BECH32: &[u8] = b"QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L";

/// Fills the places of a form: `<W24>` and its like. `<uuid>` is one too.
pub(crate) fn expand(form: &str, dice: &mut Dice) -> String {
    let mut out = String::new();
    let mut rest = form;
    while let Some((before, after)) = rest.split_once('<') {
        out.push_str(&before.replace('|', ""));
        let Some((place, after)) = after.split_once('>') else {
            out.push('<');
            rest = after;
            continue;
        };
        if place == "uuid" {
            out.push_str(&uuid(dice));
        } else {
            let (letter, length) = place.split_at(1);
            let alphabet = match letter {
                "L" => LOWER,
                "D" => DIGITS,
                "H" => HEX,
                "X" => HEX_UPPER,
                "Q" => BASE32,
                "w" => LOWER_DIGITS,
                "U" => UPPER_DIGITS,
                "W" => WORD,
                "S" => SAFE,
                "B" => BASE64,
                "A" => BECH32,
                other => panic!("no alphabet {other}"),
            };
            let length = length.parse().unwrap_or_else(|_| panic!("no length in <{place}>"));
            out.push_str(&dice.string(alphabet, length));
        }
        rest = after;
    }
    out.push_str(&rest.replace('|', ""));
    out
}

pub(crate) fn uuid(dice: &mut Dice) -> String {
    expand("<H8>-<H4>-4<H3>-a<H3>-<H12>", dice)
}

const WORDS: &[&str] = &[
    "summer", "winter", "dragon", "tiger", "coffee", "hunter", "sunshine", "monkey", "shadow", "welcome", "falcon",
    "orange", "purple", "rocket", "castle", "planet", "silver", "ginger", "pepper", "cookie", "Berlin", "Munich",
    "postgres", "qwerty", "letmein", "football", "princess", "guitar", "thunder", "garden",
];

/// A word with digits.
pub(crate) fn weak(dice: &mut Dice) -> String {
    let word = dice.pick(WORDS);
    let mut letters = word.chars();
    let capital: String = letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect();
    match dice.below(4) {
        0 => format!("{word}{}", 1 + dice.below(9999)),
        1 => format!("{capital}{}!", 2018 + dice.below(9)),
        2 => format!("{capital}{}", 10 + dice.below(90)),
        _ => format!("{}-{word}{}", dice.pick(WORDS), dice.below(100)),
    }
}

/// A word and nothing else.
pub(crate) fn plain_word(dice: &mut Dice) -> String {
    format!("{}{}", dice.pick(WORDS), dice.pick(WORDS))
}

/// Letters for signs.
pub(crate) fn leet(dice: &mut Dice) -> String {
    let word = dice.pick(WORDS).replace('a', "@").replace('e', "3").replace('o', "0").replace('i', "1");
    format!("{word}{}{}", dice.pick(&["!", "#", "_", "$$", "%"]), dice.below(1000))
}

/// Words with spaces between them.
pub(crate) fn passphrase(dice: &mut Dice) -> String {
    [dice.pick(WORDS), dice.pick(WORDS), dice.pick(WORDS), dice.pick(WORDS)].join(" ")
}

/// Words with dashes between them.
pub(crate) fn dashed(dice: &mut Dice) -> String {
    format!("{}-{}-{}-{}", dice.pick(WORDS), dice.pick(WORDS), dice.pick(WORDS), dice.below(100))
}

/// Signs everywhere.
pub(crate) fn symbols(dice: &mut Dice) -> String {
    let mut out = dice.string(WORD, 3);
    for _ in 0..5 {
        out.push_str(dice.pick(&["!", "@", "#", "%", "^", "&", "*", "+", "=", "?", "~", ";", ",", "."]));
        out.push_str(&dice.string(WORD, 2));
    }
    out
}

/// Quotes and brackets too.
pub(crate) fn quotes(dice: &mut Dice) -> String {
    let sign = dice.pick(&["'", "\"", "`", "\\", "}", ")", "<", ">", "|", "$"]);
    format!("{}{sign}{}{sign}{}", dice.string(WORD, 5), dice.string(WORD, 5), dice.string(WORD, 4))
}

/// Not only ASCII.
pub(crate) fn foreign(dice: &mut Dice) -> String {
    let word = dice.pick(&["Größe", "naïveté", "пароль", "秘密の鍵", "señorita", "łódźkot"]);
    format!("{word}{}{}", dice.pick(&["-", "_", "!"]), dice.below(10_000))
}

/// A generated one.
pub(crate) fn generated(dice: &mut Dice) -> String {
    let length = 12 + dice.below(13);
    dice.string(WORD, length)
}

pub(crate) fn pin(dice: &mut Dice) -> String {
    dice.string(DIGITS, 6)
}

pub(crate) fn jwt(dice: &mut Dice) -> String {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let claims = format!(r#"{{"sub":"{}","iat":17{},"role":"admin"}}"#, uuid(dice), dice.string(DIGITS, 8));
    format!("{header}.{}.{}", URL_SAFE_NO_PAD.encode(claims), dice.string(SAFE, 43))
}

/// A token of five parts.
pub(crate) fn jwe(dice: &mut Dice) -> String {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"RSA-OAEP-256","enc":"A256GCM"}"#);
    let parts = [342, 16, 80, 22].map(|length| dice.string(SAFE, length));
    format!("{header}.{}", parts.join("."))
}

pub(crate) fn basic(dice: &mut Dice) -> String {
    let user = dice.pick(&["admin", "deploy", "svc-orders", "ci"]);
    let password = if dice.below(2) == 0 { weak(dice) } else { generated(dice) };
    STANDARD.encode(format!("{user}:{password}"))
}

pub(crate) fn mnemonic(dice: &mut Dice) -> String {
    const BIP39: &[&str] = &[
        "abandon", "ability", "able", "about", "above", "absent", "absorb", "abstract", "absurd", "abuse", "access",
        "accident", "account", "accuse", "achieve", "acid", "acoustic", "acquire", "across", "act", "bamboo", "banana",
        "bargain", "canyon", "carbon", "decade", "dolphin", "elbow", "elegant", "fabric", "galaxy", "hamster",
        "indoor", "jungle", "kangaroo", "lottery", "mammal", "neutral", "orchard", "pelican", "quantum", "raccoon",
        "saddle", "tornado", "umbrella", "velvet", "wagon", "yellow", "zebra",
    ];
    let mut words: Vec<&str> = (0..12).map(|_| dice.pick(BIP39)).collect();
    words[11] = "zoo";
    words.join(" ")
}

fn pem(kind: &str, first: &str, lines: usize, dice: &mut Dice) -> String {
    let mut body = format!("{first}{}", dice.string(BASE64, 64 - first.len()));
    for _ in 1..lines {
        body.push('\n');
        body.push_str(&dice.string(BASE64, 64));
    }
    body.push('\n');
    let last = 20 + dice.below(40);
    body.push_str(&dice.string(BASE64, last));
    let kind = format!("{kind} KEY");
    format!("-----BEGIN {kind}-----\n{body}==\n-----END {kind}-----")
}

pub(crate) fn pem_pkcs8(dice: &mut Dice) -> String {
    pem("PRIVATE", "MIIEvQIBADANBgkqhkiG", 10, dice)
}

pub(crate) fn pem_encrypted(dice: &mut Dice) -> String {
    pem("ENCRYPTED PRIVATE", "MIIFHDBOBgkqhkiG", 10, dice)
}

pub(crate) fn pem_openssh(dice: &mut Dice) -> String {
    pem("OPENSSH PRIVATE", "b3BlbnNzaC1rZXktdjEA", 5, dice)
}

pub(crate) fn pem_dsa(dice: &mut Dice) -> String {
    pem("DSA PRIVATE", "MIIBuwIBAAKBgQ", 6, dice)
}

pub(crate) fn pem_ed25519(dice: &mut Dice) -> String {
    let body = format!("MC4CAQAwBQYDK2VwBCIEI{}", dice.string(BASE64, 43));
    let kind = "PRIVATE KEY";
    format!("-----BEGIN {kind}-----\n{body}\n-----END {kind}-----")
}

pub(crate) fn pem_legacy_encrypted(dice: &mut Dice) -> String {
    let body = dice.string(BASE64, 64);
    let more = dice.string(BASE64, 60);
    let (kind, iv) = ("RSA PRIVATE KEY", dice.string(HEX_UPPER, 32));
    format!(
        "-----BEGIN {kind}-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,{iv}\n\n{body}\n{more}\n-----END {kind}-----"
    )
}

pub(crate) fn putty_key(dice: &mut Dice) -> String {
    format!("{}\n{}\n{}", dice.string(BASE64, 64), dice.string(BASE64, 64), dice.string(BASE64, 36))
}
