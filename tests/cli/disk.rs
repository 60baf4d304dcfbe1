//! Homes that cannot be written, and disks that are full.

use dbg_tests::{Context, Namespace, exit, is_root, skip};

#[test]
fn a_read_only_home_runs_checks_without_a_cache() {
    let context = Context::new();
    let file = context.guest("every-report");
    context.home.mode(context.home.path(), 0o555);
    let output = context.dbg(["run", "--allow-unsigned", "--plugin"]).arg(&file).arg("every-report").run();
    output.exits(exit::PASS).says("it was looked at");
    context.type_in("run dns-check server=127.0.0.1:9 timeout=50ms attempts=1 name=x.test").run().exits(exit::FAIL);
    context.type_in("plugin list").run().exits(exit::PASS);
    context.type_in("check list").run().exits(exit::PASS);
    context.home.mode(context.home.path(), 0o755);
    context.nothing_is_left();
}

#[test]
fn a_read_only_home_takes_no_plugin_and_says_why() {
    let context = Context::new();
    let file = context.guest("every-kind");
    context.home.mode(context.home.path(), 0o555);
    let output = context.dbg(["plugin", "add", "--allow-unsigned", "--yes"]).arg(&file).run();
    context.home.mode(context.home.path(), 0o755);
    output.exits(exit::ERROR).warns(&context.home.path().join("data").display().to_string());
    context.nothing_is_left();
}

#[test]
fn a_home_that_is_missing_is_no_obstacle_to_a_run() {
    let context = Context::new();
    let file = context.guest("every-report");
    for home in ["/nonexistent", "", "relative"] {
        let invocation = context.dbg(["run", "--allow-unsigned", "--plugin"]).arg(&file).arg("every-report");
        let invocation = ["HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"]
            .iter()
            .fold(invocation, |invocation, name| invocation.variable(name, home));
        invocation.run().exits(exit::PASS);
    }
}

#[test]
fn a_full_disk_takes_no_plugin_says_why_and_keeps_no_half() {
    // 64 KiB: room for the folders and the lock, none for a component.
    let Some(namespace) =
        Namespace::new("mkdir -p /run/dbg-test; mount -t tmpfs -o size=64k,mode=777 none /run/dbg-test")
    else {
        return;
    };
    let context = Context::within(namespace);
    let file = context.guest("every-kind");
    let add = || {
        context
            .dbg(["plugin", "add", "--allow-unsigned", "--yes"])
            .arg(&file)
            .variable("XDG_DATA_HOME", "/run/dbg-test")
            .run()
    };
    add().exits(exit::ERROR).warns("/run/dbg-test").warns("space");
    add().exits(exit::ERROR).warns("space");
    let list = context.type_in("plugin list").variable("XDG_DATA_HOME", "/run/dbg-test").run();
    list.exits(exit::PASS).hides("every-kind");
}

#[test]
fn a_full_disk_is_no_obstacle_to_a_run() {
    let Some(namespace) =
        Namespace::new("mkdir -p /run/dbg-test; mount -t tmpfs -o size=64k,mode=777 none /run/dbg-test")
    else {
        return;
    };
    let context = Context::within(namespace);
    let run = || context.run_guest("every-report", &["every-report"]).variable("XDG_CACHE_HOME", "/run/dbg-test").run();
    run().exits(exit::PASS);
    run().exits(exit::PASS);
}

#[test]
fn a_report_that_cannot_be_written_is_an_error() {
    let context = Context::new();
    let file = context.guest("every-report");
    let mut command = context.dbg(["run", "--allow-unsigned", "--plugin"]).arg(file).arg("every-report").command();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("the device of full disks");
    let status = command.stdout(full).stderr(std::process::Stdio::null()).status().expect("it starts");
    assert_eq!(status.code(), Some(exit::ERROR));
}

#[test]
fn a_store_that_others_can_write_is_refused() {
    let context = Context::new();
    let file = context.guest("every-kind");
    let add = || context.dbg(["plugin", "add", "--allow-unsigned", "--yes"]).arg(&file).run();
    add().exits(exit::PASS);
    context.home.mode(&context.home.store().join("plugins"), 0o777);
    context.type_in("run every-kind").run().exits(exit::ERROR).warns("dbg/plugins");
}

#[test]
fn a_store_of_somebody_else_is_refused() {
    if !is_root() {
        return skip("giving a folder to somebody else needs root");
    }
    let context = Context::new();
    let file = context.guest("every-kind");
    context.dbg(["plugin", "add", "--allow-unsigned", "--yes"]).arg(&file).run().exits(exit::PASS);
    let store = context.home.store().join("plugins");
    std::os::unix::fs::chown(&store, Some(1), Some(1)).expect("root gives files away");
    context.home.mode(&store, 0o755);
    context.type_in("run every-kind").run().exits(exit::ERROR).warns("dbg/plugins");
}

#[test]
fn root_ignores_the_home_it_is_given() {
    let Some(namespace) = Namespace::with_empty_root_store() else { return };
    let context = Context::within(namespace);
    let file = context.guest("every-kind");
    context.dbg(["plugin", "add", "--allow-unsigned", "--yes"]).arg(&file).as_root().run().exits(exit::PASS);
    context.type_in("run every-kind").as_root().run().exits(exit::PASS);
    assert_eq!(context.home.kept(), [""; 0], "root keeps nothing in a home");
    context.type_in("run every-kind").run().exits(exit::USAGE);
}
