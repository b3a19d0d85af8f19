//! Bounds the bytes of all requests that the doors have in hand. Who comes when it is full waits, then is pushed back.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::refusal::Refusal;

/// Bytes of request bodies that both doors together hold at a time, unless set otherwise.
pub const BYTES_IN_FLIGHT: usize = 256 * 1024 * 1024;

/// How long a request waits for room. Well below the 10 s that clients wait for us.
pub(super) const WAIT: Duration = Duration::from_secs(5);

/// A permit stands for this many bytes, so that their number fits the semaphore's `u32`.
const BYTES_PER_PERMIT: usize = 1024;

/// Hands out room for bodies; cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Admission {
    permits: Arc<Semaphore>,
    wait: Duration,
}

impl Admission {
    pub(super) fn new(bytes: usize, wait: Duration) -> Self {
        Self { permits: Arc::new(Semaphore::new(bytes / BYTES_PER_PERMIT)), wait }
    }

    /// Begins with no room; a body takes it as its bytes arrive, so that one who only announces a body holds none.
    pub(super) fn reserve(&self) -> Reservation {
        Reservation { admission: self.clone(), held: None, until: None }
    }
}

/// The room that one request holds, given back when dropped.
#[derive(Debug)]
pub(super) struct Reservation {
    admission: Admission,
    held: Option<OwnedSemaphorePermit>,
    until: Option<Instant>,
}

impl Reservation {
    /// Waits until there is room for a body of this many bytes in all.
    pub(super) async fn cover(&mut self, bytes: usize) -> Result<(), Refusal> {
        let Some(missing) = self.missing(bytes) else { return Ok(()) };
        let acquire = Arc::clone(&self.admission.permits).acquire_many_owned(missing);
        let until = *self.until.get_or_insert_with(|| Instant::now() + self.admission.wait);
        match tokio::time::timeout_at(until, acquire).await {
            Ok(Ok(permit)) => self.add(permit),
            Ok(Err(_)) | Err(_) => return Err(Refusal::Busy),
        }
        Ok(())
    }

    /// Takes room for a body of this many bytes in all if there is some now; for code that must not wait.
    pub(super) fn cover_now(&mut self, bytes: usize) -> Result<(), Refusal> {
        let Some(missing) = self.missing(bytes) else { return Ok(()) };
        let permit = Arc::clone(&self.admission.permits).try_acquire_many_owned(missing).map_err(|_| Refusal::Busy)?;
        self.add(permit);
        Ok(())
    }

    fn missing(&self, bytes: usize) -> Option<u32> {
        let held = self.held.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let missing = bytes.div_ceil(BYTES_PER_PERMIT).saturating_sub(held);
        // A body has at most 64 MiB; more permits than a u32 counts are never there.
        (missing > 0).then(|| u32::try_from(missing).unwrap_or(u32::MAX))
    }

    fn add(&mut self, permit: OwnedSemaphorePermit) {
        match &mut self.held {
            Some(held) => held.merge(permit),
            None => self.held = Some(permit),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_full_door_makes_wait_and_then_pushes_back() {
        let wait = Duration::from_millis(30);
        let admission = Admission::new(8 * 1024, wait);
        let mut first = admission.reserve();
        first.cover(8 * 1024).await.unwrap();

        let begin = Instant::now();
        assert!(matches!(admission.reserve().cover(1).await, Err(Refusal::Busy)));
        assert!(begin.elapsed() >= wait);

        drop(first);
        admission.reserve().cover(8 * 1024).await.unwrap();
    }

    #[tokio::test]
    async fn one_who_waits_gets_the_room_that_another_leaves() {
        let admission = Admission::new(2 * 1024, Duration::from_mins(1));
        let mut first = admission.reserve();
        first.cover(2 * 1024).await.unwrap();
        let mut second = admission.reserve();
        // Polled first, so it waits when the other leaves.
        let (covered, ()) = tokio::join!(biased; second.cover(1500), async move { drop(first) });
        covered.unwrap();
        assert!(matches!(second.cover_now(3 * 1024), Err(Refusal::Busy)));
    }
}
