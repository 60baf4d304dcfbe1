//! What the machine's policy records, whatever a user types.

use dbg_tests::{Context, Namespace, exit};

/// A context in which this is the machine's policy, and `/run/log` a folder that all can write.
fn under(policy: &str) -> Option<Context> {
    let script = format!(
        "mount -t tmpfs none /etc; mkdir /etc/dbg; echo '{policy}' > /etc/dbg/policy.toml; chmod 644 /etc/dbg/policy.toml; \
         mount -t tmpfs none /run; mkdir -m 1777 /run/log"
    );
    Namespace::new(&script).map(Context::within)
}

const LOG: &str = "[audit]\nlog = \"/run/log/audit.log\"\n";

#[test]
fn every_run_is_recorded_and_nobody_turns_it_off() {
    let Some(context) = under(LOG) else { return };
    context.home.write("config/dbg/policy.toml", "[audit]\nlog = \"/run/log/own.log\"\n");
    context.run_guest("every-report", &["every-report"]).run().exits(exit::PASS).says("/run/log/audit.log");
    let other = context.run_guest("every-report", &["--audit-log", "/run/log/own.log", "every-report"]).run();
    other.exits(exit::USAGE).warns("/run/log/audit.log").warns("leave out `--audit-log`");
    context.type_in("audit verify /run/log/audit.log").run().exits(exit::PASS).says("whole, 2 lines");
    context.type_in("audit verify /run/log/own.log").run().exits(exit::USAGE);
}

#[test]
fn a_log_that_the_user_cannot_write_lets_nothing_run() {
    let Some(context) = under("[audit]\nlog = \"/etc/dbg/audit.log\"\n") else { return };
    let run = context.run_guest("every-report", &["every-report"]).run();
    run.exits(exit::ERROR).warns("/etc/dbg/audit.log").hides("it was looked at");
}

#[test]
fn a_user_may_want_more_recorded() {
    let context = Context::new();
    let log = context.home.path().canonicalize().expect("a folder").join("own.log");
    context.home.write("config/dbg/policy.toml", format!("[audit]\nlog = \"{}\"\n", log.display()));
    context.home.give(&context.home.path().join("config"));
    context.run_guest("every-report", &["every-report"]).run().exits(exit::PASS).says("audit: line 2 of");
}
