//! Without root: what works, and what is refused in words that help.

use std::net::TcpListener;

use dbg_tests::exit;

use crate::place::{Place, columns, done, in_network_of, results};

/// As nobody: refused with this text.
#[track_caller]
fn refused(place: &Place, target: &str, text: &str) {
    let output = place.nobody(&format!("run --target {target} -o json sock-summary"));
    output.exits(exit::UNKNOWN);
    let failure = results(&output)[0]["failure"].clone();
    assert_eq!(failure["code"], "unreachable", "{output}");
    assert!(failure["text"].as_str().is_some_and(|said| said.contains(text)), "`{text}` is not said\n{output}");
    place.nothing_is_left();
}

#[test]
fn a_network_is_entered_by_those_with_the_right_alone() {
    let Some(place) = Place::new() else { return };
    refused(&place, "netns/blue", "takes `CAP_SYS_ADMIN`, and user 65534 does not have it");
}

#[test]
fn a_process_of_another_user_is_closed() {
    let Some(place) = Place::new() else { return };
    refused(&place, &format!("pid/{}", place.sleeper()), "belongs to user 0, and user 65534 may not look into it");
}

#[test]
fn a_process_of_the_same_user_is_open() {
    let Some(place) = Place::new() else { return };
    let own = place.start_asleep("setpriv --reuid 65534 --regid 65534 --clear-groups");
    let output = place.nobody(&format!("run --target pid/{} -o json sock-summary", own.id()));
    let result = done(&output);
    assert!(result["notes"].to_string().contains("runs as the same user"), "{output}");
    place.nothing_is_left();
}

#[test]
fn a_user_namespace_of_ones_own_is_entered_without_a_right() {
    let Some(place) = Place::new() else { return };
    let own = place.start_asleep("setpriv --reuid 65534 --regid 65534 --clear-groups unshare --map-root-user --net");
    let listener = in_network_of(own.id(), || TcpListener::bind("0.0.0.0:0").expect("a port is free"));
    let output = place.nobody(&format!("run --target pid/{} -o json sock-summary", own.id()));
    let listening = columns(&done(&output), "sock-listening", ["protocol", "local"]);
    let port = listener.local_addr().expect("bound").port();
    assert_eq!(listening, [["tcp".to_owned(), format!("0.0.0.0:{port}")]], "{output}");
    let explained = place.nobody(&format!("target explain pid/{} -o json", own.id()));
    let joins = explained.exits(exit::PASS).json()["plan"]["joins"].clone();
    assert_eq!([&joins[0]["what"], &joins[1]["what"]], ["user", "network"], "{explained}");
    assert_eq!(explained.json()["plan"]["enters_with"].as_array().map(Vec::len), Some(0));
    place.nothing_is_left();
}

#[test]
fn the_root_of_a_user_namespace_meets_no_permission_error_in_its_own() {
    let Some(place) = Place::new() else { return };
    let output = place.context.type_in("run -o json sock-summary").in_user_namespace().run();
    done(&output);
    output.hides("not permitted").hides("denied");
    // What belongs to a user namespace around it is out of its reach, whatever it calls itself.
    let output = place.context.type_in("run --target netns/blue -o json sock-summary").in_user_namespace().run();
    output.exits(exit::UNKNOWN).says("belongs to a user namespace outside of this one");
    place.nothing_is_left();
}
