//! Files beyond the target's own are out of reach, and none can be written or run. Source: man 7 landlock.

use std::os::fd::{AsFd as _, OwnedFd};

use dbg_probe::Root;
use landlock::{
    ABI, Access as _, AccessFs, PathBeneath, Ruleset, RulesetAttr as _, RulesetCreatedAttr as _, RulesetError,
    RulesetStatus, Scope,
};
use rustix::fs::{Mode, OFlags};

use crate::FileReach;

/// Everything that this build knows how to refuse; an older kernel refuses what it can.
const KNOWN: ABI = ABI::V10;

/// The settings of this network, by our own `/proc`: the root's may be another's, or not be there.
const OWN_NETWORK: &str = "/proc/sys/net";

/// What has to stay open as long as the fence stands: procfs makes a new inode, which no rule knows, once nobody holds the old one.
pub(crate) struct Held {
    _network: Option<OwnedFd>,
}

/// Raises the fence; nothing where the kernel has none.
pub(super) fn raise(root: &Root, reach: FileReach) -> Option<Held> {
    let network = rustix::fs::open(OWN_NETWORK, OFlags::PATH | OFlags::CLOEXEC, Mode::empty()).ok();
    let stands = restrict(root, reach, network.as_ref()).is_ok_and(|status| status != RulesetStatus::NotEnforced);
    stands.then_some(Held { _network: network })
}

fn restrict(root: &Root, reach: FileReach, network: Option<&OwnedFd>) -> Result<RulesetStatus, RulesetError> {
    let reading = AccessFs::ReadFile | AccessFs::ReadDir;
    let mut rules = Ruleset::default()
        .handle_access(AccessFs::from_all(KNOWN))?
        // No check signals anybody or speaks to a socket of this machine by its abstract name.
        .scope(Scope::from_all(KNOWN))?
        .create()?;
    if let Some(network) = network {
        rules = rules.add_rule(PathBeneath::new(network, reading))?;
    }
    rules = match reach {
        FileReach::Root => rules.add_rule(PathBeneath::new(root.as_fd(), reading))?,
        FileReach::System => {
            for directory in root.system_directories() {
                rules = rules.add_rule(PathBeneath::new(directory, reading))?;
            }
            rules
        }
    };
    Ok(rules.restrict_self()?.ruleset)
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind::PermissionDenied;
    use std::path::Path;

    use super::*;

    /// Runs `work` in a thread of its own behind the fence; nothing where this kernel has no Landlock.
    fn behind<T: Send>(root: &Root, reach: FileReach, work: impl FnOnce() -> T + Send) -> Option<T> {
        std::thread::scope(|scope| {
            let thread = scope.spawn(|| {
                rustix::thread::set_no_new_privs(true).unwrap();
                let _held = raise(root, reach)?;
                Some(work())
            });
            thread.join().unwrap()
        })
    }

    fn error_of(path: &Path) -> Option<std::io::ErrorKind> {
        fs_err::File::open(path).err().map(|error| error.kind())
    }

    #[test]
    fn the_system_is_read_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs_err::write(&file, "before").unwrap();
        behind(&Root::open(Path::new("/")).unwrap(), FileReach::System, || {
            for path in ["/etc/passwd", "/proc/self/status", "/proc/sys/net/ipv4/ip_local_port_range"] {
                assert_eq!(error_of(Path::new(path)), None, "{path}");
            }
            assert_eq!(error_of(&file), Some(PermissionDenied));
            assert_eq!(error_of(Path::new("/dev/null")), Some(PermissionDenied));
        });
    }

    #[test]
    fn what_is_beneath_the_root_is_read_and_not_changed_and_beyond_it_is_the_network_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs_err::write(&file, "before").unwrap();
        behind(&Root::open(folder.path()).unwrap(), FileReach::Root, || {
            assert_eq!(fs_err::read_to_string(&file).unwrap(), "before");
            assert_eq!(fs_err::write(&file, "after").unwrap_err().kind(), PermissionDenied);
            assert_eq!(fs_err::remove_file(&file).unwrap_err().kind(), PermissionDenied);
            assert_eq!(error_of(Path::new("/proc/sys/net/ipv4/ip_local_port_range")), None);
            for path in ["/etc/passwd", "/proc/self/status", "/proc/sys/kernel/osrelease"] {
                assert_eq!(error_of(Path::new(path)), Some(PermissionDenied), "{path}");
            }
        });
    }

    /// The reason why this fence does not stand where a check watches processes.
    #[test]
    fn what_other_processes_have_open_is_hidden() {
        let input = format!("/proc/{}/fd/0", rustix::process::getppid().unwrap().as_raw_nonzero());
        if fs_err::read_link(&input).is_err() {
            // The tests were started by somebody else's process.
            return;
        }
        behind(&Root::open(Path::new("/")).unwrap(), FileReach::Root, || {
            assert_eq!(fs_err::read_link(&input).unwrap_err().kind(), PermissionDenied);
        });
    }
}
