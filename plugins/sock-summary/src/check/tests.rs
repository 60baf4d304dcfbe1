use std::net::SocketAddr;

use dbg_sdk::fake::{self, Host};
use dbg_sdk::network_state::{ErrorCode, Protocol, Socket, State};
use dbg_sdk::processes::{self, Process};
use dbg_sdk::{FailureCode, Severity};

use super::*;

fn run_with(host: Host, parameters: SockSummary) -> fake::Report {
    let report = host.run(|run| sock_summary(parameters, run));
    assert_eq!(report.mistakes, Vec::<String>::new());
    report
}

fn run(host: Host) -> fake::Report {
    run_with(host, SockSummary::defaults())
}

fn at(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

fn socket(local: &str, remote: &str, state: State) -> Socket {
    Socket::new(at(local), at(remote), state)
}

fn process(pid: u32, name: &str) -> Process {
    Process {
        pid,
        parent: 1,
        uid: 33,
        name: name.into(),
        command_line: format!("/usr/bin/{name} --serve"),
        cgroup: String::new(),
        container: "0123456789abcdef".repeat(4),
    }
}

/// `count` sockets of one kind, each with a local port and an inode of its own, all of process 7.
fn many(mut host: Host, count: u16, like: Socket) -> Host {
    host = host.process(process(7, "shop"));
    for number in 0..count {
        let inode = u64::from(number) + 1000;
        let local =
            SocketAddr::new(like.local.ip(), if like.local.port() == 0 { 40_000 + number } else { like.local.port() });
        host = host.socket(Protocol::Tcp, Socket { local, inode, ..like }).socket_owner(inode, 7);
    }
    host
}

/// The ids of what weighs, in order.
fn weighty(report: &fake::Report) -> Vec<(&str, Severity)> {
    let all = report.findings.iter().filter(|finding| finding.severity != Severity::Info);
    all.map(|finding| (finding.id.as_str(), finding.severity)).collect()
}

#[test]
fn sockets_without_trouble_pass_with_their_counts() {
    let host = many(Host::new(), 3, socket("10.0.0.1:0", "10.0.0.2:443", State::Established))
        .socket(Protocol::Tcp, Socket { backlog: 128, ..socket("0.0.0.0:80", "0.0.0.0:0", State::Listening) })
        .socket(Protocol::Udp, socket("127.0.0.1:53", "0.0.0.0:0", State::Closed));
    let report = run(host);
    assert_eq!(weighty(&report), [("sock-ok", Severity::Pass)]);
    let finding = report.finding("sock-ok").unwrap();
    assert_eq!(finding.sentence, "4 sockets of TCP and 1 of UDP, none of them in trouble");
    assert_eq!(finding.evidence("TCP"), Some("ESTAB: 3, LISTEN: 1"));
    assert_eq!(report.table("sock-listening").unwrap().rows.len(), 2);
    let table = report.table("sock-connections").unwrap();
    assert_eq!(table.rows.len(), 1);
    assert_eq!(format!("{:?}", table.column("process")[0]), format!("{:?}", fake::Cell::Text("shop (pid 7)".into())));
    assert!(report.metric("sockets").is_some());
}

#[test]
fn a_network_without_sockets_is_well_and_has_nothing_to_show_for_it() {
    let report = run(Host::new().network_state());
    let finding = report.finding("sock-ok").unwrap();
    assert_eq!(finding.sentence, "0 sockets of TCP and 0 of UDP, none of them in trouble");
    assert_eq!(finding.evidence("TCP"), None);
}

#[test]
fn a_pile_of_connections_that_were_never_closed_names_its_process() {
    let like = socket("10.0.0.1:80", "10.0.0.2:5000", State::CloseWait);
    assert_eq!(weighty(&run(many(Host::new(), 49, like))), [("sock-ok", Severity::Pass)]);
    let report = run(many(Host::new(), 50, like));
    assert_eq!(weighty(&report), [("sock-close-wait", Severity::Warn)]);
    let finding = report.finding("sock-close-wait").unwrap();
    assert_eq!(finding.sentence, "shop (pid 7) keeps 50 connections that their peers have closed");
    assert_eq!(finding.evidence("peers"), Some("10.0.0.2: 50"));
    assert_eq!(finding.evidence("at"), Some("80: 50"));
    assert_eq!(finding.evidence("command line"), Some("/usr/bin/shop --serve"));
    assert_eq!(finding.evidence("container"), Some("0123456789ab"));
    assert!(finding.next_steps.iter().any(|step| step.contains("ss -tnp state close-wait")));
}

#[test]
fn a_full_queue_of_a_listening_socket_fails_and_an_empty_one_without_backlog_does_not() {
    let listening = |waiting, backlog| Socket {
        receive_queue: waiting,
        backlog,
        inode: 5,
        ..socket("0.0.0.0:80", "0.0.0.0:0", State::Listening)
    };
    for (waiting, backlog, expected) in
        [(0, 0, "sock-ok"), (4, 5, "sock-ok"), (5, 5, "sock-backlog-full"), (6, 5, "sock-backlog-full")]
    {
        let report = run(Host::new().processes().socket(Protocol::Tcp, listening(waiting, backlog)));
        assert_eq!(weighty(&report)[0].0, expected, "{waiting} of {backlog}");
    }
}

#[test]
fn a_peer_that_loses_segments_is_told_from_one_that_lost_a_few() {
    let to = |retransmits, segments, resending| {
        let one = Socket {
            retransmits,
            segments,
            resending,
            rtt: Duration::from_millis(40),
            ..socket("10.0.0.1:0", "10.0.0.2:443", State::Established)
        };
        run(many(Host::new(), 1, one))
    };
    assert_eq!(weighty(&to(19, 100, 0)), [("sock-ok", Severity::Pass)]);
    assert_eq!(weighty(&to(20, 1_001, 2)), [("sock-ok", Severity::Pass)]);
    let report = to(20, 1_000, 0);
    assert_eq!(weighty(&report), [("sock-retransmits", Severity::Warn)]);
    assert_eq!(report.finding("sock-retransmits").unwrap().evidence("processes"), Some("shop (pid 7): 1"));
    let finding_of_waiting = to(1, 2, 3);
    assert_eq!(
        finding_of_waiting.finding("sock-retransmits").unwrap().sentence,
        "a connection to 10.0.0.2 gets no acknowledgement"
    );
}

#[test]
fn local_ports_run_out_towards_one_peer_and_connections_to_a_server_here_take_none() {
    let full = |count| {
        many(Host::new().local_ports(40_000, 40_099), count, socket("10.0.0.1:0", "10.0.0.2:443", State::TimeWait))
    };
    assert_eq!(weighty(&run(full(79))), [("sock-ok", Severity::Pass)]);
    let report = run(full(80));
    assert_eq!(weighty(&report), [("sock-ports-taken", Severity::Warn)]);
    let finding = report.finding("sock-ports-taken").unwrap();
    assert_eq!(finding.sentence, "80 % of the local ports from 10.0.0.1 to 10.0.0.2:443 are taken");
    assert_eq!(finding.evidence("taken"), Some("80 of 100 (40000-40099)"));
    assert_eq!(weighty(&run(full(95))), [("sock-ports-taken", Severity::Fail)]);
    let served = many(
        Host::new()
            .local_ports(40_000, 40_099)
            .socket(Protocol::Tcp, Socket { backlog: 5, ..socket("0.0.0.0:40000", "0.0.0.0:0", State::Listening) }),
        90,
        socket("10.0.0.1:40000", "10.0.0.2:443", State::Established),
    );
    assert_eq!(weighty(&run(served)), [("sock-ok", Severity::Pass)]);
}

#[test]
fn peers_that_do_not_answer_and_peers_that_do_not_complete_are_told_apart() {
    let report = run(many(Host::new(), 20, socket("10.0.0.1:0", "10.0.0.2:443", State::SynSent)));
    assert_eq!(weighty(&report), [("sock-syn-sent", Severity::Warn)]);
    assert_eq!(report.finding("sock-syn-sent").unwrap().about.as_deref(), Some("10.0.0.2:443"));
    let mapped = socket("[::ffff:10.0.0.1]:80", "[::ffff:10.0.0.9]:1", State::SynReceived);
    let report = run(many(Host::new(), 100, mapped));
    assert_eq!(weighty(&report), [("sock-syn-received", Severity::Warn)]);
    let finding = report.finding("sock-syn-received").unwrap();
    assert_eq!(finding.about.as_deref(), Some("10.0.0.1:80"), "IPv4 is written as IPv4");
    assert_eq!(finding.evidence("peers"), Some("10.0.0.9: 100"));
}

#[test]
fn bytes_that_stay_where_they_are_are_told_by_direction() {
    let like = socket("10.0.0.1:0", "10.0.0.2:443", State::Established);
    let report = run(many(Host::new(), 2, Socket { send_queue: 3 << 19, ..like }));
    assert_eq!(weighty(&report), [("sock-send-queue", Severity::Warn)]);
    let finding = report.finding("sock-send-queue").unwrap();
    assert_eq!(finding.sentence, "10.0.0.2 does not take 3.0 MiB that shop (pid 7) sent");
    assert_eq!(finding.evidence("largest queue"), Some("1.5 MiB"));
    let report = run(many(Host::new(), 1, Socket { receive_queue: 1 << 20, ..like }));
    assert_eq!(weighty(&report), [("sock-receive-queue", Severity::Warn)]);
    let small = Socket { receive_queue: (1 << 20) - 1, ..like };
    assert_eq!(weighty(&run(many(Host::new(), 1, small))), [("sock-ok", Severity::Pass)]);
}

#[test]
fn owners_that_cannot_be_seen_are_counted_and_sockets_of_nobody_are_not() {
    let established = Socket { inode: 9, uid: 1000, ..socket("10.0.0.1:5", "10.0.0.2:443", State::Established) };
    let host = Host::new()
        .unreadable_processes(12)
        .socket(Protocol::Tcp, established)
        .socket(Protocol::Tcp, socket("10.0.0.1:6", "10.0.0.2:443", State::TimeWait));
    let report = run(host);
    let finding = report.finding("sock-owners-hidden").unwrap();
    assert_eq!(finding.severity, Severity::Info);
    assert_eq!(finding.sentence, "1 socket belongs to a process that this user may not look into");
    assert_eq!(finding.evidence("unreadable processes"), Some("12"));
    assert_eq!(weighty(&report), [("sock-ok", Severity::Pass)]);
}

#[test]
fn without_the_grant_for_processes_the_rest_is_told() {
    let report = run(Host::new().network_state());
    assert_eq!(weighty(&report), [("sock-ok", Severity::Pass)]);
    assert!(report.finding("sock-owners-unknown").is_some());
    let broken = Host::new().network_state().processes_error(processes::ErrorCode::Unsupported, "no procfs");
    assert!(weighty(&run(broken)).contains(&("sock-owners-unknown", Severity::Unknown)));
}

#[test]
fn without_sockets_there_is_no_verdict() {
    let denied = run(Host::new());
    assert_eq!(denied.failure.unwrap().code, FailureCode::Denied);
    let report = run(Host::new().network_state_error(ErrorCode::Unsupported, "no sock_diag"));
    assert_eq!(report.failure.unwrap().code, FailureCode::Unsupported);
}

#[test]
fn only_the_worst_of_many_are_said_and_the_tables_are_cut() {
    let mut host = Host::new().processes();
    for number in 1..=30_u8 {
        let peer: SocketAddr = SocketAddr::new([10, 0, 0, number].into(), 443);
        host = host.socket(
            Protocol::Tcp,
            Socket { send_queue: 2 << 20, ..Socket::new(at("10.1.0.1:5"), peer, State::Established) },
        );
    }
    let report = run_with(host, SockSummary { rows: 10, ..SockSummary::defaults() });
    assert_eq!(report.findings_of("sock-send-queue").count(), 20);
    assert_eq!(report.finding("sock-more").unwrap().sentence, "10 more of the kind `sock-send-queue` are left out");
    assert_eq!(report.table("sock-connections").unwrap().rows.len(), 10);
}
