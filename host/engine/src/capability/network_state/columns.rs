//! Sockets as the columns of a page: an address that many sockets share crosses once.

use std::collections::HashMap;
use std::net::IpAddr;

use dbg_capability::{SocketEntry, SocketState};

use super::wit;
use crate::capability::pull::Rows;

/// The addresses of one page.
#[derive(Default)]
struct Addresses {
    texts: Vec<String>,
    known: HashMap<IpAddr, u32>,
}

impl Addresses {
    fn index(&mut self, ip: IpAddr) -> u32 {
        let texts = &mut self.texts;
        *self.known.entry(ip).or_insert_with(|| {
            texts.push(ip.to_string());
            // A page has far fewer than 2^32 addresses.
            u32::try_from(texts.len() - 1).unwrap_or(u32::MAX)
        })
    }
}

pub(super) fn page(page: Rows<SocketEntry>) -> wit::SocketPage {
    let sockets = page.rows;
    let mut addresses = Addresses::default();
    let local = sockets.iter().map(|socket| addresses.index(socket.local.ip())).collect();
    let remote = sockets.iter().map(|socket| addresses.index(socket.remote.ip())).collect();
    let numbers = |of: fn(&SocketEntry) -> u32| sockets.iter().map(of).collect::<Vec<u32>>();
    wit::SocketPage {
        addresses: addresses.texts,
        local,
        local_port: sockets.iter().map(|socket| socket.local.port()).collect(),
        remote,
        remote_port: sockets.iter().map(|socket| socket.remote.port()).collect(),
        state: sockets.iter().map(|socket| state(socket.state)).collect(),
        receive_queue: numbers(|socket| socket.receive_queue),
        send_queue: numbers(|socket| socket.send_queue),
        backlog: numbers(|socket| socket.backlog),
        resending: numbers(|socket| socket.resending.into()),
        retransmits: numbers(|socket| socket.retransmits),
        segments: numbers(|socket| socket.segments),
        rtt_us: numbers(|socket| socket.rtt_us),
        uid: numbers(|socket| socket.uid),
        interface_index: numbers(|socket| socket.interface_index),
        inode: sockets.iter().map(|socket| socket.inode.to_string()).collect(),
        last: page.last,
    }
}

fn state(state: SocketState) -> wit::SocketState {
    match state {
        SocketState::Established => wit::SocketState::Established,
        SocketState::SynSent => wit::SocketState::SynSent,
        SocketState::SynReceived => wit::SocketState::SynReceived,
        SocketState::FinWait1 => wit::SocketState::FinWait1,
        SocketState::FinWait2 => wit::SocketState::FinWait2,
        SocketState::TimeWait => wit::SocketState::TimeWait,
        SocketState::Closed => wit::SocketState::Closed,
        SocketState::CloseWait => wit::SocketState::CloseWait,
        SocketState::LastAck => wit::SocketState::LastAck,
        SocketState::Listening => wit::SocketState::Listening,
        SocketState::Closing => wit::SocketState::Closing,
        SocketState::Other => wit::SocketState::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_crosses_once_a_page() {
        let entry = |local: &str, remote: &str| SocketEntry {
            local: local.parse().unwrap(),
            remote: remote.parse().unwrap(),
            state: SocketState::Established,
            receive_queue: 1,
            send_queue: 2,
            backlog: 0,
            resending: 3,
            retransmits: 4,
            segments: 5,
            rtt_us: 6,
            uid: 7,
            interface_index: 8,
            inode: 1 << 60,
        };
        let rows =
            vec![entry("10.0.0.1:1", "10.0.0.2:2"), entry("10.0.0.2:2", "10.0.0.1:1"), entry("[::1]:3", "[::1]:4")];
        let page = page(Rows { rows, last: true });
        assert_eq!(page.addresses, ["10.0.0.1", "10.0.0.2", "::1"]);
        assert_eq!((page.local, page.remote), (vec![0, 1, 2], vec![1, 0, 2]));
        assert_eq!((page.local_port, page.remote_port), (vec![1, 2, 3], vec![2, 1, 4]));
        assert_eq!(page.inode[0], "1152921504606846976");
        assert_eq!((page.resending[0], page.interface_index[0]), (3, 8));
    }
}
