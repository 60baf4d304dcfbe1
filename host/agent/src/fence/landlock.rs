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
