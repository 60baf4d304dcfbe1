//! Which namespace a descriptor is of, and whose it is. Source: man 2 ioctl_ns, man 7 user_namespaces.

use std::ffi::c_void;
use std::os::fd::{AsFd, FromRawFd, OwnedFd};

use rustix::io::Errno;
use rustix::ioctl::{Getter, Ioctl, IoctlOutput, Opcode, ioctl, opcode};

/// Which namespace. Two descriptors are of one namespace when these are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NamespaceId {
    /// Of the file system of namespaces.
    pub device: u64,
    /// Of the namespace.
    pub inode: u64,
}

/// How the user namespace that something belongs to stands to ours: it decides what our capabilities count for there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is ours.
    Own,
    /// It is beneath ours. Whoever owns the one right beneath ours has every right in it.
    Beneath {
        /// That owner.
        owner: u32,
    },
    /// It is not beneath ours: nothing that we hold counts there.
    Beyond,
    /// The kernel does not say.
    Unknown,
}

/// The file system that the files of namespaces are on. Source: `NSFS_MAGIC`, man 2 statfs.
const NSFS: u64 = 0x6e73_6673;
/// Source: `CLONE_NEWNET`, man 2 clone.
const NETWORK: i32 = 0x4000_0000;
/// User namespaces nest no deeper than 32. Source: man 7 user_namespaces.
const DEEPEST: usize = 33;

const USER_NAMESPACE: Opcode = opcode::none(0xb7, 1);
const PARENT: Opcode = opcode::none(0xb7, 2);
const KIND: Opcode = opcode::none(0xb7, 3);
const OWNER: Opcode = opcode::none(0xb7, 4);

impl NamespaceId {
    /// The namespace that a descriptor is of.
    ///
    /// # Errors
    /// The kernel's.
    pub fn of(file: &impl AsFd) -> Result<Self, Errno> {
        let stat = rustix::fs::fstat(file)?;
        Ok(Self { device: stat.st_dev, inode: stat.st_ino })
    }
}

/// Whether this is a network namespace, and no other file.
pub(super) fn is_network(file: &impl AsFd) -> bool {
    let on_nsfs = rustix::fs::fstatfs(file).is_ok_and(|stat| u64::try_from(stat.f_type).is_ok_and(|kind| kind == NSFS));
    // SAFETY: the request takes no argument and changes nothing; on a file of another file system it fails.
    on_nsfs && unsafe { ioctl(file, Kind) } == Ok(NETWORK)
}

/// The user namespace that a namespace belongs to, and how it stands to ours.
pub(super) fn owner(namespace: &impl AsFd) -> (Option<OwnedFd>, Standing) {
    match related(namespace, USER_NAMESPACE) {
        Ok(user) => {
            let standing = standing(&user);
            (Some(user), standing)
        }
        // It says so of what is not ours nor beneath ours.
        Err(Errno::PERM) => (None, Standing::Beyond),
        Err(_) => (None, Standing::Unknown),
    }
}

/// Who made the user namespace right beneath ours that this user namespace is, or is in; none where it is ours or beyond.
pub(crate) fn made_by(user: &OwnedFd) -> Option<u32> {
    match standing(user) {
        Standing::Beneath { owner } => Some(owner),
        Standing::Own | Standing::Beyond | Standing::Unknown => None,
    }
}

fn standing(user: &OwnedFd) -> Standing {
    chain(user).unwrap_or(Standing::Unknown)
}

/// Up the parents to the one right beneath ours.
fn chain(user: &OwnedFd) -> Result<Standing, Errno> {
    let file = rustix::fs::OFlags::RDONLY | rustix::fs::OFlags::CLOEXEC;
    let ours = NamespaceId::of(&rustix::fs::open("/proc/self/ns/user", file, rustix::fs::Mode::empty())?)?;
    if NamespaceId::of(user)? == ours {
        return Ok(Standing::Own);
    }
    let mut current = rustix::io::fcntl_dupfd_cloexec(user, 0)?;
    for _ in 0..DEEPEST {
        let parent = match related(&current, PARENT) {
            Ok(parent) => parent,
            Err(Errno::PERM) => return Ok(Standing::Beyond),
            Err(errno) => return Err(errno),
        };
        if NamespaceId::of(&parent)? == ours {
            // SAFETY: the request writes one uid, and is refused for what is no user namespace.
            return Ok(Standing::Beneath { owner: unsafe { ioctl(&current, Getter::<OWNER, u32>::new()) }? });
        }
        current = parent;
    }
    Ok(Standing::Beyond)
}

fn related(namespace: &impl AsFd, request: Opcode) -> Result<OwnedFd, Errno> {
    // SAFETY: the request takes no argument, changes nothing, and answers with a new descriptor.
    unsafe { ioctl(namespace, Related(request)) }
}

/// A request that answers with a descriptor.
struct Related(Opcode);

// SAFETY: no pointer is passed, and the answer of a call that succeeded is a descriptor that is ours.
unsafe impl Ioctl for Related {
    type Output = OwnedFd;
    const IS_MUTATING: bool = false;

    fn opcode(&self) -> Opcode {
        self.0
    }

    fn as_ptr(&mut self) -> *mut c_void {
        std::ptr::null_mut()
    }

    unsafe fn output_from_ptr(answer: IoctlOutput, _: *mut c_void) -> Result<OwnedFd, Errno> {
        // SAFETY: the kernel made it for us just now.
        Ok(unsafe { OwnedFd::from_raw_fd(answer) })
    }
}

/// The kind of a namespace, as its flag.
struct Kind;

// SAFETY: no pointer is passed, and the answer is a number.
unsafe impl Ioctl for Kind {
    type Output = i32;
    const IS_MUTATING: bool = false;

    fn opcode(&self) -> Opcode {
        KIND
    }

    fn as_ptr(&mut self) -> *mut c_void {
        std::ptr::null_mut()
    }

    unsafe fn output_from_ptr(answer: IoctlOutput, _: *mut c_void) -> Result<i32, Errno> {
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use rustix::fs::{Mode, OFlags, open};

    use super::*;

    fn file(path: &str) -> OwnedFd {
        open(path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty()).unwrap()
    }

    #[test]
    fn a_network_namespace_is_told_from_another_and_from_a_file() {
        assert!(is_network(&file("/proc/self/ns/net")));
        for other in ["/proc/self/ns/user", "/proc/self/stat", "/"] {
            assert!(!is_network(&file(other)), "{other}");
        }
    }

    #[test]
    fn our_own_user_namespace_is_ours() {
        assert_eq!(standing(&file("/proc/self/ns/user")), Standing::Own);
    }
}
