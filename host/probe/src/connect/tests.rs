use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};

use dbg_capability::{Attempt, Destination, Ending, Heard, Outcome};

use super::*;

fn batch(to: impl IntoIterator<Item = SocketAddr>) -> ConnectBatch {
    let to = to.into_iter().zip(0..).map(|(address, endpoint)| Destination { endpoint, address }).collect();
    ConnectBatch { to, per_second: 0, timeout_ms: 5_000, parallel: 512, listen_ms: 0 }
}

async fn all(connect: &LocalConnect, id: BatchId) -> Vec<Attempt> {
    let mut attempts = Vec::new();
    loop {
        let page = connect.next(id, 1_000, 10_000).await.unwrap();
        assert!(page.attempts.len() <= 1_000);
        attempts.extend(page.attempts);
        if page.last {
            return attempts;
        }
    }
}

fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// A port on which nobody listens: bound, so that nobody else can take it meanwhile.
fn closed() -> (rustix::fd::OwnedFd, SocketAddr) {
    use rustix::net::{AddressFamily, SocketType, bind, getsockname, socket};
    let holder = socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
    bind(&holder, &SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap();
    let address = SocketAddr::try_from(getsockname(&holder).unwrap()).unwrap();
    (holder, address)
}

#[tokio::test]
async fn an_open_port_is_connected_and_a_closed_one_refused() {
    let ((_listener, open), (_holder, closed)) = (listener(), closed());
    let connect = LocalConnect::new();
    let id = connect.start(batch([open, closed])).await.unwrap();
    let mut attempts = all(&connect, id).await;
    attempts.sort_by_key(|attempt| attempt.to.endpoint);
    let outcomes: Vec<Outcome> = attempts.iter().map(|attempt| attempt.outcome).collect();
    assert_eq!(outcomes, [Outcome::Connected, Outcome::Refused]);
    assert!(attempts.iter().all(|attempt| attempt.detail.is_empty()));
}

#[tokio::test]
async fn ipv6_is_connected_as_well() {
    let Ok(listener) = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)) else { return };
    let connect = LocalConnect::new();
    let id = connect.start(batch([listener.local_addr().unwrap()])).await.unwrap();
    assert_eq!(all(&connect, id).await[0].outcome, Outcome::Connected);
}

#[tokio::test]
async fn a_made_connection_ends_by_reset_and_sent_no_byte() {
    use std::io::Read as _;
    let (listener, open) = listener();
    let connect = LocalConnect::new();
    let id = connect.start(batch([open])).await.unwrap();
    all(&connect, id).await;
    let (mut stream, _) = listener.accept().unwrap();
    let end = stream.read(&mut [0; 1]).map_err(|error| error.kind());
    assert_eq!(end, Err(std::io::ErrorKind::ConnectionReset));
}

#[tokio::test]
async fn every_destination_has_exactly_one_attempt() {
    let (_listener, open) = listener();
    let ports = 1..=20_000_u16;
    let to: Vec<SocketAddr> = ports.map(|port| (Ipv4Addr::LOCALHOST, port).into()).chain([open]).collect();
    let connect = LocalConnect::new();
    let id = connect.start(batch(to.clone())).await.unwrap();
    let attempts = all(&connect, id).await;
    let seen: BTreeMap<u32, SocketAddr> =
        attempts.iter().map(|attempt| (attempt.to.endpoint, attempt.to.address)).collect();
    assert_eq!((attempts.len(), seen.len()), (to.len(), to.len()));
    assert!(attempts.iter().any(|attempt| attempt.to.address == open && attempt.outcome == Outcome::Connected));
}

/// A port in the range of local ports can be given to the socket that connects to it.
#[tokio::test]
async fn a_socket_that_was_connected_to_itself_is_no_open_port() {
    let to = (32_768..=60_999_u16).map(|port| SocketAddr::from((Ipv4Addr::new(127, 77, 0, 1), port)));
    let connect = LocalConnect::new();
    let id = connect.start(batch(to)).await.unwrap();
    let attempts = all(&connect, id).await;
    // Only a listener on every address of this machine could be met at this one.
    let open: Vec<SocketAddr> = attempts
        .iter()
        .filter(|attempt| attempt.outcome == Outcome::Connected)
        .map(|attempt| attempt.to.address)
        .filter(|address| TcpListener::bind(address).is_ok())
        .collect();
    assert_eq!(open, []);
}

#[tokio::test]
async fn a_full_table_of_tracked_connections_stops_the_batch() {
    let folder = tempfile::tempdir().unwrap();
    fs_err::write(folder.path().join("nf_conntrack_count"), "90").unwrap();
    fs_err::write(folder.path().join("nf_conntrack_max"), "100").unwrap();
    let (listener, open) = listener();
    let connect = LocalConnect::new();
    let id = connect.begin(batch([open, open]), Conntrack::below(folder.path().into())).unwrap();
    let attempts = all(&connect, id).await;
    assert_eq!(attempts.len(), 2);
    assert!(attempts.iter().all(|attempt| attempt.outcome == Outcome::Other && attempt.detail.contains("90")));
    listener.set_nonblocking(true).unwrap();
    assert!(listener.accept().is_err(), "nobody connected");
}

#[tokio::test]
async fn a_closed_batch_is_gone_and_its_descriptors_are_back() {
    let connect = LocalConnect::new();
    let mut slow = batch(["127.0.0.1:9".parse().unwrap(); 1_000]);
    slow.per_second = 1;
    let id = connect.start(slow).await.unwrap();
    connect.next(id, 1, 1_000).await.unwrap();
    connect.close(id).await;
    connect.close(id).await;
    let gone = connect.next(id, 1, 0).await;
    assert!(matches!(gone, Err(ConnectError { code: ConnectErrorCode::Closed, .. })));
    assert!(connect.running().is_empty());
}

#[tokio::test]
async fn more_batches_than_there_may_be_are_refused() {
    let connect = LocalConnect::new();
    let slow = || ConnectBatch { per_second: 1, ..batch(["127.0.0.1:9".parse().unwrap(); 2]) };
    for _ in 0..BATCHES {
        connect.start(slow()).await.unwrap();
    }
    assert!(matches!(connect.start(slow()).await, Err(ConnectError { code: ConnectErrorCode::OverBudget, .. })));
}

/// What is heard of a server that does this with its connection.
async fn heard_of(listen_ms: u32, act: impl FnOnce(std::net::TcpStream) + Send + 'static) -> Attempt {
    let (listener, open) = listener();
    let server = std::thread::spawn(move || act(listener.accept().unwrap().0));
    let connect = LocalConnect::new();
    let id = connect.start(ConnectBatch { listen_ms, ..batch([open]) }).await.unwrap();
    let mut attempts = all(&connect, id).await;
    connect.close(id).await;
    server.join().unwrap();
    assert_eq!((attempts.len(), attempts[0].outcome), (1, Outcome::Connected));
    attempts.remove(0)
}

/// Keeps it until the other side is gone.
fn hold(mut stream: std::net::TcpStream) {
    use std::io::Read as _;
    let _ended = stream.read(&mut [0; 1]);
}

const LONG: u32 = 60_000;

#[tokio::test]
async fn what_a_server_says_first_is_heard_and_its_silence_too() {
    use std::io::Write as _;
    let silent = *heard_of(20, hold).await.heard.unwrap();
    assert_eq!((silent.said.as_slice(), silent.ending), (&b""[..], Ending::Open));
    assert!(silent.after_us >= 20_000);
    let greets = |mut stream: std::net::TcpStream| {
        stream.write_all(b"SSH-2.0-x\r\n\xff\x1b").unwrap();
        hold(stream);
    };
    let heard = *heard_of(LONG, greets).await.heard.unwrap();
    assert_eq!((heard.said.as_slice(), heard.ending), (&b"SSH-2.0-x\r\n\xff\x1b"[..], Ending::Open));
}

#[tokio::test]
async fn a_connection_that_is_ended_or_broken_at_once_is_told_apart() {
    let ended = *heard_of(LONG, drop).await.heard.unwrap();
    assert_eq!((ended.said.as_slice(), ended.ending), (&b""[..], Ending::Closed));
    let breaks = |stream| rustix::net::sockopt::set_socket_linger(&stream, Some(Duration::ZERO)).unwrap();
    let broken = *heard_of(LONG, breaks).await.heard.unwrap();
    assert_eq!((broken.said.as_slice(), broken.ending), (&b""[..], Ending::Reset));
    let says = |mut stream: std::net::TcpStream| std::io::Write::write_all(&mut stream, b"go away").unwrap();
    let said = *heard_of(LONG, says).await.heard.unwrap();
    assert_eq!((said.said.as_slice(), said.ending), (&b"go away"[..], Ending::Closed));
}

#[tokio::test]
async fn a_server_that_talks_without_end_is_heard_for_256_bytes() {
    let talks =
        |mut stream: std::net::TcpStream| while std::io::Write::write_all(&mut stream, &[b'a'; 4096]).is_ok() {};
    let heard = *heard_of(LONG, talks).await.heard.unwrap();
    assert_eq!((heard.said.len(), heard.ending), (Heard::MOST, Ending::Open));
}

#[tokio::test]
async fn nobody_is_listened_to_unless_asked_for() {
    use std::io::Write as _;
    let greets = |mut stream: std::net::TcpStream| {
        let _gone = stream.write_all(b"hello");
        hold(stream);
    };
    assert_eq!(heard_of(0, greets).await.heard, None);
}

/// 5,000 connections times 256 bytes are more than a batch keeps.
#[tokio::test]
async fn a_batch_keeps_a_megabyte_of_what_servers_say() {
    let (listener, open) = listener();
    let server = std::thread::spawn(move || {
        for stream in listener.incoming().take(5_000) {
            let _gone = std::io::Write::write_all(&mut stream.unwrap(), &[b'a'; 256]);
        }
    });
    let connect = LocalConnect::new();
    // Fewer at once than a listener queues: the rest would wait for a retry.
    let many = ConnectBatch { listen_ms: LONG, parallel: 64, ..batch([open; 5_000]) };
    let id = connect.start(many).await.unwrap();
    let attempts = all(&connect, id).await;
    let said: usize = attempts.iter().filter_map(|attempt| attempt.heard.as_ref()).map(|heard| heard.said.len()).sum();
    assert_eq!((attempts.len(), said), (5_000, listen::A_BATCH));
    server.join().unwrap();
}
