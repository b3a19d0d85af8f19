//! Calls that touch a path below a folder, however redaction wrote the path: as it was, with its user as a token, or as
//! the hashes of its folders.

use barograph_proto::keyed::{Domain, RedactionKeys};
use barograph_proto::paths;
use barograph_proto::row::DEFAULT_TENANT;
use regex::escape;

use crate::matching::Matching;

/// What may stand before a path in a text, and after it.
const BEFORE: &str = r"(?:^|[^\w./\\~$-])";
const AFTER: &str = r#"(?:[/\\]|$|[\s"'`:;,|&<>()\]{}])"#;

/// Home folders, to the user's name.
const HOMES: &str = r"(?:(?:/var|/usr|/export|/System/Volumes/Data)?/(?:home|Users)/|[a-z]:[/\\]+Users[/\\]+|(?:/mnt|/cygdrive)?/[a-z]/Users/|~)";

/// Texts that name a path under this folder, or the folder itself. None for no path.
pub(super) fn under(name: &'static str, keys: Option<&RedactionKeys>, folder: &str) -> Option<Matching> {
    let folder = folder.trim();
    if folder.is_empty() {
        return None;
    }
    let normalised = paths::normalised(folder);
    let mut spellings = vec![plain(folder), plain(&normalised)];
    if let Some((user, rest)) = in_home(&normalised) {
        let rest = rest.map(|rest| format!(r"[/\\]+{}", plain(rest))).unwrap_or_default();
        spellings.push(format!("{HOMES}{}{rest}", escape(user)));
        if let Some(keys) = keys {
            let token = keys.token(DEFAULT_TENANT, Domain::User, user);
            spellings.push(format!(r"{HOMES}\[user#{token}\]{rest}"));
        }
    } else if let Some(rest) = normalised.strip_prefix("~/") {
        // In anybody's home.
        spellings.push(format!(r"{HOMES}[^/\\]+[/\\]+{}", plain(rest)));
    }
    let mut pattern = format!("{BEFORE}(?:{}){AFTER}", spellings.join("|"));
    let hashes = keys.map(|keys| keys.hashes(DEFAULT_TENANT, Domain::Path, &normalised)).unwrap_or_default();
    for (_, hash) in hashes {
        pattern.push_str(r"|\[path:[0-9a-f:/]*");
        pattern.push_str(&hash);
    }
    Matching::pattern(name, &pattern)
}

/// The user and what follows, of a path in a home.
fn in_home(normalised: &str) -> Option<(&str, Option<&str>)> {
    let below = normalised.strip_prefix("/home/")?;
    let (user, rest) = below.split_once('/').map_or((below, None), |(user, rest)| (user, Some(rest)));
    Some((user, rest))
}

/// A path as a pattern, with either separator.
fn plain(path: &str) -> String {
    let trimmed = path.trim_end_matches(['/', '\\']);
    let names: Vec<String> = trimmed.split(['/', '\\']).map(escape).collect();
    names.join(r"[/\\]+")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(epochs: &[u8]) -> RedactionKeys {
        RedactionKeys::new(epochs.iter().map(|epoch| (u32::from(*epoch), [*epoch; 32])).collect(), [9; 32]).unwrap()
    }

    fn holds(folder: &str, text: &str) -> bool {
        under("f", Some(&keys(&[1, 2])), folder).unwrap().holds(text)
    }

    #[test]
    fn plain_paths_below_the_folder_are_found() {
        for (folder, text) in [
            ("/home/ada/src", "/home/ada/src"),
            ("/home/ada/src/", "/home/ada/src/x/y"),
            ("/home/ada/src", "/Users/ada/src/x"),
            ("/home/ada/src", r"C:\Users\ada\src\x"),
            (r"C:\Users\ada\src", "/home/ada/src/x"),
            ("/home/ada/src", "cat /home/ada/src/x | wc"),
            ("/home/ada/src", "ls \"/home/ada/src\""),
            ("~ada/src", "/home/ada/src/x"),
            ("~/.ssh", "/home/ada/.ssh/id"),
            ("~/.ssh", "/home/[user#0123456789]/.ssh/id"),
            ("~/.ssh", "cat ~/.ssh/id"),
            ("/etc", "/etc/passwd"),
            (r"D:\work", "D:/work/x"),
            ("src", "src/x"),
        ] {
            assert!(holds(folder, text), "{folder}: {text}");
        }
    }

    #[test]
    fn other_paths_are_not() {
        for (folder, text) in [
            ("/home/ada/src", "/home/ada/srcs/x"),
            ("/home/ada/src", "/home/bob/src/x"),
            ("/home/ada/src", "/backup/home/ada/src/x"),
            ("/etc", "/usr/etc/passwd"),
            ("/etc", "/etcetera"),
            ("src", "lib/src/x"),
            ("/a.b", "/aXb/c"),
        ] {
            assert!(!holds(folder, text), "{folder}: {text}");
        }
    }

    #[test]
    fn redacted_paths_are_found_by_token_and_by_hash_of_every_epoch() {
        let (folder, file) = ("/home/ada/src", r"C:\Users\ada\src\x.rs");
        let token = keys(&[1]).token(DEFAULT_TENANT, Domain::User, "ada");
        assert!(holds(folder, &format!("/Users/[user#{token}]/src/x")));
        assert!(holds(folder, &format!(r"C:\Users\[user#{token}]\src\x")));
        assert!(!holds(folder, &format!("/Users/[user#{token}]/other")));
        for epoch in [1, 2] {
            let keys = keys(&[epoch]);
            let hashes: Vec<String> =
                paths::ancestors(file).iter().map(|path| keys.hash(DEFAULT_TENANT, Domain::Path, path)).collect();
            let hidden = format!("[path:{}:{}]", hashes.len(), hashes.join("/"));
            assert!(holds(folder, &hidden), "{epoch}");
            assert!(holds("/home", &hidden));
            assert!(holds(file, &hidden));
            assert!(!holds("/home/bob", &hidden));
            assert!(!holds("/home/ada/src/x.rs/y", &hidden));
        }
    }
}
