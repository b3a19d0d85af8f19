//! Threads that let others go first: whoever waits for an acknowledgement comes before whoever tidies up.

/// Makes the calling thread nicer to others, as nice(2) counts. Where that is refused it goes on as nice as before.
pub(super) fn lower(by: i32) {
    if let Err(error) = rustix::process::nice(by) {
        tracing::debug!(%error, "a background thread runs at the usual priority");
    }
}
