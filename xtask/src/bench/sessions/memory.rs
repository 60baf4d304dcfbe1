//! Operator, agent, the agent's file and one check together within 64 MiB, as the kernel counts them for a control group.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::place::{CHECK, Place};
use crate::bench::measure;
use crate::files;

/// What is asked for, in bytes.
const LIMIT: u64 = 64 << 20;

/// A control group with a limit; it goes with the value.
struct Group {
    folder: PathBuf,
    version: Version,
}

/// The two hierarchies name their files differently.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    One,
    Two,
}

impl Group {
    /// None where there is no memory controller that we may use.
    fn new() -> Option<Self> {
        let name = format!("dbg-bench-{}", std::process::id());
        let (root, version) = if Path::new("/sys/fs/cgroup/memory/memory.limit_in_bytes").exists() {
            ("/sys/fs/cgroup/memory", Version::One)
        } else {
            ("/sys/fs/cgroup", Version::Two)
        };
        let folder = Path::new(root).join(name);
        fs::create_dir(&folder).ok()?;
        let group = Self { folder, version };
        group.write(group.by_version("memory.limit_in_bytes", "memory.max"), &LIMIT.to_string()).ok()?;
        Some(group)
    }

    fn by_version(&self, one: &'static str, two: &'static str) -> &'static str {
        match self.version {
            Version::One => one,
            Version::Two => two,
        }
    }

    fn write(&self, file: &str, text: &str) -> Result<()> {
        let path = self.folder.join(file);
        fs::write(&path, text).with_context(|| format!("cannot write `{}`", path.display()))
    }

    /// The most that was counted at once, in bytes.
    fn peak(&self) -> Result<u64> {
        let path = self.folder.join(self.by_version("memory.max_usage_in_bytes", "memory.peak"));
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
        text.trim().parse().with_context(|| format!("`{}` is no number", path.display()))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        fs::remove_dir(&self.folder).ok();
    }
}

pub(super) fn run(place: &Place, dbg: &Path) -> Result<()> {
    let Some(group) = Group::new() else {
        println!("not measured: no memory controller of control groups that may be used here");
        return Ok(());
    };
    let members = group.folder.join("cgroup.procs");
    // A shell puts itself into the group and then becomes `dbg`.
    let mut command = Command::new("sh");
    command.env_clear().current_dir("/").args(["-c", "echo $$ > \"$0\" && exec \"$@\""]).arg(members);
    command.arg(dbg).args(["run", "--target", &format!("netns/{}", place.name)]).args(CHECK);
    let sample = measure::once(&mut command)?;
    if !sample.status.success() {
        bail!("within {} it ended with {}: {}", files::shown_size(LIMIT), sample.status, sample.stderr.trim_end());
    }
    println!(
        "operator, agent, the agent's file and one check in a memory limit of 64 MiB: {} at most",
        files::shown_size(group.peak()?)
    );
    println!("    asked for: it lives");
    Ok(())
}
