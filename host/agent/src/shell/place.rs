//! What the agent of a shell is told: where its program runs, as whom, and with which rights.

use rustix::thread::CapabilitySet;
use serde::{Deserialize, Serialize};

use crate::{EntryError, Inherited, Join, Sought, argument};

/// Where a shell's program runs, and what it may do there. One argument of `shell` and of `enter-shell`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShellPlace {
    /// The namespaces that are joined first, in this order.
    pub joins: Vec<Join>,
    /// The directory that is the program's root.
    pub root: ShellRoot,
    /// The folder whose files are put over those of `/etc`: `/etc/netns/NAME`, as `ip netns exec` does it.
    pub etc: Option<String>,
    /// Who it is.
    pub user: ShellUser,
    /// The Linux capabilities that it keeps, as the kernel numbers them; every other is dropped.
    pub keep: u64,
    /// Whether a program that it starts can gain rights.
    pub gains: Gains,
    /// What its environment is made of.
    pub environment: Environment,
}

/// Whose root directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ShellRoot {
    /// The agent's own.
    Own,
    /// The directory at this path: opened before any right is dropped.
    Path(String),
    /// An open directory.
    Inherited(Inherited),
    /// That of another container's first process, whose environment the program has then.
    Container(Sought),
}

/// Who a program is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ShellUser {
    /// Who the agent is.
    Own,
    /// The kernel's `nobody`.
    Nobody,
}

/// Whether a program can gain rights, by a bit of its file for example.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Gains {
    /// It can, as far as the place lets it.
    Rights,
    /// It cannot.
    Nothing,
}

/// What an environment is made of. `TERM` is the operator's, in all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Environment {
    /// The agent's own.
    Own,
    /// That of the process of this number, as far as it can be read.
    Process(u32),
    /// Only what every program expects.
    Plain,
}

impl ShellPlace {
    /// As one argument.
    #[must_use]
    pub fn to_argument(&self) -> String {
        argument::write(self)
    }

    /// Reads what [`ShellPlace::to_argument`] wrote.
    ///
    /// # Errors
    /// [`EntryError::TooLong`], [`EntryError::NotAnEntry`].
    pub fn from_argument(argument: &str) -> Result<Self, EntryError> {
        argument::read(argument)
    }

    /// What is kept.
    pub(crate) fn kept(&self) -> CapabilitySet {
        CapabilitySet::from_bits_retain(self.keep)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_was_written_and_nothing_else_is_one() {
        let place = ShellPlace {
            joins: vec![Join::Network(Inherited(4))],
            root: ShellRoot::Path("/proc/1/root".to_owned()),
            etc: Some("/etc/netns/blue".to_owned()),
            user: ShellUser::Nobody,
            keep: u64::MAX,
            gains: Gains::Nothing,
            environment: Environment::Process(1),
        };
        argument::is_read_as_it_was_written(&place);
    }
}
