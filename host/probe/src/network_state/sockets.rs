//! Sockets by sock_diag. Source: man 7 sock_diag, include/uapi/linux/tcp.h.

use std::collections::VecDeque;
use std::net::SocketAddr;

use dbg_capability::{SocketEntry, SocketPage, SocketProtocol, SocketState};
use netlink_packet_sock_diag::SockDiagMessage;
use netlink_packet_sock_diag::constants::{AF_INET, AF_INET6, IPPROTO_TCP, IPPROTO_UDP};
use netlink_packet_sock_diag::inet::nlas::Nla;
use netlink_packet_sock_diag::inet::{ExtensionFlags, InetRequest, InetResponse, SocketId, StateFlags, Timer};
use netlink_sys::protocols::NETLINK_SOCK_DIAG;

use super::netlink::{Fault, Progress, Question};

/// One page.
const LARGEST_PAGE: u32 = 10_000;

/// A dump of one protocol, first IPv4, then IPv6. The kernel goes on only when asked for more, so nothing piles up here.
pub(super) struct SocketDump {
    question: Question<SockDiagMessage>,
    protocol: SocketProtocol,
    /// Families not asked for yet, the next one last.
    families: Vec<Family>,
    asked: Progress,
    read: VecDeque<SocketEntry>,
}

#[derive(Debug, Clone, Copy)]
enum Family {
    V4,
    V6,
}

impl SocketDump {
    pub(super) fn start(protocol: SocketProtocol) -> Result<Self, Fault> {
        let question = Question::open(NETLINK_SOCK_DIAG)?;
        let mut dump =
            Self { question, protocol, families: vec![Family::V6], asked: Progress::More, read: VecDeque::new() };
        dump.ask(Family::V4)?;
        Ok(dump)
    }

    fn ask(&mut self, family: Family) -> Result<(), Fault> {
        let (family, socket_id) = match family {
            Family::V4 => (AF_INET, SocketId::new_v4()),
            Family::V6 => (AF_INET6, SocketId::new_v6()),
        };
        let (protocol, extensions) = match self.protocol {
            SocketProtocol::Tcp => (IPPROTO_TCP, ExtensionFlags::INFO),
            SocketProtocol::Udp => (IPPROTO_UDP, ExtensionFlags::empty()),
        };
        let request = InetRequest { family, protocol, extensions, states: StateFlags::all(), socket_id };
        self.question.dump(SockDiagMessage::InetRequest(request))?;
        self.asked = Progress::More;
        Ok(())
    }

    /// The next sockets, at most `max`.
    pub(super) fn next(&mut self, max: u32) -> Result<SocketPage, Fault> {
        let max = usize::try_from(max.min(LARGEST_PAGE)).unwrap_or(0);
        while self.read.len() < max && !self.ended() {
            if self.asked == Progress::Done {
                if let Some(family) = self.families.pop() {
                    self.ask(family)?;
                }
                continue;
            }
            let (read, protocol) = (&mut self.read, self.protocol);
            self.asked = self.question.hear(|message| {
                if let SockDiagMessage::InetResponse(response) = message {
                    read.push_back(entry(&response, protocol));
                }
                Ok(())
            })?;
        }
        let sockets = self.read.drain(..max.min(self.read.len())).collect();
        Ok(SocketPage { sockets, last: self.read.is_empty() && self.ended() })
    }

    fn ended(&self) -> bool {
        self.asked == Progress::Done && self.families.is_empty()
    }
}

fn entry(response: &InetResponse, protocol: SocketProtocol) -> SocketEntry {
    let header = &response.header;
    let id = &header.socket_id;
    let state = state(header.state);
    let (send_queue, backlog) = match (protocol, state) {
        // The kernel says the largest backlog in the place of the send queue.
        (SocketProtocol::Tcp, SocketState::Listening) => (0, header.send_queue),
        _ => (header.send_queue, 0),
    };
    let resending = match header.timer {
        Some(Timer::Retransmit(_, times)) => times,
        _ => 0,
    };
    let tcp = response.nlas.iter().find_map(|attribute| match attribute {
        Nla::TcpInfo(bytes) if state != SocketState::Listening => Some(bytes.as_slice()),
        _ => None,
    });
    let told = |at| tcp.and_then(|bytes| number(bytes, at)).unwrap_or(0);
    SocketEntry {
        local: SocketAddr::new(id.source_address, id.source_port),
        remote: SocketAddr::new(id.destination_address, id.destination_port),
        state,
        receive_queue: header.recv_queue,
        send_queue,
        backlog,
        resending,
        retransmits: told(TOTAL_RETRANS),
        segments: told(SEGS_OUT),
        rtt_us: told(RTT),
        uid: header.uid,
        interface_index: id.interface_id,
        inode: header.inode.into(),
    }
}

/// Where the numbers stand in `struct tcp_info`. It only ever grew at its end; older kernels give less of it.
const RTT: usize = 68;
const TOTAL_RETRANS: usize = 100;
const SEGS_OUT: usize = 136;

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    Some(u32::from_ne_bytes(*bytes))
}

/// Source: include/net/tcp_states.h.
fn state(number: u8) -> SocketState {
    match number {
        1 => SocketState::Established,
        2 => SocketState::SynSent,
        // The kernel's second kind of it is a request that has no socket yet.
        3 | 12 => SocketState::SynReceived,
        4 => SocketState::FinWait1,
        5 => SocketState::FinWait2,
        6 => SocketState::TimeWait,
        7 => SocketState::Closed,
        8 => SocketState::CloseWait,
        9 => SocketState::LastAck,
        10 => SocketState::Listening,
        11 => SocketState::Closing,
        _ => SocketState::Other,
    }
}
