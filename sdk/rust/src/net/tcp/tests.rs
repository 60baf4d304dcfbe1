use std::net::{Ipv4Addr, TcpListener};
use std::thread;
use std::time::Duration;

use super::*;

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(10)
}

fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

#[test]
fn what_is_written_comes_back_whole() {
    let (listener, address) = listener();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut all = Vec::new();
        stream.read_to_end(&mut all).unwrap();
        stream.write_all(&all).unwrap();
    });
    let sent = vec![7; 300_000];
    let mut stream = TcpStream::connect(address, soon()).unwrap();
    stream.write_all(&sent, soon()).unwrap();
    stream.finish().unwrap();
    let mut received = vec![0; sent.len()];
    stream.read_exact(&mut received, soon()).unwrap();
    assert_eq!(stream.read(&mut [0; 1], soon()).unwrap(), 0);
    server.join().unwrap();
    assert_eq!(received, sent);
}

#[test]
fn a_silent_peer_is_not_waited_for_longer_than_told() {
    let (_listener, address) = listener();
    let mut stream = TcpStream::connect(address, soon()).unwrap();
    let error = stream.read(&mut [0; 1], Instant::now()).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
}

#[test]
fn a_stream_that_ends_in_the_middle_is_told_from_a_slow_one() {
    let (listener, address) = listener();
    let mut stream = TcpStream::connect(address, soon()).unwrap();
    let (mut peer, _) = listener.accept().unwrap();
    peer.write_all(b"ab").unwrap();
    drop(peer);
    let error = stream.read_exact(&mut [0; 3], soon()).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
}

#[test]
fn a_port_where_nobody_listens_refuses() {
    let (listener, address) = listener();
    drop(listener);
    assert_eq!(TcpStream::connect(address, soon()).unwrap_err().kind(), io::ErrorKind::ConnectionRefused);
    assert_eq!(TcpStream::connect(address, Instant::now()).unwrap_err().kind(), io::ErrorKind::TimedOut);
}
