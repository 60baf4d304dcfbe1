//! The network and the processes that a test sets up.

use crate::network_state::{Interface, InterfaceAddress, LocalPorts, Neighbour, Protocol, Route, Socket};
use crate::processes::{Process, SocketOwner};

/// What `network-state` tells.
#[derive(Clone, Debug)]
pub(super) struct Network {
    pub(super) sockets: Vec<(Protocol, Socket)>,
    pub(super) interfaces: Vec<Interface>,
    pub(super) addresses: Vec<InterfaceAddress>,
    pub(super) routes: Vec<Route>,
    pub(super) neighbours: Vec<Neighbour>,
    pub(super) ports: LocalPorts,
}

impl Default for Network {
    fn default() -> Self {
        Self {
            sockets: Vec::new(),
            interfaces: Vec::new(),
            addresses: Vec::new(),
            routes: Vec::new(),
            neighbours: Vec::new(),
            // As the kernel has it.
            ports: LocalPorts { first: 32_768, last: 60_999 },
        }
    }
}

/// What `processes` tells.
#[derive(Clone, Debug, Default)]
pub(super) struct Machine {
    pub(super) processes: Vec<Process>,
    pub(super) owners: Vec<SocketOwner>,
    pub(super) unreadable: u32,
}
