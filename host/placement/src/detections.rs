//! What a plan looks like to those who watch a machine: the families of rules that public tools ship or document, in our own words.
//! It is told beforehand, so that nobody is alarmed by what was announced, and nobody thinks that a run goes unseen.

use dbg_model::Capability;
use serde::Serialize;

use crate::explain::Explanation;
use crate::plan::Needs;

/// Something that a watcher may notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Detection {
    /// What it would be called.
    pub event: &'static str,
    /// Who has rules of this family.
    pub watchers: &'static str,
    /// Whether it is certain where somebody watches.
    pub certainty: Certainty,
    /// What of the run causes it: one sentence, lower case, no full stop.
    pub reason: String,
}

/// How sure it is that a watcher with such a rule notices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Certainty {
    /// It does.
    Certain,
    /// It depends on what the checks do, or on the rule's exceptions.
    Possible,
}

/// What this plan, with these capabilities granted to its checks, would be noticed for.
#[must_use]
pub fn detections(plan: &Explanation, needs: &Needs) -> Vec<Detection> {
    use Certainty::{Certain, Possible};
    let mut found = vec![
        detection(
            "a program that no package brought is run",
            "application allow-lists (fapolicyd, IMA appraisal), EDR agents that know files by their digest",
            Certain,
            "dbg is one file that the operator put there",
        ),
        detection(
            "memory that was written becomes executable",
            "SELinux (execmem), EDR agents",
            Possible,
            "the native code of a check is laid into memory and then protected for execution",
        ),
    ];
    let creates = |what: &str| plan.creates.iter().any(|item| item.what == what);
    if creates("one container") {
        found.push(detection(
            "a container is started from an image that no registry signed",
            "admission and image policies of engines, Falco's rules on container starts, container security agents",
            Certain,
            "the image is made in memory of the agent alone, and loaded through the engine's API",
        ));
        if !plan.joins.is_empty() || !plan.mounts.is_empty() {
            found.push(detection(
                "a container shares namespaces with, or mounts parts of, what is outside of it",
                "Falco's default rules on sensitive mounts and on privileged containers, container security agents",
                Possible,
                "it is there to look at what is outside of it",
            ));
        }
    }
    if creates("one pod") {
        found.push(detection(
            "a pod is created by hand, and a program is run in it by exec",
            "the API server's audit log, Falco's rules on exec and on pods in some namespaces, admission policies",
            Certain,
            "the agent's pod belongs to no workload, and its session runs over exec",
        ));
        if !plan.joins.is_empty() || !plan.mounts.is_empty() {
            found.push(detection(
                "a pod has namespaces of its node, or mounts files of it",
                "Pod Security, Kyverno and Gatekeeper policies, Falco's default rules on sensitive mounts",
                Certain,
                "it is there to look at its node",
            ));
        }
    }
    if creates("one ephemeral container") {
        found.push(detection(
            "a container is added to a pod that runs, and a program is run in it by exec",
            "the API server's audit log, Falco's rules on ephemeral containers and on exec, admission policies",
            Certain,
            "the agent is in a container that no workload describes, and its session runs over exec",
        ));
    }
    if plan.options.iter().any(|item| item.what == "its root can be written") {
        found.push(detection(
            "a container runs a program that its image does not have",
            "Falco's rules on drift, container security agents that hold processes against images",
            Certain,
            "a shell of the image writes the loader and the agent into the container's own layer, and starts them",
        ));
    }
    if creates("one ConfigMap") {
        found.push(detection(
            "a container runs a program that its image does not have",
            "Falco's rules on drift, container security agents that hold processes against images",
            Certain,
            "the image is borrowed; the loader comes out of a ConfigMap, and the agent over exec into a folder in memory",
        ));
    }
    if creates("one process") {
        found.push(detection(
            "a program is started from memory, without a file",
            "Falco's default rules on fileless execution, auditd rules on memfd_create and execveat, EDR agents",
            Certain,
            "the agent's program is a sealed file in memory",
        ));
        found.push(detection(
            "a confined program runs something that its profile does not name",
            "AppArmor and SELinux, where dbg itself is confined",
            Possible,
            "a profile that lists what may be executed does not list a file in memory",
        ));
    }
    if creates("one process") && !plan.joins.is_empty() {
        let names: Vec<&str> = plan.joins.iter().map(|item| item.what.as_str()).collect();
        found.push(detection(
            "a process changes into another's namespace",
            "Falco's default rules on setns, auditd rules on setns and unshare, container security agents",
            Certain,
            format!("the agent joins: {}", names.join(", ")),
        ));
        found.push(detection(
            "a process is in a container's namespaces that the container did not start",
            "container security agents that hold processes against images",
            Possible,
            "where the target is in a container, the agent's program is in no image",
        ));
    }
    let keeps = |name: &str| plan.keeps.iter().any(|item| item.what == name);
    if keeps("CAP_SYS_PTRACE") {
        found.push(detection(
            "a process looks into others",
            "EDR agents, auditd rules on ptrace access, Yama's log",
            Possible,
            "`/proc` of other users' processes is read with CAP_SYS_PTRACE; none is attached to or stopped",
        ));
    }
    if keeps("CAP_DAC_READ_SEARCH") {
        found.push(detection(
            "a process reads files that their permissions do not let it",
            "auditd rules on files, Falco's rules on sensitive files",
            Possible,
            "CAP_DAC_READ_SEARCH is kept; what checks read is bounded by their grants and by the deny list",
        ));
    }
    for need in needs {
        found.extend(of_capability(*need));
    }
    found
}

fn of_capability(capability: Capability) -> Option<Detection> {
    use Certainty::{Certain, Possible};
    Some(match capability {
        Capability::Files => detection(
            "a program that is not known for it reads a sensitive file",
            "Falco's default rules on sensitive files, auditd watches, EDR agents",
            Possible,
            "checks read the paths that they were granted; a watched one among them is noticed",
        ),
        Capability::Processes => detection(
            "all processes are listed",
            "EDR agents that look for reconnaissance",
            Possible,
            "`/proc` is read from its beginning to its end",
        ),
        Capability::NetworkState => detection(
            "all sockets and routes are listed",
            "EDR agents that look for reconnaissance",
            Possible,
            "the kernel is asked by netlink for its tables",
        ),
        Capability::Connect => detection(
            "one program connects to many addresses or ports",
            "intrusion detection on the network (port scans), egress firewalls, Falco's rules on unexpected connections",
            Possible,
            "checks try the endpoints that they were granted, at a bounded rate",
        ),
        Capability::Sockets => detection(
            "a new program speaks to the network",
            "egress firewalls that know programs, Falco's rules on unexpected connections, EDR agents",
            Possible,
            "checks speak to the addresses that they were granted",
        ),
        Capability::Cluster => detection(
            "the API server is asked for objects and logs",
            "the API server's audit log, with the operator's name",
            Certain,
            "dbg reads them with the operator's rights; nothing is written",
        ),
        Capability::Resolver => return None,
    })
}

fn detection(
    event: &'static str,
    watchers: &'static str,
    certainty: Certainty,
    reason: impl Into<String>,
) -> Detection {
    Detection { event, watchers, certainty, reason: reason.into() }
}

#[cfg(test)]
mod tests {
    use rustix::thread::CapabilitySet;

    use super::*;
    use crate::explain::{Item, explain};
    use crate::facts::{Facts, NamespaceId, Own, TargetFacts};
    use crate::plan::plan;

    fn explained(euid: u32, capabilities: CapabilitySet, needs: &Needs) -> Explanation {
        let namespace = NamespaceId { device: 4, inode: 1 };
        let own = Own { euid, capabilities, network: namespace, pids: namespace };
        explain(&plan(needs, &Facts { own, target: TargetFacts::Local }).unwrap())
    }

    fn events(plan: &Explanation, needs: &Needs) -> String {
        detections(plan, needs).iter().map(|found| found.event).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn a_run_in_this_process_starts_nothing_and_joins_nothing() {
        let needs = Needs::from([Capability::Resolver]);
        let events = events(&explained(1000, CapabilitySet::empty(), &needs), &needs);
        assert!(!events.contains("started from memory") && !events.contains("namespace"), "{events}");
        assert!(events.contains("no package"), "{events}");
    }

    #[test]
    fn what_a_child_does_is_told_by_what_it_keeps_and_joins() {
        let needs = Needs::from([Capability::Processes, Capability::Files, Capability::Connect]);
        let mut plan = explained(0, CapabilitySet::all(), &needs);
        let said = events(&plan, &needs);
        for words in ["started from memory", "looks into others", "sensitive file", "all processes", "many addresses"] {
            assert!(said.contains(words), "{words}: {said}");
        }
        assert!(!said.contains("changes into another's namespace"));
        plan.joins.push(Item { what: "network".into(), reason: "it is the target's".into() });
        let found = detections(&plan, &needs);
        let joins = found.iter().find(|found| found.event.contains("changes into another's namespace")).unwrap();
        assert_eq!((joins.certainty, joins.reason.as_str()), (Certainty::Certain, "the agent joins: network"));
    }
}
