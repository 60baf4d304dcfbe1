//! The last links: connects to each endpoint, and to the Service's own address.

use dbg_sdk::connect::{Batch, Error, ErrorCode, Outcome};
use dbg_sdk::prelude::*;

use crate::links::endpoints::Endpoint;
use crate::links::service::shown;
use crate::path::{Broken, Path, Scene, State};
use crate::service::Way;

/// Endpoints that are connected to.
const MOST: usize = 100;

/// Where one connect goes, and how it ended.
struct Tried {
    words: String,
    outcome: Outcome,
    detail: String,
    took: Duration,
}

pub(crate) fn look(scene: &Scene<'_>, endpoints: &[Endpoint], path: &mut Path) -> Result<(), Broken> {
    if !scene.goes_out() {
        path.link("connect", State::Skipped, "the check does not run in the cluster, or `connect=never`");
        return Ok(());
    }
    let tcp: Vec<&Endpoint> = endpoints.iter().filter(|one| one.protocol == "TCP").take(MOST).collect();
    if tcp.is_empty() {
        path.link("connect", State::Skipped, "only TCP can be connected to");
        return Ok(());
    }
    let to: Vec<(String, u16, String)> = (tcp.iter()).map(|one| (one.address.clone(), one.port, words(one))).collect();
    match attempt(scene, &to) {
        Ok(tried) => judge_endpoints(scene, &tried, path)?,
        Err(error) => {
            unseen(scene, &error, path);
            return Ok(());
        }
    }
    let Way::Address(address) = &scene.service.way else { return Ok(()) };
    let ports = scene.ports();
    let own: Vec<(String, u16, String)> = (ports.iter().filter(|port| port.is_tcp()))
        .map(|port| (address.clone(), port.number, format!("{address}:{}", port.number)))
        .collect();
    match attempt(scene, &own) {
        Ok(tried) => judge_service(scene, &tried, path),
        Err(error) => {
            unseen(scene, &error, path);
            Ok(())
        }
    }
}

/// `cart-7d9 (10.0.0.7:8080)`
fn words(endpoint: &Endpoint) -> String {
    let Endpoint { address, port, pod, .. } = endpoint;
    let at = if address.contains(':') { format!("[{address}]:{port}") } else { format!("{address}:{port}") };
    if pod.is_empty() { at } else { format!("{pod} ({at})") }
}

fn unseen(scene: &Scene<'_>, error: &Error, path: &mut Path) {
    path.link("connect", State::Unknown, error);
    let id = if error.code == ErrorCode::Denied { "svc-connect-denied" } else { "svc-connect-unknown" };
    scene.run.info(id, format!("no connect was tried: {error}"));
}

fn attempt(scene: &Scene<'_>, to: &[(String, u16, String)]) -> Result<Vec<Tried>, Error> {
    let mut batch = Batch::open()?;
    batch.timeout(scene.parameters.timeout);
    for (address, port, _) in to {
        batch.add(address, *port)?;
    }
    let attempts = batch.start()?;
    let mut tried = Vec::new();
    loop {
        let page = attempts.next(1_000, Duration::from_secs(10))?;
        for one in page.attempts {
            let Some((_, _, words)) = usize::try_from(one.endpoint).ok().and_then(|place| to.get(place)) else {
                continue;
            };
            tried.push(Tried { words: words.clone(), outcome: one.outcome, detail: one.detail, took: one.took });
        }
        if page.last || scene.run.cancelled() {
            return Ok(tried);
        }
    }
}

fn of(tried: &[Tried], outcome: impl Fn(Outcome) -> bool) -> Vec<&Tried> {
    tried.iter().filter(|one| outcome(one.outcome)).collect()
}

fn named(tried: &[&Tried]) -> String {
    let all: Vec<String> = tried
        .iter()
        .map(|one| if one.detail.is_empty() { one.words.clone() } else { format!("{}: {}", one.words, one.detail) })
        .collect();
    shown(&all)
}

fn judge_endpoints(scene: &Scene<'_>, tried: &[Tried], path: &mut Path) -> Result<(), Broken> {
    let (run, about) = (scene.run, scene.about());
    let made = of(tried, |outcome| outcome == Outcome::Connected);
    let refused = of(tried, |outcome| outcome == Outcome::Refused);
    let denied = of(tried, |outcome| outcome == Outcome::Denied);
    let lost = of(tried, |outcome| {
        matches!(outcome, Outcome::TimedOut | Outcome::Unreachable | Outcome::Other | Outcome::Unresolved)
    });
    let all = tried.len();
    let none = made.is_empty();
    let judged = |id, sentence: String| if none { run.fail(id, sentence) } else { run.warn(id, sentence) };
    if !refused.is_empty() {
        judged("svc-refused", format!("{} of {all} endpoints of `{about}` refuse connects: nobody listens at that port there", refused.len()))
            .about(&about)
            .many("have a Service whose endpoints refuse connects")
            .evidence("refused", named(&refused))
            .next_step("see whether the program listens at `targetPort`, and at all addresses: one at 127.0.0.1 alone is reached by nobody");
    }
    if !lost.is_empty() {
        judged("svc-timeout", format!("{} of {all} endpoints of `{about}` do not answer", lost.len()))
            .about(&about)
            .many("have a Service whose endpoints do not answer")
            .evidence("no answer", named(&lost))
            .next_step("a network policy, or the network between the nodes: compare endpoints on this node with those on others");
    }
    if !denied.is_empty() {
        run.info(
            "svc-connect-denied",
            format!("{} endpoints were not tried: their addresses are special here", denied.len()),
        )
        .evidence("not tried", named(&denied));
    }
    let counted = format!("{} of {all} endpoints answer", made.len());
    if let Some(slowest) = made.iter().map(|one| one.took).max() {
        run.metric("svc-endpoint-connect-ms", Unit::Milliseconds, slowest.as_secs_f64() * 1e3, &[("of", "slowest")]);
    }
    let state = match (none, refused.is_empty() && lost.is_empty()) {
        (true, true) => State::Unknown,
        (true, false) => State::Broken,
        (false, true) => State::Holds,
        (false, false) => State::Doubtful,
    };
    path.link("endpoint connect", state, counted);
    if state == State::Broken { Err(Broken) } else { Ok(()) }
}

/// The endpoints answer; if the Service's own address does not, what is between is broken.
fn judge_service(scene: &Scene<'_>, tried: &[Tried], path: &mut Path) -> Result<(), Broken> {
    let (run, about) = (scene.run, scene.about());
    let lost = of(tried, |outcome| !matches!(outcome, Outcome::Connected | Outcome::Denied));
    if lost.is_empty() {
        path.link(
            "service connect",
            State::Holds,
            tried.iter().map(|one| one.words.clone()).collect::<Vec<_>>().join(", "),
        );
        return Ok(());
    }
    run.fail("svc-address", format!("the endpoints of `{about}` answer, and the Service's own address does not"))
        .about(&about)
        .many("have a Service whose address leads nowhere")
        .evidence("no answer", named(&lost))
        .next_step("see kube-proxy, or what stands for it, on the node of the target: its rules are missing or old")
        .next_step("with `internalTrafficPolicy: Local` only a pod on the same node answers");
    path.link("service connect", State::Broken, named(&lost));
    Err(Broken)
}
