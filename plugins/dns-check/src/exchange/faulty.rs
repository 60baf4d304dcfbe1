//! Servers for tests: real sockets on loopback, and whatever a test wants them to do.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;

use domain::base::Message;

use super::Transport;
use crate::answer::sample::Sample;
use crate::kind::Kind;
use crate::name;
use crate::query::Question;

/// A query that came.
pub(crate) struct Query {
    pub(crate) id: u16,
    pub(crate) question: Question,
    pub(crate) edns: bool,
    pub(crate) checking_disabled: bool,
    pub(crate) recursion_desired: bool,
    pub(crate) over: Transport,
    /// How many came before it.
    pub(crate) number: usize,
}

impl Query {
    fn read(bytes: &[u8], over: Transport, number: usize) -> Self {
        let message = Message::from_octets(bytes).unwrap();
        let asked = message.sole_question().unwrap();
        Self {
            id: message.header().id(),
            question: Question {
                name: name::parse(&asked.qname().to_string()).unwrap_or_else(|_| name::root()),
                kind: Kind::named(&asked.qtype().to_string()).unwrap(),
            },
            edns: message.opt().is_some(),
            checking_disabled: message.header().cd(),
            recursion_desired: message.header().rd(),
            over,
            number,
        }
    }

    /// An empty answer to it.
    pub(crate) fn sample(&self) -> Sample {
        Sample::answering(&self.question).id(self.id)
    }

    /// An answer with one address, where one was asked for; else without data.
    pub(crate) fn good(&self) -> Vec<Act> {
        let name = name::text(&self.question.name);
        let sample = if self.question.kind == Kind::A {
            self.sample().a(&name, [192, 0, 2, 1])
        } else {
            self.sample().soa("test")
        };
        vec![Act::Send(sample.bytes())]
    }
}

/// What a server does about a query. Nothing at all is silence.
pub(crate) enum Act {
    /// An answer, over TCP with its length.
    Send(Vec<u8>),
    /// An answer from another port.
    SendFromElsewhere(Vec<u8>),
    /// These bytes and no more, over TCP.
    Raw(Vec<u8>),
}

/// A server that ends with its value.
pub(crate) struct Faulty {
    pub(crate) address: SocketAddr,
    queries: Arc<AtomicUsize>,
    over: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Faulty {
    /// Serves UDP and TCP at one port.
    pub(crate) fn start(behaviour: impl Fn(&Query) -> Vec<Act> + Send + Sync + 'static) -> Self {
        let (datagrams, streams) = bind_both();
        let address = datagrams.local_addr().unwrap();
        let over = Arc::new(AtomicBool::new(false));
        let queries = Arc::new(AtomicUsize::new(0));
        let behaviour = Arc::new(behaviour);
        let threads = vec![
            std::thread::spawn({
                let (over, queries, behaviour) = (Arc::clone(&over), Arc::clone(&queries), Arc::clone(&behaviour));
                move || serve_datagrams(&datagrams, &over, &queries, &*behaviour)
            }),
            std::thread::spawn({
                let (over, queries) = (Arc::clone(&over), Arc::clone(&queries));
                move || serve_streams(&streams, &over, &queries, &*behaviour)
            }),
        ];
        Self { address, queries, over, threads }
    }

    /// How many queries came.
    pub(crate) fn queries(&self) -> usize {
        self.queries.load(Ordering::SeqCst)
    }
}

impl Drop for Faulty {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        // Both threads wait for something to come.
        let _ = UdpSocket::bind("127.0.0.1:0").unwrap().send_to(&[], self.address);
        let _ = TcpStream::connect(self.address);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// A port of loopback at which nobody listens.
pub(crate) fn closed_port() -> SocketAddr {
    UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

fn bind_both() -> (UdpSocket, TcpListener) {
    loop {
        let datagrams = UdpSocket::bind("127.0.0.1:0").unwrap();
        // The same port may be taken for TCP by another test.
        if let Ok(streams) = TcpListener::bind(datagrams.local_addr().unwrap()) {
            return (datagrams, streams);
        }
    }
}

fn serve_datagrams(
    socket: &UdpSocket,
    over: &AtomicBool,
    queries: &AtomicUsize,
    behaviour: &dyn Fn(&Query) -> Vec<Act>,
) {
    let mut buffer = [0; 4096];
    loop {
        let (length, from) = socket.recv_from(&mut buffer).unwrap();
        if over.load(Ordering::SeqCst) {
            return;
        }
        let query = Query::read(&buffer[..length], Transport::Udp, queries.fetch_add(1, Ordering::SeqCst));
        for act in behaviour(&query) {
            match act {
                Act::Send(bytes) => socket.send_to(&bytes, from).unwrap(),
                Act::SendFromElsewhere(bytes) => UdpSocket::bind("127.0.0.1:0").unwrap().send_to(&bytes, from).unwrap(),
                Act::Raw(_) => 0,
            };
        }
    }
}

fn serve_streams(
    listener: &TcpListener,
    over: &AtomicBool,
    queries: &AtomicUsize,
    behaviour: &dyn Fn(&Query) -> Vec<Act>,
) {
    // Kept, so that silence is silence and no closed connection.
    let mut silent = Vec::new();
    loop {
        let (mut stream, _) = listener.accept().unwrap();
        if over.load(Ordering::SeqCst) {
            return;
        }
        let mut length = [0; 2];
        if stream.read_exact(&mut length).is_err() {
            continue;
        }
        let mut bytes = vec![0; usize::from(u16::from_be_bytes(length))];
        stream.read_exact(&mut bytes).unwrap();
        let query = Query::read(&bytes, Transport::Tcp, queries.fetch_add(1, Ordering::SeqCst));
        let acts = behaviour(&query);
        if acts.is_empty() {
            silent.push(stream);
            continue;
        }
        for act in acts {
            match act {
                Act::Send(bytes) => {
                    // In two parts, as a network may deliver it.
                    let (first, rest) = bytes.split_at(bytes.len() / 2);
                    stream.write_all(&u16::try_from(bytes.len()).unwrap().to_be_bytes()).unwrap();
                    stream.write_all(first).unwrap();
                    stream.write_all(rest).unwrap();
                }
                Act::Raw(bytes) => stream.write_all(&bytes).unwrap(),
                Act::SendFromElsewhere(_) => {}
            }
        }
        let _ = stream.shutdown(Shutdown::Write);
    }
}
