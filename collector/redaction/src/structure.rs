//! Where a secret stands says that it is one, whatever it looks like: names, headers, flags, addresses.

pub(crate) mod assignments;
pub(crate) mod flags;
pub(crate) mod names;
pub(crate) mod urls;
pub(crate) mod value;
