use dbg_sdk::cluster::ErrorCode;
use dbg_sdk::fake::{self, Host};
use dbg_sdk::{FailureCode, Severity};

use super::*;

fn run_with(host: Host, parameters: OomRestart) -> fake::Report {
    let report = host.run(|run| oom_restart(parameters, run));
    assert_eq!(report.mistakes, Vec::<String>::new());
    report
}

fn run(host: Host) -> fake::Report {
    run_with(host, OomRestart::defaults())
}

/// A pod `cart` in `shop` with one container `app`: its spec, its status, and whatever else its status has.
fn pod(name: &str, spec: &str, status: &str, more: &str) -> String {
    format!(
        r#"{{"metadata":{{"name":"{name}","namespace":"shop","uid":"u-{name}"}},
        "spec":{{"nodeName":"n1","containers":[{{"name":"app","image":"shop/cart:1"{spec}}}]}},
        "status":{{"phase":"Running","containerStatuses":[{{"name":"app",{status}}}]{more}}}}}"#
    )
}

fn cart(spec: &str, status: &str) -> Host {
    Host::new().cluster_target("Pod", "shop", "cart").object("Pod", &pod("cart", spec, status, ""))
}

fn event(number: u32, reason: &str, message: &str) -> String {
    format!(
        r#"{{"metadata":{{"name":"e{number}","namespace":"shop"}},"reason":"{reason}","message":"{message}","count":{number},
        "involvedObject":{{"kind":"Pod","name":"cart","uid":"u-cart","fieldPath":"spec.containers{{app}}"}},
        "lastTimestamp":"2020-01-01T00:00:{number:02}Z"}}"#
    )
}

fn died(reason: &str, code: i64) -> String {
    format!(
        r#"{{"terminated":{{"exitCode":{code},"reason":"{reason}","startedAt":"2020-01-01T00:00:00Z","finishedAt":"2020-01-01T00:10:00Z"}}}}"#
    )
}

fn crash_loop(reason: &str, code: i64) -> String {
    format!(
        r#""restartCount":7,"ready":false,"lastState":{},
        "state":{{"waiting":{{"reason":"CrashLoopBackOff","message":"back-off 5m0s restarting failed container"}}}}"#,
        died(reason, code)
    )
}

fn weighty(report: &fake::Report) -> Vec<(&str, Severity)> {
    let all = report.findings.iter().filter(|finding| finding.severity != Severity::Info);
    all.map(|finding| (finding.id.as_str(), finding.severity)).collect()
}

const RUNS: &str = r#""restartCount":0,"ready":true,"state":{"running":{"startedAt":"2020-01-01T00:00:00Z"}}"#;

#[test]
fn a_pod_that_never_died_passes() {
    let report = run(cart("", RUNS));
    assert_eq!(weighty(&report), [("oom-ok", Severity::Pass)]);
    assert_eq!(report.verdict(), Severity::Pass);
    assert_eq!(report.table("oom-containers").unwrap().rows.len(), 1);
}

#[test]
fn a_container_over_its_memory_limit_is_told_with_limit_pause_and_last_lines() {
    let limits = r#","resources":{"limits":{"memory":"64Mi"},"requests":{"memory":"32Mi"}}"#;
    let host = cart(limits, &crash_loop("OOMKilled", 137)).previous_log("shop", "cart", "app", "filling\nthe cache\n");
    let report = run(host);
    assert_eq!(weighty(&report), [("oom-killed", Severity::Fail)]);
    let finding = report.finding("oom-killed").unwrap();
    assert!(finding.sentence.contains("limit of 64Mi"), "{}", finding.sentence);
    assert_eq!((finding.evidence("request"), finding.evidence("restarts")), (Some("32Mi"), Some("7")));
    assert_eq!(finding.evidence("had lived"), Some("10 min"));
    assert!(finding.evidence("next start").unwrap().contains("5m0s"));
    let lines = finding.evidence.iter().find(|one| one.label == "last lines").unwrap();
    assert_eq!(lines.value, fake::EvidenceValue::Bytes(b"filling\nthe cache\n".to_vec()));
}

#[test]
fn without_a_limit_it_was_the_nodes_memory() {
    let host = cart("", &crash_loop("OOMKilled", 137)).object(
        "Node",
        r#"{"metadata":{"name":"n1"},"status":{"conditions":[
            {"type":"MemoryPressure","status":"True","message":"kubelet has insufficient memory"},
            {"type":"Ready","status":"True"}]}}"#,
    );
    let report = run(host);
    assert_eq!(weighty(&report), [("oom-killed", Severity::Fail), ("oom-node-pressure", Severity::Warn)]);
    assert!(report.finding("oom-killed").unwrap().sentence.contains("the node ran out of memory"));
    assert!(report.finding("oom-node-pressure").unwrap().evidence("node").unwrap().contains("MemoryPressure"));
}

#[test]
fn a_container_that_runs_again_after_an_old_death_is_a_warning() {
    let status =
        format!(r#""restartCount":1,"ready":true,"lastState":{},"state":{{"running":{{}}}}"#, died("OOMKilled", 137));
    let report = run(cart("", &status));
    assert_eq!(weighty(&report), [("oom-killed", Severity::Warn)]);
    assert_eq!(report.finding("oom-killed").unwrap().evidence("now"), Some("it runs again, and is ready"));
    // As long ago as anybody asks for.
    let parameters = OomRestart { recent: Duration::from_secs(1 << 33), ..OomRestart::defaults() };
    assert_eq!(weighty(&run_with(cart("", &status), parameters)), [("oom-killed", Severity::Fail)]);
}

#[test]
fn a_failed_liveness_probe_is_the_reason_and_not_the_signal() {
    let liveness = r#","livenessProbe":{"httpGet":{"path":"/healthz","port":8080},"failureThreshold":3}"#;
    let host = cart(liveness, &crash_loop("Error", 137))
        .object("Event", &event(9, "Unhealthy", "Liveness probe failed: HTTP probe failed with statuscode: 500"))
        .object("Event", &event(10, "Killing", "Container app failed liveness probe, will be restarted"));
    let report = run(host);
    assert_eq!(weighty(&report), [("oom-probe", Severity::Fail)]);
    let finding = report.finding("oom-probe").unwrap();
    assert_eq!(finding.evidence("failures"), Some("9"));
    assert!(finding.evidence("probe").unwrap().contains("GET /healthz at port 8080"));
    assert!(finding.evidence("probe said").unwrap().contains("statuscode: 500"));
}

#[test]
fn an_exit_code_is_told_with_what_it_usually_means() {
    for (code, words) in [(1, "exit code 1"), (139, "SIGSEGV"), (143, "SIGTERM"), (0, "without an error")] {
        let report = run(cart("", &crash_loop(if code == 0 { "Completed" } else { "Error" }, code)));
        assert_eq!(weighty(&report), [("oom-exit", Severity::Fail)], "{code}");
        assert!(report.finding("oom-exit").unwrap().sentence.contains(words), "{code}");
    }
    let report = run(cart("", &crash_loop("Error", 127)));
    assert!(report.finding("oom-not-started").unwrap().sentence.contains("command was not found"));
}

#[test]
fn an_image_that_is_not_there_is_told_by_why() {
    for (message, words) in [
        ("rpc error: manifest unknown: not found", "no such image"),
        ("401 Unauthorized", "does not let the node have it"),
        ("dial tcp: lookup reg.test: no such host", "does not reach the registry"),
        ("x509: certificate signed by unknown authority", "does not trust"),
        ("429 toomanyrequests", "too many requests"),
    ] {
        let status =
            r#""restartCount":0,"state":{"waiting":{"reason":"ImagePullBackOff","message":"Back-off pulling"}}"#;
        let host = cart("", status)
            .object("Event", &event(1, "Failed", &format!("Failed to pull image: {message}")))
            .object("Event", &event(2, "BackOff", "Back-off pulling image"));
        let report = run(host);
        assert_eq!(weighty(&report), [("oom-image", Severity::Fail)]);
        let sentence = &report.finding("oom-image").unwrap().sentence;
        assert!(sentence.contains(words), "{message}: {sentence}");
    }
}

#[test]
fn what_it_is_configured_with_and_is_not_there_is_named() {
    let status = r#""state":{"waiting":{"reason":"CreateContainerConfigError","message":"secret \"db\" not found"}}"#;
    let report = run(cart("", status));
    assert!(report.finding("oom-configuration").unwrap().sentence.contains("secret \"db\" not found"));
}

#[test]
fn a_pod_that_was_evicted_or_has_no_node_is_told_as_a_whole() {
    let evicted = pod(
        "cart",
        "",
        RUNS,
        r#","reason":"Evicted","message":"The node was low on resource: memory. Threshold quantity: 100Mi.""#,
    );
    let host = Host::new().cluster_target("Pod", "shop", "cart").object("Pod", &evicted);
    let report = run(host);
    assert_eq!(weighty(&report), [("oom-evicted", Severity::Fail)]);
    assert!(report.finding("oom-evicted").unwrap().sentence.ends_with("The node was low on resource: memory"));
    let pending = r#"{"metadata":{"name":"cart","namespace":"shop"},"spec":{"containers":[{"name":"app"}]},"status":{"phase":"Pending",
        "conditions":[{"type":"PodScheduled","status":"False","message":"0/2 nodes are available: 2 Insufficient memory."}]}}"#;
    let report = run(Host::new().cluster_target("Pod", "shop", "cart").object("Pod", pending));
    assert!(report.finding("oom-unscheduled").unwrap().sentence.contains("Insufficient memory"));
}

#[test]
fn of_a_namespace_the_pods_in_trouble_are_told() {
    let host = Host::new()
        .cluster_target("Namespace", "shop", "shop")
        .object("Pod", &pod("well", "", RUNS, ""))
        .object("Pod", &pod("cart", "", &crash_loop("Error", 1), ""));
    let report = run(host.clone());
    assert_eq!(weighty(&report), [("oom-exit", Severity::Fail)]);
    assert_eq!(report.finding("oom-exit").unwrap().about.as_deref(), Some("cart/app"));
    assert_eq!(report.table("oom-containers").unwrap().rows.len(), 1);
    let one = OomRestart { pod: Some("well".into()), ..OomRestart::defaults() };
    assert_eq!(weighty(&run_with(host, one)), [("oom-ok", Severity::Pass)]);
}

#[test]
fn without_events_logs_or_nodes_the_rest_is_told() {
    let host = cart("", &crash_loop("Error", 1))
        .cluster_error("Event", ErrorCode::Denied, "events is forbidden")
        .cluster_error("Node", ErrorCode::Denied, "nodes is forbidden")
        .cluster_error("logs", ErrorCode::Denied, "pods/log is forbidden");
    let report = run(host);
    assert_eq!(weighty(&report), [("oom-exit", Severity::Fail)]);
    assert!(report.finding("oom-events-denied").is_some());
    assert!(report.finding("oom-exit").unwrap().evidence("last lines").unwrap().contains("pods/log is forbidden"));
}

#[test]
fn what_cannot_be_looked_at_is_a_failure_and_no_verdict() {
    let code = |host: Host| run(host).failure.unwrap().code;
    assert_eq!(code(Host::new()), FailureCode::Denied);
    assert_eq!(code(Host::new().cluster_target("Pod", "shop", "gone")), FailureCode::Unsupported);
    assert_eq!(code(Host::new().cluster_target("Node", "default", "n1")), FailureCode::BadArguments);
    let other = OomRestart { container: Some("side".into()), ..OomRestart::defaults() };
    assert_eq!(run_with(cart("", RUNS), other).failure.unwrap().code, FailureCode::BadArguments);
}
