//! Good files with something changed, and bytes of no meaning: whatever comes is read or refused, and nothing panics. The seeds are fixed, so a failure can be had again.

use dbg_model::Declaration;

use super::*;

struct Numbers(u64);

impl Numbers {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound.max(1) as u64).unwrap()
    }

    /// Changes a few things anywhere.
    fn mutate(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..=self.below(3) {
            let at = self.below(bytes.len() + 1);
            let end = (at + self.below(20)).min(bytes.len());
            match self.below(6) {
                0 => bytes.truncate(at),
                1 => bytes.insert(at, b"\0\"{}[],:0\x80\xff"[self.below(11)]),
                2 => {
                    let part = bytes[at..end].to_vec();
                    bytes.splice(at..at, part);
                }
                3 => drop(bytes.drain(at..end)),
                _ => {
                    let bit = self.below(8);
                    if let Some(byte) = bytes.get_mut(at) {
                        *byte ^= 1 << bit;
                    }
                }
            }
        }
    }
}

/// Calls `read` with the valid bytes, changed again and again.
fn changed(seed: u64, rounds: usize, valid: &[u8], mut read: impl FnMut(Vec<u8>)) {
    let mut numbers = Numbers::new(seed);
    for _ in 0..rounds {
        let mut bytes = valid.to_vec();
        numbers.mutate(&mut bytes);
        read(bytes);
    }
}

#[test]
fn a_changed_file_is_taken_apart_to_itself_or_refused() {
    changed(1, 30_000, &good(), |bytes| {
        let file = Bytes::from(bytes);
        let Ok(Split { component, envelope }) = split(&file) else { return };
        let again = envelope.map_or_else(|| component.to_vec(), |envelope| attach(&component, &envelope).unwrap());
        assert_eq!(again, file, "what is taken apart is put together to the same bytes");
    });
}

#[test]
fn a_changed_file_is_refused_or_vouches_for_the_same_component() {
    let (state, built) = (state_of(acme()), component());
    changed(2, 4_000, &good(), |bytes| {
        if let Ok(verified) = verify_now(&bytes.into(), &state) {
            assert_eq!(verified.value().bytes(), &built);
            assert_eq!(verified.facts().statement, statement(&built));
            assert!(verified.facts().keys.len() >= 2);
        }
    });
}

#[test]
fn changed_envelopes_are_read_to_the_same_again_or_refused() {
    let valid = sealed(PayloadType::Statement, statement(b"x").to_json(), &[11, 12]);
    changed(3, 30_000, &valid, |bytes| {
        if let Ok(envelope) = Envelope::parse(&bytes, PayloadType::Statement) {
            assert_eq!(Envelope::parse(&envelope.to_json(), PayloadType::Statement), Ok(envelope));
        }
    });
}

#[test]
fn changed_statements_are_read_to_the_same_again_or_refused() {
    changed(4, 30_000, &statement(b"x").to_json(), |bytes| {
        if let Ok(statement) = Statement::parse(&bytes) {
            assert_eq!(Statement::parse(&statement.to_json()), Ok(statement));
        }
    });
}

#[test]
fn changed_roots_are_read_to_the_same_again_or_refused() {
    changed(5, 4_000, &root().to_json(), |bytes| {
        if let Ok(root) = Root::parse(&bytes) {
            assert_eq!(Root::parse(&root.to_json()), Ok(root));
        }
    });
    let chain = chain(&[(&root(), &[1, 2])]);
    changed(6, 2_000, &chain, |bytes| {
        if let Ok(read) = VendorRoot::read(&bytes) {
            assert_eq!(read, acme(), "no changed root is another root");
        }
    });
}

#[test]
fn changed_lists_and_floors_are_read_or_refused() {
    let list = sealed(PayloadType::Revocations, revocations(3, Revoked::default()).to_json(), &[1, 2]);
    let root = acme();
    changed(7, 2_000, &list, |bytes| {
        if let Ok(list) = RevocationList::read(&bytes, &root, Signers::Current) {
            assert_eq!(*list.content(), revocations(3, Revoked::default()));
        }
    });
    let mut floors = Floors::default();
    floors.see_root(&root);
    changed(8, 10_000, &floors.to_json(), |bytes| {
        if let Ok(floors) = Floors::parse(&bytes) {
            assert_eq!(Floors::parse(&floors.to_json()), Ok(floors));
        }
    });
}

#[test]
fn changed_declarations_are_read_or_refused() {
    let valid = samples::declaration("my-check", "1.2.3", &["look", "listen"]).replace(
        "\"doc\":\"Looks.\"}",
        "\"doc\":\"Looks.\",\"grants\":[{\"capability\":\"files\",\"bounds\":[\"/etc/*\",\"param:at\"],\"reason\":\"r\"}],\"parameters\":[{\"name\":\"at\",\"kind\":\"string\",\"doc\":\"\"}]}",
    );
    changed(9, 20_000, valid.as_bytes(), |bytes| {
        if let Ok(declaration) = Declaration::parse(&bytes) {
            assert!(!declaration.checks.is_empty());
        }
    });
}

#[test]
fn changed_keys_are_read_or_refused() {
    let public = key(1).public().to_pem();
    changed(10, 5_000, public.as_bytes(), |bytes| {
        if let Ok(read) = PublicKey::from_pem(&String::from_utf8_lossy(&bytes)) {
            assert_eq!(PublicKey::from_bytes(*read.as_bytes()), Ok(read));
        }
    });
}

#[test]
fn bytes_of_no_meaning_are_refused() {
    let (mut numbers, state) = (Numbers::new(11), state_of(acme()));
    for _ in 0..5_000 {
        let bytes: Vec<u8> = (0..numbers.below(200)).map(|_| numbers.below(256) as u8).collect();
        assert!(Statement::parse(&bytes).is_err());
        assert!(VendorRoot::read(&bytes).is_err());
        assert!(Envelope::parse(&bytes, PayloadType::Root).is_err());
        let file = Bytes::from([b"\0asm\x0d\0\x01\0".as_slice(), &bytes].concat());
        assert!(verify_now(&file, &state).is_err());
    }
}
