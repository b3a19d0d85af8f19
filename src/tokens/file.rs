//! `tokens.toml`, read and written whole.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use barograph_collector::authenticate::{Tenant, TokenHash};
use barograph_proto::time::{parse_rfc3339, rfc3339};
use serde::{Deserialize, Serialize};

use super::{Entry, TokenError, folder};
use crate::config::line;

const NAME: &str = "tokens.toml";

/// The only form so far.
const VERSION: u32 = 1;

/// The longest file that is read, bytes: some tens of thousands of tokens.
const LONGEST: u64 = 8 * 1024 * 1024;

/// Any access by group or others.
const FOR_OTHERS: u32 = 0o077;

const HEAD: &str = "# Hashes of Barograph's ingest tokens. Written by `barograph tokens`; do not edit.\n";

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u32,
    /// How many tokens follow: one that is cut between two of them shows.
    count: usize,
    #[serde(default, rename = "token")]
    tokens: Vec<Line>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Line {
    id: String,
    tenant: String,
    name: String,
    sha256: String,
    created: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked: Option<String>,
}

/// Where the file of a data folder is.
pub(crate) fn path(data_dir: &Path) -> PathBuf {
    data_dir.join(NAME)
}

/// Reads the tokens; none when there is no such file.
///
/// # Errors
/// When it cannot be read, is open to other users, or is damaged.
pub(crate) fn read(data_dir: &Path) -> Result<Option<Vec<Entry>>, TokenError> {
    let path = path(data_dir);
    let mut file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(TokenError::io("read", &path)(error)),
    };
    let mut text = String::new();
    let read = file.metadata().and_then(|metadata| {
        io::Read::by_ref(&mut file).take(LONGEST).read_to_string(&mut text)?;
        Ok(metadata.permissions().mode() & 0o7777)
    });
    let damaged = |fault: String| TokenError::Damaged { path: path.clone(), fault };
    let mode = match read {
        Err(error) if error.kind() == io::ErrorKind::InvalidData => return Err(damaged("it is not UTF-8".to_owned())),
        read => read.map_err(TokenError::io("read", &path))?,
    };
    if mode & FOR_OTHERS != 0 {
        return Err(TokenError::Open { path, mode });
    }
    parse(&text).map(Some).map_err(damaged)
}

/// Replaces the file. Whoever writes holds the lock.
pub(super) fn write(data_dir: &Path, entries: &[Entry]) -> Result<(), TokenError> {
    let tokens: Vec<_> = entries.iter().map(Line::of).collect();
    let text = toml::to_string(&Document { version: VERSION, count: tokens.len(), tokens });
    let text = text.map_err(|error| TokenError::io("write", &path(data_dir))(io::Error::other(error)))?;
    folder::replace(data_dir, NAME, &format!("{HEAD}{text}"))
}

/// Reads the file's text. Faults tell places, never a hash.
fn parse(text: &str) -> Result<Vec<Entry>, String> {
    let document: Document = toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        format!("line {} is not as we write it", line(text, at))
    })?;
    if document.version != VERSION {
        return Err(format!("it has the form {}, and this program reads {VERSION}", document.version));
    }
    if document.count != document.tokens.len() {
        return Err(format!("it has {} tokens and should have {}", document.tokens.len(), document.count));
    }
    let mut ids = BTreeSet::new();
    let entries = (1..).zip(document.tokens).map(|(place, line)| {
        let entry = line.entry().ok_or_else(|| format!("its token {place} is not as we write it"))?;
        if ids.insert(entry.id.clone()) { Ok(entry) } else { Err(format!("its token {place} has another one's id")) }
    });
    entries.collect()
}

impl Line {
    fn of(entry: &Entry) -> Self {
        Self {
            id: entry.id.clone(),
            tenant: entry.tenant.to_string(),
            name: entry.name.clone(),
            sha256: entry.hash.to_hex(),
            created: rfc3339(entry.created),
            expires: entry.expires.map(rfc3339),
            revoked: entry.revoked.map(rfc3339),
        }
    }

    fn entry(self) -> Option<Entry> {
        let time = |text: Option<String>| match text {
            Some(text) => parse_rfc3339(&text).map(Some),
            None => Some(None),
        };
        Some(Entry {
            id: self.id,
            tenant: Tenant::parse(&self.tenant).ok()?,
            name: self.name,
            hash: TokenHash::from_hex(&self.sha256)?,
            created: parse_rfc3339(&self.created)?,
            expires: time(self.expires)?,
            revoked: time(self.revoked)?,
        })
    }
}
