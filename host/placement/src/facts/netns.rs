//! A network namespace that has a name. Source: man 8 ip-netns.

use std::path::{Path, PathBuf};

use dbg_model::NetnsName;
use rustix::fs::{Mode, OFlags, open};
use rustix::io::Errno;

use super::{NamespaceId, Network, Pins, namespace};

/// Where `ip netns add` puts them.
const FOLDER: &str = "/run/netns";
/// Where the files are that stand for those of `/etc` in one.
const ETC: &str = "/etc/netns";
/// Names that are listed at most; a machine full of containers has some hundreds.
pub const MAX_NAMES: usize = 1000;

/// What a named network namespace is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NetnsFacts {
    /// There is none of this name.
    Missing {
        /// Those that there are.
        known: Vec<NetnsName>,
    },
    /// The file of this name is none of a network namespace.
    SomethingElse,
    /// It cannot be opened.
    Unreadable(Errno),
    /// It is open.
    Open(OpenNetns),
}

/// A named network namespace that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenNetns {
    /// The namespace.
    pub network: Network,
    /// The folder whose files stand for those of `/etc`, if there is one.
    pub etc: Option<PathBuf>,
}

/// The file of a network namespace.
pub(crate) fn path(name: &NetnsName) -> PathBuf {
    Path::new(FOLDER).join(name.as_str())
}

/// The network namespaces that have a name, sorted, at most [`MAX_NAMES`].
#[must_use]
pub fn names() -> Vec<NetnsName> {
    // Without the folder nobody ever named one.
    let Ok(entries) = fs_err::read_dir(FOLDER) else { return Vec::new() };
    let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()?.parse().ok());
    let mut names: Vec<NetnsName> = names.take(MAX_NAMES).collect();
    names.sort();
    names
}

pub(super) fn look(name: &NetnsName) -> (NetnsFacts, Pins) {
    // Whatever else lies there, opening it must not wait for anybody.
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    let network = match open(path(name), flags, Mode::empty()) {
        Ok(file) => file,
        Err(Errno::NOENT | Errno::NOTDIR) => return (NetnsFacts::Missing { known: names() }, Pins::default()),
        Err(Errno::NXIO) => return (NetnsFacts::SomethingElse, Pins::default()),
        Err(errno) => return (NetnsFacts::Unreadable(errno), Pins::default()),
    };
    if !namespace::is_network(&network) {
        return (NetnsFacts::SomethingElse, Pins::default());
    }
    let id = match NamespaceId::of(&network) {
        Ok(id) => id,
        Err(errno) => return (NetnsFacts::Unreadable(errno), Pins::default()),
    };
    let (user, standing) = namespace::owner(&network);
    let facts = OpenNetns { network: Network { id, standing }, etc: etc(name) };
    (NetnsFacts::Open(facts), Pins { process: None, user, network: Some(network), root: None })
}

fn etc(name: &NetnsName) -> Option<PathBuf> {
    let path = Path::new(ETC).join(name.as_str());
    open(&path, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty()).ok().map(|_| path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_nobody_gave_is_missing() {
        let name = "dbg-nobody-gave-this-name".parse().unwrap();
        assert!(matches!(look(&name).0, NetnsFacts::Missing { .. }));
    }
}
