//! Whatever happens in the middle: the store is whole, and two at once both succeed.

use std::time::Duration;

use dbg_tests::{LIMIT, exit};

use crate::vendor::{ACME, Plugin, Release, grant, stored, trusting};

#[test]
fn a_plugin_is_there_whole_or_not_at_all_whenever_it_is_killed() {
    let context = trusting();
    let plugin = Plugin::wanting(&[grant("resolver", &[])]);
    let files: Vec<_> =
        (1..=2).map(|sequence| ACME.release(&context, &plugin, Release { sequence, ..Release::default() })).collect();
    // Compiled once, so that what is killed is mostly the writing.
    context.dbg(["plugin", "add", "--yes"]).arg(&files[0]).run().exits(exit::PASS);
    context.type_in("plugin remove my-check").run().exits(exit::PASS);
    let mut ended = [0, 0];
    for round in 0..40_u64 {
        let running = context.dbg(["plugin", "add", "--yes"]).arg(&files[usize::from(round >= 20)]).start();
        std::thread::sleep(Duration::from_micros(round % 20 * 700));
        running.signal(rustix::process::Signal::KILL);
        let killed = running.wait(LIMIT).signal().is_some();
        ended[usize::from(killed)] += 1;
        let list = context.type_in("plugin list -o json").run();
        list.exits(exit::PASS);
        let lines = list.json();
        let there = lines.as_array().expect("a list").iter().find(|line| line["plugin"] == "my-check");
        if let Some(line) = there {
            assert_eq!(line["runs"], true, "round {round}: {list}");
            context.type_in("plugin verify my-check").run().exits(exit::PASS);
        }
        let left: Vec<String> = stored(&context).into_iter().filter(|path| path.contains(".writing-")).collect();
        assert!(left.is_empty(), "round {round}: {left:?}");
        if round % 3 == 0 {
            let removed = context.type_in("plugin remove my-check").run();
            assert!([Some(exit::PASS), Some(exit::USAGE)].contains(&removed.code()), "{removed}");
        }
    }
    assert!(ended[1] > 0, "nothing was ever killed: {ended:?}");
    context.dbg(["plugin", "add", "--yes"]).arg(&files[1]).run().exits(exit::PASS);
    assert_ne!(context.type_in("run look").run().code(), Some(exit::USAGE));
    context.type_in("plugin remove my-check").run().exits(exit::PASS);
    context.nothing_is_left();
}

#[test]
fn two_that_add_at_once_both_succeed() {
    let context = trusting();
    let names = ["one", "two", "three", "four"];
    let files = names.map(|name| ACME.file(&context, &Plugin { name, check: name, ..Plugin::default() }));
    let running: Vec<_> =
        files.iter().chain(&files).map(|file| context.dbg(["plugin", "add", "--yes"]).arg(file).start()).collect();
    for add in running {
        add.wait(LIMIT).exits(exit::PASS);
    }
    let list = context.type_in("plugin list").run();
    for name in names {
        list.says(name);
    }
    assert_eq!(stored(&context).len(), 8);
    let floors = context.home.path().join("config/dbg/trust.d/floors.json");
    let floors = std::fs::read_to_string(floors).expect("floors are kept");
    names.iter().for_each(|name| assert!(floors.contains(&format!("\"{name}\"")), "{floors}"));
    context.nothing_is_left();
}
