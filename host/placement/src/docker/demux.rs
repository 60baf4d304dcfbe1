//! What a container says on stdout and stderr, told apart: each piece comes behind eight bytes that say where it was said and how long
//! it is. Source: the engine's API, attach.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::launch::Stream;

/// What an agent may say on stderr; the rest is read and dropped, so that it never waits for us.
const WORDS: usize = 4096;

/// What a container said on stderr, at most 4 KiB.
#[derive(Debug, Clone, Default)]
pub(crate) struct Said(Arc<Mutex<Vec<u8>>>);

impl Said {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn add(&self, bytes: &[u8]) {
        let mut said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let room = WORDS.saturating_sub(said.len());
        said.extend(bytes.iter().take(room));
    }
}

/// A container's stdout and stdin as one stream.
pub(crate) struct Demux {
    stream: Stream,
    said: Said,
    head: [u8; 8],
    /// Bytes of the head that are there.
    headed: usize,
    /// Bytes of the piece that are to come.
    left: usize,
    from: Source,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    Stdout,
    Stderr,
}

impl Demux {
    pub(crate) fn new(stream: Stream) -> (Self, Said) {
        let said = Said::default();
        (Self { stream, said: said.clone(), head: [0; 8], headed: 0, left: 0, from: Source::Stdout }, said)
    }

    /// Reads a head; false at the end of the stream.
    fn poll_head(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<bool>> {
        while let Some(rest) = self.head.get_mut(self.headed..).filter(|rest| !rest.is_empty()) {
            let mut buffer = ReadBuf::new(rest);
            ready!(Pin::new(&mut self.stream).poll_read(cx, &mut buffer))?;
            match buffer.filled().len() {
                0 if self.headed == 0 => return Poll::Ready(Ok(false)),
                0 => return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into())),
                read => self.headed += read,
            }
        }
        let [from, a, b, c, length @ ..] = self.head;
        self.from = match (from, [a, b, c]) {
            (0 | 1, [0, 0, 0]) => Source::Stdout,
            (2, [0, 0, 0]) => Source::Stderr,
            _ => {
                return Poll::Ready(Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "the engine sends no frames of a container",
                )));
            }
        };
        self.left = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
        self.headed = 0;
        Poll::Ready(Ok(true))
    }
}

impl AsyncRead for Demux {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            if this.left == 0 {
                if !ready!(this.poll_head(cx))? {
                    return Poll::Ready(Ok(()));
                }
                continue;
            }
            match this.from {
                Source::Stdout => {
                    let room = this.left.min(buffer.remaining());
                    let mut piece = ReadBuf::new(buffer.initialize_unfilled_to(room));
                    ready!(Pin::new(&mut this.stream).poll_read(cx, &mut piece))?;
                    let read = piece.filled().len();
                    if read == 0 && room > 0 {
                        return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
                    }
                    buffer.advance(read);
                    this.left -= read;
                    return Poll::Ready(Ok(()));
                }
                Source::Stderr => {
                    let mut bytes = [0; 1024];
                    let room = bytes.len().min(this.left);
                    let mut piece = ReadBuf::new(bytes.get_mut(..room).unwrap_or_default());
                    ready!(Pin::new(&mut this.stream).poll_read(cx, &mut piece))?;
                    if piece.filled().is_empty() {
                        return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
                    }
                    this.left -= piece.filled().len();
                    this.said.add(piece.filled());
                }
            }
        }
    }
}

impl AsyncWrite for Demux {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    fn frame(from: u8, text: &[u8]) -> Vec<u8> {
        let length = u32::try_from(text.len()).unwrap().to_be_bytes();
        [&[from, 0, 0, 0][..], &length, text].concat()
    }

    async fn read(bytes: Vec<u8>) -> (io::Result<Vec<u8>>, Vec<u8>) {
        // Three bytes at once: heads and pieces are torn apart everywhere.
        let (near, mut far) = tokio::io::duplex(3);
        tokio::spawn(async move { far.write_all(&bytes).await });
        let (mut demux, said) = Demux::new(Box::new(near));
        let mut out = Vec::new();
        let read = demux.read_to_end(&mut out).await.map(|_| out);
        (read, said.bytes())
    }

    #[tokio::test]
    async fn stdout_is_read_and_stderr_is_kept_apart() {
        let bytes = [frame(1, b"one "), frame(2, b"oh"), frame(1, b""), frame(1, b"two"), frame(2, b" no")].concat();
        let (out, said) = read(bytes).await;
        assert_eq!((out.unwrap(), said), (b"one two".to_vec(), b"oh no".to_vec()));
    }

    #[tokio::test]
    async fn what_is_no_frame_or_ends_within_one_is_an_error() {
        assert_eq!(read(b"HTTP/1.1 200 OK".to_vec()).await.0.unwrap_err().kind(), io::ErrorKind::InvalidData);
        let whole = frame(1, b"text");
        for cut in [3, 9] {
            assert_eq!(read(whole[..cut].to_vec()).await.0.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        }
    }

    #[tokio::test]
    async fn what_is_said_on_stderr_is_bounded() {
        let (out, said) = read([frame(2, &[b'x'; 100_000]), frame(1, b"end")].concat()).await;
        assert_eq!((out.unwrap(), said.len()), (b"end".to_vec(), WORDS));
    }
}
