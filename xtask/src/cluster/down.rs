//! Taking a cluster down, whole or not, whichever checkout's it is: each step is done even where one before it failed.

use std::path::PathBuf;

use anyhow::{Result, bail};

use super::place::{self, Lock, Place};
use super::{cgroup, network, processes, tools};

pub(super) fn run(place: &Place) -> Result<()> {
    tools::must_be_root()?;
    let _lock = Lock::take()?;
    if !is_anything_there(place)? {
        eprintln!("no cluster is up");
        return Ok(());
    }
    all()?;
    eprintln!("the cluster is down");
    Ok(())
}

/// Whether something of a cluster is on this machine.
pub(super) fn is_anything_there(place: &Place) -> Result<bool> {
    Ok(place::marked()?.is_some()
        || place.run.exists()
        || network::is_there()
        || !cgroup::left()?.is_empty()
        || !processes::all()?.is_empty())
}

/// Ends and removes everything; the caller has the lock.
pub(super) fn all() -> Result<()> {
    let run: Option<PathBuf> = place::marked()?;
    // The mark goes last and only when all else went: it is how the next `down` finds the files.
    let steps = [processes::end_all(), network::remove(), cgroup::remove()];
    let failed: Vec<String> = steps.into_iter().filter_map(Result::err).map(|error| format!("{error:#}")).collect();
    if !failed.is_empty() {
        bail!("left behind: {}; run `cargo xtask cluster down` again", failed.join("; "));
    }
    run.as_deref().map_or(Ok(()), place::remove)
}
