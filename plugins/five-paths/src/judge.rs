//! Which path is broken, and which layer carries it.

use dbg_sdk::connect::Outcome;
use dbg_sdk::prelude::*;

use crate::candidates::Path;
use crate::place::Place;
use crate::tries::{Tried, words};

/// How a path stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Every endpoint that was tried answers. One that refuses has answered: the network is whole.
    Whole,
    /// Some do.
    Partly,
    Broken,
    /// There is nobody to try.
    Untried,
}

/// Endpoints in one finding.
const SHOWN: usize = 8;

fn answers(one: &Tried) -> bool {
    matches!(one.outcome, Outcome::Connected | Outcome::Refused)
}

fn state(tried: &[Tried], path: Path) -> State {
    let of: Vec<&Tried> = tried.iter().filter(|one| one.goal.path == path && one.outcome != Outcome::Denied).collect();
    match (of.len(), of.iter().filter(|one| answers(one)).count()) {
        (0, _) => State::Untried,
        (all, answered) if all == answered => State::Whole,
        (_, 0) => State::Broken,
        _ => State::Partly,
    }
}

pub(crate) fn emit(place: &Place, tried: &[Tried], run: &Run) {
    let states: Vec<(Path, State)> = Path::ALL.into_iter().map(|path| (path, state(tried, path))).collect();
    let of = |path: Path| states.iter().find(|(known, _)| *known == path).map_or(State::Untried, |(_, state)| *state);
    let mut table = run.table(
        "five-paths",
        "The five paths",
        (
            column::text("path"),
            column::text("state"),
            column::integer("tried"),
            column::integer("answered"),
            column::duration("slowest"),
        ),
    );
    for (path, state) in &states {
        let own = || tried.iter().filter(|one| one.goal.path == *path);
        let word = match state {
            State::Whole => "whole",
            State::Partly => "partly",
            State::Broken => "broken",
            State::Untried => "not tried",
        };
        let slowest = own().filter(|one| answers(one)).map(|one| one.took).max();
        table.row((path.words(), word, own().count(), own().filter(|one| answers(one)).count(), slowest));
    }
    for (path, state) in &states {
        match state {
            State::Broken | State::Partly => say(*path, *state, &of, place, tried, run),
            State::Untried => {
                run.info("paths-untried", format!("{}: {}", path.words(), why_untried(*path))).about(path.words());
            }
            State::Whole => {}
        }
    }
    let whole: Vec<&str> =
        states.iter().filter(|(_, state)| *state == State::Whole).map(|(path, _)| path.words()).collect();
    if states.iter().all(|(_, state)| matches!(state, State::Whole | State::Untried)) {
        if whole.is_empty() {
            run.unknown("paths-nobody", "there is no ready endpoint that could be tried").next_step(
                "give one with `outside=HOST:PORT`, or see whether any Service of the cluster has endpoints",
            );
        } else {
            run.pass("paths-whole", format!("every path that was tried is whole: {}", whole.join(", ")));
        }
    }
}

fn why_untried(path: Path) -> &'static str {
    match path {
        Path::Container => "no endpoint is in this pod",
        Path::SameNode => "no other pod of this node is a ready endpoint, or the node is unknown",
        Path::AcrossNodes => "no pod of another node is a ready endpoint",
        Path::Service => "no Service with an address has a ready endpoint",
        Path::Outside => "none was given with `outside`",
    }
}

fn say(path: Path, state: State, of: &dyn Fn(Path) -> State, place: &Place, tried: &[Tried], run: &Run) {
    let lost: Vec<String> = (tried.iter())
        .filter(|one| one.goal.path == path && !answers(one) && one.outcome != Outcome::Denied)
        .map(|one| {
            format!("{} ({}:{}): {} {}", one.goal.what, one.goal.host, one.goal.port, words(one.outcome), one.detail)
                .trim_end()
                .to_owned()
        })
        .collect();
    let (layer, step) = layer(path, of);
    let (id, sentence) = (format!("paths-{}", id(path)), format!("{} is broken: {layer}", path.words()));
    let finding = if state == State::Broken {
        run.fail(&id, sentence)
    } else {
        run.warn(&id, format!("{}: {} endpoints do not answer, and others do", path.words(), lost.len()))
    };
    let mut shown: Vec<String> = lost.iter().take(SHOWN).cloned().collect();
    if lost.len() > SHOWN {
        shown.push(format!("and {} more", lost.len() - SHOWN));
    }
    let finding = finding
        .about(path.words())
        .many(format!("have a broken path: {}", path.words()))
        .evidence("no answer", shown.join("; "));
    let finding = if place.node.is_empty() { finding } else { finding.evidence("from the node", &place.node) };
    let _ = if state == State::Broken {
        finding.evidence("likely layer", layer).next_step(step)
    } else {
        finding.next_step(
            "compare those that answer with those that do not: one node, one pod, or a network policy of theirs",
        )
    };
}

fn id(path: Path) -> &'static str {
    match path {
        Path::Container => "container",
        Path::SameNode => "same-node",
        Path::AcrossNodes => "across-nodes",
        Path::Service => "service",
        Path::Outside => "outside",
    }
}

/// The layer that carries this path and none that is whole.
fn layer(path: Path, of: &dyn Fn(Path) -> State) -> (&'static str, &'static str) {
    let holds = |path| matches!(of(path), State::Whole | State::Partly);
    match path {
        Path::Container => (
            "the pod's own network, or a program that listens elsewhere",
            "see inside the pod what listens: `dbg run --target pod/NAME sock-summary`",
        ),
        Path::SameNode => (
            "the network plugin of this node, or network policies",
            "see the plugin's pod on this node (Calico, Cilium, Flannel, …) and the policies of the pods that do not answer",
        ),
        Path::AcrossNodes if holds(Path::SameNode) => (
            "the network between the nodes: overlay, routes, or a firewall between them",
            "see that nodes reach each other by the plugin's own way: UDP 8472 or 4789 (VXLAN), 51820 (WireGuard), IP in IP, or BGP",
        ),
        Path::AcrossNodes => {
            ("the network plugin", "see the plugin's pods on all nodes, and the nodes' routes to each other's pods")
        }
        Path::Service if holds(Path::SameNode) || holds(Path::AcrossNodes) => (
            "kube-proxy, or what stands for it, on this node",
            "see kube-proxy's pod on this node and its log: its rules are missing or old",
        ),
        Path::Service => ("the paths between pods: a Service leads to them", "mend those first"),
        Path::Outside if holds(Path::SameNode) || holds(Path::AcrossNodes) || holds(Path::Service) => (
            "egress: network policy, address translation on the node, or a firewall behind it",
            "try the same from the node: `dbg run --target node/NAME tcp-reach to=HOST:PORT`; if that works, it is policy or address translation",
        ),
        Path::Outside => ("the pod's network as a whole", "mend the paths within the cluster first"),
    }
}
