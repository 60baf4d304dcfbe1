//! The key pair of a run, and the half of it that an agent is started with.

use std::fmt;
use std::str::FromStr;

use dbg_model::{RunId, RunIdError};

use crate::{SessionError, noise};

/// The operator's key pair for one run. It lives as long as the run and is written nowhere.
pub struct RunKey {
    run: RunId,
    private: [u8; 32],
    public: [u8; 32],
}

/// What an agent is started with: the run's id and public key. No secret: whoever reads it learns whom the agent obeys, and can
/// neither drive nor read it. As text `RUN.KEY`, the key as 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentToken {
    run: RunId,
    public: [u8; 32],
}

/// Why a text is no agent's token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// There is no point between run and key.
    #[error("an agent's token is `RUN.KEY`")]
    Form,
    /// What stands before the point names no run.
    #[error(transparent)]
    Run(#[from] RunIdError),
    /// What stands after the point is no key.
    #[error("the key of an agent's token has 64 lower-case hexadecimal digits")]
    Key,
}

impl RunKey {
    /// A new key pair for a run.
    ///
    /// Errors: [`SessionError::NoRandomness`].
    pub fn generate(run: RunId) -> Result<Self, SessionError> {
        let (private, public) = noise::generate()?;
        Ok(Self { run, private, public })
    }

    /// What the run's agents are started with.
    #[must_use]
    pub fn public(&self) -> AgentToken {
        AgentToken { run: self.run.clone(), public: self.public }
    }

    /// The run.
    #[must_use]
    pub fn run(&self) -> &RunId {
        &self.run
    }

    pub(crate) fn private(&self) -> &[u8; 32] {
        &self.private
    }
}

impl fmt::Debug for RunKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunKey").field("public", &self.public().to_string()).finish_non_exhaustive()
    }
}

impl AgentToken {
    /// The run.
    #[must_use]
    pub fn run(&self) -> &RunId {
        &self.run
    }

    pub(crate) fn key(&self) -> &[u8; 32] {
        &self.public
    }
}

impl fmt::Display for AgentToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.", self.run)?;
        self.public.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for AgentToken {
    type Err = TokenError;

    fn from_str(text: &str) -> Result<Self, TokenError> {
        let (run, digits) = text.split_once('.').ok_or(TokenError::Form)?;
        let run = run.parse()?;
        let value = |digit: &u8| match digit {
            b'0'..=b'9' => Ok(digit - b'0'),
            b'a'..=b'f' => Ok(digit - b'a' + 10),
            _ => Err(TokenError::Key),
        };
        if digits.len() != 64 {
            return Err(TokenError::Key);
        }
        let mut public = [0; 32];
        for (byte, pair) in public.iter_mut().zip(digits.as_bytes().chunks_exact(2)) {
            for digit in pair {
                *byte = *byte << 4 | value(digit)?;
            }
        }
        Ok(Self { run, public })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> RunKey {
        RunKey::generate(RunId::from_random([1; 8])).unwrap()
    }

    #[test]
    fn a_token_survives_text() {
        let token = key().public();
        assert_eq!(token.to_string().parse(), Ok(token));
    }

    #[test]
    fn two_keys_of_one_run_differ() {
        assert_ne!(key().public(), key().public());
    }

    #[test]
    fn a_private_key_is_not_shown() {
        let key = key();
        let private: String = key.private.iter().map(|byte| format!("{byte:02x}")).collect();
        let shown = format!("{key:?}");
        assert!(!shown.contains(&private) && !shown.contains("private"), "{shown}");
    }

    #[test]
    fn what_is_no_token_is_refused_by_its_fault() {
        let digits = "0f".repeat(32);
        let parse = |text: &str| text.parse::<AgentToken>().unwrap_err();
        assert_eq!(parse(""), TokenError::Form);
        assert_eq!(parse("run"), TokenError::Form);
        assert!(matches!(parse(&format!("../x.{digits}")), TokenError::Run(_)));
        assert!(matches!(parse(&format!(".{digits}")), TokenError::Run(_)));
        for bad in [&digits[1..], &format!("{digits}0"), &digits.to_uppercase(), &"é".repeat(32)] {
            assert_eq!(parse(&format!("run.{bad}")), TokenError::Key, "{bad}");
        }
    }
}
