//! The check itself.

use dbg_sdk::prelude::*;

use crate::fact::{Fact, Facts, Standing};
use crate::facts::{clock, disks, kernel, limits, runtime};
use crate::parameters::NodeBaseline;

/// Compares a node with what is wanted of it, and tells what it is made of.
///
/// Kernel, modules, settings, control groups, swap, container runtime, kubelet, disks and inodes, clock, and what the kernel has a limited
/// number of. One row a fact, so that over many nodes (`--target nodes`) the one that differs stands out. What is wanted is given as
/// parameters; disks that are full and limits that are nearly reached are findings without any.
#[check(
    name = "node-baseline",
    grant(
        capability = "files",
        bounds = [
            "/proc/sys/**",
            "/proc/modules",
            "/proc/meminfo",
            "/proc/cpuinfo",
            "/proc/loadavg",
            "/etc/os-release",
            "/usr/lib/os-release",
            "/lib/modules/*/modules.builtin",
            "/usr/lib/modules/*/modules.builtin",
            "/sys/module/*",
            "/sys/fs/cgroup/*",
            "/run/**",
            "/etc",
            "/var",
            "/var/lib",
            "/var/lib/*",
            "/var/log",
            "/boot",
            "param:disk",
        ],
        reason = "reads what the kernel says of itself, and looks how full file systems are and which sockets are there; no other file is opened"
    ),
    grant(
        capability = "cluster",
        bounds = ["get:Node:*", "at-most:10:2MiB"],
        optional,
        reason = "reads what the cluster knows of the node: runtime, kubelet, conditions"
    ),
    grant(
        capability = "sockets",
        bounds = ["udp:param:ntp"],
        optional,
        reason = "asks the time server given with `ntp`"
    ),
    limits(time = "30s", memory = "64MiB")
)]
pub fn node_baseline(parameters: NodeBaseline, run: &Run) -> Result<(), Failure> {
    if let Some(text) = parameters.sysctl.iter().find(|text| !text.contains('=')) {
        return Err(Failure::bad_arguments(format!("`sysctl={text}` names no value: `sysctl=NAME=VALUE`")));
    }
    let mut facts = Facts::default();
    kernel::read(&parameters, &mut facts);
    runtime::read(&parameters, &mut facts, run);
    disks::read(&parameters, &mut facts, run);
    limits::read(&mut facts, run);
    clock::read(&parameters, &mut facts, run);
    facts.write(run);
    let wanted = facts.all().iter().filter(|fact| fact.standing != Standing::Told).count();
    for fact in facts.all() {
        say(fact, run);
    }
    if facts.all().iter().all(|fact| matches!(fact.standing, Standing::Wanted | Standing::Told)) {
        let sentence = if wanted == 0 {
            format!("{} facts were read, and nothing was wanted of them", facts.all().len())
        } else {
            format!("all {wanted} facts that something is wanted of are as wanted")
        };
        run.pass("node-as-wanted", sentence).evidence("facts", facts.all().len());
    }
    Ok(())
}

fn say(fact: &Fact, run: &Run) {
    let Fact { name, value, wanted, standing, step } = fact;
    let wanted = wanted.as_deref().unwrap_or_default();
    let finding = match standing {
        Standing::Wanted | Standing::Told => return,
        Standing::Unread => run.unknown("node-unread", format!("{name} cannot be read, and {wanted} is wanted")),
        Standing::Differs => {
            let is = value.as_deref().unwrap_or_default();
            run.fail("node-differs", format!("{name} is {is}, and {wanted} is wanted"))
                .many("differ from what is wanted")
                .evidence("is", is)
                .evidence("wanted", wanted)
        }
    };
    let finding = finding.about(name);
    let _ = match step {
        Some(step) => finding.next_step(step),
        None => finding,
    };
}

#[cfg(test)]
mod tests;
