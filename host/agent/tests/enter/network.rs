//! A network of its own for one test. Nobody has to remove it: it ends with the last descriptor and process in it.

use std::os::fd::{AsFd as _, OwnedFd};
use std::process::Command;

use rustix::fs::{Mode, OFlags, fstat};
use rustix::thread::{LinkNameSpaceType, UnshareFlags, move_into_link_name_space, unshare_unsafe};

use crate::skip::{is_root, skip};

pub(crate) struct Network(OwnedFd);

impl Network {
    /// One with loopback; skipped where that cannot be made.
    pub(crate) fn new() -> Option<Self> {
        if !is_root() {
            return None;
        }
        let made = std::thread::spawn(|| {
            // SAFETY: no descriptors are unshared.
            unsafe { unshare_unsafe(UnshareFlags::NEWNET) }.ok()?;
            let up = Command::new("ip").args(["link", "set", "lo", "up"]).status();
            up.is_ok_and(|status| status.success()).then(|| Self(own()))
        });
        let made = made.join().unwrap();
        if made.is_none() {
            skip(
                "networks of its own cannot be made on this machine, or `ip` is missing; `apt-get install iproute2` brings it",
            );
        }
        made
    }

    pub(crate) fn link(&self) -> OwnedFd {
        self.0.try_clone().unwrap()
    }

    pub(crate) fn inode(&self) -> u64 {
        fstat(&self.0).unwrap().st_ino
    }

    /// Runs `work` in it.
    pub(crate) fn within<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        std::thread::scope(|scope| {
            let thread = scope.spawn(|| {
                move_into_link_name_space(self.0.as_fd(), Some(LinkNameSpaceType::Network)).unwrap();
                work()
            });
            thread.join().unwrap()
        })
    }
}

fn own() -> OwnedFd {
    rustix::fs::open("/proc/thread-self/ns/net", OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty()).unwrap()
}
