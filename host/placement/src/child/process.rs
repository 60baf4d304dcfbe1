//! A process that is started, waited for by the one thread that started it, and never signalled after it was reaped.

use std::ffi::OsString;
use std::io;
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use command_fds::CommandFdExt as _;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use rustix::thread::CapabilitySet;
use tokio::sync::oneshot;

use crate::facts::Own;
use crate::launch::Ending;

/// A killed process is gone in milliseconds; one that hangs in the kernel must not keep dbg.
const REAPING: Duration = Duration::from_secs(2);

/// What a process is started with.
pub(super) struct Start {
    /// Its program, in memory.
    pub(super) program: Arc<OwnedFd>,
    /// What it is to do.
    pub(super) verb: &'static str,
    /// What it is told.
    pub(super) entry: String,
    /// What it inherits besides, at the same numbers.
    pub(super) inherited: Vec<OwnedFd>,
    /// Its end of the session's stream.
    pub(super) stdin: OwnedFd,
    /// Who we are.
    pub(super) own: Own,
    /// What it has of the operator's.
    pub(super) surroundings: Surroundings,
}

/// Whether a process has the operator's environment and folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Surroundings {
    /// It has neither.
    None,
    /// It has both.
    Operators,
}

/// A started process.
pub(super) struct Process {
    shared: Arc<Shared>,
    ended: oneshot::Receiver<Ending>,
}

struct Shared {
    state: Mutex<State>,
    reaped: Condvar,
}

/// A process is signalled under the lock, and reaped under it: its number cannot be another's in between.
enum State {
    Running(Pid),
    Reaped,
}

impl Process {
    /// Starts it; the second is what it says on stderr.
    pub(super) async fn start(start: Start) -> io::Result<(Self, OwnedFd)> {
        let (tell, told) = oneshot::channel();
        // The kernel ends the child with the thread that started it, so this thread stays as long as the child.
        thread::Builder::new().name("agent".to_owned()).stack_size(256 * 1024).spawn(move || keep(start, tell))?;
        told.await.unwrap_or_else(|_| Err(io::Error::other("the thread that starts it broke off")))
    }

    /// Waits for its end.
    pub(super) async fn ended(&mut self) -> Ending {
        (&mut self.ended).await.unwrap_or(Ending::Unknown)
    }

    /// Kills it, with whatever it may have started.
    pub(super) fn kill(&self) {
        if let State::Running(pid) = *self.shared.state() {
            // One that is ending needs no signal.
            let _ = kill_process_group(pid, Signal::KILL);
        }
    }

    /// Kills it and waits until it is reaped.
    pub(super) fn end(&self) {
        self.kill();
        let is_running = |state: &mut State| matches!(state, State::Running(_));
        drop(self.shared.reaped.wait_timeout_while(self.shared.state(), REAPING, is_running));
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that holds the lock can leave the state half-changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The life of the thread: starts the process, and stays until it is reaped.
fn keep(start: Start, tell: oneshot::Sender<io::Result<(Process, OwnedFd)>>) {
    let (mut child, stderr) = match spawn(start) {
        Ok(started) => started,
        Err(error) => {
            let _ = tell.send(Err(error));
            return;
        }
    };
    let pid = Pid::from_child(&child);
    let shared = Arc::new(Shared { state: Mutex::new(State::Running(pid)), reaped: Condvar::new() });
    let (ending, ended) = oneshot::channel();
    let process = Process { shared: Arc::clone(&shared), ended };
    if let Err(Ok((process, _))) = tell.send(Ok((process, stderr))) {
        // Nobody waits for it any more.
        process.kill();
    }
    // Leaves it a zombie, whose number nobody else gets.
    while let Err(rustix::io::Errno::INTR) = waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT) {}
    let status = {
        let mut state = shared.state();
        let status = child.wait();
        *state = State::Reaped;
        status
    };
    shared.reaped.notify_all();
    let _ = ending.send(status.map_or(Ending::Unknown, of));
}

fn of(status: ExitStatus) -> Ending {
    match (status.code(), status.signal()) {
        (Some(code), _) => Ending::Code(code),
        (None, Some(signal)) => Ending::Signal(signal),
        (None, None) => Ending::Unknown,
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one child that the host starts: its own agent, from its own memory"
)]
fn spawn(start: Start) -> io::Result<(Child, OwnedFd)> {
    let Start { program, verb, entry, inherited, stdin, own, surroundings } = start;
    hand_down(&own)?;
    let mut command = Command::new(format!("/proc/self/fd/{}", program.as_raw_fd()));
    command.arg0("dbg-agent").args([OsString::from(verb), OsString::from(entry)]);
    if surroundings == Surroundings::None {
        command.env_clear().current_dir("/");
    }
    command.stdin(Stdio::from(stdin)).stdout(Stdio::null()).stderr(Stdio::piped());
    // A Ctrl-C of the terminal is for dbg, which then ends the agent in order.
    command.process_group(0);
    command.preserved_fds(inherited);
    let mut child = command.spawn()?;
    let stderr = child.stderr.take().map(OwnedFd::from).ok_or_else(|| io::Error::other("its stderr is missing"))?;
    Ok((child, stderr))
}

/// Root's capabilities come with its user; anybody else's are lost by starting a program unless they are handed down. This thread alone
/// is changed.
fn hand_down(own: &Own) -> io::Result<()> {
    if own.euid == 0 || own.capabilities.is_empty() {
        return Ok(());
    }
    let mut sets = rustix::thread::capabilities(None)?;
    sets.inheritable |= own.capabilities;
    rustix::thread::set_capabilities(None, sets)?;
    for capability in own.capabilities.iter().filter(|capability| *capability != CapabilitySet::empty()) {
        rustix::thread::configure_capability_in_ambient_set(capability, true)?;
    }
    Ok(())
}
