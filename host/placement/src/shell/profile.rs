//! How far a shell's program may go: the profiles that users of `kubectl debug` know, as Linux capabilities, each with its reason.

use std::fmt;
use std::str::FromStr;

use rustix::thread::CapabilitySet;

use crate::plan::Because;

/// How far a program may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Profile {
    /// What a container's root usually may, and looking into processes: for `strace`, `gdb` and `lsof`.
    #[default]
    General,
    /// What a container's root usually may.
    Baseline,
    /// Nothing: nobody, without a capability.
    Restricted,
    /// What a container's root usually may, and changing the network.
    Netadmin,
    /// Everything.
    Sysadmin,
}

/// A Linux capability. Source: man 7 capabilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Right {
    /// Its name without the beginning, as engines take it.
    pub word: &'static str,
    /// Its bit.
    pub(crate) bit: CapabilitySet,
}

/// What `docker run` gives, without the two that no tool for looking takes: making devices and writing to the kernel's audit log.
const BASELINE: [(Right, &str); 12] = [
    (right("CHOWN", CapabilitySet::CHOWN), "files of a package or an archive get their owners"),
    (right("DAC_OVERRIDE", CapabilitySet::DAC_OVERRIDE), "files of other users are read and written, as root expects"),
    (right("FOWNER", CapabilitySet::FOWNER), "files of other users get their modes and times"),
    (right("FSETID", CapabilitySet::FSETID), "a file that is changed keeps its bits"),
    (right("KILL", CapabilitySet::KILL), "processes of other users get signals"),
    (right("SETGID", CapabilitySet::SETGID), "`su` and tools that give up root become somebody else"),
    (right("SETUID", CapabilitySet::SETUID), "`su` and tools that give up root become somebody else"),
    (right("SETPCAP", CapabilitySet::SETPCAP), "tools drop what they do not need"),
    (right("SETFCAP", CapabilitySet::SETFCAP), "files of a package get their capabilities"),
    (right("NET_BIND_SERVICE", CapabilitySet::NET_BIND_SERVICE), "a test server listens below port 1024"),
    (right("NET_RAW", CapabilitySet::NET_RAW), "`ping`, `traceroute` and `tcpdump`"),
    (right("SYS_CHROOT", CapabilitySet::SYS_CHROOT), "`chroot`, into the machine's files for example"),
];
const LOOKING: (Right, &str) =
    (right("SYS_PTRACE", CapabilitySet::SYS_PTRACE), "`strace`, `gdb` and `lsof` look into processes");
const NETWORK: (Right, &str) =
    (right("NET_ADMIN", CapabilitySet::NET_ADMIN), "addresses, routes, rules and queues of the network are changed");

const fn right(word: &'static str, bit: CapabilitySet) -> Right {
    Right { word, bit }
}

impl Profile {
    /// All, in the order in which they are told.
    pub const ALL: [Self; 5] = [Self::General, Self::Baseline, Self::Restricted, Self::Netadmin, Self::Sysadmin];

    /// Its name.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::General => "general",
            Self::Baseline => "baseline",
            Self::Restricted => "restricted",
            Self::Netadmin => "netadmin",
            Self::Sysadmin => "sysadmin",
        }
    }

    /// What it lets a program do.
    #[must_use]
    pub fn doc(self) -> &'static str {
        match self {
            Self::General => "root as in any container, who may also look into processes",
            Self::Baseline => "root as in any container",
            Self::Restricted => "nobody, without any right",
            Self::Netadmin => "root as in any container, who may also change the network",
            Self::Sysadmin => "all rights and devices, and files of the machine can be written",
        }
    }

    /// What a program keeps. Of [`Profile::Sysadmin`] nothing is listed: it is all that there is.
    pub(crate) fn rights(self) -> Vec<Because<Right>> {
        let more: &[(Right, &str)] = match self {
            Self::General => &[LOOKING],
            Self::Netadmin => &[NETWORK],
            Self::Baseline => &[],
            Self::Restricted | Self::Sysadmin => return Vec::new(),
        };
        BASELINE.iter().chain(more).map(|(right, reason)| Because::new(*right, *reason)).collect()
    }

    /// The same as the kernel's bits.
    pub(crate) fn bits(self) -> u64 {
        match self {
            Self::Sysadmin => u64::MAX,
            _ => self.rights().iter().map(|right| right.what.bit.bits()).fold(0, |all, one| all | one),
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl FromStr for Profile {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|profile| profile.word() == text).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_profile_is_as_wide_as_its_name_says() {
        let has = |profile: Profile, bit: CapabilitySet| profile.bits() & bit.bits() == bit.bits();
        for (bit, profiles) in [
            (CapabilitySet::SYS_PTRACE, &[Profile::General][..]),
            (CapabilitySet::NET_ADMIN, &[Profile::Netadmin]),
            (CapabilitySet::NET_RAW, &[Profile::General, Profile::Baseline, Profile::Netadmin]),
            (CapabilitySet::SYS_ADMIN, &[]),
            (CapabilitySet::MKNOD, &[]),
        ] {
            for profile in [Profile::General, Profile::Baseline, Profile::Netadmin] {
                assert_eq!(has(profile, bit), profiles.contains(&profile), "{profile} {bit:?}");
            }
        }
        assert_eq!((Profile::Restricted.bits(), Profile::Sysadmin.bits()), (0, u64::MAX));
    }

    #[test]
    fn a_name_is_read_as_it_is_shown() {
        for profile in Profile::ALL {
            assert_eq!(profile.to_string().parse(), Ok(profile));
        }
        assert_eq!("root".parse::<Profile>(), Err(()));
    }
}
