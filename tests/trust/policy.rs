//! The policy is obeyed: who may run, with what at most, where, and what nobody signed.

use dbg_tests::{Context, Namespace, exit};

use crate::vendor::{ACME, Plugin, Release, consenting, grant, optional, policy, trusting};

#[test]
fn a_vendor_who_is_trusted_and_not_in_the_list_does_not_run() {
    let context = trusting();
    let file = ACME.file(&context, &Plugin::default());
    context.dbg(["plugin", "add", "--yes"]).arg(&file).run().exits(exit::PASS);
    policy(&context, "[vendors]\nallow = ['globex']\n");
    let text = "`acme` signed it and is trusted, but this site's policy does not let its plugins run";
    context.type_in("run look").run().exits(exit::USAGE).is_silent().warns(text).warns("[vendors] allow");
    context.dbg(["run", "look", "--plugin"]).arg(&file).run().exits(exit::USAGE).warns(text);
    context.dbg(["plugin", "add", "--yes"]).arg(&file).run().exits(exit::USAGE).warns(text);
    context.dbg(["plugin", "verify"]).arg(&file).run().exits(exit::USAGE).says("ceiling      ok").warns(text);
    context.type_in("run dns-check timeout=10ms attempts=1 name=x.test server=127.0.0.1:9").run().exits(exit::FAIL);
    policy(&context, "[vendors]\nallow = ['acme']\n");
    assert_ne!(context.type_in("run look").run().code(), Some(exit::USAGE));
}

#[test]
fn no_check_is_granted_more_than_the_policy_s_most_not_even_a_stock_one() {
    let context = Context::new();
    policy(&context, "[grants]\nmost = ['sockets']\n");
    let words = "run -o json dns-check server=127.0.0.1:9 name=x.test timeout=50ms attempts=1";
    let report = context.type_in(words).run();
    let withheld = report.json()["results"][0]["withheld"].to_string();
    assert!(withheld.contains("resolver: not granted by this site's policy"), "{report}");
    policy(&context, "[grants]\nmost = ['resolver']\n");
    let output = context.type_in(words).run();
    output.exits(exit::USAGE).warns("cannot do without `sockets`, which is not granted by this site's policy");
    output.warns("[grants] most");
}

#[test]
fn a_plugin_is_added_with_what_the_policy_grants_and_gets_no_more_by_grant() {
    let context = Context::new();
    ACME.trust(&context.home);
    policy(&context, "[consent]\nvendor = ['resolver', 'files']\n[grants]\nmost = ['resolver']\n");
    let plugin = Plugin::wanting(&[optional("files", &["/etc/hosts"]), grant("resolver", &[])]);
    let output = context.dbg(["plugin", "add", "--yes"]).arg(ACME.file(&context, &plugin)).run();
    output.exits(exit::PASS).warns("it does not get it: not granted by this site's policy");
    let output = context.type_in("plugin grant my-check --give files --yes").run();
    output.exits(exit::USAGE).warns("this site's policy does not grant it");
    // A policy that grants more later does not consent for anybody.
    consenting(&context);
    let report = context.type_in("run -o json look").run();
    let withheld = report.json()["results"][0]["withheld"].to_string();
    assert!(withheld.contains("files: withheld by the operator"), "{report}");
}

#[test]
fn a_kind_of_target_that_is_not_in_the_list_is_refused_before_anything_is_launched() {
    let context = Context::new();
    policy(&context, "[targets]\nallow = ['netns']\n");
    for words in ["run dns-check", "run --target netns/blue --target pid/1 dns-check", "target explain pid/1 dns-check"]
    {
        let output = context.type_in(words).run();
        output.exits(exit::USAGE).is_silent().warns("this site's policy lets no check run on").warns("[targets] allow");
    }
    policy(&context, "[targets]\nallow = ['local']\n");
    context.type_in("target explain local dns-check").run().exits(exit::PASS);
}

#[test]
fn dates_are_kept_or_told_as_the_policy_has_it() {
    let context = trusting();
    let expired = Release { issued: -60, expires: -1, ..Release::default() };
    let file = ACME.release(&context, &Plugin::default(), expired);
    context.dbg(["run", "look", "--plugin"]).arg(&file).run().exits(exit::USAGE).warns("it expired at ");
    policy(&context, "[dates]\nexpiry = 'warn'\n");
    let output = context.dbg(["run", "look", "--plugin"]).arg(&file).run();
    output.warns("warning: `my-check`: it expired at ");
    assert_ne!(output.code(), Some(exit::USAGE));
}

#[test]
fn unsigned_plugins_run_nowhere_where_the_policy_says_never() {
    let context = Context::new();
    consenting(&context);
    let file = context.home.write("bare.wasm", Plugin::default().bytes());
    context.dbg(["plugin", "add", "--allow-unsigned", "--yes"]).arg(&file).run().exits(exit::PASS);
    policy(&context, "[unsigned]\nallow = 'never'\n");
    let text = "this site's policy lets no unsigned plugin run";
    context.type_in("run look").run().exits(exit::USAGE).is_silent().warns(text);
    context.dbg(["run", "look", "--allow-unsigned", "--plugin"]).arg(&file).run().exits(exit::USAGE).warns(text);
    context.dbg(["plugin", "add", "--allow-unsigned", "--yes"]).arg(&file).run().exits(exit::USAGE).warns(text);
    policy(&context, "[unsigned]\nallow = 'unprivileged'\n");
    assert_ne!(context.type_in("run look").run().code(), Some(exit::USAGE));
}

/// A machine with this policy for all, where root's store is empty.
fn machine(policy: &str) -> Option<Context> {
    let script = format!(
        "mount -t tmpfs none /var/lib; mount -t tmpfs none /var/cache; mount -t tmpfs none /etc; mkdir /etc/dbg; \
         printf '{policy}' > /etc/dbg/policy.toml"
    );
    Namespace::new(&script).map(Context::within)
}

#[test]
fn unsigned_plugins_run_where_a_run_holds_no_rights_and_not_as_root() {
    let Some(context) = machine("[unsigned]\\nallow = \"unprivileged\"\\n") else { return };
    let file = context.home.write("bare.wasm", Plugin::default().bytes());
    let run = || context.dbg(["run", "look", "--allow-unsigned", "--plugin"]).arg(&file);
    assert_ne!(run().run().code(), Some(exit::USAGE));
    let output = run().as_root().run();
    output.exits(exit::USAGE).is_silent().warns("on `local` it would run with the rights of root");
    let explain = context.dbg(["target", "explain", "local", "look", "--allow-unsigned", "--plugin"]).arg(&file);
    explain.as_root().run().exits(exit::USAGE).warns("with the rights of root");
}

#[test]
fn the_user_widens_nothing_that_the_machine_s_policy_has() {
    let Some(context) = machine("[grants]\\nmost = [\"resolver\"]\\n[targets]\\nallow = [\"local\"]\\n") else {
        return;
    };
    policy(&context, "[grants]\nmost = ['resolver', 'sockets']\n[targets]\nallow = ['local', 'pid']\n");
    context.type_in("run --target pid/1 dns-check").run().exits(exit::USAGE).warns("this site's policy");
    context.type_in("run dns-check").run().exits(exit::USAGE).warns("not granted by this site's policy");
}

#[test]
fn a_policy_that_makes_no_sense_stops_every_run() {
    let context = Context::new();
    policy(&context, "[grants]\nmost = ['everything']\n");
    for words in ["run dns-check", "target explain local", "plugin list", "check list"] {
        context.type_in(words).run().exits(exit::ERROR).is_silent().warns("policy.toml");
    }
}
