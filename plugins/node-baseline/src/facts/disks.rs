//! How full the file systems are that nodes stumble over.

use dbg_sdk::files::{self, Usage};
use dbg_sdk::prelude::*;

use crate::fact::Facts;
use crate::parameters::NodeBaseline;

/// Where nodes keep what grows. `/etc` lies on the root file system: that is what it is looked at for.
const FOLDERS: [(&str, &str); 9] = [
    ("/etc", "/"),
    ("/var", "/var"),
    ("/var/lib", "/var/lib"),
    ("/var/lib/kubelet", "/var/lib/kubelet"),
    ("/var/lib/containerd", "/var/lib/containerd"),
    ("/var/lib/docker", "/var/lib/docker"),
    ("/var/lib/containers", "/var/lib/containers"),
    ("/var/log", "/var/log"),
    ("/boot", "/boot"),
];
/// From here on in percent it fails.
const FAIL: u64 = 95;

pub(crate) fn read(parameters: &NodeBaseline, facts: &mut Facts, run: &Run) {
    let mut seen: Vec<String> = Vec::new();
    let given = parameters.disk.iter().map(|path| (path.as_str(), path.as_str()));
    for (path, shown) in FOLDERS.into_iter().chain(given) {
        let is_given = parameters.disk.iter().any(|given| given == path);
        let device = match files::stat(path) {
            Ok(metadata) => metadata.device,
            Err(error) if is_given => {
                run.unknown("node-disk-unread", format!("the folder `{path}` cannot be looked at: {error}"))
                    .about(path);
                continue;
            }
            Err(_) => continue,
        };
        // Folders of one file system are one.
        if seen.contains(&device) {
            continue;
        }
        let Ok(usage) = files::disk_usage(path) else { continue };
        seen.push(device);
        judge(shown, usage, parameters, facts, run);
    }
}

fn judge(path: &str, usage: Usage, parameters: &NodeBaseline, facts: &mut Facts, run: &Run) {
    let Usage { size, available, inodes, inodes_free, read_only } = usage;
    if let Some(percent) = percent(size, available) {
        facts.tell(&format!("disk {path}, taken"), Some(format!("{percent} %")));
        run.metric("node-disk-percent", Unit::Percent, percent_metric(percent), &[("path", path)]);
        let sentence = format!("the file system of `{path}` is {percent} % full");
        let finding = if percent >= FAIL {
            Some(run.fail("node-disk", sentence))
        } else if percent >= u64::from(parameters.disk_percent) {
            Some(run.warn("node-disk", sentence))
        } else {
            None
        };
        if let Some(finding) = finding {
            finding
                .about(path)
                .many("have a file system that is full")
                .evidence("size", mebibytes(size))
                .evidence("available", mebibytes(available))
                .next_step(format!(
                    "`du -xh --max-depth=2 {path} | sort -h | tail`: images, logs and emptyDir volumes grow"
                ))
                .next_step("from 85 % on the kubelet deletes images, from 90 % on it evicts pods");
        }
    }
    if let Some(percent) = percent(inodes, inodes_free) {
        facts.tell(&format!("inodes {path}, taken"), Some(format!("{percent} %")));
        let sentence = format!("{percent} % of the inodes of `{path}` are taken");
        let finding = if percent >= FAIL {
            Some(run.fail("node-inodes", sentence))
        } else if percent >= u64::from(parameters.inode_percent) {
            Some(run.warn("node-inodes", sentence))
        } else {
            None
        };
        if let Some(finding) = finding {
            finding
                .about(path)
                .many("run out of inodes")
                .evidence("inodes", inodes)
                .evidence("free", inodes_free)
                .next_step(format!(
                    "find the folder with very many small files: `du -x --inodes --max-depth=3 {path} | sort -n | tail`"
                ));
        }
    }
    if read_only && size > 0 && path.starts_with("/var") {
        run.fail("node-read-only", format!("the file system of `{path}` cannot be written to"))
            .about(path)
            .many("have a file system that cannot be written to")
            .next_step("see the kernel's log: a file system with a fault makes itself read-only");
    }
}

/// So many percent are taken; none for a file system that has no size.
fn percent(all: u64, free: u64) -> Option<u64> {
    let taken = all.checked_sub(free)?;
    // Rounded up: what is nearly full is not told as less.
    taken.saturating_mul(100).checked_add(all.saturating_sub(1))?.checked_div(all)
}

fn percent_metric(percent: u64) -> f64 {
    f64::from(u32::try_from(percent).unwrap_or(100))
}

fn mebibytes(bytes: u64) -> String {
    format!("{} MiB", bytes >> 20)
}
