//! The bytes of a component's file, or of its native code, as they travel: as they are, or packed by zstd (RFC 8878).

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::{Offence, SessionError};

/// What is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payload {
    /// As it is.
    Plain(Bytes),
    /// Packed, and how long it is once it is unpacked.
    Packed {
        /// One zstd frame or several.
        bytes: Bytes,
        /// In bytes.
        length: u64,
    },
}

/// How long a payload is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Length {
    /// Once it is unpacked.
    pub(crate) plain: u64,
    /// On its way, where it is packed.
    pub(crate) packed: Option<u64>,
}

impl From<Bytes> for Payload {
    fn from(bytes: Bytes) -> Self {
        Self::Plain(bytes)
    }
}

impl Payload {
    /// As it travels.
    pub(crate) fn bytes(self) -> Bytes {
        match self {
            Self::Plain(bytes) | Self::Packed { bytes, .. } => bytes,
        }
    }

    pub(crate) fn length(&self) -> Length {
        let count = |bytes: &Bytes| u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        match self {
            Self::Plain(bytes) => Length { plain: count(bytes), packed: None },
            Self::Packed { bytes, length } => Length { plain: *length, packed: Some(count(bytes)) },
        }
    }
}

impl Length {
    /// How many bytes come.
    pub(crate) fn sent(self) -> u64 {
        self.packed.unwrap_or(self.plain)
    }

    /// Whether all of it is below a bound. What grows when it is packed is not packed.
    pub(crate) fn is_within(self, bound: u64) -> bool {
        self.plain <= bound && self.sent() <= self.plain
    }

    /// What was sent, as it was before. It takes the memory that was announced, and no more, whatever the bytes are.
    pub(crate) fn unpacked(self, sent: Bytes) -> Result<Bytes, SessionError> {
        if self.packed.is_none() {
            return Ok(sent);
        }
        let offence = SessionError::Misbehaved(Offence::Unpackable);
        let Ok(length) = usize::try_from(self.plain) else { return Err(offence) };
        match zstd::bulk::decompress(&sent, length) {
            Ok(plain) if plain.len() == length => Ok(plain.into()),
            Ok(_) | Err(_) => Err(offence),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(plain: &[u8]) -> Bytes {
        zstd::bulk::compress(plain, 3).unwrap().into()
    }

    #[test]
    fn what_was_packed_is_unpacked_to_just_the_announced_length() {
        let plain = vec![7; 100_000];
        let payload = Payload::Packed { bytes: packed(&plain), length: 100_000 };
        let length = payload.length();
        assert!(length.sent() < 1000 && length.is_within(100_000) && !length.is_within(99_999));
        assert_eq!(length.unpacked(payload.clone().bytes()).unwrap(), plain);
        for wrong in [0, 99_999, 100_001] {
            let length = Length { plain: wrong, ..length };
            let unpacked = length.unpacked(payload.clone().bytes());
            assert!(matches!(unpacked, Err(SessionError::Misbehaved(Offence::Unpackable))), "{wrong}");
        }
    }

    #[test]
    fn what_is_no_packed_payload_is_refused() {
        let length = Length { plain: 100, packed: Some(3) };
        for bytes in [&b""[..], b"abc", &packed(&[7; 100])[..9]] {
            let unpacked = length.unpacked(Bytes::copy_from_slice(bytes));
            assert!(matches!(unpacked, Err(SessionError::Misbehaved(Offence::Unpackable))), "{bytes:?}");
        }
    }

    #[test]
    fn a_payload_that_grew_when_it_was_packed_is_not_within_any_bound() {
        assert!(!Length { plain: 10, packed: Some(11) }.is_within(100));
        assert!(Length { plain: 10, packed: None }.is_within(10));
    }
}
