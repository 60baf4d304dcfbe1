//! The control groups below which kubelets make those of their pods: `dbg-cluster/<node>` in every hierarchy.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result};

use super::machine::{NODES, Name};
use super::wait::Wait;
use crate::files;

/// The folder in each hierarchy.
const FOLDER: &str = "dbg-cluster";

/// What a kubelet takes for the root of all control groups.
pub(super) fn root(node: Name) -> String {
    format!("/{FOLDER}/{}", node.text())
}

/// Where the hierarchies are mounted: several of version 1, the one of version 2, or both. There runc makes groups in all of them.
fn hierarchies() -> Result<Vec<PathBuf>> {
    Ok(of_mounts(&files::read_text(Path::new("/proc/self/mounts"))?))
}

fn of_mounts(mounts: &str) -> Vec<PathBuf> {
    let lines = mounts.lines().map(|line| line.split(' ').collect::<Vec<_>>());
    let mut found: Vec<PathBuf> = lines
        .filter_map(|words| match words.as_slice() {
            [_, point, "cgroup" | "cgroup2", ..] => Some(PathBuf::from(point)),
            _ => None,
        })
        .collect();
    found.sort();
    found.dedup();
    found
}

/// Makes them.
pub(super) fn make() -> Result<()> {
    for hierarchy in hierarchies()? {
        let parent = hierarchy.join(FOLDER);
        make_below(&hierarchy, &parent)?;
        for node in NODES {
            make_below(&parent, &parent.join(node.text()))?;
        }
    }
    Ok(())
}

/// Version 1 wants processors and memory nodes named before a group may have processes; version 2 wants controllers passed down.
fn make_below(parent: &Path, folder: &Path) -> Result<()> {
    files::make_folder(folder)?;
    for name in ["cpuset.cpus", "cpuset.mems"] {
        let (from, to) = (parent.join(name), folder.join(name));
        if from.exists() && to.exists() && parent.join("tasks").exists() {
            let value = files::read_text(&from)?;
            fs::write(&to, value).with_context(|| format!("cannot write `{}`", to.display()))?;
        }
    }
    let (offered, passed) = (folder.join("cgroup.controllers"), folder.join("cgroup.subtree_control"));
    if offered.exists() {
        let words = files::read_text(&offered)?.split_whitespace().map(|name| format!("+{name}")).collect::<Vec<_>>();
        fs::write(&passed, words.join(" ")).with_context(|| format!("cannot write `{}`", passed.display()))?;
    }
    Ok(())
}

/// Those that are there.
pub(super) fn left() -> Result<Vec<PathBuf>> {
    let folders = hierarchies()?.into_iter().map(|hierarchy| hierarchy.join(FOLDER));
    Ok(folders.filter(|folder| folder.exists()).collect())
}

/// Removes them and all below; their processes have been ended, but the kernel may still be at it.
pub(super) fn remove() -> Result<()> {
    let wait = Wait::new(Duration::from_secs(10));
    for folder in left()? {
        loop {
            match remove_tree(&folder) {
                Err(error) if wait.is_over() => return Err(error),
                Err(_) => wait.pause(),
                Ok(()) => break,
            }
        }
    }
    Ok(())
}

/// A control group's folder is removed although its files stay in it, but not its folders.
fn remove_tree(folder: &Path) -> Result<()> {
    for entry in files::entries(folder)? {
        if entry.is_dir() && !entry.is_symlink() {
            remove_tree(&entry)?;
        }
    }
    match fs::remove_dir(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove the control group `{}`", folder.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hierarchies_of_both_versions_are_found_each_once() {
        let memory = "cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0\n";
        let mounts =
            format!("{memory}cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\ntmpfs /cgroup tmpfs rw 0 0\n{memory}");
        assert_eq!(of_mounts(&mounts), ["/sys/fs/cgroup/memory", "/sys/fs/cgroup/unified"].map(PathBuf::from));
    }
}
