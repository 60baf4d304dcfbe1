//! Both halves against each other, and each against a peer that misbehaves.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use dbg_model::{Counts, Digest, Effective, Ending, Event, Limits, Progress};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::sync::{mpsc, watch};

use crate::wire::{Down, Up};
use crate::{CodeId, Offence, Operator, Order, PROTOCOL, Protocol, RunIndex, Runner, SessionError, codec, serve};

#[derive(Default)]
struct Recorder {
    loaded: Mutex<Vec<(CodeId, usize)>>,
}

#[async_trait]
impl Runner for Recorder {
    async fn load(&self, code: CodeId, _component: Digest, native: Bytes) {
        self.loaded.lock().unwrap().push((code, native.len()));
    }

    /// `wait` runs until it is cancelled, everything else says one thing and ends.
    async fn run(&self, order: Order, events: mpsc::Sender<Event>, mut cancel: watch::Receiver<bool>) -> Ending {
        let said = Progress { done: 1, total: 1, text: order.check.to_string() };
        events.send(Event::Progress(said)).await.unwrap();
        if order.check.as_str() == "wait" {
            cancel.wait_for(|cancelled| *cancelled).await.unwrap();
        }
        Ending { failure: None, counts: Counts::default(), took: Duration::ZERO, peak_memory: 0 }
    }
}

fn order(check: &str) -> Order {
    Order {
        code: CodeId(0),
        check: check.parse().unwrap(),
        arguments: Vec::new(),
        grants: Effective::default(),
        limits: Limits::DEFAULT,
        target: "local".into(),
    }
}

fn digest() -> Digest {
    Digest::from_bytes([0; 32])
}

fn pair(runner: Arc<Recorder>) -> (DuplexStream, tokio::task::JoinHandle<Result<(), SessionError>>) {
    let (near, far) = tokio::io::duplex(64 * 1024);
    (near, tokio::spawn(async move { serve(far, "test", runner).await }))
}

#[tokio::test]
async fn code_arrives_whole_and_every_run_ends_before_bye() {
    let runner = Arc::new(Recorder::default());
    let (stream, agent) = pair(Arc::clone(&runner));
    let (mut operator, facts) = Operator::connect(stream, "test").await.unwrap();
    assert_eq!(facts.architecture, std::env::consts::ARCH);
    operator.send_code(CodeId(0), digest(), Bytes::from(vec![7; 1_000_000])).await.unwrap();
    operator.order(RunIndex(0), order("one"));
    operator.order(RunIndex(1), order("two"));
    let (events, mut said) = mpsc::channel(16);
    let (_cancel, cancelled) = watch::channel(false);
    operator.follow(events, cancelled).await.unwrap();
    agent.await.unwrap().unwrap();
    let mut ended = 0;
    while let Some((_, event)) = said.recv().await {
        ended += usize::from(matches!(event, Event::Ended(_)));
    }
    assert_eq!(ended, 2);
    assert_eq!(*runner.loaded.lock().unwrap(), [(CodeId(0), 1_000_000)]);
}

#[tokio::test]
async fn a_cancel_reaches_a_run_that_would_wait_for_ever() {
    let (stream, agent) = pair(Arc::default());
    let (mut operator, _) = Operator::connect(stream, "test").await.unwrap();
    operator.send_code(CodeId(0), digest(), Bytes::new()).await.unwrap();
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

#[tokio::test]
async fn an_agent_of_another_version_is_refused_by_name() {
    let (near, mut far) = tokio::io::duplex(1024);
    let agent = tokio::spawn(async move {
        let _: Option<Down> = codec::read(&mut far).await.unwrap();
        let hello = Up::Hello { protocol: Protocol(9), build: "x".into(), architecture: "y".into() };
        codec::write(&mut far, &hello).await.unwrap();
        far
    });
    let error = Operator::connect(near, "test").await.map(|_| ()).unwrap_err();
    assert!(matches!(error, SessionError::Incompatible { theirs: Protocol(9), ours: PROTOCOL }));
    agent.await.unwrap();
}

#[tokio::test]
async fn an_operator_that_is_gone_ends_the_agent() {
    let (stream, agent) = pair(Arc::default());
    let (operator, _) = Operator::connect(stream, "test").await.unwrap();
    drop(operator);
    assert!(matches!(agent.await.unwrap(), Err(SessionError::Gone)));
}

#[tokio::test]
async fn a_run_before_its_code_and_a_second_hello_are_out_of_order() {
    for frame in [
        Down::Run { run: RunIndex(0), order: Box::new(order("x")) },
        Down::Hello { protocol: PROTOCOL, build: String::new() },
    ] {
        let (mut stream, agent) = pair(Arc::default());
        codec::write(&mut stream, &Down::Hello { protocol: PROTOCOL, build: String::new() }).await.unwrap();
        codec::write(&mut stream, &frame).await.unwrap();
        assert!(matches!(agent.await.unwrap(), Err(SessionError::Misbehaved(Offence::OutOfOrder { .. }))));
    }
}

#[tokio::test]
async fn more_code_than_announced_is_refused() {
    let (mut stream, agent) = pair(Arc::default());
    codec::write(&mut stream, &Down::Hello { protocol: PROTOCOL, build: String::new() }).await.unwrap();
    codec::write(&mut stream, &Down::Code { code: CodeId(0), component: digest(), length: 2 }).await.unwrap();
    let bytes = Bytes::from_static(b"abc");
    codec::write(&mut stream, &Down::CodeBytes { code: CodeId(0), bytes }).await.unwrap();
    assert!(matches!(agent.await.unwrap(), Err(SessionError::Misbehaved(Offence::CodeLength))));
}

#[tokio::test]
async fn garbage_instead_of_a_hello_ends_the_session() {
    let (mut stream, agent) = pair(Arc::default());
    stream.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    stream.shutdown().await.unwrap();
    assert!(matches!(agent.await.unwrap(), Err(SessionError::Misbehaved(_))));
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    assert!(answer.is_empty());
}
