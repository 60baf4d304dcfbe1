//! Events on their way to whoever reads them, and the credit that keeps their number bounded.

use std::collections::{HashSet, VecDeque};

use dbg_model::Event;
use tokio::sync::mpsc;

use crate::{Offence, RunIndex, SessionError};

/// How many bytes of event frames an agent may send ahead of their reader. One frame that is longer may go when there is any
/// credit left, so a session holds at most a window and one frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window(u32);

impl Window {
    /// 256 KiB: 5 MB/s at 50 ms from here to the agent and back.
    pub const DEFAULT: Self = Self(256 * 1024);
    /// Below this an agent waits for its operator at each event.
    const LEAST: u32 = 8 * 1024;
    /// What all sessions may hold together.
    const ALL: u32 = 16 << 20;

    /// The window of each of so many sessions side by side.
    #[must_use]
    pub fn shared_by(sessions: usize) -> Self {
        let sessions = u32::try_from(sessions.max(1)).unwrap_or(u32::MAX);
        Self((Self::ALL / sessions).clamp(Self::LEAST, Self::DEFAULT.0))
    }

    pub(super) fn bytes(self) -> u32 {
        self.0
    }
}

/// The runs that have not ended, and what they said that nobody has read yet.
pub(super) struct Events {
    reader: mpsc::Sender<(RunIndex, Event)>,
    running: HashSet<RunIndex>,
    waiting: VecDeque<Waiting>,
    window: Window,
    /// What the agent may still send, as far as we have told it.
    balance: i64,
    /// What was read and not yet told.
    owed: u32,
}

struct Waiting {
    said: (RunIndex, Event),
    cost: u32,
}

impl Events {
    /// The agent is told the window before it can send anything.
    pub(super) fn new(reader: mpsc::Sender<(RunIndex, Event)>, running: HashSet<RunIndex>, window: Window) -> Self {
        Self { reader, running, waiting: VecDeque::new(), window, balance: i64::from(window.bytes()), owed: 0 }
    }

    pub(super) fn is_running(&self, run: RunIndex) -> bool {
        self.running.contains(&run)
    }

    /// How many runs have not ended.
    pub(super) fn going_on(&self) -> usize {
        self.running.len()
    }

    /// A run is ordered.
    pub(super) fn begin(&mut self, run: RunIndex) {
        self.running.insert(run);
    }

    pub(super) fn all_ended(&self) -> bool {
        self.running.is_empty()
    }

    pub(super) fn all_read(&self) -> bool {
        self.waiting.is_empty()
    }

    /// The agent sent an event.
    pub(super) fn receive(&mut self, run: RunIndex, event: Event, cost: u32) -> Result<(), SessionError> {
        let known = match event {
            Event::Ended(_) => self.running.remove(&run),
            _ => self.running.contains(&run),
        };
        if !known {
            return Err(SessionError::Misbehaved(Offence::UnknownRun));
        }
        if self.balance <= 0 {
            return Err(SessionError::Misbehaved(Offence::NoCredit));
        }
        self.balance -= i64::from(cost);
        self.waiting.push_back(Waiting { said: (run, event), cost });
        Ok(())
    }

    /// Gives the next event to its reader. Cancel-safe; never done when there is none.
    pub(super) async fn pass_on(&mut self) {
        if self.waiting.is_empty() {
            return std::future::pending().await;
        }
        let room = self.reader.reserve().await;
        let Some(Waiting { said, cost }) = self.waiting.pop_front() else { return };
        // Whoever no longer listens still wants the runs to end.
        if let Ok(permit) = room {
            permit.send(said);
        }
        self.owed = self.owed.saturating_add(cost);
    }

    /// What to tell the agent: not for every event, but before it has to wait.
    pub(super) fn credit(&mut self) -> Option<u32> {
        if self.owed < self.window.bytes() / 2 {
            return None;
        }
        let bytes = std::mem::take(&mut self.owed);
        self.balance += i64::from(bytes);
        Some(bytes)
    }
}

#[cfg(test)]
mod tests {
    use dbg_model::Progress;

    use super::*;

    fn event() -> Event {
        Event::Progress(Progress { done: 1, total: 1, text: String::new() })
    }

    fn events(window: Window) -> (Events, mpsc::Receiver<(RunIndex, Event)>) {
        let (sender, receiver) = mpsc::channel(1);
        (Events::new(sender, HashSet::from([RunIndex(0)]), window), receiver)
    }

    #[tokio::test]
    async fn credit_is_given_back_as_events_are_read_and_not_before() {
        let (mut events, mut reader) = events(Window(100));
        events.receive(RunIndex(0), event(), 60).unwrap();
        assert_eq!(events.credit(), None);
        events.pass_on().await;
        reader.recv().await.unwrap();
        assert_eq!(events.credit(), Some(60));
        assert_eq!(events.credit(), None);
    }

    #[tokio::test]
    async fn one_frame_may_exceed_the_window_and_a_second_one_may_not() {
        let (mut events, _reader) = events(Window(100));
        events.receive(RunIndex(0), event(), 1000).unwrap();
        let error = events.receive(RunIndex(0), event(), 1);
        assert!(matches!(error, Err(SessionError::Misbehaved(Offence::NoCredit))));
        events.pass_on().await;
        assert_eq!(events.credit(), Some(1000));
        events.receive(RunIndex(0), event(), 1).unwrap();
    }

    #[tokio::test]
    async fn events_that_nobody_reads_any_more_are_dropped_and_paid_for() {
        let (mut events, reader) = events(Window(100));
        drop(reader);
        events.receive(RunIndex(0), event(), 100).unwrap();
        events.pass_on().await;
        assert_eq!(events.credit(), Some(100));
    }

    #[test]
    fn a_thousand_sessions_share_what_one_may_have() {
        assert_eq!(Window::shared_by(0), Window::DEFAULT);
        assert_eq!(Window::shared_by(1), Window::DEFAULT);
        assert_eq!(Window::shared_by(1000).bytes(), (16 << 20) / 1000);
        assert_eq!(Window::shared_by(usize::MAX).bytes(), Window::LEAST);
    }
}
