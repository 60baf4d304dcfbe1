//! The one place where signatures are counted.

use std::collections::BTreeSet;

use super::envelope::{Envelope, Signature};
use super::key::{Formed, KeyId, PublicKey, SignatureFault};

/// A key that may sign, as its root has it.
pub(super) struct Voter<'a> {
    pub(super) key: &'a PublicKey,
    pub(super) standing: Standing,
}

/// Whether a key's signature counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Good,
    Revoked,
    Expired,
}

/// Too few signatures that count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{needed} good signatures are needed, and it has {counted}{}", because(faults))]
pub struct ThresholdFault {
    /// How many keys must sign.
    pub needed: usize,
    /// How many did, each counted once.
    pub counted: usize,
    /// What is wrong with each that did not count, in their order.
    pub faults: Vec<SignatureFault>,
}

fn because(faults: &[SignatureFault]) -> String {
    faults.iter().map(|fault| format!("; one {fault}")).collect()
}

/// Counts the keys that signed an envelope. A key counts once, whatever it is called; what does not count does no harm.
/// Costs at most a verification for each pair of signature and voter, and both are bounded.
pub(super) fn count(
    envelope: &Envelope,
    voters: &[Voter<'_>],
    needed: usize,
) -> Result<BTreeSet<KeyId>, ThresholdFault> {
    let message = envelope.signed_bytes();
    let mut counted = BTreeSet::new();
    let mut faults = Vec::new();
    for signature in envelope.signatures() {
        let vote = voter(signature, voters, &message).and_then(|voter| {
            let id = voter.key.id();
            match voter.standing {
                Standing::Revoked => Err(SignatureFault::Revoked(id)),
                Standing::Expired => Err(SignatureFault::Expired(id)),
                Standing::Good if counted.contains(&id) => Err(SignatureFault::Repeated(id)),
                Standing::Good => Ok(id),
            }
        });
        match vote {
            Ok(id) => drop(counted.insert(id)),
            Err(fault) => faults.push(fault),
        }
    }
    // A threshold of nobody is refused with the root; here it would let anything pass.
    if counted.len() >= needed.max(1) {
        Ok(counted)
    } else {
        Err(ThresholdFault { needed, counted: counted.len(), faults })
    }
}

/// Whose signature it is: the one that it names is tried first, and then the others, for a hint is only that.
fn voter<'v, 'k>(
    signature: &Signature,
    voters: &'v [Voter<'k>],
    message: &[u8],
) -> Result<&'v Voter<'k>, SignatureFault> {
    let formed = Formed::read(&signature.bytes)?;
    let is_named = |voter: &&Voter<'_>| Some(voter.key.id()) == signature.hint;
    let named = voters.iter().find(is_named);
    let others = voters.iter().filter(|voter| !is_named(voter));
    match named.into_iter().chain(others).find(|voter| voter.key.verifies(message, &formed)) {
        Some(voter) => Ok(voter),
        None if formed.is_mixed() => Err(SignatureFault::MixedOrder),
        None => Err(named.map_or(SignatureFault::UnknownKey, |voter| SignatureFault::Wrong(voter.key.id()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trust::PrivateKey;
    use crate::trust::envelope::PayloadType;

    fn key(seed: u8) -> PrivateKey {
        PrivateKey::from_seed([seed; 32])
    }

    fn signed(by: &[(u8, Option<u8>)]) -> Envelope {
        let mut envelope = Envelope::new(PayloadType::Root, b"document".to_vec());
        let message = envelope.signed_bytes();
        for (seed, hint) in by {
            let bytes = key(*seed).sign(&message).to_vec();
            envelope.push(Signature { hint: hint.map(|seed| key(seed).public().id()), bytes });
        }
        envelope
    }

    fn counted(envelope: &Envelope, needed: usize) -> Result<usize, ThresholdFault> {
        let keys = [key(1).public(), key(2).public(), key(3).public()];
        let voters: Vec<_> = keys.iter().map(|key| Voter { key, standing: Standing::Good }).collect();
        count(envelope, &voters, needed).map(|keys| keys.len())
    }

    #[test]
    fn keys_count_with_without_and_against_their_hints() {
        assert_eq!(counted(&signed(&[(1, Some(1)), (2, None), (3, Some(1))]), 3), Ok(3));
    }

    #[test]
    fn a_key_counts_once_under_two_names() {
        let fault = SignatureFault::Repeated(key(1).public().id());
        let expected = ThresholdFault { needed: 2, counted: 1, faults: vec![fault] };
        assert_eq!(counted(&signed(&[(1, Some(1)), (1, Some(9))]), 2), Err(expected));
    }

    #[test]
    fn a_strangers_signature_beside_good_ones_does_no_harm() {
        assert_eq!(counted(&signed(&[(9, Some(9)), (1, Some(1)), (2, Some(2))]), 2), Ok(2));
    }

    #[test]
    fn nothing_passes_a_threshold_of_nobody() {
        assert!(counted(&signed(&[(9, None)]), 0).is_err());
    }
}
