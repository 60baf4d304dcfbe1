//! Agents as processes: who they are, and what the kernel says of their rights.

use std::fs::{read, read_link, read_to_string};

use dbg_tests::{LIMIT, Running, exit, until};

use crate::place::{Place, done};

/// The agents in the network of a process.
pub(crate) fn agents_in(process: u32) -> Vec<u32> {
    let network = |pid: u32| read_link(format!("/proc/{pid}/ns/net")).ok();
    let wanted = network(process);
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
        .filter(|pid| read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| line.starts_with(b"dbg-agent\0")))
        .filter(|pid| network(*pid) == wanted)
        .collect()
}

/// The one agent that a running `dbg` started, as soon as it is there.
pub(crate) fn agent_of(running: &Running) -> u32 {
    let parent = running.id().to_string();
    let mut found = None;
    let is_there = || {
        let children = std::fs::read_dir(format!("/proc/{parent}/task")).into_iter().flatten().flatten();
        let children = children.filter_map(|task| read_to_string(task.path().join("children")).ok());
        found = children
            .flat_map(|list| list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<u32>>())
            .next();
        found.is_some()
    };
    assert!(until(LIMIT, is_there), "no agent was started");
    found.unwrap_or_default()
}

/// A field of `/proc/PID/status`.
fn field(pid: u32, name: &str) -> String {
    let status = read_to_string(format!("/proc/{pid}/status")).expect("it lives");
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("no `{name}`"));
    line.trim_start_matches(':').trim().to_owned()
}

fn asleep(place: &Place, target: &str) -> Running {
    let running = place
        .context
        .run_guest("hostile-run", &["--target", target, "-o", "ndjson", "sleeps-a-minute"])
        .as_root()
        .start();
    running.wait_for("it started", LIMIT);
    running
}

#[test]
fn what_runs_a_check_holds_no_right_that_no_check_needs() {
    let Some(place) = Place::new() else { return };
    for target in ["netns/blue", "local"] {
        let running = asleep(&place, target);
        let agent = agent_of(&running);
        assert_eq!(place.agents(), [agent], "one child a target");
        for set in ["CapInh", "CapPrm", "CapEff", "CapAmb"] {
            assert_eq!(field(agent, set), "0000000000000000", "{set} on {target}");
        }
        assert_eq!(field(agent, "NoNewPrivs"), "1");
        let environment = read(format!("/proc/{agent}/environ")).unwrap_or_default();
        assert!(!environment.starts_with(b"PATH") && !environment.windows(5).any(|part| part == b"HOME="));
        running.signal(rustix::process::Signal::INT);
        running.wait(LIMIT).exits(exit::INTERRUPTED);
        place.nothing_is_left();
    }
}

#[test]
fn who_looks_into_processes_keeps_what_that_takes_and_not_the_right_to_enter() {
    let Some(place) = Place::new() else { return };
    let held = place.in_blue(|| std::net::TcpListener::bind(("127.0.0.1", 0)).expect("loopback has free ports"));
    let output = place.root("run --target netns/blue -o json sock-summary");
    let result = done(&output);
    // The socket is this very test's, which is another process of another root.
    assert!(output.stdout().contains(&format!("{}", std::process::id())), "its holder is not named\n{output}");
    assert!(result["granted"].to_string().contains("processes"), "{output}");
    drop(held);
    place.nothing_is_left();
}

#[test]
fn an_agent_has_no_file_that_anybody_could_find() {
    let Some(place) = Place::new() else { return };
    let running = asleep(&place, "netns/blue");
    let program = read_link(format!("/proc/{}/exe", agent_of(&running))).expect("it lives");
    assert!(program.to_string_lossy().starts_with("/memfd:dbg-agent"), "{}", program.display());
    drop(running);
    place.nothing_is_left();
}
