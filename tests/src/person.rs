//! A person with a terminal that is the command's own, so that keys are signals.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};

use crate::{Invocation, LIMIT, until};

/// A command at a terminal of its own, and the person before it. It is killed when it is dropped.
pub struct Person {
    child: Child,
    keyboard: File,
    peer: OwnedFd,
    screen: Arc<Mutex<Vec<u8>>>,
}

impl Person {
    /// Starts it, at a terminal of 80 columns and 24 rows.
    #[must_use]
    pub fn start(invocation: Invocation<'_>) -> Self {
        let mut command: Command = invocation.command();
        let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a pseudo terminal");
        grantpt(&controller).and_then(|()| unlockpt(&controller)).expect("our own terminal");
        let peer = ioctl_tiocgptpeer(&controller, OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("its other end");
        if crate::is_root() {
            // The command runs as somebody else, who opens the terminal again by its name.
            let path = rustix::termios::ttyname(&peer, Vec::new()).expect("a terminal has a name");
            rustix::fs::chmod(&path, rustix::fs::Mode::from_raw_mode(0o666)).expect("our own terminal");
        }
        let stream = |fd: &OwnedFd| fd.try_clone().expect("a descriptor can be doubled");
        command.stdin(stream(&peer)).stdout(stream(&peer)).stderr(stream(&peer)).env("TERM", "xterm");
        // SAFETY: between fork and exec only system calls are made; they allocate nothing and take no lock.
        unsafe {
            command.pre_exec(|| {
                rustix::process::setsid()?;
                rustix::process::ioctl_tiocsctty(rustix::stdio::stdin())?;
                rustix::process::set_parent_process_death_signal(Some(Signal::KILL)).map_err(std::io::Error::from)
            });
        }
        let mut person = Self {
            child: command.spawn().expect("it starts"),
            keyboard: File::from(stream(&controller)),
            peer,
            screen: Arc::default(),
        };
        person.resize(80, 24);
        let mut reading = File::from(controller);
        let filled = Arc::clone(&person.screen);
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length @ 1..) = reading.read(&mut buffer) {
                let shown = buffer.get(..length).unwrap_or_default();
                filled.lock().unwrap_or_else(PoisonError::into_inner).extend(shown);
            }
        });
        person
    }

    /// All that was shown so far.
    #[must_use]
    pub fn screen(&self) -> String {
        String::from_utf8_lossy(&self.screen.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }

    /// Waits until a text was shown so often.
    #[track_caller]
    pub fn sees(&self, text: &str, times: usize) {
        let seen = || self.screen().matches(text).count() >= times;
        assert!(until(LIMIT, seen), "`{text}` was not shown {times} times\n{}", self.screen());
    }

    /// Waits until what is typed is shown no more.
    #[track_caller]
    pub fn is_hidden(&self) {
        assert!(until(LIMIT, || !self.is_shown()), "what is typed is still shown\n{}", self.screen());
    }

    /// Whether the terminal is as it was: what is typed is shown, in lines, and some keys are signals.
    #[must_use]
    pub fn is_shown(&self) -> bool {
        let modes = tcgetattr(&self.peer).expect("our own terminal").local_modes;
        modes.contains(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG)
    }

    /// Types a line where nothing is shown.
    #[track_caller]
    pub fn types_hidden(&mut self, prompt: &str, times: usize, line: &str) {
        self.sees(prompt, times);
        self.is_hidden();
        self.types(&format!("{line}\n"));
    }

    /// Types this.
    pub fn types(&mut self, text: &str) {
        self.keyboard.write_all(text.as_bytes()).expect("the terminal takes it");
    }

    /// Tries what a terminal with a shell is for, and leaves it with code 9: its size, its kind, its keys.
    pub fn tries_the_terminal(&mut self, stty: &str) {
        self.types(&format!("{stty} size; echo $TERM\r"));
        self.sees("24 80", 1);
        self.sees("xterm", 1);
        self.resize(132, 43);
        self.types(&format!("{stty} size\r"));
        self.sees("43 132", 1);
        // The key ends what runs in the foreground, and neither the shell nor dbg. Who says `awake` is the one that it ends: a shell that has
        // not yet started it would take the key for one of its own.
        self.types("trap 'echo inter''rupted' INT; /bin/sh -c \"echo awa''ke; exec /bin/sleep 600\"\r");
        self.sees("awake", 1);
        self.types("\u{3}");
        self.sees("interrupted", 1);
        self.types("echo still $((40 + 2))\r");
        self.sees("still 42", 1);
        self.types("exit 9\r");
        assert_eq!(self.ends(), Some(9), "{}", self.screen());
    }

    /// Makes the terminal this large.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        let size = Winsize { ws_col: columns, ws_row: rows, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&self.keyboard, size).expect("our own terminal");
    }

    /// Sends the command a signal.
    pub fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).expect("a process id");
        kill_process(pid, signal).expect("our own child");
    }

    /// Waits for its end: its exit code; none when a signal ended it. The terminal has to be as it was.
    #[track_caller]
    pub fn ends(&mut self) -> Option<i32> {
        let code = self.is_over();
        assert!(self.is_shown(), "the terminal is not as it was\n{}", self.screen());
        code
    }

    /// As [`Person::ends`], however the terminal is: nobody restores it who is killed.
    #[track_caller]
    pub fn is_over(&mut self) -> Option<i32> {
        let mut status = None;
        let ended = until(LIMIT, || {
            status = self.child.try_wait().expect("a child can be waited for");
            status.is_some()
        });
        assert!(ended, "it does not end\n{}", self.screen());
        status.and_then(|status| status.code())
    }
}

impl Drop for Person {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
