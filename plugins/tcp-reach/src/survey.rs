//! Connects to everything that was asked for, and keeps what came of it in few bytes each.

use std::collections::HashMap;

use dbg_sdk::connect::{Attempt, Batch};
use dbg_sdk::prelude::*;

use crate::banner;
use crate::parameters::TcpReach;
use crate::state::State;

/// Connects of one run: the most that one batch of the host takes.
const MOST: u128 = 100_000;
/// What the report needs of the run's time.
const FOR_THE_REPORT: Duration = Duration::from_secs(2);
/// How long to wait for attempts before the operator's wish to stop is looked at.
const PATIENCE: Duration = Duration::from_millis(500);
/// Connects in flight: as many as the host allows, since the rate bounds them.
const PARALLEL: u32 = 16_384;

/// One value of `to`.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) endpoint: Endpoint,
    /// As the operator would type it.
    pub(crate) text: String,
    /// The batch's number of its first pair of host and port.
    first: u32,
}

impl Asked {
    /// One port of one host, which somebody expects to be there.
    pub(crate) fn is_single(&self) -> bool {
        self.endpoint.count() == 1
    }
}

/// One connect that ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    /// Place of its [`Asked`].
    pub(crate) asked: usize,
    /// Place of its address; an empty one where there is none.
    pub(crate) address: usize,
    pub(crate) port: u16,
    pub(crate) state: State,
    pub(crate) took_us: u32,
    /// Place of its detail.
    pub(crate) detail: usize,
}

/// What one server said first.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) by: Seen,
    /// Escaped.
    pub(crate) text: String,
    /// From SYN-ACK to its first byte.
    pub(crate) after: Duration,
}

/// Everything that was seen.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    pub(crate) asked: Vec<Asked>,
    pub(crate) seen: Vec<Seen>,
    /// Where it was asked for.
    pub(crate) said: Vec<Said>,
    /// Endpoints of the batch without any attempt: the time was up, or the operator stopped it.
    pub(crate) missing: u32,
    addresses: Texts,
    details: Texts,
}

/// Few different texts, each kept once.
#[derive(Debug, Default)]
struct Texts {
    all: Vec<String>,
    places: HashMap<String, usize>,
}

impl Texts {
    fn place(&mut self, text: String) -> usize {
        if let Some(place) = self.places.get(&text) {
            return *place;
        }
        self.all.push(text.clone());
        self.places.insert(text, self.all.len() - 1);
        self.all.len() - 1
    }

    fn get(&self, place: usize) -> &str {
        self.all.get(place).map_or("", String::as_str)
    }
}

impl Survey {
    /// Connects. What the run's time does not suffice for is missing in it.
    pub(crate) fn take(parameters: &TcpReach, run: &Run) -> Result<Self, Failure> {
        let total = parameters.to.iter().fold(0_u128, |total, endpoint| total.saturating_add(endpoint.count()));
        if total > MOST {
            let text = format!("`to` stands for {total} connects, and a run makes at most {MOST}");
            return Err(Failure::bad_arguments(text));
        }
        let mut survey = Self::default();
        let mut batch = Batch::open()?;
        batch.rate(parameters.rate);
        batch.timeout(parameters.timeout);
        batch.parallel(PARALLEL);
        batch.listen(banner::time(parameters));
        let mut first = 0;
        for endpoint in &parameters.to {
            let count = u32::try_from(endpoint.count()).unwrap_or(u32::MAX);
            survey.asked.push(Asked { endpoint: endpoint.clone(), text: endpoint.to_string(), first });
            first += count;
            for (host, port) in endpoint.pairs() {
                batch.add(host, port)?;
            }
        }
        let attempts = batch.start()?;
        let mut answered = vec![false; usize::try_from(first).unwrap_or_default()];
        let mut done: u32 = 0;
        loop {
            let left = run.remaining().saturating_sub(FOR_THE_REPORT);
            if left.is_zero() || run.cancelled() {
                break;
            }
            let page = attempts.next(10_000, PATIENCE.min(left))?;
            for attempt in page.attempts {
                if let Some(answered) = answered.get_mut(usize::try_from(attempt.endpoint).unwrap_or(usize::MAX)) {
                    done += u32::from(!*answered);
                    *answered = true;
                }
                survey.keep(attempt, parameters.banner.is_some());
            }
            if page.last {
                break;
            }
            run.progress(done, first, "connecting");
        }
        survey.missing = first - done;
        Ok(survey)
    }

    fn keep(&mut self, attempt: Attempt, with_banner: bool) {
        let state = State::of(&attempt);
        let Attempt { endpoint, address, outcome: _, took, detail, heard } = attempt;
        let asked = self.asked.partition_point(|asked| asked.first <= endpoint).saturating_sub(1);
        let Some(of) = self.asked.get(asked) else { return };
        let PortRange { first, last } = of.endpoint.ports;
        let ports = u32::from(last.saturating_sub(first)) + 1;
        let port = first.saturating_add(u16::try_from((endpoint - of.first) % ports).unwrap_or_default());
        let took_us = u32::try_from(took.as_micros()).unwrap_or(u32::MAX);
        let (address, detail) = (self.addresses.place(address), self.details.place(detail));
        let seen = Seen { asked, address, port, state, took_us, detail };
        if let Some(heard) = heard.filter(|heard| with_banner && !heard.said.is_empty()) {
            self.said.push(Said { by: seen, text: banner::text(&heard.said), after: heard.after });
        }
        self.seen.push(seen);
    }

    pub(crate) fn address(&self, seen: &Seen) -> &str {
        self.addresses.get(seen.address)
    }

    pub(crate) fn detail(&self, seen: &Seen) -> &str {
        self.details.get(seen.detail)
    }

    /// How many came to that.
    pub(crate) fn count(&self, state: State) -> u32 {
        u32::try_from(self.seen.iter().filter(|seen| seen.state == state).count()).unwrap_or(u32::MAX)
    }
}
