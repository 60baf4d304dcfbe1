//! The operator's side of the loader: an agent is sent over the stream that its session then runs over.

use std::io;
use std::time::Duration;

use dbg_loader::{Header, READY};
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;

use crate::launch::Stream;

/// Without an answer for so long, nobody takes anything in.
const SILENT: Duration = Duration::from_secs(30);

/// Sends a packed agent, but for what is there already; then the stream is the agent's.
pub(super) async fn send(stream: Stream, packed: &'static [u8]) -> io::Result<Stream> {
    let length = packed.len() as u64;
    let digest = tokio::task::spawn_blocking(move || Sha256::digest(packed).into()).await.map_err(io::Error::other)?;
    let (mut reader, mut writer) = tokio::io::split(stream);
    writer.write_all(&Header { length, digest }.to_bytes()).await?;
    writer.flush().await?;
    let there = answer(&mut reader).await?;
    let rest = usize::try_from(there).ok().and_then(|there| packed.get(there..));
    let rest =
        rest.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the loader has more than it was sent"))?;
    let sending = async {
        writer.write_all(rest).await?;
        writer.flush().await
    };
    let answers = async {
        let mut last = there;
        loop {
            match answer(&mut reader).await? {
                READY if last == length => return Ok(()),
                number if (last..=length).contains(&number) => last = number,
                _ => return Err(io::Error::new(io::ErrorKind::InvalidData, "the loader's answer makes no sense")),
            }
        }
    };
    // Whichever fails first is the reason.
    tokio::try_join!(sending, answers)?;
    Ok(reader.unsplit(writer))
}

async fn answer(reader: &mut (impl tokio::io::AsyncRead + Unpin)) -> io::Result<u64> {
    timeout(SILENT, reader.read_u64()).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A loader that has so many bytes already, and what it got.
    async fn sent(there: u64, packed: &'static [u8], last: u64) -> (io::Result<Stream>, Vec<u8>) {
        let (near, mut far) = tokio::io::duplex(16);
        let loader = tokio::spawn(async move {
            let mut header = [0; dbg_loader::HEADER];
            far.read_exact(&mut header).await.unwrap();
            let header = Header::from_bytes(&header).unwrap();
            far.write_u64(there).await.unwrap();
            let mut got = Vec::new();
            while there + (got.len() as u64) < header.length {
                got.push(far.read_u8().await.unwrap());
                // Whoever has given up reads no answer.
                let _ = far.write_u64(there + got.len() as u64).await;
            }
            let _ = far.write_u64(last).await;
            (got, far)
        });
        let sent = send(Box::new(near), packed).await;
        let (got, _far) = loader.await.unwrap();
        (sent, got)
    }

    #[tokio::test]
    async fn only_what_is_missing_is_sent() {
        let (stream, got) = sent(0, b"the agent", READY).await;
        assert!(stream.is_ok());
        assert_eq!(got, b"the agent");
        assert_eq!(sent(4, b"the agent", READY).await.1, b"agent");
        assert_eq!(sent(9, b"the agent", READY).await.1, b"");
    }

    #[tokio::test]
    async fn a_loader_that_answers_nonsense_is_none() {
        let (stream, _) = sent(0, b"the agent", 3).await;
        assert_eq!(stream.err().unwrap().kind(), io::ErrorKind::InvalidData);
    }
}
