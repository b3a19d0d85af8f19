//! What the canary carries: a token in a provider's shape and a password, new each time and good for nothing.

use std::iter::repeat_with;

use aho_corasick::{AhoCorasick, BuildError};
use serde_json::{Value, json};

/// Random characters of a GitLab personal access token (after its prefix `glpat-`).
const TOKEN_CHARACTERS: usize = 20;

/// Characters of the password.
const PASSWORD_CHARACTERS: usize = 24;

/// A made-up token and password. `Debug` does not show them.
pub(super) struct Secret {
    token: String,
    password: String,
}

impl Secret {
    pub(super) fn random() -> Self {
        Self { token: random(TOKEN_CHARACTERS), password: random(PASSWORD_CHARACTERS) }
    }

    /// What is searched for: each half of either, so that a part that got through is found as well.
    pub(super) fn texts(&self) -> Result<AhoCorasick, BuildError> {
        AhoCorasick::new([&self.token, &self.password].into_iter().flat_map(|secret| {
            let (head, tail) = secret.split_at_checked(secret.len() / 2).unwrap_or((secret, ""));
            [head.to_owned(), tail.to_owned()]
        }))
    }

    /// The export request: one span of a tool call, from a sender that no agent is. A span, because no question counts
    /// the spans of unknown senders: what is sent daily must not show among the agents and their calls.
    ///
    /// `began` and `ended` are µs since the epoch.
    pub(super) fn request(&self, began: i64, ended: i64) -> Value {
        let Self { token, password } = self;
        let command = format!(
            "curl -H 'PRIVATE-TOKEN: glpat-{token}' https://git.canary.invalid/api/v4/user && \
             psql postgres://app:{password}@db.canary.invalid/app"
        );
        let arguments = json!({
            "command": command,
            "content": format!("GITLAB_TOKEN=glpat-{token}\nDB_PASSWORD={password}\n"),
            "url": format!("https://app:{password}@canary.invalid/?private_token=glpat-{token}"),
        });
        let told = format!("glpat-{token} was refused for password={password}");
        json!({"resourceSpans": [{
            "resource": {"attributes": [attribute("service.name", super::SERVICE)]},
            "scopeSpans": [{"scope": {"name": "barograph.canary"}, "spans": [{
                "traceId": hex(16),
                "spanId": hex(8),
                "name": "canary",
                "kind": 1,
                "startTimeUnixNano": nanos(began),
                "endTimeUnixNano": nanos(ended),
                "attributes": [
                    attribute("gen_ai.tool.name", "Bash"),
                    attribute("tool_input", &arguments.to_string()),
                    attribute("gen_ai.tool.call.arguments", &arguments.to_string()),
                    attribute("error.message", &told),
                    attribute("canary.note", &told),
                ],
                "events": [{"name": "exception", "timeUnixNano": nanos(ended), "attributes": [
                    attribute("exception.message", &told),
                ]}],
                "status": {"code": 2, "message": told},
            }]}],
        }]})
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

fn random(length: usize) -> String {
    repeat_with(fastrand::alphanumeric).take(length).collect()
}

fn hex(bytes: usize) -> String {
    repeat_with(|| format!("{:02x}", fastrand::u8(..))).take(bytes).collect()
}

fn attribute(key: &str, value: &str) -> Value {
    json!({"key": key, "value": {"stringValue": value}})
}

/// µs as OTLP/JSON's ns, a decimal text.
fn nanos(micros: i64) -> String {
    micros.saturating_mul(1_000).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_secret_is_found_and_nothing_else() {
        let secret = Secret::random();
        let texts = secret.texts().unwrap();
        assert!(texts.is_match(&secret.request(1, 2).to_string()));
        assert!(texts.is_match(secret.password.get(..12).unwrap()) && texts.is_match(secret.token.get(10..).unwrap()));
        assert!(!texts.is_match(&Secret::random().request(1, 2).to_string()));
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", Secret::random()), "Secret(..)");
    }
}
