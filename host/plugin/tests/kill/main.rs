//! A writer that is killed at any system call leaves its store whole: each act is done again and again in a process of its own, which is killed one call later each time.
#![expect(
    clippy::disallowed_methods,
    reason = "a test starts itself as another process, and looks into its own folders"
)]
#![expect(clippy::print_stderr, reason = "it says what it could not try")]
#![expect(clippy::unwrap_used, reason = "a test ends by panicking")]

mod acts;
mod traced;

use acts::Act;
use traced::Traced;

/// The test, by the name that it starts itself by.
const TEST: &str = "a_writer_that_is_killed_at_any_system_call_leaves_its_store_whole";

/// In memory where there is such a place: a thousand waits for a disk are no part of it.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

#[test]
fn a_writer_that_is_killed_at_any_system_call_leaves_its_store_whole() {
    write_as_told();
    let mut kills = 0;
    for act in Act::ALL {
        let mut calls = 0;
        loop {
            let folder = folder();
            act.prepare(folder.path());
            let Some(traced) = Traced::start(act, folder.path()) else { return };
            let ended = traced.kill_after(calls);
            act.is_whole(folder.path());
            // Whoever tries again is not in the way of what was left.
            act.perform(folder.path());
            act.is_done(folder.path());
            if ended == traced::End::ByItself {
                break;
            }
            (calls, kills) = (calls + 1, kills + 1);
        }
        assert!(calls > 10, "{act:?} takes {calls} system calls");
    }
    println!("{kills} kills");
    assert!(kills > 100, "only {kills} kills");
}

/// The process that is killed: this test, as it starts itself with an act to do.
fn write_as_told() -> Option<std::convert::Infallible> {
    let (act, folder) = (std::env::var_os("DBG_KILLED_ACT")?, std::env::var_os("DBG_KILLED_FOLDER")?);
    let act = Act::ALL.into_iter().find(|known| act == format!("{known:?}").as_str()).unwrap();
    traced::be_traced();
    act.perform(folder.as_ref());
    // Without a way back into the test's runner, whose calls are not the writer's.
    std::process::exit(0);
}
