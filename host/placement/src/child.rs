//! The agent as a child of this process: started from memory, with nothing but what its plan says, and gone when its hold is.

mod entry;
mod process;
mod shell;

pub(crate) use shell::launch_shell;

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream as Pair;
use std::time::Duration;

use dbg_model::{Cell, truncate_at_char};
use tokio::io::AsyncReadExt as _;
use tokio::net::UnixStream;
use tokio::net::unix::pipe;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::launch::{Account, Ending, LaunchError, Launched};
use crate::plan::ChildPlan;
use crate::{Placed, Program, Refusal};
use dbg_model::Target;
use process::{Process, Start, Surroundings};

/// What an agent may say on stderr; the rest is read and dropped, so that it never waits for us.
const WORDS: u64 = 4096;
/// After its session has ended, an agent has nothing left to do.
const LINGER: Duration = Duration::from_secs(2);

/// An agent's process. Dropping it kills the process and waits for its end.
pub(crate) struct Child {
    process: Process,
    words: JoinHandle<Vec<u8>>,
}

/// Starts the agent of a plan.
pub(crate) async fn launch(plan: &ChildPlan, placed: Placed, program: &Program) -> Result<Launched, LaunchError> {
    let file = program.file().await?;
    let Placed { plan: whole, own, pins } = placed;
    // What is joined is held by descriptors, so it cannot be another process; but whoever ended meanwhile is not looked at.
    if let Some(process) = &pins.process
        && !process.is_there()
    {
        match whole.target {
            Target::Pid(pid) => return Err(Refusal::Replaced { pid }.into()),
            Target::Container(name, _) => return Err(Refusal::ContainerReplaced { name }.into()),
            _ => {}
        }
    }
    let (near, far) = Pair::pair().map_err(LaunchError::Start)?;
    near.set_nonblocking(true).map_err(LaunchError::Start)?;
    let stream = UnixStream::from_std(near).map_err(LaunchError::Start)?;
    let (entry, inherited) = entry::entry(plan, pins);
    let start = Start {
        program: file,
        verb: "enter",
        entry: entry.to_argument(),
        inherited,
        stdin: OwnedFd::from(far),
        own,
        surroundings: Surroundings::None,
    };
    let (process, stderr) = Process::start(start).await.map_err(LaunchError::Start)?;
    let words = tokio::spawn(async move { listen(stderr).await.unwrap_or_default() });
    Ok(Launched::child(Box::new(stream), Child { process, words }))
}

/// The first of what it says; the rest goes nowhere.
async fn listen(stderr: OwnedFd) -> io::Result<Vec<u8>> {
    let mut said = pipe::Receiver::from_owned_fd(stderr)?;
    let mut words = Vec::new();
    (&mut said).take(WORDS).read_to_end(&mut words).await?;
    // Its end comes with the process.
    tokio::io::copy(&mut said, &mut tokio::io::sink()).await.ok();
    Ok(words)
}

impl Child {
    /// Waits for its end after its session's, and ends it when it stays.
    pub(crate) async fn gone(mut self) -> Result<(), Account> {
        let ending = match timeout(LINGER, self.process.ended()).await {
            Ok(ending) => ending,
            Err(_) => {
                self.process.kill();
                self.process.ended().await;
                Ending::Lingered
            }
        };
        if ending == Ending::Code(0) {
            return Ok(());
        }
        // Whoever else holds its stderr must not hold us.
        let words = timeout(LINGER, &mut self.words).await.ok().and_then(Result::ok).unwrap_or_default();
        Err(Account { ending, words: in_one_line(&words) })
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.process.end();
        self.words.abort();
    }
}

/// What an agent said, as it may be shown.
pub(crate) fn in_one_line(words: &[u8]) -> String {
    let text = String::from_utf8_lossy(words);
    let text = text.trim().strip_prefix("dbg-agent: ").unwrap_or(text.trim());
    Cell(truncate_at_char(text, WORDS as usize)).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_agent_says_is_one_line_without_escapes() {
        let line = in_one_line(b"dbg-agent: cannot \x1b[2Jjoin\nthe \xff network\n");
        assert!(line.starts_with("cannot "), "{line}");
        assert!(!line.contains(['\n', '\u{1b}']), "{line:?}");
    }
}
