//! How a session is protected, and whom an agent lets in.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{AgentToken, SessionError, noise};

/// First messages of earlier sessions that are kept, to call a replay by its name. An older one fails as well, without the name: the
/// agent's fresh key is what it fails by.
const REMEMBERED: usize = 64;

/// How a session is protected. The operator's proof is its [`RunKey`](crate::RunKey), the agent's its [`Gate`].
#[derive(Debug, Clone)]
pub enum Security<Proof> {
    /// By the process: both ends are in it, or the far end is in its child, which has the only other end of the socket. Whoever can read what
    /// passes can read the keys as well.
    Process,
    /// By a Noise channel that is bound to the run and its key.
    Noise(Proof),
}

/// Whether the frames of a session are encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrapping {
    /// They are not: both ends are in one process.
    Plain,
    /// They are.
    Noise,
}

impl fmt::Display for Wrapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain => "unencrypted",
            Self::Noise => "encrypted",
        })
    }
}

/// What an agent knows of its run: whom to obey, whether a session is on, and which there were. One a process; its clones are one gate.
#[derive(Debug, Clone)]
pub struct Gate(Arc<Inside>);

#[derive(Debug)]
struct Inside {
    token: AgentToken,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    serving: bool,
    firsts: VecDeque<[u8; noise::FIRST]>,
}

impl Gate {
    /// The gate of an agent that was started with this token.
    #[must_use]
    pub fn new(token: AgentToken) -> Self {
        Self(Arc::new(Inside { token, seen: Mutex::default() }))
    }

    pub(crate) fn token(&self) -> &AgentToken {
        &self.0.token
    }

    /// Whether a session began with these very bytes, which an operator never sends twice.
    pub(crate) fn knows(&self, first: &[u8; noise::FIRST]) -> bool {
        self.seen().firsts.contains(first)
    }

    /// Lets in whoever began with `first` and has proved since to hold the run's key. Not before: else anybody could keep the operator out.
    pub(crate) fn admit(&self, first: [u8; noise::FIRST]) -> Result<Admission, SessionError> {
        let mut seen = self.seen();
        if seen.serving {
            return Err(SessionError::Busy);
        }
        seen.serving = true;
        seen.firsts.push_back(first);
        if seen.firsts.len() > REMEMBERED {
            seen.firsts.pop_front();
        }
        Ok(Admission(self.clone()))
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        // Nothing that holds the lock can leave it half-changed.
        self.0.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The one session that is on. Dropping it lets in the next.
#[derive(Debug)]
pub(crate) struct Admission(Gate);

impl Drop for Admission {
    fn drop(&mut self) {
        self.0.seen().serving = false;
    }
}

#[cfg(test)]
mod tests {
    use dbg_model::RunId;

    use super::*;
    use crate::RunKey;

    #[test]
    fn one_session_is_on_at_a_time_and_the_next_one_is_let_in_after_it() {
        let gate = Gate::new(RunKey::generate(RunId::from_random([1; 8])).unwrap().public());
        let admission = gate.admit([1; 32]).unwrap();
        assert!(matches!(gate.clone().admit([2; 32]), Err(SessionError::Busy)));
        drop(admission);
        assert!(gate.knows(&[1; 32]) && !gate.knows(&[2; 32]));
        gate.admit([2; 32]).unwrap();
    }

    #[test]
    fn what_a_gate_remembers_is_bounded() {
        let gate = Gate::new(RunKey::generate(RunId::from_random([1; 8])).unwrap().public());
        for first in 0..=u8::MAX {
            gate.admit([first; 32]).unwrap();
        }
        assert!(gate.knows(&[u8::MAX; 32]) && !gate.knows(&[0; 32]));
        assert_eq!(gate.seen().firsts.len(), REMEMBERED);
    }
}
