//! Texts with places for a secret and its names.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::shape::{self, Shape, expand};
use super::{Dice, Kind, Placed};
use crate::score::{Label, Row, Span};

/// One secret with what it is called here.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) value: String,
    prefix: usize,
    variable: String,
    host: &'static str,
}

impl Case {
    pub(crate) fn of(kind: &Kind, dice: &mut Dice) -> Self {
        let (value, prefix) = kind.shape.make(dice);
        Self { value, prefix, variable: kind.variable.to_owned(), host: kind.host }
    }

    pub(crate) fn placed(kind: &Placed, dice: &mut Dice) -> Self {
        let (value, prefix) = kind.shape.make(dice);
        Self { value, prefix, variable: "SERVICE_SECRET".to_owned(), host: "api.acme.io" }
    }

    pub(crate) fn clean(dice: &mut Dice) -> Self {
        let (value, prefix) = Shape::Bare("<W24>").make(dice);
        Self { value, prefix, variable: "SERVICE_SECRET".to_owned(), host: "api.acme.io" }
    }

    /// Its names: `STRIPE_KEY`, `stripe_key`, `stripeKey`, `StripeKey`, `stripe-key`, `stripe key`.
    fn name(&self, form: &str) -> String {
        let lower = self.variable.to_lowercase();
        let pascal = || -> String {
            lower
                .split('_')
                .filter(|word| !word.is_empty())
                .map(|word| word.split_at(1))
                .map(|(first, rest)| first.to_uppercase() + rest)
                .collect()
        };
        match form {
            "NAME" => self.variable.clone(),
            "snake" => lower,
            "kebab" => lower.replace('_', "-"),
            "words" => lower.replace('_', " "),
            "Pascal" => pascal(),
            "camel" => {
                let pascal = pascal();
                let (first, rest) = pascal.split_at(1);
                first.to_lowercase() + rest
            }
            other => panic!("no such name: {other}"),
        }
    }
}

/// A text and where its secret is, in code points.
#[derive(Debug)]
pub(crate) struct Filled {
    pub(crate) text: String,
    pub(crate) spans: Vec<Span>,
}

impl Filled {
    fn plant(&mut self, written: &str, prefix: usize) {
        let start = self.text.chars().count();
        let end = start + written.chars().count();
        self.text.push_str(written);
        self.spans.push(Span { start, end, prefix });
    }

    pub(crate) fn row(self, label: Label, group: &str, tool: &str, argument: &str) -> Row {
        Row {
            id: String::new(),
            label,
            group: group.to_owned(),
            tool: tool.to_owned(),
            arg: argument.to_owned(),
            text: self.text,
            spans: self.spans,
        }
    }
}

const SERVICES: &[&str] = &["inventory", "checkout", "mailer", "catalog", "tracker", "profile", "scheduler"];
const USERS: &[&str] = &["svc_app", "deployer", "maria", "reporting", "backup"];

/// Fills a template. Places, between `{{` and `}}`: the secret as `v` (plain), `v:json`, `v:json2`, `v:url`, `v:b64`, `v:b64url`,
/// `v:hex`, `v:html`, `v:sh` (a shell word, quoted where it must be), `v:sq` and `v:dq` (inside the shell's single and double
/// quotes), `v:lit` (inside a double-quoted literal), `v1` and `v2` (its halves), `line:b64` (`NAME=value` and a newline, encoded as a whole), `pair:b64`
/// (`user:value`), `v:indent` (its lines indented by four); the names; `host`, `svc`, `user`; and any form of `shape`, as `<W24>`.
pub(crate) fn fill(template: &str, case: &Case, dice: &mut Dice) -> Filled {
    let mut filled = Filled { text: String::new(), spans: Vec::new() };
    let (service, user) = (dice.pick(SERVICES), dice.pick(USERS));
    let value = &case.value;
    let half = value.char_indices().nth(value.chars().count() / 2).map_or(0, |(at, _)| at);
    let mut rest = template;
    while let Some((before, mut after)) = rest.split_once("{{") {
        filled.text.push_str(before);
        // Templates of the text's own begin with a space; a third brace stands before a place.
        if after.starts_with(' ') {
            filled.text.push_str("{{");
            rest = after;
            continue;
        }
        while let Some(after_brace) = after.strip_prefix('{') {
            filled.text.push('{');
            after = after_brace;
        }
        let (place, after) = after.split_once("}}").unwrap_or_else(|| panic!("a place is not closed in {template:?}"));
        match place {
            "v" => filled.plant(value, case.prefix),
            "v:json" => filled.plant(&json(value), case.prefix),
            "v:json2" => filled.plant(&json(&json(value)), case.prefix),
            "v:url" => filled.plant(&percent(value), case.prefix),
            "v:url_all" => filled.plant(&percent_all(value), 0),
            "v:b64" => filled.plant(&STANDARD.encode(value), 0),
            "v:b64url" => filled.plant(&URL_SAFE_NO_PAD.encode(value), 0),
            "v:hex" => filled.plant(&hex::encode(value), 0),
            "v:html" | "v:xml" => filled.plant(&html(value), case.prefix),
            "v:sq" => filled.plant(&value.replace('\'', "'\\''"), case.prefix),
            "v:dq" => filled.plant(&double_quoted(value), case.prefix),
            "v:lit" => filled.plant(&value.replace('\\', "\\\\").replace('"', "\\\""), case.prefix),
            "v:yaml" => filled.plant(&value.replace('\'', "''"), case.prefix),
            "v:sh" if value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.,:/+@%=~".contains(&byte)) => {
                filled.plant(value, case.prefix);
            }
            "v:sh" => {
                filled.text.push('\'');
                filled.plant(&value.replace('\'', "'\\''"), case.prefix);
                filled.text.push('\'');
            }
            "v:indent" => filled.plant(&value.replace('\n', "\n    "), case.prefix),
            "v1" => filled.plant(value.get(..half).unwrap(), case.prefix.min(half)),
            "v2" => filled.plant(value.get(half..).unwrap(), 0),
            "line:b64" => filled.plant(&STANDARD.encode(format!("{}={value}\n", case.variable)), 0),
            "pair:b64" => filled.plant(&STANDARD.encode(format!("{user}:{value}")), 0),
            "host" => filled.text.push_str(case.host),
            "svc" => filled.text.push_str(service),
            "user" => filled.text.push_str(user),
            "uuid" => filled.text.push_str(&shape::uuid(dice)),
            "bytes:b64" => filled.text.push_str(&STANDARD.encode(dice.bytes(96))),
            form if form.contains('<') => filled.text.push_str(&expand(form, dice)),
            name => filled.text.push_str(&case.name(name)),
        }
        rest = after;
    }
    filled.text.push_str(rest);
    filled
}

fn json(text: &str) -> String {
    let quoted = serde_json::to_string(text).unwrap();
    quoted.get(1..quoted.len() - 1).unwrap().to_owned()
}

fn percent(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
            _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

fn percent_all(text: &str) -> String {
    text.bytes().flat_map(|byte| ['%', hex_digit(byte >> 4), hex_digit(byte & 15)]).collect()
}

fn hex_digit(of: u8) -> char {
    char::from_digit(u32::from(of), 16).unwrap()
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

fn double_quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$").replace('`', "\\`")
}
