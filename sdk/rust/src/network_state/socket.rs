//! Sockets, fetched by pages as they are asked for.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;
use std::vec;

use super::{Error, ErrorCode};
use crate::host::socket_table;

/// What one call may bring.
const SOCKETS_A_CALL: u32 = 10_000;
/// The host cuts it to what is left of the run.
const PATIENCE_MS: u32 = 10_000;

/// Whose sockets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

impl From<Protocol> for socket_table::SocketProtocol {
    fn from(protocol: Protocol) -> Self {
        match protocol {
            Protocol::Tcp => Self::Tcp,
            Protocol::Udp => Self::Udp,
        }
    }
}

/// What TCP is doing with a socket. One of UDP is `Established` when it has a peer, else `Closed`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// A connection.
    Established,
    /// It asked, and nobody answered yet.
    SynSent,
    /// A peer asked, and was answered.
    SynReceived,
    /// Closed here, not yet acknowledged.
    FinWait1,
    /// Closed here and acknowledged; the peer has not closed.
    FinWait2,
    /// Closed by both; the kernel keeps the ports for a minute. It has no owner.
    TimeWait,
    /// Not connected.
    Closed,
    /// Closed by the peer; the program here has not.
    CloseWait,
    /// Closed by both, and the last acknowledgement is awaited.
    LastAck,
    /// Waiting for peers.
    Listening,
    /// Both close at once.
    Closing,
    /// None of these.
    Other,
}

impl State {
    /// As `ss` writes it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Established => "ESTAB",
            Self::SynSent => "SYN-SENT",
            Self::SynReceived => "SYN-RECV",
            Self::FinWait1 => "FIN-WAIT-1",
            Self::FinWait2 => "FIN-WAIT-2",
            Self::TimeWait => "TIME-WAIT",
            Self::Closed => "UNCONN",
            Self::CloseWait => "CLOSE-WAIT",
            Self::LastAck => "LAST-ACK",
            Self::Listening => "LISTEN",
            Self::Closing => "CLOSING",
            Self::Other => "OTHER",
        }
    }
}

/// One socket. What it does not have is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Socket {
    /// `0.0.0.0` or `::` for a socket that is bound to no address.
    pub local: SocketAddr,
    /// `0.0.0.0:0` or `[::]:0` for a socket without peer.
    pub remote: SocketAddr,
    /// What TCP is doing with it.
    pub state: State,
    /// Bytes that the program has not read; of a listening socket the connections that wait to be accepted.
    pub receive_queue: u32,
    /// Bytes that the peer has not acknowledged.
    pub send_queue: u32,
    /// How many connections may wait to be accepted.
    pub backlog: u32,
    /// How often the oldest unacknowledged segment was sent again by now.
    pub resending: u32,
    /// Segments sent again in its whole life.
    pub retransmits: u32,
    /// Segments sent in its whole life; 0 where the kernel does not tell.
    pub segments: u32,
    /// The smoothed round trip time; zero before the first is known.
    pub rtt: Duration,
    /// The user whose socket it is.
    pub uid: u32,
    /// The interface that it is bound to, 0 for any.
    pub interface_index: u32,
    /// By which its owners are found; 0 for a socket that belongs to no process any more.
    pub inode: u64,
}

impl Socket {
    /// One with empty queues and nothing else known, to start from in a test.
    #[must_use]
    pub fn new(local: SocketAddr, remote: SocketAddr, state: State) -> Self {
        Self {
            local,
            remote,
            state,
            receive_queue: 0,
            send_queue: 0,
            backlog: 0,
            resending: 0,
            retransmits: 0,
            segments: 0,
            rtt: Duration::ZERO,
            uid: 0,
            interface_index: 0,
            inode: 0,
        }
    }
}

/// A dump of the kernel's table, no picture of one instant: a socket that changes meanwhile may come in its old or its new state.
/// Ends after an error.
#[derive(Debug)]
pub struct Sockets {
    handle: socket_table::Sockets,
    page: vec::IntoIter<Socket>,
    ended: bool,
}

impl Sockets {
    pub(super) fn new(handle: socket_table::Sockets) -> Self {
        Self { handle, page: Vec::new().into_iter(), ended: false }
    }
}

impl Iterator for Sockets {
    type Item = Result<Socket, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(socket) = self.page.next() {
                return Some(Ok(socket));
            }
            if self.ended {
                return None;
            }
            match self.handle.next(SOCKETS_A_CALL, PATIENCE_MS) {
                Ok(page) => {
                    self.ended = page.last;
                    let rows = rows(&page);
                    if rows.is_empty() && !page.last {
                        self.ended = true;
                        let text = "the time was up before all sockets were read".to_owned();
                        return Some(Err(Error { code: ErrorCode::Other, text }));
                    }
                    self.page = rows.into_iter();
                }
                Err(error) => {
                    self.ended = true;
                    return Some(Err(error.into()));
                }
            }
        }
    }
}

/// The columns as rows. A column that is too short, which a host never sends, leaves zeros.
fn rows(page: &socket_table::SocketPage) -> Vec<Socket> {
    let ip = |text: &String| text.parse().unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    let addresses: Vec<IpAddr> = page.addresses.iter().map(ip).collect();
    let end = |index: &[u32], ports: &[u16], row: usize| {
        let index = index.get(row).and_then(|index| usize::try_from(*index).ok());
        let ip = index.and_then(|index| addresses.get(index)).copied().unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        SocketAddr::new(ip, ports.get(row).copied().unwrap_or(0))
    };
    let at = |column: &[u32], row: usize| column.get(row).copied().unwrap_or(0);
    let row = |(row, kind): (usize, &socket_table::SocketState)| Socket {
        local: end(&page.local, &page.local_port, row),
        remote: end(&page.remote, &page.remote_port, row),
        state: state(*kind),
        receive_queue: at(&page.receive_queue, row),
        send_queue: at(&page.send_queue, row),
        backlog: at(&page.backlog, row),
        resending: at(&page.resending, row),
        retransmits: at(&page.retransmits, row),
        segments: at(&page.segments, row),
        rtt: Duration::from_micros(at(&page.rtt_us, row).into()),
        uid: at(&page.uid, row),
        interface_index: at(&page.interface_index, row),
        inode: page.inode.get(row).and_then(|inode| inode.parse().ok()).unwrap_or(0),
    };
    page.state.iter().enumerate().map(row).collect()
}

fn state(state: socket_table::SocketState) -> State {
    match state {
        socket_table::SocketState::Established => State::Established,
        socket_table::SocketState::SynSent => State::SynSent,
        socket_table::SocketState::SynReceived => State::SynReceived,
        socket_table::SocketState::FinWait1 => State::FinWait1,
        socket_table::SocketState::FinWait2 => State::FinWait2,
        socket_table::SocketState::TimeWait => State::TimeWait,
        socket_table::SocketState::Closed => State::Closed,
        socket_table::SocketState::CloseWait => State::CloseWait,
        socket_table::SocketState::LastAck => State::LastAck,
        socket_table::SocketState::Listening => State::Listening,
        socket_table::SocketState::Closing => State::Closing,
        socket_table::SocketState::Other => State::Other,
    }
}
