use dbg_sdk::connect::Outcome;
use dbg_sdk::fake::{self, Connect, Host};
use dbg_sdk::network_state::InterfaceAddress;
use dbg_sdk::{FailureCode, Hosts, Severity};

use super::*;

fn run_with(host: Host, parameters: FivePaths) -> fake::Report {
    let report = host.run(|run| five_paths(parameters, run));
    assert_eq!(report.mistakes, Vec::<String>::new());
    report
}

fn slice(service: &str, address: &str, node: &str) -> String {
    format!(
        r#"{{"metadata":{{"name":"{service}-{node}","namespace":"shop","labels":{{"kubernetes.io/service-name":"{service}"}}}},
        "endpoints":[{{"addresses":["{address}"],"conditions":{{"ready":true}},"nodeName":"{node}"}}],"ports":[{{"port":8080}}]}}"#
    )
}

/// A cluster of two nodes; the check runs on n1, in the pod 10.0.1.9.
fn cluster() -> Host {
    let service = |name: &str, address: &str| {
        format!(
            r#"{{"metadata":{{"name":"{name}","namespace":"shop"}},"spec":{{"clusterIP":"{address}","ports":[{{"port":80}}]}}}}"#
        )
    };
    Host::new()
        .cluster_target("Cluster", "default", "")
        .interface_address(InterfaceAddress {
            interface_index: 2,
            address: "10.0.1.9".parse().unwrap(),
            prefix_length: 24,
            scope: "global".into(),
        })
        .object("Pod", r#"{"metadata":{"name":"dbg","namespace":"default"},"spec":{"nodeName":"n1"},"status":{"podIP":"10.0.1.9"}}"#)
        .object("EndpointSlice.discovery.k8s.io", &slice("near", "10.0.1.2", "n1"))
        .object("EndpointSlice.discovery.k8s.io", &slice("far", "10.0.2.2", "n2"))
        .object("Service", &service("near", "10.96.0.2"))
        .object("Service", &service("far", "10.96.0.3"))
        .object("Service", &service("nobody", "10.96.0.4"))
}

fn outside() -> FivePaths {
    let ports = PortRange { first: 443, last: 443 };
    let outside = Endpoint { hosts: Hosts::One("192.0.2.7".into()), ports };
    FivePaths { outside: vec![outside], ..FivePaths::defaults() }
}

/// Everybody answers but those at these endpoints.
fn all_but(silent: &[(&str, u16)]) -> Connect {
    let all = [("10.0.1.2", 8080), ("10.0.2.2", 8080), ("10.96.0.2", 80), ("10.96.0.3", 80), ("192.0.2.7", 443)];
    all.into_iter().fold(Connect::new(), |connect, (host, port)| match silent.contains(&(host, port)) {
        true => connect.outcome(host, port, Outcome::TimedOut, ""),
        false => connect.open(host, port),
    })
}

fn weighty(report: &fake::Report) -> Vec<(&str, Severity)> {
    let all = report.findings.iter().filter(|finding| finding.severity != Severity::Info);
    all.map(|finding| (finding.id.as_str(), finding.severity)).collect()
}

#[test]
fn a_network_whose_paths_are_whole_passes_and_says_which_were_tried() {
    let report = run_with(cluster().connect(all_but(&[])), outside());
    assert_eq!(weighty(&report), [("paths-whole", Severity::Pass)]);
    let sentence = &report.finding("paths-whole").unwrap().sentence;
    assert!(
        sentence.ends_with("pod to pod on one node, pod to pod across nodes, pod to Service, pod to outside"),
        "{sentence}"
    );
    assert_eq!(report.findings_of("paths-untried").count(), 1);
    assert_eq!(report.table("paths").unwrap().rows.len(), 5);
}

#[test]
fn each_broken_path_points_at_its_layer() {
    for (silent, id, layer) in [
        (&[("10.0.2.2", 8080)][..], "paths-across-nodes", "the network between the nodes"),
        (&[("10.96.0.2", 80), ("10.96.0.3", 80)], "paths-service", "kube-proxy"),
        (&[("192.0.2.7", 443)], "paths-outside", "egress"),
        (&[("10.0.1.2", 8080)], "paths-same-node", "the network plugin of this node"),
    ] {
        let report = run_with(cluster().connect(all_but(silent)), outside());
        assert_eq!(weighty(&report), [(id, Severity::Fail)]);
        let finding = report.finding(id).unwrap();
        assert!(finding.evidence("likely layer").unwrap().starts_with(layer), "{id}");
        assert_eq!(finding.evidence("from the node"), Some("n1"));
    }
}

#[test]
fn a_path_that_is_broken_to_some_is_a_warning() {
    let report = run_with(cluster().connect(all_but(&[("10.96.0.2", 80)])), outside());
    assert_eq!(weighty(&report), [("paths-service", Severity::Warn)]);
}

#[test]
fn who_refuses_has_answered_and_a_service_without_endpoints_is_not_tried() {
    // Whoever is not named refuses.
    let report = run_with(cluster().connect(Connect::new()), outside());
    assert_eq!(weighty(&report), [("paths-whole", Severity::Pass)]);
    let rows = &report.table("paths").unwrap().rows;
    assert!(!rows.iter().any(|row| format!("{row:?}").contains("10.96.0.4")));
}

#[test]
fn without_an_endpoint_nothing_is_known_and_without_the_cluster_nothing_is_done() {
    let empty = Host::new().cluster_target("Cluster", "default", "").connect(Connect::new());
    assert_eq!(run_with(empty, FivePaths::defaults()).verdict(), Severity::Unknown);
    assert_eq!(run_with(Host::new(), FivePaths::defaults()).failure.unwrap().code, FailureCode::Denied);
}

#[test]
fn endpoints_of_many_nodes_are_chosen_before_a_second_of_one() {
    let mut host = cluster();
    for number in 3..30 {
        host = host.object("EndpointSlice.discovery.k8s.io", &slice("near", &format!("10.0.2.{number}"), "n2"));
    }
    host = host.object("EndpointSlice.discovery.k8s.io", &slice("last", "10.0.3.2", "n3"));
    let report = run_with(host.connect(Connect::new()), FivePaths { each: 2, ..FivePaths::defaults() });
    let rows = format!("{:?}", report.table("paths").unwrap().rows);
    assert!(rows.contains("on n2") && rows.contains("on n3"), "{rows}");
}
