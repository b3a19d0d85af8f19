//! Who holds the open store: the app until it stops, and `/readyz` by way of the app.

use std::sync::{Mutex, PoisonError};

use barograph_collector::store::Store;
use barograph_web::Readiness;

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

impl Readiness for Custody {
    fn check(&self) -> Result<(), Vec<String>> {
        match &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(store) => store.health().check().map_err(|fault| vec![fault]),
            None => Err(vec!["Barograph is stopping.".to_owned()]),
        }
    }

    fn warnings(&self) -> Vec<String> {
        let store = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        store.as_ref().map_or_else(Vec::new, |store| store.health().warnings())
    }
}
