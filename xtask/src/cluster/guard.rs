//! While `up` works, a second process waits for its end, however it ends: by an error, a signal, or SIGKILL.
//!
//! Its stdin is a pipe that only `up` holds, and its stdout is the lock, so that nobody gets between an end and what follows it.

use std::io::{Read as _, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStdin, Command, Stdio};

use anyhow::{Context as _, Result};

use super::down;
use super::place::{Lock, Place};

/// What `up` says when there is nothing to clean up after it.
const DONE: &[u8] = b"done";

#[derive(clap::Args)]
pub(crate) struct Args {}

/// Waits for the end of `up`.
pub(super) fn run(_: &Args, _: &Place) -> Result<()> {
    let mut said = Vec::new();
    std::io::stdin().read_to_end(&mut said).context("cannot wait for the end of `up`")?;
    if said == DONE {
        return Ok(());
    }
    down::all()?;
    eprintln!("`up` did not come to its end: what it had started is taken down");
    Ok(())
}

/// The waiting process, as `up` sees it.
pub(super) struct Guard {
    child: Child,
    stdin: Option<ChildStdin>,
}

impl Guard {
    pub(super) fn start(lock: &Lock) -> Result<Self> {
        let program = std::env::current_exe().context("cannot find xtask's own program")?;
        let mut command = Command::new(program);
        // A group of its own: Ctrl-C at the terminal ends `up`, and not what cleans up after it.
        command.args(["cluster", "guard"]).process_group(0).stdin(Stdio::piped()).stdout(lock.share()?);
        let mut child = command.spawn().context("cannot start the process that waits for the end of `up`")?;
        let stdin = child.stdin.take();
        Ok(Self { child, stdin })
    }

    /// The cluster is up, or there is none: no more is to be done.
    pub(super) fn dismiss(mut self) -> Result<()> {
        if let Some(mut stdin) = self.stdin.take() {
            stdin.write_all(DONE).context("cannot tell the waiting process that `up` is done")?;
        }
        self.child.wait().context("cannot wait for the waiting process").map(drop)
    }
}

impl Drop for Guard {
    /// After an error: it takes everything down, and is waited for.
    fn drop(&mut self) {
        drop(self.stdin.take());
        // Only a process that was waited for already cannot be waited for.
        let _gone = self.child.wait();
    }
}
