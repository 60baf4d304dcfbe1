//! What cannot be reached: each a clear error and exit code 5, and nothing is left.

use std::process::{Command, Stdio};

use dbg_tests::{LIMIT, exit, skip, until};

use crate::place::{Place, results};

/// As root: refused with this text, as a result and on paper.
#[track_caller]
fn refused(place: &Place, target: &str, text: &str) {
    let output = place.root(&format!("run --target {target} -o json sock-summary"));
    output.exits(exit::UNKNOWN);
    let failure = results(&output)[0]["failure"].clone();
    assert_eq!(failure["code"], "unreachable", "{output}");
    assert!(failure["text"].as_str().is_some_and(|said| said.contains(text)), "`{text}` is not said\n{output}");
    place.root(&format!("run --target {target} sock-summary")).exits(exit::UNKNOWN).says("UNKNOWN sock-summary");
    place.root(&format!("target explain {target}")).exits(exit::UNKNOWN).warns("cannot be reached");
    place.nothing_is_left();
}

#[test]
fn a_process_that_is_gone() {
    let Some(place) = Place::new() else { return };
    let mut child = Command::new("true").spawn().expect("`true` starts");
    child.wait().expect("a child can be waited for");
    refused(&place, &format!("pid/{}", child.id()), "there is no process");
}

#[test]
fn a_zombie() {
    let Some(place) = Place::new() else { return };
    let mut child = Command::new("true").stdin(Stdio::null()).spawn().expect("`true` starts");
    let stat = format!("/proc/{}/stat", child.id());
    assert!(until(LIMIT, || std::fs::read_to_string(&stat).is_ok_and(|text| text.contains(") Z "))));
    refused(&place, &format!("pid/{}", child.id()), "is a zombie");
    child.wait().expect("a child can be waited for");
}

#[test]
fn a_thread_of_the_kernel() {
    let Some(place) = Place::new() else { return };
    if std::fs::read_to_string("/proc/2/comm").is_ok_and(|name| name == "kthreadd\n") {
        refused(&place, "pid/2", "is a thread of the kernel");
    } else {
        skip("the threads of the kernel are not to be seen in this pid namespace");
    }
}

#[test]
fn a_thread_of_a_process() {
    let Some(place) = Place::new() else { return };
    // This test runs on a thread that is not the first of its process.
    let thread = rustix::thread::gettid().as_raw_nonzero().get();
    refused(&place, &format!("pid/{thread}"), &format!("is a thread of the process {}", std::process::id()));
}

#[test]
fn a_name_that_no_network_has() {
    let Some(place) = Place::new() else { return };
    refused(&place, "netns/bleu", "did you mean `--target netns/blue`?");
    refused(&place, "netns/something-else-altogether", "`dbg target list` lists the network namespaces");
}

#[test]
fn a_file_that_is_no_network() {
    let Some(place) = Place::new() else { return };
    refused(&place, "netns/plain", "`/run/netns/plain` is no network namespace");
}

#[test]
fn what_is_no_target_is_a_matter_of_usage() {
    let Some(place) = Place::new() else { return };
    for (target, text) in [
        ("netns/../x", "is no name of a network namespace"),
        ("netns/..", "is no name of a network namespace"),
        ("netns/", "needs a name"),
        ("pid/0", "is no number of a process"),
        ("pid/4194305", "is no number of a process"),
        ("pid/self", "is no number of a process"),
        ("pods/web", "is no kind of target"),
    ] {
        place.root(&format!("run --target {target} sock-summary")).exits(exit::USAGE).is_silent().warns(text);
        place.root(&format!("target explain {target}")).exits(exit::USAGE).is_silent().warns(text);
    }
    place.nothing_is_left();
}
