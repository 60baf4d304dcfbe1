//! What `/proc/PID/stat` and `/proc/PID/status` say. Source: man 5 proc_pid_stat, proc_pid_status.

use std::os::fd::{AsFd, OwnedFd};

use rustix::fs::{Mode, OFlags, openat};
use rustix::io::Errno;

/// All files of a process that are read are shorter; one that is not is none of the kernel's.
const MAX_BYTES: usize = 16 * 1024;
/// Source: `PF_KTHREAD`, include/linux/sched.h
const KERNEL_THREAD: u64 = 0x0020_0000;

/// What tells a process from another that had the same number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    /// When it started, in clock ticks after the machine.
    pub(super) start: u64,
    pub(super) is_zombie: bool,
    pub(super) is_kernel_thread: bool,
}

/// Whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Owner {
    /// The process that it is a thread of: itself, if it is one.
    pub(super) process: u32,
    pub(super) euid: u32,
}

/// Looks at the process whose directory in `/proc` this is.
pub(super) fn see(directory: &OwnedFd) -> Result<Seen, Errno> {
    parse_stat(&read(directory, "stat")?).ok_or(Errno::INVAL)
}

pub(super) fn owner(directory: &OwnedFd) -> Result<Owner, Errno> {
    parse_status(&read(directory, "status")?).ok_or(Errno::INVAL)
}

/// A file of the process, as text.
pub(super) fn read(directory: impl AsFd, name: &str) -> Result<String, Errno> {
    let file = openat(directory, name, OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW, Mode::empty())?;
    let mut bytes = vec![0; MAX_BYTES];
    let mut length = 0;
    while let Some(room) = bytes.get_mut(length..).filter(|room| !room.is_empty()) {
        match rustix::io::read(&file, room) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(Errno::INTR) => {}
            Err(errno) => return Err(errno),
        }
    }
    bytes.truncate(length);
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The name may hold blanks and parentheses, so fields are counted after the last one.
fn parse_stat(text: &str) -> Option<Seen> {
    let (_, rest) = text.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
    let flags: u64 = fields.get(6)?.parse().ok()?;
    Some(Seen {
        start: fields.get(19)?.parse().ok()?,
        is_zombie: matches!(*fields.first()?, "Z" | "X" | "x"),
        is_kernel_thread: flags & KERNEL_THREAD != 0,
    })
}

fn parse_status(text: &str) -> Option<Owner> {
    let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
    Some(Owner {
        process: field("Tgid:")?.trim().parse().ok()?,
        euid: field("Uid:")?.split_ascii_whitespace().nth(1)?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_parentheses_moves_no_field() {
        let text = "7 (a) Z 1 2) S 1 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 987654 1 2 3\n";
        assert_eq!(parse_stat(text), Some(Seen { start: 987_654, is_zombie: false, is_kernel_thread: false }));
    }

    #[test]
    fn zombies_and_kernel_threads_are_known_by_their_fields() {
        assert!(parse_stat("7 (x) Z 1 7 7 0 -1 4 0 0 0 0 0 0 0 0 20 0 1 0 5 0").unwrap().is_zombie);
        assert!(parse_stat("2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 5 0").unwrap().is_kernel_thread);
    }

    #[test]
    fn half_a_file_is_nothing() {
        assert_eq!(parse_stat("7 (x) S 1 7"), None);
        assert_eq!(parse_stat(""), None);
        assert_eq!(parse_status("Name:\tx\nTgid:\t7\n"), None);
    }

    #[test]
    fn a_status_tells_the_process_and_its_effective_user() {
        let text = "Name:\tx\nTgid:\t7\nPid:\t9\nUid:\t1000\t0\t0\t0\n";
        assert_eq!(parse_status(text), Some(Owner { process: 7, euid: 0 }));
    }
}
