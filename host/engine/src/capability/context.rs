//! `dbg:check/run-context`: what a check may know of its run.

use std::sync::Arc;
use std::time::Duration;

use dbg_model::{Redactor, truncate_at_char};
use tokio::sync::watch;
use tokio::time::Instant;
use wasmtime::component::HasData;

use crate::bindings::dbg::check::run_context;
use crate::tally::Tally;

const TARGET: usize = 512;

/// One run's target, deadline and whether it was cancelled.
#[derive(Clone)]
pub(crate) struct Context {
    target: String,
    deadline: Instant,
    cancel: watch::Receiver<bool>,
    tally: Arc<Tally>,
    redactor: Redactor,
}

/// Links this interface to [`Context`].
pub(crate) struct HasContext;

impl HasData for HasContext {
    type Data<'a> = &'a mut Context;
}

impl Context {
    /// Once a run.
    pub(crate) fn new(target: &str, deadline: Instant, cancel: watch::Receiver<bool>) -> Self {
        Self {
            target: truncate_at_char(target, TARGET).to_owned(),
            deadline,
            cancel,
            tally: Arc::default(),
            redactor: Redactor::default(),
        }
    }

    /// What is masked besides what is built in.
    pub(crate) fn masking(self, redactor: Redactor) -> Self {
        Self { redactor, ..self }
    }

    /// Masks what a guest gets of the target.
    pub(crate) fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// What the run did so far.
    pub(crate) fn tally(&self) -> &Arc<Tally> {
        &self.tally
    }

    /// When the run ends.
    pub(crate) fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Whether the operator asked to stop.
    pub(crate) fn is_cancelled(&self) -> bool {
        *self.cancel.borrow()
    }

    /// Returns once the operator asked to stop; never when nobody can ask any more.
    pub(crate) async fn until_cancelled(&self) {
        if self.cancel.clone().wait_for(|cancelled| *cancelled).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// What a pull gives within its time, or none when that is up or the run is cancelled.
    pub(crate) async fn pull<T>(&self, timeout_ms: u32, pull: impl Future<Output = T>) -> Option<T> {
        let until = self.deadline.min(Instant::now() + Duration::from_millis(timeout_ms.into()));
        tokio::select! {
            biased;
            pulled = pull => Some(pulled),
            () = self.until_cancelled() => None,
            () = tokio::time::sleep_until(until) => None,
        }
    }
}

impl run_context::Host for Context {
    fn target(&mut self) -> wasmtime::Result<String> {
        Ok(self.target.clone())
    }

    fn remaining_ms(&mut self) -> wasmtime::Result<u32> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        Ok(u32::try_from(left.as_millis()).unwrap_or(u32::MAX))
    }

    fn cancelled(&mut self) -> wasmtime::Result<bool> {
        Ok(self.is_cancelled())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(cancel: watch::Receiver<bool>) -> Context {
        Context::new("local", Instant::now() + Duration::from_secs(60), cancel)
    }

    #[tokio::test]
    async fn a_cancelled_pull_returns_at_once_and_one_that_is_ready_still_gives() {
        let (sender, cancel) = watch::channel(false);
        let context = context(cancel);
        sender.send(true).unwrap();
        assert_eq!(context.pull(60_000, std::future::pending::<()>()).await, None);
        assert_eq!(context.pull(60_000, async { 1 }).await, Some(1));
    }

    #[tokio::test]
    async fn a_pull_without_time_returns_at_once() {
        let (_sender, cancel) = watch::channel(false);
        assert_eq!(context(cancel).pull(0, std::future::pending::<()>()).await, None);
    }

    #[tokio::test]
    async fn a_run_that_nobody_can_cancel_is_not_cancelled() {
        let (sender, cancel) = watch::channel(false);
        drop(sender);
        let context = context(cancel);
        assert_eq!(context.pull(0, context.until_cancelled()).await, None);
    }
}
