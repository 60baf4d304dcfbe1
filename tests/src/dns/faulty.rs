//! A faulty server: a UDP and a TCP socket of one port on loopback, each with a thread that acts out a [`Fault`].

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use hickory_proto::op::Message;
use hickory_proto::rr::RecordType;
use rustix::event::{EventfdFlags, PollFd, PollFlags, eventfd, poll};

use super::answer;
use super::fault::{Act, Fault, TcpAct};
use crate::LIMIT;

/// For how long an A query waits for its AAAA sibling, so that the loss is the same in every run.
const PAIR: Duration = Duration::from_millis(50);

/// A server that is stopped when it is dropped.
pub struct Faulty {
    /// Where it listens, over UDP and (most of them) TCP.
    pub address: SocketAddr,
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

struct Shared {
    fault: Fault,
    /// Readable once the server is to stop. A datagram could not tell: the socket may be in another network than who drops it.
    stop: OwnedFd,
    udp: AtomicU32,
    tcp: AtomicU32,
}

impl Shared {
    /// Waits until the socket has something; `false` when the server is to stop.
    fn wait_for(&self, socket: impl AsFd) -> bool {
        let mut waited = [PollFd::new(&socket, PollFlags::IN), PollFd::new(&self.stop, PollFlags::IN)];
        while let Err(rustix::io::Errno::INTR) = poll(&mut waited, None) {}
        let [_, stop] = waited;
        stop.revents().is_empty()
    }
}

impl Faulty {
    /// Starts one on a free port.
    #[must_use]
    pub fn start(fault: Fault) -> Self {
        Self::start_at(fault, 0)
    }

    /// Starts one on this port; 0 is a free one.
    #[must_use]
    pub fn start_at(fault: Fault, port: u16) -> Self {
        let (udp, tcp) = sockets(port);
        let address = udp.local_addr().expect("a bound socket has an address");
        let stop = eventfd(0, EventfdFlags::CLOEXEC).expect("a descriptor is free");
        let shared = Arc::new(Shared { fault, stop, udp: 0.into(), tcp: 0.into() });
        let mut threads = Vec::new();
        // A port on which nobody listens stays ours only as long as nobody else takes it; loopback tests can live with that.
        if shared.fault.listens_on_tcp() {
            let shared = Arc::clone(&shared);
            threads.push(std::thread::spawn(move || serve_tcp(&tcp, &shared)));
        }
        let of_thread = Arc::clone(&shared);
        threads.push(std::thread::spawn(move || serve_udp(&udp, &of_thread)));
        Self { address, shared, threads }
    }

    /// How many queries came over UDP.
    #[must_use]
    pub fn asked_over_udp(&self) -> u32 {
        self.shared.udp.load(Ordering::Acquire)
    }

    /// How many connections came over TCP.
    #[must_use]
    pub fn asked_over_tcp(&self) -> u32 {
        self.shared.tcp.load(Ordering::Acquire)
    }
}

impl Drop for Faulty {
    fn drop(&mut self) {
        rustix::io::write(&self.shared.stop, &1_u64.to_ne_bytes()).ok();
        for thread in self.threads.drain(..) {
            thread.join().ok();
        }
    }
}

/// A free port over both protocols.
fn sockets(port: u16) -> (UdpSocket, TcpListener) {
    for _ in 0..100 {
        let udp = UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).expect("loopback has free ports");
        let address = udp.local_addr().expect("a bound socket has an address");
        if let Ok(tcp) = TcpListener::bind(address) {
            return (udp, tcp);
        }
    }
    panic!("no port is free over UDP and TCP")
}

fn serve_udp(socket: &UdpSocket, shared: &Shared) {
    let mut buffer = [0; 4096];
    while shared.wait_for(socket) {
        let Ok((length, client)) = socket.recv_from(&mut buffer) else { return };
        let Some(query) = buffer.get(..length).and_then(answer::parse) else { continue };
        let step = shared.udp.fetch_add(1, Ordering::AcqRel);
        if shared.fault == Fault::DropsSecondOfPair && answer::is_for(&query, RecordType::A) {
            lose_the_sibling(socket, client, shared);
        }
        act(socket, client, shared.fault.over_udp(&query, step));
    }
}

/// Takes what comes from the same client at the same moment, and forgets it.
fn lose_the_sibling(socket: &UdpSocket, client: SocketAddr, shared: &Shared) {
    let mut buffer = [0; 4096];
    socket.set_read_timeout(Some(PAIR)).expect("a socket takes a limit");
    if let Ok((length, other)) = socket.recv_from(&mut buffer) {
        shared.udp.fetch_add(1, Ordering::AcqRel);
        let query: Option<Message> = buffer.get(..length).and_then(answer::parse);
        let is_sibling = other == client && query.as_ref().is_some_and(|query| answer::is_for(query, RecordType::AAAA));
        if let (false, Some(query)) = (is_sibling, query) {
            act(socket, other, shared.fault.over_udp(&query, 0));
        }
    }
    socket.set_read_timeout(None).expect("a socket takes a limit");
}

fn act(socket: &UdpSocket, client: SocketAddr, acts: Vec<Act>) {
    for act in acts {
        // The client may be gone by now, which is its right.
        match act {
            Act::Send(bytes) => drop(socket.send_to(&bytes, client)),
            Act::SendFromElsewhere(bytes) => {
                if let Ok(other) = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)) {
                    other.send_to(&bytes, client).ok();
                }
            }
            Act::Wait(delay) => std::thread::sleep(delay),
        }
    }
}

fn serve_tcp(listener: &TcpListener, shared: &Arc<Shared>) {
    while shared.wait_for(listener) {
        let Ok((stream, _)) = listener.accept() else { continue };
        let step = shared.tcp.fetch_add(1, Ordering::AcqRel);
        let shared = Arc::clone(shared);
        std::thread::spawn(move || serve_stream(stream, &shared.fault, step));
    }
}

/// Queries on one connection, until the client has enough.
fn serve_stream(mut stream: TcpStream, fault: &Fault, step: u32) -> Option<()> {
    stream.set_read_timeout(Some(LIMIT)).ok()?;
    loop {
        let mut length = [0; 2];
        stream.read_exact(&mut length).ok()?;
        let mut bytes = vec![0; usize::from(u16::from_be_bytes(length))];
        stream.read_exact(&mut bytes).ok()?;
        match fault.over_tcp(&answer::parse(&bytes)?, step) {
            TcpAct::Send(bytes) => stream.write_all(&bytes).ok()?,
            TcpAct::Hold => return stream.read(&mut length).ok().map(drop),
        }
        if *fault == Fault::TruncatedTcpCut {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dns::Dig;

    #[test]
    fn a_well_behaved_one_answers_dig() {
        let Some(dig) = Dig::new() else { return };
        let server = Faulty::start(Fault::None);
        let answer = dig.ask(server.address, "www.test", "A", &[]);
        assert_eq!((answer.status.as_str(), answer.data()), ("NOERROR", vec!["192.0.2.1"]));
        assert_eq!(dig.ask(server.address, "www.test", "AAAA", &["+tcp"]).data(), ["2001:db8::1"]);
        assert_eq!((server.asked_over_udp(), server.asked_over_tcp()), (1, 1));
    }

    #[test]
    fn dig_sees_each_fault_as_it_is_meant() {
        let Some(dig) = Dig::new() else { return };
        for (fault, status) in [
            (Fault::Refused, "REFUSED"),
            (Fault::Servfail, "SERVFAIL"),
            (Fault::Nxdomain, "NXDOMAIN"),
            (Fault::Formerr, "FORMERR"),
            (Fault::CnameLoop, "NOERROR"),
            (Fault::LateStranger, "NOERROR"),
        ] {
            let server = Faulty::start(fault.clone());
            assert_eq!(dig.ask(server.address, "www.test", "A", &[]).status, status, "{fault:?}");
        }
        for fault in [Fault::Silent, Fault::WrongId, Fault::WrongSource, Fault::WrongQuestion, Fault::Garbage] {
            let server = Faulty::start(fault.clone());
            assert_eq!(dig.ask(server.address, "www.test", "A", &[]).status, "", "{fault:?}");
        }
    }

    #[test]
    fn a_truncated_answer_is_whole_over_tcp() {
        let Some(dig) = Dig::new() else { return };
        let server = Faulty::start(Fault::Truncated);
        assert_eq!(dig.ask(server.address, "www.test", "A", &[]).data(), ["192.0.2.1"]);
        assert_eq!(server.asked_over_tcp(), 1);
        let huge = Faulty::start(Fault::TruncatedTcpHuge);
        assert_eq!(dig.ask(huge.address, "www.test", "TXT", &[]).answers.len(), 240);
    }

    #[test]
    fn no_edns_is_answered_after_a_formerr() {
        let Some(dig) = Dig::new() else { return };
        let server = Faulty::start(Fault::FormerrOnEdns);
        assert_eq!(dig.ask(server.address, "www.test", "A", &["+noedns"]).status, "NOERROR");
    }
}
