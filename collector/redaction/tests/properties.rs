//! What holds for every text: nothing planted survives whatever it is wrapped in, masking twice is masking once, and
//! what is not found stays as it was.

use std::sync::LazyLock;

use barograph_redaction::detect::{Detector, Personal};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use proptest::prelude::*;

static DETECTOR: LazyLock<Detector> = LazyLock::new(Detector::default);

fn masked(text: &str) -> String {
    DETECTOR.mask(text, Personal::Mask).unwrap_or_else(|error| panic!("{text:?}: {error}")).text.into_owned()
}

fn secret() -> impl Strategy<Value = String> {
    prop_oneof![
        concat!("gh", "p_[A-Za-z0-9]{36}"),
        concat!("glp", "at-[A-Za-z0-9]{20}"),
        concat!("AK", "IA[A-Z2-7]{16}"),
        concat!("npm", "_[A-Za-z0-9]{36}"),
        concat!("xo", "xb-[0-9]{12}-[0-9]{12}-[A-Za-z0-9]{24}"),
    ]
}

/// What is left at the ends of an encoded secret may be half a step of the outermost encoding: shorter than this.
const RUN: usize = 12;

/// A way to write a text so that it does not show.
#[derive(Clone, Copy, Debug)]
enum Encoding {
    Json,
    Unicode,
    Hexadecimal,
    HexadecimalEscapes,
    Octal,
    HexadecimalList,
    Base64,
    Base64Bare,
    Base64Url,
    Base64UrlBare,
    Base64Lines,
    Percent,
    PercentSome,
    Entities,
    Concatenated,
    Adjacent,
    ShellQuotes,
    ShellWord,
    Continued,
    Template,
    JoinedList,
}

use Encoding::*;

const ENCODINGS: &[Encoding] = &[
    Json,
    Unicode,
    Hexadecimal,
    HexadecimalEscapes,
    Octal,
    HexadecimalList,
    Base64,
    Base64Bare,
    Base64Url,
    Base64UrlBare,
    Base64Lines,
    Percent,
    PercentSome,
    Entities,
    Concatenated,
    Adjacent,
    ShellQuotes,
    ShellWord,
    Continued,
    Template,
    JoinedList,
];

fn each(text: &str, write: impl Fn(u8) -> String) -> String {
    text.bytes().map(write).collect()
}

impl Encoding {
    /// Whether the text must have no quotes or line ends within.
    fn is_split(self) -> bool {
        matches!(self, Concatenated | Adjacent | ShellQuotes | Continued | Template | JoinedList)
    }

    fn write(self, text: &str) -> String {
        let (first, second) = text.split_at(text.floor_char_boundary(text.len() / 2));
        match self {
            Json => serde_json::to_string(text).unwrap(),
            Unicode => each(text, |byte| format!("\\u{byte:04x}")),
            Hexadecimal => hex::encode(text),
            HexadecimalEscapes => each(text, |byte| format!("\\x{byte:02x}")),
            Octal => each(text, |byte| format!("\\{byte:03o}")),
            HexadecimalList => each(text, |byte| format!("0x{byte:02X}, ")),
            Base64 => STANDARD.encode(text),
            Base64Bare => STANDARD_NO_PAD.encode(text),
            Base64Url => URL_SAFE.encode(text),
            Base64UrlBare => URL_SAFE_NO_PAD.encode(text),
            Base64Lines => {
                let written = STANDARD.encode(text);
                written.as_bytes().chunks(76).map(|line| String::from_utf8_lossy(line) + "\n").collect()
            }
            Percent => each(text, |byte| format!("%{byte:02X}")),
            PercentSome => each(text, |byte| match byte {
                b'a'..=b'z' | b'0'..=b'9' => char::from(byte).to_string(),
                _ => format!("%{byte:02x}"),
            }),
            Entities => each(text, |byte| format!("&#{byte};")),
            Concatenated => format!("'{first}' +\n    \"{second}\""),
            Adjacent => format!("(\"{first}\"\n \"{second}\")"),
            ShellQuotes => format!("x={first}'{second}'"),
            ShellWord => format!("'x {}'", text.replace('\'', "'\\''")),
            Continued => format!("{first}\\\n{second}"),
            Template => format!("`${{\"{first}\"}}${{\"{second}\"}}`"),
            JoinedList => format!("['{first}', '{second}'].join('')"),
        }
    }
}

/// Encodings one in the other, the innermost first. What splits a literal in two comes first: a split of an encoded
/// text splits its letters, and that only base64 and hexadecimal text bear.
fn stack() -> impl Strategy<Value = Vec<Encoding>> {
    prop::collection::vec(prop::sample::select(ENCODINGS), 1..=3).prop_map(|mut stack| {
        let mut plain = true;
        stack.retain(|encoding| {
            let kept = plain || !encoding.is_split();
            plain &= matches!(encoding, Hexadecimal | Base64 | Base64Bare | Base64Url | Base64UrlBare | Percent);
            kept
        });
        stack
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_encoding_hides_a_secret(secret in secret(), stack in stack(), place in 0_usize..5) {
        let written = stack.iter().fold(secret.clone(), |text, encoding| encoding.write(&text));
        let text = match place {
            0 => format!("echo {written} | tee /tmp/out"),
            1 => format!("const KEY = {written};\nmodule.exports = {{ KEY }};\n"),
            2 => format!("data:\n  value: {written}\n"),
            3 => format!("see <{written}> and more"),
            _ => written.clone(),
        };
        let stored = masked(&text);
        for run in written.as_bytes().windows(RUN) {
            let run = String::from_utf8_lossy(run);
            prop_assert!(!run.bytes().all(|byte| byte.is_ascii_alphanumeric()) || !stored.contains(&*run), "{text:?} became {stored:?}");
        }
        prop_assert!(stored != text, "{text:?} stayed");
        prop_assert!(!stored.contains(&secret), "{text:?} became {stored:?}");
    }

    #[test]
    fn finds_are_in_the_text_and_the_rest_stays(text in prop_oneof![any::<String>(), hostile()]) {
        let Ok(traces) = DETECTOR.explain(&text, Personal::Mask) else { return Ok(()) };
        let (mut at, mut written) = (0, String::new());
        for trace in traces {
            prop_assert!(at <= trace.span.start && trace.span.start < trace.span.end && trace.span.end <= text.len());
            written += text.get(at..trace.span.start).unwrap();
            written.push('[');
            written.push_str(trace.kind.as_str());
            written.push(']');
            at = trace.span.end;
        }
        written += text.get(at..).unwrap();
        let Ok(stored) = DETECTOR.mask(&text, Personal::Mask) else { return Ok(()) };
        prop_assert_eq!(&stored.text, &masked(&written));
        prop_assert_eq!(&masked(&stored.text), &stored.text);
    }
}

/// Texts of what scans and views begin from.
fn hostile() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "password=",
        "token: ",
        "'",
        "\"",
        "\\",
        "\\\"",
        "\\u0067",
        "\\x67",
        "%67",
        "%",
        "&#103;",
        "Z2hwX2FiY2RlZmdo",
        "67686f5f61626364",
        " + ",
        "\n",
        "[password]",
        "[user#0123456789]",
        "Bearer ",
        "a@b.co",
        "/home/jane/",
        "é",
        "https://a:b@c/",
        "${",
        "}",
        "abc1",
        ".join('')",
        "[",
        "]",
        ", ",
        "=",
        "==",
        "-----BEGIN PRIVATE KEY-----",
        "curl -u ",
        " ",
    ]);
    prop::collection::vec(part, 0..16).prop_map(|parts| parts.concat())
}
