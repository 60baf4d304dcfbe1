//! Files and native code as they arrive.

use std::collections::HashMap;

use bytes::{Bytes, BytesMut};
use dbg_model::Digest;

use crate::bounds::{CODE_CLAIM, MAX_CODE, MAX_CODES, MAX_FILE};
use crate::payload::Length;
use crate::{CodeId, Native, Offence, SessionError};

/// What one session was sent of trust and code.
#[derive(Default)]
pub(super) struct Codes {
    trusted: bool,
    codes: HashMap<CodeId, Code>,
}

/// One code, from its announcement on.
enum Code {
    /// Its file is on its way, and native code of this length follows.
    File { component: Digest, file: Arriving, native: Length },
    /// Its file is with whoever judges it.
    Judged { native: Length },
    /// Its native code is on its way, to be kept.
    Native(Arriving),
    /// So much of its native code is still to come, and to be dropped.
    Dropped { left: u64 },
    /// All of it was given away or dropped.
    Whole,
}

struct Arriving {
    length: Length,
    bytes: BytesMut,
}

/// What has arrived whole.
#[derive(Debug, PartialEq)]
pub(super) enum Arrived {
    /// The file of a component that is said to have this digest.
    File { component: Digest, file: Bytes },
    /// Native code that is wanted.
    Native(Bytes),
}

impl Arriving {
    fn new(length: Length) -> Self {
        Self { length, bytes: BytesMut::new() }
    }

    fn receive(&mut self, bytes: &[u8]) -> Result<(), SessionError> {
        let after = u64::try_from(self.bytes.len() + bytes.len()).unwrap_or(u64::MAX);
        if after > self.length.sent() {
            return Err(SessionError::Misbehaved(Offence::CodeLength));
        }
        if self.bytes.is_empty() {
            self.bytes.reserve(usize::try_from(self.length.sent()).unwrap_or(CODE_CLAIM).min(CODE_CLAIM));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn is_whole(&self) -> bool {
        u64::try_from(self.bytes.len()) == Ok(self.length.sent())
    }

    /// All of it, unpacked.
    fn take(&mut self) -> Result<Bytes, SessionError> {
        self.length.unpacked(std::mem::take(&mut self.bytes).freeze())
    }
}

impl Codes {
    /// Whether nothing was said yet of whom the run stands on.
    pub(super) fn wait_for_trust(&self) -> bool {
        !self.trusted
    }

    /// It was said now.
    pub(super) fn trusted(&mut self) {
        self.trusted = true;
    }

    /// Whether this code has arrived.
    pub(super) fn has(&self, code: CodeId) -> bool {
        matches!(self.codes.get(&code), Some(Code::Whole))
    }

    /// Code is announced; its file is whole at once when it has no bytes.
    pub(super) fn begin(
        &mut self,
        code: CodeId,
        component: Digest,
        file: Length,
        native: Length,
    ) -> Result<Option<Arrived>, SessionError> {
        if !self.trusted || self.codes.contains_key(&code) {
            return Err(SessionError::Misbehaved(Offence::OutOfOrder { frame: "code" }));
        }
        if !file.is_within(MAX_FILE) || !native.is_within(MAX_CODE) {
            return Err(SessionError::Misbehaved(Offence::CodeLength));
        }
        if self.codes.len() >= MAX_CODES {
            return Err(SessionError::Misbehaved(Offence::TooMany));
        }
        self.codes.insert(code, Code::File { component, file: Arriving::new(file), native });
        self.arrived(code)
    }

    /// The next bytes of a file or of native code.
    pub(super) fn receive(&mut self, code: CodeId, bytes: &[u8]) -> Result<Option<Arrived>, SessionError> {
        match self.codes.get_mut(&code) {
            Some(Code::File { file: arriving, .. } | Code::Native(arriving)) => arriving.receive(bytes)?,
            Some(Code::Dropped { left }) => {
                let after = u64::try_from(bytes.len()).ok().and_then(|length| left.checked_sub(length));
                *left = after.ok_or(SessionError::Misbehaved(Offence::CodeLength))?;
            }
            Some(Code::Judged { .. } | Code::Whole) | None => {
                return Err(SessionError::Misbehaved(Offence::OutOfOrder { frame: "code-bytes" }));
            }
        }
        self.arrived(code)
    }

    /// The file of this code was judged: its native code is kept or dropped. It is whole at once when it has no bytes.
    pub(super) fn judged(&mut self, code: CodeId, becomes: Native) -> Result<Option<Arrived>, SessionError> {
        let Some(known) = self.codes.get_mut(&code) else { return Ok(None) };
        let Code::Judged { native } = *known else { return Ok(None) };
        *known = match becomes {
            Native::Wanted => Code::Native(Arriving::new(native)),
            Native::Dropped => Code::Dropped { left: native.sent() },
        };
        self.arrived(code)
    }

    /// What is whole of this code now, given away.
    fn arrived(&mut self, code: CodeId) -> Result<Option<Arrived>, SessionError> {
        let Some(known) = self.codes.get_mut(&code) else { return Ok(None) };
        Ok(match known {
            Code::File { component, file, native } if file.is_whole() => {
                let (component, native, file) = (*component, *native, file.take()?);
                *known = Code::Judged { native };
                Some(Arrived::File { component, file })
            }
            Code::Native(native) if native.is_whole() => {
                let native = native.take()?;
                *known = Code::Whole;
                Some(Arrived::Native(native))
            }
            Code::Dropped { left: 0 } => {
                *known = Code::Whole;
                None
            }
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest() -> Digest {
        Digest::from_bytes([0; 32])
    }

    fn codes() -> Codes {
        Codes { trusted: true, codes: HashMap::new() }
    }

    fn plain(length: u64) -> Length {
        Length { plain: length, packed: None }
    }

    fn begin(codes: &mut Codes, code: u32, file: u64, native: u64) -> Result<Option<Arrived>, SessionError> {
        codes.begin(CodeId(code), digest(), plain(file), plain(native))
    }

    fn is_too_long<T: std::fmt::Debug>(result: Result<T, SessionError>) -> bool {
        matches!(result, Err(SessionError::Misbehaved(Offence::CodeLength)))
    }

    fn is_out_of_order<T: std::fmt::Debug>(result: Result<T, SessionError>) -> bool {
        matches!(result, Err(SessionError::Misbehaved(Offence::OutOfOrder { .. })))
    }

    #[test]
    fn a_file_is_whole_with_its_last_byte_and_then_the_native_code_is() {
        let (mut codes, code) = (codes(), CodeId(0));
        assert_eq!(begin(&mut codes, 0, 2, 3).unwrap(), None);
        assert_eq!(codes.receive(code, b"f").unwrap(), None);
        let file = Arrived::File { component: digest(), file: "fi".into() };
        assert_eq!(codes.receive(code, b"i").unwrap(), Some(file));
        assert!(is_out_of_order(codes.receive(code, b"a")), "it is not judged yet");
        assert_eq!(codes.judged(code, Native::Wanted).unwrap(), None);
        assert_eq!(codes.receive(code, b"ab").unwrap(), None);
        assert!(!codes.has(code));
        assert_eq!(codes.receive(code, b"c").unwrap(), Some(Arrived::Native("abc".into())));
        assert!(codes.has(code));
    }

    #[test]
    fn what_comes_packed_is_given_away_unpacked_and_what_does_not_unpack_is_refused() {
        let bytes = zstd::bulk::compress(&[7; 500], 3).unwrap();
        let length = Length { plain: 500, packed: Some(u64::try_from(bytes.len()).unwrap()) };
        let (mut codes, code) = (codes(), CodeId(0));
        assert_eq!(codes.begin(code, digest(), length, length).unwrap(), None);
        let file = Arrived::File { component: digest(), file: vec![7; 500].into() };
        assert_eq!(codes.receive(code, &bytes).unwrap(), Some(file));
        assert_eq!(codes.judged(code, Native::Wanted).unwrap(), None);
        assert_eq!(codes.receive(code, &bytes).unwrap(), Some(Arrived::Native(vec![7; 500].into())));
        codes.begin(CodeId(1), digest(), length, length).unwrap();
        let garbage = codes.receive(CodeId(1), &vec![7; bytes.len()]);
        assert!(matches!(garbage, Err(SessionError::Misbehaved(Offence::Unpackable))));
    }

    #[test]
    fn native_code_that_is_not_wanted_is_counted_and_not_given_away() {
        let (mut codes, code) = (codes(), CodeId(0));
        begin(&mut codes, 0, 0, 3).unwrap().unwrap();
        assert_eq!(codes.judged(code, Native::Dropped).unwrap(), None);
        assert_eq!(codes.receive(code, b"ab").unwrap(), None);
        assert!(!codes.has(code));
        assert_eq!(codes.receive(code, b"c").unwrap(), None);
        assert!(codes.has(code));
        assert!(is_out_of_order(codes.receive(code, b"d")));
        begin(&mut codes, 1, 0, 1).unwrap().unwrap();
        codes.judged(CodeId(1), Native::Dropped).unwrap();
        assert!(is_too_long(codes.receive(CodeId(1), b"ab")));
    }

    #[test]
    fn more_bytes_than_announced_or_for_no_code_are_refused() {
        let mut codes = codes();
        begin(&mut codes, 0, 2, 2).unwrap();
        assert!(is_too_long(codes.receive(CodeId(0), b"abc")));
        codes.receive(CodeId(0), b"ab").unwrap();
        codes.judged(CodeId(0), Native::Wanted).unwrap();
        assert!(is_too_long(codes.receive(CodeId(0), b"abc")));
        assert!(is_out_of_order(codes.receive(CodeId(1), b"")));
    }

    #[test]
    fn an_announcement_above_the_bounds_or_twice_or_before_trust_is_refused_and_takes_no_memory() {
        let mut codes = codes();
        assert!(is_too_long(begin(&mut codes, 0, MAX_FILE + 1, 0)));
        assert!(is_too_long(begin(&mut codes, 0, 0, MAX_CODE + 1)));
        for code in 0..MAX_CODES {
            begin(&mut codes, u32::try_from(code).unwrap(), MAX_FILE, MAX_CODE).unwrap();
        }
        assert!(matches!(begin(&mut codes, 9999, 1, 1), Err(SessionError::Misbehaved(Offence::TooMany))));
        assert!(is_out_of_order(begin(&mut codes, 0, 1, 1)));
        assert!(is_out_of_order(begin(&mut Codes::default(), 0, 1, 1)));
    }
}
