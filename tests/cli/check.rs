//! `dbg check list` and `dbg check show`.

use dbg_tests::{Context, exit};

#[test]
fn stock_checks_are_there_with_no_set_up() {
    let context = Context::new();
    context.type_in("check list").run().exits(exit::PASS).says("dns-check");
    let list = context.type_in("check list -o json").run();
    assert!(list.exits(exit::PASS).json().to_string().contains("dns-check"));
    assert_eq!(context.home.kept(), [""; 0], "looking creates nothing");
}

#[test]
fn a_check_shows_parameters_grants_and_reasons() {
    let context = Context::new();
    let output = context.type_in("check show dns-check").run();
    output.exits(exit::PASS);
    for text in ["name", "timeout", "duration", "10ms", "type", "AAAA", "server", "sockets", "resolver"] {
        output.says(text);
    }
    assert!(context.type_in("check show dns-check -o json").run().exits(exit::PASS).json().is_object());
}

#[test]
fn an_added_check_is_listed_and_shown() {
    let context = Context::new();
    let file = context.guest("every-kind");
    context.dbg(["plugin", "add", "--allow-unsigned", "--yes"]).arg(file).run().exits(exit::PASS);
    context.type_in("check list").run().exits(exit::PASS).says("every-kind").says("needs-all").says("dns-check");
    let output = context.type_in("check show every-kind").run();
    output.exits(exit::PASS);
    for text in ["colour", "red", "green", "1.5s", "address-range", "port-range", "endpoint", "One of three"] {
        output.says(text);
    }
    context.type_in("check show keeps-secret").run().exits(exit::PASS).says("secret");
}

#[test]
fn an_unknown_check_is_refused_with_a_suggestion() {
    let context = Context::new();
    context.type_in("check show dns-chekc").run().exits(exit::USAGE).is_silent().warns("dns-check");
}
