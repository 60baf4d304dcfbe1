//! Orders that come while a session is followed.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use dbg_model::Event;
use tokio::io::duplex;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep};

use super::{Script, Way, agent, code, encoded, ending, operator, order, put, run, trust};
use crate::bounds::{MAX_FRAME, MAX_RUNS};
use crate::handshake;
use crate::wire::{Down, Up};
use crate::{CodeId, Offence, Operator, RunIndex, SessionError, Window};

fn number(number: usize) -> u32 {
    u32::try_from(number).unwrap()
}

/// Ten thousand runs, an hour apart from each other at first, on code that was sent once.
#[tokio::test(start_paused = true)]
async fn a_session_goes_on_over_many_runs_and_ends_when_nobody_can_order_more() {
    for way in Way::both() {
        let runner = Arc::new(Script::default());
        let (mut operator, agent) = operator(&way, &runner).await;
        operator.set_window(Window::shared_by(usize::MAX));
        operator.order(RunIndex(0), order("one"));
        let (orders, more) = mpsc::channel(1);
        let (events, mut said) = mpsc::channel(1);
        let following = tokio::spawn(operator.follow_more(events, more, watch::channel(false).1));
        for number in 1..10_000 {
            loop {
                let (of, event) = said.recv().await.unwrap();
                assert_eq!(of, RunIndex(number - 1));
                if matches!(event, Event::Ended(_)) {
                    break;
                }
            }
            if number < 10 {
                sleep(Duration::from_secs(3600)).await;
            }
            orders.send((RunIndex(number), order("one"))).await.unwrap();
        }
        drop(orders);
        while said.recv().await.is_some() {}
        following.await.unwrap().unwrap();
        agent.await.unwrap().unwrap();
        assert_eq!(*runner.loaded.lock().unwrap(), [(CodeId(0), 0)]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_that_waits_for_orders_ends_once_they_cannot_come() {
    let (operator, agent) = operator(&Way::Process, &Arc::default()).await;
    let (orders, more) = mpsc::channel(1);
    let following = tokio::spawn(operator.follow_more(mpsc::channel(1).0, more, watch::channel(false).1));
    sleep(Duration::from_secs(3600)).await;
    assert!(!following.is_finished());
    drop(orders);
    following.await.unwrap().unwrap();
    agent.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_cancel_ends_what_runs_and_takes_no_more_orders() {
    let (mut operator, agent) = operator(&Way::Process, &Arc::default()).await;
    operator.order(RunIndex(0), order("wait"));
    let (orders, more) = mpsc::channel(1);
    let (events, mut said) = mpsc::channel(16);
    let (cancel, cancelled) = watch::channel(false);
    let following = tokio::spawn(operator.follow_more(events, more, cancelled));
    said.recv().await.unwrap();
    cancel.send_replace(true);
    orders.closed().await;
    assert!(matches!(said.recv().await, Some((RunIndex(0), Event::Ended(_)))));
    assert!(orders.send((RunIndex(1), order("one"))).await.is_err());
    following.await.unwrap().unwrap();
    agent.await.unwrap().unwrap();
}

/// The operator keeps to the bound itself: what is beyond waits until a run has ended.
#[tokio::test(start_paused = true)]
async fn an_order_beyond_what_may_run_at_once_waits_for_an_ending() {
    let (near, far) = duplex(64 << 20);
    let fake = tokio::spawn(handshake::answer(far, Way::Process.agent(), super::facts("test")));
    let (mut operator, _) = Operator::connect(near, Way::Process.operator(), "test").await.unwrap();
    let (mut halves, _admission) = fake.await.unwrap().unwrap();
    for number in 0..number(MAX_RUNS) {
        operator.order(RunIndex(number), order("one"));
    }
    let (orders, more) = mpsc::channel(1);
    orders.send((RunIndex(number(MAX_RUNS)), order("one"))).await.unwrap();
    drop(orders);
    let following = tokio::spawn(operator.follow_more(mpsc::channel(1).0, more, watch::channel(false).1));
    let mut heard = Vec::new();
    while heard.len() < MAX_RUNS {
        if let Down::Run { run, .. } = halves.inlet.frame::<Down>(MAX_FRAME).await.unwrap().frame {
            heard.push(run);
        }
    }
    let start = Instant::now();
    assert_eq!(halves.inlet.frame::<Down>(MAX_FRAME).await.unwrap().frame, Down::Ping);
    assert!(start.elapsed() > Duration::ZERO);
    put(&mut halves, &[encoded(&Up::Event { run: RunIndex(7), event: Event::Ended(ending()) })]).await;
    let next = halves.inlet.frame::<Down>(MAX_FRAME).await.unwrap().frame;
    assert!(matches!(next, Down::Run { run, .. } if run == RunIndex(number(MAX_RUNS))), "{next:?}");
    following.abort();
}

#[tokio::test(start_paused = true)]
async fn a_deadline_ends_a_session_that_nobody_orders_in_any_more() {
    let (mut operator, agent) = operator(&Way::Process, &Arc::default()).await;
    operator.set_deadline(Duration::from_secs(100));
    let (_orders, more) = mpsc::channel(1);
    let ended = operator.follow_more(mpsc::channel(1).0, more, watch::channel(false).1).await;
    assert!(matches!(ended, Err(SessionError::Gone)), "{ended:?}");
    assert!(matches!(agent.await.unwrap(), Err(SessionError::Deadline)));
}

/// What an agent makes of an operator that says these frames after code 0.
async fn serve(frames: Vec<Down>) -> SessionError {
    let (stream, agent) = agent(Way::Process.agent(), &Arc::default());
    let (mut halves, _) = handshake::call(stream, Way::Process.operator(), "test").await.unwrap();
    let feeding = tokio::spawn(async move {
        put(&mut halves, &[encoded(&trust()), encoded(&code(0))]).await;
        for frame in frames {
            if halves.outlet.put(&encoded(&frame)).await.is_err() {
                break;
            }
        }
        let _ = halves.outlet.flush().await;
        halves
    });
    let ended = agent.await.unwrap().unwrap_err();
    feeding.await.unwrap();
    ended
}

#[tokio::test(start_paused = true)]
async fn more_runs_at_once_than_a_session_has_are_refused() {
    let ended = serve((0..=number(MAX_RUNS)).map(|number| run(number, "wait")).collect()).await;
    assert!(matches!(ended, SessionError::Misbehaved(Offence::TooMany)), "{ended}");
}

#[tokio::test(start_paused = true)]
async fn a_number_that_does_not_ascend_is_refused_also_long_after_its_run_ended() {
    for again in [7, 6, 0] {
        let (stream, agent) = agent(Way::Process.agent(), &Arc::default());
        let (mut halves, _) = handshake::call(stream, Way::Process.operator(), "test").await.unwrap();
        let credit = encoded(&Down::Credit { bytes: 1 << 20 });
        put(&mut halves, &[encoded(&trust()), encoded(&code(0)), credit, encoded(&run(7, "one"))]).await;
        loop {
            if let Up::Event { event: Event::Ended(_), .. } = halves.inlet.frame::<Up>(MAX_FRAME).await.unwrap().frame {
                break;
            }
        }
        put(&mut halves, &[encoded(&run(again, "one"))]).await;
        let ended = agent.await.unwrap().unwrap_err();
        assert!(matches!(ended, SessionError::Misbehaved(Offence::OutOfOrder { frame: "run" })), "{ended}");
    }
}

/// An agent that speaks for a run of before, or says bye, while the operator waits for orders.
#[tokio::test(start_paused = true)]
async fn between_two_runs_an_agent_has_nothing_to_say() {
    let event = |event| encoded(&Up::Event { run: RunIndex(0), event });
    let request = Up::Request { run: RunIndex(0), call: crate::wire::CallId(0), request: Bytes::new() };
    let table = [
        (event(super::progress("late")), Offence::UnknownRun),
        (event(Event::Ended(ending())), Offence::UnknownRun),
        (encoded(&request), Offence::UnknownRun),
        (encoded(&Up::Bye), Offence::OutOfOrder { frame: "bye" }),
    ];
    for (frame, expected) in table {
        let (near, far) = duplex(64 * 1024);
        let fake = tokio::spawn(async move {
            let (mut halves, _) = handshake::answer(far, Way::Process.agent(), super::facts("test")).await.unwrap();
            put(&mut halves, &[encoded(&Up::Event { run: RunIndex(0), event: Event::Ended(ending()) }), frame]).await;
            halves
        });
        let (mut operator, _) = Operator::connect(near, Way::Process.operator(), "test").await.unwrap();
        operator.order(RunIndex(0), order("one"));
        let (_orders, more) = mpsc::channel(1);
        let ended = operator.follow_more(mpsc::channel(8).0, more, watch::channel(false).1).await.unwrap_err();
        assert_eq!(ended.to_string(), SessionError::Misbehaved(expected).to_string());
        fake.await.unwrap();
    }
}
