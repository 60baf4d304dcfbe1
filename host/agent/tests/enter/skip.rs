//! What a machine cannot do is skipped aloud, as the end-to-end tests have it.

use std::io::Write as _;

/// Says that the running test is skipped, and why. The test then returns.
pub(crate) fn skip(reason: &str) {
    let thread = std::thread::current();
    let line = format!("SKIPPED {}: {reason}\n", thread.name().unwrap_or("a test"));
    eprint!("{line}");
    if let Some(path) = std::env::var_os("DBG_SKIP_LOG") {
        let mut log = fs_err::OpenOptions::new().create(true).append(true).open(path).unwrap();
        log.write_all(line.as_bytes()).unwrap();
    }
}

/// Whether this is root; else the test is skipped.
pub(crate) fn is_root() -> bool {
    let root = rustix::process::geteuid().is_root();
    if !root {
        skip("joining and other users need root");
    }
    root
}
