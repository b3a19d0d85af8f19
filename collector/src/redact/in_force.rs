//! The redactor in force: read once per request, replaced when the policy or the keys are loaded anew.

use std::sync::{Arc, PoisonError, RwLock};

use super::Redactor;

/// The redactor in force. Clones share it.
#[derive(Clone, Debug)]
pub struct InForce(
    // A std lock, since it is held for a look and never across an await.
    Arc<RwLock<Arc<Redactor>>>,
);

impl InForce {
    /// Puts the first redactor in force.
    pub fn new(redactor: Redactor) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(redactor))))
    }

    /// The redactor in force now. A request takes it once, so that all its rows pass the same policy.
    pub fn get(&self) -> Arc<Redactor> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts another redactor in force; gives the one that was.
    pub fn replace(&self, redactor: Redactor) -> Arc<Redactor> {
        let mut current = self.0.write().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut current, Arc::new(redactor))
    }
}
