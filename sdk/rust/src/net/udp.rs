//! UDP.

use std::io;
use std::net::{self, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};

use super::ready::{Interest, retry, wait_any};

/// A datagram leaves at once, or the machine's own queue is full; waiting longer says nothing about the target.
const SEND_PATIENCE: Duration = Duration::from_secs(1);

/// A UDP socket that waits no longer than it is told.
#[derive(Debug)]
pub struct UdpSocket {
    socket: net::UdpSocket,
}

/// A datagram in the caller's buffer.
#[derive(Debug, PartialEq, Eq)]
pub struct Datagram<'a> {
    /// What came, cut to the buffer's length.
    pub bytes: &'a [u8],
    /// From where.
    pub from: SocketAddr,
}

impl UdpSocket {
    /// A socket for one peer: only its datagrams are received, and that nothing listens there is told as `ConnectionRefused`.
    ///
    /// # Errors
    /// `PermissionDenied` for a peer that was not granted; what the target's kernel answers.
    pub fn connect(peer: SocketAddr) -> io::Result<Self> {
        let socket = Self::open(peer)?;
        socket.socket.connect(peer)?;
        Ok(socket)
    }

    /// A socket for any peers of the family of `like`: datagrams of anybody are received, so look where they come from.
    ///
    /// # Errors
    /// What the target's kernel answers.
    pub fn open(like: SocketAddr) -> io::Result<Self> {
        let any: SocketAddr = match like {
            SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
            SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
        };
        Self::bind(any)
    }

    /// A socket at a local address; port 0 for any.
    ///
    /// # Errors
    /// What the target's kernel answers.
    pub fn bind(local: SocketAddr) -> io::Result<Self> {
        let socket = net::UdpSocket::bind(local)?;
        socket.set_nonblocking(true)?;
        Ok(Self { socket })
    }

    /// The address it is bound to.
    ///
    /// # Errors
    /// What the target's kernel answers.
    pub fn local(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Sends to the connected peer.
    ///
    /// # Errors
    /// `ConnectionRefused` when an earlier datagram found nobody; what the target's kernel answers.
    pub fn send(&self, datagram: &[u8]) -> io::Result<()> {
        self.sent(|| self.socket.send(datagram))
    }

    /// Sends to a peer.
    ///
    /// # Errors
    /// `PermissionDenied` for a peer that was not granted; what the target's kernel answers.
    pub fn send_to(&self, datagram: &[u8], peer: SocketAddr) -> io::Result<()> {
        self.sent(|| self.socket.send_to(datagram, peer))
    }

    fn sent(&self, attempt: impl FnMut() -> io::Result<usize>) -> io::Result<()> {
        match retry(&self.socket, Interest::Write, Instant::now() + SEND_PATIENCE, attempt)? {
            Some(_) => Ok(()),
            None => Err(io::Error::new(io::ErrorKind::TimedOut, "the machine's own send queue stayed full")),
        }
    }

    /// Waits for the next datagram; none when the deadline passes first. With a deadline in the past it takes what is there.
    ///
    /// # Errors
    /// `ConnectionRefused` when a connected socket's datagram found nobody; what the target's kernel answers.
    pub fn receive<'a>(&self, buffer: &'a mut [u8], deadline: Instant) -> io::Result<Option<Datagram<'a>>> {
        let received = retry(&self.socket, Interest::Read, deadline, || self.socket.recv_from(buffer))?;
        Ok(received.map(|(length, from)| Datagram { bytes: buffer.get(..length).unwrap_or(buffer), from }))
    }
}

/// Waits for a datagram at any of several sockets. The positions of those that have one (or an error to tell), in order; none when the
/// deadline passes first.
///
/// # Errors
/// `InvalidInput` without any socket; what the target's kernel answers.
pub fn first_ready(sockets: &[&UdpSocket], deadline: Instant) -> io::Result<Vec<usize>> {
    let sockets: Vec<_> = sockets.iter().map(|one| one.socket.as_raw_fd()).collect();
    wait_any(&sockets, Interest::Read, deadline)
}

#[cfg(test)]
mod tests;
