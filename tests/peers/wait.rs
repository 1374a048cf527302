//! Waiting for a condition, with a deadline that fails the test and says what was waited for.

use std::time::{Duration, Instant};

/// More than anything here takes on a machine that does ten other things too: ejabberd alone then needs over half a
/// minute to start.
pub(crate) const PLENTY: Duration = Duration::from_secs(90);

/// Looks again and again until `look` has something.
///
/// # Panics
/// After [`PLENTY`], with `what`.
pub(crate) async fn until<T>(what: &str, look: impl FnMut() -> Option<T>) -> T {
    until_within(PLENTY, what, look).await
}

/// The same with a deadline of its own.
pub(crate) async fn until_within<T>(
    deadline: Duration,
    what: &str,
    mut look: impl FnMut() -> Option<T>,
) -> T {
    let begin = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(
            begin.elapsed() < deadline,
            "not within {deadline:?}: {what}"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
