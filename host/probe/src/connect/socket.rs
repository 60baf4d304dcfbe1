//! One connect: a socket that does not wait, and what became of it.

use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::time::Duration;

use dbg_capability::{Heard, Outcome};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketFlags, SocketType, connect, getsockname, socket_with, sockopt};

use super::{icmp, listen};

/// What became of a new connect.
#[derive(Debug)]
pub(super) enum Begun {
    /// It ended at once, as most on loopback do.
    Ended(Ended),
    /// It was made at once.
    Connected(OwnedFd),
    /// The SYN is out.
    Waiting(OwnedFd),
    /// No descriptor or memory is left: nothing was sent.
    Starved,
}

/// How a connect ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ended {
    pub(super) outcome: Outcome,
    pub(super) detail: String,
    pub(super) heard: Option<Box<Heard>>,
}

impl From<Outcome> for Ended {
    fn from(outcome: Outcome) -> Self {
        Self { outcome, detail: String::new(), heard: None }
    }
}

impl From<Heard> for Ended {
    fn from(heard: Heard) -> Self {
        Self { heard: Some(Box::new(heard)), ..Outcome::Connected.into() }
    }
}

/// Sends the SYN.
pub(super) fn begin(to: SocketAddr) -> Begun {
    let family = if to.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    let socket = match socket_with(family, SocketType::STREAM, flags, None) {
        Ok(socket) => socket,
        Err(Errno::MFILE | Errno::NFILE | Errno::NOBUFS | Errno::NOMEM) => return Begun::Starved,
        Err(errno) => return Begun::Ended(failed(errno, &to, None)),
    };
    let near = to.ip().to_canonical().is_loopback();
    if !near {
        // Where the kernel refuses, only the name of who sent an ICMP message is missing.
        let _refused = icmp::listen(&socket, to);
    }
    match connect(&socket, &to) {
        Ok(()) => made(socket, to),
        // On loopback the answer is there before this call is back, and asking again is cheaper than waiting to be told.
        Err(Errno::INPROGRESS) if near => match connect(&socket, &to) {
            Ok(()) | Err(Errno::ISCONN) => made(socket, to),
            Err(Errno::ALREADY | Errno::INPROGRESS) => Begun::Waiting(socket),
            Err(errno) => Begun::Ended(failed(errno, &to, None)),
        },
        Err(Errno::INPROGRESS) => Begun::Waiting(socket),
        Err(errno) => Begun::Ended(failed(errno, &to, Some(&socket))),
    }
}

/// What became of a connect that the kernel says something of; none when it was made.
pub(super) fn finish(socket: &OwnedFd, to: SocketAddr) -> Option<Ended> {
    match sockopt::socket_error(socket) {
        Ok(Ok(())) => connected(socket, to),
        Ok(Err(errno)) | Err(errno) => Some(failed(errno, &to, Some(socket))),
    }
}

fn made(socket: OwnedFd, to: SocketAddr) -> Begun {
    match connected(&socket, to) {
        None => Begun::Connected(socket),
        Some(ended) => Begun::Ended(ended),
    }
}

/// None when it is connected to somebody else.
fn connected(socket: &OwnedFd, to: SocketAddr) -> Option<Ended> {
    // A port in the range of local ports can be given to the very socket that connects to it, and TCP then connects it to itself. The
    // kernel gives only ports on which nobody listens.
    let own = getsockname(socket).ok().and_then(|own| SocketAddr::try_from(own).ok());
    if own == Some(to) {
        return Some(Outcome::Refused.into());
    }
    // Closed by RST: an end by FIN keeps this side in TIME_WAIT for a minute, and after 28,000 of them no local port is left.
    let _refused = sockopt::set_socket_linger(socket, Some(Duration::ZERO));
    None
}

fn failed(errno: Errno, to: &SocketAddr, socket: Option<&OwnedFd>) -> Ended {
    if let Some(ending) = listen::ending(errno) {
        // It was made, and broken before anybody looked.
        return Heard { said: Vec::new(), ending, after_us: 0 }.into();
    }
    let said = socket.and_then(|socket| icmp::said(socket, to.is_ipv4()));
    let unreachable = |detail: String| Ended { detail, ..Outcome::Unreachable.into() };
    match errno {
        // A firewall that rejects by ICMP port unreachable is no RST of the host.
        Errno::CONNREFUSED => said.map_or(Outcome::Refused.into(), unreachable),
        Errno::TIMEDOUT => Outcome::TimedOut.into(),
        // The last three: a route of the target's own says so, and a prohibition by ICMPv6 is one of them.
        Errno::HOSTUNREACH
        | Errno::NETUNREACH
        | Errno::HOSTDOWN
        | Errno::NONET
        | Errno::ACCESS
        | Errno::PERM
        | Errno::INVAL => unreachable(said.unwrap_or_else(|| words(errno))),
        _ => match said {
            Some(said) => unreachable(said),
            None => Ended { detail: words(errno), ..Outcome::Other.into() },
        },
    }
}

/// Source: man 2 connect, man 7 ip (ERRORS).
fn words(errno: Errno) -> String {
    let words = match errno {
        Errno::NETUNREACH => "no route to it",
        Errno::HOSTUNREACH | Errno::HOSTDOWN | Errno::NONET => "host unreachable",
        Errno::ACCESS | Errno::PERM => "the target's kernel forbids it: a route or a firewall rule of its own",
        Errno::ADDRNOTAVAIL => "no local port or address is left for it",
        Errno::INVAL => "the target's kernel takes it for no address to connect to, or has a blackhole route",
        Errno::AFNOSUPPORT => "the target has no such address family",
        other => return format!("the kernel answers with error {}", other.raw_os_error()),
    };
    words.to_owned()
}
