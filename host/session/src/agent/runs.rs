//! Runs as they go on, and what they say.

use std::collections::HashMap;
use std::sync::Arc;

use dbg_model::{Counts, Ending, Event, Failure, FailureCode};
use tokio::sync::{mpsc, watch};
use tokio::task::{Id, JoinError, JoinSet};

use crate::bounds::{EVENTS_IN_FLIGHT, MAX_RUNS};
use crate::{Caller, Offence, Order, RunIndex, Runner, SessionError};

/// The runs of one session. Dropping them ends all.
pub(super) struct Runs {
    runner: Arc<dyn Runner>,
    tasks: JoinSet<()>,
    of_task: HashMap<Id, RunIndex>,
    /// Numbers ascend, so the newest tells whether one was there before.
    newest: Option<RunIndex>,
    /// Ordered, and their ending is not sent.
    going_on: usize,
    events: mpsc::Sender<(RunIndex, Event)>,
    said: mpsc::Receiver<(RunIndex, Event)>,
    cancel: watch::Sender<bool>,
}

impl Runs {
    pub(super) fn new(runner: Arc<dyn Runner>) -> Self {
        let (events, said) = mpsc::channel(EVENTS_IN_FLIGHT);
        let (cancel, _) = watch::channel(false);
        Self { runner, tasks: JoinSet::new(), of_task: HashMap::new(), newest: None, going_on: 0, events, said, cancel }
    }

    pub(super) fn all_ended(&self) -> bool {
        self.going_on == 0
    }

    pub(super) fn cancel(&self) {
        self.cancel.send_replace(true);
    }

    /// Starts a run. Its code is loaded, and its number is above all before.
    pub(super) fn start(&mut self, run: RunIndex, order: Order, caller: Caller) -> Result<(), SessionError> {
        if self.going_on >= MAX_RUNS {
            return Err(SessionError::Misbehaved(Offence::TooMany));
        }
        if self.newest.is_some_and(|newest| run.0 <= newest.0) {
            return Err(SessionError::Misbehaved(Offence::OutOfOrder { frame: "run" }));
        }
        self.newest = Some(run);
        self.going_on += 1;
        let (runner, events, cancel) = (Arc::clone(&self.runner), self.events.clone(), self.cancel.subscribe());
        let task = self.tasks.spawn(async move {
            let (sender, mut said) = mpsc::channel(EVENTS_IN_FLIGHT);
            let forward = async {
                while let Some(event) = said.recv().await {
                    if events.send((run, event)).await.is_err() {
                        return;
                    }
                }
            };
            let (ending, ()) = tokio::join!(runner.run(order, sender, cancel, caller), forward);
            // The session that no longer listens has ended, and this task with it.
            let _ = events.send((run, Event::Ended(ending))).await;
        });
        self.of_task.insert(task.id(), run);
        Ok(())
    }

    /// The next event that is to be sent. Cancel-safe.
    pub(super) async fn next(&mut self) -> (RunIndex, Event) {
        loop {
            tokio::select! {
                Some((run, event)) = self.said.recv() => {
                    if matches!(event, Event::Ended(_)) {
                        self.going_on = self.going_on.saturating_sub(1);
                    }
                    return (run, event);
                }
                Some(ended) = self.tasks.join_next_with_id() => self.left(ended),
            }
        }
    }

    /// A task has ended. One that broke off has an ending all the same, or its operator would wait for it for ever.
    fn left(&mut self, ended: Result<(Id, ()), JoinError>) {
        let (id, broke) = match ended {
            Ok((id, ())) => (id, false),
            Err(error) => (error.id(), true),
        };
        if let Some(run) = self.of_task.remove(&id).filter(|_| broke) {
            let events = self.events.clone();
            // Behind what the run has said already.
            self.tasks.spawn(async move {
                let _ = events.send((run, Event::Ended(broken()))).await;
            });
        }
    }
}

fn broken() -> Ending {
    let text = "the agent broke off while it ran this check".to_owned();
    let failure = Some(Failure { code: FailureCode::Other, text });
    Ending { failure, counts: Counts::default(), took: std::time::Duration::ZERO, peak_memory: 0 }
}
