//! The one place that knows Noise: pattern, keys and records. docs/decisions.md says why this pattern.

use std::sync::Arc;

use snow::{Builder, HandshakeState, StatelessTransportState};

use crate::{AgentToken, RunKey, SessionError};

/// The operator begins, its key is known to the agent beforehand, the agent has none.
const PARAMETERS: &str = "Noise_KN_25519_ChaChaPoly_SHA256";
/// What a record has besides what it carries.
pub(crate) const TAG: usize = 16;
/// The operator's message: a fresh key.
pub(crate) const FIRST: usize = 32;
/// The agent's: a fresh key, and a tag that only the holder of the run's key can check.
pub(crate) const SECOND: usize = 32 + TAG;

/// One direction of an established channel. A record that was left out, repeated or moved does not fit the count.
pub(crate) struct Direction {
    state: Arc<StatelessTransportState>,
    count: u64,
}

/// Both directions of an established channel.
pub(crate) struct Established {
    pub(crate) sealing: Direction,
    pub(crate) opening: Direction,
}

fn builder<'a>() -> Result<Builder<'a>, SessionError> {
    // A constant that the tests use cannot be misspelt; there is no other way to fail.
    Ok(Builder::new(PARAMETERS.parse().map_err(|_| SessionError::Tampered)?))
}

/// A new key pair: private, public.
pub(crate) fn generate() -> Result<([u8; 32], [u8; 32]), SessionError> {
    let pair = builder()?.generate_keypair().map_err(|_| SessionError::NoRandomness)?;
    let half = |bytes: Vec<u8>| bytes.try_into().map_err(|_| SessionError::NoRandomness);
    Ok((half(pair.private)?, half(pair.public)?))
}

/// An operator that has said the first word and waits for the second.
pub(crate) struct Waiting(HandshakeState);

/// The operator's first message. `prologue` is what both sides have to agree on besides.
pub(crate) fn begin(key: &RunKey, prologue: &[u8]) -> Result<(Waiting, [u8; FIRST]), SessionError> {
    let mut state = builder()?
        .prologue(prologue)
        .and_then(|builder| builder.local_private_key(key.private()))
        .and_then(Builder::build_initiator)
        .map_err(|_| SessionError::NotTheAgent)?;
    // snow wants room for a tag, also where the message has none.
    let mut message = [0; FIRST + TAG];
    state.write_message(&[], &mut message).map_err(|_| SessionError::NoRandomness)?;
    Ok((Waiting(state), message.first_chunk().copied().unwrap_or_default()))
}

impl Waiting {
    /// The operator's half of a channel, when the answer is from an agent that was started for this key and prologue.
    pub(crate) fn finish(mut self, second: &[u8; SECOND]) -> Result<Established, SessionError> {
        self.0.read_message(second, &mut []).map_err(|_| SessionError::NotTheAgent)?;
        Established::new(self.0)
    }
}

/// The agent's answer and its half of a channel. Whom it is with is proved by the first record that comes: to seal it takes the run's
/// private key and our fresh one.
pub(crate) fn answer(
    token: &AgentToken,
    prologue: &[u8],
    first: &[u8; FIRST],
) -> Result<(Established, [u8; SECOND]), SessionError> {
    let mut state = builder()?
        .prologue(prologue)
        .and_then(|builder| builder.remote_public_key(token.key()))
        .and_then(Builder::build_responder)
        .map_err(|_| SessionError::NotTheOperator)?;
    state.read_message(first, &mut []).map_err(|_| SessionError::NotTheOperator)?;
    let mut second = [0; SECOND];
    state.write_message(&[], &mut second).map_err(|_| SessionError::NoRandomness)?;
    Ok((Established::new(state)?, second))
}

impl Established {
    fn new(state: HandshakeState) -> Result<Self, SessionError> {
        let state = Arc::new(state.into_stateless_transport_mode().map_err(|_| SessionError::Tampered)?);
        Ok(Self { sealing: Direction { state: Arc::clone(&state), count: 0 }, opening: Direction { state, count: 0 } })
    }
}

impl Direction {
    /// Seals the next record; `into` is longer than `plain` by [`TAG`].
    pub(crate) fn seal(&mut self, plain: &[u8], into: &mut [u8]) -> Result<(), SessionError> {
        self.state.write_message(self.count, plain, into).map_err(|_| SessionError::Tampered)?;
        self.count += 1;
        Ok(())
    }

    /// Opens the next record; `into` is shorter than `sealed` by [`TAG`].
    pub(crate) fn open(&mut self, sealed: &[u8], into: &mut [u8]) -> Result<(), SessionError> {
        self.state.read_message(self.count, sealed, into).map_err(|_| SessionError::Tampered)?;
        self.count += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use dbg_model::RunId;

    use super::*;

    fn key() -> RunKey {
        RunKey::generate(RunId::from_random([1; 8])).unwrap()
    }

    fn pair() -> (Established, Established) {
        let key = key();
        let (waiting, first) = begin(&key, b"p").unwrap();
        let (agent, second) = answer(&key.public(), b"p", &first).unwrap();
        (waiting.finish(&second).unwrap(), agent)
    }

    fn sealed(direction: &mut Direction, plain: &[u8]) -> Vec<u8> {
        let mut record = vec![0; plain.len() + TAG];
        direction.seal(plain, &mut record).unwrap();
        record
    }

    #[test]
    fn both_directions_carry_what_was_said_and_no_plain_text() {
        let (mut operator, mut agent) = pair();
        for (from, to) in [(&mut operator.sealing, &mut agent.opening), (&mut agent.sealing, &mut operator.opening)] {
            let record = sealed(from, b"said");
            assert!(!record.windows(4).any(|part| part == b"said"));
            let mut plain = [0; 4];
            to.open(&record, &mut plain).unwrap();
            assert_eq!(&plain, b"said");
        }
    }

    #[test]
    fn a_record_that_is_changed_repeated_or_left_out_is_refused() {
        let (mut operator, mut agent) = pair();
        let (one, two) = (sealed(&mut operator.sealing, b"one"), sealed(&mut operator.sealing, b"two"));
        let mut changed = one.clone();
        changed[0] ^= 1;
        let mut plain = [0; 3];
        for wrong in [&changed, &two] {
            assert!(matches!(agent.opening.open(wrong, &mut plain), Err(SessionError::Tampered)));
        }
        agent.opening.open(&one, &mut plain).unwrap();
        assert!(matches!(agent.opening.open(&one, &mut plain), Err(SessionError::Tampered)));
    }

    #[test]
    fn an_agent_of_another_key_or_prologue_is_not_the_agent() {
        let (ours, theirs) = (key(), key());
        for (token, prologue) in [(theirs.public(), &b"p"[..]), (ours.public(), b"q")] {
            let (waiting, first) = begin(&ours, b"p").unwrap();
            let (_, second) = answer(&token, prologue, &first).unwrap();
            assert!(matches!(waiting.finish(&second), Err(SessionError::NotTheAgent)));
        }
    }

    /// The attacker has all that was ever on the wire, and the agent's arguments.
    #[test]
    fn a_replay_cannot_seal_for_an_agent_with_a_fresh_key() {
        let key = key();
        let (waiting, first) = begin(&key, b"p").unwrap();
        let (_, second) = answer(&key.public(), b"p", &first).unwrap();
        let record = sealed(&mut waiting.finish(&second).unwrap().sealing, b"go");
        let (mut again, _) = answer(&key.public(), b"p", &first).unwrap();
        assert!(matches!(again.opening.open(&record, &mut [0; 2]), Err(SessionError::Tampered)));
    }
}
