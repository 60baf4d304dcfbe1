use std::net::UdpSocket;
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use dbg_sdk::fake::{self, Host};
use dbg_sdk::files::Usage;
use dbg_sdk::{FailureCode, Severity};

use super::*;

fn run_with(host: Host, parameters: NodeBaseline) -> fake::Report {
    let report = host.run(|run| node_baseline(parameters, run));
    assert_eq!(report.mistakes, Vec::<String>::new());
    report
}

/// A node as most are.
fn node() -> Host {
    Host::new()
        .file("/proc/sys/kernel/osrelease", "6.8.0-45-generic\n")
        .file("/proc/sys/net/ipv4/ip_forward", "1\n")
        .file("/proc/sys/net/ipv4/ip_local_port_range", "32768\t60999\n")
        .file("/proc/modules", "overlay 212992 19 - Live 0x0\nbr_netfilter 32768 0 - Live 0x0\n")
        .file("/lib/modules/6.8.0-45-generic/modules.builtin", "kernel/net/netfilter/nf-conntrack.ko\n")
        .file("/proc/meminfo", "MemTotal:        8000000 kB\nSwapTotal:             0 kB\n")
        .file("/proc/sys/fs/file-nr", "1000\t0\t100000\n")
        .file("/proc/sys/kernel/pid_max", "32768\n")
        .file("/proc/loadavg", "0.1 0.1 0.1 2/400 12345\n")
        .file("/etc/os-release", "NAME=\"Debian\"\nPRETTY_NAME=\"Debian 12\"\n")
        .file("/sys/fs/cgroup/cgroup.controllers", "cpu memory\n")
        .file("/run/containerd/containerd.sock", "")
        .directory("/var/lib/kubelet")
}

fn full(percent: u64) -> Usage {
    Usage {
        size: 100 << 30,
        available: (100 - percent) << 30,
        inodes: 1_000_000,
        inodes_free: 900_000,
        read_only: false,
    }
}

fn weighty(report: &fake::Report) -> Vec<(&str, Severity)> {
    let all = report.findings.iter().filter(|finding| finding.severity != Severity::Info);
    all.map(|finding| (finding.id.as_str(), finding.severity)).collect()
}

/// Of a fact: its value and standing.
fn fact(report: &fake::Report, name: &str) -> Option<(String, String)> {
    let text = |cell: &fake::Cell| match cell {
        fake::Cell::Text(text) => text.clone(),
        other => format!("{other:?}"),
    };
    let rows = &report.table("node-facts").unwrap().rows;
    rows.iter().find(|row| text(&row[0]) == name).map(|row| (text(&row[1]), text(&row[3])))
}

fn told(value: &str) -> Option<(String, String)> {
    Some((value.to_owned(), String::new()))
}

#[test]
fn a_node_of_which_nothing_is_wanted_is_told_and_passes() {
    let report = run_with(node(), NodeBaseline::defaults());
    assert_eq!(weighty(&report), [("node-as-wanted", Severity::Pass)]);
    assert_eq!(fact(&report, "kernel"), told("6.8.0-45-generic"));
    assert_eq!(fact(&report, "system"), told("Debian 12"));
    assert_eq!(fact(&report, "control groups"), told("v2"));
    assert_eq!(fact(&report, "swap"), told("off"));
    assert_eq!(fact(&report, "runtime"), told("containerd"));
    assert_eq!(fact(&report, "sysctl net.ipv4.ip_forward"), told("1"));
    assert_eq!(fact(&report, "open files, taken"), told("1 %"));
}

#[test]
fn what_is_wanted_and_there_passes() {
    let parameters = NodeBaseline {
        kernel: Some("6.8".into()),
        kernel_least: Some("5.15".into()),
        module: vec!["overlay".into(), "br-netfilter".into(), "nf_conntrack".into()],
        sysctl: vec!["net.ipv4.ip_forward=1".into(), "net.ipv4.ip_local_port_range=32768 60999".into()],
        cgroup: "v2".into(),
        runtime: "containerd".into(),
        swap: "off".into(),
        ..NodeBaseline::defaults()
    };
    let report = run_with(node(), parameters);
    assert_eq!(weighty(&report), [("node-as-wanted", Severity::Pass)]);
    assert_eq!(fact(&report, "module nf_conntrack"), Some(("built in".into(), "as wanted".into())));
}

#[test]
fn each_fact_that_differs_is_a_finding_with_what_to_do() {
    let parameters = NodeBaseline {
        kernel_least: Some("6.9".into()),
        module: vec!["ip_vs".into()],
        sysctl: vec!["net.ipv4.ip_forward=0".into()],
        cgroup: "v1".into(),
        runtime: "cri-o".into(),
        swap: "on".into(),
        ..NodeBaseline::defaults()
    };
    let report = run_with(node(), parameters);
    assert_eq!(report.findings_of("node-differs").count(), 6);
    assert_eq!(report.verdict(), Severity::Fail);
    let about = |name: &str| report.findings_of("node-differs").find(|one| one.about.as_deref() == Some(name)).unwrap();
    assert!(about("kernel").sentence.contains("at least 6.9 is wanted"));
    assert!(about("module ip_vs").next_steps[0].contains("modprobe ip_vs"));
    assert!(about("sysctl net.ipv4.ip_forward").next_steps[0].contains("sysctl -w net.ipv4.ip_forward=0"));
}

#[test]
fn what_is_wanted_and_cannot_be_read_is_unknown() {
    let parameters = NodeBaseline {
        module: vec!["overlay".into()],
        sysctl: vec!["net.ipv4.nothing=1".into(), "../../etc/shadow=1".into()],
        kubelet: Some("v1.33".into()),
        ..NodeBaseline::defaults()
    };
    let report = run_with(Host::new(), parameters);
    assert_eq!(report.findings_of("node-unread").count(), 4);
    assert_eq!(report.verdict(), Severity::Unknown);
    let senseless = NodeBaseline { sysctl: vec!["vm.swappiness".into()], ..NodeBaseline::defaults() };
    assert_eq!(run_with(node(), senseless).failure.unwrap().code, FailureCode::BadArguments);
}

#[test]
fn a_full_disk_warns_at_its_threshold_and_fails_near_the_end() {
    let report = |percent| run_with(node().usage("/", full(percent)), NodeBaseline::defaults());
    assert_eq!(weighty(&report(84)), [("node-as-wanted", Severity::Pass)]);
    assert_eq!(weighty(&report(85))[0], ("node-disk", Severity::Warn));
    assert_eq!(weighty(&report(95))[0], ("node-disk", Severity::Fail));
    // Folders of one file system are told once.
    assert_eq!(report(85).findings_of("node-disk").count(), 1);
    assert_eq!(fact(&report(85), "disk /, taken"), told("85 %"));
    let inodes = Usage { inodes_free: 10_000, ..full(10) };
    assert_eq!(
        weighty(&run_with(node().usage("/", inodes), NodeBaseline::defaults()))[0],
        ("node-inodes", Severity::Fail)
    );
    let missing = NodeBaseline { disk: vec!["/data".into()], ..NodeBaseline::defaults() };
    assert_eq!(run_with(node(), missing).verdict(), Severity::Unknown);
}

#[test]
fn limits_that_are_nearly_reached_are_findings() {
    let host = node()
        .file("/proc/sys/net/netfilter/nf_conntrack_count", "96000\n")
        .file("/proc/sys/net/netfilter/nf_conntrack_max", "100000\n")
        .file("/proc/loadavg", "0.1 0.1 0.1 2/27000 12345\n");
    let report = run_with(host, NodeBaseline::defaults());
    let expected = [
        ("node-threads", Severity::Warn),
        ("node-tracked-connections", Severity::Fail),
        ("node-as-wanted", Severity::Pass),
    ];
    assert_eq!(weighty(&report), expected);
}

#[test]
fn on_a_node_the_cluster_tells_runtime_kubelet_and_conditions() {
    let object = r#"{"metadata":{"name":"n1"},"spec":{"unschedulable":true},"status":{
        "nodeInfo":{"containerRuntimeVersion":"containerd://1.7.2","kubeletVersion":"v1.33.2"},
        "conditions":[{"type":"Ready","status":"True"},
            {"type":"DiskPressure","status":"True","reason":"KubeletHasDiskPressure","message":"kubelet has disk pressure"}]}}"#;
    let host = node().cluster_target("Node", "default", "n1").object("Node", object);
    let parameters =
        NodeBaseline { kubelet: Some("v1.33".into()), runtime: "containerd".into(), ..NodeBaseline::defaults() };
    let report = run_with(host, parameters);
    assert_eq!(weighty(&report), [("node-differs", Severity::Fail)]);
    assert_eq!(report.finding("node-differs").unwrap().about.as_deref(), Some("condition DiskPressure"));
    assert_eq!(fact(&report, "runtime"), Some(("containerd 1.7.2".into(), "as wanted".into())));
    assert_eq!(fact(&report, "cordoned"), told("yes"));
}

#[test]
fn a_clock_that_is_off_is_told_by_how_much() {
    let server = |off: f64| {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let address = socket.local_addr().unwrap();
        thread::spawn(move || {
            let mut buffer = [0; 64];
            while let Ok((_, from)) = socket.recv_from(&mut buffer) {
                let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64();
                let _ = socket.send_to(&crate::sntp::tests::answer(now + off), from);
            }
        });
        NodeBaseline {
            ntp: Some(Address::from(address)),
            clock_offset: Duration::from_secs(60),
            ..NodeBaseline::defaults()
        }
    };
    let report = run_with(node(), server(3600.0));
    assert_eq!(weighty(&report)[0], ("node-clock", Severity::Fail));
    assert!(report.finding("node-clock").unwrap().sentence.contains("s behind"));
    assert_eq!(weighty(&run_with(node(), server(0.0))), [("node-as-wanted", Severity::Pass)]);
}
