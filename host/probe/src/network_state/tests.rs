use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream, UdpSocket};

use dbg_capability::{NetworkStateErrorCode, SocketEntry, SocketState};
use rustix::fs::fstat;

use super::*;

fn here() -> LocalNetworkState {
    LocalNetworkState::new()
}

async fn all(state: &LocalNetworkState, protocol: SocketProtocol, max: u32) -> Vec<SocketEntry> {
    let dump = state.dump(protocol).await.unwrap();
    let mut sockets = Vec::new();
    loop {
        let page = state.next(dump, max).await.unwrap();
        assert!(page.sockets.len() <= usize::try_from(max).unwrap());
        sockets.extend(page.sockets);
        if page.last {
            state.close(dump).await;
            return sockets;
        }
    }
}

fn of(sockets: &[SocketEntry], inode: u64) -> SocketEntry {
    *sockets.iter().find(|socket| socket.inode == inode).unwrap()
}

#[tokio::test]
async fn connections_of_both_families_are_found_by_inode_with_their_ends() {
    let state = here();
    for loopback in ["127.0.0.1:0", "[::1]:0"] {
        // A machine may have no IPv6.
        let Ok(listener) = TcpListener::bind(loopback) else { continue };
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (server, _) = listener.accept().unwrap();
        for max in [1, 3, 10_000] {
            let sockets = all(&state, SocketProtocol::Tcp, max).await;
            let found = of(&sockets, fstat(&client).unwrap().st_ino);
            assert_eq!(found.state, SocketState::Established);
            assert_eq!((found.local, found.remote), (client.local_addr().unwrap(), listener.local_addr().unwrap()));
            assert_eq!(found.uid, rustix::process::geteuid().as_raw());
            assert!(found.segments > 0 && found.rtt_us > 0);
            assert_eq!(of(&sockets, fstat(&server).unwrap().st_ino).remote, client.local_addr().unwrap());
            let listening = of(&sockets, fstat(&listener).unwrap().st_ino);
            assert_eq!((listening.state, listening.send_queue), (SocketState::Listening, 0));
            assert!(listening.backlog > 0);
        }
    }
}

#[tokio::test]
async fn what_waits_to_be_accepted_and_what_the_peer_closed_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let left = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (accepted, _) = listener.accept().unwrap();
    drop(left);
    let _waiting = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let sockets = all(&here(), SocketProtocol::Tcp, 10_000).await;
    assert_eq!(of(&sockets, fstat(&accepted).unwrap().st_ino).state, SocketState::CloseWait);
    assert_eq!(of(&sockets, fstat(&listener).unwrap().st_ino).receive_queue, 1);
}

#[tokio::test]
async fn a_udp_socket_is_established_when_it_has_a_peer() {
    let (one, other) = (UdpSocket::bind("127.0.0.1:0").unwrap(), UdpSocket::bind("127.0.0.1:0").unwrap());
    one.connect(other.local_addr().unwrap()).unwrap();
    let sockets = all(&here(), SocketProtocol::Udp, 10_000).await;
    let found = of(&sockets, fstat(&one).unwrap().st_ino);
    assert_eq!((found.state, found.remote), (SocketState::Established, other.local_addr().unwrap()));
    let found = of(&sockets, fstat(&other).unwrap().st_ino);
    let nobody: SocketAddr = "0.0.0.0:0".parse().unwrap();
    assert_eq!((found.state, found.remote, found.backlog), (SocketState::Closed, nobody, 0));
}

#[tokio::test]
async fn loopback_is_among_the_interfaces_addresses_and_routes() {
    let state = here();
    let interfaces = state.interfaces(1000).await.unwrap();
    let lo = interfaces.rows.iter().find(|interface| interface.name == "lo").unwrap();
    assert!(!interfaces.cut && lo.index > 0 && lo.mtu > 0);
    assert_eq!((lo.kind.as_str(), lo.hardware_address.as_str()), ("", ""));
    if lo.enabled {
        let loopback: IpAddr = "127.0.0.1".parse().unwrap();
        let addresses = state.addresses(1000).await.unwrap();
        let found = addresses.rows.iter().find(|address| address.address == loopback).unwrap();
        assert_eq!((found.interface_index, found.prefix_length, found.scope.as_str()), (lo.index, 8, "host"));
        let routes = state.routes(1000).await.unwrap();
        let found = routes.rows.iter().find(|route| route.destination == loopback).unwrap();
        assert_eq!((found.prefix_length, found.table, found.kind.as_str()), (32, 255, "local"));
        assert!(state.routes(1).await.unwrap().cut);
    }
    state.neighbours(1000).await.unwrap();
}

#[tokio::test]
async fn the_range_of_local_ports_is_the_one_that_the_kernel_gives_from() {
    let ports = here().local_ports().await.unwrap();
    let given = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    assert!((ports.first..=ports.last).contains(&given));
}

#[tokio::test]
async fn a_closed_dump_gives_no_page() {
    let state = here();
    let dump = state.dump(SocketProtocol::Tcp).await.unwrap();
    state.close(dump).await;
    state.close(dump).await;
    assert_eq!(state.next(dump, 1).await.unwrap_err().code, NetworkStateErrorCode::Closed);
}
