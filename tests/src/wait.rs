//! Bounded waiting: for a condition, never for an amount of time.

use std::time::{Duration, Instant};

/// How long a test waits for anything before it gives up. Generous: it is only reached when something is broken.
pub const LIMIT: Duration = Duration::from_secs(60);

/// Between two looks at a condition that nothing announces (a file, another process's socket).
const PAUSE: Duration = Duration::from_millis(5);

/// Waits until `condition` holds; `false` when it did not within `limit`.
#[must_use]
pub fn until(limit: Duration, mut condition: impl FnMut() -> bool) -> bool {
    let end = Instant::now() + limit;
    while !condition() {
        if Instant::now() >= end {
            return false;
        }
        std::thread::sleep(PAUSE);
    }
    true
}
