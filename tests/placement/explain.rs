//! `dbg target list` and `dbg target explain`: before anything runs.

use dbg_tests::{Output, exit};
use serde_json::Value;

use crate::place::Place;

fn whats(output: &Output, list: &str) -> Vec<String> {
    let plan = output.json()["plan"][list].as_array().cloned().unwrap_or_else(|| panic!("no `{list}`\n{output}"));
    plan.iter().map(|item| item["what"].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn the_list_has_the_kinds_and_the_networks_that_are_there() {
    let Some(place) = Place::new() else { return };
    place.nobody("target list").exits(exit::PASS).says("pid/PID").says("netns/NAME").says("netns/blue");
    let lines = place.nobody("target list -o json");
    let targets: Vec<Value> = lines.json().as_array().cloned().unwrap_or_default();
    let targets: Vec<&str> = targets.iter().filter_map(|line| line["target"].as_str()).collect();
    let (kinds, found) = targets.split_at(7);
    assert_eq!(kinds, ["local", "pid/PID", "netns/NAME", "isolated", "host", "container/NAME", "network/NAME"]);
    let networks: Vec<&&str> = found.iter().filter(|target| target.starts_with("netns/")).collect();
    assert_eq!(networks, [&"netns/blue", &"netns/plain"]);
}

#[test]
fn every_right_and_every_fence_is_told_with_its_reason() {
    let Some(place) = Place::new() else { return };
    let output = place.root(&format!("target explain pid/{} sock-summary -o json", place.sleeper()));
    output.exits(exit::PASS);
    assert_eq!(whats(&output, "joins"), ["network"]);
    assert_eq!(whats(&output, "enters_with"), ["CAP_SYS_ADMIN"]);
    assert_eq!(whats(&output, "keeps"), ["CAP_DAC_READ_SEARCH", "CAP_SYS_PTRACE"]);
    assert_eq!(
        whats(&output, "fences"),
        ["no-new-privileges", "not-dumpable", "ends-with-operator", "capabilities", "seccomp"]
    );
    let plan = output.json()["plan"].clone();
    let lists = plan.as_object().cloned().unwrap_or_default();
    for item in lists.values().filter_map(Value::as_array).flatten().filter(|item| item.is_object()) {
        assert!(item["reason"].as_str().is_some_and(|reason| reason.len() > 10), "{item}");
    }
    assert_eq!(output.json()["checks"], serde_json::json!(["sock-summary"]));
    assert!(output.json()["refusal"].is_null());
    place.nothing_is_left();
}

#[test]
fn a_check_that_needs_less_is_given_less() {
    let Some(place) = Place::new() else { return };
    let output = place.root("target explain netns/blue tcp-reach to=10.1.0.2:80 -o json");
    assert_eq!(whats(output.exits(exit::PASS), "keeps"), [""; 0]);
    assert!(whats(&output, "fences").contains(&"landlock".to_owned()));
    assert!(whats(&output, "files").contains(&"/etc/netns/blue".to_owned()));
}

#[test]
fn people_read_it_in_sections() {
    let Some(place) = Place::new() else { return };
    let output = place.root(&format!("target explain pid/{} sock-summary", place.sleeper()));
    output
        .exits(exit::PASS)
        .says("JOINS\n  network: ")
        .says("KEEPS\n  CAP_DAC_READ_SEARCH: ")
        .says("note: the process");
    place.nobody("target explain local sock-summary").exits(exit::PASS).says("RUNS\n  in this process: ");
}

#[test]
fn a_refusal_is_data_as_well() {
    let Some(place) = Place::new() else { return };
    let output = place.root("target explain netns/bleu -o json");
    output.exits(exit::UNKNOWN);
    assert!(output.json()["plan"].is_null());
    assert_eq!(output.json()["refusal"]["hint"], "did you mean `--target netns/blue`?");
}
