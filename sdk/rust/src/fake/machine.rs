//! How a test says what network and processes the target has.

use super::Host;
use super::network::{Machine, Network};
use crate::network_state::{self, Interface, InterfaceAddress, LocalPorts, Neighbour, Protocol, Route, Socket};
use crate::processes::{self, Process, SocketOwner};

impl Host {
    /// The state of the network is granted, and empty unless more is said. What adds to it grants it too.
    #[must_use]
    pub fn network_state(self) -> Self {
        self.with_network(|_| {})
    }

    /// One more socket.
    #[must_use]
    pub fn socket(self, protocol: Protocol, socket: Socket) -> Self {
        self.with_network(|network| network.sockets.push((protocol, socket)))
    }

    /// One more interface.
    #[must_use]
    pub fn interface(self, interface: Interface) -> Self {
        self.with_network(|network| network.interfaces.push(interface))
    }

    /// One more address of an interface.
    #[must_use]
    pub fn interface_address(self, address: InterfaceAddress) -> Self {
        self.with_network(|network| network.addresses.push(address))
    }

    /// One more route.
    #[must_use]
    pub fn route(self, route: Route) -> Self {
        self.with_network(|network| network.routes.push(route))
    }

    /// One more neighbour.
    #[must_use]
    pub fn neighbour(self, neighbour: Neighbour) -> Self {
        self.with_network(|network| network.neighbours.push(neighbour))
    }

    /// The range of local ports; else 32768 to 60999.
    #[must_use]
    pub fn local_ports(self, first: u16, last: u16) -> Self {
        self.with_network(|network| network.ports = LocalPorts { first, last })
    }

    /// Reading the state of the network fails.
    #[must_use]
    pub fn network_state_error(mut self, code: network_state::ErrorCode, text: &str) -> Self {
        self.network = Err(network_state::Error { code, text: text.to_owned() });
        self
    }

    /// The processes are granted; there are none unless more is said. What adds to them grants them too.
    #[must_use]
    pub fn processes(self) -> Self {
        self.with_machine(|_| {})
    }

    /// One more process.
    #[must_use]
    pub fn process(self, process: Process) -> Self {
        self.with_machine(|machine| machine.processes.push(process))
    }

    /// A process holds a socket.
    #[must_use]
    pub fn socket_owner(self, inode: u64, pid: u32) -> Self {
        self.with_machine(|machine| machine.owners.push(SocketOwner { inode, pid }))
    }

    /// So many processes have files that may not be seen.
    #[must_use]
    pub fn unreadable_processes(self, count: u32) -> Self {
        self.with_machine(|machine| machine.unreadable = count)
    }

    /// Reading the processes fails.
    #[must_use]
    pub fn processes_error(mut self, code: processes::ErrorCode, text: &str) -> Self {
        self.machine = Err(processes::Error { code, text: text.to_owned() });
        self
    }

    fn with_network(mut self, change: impl FnOnce(&mut Network)) -> Self {
        let mut network = self.network.unwrap_or_default();
        change(&mut network);
        self.network = Ok(network);
        self
    }

    fn with_machine(mut self, change: impl FnOnce(&mut Machine)) -> Self {
        let mut machine = self.machine.unwrap_or_default();
        change(&mut machine);
        self.machine = Ok(machine);
        self
    }
}
