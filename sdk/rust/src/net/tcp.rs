//! TCP.

use std::io::{self, Read, Write};
use std::net::{self, SocketAddr};
use std::time::Instant;

use super::ready::{Interest, retry};

/// A TCP connection that waits no longer than it is told; then the error is `TimedOut`.
#[derive(Debug)]
pub struct TcpStream {
    stream: net::TcpStream,
}

impl TcpStream {
    /// Connects.
    ///
    /// # Errors
    /// `TimedOut`, `ConnectionRefused`, `PermissionDenied` for a peer that was not granted; what the target's kernel answers.
    pub fn connect(peer: SocketAddr, deadline: Instant) -> io::Result<Self> {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(timed_out());
        }
        let stream = net::TcpStream::connect_timeout(&peer, left)?;
        // In wasip2 (rustc 1.95) `poll` says nothing of a refusal, and `std` takes the connection for made.
        if let Some(error) = stream.take_error()? {
            return Err(error);
        }
        stream.set_nonblocking(true)?;
        Ok(Self { stream })
    }

    /// The local address of the connection.
    ///
    /// # Errors
    /// What the target's kernel answers.
    pub fn local(&self) -> io::Result<SocketAddr> {
        self.stream.local_addr()
    }

    /// What has come, at least a byte; 0 at the end of the stream.
    ///
    /// # Errors
    /// `TimedOut`; what the target's kernel answers.
    pub fn read(&mut self, buffer: &mut [u8], deadline: Instant) -> io::Result<usize> {
        let mut stream = &self.stream;
        retry(&self.stream, Interest::Read, deadline, || stream.read(buffer))?.ok_or_else(timed_out)
    }

    /// Fills the buffer.
    ///
    /// # Errors
    /// `UnexpectedEof` when the stream ends before; else as [`TcpStream::read`].
    pub fn read_exact(&mut self, mut buffer: &mut [u8], deadline: Instant) -> io::Result<()> {
        while !buffer.is_empty() {
            match self.read(buffer, deadline)? {
                0 => {
                    return Err(io::Error::new(
                        io::ErrorKind::UnexpectedEof,
                        "the peer closed the connection in the middle",
                    ));
                }
                length => buffer = buffer.get_mut(length..).unwrap_or_default(),
            }
        }
        Ok(())
    }

    /// Writes all of it.
    ///
    /// # Errors
    /// `TimedOut`, `WriteZero`; what the target's kernel answers.
    pub fn write_all(&mut self, mut bytes: &[u8], deadline: Instant) -> io::Result<()> {
        while !bytes.is_empty() {
            let mut stream = &self.stream;
            match retry(&self.stream, Interest::Write, deadline, || stream.write(bytes))?.ok_or_else(timed_out)? {
                0 => return Err(io::Error::new(io::ErrorKind::WriteZero, "the connection takes nothing any more")),
                length => bytes = bytes.get(length..).unwrap_or_default(),
            }
        }
        Ok(())
    }

    /// Tells the peer that nothing more will come.
    ///
    /// # Errors
    /// What the target's kernel answers.
    pub fn finish(&mut self) -> io::Result<()> {
        self.stream.shutdown(net::Shutdown::Write)
    }
}

fn timed_out() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "the deadline passed")
}

#[cfg(test)]
mod tests;
