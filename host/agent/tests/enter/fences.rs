//! What `/proc` says of a fenced agent.

use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt as _;

use dbg_agent::{Inherited, Join, LinuxCapability, WatchesProcesses};
use dbg_model::Fence;
use rustix::thread::{CapabilitySet, capabilities};

use crate::agent::{Agent, User, entry, here};
use crate::network::Network;
use crate::skip::{is_root, skip};

const EVERYWHERE: [Fence; 4] =
    [Fence::NoNewPrivileges, Fence::NotDumpable, Fence::EndsWithOperator, Fence::Capabilities];

fn has_landlock() -> bool {
    // LANDLOCK_CREATE_RULESET_VERSION
    let (nothing, size, version) = (std::ptr::null::<u8>(), 0_usize, 1_u32);
    // SAFETY: with this flag the kernel reads no memory and answers with a number.
    unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, nothing, size, version) > 0 }
}

fn hexadecimal(capabilities: CapabilitySet) -> String {
    format!("{:016x}", capabilities.bits())
}

#[test]
fn a_child_is_in_the_network_that_it_was_sent_to_and_fenced_in() {
    let Some(network) = Network::new() else { return };
    let mut wanted = entry();
    wanted.joins = vec![Join::Network(Inherited(7))];
    wanted.keep = BTreeSet::from([LinuxCapability::NetAdmin, LinuxCapability::SysPtrace]);
    let mut agent = Agent::start(&wanted, vec![(7, network.link()), (9, network.link())]);
    here(async {
        let (_operator, facts) = agent.hello().await;
        let mut fences = BTreeSet::from(EVERYWHERE);
        fences.insert(Fence::Seccomp);
        fences.extend(has_landlock().then_some(Fence::Landlock));
        assert_eq!(facts.fences, fences);
        assert_eq!(facts.machine, dbg_agent::machine());
        for task in fs_err::read_dir(agent.proc("task")).unwrap() {
            assert_eq!(fs_err::metadata(task.unwrap().path().join("ns/net")).unwrap().ino(), network.inode());
        }
        let kept =
            hexadecimal((CapabilitySet::NET_ADMIN | CapabilitySet::SYS_PTRACE) & capabilities(None).unwrap().permitted);
        let none = hexadecimal(CapabilitySet::empty());
        for (field, value) in [
            ("NoNewPrivs", "1"),
            ("Seccomp", "2"),
            ("CapEff", &*kept),
            ("CapPrm", &*kept),
            ("CapBnd", &*kept),
            ("CapInh", &*none),
            ("CapAmb", &*none),
        ] {
            assert_eq!(agent.status(field), value, "{field}");
        }
        let limits = fs_err::read_to_string(agent.proc("limits")).unwrap();
        let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
        assert_eq!(core.split_whitespace().collect::<Vec<_>>()[4..6], ["0", "0"]);
        let links = fs_err::read_dir(agent.proc("fd")).unwrap();
        let links: Vec<_> = links.map(|link| fs_err::read_link(link.unwrap().path()).unwrap()).collect();
        assert!(!links.iter().any(|link| link.to_string_lossy().starts_with("net:")), "{links:?}");
        for task in fs_err::read_dir(agent.proc("task")).unwrap() {
            let children = fs_err::read_to_string(task.unwrap().path().join("children"));
            assert!(children.is_ok_and(|children| children.is_empty()));
        }
    });
}

#[test]
fn an_agent_of_an_ordinary_user_is_fenced_in_and_not_his_to_look_into() {
    if !is_root() {
        return;
    }
    let mut agent = Agent::start_with(&entry().to_argument(), Vec::new(), User::Nobody);
    here(async {
        let (_operator, facts) = agent.hello().await;
        assert!(facts.fences.is_superset(&BTreeSet::from(EVERYWHERE)) && facts.fences.contains(&Fence::Seccomp));
        assert_eq!(agent.status("CapPrm"), hexadecimal(CapabilitySet::empty()));
        // What is not dumpable belongs to root in /proc.
        assert_eq!(fs_err::metadata(agent.proc("fd")).unwrap().uid(), 0);
    });
}

#[test]
fn landlock_does_not_stand_where_processes_are_watched() {
    if !has_landlock() {
        skip("this kernel has no Landlock");
        return;
    }
    let mut wanted = entry();
    wanted.watches_processes = WatchesProcesses::Yes;
    let mut agent = Agent::start(&wanted, Vec::new());
    let (_operator, facts) = here(agent.hello());
    assert!(facts.fences.contains(&Fence::Seccomp) && !facts.fences.contains(&Fence::Landlock));
}
