//! Whom a test lets the target reach.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::connect::{Ending, Heard, Outcome};

/// Answers of hosts to connects. What is not named here refuses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Connect {
    answers: BTreeMap<(String, u16), Vec<Answer>>,
}

/// What one address of a host answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) address: String,
    pub(super) outcome: Outcome,
    pub(super) took: Duration,
    pub(super) detail: String,
    pub(super) heard: Heard,
}

fn answer(address: &str, outcome: Outcome, took: Duration, detail: &str) -> Answer {
    let heard = Heard { said: Vec::new(), ending: Ending::Open, after: Duration::ZERO };
    Answer { address: address.to_owned(), outcome, took, detail: detail.to_owned(), heard }
}

impl Connect {
    /// Everybody refuses.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Somebody listens there; it takes a millisecond.
    #[must_use]
    pub fn open(self, host: &str, port: u16) -> Self {
        self.answer(host, port, host, Outcome::Connected, Duration::from_millis(1), "")
    }

    /// Of this outcome, at the host itself.
    #[must_use]
    pub fn outcome(self, host: &str, port: u16, outcome: Outcome, detail: &str) -> Self {
        let address = if outcome == Outcome::Unresolved { "" } else { host };
        self.answer(host, port, address, outcome, Duration::from_millis(1), detail)
    }

    /// One more address of a host, and what it answers.
    #[must_use]
    pub fn answer(
        mut self,
        host: &str,
        port: u16,
        address: &str,
        outcome: Outcome,
        took: Duration,
        detail: &str,
    ) -> Self {
        self.answers.entry((host.to_owned(), port)).or_default().push(answer(address, outcome, took, detail));
        self
    }

    /// Somebody listens there, and this is heard of them a millisecond later; a check hears it when it listens.
    #[must_use]
    pub fn hears(mut self, host: &str, port: u16, said: &[u8], ending: Ending) -> Self {
        let took = Duration::from_millis(1);
        let heard = Heard { said: said.to_owned(), ending, after: took };
        let answer = Answer { heard, ..answer(host, Outcome::Connected, took, "") };
        self.answers.entry((host.to_owned(), port)).or_default().push(answer);
        self
    }

    pub(super) fn of(&self, host: &str, port: u16) -> Vec<Answer> {
        let refuses = || vec![answer(host, Outcome::Refused, Duration::from_millis(1), "")];
        self.answers.get(&(host.to_owned(), port)).cloned().unwrap_or_else(refuses)
    }
}
