//! The conversation with a shell's agent, from hello to the program's end.

use std::time::Duration;

use anyhow::anyhow;
use dbg_placement::{Hold, LaunchError, Launched, SessionEnd};
use dbg_session::shell::{Ended, Local, NotStarted, ShellOperator, Start, Streams};
use dbg_session::{Security, SessionError};
use tokio::sync::watch;

use super::screen::Screen;
use super::signals::{self, Signals};
use super::words;
use crate::diagnostic::{Fault, hinted};
use crate::env;
use crate::settings::ShellSettings;

/// What was told to end has a second, and its agent some more to tell; whoever is silent then is given up.
const ENDING: Duration = Duration::from_secs(5);

/// What a shell came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The program ended.
    Ended(Ended),
    /// The operator's signal ended it.
    Signalled(u8),
    /// There was no program.
    NotStarted(NotStarted),
}

pub(super) async fn talk(
    launched: Launched,
    settings: &ShellSettings,
    screen: &Screen,
    signals: Signals,
) -> Result<Outcome, Fault> {
    let Launched { stream, security, hold } = launched;
    let (wishes, ended) = signals.split();
    let conversation = async {
        let security = match &security {
            Security::Process => Security::Process,
            Security::Noise(key) => Security::Noise(&**key),
        };
        let (mut operator, _) = ShellOperator::connect(stream, security, env!("DBG_BUILD")).await?;
        let streams = screen.streams();
        let start = Start {
            program: words(settings),
            streams,
            term: match streams {
                Streams::Terminal(_) => env::TERM.read().map(|term| term.to_string_lossy().into_owned()),
                Streams::Pipes => None,
            },
            left: settings.lasting,
        };
        if let Err(reason) = operator.start(start).await? {
            return Ok(Outcome::NotStarted(reason));
        }
        // Not before: until there is a program, Ctrl-C is dbg's.
        screen.make_raw().map_err(|error| SessionError::Io(error.into()))?;
        let local = Local {
            stdin: Box::new(tokio::io::stdin()),
            stdout: Box::new(tokio::io::stdout()),
            stderr: Box::new(tokio::io::stderr()),
        };
        operator.relay(local, wishes).await.map(Outcome::Ended)
    };
    let came_to = tokio::select! {
        came_to = conversation => came_to,
        () = given_up(ended.clone()) => Err(SessionError::Silent),
    };
    screen.restore();
    let signalled = *ended.borrow();
    account(came_to, signalled, hold).await
}

/// Waits for a signal, and then for as long as an ending may take.
async fn given_up(ended: watch::Receiver<Option<u8>>) {
    signals::wait(ended).await;
    tokio::time::sleep(ENDING).await;
}

/// When the stream broke, the agent's own account says more.
async fn account(came_to: Result<Outcome, SessionError>, signalled: Option<u8>, hold: Hold) -> Result<Outcome, Fault> {
    let end = if came_to.is_ok() { SessionEnd::InOrder } else { SessionEnd::Broken };
    let gone = hold.gone(end).await;
    match (came_to, signalled, gone) {
        (_, Some(signal), _) => Ok(Outcome::Signalled(signal)),
        (Ok(outcome), None, Ok(())) => Ok(outcome),
        // It ended, and its container or process did not go: that is told, and `dbg gc` may have to.
        (Ok(outcome), None, Err(error)) => {
            Fault::own(anyhow::Error::new(error).context("what the shell ran in is not gone")).warn();
            Ok(outcome)
        }
        (Err(SessionError::Gone | SessionError::Io(_)), None, Err(error)) => Err(broke_off(error)),
        (Err(error), None, _) => {
            let hint = error.hint();
            let error = anyhow::Error::new(error).context("the shell broke off");
            Err(Fault::unreachable(hint.map_or(anyhow!("{error:#}"), |hint| hinted(anyhow!("{error:#}"), hint))))
        }
    }
}

fn broke_off(error: LaunchError) -> Fault {
    Fault::unreachable(anyhow::Error::new(error).context("the shell broke off"))
}
