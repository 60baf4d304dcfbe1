//! Several targets side by side.

use dbg_tests::exit;

use crate::place::{Place, results};

#[test]
fn a_target_that_is_out_of_reach_leaves_the_others_alone() {
    let Some(place) = Place::new() else { return };
    let sleeper = place.sleeper();
    let output = place.root(&format!(
        "run --target pid/{sleeper} --target netns/bleu --target netns/blue --target local -o json sock-summary"
    ));
    output.exits(exit::UNKNOWN);
    let results = results(&output);
    let told: Vec<(&str, bool)> = results
        .iter()
        .map(|result| (result["target"].as_str().unwrap_or_default(), result["failure"].is_null()))
        .collect();
    let pid = format!("pid/{sleeper}");
    assert_eq!(told, [(pid.as_str(), true), ("netns/bleu", false), ("netns/blue", true), ("local", true)], "{output}");
    assert_eq!(results[1]["failure"]["code"], "unreachable");
    assert_eq!(results[1]["verdict"], "unknown");
    let text = place.root(&format!("run --target pid/{sleeper} --target netns/bleu --target local sock-summary"));
    text.exits(exit::UNKNOWN).says("on 3 targets").says("there is no network namespace `bleu`; did you mean");
    place.nothing_is_left();
}

#[test]
fn several_checks_share_the_one_child_of_a_target() {
    let Some(place) = Place::new() else { return };
    let output = place
        .root("run --target netns/blue --target local -o json --fail-on never sock-summary tcp-reach to=127.0.0.1:1");
    let results = results(&output);
    assert_eq!(results.len(), 4, "{output}");
    assert!(results.iter().all(|result| result["failure"].is_null()), "{output}");
    place.nothing_is_left();
}
