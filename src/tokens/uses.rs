//! `tokens-used.toml`: when each token was last used, to the minute. Nothing depends on it but `barograph tokens list`.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use barograph_proto::time::{parse_rfc3339, rfc3339};

use super::{TokenError, folder};

const NAME: &str = "tokens-used.toml";

/// Id to time.
type Document = BTreeMap<String, String>;

/// Reads when each token was last used, µs since the epoch; nothing when there is no such file.
///
/// # Errors
/// When it cannot be read or is damaged.
pub(crate) fn read(data_dir: &Path) -> Result<BTreeMap<String, i64>, TokenError> {
    let path = data_dir.join(NAME);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(TokenError::io("read", &path)(error)),
    };
    let damaged = || TokenError::Damaged { path: path.clone(), fault: "it is not as we write it".to_owned() };
    let document: Document = toml::from_str(&text).map_err(|_| damaged())?;
    let uses = document.into_iter().map(|(id, at)| Some((id, parse_rfc3339(&at)?)));
    uses.collect::<Option<_>>().ok_or_else(damaged)
}

/// Writes it anew; only the server that holds the folder does.
pub(crate) fn write(data_dir: &Path, uses: &BTreeMap<String, i64>) -> Result<(), TokenError> {
    let document: Document = uses.iter().map(|(id, at)| (id.clone(), rfc3339(*at))).collect();
    let text = toml::to_string(&document);
    let text = text.map_err(|error| TokenError::io("write", &data_dir.join(NAME))(io::Error::other(error)))?;
    folder::replace(data_dir, NAME, &text)
}
