//! Waits for something that will be so.

use std::time::Duration;

/// Looks again and again until there is an answer, and fails when there is none within the limit.
pub(crate) async fn until<T>(what: &str, limit: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = tokio::time::Instant::now() + limit;
    loop {
        if let Some(answer) = look() {
            return answer;
        }
        assert!(tokio::time::Instant::now() < deadline, "{what}: not within {limit:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
