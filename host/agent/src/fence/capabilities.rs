//! Capabilities that no granted check needs are dropped. Source: man 7 capabilities.

use std::collections::BTreeSet;

use rustix::io::Errno;
use rustix::thread::{
    CapabilitySet, CapabilitySets, capabilities, capability_is_in_bounding_set, clear_ambient_capability_set,
    remove_capability_from_bounding_set, set_capabilities,
};

use crate::LinuxCapability;

/// Keeps what is in `keep` and there, and drops everything else, for good.
pub(super) fn keep_only(keep: &BTreeSet<LinuxCapability>) -> Result<(), Errno> {
    let keep: CapabilitySet = keep.iter().copied().map(number).collect();
    bound(keep)?;
    self::keep(keep)
}

/// Keeps what is in `keep` and there. What later programs may gain is not touched.
pub(crate) fn keep(keep: CapabilitySet) -> Result<(), Errno> {
    match clear_ambient_capability_set() {
        // Kernels before 4.3 have none.
        Ok(()) | Err(Errno::INVAL) => {}
        Err(error) => return Err(error),
    }
    let kept = capabilities(None)?.permitted & keep;
    set_capabilities(None, CapabilitySets { effective: kept, permitted: kept, inheritable: CapabilitySet::empty() })
}

/// Takes everything else out of the set of what programs may gain.
pub(crate) fn bound(keep: CapabilitySet) -> Result<(), Errno> {
    for one in (0..u64::BITS).map(|bit| CapabilitySet::from_bits_retain(1 << bit)) {
        match capability_is_in_bounding_set(one) {
            Ok(true) if !keep.contains(one) => {}
            Ok(_) => continue,
            // The kernel knows no more of them.
            Err(Errno::INVAL) => return Ok(()),
            Err(error) => return Err(error),
        }
        match remove_capability_from_bounding_set(one) {
            Ok(()) => {}
            // It takes CAP_SETPCAP. Without it the set may stay: what it bounds is what a program gains when it is started, and with
            // no-new-privs that is nothing.
            Err(Errno::PERM) => return Ok(()),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn number(capability: LinuxCapability) -> CapabilitySet {
    match capability {
        LinuxCapability::DacReadSearch => CapabilitySet::DAC_READ_SEARCH,
        LinuxCapability::SysPtrace => CapabilitySet::SYS_PTRACE,
        LinuxCapability::NetAdmin => CapabilitySet::NET_ADMIN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_kept_is_gone_from_every_set_of_the_thread() {
        let kept = std::thread::spawn(|| {
            let had = capabilities(None).unwrap().permitted;
            keep_only(&BTreeSet::from([LinuxCapability::NetAdmin])).unwrap();
            (had & CapabilitySet::NET_ADMIN, capabilities(None).unwrap())
        });
        let (expected, sets) = kept.join().unwrap();
        assert_eq!((sets.effective, sets.permitted), (expected, expected));
        assert_eq!(sets.inheritable, CapabilitySet::empty());
    }
}
