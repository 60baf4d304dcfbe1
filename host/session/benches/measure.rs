//! What a session costs: bytes a second over a pipe, and memory of many side by side. `cargo xtask bench sessions` runs it.
#![expect(clippy::print_stdout, reason = "its answer goes to stdout")]
#![expect(clippy::unwrap_used, reason = "a measurement of something that did not work is none")]

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use dbg_model::{Architecture, Artifact, Counts, Digest, Effective, Ending, Event, Limits, Machine, Progress, RunId};
use dbg_session::{
    AgentFacts, Caller, CodeId, Gate, Native, Operator, Order, RunIndex, RunKey, Runner, Security, SessionError, Trust,
    Window, serve,
};
use tokio::io::{AsyncRead, AsyncWrite, duplex, join};
use tokio::net::unix::pipe::pipe;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

/// Sent in each direction; an agent holds one piece of code whole.
const TOTAL: usize = 1 << 30;
const CODE: usize = 64 << 20;
const EVENT: usize = 64 << 10;
const SESSIONS: usize = 1000;

/// `flood` says a gigabyte, `wait` one sentence, then waits to be cancelled.
struct Checks;

#[async_trait]
impl Runner for Checks {
    async fn trust(&self, _trust: Trust) {}

    async fn judge(&self, _code: CodeId, _component: Digest, _file: Bytes) -> Native {
        Native::Wanted
    }

    async fn load(&self, _code: CodeId, native: Bytes) {
        assert_eq!(native.len() % CODE, 0);
    }

    async fn run(
        &self,
        order: Order,
        events: mpsc::Sender<Event>,
        mut cancel: watch::Receiver<bool>,
        _caller: Caller,
    ) -> Ending {
        if order.check.as_str() == "flood" {
            for _ in 0..TOTAL / EVENT {
                let bytes = vec![7; EVENT];
                let artifact = Artifact { artifact: 0, name: "a".into(), media: String::new(), bytes };
                events.send(Event::Artifact(artifact)).await.unwrap();
            }
        } else {
            let progress = Progress { done: 1, total: 2, text: "waiting".into() };
            events.send(Event::Progress(progress)).await.unwrap();
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
        redact: Vec::new(),
    }
}

fn facts() -> AgentFacts {
    let machine = Machine { architecture: Architecture::OWN, features: BTreeSet::new() };
    AgentFacts { build: "measure".into(), machine, fences: BTreeSet::new() }
}

type Ended = Result<(), SessionError>;

/// An operator and its agent, connected by these two streams.
async fn connect<S>(near: S, far: S, key: Option<&RunKey>) -> (Operator, JoinHandle<Ended>)
where
    S: AsyncRead + AsyncWrite + Send + 'static,
{
    let gate = key.map_or(Security::Process, |key| Security::Noise(Gate::new(key.public())));
    let agent = tokio::spawn(serve(far, gate, facts(), Arc::new(Checks)));
    let (operator, _) =
        Operator::connect(near, key.map_or(Security::Process, Security::Noise), "measure").await.unwrap();
    (operator, agent)
}

/// One session over two pipes of the kernel: megabytes a second down, as code, and up, as events.
async fn speed(key: Option<&RunKey>) -> (f64, f64) {
    let ((down_in, down_out), (up_in, up_out)) = (pipe().unwrap(), pipe().unwrap());
    let (mut operator, agent) = connect(join(up_out, down_in), join(down_out, up_in), key).await;
    let native = Bytes::from(vec![7; CODE]);
    let start = Instant::now();
    operator.send_trust(Trust::default()).await.unwrap();
    for code in 0..u32::try_from(TOTAL / CODE).unwrap() {
        let component = Digest::from_bytes([0; 32]);
        operator.send_code(CodeId(code), component, Bytes::new(), native.clone()).await.unwrap();
    }
    // What is still under way is less than a thousandth.
    let down = rate(start);
    operator.order(RunIndex(0), order("flood"));
    let (events, mut said) = mpsc::channel(16);
    let start = Instant::now();
    let following = tokio::spawn(operator.follow(events, watch::channel(false).1));
    let mut bytes = 0;
    while let Some((_, event)) = said.recv().await {
        if let Event::Artifact(artifact) = event {
            bytes += artifact.bytes.len();
        }
    }
    let up = rate(start);
    assert_eq!(bytes, TOTAL / EVENT * EVENT);
    following.await.unwrap().unwrap();
    agent.await.unwrap().unwrap();
    (down, up)
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn rate(start: Instant) -> f64 {
    TOTAL as f64 / 1e6 / start.elapsed().as_secs_f64()
}

/// Resident memory of this process in KiB, now.
fn resident() -> u64 {
    let status = fs_err::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Many sessions at once, both halves of each in this process, each with a run that goes on: KiB that they take together, and
/// how long each took to say hello, on the average.
async fn memory(key: Option<&RunKey>) -> (u64, Duration) {
    let before = resident();
    let (cancel, cancelled) = watch::channel(false);
    let mut sessions = Vec::new();
    let mut hello = Duration::ZERO;
    for _ in 0..SESSIONS {
        let (near, far) = duplex(4096);
        let start = Instant::now();
        let (mut operator, agent) = connect(near, far, key).await;
        hello += start.elapsed();
        operator.set_window(Window::shared_by(SESSIONS));
        operator.send_trust(Trust::default()).await.unwrap();
        operator.send_code(CodeId(0), Digest::from_bytes([0; 32]), Bytes::new(), Bytes::new()).await.unwrap();
        operator.order(RunIndex(0), order("wait"));
        let (events, mut said) = mpsc::channel(1);
        let following = tokio::spawn(operator.follow(events, cancelled.clone()));
        said.recv().await.unwrap();
        sessions.push((following, agent, said));
    }
    let taken = resident() - before;
    cancel.send_replace(true);
    for (following, agent, mut said) in sessions {
        while said.recv().await.is_some() {}
        following.await.unwrap().unwrap();
        agent.await.unwrap().unwrap();
    }
    (taken, hello / u32::try_from(SESSIONS).unwrap())
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    // On a worker, as in `dbg`.
    runtime.block_on(async { tokio::spawn(measure()).await.unwrap() });
}

async fn measure() {
    let key = RunKey::generate(RunId::from_random([1; 8])).unwrap();
    let ways = [("process", None), ("noise", Some(&key))];
    for (way, key) in ways {
        let (taken, hello) = memory(key).await;
        println!("{way:<8} {SESSIONS} sessions, both halves: {} MB, hello in {hello:.1?}", taken.div_ceil(1024));
    }
    for (way, key) in ways {
        let mut turns = Vec::new();
        for _ in 0..5 {
            turns.push(speed(key).await);
        }
        let median = |of: fn(&(f64, f64)) -> f64| {
            let mut rates: Vec<f64> = turns.iter().map(of).collect();
            rates.sort_by(f64::total_cmp);
            let [least, _, median, _, most] = rates.try_into().unwrap();
            format!("median {median:.0} MB/s ({least:.0}..{most:.0})")
        };
        println!("{way:<8} code down: {}", median(|turn| turn.0));
        println!("{way:<8} events up: {}", median(|turn| turn.1));
    }
}
