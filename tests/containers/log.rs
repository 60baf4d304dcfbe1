//! Nothing of a report is in an engine's logs or storage.

use dbg_tests::{Engine, Site};

#[test]
fn no_log_of_an_engine_holds_a_word_of_the_report() {
    let Some(site) = Site::new() else { return };
    let marker = "marker-4c1d.test";
    for engine in Engine::BOTH {
        let output = site.dbg(engine, &format!("run --target isolated tcp-reach to={marker}:80 -o json")).run();
        assert!(output.stdout().contains(marker), "{output}");
    }
    // What the agent keeps to itself cannot be read there; all that the engines write can.
    let search = format!("grep -rlaF {marker} /run/log /var/lib/docker /var/lib/containers /run/containers");
    let found = site.command("sh").args(["-c", &search]).output().expect("it starts");
    assert_eq!(String::from_utf8_lossy(&found.stdout), "");
}
