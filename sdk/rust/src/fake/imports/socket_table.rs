//! `dbg:network-state/socket-table`.

use std::cell::RefCell;

use super::network_state_errors::Error;
use super::network_tables::network;
use crate::network_state::{Protocol, Socket, State};

#[derive(Clone, Copy, Debug)]
pub(crate) enum SocketProtocol {
    Tcp,
    Udp,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum SocketState {
    Established,
    SynSent,
    SynReceived,
    FinWait1,
    FinWait2,
    TimeWait,
    Closed,
    CloseWait,
    LastAck,
    Listening,
    Closing,
    Other,
}

#[derive(Debug, Default)]
pub(crate) struct SocketPage {
    pub addresses: Vec<String>,
    pub local: Vec<u32>,
    pub local_port: Vec<u16>,
    pub remote: Vec<u32>,
    pub remote_port: Vec<u16>,
    pub state: Vec<SocketState>,
    pub receive_queue: Vec<u32>,
    pub send_queue: Vec<u32>,
    pub backlog: Vec<u32>,
    pub resending: Vec<u32>,
    pub retransmits: Vec<u32>,
    pub segments: Vec<u32>,
    pub rtt_us: Vec<u32>,
    pub uid: Vec<u32>,
    pub interface_index: Vec<u32>,
    pub inode: Vec<String>,
    pub last: bool,
}

#[derive(Debug)]
pub(crate) struct Sockets {
    /// In reverse order.
    left: RefCell<Vec<Socket>>,
}

pub(crate) fn start(protocol: SocketProtocol) -> Result<Sockets, Error> {
    let protocol = match protocol {
        SocketProtocol::Tcp => Protocol::Tcp,
        SocketProtocol::Udp => Protocol::Udp,
    };
    let sockets = network()?.sockets.into_iter().rev().filter(|(of, _)| *of == protocol);
    Ok(Sockets { left: RefCell::new(sockets.map(|(_, socket)| socket).collect()) })
}

impl Sockets {
    pub(crate) fn next(&self, max: u32, _: u32) -> Result<SocketPage, Error> {
        let mut left = self.left.borrow_mut();
        let most = usize::try_from(max).unwrap_or(usize::MAX).min(10_000);
        let keep = left.len().saturating_sub(most);
        let mut page = SocketPage::default();
        for socket in left.split_off(keep).into_iter().rev() {
            page.push(&socket);
        }
        page.last = left.is_empty();
        Ok(page)
    }
}

impl SocketPage {
    fn push(&mut self, socket: &Socket) {
        let local = self.address(socket.local.ip().to_string());
        let remote = self.address(socket.remote.ip().to_string());
        self.local.push(local);
        self.local_port.push(socket.local.port());
        self.remote.push(remote);
        self.remote_port.push(socket.remote.port());
        self.state.push(state(socket.state));
        self.receive_queue.push(socket.receive_queue);
        self.send_queue.push(socket.send_queue);
        self.backlog.push(socket.backlog);
        self.resending.push(socket.resending);
        self.retransmits.push(socket.retransmits);
        self.segments.push(socket.segments);
        self.rtt_us.push(u32::try_from(socket.rtt.as_micros()).unwrap_or(u32::MAX));
        self.uid.push(socket.uid);
        self.interface_index.push(socket.interface_index);
        self.inode.push(socket.inode.to_string());
    }

    fn address(&mut self, text: String) -> u32 {
        let index = self.addresses.iter().position(|known| *known == text).unwrap_or_else(|| {
            self.addresses.push(text);
            self.addresses.len() - 1
        });
        u32::try_from(index).unwrap_or(u32::MAX)
    }
}

fn state(state: State) -> SocketState {
    match state {
        State::Established => SocketState::Established,
        State::SynSent => SocketState::SynSent,
        State::SynReceived => SocketState::SynReceived,
        State::FinWait1 => SocketState::FinWait1,
        State::FinWait2 => SocketState::FinWait2,
        State::TimeWait => SocketState::TimeWait,
        State::Closed => SocketState::Closed,
        State::CloseWait => SocketState::CloseWait,
        State::LastAck => SocketState::LastAck,
        State::Listening => SocketState::Listening,
        State::Closing => SocketState::Closing,
        State::Other => SocketState::Other,
    }
}
