//! `pid/`: the network, the files and the processes are those that the process sees.

use std::net::{TcpListener, TcpStream};
use std::process::Command;

use dbg_tests::{exit, tool};

use crate::place::{Place, columns, done, in_network_of};

#[test]
fn sockets_are_those_that_ss_lists_inside() {
    let Some(ss) = tool("ss", "iproute2") else { return };
    let Some(place) = Place::new() else { return };
    let held = place.in_blue(|| {
        let listeners =
            ["127.0.0.1:0", "[::1]:0", "10.1.0.2:0"].map(|address| TcpListener::bind(address).expect("free"));
        let address = listeners[0].local_addr().expect("bound");
        let clients: Vec<TcpStream> = (0..5).map(|_| TcpStream::connect(address).expect("it listens")).collect();
        (listeners, clients)
    });
    let output = place.root(&format!("run --target pid/{} -o json sock-summary", place.sleeper()));
    let listening = columns(&done(&output), "sock-listening", ["protocol", "local"]);
    let listening: Vec<&String> =
        listening.iter().filter(|[protocol, _]| protocol == "tcp").map(|[_, local]| local).collect();
    let listed = in_network_of(place.sleeper(), || Command::new(ss).arg("-Htln").output().expect("`ss` starts"));
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    let mut listed: Vec<&str> = listed.lines().filter_map(|line| line.split_whitespace().nth(3)).collect();
    listed.sort_unstable();
    assert_eq!(listening, listed, "{output}");
    assert_eq!(listening.len(), 3);
    drop(held);
    place.nothing_is_left();
}

#[test]
fn files_are_read_beneath_the_root_of_the_process() {
    let Some(place) = Place::new() else { return };
    // `ip netns exec` gave the process an /etc/resolv.conf of its own.
    let output =
        place.root(&format!("run --target pid/{} -o json dns-check name=db.test timeout=300ms", place.sleeper()));
    output.says("127.0.0.1:53");
    assert_ne!(output.code(), Some(exit::PASS), "nobody listens there\n{output}");
    place.nothing_is_left();
}

#[test]
fn a_process_that_could_interfere_is_noted_in_every_form() {
    let Some(place) = Place::new() else { return };
    let target = format!("pid/{}", place.sleeper());
    let note = "could interfere with the agent";
    let output = place.root(&format!("run --target {target} -o json sock-summary"));
    assert!(done(&output)["notes"].to_string().contains(note), "{output}");
    for form in ["text", "ndjson", "junit"] {
        let output = place.root(&format!("run --target {target} -o {form} --fail-on never sock-summary"));
        let words: Vec<String> = output.exits(exit::PASS).stdout().split_whitespace().map(str::to_owned).collect();
        assert!(words.join(" ").contains(note), "{output}");
    }
    let elsewhere = place.root("run --target netns/blue -o json sock-summary");
    assert!(!done(&elsewhere)["notes"].to_string().contains("interfere"), "{elsewhere}");
}

#[test]
fn a_process_in_a_pid_namespace_of_its_own_cannot_interfere() {
    let Some(place) = Place::new() else { return };
    // `unshare --fork` waits for its child, which is the one in the new namespace.
    let parent = place.start_parent_of_asleep("unshare --pid --net --fork --kill-child");
    let output = place.root(&format!("run --target pid/{} -o json sock-summary", parent.1));
    assert!(!done(&output)["notes"].to_string().contains("agent's pid namespace"), "{output}");
    drop(parent);
    place.nothing_is_left();
}
