//! Both halves against each other, around a program that is a pair of pipes in memory. Time stands still and jumps: nothing waits.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use dbg_model::{Architecture, Machine, RunId};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::*;
use crate::{AgentFacts, Gate, RunKey, Security, SessionError};

/// What was done to a program.
#[derive(Default, Clone)]
struct Done(Arc<Mutex<Vec<String>>>);

impl Done {
    fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    fn add(&self, what: impl Into<String>) {
        self.0.lock().unwrap().push(what.into());
    }
}

/// A program that ends when it is killed, or when the test says so.
struct Fake {
    done: Done,
    end: Option<oneshot::Sender<Ended>>,
}

impl Control for Fake {
    fn resize(&mut self, size: Size) {
        self.done.add(format!("{}x{}", size.columns, size.rows));
    }

    fn signal(&mut self, signal: u8) {
        self.done.add(format!("signal {signal}"));
    }

    fn kill(&mut self) {
        self.done.add("killed");
        if let Some(end) = self.end.take() {
            let _ = end.send(Ended::Signal(9));
        }
    }
}

/// The far end of a program's streams.
struct Inside {
    stdin: DuplexStream,
    stdout: DuplexStream,
    stderr: DuplexStream,
    exit: Option<oneshot::Sender<Ended>>,
    started: Start,
}

/// The operator's side of everything.
struct Outside {
    keyboard: DuplexStream,
    screen: DuplexStream,
    errors: DuplexStream,
    wishes: mpsc::Sender<Wish>,
    relay: JoinHandle<Result<Ended, SessionError>>,
    agent: JoinHandle<Result<(), SessionError>>,
    done: Done,
}

fn start(streams: Streams) -> Start {
    Start { program: vec![Bytes::from_static(b"sh")], streams, term: None, left: Duration::from_secs(3600) }
}

fn facts() -> AgentFacts {
    let machine = Machine { architecture: Architecture::X86_64, features: [].into() };
    AgentFacts { build: "test".to_owned(), machine, fences: [].into() }
}

async fn begin(wanted: Start) -> (Outside, Inside) {
    let key = RunKey::generate(RunId::from_random([1; 8])).unwrap();
    let (near, far) = duplex(8192);
    let (give, given) = oneshot::channel();
    let done = Done::default();
    let seen = done.clone();
    let gate = Gate::new(key.public());
    let agent = tokio::spawn(serve_shell(far, Security::Noise(gate), facts(), move |start| {
        let (input, stdin) = duplex(1024);
        let (stdout, output) = duplex(1024);
        let (stderr, errors) = duplex(1024);
        let (exit, exited) = oneshot::channel();
        let (end, killed) = oneshot::channel();
        let inside = Inside { stdin, stdout, stderr, exit: Some(exit), started: start.clone() };
        assert!(give.send(inside).is_ok());
        Ok(Program {
            input: Box::new(input),
            outputs: vec![(Source::Stdout, Box::new(output)), (Source::Stderr, Box::new(errors))],
            control: Box::new(Fake { done: seen, end: Some(end) }),
            ended: Box::pin(async move {
                tokio::select! {
                    Ok(how) = exited => how,
                    Ok(how) = killed => how,
                }
            }),
        })
    }));
    let (mut operator, _) = ShellOperator::connect(near, Security::Noise(&key), "test").await.unwrap();
    operator.start(wanted).await.unwrap().unwrap();
    let (keyboard, stdin) = duplex(1024);
    let (stdout, screen) = duplex(1024);
    let (stderr, errors) = duplex(1024);
    let local = Local { stdin: Box::new(stdin), stdout: Box::new(stdout), stderr: Box::new(stderr) };
    let (wishes, wished) = mpsc::channel(4);
    let relay = tokio::spawn(operator.relay(local, wished));
    (Outside { keyboard, screen, errors, wishes, relay, agent, done }, given.await.unwrap())
}

async fn text(stream: &mut DuplexStream, length: usize) -> String {
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes).await.unwrap();
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn streams_stay_apart_stdin_ends_and_the_code_comes_back() {
    let (mut outside, mut inside) = begin(start(Streams::Pipes)).await;
    assert_eq!(inside.started, start(Streams::Pipes));
    outside.keyboard.write_all(b"typed").await.unwrap();
    assert_eq!(text(&mut inside.stdin, 5).await, "typed");
    drop(outside.keyboard);
    assert_eq!(inside.stdin.read(&mut [0; 8]).await.unwrap(), 0);
    inside.stdout.write_all(b"said").await.unwrap();
    inside.stderr.write_all(b"sighed").await.unwrap();
    let exit = inside.exit.take().unwrap();
    drop(inside);
    exit.send(Ended::Code(7)).unwrap();
    assert_eq!(text(&mut outside.screen, 4).await, "said");
    assert_eq!(text(&mut outside.errors, 6).await, "sighed");
    assert_eq!(outside.relay.await.unwrap().unwrap(), Ended::Code(7));
    outside.agent.await.unwrap().unwrap();
    assert_eq!(outside.done.all(), ["killed"], "what it started is ended");
}

#[tokio::test]
async fn everything_that_was_said_arrives_before_the_end_however_slow_the_reader_is() {
    let (mut outside, mut inside) = begin(start(Streams::Pipes)).await;
    let much = vec![b'x'; 3 * WINDOW];
    let exit = inside.exit.take().unwrap();
    let program = tokio::spawn(async move {
        inside.stdout.write_all(&much).await.unwrap();
        exit.send(Ended::Code(0)).unwrap();
        // What it started in the background still holds its streams.
        std::future::pending::<()>().await;
        drop(inside);
    });
    assert_eq!(text(&mut outside.screen, 3 * WINDOW).await.len(), 3 * WINDOW);
    assert_eq!(outside.relay.await.unwrap().unwrap(), Ended::Code(0));
    program.abort();
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_takes_nothing_for_an_hour_holds_up_its_program_and_nothing_else() {
    let (mut outside, mut inside) = begin(start(Streams::Pipes)).await;
    let written = tokio::spawn(async move {
        let mut written = 0;
        while inside.stdout.write_all(&[b'x'; 1024]).await.is_ok() {
            written += 1024;
            if written == 2 * WINDOW {
                break;
            }
        }
        inside
    });
    tokio::time::sleep(Duration::from_secs(1800)).await;
    assert!(!written.is_finished(), "it wrote beyond the window");
    outside.wishes.send(Wish::Resize(Size { columns: 80, rows: 24 })).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(outside.done.all(), ["80x24"]);
    assert_eq!(text(&mut outside.screen, 2 * WINDOW).await.len(), 2 * WINDOW);
    written.await.unwrap();
}

#[tokio::test]
async fn a_program_that_reads_nothing_holds_up_what_is_typed_and_nothing_else() {
    let (mut outside, mut inside) = begin(start(Streams::Pipes)).await;
    let typing = tokio::spawn(async move { outside.keyboard.write_all(&vec![b'x'; 2 * WINDOW]).await });
    inside.stdout.write_all(b"busy").await.unwrap();
    assert_eq!(text(&mut outside.screen, 4).await, "busy");
    assert_eq!(text(&mut inside.stdin, 2 * WINDOW).await.len(), 2 * WINDOW);
    typing.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_program_that_ignores_its_signal_is_killed_a_second_later() {
    let (outside, inside) = begin(start(Streams::Pipes)).await;
    outside.wishes.send(Wish::End(15)).await.unwrap();
    assert_eq!(outside.relay.await.unwrap().unwrap(), Ended::Signal(9));
    assert_eq!(outside.done.all()[..2], ["signal 15", "killed"]);
    drop(inside);
}

#[tokio::test(start_paused = true)]
async fn its_time_ends_a_program() {
    let (outside, _inside) = begin(Start { left: Duration::from_secs(60), ..start(Streams::Pipes) }).await;
    assert_eq!(outside.relay.await.unwrap().unwrap(), Ended::TimeOver);
    assert_eq!(outside.done.all()[..2], ["signal 1", "killed"]);
}

#[tokio::test]
async fn a_terminal_that_is_closed_hangs_up() {
    let streams = Streams::Terminal(Size { columns: 80, rows: 24 });
    let (outside, mut inside) = begin(start(streams)).await;
    drop(outside.keyboard);
    while outside.done.all().is_empty() {
        tokio::task::yield_now().await;
    }
    inside.exit.take().unwrap().send(Ended::Signal(1)).unwrap();
    assert_eq!(outside.relay.await.unwrap().unwrap(), Ended::Signal(1));
    assert_eq!(outside.done.all()[0], "signal 1");
}

#[tokio::test]
async fn an_operator_that_is_gone_ends_the_program() {
    let (outside, _inside) = begin(start(Streams::Pipes)).await;
    outside.relay.abort();
    assert!(matches!(outside.agent.await.unwrap(), Err(SessionError::Gone)));
    assert_eq!(outside.done.all(), ["killed"]);
}

#[tokio::test]
async fn what_cannot_be_started_says_why_and_is_no_broken_session() {
    let (near, far) = duplex(8192);
    let agent = tokio::spawn(serve_shell(far, Security::Process, facts(), |_| Err(NotStarted::NotFound)));
    let (mut operator, _) = ShellOperator::connect(near, Security::Process, "test").await.unwrap();
    assert_eq!(operator.start(start(Streams::Pipes)).await.unwrap(), Err(NotStarted::NotFound));
    drop(operator);
    agent.await.unwrap().unwrap();
}
