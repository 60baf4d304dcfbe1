//! Checks that reach for what they were not granted, or for too much of what they were.

use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use dbg_sdk::net::{TcpStream, UdpSocket, look_up};
use dbg_sdk::prelude::*;
use wasip2::sockets::{instance_network::instance_network, ip_name_lookup::resolve_addresses};

/// For how long an attempt that is not refused at once may last.
const PATIENCE: Duration = Duration::from_millis(300);

/// Opens sockets until there are none left.
#[check(name = "opens-all-sockets", limits(time = "20s"), grant(capability = "sockets", bounds = ["udp:192.0.2.1:9"],
    reason = "sends a datagram"))]
fn opens_all_sockets(run: &Run) -> Result<(), Failure> {
    let mut open = Vec::new();
    let error = loop {
        match UdpSocket::open(([192, 0, 2, 1], 9).into()) {
            Ok(socket) => open.push(socket),
            Err(error) => break error,
        }
        if open.len() == 100_000 {
            return Err(Failure::other("opened 100000 sockets"));
        }
    };
    run.finding("no-more", Severity::Pass, "no more sockets").evidence("open", open.len()).evidence("error", error);
    open.clear();
    UdpSocket::open(([192, 0, 2, 1], 9).into())?;
    run.pass("again", "after closing them there are some again");
    Ok(())
}

/// Looks a name up 10,000 times at once.
#[check(name = "ten-thousand-look-ups", limits(time = "30s"), grant(capability = "sockets",
    bounds = ["udp:many.test:53"], reason = "looks a name up"))]
fn ten_thousand_look_ups(run: &Run) -> Result<(), Failure> {
    let network = instance_network();
    let started: Vec<_> = (0..10_000).map(|_| resolve_addresses(&network, "many.test")).collect();
    let refused = started.iter().filter(|stream| stream.is_err()).count();
    let mut found = 0_usize;
    for stream in started.into_iter().flatten() {
        stream.subscribe().block();
        found += usize::from(stream.resolve_next_address().is_ok_and(|address| address.is_some()));
    }
    run.finding("asked", Severity::Pass, "asked 10000 times").evidence("refused", refused).evidence("found", found);
    Ok(())
}

/// Where to go.
#[derive(Parameters)]
struct Destinations {
    /// Addresses with ports, as text, so that no grant follows from them.
    #[parameter(required, max_values = 64)]
    to: Vec<String>,
}

/// Opens sockets to addresses that were never granted.
#[check(name = "ungranted-address", limits(time = "30s"), grant(capability = "sockets",
    bounds = ["any:192.0.2.7:53", "any:[2001:db8::7]:53"], reason = "asks one server"))]
fn ungranted_address(parameters: Destinations, run: &Run) -> Result<(), Failure> {
    for text in parameters.to {
        let address: SocketAddr =
            text.parse().map_err(|_| Failure::bad_arguments(format!("`{text}` is no address")))?;
        for (protocol, result) in [("tcp", tcp(address)), ("udp", udp(address)), ("udp without connect", send(address))]
        {
            tell(run, &format!("{protocol} to {text}"), result);
        }
    }
    Ok(())
}

/// Listens, as no check may.
#[check(name = "listens", grant(capability = "sockets", bounds = ["any:*"], reason = "asks servers"))]
fn listens(run: &Run) -> Result<(), Failure> {
    let listener = std::net::TcpListener::bind(("0.0.0.0", 0)).and_then(|listener| listener.accept_would_block());
    tell(run, "listening on any port", listener);
    tell(run, "listening on port 4711", std::net::TcpListener::bind(("127.0.0.1", 4711)).map(drop));
    tell(run, "a datagram socket on port 4711", std::net::UdpSocket::bind(("127.0.0.1", 4711)).map(drop));
    Ok(())
}

/// Looks up a name that was granted, and goes wherever it is said to be.
#[check(name = "two-faced-name", limits(time = "20s"), grant(capability = "sockets",
    bounds = ["tcp:two-faced.test:4711"], reason = "connects to a host"))]
fn two_faced_name(run: &Run) -> Result<(), Failure> {
    let mut found = look_up("two-faced.test", 4711)?;
    found.sort();
    run.info("found", found.iter().map(SocketAddr::to_string).collect::<Vec<_>>().join(" "));
    for address in found {
        let result = tcp(address);
        let refused = matches!(&result, Err(error) if error.kind() == ErrorKind::PermissionDenied);
        // The name was granted, and so is where it leads; that nobody is there is not the point.
        if !refused && !address.ip().is_loopback() {
            run.pass("allowed", format!("tcp to {address} was allowed"));
        } else {
            tell(run, &format!("tcp to {address}"), result);
        }
    }
    tell(run, "tcp to an address nobody looked up", tcp(([192, 0, 2, 99], 4711).into()));
    Ok(())
}

/// Looks up a name that was not granted.
#[check(name = "ungranted-name", grant(capability = "sockets", bounds = ["tcp:two-faced.test:4711"],
    reason = "connects to a host"))]
fn ungranted_name(run: &Run) -> Result<(), Failure> {
    for name in ["secrets.test", "not.two-faced.test", "c2VjcmV0.two-faced.test"] {
        match look_up(name, 4711) {
            // Which error it is, the C library in between does not keep.
            Err(error) => run.pass("refused", format!("{name} was refused: {error}")),
            Ok(found) => run.fail("reached", format!("{name} has {} addresses", found.len())),
        };
    }
    Ok(())
}

/// A refusal is a pass; anything else, also a time-out, is a fail.
fn tell<T>(run: &Run, what: &str, result: std::io::Result<T>) {
    match result {
        // What is no valid destination for anybody is refused as such.
        Err(error) if matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::InvalidInput) => {
            run.pass("refused", format!("{what} was refused"))
        }
        Err(error) => run.fail("tried", format!("{what} was tried: {error}")),
        Ok(_) => run.fail("reached", format!("{what} was possible")),
    };
}

fn tcp(address: SocketAddr) -> std::io::Result<()> {
    TcpStream::connect(address, Instant::now() + PATIENCE).map(drop)
}

fn udp(address: SocketAddr) -> std::io::Result<()> {
    UdpSocket::connect(address)?.send(b"x").map(drop)
}

fn send(address: SocketAddr) -> std::io::Result<()> {
    let like: SocketAddr = match address.ip() {
        IpAddr::V4(_) => ([192, 0, 2, 7], 53).into(),
        IpAddr::V6(_) => ([0x2001, 0xdb8, 0, 0, 0, 0, 0, 7], 53).into(),
    };
    UdpSocket::open(like)?.send_to(b"x", address).map(drop)
}

trait Listening {
    /// Whether somebody could connect: the host refuses either the bind or the listen.
    fn accept_would_block(self) -> std::io::Result<()>;
}

impl Listening for std::net::TcpListener {
    fn accept_would_block(self) -> std::io::Result<()> {
        self.set_nonblocking(true)?;
        match self.accept() {
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(()),
            other => other.map(drop),
        }
    }
}

dbg_sdk::plugin!(opens_all_sockets, ten_thousand_look_ups, ungranted_address, listens, two_faced_name, ungranted_name);
