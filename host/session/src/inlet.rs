//! Bytes of the stream become frames: opened, bounded, decoded. What was only announced takes no memory.

use std::io;

use bytes::{Buf as _, BufMut as _, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::time::timeout;

use crate::SessionError;
use crate::bounds::{HEARTBEAT, KEPT};
use crate::codec::{self, Frame};
use crate::noise::{Direction, TAG};

/// What an announced frame may claim at once: the rest is claimed as it comes.
pub(crate) const CLAIM: usize = 64 * 1024;

/// The reading half.
pub(crate) struct Inlet<R> {
    stream: R,
    opening: Option<Direction>,
    /// One record, as it came.
    sealed: Vec<u8>,
    plain: BytesMut,
}

/// A frame, and what it cost of a credit.
#[derive(Debug)]
pub(crate) struct Received<T> {
    pub(crate) frame: T,
    pub(crate) cost: u32,
}

impl<R: AsyncRead + Unpin> Inlet<R> {
    pub(crate) fn new(stream: R, opening: Option<Direction>) -> Self {
        Self { stream, opening, sealed: Vec::new(), plain: BytesMut::new() }
    }

    /// The next frame of at most `max` bytes. Not cancel-safe.
    ///
    /// Errors: [`SessionError::Gone`] at the stream's end, between frames or within one; [`SessionError::Silent`] when nothing came for
    /// the length of the heartbeat; [`SessionError::Tampered`], [`SessionError::Misbehaved`].
    pub(crate) async fn frame<T: Frame>(&mut self, max: usize) -> Result<Received<T>, SessionError> {
        self.fill(4).await?;
        let length = codec::announced(self.plain.first_chunk().copied().unwrap_or_default(), max)?;
        self.fill(4 + length).await?;
        let frame = codec::decode(self.plain.get(4..4 + length).unwrap_or_default())?;
        self.plain.advance(4 + length);
        if self.plain.is_empty() && self.plain.capacity() > KEPT {
            self.plain = BytesMut::new();
            self.sealed = Vec::new();
        }
        Ok(Received { frame, cost: u32::try_from(4 + length).unwrap_or(u32::MAX) })
    }

    /// Reads until there are so many plain bytes.
    async fn fill(&mut self, wanted: usize) -> Result<(), SessionError> {
        while let Some(missing) = wanted.checked_sub(self.plain.len()).filter(|missing| *missing > 0) {
            if self.opening.is_some() {
                self.record().await?;
            } else {
                self.plain.reserve(missing.min(CLAIM));
                let mut room = (&mut self.plain).limit(missing);
                if alive(self.stream.read_buf(&mut room)).await? == 0 {
                    return Err(SessionError::Gone);
                }
            }
        }
        Ok(())
    }

    /// Reads and opens one record: its length as two bytes, little-endian, then so many sealed bytes.
    async fn record(&mut self) -> Result<(), SessionError> {
        let Some(opening) = &mut self.opening else { return Ok(()) };
        let mut length = [0; 2];
        alive(self.stream.read_exact(&mut length)).await?;
        let length = usize::from(u16::from_le_bytes(length));
        // A record without content would be a way to keep us busy with nothing.
        let Some(content) = length.checked_sub(TAG).filter(|content| *content > 0) else {
            return Err(SessionError::Tampered);
        };
        self.sealed.resize(length, 0);
        alive(self.stream.read_exact(&mut self.sealed)).await?;
        let before = self.plain.len();
        self.plain.resize(before + content, 0);
        opening.open(&self.sealed, self.plain.get_mut(before..).unwrap_or_default())
    }
}

/// What was read, unless nothing came for the length of the heartbeat.
async fn alive<T>(reading: impl Future<Output = io::Result<T>>) -> Result<T, SessionError> {
    match timeout(HEARTBEAT, reading).await {
        Ok(read) => Ok(read?),
        Err(_) => Err(SessionError::Silent),
    }
}
