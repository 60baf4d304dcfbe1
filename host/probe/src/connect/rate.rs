//! So many SYNs a second, spread evenly.

use std::time::Duration;

use tokio::time::Instant;

/// What may go at once: a tenth of a second's worth. Timers wake late, and what was missed then is made up for.
const AT_ONCE: Duration = Duration::from_millis(100);

/// A limit on events a second.
#[derive(Debug)]
pub(super) struct Rate {
    /// Between two events; none without a limit.
    interval: Option<Duration>,
    /// When the next event would be due if all came evenly.
    due: Option<Instant>,
}

impl Rate {
    /// 0 is no limit.
    pub(super) fn new(per_second: u32) -> Self {
        let interval = (per_second > 0).then(|| Duration::from_secs(1) / per_second.max(1));
        Self { interval, due: None }
    }

    /// Takes one event of those that may happen by now, or says when the next may.
    pub(super) fn take(&mut self, now: Instant) -> Result<(), Instant> {
        let Some(interval) = self.interval else { return Ok(()) };
        let due = self.due.map_or(now, |due| due.max(now));
        let ahead = AT_ONCE.saturating_sub(interval);
        if due.saturating_duration_since(now) > ahead {
            return Err(due - ahead);
        }
        self.due = Some(due + interval);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(rate: &mut Rate, now: Instant) -> usize {
        (0..100_000).take_while(|_| rate.take(now).is_ok()).count()
    }

    #[test]
    fn a_tenth_of_a_second_may_go_at_once_and_then_one_by_one() {
        let start = Instant::now();
        let mut rate = Rate::new(500);
        assert_eq!(taken(&mut rate, start), 50);
        let next = rate.take(start).unwrap_err();
        assert_eq!(next - start, Duration::from_millis(2));
        assert_eq!(taken(&mut rate, next), 1);
        assert_eq!(taken(&mut rate, next + Duration::from_secs(60)), 50, "what was not used does not pile up");
    }

    #[test]
    fn a_rate_below_ten_a_second_sends_one_at_a_time() {
        let start = Instant::now();
        let mut rate = Rate::new(1);
        assert_eq!(taken(&mut rate, start), 1);
        assert_eq!(rate.take(start), Err(start + Duration::from_secs(1)));
    }

    #[test]
    fn zero_is_no_limit() {
        assert_eq!(taken(&mut Rate::new(0), Instant::now()), 100_000);
    }
}
