//! `dbg shell` in another process's place and in another network.

use dbg_tests::{Output, exit};

use crate::place::Place;

/// `dbg shell WORDS -- sh -c SCRIPT`, as root.
#[track_caller]
fn script(place: &Place, words: &str, script: &str) -> Output {
    place.context.type_in(&format!("shell {words} -- sh -c")).arg(script).as_root().run()
}

#[test]
fn a_network_is_entered_with_the_files_of_its_etc() {
    let Some(place) = Place::new() else { return };
    let output = script(&place, "--target netns/blue", "ip -o address show dev there; cat /etc/resolv.conf; exit 7");
    assert_eq!(output.code(), Some(7), "{output}");
    output.says("10.1.0.2").says("nameserver 127.0.0.1");
    // What was put over its `/etc` is there for nobody else.
    place.nothing_is_left();
}

#[test]
fn a_process_is_joined_and_its_root_is_the_shells() {
    let Some(place) = Place::new() else { return };
    let output = script(&place, &format!("--target pid/{}", place.sleeper()), "ip -o address; cat /etc/resolv.conf");
    output.exits(exit::PASS).says("10.1.0.2").says("nameserver 127.0.0.1");
    place.nothing_is_left();
}

#[test]
fn a_profile_bounds_what_root_keeps() {
    let Some(place) = Place::new() else { return };
    let add = "ip address add 10.9.9.9/32 dev lo && ip address show dev lo";
    let may = |profile: &str| script(&place, &format!("--target netns/blue --profile {profile}"), add);
    for profile in ["general", "baseline", "restricted"] {
        assert_ne!(may(profile).code(), Some(exit::PASS), "{profile}");
    }
    may("netadmin").exits(exit::PASS).says("10.9.9.9");
    let mounts = script(&place, "--target local --profile general", "mount -t tmpfs none /mnt");
    assert_ne!(mounts.code(), Some(exit::PASS), "{mounts}");
    let nobody = script(&place, "--target local --profile restricted", "id -u; cat /proc/self/status");
    nobody.exits(exit::PASS).says("65534").says("CapEff:\t0000000000000000").says("CapBnd:\t0000000000000000");
    place.nothing_is_left();
}

#[test]
fn what_may_not_be_entered_is_refused() {
    let Some(place) = Place::new() else { return };
    for (target, words) in [
        ("netns/blue".to_owned(), "takes `CAP_SYS_ADMIN`"),
        (format!("pid/{}", place.sleeper()), "may not look into it"),
        ("netns/bleu".to_owned(), "netns/blue"),
    ] {
        let output = place.nobody(&format!("shell --target {target}"));
        output.exits(exit::UNKNOWN).warns(words);
    }
    place.nothing_is_left();
}

#[test]
fn what_the_policy_refuses_is_refused_before_anything_is_started() {
    let Some(place) = Place::new() else { return };
    for (policy, line, words) in [
        ("[targets]\nallow = ['local']", "--target netns/blue", "no shell be opened on `netns/blue`"),
        ("[shell]\nprofiles = ['restricted']", "--target local", "no shell of the profile `general`"),
        ("[shell]\nprofiles = []", "--target isolated", "no shell of the profile `general`"),
    ] {
        place.context.home.write("config/dbg/policy.toml", policy);
        place.nobody(&format!("shell {line}")).exits(exit::USAGE).warns(words);
    }
    place.nothing_is_left();
}
