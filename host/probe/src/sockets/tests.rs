use std::net::Ipv4Addr;
use std::sync::Mutex;

use dbg_capability::{Nameserver, ResolverError};
use hickory_resolver::proto::op::{Message, MessageType, OpCode, ResponseCode};
use hickory_resolver::proto::rr::rdata::{A, AAAA, CNAME};
use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, UdpSocket};

use super::*;

/// What the server does with a question.
enum Reply {
    Records(Vec<RData>),
    Code(ResponseCode),
    /// By UDP only that it was truncated, by TCP the records.
    Truncated(Vec<RData>),
    Silence,
}

type Script = fn(&str, RecordType) -> Reply;

/// A name server on loopback that notes each question.
struct Server {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

fn answer(question: &[u8], script: Script, asked: &Mutex<Vec<String>>, by_udp: bool) -> Option<Vec<u8>> {
    let question = Message::from_vec(question).unwrap();
    let query = question.queries[0].clone();
    let name = query.name().to_string();
    asked.lock().unwrap().push(format!("{name} {}", query.query_type()));
    let mut message = Message::new(question.id, MessageType::Response, OpCode::Query);
    message.add_query(query.clone());
    let records = match script(&name, query.query_type()) {
        Reply::Silence => return None,
        Reply::Code(code) => {
            message.metadata.response_code = code;
            Vec::new()
        }
        Reply::Truncated(_) if by_udp => {
            message.metadata.truncation = true;
            Vec::new()
        }
        Reply::Records(records) | Reply::Truncated(records) => records,
    };
    let mut owner = query.name().clone();
    for data in records {
        let target = if let RData::CNAME(CNAME(target)) = &data { Some(target.clone()) } else { None };
        message.add_answer(Record::from_rdata(owner.clone(), 60, data));
        owner = target.unwrap_or(owner);
    }
    Some(message.to_vec().unwrap())
}

impl Server {
    async fn new(script: Script) -> Self {
        // Both protocols on one port: another process may hold the one or the other.
        let (udp, tcp) = loop {
            let udp = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
            if let Ok(tcp) = TcpListener::bind(udp.local_addr().unwrap()).await {
                break (udp, tcp);
            }
        };
        let server = Self { address: udp.local_addr().unwrap(), asked: Arc::default() };
        let asked = server.asked.clone();
        tokio::spawn(async move {
            let mut buffer = [0; 1024];
            loop {
                let (length, peer) = udp.recv_from(&mut buffer).await.unwrap();
                if let Some(reply) = answer(&buffer[..length], script, &asked, true) {
                    udp.send_to(&reply, peer).await.unwrap();
                }
            }
        });
        let asked = server.asked.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = tcp.accept().await {
                let asked = asked.clone();
                tokio::spawn(async move {
                    while let Ok(length) = stream.read_u16().await {
                        let mut question = vec![0; length.into()];
                        stream.read_exact(&mut question).await.unwrap();
                        if let Some(reply) = answer(&question, script, &asked, false) {
                            stream.write_u16(reply.len().try_into().unwrap()).await.unwrap();
                            stream.write_all(&reply).await.unwrap();
                        }
                    }
                });
            }
        });
        server
    }

    /// The names asked for, in order, each once.
    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> =
            self.asked.lock().unwrap().iter().map(|asked| asked.split(' ').next().unwrap().to_owned()).collect();
        names.dedup();
        names
    }
}

/// A configuration that no file needs to hold, so that its port and timeout are free.
struct Fixed(Result<Configuration, ResolverErrorCode>);

#[async_trait]
impl Resolver for Fixed {
    async fn read(&self) -> Result<Configuration, ResolverError> {
        self.0.clone().map_err(|code| ResolverError { code, text: "as the test says".to_owned() })
    }
}

struct Place {
    directory: tempfile::TempDir,
    sockets: LocalSockets,
}

/// `text` is a `resolv.conf` without name servers; its timeout is far away, so that no test waits for it.
fn place(servers: &[SocketAddr], text: &str) -> Place {
    let mut configuration = crate::resolver::parse(text.as_bytes().to_vec()).unwrap();
    configuration.timeout_ms = 30_000;
    let nameserver = |server: &SocketAddr| Nameserver { address: server.ip().to_string(), port: server.port() };
    configuration.nameservers = servers.iter().map(nameserver).collect();
    place_with(Ok(configuration))
}

fn place_with(configuration: Result<Configuration, ResolverErrorCode>) -> Place {
    let directory = tempfile::tempdir().unwrap();
    let root = Arc::new(Root::open(directory.path()).unwrap());
    Place { directory, sockets: LocalSockets::new(root, Arc::new(Fixed(configuration))) }
}

fn four(text: &str) -> RData {
    RData::A(A(text.parse().unwrap()))
}

fn six(text: &str) -> RData {
    RData::AAAA(AAAA(text.parse().unwrap()))
}

fn ips(texts: &[&str]) -> Vec<IpAddr> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

/// `shop.test` has addresses of both families, `only4.test` of one, `empty.test` none; all else does not exist.
fn zone(name: &str, family: RecordType) -> Reply {
    match (name, family) {
        ("shop.test.", RecordType::A) => Reply::Records(vec![four("192.0.2.1"), four("192.0.2.2")]),
        ("shop.test.", RecordType::AAAA) => Reply::Records(vec![six("2001:db8::1")]),
        ("only4.test.", RecordType::A) => Reply::Records(vec![four("192.0.2.4")]),
        ("alias.test.", RecordType::A) => {
            Reply::Records(vec![RData::CNAME(CNAME(Name::from_ascii("real.test.").unwrap())), four("192.0.2.5")])
        }
        ("only4.test." | "empty.test." | "alias.test.", _) => Reply::Records(Vec::new()),
        _ => Reply::Code(ResponseCode::NXDomain),
    }
}

fn fails(_: &str, _: RecordType) -> Reply {
    Reply::Code(ResponseCode::ServFail)
}

fn refuses(_: &str, _: RecordType) -> Reply {
    Reply::Code(ResponseCode::Refused)
}

fn keeps_silent(_: &str, _: RecordType) -> Reply {
    Reply::Silence
}

async fn code(sockets: &LocalSockets, name: &str) -> LookupErrorCode {
    sockets.lookup(name).await.unwrap_err().code
}

#[tokio::test]
async fn addresses_of_both_families_come_from_the_server() {
    let server = Server::new(zone).await;
    let place = place(&[server.address], "");
    assert_eq!(place.sockets.lookup("Shop.Test").await.unwrap(), ips(&["192.0.2.1", "192.0.2.2", "2001:db8::1"]));
    assert_eq!(place.sockets.lookup("only4.test").await.unwrap(), ips(&["192.0.2.4"]));
    assert_eq!(place.sockets.lookup("alias.test").await.unwrap(), ips(&["192.0.2.5"]));
}

#[tokio::test]
async fn a_literal_is_returned_and_nobody_asked() {
    let server = Server::new(zone).await;
    let place = place(&[server.address], "");
    assert_eq!(place.sockets.lookup("192.0.2.7").await.unwrap(), ips(&["192.0.2.7"]));
    assert_eq!(place.sockets.lookup("2001:db8::7").await.unwrap(), ips(&["2001:db8::7"]));
    for name in ["", ".", "a..b", "a b", "300.1.1.1", "a\0b", "\x1b[31m", &"a".repeat(10_000)] {
        let error = place.sockets.lookup(name).await.unwrap_err();
        assert_eq!(error.code, LookupErrorCode::NameUnresolvable, "{name}");
        assert!(error.text.len() < 4_096 && !error.text.contains('\x1b'));
    }
    assert!(server.names().is_empty());
}

#[tokio::test]
async fn the_hosts_file_comes_before_the_server() {
    let server = Server::new(zone).await;
    let place = place(&[server.address], "");
    fs_err::create_dir_all(place.directory.path().join("etc")).unwrap();
    let hosts = place.directory.path().join("etc/hosts");
    fs_err::write(&hosts, "198.51.100.1 shop.test\n").unwrap();
    assert_eq!(place.sockets.lookup("shop.test").await.unwrap(), ips(&["198.51.100.1"]));
    assert!(server.names().is_empty());
    assert_eq!(place.sockets.lookup("only4.test").await.unwrap(), ips(&["192.0.2.4"]));

    // Of a file that is too large, its whole lines within the bound count.
    let mut large = "198.51.100.1 shop.test\n".to_owned();
    large.push_str(&"#".repeat(1 << 20));
    fs_err::write(&hosts, large).unwrap();
    assert_eq!(place.sockets.lookup("shop.test").await.unwrap(), ips(&["198.51.100.1"]));
}

/// Neither a file nor a server is asked: either could lead elsewhere.
#[tokio::test]
async fn localhost_is_this_machine_whatever_anybody_says() {
    let server = Server::new(zone).await;
    let place = place(&[server.address], "search shop.test");
    fs_err::create_dir_all(place.directory.path().join("etc")).unwrap();
    fs_err::write(place.directory.path().join("etc/hosts"), "198.51.100.1 localhost db.localhost\n").unwrap();
    for name in ["localhost", "LOCALHOST.", "db.localhost", "a.b.localhost"] {
        assert_eq!(place.sockets.lookup(name).await.unwrap(), ips(&["127.0.0.1", "::1"]), "{name}");
    }
    assert!(server.names().is_empty());
    assert!(place.sockets.lookup("localhost.gone.test").await.is_err());
    assert!(!server.names().is_empty());
}

#[tokio::test]
async fn a_name_that_does_not_exist_or_has_no_address_is_unresolvable() {
    let server = Server::new(zone).await;
    let place = place(&[server.address], "");
    let missing = place.sockets.lookup("none.test").await.unwrap_err();
    assert_eq!(
        (missing.code, missing.text.as_str()),
        (LookupErrorCode::NameUnresolvable, "`none.test` does not exist")
    );
    let empty = place.sockets.lookup("empty.test").await.unwrap_err();
    assert_eq!(empty.code, LookupErrorCode::NameUnresolvable);
    assert_eq!(empty.text, "`empty.test` exists and has no address");
}

#[tokio::test]
async fn a_server_that_fails_or_refuses_is_followed_by_the_next() {
    let (failing, refusing, good) = (Server::new(fails).await, Server::new(refuses).await, Server::new(zone).await);
    let place = place(&[failing.address, refusing.address, good.address], "");
    assert_eq!(place.sockets.lookup("only4.test").await.unwrap(), ips(&["192.0.2.4"]));
    assert_eq!(failing.names(), ["only4.test."]);
    assert_eq!(refusing.names(), ["only4.test."]);
}

#[tokio::test]
async fn failing_is_temporary_and_refusing_is_permanent() {
    let (failing, refusing) = (Server::new(fails).await, Server::new(refuses).await);
    let sockets = place(&[failing.address, refusing.address], "").sockets;
    assert_eq!(code(&sockets, "shop.test").await, LookupErrorCode::TemporaryResolverFailure);
    assert_eq!(failing.asked.lock().unwrap().len(), 4, "two attempts, two families");
    let sockets = place(&[refusing.address], "").sockets;
    assert_eq!(code(&sockets, "shop.test").await, LookupErrorCode::PermanentResolverFailure);
}

#[tokio::test]
async fn a_silent_server_ends_the_look_up_in_the_configured_time() {
    let server = Server::new(keeps_silent).await;
    let mut configuration = crate::resolver::parse(b"search a.test b.test\noptions attempts:1\n".to_vec()).unwrap();
    configuration.timeout_ms = 20;
    configuration.nameservers =
        vec![Nameserver { address: server.address.ip().to_string(), port: server.address.port() }];
    let error = place_with(Ok(configuration)).sockets.lookup("shop").await.unwrap_err();
    assert_eq!(error.code, LookupErrorCode::TemporaryResolverFailure);
    assert_eq!(error.text, "cannot look up `shop`: no name server answers in time");
    assert!(server.names().iter().all(|name| name == "shop.a.test."), "{:?}", server.names());
}

#[tokio::test]
async fn a_closed_port_is_seen_at_once() {
    let closed = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap().local_addr().unwrap();
    let error = place(&[closed], "").sockets.lookup("shop.test").await.unwrap_err();
    assert_eq!(error.code, LookupErrorCode::TemporaryResolverFailure);
    assert_eq!(error.text, "cannot look up `shop.test`: no name server can be reached");
    let good = Server::new(zone).await;
    assert_eq!(place(&[closed, good.address], "").sockets.lookup("only4.test").await.unwrap(), ips(&["192.0.2.4"]));
}

#[tokio::test]
async fn the_search_list_is_walked_in_the_order_that_ndots_gives() {
    let server = Server::new(zone).await;
    let place = place(&[server.address], "search a.test test -bad-.test\noptions ndots:1\n");
    assert_eq!(place.sockets.lookup("only4").await.unwrap(), ips(&["192.0.2.4"]));
    assert_eq!(server.names(), ["only4.a.test.", "only4.test."]);
    server.asked.lock().unwrap().clear();
    assert_eq!(place.sockets.lookup("only4.test").await.unwrap(), ips(&["192.0.2.4"]));
    assert_eq!(server.names(), ["only4.test."]);
    server.asked.lock().unwrap().clear();
    assert_eq!(code(&place.sockets, "only4.").await, LookupErrorCode::NameUnresolvable);
    assert_eq!(server.names(), ["only4."]);
}

#[tokio::test]
async fn a_truncated_answer_is_asked_for_again_by_tcp() {
    let server = Server::new(|_, family| match family {
        RecordType::A => Reply::Truncated((1..=200).map(|last| four(&format!("192.0.2.{last}"))).collect()),
        _ => Reply::Records(Vec::new()),
    })
    .await;
    assert_eq!(place(&[server.address], "").sockets.lookup("large.test").await.unwrap().len(), 200);
}

#[tokio::test]
async fn the_options_no_aaaa_and_use_vc_are_obeyed() {
    let server = Server::new(|_, family| match family {
        RecordType::A => Reply::Truncated(vec![four("192.0.2.1")]),
        _ => Reply::Records(vec![six("2001:db8::1")]),
    })
    .await;
    let place = place(&[server.address], "options no-aaaa use-vc\n");
    assert_eq!(place.sockets.lookup("shop.test").await.unwrap(), ips(&["192.0.2.1"]));
    assert_eq!(*server.asked.lock().unwrap(), ["shop.test. A"]);
}

#[tokio::test]
async fn a_configuration_that_cannot_be_read_is_a_permanent_failure() {
    let sockets = place_with(Err(ResolverErrorCode::Denied)).sockets;
    assert_eq!(code(&sockets, "shop.test").await, LookupErrorCode::PermanentResolverFailure);
    assert!(sockets.resolvers().await.is_empty());
}

#[tokio::test]
async fn the_resolvers_are_those_of_the_configuration() {
    let servers: [SocketAddr; 2] = ["192.0.2.1:53".parse().unwrap(), "[2001:db8::1]:5353".parse().unwrap()];
    assert_eq!(place(&servers, "").sockets.resolvers().await, servers);
    // As man 5 resolv.conf has it.
    assert_eq!(place(&[], "").sockets.resolvers().await, ["127.0.0.1:53".parse().unwrap()]);
}
