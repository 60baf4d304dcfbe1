//! `dbg:connect/tcp-connects`: what a test says of a host is there at once, in the order of the endpoints.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

use super::connect_errors::{Error, ErrorCode};
use crate::connect;
use crate::fake::Connect;
use crate::fake::state::with;

/// As the contract has them.
const A_CALL: usize = 10_000;
const A_BATCH: usize = 100_000;
const SAID: usize = 256;

#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    pub host: String,
    pub port: u16,
}

pub(crate) use crate::connect::{Ending, Outcome};

#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    pub endpoint: u32,
    pub address: String,
    pub outcome: Outcome,
    pub took_us: u32,
    pub detail: String,
}

#[derive(Clone, Debug)]
pub(crate) struct Heard {
    pub attempt: u32,
    pub said: Vec<u8>,
    pub ending: Ending,
    pub after_us: u32,
}

#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub attempts: Vec<Attempt>,
    pub heard: Vec<Heard>,
    pub last: bool,
}

#[derive(Debug)]
pub(crate) struct Batch {
    connect: Connect,
    endpoints: RefCell<Vec<Endpoint>>,
    listens: Cell<bool>,
}

#[derive(Debug)]
pub(crate) struct Attempts(RefCell<VecDeque<(Attempt, Option<Heard>)>>);

pub(crate) fn open() -> Result<Batch, Error> {
    let outside = || Error { code: ErrorCode::Other, text: "no run is under way: use `fake::Host::run`".to_owned() };
    let connect: Result<Connect, connect::Error> = with(|state| state.host.connect.clone()).ok_or_else(outside)?;
    Ok(Batch { connect: connect?, endpoints: RefCell::default(), listens: Cell::new(false) })
}

impl Batch {
    pub(crate) fn add(&self, endpoints: &[Endpoint]) -> Result<(), Error> {
        let mut all = self.endpoints.borrow_mut();
        if endpoints.len() > A_CALL || all.len() + endpoints.len() > A_BATCH {
            let text = format!("an `add` takes at most {A_CALL} endpoints, and a batch {A_BATCH}");
            return Err(Error { code: ErrorCode::OverBudget, text });
        }
        if let Some(bad) = endpoints.iter().find(|endpoint| endpoint.port == 0 || endpoint.host.is_empty()) {
            let text = format!("`{}` with port {}: it is no address and no name", bad.host, bad.port);
            return Err(Error { code: ErrorCode::BadRequest, text });
        }
        all.extend_from_slice(endpoints);
        Ok(())
    }

    pub(crate) fn set_rate(&self, _: u32) {}

    pub(crate) fn set_timeout_ms(&self, _: u32) {}

    pub(crate) fn set_parallel(&self, _: u32) {}

    pub(crate) fn set_listen_ms(&self, listen_ms: u32) {
        self.listens.set(listen_ms > 0);
    }

    pub(crate) fn start(&self) -> Result<Attempts, Error> {
        let endpoints = self.endpoints.take();
        if endpoints.is_empty() {
            return Err(Error { code: ErrorCode::BadRequest, text: "the batch has no endpoint".to_owned() });
        }
        let numbered = (0..).zip(&endpoints);
        let attempts = numbered.flat_map(|(endpoint, Endpoint { host, port })| {
            self.connect.of(host, *port).into_iter().map(move |answer| {
                let connect::Heard { mut said, ending, after } = answer.heard;
                said.truncate(SAID);
                // Its place in the page is known when there is one.
                let heard = Heard { attempt: 0, said, ending, after_us: micros(after) };
                let attempt = Attempt {
                    endpoint,
                    address: answer.address,
                    outcome: answer.outcome,
                    took_us: micros(answer.took),
                    detail: answer.detail,
                };
                (attempt, (self.listens.get() && answer.outcome == Outcome::Connected).then_some(heard))
            })
        });
        Ok(Attempts(RefCell::new(attempts.collect())))
    }
}

impl Attempts {
    pub(crate) fn next(&self, max: u32, _: u32) -> Result<Page, Error> {
        let mut left = self.0.borrow_mut();
        let count = left.len().min(usize::try_from(max).unwrap_or(usize::MAX)).min(A_CALL);
        let (mut attempts, mut heard) = (Vec::new(), Vec::new());
        for (place, (attempt, of_it)) in (0..).zip(left.drain(..count)) {
            attempts.push(attempt);
            heard.extend(of_it.map(|it| Heard { attempt: place, ..it }));
        }
        Ok(Page { attempts, heard, last: left.is_empty() })
    }
}

fn micros(time: std::time::Duration) -> u32 {
    u32::try_from(time.as_micros()).unwrap_or(u32::MAX)
}
