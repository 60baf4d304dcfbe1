//! What a machine cannot do is skipped aloud: with the test's name and the reason, on stderr and in the log that xtask counts.

use std::io::Write as _;
use std::path::PathBuf;

/// Where skips are written, one a line, besides stderr.
const LOG: &str = "DBG_SKIP_LOG";

/// Says that the running test is skipped, and why. The test then returns.
pub fn skip(reason: &str) {
    let thread = std::thread::current();
    let line = format!("SKIPPED {}: {reason}\n", thread.name().unwrap_or("a test"));
    eprint!("{line}");
    if let Some(path) = std::env::var_os(LOG) {
        let mut log =
            std::fs::OpenOptions::new().create(true).append(true).open(path).expect("the log of skips can be written");
        log.write_all(line.as_bytes()).expect("the log of skips can be written");
    }
}

/// Whether the tests run as root, and so can make namespaces, mounts and other users' processes.
#[must_use]
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Where a program of this machine is; without it the test is skipped, naming Debian's package.
#[must_use]
pub fn tool(name: &str, package: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .chain(["/usr/sbin", "/sbin"].map(PathBuf::from))
        .map(|folder| folder.join(name))
        .find(|candidate| candidate.is_file());
    if found.is_none() {
        skip(&format!("`{name}` is missing; `apt-get install {package}` brings it"));
    }
    found
}
