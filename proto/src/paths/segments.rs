//! A path taken apart: where it begins, and the names on the way.

use std::ops::Range;

/// Where a path begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Root {
    /// `/`
    Absolute,
    /// `C:\`, the letter in upper case.
    Drive(char),
    /// `\\`; the first name is a server.
    Share,
    /// `~/`
    Home,
    /// `~ada/`; the first name is the user's.
    HomeOf,
    /// None of these.
    Relative,
}

/// A name in a path, and where it stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Segment<'a> {
    pub(super) name: &'a str,
    pub(super) span: Range<usize>,
}

/// A path's root and what follows it, as written: `.` and `..` too, but no empty names.
#[derive(Clone, Debug)]
pub(super) struct Segments<'a> {
    pub(super) root: Root,
    pub(super) names: Vec<Segment<'a>>,
}

impl<'a> Segments<'a> {
    pub(super) fn of(path: &'a str) -> Self {
        let mut start = skip_prefix(path);
        let mut rest = path.get(start..).unwrap_or_default();
        let root = if let Some(drive) = drive(rest) {
            start += 2;
            Root::Drive(drive)
        } else if rest.starts_with("\\\\") || is_wsl_with_slashes(rest) {
            Root::Share
        } else if rest.starts_with('/') {
            Root::Absolute
        } else if rest == "~" || rest.starts_with("~/") || rest.starts_with("~\\") {
            start += 1;
            Root::Home
        } else if rest.strip_prefix('~').is_some_and(|name| name.starts_with(begins_a_name)) {
            start += 1;
            Root::HomeOf
        } else {
            Root::Relative
        };
        rest = path.get(start..).unwrap_or_default();
        // A backslash may stand in a Unix file's name; it separates where nothing else does, or where Windows is plain.
        let backslash = match root {
            Root::Drive(_) | Root::Share => true,
            Root::Absolute => false,
            Root::Home | Root::HomeOf | Root::Relative => !rest.contains('/'),
        };
        let mut names = Vec::new();
        for name in rest.split(|letter| letter == '/' || (backslash && letter == '\\')) {
            let span = start..start + name.len();
            start = span.end + 1;
            if !name.is_empty() {
                names.push(Segment { name, span });
            }
        }
        Self { root, names }
    }

    /// The names that are left when `.` and `..` are followed. Above the root there is nothing; above a place that is
    /// not known (`~`, or where the agent works), `..` stays.
    pub(super) fn resolved(&self) -> Vec<Segment<'a>> {
        let mut stack = Vec::new();
        for segment in &self.names {
            self.enter(&mut stack, segment);
        }
        stack
    }

    /// Takes one step: into a folder, or out of it.
    pub(super) fn enter(&self, stack: &mut Vec<Segment<'a>>, segment: &Segment<'a>) {
        match segment.name {
            "." => {}
            ".." => {
                let is_open = matches!(self.root, Root::Home | Root::Relative);
                if is_open && stack.last().is_none_or(|last| last.name == "..") {
                    stack.push(segment.clone());
                } else {
                    stack.pop();
                }
            }
            _ => stack.push(segment.clone()),
        }
    }
}

/// How long a prefix is that says nothing about the place: `file://`, `\\?\`, `\\.\`.
fn skip_prefix(path: &str) -> usize {
    const PREFIXES: [&str; 4] = ["file://localhost", "file://", "\\\\?\\", "\\\\.\\"];
    let skipped = PREFIXES.iter().find(|prefix| path.starts_with(**prefix)).map_or(0, |prefix| prefix.len());
    // `file:///C:/x`: the slash is the URL's.
    let rest = path.get(skipped..).unwrap_or_default();
    if skipped > 0 && rest.strip_prefix('/').is_some_and(|rest| drive(rest).is_some()) { skipped + 1 } else { skipped }
}

/// The letter of a drive that a path begins with. `C:x`, relative to a folder that only the drive knows, is none.
fn drive(path: &str) -> Option<char> {
    let mut letters = path.chars();
    let letter = letters.next().filter(char::is_ascii_alphabetic)?;
    let is_drive = letters.next() == Some(':') && matches!(letters.next(), None | Some('/' | '\\'));
    is_drive.then(|| letter.to_ascii_uppercase())
}

/// `//wsl$/Debian/…`: two slashes elsewhere are one slash too many.
fn is_wsl_with_slashes(path: &str) -> bool {
    path.strip_prefix("//").and_then(|rest| rest.split('/').next()).is_some_and(is_wsl_server)
}

fn is_wsl_server(name: &str) -> bool {
    ["wsl$", "wsl.localhost"].iter().any(|server| name.eq_ignore_ascii_case(server))
}

/// Whether the first two names of a share are a Linux machine inside Windows.
pub(super) fn is_wsl(names: &[Segment<'_>]) -> bool {
    names.len() >= 2 && names.first().is_some_and(|server| is_wsl_server(server.name))
}

/// The Windows drive that the first two names of an absolute Unix path lead into: `/mnt/c` under WSL, `/cygdrive/c` under
/// Cygwin. The `/c` of Git's shell is not told from a folder of that name.
pub(super) fn mounted_drive(names: &[Segment<'_>]) -> Option<char> {
    let [mount, letter, ..] = names else { return None };
    let mut letters = letter.name.chars();
    match (mount.name, letters.next(), letters.next()) {
        ("mnt" | "cygdrive", Some(drive), None) if drive.is_ascii_alphabetic() => Some(drive.to_ascii_uppercase()),
        _ => None,
    }
}

/// Whether a letter can begin a user's name. Brackets cannot: `[user#…]` stands where a name was.
pub(super) fn begins_a_name(letter: char) -> bool {
    letter.is_alphabetic() || letter == '_'
}
