//! A person at a terminal.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::process::{Child, Command};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt};

use crate::{LIMIT, until};

/// A command whose three streams are a terminal, and the person before it. It is killed when it is dropped.
pub struct Session {
    child: Child,
    keyboard: File,
    screen: Arc<Mutex<Vec<u8>>>,
}

impl Session {
    /// Starts it.
    #[must_use]
    pub fn start(mut command: Command) -> Self {
        let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a pseudo terminal");
        grantpt(&controller).and_then(|()| unlockpt(&controller)).expect("our own terminal");
        let peer = ioctl_tiocgptpeer(&controller, OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("its other end");
        let stream = |fd: &OwnedFd| fd.try_clone().expect("a descriptor can be doubled");
        command.stdin(stream(&peer)).stdout(stream(&peer)).stderr(stream(&peer)).env("TERM", "xterm");
        let child = command.spawn().expect("it starts");
        drop((command, peer));
        let mut reading = File::from(stream(&controller));
        let screen = Arc::new(Mutex::new(Vec::new()));
        let filled = Arc::clone(&screen);
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length @ 1..) = reading.read(&mut buffer) {
                let shown = buffer.get(..length).unwrap_or_default();
                filled.lock().unwrap_or_else(PoisonError::into_inner).extend(shown);
            }
        });
        Self { child, keyboard: File::from(controller), screen }
    }

    /// All that was shown so far.
    #[must_use]
    pub fn screen(&self) -> String {
        String::from_utf8_lossy(&self.screen.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }

    /// Waits until this was shown.
    #[track_caller]
    pub fn wait_for(&self, text: &str) {
        assert!(until(LIMIT, || self.screen().contains(text)), "`{text}` never showed\n{}", self.screen());
    }

    /// Types this.
    pub fn type_in(&mut self, text: &str) {
        self.keyboard.write_all(text.as_bytes()).expect("the terminal takes it");
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw).expect("a process id");
        rustix::process::kill_process(pid, signal).expect("our own child");
    }

    /// Waits for its end: its exit code.
    #[track_caller]
    pub fn code(&mut self) -> Option<i32> {
        let mut status = None;
        assert!(
            until(LIMIT, || {
                status = self.child.try_wait().expect("a child can be waited for");
                status.is_some()
            }),
            "it does not end\n{}",
            self.screen()
        );
        status.and_then(|status| status.code())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
