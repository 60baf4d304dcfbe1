//! The site's trust comes first, and with privileges nothing that a user could write counts.

use std::process::Command;

use dbg_tests::{Context, Home, LIMIT, Namespace, Output, Running, exit, skip, tool};

use crate::vendor::{ACME, GLOBEX, Plugin, consenting, grant, stored};

/// A machine whose site trusts acme, with empty stores.
fn site() -> Option<Context> {
    let home = Home::new();
    let root = home.write("site.root.json", ACME.root_file(&ACME.root()));
    let script = format!(
        "mount -t tmpfs none /var/lib; mount -t tmpfs none /var/cache; mount -t tmpfs none /etc; mkdir -p /etc/dbg/trust.d; \
         cp {} /etc/dbg/trust.d/acme.root.json; chmod 644 /etc/dbg/trust.d/*; \
         printf '[consent]\\nvendor = [\"resolver\"]\\n' > /etc/dbg/policy.toml",
        root.display()
    );
    Namespace::new(&script).map(Context::within)
}

#[test]
fn a_user_runs_what_the_site_approved_and_nothing_else() {
    let Some(context) = site() else { return };
    GLOBEX.trust(&context.home);
    let plugin = Plugin::wanting(&[grant("resolver", &[])]);
    let output = context.dbg(["plugin", "add", "--yes"]).arg(GLOBEX.file(&context, &plugin)).run();
    output.exits(exit::USAGE).warns("it is `globex`'s, who is not trusted here");
    assert!(stored(&context).is_empty());
    context.dbg(["plugin", "add", "--yes"]).arg(ACME.file(&context, &plugin)).run().exits(exit::PASS);
    context.type_in("plugin list").run().says("added, signed by acme");
}

#[test]
fn root_keeps_its_plugins_by_the_site_s_trust() {
    let Some(context) = site() else { return };
    let file = ACME.file(&context, &Plugin::wanting(&[grant("resolver", &[])]));
    context.dbg(["plugin", "add", "--yes"]).arg(&file).as_root().run().exits(exit::PASS);
    context.type_in("plugin list").as_root().run().says("added, signed by acme");
    assert!(stored(&context).is_empty(), "the user's store is not root's");
}

#[test]
fn root_does_not_trust_whom_the_user_trusts_whose_home_it_has() {
    let Some(namespace) = Namespace::with_empty_root_store() else { return };
    let context = Context::within(namespace);
    ACME.trust(&context.home);
    consenting(&context);
    let file = ACME.file(&context, &Plugin::default());
    context.dbg(["plugin", "add", "--yes"]).arg(&file).run().exits(exit::PASS);
    let output = context.dbg(["run", "look", "--plugin"]).arg(&file).as_root().run();
    output.exits(exit::USAGE).warns("it is `acme`'s, who is not trusted here");
    context.type_in("run look").as_root().run().exits(exit::USAGE).warns("there is no check `look`");
}

/// `dbg` as a user without rights but for one Linux capability. `None`, said aloud, where that cannot be.
fn with_a_capability(context: &Context, words: &[&str]) -> Option<Output> {
    let setpriv = tool("setpriv", "util-linux")?;
    let base = context.dbg(words).as_root().command();
    let wrap = |program: &std::ffi::OsStr| {
        let mut command = Command::new(&setpriv);
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
        command.args(["--inh-caps=+net_raw", "--ambient-caps=+net_raw", "--"]).arg(program);
        command.env_clear().envs(base.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.current_dir(context.home.path());
        command
    };
    if !dbg_tests::is_root() || !wrap("true".as_ref()).status().is_ok_and(|status| status.success()) {
        skip("a user with a capability needs root, and that capability to give");
        return None;
    }
    let mut command = wrap(base.get_program());
    command.args(base.get_args());
    Some(Running::start(command, None).wait(LIMIT))
}

#[test]
fn whoever_has_a_capability_has_no_store_policy_or_trust_of_a_user() {
    let context = Context::new();
    ACME.trust(&context.home);
    consenting(&context);
    let file = ACME.file(&context, &Plugin::default());
    context.dbg(["plugin", "add", "--yes"]).arg(&file).run().exits(exit::PASS);
    let file = file.to_str().expect("a path of ours");
    let Some(listed) = with_a_capability(&context, &["plugin", "list"]) else { return };
    listed.exits(exit::PASS).says("dns-check").hides("my-check");
    let run = with_a_capability(&context, &["run", "look", "--plugin", file]).expect("as before");
    run.exits(exit::USAGE).warns("it is `acme`'s, who is not trusted here");
    let grant = with_a_capability(&context, &["plugin", "grant", "my-check"]).expect("as before");
    grant.exits(exit::ERROR).warns("with Linux capabilities a user's own folders are not looked at");
}
