//! Keys in the formats that providers give them: a prefix, then a run of letters. One automaton finds the prefixes.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::Hits;

/// The letters a key is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::redact) enum Letters {
    /// Letters, digits, `_` and `-`.
    Token,
    /// The same and `.`.
    Dotted,
    /// The same, `:`, `/`, `+`, `=`.
    Path,
    /// Capital letters and digits.
    Capital,
}

impl Letters {
    fn has(self, byte: u8) -> bool {
        match self {
            Self::Token => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'),
            Self::Dotted => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'),
            Self::Path => byte.is_ascii_alphanumeric() || b"_-.:/+=".contains(&byte),
            Self::Capital => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
        }
    }
}

/// How far a required digit or dot may be from a key's beginning, bytes. Bounds, so that a scan stays linear.
const DIGIT_WITHIN: usize = 128;
const DOT_WITHIN: usize = 512;

/// One format.
#[derive(Clone, Copy, Debug)]
pub(in crate::redact) struct Format {
    prefix: &'static str,
    mark: &'static str,
    letters: Letters,
    /// The fewest letters after the prefix.
    min: usize,
    /// A byte class that must occur after the prefix: prefixes that words have too need a digit, a JWT a dot.
    needs: Option<Needs>,
}

#[derive(Clone, Copy, Debug)]
enum Needs {
    Digit,
    Dot,
}

const fn format(prefix: &'static str, mark: &'static str, letters: Letters, min: usize) -> Format {
    Format { prefix, mark, letters, min, needs: None }
}

const fn with(prefix: &'static str, mark: &'static str, letters: Letters, min: usize, needs: Needs) -> Format {
    Format { prefix, mark, letters, min, needs: Some(needs) }
}

const PRIVATE_KEY: &str = "-----BEGIN ";
const PUTTY_KEY: &str = "PuTTY-User-Key-File-";
const BEARER: &[&str] = &["Bearer ", "bearer ", "BEARER ", "Bearer%20", "bearer%20"];

/// The formats, from the providers' own documentation. Part of the policy's hash.
pub(in crate::redact) const FORMATS: &[Format] = {
    use Letters::{Capital, Dotted, Path, Token};
    use Needs::{Digit, Dot};
    &[
        format("sk-ant-", "[anthropic-key]", Token, 8),
        format("sk-proj-", "[openai-key]", Token, 16),
        format("sk-svcacct-", "[openai-key]", Token, 16),
        format("sk-admin-", "[openai-key]", Token, 16),
        format("sk-or-", "[api-key]", Token, 16),
        with("sk-", "[openai-key]", Token, 16, Digit),
        format("ghp_", "[github-pat]", Token, 10),
        format("gho_", "[github-pat]", Token, 10),
        format("ghu_", "[github-pat]", Token, 10),
        format("ghs_", "[github-pat]", Token, 10),
        format("ghr_", "[github-pat]", Token, 10),
        format("github_pat_", "[github-pat]", Token, 10),
        format("glpat-", "[gitlab-token]", Dotted, 10),
        format("gldt-", "[gitlab-token]", Token, 10),
        format("glrt-", "[gitlab-token]", Dotted, 10),
        format("glrtr-", "[gitlab-token]", Dotted, 10),
        format("glcbt-", "[gitlab-token]", Token, 10),
        format("glptt-", "[gitlab-token]", Token, 10),
        format("glft-", "[gitlab-token]", Token, 10),
        format("glsoat-", "[gitlab-token]", Token, 10),
        format("glimt-", "[gitlab-token]", Token, 10),
        format("glagent-", "[gitlab-token]", Token, 10),
        format("gloas-", "[gitlab-token]", Token, 10),
        format("xoxa-", "[slack-token]", Token, 10),
        format("xoxb-", "[slack-token]", Token, 10),
        format("xoxc-", "[slack-token]", Token, 10),
        format("xoxd-", "[slack-token]", Path, 10),
        format("xoxe-", "[slack-token]", Token, 10),
        format("xoxe.", "[slack-token]", Dotted, 10),
        format("xoxo-", "[slack-token]", Token, 10),
        format("xoxp-", "[slack-token]", Token, 10),
        format("xoxr-", "[slack-token]", Token, 10),
        format("xoxs-", "[slack-token]", Token, 10),
        format("xapp-", "[slack-token]", Token, 10),
        format("hooks.slack.com/services/", "[webhook]", Path, 8),
        format("hooks.slack.com/workflows/", "[webhook]", Path, 8),
        format("hooks.slack.com/triggers/", "[webhook]", Path, 8),
        format("discord.com/api/webhooks/", "[webhook]", Path, 8),
        format("discordapp.com/api/webhooks/", "[webhook]", Path, 8),
        format("webhook.office.com/webhookb2/", "[webhook]", Path, 8),
        format("api.telegram.org/bot", "[token]", Path, 20),
        format("AKIA", "[aws-access-key]", Capital, 12),
        format("ASIA", "[aws-access-key]", Capital, 12),
        format("ABIA", "[aws-access-key]", Capital, 12),
        format("ACCA", "[aws-access-key]", Capital, 12),
        format("AIza", "[google-key]", Token, 30),
        format("ya29.", "[google-key]", Dotted, 10),
        format("GOCSPX-", "[google-key]", Token, 16),
        with("eyJ", "[jwt]", Dotted, 20, Dot),
        with("npm_", "[npm-token]", Token, 20, Digit),
        format("pypi-AgE", "[pypi-token]", Token, 16),
        with("pypi-", "[pypi-token]", Token, 30, Digit),
        with("hf_", "[huggingface-token]", Token, 16, Digit),
        with("api_org_", "[huggingface-token]", Token, 16, Digit),
        with("SG.", "[sendgrid-key]", Dotted, 20, Digit),
        format("sk_live_", "[stripe-key]", Token, 8),
        format("sk_test_", "[stripe-key]", Token, 8),
        format("rk_live_", "[stripe-key]", Token, 8),
        format("rk_test_", "[stripe-key]", Token, 8),
        format("whsec_", "[stripe-key]", Path, 16),
        format("AGE-SECRET-KEY-1", "[age-key]", Capital, 16),
        format("shpat_", "[token]", Token, 16),
        format("shpca_", "[token]", Token, 16),
        format("shppa_", "[token]", Token, 16),
        format("shpss_", "[token]", Token, 16),
        format("dop_v1_", "[token]", Token, 16),
        format("doo_v1_", "[token]", Token, 16),
        format("dor_v1_", "[token]", Token, 16),
        with("hvs.", "[token]", Dotted, 16, Digit),
        with("hvb.", "[token]", Dotted, 16, Digit),
        with("hvr.", "[token]", Dotted, 16, Digit),
        with("ntn_", "[token]", Token, 20, Digit),
        with("secret_", "[token]", Token, 40, Digit),
        format("figd_", "[token]", Token, 16),
        format("PMAK-", "[api-key]", Token, 20),
        with("sl.", "[token]", Dotted, 60, Digit),
        format("lin_api_", "[api-key]", Token, 16),
        format("glsa_", "[token]", Token, 16),
        with("glc_", "[token]", Path, 24, Digit),
        with("xai-", "[api-key]", Token, 20, Digit),
        with("gsk_", "[api-key]", Token, 20, Digit),
        with("r8_", "[api-key]", Token, 20, Digit),
        with("nvapi-", "[api-key]", Token, 20, Digit),
        format("NRAK-", "[api-key]", Capital, 16),
        format("sntrys_", "[token]", Path, 16),
        format("sntryu_", "[token]", Token, 16),
        with("ATATT3", "[token]", Path, 20, Digit),
        with("ATCTT3", "[token]", Path, 20, Digit),
        with("ATBB", "[token]", Token, 20, Digit),
        with("ATTA", "[token]", Token, 32, Digit),
        format("rubygems_", "[token]", Token, 20),
        with("oy2", "[api-key]", Token, 40, Digit),
        format("sq0atp-", "[token]", Token, 16),
        format("sq0csp-", "[token]", Token, 16),
        format("dp.pt.", "[token]", Dotted, 16),
        format("dp.st.", "[token]", Dotted, 16),
        with("pul-", "[token]", Token, 32, Digit),
        format("pscale_tkn_", "[token]", Dotted, 16),
        format("pscale_pw_", "[password]", Dotted, 16),
        format("pscale_oauth_", "[token]", Dotted, 16),
        format("ops_eyJ", "[token]", Token, 16),
        with("sbp_", "[token]", Token, 20, Digit),
        format("tskey-", "[token]", Token, 12),
        with("pcsk_", "[api-key]", Token, 20, Digit),
        with("lsv2_", "[api-key]", Token, 20, Digit),
        with("apify_api_", "[api-key]", Token, 16, Digit),
        with("tvly-", "[api-key]", Token, 16, Digit),
        with("pplx-", "[api-key]", Token, 20, Digit),
        with("sgp_", "[token]", Token, 20, Digit),
        format("dckr_pat_", "[token]", Token, 16),
        with("phx_", "[api-key]", Token, 20, Digit),
        with("re_", "[api-key]", Token, 20, Digit),
        with("key-", "[api-key]", Token, 32, Digit),
        with("FlyV1 ", "[token]", Path, 20, Digit),
    ]
};

/// Finds the formats' prefixes in one pass.
#[derive(Clone, Debug)]
pub(in crate::redact) struct Providers(Option<AhoCorasick>);

impl Providers {
    /// Builds the automaton. It is small and made of constants, so that building it does not fail; if it ever should,
    /// every text counts as found.
    pub(in crate::redact) fn new() -> Self {
        let prefixes =
            FORMATS.iter().map(|format| format.prefix).chain([PRIVATE_KEY, PUTTY_KEY]).chain(BEARER.iter().copied());
        Self(
            AhoCorasick::builder()
                .match_kind(MatchKind::LeftmostLongest)
                .kind(Some(AhoCorasickKind::DFA))
                .build(prefixes)
                .ok(),
        )
    }

    /// Finds keys.
    pub(super) fn scan(&self, bytes: &[u8], hits: &mut Hits) {
        let Some(prefixes) = &self.0 else {
            hits.push(0, bytes.len(), "[secret]");
            return;
        };
        let mut taken = 0;
        // A token's own format says more than that it bears.
        let mut bearers = Hits::default();
        for found in prefixes.find_iter(bytes) {
            if found.start() < taken {
                continue;
            }
            let (start, mark, end) = match FORMATS.get(found.pattern().as_usize()) {
                Some(format) => (found.start(), format.mark, key(bytes, found.start(), found.end(), format)),
                None if bytes.get(found.start()) == Some(&b'-') => {
                    (found.start(), "[private-key]", private_key(bytes, found.start()))
                }
                None if bytes.get(found.start()) == Some(&b'P') => (found.start(), "[private-key]", Some(bytes.len())),
                None => {
                    if let Some(end) = bearer(bytes, found.end()) {
                        bearers.push(found.end(), end, "[bearer-token]");
                    }
                    continue;
                }
            };
            if let Some(end) = end {
                hits.push(start, end, mark);
                taken = end;
            }
        }
        hits.0.append(&mut bearers.0);
    }
}

/// The end of a key whose prefix was found, if it is one.
fn key(bytes: &[u8], start: usize, after: usize, format: &Format) -> Option<usize> {
    let before = start.checked_sub(1).and_then(|at| bytes.get(at));
    if before.is_some_and(u8::is_ascii_alphanumeric) {
        return None;
    }
    let rest = bytes.get(after..).unwrap_or_default();
    let (needed, within): (fn(&u8) -> bool, usize) = match format.needs {
        None => (|_| true, format.min),
        Some(Needs::Digit) => (u8::is_ascii_digit, DIGIT_WITHIN),
        Some(Needs::Dot) => (|byte| *byte == b'.', DOT_WITHIN),
    };
    let near = rest.get(..within.min(rest.len())).unwrap_or_default();
    let length = near.iter().take_while(|byte| format.letters.has(**byte)).count();
    let is_key = length >= format.min && near.iter().take(length).any(needed);
    is_key.then(|| after + rest.iter().take_while(|byte| format.letters.has(**byte)).count())
}

/// The end of a PEM block that begins at `start`, if it is a private key: its last line, or the end of the text.
fn private_key(bytes: &[u8], start: usize) -> Option<usize> {
    const TITLE: usize = 64;
    const END: &[u8] = b"-----END ";
    let rest = bytes.get(start..).unwrap_or_default();
    let title = rest.get(..TITLE.min(rest.len())).unwrap_or_default();
    if !title.windows(11).any(|window| window == b"PRIVATE KEY") {
        return None;
    }
    let Some(end) = rest.windows(END.len()).position(|window| window == END) else { return Some(bytes.len()) };
    let last = rest.get(end + END.len()..).unwrap_or_default();
    let length = last.windows(5).take(TITLE).position(|window| window == b"-----").map_or(0, |at| at + 5);
    Some(start + end + END.len() + length)
}

/// The end of a token after `Bearer `, if it looks like one: prose speaks of bearer tokens too.
fn bearer(bytes: &[u8], start: usize) -> Option<usize> {
    let rest = bytes.get(start..).unwrap_or_default();
    let length = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"-._~+/=|:".contains(byte)).count();
    let token = rest.get(..length).unwrap_or_default();
    let is_token = length >= 8 && (length >= 24 || token.iter().any(u8::is_ascii_digit));
    is_token.then_some(start + length)
}
