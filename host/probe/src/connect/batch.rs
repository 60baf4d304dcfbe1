//! One batch as one task: all its sockets in one epoll set, no thread and no task of their own.

use std::collections::VecDeque;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

use dbg_capability::{Attempt, ConnectBatch, Destination, Outcome};
use rustix::event::Timespec;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use slab::Slab;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::time::Instant;

use super::conntrack::Conntrack;
use super::descriptors::{Descriptors, Slot};
use super::ended::Ended as EndedAttempts;
use super::rate::Rate;
use super::socket::{self, Begun, Ended};

/// Connects that are begun, and events that are taken, before others get their turn.
const AT_ONCE: usize = 128;

/// Before it is tried again when no descriptor is left and none of this batch will be free.
const STARVED: Duration = Duration::from_millis(10);

/// How long a batch waits for the first descriptor before it gives up.
const PATIENCE: Duration = Duration::from_secs(5);

/// A batch that runs.
pub(super) struct Batch {
    todo: VecDeque<Destination>,
    parallel: usize,
    timeout: Duration,
    rate: Rate,
    conntrack: Conntrack,
    descriptors: Arc<Descriptors>,
    /// Since when no descriptor is to be had.
    starved: Option<Instant>,
    epoll: AsyncFd<OwnedFd>,
    flights: Slab<Flight>,
    /// When which flight is over, the oldest first: all have the same time. Holds flights that are over already, too.
    deadlines: VecDeque<(Instant, usize, u64)>,
    begun: u64,
    ended: Vec<Attempt>,
    out: Arc<EndedAttempts>,
}

/// A connect whose SYN is out.
struct Flight {
    to: Destination,
    serial: u64,
    started: Instant,
    socket: OwnedFd,
    _slot: Slot,
}

/// When there is something to begin.
enum Next {
    Now,
    At(Instant),
    WhenOneEnds,
}

impl Batch {
    /// Nothing is sent before [`Batch::run`].
    pub(super) fn new(
        batch: ConnectBatch,
        conntrack: Conntrack,
        descriptors: Arc<Descriptors>,
        out: Arc<EndedAttempts>,
    ) -> std::io::Result<Self> {
        let ConnectBatch { to, per_second, timeout_ms, parallel } = batch;
        // SAFETY: the descriptor is owned, gives the same number as long as it lives, and is closed by nobody else.
        let epoll =
            unsafe { AsyncFd::register_with_interest(epoll::create(CreateFlags::CLOEXEC)?, Interest::READABLE)? };
        Ok(Self {
            todo: to.into(),
            parallel: usize::try_from(parallel.max(1)).unwrap_or(usize::MAX),
            timeout: Duration::from_millis(timeout_ms.into()),
            rate: Rate::new(per_second),
            conntrack,
            descriptors,
            starved: None,
            epoll,
            flights: Slab::new(),
            deadlines: VecDeque::new(),
            begun: 0,
            ended: Vec::new(),
            out,
        })
    }

    /// Until every destination has its outcome.
    pub(super) async fn run(mut self) {
        loop {
            let all = self.collect();
            self.expire(Instant::now());
            let next = self.begin();
            self.out.add(&mut self.ended);
            if self.todo.is_empty() && self.flights.is_empty() {
                return;
            }
            let wake = match next {
                Next::Now => Some(Instant::now()),
                _ if !all => Some(Instant::now()),
                Next::At(at) => self.first_deadline().map_or(Some(at), |deadline| Some(deadline.min(at))),
                Next::WhenOneEnds => self.first_deadline(),
            };
            match wake {
                Some(at) if at <= Instant::now() => tokio::task::yield_now().await,
                Some(at) => {
                    let _woken = tokio::time::timeout_at(at, self.until_event()).await;
                }
                None => self.until_event().await,
            }
        }
    }

    async fn until_event(&self) {
        // The event stays in the epoll set until `collect` takes it; only the runtime's memory of it is cleared.
        if let Ok(mut guard) = self.epoll.readable().await {
            guard.clear_ready();
        }
    }

    fn first_deadline(&self) -> Option<Instant> {
        self.deadlines.front().map(|(deadline, ..)| *deadline)
    }

    /// Begins what may begin now, up to a batch of them.
    fn begin(&mut self) -> Next {
        for _ in 0..AT_ONCE {
            if self.flights.len() >= self.parallel {
                return Next::WhenOneEnds;
            }
            let Some(to) = self.todo.front().copied() else { return Next::WhenOneEnds };
            let now = Instant::now();
            if let Some(full) = self.conntrack.full(now) {
                self.give_up(&full.to_string());
                return Next::WhenOneEnds;
            }
            let Some(slot) = self.descriptors.take() else { return self.starve(now) };
            if let Err(at) = self.rate.take(now) {
                return Next::At(at);
            }
            let started = Instant::now();
            match socket::begin(to.address) {
                Begun::Starved => return self.starve(now),
                Begun::Ended(ended) => {
                    self.todo.pop_front();
                    self.end(to, started, ended);
                }
                Begun::Waiting(socket) => {
                    self.todo.pop_front();
                    self.wait_for(Flight { to, serial: self.begun, started, socket, _slot: slot });
                }
            }
            self.begun += 1;
            self.starved = None;
        }
        Next::Now
    }

    fn wait_for(&mut self, flight: Flight) {
        let (to, started, serial) = (flight.to, flight.started, flight.serial);
        let entry = self.flights.vacant_entry();
        let key = entry.key();
        let data = EventData::new_u64(key as u64);
        // Once is enough: the flight ends with its first event.
        match epoll::add(self.epoll.get_ref(), &flight.socket, data, EventFlags::OUT | EventFlags::ONESHOT) {
            Ok(()) => {
                entry.insert(flight);
                self.deadlines.push_back((started + self.timeout, key, serial));
            }
            Err(errno) => {
                let detail = format!("the connect cannot be waited for: {errno}");
                self.end(to, started, Ended { outcome: Outcome::Other, detail });
            }
        }
    }

    /// Nothing can be begun for want of a descriptor.
    fn starve(&mut self, now: Instant) -> Next {
        if !self.flights.is_empty() {
            return Next::WhenOneEnds;
        }
        let since = *self.starved.get_or_insert(now);
        if now.saturating_duration_since(since) < PATIENCE {
            return Next::At(now + STARVED);
        }
        self.give_up("not tried: no file descriptor is left");
        Next::WhenOneEnds
    }

    /// Tries no more.
    fn give_up(&mut self, why: &str) {
        self.ended.extend(self.todo.drain(..).map(|to| Attempt {
            to,
            outcome: Outcome::Other,
            took_us: 0,
            detail: why.to_owned(),
        }));
    }

    /// Takes what the kernel says, up to a batch of it; whether that was all.
    fn collect(&mut self) -> bool {
        let mut room = [MaybeUninit::<Event>::uninit(); AT_ONCE];
        let now = Timespec { tv_sec: 0, tv_nsec: 0 };
        let Ok((events, _)) = epoll::wait(self.epoll.get_ref(), &mut room, Some(&now)) else { return true };
        for event in events.iter() {
            let key = usize::try_from(event.data.u64()).unwrap_or(usize::MAX);
            if let Some(flight) = self.flights.try_remove(key) {
                let ended = socket::finish(&flight.socket, flight.to.address);
                self.end(flight.to, flight.started, ended);
            }
        }
        events.len() < AT_ONCE
    }

    /// Ends what had its time.
    fn expire(&mut self, now: Instant) {
        while let Some((deadline, key, serial)) = self.deadlines.front().copied() {
            let is_over = self.flights.get(key).is_none_or(|flight| flight.serial != serial);
            if !is_over && deadline > now {
                return;
            }
            self.deadlines.pop_front();
            if !is_over && let Some(flight) = self.flights.try_remove(key) {
                self.end(flight.to, flight.started, Outcome::TimedOut.into());
            }
        }
    }

    fn end(&mut self, to: Destination, started: Instant, ended: Ended) {
        let took_us = u32::try_from(started.elapsed().as_micros()).unwrap_or(u32::MAX);
        self.ended.push(Attempt { to, outcome: ended.outcome, took_us, detail: ended.detail });
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        // Also when the task is stopped: nobody shall wait for what will not come.
        self.out.finish();
    }
}
