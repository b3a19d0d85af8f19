//! Keys in the formats that providers give them: a prefix, then a run of letters. One automaton finds the prefixes.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use crate::detect::{Hits, Kind, Text};

/// The letters a key is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Letters {
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
#[derive(Clone, Debug)]
pub(crate) struct Format {
    prefix: &'static str,
    mark: Kind,
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

const fn format(prefix: &'static str, mark: Kind, letters: Letters, min: usize) -> Format {
    Format { prefix, mark, letters, min, needs: None }
}

const fn with(prefix: &'static str, mark: Kind, letters: Letters, min: usize, needs: Needs) -> Format {
    Format { prefix, mark, letters, min, needs: Some(needs) }
}

const PRIVATE_KEY: &str = "-----BEGIN ";
const PUTTY_KEY: &str = "PuTTY-User-Key-File-";
const BEARER: &[&str] = &["Bearer ", "bearer ", "BEARER ", "Bearer%20", "bearer%20"];

/// The formats, from the providers' own documentation. Part of the policy's hash.
pub(crate) const FORMATS: &[Format] = {
    use Letters::{Capital, Dotted, Path, Token};
    use Needs::{Digit, Dot};
    &[
        format("sk-ant-", Kind::own("anthropic-key"), Token, 8),
        format("sk-proj-", Kind::own("openai-key"), Token, 16),
        format("sk-svcacct-", Kind::own("openai-key"), Token, 16),
        format("sk-admin-", Kind::own("openai-key"), Token, 16),
        format("sk-or-", Kind::own("api-key"), Token, 16),
        with("sk-", Kind::own("openai-key"), Token, 16, Digit),
        format("ghp_", Kind::own("github-pat"), Token, 10),
        format("gho_", Kind::own("github-pat"), Token, 10),
        format("ghu_", Kind::own("github-pat"), Token, 10),
        format("ghs_", Kind::own("github-pat"), Token, 10),
        format("ghr_", Kind::own("github-pat"), Token, 10),
        format("github_pat_", Kind::own("github-pat"), Token, 10),
        format("glpat-", Kind::own("gitlab-token"), Dotted, 10),
        format("gldt-", Kind::own("gitlab-token"), Token, 10),
        format("glrt-", Kind::own("gitlab-token"), Dotted, 10),
        format("glrtr-", Kind::own("gitlab-token"), Dotted, 10),
        format("glcbt-", Kind::own("gitlab-token"), Token, 10),
        format("glptt-", Kind::own("gitlab-token"), Token, 10),
        format("glft-", Kind::own("gitlab-token"), Token, 10),
        format("glsoat-", Kind::own("gitlab-token"), Token, 10),
        format("glimt-", Kind::own("gitlab-token"), Token, 10),
        format("glagent-", Kind::own("gitlab-token"), Token, 10),
        format("gloas-", Kind::own("gitlab-token"), Token, 10),
        format("xoxa-", Kind::own("slack-token"), Token, 10),
        format("xoxb-", Kind::own("slack-token"), Token, 10),
        format("xoxc-", Kind::own("slack-token"), Token, 10),
        format("xoxd-", Kind::own("slack-token"), Path, 10),
        format("xoxe-", Kind::own("slack-token"), Token, 10),
        format("xoxe.", Kind::own("slack-token"), Dotted, 10),
        format("xoxo-", Kind::own("slack-token"), Token, 10),
        format("xoxp-", Kind::own("slack-token"), Token, 10),
        format("xoxr-", Kind::own("slack-token"), Token, 10),
        format("xoxs-", Kind::own("slack-token"), Token, 10),
        format("xapp-", Kind::own("slack-token"), Token, 10),
        format("hooks.slack.com/services/", Kind::own("webhook"), Path, 8),
        format("hooks.slack.com/workflows/", Kind::own("webhook"), Path, 8),
        format("hooks.slack.com/triggers/", Kind::own("webhook"), Path, 8),
        format("discord.com/api/webhooks/", Kind::own("webhook"), Path, 8),
        format("discordapp.com/api/webhooks/", Kind::own("webhook"), Path, 8),
        format("webhook.office.com/webhookb2/", Kind::own("webhook"), Path, 8),
        format("api.telegram.org/bot", Kind::own("token"), Path, 20),
        format("AKIA", Kind::own("aws-access-key"), Capital, 12),
        format("ASIA", Kind::own("aws-access-key"), Capital, 12),
        format("ABIA", Kind::own("aws-access-key"), Capital, 12),
        format("ACCA", Kind::own("aws-access-key"), Capital, 12),
        format("AIza", Kind::own("google-key"), Token, 30),
        format("ya29.", Kind::own("google-key"), Dotted, 10),
        format("GOCSPX-", Kind::own("google-key"), Token, 16),
        with("eyJ", Kind::own("jwt"), Dotted, 20, Dot),
        with("npm_", Kind::own("npm-token"), Token, 20, Digit),
        format("pypi-AgE", Kind::own("pypi-token"), Token, 16),
        with("pypi-", Kind::own("pypi-token"), Token, 30, Digit),
        with("hf_", Kind::own("huggingface-token"), Token, 16, Digit),
        with("api_org_", Kind::own("huggingface-token"), Token, 16, Digit),
        with("SG.", Kind::own("sendgrid-key"), Dotted, 20, Digit),
        format("sk_live_", Kind::own("stripe-key"), Token, 8),
        format("sk_test_", Kind::own("stripe-key"), Token, 8),
        format("rk_live_", Kind::own("stripe-key"), Token, 8),
        format("rk_test_", Kind::own("stripe-key"), Token, 8),
        format("whsec_", Kind::own("stripe-key"), Path, 16),
        format("AGE-SECRET-KEY-1", Kind::own("age-key"), Capital, 16),
        format("shpat_", Kind::own("token"), Token, 16),
        format("shpca_", Kind::own("token"), Token, 16),
        format("shppa_", Kind::own("token"), Token, 16),
        format("shpss_", Kind::own("token"), Token, 16),
        format("dop_v1_", Kind::own("token"), Token, 16),
        format("doo_v1_", Kind::own("token"), Token, 16),
        format("dor_v1_", Kind::own("token"), Token, 16),
        with("hvs.", Kind::own("token"), Dotted, 16, Digit),
        with("hvb.", Kind::own("token"), Dotted, 16, Digit),
        with("hvr.", Kind::own("token"), Dotted, 16, Digit),
        with("ntn_", Kind::own("token"), Token, 20, Digit),
        with("secret_", Kind::own("token"), Token, 40, Digit),
        format("figd_", Kind::own("token"), Token, 16),
        format("PMAK-", Kind::own("api-key"), Token, 20),
        with("sl.", Kind::own("token"), Dotted, 60, Digit),
        format("lin_api_", Kind::own("api-key"), Token, 16),
        format("glsa_", Kind::own("token"), Token, 16),
        with("glc_", Kind::own("token"), Path, 24, Digit),
        with("xai-", Kind::own("api-key"), Token, 20, Digit),
        with("gsk_", Kind::own("api-key"), Token, 20, Digit),
        with("r8_", Kind::own("api-key"), Token, 20, Digit),
        with("nvapi-", Kind::own("api-key"), Token, 20, Digit),
        format("NRAK-", Kind::own("api-key"), Capital, 16),
        format("sntrys_", Kind::own("token"), Path, 16),
        format("sntryu_", Kind::own("token"), Token, 16),
        with("ATATT3", Kind::own("token"), Path, 20, Digit),
        with("ATCTT3", Kind::own("token"), Path, 20, Digit),
        with("ATBB", Kind::own("token"), Token, 20, Digit),
        with("ATTA", Kind::own("token"), Token, 32, Digit),
        format("rubygems_", Kind::own("token"), Token, 20),
        with("oy2", Kind::own("api-key"), Token, 40, Digit),
        format("sq0atp-", Kind::own("token"), Token, 16),
        format("sq0csp-", Kind::own("token"), Token, 16),
        format("dp.pt.", Kind::own("token"), Dotted, 16),
        format("dp.st.", Kind::own("token"), Dotted, 16),
        with("pul-", Kind::own("token"), Token, 32, Digit),
        format("pscale_tkn_", Kind::own("token"), Dotted, 16),
        format("pscale_pw_", Kind::own("password"), Dotted, 16),
        format("pscale_oauth_", Kind::own("token"), Dotted, 16),
        format("ops_eyJ", Kind::own("token"), Token, 16),
        with("sbp_", Kind::own("token"), Token, 20, Digit),
        format("tskey-", Kind::own("token"), Token, 12),
        with("pcsk_", Kind::own("api-key"), Token, 20, Digit),
        with("lsv2_", Kind::own("api-key"), Token, 20, Digit),
        with("apify_api_", Kind::own("api-key"), Token, 16, Digit),
        with("tvly-", Kind::own("api-key"), Token, 16, Digit),
        with("pplx-", Kind::own("api-key"), Token, 20, Digit),
        with("sgp_", Kind::own("token"), Token, 20, Digit),
        format("dckr_pat_", Kind::own("token"), Token, 16),
        with("phx_", Kind::own("api-key"), Token, 20, Digit),
        with("re_", Kind::own("api-key"), Token, 20, Digit),
        with("key-", Kind::own("api-key"), Token, 32, Digit),
        with("FlyV1 ", Kind::own("token"), Path, 20, Digit),
    ]
};

/// The kinds of all formats.
pub(crate) fn kinds() -> impl Iterator<Item = &'static str> {
    FORMATS.iter().map(|format| format.mark.as_str())
}

/// Finds the formats' prefixes in one pass.
#[derive(Clone, Debug)]
pub(crate) struct Providers(Option<AhoCorasick>);

impl Providers {
    /// Builds the automaton. It is small and made of constants, so that building it does not fail; if it ever should,
    /// every text counts as found.
    pub(crate) fn new() -> Self {
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
    pub(crate) fn scan(&self, text: Text<'_>, hits: &mut Hits) {
        let bytes = text.bytes();
        let Some(prefixes) = &self.0 else {
            hits.push(0, bytes.len(), &Kind::own("secret"));
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
                Some(format) => (found.start(), format.mark.clone(), key(bytes, found.start(), found.end(), format)),
                None if bytes.get(found.start()) == Some(&b'-') => {
                    (found.start(), Kind::own("private-key"), private_key(bytes, found.start()))
                }
                None if bytes.get(found.start()) == Some(&b'P') => {
                    (found.start(), Kind::own("private-key"), Some(bytes.len()))
                }
                None => {
                    if let Some(end) = bearer(bytes, found.end()) {
                        bearers.push(found.end(), end, &Kind::own("bearer-token"));
                    }
                    continue;
                }
            };
            if let Some(end) = end {
                hits.push(start, end, &mark);
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
