//! Whose home folder a path is in.

use barograph_proto::paths;

use crate::detect::{Hits, Kind, Text};

/// What a find is called.
pub(super) const NAME: &str = "user";
const KIND: Kind = Kind::own(NAME);

/// Marks the user's name in paths. Accounts that are nobody's stay.
pub(super) fn scan(text: Text<'_>, hits: &mut Hits) {
    for name in paths::users_in(text.text) {
        hits.push(name.start, name.end, &KIND);
    }
}
