//! The redactor in force, and the shadow policy beside it: read once per request, replaced when the policies or the keys
//! are loaded anew.

use std::sync::{Arc, PoisonError, RwLock};

use super::{Redactor, Shadow};

/// The redactor in force. Clones share it.
#[derive(Clone, Debug)]
pub struct InForce(
    // A std lock, since it is held for a look and never across an await.
    Arc<RwLock<Pair>>,
);

#[derive(Clone, Debug)]
struct Pair {
    redactor: Arc<Redactor>,
    shadow: Option<Arc<Shadow>>,
}

impl Pair {
    fn new(redactor: Redactor, shadow: Option<Shadow>) -> Self {
        Self { redactor: Arc::new(redactor), shadow: shadow.map(Arc::new) }
    }
}

impl InForce {
    /// Puts the first redactor in force, and a shadow policy beside it.
    pub fn new(redactor: Redactor, shadow: Option<Shadow>) -> Self {
        Self(Arc::new(RwLock::new(Pair::new(redactor, shadow))))
    }

    /// What is in force now. A request takes it once, so that all its rows pass the same policy.
    pub fn get(&self) -> (Arc<Redactor>, Option<Arc<Shadow>>) {
        let Pair { redactor, shadow } = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        (redactor, shadow)
    }

    /// Puts others in force.
    pub fn replace(&self, redactor: Redactor, shadow: Option<Shadow>) {
        let pair = Pair::new(redactor, shadow);
        let old = std::mem::replace(&mut *self.0.write().unwrap_or_else(PoisonError::into_inner), pair);
        // Outside the lock: the last of a policy takes a while to go.
        drop(old);
    }
}
