//! One server: its sockets, and what waits for it.

use std::collections::VecDeque;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

use super::engine::Ticket;
use super::heard::{Ending, ServerFacts, Trouble};
use super::ids::Ids;

/// Questions of one server that are under way at once. More would fill the receive queue of a small forwarder, and drop its answers.
pub(super) const WINDOW: usize = 16;

/// Which socket of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    /// Connected: a closed port is told at once, and strangers are not heard. For the first query of each question.
    Connected,
    /// The one that was the connected one before. Late answers may come.
    Former,
    /// Not connected, with a port of its own, for what is asked again: a NAT entry that went wrong does not matter any more, and an answer
    /// from another address than was asked is seen.
    Open,
}

/// What an id of this server was given to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    Question(Ticket),
    /// The query that only asks whether somebody is there.
    Liveness,
}

#[derive(Debug)]
pub(super) struct Server {
    pub(super) address: SocketAddr,
    connected: Option<UdpSocket>,
    former: Option<UdpSocket>,
    open: Option<UdpSocket>,
    /// Questions that were asked together leave together.
    pub(super) queue: VecDeque<Vec<Ticket>>,
    pub(super) under_way: usize,
    pub(super) ids: Ids<Owner>,
    /// Whether anything came that answers something.
    pub(super) heard: bool,
    /// Nothing more is asked; each question ends like this.
    pub(super) closed: Option<Ending>,
    pub(super) facts: ServerFacts,
}

impl Server {
    pub(super) fn new(address: SocketAddr) -> Self {
        Self {
            address,
            connected: None,
            former: None,
            open: None,
            queue: VecDeque::new(),
            under_way: 0,
            ids: Ids::new(),
            heard: false,
            closed: None,
            facts: ServerFacts::default(),
        }
    }

    /// Sends a first query.
    pub(super) fn send(&mut self, query: &[u8]) -> Result<(), Trouble> {
        let socket = match self.connected.take() {
            Some(socket) => socket,
            None => {
                let socket = bind(self.address)?;
                socket.connect(self.address)?;
                socket
            }
        };
        let sent = sent(self.connected.insert(socket).send(query));
        Ok(sent?)
    }

    /// Sends a query again, from another port.
    pub(super) fn send_again(&mut self, query: &[u8]) -> Result<(), Trouble> {
        let socket = match self.open.take() {
            Some(socket) => socket,
            None => bind(self.address)?,
        };
        let sent = sent(self.open.insert(socket).send_to(query, self.address));
        Ok(sent?)
    }

    /// The next first query leaves from a port that was not used before.
    pub(super) fn renew(&mut self) {
        if let Some(socket) = self.connected.take() {
            self.former = Some(socket);
        }
    }

    /// The sockets that are there.
    pub(super) fn sockets(&self) -> impl Iterator<Item = (Which, &UdpSocket)> {
        [(Which::Connected, &self.connected), (Which::Former, &self.former), (Which::Open, &self.open)]
            .into_iter()
            .filter_map(|(which, socket)| socket.as_ref().map(|socket| (which, socket)))
    }

    pub(super) fn socket(&self, which: Which) -> Option<&UdpSocket> {
        self.sockets().find(|(one, _)| *one == which).map(|(_, socket)| socket)
    }

    /// Whether the datagram came from where the question went.
    pub(super) fn is_from_here(&self, from: SocketAddr) -> bool {
        // A link-local address comes back with its scope, which the configuration may have left out.
        from.ip() == self.address.ip() && from.port() == self.address.port()
    }
}

fn bind(like: SocketAddr) -> io::Result<UdpSocket> {
    let any: SocketAddr = match like {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(any)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

/// A full send queue is a lost datagram, like any other: it is sent again when its time is up.
fn sent(result: io::Result<usize>) -> io::Result<()> {
    match result {
        Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => Ok(()),
        Err(error) => Err(error),
        Ok(_) => Ok(()),
    }
}
