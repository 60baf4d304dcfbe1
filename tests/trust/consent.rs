//! What has to be consented to, what of it is new, and who may answer.

use dbg_tests::{Context, Session, exit};

use crate::vendor::{ACME, Plugin, Release, consenting, grant, optional, policy, stored, trusting};

/// Trusts acme, and no policy answers.
fn asking() -> Context {
    let context = Context::new();
    ACME.trust(&context.home);
    context
}

fn second() -> Release {
    Release { sequence: 2, ..Release::default() }
}

fn upgrade(grants: &[String]) -> Plugin {
    Plugin { version: "1.1.0", ..Plugin::wanting(grants) }
}

#[test]
fn a_person_is_asked_once_and_no_means_no() {
    let context = asking();
    let file = ACME.file(&context, &Plugin::wanting(&[grant("resolver", &[])]));
    let add = || Session::start(context.dbg(["plugin", "add"]).arg(&file).command());
    let mut refused = add();
    refused.wait_for("may it? [y/N]");
    assert!(refused.screen().contains("signed by acme"), "{}", refused.screen());
    refused.type_in("n\n");
    assert_eq!(refused.code(), Some(exit::PASS));
    assert!(stored(&context).is_empty());
    // Nothing was taken, so nothing is remembered of it.
    assert!(!context.home.path().join("config/dbg/trust.d/floors.json").exists());
    let mut accepted = add();
    accepted.wait_for("may it? [y/N]");
    accepted.type_in("y\n");
    assert_eq!(accepted.code(), Some(exit::PASS));
    assert_eq!(stored(&context).len(), 2);
}

#[test]
fn where_nobody_can_answer_the_policy_s_line_is_told() {
    let context = asking();
    let file = ACME.file(&context, &Plugin::wanting(&[grant("resolver", &[])]));
    let output = context.dbg(["plugin", "add"]).arg(&file).input("y\n").run();
    output.exits(exit::USAGE).warns("nobody is here to be asked").warns("[consent] vendor = [\"resolver\"]");
    let output = context.dbg(["plugin", "add", "--yes"]).arg(&file).run();
    output.exits(exit::USAGE).warns("a signed plugin have `resolver`").warns("[consent] vendor = [\"resolver\"]");
    // What it consents to for unsigned plugins is another list.
    policy(&context, "[consent]\nunsigned = ['resolver']\n");
    context.dbg(["plugin", "add", "--yes"]).arg(&file).run().exits(exit::USAGE);
    assert!(stored(&context).is_empty());
    policy(&context, "[consent]\nvendor = ['resolver']\n");
    context.dbg(["plugin", "add", "--yes"]).arg(&file).run().exits(exit::PASS);
}

#[test]
fn an_upgrade_that_asks_for_no_more_is_not_asked_about() {
    let context = trusting();
    let files = grant("files", &["/etc/hosts", "/etc/passwd"]);
    let old = Plugin::wanting(&[files, grant("resolver", &[])]);
    context.dbg(["plugin", "add", "--yes"]).arg(ACME.file(&context, &old)).run().exits(exit::PASS);
    policy(&context, "");
    let less = upgrade(&[grant("files", &["/etc/hosts"])]);
    let output = context.dbg(["plugin", "add"]).arg(ACME.release(&context, &less, second())).run();
    output.exits(exit::PASS).warns("asks for no more than version 1.0.0, which was consented to").warns("1.1.0 added");
}

#[test]
fn an_upgrade_that_asks_for_more_shows_what_and_asks_again() {
    let context = trusting();
    let hosts = grant("files", &["/etc/hosts"]);
    let old = Plugin::wanting(std::slice::from_ref(&hosts));
    context.dbg(["plugin", "add", "--yes"]).arg(ACME.file(&context, &old)).run().exits(exit::PASS);
    let before = stored(&context);
    policy(&context, "[consent]\nvendor = ['resolver']\n");
    let more_files = upgrade(&[grant("files", &["/etc/hosts", "/etc/shadow"])]);
    let file = ACME.release(&context, &more_files, second());
    let output = context.dbg(["plugin", "add", "--yes"]).arg(&file).run();
    output
        .exits(exit::USAGE)
        .warns("it asks for more than version 1.0.0")
        .warns("+ look: files: read files: /etc/shadow");
    output.warns("a signed plugin have `files`");
    assert_eq!(stored(&context), before);
    // What the policy covers is given without a person, and only what is new is asked about.
    let resolver = upgrade(&[hosts, grant("resolver", &[])]);
    let output = context.dbg(["plugin", "add", "--yes"]).arg(ACME.release(&context, &resolver, second())).run();
    output.exits(exit::PASS).warns("+ look: resolver: read the target's resolver configuration");
}

#[test]
fn a_default_address_is_the_author_s_choice_and_counts_as_more() {
    let context = trusting();
    let sockets = [grant("sockets", &["tcp:param:to"])];
    context
        .dbg(["plugin", "add", "--yes"])
        .arg(ACME.file(&context, &Plugin::wanting(&sockets)))
        .run()
        .exits(exit::PASS);
    policy(&context, "");
    let with = Plugin { default: "\"198.51.100.1:443\"", ..upgrade(&sockets) };
    let output = context.dbg(["plugin", "add", "--yes"]).arg(ACME.release(&context, &with, second())).run();
    output.exits(exit::USAGE).warns("198.51.100.1:443 by tcp, where you give no `to`");
}

#[test]
fn another_unsigned_version_is_always_asked_about() {
    let context = Context::new();
    consenting(&context);
    let old = context.home.write("old.wasm", Plugin::default().bytes());
    context.dbg(["plugin", "add", "--allow-unsigned", "--yes"]).arg(old).run().exits(exit::PASS);
    let new = context.home.write("new.wasm", upgrade(&[]).bytes());
    context.dbg(["plugin", "add", "--allow-unsigned"]).arg(new).run().exits(exit::USAGE).warns("nobody is here");
}

fn exposed() -> Plugin {
    Plugin::wanting(&[grant("files", &["/etc/hosts"]), grant("sockets", &["tcp:198.51.100.1:443"])])
}

#[test]
fn who_may_read_and_send_is_confirmed_apart() {
    let context = asking();
    let file = ACME.file(&context, &exposed());
    for (answers, added) in [(["y\n", "n\n"], 0), (["y\n", "y\n"], 2)] {
        let mut session = Session::start(context.dbg(["plugin", "add"]).arg(&file).command());
        session.wait_for("may it? [y/N]");
        assert!(session.screen().contains("CAUTION: `look` could carry away what it reads"), "{}", session.screen());
        session.type_in(answers[0]);
        session.wait_for("may it do both? [y/N]");
        session.type_in(answers[1]);
        assert_eq!(session.code(), Some(exit::PASS));
        assert_eq!(stored(&context).len(), added);
    }
}

#[test]
fn a_policy_consents_to_reading_and_sending_by_its_own_line() {
    let context = asking();
    let file = ACME.file(&context, &exposed());
    policy(&context, "[consent]\nvendor = ['files', 'sockets']\n");
    let output = context.dbg(["plugin", "add", "--yes"]).arg(&file).run();
    output
        .exits(exit::USAGE)
        .warns("read of the target and send to where they like: `look`")
        .warns("read-and-send = true");
    assert!(stored(&context).is_empty());
    policy(&context, "[consent]\nvendor = ['files', 'sockets']\nread-and-send = true\n");
    context.dbg(["plugin", "add", "--yes"]).arg(&file).run().exits(exit::PASS);
}

#[test]
fn a_grant_is_withheld_and_given_back_and_every_run_keeps_to_it() {
    let context = trusting();
    let plugin = Plugin::wanting(&[optional("files", &["/etc/hosts"]), grant("resolver", &[])]);
    context.dbg(["plugin", "add", "--yes"]).arg(ACME.file(&context, &plugin)).run().exits(exit::PASS);
    let grants = |words: &str| context.type_in(&format!("plugin grant my-check {words}")).run();
    grants("").exits(exit::PASS).warns("files: given").warns("resolver: given");
    grants("--withhold files").exits(exit::PASS).warns("files: withheld by the operator");
    let withheld = context.type_in("run -o json look").run().json()["results"][0]["withheld"].to_string();
    assert!(withheld.contains("files: withheld by the operator"), "{withheld}");
    grants("--withhold resolver").exits(exit::PASS);
    let output = context.type_in("run look").run();
    output.exits(exit::USAGE).warns("cannot do without `resolver`").warns("dbg plugin grant PLUGIN --give resolver");
    // Giving is asked about; taking is not.
    policy(&context, "");
    grants("--give files").exits(exit::USAGE).warns("nobody is here");
    policy(&context, "[consent]\nvendor = ['files']\n");
    grants("--give files --yes").exits(exit::PASS).warns("+ look: files").warns("resolver: withheld");
    grants("--give resolver --yes").exits(exit::USAGE).warns("`resolver`");
}

#[test]
fn what_was_withheld_stays_withheld_when_it_is_added_again_or_upgraded() {
    let context = trusting();
    let grants = [optional("files", &["/etc/hosts"]), grant("resolver", &[])];
    let file = ACME.file(&context, &Plugin::wanting(&grants));
    context.dbg(["plugin", "add", "--yes"]).arg(&file).run().exits(exit::PASS);
    context.type_in("plugin grant my-check --withhold files").run().exits(exit::PASS);
    context.dbg(["plugin", "add"]).arg(&file).run().exits(exit::PASS).warns("it stays without `files`");
    let newer = ACME.release(&context, &upgrade(&grants), second());
    context.dbg(["plugin", "add"]).arg(newer).run().exits(exit::PASS).warns("it stays without `files`");
    let withheld = context.type_in("run -o json look").run().json()["results"][0]["withheld"].to_string();
    assert!(withheld.contains("files"), "{withheld}");
}

#[test]
fn nonsense_about_grants_is_refused() {
    let context = trusting();
    let file = ACME.file(&context, &Plugin::wanting(&[grant("resolver", &[])]));
    context.dbg(["plugin", "add", "--yes"]).arg(file).run().exits(exit::PASS);
    for (words, text) in [
        ("my-check --give sockets", "does not ask for `sockets`"),
        ("my-check --withhold socket", "no capability `socket`"),
        ("my-check --give resolver --withhold resolver", "both to be withheld and to be given"),
        ("dns-check --withhold resolver", "is a stock plugin"),
        ("my-chekc --withhold resolver", "did you mean `my-check`?"),
    ] {
        context.type_in(&format!("plugin grant {words}")).run().exits(exit::USAGE).warns(text);
    }
}
