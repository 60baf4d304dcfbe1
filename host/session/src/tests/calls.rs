//! Reverse calls, from a run to whoever answers and back.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::{mpsc, watch};

use super::{Script, Way, operator, order};
use crate::bounds::{MAX_CALL, MAX_CALLS};
use crate::{Answerer, Refusal, RunIndex};

#[derive(Default)]
struct Words {
    at_once: AtomicUsize,
    most: AtomicUsize,
}

#[async_trait]
impl Answerer for Words {
    async fn answer(&self, run: RunIndex, request: Bytes) -> Result<Bytes, Refusal> {
        match &*request {
            b"echo" => Ok(Bytes::from(format!("echo for {}", run.0))),
            b"deny" => Err(Refusal::Denied),
            b"break" => panic!("an answerer that breaks"),
            b"long" => Ok(Bytes::from(vec![0; MAX_CALL + 1])),
            b"count" => {
                let now = self.at_once.fetch_add(1, Ordering::Relaxed) + 1;
                self.most.fetch_max(now, Ordering::Relaxed);
                tokio::time::sleep(std::time::Duration::from_secs(1)).await;
                self.at_once.fetch_sub(1, Ordering::Relaxed);
                Ok(Bytes::new())
            }
            _ => std::future::pending().await,
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_gets_its_answer_or_the_reason_why_not() {
    for way in Way::both() {
        let runner = Arc::new(Script::default());
        let (mut operator, agent) = operator(&way, &runner).await;
        operator.set_answerer(Arc::new(Words::default()));
        operator.order(RunIndex(7), order("ask"));
        operator.follow(mpsc::channel(8).0, watch::channel(false).1).await.unwrap();
        agent.await.unwrap().unwrap();
        let expected = [
            "b\"echo for 7\"".to_owned(),
            Refusal::Denied.to_string(),
            Refusal::Failed.to_string(),
            Refusal::TooLong.to_string(),
        ];
        assert_eq!(*runner.answers.lock().unwrap(), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn an_operator_without_an_answerer_refuses_every_call() {
    let runner = Arc::new(Script::default());
    let (mut operator, _agent) = operator(&Way::Process, &runner).await;
    operator.order(RunIndex(0), order("ask"));
    operator.follow(mpsc::channel(8).0, watch::channel(false).1).await.unwrap();
    assert_eq!(*runner.answers.lock().unwrap(), [(); 4].map(|()| Refusal::NotOffered.to_string()));
}

#[tokio::test(start_paused = true)]
async fn calls_beyond_the_bound_wait_for_their_turn() {
    let (mut operator, agent) = operator(&Way::Process, &Arc::default()).await;
    let words = Arc::new(Words::default());
    operator.set_answerer(Arc::clone(&words) as _);
    operator.order(RunIndex(0), order("ask-often"));
    operator.follow(mpsc::channel(8).0, watch::channel(false).1).await.unwrap();
    agent.await.unwrap().unwrap();
    assert_eq!(words.most.load(Ordering::Relaxed), MAX_CALLS);
}

/// The call is never answered; the run is cancelled by the session's deadline, and hears nothing of it.
#[tokio::test(start_paused = true)]
async fn a_call_that_waits_when_the_session_ends_does_not_keep_it() {
    let runner = Arc::new(Script::default());
    let (mut operator, agent) = operator(&Way::Process, &runner).await;
    operator.set_answerer(Arc::new(Words::default()));
    operator.set_deadline(std::time::Duration::from_secs(1));
    operator.order(RunIndex(0), order("ask-in-vain"));
    let ended = operator.follow(mpsc::channel(8).0, watch::channel(false).1).await;
    assert!(ended.is_err());
    assert!(agent.await.unwrap().is_err());
    tokio::task::yield_now().await;
    assert_eq!(Arc::strong_count(&runner), 1);
}
