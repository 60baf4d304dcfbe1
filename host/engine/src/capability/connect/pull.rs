//! A batch that runs, as the guest pulls it.

use std::collections::VecDeque;
use std::sync::Arc;

use dbg_capability::{Attempt, AttemptPage, BatchId, Connect, ConnectError, Ending, Heard, Outcome};
use tokio::task::JoinHandle;

use super::{error, errors, plan, wit};
use crate::capability::context::Context;

/// Attempts that one pull gives.
const A_PULL: u32 = 10_000;

/// A batch that runs. A pull that ran out of time goes on, or what it took would be lost.
pub(super) struct Running {
    /// None when nothing had to be sent.
    batch: Option<(Arc<dyn Connect>, BatchId)>,
    pulling: Option<JoinHandle<Result<AttemptPage, ConnectError>>>,
    /// Known already and not given yet.
    ready: VecDeque<(wit::Attempt, Option<Box<Heard>>)>,
    last: bool,
}

impl Running {
    /// `early` is known without sending anything.
    pub(super) fn new(connect: Arc<dyn Connect>, id: BatchId, early: Vec<wit::Attempt>) -> Self {
        Self { batch: Some((connect, id)), last: false, ..Self::none(early) }
    }

    /// Nothing was sent at all.
    pub(super) fn none(early: Vec<wit::Attempt>) -> Self {
        let ready = early.into_iter().map(|attempt| (attempt, None)).collect();
        Self { batch: None, pulling: None, ready, last: true }
    }

    pub(super) async fn next(
        &mut self,
        max: u32,
        timeout_ms: u32,
        context: &Context,
    ) -> Result<wit::Page, errors::Error> {
        let max = max.min(A_PULL);
        if self.ready.is_empty()
            && !self.last
            && max > 0
            && let Some((connect, id)) = &self.batch
        {
            let pulling = self.pulling.get_or_insert_with(|| {
                let (connect, id) = (Arc::clone(connect), *id);
                tokio::spawn(async move { connect.next(id, max, timeout_ms).await })
            });
            // The trait keeps the time itself; it gets a little more, so that its page is not missed by a hair.
            let Some(pulled) = context.pull(timeout_ms.saturating_add(100), pulling).await else {
                return Ok(wit::Page { attempts: Vec::new(), heard: Vec::new(), last: false });
            };
            self.pulling = None;
            let page = pulled.map_err(|cause| error(errors::ErrorCode::Other, &cause.to_string()))??;
            self.ready.extend(page.attempts.into_iter().map(given));
            self.last = page.last;
        }
        let count = self.ready.len().min(usize::try_from(max).unwrap_or(usize::MAX));
        let (mut attempts, mut heard) = (Vec::with_capacity(count), Vec::new());
        for (place, (attempt, of_it)) in (0..).zip(self.ready.drain(..count)) {
            attempts.push(attempt);
            heard.extend(of_it.map(|it| heard_at(place, *it)));
        }
        Ok(wit::Page { attempts, heard, last: self.last && self.ready.is_empty() })
    }

    /// Ends what is in flight.
    pub(super) async fn close(self) {
        if let Some(pulling) = self.pulling {
            pulling.abort();
        }
        if let Some((connect, id)) = self.batch {
            connect.close(id).await;
        }
    }
}

fn given(attempt: Attempt) -> (wit::Attempt, Option<Box<Heard>>) {
    let Attempt { to, outcome, took_us, detail, heard } = attempt;
    let outcome = match outcome {
        Outcome::Connected => wit::Outcome::Connected,
        Outcome::Refused => wit::Outcome::Refused,
        Outcome::TimedOut => wit::Outcome::TimedOut,
        Outcome::Unreachable => wit::Outcome::Unreachable,
        Outcome::Other => wit::Outcome::Other,
    };
    (wit::Attempt { took_us, ..plan::attempt(to.endpoint, Some(to.address), outcome, &detail) }, heard)
}

fn heard_at(attempt: u32, heard: Heard) -> wit::Heard {
    let Heard { mut said, ending, after_us } = heard;
    said.truncate(Heard::MOST);
    let ending = match ending {
        Ending::Open => wit::Ending::Open,
        Ending::Closed => wit::Ending::Closed,
        Ending::Reset => wit::Ending::Reset,
        Ending::Other => wit::Ending::Other,
    };
    wit::Heard { attempt, said, ending, after_us }
}
