//! Waiting for something that happens elsewhere: looked for again and again, up to a limit.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

const BETWEEN_LOOKS: Duration = Duration::from_millis(20);

/// A wait with an end.
pub(super) struct Wait {
    start: Instant,
    limit: Duration,
}

impl Wait {
    pub(super) fn new(limit: Duration) -> Self {
        Self { start: Instant::now(), limit }
    }

    pub(super) fn is_over(&self) -> bool {
        self.start.elapsed() > self.limit
    }

    pub(super) fn pause(&self) {
        std::thread::sleep(BETWEEN_LOOKS);
    }

    /// Looks until there is something, at most as long as the limit; `what` completes "waited 60 s in vain for …".
    pub(super) fn until<T>(&self, what: &str, mut look: impl FnMut() -> Result<Option<T>>) -> Result<T> {
        loop {
            if let Some(found) = look()? {
                return Ok(found);
            }
            if self.is_over() {
                bail!("waited {} s in vain for {what}", self.limit.as_secs());
            }
            self.pause();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_gives_what_it_found_and_an_error_that_names_what_it_did_not() {
        assert_eq!(Wait::new(Duration::ZERO).until("a number", || Ok(Some(7))).expect("found"), 7);
        let error = Wait::new(Duration::ZERO).until::<()>("a number", || Ok(None)).expect_err("never found");
        assert_eq!(error.to_string(), "waited 0 s in vain for a number");
    }
}
