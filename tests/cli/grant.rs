//! Grants at run time: withheld ones, and a consent that is asked for.

use dbg_tests::{Context, exit};

#[test]
fn a_required_grant_that_is_denied_is_refused_before_anything_runs() {
    let context = Context::new();
    let output = context.run_guest("hostile-files", &["--deny", "files", "reads", "path=/etc/hostname"]).run();
    output.exits(exit::USAGE).is_silent().warns("`reads`").warns("`files`");
}

#[test]
fn an_optional_grant_that_is_denied_is_listed_as_withheld() {
    let context = Context::new();
    let words = ["run", "-o", "json", "--deny", "resolver", "dns-check", "server=127.0.0.1:9", "name=x.test"];
    let output = context.dbg(words).arg("timeout=50ms").arg("attempts=1").run();
    output.exits(exit::FAIL);
    let withheld = output.json()["results"][0]["withheld"].to_string();
    assert!(withheld.contains("resolver"), "{withheld}");
}

#[test]
fn an_unknown_capability_is_refused_with_a_suggestion() {
    let context = Context::new();
    context.type_in("run --deny socket dns-check").run().exits(exit::USAGE).is_silent().warns("`sockets`");
}

#[test]
fn what_was_granted_is_in_the_report() {
    let context = Context::new();
    let path = context.home.write("file", "text");
    let word = format!("path={}", path.display());
    let report = context.run_guest("hostile-files", &["-o", "json", "reads", &word]).run().json();
    let granted = report["results"][0]["granted"].to_string();
    assert!(granted.contains("files") && granted.contains("/file"), "{granted}");
}
