//! Nodes that are only objects: kwok answers for their kubelets. For listing and selection at scale; nothing runs on them.

use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use super::control;
use super::machine::Machine;
use super::place::Place;
use super::wait::Wait;
use crate::shell;

/// The part that answers for them.
pub(super) const PART: &str = "kwok";
/// What tells a simulated node from a real one, for kwok and for people.
const ANNOTATION: &str = "kwok.x-k8s.io/node";

/// Starts kwok, makes the nodes, and waits until the last is ready.
pub(super) fn start(control: &Machine, count: u16, place: &Place) -> Result<()> {
    let stages = shell::output(&mut Command::new(place.program("kwok-stages")))?;
    let stages = place.write("kwok-stages.yaml", &stages)?;
    let arguments = [
        format!("--kubeconfig={}", place.kubeconfig().display()),
        format!("--config={}", stages.display()),
        format!("--manage-nodes-with-annotation-selector={ANNOTATION}=fake"),
        // Renewed each quarter of it: in time for the controllers, which give a node 12 s.
        "--node-lease-duration-seconds=28".to_owned(),
        "--cidr=10.99.0.0/16".to_owned(),
    ];
    control.start_part(&place.program(PART), &arguments.map(Into::into), place)?;
    let nodes: Vec<String> = (1..=count).map(node).collect();
    control::create(place, &nodes.join("---\n"))?;
    // `kubectl wait` asks for one after the other, which takes a minute for 500.
    Wait::new(Duration::from_secs(120)).until("the simulated nodes", || {
        let mut list = control::kubectl(place, &["get", "nodes", "-l", "type=simulated", "--no-headers"]);
        let lines = shell::output(&mut list)?;
        let ready = lines.lines().filter(|line| line.split_whitespace().nth(1) == Some("Ready")).count();
        Ok((ready == usize::from(count)).then_some(()))
    })
}

/// The taint keeps pods that do not ask for it on the real nodes.
fn node(number: u16) -> String {
    format!(
        "apiVersion: v1\nkind: Node\nmetadata:\n  name: simulated-{number:04}\n  annotations:\n    {ANNOTATION}: fake\n\
         \x20 labels:\n    type: simulated\n    kubernetes.io/hostname: simulated-{number:04}\n    kubernetes.io/os: linux\n\
         \x20   kubernetes.io/arch: amd64\nspec:\n  taints:\n  - key: {ANNOTATION}\n    value: fake\n    effect: NoSchedule\n"
    )
}
