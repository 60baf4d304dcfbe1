//! A person at a terminal: asked, never shown what they type, and left with the terminal as it was.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command};
use std::sync::{Arc, Mutex, PoisonError};

use dbg_tests::signing::{PASSPHRASE, Vendor};
use dbg_tests::{Context, Guest, Invocation, LIMIT, exit, until};
use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt};
use rustix::termios::{LocalModes, tcgetattr};

use crate::{bytes, listed};

/// A person with a terminal that is the command's own, so that keys are signals.
struct Person {
    child: Child,
    keyboard: File,
    peer: OwnedFd,
    screen: Arc<Mutex<Vec<u8>>>,
}

impl Person {
    fn start(invocation: Invocation<'_>) -> Self {
        let mut command: Command = invocation.command();
        let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a pseudo terminal");
        grantpt(&controller).and_then(|()| unlockpt(&controller)).expect("our own terminal");
        let peer = ioctl_tiocgptpeer(&controller, OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("its other end");
        if dbg_tests::is_root() {
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
        let child = command.spawn().expect("it starts");
        let mut reading = File::from(stream(&controller));
        let screen = Arc::new(Mutex::new(Vec::new()));
        let filled = Arc::clone(&screen);
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length @ 1..) = reading.read(&mut buffer) {
                filled.lock().unwrap_or_else(PoisonError::into_inner).extend(&buffer[..length]);
            }
        });
        Self { child, keyboard: File::from(controller), peer, screen }
    }

    fn screen(&self) -> String {
        String::from_utf8_lossy(&self.screen.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }

    /// Waits until a text was shown so often.
    #[track_caller]
    fn sees(&self, text: &str, times: usize) {
        let seen = || self.screen().matches(text).count() >= times;
        assert!(until(LIMIT, seen), "`{text}` was not shown {times} times\n{}", self.screen());
    }

    /// Waits until what is typed is shown no more.
    #[track_caller]
    fn is_hidden(&self) {
        assert!(until(LIMIT, || !self.is_shown()), "what is typed is still shown\n{}", self.screen());
    }

    fn is_shown(&self) -> bool {
        let modes = tcgetattr(&self.peer).expect("our own terminal").local_modes;
        modes.contains(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG)
    }

    /// Types a line where nothing is shown.
    #[track_caller]
    fn types_hidden(&mut self, prompt: &str, times: usize, line: &str) {
        self.sees(prompt, times);
        self.is_hidden();
        self.types(&format!("{line}\n"));
    }

    fn types(&mut self, text: &str) {
        self.keyboard.write_all(text.as_bytes()).expect("the terminal takes it");
    }

    #[track_caller]
    fn ends(&mut self) -> Option<i32> {
        let mut status = None;
        let ended = until(LIMIT, || {
            status = self.child.try_wait().expect("a child can be waited for");
            status.is_some()
        });
        assert!(ended, "it does not end\n{}", self.screen());
        assert!(self.is_shown(), "the terminal is not as it was\n{}", self.screen());
        status.and_then(|status| status.code())
    }
}

impl Drop for Person {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[test]
fn a_passphrase_is_asked_twice_and_never_shown() {
    let context = Context::new();
    let mut person = Person::start(context.type_in("key new a"));
    person.types_hidden("passphrase for `a.key`", 1, PASSPHRASE);
    person.types_hidden("the same again", 1, PASSPHRASE);
    assert_eq!(person.ends(), Some(exit::PASS), "{}", person.screen());
    assert!(!person.screen().contains("correct"), "{}", person.screen());
    assert_eq!(listed(&context), ["a.key", "a.pub"]);
    context.home.write("passphrase", PASSPHRASE);
    context.type_in("key show a.key --passphrase @passphrase").run().exits(exit::PASS);
}

#[test]
fn two_that_differ_and_one_that_is_short_make_no_key() {
    let context = Context::new();
    let mut person = Person::start(context.type_in("key new a"));
    person.types_hidden("passphrase for `a.key`", 1, PASSPHRASE);
    person.types_hidden("the same again", 1, "another one");
    assert_eq!(person.ends(), Some(exit::USAGE), "{}", person.screen());
    let mut person = Person::start(context.type_in("key new a"));
    person.types_hidden("passphrase for `a.key`", 1, "1234567");
    assert_eq!(person.ends(), Some(exit::USAGE), "{}", person.screen());
    assert_eq!(listed(&context), [""; 0]);
}

#[test]
fn ctrl_c_and_a_signal_at_a_passphrase_leave_nothing_and_the_terminal_as_it_was() {
    let context = Context::new();
    let start = || {
        let person = Person::start(context.type_in("key new a"));
        person.sees("passphrase for `a.key`", 1);
        person.is_hidden();
        person
    };
    let mut key = start();
    key.types("half\u{3}");
    assert_eq!(key.ends(), Some(exit::INTERRUPTED), "{}", key.screen());
    for signal in [Signal::INT, Signal::TERM] {
        let mut signalled = start();
        let pid = i32::try_from(signalled.child.id()).ok().and_then(Pid::from_raw).expect("a process id");
        kill_process(pid, signal).expect("our own child");
        assert_eq!(signalled.ends(), Some(exit::INTERRUPTED), "{}", signalled.screen());
    }
    assert_eq!(listed(&context), [""; 0]);
}

#[test]
fn who_signs_sees_what_it_vouches_for_and_is_asked_once() {
    let vendor = Vendor::new("acme");
    let machine = &vendor.machine;
    let built = Guest::named("every-report").bytes();
    let file = machine.home.write("p.wasm", &built);
    let sign = || Person::start(machine.type_in("plugin sign p.wasm --key a.key --vendor acme"));

    let mut refused = sign();
    refused.sees("[y/N]", 1);
    for text in ["acme/every-report 0.1.0", "sha256:", "waits for a datagram", "expires"] {
        assert!(refused.screen().contains(text), "`{text}` is missing\n{}", refused.screen());
    }
    refused.types("\n");
    assert_eq!(refused.ends(), Some(exit::PASS), "{}", refused.screen());
    assert_eq!(bytes(&file), built);

    let mut interrupted = sign();
    interrupted.sees("[y/N]", 1);
    interrupted.types("\u{3}");
    assert_ne!(interrupted.ends(), Some(exit::PASS), "{}", interrupted.screen());
    assert_eq!(bytes(&file), built);

    let mut late = sign();
    late.sees("[y/N]", 1);
    late.types("y\n");
    late.sees("passphrase of `a.key`", 1);
    late.is_hidden();
    late.types("\u{3}");
    assert_eq!(late.ends(), Some(exit::INTERRUPTED), "{}", late.screen());
    assert_eq!(bytes(&file), built);

    let mut signed = sign();
    signed.sees("[y/N]", 1);
    signed.types("y\n");
    signed.types_hidden("passphrase of `a.key`", 1, "mistyped one");
    signed.types_hidden("passphrase of `a.key`", 2, PASSPHRASE);
    assert_eq!(signed.ends(), Some(exit::PASS), "{}", signed.screen());
    assert!(bytes(&file).len() > built.len());
}
