//! A container that is sought by its id, among the processes that are seen here: what runs it has put the id into the names of their control
//! groups. Source: man 7 cgroups, man 5 proc.

use std::io::Read as _;
use std::os::fd::{AsFd as _, OwnedFd};

use dbg_model::{CgroupContainer, ContainerId, containers_in};
use rustix::fs::{Dir, Mode, OFlags, openat};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use serde::{Deserialize, Serialize};

use crate::EntryError;

/// A container, and what of it is entered besides its files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sought {
    /// Its id: 64 digits.
    pub id: String,
    /// Whether its network is joined.
    pub network: SoughtNetwork,
}

/// Whose network an agent has that looks into a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SoughtNetwork {
    /// The container's: it is joined.
    Joined,
    /// The one that the agent was started with.
    Own,
}

/// The first process of a container, where it was found.
pub(crate) struct First {
    /// Its number.
    pub(crate) pid: u32,
    /// Its directory in `/proc`.
    directory: OwnedFd,
}

/// Bytes of a text in `/proc` at most.
const TEXT: u64 = 64 << 10;
/// More than the kernel can number. Source: `PID_MAX_LIMIT`, include/linux/threads.h
const MOST: usize = 1 << 22;
const FLAGS: OFlags = OFlags::RDONLY.union(OFlags::CLOEXEC);

impl Sought {
    /// Its first process: the one that began before all others.
    pub(crate) fn first(&self) -> Result<First, EntryError> {
        let wanted = ContainerId::new(&self.id).ok_or_else(|| EntryError::NoContainer { id: self.id.clone() })?;
        let none = || EntryError::NoContainer { id: wanted.short().to_owned() };
        let proc = rustix::fs::open("/proc", FLAGS | OFlags::DIRECTORY, Mode::empty()).map_err(|_| none())?;
        let entries = Dir::read_from(&proc).map_err(|_| none())?;
        let pids =
            entries.map_while(Result::ok).take(MOST).filter_map(|one| one.file_name().to_str().ok()?.parse().ok());
        let own = openat(&proc, "self", FLAGS | OFlags::DIRECTORY, Mode::empty());
        let own = own.ok().and_then(|own| text(&own, "cgroup")).unwrap_or_default();
        let mut first: Option<(u64, First)> = None;
        for pid in pids {
            // One that ends meanwhile is not the first one of a container that goes on.
            let Some((began, found)) = look(&proc, pid, &own, &wanted) else { continue };
            if first.as_ref().is_none_or(|(earliest, known)| (began, pid) < (*earliest, known.pid)) {
                first = Some((began, found));
            }
        }
        first.map(|(_, first)| first).ok_or_else(none)
    }
}

fn look(proc: &OwnedFd, pid: u32, own: &[u8], wanted: &ContainerId) -> Option<(u64, First)> {
    let directory = openat(proc, pid.to_string(), FLAGS | OFlags::DIRECTORY, Mode::empty()).ok()?;
    (container(&text(&directory, "cgroup")?, own)? == *wanted).then_some(())?;
    Some((began(&text(&directory, "stat")?)?, First { pid, directory }))
}

/// The outermost container beneath those that we are in as well: an inner one may claim any id.
fn container(text: &[u8], own: &[u8]) -> Option<ContainerId> {
    let ours = containers_in(own);
    let around = |one: &CgroupContainer| ours.iter().any(|our| our.id == one.id);
    containers_in(text).into_iter().find(|one| !around(one)).map(|one| one.id)
}

fn text(directory: &OwnedFd, name: &str) -> Option<Vec<u8>> {
    let file = openat(directory, name, FLAGS | OFlags::NOFOLLOW, Mode::empty()).ok()?;
    let mut bytes = Vec::new();
    std::fs::File::from(file).take(TEXT).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// The 22nd field, behind a name that may hold anything.
fn began(stat: &[u8]) -> Option<u64> {
    let stat = String::from_utf8_lossy(stat);
    stat.rsplit_once(')')?.1.split_ascii_whitespace().nth(19)?.parse().ok()
}

impl First {
    /// Its root, and its network where that is wanted: while the rights to do so are there.
    pub(crate) fn enter(&self, network: SoughtNetwork) -> Result<OwnedFd, EntryError> {
        let root = openat(&self.directory, "root", OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty());
        let root = root.map_err(|source| EntryError::ContainerRoot { source })?;
        if network == SoughtNetwork::Joined {
            let joined = openat(&self.directory, "ns/net", FLAGS, Mode::empty())
                .and_then(|link| move_into_link_name_space(link.as_fd(), Some(LinkNameSpaceType::Network)));
            joined.map_err(|source| EntryError::Join { namespace: "network", source })?;
        }
        Ok(root)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_container_that_nobody_is_in_is_not_found_and_what_is_no_id_is_none() {
        for id in ["0".repeat(64), "web".to_owned(), "../x".to_owned()] {
            let sought = Sought { id, network: SoughtNetwork::Own };
            assert!(matches!(sought.first(), Err(EntryError::NoContainer { .. })));
        }
    }

    #[test]
    fn what_claims_an_id_within_its_own_container_is_not_taken_for_that_one() {
        let [node, own, web, evil] = ["0a", "0b", "0c", "0d"].map(|byte| byte.repeat(32));
        let ours = format!("4:memory:/docker/{node}/kubepods/pod1/{own}");
        let seen = |text: String| container(text.as_bytes(), ours.as_bytes()).map(|id| id.to_string());
        assert_eq!(seen(format!("4:memory:/docker/{node}/kubepods/pod2/{web}")), Some(web.clone()));
        assert_eq!(seen(format!("4:memory:/docker/{node}/kubepods/pod3/{evil}/{web}")), Some(evil.clone()));
        assert_eq!(seen(format!("4:memory:/docker/{node}/system.slice/kubelet.service")), None);
        // Seen from a namespace of control groups.
        assert_eq!(container(format!("0::/../{web}").as_bytes(), b"0::/").map(|id| id.to_string()), Some(web));
    }

    #[test]
    fn a_process_began_when_its_22nd_field_says_whatever_its_name_is() {
        let rest: Vec<String> = (3..=30).map(|field| field.to_string()).collect();
        let stat = format!("7 (a) b (x)) {}", rest.join(" "));
        assert_eq!(began(stat.as_bytes()), Some(22));
        assert_eq!(began(b"7 (cat) R"), None);
    }
}
