//! What a security officer asks before a run.

use dbg_tests::{Context, exit};

#[test]
fn explain_tells_the_binary_the_capabilities_and_what_would_be_noticed() {
    let context = Context::new();
    let file = context.guest("reads-text");
    let explain = |words: &[&str]| {
        let first = context.dbg(["target", "explain", "--security", "--allow-unsigned", "--plugin"]).arg(&file);
        first.args(words).args(["local", "reads-text", "path=/etc/hostname"]).run()
    };
    let text = explain(&[]);
    text.exits(exit::PASS)
        .says("BINARY")
        .says("sha256:")
        .says("CAPABILITIES")
        .says("needs files because it says: ")
        .says("files: /etc/hostname");
    text.says("WOULD BE NOTICED").says("no package");
    let answer = explain(&["-o", "json"]).json();
    let security = &answer["security"];
    assert_eq!(security["capabilities"][0]["check"], "reads-text");
    assert_eq!(security["capabilities"][0]["provenance"], "unsigned");
    assert!(security["detections"].as_array().is_some_and(|found| found.len() >= 2), "{security}");
    let plain = context.type_in("target explain local -o json").run().json();
    assert_eq!(plain.get("security"), None);
    // Of the very file that runs.
    let log = context.home.path().canonicalize().expect("a folder").join("audit.log").display().to_string();
    context.run_guest("every-report", &["--audit-log", &log, "every-report"]).run().exits(exit::PASS);
    let text = std::fs::read_to_string(&log).expect("the log");
    assert!(text.contains(security["binary"]["digest"].as_str().expect("a digest")));
}

#[test]
fn a_target_that_is_refused_is_still_told_as_such() {
    let context = Context::new();
    let output = context.type_in("target explain --security pid/4194304").run();
    output.exits(exit::UNKNOWN).warns("cannot be reached");
}
