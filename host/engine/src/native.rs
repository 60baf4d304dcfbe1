//! Compiled code on its way to being loaded.

use bytes::Bytes;

/// Code for this build's configuration. Whoever holds one vouches that a compiler of dbg made it: loading runs it as it is.
#[derive(Debug, Clone)]
pub struct NativeCode(Bytes);

impl NativeCode {
    /// Takes bytes on trust.
    ///
    /// # Safety
    ///
    /// The bytes must be unchanged output of [`Engine::compile`](crate::Engine::compile) of this or another build of dbg: part of this binary,
    /// covered by a MAC that only its writer could make, or received from the authenticated operator. Loading checks no more than
    /// version and configuration, and forged bytes execute as this process.
    #[must_use]
    pub unsafe fn from_trusted(bytes: Bytes) -> Self {
        Self(bytes)
    }

    /// Only the compiler and the cache's MAC check call this.
    #[cfg(feature = "compiler")]
    pub(crate) fn made(bytes: Bytes) -> Self {
        Self(bytes)
    }

    /// The code, to be stored or sent.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.0
    }
}
