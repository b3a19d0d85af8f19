//! Who holds the open store: the app until it stops, and `/readyz` by way of the app.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use barograph_collector::store::Store;
use barograph_web::Readiness;
use tokio::signal::unix::Signal;
use tokio_util::sync::CancellationToken;

use crate::retention;

use super::front::Front;

/// The open store, until it is released to be closed.
#[derive(Debug)]
pub(super) struct Custody {
    // Std mutexes, since they are held for a look and never across an await.
    store: Mutex<Option<Store>>,
    /// What is wrong with the retention file as it is now.
    retention_fault: Mutex<Option<String>>,
}

impl Custody {
    pub(super) fn of(store: Store) -> Self {
        Self { store: Mutex::new(Some(store)), retention_fault: Mutex::default() }
    }

    /// Gives the store away. From now on the app is not ready.
    pub(super) fn release(&self) -> Option<Store> {
        self.store().take()
    }

    /// Reads the retention file again at each SIGHUP. One that has faults is told and not taken.
    pub(super) async fn reload_on(self: Arc<Self>, mut hangup: Signal, file: PathBuf, stop: CancellationToken) {
        while stop.run_until_cancelled(hangup.recv()).await.flatten().is_some() {
            let read =
                retention::read(Some(&file)).map_err(|error| format!("{error:#}; what was read before stays in force"));
            *self.retention_fault.lock().unwrap_or_else(PoisonError::into_inner) = read.as_ref().err().cloned();
            match read {
                Ok(policy) => {
                    if let Some(store) = &*self.store() {
                        store.set_retention(policy);
                    }
                    tracing::info!(file = %file.display(), "retention file read again and in force");
                }
                Err(fault) => tracing::error!(fault, "the retention file was not taken"),
            }
        }
    }

    /// What needs somebody's care although the store works.
    fn warnings(&self) -> Vec<String> {
        let mut warnings = self.store().as_ref().map_or_else(Vec::new, |store| store.health().warnings());
        warnings.extend(self.retention_fault.lock().unwrap_or_else(PoisonError::into_inner).clone());
        warnings
    }

    fn store(&self) -> MutexGuard<'_, Option<Store>> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
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
        match &*self.custody.store() {
            Some(store) => store.health().check().map_err(|fault| vec![fault]),
            None => Err(vec!["Barograph is stopping.".to_owned()]),
        }
    }

    fn warnings(&self) -> Vec<String> {
        let mut warnings = self.custody.warnings();
        warnings.extend(self.front.notices());
        warnings
    }
}
