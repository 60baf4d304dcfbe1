//! Frames as bytes: length first, bounded, never trusted.

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::bounds::MAX_FRAME;
use crate::wire::{CodeId, Down, Up};
use crate::{Offence, SessionError};

/// What both directions have in common.
pub(crate) trait Frame: Serialize + DeserializeOwned + Send + 'static {
    /// Says that its sender is there, and nothing else.
    const PING: Self;

    /// The word for people; each frame has its own.
    fn name(&self) -> &'static str;

    fn is_ping(&self) -> bool {
        self.name() == Self::PING.name()
    }
}

impl Frame for Down {
    const PING: Self = Self::Ping;

    fn name(&self) -> &'static str {
        match self {
            Self::Hello { .. } => "hello",
            Self::Trust(_) => "trust",
            Self::Code { .. } => "code",
            Self::CodeBytes { .. } => "code-bytes",
            Self::Run { .. } => "run",
            Self::Credit { .. } => "credit",
            Self::Answer { .. } => "answer",
            Self::Deadline { .. } => "deadline",
            Self::Cancel => "cancel",
            Self::Ping => "ping",
            Self::Bye => "bye",
        }
    }
}

impl Frame for Up {
    const PING: Self = Self::Ping;

    fn name(&self) -> &'static str {
        match self {
            Self::Hello { .. } => "hello",
            Self::Busy => "busy",
            Self::Event { .. } => "event",
            Self::Request { .. } => "request",
            Self::Ping => "ping",
            Self::Bye => "bye",
        }
    }
}

/// The error of a frame that its place does not allow.
pub(crate) fn out_of_order(frame: &impl Frame) -> SessionError {
    SessionError::Misbehaved(Offence::OutOfOrder { frame: frame.name() })
}

/// One frame, encoded, with its length. The body is shared, not copied: native code is sent to many agents at once.
#[derive(Debug, Clone)]
pub(crate) struct Encoded {
    pub(crate) head: Vec<u8>,
    pub(crate) body: Bytes,
}

impl Encoded {
    /// Encodes a frame.
    pub(crate) fn new(frame: &impl Serialize) -> Result<Self, SessionError> {
        // Four bytes for the length, filled in once it is known.
        let head = postcard::to_extend(frame, vec![0; 4]).map_err(|_| SessionError::Unsendable)?;
        Self { head, body: Bytes::new() }.with_length()
    }

    /// The same as a [`Down::CodeBytes`] of these bytes.
    pub(crate) fn code_bytes(code: CodeId, bytes: Bytes) -> Result<Self, SessionError> {
        let empty = Down::CodeBytes { code, bytes: Bytes::new() };
        let mut head = postcard::to_extend(&empty, vec![0; 4]).map_err(|_| SessionError::Unsendable)?;
        // Bytes are their length and themselves; here the length, which was 0, is the last byte.
        head.pop();
        let head = postcard::to_extend(&bytes.len(), head).map_err(|_| SessionError::Unsendable)?;
        Self { head, body: bytes }.with_length()
    }

    fn with_length(mut self) -> Result<Self, SessionError> {
        let length = (self.head.len() + self.body.len()).saturating_sub(4);
        if length > MAX_FRAME {
            return Err(SessionError::Unsendable);
        }
        // MAX_FRAME fits into 32 bits.
        let prefix = u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes();
        self.head.iter_mut().zip(prefix).for_each(|(byte, value)| *byte = value);
        Ok(self)
    }

    /// What it costs of a credit: all its bytes, with its length.
    pub(crate) fn cost(&self) -> u32 {
        u32::try_from(self.head.len() + self.body.len()).unwrap_or(u32::MAX)
    }
}

/// The length that four bytes announce.
pub(crate) fn announced(prefix: [u8; 4], max: usize) -> Result<usize, SessionError> {
    let length = usize::try_from(u32::from_le_bytes(prefix)).unwrap_or(usize::MAX);
    if length > max {
        return Err(SessionError::Misbehaved(Offence::FrameTooLong { length, max }));
    }
    Ok(length)
}

/// A frame of exactly these bytes, which are those after its length.
pub(crate) fn decode<T: Frame>(bytes: &[u8]) -> Result<T, SessionError> {
    match postcard::take_from_bytes(bytes) {
        Ok((frame, [])) => Ok(frame),
        _ => Err(SessionError::Misbehaved(Offence::Garbage)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bounds::CODE_PIECE;
    use crate::inlet::CLAIM;

    fn whole(encoded: &Encoded) -> Vec<u8> {
        [&encoded.head, &*encoded.body].concat()
    }

    #[test]
    fn a_frame_survives_its_bytes() {
        let bytes = whole(&Encoded::new(&Down::Cancel).unwrap());
        assert_eq!(announced(bytes[..4].try_into().unwrap(), MAX_FRAME).unwrap(), bytes.len() - 4);
        assert_eq!(decode::<Down>(&bytes[4..]).unwrap(), Down::Cancel);
    }

    #[test]
    fn shared_code_is_encoded_as_any_other_frame() {
        for length in [0, 1, 127, 128, 70_000] {
            let (code, bytes) = (CodeId(300), Bytes::from(vec![7; length]));
            let usual = Encoded::new(&Down::CodeBytes { code, bytes: bytes.clone() }).unwrap();
            let shared = Encoded::code_bytes(code, bytes).unwrap();
            assert_eq!(whole(&shared), whole(&usual));
            assert_eq!(shared.cost(), usual.cost());
        }
    }

    #[test]
    fn a_piece_of_code_with_its_head_is_no_more_than_a_reader_claims_at_once() {
        let piece = Bytes::from(vec![7; CODE_PIECE]);
        let cost = Encoded::code_bytes(CodeId(u32::MAX), piece).unwrap().cost();
        assert!(usize::try_from(cost).unwrap() <= CLAIM, "{cost}");
    }

    #[test]
    fn a_frame_above_the_bound_is_refused_by_its_length_alone_on_both_sides() {
        let error = announced([0xff; 4], MAX_FRAME).unwrap_err();
        assert!(matches!(error, SessionError::Misbehaved(Offence::FrameTooLong { .. })));
        let bytes = Bytes::from(vec![0; MAX_FRAME]);
        assert!(matches!(Encoded::code_bytes(CodeId(0), bytes), Err(SessionError::Unsendable)));
    }

    #[test]
    fn garbage_and_bytes_after_a_frame_are_refused() {
        let cancel = whole(&Encoded::new(&Down::Cancel).unwrap())[4..].to_vec();
        for bytes in [vec![0xff], [cancel, vec![9]].concat(), Vec::new()] {
            assert!(matches!(decode::<Down>(&bytes), Err(SessionError::Misbehaved(Offence::Garbage))), "{bytes:?}");
        }
    }
}
