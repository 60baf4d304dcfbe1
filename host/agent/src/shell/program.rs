//! A program is started: in its root, as its user, with its rights, at its terminal or its pipes.

use std::ffi::OsString;
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::process::CommandExt as _;
use std::process::Command;
use std::sync::Arc;

use dbg_session::shell::{Control, NotStarted, Program, Size, Source, Start, Streams};
use rustix::fs::Gid;
use rustix::io::Errno;
use rustix::process::{Pid, Signal, Uid, chdir, chroot, fchdir, ioctl_tiocsctty, kill_process_group, setsid};
use rustix::thread::{CapabilitySet, set_no_new_privs, set_thread_groups, set_thread_res_gid, set_thread_res_uid};
use tokio::net::unix::pipe;

use super::children::Children;
use super::environment::{self, Variables};
use super::place::{Gains, ShellUser};
use super::terminal::Terminal;
use crate::fence;

/// The shells that are tried, each with what makes it one.
const SHELLS: [&[&str]; 5] = [&["/bin/bash"], &["/bin/sh"], &["/bin/ash"], &["/bin/busybox", "sh"], &["/busybox/sh"]];
/// The kernel's `nobody`.
const NOBODY: u32 = 65534;

/// Where and how programs are started.
pub(super) struct Ground {
    pub(super) root: Option<OwnedFd>,
    pub(super) user: ShellUser,
    pub(super) keep: CapabilitySet,
    pub(super) gains: Gains,
    pub(super) variables: Variables,
    pub(super) children: Arc<Children>,
}

impl Ground {
    /// Starts what is wanted.
    pub(super) fn start(self, start: &Start) -> Result<Program, NotStarted> {
        let variables = environment::with_terminal(self.variables.clone(), start);
        let ground = Arc::new(self);
        if !start.program.is_empty() {
            let words: Vec<OsString> = start.program.iter().map(|word| OsString::from_vec(word.to_vec())).collect();
            return ground.run(&words, start.streams, &variables).map_err(|error| not_started(&error));
        }
        // A root of its own has not the operator's shells.
        let own = ground.root.is_none().then(|| environment::shell(&variables)).flatten();
        let shells = SHELLS.iter().map(|words| words.iter().map(OsString::from).collect::<Vec<_>>());
        for words in own.into_iter().map(|shell| vec![shell.to_owned()]).chain(shells) {
            match ground.run(&words, start.streams, &variables) {
                Ok(program) => return Ok(program),
                Err(error) if not_started(&error) == NotStarted::NotFound => {}
                Err(error) => return Err(not_started(&error)),
            }
        }
        Err(NotStarted::NoShell)
    }

    fn run(self: &Arc<Self>, words: &[OsString], streams: Streams, variables: &Variables) -> io::Result<Program> {
        let (name, arguments) = words.split_first().ok_or(io::ErrorKind::NotFound)?;
        #[expect(clippy::disallowed_methods, reason = "this is what a shell is for: the operator's own program")]
        let mut command = Command::new(name);
        command.args(arguments).env_clear().envs(variables);
        match streams {
            Streams::Terminal(size) => self.at_terminal(command, size),
            Streams::Pipes => self.at_pipes(command),
        }
    }

    fn at_terminal(self: &Arc<Self>, mut command: Command, size: Size) -> io::Result<Program> {
        let (terminal, theirs) = Terminal::open(size)?;
        command.stdin(theirs.try_clone()?).stdout(theirs.try_clone()?).stderr(theirs);
        let (pid, ended) = self.spawn(&mut command, Own::Terminal)?;
        // What is left of the program's end in our hands would keep the terminal open.
        drop(command);
        Ok(Program {
            input: Box::new(terminal.clone()),
            outputs: vec![(Source::Stdout, Box::new(terminal.clone()))],
            control: Box::new(Running { pid, terminal: Some(terminal), children: Arc::clone(&self.children) }),
            ended,
        })
    }

    fn at_pipes(self: &Arc<Self>, mut command: Command) -> io::Result<Program> {
        let (stdin, input) = io::pipe()?;
        let (output, stdout) = io::pipe()?;
        let (errors, stderr) = io::pipe()?;
        command.stdin(stdin).stdout(stdout).stderr(stderr);
        let (pid, ended) = self.spawn(&mut command, Own::Session)?;
        drop(command);
        let (input, output, errors) = (OwnedFd::from(input), OwnedFd::from(output), OwnedFd::from(errors));
        Ok(Program {
            input: Box::new(pipe::Sender::from_owned_fd(input)?),
            outputs: vec![
                (Source::Stdout, Box::new(pipe::Receiver::from_owned_fd(output)?)),
                (Source::Stderr, Box::new(pipe::Receiver::from_owned_fd(errors)?)),
            ],
            control: Box::new(Running { pid, terminal: None, children: Arc::clone(&self.children) }),
            ended,
        })
    }

    fn spawn(self: &Arc<Self>, command: &mut Command, own: Own) -> io::Result<(Pid, Ending)> {
        let ground = Arc::clone(self);
        let arrive = move || ground.arrive(own).map_err(io::Error::from);
        // SAFETY: between fork and exec only system calls are made; they allocate nothing and take no lock.
        unsafe { command.pre_exec(arrive) };
        let started = self.children.start(|| command.spawn().map(|child| child.id()))?;
        let (pid, told) = started.ok_or(io::ErrorKind::Other)?;
        let unknown = dbg_session::shell::Ended::Code(u8::MAX);
        Ok((pid, Box::pin(async move { told.await.unwrap_or(unknown) })))
    }

    /// What the program's process does before it becomes the program.
    fn arrive(&self, own: Own) -> Result<(), Errno> {
        heed_signals();
        setsid()?;
        if own == Own::Terminal {
            ioctl_tiocsctty(rustix::stdio::stdin())?;
        }
        if let Some(root) = &self.root {
            fchdir(root.as_fd())?;
            chroot(".")?;
            chdir("/")?;
        }
        // What bounds later programs takes a right that goes with the rest.
        fence::capabilities::bound(self.keep)?;
        if self.user == ShellUser::Nobody {
            let (user, group) = (Uid::from_raw(NOBODY), Gid::from_raw(NOBODY));
            set_thread_groups(&[])?;
            set_thread_res_gid(group, group, group)?;
            set_thread_res_uid(user, user, user)?;
        }
        fence::capabilities::keep(self.keep)?;
        if self.gains == Gains::Nothing {
            set_no_new_privs(true)?;
        }
        Ok(())
    }
}

/// What an engine was started with is passed on to all that it starts: a signal that is ignored then would be for good, also in a shell
/// that wants to catch it. Source: man 7 signal, man 1p trap.
fn heed_signals() {
    for signal in 1..libc::SIGRTMIN() {
        // SAFETY: no handler is installed, one is taken away; a signal that has none, or is none of a program's, is refused.
        unsafe { libc::signal(signal, libc::SIG_DFL) };
    }
}

/// What a program's process leads.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Own {
    /// A session.
    Session,
    /// A session whose terminal is its stdin.
    Terminal,
}

type Ending = std::pin::Pin<Box<dyn Future<Output = dbg_session::shell::Ended> + Send>>;

fn not_started(error: &io::Error) -> NotStarted {
    match Errno::from_io_error(error) {
        Some(Errno::NOENT | Errno::NOTDIR) => NotStarted::NotFound,
        None if error.kind() == io::ErrorKind::NotFound => NotStarted::NotFound,
        Some(Errno::ACCESS | Errno::NOEXEC | Errno::ISDIR) => NotStarted::NotExecutable,
        _ => NotStarted::Failed(error.to_string()),
    }
}

/// A program that runs.
struct Running {
    pid: Pid,
    terminal: Option<Terminal>,
    children: Arc<Children>,
}

impl Control for Running {
    fn resize(&mut self, size: Size) {
        if let Some(terminal) = &self.terminal {
            terminal.resize(size);
        }
    }

    fn signal(&mut self, signal: u8) {
        let Some(signal) = Signal::from_named_raw(signal.into()) else { return };
        let foreground = self.terminal.as_ref().and_then(Terminal::foreground).filter(|group| *group != self.pid);
        for group in [Some(self.pid), foreground].into_iter().flatten() {
            // Who has ended needs no signal; who is stopped has to go on to get it.
            let _ = kill_process_group(group, signal);
            let _ = kill_process_group(group, Signal::CONT);
        }
    }

    fn kill(&mut self) {
        self.children.kill(self.pid);
    }
}
