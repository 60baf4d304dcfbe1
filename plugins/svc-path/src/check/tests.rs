use std::net::UdpSocket;
use std::thread;

use dbg_sdk::cluster::ErrorCode;
use dbg_sdk::connect::Outcome;
use dbg_sdk::fake::{self, Connect, Host, Resolver};
use dbg_sdk::{FailureCode, Severity};

use super::*;

fn parameters() -> SvcPath {
    SvcPath::defaults("cart".to_owned())
}

fn run_with(host: Host, parameters: SvcPath) -> fake::Report {
    let report = host.run(|run| svc_path(parameters, run));
    assert_eq!(report.mistakes, Vec::<String>::new());
    report
}

fn run(host: Host) -> fake::Report {
    run_with(host, parameters())
}

fn service(spec: &str) -> String {
    format!(r#"{{"metadata":{{"name":"cart","namespace":"shop"}},"spec":{{{spec}}}}}"#)
}

const USUAL: &str =
    r#""clusterIP":"10.96.0.7","selector":{"app":"cart"},"ports":[{"name":"http","port":80,"targetPort":"http"}]"#;

fn pod(name: &str, ip: &str, more: &str, status: &str) -> String {
    format!(
        r#"{{"metadata":{{"name":"{name}","namespace":"shop","labels":{{"app":"cart"}}}},
        "spec":{{"nodeName":"n1","containers":[{{"name":"app","ports":[{{"name":"http","containerPort":8080}}]}}{more}]}},
        "status":{{"phase":"Running","podIP":"{ip}"{status}}}}}"#
    )
}

const READY: &str = r#","conditions":[{"type":"Ready","status":"True"}]"#;
const UNREADY: &str = r#","conditions":[{"type":"Ready","status":"False"}],
    "containerStatuses":[{"name":"app","ready":false,"state":{"running":{}}}]"#;

fn slice(addresses: &[&str], port: u16) -> String {
    let endpoints: Vec<String> = addresses
        .iter()
        .map(|address| format!(r#"{{"addresses":["{address}"],"conditions":{{"ready":true}},"nodeName":"n1"}}"#))
        .collect();
    format!(
        r#"{{"metadata":{{"name":"cart-x","namespace":"shop","labels":{{"kubernetes.io/service-name":"cart"}}}},
        "endpoints":[{}],"ports":[{{"name":"http","port":{port}}}]}}"#,
        endpoints.join(",")
    )
}

/// A namespace without anything.
fn shop() -> Host {
    Host::new().cluster_target("Namespace", "shop", "shop")
}

const SLICE: &str = "EndpointSlice.discovery.k8s.io";
const POLICY: &str = "NetworkPolicy.networking.k8s.io";

/// All that the API has of a Service that works.
fn healthy() -> Host {
    shop()
        .object("Service", &service(USUAL))
        .object("Pod", &pod("cart-1", "10.0.0.7", "", READY))
        .object("Pod", &pod("cart-2", "10.0.0.8", "", READY))
        .object(SLICE, &slice(&["10.0.0.7", "10.0.0.8"], 8080))
}

fn open() -> Connect {
    Connect::new().open("10.0.0.7", 8080).open("10.0.0.8", 8080).open("10.96.0.7", 80)
}

/// A name server on loopback that says one thing of every name.
fn name_server(code: u8, address: [u8; 4]) -> Resolver {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = socket.local_addr().unwrap().port();
    thread::spawn(move || {
        let mut buffer = [0; 512];
        while let Ok((length, from)) = socket.recv_from(&mut buffer) {
            let mut answer = buffer[..length].to_vec();
            (answer[2], answer[3]) = (0x81, 0x80 | code);
            if code == 0 {
                answer[7] = 1;
                answer.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4]);
                answer.extend(address);
            }
            let _ = socket.send_to(&answer, from);
        }
    });
    Resolver::new().nameserver("127.0.0.1", port).search("shop.svc.cluster.test")
}

fn weighty(report: &fake::Report) -> Vec<(&str, Severity)> {
    let all = report.findings.iter().filter(|finding| finding.severity != Severity::Info);
    all.map(|finding| (finding.id.as_str(), finding.severity)).collect()
}

/// `link: state`, in order.
fn links(report: &fake::Report) -> Vec<String> {
    let text = |cell: &fake::Cell| match cell {
        fake::Cell::Text(text) => text.clone(),
        other => format!("{other:?}"),
    };
    let rows = &report.table("svc-links").unwrap().rows;
    rows.iter().map(|row| format!("{}: {}", text(&row[1]), text(&row[2]))).collect()
}

#[test]
fn a_path_whose_every_link_holds_passes() {
    let report = run(healthy().connect(open()).resolver(name_server(0, [10, 96, 0, 7])));
    assert_eq!(weighty(&report), [("svc-ok", Severity::Pass)]);
    assert_eq!(report.finding("svc-ok").unwrap().sentence, "every link to the Service `cart.shop` holds");
    let expected = [
        "service: holds",
        "port: holds",
        "selector: holds",
        "target port: holds",
        "readiness: holds",
        "endpoints: holds",
        "network policy: holds",
        "name: holds",
        "endpoint connect: holds",
        "service connect: holds",
    ];
    assert_eq!(links(&report), expected);
}

#[test]
fn without_connects_what_was_not_tried_is_said() {
    let report = run_with(healthy(), SvcPath { connect: "never".into(), ..parameters() });
    assert_eq!(weighty(&report), [("svc-ok", Severity::Pass)]);
    assert!(report.finding("svc-ok").unwrap().sentence.contains("that was looked at"));
    assert_eq!(links(&report)[7..], ["name: not looked at", "connect: not looked at"]);
    // Not granted is not the same as not wanted.
    let report = run(healthy());
    assert_eq!(links(&report)[7..], ["name: unknown", "connect: unknown"]);
    assert!(report.finding("svc-connect-denied").is_some());
}

#[test]
fn a_service_that_is_not_there_suggests_one_of_a_like_name() {
    let other = r#"{"metadata":{"name":"cart-api","namespace":"shop"},"spec":{}}"#;
    let report = run(shop().object("Service", other));
    assert_eq!(weighty(&report), [("svc-missing", Severity::Fail)]);
    assert_eq!(report.finding("svc-missing").unwrap().next_steps, ["did you mean `service=cart-api`?"]);
    assert_eq!(links(&report), ["service: broken"]);
}

#[test]
fn a_selector_that_takes_no_pod_names_those_that_almost_fit() {
    let other = pod("web-1", "10.0.0.9", "", READY).replace(r#""app":"cart""#, r#""app":"web""#);
    let report = run(shop().object("Service", &service(USUAL)).object("Pod", &other));
    assert_eq!(weighty(&report), [("svc-selector", Severity::Fail)]);
    let finding = report.finding("svc-selector").unwrap();
    assert_eq!(finding.evidence("selector"), Some("app=cart"));
    assert_eq!(finding.evidence("pods that almost fit"), Some("web-1 (app=web)"));
}

#[test]
fn a_target_port_that_no_pod_has_is_named_and_one_that_none_declares_is_a_hint() {
    let named = USUAL.replace(r#""targetPort":"http""#, r#""targetPort":"web""#);
    let host = shop().object("Service", &service(&named)).object("Pod", &pod("cart-1", "10.0.0.7", "", READY));
    let report = run(host);
    assert_eq!(weighty(&report), [("svc-target-port", Severity::Fail)]);
    assert_eq!(report.finding("svc-target-port").unwrap().evidence("declared"), Some("http 8080"));

    let number = USUAL.replace(r#""targetPort":"http""#, r#""targetPort":9999"#);
    let host = shop()
        .object("Service", &service(&number))
        .object("Pod", &pod("cart-1", "10.0.0.7", "", READY))
        .object(SLICE, &slice(&["10.0.0.7"], 9999))
        .connect(Connect::new());
    let report = run(host);
    assert_eq!(weighty(&report), [("svc-port-mismatch", Severity::Warn), ("svc-refused", Severity::Fail)]);
}

#[test]
fn a_port_that_the_service_has_not_is_told_with_those_it_has() {
    let report = run_with(healthy(), SvcPath { port: Some("8080".into()), ..parameters() });
    assert_eq!(weighty(&report), [("svc-port", Severity::Fail)]);
    assert_eq!(report.finding("svc-port").unwrap().evidence("ports"), Some("http (80)"));
}

#[test]
fn pods_that_are_not_ready_are_told_with_why() {
    let host = |second| {
        shop()
            .object("Service", &service(USUAL))
            .object("Pod", &pod("cart-1", "10.0.0.7", "", UNREADY))
            .object("Pod", &pod("cart-2", "10.0.0.8", "", second))
            .object(SLICE, &slice(&["10.0.0.8"], 8080))
    };
    let report = run(host(UNREADY));
    assert_eq!(weighty(&report), [("svc-not-ready", Severity::Fail)]);
    let why = report.finding("svc-not-ready").unwrap().evidence("cart-1");
    assert_eq!(why, Some("`app` runs and its readiness probe fails"));
    let report = run_with(host(READY), SvcPath { connect: "never".into(), ..parameters() });
    assert_eq!(weighty(&report), [("svc-not-ready", Severity::Warn), ("svc-ok", Severity::Pass)]);
}

#[test]
fn ready_pods_without_endpoints_point_at_the_controllers() {
    let host = shop().object("Service", &service(USUAL)).object("Pod", &pod("cart-1", "10.0.0.7", "", READY));
    let report = run(host);
    assert_eq!(weighty(&report), [("svc-no-endpoints", Severity::Fail)]);
    assert_eq!(report.finding("svc-no-endpoints").unwrap().evidence("ready pods"), Some("1"));
    let without = service(r#""clusterIP":"10.96.0.7","ports":[{"port":80}]"#);
    let report = run(shop().object("Service", &without));
    assert!(report.finding("svc-no-endpoints").unwrap().sentence.contains("has no selector"));
}

fn policy(name: &str, ingress: &str) -> String {
    format!(
        r#"{{"metadata":{{"name":"{name}","namespace":"shop"}},
        "spec":{{"podSelector":{{"matchLabels":{{"app":"cart"}}}},"policyTypes":["Ingress"],"ingress":{ingress}}}}}"#
    )
}

#[test]
fn a_policy_that_lets_nobody_in_may_block() {
    let never = SvcPath { connect: "never".into(), ..parameters() };
    let report = run_with(healthy().object(POLICY, &policy("deny", "[]")), never.clone());
    assert_eq!(weighty(&report), [("svc-policy", Severity::Warn), ("svc-ok", Severity::Pass)]);
    let finding = report.finding("svc-policy").unwrap();
    assert!(finding.sentence.contains("may block"), "{}", finding.sentence);
    assert_eq!(finding.evidence("policies"), Some("deny"));
    // Another that lets everybody in at that port takes the doubt away: policies add up.
    let allow = policy("allow", r#"[{"ports":[{"protocol":"TCP","port":8080}]}]"#);
    let report = run_with(healthy().object(POLICY, &policy("deny", "[]")).object(POLICY, &allow), never.clone());
    assert_eq!(weighty(&report), [("svc-ok", Severity::Pass)]);
    let other_port = policy("allow", r#"[{"ports":[{"protocol":"TCP","port":9090}]}]"#);
    let report = run_with(healthy().object(POLICY, &other_port), never);
    assert_eq!(weighty(&report), [("svc-policy", Severity::Warn), ("svc-ok", Severity::Pass)]);
}

#[test]
fn a_policy_is_judged_by_the_labels_of_a_target_that_is_a_pod() {
    let only = policy("only-web", r#"[{"from":[{"podSelector":{"matchLabels":{"app":"web"}}}]}]"#);
    let never = || SvcPath { connect: "never".into(), ..parameters() };
    let from = |app: &str| {
        let caller = pod("caller", "10.0.0.9", "", READY).replace(r#""app":"cart""#, &format!(r#""app":"{app}""#));
        healthy().object(POLICY, &only).cluster_target("Pod", "shop", "caller").object("Pod", &caller)
    };
    assert_eq!(weighty(&run_with(from("web"), never())), [("svc-ok", Severity::Pass)]);
    assert_eq!(weighty(&run_with(from("job"), never()))[0], ("svc-policy", Severity::Warn));
    // Nobody knows who calls: told, and no weight.
    let report = run_with(healthy().object(POLICY, &only), never());
    assert_eq!(weighty(&report), [("svc-ok", Severity::Pass)]);
    let told = report.finding("svc-policy-only").unwrap().evidence("let in");
    assert_eq!(told, Some("pods app=web of this namespace"));
}

#[test]
fn a_name_that_does_not_resolve_or_leads_elsewhere_is_the_broken_link() {
    let report = run(healthy().connect(open()).resolver(name_server(3, [0; 4])));
    assert_eq!(weighty(&report), [("svc-name", Severity::Fail)]);
    assert!(report.finding("svc-name").unwrap().sentence.contains("cart.shop.svc.cluster.test"));
    assert_eq!(links(&report).last().unwrap(), "name: broken");
    let report = run(healthy().connect(open()).resolver(name_server(0, [10, 96, 0, 99])));
    assert_eq!(weighty(&report), [("svc-name-other", Severity::Fail)]);
}

#[test]
fn endpoints_that_refuse_or_are_silent_are_told_apart_from_the_services_own_address() {
    let names = || name_server(0, [10, 96, 0, 7]);
    let report = run(healthy().resolver(names()).connect(Connect::new()));
    assert_eq!(weighty(&report), [("svc-refused", Severity::Fail)]);
    let silent =
        Connect::new().outcome("10.0.0.7", 8080, Outcome::TimedOut, "").open("10.0.0.8", 8080).open("10.96.0.7", 80);
    let report = run(healthy().resolver(names()).connect(silent));
    assert_eq!(weighty(&report), [("svc-timeout", Severity::Warn), ("svc-ok", Severity::Pass)]);
    let proxy =
        Connect::new().open("10.0.0.7", 8080).open("10.0.0.8", 8080).outcome("10.96.0.7", 80, Outcome::TimedOut, "");
    let report = run(healthy().resolver(names()).connect(proxy));
    assert_eq!(weighty(&report), [("svc-address", Severity::Fail)]);
}

#[test]
fn a_mesh_in_between_is_said() {
    let with = r#",{"name":"istio-proxy"}"#;
    let host = shop()
        .object("Service", &service(USUAL))
        .object("Pod", &pod("cart-1", "10.0.0.7", with, READY))
        .object(SLICE, &slice(&["10.0.0.7"], 8080));
    let report = run_with(host, SvcPath { connect: "never".into(), ..parameters() });
    assert!(report.finding("svc-mesh").unwrap().sentence.contains("Istio"));
    assert_eq!(report.verdict(), Severity::Pass);
}

#[test]
fn an_external_name_and_a_headless_service_have_paths_of_their_own() {
    let external = service(r#""type":"ExternalName","externalName":"db.example.test""#);
    let report = run(shop().object("Service", &external).resolver(name_server(0, [192, 0, 2, 7])));
    assert_eq!(links(&report), ["service: holds", "port: holds", "name: holds"]);
    let headless = service(&USUAL.replace("10.96.0.7", "None"));
    let host = shop()
        .object("Service", &headless)
        .object("Pod", &pod("cart-1", "10.0.0.7", "", READY))
        .object(SLICE, &slice(&["10.0.0.7"], 8080))
        .connect(open())
        .resolver(name_server(0, [10, 0, 0, 7]));
    let report = run(host);
    assert_eq!(weighty(&report), [("svc-ok", Severity::Pass)]);
    assert_eq!(links(&report).last().unwrap(), "endpoint connect: holds");
}

#[test]
fn what_the_api_does_not_show_is_unknown_and_the_rest_is_walked() {
    let host = healthy()
        .cluster_error(SLICE, ErrorCode::Denied, "endpointslices is forbidden")
        .cluster_error(POLICY, ErrorCode::Denied, "networkpolicies is forbidden")
        .connect(open())
        .resolver(name_server(0, [10, 96, 0, 7]));
    let report = run(host);
    assert_eq!(weighty(&report), [("svc-ok", Severity::Pass)]);
    assert_eq!(report.findings_of("svc-unseen").count(), 2);
    assert!(links(&report).contains(&"endpoint connect: holds".to_owned()));
    let code = |host: Host| run(host).failure.unwrap().code;
    assert_eq!(code(Host::new()), FailureCode::Denied);
    assert_eq!(code(shop().cluster_error("Service", ErrorCode::Unavailable, "no cluster")), FailureCode::Unsupported);
}
