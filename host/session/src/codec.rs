//! Frames on a byte stream: length first, bounded, never trusted.

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::{Offence, SessionError};

/// The largest event is a batch of rows: 16 MiB of cells by the report's budget, and as much again would be a fault.
pub(crate) const MAX_FRAME: usize = 24 << 20;

/// Writes one frame; the caller flushes when it has no more.
pub(crate) async fn write<T: Serialize>(stream: &mut (impl AsyncWrite + Unpin), frame: &T) -> Result<(), SessionError> {
    // Four bytes for the length, filled in once it is known, so that a frame is one write.
    let encoded = postcard::to_extend(frame, vec![0; 4]).map_err(|_| SessionError::Misbehaved(Offence::Garbage))?;
    let length = encoded.len() - 4;
    if length > MAX_FRAME {
        return Err(SessionError::Misbehaved(Offence::FrameTooLong { length, max: MAX_FRAME }));
    }
    let mut encoded = encoded;
    // MAX_FRAME fits into 32 bits.
    let prefix = u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes();
    encoded.iter_mut().zip(prefix).for_each(|(byte, value)| *byte = value);
    stream.write_all(&encoded).await?;
    Ok(())
}

/// Reads one frame; `None` when the stream ended between two frames.
pub(crate) async fn read<T: DeserializeOwned>(
    stream: &mut (impl AsyncRead + Unpin),
) -> Result<Option<T>, SessionError> {
    let mut prefix = [0; 4];
    if stream.read(&mut prefix[..1]).await? == 0 {
        return Ok(None);
    }
    stream.read_exact(&mut prefix[1..]).await?;
    let length = usize::try_from(u32::from_le_bytes(prefix)).unwrap_or(usize::MAX);
    if length > MAX_FRAME {
        return Err(SessionError::Misbehaved(Offence::FrameTooLong { length, max: MAX_FRAME }));
    }
    // Grows with what arrives: an announced length alone takes no memory.
    let mut bytes = Vec::with_capacity(length.min(64 * 1024));
    let limit = u64::try_from(length).unwrap_or(u64::MAX);
    if stream.take(limit).read_to_end(&mut bytes).await? < length {
        return Err(SessionError::Gone);
    }
    match postcard::take_from_bytes(&bytes) {
        Ok((frame, [])) => Ok(Some(frame)),
        _ => Err(SessionError::Misbehaved(Offence::Garbage)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Down;

    async fn read_bytes(bytes: &[u8]) -> Result<Option<Down>, SessionError> {
        read(&mut &bytes[..]).await
    }

    #[tokio::test]
    async fn a_frame_survives_the_stream() {
        let mut stream = Vec::new();
        write(&mut stream, &Down::Cancel).await.unwrap();
        assert_eq!(read_bytes(&stream).await.unwrap(), Some(Down::Cancel));
        assert_eq!(read_bytes(&[]).await.unwrap(), None);
    }

    #[tokio::test]
    async fn an_endless_frame_is_refused_by_its_length_alone() {
        let error = read_bytes(&[0xff; 4]).await.unwrap_err();
        assert!(matches!(error, SessionError::Misbehaved(Offence::FrameTooLong { .. })));
    }

    #[tokio::test]
    async fn a_frame_cut_off_is_a_peer_that_is_gone() {
        assert!(matches!(read_bytes(&[100, 0, 0, 0, 1, 2]).await, Err(SessionError::Gone)));
    }

    #[tokio::test]
    async fn garbage_and_bytes_after_a_frame_are_refused() {
        for bytes in [&[1, 0, 0, 0, 0xff][..], &[2, 0, 0, 0, 4, 9][..]] {
            assert!(matches!(read_bytes(bytes).await, Err(SessionError::Misbehaved(Offence::Garbage))), "{bytes:?}");
        }
    }
}
