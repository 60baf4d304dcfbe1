//! `dbg plugin add`, `list`, `show`, `remove`, and runs from the store.

use dbg_tests::{Context, Guest, exit};

fn add(context: &Context, guest: &str) {
    let file = context.guest(guest);
    context.dbg(["plugin", "add", "--allow-unsigned", "--yes"]).arg(file).run().exits(exit::PASS);
}

#[test]
fn an_added_plugin_runs_by_its_check_until_it_is_removed() {
    let context = Context::new();
    context.type_in("run every-kind").run().exits(exit::USAGE).warns("every-kind");
    add(&context, "every-kind");
    context.type_in("plugin list").run().exits(exit::PASS).says("every-kind").says("0.1.0").says("dns-check");
    context.type_in("run every-kind").run().exits(exit::PASS).says("these arrived");
    context.type_in("run every-kind/every-kind").run().exits(exit::PASS);
    context.type_in("run every-kind@0.1").run().exits(exit::PASS);
    context.type_in("run every-kind@0.1.0").run().exits(exit::PASS);
    context.type_in("run every-kind@0.2").run().exits(exit::USAGE).warns("there is `0.1.0`");
    context.type_in("plugin remove every-kind").run().exits(exit::PASS);
    context.type_in("run every-kind").run().exits(exit::USAGE);
    let kept: Vec<String> = context.home.kept().into_iter().filter(|path| path.contains("data/")).collect();
    assert!(!kept.iter().any(|path| path.ends_with(".wasm") || path.ends_with(".json")), "{kept:?}");
    context.nothing_is_left();
}

#[test]
fn adding_it_again_changes_nothing() {
    let context = Context::new();
    add(&context, "every-kind");
    let before = context.home.kept();
    add(&context, "every-kind");
    assert_eq!(context.home.kept(), before);
}

#[test]
fn another_content_under_the_same_version_is_refused() {
    let context = Context::new();
    add(&context, "every-kind");
    let mut bytes = Guest::named("every-kind").bytes();
    // A custom section that means nothing: another component of the same name and version.
    bytes.extend(b"\0\x05\x04note");
    let other = context.home.write("other.wasm", bytes);
    let output = context.dbg(["plugin", "add", "--allow-unsigned", "--yes"]).arg(other).run();
    output.exits(exit::USAGE).warns("0.1.0").warns("every-kind");
    context.type_in("run every-kind").run().exits(exit::PASS);
    context.nothing_is_left();
}

#[test]
fn a_plugin_is_shown_from_the_store_and_from_a_file() {
    let context = Context::new();
    let file = context.guest("every-report");
    let output = context.dbg(["plugin", "show"]).arg(&file).run();
    output.exits(exit::PASS).says("every-report").says("sockets").says("waits for a datagram").says("sha256:");
    assert_eq!(context.home.kept(), [""; 0], "looking creates nothing");
    add(&context, "every-kind");
    context.type_in("plugin show every-kind").run().exits(exit::PASS).says("needs-all").says("sha256:");
    context.type_in("plugin show dns-check").run().exits(exit::PASS).says("sockets");
    context.type_in("plugin show every-knid").run().exits(exit::USAGE).is_silent().warns("every-knid");
}

#[test]
fn without_allow_unsigned_nothing_is_added() {
    let context = Context::new();
    let file = context.guest("every-kind");
    let output = context.dbg(["plugin", "add", "--yes"]).arg(file).run();
    output.exits(exit::USAGE).warns("nobody signed").warns("--allow-unsigned");
    assert_eq!(context.home.kept(), [""; 0]);
}

#[test]
fn where_nobody_can_answer_nothing_is_added_without_yes() {
    let context = Context::new();
    let file = context.guest("every-report");
    let output = context.dbg(["plugin", "add", "--allow-unsigned"]).arg(file).input("y\n").run();
    output.exits(exit::USAGE).warns("--yes");
    let kept: Vec<String> = context.home.kept().into_iter().filter(|path| path.contains("data/")).collect();
    assert_eq!(kept, [""; 0]);
}

#[test]
fn yes_is_no_consent_to_what_no_policy_covers() {
    let context = Context::new();
    let file = context.guest("every-report");
    let output = context.dbg(["plugin", "add", "--allow-unsigned", "--yes"]).arg(file).run();
    output.exits(exit::USAGE).warns("sockets").warns("policy");
}

#[test]
fn a_name_of_a_stock_check_cannot_be_taken() {
    let context = Context::new();
    let file = context.stock("dns-check");
    let output = context.dbg(["plugin", "add", "--allow-unsigned", "--yes"]).arg(file).run();
    output.exits(exit::USAGE).warns("dns-check").warns("stock");
}

#[test]
fn what_is_not_there_cannot_be_removed() {
    let context = Context::new();
    context.type_in("plugin remove every-kind").run().exits(exit::USAGE).warns("every-kind");
    context.type_in("plugin remove dns-check").run().exits(exit::USAGE).warns("dns-check");
}

#[test]
fn two_adds_at_once_both_end_well() {
    let context = Context::new();
    let file = context.guest("every-kind");
    let add = || context.dbg(["plugin", "add", "--allow-unsigned", "--yes"]).arg(&file).start();
    let running = [add(), add(), add(), add()];
    for add in running {
        add.wait(dbg_tests::LIMIT).exits(exit::PASS);
    }
    context.type_in("run every-kind").run().exits(exit::PASS);
    let kept: Vec<String> = context.home.kept().into_iter().filter(|path| path.ends_with(".wasm")).collect();
    assert_eq!(kept.len(), 1, "{kept:?}");
    context.nothing_is_left();
}

#[test]
fn a_component_changed_in_the_store_is_noticed() {
    let context = Context::new();
    add(&context, "every-kind");
    let stored = context.home.kept().into_iter().find(|path| path.ends_with(".wasm")).expect("it was added");
    let path = context.home.path().join(stored);
    let mut bytes = std::fs::read(&path).expect("its bytes");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, bytes).expect("our own file");
    let output = context.type_in("run every-kind").run();
    output.exits(exit::ERROR).is_silent().warns("dbg plugin");
    context.type_in("plugin list").run().exits(exit::PASS);
    add(&context, "every-kind");
    context.type_in("run every-kind").run().exits(exit::PASS);
}

#[test]
fn compiled_code_changed_in_the_cache_is_not_run() {
    let context = Context::new();
    add(&context, "every-kind");
    let timed = || {
        let output = context.type_in("run --timings every-kind").run();
        output.exits(exit::PASS);
        output.stderr()
    };
    assert!(timed().contains("load-cached"), "adding it compiled it");
    for path in context.home.kept().into_iter().filter(|path| path.starts_with("cache/")) {
        let path = context.home.path().join(path);
        let mut bytes = std::fs::read(&path).expect("its bytes");
        // Not the key of the MACs, which is short: with another key every entry would be foreign.
        if bytes.len() > 1024 {
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
        }
        std::fs::write(&path, bytes).expect("our own file");
    }
    assert!(timed().contains("load-compiled"), "a changed file is as good as none");
    assert!(timed().contains("load-cached"), "and is replaced");
}
