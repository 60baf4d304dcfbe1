//! A network and a mount namespace for one test: loopback only, and files of its own in the place of the machine's.

use std::io::{BufRead as _, BufReader};
use std::os::fd::AsFd as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use crate::home::NOBODY;
use crate::process::die_with_the_test;
use crate::{Running, is_root, skip, tool};

/// A process that holds the namespaces; they go when the last clone is dropped.
#[derive(Clone)]
pub struct Namespace {
    holder: Arc<Holder>,
}

/// The process.
struct Holder(Child);

impl Namespace {
    /// Makes the namespaces and runs `set_up` in them by `sh`. `None`, said aloud, where this machine does not allow it.
    #[must_use]
    pub fn new(set_up: &str) -> Option<Self> {
        if !is_root() {
            skip("namespaces of its own need root");
            return None;
        }
        let (unshare, _) = (tool("unshare", "util-linux")?, tool("ip", "iproute2")?);
        let script = format!("ip link set lo up; {set_up}");
        let mut command = Command::new(unshare);
        command.args(["--mount", "--net", "--propagation", "private"]);
        Self::held_by(command, &script)
    }

    /// The same network, and a mount namespace that begins as this one and is then set up by `sh`.
    #[must_use]
    pub fn beside(&self, set_up: &str) -> Option<Self> {
        let mut command = self.command(Path::new("unshare"), false);
        command.args(["--mount", "--propagation", "private"]);
        Self::held_by(command, set_up)
    }

    /// The namespaces of a command that runs what it is given, in its own process.
    fn held_by(mut command: Command, set_up: &str) -> Option<Self> {
        command.args(["sh", "-c", &format!("set -e; {set_up}\necho ready; exec cat")]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        die_with_the_test(&mut command);
        let mut holder = command.spawn().expect("`unshare` starts");
        let mut said = String::new();
        if let Some(stdout) = holder.stdout.take() {
            BufReader::new(stdout).read_line(&mut said).expect("its output can be read");
        }
        let namespace = Self { holder: Arc::new(Holder(holder)) };
        if said != "ready\n" {
            skip("namespaces cannot be made on this machine");
            return None;
        }
        Some(namespace)
    }

    /// One in which `/etc/resolv.conf` is this file.
    #[must_use]
    pub fn with_resolver(file: &Path) -> Option<Self> {
        // Where it is a link, the link's target is what gets covered.
        Self::new(&format!("mount --bind '{}' \"$(readlink -f /etc/resolv.conf)\"", file.display()))
    }

    /// One in which there is no `/etc/resolv.conf`, nor anything else in `/etc`.
    #[must_use]
    pub fn without_configuration() -> Option<Self> {
        Self::new("mount -t tmpfs none /etc")
    }

    /// One in which root's plugin store and cache are empty, in memory, and nobody else's.
    #[must_use]
    pub fn with_empty_root_store() -> Option<Self> {
        Self::new("mount -t tmpfs none /var/lib; mount -t tmpfs none /var/cache")
    }

    /// Starts a script of `sh` in these namespaces, as root.
    #[must_use]
    pub fn start(&self, script: &str) -> Running {
        let mut command = self.command(Path::new("sh"), false);
        command.args(["-c", script]);
        Running::start(command, None)
    }

    /// What is mounted in them.
    #[must_use]
    pub fn mounts(&self) -> String {
        std::fs::read_to_string(format!("/proc/{}/mountinfo", self.holder.0.id())).expect("the holder lives")
    }

    /// The process that holds them.
    #[must_use]
    pub fn holder(&self) -> u32 {
        self.holder.0.id()
    }

    /// A command in these namespaces, as `nobody` when asked so.
    pub(crate) fn command(&self, program: &Path, unprivileged: bool) -> Command {
        let mut command = Command::new("nsenter");
        command.args(["--target", &self.holder.0.id().to_string(), "--mount", "--net"]);
        if unprivileged {
            command.args(["--setuid", &NOBODY.to_string(), "--setgid", &NOBODY.to_string()]);
        }
        command.arg("--").arg(program);
        command
    }

    /// Runs `act` on a thread in this network; sockets that it makes stay in it.
    pub fn enter<T: Send>(&self, act: impl FnOnce() -> T + Send) -> T {
        self.enter_at("ns/net", act)
    }

    /// As [`Namespace::enter`], for a network that `set_up` made by `ip netns add`.
    pub fn enter_named<T: Send>(&self, name: &str, act: impl FnOnce() -> T + Send) -> T {
        self.enter_at(&format!("root/run/netns/{name}"), act)
    }

    fn enter_at<T: Send>(&self, path: &str, act: impl FnOnce() -> T + Send) -> T {
        let network = std::fs::File::open(format!("/proc/{}/{path}", self.holder.0.id())).expect("the holder lives");
        let within = move || {
            move_into_link_name_space(network.as_fd(), Some(LinkNameSpaceType::Network)).expect("root may enter");
            act()
        };
        std::thread::scope(|scope| scope.spawn(within).join()).unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}
