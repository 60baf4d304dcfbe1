//! A network of its own for one test, alone or with processes and mounts. Nobody has to remove it: it ends with the last descriptor and
//! process in it.

use std::io::{BufRead as _, BufReader};
use std::os::fd::{AsFd as _, OwnedFd};
use std::process::{Child, Command, Stdio};

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

/// What a container is to the kernel: a network, mounts, processes that have numbers of their own, and a `/proc` of those.
pub(crate) struct Container {
    outside: Child,
    inside: String,
}

impl Container {
    /// One with loopback; skipped where that cannot be made.
    pub(crate) fn new() -> Option<Self> {
        if !is_root() {
            return None;
        }
        let script = "ip link set lo up && echo ready && exec cat";
        let mut command = Command::new("unshare");
        command.args(["--net", "--mount-proc", "--pid", "--fork", "--kill-child", "sh", "-c", script]);
        let Ok(mut outside) = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn() else {
            skip("`unshare` is missing; `apt-get install util-linux` brings it");
            return None;
        };
        let mut said = String::new();
        BufReader::new(outside.stdout.take().unwrap()).read_line(&mut said).unwrap();
        let children = fs_err::read_to_string(format!("/proc/{0}/task/{0}/children", outside.id())).unwrap();
        let container = Self { outside, inside: children.trim().to_owned() };
        if said != "ready\n" {
            skip("containers cannot be made on this machine");
            return None;
        }
        Some(container)
    }

    pub(crate) fn network(&self) -> OwnedFd {
        self.open("ns/net", OFlags::RDONLY)
    }

    pub(crate) fn root(&self) -> OwnedFd {
        self.open("root", OFlags::PATH | OFlags::DIRECTORY)
    }

    fn open(&self, what: &str, flags: OFlags) -> OwnedFd {
        rustix::fs::open(format!("/proc/{}/{what}", self.inside), flags | OFlags::CLOEXEC, Mode::empty()).unwrap()
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        // One that has ended already is no error of the test.
        let _ended = self.outside.kill();
        let _ended = self.outside.wait();
    }
}
