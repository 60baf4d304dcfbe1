//! One query over one TCP connection, as far as it goes without waiting.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Instant;

use rustix::io::Errno;
use socket2::{Domain, Protocol, SockAddr, SockRef, Socket, Type};

use super::heard::Trouble;

/// How far it is.
#[derive(Debug)]
enum Stage {
    Connecting,
    Writing { written: usize },
    Reading { answer: Vec<u8> },
}

/// A query and its answer, both with the two bytes of length. Source: RFC 1035 section 4.2.2.
#[derive(Debug)]
pub(super) struct Stream {
    pub(super) socket: TcpStream,
    pub(super) started: Instant,
    pub(super) id: u16,
    query: Vec<u8>,
    stage: Stage,
}

impl Stream {
    /// Begins to connect.
    pub(super) fn start(server: SocketAddr, id: u16, query: &[u8]) -> Result<Self, Trouble> {
        let length = u16::try_from(query.len()).map_err(|_| Trouble::Other(io::ErrorKind::InvalidInput))?;
        // Not `Socket::new` and `Socket::set_nonblocking`: in wasip2 the flags that they set are refused (EINVAL).
        let socket = Socket::new_raw(Domain::for_address(server), Type::STREAM, Some(Protocol::TCP))?;
        let socket = TcpStream::from(socket);
        socket.set_nonblocking(true)?;
        let stage = match SockRef::from(&socket).connect(&SockAddr::from(server)) {
            Ok(()) => Stage::Writing { written: 0 },
            Err(error) if in_progress(&error) => Stage::Connecting,
            Err(error) => return Err(error.into()),
        };
        let mut framed = length.to_be_bytes().to_vec();
        framed.extend_from_slice(query);
        Ok(Self { socket, started: Instant::now(), id, query: framed, stage })
    }

    /// Whether it waits until it can write; else until it can read.
    pub(super) const fn waits_to_write(&self) -> bool {
        matches!(self.stage, Stage::Connecting | Stage::Writing { .. })
    }

    /// Goes on as far as it can. The answer without its length when it is complete.
    pub(super) fn advance(&mut self) -> Result<Option<Vec<u8>>, Trouble> {
        loop {
            match &mut self.stage {
                Stage::Connecting => {
                    if let Some(error) = self.socket.take_error()? {
                        return Err(error.into());
                    }
                    if let Err(error) = self.socket.peer_addr() {
                        return if error.kind() == io::ErrorKind::NotConnected { Ok(None) } else { Err(error.into()) };
                    }
                    self.stage = Stage::Writing { written: 0 };
                }
                Stage::Writing { written } => {
                    let Some(rest) = self.query.get(*written..).filter(|rest| !rest.is_empty()) else {
                        self.stage = Stage::Reading { answer: Vec::new() };
                        continue;
                    };
                    match (&self.socket).write(rest) {
                        Ok(0) => return Err(Trouble::ClosedEarly),
                        Ok(length) => *written += length,
                        Err(error) if would_block(&error) => return Ok(None),
                        Err(error) => return Err(error.into()),
                    }
                }
                Stage::Reading { answer } => {
                    let mut buffer = [0; 4096];
                    match (&self.socket).read(&mut buffer) {
                        Ok(0) => return Err(Trouble::ClosedEarly),
                        Ok(length) => answer.extend_from_slice(buffer.get(..length).unwrap_or_default()),
                        Err(error) if would_block(&error) => return Ok(None),
                        Err(error) => return Err(error.into()),
                    }
                    if let Some(whole) = complete(answer) {
                        return Ok(Some(whole));
                    }
                }
            }
        }
    }
}

/// The message, once as many bytes are there as its length says. At most 64 KiB by the width of the length.
fn complete(answer: &[u8]) -> Option<Vec<u8>> {
    let (length, message) = answer.split_first_chunk::<2>()?;
    message.get(..usize::from(u16::from_be_bytes(*length))).map(<[u8]>::to_vec)
}

fn would_block(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}

fn in_progress(error: &io::Error) -> bool {
    would_block(error) || error.raw_os_error() == Some(Errno::INPROGRESS.raw_os_error())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_complete_only_when_all_of_its_length_is_there() {
        assert_eq!(complete(&[0]), None);
        assert_eq!(complete(&[0, 3, 1, 2]), None);
        assert_eq!(complete(&[0, 3, 1, 2, 3, 9]), Some(vec![1, 2, 3]));
        assert_eq!(complete(&[0, 0]), Some(vec![]));
    }
}
