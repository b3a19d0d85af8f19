//! Checksums inside tokens. A right one makes a find certain, wherever it stands; a wrong one hides nothing less: a
//! mistyped key is nearly a key.

use crate::detect::Kind;

/// What the checksum inside a token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checksum {
    /// It is right: such a token was issued, or made to look so.
    Right,
    /// It is wrong: mistyped, cut short, or invented.
    Wrong,
    /// Tokens of this kind or this form have none that we know.
    None,
}

/// Whether tokens of a kind have checksums.
pub(super) fn is_known(kind: &str) -> bool {
    matches!(kind, "github-pat" | "npm-token" | "grafana-token" | "gitlab-token" | "age-key")
}

/// What the checksum of a secret of some kind says.
pub fn certainty(kind: &Kind, secret: &str) -> Checksum {
    let right = match kind.as_str() {
        "github-pat" | "npm-token" => base62_crc(secret),
        "grafana-token" => grafana(secret),
        "gitlab-token" => gitlab(secret),
        "age-key" => Some(bech32(secret)),
        _ => None,
    };
    right.map_or(Checksum::None, |right| if right { Checksum::Right } else { Checksum::Wrong })
}

/// Thirty random letters, then their CRC-32 in six letters of base 62: `ghp_`, `gho_`, `ghu_`, `ghs_`, `ghr_`, `npm_`.
/// <https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/>
fn base62_crc(token: &str) -> Option<bool> {
    let (prefix, rest) = token.split_once('_')?;
    if !matches!(prefix, "ghp" | "gho" | "ghu" | "ghs" | "ghr" | "npm") {
        return None;
    }
    let (Some(random), Some(sum)) = (rest.get(..30), rest.get(30..36)) else { return Some(false) };
    let said = number(sum, b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    Some(said == Some(u64::from(crc32fast::hash(random.as_bytes()))))
}

/// `glsa_`, 32 letters, `_`, then the CRC-32 of all before that `_`, least byte first, in hex.
/// <https://github.com/grafana/grafana/blob/main/pkg/components/satokengen/tokengen.go>
fn grafana(token: &str) -> Option<bool> {
    if !token.starts_with("glsa_") {
        return None;
    }
    let Some((summed, sum)) = token.rsplit_once('_').filter(|(summed, _)| summed.len() > "glsa_".len()) else {
        return Some(false);
    };
    let right = hex::encode(crc32fast::hash(summed.as_bytes()).to_le_bytes());
    Some(sum.get(..8).is_some_and(|sum| sum.eq_ignore_ascii_case(&right)))
}

/// Routable tokens end with the CRC-32 of all before it, in seven letters of base 36; the older, without dots, have none.
/// <https://handbook.gitlab.com/handbook/engineering/architecture/design-documents/cells/routable_tokens/>
fn gitlab(token: &str) -> Option<bool> {
    token.contains('.').then(|| {
        let Some((summed, sum)) = token.len().checked_sub(7).and_then(|at| token.split_at_checked(at)) else {
            return false;
        };
        number(sum, b"0123456789abcdefghijklmnopqrstuvwxyz") == Some(u64::from(crc32fast::hash(summed.as_bytes())))
    })
}

/// Reads digits of a base, the most significant first.
fn number(text: &str, digits: &[u8]) -> Option<u64> {
    let base = u64::try_from(digits.len()).ok()?;
    text.bytes().try_fold(0_u64, |number, byte| {
        let digit = digits.iter().position(|digit| *digit == byte)?;
        number.checked_mul(base)?.checked_add(u64::try_from(digit).ok()?)
    })
}

/// `AGE-SECRET-KEY-1…`: Bech32 (BIP 173) in capitals. <https://age-encryption.org/v1>
fn bech32(key: &str) -> bool {
    const LETTERS: &[u8] = b"QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L";
    let Some((name, data)) = key.rsplit_once('1') else { return false };
    let Some(values) =
        data.bytes().map(|byte| LETTERS.iter().position(|letter| *letter == byte)).collect::<Option<Vec<_>>>()
    else {
        return false;
    };
    let name: Vec<u8> = name.bytes().map(|byte| byte.to_ascii_lowercase()).collect();
    let high = name.iter().map(|byte| u32::from(byte >> 5));
    let low = name.iter().map(|byte| u32::from(byte & 31));
    let values = values.into_iter().map(|value| u32::try_from(value).unwrap_or(u32::MAX));
    let sum = high.chain([0]).chain(low).chain(values).fold(1_u32, |sum, value| {
        const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
        let top = sum >> 25;
        let next = ((sum & 0x01ff_ffff) << 5) ^ value;
        GENERATOR
            .iter()
            .enumerate()
            .fold(next, |next, (bit, term)| if top >> bit & 1 == 1 { next ^ term } else { next })
    });
    sum == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_sums(kind: &'static str, right: &str) {
        let kind = Kind::own(kind);
        assert_eq!(certainty(&kind, right), Checksum::Right, "{right}");
        let last = if right.ends_with('x') { "y" } else { "x" };
        let wrong = format!("{}{last}", right.get(..right.len() - 1).unwrap());
        assert_eq!(certainty(&kind, &wrong), Checksum::Wrong, "{wrong}");
        assert_eq!(certainty(&kind, right.get(..right.len() - 9).unwrap()), Checksum::Wrong);
    }

    #[test]
    fn sums_are_checked() {
        // The sums were computed apart from this code, with Python's zlib.
        let random = "zzzzzyyyyyxxxxxwwwwwvvvvv01234";
        assert_sums("github-pat", &format!("{}_{random}{}", "ghp", "2WDU3z"));
        assert_sums("npm-token", &format!("{}_{random}{}", "npm", "2WDU3z"));
        assert_sums("grafana-token", &format!("{}_{random}AB_{}", "glsa", "c856b955"));
        assert_sums("gitlab-token", &format!("{}-{random}.01.0u{}", "glpat", "0svix9v"));
    }

    #[test]
    fn bech32_is_checked() {
        // The empty payload of BIP 173's own valid vector, and one letter off.
        assert!(bech32("A12UEL5L"));
        assert!(!bech32("A12UEL5X"));
        assert!(!bech32("AGE-SECRET-KEY-1QQ"));
        assert!(!bech32("no-separator"));
    }

    #[test]
    fn other_tokens_have_none() {
        assert_eq!(certainty(&Kind::own("github-pat"), "github_pat_11ABC"), Checksum::None);
        assert_eq!(certainty(&Kind::own("gitlab-token"), "glpat-abcdefghij0123456789"), Checksum::None);
        assert_eq!(certainty(&Kind::own("password"), "hunter2"), Checksum::None);
    }
}
