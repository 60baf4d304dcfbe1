//! Everything that is read of the target, once.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use dbg_sdk::network_state::{self, LocalPorts, Protocol, Socket, State};
use dbg_sdk::prelude::*;
use dbg_sdk::processes::{self, OwnerSearch, Process, SocketOwner, SocketOwners};

/// Whose a socket is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Owner {
    /// Of several processes that share it, the one with the lowest number.
    Process(u32),
    /// Of a user, in a process that could not be looked into.
    Unseen(u32),
    /// The kernel alone keeps it.
    Nobody,
}

/// One socket with its owner.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    pub(crate) protocol: Protocol,
    pub(crate) socket: Socket,
    pub(crate) owner: Owner,
}

/// What could not be read, and why.
#[derive(Debug)]
pub(crate) enum Gap {
    /// Sockets of UDP; those of TCP are what the check cannot do without.
    Udp(network_state::Error),
    /// No owner is known.
    Owners(processes::Error),
    /// Nothing can be said of ports that run out.
    Ports(network_state::Error),
}

/// All of it.
#[derive(Debug)]
pub(crate) struct Survey {
    pub(crate) sockets: Vec<Seen>,
    pub(crate) ports: Option<LocalPorts>,
    /// Processes whose files could not be seen.
    pub(crate) unreadable: u32,
    pub(crate) gaps: Vec<Gap>,
    processes: BTreeMap<u32, Process>,
}

impl Survey {
    /// The host looks for owners while the sockets are read.
    pub(crate) fn read() -> Result<Self, Failure> {
        let mut gaps = Vec::new();
        let search = processes::socket_owners();
        let tcp = network_state::sockets(Protocol::Tcp)?;
        let udp = network_state::sockets(Protocol::Udp);
        let ports = network_state::local_ports().map_err(|error| gaps.push(Gap::Ports(error))).ok();
        let mut sockets: Vec<(Protocol, Socket)> = Vec::new();
        for socket in tcp {
            sockets.push((Protocol::Tcp, socket?));
        }
        match udp.and_then(Iterator::collect::<Result<Vec<Socket>, _>>) {
            Ok(udp) => sockets.extend(udp.into_iter().map(|socket| (Protocol::Udp, socket))),
            Err(error) => gaps.push(Gap::Udp(error)),
        }
        let owners = search.and_then(OwnerSearch::finish).unwrap_or_else(|error| {
            gaps.push(Gap::Owners(error));
            SocketOwners::default()
        });
        let (mut by_inode, unreadable) = (owners.owners, owners.unreadable);
        by_inode.sort_unstable_by_key(|owner| (owner.inode, owner.pid));
        let seen = |(protocol, socket): (Protocol, Socket)| Seen { protocol, socket, owner: owner(&by_inode, &socket) };
        let sockets: Vec<Seen> = sockets.into_iter().map(seen).collect();
        let processes = processes_of(&sockets, &mut gaps);
        Ok(Self { sockets, ports, unreadable, gaps, processes })
    }

    /// How a person knows an owner.
    pub(crate) fn name(&self, owner: Owner) -> String {
        match owner {
            Owner::Process(pid) => match self.processes.get(&pid) {
                Some(process) => format!("{} (pid {pid})", process.name),
                None => format!("pid {pid}"),
            },
            Owner::Unseen(uid) => format!("an unseen process of user {uid}"),
            Owner::Nobody => "no process".to_owned(),
        }
    }

    /// What else is known of an owner.
    pub(crate) fn process(&self, owner: Owner) -> Option<&Process> {
        match owner {
            Owner::Process(pid) => self.processes.get(&pid),
            Owner::Unseen(_) | Owner::Nobody => None,
        }
    }

    /// The sockets of TCP in one state.
    pub(crate) fn tcp(&self, state: State) -> impl Iterator<Item = &Seen> {
        self.sockets.iter().filter(move |seen| seen.protocol == Protocol::Tcp && seen.socket.state == state)
    }
}

fn owner(by_inode: &[SocketOwner], socket: &Socket) -> Owner {
    if socket.inode == 0 {
        return Owner::Nobody;
    }
    let first = by_inode.partition_point(|owner| owner.inode < socket.inode);
    match by_inode.get(first) {
        Some(owner) if owner.inode == socket.inode => Owner::Process(owner.pid),
        _ => Owner::Unseen(socket.uid),
    }
}

fn processes_of(sockets: &[Seen], gaps: &mut Vec<Gap>) -> BTreeMap<u32, Process> {
    let mut pids: Vec<u32> = sockets
        .iter()
        .filter_map(|seen| match seen.owner {
            Owner::Process(pid) => Some(pid),
            Owner::Unseen(_) | Owner::Nobody => None,
        })
        .collect();
    pids.sort_unstable();
    pids.dedup();
    if pids.is_empty() {
        return BTreeMap::new();
    }
    match processes::find(&pids) {
        Ok(found) => found.into_iter().map(|process| (process.pid, process)).collect(),
        Err(error) => {
            gaps.push(Gap::Owners(error));
            BTreeMap::new()
        }
    }
}

/// An address as both families write it: IPv4 also when the socket is one of IPv6.
pub(crate) fn plain(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(plain_ip(address.ip()), address.port())
}

/// As [`plain`].
pub(crate) fn plain_ip(ip: IpAddr) -> IpAddr {
    ip.to_canonical()
}
