//! Who holds the open store: the app until it stops, and `/readyz` by way of the app.

use std::sync::{Arc, Mutex, PoisonError};

use barograph_collector::store::Store;
use barograph_web::Readiness;

use super::front::Front;

/// The open store, until it is released to be closed.
#[derive(Debug)]
pub(super) struct Custody(
    // A std mutex, since it is held for a look and never across an await.
    Mutex<Option<Store>>,
);

impl Custody {
    pub(super) fn of(store: Store) -> Self {
        Self(Mutex::new(Some(store)))
    }

    /// Gives the store away. From now on the app is not ready.
    pub(super) fn release(&self) -> Option<Store> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Where the probes and the health page ask.
#[derive(Debug)]
pub(super) struct Desk {
    pub(super) custody: Arc<Custody>,
    pub(super) front: Arc<Front>,
}

impl Readiness for Desk {
    fn check(&self) -> Result<(), Vec<String>> {
        match &*self.custody.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(store) => store.health().check().map_err(|fault| vec![fault]),
            None => Err(vec!["Barograph is stopping.".to_owned()]),
        }
    }

    fn notices(&self) -> Vec<String> {
        self.front.notices()
    }
}
