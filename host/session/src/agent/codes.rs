//! Native code as it arrives.

use std::collections::HashMap;

use bytes::{Bytes, BytesMut};
use dbg_model::Digest;

use crate::bounds::{CODE_CLAIM, MAX_CODE, MAX_CODES};
use crate::{CodeId, Offence, SessionError};

/// Code of one session: on its way, or whole and given away.
#[derive(Default)]
pub(super) struct Codes(HashMap<CodeId, Option<Arriving>>);

struct Arriving {
    component: Digest,
    length: u64,
    bytes: BytesMut,
}

/// Code that has arrived.
pub(super) struct Whole {
    pub(super) component: Digest,
    pub(super) native: Bytes,
}

impl Codes {
    /// Whether this code has arrived.
    pub(super) fn has(&self, code: CodeId) -> bool {
        matches!(self.0.get(&code), Some(None))
    }

    /// Code is announced; it is whole at once when it has no bytes.
    pub(super) fn begin(
        &mut self,
        code: CodeId,
        component: Digest,
        length: u64,
    ) -> Result<Option<Whole>, SessionError> {
        if length > MAX_CODE {
            return Err(SessionError::Misbehaved(Offence::CodeLength));
        }
        if self.0.len() >= MAX_CODES {
            return Err(SessionError::Misbehaved(Offence::TooMany));
        }
        if self.0.contains_key(&code) {
            return Err(SessionError::Misbehaved(Offence::OutOfOrder { frame: "code" }));
        }
        self.0.insert(code, Some(Arriving { component, length, bytes: BytesMut::new() }));
        Ok(self.take_whole(code))
    }

    /// The next bytes of code.
    pub(super) fn receive(&mut self, code: CodeId, bytes: &[u8]) -> Result<Option<Whole>, SessionError> {
        let Some(Some(arriving)) = self.0.get_mut(&code) else {
            return Err(SessionError::Misbehaved(Offence::OutOfOrder { frame: "code-bytes" }));
        };
        let after = u64::try_from(arriving.bytes.len() + bytes.len()).unwrap_or(u64::MAX);
        if after > arriving.length {
            return Err(SessionError::Misbehaved(Offence::CodeLength));
        }
        if arriving.bytes.is_empty() {
            arriving.bytes.reserve(usize::try_from(arriving.length).unwrap_or(CODE_CLAIM).min(CODE_CLAIM));
        }
        arriving.bytes.extend_from_slice(bytes);
        Ok(self.take_whole(code))
    }

    fn take_whole(&mut self, code: CodeId) -> Option<Whole> {
        let whole = |arriving: &mut Arriving| u64::try_from(arriving.bytes.len()) == Ok(arriving.length);
        let arriving = self.0.get_mut(&code)?.take_if(whole)?;
        Some(Whole { component: arriving.component, native: arriving.bytes.freeze() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begin(codes: &mut Codes, code: u32, length: u64) -> Result<Option<Whole>, SessionError> {
        codes.begin(CodeId(code), Digest::from_bytes([0; 32]), length)
    }

    #[test]
    fn code_is_whole_with_its_last_byte() {
        let mut codes = Codes::default();
        assert!(begin(&mut codes, 0, 3).unwrap().is_none());
        assert!(codes.receive(CodeId(0), b"ab").unwrap().is_none());
        assert!(!codes.has(CodeId(0)));
        assert_eq!(codes.receive(CodeId(0), b"c").unwrap().unwrap().native, "abc");
        assert!(codes.has(CodeId(0)));
    }

    #[test]
    fn more_bytes_than_announced_or_for_no_code_are_refused() {
        let mut codes = Codes::default();
        begin(&mut codes, 0, 2).unwrap();
        let too_long = codes.receive(CodeId(0), b"abc");
        assert!(matches!(too_long, Err(SessionError::Misbehaved(Offence::CodeLength))));
        let unknown = codes.receive(CodeId(1), b"");
        assert!(matches!(unknown, Err(SessionError::Misbehaved(Offence::OutOfOrder { frame: "code-bytes" }))));
    }

    #[test]
    fn an_announcement_above_the_bounds_or_twice_is_refused_and_takes_no_memory() {
        let mut codes = Codes::default();
        let too_long = begin(&mut codes, 0, MAX_CODE + 1);
        assert!(matches!(too_long, Err(SessionError::Misbehaved(Offence::CodeLength))));
        for code in 0..MAX_CODES {
            begin(&mut codes, u32::try_from(code).unwrap(), MAX_CODE).unwrap();
        }
        assert!(matches!(begin(&mut codes, 9999, 1), Err(SessionError::Misbehaved(Offence::TooMany))));
        let mut codes = Codes::default();
        begin(&mut codes, 0, 1).unwrap();
        assert!(matches!(begin(&mut codes, 0, 1), Err(SessionError::Misbehaved(Offence::OutOfOrder { .. }))));
    }
}
