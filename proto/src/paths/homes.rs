//! Home folders: where they are on which system, and the names in them that are somebody's.

use std::ops::Range;

use super::segments::{self, Root, Segment, Segments};

/// Accounts that no person is behind: of systems, containers, build machines, services, and of examples.
#[rustfmt::skip] // One name a line hides the list.
const NOBODY: &[&str] = &[
    "admin", "administrator", "agent", "airflow", "all users", "almalinux", "app", "appuser", "azureuser", "bin",
    "bitnami", "build", "builder", "buildkite-agent", "centos", "ci", "circleci", "cloud-user", "codespace",
    "containeradministrator", "containeruser", "core", "coder", "daemon", "debian", "default", "default user",
    "defaultuser0", "deploy", "dev", "developer", "docker", "ec2-user", "elasticsearch", "example", "fedora", "git",
    "gitlab-runner", "gitpod", "guest", "hadoop", "jenkins", "jovyan", "kafka", "linuxbrew", "me", "mysql", "name",
    "nginx", "nobody", "node", "nonroot", "opc", "ossuser", "pi", "podman", "postgres", "public", "redis", "rocky",
    "root", "runner", "runneradmin", "sandbox", "service", "shared", "solr", "spark", "steam", "svc", "system", "test",
    "tester", "tomcat", "travis", "ubuntu", "user", "username", "vagrant", "vscode", "vsts", "worker", "www-data",
    "you", "your-name", "your-user", "yourname", "youruser",
];

/// Whether an account name is no person's, in any case of letters, or no name at all (`$USER`, `<user>`, `*`, a mark
/// that redaction left).
pub fn is_nobody(name: &str) -> bool {
    let is_name = name.starts_with(|letter: char| letter.is_alphanumeric() || letter == '_')
        && !name.contains(|letter: char| letter.is_control() || "$*?<>{}%[]|\"`".contains(letter));
    !is_name || NOBODY.binary_search_by(|nobody| (*nobody).cmp(name.to_lowercase().as_str())).is_ok()
}

/// Where the names of users stand in a path, byte ranges in order; role accounts are left out. Mostly one: a path may go
/// back out of a home, and the folder that Claude Code keeps for a project has the project's path in its name
/// (`.claude/projects/-home-ada-work`).
pub fn users(path: &str) -> Vec<Range<usize>> {
    let segments = Segments::of(path);
    let mut found: Vec<Segment<'_>> = Vec::new();
    let mut stack = Vec::new();
    for segment in &segments.names {
        segments.enter(&mut stack, segment);
        if is_users(segments.root, &stack, segment) {
            found.push(segment.clone());
        } else if let Some(name) = flattened(segment, &found) {
            found.push(name);
        }
    }
    found.into_iter().filter(|user| !is_nobody(user.name)).map(|user| user.span).collect()
}

/// Whether a name, just entered, is that of a home folder.
fn is_users(root: Root, stack: &[Segment<'_>], entered: &Segment<'_>) -> bool {
    let is_entered = stack.last() == Some(entered) && entered.name != "..";
    let homes = stack.len().checked_sub(1);
    is_entered
        && ((root == Root::HomeOf && homes == Some(0)) || (homes.is_some() && folder_of_homes(root, stack) == homes))
}

/// The user's name in a path that was made one name by writing `-` for each `/`. A dash in the user's name cannot be
/// told from one of those, unless the name stands before.
fn flattened<'a>(segment: &Segment<'a>, known: &[Segment<'_>]) -> Option<Segment<'a>> {
    let prefix = ["-home-", "-Users-", "-var-home-"].into_iter().find(|prefix| segment.name.starts_with(prefix))?;
    let rest = segment.name.strip_prefix(prefix)?;
    let ends = |name: &str| rest.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
    let length = known
        .iter()
        .rev()
        .take(4)
        .find(|user| ends(user.name))
        .map_or_else(|| rest.find('-').unwrap_or(rest.len()), |user| user.name.len());
    let start = segment.span.start + prefix.len();
    Some(Segment { name: rest.get(..length)?, span: start..start + length })
}

/// How many names lead to the folder that homes are in (`/home`: 1), if the path begins with one.
pub(super) fn folder_of_homes(root: Root, names: &[Segment<'_>]) -> Option<usize> {
    const UNIX: [&[&str]; 6] = [
        &["home"],
        &["Users"],
        &["var", "home"],
        &["usr", "home"],
        &["export", "home"],
        &["System", "Volumes", "Data", "Users"],
    ];
    let starts = |from: usize, folder: &[&str]| {
        let mut names = names.iter().skip(from);
        folder.iter().all(|name| names.next().is_some_and(|given| given.name == *name))
    };
    let unix = |from: usize| UNIX.iter().find(|folder| starts(from, folder)).map(|folder| from + folder.len());
    let windows = |from: usize| {
        let name = names.get(from)?.name;
        let is_homes = ["Users", "Documents and Settings"].iter().any(|folder| name.eq_ignore_ascii_case(folder));
        is_homes.then_some(from + 1)
    };
    let is_letter = |at: usize| names.get(at).is_some_and(|name| name.name.len() == 1);
    match root {
        Root::Absolute => unix(0)
            .or_else(|| segments::mounted_drive(names).and_then(|_| windows(2)))
            .or_else(|| starts(1, &["Users"]).then_some(2).filter(|_| is_letter(0))),
        Root::Drive(_) => windows(0),
        Root::Share if segments::is_wsl(names) => unix(2),
        // `\\server\Users\ada`, `\\server\C$\Users\ada`.
        Root::Share => {
            windows(1).or_else(|| windows(2).filter(|_| names.get(1).is_some_and(|it| it.name.ends_with('$'))))
        }
        Root::Home | Root::HomeOf | Root::Relative => None,
    }
}

/// How many names lead to root's own home, if the path begins with it.
pub(super) fn roots_own(root: Root, names: &[Segment<'_>]) -> Option<usize> {
    let mut given = names.iter().map(|name| name.name);
    match (root, given.next(), given.next()) {
        (Root::Absolute | Root::HomeOf, Some("root"), _) => Some(1),
        (Root::Absolute, Some("var"), Some("root")) => Some(2),
        _ => None,
    }
}

/// Where the names of users stand in the paths of a text: a command, a message, a document. Byte ranges in order. A path
/// ends at a blank or a quote, so that of a name with a blank only the first word is found, unless quotes are around it.
pub fn users_in(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut taken = 0;
    for (at, _) in text.match_indices(['/', '\\', '~']) {
        if at < taken {
            continue;
        }
        let before = text.get(..at).unwrap_or_default();
        let Some(start) = start_of_path(before, at) else { continue };
        let quote = before_last(text, start).filter(|letter| matches!(letter, '"' | '\'' | '`'));
        let rest = text.get(start..).unwrap_or_default();
        let ends = |letter: char| match quote {
            Some(quote) => letter == quote || letter.is_control(),
            None => letter.is_whitespace() || letter.is_control() || "\"'`<>|;&(){},:=!".contains(letter),
        };
        // The colon of a drive is part of the path.
        let skip = at.saturating_sub(start);
        let length = rest.get(skip..).and_then(|rest| rest.find(ends)).map_or(rest.len(), |length| skip + length);
        let path = rest.get(..length).unwrap_or_default();
        // `~x` alone may be anything.
        let is_home = !path.starts_with('~') || path.contains('/');
        // `https://home/…`: what follows is a host.
        let is_url = path.starts_with("//") && before.ends_with(':') && !before.ends_with("file:");
        if is_home && !is_url {
            found.extend(users(path).into_iter().map(|user| start + user.start..start + user.end));
        }
        taken = start + length.max(1);
    }
    found
}

/// Where the path begins whose first separator stands after `before`; none when something of the same word goes first.
fn start_of_path(before: &str, at: usize) -> Option<usize> {
    let mut letters = before.chars().rev();
    let is_part = |letter: char| letter.is_alphanumeric() || "_./\\~-+%$".contains(letter);
    match (letters.next(), letters.next(), letters.next()) {
        (None, ..) => Some(at),
        // A drive: `C:\`, and not the end of `abc:/`.
        (Some(':'), Some(letter), further) if letter.is_ascii_alphabetic() && !further.is_some_and(is_part) => {
            Some(at - 2)
        }
        // `-I/home/…`: a flag of one letter, and its value.
        (Some(letter), Some('-'), further) if letter.is_ascii_alphabetic() && !further.is_some_and(is_part) => Some(at),
        (Some(letter), ..) if !is_part(letter) => Some(at),
        _ => None,
    }
}

/// The letter before a place.
fn before_last(text: &str, at: usize) -> Option<char> {
    text.get(..at)?.chars().next_back()
}
