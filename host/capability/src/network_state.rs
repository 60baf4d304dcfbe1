//! `dbg:network-state`: sockets, interfaces, addresses, routes and neighbours of the target's network namespace.
//! Source: man 7 sock_diag, man 7 rtnetlink.

use std::net::{IpAddr, SocketAddr};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// A dump of sockets under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SocketDumpId(pub u64);

/// Whose sockets; both families.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SocketProtocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

/// Source: RFC 9293 section 3.3.2. A UDP socket is `Established` when it has a peer, else `Closed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SocketState {
    /// A connection.
    Established,
    /// It asked, and nobody answered yet.
    SynSent,
    /// A peer asked, and was answered.
    SynReceived,
    /// Closed here, not yet acknowledged.
    FinWait1,
    /// Closed here and acknowledged.
    FinWait2,
    /// Closed by both; the ports are kept for a while.
    TimeWait,
    /// Not connected.
    Closed,
    /// Closed by the peer, not by the program here.
    CloseWait,
    /// Closed by both; the last acknowledgement is awaited.
    LastAck,
    /// Waiting for peers.
    Listening,
    /// Both close at once.
    Closing,
    /// A state that is none of these.
    Other,
}

/// One socket. What it does not have is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SocketEntry {
    /// The unspecified address for none.
    pub local: SocketAddr,
    /// The unspecified address and port 0 for none.
    pub remote: SocketAddr,
    /// What TCP is doing with it.
    pub state: SocketState,
    /// Unread bytes, or waiting connections of a listening socket.
    pub receive_queue: u32,
    /// Unacknowledged bytes.
    pub send_queue: u32,
    /// How many connections may wait, for a listening socket.
    pub backlog: u32,
    /// How often the oldest unacknowledged segment was sent again.
    pub resending: u8,
    /// Segments sent again in its whole life.
    pub retransmits: u32,
    /// Segments sent in its whole life.
    pub segments: u32,
    /// The smoothed round trip time in microseconds.
    pub rtt_us: u32,
    /// Owner.
    pub uid: u32,
    /// The interface that it is bound to.
    pub interface_index: u32,
    /// 0 for a socket that belongs to no process any more.
    pub inode: u64,
}

/// Some sockets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SocketPage {
    /// In the kernel's order.
    pub sockets: Vec<SocketEntry>,
    /// No more will come.
    pub last: bool,
}

/// A table read up to a cap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capped<T> {
    /// What was read.
    pub rows: Vec<T>,
    /// The kernel has more.
    pub cut: bool,
}

/// One interface.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkInterface {
    /// From 1.
    pub index: u32,
    /// Escaped.
    pub name: String,
    /// What made it, as the kernel names it; empty for hardware and loopback.
    pub kind: String,
    /// A word of RFC 2863, as the WIT lists them.
    pub state: String,
    /// IFF_UP.
    pub enabled: bool,
    /// Bytes.
    pub mtu: u32,
    /// Hexadecimal with colons, or empty.
    pub hardware_address: String,
    /// The index of its bridge or bond; 0 for none.
    pub controller: u32,
}

/// One address of one interface.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterfaceAddress {
    /// Whose it is.
    pub interface_index: u32,
    /// The address.
    pub address: IpAddr,
    /// 0..32 or 0..128.
    pub prefix_length: u8,
    /// A word, or a number.
    pub scope: String,
}

/// One route, or one next hop of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// The network's address.
    pub destination: IpAddr,
    /// The network's length.
    pub prefix_length: u8,
    /// The next hop.
    pub gateway: Option<IpAddr>,
    /// Where it leaves; 0 for none.
    pub interface_index: u32,
    /// The source that it prefers.
    pub source: Option<IpAddr>,
    /// The lower wins.
    pub metric: u32,
    /// 254 is the main table.
    pub table: u32,
    /// A word, or a number.
    pub kind: String,
    /// A word, or a number.
    pub protocol: String,
}

/// Who has an address on a link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Neighbour {
    /// On which interface.
    pub interface_index: u32,
    /// The address.
    pub address: IpAddr,
    /// Hexadecimal with colons, or empty.
    pub hardware_address: String,
    /// A word, or a number.
    pub state: String,
}

/// Ports that the kernel gives to who asks for none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalPorts {
    /// The first.
    pub first: u16,
    /// The last.
    pub last: u16,
}

/// The cause, as far as a program can act on it: the codes of the WIT.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum NetworkStateErrorCode {
    /// EACCES, EPERM.
    Denied,
    /// The kernel does not tell it.
    Unsupported,
    /// The handles are spent.
    OverBudget,
    /// No such handle, or closed.
    Closed,
    /// Anything else.
    Other,
}

/// Why the state could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{text}")]
pub struct NetworkStateError {
    /// The cause.
    pub code: NetworkStateErrorCode,
    /// One sentence, lower case, no full stop.
    pub text: String,
}

/// Answers `dbg:network-state` at the target.
#[async_trait]
pub trait NetworkState: Send + Sync {
    /// Begins a dump of sockets.
    async fn dump(&self, protocol: SocketProtocol) -> Result<SocketDumpId, NetworkStateError>;

    /// The next sockets, at most `max`.
    async fn next(&self, dump: SocketDumpId, max: u32) -> Result<SocketPage, NetworkStateError>;

    /// Frees a dump; one that is not open is no error.
    async fn close(&self, dump: SocketDumpId);

    /// The interfaces, at most `cap`.
    async fn interfaces(&self, cap: usize) -> Result<Capped<NetworkInterface>, NetworkStateError>;

    /// Their addresses, at most `cap`.
    async fn addresses(&self, cap: usize) -> Result<Capped<InterfaceAddress>, NetworkStateError>;

    /// The routes of all tables, at most `cap`.
    async fn routes(&self, cap: usize) -> Result<Capped<Route>, NetworkStateError>;

    /// The neighbours, at most `cap`.
    async fn neighbours(&self, cap: usize) -> Result<Capped<Neighbour>, NetworkStateError>;

    /// The range of local ports.
    async fn local_ports(&self) -> Result<LocalPorts, NetworkStateError>;
}
