//! Endings of a shell that nobody planned: each leaves the terminal as it was, and nothing else.

use std::time::Duration;

use dbg_tests::{Engine, Person, Running, Site, exit, until};
use rustix::process::Signal;

/// Longer than the heartbeat, after which an agent without an operator has ended.
const SOON: Duration = Duration::from_secs(45);

const TARGETS: [&str; 2] = ["--target container/web", "--target isolated --image shop"];

/// A program that no signal ends but one.
fn stubborn(site: &Site, engine: Engine, words: &str) -> Running {
    let script = "trap '' HUP INT TERM; echo up; sleep 600 & sleep 600";
    site.dbg(engine, &format!("shell {words} -- sh -c")).arg(script).start()
}

/// Spread over look-up, create, attach, start, session and program.
fn moments(count: u64) -> impl Iterator<Item = Duration> {
    (0..count).map(move |step| Duration::from_millis(step * 700 / count))
}

#[test]
fn whatever_signal_ends_dbg_at_whatever_point_nothing_is_left() {
    let Some(site) = Site::new() else { return };
    for engine in Engine::BOTH {
        let _web = site.container(engine, "web", "", "/bin/sleep 600");
        for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
            for (words, moment) in TARGETS.into_iter().flat_map(|words| moments(5).map(move |moment| (words, moment))) {
                let running = stubborn(&site, engine, words);
                assert!(!until(moment, || false));
                running.signal(signal);
                let output = running.wait(SOON);
                let by_code = [code, exit::INTERRUPTED].map(Some).contains(&output.code());
                assert!(by_code || output.signal().is_some(), "{output}");
                assert_eq!(site.left(engine), [""; 0], "{signal:?} after {moment:?}\n{output}");
            }
        }
        alone(&site, engine);
    }
    site.nothing_is_left();
}

/// Of all that ran in `web`, its own process alone is there.
#[track_caller]
fn alone(site: &Site, engine: Engine) {
    let processes = || site.client(engine, "top web");
    assert!(until(SOON, || processes().matches("sleep 600").count() == 1), "{}", processes());
}

#[test]
fn after_sigkill_the_shell_ends_by_itself_and_gc_removes_what_was_never_started() {
    let Some(site) = Site::new() else { return };
    for engine in Engine::BOTH {
        let _web = site.container(engine, "web", "", "/bin/sleep 600");
        for (words, moment) in TARGETS.into_iter().flat_map(|words| moments(8).map(move |moment| (words, moment))) {
            let running = stubborn(&site, engine, words);
            assert!(!until(moment, || false));
            running.signal(Signal::KILL);
            assert_eq!(running.wait(SOON).signal(), Some(9));
        }
        let shells = "ps --filter label=dbg.run/id --format {{.Names}}";
        assert!(until(SOON, || site.client(engine, shells).is_empty()), "shells of {engine:?} live on");
        alone(&site, engine);
        site.dbg(engine, "gc").run().exits(exit::PASS);
        assert!(until(SOON, || site.left(engine).is_empty()), "{:?}", site.left(engine));
    }
}

#[test]
fn a_person_whose_dbg_is_ended_has_the_terminal_back() {
    let Some(site) = Site::new() else { return };
    for engine in Engine::BOTH {
        let _web = site.container(engine, "web", "", "/bin/sleep 600");
        for (signal, code) in [(Signal::TERM, 143), (Signal::HUP, 129)] {
            let mut person = Person::start(site.dbg(engine, "shell --target container/web"));
            person.is_hidden();
            person.types("sleep 600 & echo up $((40 + 2))\r");
            person.sees("up 42", 1);
            person.signal(signal);
            assert_eq!(person.ends(), Some(code), "{}", person.screen());
            alone(&site, engine);
        }
    }
    site.nothing_is_left();
}

#[test]
fn a_target_that_ends_meanwhile_is_told_and_the_terminal_is_back() {
    let Some(site) = Site::new() else { return };
    for engine in Engine::BOTH {
        let _web = site.container(engine, "web", "", "/bin/sleep 600");
        let mut person = Person::start(site.dbg(engine, "shell --target container/web"));
        person.is_hidden();
        site.client(engine, "kill web");
        assert_eq!(person.ends(), Some(exit::UNKNOWN), "{}", person.screen());
        assert!(person.screen().contains("`web` does not run"), "{}", person.screen());
    }
    site.nothing_is_left();
}

#[test]
fn a_shells_container_that_is_removed_by_others_is_told() {
    let Some(site) = Site::new() else { return };
    for engine in Engine::BOTH {
        let mut person = Person::start(site.dbg(engine, "shell --target isolated --image shop"));
        person.is_hidden();
        let name = site.left(engine).pop().expect("it runs");
        site.client(engine, &format!("rm -f {name}"));
        assert_eq!(person.ends(), Some(exit::UNKNOWN), "{}", person.screen());
        assert!(person.screen().contains("the shell broke off"), "{}", person.screen());
    }
    site.nothing_is_left();
}

#[test]
fn its_time_ends_a_shell_and_one_that_goes_on_is_not_left_over() {
    let Some(site) = Site::new() else { return };
    for engine in Engine::BOTH {
        let running = stubborn(&site, engine, "--target isolated --image shop --for 3s");
        running.wait_for("up", SOON);
        site.dbg(engine, "gc").run().exits(exit::PASS).says("nothing is left behind");
        running.wait(SOON).exits(exit::ERROR).warns("its time is over");
        site.nothing_is_left();
    }
}

#[test]
fn an_engine_that_is_killed_meanwhile_is_told_and_the_terminal_is_back() {
    let Some(site) = Site::apart() else { return };
    let engine = Engine::Docker;
    let mut person = Person::start(site.dbg(engine, "shell --target isolated --image shop"));
    person.is_hidden();
    // Of all engines of this machine the one in this network.
    site.script(
        "for pid in $(pgrep -x dockerd); do
            [ \"$(readlink /proc/$pid/ns/net)\" != \"$(readlink /proc/self/ns/net)\" ] || kill -9 $pid
        done; rm -f /run/docker.pid /run/docker.sock",
    );
    assert_eq!(person.ends(), Some(exit::UNKNOWN), "{}", person.screen());
    assert!(person.screen().contains("the shell broke off"), "{}", person.screen());
    assert!(person.screen().contains("may be left"), "{}", person.screen());
}
