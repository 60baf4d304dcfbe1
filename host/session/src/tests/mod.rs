//! Both halves against each other, and each against a peer that misbehaves. Time stands still and jumps: nothing waits.

mod authentication;
mod bad_link;
mod calls;
mod conversation;
mod document;
mod fuzz;
mod misbehaving_agent;
mod misbehaving_operator;
mod more;
mod time;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use dbg_model::{
    Architecture, Artifact, Counts, CpuFeature, Digest, Effective, Ending, Event, Fence, Limits, Machine, Progress,
    RunId,
};
use tokio::io::{DuplexStream, duplex};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use crate::codec::Encoded;
use crate::handshake::Halves;
use crate::payload::Length;
use crate::wire::Down;
use crate::{
    AgentFacts, Caller, CodeId, Gate, Native, Operator, Order, RunIndex, RunKey, Runner, Security, SessionError, Trust,
    serve,
};

type Ended = Result<(), SessionError>;

/// What an agent of the tests says of itself.
fn facts(build: &str) -> AgentFacts {
    let features = BTreeSet::from([CpuFeature::Sse3, CpuFeature::Avx2]);
    AgentFacts {
        build: build.to_owned(),
        machine: Machine { architecture: Architecture::X86_64, features },
        fences: BTreeSet::from([Fence::Seccomp]),
    }
}

/// A runner whose checks do what their names say.
#[derive(Default)]
pub(super) struct Script {
    trusted: Mutex<Vec<Trust>>,
    judged: Mutex<Vec<(CodeId, usize)>>,
    loaded: Mutex<Vec<(CodeId, usize)>>,
    /// What each call got, in words.
    answers: Mutex<Vec<String>>,
}

/// The file that a [`Script`] does not take.
const BAD: &[u8] = b"bad";

/// Bytes that `flood` says in each of its events, and how many events it says.
const FLOOD: (usize, u32) = (10_000, 100);

#[async_trait]
impl Runner for Script {
    async fn trust(&self, trust: Trust) {
        self.trusted.lock().unwrap().push(trust);
    }

    async fn judge(&self, code: CodeId, _component: Digest, file: Bytes) -> Native {
        self.judged.lock().unwrap().push((code, file.len()));
        if file == BAD { Native::Dropped } else { Native::Wanted }
    }

    async fn load(&self, code: CodeId, native: Bytes) {
        self.loaded.lock().unwrap().push((code, native.len()));
    }

    async fn run(
        &self,
        order: Order,
        events: mpsc::Sender<Event>,
        mut cancel: watch::Receiver<bool>,
        caller: Caller,
    ) -> Ending {
        match order.check.as_str() {
            "wait" => {
                events.send(progress("wait")).await.unwrap();
                cancel.wait_for(|cancelled| *cancelled).await.unwrap();
            }
            "deaf" => std::future::pending().await,
            "broken" => {
                events.send(progress("broken")).await.unwrap();
                panic!("a runner that breaks");
            }
            "flood" => {
                for part in 0..FLOOD.1 {
                    let bytes = vec![u8::try_from(part).unwrap(); FLOOD.0];
                    let artifact = Artifact { artifact: 0, name: "a".into(), media: String::new(), bytes };
                    events.send(Event::Artifact(artifact)).await.unwrap();
                }
            }
            "ask" => {
                for request in ["echo", "deny", "break", "long"] {
                    let answer = caller.call(Bytes::from_static(request.as_bytes())).await;
                    let said = answer.map_or_else(|error| error.to_string(), |it| format!("{it:?}"));
                    self.answers.lock().unwrap().push(said);
                }
            }
            "ask-in-vain" => {
                let answer = caller.call(Bytes::from_static(b"wait")).await;
                self.answers.lock().unwrap().push(format!("{answer:?}"));
            }
            "ask-often" => {
                let calls = (0..100).map(|_| {
                    let caller = caller.clone();
                    tokio::spawn(async move { caller.call(Bytes::from_static(b"count")).await })
                });
                for call in calls.collect::<Vec<_>>() {
                    call.await.unwrap().unwrap();
                }
            }
            other => events.send(progress(other)).await.unwrap(),
        }
        ending()
    }
}

pub(super) fn progress(text: &str) -> Event {
    Event::Progress(Progress { done: 1, total: 1, text: text.into() })
}

pub(super) fn ending() -> Ending {
    Ending { failure: None, counts: Counts::default(), took: Duration::ZERO, peak_memory: 0 }
}

pub(super) fn order(check: &str) -> Order {
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

pub(super) fn run(index: u32, check: &str) -> Down {
    Down::Run { run: RunIndex(index), order: Box::new(order(check)) }
}

pub(super) fn trust() -> Down {
    Down::Trust(Trust::default())
}

pub(super) fn plain(length: u64) -> Length {
    Length { plain: length, packed: None }
}

pub(super) fn code(native: u64) -> Down {
    Down::Code { code: CodeId(0), component: digest(), file: plain(0), native: plain(native) }
}

pub(super) fn digest() -> Digest {
    Digest::from_bytes([0; 32])
}

pub(super) fn run_id() -> RunId {
    RunId::from_random([7; 8])
}

/// Both ways to protect a session, as the operator and the agent hold them.
#[derive(Debug)]
pub(super) enum Way {
    Process,
    Noise(RunKey),
}

impl Way {
    pub(super) fn both() -> [Self; 2] {
        [Self::Process, Self::noise()]
    }

    pub(super) fn noise() -> Self {
        Self::Noise(RunKey::generate(run_id()).unwrap())
    }

    pub(super) fn operator(&self) -> Security<&RunKey> {
        match self {
            Self::Process => Security::Process,
            Self::Noise(key) => Security::Noise(key),
        }
    }

    pub(super) fn agent(&self) -> Security<Gate> {
        match self {
            Self::Process => Security::Process,
            Self::Noise(key) => Security::Noise(Gate::new(key.public())),
        }
    }
}

/// A real agent behind a pipe.
pub(super) fn agent(security: Security<Gate>, runner: &Arc<Script>) -> (DuplexStream, JoinHandle<Ended>) {
    let (near, far) = duplex(64 * 1024);
    let runner: Arc<dyn Runner> = Arc::clone(runner) as _;
    (near, tokio::spawn(async move { serve(far, security, facts("test"), runner).await }))
}

/// A real operator with a real agent, and code that was sent.
pub(super) async fn operator(way: &Way, runner: &Arc<Script>) -> (Operator, JoinHandle<Ended>) {
    let (stream, agent) = agent(way.agent(), runner);
    let (mut operator, _) = Operator::connect(stream, way.operator(), "test").await.unwrap();
    operator.send_trust(Trust::default()).await.unwrap();
    operator.send_code(CodeId(0), digest(), Bytes::new(), Bytes::new()).await.unwrap();
    (operator, agent)
}

/// Writes frames as one flight.
pub(super) async fn put<S: tokio::io::AsyncWrite>(halves: &mut Halves<S>, frames: &[Encoded]) {
    for frame in frames {
        halves.outlet.put(frame).await.unwrap();
    }
    halves.outlet.flush().await.unwrap();
}

pub(super) fn encoded(frame: &impl serde::Serialize) -> Encoded {
    Encoded::new(frame).unwrap()
}

/// Bytes where a frame belongs.
pub(super) fn raw(bytes: &[u8]) -> Encoded {
    Encoded { head: bytes.to_vec(), body: Bytes::new() }
}

/// Numbers that look random and are the same every time: xorshift.
pub(super) struct Numbers(u64);

impl Numbers {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(bound.max(1)).unwrap()).unwrap()
    }

    pub(super) fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.next().to_le_bytes()[3]).collect()
    }
}
