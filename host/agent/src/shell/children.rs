//! The program and everything that it started: reaped as they end, and killed in the end. Whoever loses its parent becomes our child.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::Duration;

use dbg_session::shell::Ended;
use rustix::process::{Pid, Signal, WaitOptions, WaitStatus, kill_process, kill_process_group, wait};
use tokio::sync::oneshot;

/// Killed processes are gone in milliseconds; what hangs in the kernel must not keep us.
const ROUNDS: usize = 50;
const PAUSE: Duration = Duration::from_millis(10);

/// Our children.
#[derive(Debug, Default)]
pub(super) struct Children(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    program: Option<(Pid, oneshot::Sender<Ended>)>,
}

impl Children {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that holds the lock can leave the state half-changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts the program. Nobody is reaped meanwhile: a start that fails asks for its own child's end.
    pub(super) fn start<E>(
        &self,
        start: impl FnOnce() -> Result<u32, E>,
    ) -> Result<Option<(Pid, oneshot::Receiver<Ended>)>, E> {
        let mut state = self.state();
        let pid = i32::try_from(start()?).ok().and_then(Pid::from_raw);
        let (tell, told) = oneshot::channel();
        state.program = pid.map(|pid| (pid, tell));
        Ok(pid.map(|pid| (pid, told)))
    }

    /// Asks how those ended that did, and tells how the program did.
    pub(super) fn reap(&self) {
        let mut state = self.state();
        while let Ok(Some((pid, status))) = wait(WaitOptions::NOHANG) {
            if let Some((_, tell)) = state.program.take_if(|(program, _)| *program == pid) {
                // Whoever no longer waits needs no answer.
                let _ = tell.send(of(status));
            }
        }
    }

    /// Kills all that there are, and those that become ours by it, until there are none.
    pub(super) fn kill(&self, program: Pid) {
        // It leads its session and its first group, which may outlive it.
        let _ = kill_process_group(program, Signal::KILL);
        for _ in 0..ROUNDS {
            self.reap();
            let ours = list();
            if ours.is_empty() {
                return;
            }
            for child in ours {
                // Somebody else's by now, by way of `su`, is not ours to kill; a container ends it.
                let _ = kill_process(child, Signal::KILL);
            }
            sleep(PAUSE);
        }
    }
}

/// The children of all threads of this process. Source: man 5 proc_tid_children.
fn list() -> Vec<Pid> {
    let Ok(threads) = fs_err::read_dir("/proc/self/task") else { return Vec::new() };
    let children = threads.flatten().filter_map(|thread| fs_err::read_to_string(thread.path().join("children")).ok());
    children.flat_map(|text| text.split_whitespace().filter_map(pid).collect::<Vec<_>>()).collect()
}

fn pid(text: &str) -> Option<Pid> {
    text.parse().ok().and_then(Pid::from_raw)
}

fn of(status: WaitStatus) -> Ended {
    let byte = |number: i32| u8::try_from(number).unwrap_or(u8::MAX);
    match (status.exit_status(), status.terminating_signal()) {
        (Some(code), _) => Ended::Code(byte(code)),
        (None, Some(signal)) => Ended::Signal(byte(signal)),
        (None, None) => Ended::Code(u8::MAX),
    }
}
