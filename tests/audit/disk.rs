//! Disks that are full.

use dbg_tests::{Context, Namespace, exit};

#[test]
fn on_a_full_disk_nothing_runs_and_the_log_stays_whole() {
    // 8 KiB: room for a run or two.
    let Some(namespace) =
        Namespace::new("mkdir -p /run/dbg-test; mount -t tmpfs -o size=8k,mode=777 none /run/dbg-test")
    else {
        return;
    };
    let context = Context::within(namespace);
    let run = || context.run_guest("every-report", &["--audit-log", "/run/dbg-test/audit.log", "every-report"]).run();
    let runs: Vec<_> = std::iter::repeat_with(run).take(20).collect();
    let last = runs.last().expect("twenty runs");
    last.exits(exit::ERROR).warns("/run/dbg-test/audit.log").warns("space").hides("it was looked at");
    assert_eq!(runs[0].code(), Some(exit::PASS), "the first has room");
    context.type_in("audit verify /run/dbg-test/audit.log").run().exits(exit::PASS).says("whole");
}
