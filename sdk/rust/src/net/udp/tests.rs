use super::*;

fn loopback() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 0).into()
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(10)
}

#[test]
fn two_datagrams_of_one_socket_are_both_answered() {
    let server = UdpSocket::bind(loopback()).unwrap();
    let client = UdpSocket::connect(server.local().unwrap()).unwrap();
    client.send(b"A").unwrap();
    client.send(b"AAAA").unwrap();
    let mut buffer = [0; 64];
    for _ in 0..2 {
        let datagram = server.receive(&mut buffer, soon()).unwrap().unwrap();
        let (answer, from) = (datagram.bytes.to_vec(), datagram.from);
        server.send_to(&answer, from).unwrap();
    }
    assert_eq!(client.receive(&mut buffer, soon()).unwrap().unwrap().bytes, b"A");
    assert_eq!(client.receive(&mut buffer, soon()).unwrap().unwrap().bytes, b"AAAA");
}

#[test]
fn a_deadline_in_the_past_takes_what_is_there_and_waits_for_nothing() {
    let server = UdpSocket::bind(loopback()).unwrap();
    let client = UdpSocket::open(loopback()).unwrap();
    let mut buffer = [0; 64];
    let past = Instant::now();
    assert_eq!(server.receive(&mut buffer, past).unwrap(), None);
    client.send_to(b"x", server.local().unwrap()).unwrap();
    assert_eq!(first_ready(&[&server], soon()).unwrap(), [0]);
    assert_eq!(server.receive(&mut buffer, past).unwrap().unwrap().bytes, b"x");
}

#[test]
fn a_connected_socket_hears_no_stranger() {
    let (peer, stranger) = (UdpSocket::bind(loopback()).unwrap(), UdpSocket::bind(loopback()).unwrap());
    let socket = UdpSocket::connect(peer.local().unwrap()).unwrap();
    stranger.send_to(b"lie", socket_address(&socket)).unwrap();
    peer.send_to(b"truth", socket_address(&socket)).unwrap();
    let mut buffer = [0; 64];
    assert_eq!(socket.receive(&mut buffer, soon()).unwrap().unwrap().bytes, b"truth");
}

fn socket_address(socket: &UdpSocket) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, socket.local().unwrap().port()).into()
}

#[test]
fn a_port_where_nobody_listens_refuses() {
    let gone = UdpSocket::bind(loopback()).unwrap().local().unwrap();
    let socket = UdpSocket::connect(gone).unwrap();
    socket.send(b"x").unwrap();
    let mut buffer = [0; 64];
    assert_eq!(socket.receive(&mut buffer, soon()).unwrap_err().kind(), io::ErrorKind::ConnectionRefused);
}

#[test]
fn of_several_sockets_the_ready_ones_are_told() {
    let sockets = [UdpSocket::bind(loopback()).unwrap(), UdpSocket::bind(loopback()).unwrap()];
    let [one, other] = &sockets;
    one.send_to(b"x", other.local().unwrap()).unwrap();
    assert_eq!(first_ready(&[one, other], soon()).unwrap(), [1]);
    assert_eq!(first_ready(&[one], Instant::now()).unwrap(), Vec::<usize>::new());
    assert_eq!(first_ready(&[], soon()).unwrap_err().kind(), io::ErrorKind::InvalidInput);
}

#[test]
fn a_datagram_longer_than_the_buffer_is_cut() {
    let server = UdpSocket::bind(loopback()).unwrap();
    let client = UdpSocket::connect(server.local().unwrap()).unwrap();
    client.send(b"0123456789").unwrap();
    let mut buffer = [0; 4];
    assert_eq!(server.receive(&mut buffer, soon()).unwrap().unwrap().bytes, b"0123");
}
