//! An operator with an agent of its own: the process, its pipes, and the key of the run.

use std::process::Stdio;

use bytes::Bytes;
use dbg_model::{Ending, Event, Failure, Machine, RunId};
use dbg_session::{AgentFacts, CodeId, Operator, RunIndex, RunKey, Security, SessionError, Trust};
use dbg_tests::{LIMIT, agent};
use tokio::io::{AsyncReadExt as _, Join};
use tokio::process::{Child, ChildStdin, ChildStdout};
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use crate::code::Check;

/// What an agent's process said and how it ended.
#[derive(Debug)]
pub(crate) struct Gone {
    pub(crate) code: Option<i32>,
    /// What is left of its stdout.
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

/// A started agent. It is killed when it is dropped.
pub(crate) struct Agent {
    child: Child,
    pub(crate) key: RunKey,
}

/// The stream of an agent's session.
pub(crate) type Stream = Join<ChildStdout, ChildStdin>;

pub(crate) fn key() -> RunKey {
    RunKey::generate(RunId::from_random([7; 8])).expect("the machine has random numbers")
}

impl Agent {
    /// Starts `serve`; nothing where the architecture has to be skipped.
    pub(crate) fn serving(architecture: &str) -> Option<Self> {
        Self::reading(architecture, Stdio::piped())
    }

    /// Starts `serve` with this as its stdin.
    pub(crate) fn reading(architecture: &str, stdin: Stdio) -> Option<Self> {
        let key = key();
        let mut command = agent(architecture)?;
        command.arg("serve").arg(key.public().to_string());
        command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = tokio::process::Command::from(command).kill_on_drop(true).spawn().expect("the agent starts");
        Some(Self { child, key })
    }

    /// Both pipes as one stream; taken once.
    pub(crate) fn stream(&mut self) -> Stream {
        let (stdout, stdin) = (self.child.stdout.take(), self.child.stdin.take());
        tokio::io::join(stdout.expect("it is taken once"), stdin.expect("it is taken once"))
    }

    /// Runs one check in a whole session.
    pub(crate) async fn run(&mut self, check: &Check) -> Run {
        self.run_with(check, |machine| check.code(machine)).await
    }

    /// Runs one check with code of the test's own making.
    pub(crate) async fn run_with(&mut self, check: &Check, code: impl FnOnce(&Machine) -> Bytes) -> Run {
        self.converse(async |operator, machine| {
            let component = check.admitted.component().digest();
            operator.send_trust(Trust { vendors: Vec::new(), unsigned: vec![component] }).await?;
            operator.send_code(CodeId(0), component, check.admitted.file().clone(), code(machine)).await?;
            operator.order(RunIndex(0), check.order());
            Ok(())
        })
        .await
    }

    /// A whole session in which the operator first says this.
    pub(crate) async fn converse(
        &mut self,
        say: impl AsyncFnOnce(&mut Operator, &Machine) -> Result<(), SessionError>,
    ) -> Run {
        let stream = self.stream();
        let connected = Operator::connect(stream, Security::Noise(&self.key), "test").await;
        let (mut operator, facts) = connected.expect("the agent answers");
        if let Err(error) = say(&mut operator, &facts.machine).await {
            return Run { facts, events: Vec::new(), ended: Err(error) };
        }
        let (sender, mut receiver) = mpsc::channel(16);
        let (_never, cancel) = watch::channel(false);
        let mut events = Vec::new();
        let follow = timeout(LIMIT, operator.follow(sender, cancel));
        let collect = async {
            while let Some((_, event)) = receiver.recv().await {
                events.push(event);
            }
        };
        let (ended, ()) = tokio::join!(follow, collect);
        Run { facts, events, ended: ended.expect("a session ends") }
    }

    /// Waits until it has ended by itself.
    pub(crate) async fn gone(mut self) -> Gone {
        let (mut stdout, mut stderr) = (Vec::new(), String::new());
        let (out, error) = (self.child.stdout.take(), self.child.stderr.take());
        let end = async {
            if let Some(mut out) = out {
                out.read_to_end(&mut stdout).await.expect("a pipe can be read");
            }
            error.expect("it is taken once").read_to_string(&mut stderr).await.expect("it says text");
            self.child.wait().await.expect("a child can be waited for")
        };
        let status = timeout(LIMIT, end).await.expect("the agent ends by itself");
        Gone { code: status.code(), stdout, stderr }
    }
}

/// What came of one run.
pub(crate) struct Run {
    pub(crate) facts: AgentFacts,
    pub(crate) events: Vec<Event>,
    pub(crate) ended: Result<(), SessionError>,
}

impl Run {
    /// The sentences of all findings.
    pub(crate) fn sentences(&self) -> Vec<&str> {
        let mut sentences = Vec::new();
        for event in &self.events {
            if let Event::Finding(finding) = event {
                sentences.push(&*finding.sentence);
            }
        }
        sentences
    }

    /// Why each run could not be done, if it could not, in the order in which they ended.
    pub(crate) fn failures(&self) -> impl Iterator<Item = Option<&Failure>> {
        self.events.iter().filter_map(|event| match event {
            Event::Ended(Ending { failure, .. }) => Some(failure.as_ref()),
            _ => None,
        })
    }

    /// Why the check could not be done, if it could not.
    pub(crate) fn failure(&self) -> Option<&Failure> {
        match self.events.last() {
            Some(Event::Ended(Ending { failure, .. })) => failure.as_ref(),
            other => panic!("the last event is {other:?}"),
        }
    }
}
