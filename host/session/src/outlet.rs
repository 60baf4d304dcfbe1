//! Frames become bytes of the stream: gathered, sealed, written.

use std::io;

use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

use crate::SessionError;
use crate::bounds::{BATCH, HEARTBEAT, KEPT, RECORD, WRITE};
use crate::codec::Encoded;
use crate::noise::{Direction, TAG};

/// The writing half.
pub(crate) struct Outlet<W> {
    stream: W,
    sealing: Option<Direction>,
    /// Less than a record of small frames, so that many of them are one.
    gathered: Vec<u8>,
    /// Records as they go, less than [`BATCH`] of them: whoever carries them is woken once for many.
    sealed: Vec<u8>,
}

impl<W: AsyncWrite + Unpin> Outlet<W> {
    pub(crate) fn new(stream: W, sealing: Option<Direction>) -> Self {
        Self { stream, sealing, gathered: Vec::new(), sealed: Vec::new() }
    }

    /// Writes one frame; whoever has no more flushes. Not cancel-safe.
    ///
    /// Errors: [`SessionError::Stalled`] when nothing was taken for the length of the heartbeat.
    pub(crate) async fn put(&mut self, frame: &Encoded) -> Result<(), SessionError> {
        self.gather(&frame.head).await?;
        self.gather(&frame.body).await
    }

    /// Sends what is still held back.
    pub(crate) async fn flush(&mut self) -> Result<(), SessionError> {
        let gathered = std::mem::take(&mut self.gathered);
        self.write(&gathered).await?;
        self.send().await?;
        taken(self.stream.flush()).await?;
        if gathered.capacity() <= KEPT {
            self.gathered = gathered;
            self.gathered.clear();
        }
        if self.sealed.capacity() > KEPT {
            self.sealed = Vec::new();
        }
        Ok(())
    }

    /// Says that nothing more will come, where the stream can say so.
    pub(crate) async fn shutdown(&mut self) -> Result<(), SessionError> {
        taken(self.stream.shutdown()).await
    }

    async fn gather(&mut self, bytes: &[u8]) -> Result<(), SessionError> {
        let mut rest = bytes;
        while !rest.is_empty() {
            if self.gathered.is_empty() && rest.len() >= RECORD {
                // What fills a record goes as it is.
                let most = if self.sealing.is_some() { RECORD } else { WRITE };
                let (whole, after) = rest.split_at(most.min(rest.len()));
                self.write(whole).await?;
                rest = after;
                continue;
            }
            let room = RECORD.saturating_sub(self.gathered.len());
            let (now, after) = rest.split_at(room.min(rest.len()));
            self.gathered.extend_from_slice(now);
            rest = after;
            if self.gathered.len() >= RECORD {
                let gathered = std::mem::take(&mut self.gathered);
                self.write(&gathered).await?;
                self.gathered = gathered;
                self.gathered.clear();
            }
        }
        Ok(())
    }

    /// Writes at most one record, or as much as is written at once.
    async fn write(&mut self, plain: &[u8]) -> Result<(), SessionError> {
        if plain.is_empty() {
            return Ok(());
        }
        let Some(sealing) = &mut self.sealing else { return taken(self.stream.write_all(plain)).await };
        let length = plain.len() + TAG;
        // RECORD and its tag fit into 16 bits.
        let prefix = u16::try_from(length).unwrap_or(u16::MAX).to_le_bytes();
        self.sealed.extend_from_slice(&prefix);
        let start = self.sealed.len();
        self.sealed.resize(start + length, 0);
        sealing.seal(plain, self.sealed.get_mut(start..).unwrap_or_default())?;
        if self.sealed.len() >= BATCH { self.send().await } else { Ok(()) }
    }

    /// Writes the records that are sealed.
    async fn send(&mut self) -> Result<(), SessionError> {
        if !self.sealed.is_empty() {
            taken(self.stream.write_all(&self.sealed)).await?;
            self.sealed.clear();
        }
        Ok(())
    }
}

/// What was written, unless nothing was taken for the length of the heartbeat.
async fn taken(writing: impl Future<Output = io::Result<()>>) -> Result<(), SessionError> {
    match timeout(HEARTBEAT, writing).await {
        Ok(written) => Ok(written?),
        Err(_) => Err(SessionError::Stalled),
    }
}
