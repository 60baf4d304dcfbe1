//! What goes well: code, orders, events, cancel, bye; in both ways.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use dbg_model::{Capability, Event, FailureCode};
use tokio::sync::{mpsc, watch};

use super::{FLOOD, Script, Way, agent, digest, operator, order};
use crate::{CodeId, Late, Operator, Order, RunIndex, SessionError, Trust, TrustedVendor, Window};

#[tokio::test(start_paused = true)]
async fn code_arrives_whole_and_every_run_ends_before_bye() {
    for way in Way::both() {
        let runner = Arc::new(Script::default());
        let (stream, agent) = agent(way.agent(), &runner);
        let (mut operator, facts) = Operator::connect(stream, way.operator(), "test").await.unwrap();
        assert_eq!(facts, super::facts("test"));
        let vendor = TrustedVendor {
            root: Bytes::from(vec![1; 100_000]),
            list: None,
            ceiling: BTreeSet::from([Capability::Files]),
            time: 7,
            expired: Late::Refused,
            stale: Late::Told,
        };
        let trust = Trust { vendors: vec![vendor; 3], unsigned: vec![digest()] };
        operator.send_trust(trust.clone()).await.unwrap();
        let (file, native) = (Bytes::from(vec![7; 300_000]), Bytes::from(vec![7; 1_000_000]));
        operator.send_code(CodeId(0), digest(), file, native).await.unwrap();
        operator.order(RunIndex(0), order("one"));
        operator.order(RunIndex(1), order("two"));
        let (events, mut said) = mpsc::channel(16);
        operator.follow(events, watch::channel(false).1).await.unwrap();
        agent.await.unwrap().unwrap();
        let mut ended = 0;
        while let Some((_, event)) = said.recv().await {
            ended += usize::from(matches!(event, Event::Ended(_)));
        }
        assert_eq!(ended, 2);
        assert_eq!(*runner.trusted.lock().unwrap(), [trust]);
        assert_eq!(*runner.judged.lock().unwrap(), [(CodeId(0), 300_000)]);
        assert_eq!(*runner.loaded.lock().unwrap(), [(CodeId(0), 1_000_000)]);
    }
}

#[tokio::test(start_paused = true)]
async fn native_code_of_a_file_that_is_not_taken_is_never_loaded_and_its_runs_still_end() {
    for way in Way::both() {
        let runner = Arc::new(Script::default());
        let (stream, agent) = agent(way.agent(), &runner);
        let (mut operator, _) = Operator::connect(stream, way.operator(), "test").await.unwrap();
        operator.send_trust(Trust::default()).await.unwrap();
        for (number, file) in [(0, super::BAD), (1, b"good")] {
            let native = Bytes::from(vec![7; 200_000]);
            operator.send_code(CodeId(number), digest(), Bytes::from_static(file), native).await.unwrap();
            operator.order(RunIndex(number), Order { code: CodeId(number), ..order("one") });
        }
        operator.follow(mpsc::channel(16).0, watch::channel(false).1).await.unwrap();
        agent.await.unwrap().unwrap();
        assert_eq!(*runner.loaded.lock().unwrap(), [(CodeId(1), 200_000)]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_without_orders_ends_at_once() {
    for way in Way::both() {
        let (operator, agent) = operator(&way, &Arc::default()).await;
        operator.follow(mpsc::channel(1).0, watch::channel(false).1).await.unwrap();
        agent.await.unwrap().unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_cancel_reaches_a_run_that_would_wait_for_ever() {
    for way in Way::both() {
        let (mut operator, agent) = operator(&way, &Arc::default()).await;
        operator.order(RunIndex(0), order("wait"));
        let (events, mut said) = mpsc::channel(16);
        let (cancel, cancelled) = watch::channel(false);
        let following = tokio::spawn(operator.follow(events, cancelled));
        assert!(matches!(said.recv().await, Some((RunIndex(0), Event::Progress(_)))));
        cancel.send_replace(true);
        assert!(matches!(said.recv().await, Some((RunIndex(0), Event::Ended(_)))));
        following.await.unwrap().unwrap();
        agent.await.unwrap().unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_that_breaks_has_an_ending_after_what_it_said() {
    let (mut operator, agent) = operator(&Way::Process, &Arc::default()).await;
    operator.order(RunIndex(0), order("broken"));
    operator.order(RunIndex(1), order("one"));
    let (events, mut said) = mpsc::channel(16);
    operator.follow(events, watch::channel(false).1).await.unwrap();
    agent.await.unwrap().unwrap();
    let mut failures = Vec::new();
    while let Some((run, event)) = said.recv().await {
        if let Event::Ended(ending) = event {
            failures.push((run, ending.failure.map(|failure| failure.code)));
        }
    }
    failures.sort_by_key(|(run, _)| run.0);
    assert_eq!(failures, [(RunIndex(0), Some(FailureCode::Other)), (RunIndex(1), None)]);
}

/// Far more is said than a window and all queues hold, and nobody reads it for ten minutes: the session lives, and nothing is lost.
#[tokio::test(start_paused = true)]
async fn a_reader_that_pauses_holds_up_the_run_and_not_the_session() {
    for way in Way::both() {
        let (mut operator, agent) = operator(&way, &Arc::default()).await;
        operator.set_window(Window::shared_by(usize::MAX));
        operator.order(RunIndex(0), order("flood"));
        let (events, mut said) = mpsc::channel(1);
        let following = tokio::spawn(operator.follow(events, watch::channel(false).1));
        tokio::time::sleep(Duration::from_secs(600)).await;
        let mut bytes = 0;
        while let Some((_, event)) = said.recv().await {
            if let Event::Artifact(artifact) = event {
                bytes += artifact.bytes.len();
            }
        }
        assert_eq!(bytes, FLOOD.0 * usize::try_from(FLOOD.1).unwrap());
        following.await.unwrap().unwrap();
        agent.await.unwrap().unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn events_that_nobody_reads_any_more_do_not_keep_the_runs_from_ending() {
    let (mut operator, agent) = operator(&Way::Process, &Arc::default()).await;
    operator.order(RunIndex(0), order("flood"));
    let (events, said) = mpsc::channel(1);
    drop(said);
    operator.follow(events, watch::channel(false).1).await.unwrap();
    agent.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_operator_that_is_gone_ends_the_agent_and_its_runs() {
    for way in Way::both() {
        let runner = Arc::new(Script::default());
        let (mut operator, agent) = operator(&way, &runner).await;
        operator.order(RunIndex(0), order("wait"));
        let (events, mut said) = mpsc::channel(16);
        let following = tokio::spawn(operator.follow(events, watch::channel(false).1));
        said.recv().await.unwrap();
        following.abort();
        assert!(matches!(agent.await.unwrap(), Err(SessionError::Gone)));
        // Our own handle is the last one: the run that held the runner is no more.
        tokio::task::yield_now().await;
        assert_eq!(Arc::strong_count(&runner), 1);
    }
}
