//! The policy: what `--yes` may consent to. The machine's is read first, and the user's only narrows it.

use dbg_tests::{Context, Namespace, Output, exit};

/// A context in which this is the machine's policy.
fn under(policy: &str, mode: &str) -> Option<Context> {
    let script = format!(
        "mount -t tmpfs none /etc; mkdir /etc/dbg; echo '{policy}' > /etc/dbg/policy.toml; chmod {mode} /etc/dbg/policy.toml"
    );
    Namespace::new(&script).map(Context::within)
}

/// Adds a plugin that wants `sockets`.
fn add(context: &Context) -> Output {
    let file = context.guest("every-report");
    context.dbg(["plugin", "add", "--allow-unsigned", "--yes"]).arg(file).run()
}

const SOCKETS: &str = "[consent]\nunsigned = [\"sockets\"]\n";

#[test]
fn what_the_policy_covers_needs_no_person() {
    let Some(context) = under(SOCKETS, "644") else { return };
    add(&context).exits(exit::PASS);
    context.type_in("run every-report").run().exits(exit::PASS);
}

#[test]
fn what_it_does_not_cover_is_refused_by_name() {
    let Some(context) = under("[consent]\nunsigned = [\"files\", \"resolver\"]\n", "644") else { return };
    add(&context).exits(exit::USAGE).warns("`sockets`").warns("unsigned = [");
}

#[test]
fn the_user_narrows_the_machines_policy_and_never_widens_it() {
    let Some(context) = under(SOCKETS, "644") else { return };
    context.home.write("config/dbg/policy.toml", "[consent]\nunsigned = []\n");
    add(&context).exits(exit::USAGE).warns("`sockets`");

    let Some(context) = under("[consent]\nunsigned = []\n", "644") else { return };
    context.home.write("config/dbg/policy.toml", SOCKETS);
    add(&context).exits(exit::USAGE).warns("`sockets`");
}

#[test]
fn a_policy_that_anybody_can_write_is_refused() {
    let Some(context) = under(SOCKETS, "666") else { return };
    add(&context).exits(exit::ERROR).warns("/etc/dbg/policy.toml");
}

#[test]
fn a_policy_that_makes_no_sense_is_an_error_and_not_skipped() {
    for policy in ["[consent", "[consent]\nunsigned = [\"socks\"]\n", "[consents]\nunsigned = []\n"] {
        let Some(context) = under(policy, "644") else { return };
        let output = add(&context);
        assert!([Some(exit::ERROR), Some(exit::USAGE)].contains(&output.code()), "{output}");
        output.warns("policy.toml");
    }
}
