//! Pings, heartbeat, deadline and cancel. The clock is the test's.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, duplex};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, timeout};

use super::{Script, Way, agent, code, encoded, operator, order, put, run, trust};
use crate::bounds::{GRACE, HEARTBEAT, PING};
use crate::handshake;
use crate::wire::{Down, Up};
use crate::{Operator, RunIndex, SessionError};

#[tokio::test(start_paused = true)]
async fn a_session_whose_operator_compiles_for_an_hour_lives() {
    for way in Way::both() {
        let (mut operator, agent) = operator(&way, &Arc::default()).await;
        sleep(Duration::from_secs(3600)).await;
        operator.order(RunIndex(0), order("one"));
        operator.follow(mpsc::channel(8).0, watch::channel(false).1).await.unwrap();
        agent.await.unwrap().unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn either_side_pings_every_15_seconds_from_the_start() {
    let (stream, _agent) = agent(Way::Process.agent(), &Arc::default());
    let (mut halves, _) = handshake::call(stream, Way::Process.operator(), "test").await.unwrap();
    let start = Instant::now();
    assert_eq!(halves.inlet.frame::<Up>(100).await.unwrap().frame, Up::Ping);
    assert_eq!(start.elapsed(), PING);

    let (near, far) = duplex(1024);
    let fake = tokio::spawn(async move {
        let (mut halves, _) = handshake::answer(far, Way::Process.agent(), super::facts("test")).await.unwrap();
        let start = Instant::now();
        assert_eq!(halves.inlet.frame::<Down>(100).await.unwrap().frame, Down::Ping);
        start.elapsed()
    });
    let (_operator, _) = Operator::connect(near, Way::Process.operator(), "test").await.unwrap();
    assert_eq!(fake.await.unwrap(), PING);
}

/// The operator was killed, and the stream does not tell: a stopped machine, a broken link.
#[tokio::test(start_paused = true)]
async fn an_agent_whose_operator_is_gone_ends_within_the_heartbeat_with_its_runs() {
    for way in Way::both() {
        let runner = Arc::new(Script::default());
        let (stream, agent) = agent(way.agent(), &runner);
        let (mut halves, _) = handshake::call(stream, way.operator(), "test").await.unwrap();
        put(&mut halves, &[encoded(&trust()), encoded(&code(0)), encoded(&run(0, "wait"))]).await;
        let start = Instant::now();
        assert!(matches!(agent.await.unwrap(), Err(SessionError::Silent)));
        assert_eq!(start.elapsed(), HEARTBEAT);
        tokio::task::yield_now().await;
        assert_eq!(Arc::strong_count(&runner), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn an_operator_whose_agent_is_silent_ends_within_the_heartbeat() {
    let (near, far) = duplex(1024);
    let fake = tokio::spawn(handshake::answer(far, Way::Process.agent(), super::facts("test")));
    let (mut operator, _) = Operator::connect(near, Way::Process.operator(), "test").await.unwrap();
    let _held = fake.await.unwrap().unwrap();
    operator.order(RunIndex(0), order("one"));
    let start = Instant::now();
    let ended = operator.follow(mpsc::channel(1).0, watch::channel(false).1).await;
    assert!(matches!(ended, Err(SessionError::Silent)));
    assert_eq!(start.elapsed(), HEARTBEAT);
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_pings_and_takes_nothing_is_stalled() {
    let (near, far) = duplex(1024);
    let fake = tokio::spawn(async move {
        let (mut halves, _) = handshake::answer(far, Way::Process.agent(), super::facts("test")).await.unwrap();
        loop {
            sleep(PING).await;
            if halves.outlet.put(&encoded(&Up::Ping)).await.is_err() || halves.outlet.flush().await.is_err() {
                return;
            }
        }
    });
    let (mut operator, _) = Operator::connect(near, Way::Process.operator(), "test").await.unwrap();
    let native = bytes::Bytes::from(vec![0; 1 << 20]);
    let sent = operator.send_code(crate::CodeId(0), super::digest(), bytes::Bytes::new(), native).await;
    assert!(matches!(sent, Err(SessionError::Stalled)), "{sent:?}");
    drop(operator);
    fake.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_deadline_cancels_the_runs_and_their_endings_still_come() {
    let (mut operator, agent) = operator(&Way::Process, &Arc::default()).await;
    operator.set_deadline(Duration::from_secs(100));
    operator.order(RunIndex(0), order("wait"));
    let start = Instant::now();
    operator.follow(mpsc::channel(8).0, watch::channel(false).1).await.unwrap();
    assert_eq!(start.elapsed(), Duration::from_secs(100));
    agent.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_agent_ends_after_its_deadline_also_when_a_run_hears_nothing_and_the_operator_only_pings() {
    let (stream, agent) = agent(Way::Process.agent(), &Arc::default());
    let (mut halves, _) = handshake::call(stream, Way::Process.operator(), "test").await.unwrap();
    let deadline = Down::Deadline { left: Duration::from_secs(100) };
    put(&mut halves, &[encoded(&trust()), encoded(&code(0)), encoded(&deadline), encoded(&run(0, "deaf"))]).await;
    let start = Instant::now();
    let pinging = tokio::spawn(async move {
        loop {
            sleep(PING).await;
            put(&mut halves, &[encoded(&Down::Ping)]).await;
        }
    });
    assert!(matches!(agent.await.unwrap(), Err(SessionError::Deadline)));
    assert_eq!(start.elapsed(), Duration::from_secs(100) + GRACE);
    pinging.abort();
}

#[tokio::test(start_paused = true)]
async fn a_deadline_beyond_all_clocks_is_none() {
    let (stream, agent) = agent(Way::Process.agent(), &Arc::default());
    let (mut halves, _) = handshake::call(stream, Way::Process.operator(), "test").await.unwrap();
    put(&mut halves, &[encoded(&Down::Deadline { left: Duration::MAX }), encoded(&Down::Bye)]).await;
    assert_eq!(halves.inlet.frame::<Up>(100).await.unwrap().frame, Up::Bye);
    drop(halves);
    agent.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_operator_does_not_wait_for_a_run_that_does_not_hear_its_cancel() {
    let (mut operator, agent) = operator(&Way::Process, &Arc::default()).await;
    operator.order(RunIndex(0), order("deaf"));
    let start = Instant::now();
    let ended = operator.follow(mpsc::channel(8).0, watch::channel(true).1).await;
    assert!(matches!(ended, Err(SessionError::Overdue)));
    assert_eq!(start.elapsed(), GRACE);
    assert!(matches!(agent.await.unwrap(), Err(SessionError::Gone)));
}

#[tokio::test(start_paused = true)]
async fn an_agent_says_nothing_before_it_is_spoken_to() {
    for way in Way::both() {
        let (mut stream, _agent) = agent(way.agent(), &Arc::default());
        let mut byte = [0];
        let heard = timeout(HEARTBEAT / 2, stream.read(&mut byte)).await;
        assert!(heard.is_err(), "{heard:?}");
    }
}
