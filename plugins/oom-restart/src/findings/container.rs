//! What befell one container.

use dbg_sdk::prelude::*;
use dbg_sdk::{Finding, cluster};

use crate::cause::{Cause, Judged, Now};
use crate::exit;
use crate::parameters::OomRestart;
use crate::pod::{Container, Ended, Pod, Role, State};
use crate::time::{ago, between, roughly};

/// Bytes of a log.
const LOG: u32 = 8 << 10;

pub(super) fn emit(pod: &Pod, container: &Container, judged: &Judged, parameters: &OomRestart, run: &Run) {
    let about = format!("{}/{}", pod.name, container.name);
    let severity = weight(container, judged, parameters);
    let finding = match &judged.cause {
        Cause::OutOfMemory(ended) => out_of_memory(pod, container, ended, severity, run),
        Cause::Probe { ended, said, times } => probe(pod, container, ended, said, *times, severity, run),
        Cause::Exit(ended) => exited(pod, container, ended, severity, run),
        Cause::NotStarted { reason, message } => run
            .finding(
                "oom-not-started",
                severity,
                format!("{} cannot be started: {}", named(pod, container), first_line(message)),
            )
            .many("have a container that cannot be started")
            .evidence("reason", reason)
            .evidence("message", message)
            .next_step("see `command`, `args` and the mounts of the container, and what the image has at that path"),
        Cause::Configuration { message } => run
            .finding(
                "oom-configuration",
                severity,
                format!("{} lacks what it is configured with: {}", named(pod, container), first_line(message)),
            )
            .many("have a container that lacks its configuration")
            .evidence("message", message)
            .next_step("create what is missing, or correct the name; the kubelet then starts it by itself"),
        Cause::Image { reason, message } => image(pod, container, reason, message, severity, run),
    };
    let mut finding = finding.about(&about);
    if container.restarts > 0 {
        finding = finding.evidence("restarts", container.restarts);
    }
    if let Some(back_off) = &judged.back_off {
        finding = finding.evidence("next start", back_off);
    }
    if judged.now == Now::Up {
        finding = finding.evidence(
            "now",
            if container.ready { "it runs again, and is ready" } else { "it runs again, and is not ready" },
        );
    }
    let _ = with_log(finding, pod, container, judged, parameters);
}

/// What does not run fails; what runs again failed lately, or is a warning.
fn weight(container: &Container, judged: &Judged, parameters: &OomRestart) -> Severity {
    if judged.now == Now::Down {
        return Severity::Fail;
    }
    let ended = match &judged.cause {
        Cause::OutOfMemory(ended) | Cause::Exit(ended) | Cause::Probe { ended, .. } => Some(ended),
        Cause::NotStarted { .. } | Cause::Configuration { .. } | Cause::Image { .. } => None,
    };
    let is_recent = ended.and_then(|ended| ago(&ended.finished)).is_some_and(|since| since <= parameters.recent);
    let was_well = ended.is_some_and(|ended| !ended.is_failure());
    match (is_recent && !was_well, container.role) {
        (true, Role::Main) => Severity::Fail,
        _ => Severity::Warn,
    }
}

fn out_of_memory(pod: &Pod, container: &Container, ended: &Ended, severity: Severity, run: &Run) -> Finding {
    let (name, limit) = (named(pod, container), container.memory_limit.as_deref());
    let sentence = match limit {
        Some(limit) => format!("{name} took more memory than its limit of {limit}, and the kernel killed it"),
        None => format!("{name} has no memory limit and the kernel killed it: the node ran out of memory"),
    };
    let finding = run
        .finding("oom-killed", severity, sentence)
        .many("have a container that was killed for memory")
        .evidence("limit", limit.unwrap_or("none"))
        .evidence("request", container.memory_request.as_deref().unwrap_or("none"));
    let finding = with_end(finding, ended);
    match limit {
        Some(_) => finding
            .next_step("compare what it takes in good times with the limit: raise the limit, or find what grows")
            .next_step("a run-time with a heap of its own (JVM, Node, Go) has to know the limit too"),
        None => finding.next_step(
            "give it a limit, and find who took the node's memory: `dbg run --target node/NAME node-baseline`",
        ),
    }
}

fn probe(
    pod: &Pod,
    container: &Container,
    ended: &Ended,
    said: &str,
    times: i64,
    severity: Severity,
    run: &Run,
) -> Finding {
    let name = named(pod, container);
    let finding = run
        .finding("oom-probe", severity, format!("{name} was killed because its liveness probe failed"))
        .many("have a container that is killed by its liveness probe")
        .evidence("probe said", said)
        .evidence("failures", times);
    let finding = match &container.liveness {
        Some(probe) => finding.evidence("probe", probe),
        None => finding,
    };
    with_end(finding, ended)
        .next_step("see whether the program was slow or stuck: raise `timeoutSeconds` or `failureThreshold`, or add a `startupProbe`")
        .next_step("a liveness probe should ask for the program itself alone, never for what it depends on")
}

fn exited(pod: &Pod, container: &Container, ended: &Ended, severity: Severity, run: &Run) -> Finding {
    let name = named(pod, container);
    let sentence = match exit::signal(ended.code) {
        Some(signal) => format!("{name} was ended by {signal} (exit code {})", ended.code),
        None if ended.code == 0 => format!("{name} ended by itself without an error, and was started again"),
        None => format!("{name} ended by itself with exit code {}", ended.code),
    };
    let finding = run
        .finding("oom-exit", severity, sentence)
        .many("have a container that ended with an error")
        .evidence("reason", if ended.reason.is_empty() { "unknown" } else { &ended.reason });
    let finding = match exit::meaning(ended.code) {
        Some(meaning) => finding.evidence("usually", format!("it {meaning}")),
        None => finding,
    };
    let finding = with_end(finding, ended);
    match ended.code {
        0 => finding
            .next_step("a program that is done belongs into a Job, or into a pod with `restartPolicy: OnFailure`"),
        137 => finding
            .next_step("see the node's kernel log for a memory kill of a child process, and events for a deletion"),
        139 | 134 => finding.next_step("the program has a fault: get a core dump or its own trace"),
        _ => finding.next_step("read its last lines: the program itself said no to going on"),
    }
}

fn image(pod: &Pod, container: &Container, reason: &str, message: &str, severity: Severity, run: &Run) -> Finding {
    let name = named(pod, container);
    let lower = message.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let (why, step) = if reason == "InvalidImageName" {
        ("its name is none", "correct `image`: REGISTRY/PATH:TAG in lower case")
    } else if reason == "ErrImageNeverPull" {
        (
            "it is not on the node, and `imagePullPolicy: Never` forbids to fetch it",
            "load it onto the node, or change the policy",
        )
    } else if has(&["unauthorized", "denied", "forbidden", "authentication required", "401", "403"]) {
        (
            "the registry does not let the node have it",
            "see `imagePullSecrets` of the pod and of its service account, and that the name is right",
        )
    } else if has(&["toomanyrequests", "rate limit", "429"]) {
        ("the registry has had too many requests", "wait, log in to the registry, or use a mirror")
    } else if has(&["not found", "manifest unknown", "no such image", "404", "does not exist"]) {
        ("the registry has no such image", "see the tag, and the architecture of the node")
    } else if has(&[
        "no such host",
        "timeout",
        "connection refused",
        "no route",
        "i/o timeout",
        "dial tcp",
        "unreachable",
    ]) {
        (
            "the node does not reach the registry",
            "see DNS, proxy and firewall of the node: `dbg run --target node/NAME dns-check tcp-reach`",
        )
    } else if has(&["x509", "certificate", "http response to https"]) {
        ("the node does not trust the registry", "give the node's runtime the registry's certificate")
    } else {
        ("it cannot be fetched", "see what the registry says")
    };
    run.finding("oom-image", severity, format!("{name} has no image `{}`: {why}", container.image))
        .many("have a container without its image")
        .evidence("reason", reason)
        .evidence("message", message)
        .next_step(step)
}

fn named(pod: &Pod, container: &Container) -> String {
    let (name, pod) = (&container.name, &pod.name);
    match container.role {
        Role::Init => format!("the init container `{name}` of `{pod}`"),
        Role::Main => format!("the container `{name}` of `{pod}`"),
    }
}

fn first_line(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default();
    if line.is_empty() { "the kubelet does not say why".to_owned() } else { line.chars().take(300).collect() }
}

/// When it ended, how long it had lived, and what it left as its message.
fn with_end(mut finding: Finding, ended: &Ended) -> Finding {
    if !ended.finished.is_empty() {
        let ago = ago(&ended.finished).map(|since| format!(", {} ago", roughly(since))).unwrap_or_default();
        finding = finding.evidence("ended", format!("{}{ago}", ended.finished));
    }
    if let Some(lived) = between(&ended.started, &ended.finished) {
        finding = finding.evidence("had lived", roughly(lived));
    }
    if !ended.message.is_empty() {
        finding = finding.evidence_bytes("termination message", ended.message.as_bytes());
    }
    finding
}

/// The last lines of the life that ended.
fn with_log(finding: Finding, pod: &Pod, container: &Container, judged: &Judged, parameters: &OomRestart) -> Finding {
    let was_started = !matches!(judged.cause, Cause::Image { .. } | Cause::Configuration { .. });
    if parameters.lines == 0 || !was_started {
        return finding;
    }
    let query = cluster::logs(&pod.namespace, &pod.name, &container.name).lines(parameters.lines).bytes(LOG);
    let is_present = matches!(container.state, State::Ended(_));
    let read = if is_present { query.read() } else { query.previous().read() };
    match read {
        Ok(log) if log.text.trim().is_empty() => finding.evidence("last lines", "it wrote nothing"),
        Ok(log) => finding.evidence_bytes("last lines", log.text.as_bytes()),
        Err(error) => finding.evidence("last lines", format!("cannot be read: {error}")),
    }
}
