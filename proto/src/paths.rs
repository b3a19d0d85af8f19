//! How a path is written when it is hashed, and where a user's name stands in it. Collector and query must agree on
//! both: the one hashes and hides, the other asks.
//!
//! Everything is lexical: no file system is asked, and nothing is known of the machine that the path came from. The
//! normalised spelling is therefore one that machines share:
//!
//! | given | normalised |
//! |---|---|
//! | `/home/ada/x`, `/Users/ada/x`, `/var/home/ada/x`, `~ada/x` | `/home/ada/x` |
//! | `C:\Users\ada\x`, `/mnt/c/Users/ada/x`, `/c/Users/ada/x`, `\\wsl$\Debian\home\ada\x` | `/home/ada/x` |
//! | `/root/x`, `/var/root/x`, `~root/x` | `/root/x` |
//! | `d:\work\x`, `/mnt/d/work/x` | `D:/work/x` |
//! | `\\server\share\x` | `\\server/share/x` |
//! | `/a//b/./c/../d/`, `file:///a/b/d` | `/a/b/d` |
//! | `~/x` | `~/x`: whose home it is stands elsewhere, so it does not equal `/home/ada/x` |
//! | `src/x`, `src\x` | `src/x` |
//!
//! Case is kept, except that a drive letter is upper case. Names are kept too: that ada's folder has one spelling does
//! not make it the same as bob's.

mod homes;
mod segments;
#[cfg(test)]
mod tests;

use self::segments::{Root, Segments};

pub use self::homes::{is_nobody, users, users_in};

/// How many spellings [`ancestors`] gives at most.
const DEEPEST: usize = 64;

/// The spelling of a path that is hashed.
pub fn normalised(path: &str) -> String {
    let (root, names) = canonical(path);
    let mut text = root.clone();
    for name in names {
        push(&mut text, &root, &name);
    }
    if text.is_empty() { ".".to_owned() } else { text }
}

/// The normalised spellings of a path's folders and of the path itself, from the top; never empty, and the last is
/// [`normalised`]. The root `/` is left out, since everything is below it. Of a path deeper than 64 names the first 63
/// are given, and the path itself: no real one is, and each costs a hash.
pub fn ancestors(path: &str) -> Vec<String> {
    let (root, names) = canonical(path);
    let mut text = root.clone();
    let mut folders = Vec::with_capacity(names.len() + 1);
    if names.is_empty() || !matches!(root.as_str(), "" | "/" | r"\\") {
        folders.push(if text.is_empty() { ".".to_owned() } else { text.clone() });
    }
    let last = names.len().saturating_sub(1);
    for (at, name) in names.into_iter().enumerate() {
        push(&mut text, &root, &name);
        if folders.len() < DEEPEST - 1 || at == last {
            folders.push(text.clone());
        }
    }
    folders
}

/// Whether a text is a path that says itself where it begins: from a root, a drive, a share or a home folder.
pub fn is_absolute(text: &str) -> bool {
    !matches!(Segments::of(text).root, Root::Relative)
}

fn push(text: &mut String, root: &str, name: &str) {
    if !text.is_empty() && (text != root || !text.ends_with(['/', '\\'])) {
        text.push('/');
    }
    text.push_str(name);
}

/// The root and the names below it in the spelling that machines share.
fn canonical(path: &str) -> (String, Vec<String>) {
    let segments = Segments::of(path);
    let resolved = segments.resolved();
    let names = |from: usize| resolved.iter().skip(from).map(|segment| segment.name.to_owned());
    let below = |folder: &str, from: usize| {
        let names = std::iter::once(folder.to_owned()).chain(names(from)).collect();
        ("/".to_owned(), names)
    };
    if let Some(homes) = homes::folder_of_homes(segments.root, &resolved) {
        return below("home", homes);
    }
    if let Some(own) = homes::roots_own(segments.root, &resolved) {
        return below("root", own);
    }
    match segments.root {
        Root::Absolute => match segments::mounted_drive(&resolved) {
            Some(drive) => (format!("{drive}:/"), names(2).collect()),
            None => ("/".to_owned(), names(0).collect()),
        },
        Root::Drive(drive) => (format!("{drive}:/"), names(0).collect()),
        Root::Share if segments::is_wsl(&resolved) => ("/".to_owned(), names(2).collect()),
        Root::Share => (r"\\".to_owned(), names(0).collect()),
        Root::Home => ("~".to_owned(), names(0).collect()),
        Root::HomeOf => below("home", 0),
        Root::Relative => (String::new(), names(0).collect()),
    }
}
