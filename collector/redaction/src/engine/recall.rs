//! What was searched before in the same request: an agent sends a command up to six times.

use std::rc::Rc;

use barograph_proto::keyed::Domain;
use hashbrown::HashMap;

use super::kept::Kept;
use super::{Engine, Tally};
use crate::detect::{self, Failure, Found, Kind, Personal};
use crate::policy::Caller;

/// Texts remembered for one request, bytes. What comes after is searched again.
const MOST_REMEMBERED: usize = 4 * 1024 * 1024;

/// The searches of one request.
#[derive(Default)]
pub struct Recall {
    tenant: String,
    with_personal: HashMap<Box<str>, Rc<Result<Searched, Failure>>>,
    secrets_only: HashMap<Box<str>, Rc<Result<Searched, Failure>>>,
    remembered: usize,
    pub(super) kept: Kept,
}

/// What a search found.
pub(super) struct Searched {
    /// The text with marks; none when nothing was found.
    pub(super) text: Option<Box<str>>,
    pub(super) findings: Vec<Finding>,
}

/// A find as the tally keeps it.
pub(super) struct Finding {
    kind: Kind,
    /// Whether a mark stands for it: a part of another find is not counted.
    marked: bool,
    /// The secret's keyed hash; none for personal data.
    hash: Option<String>,
}

impl Finding {
    pub(super) fn of(engine: &Engine, tenant: &str, found: &Found) -> Self {
        let hash = (!detect::is_personal(&found.kind)).then(|| engine.keys.hash(tenant, Domain::Secret, &found.secret));
        Self { kind: found.kind.clone(), marked: found.marked, hash }
    }

    pub(super) fn count(&self, tally: &mut Tally) {
        if self.marked {
            tally.found(&self.kind);
        }
        if let Some(hash) = &self.hash {
            tally.secret(hash.clone(), &self.kind);
        }
    }
}

impl Recall {
    /// Begins a row of a tenant and a caller: what was searched for another is forgotten, since it was hashed for that one.
    pub(super) fn begin(&mut self, tenant: &str, caller: Caller<'_>) {
        if self.tenant != tenant {
            *self = Self { tenant: tenant.to_owned(), ..Self::default() };
        }
        self.kept.begin(caller);
    }

    /// Searches a text, or remembers what came of it.
    pub(super) fn search(
        &mut self,
        engine: &Engine,
        tenant: &str,
        personal: Personal,
        text: &str,
    ) -> Rc<Result<Searched, Failure>> {
        let searches = match personal {
            Personal::Mask => &mut self.with_personal,
            Personal::Keep => &mut self.secrets_only,
        };
        if let Some(searched) = searches.get(text) {
            return Rc::clone(searched);
        }
        let result = Rc::new(search(engine, tenant, personal, text));
        if self.remembered + text.len() <= MOST_REMEMBERED {
            self.remembered += text.len();
            searches.insert(text.into(), Rc::clone(&result));
        }
        result
    }
}

/// What stands in place of a user's name, so that one person's paths can be told from another's.
pub(super) fn token(engine: &Engine, tenant: &str, found: &Found) -> Option<String> {
    (found.kind.as_str() == "user").then(|| engine.tokenised(tenant, "user", &found.secret))
}

fn search(engine: &Engine, tenant: &str, personal: Personal, text: &str) -> Result<Searched, Failure> {
    let masked = engine.detector.mask_with(text, personal, &|found| token(engine, tenant, found))?;
    let findings = masked.found.iter().map(|found| Finding::of(engine, tenant, found)).collect();
    let text = match masked.text {
        std::borrow::Cow::Borrowed(_) => None,
        std::borrow::Cow::Owned(text) => Some(text.into()),
    };
    Ok(Searched { text, findings })
}

impl std::fmt::Debug for Recall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recall").field("remembered", &self.remembered).finish_non_exhaustive()
    }
}
