//! When which flight has had its time. No timer of its own for any of them.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// One phase of one flight: its place, and a number that no other phase has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ticket {
    pub(super) key: usize,
    pub(super) serial: u64,
}

/// Deadlines that are all equally far from their beginning, so the oldest is the soonest. Holds phases that are over already, too.
#[derive(Debug)]
pub(super) struct Deadlines {
    after: Duration,
    queue: VecDeque<(Instant, Ticket)>,
}

impl Deadlines {
    pub(super) fn new(after: Duration) -> Self {
        Self { after, queue: VecDeque::new() }
    }

    pub(super) fn is_zero(&self) -> bool {
        self.after.is_zero()
    }

    pub(super) fn first(&self) -> Option<Instant> {
        self.queue.front().map(|(deadline, _)| *deadline)
    }

    /// `start` is never before that of an earlier call by more than one turn of the batch.
    pub(super) fn add(&mut self, start: Instant, ticket: Ticket) {
        self.queue.push_back((start + self.after, ticket));
    }

    /// The next phase whose time is up; those that are not current any more are forgotten.
    pub(super) fn due(&mut self, now: Instant, is_current: impl Fn(Ticket) -> bool) -> Option<Ticket> {
        while let Some((deadline, ticket)) = self.queue.front().copied() {
            let current = is_current(ticket);
            if current && deadline > now {
                return None;
            }
            self.queue.pop_front();
            if current {
                return Some(ticket);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_current_is_due_in_its_time_and_the_rest_never() {
        let start = Instant::now();
        let after = Duration::from_secs(1);
        let mut deadlines = Deadlines::new(after);
        let ticket = |serial| Ticket { key: 0, serial };
        for serial in 0..4 {
            deadlines.add(start + Duration::from_millis(serial), ticket(serial));
        }
        let odd = |ticket: Ticket| ticket.serial % 2 == 1;
        assert_eq!(deadlines.due(start, odd), None);
        assert_eq!(deadlines.first(), Some(start + after + Duration::from_millis(1)), "the first was over");
        assert_eq!(deadlines.due(start + after * 2, odd), Some(ticket(1)));
        assert_eq!(deadlines.due(start + after * 2, odd), Some(ticket(3)));
        assert_eq!(deadlines.due(start + after * 2, odd), None);
        assert_eq!(deadlines.first(), None);
    }
}
