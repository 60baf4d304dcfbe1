//! One batch as one task: all its sockets in one epoll set, no thread and no task of their own.

use std::collections::VecDeque;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

use dbg_capability::{Attempt, ConnectBatch, Destination, Ending, Outcome};
use rustix::event::Timespec;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::io::Errno;
use slab::Slab;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::time::Instant;

use super::conntrack::Conntrack;
use super::deadlines::{Deadlines, Ticket};
use super::descriptors::{Descriptors, Slot};
use super::ended::Ended as EndedAttempts;
use super::listen::{self, Listening, Step};
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
    rate: Rate,
    conntrack: Conntrack,
    descriptors: Arc<Descriptors>,
    /// Since when no descriptor is to be had.
    starved: Option<Instant>,
    epoll: AsyncFd<OwnedFd>,
    flights: Slab<Flight>,
    connecting: Deadlines,
    listening: Deadlines,
    /// Those that spoke.
    spoken: Deadlines,
    /// What servers may still say in all.
    room: usize,
    serial: u64,
    ended: Vec<Attempt>,
    out: Arc<EndedAttempts>,
}

/// A connect whose SYN is out, or a connection that is listened to.
struct Flight {
    to: Destination,
    serial: u64,
    started: Instant,
    socket: OwnedFd,
    /// None before it is made.
    listening: Option<Listening>,
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
        let ConnectBatch { to, per_second, timeout_ms, parallel, listen_ms } = batch;
        // SAFETY: the descriptor is owned, gives the same number as long as it lives, and is closed by nobody else.
        let epoll =
            unsafe { AsyncFd::register_with_interest(epoll::create(CreateFlags::CLOEXEC)?, Interest::READABLE)? };
        Ok(Self {
            todo: to.into(),
            parallel: usize::try_from(parallel.max(1)).unwrap_or(usize::MAX),
            rate: Rate::new(per_second),
            conntrack,
            descriptors,
            starved: None,
            epoll,
            flights: Slab::new(),
            connecting: Deadlines::new(Duration::from_millis(timeout_ms.into())),
            listening: Deadlines::new(Duration::from_millis(listen_ms.into())),
            spoken: Deadlines::new(listen::AFTER_THE_FIRST),
            room: listen::A_BATCH,
            serial: 0,
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
        [&self.connecting, &self.listening, &self.spoken].into_iter().filter_map(Deadlines::first).min()
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
                Begun::Ended(ended) => self.end(to, listen::micros(started), ended),
                Begun::Connected(_) if self.listening.is_zero() => {
                    self.end(to, listen::micros(started), Outcome::Connected.into());
                }
                Begun::Connected(socket) => {
                    let listening = Some(Listening::new(listen::micros(started), Instant::now()));
                    self.wait_for(Flight { to, serial: 0, started, socket, listening, _slot: slot });
                }
                Begun::Waiting(socket) => {
                    self.wait_for(Flight { to, serial: 0, started, socket, listening: None, _slot: slot });
                }
            }
            self.todo.pop_front();
            self.starved = None;
        }
        Next::Now
    }

    /// Waits for what comes next of a flight that is new, or new to listening.
    fn wait_for(&mut self, mut flight: Flight) {
        self.serial += 1;
        flight.serial = self.serial;
        let entry = self.flights.vacant_entry();
        let ticket = Ticket { key: entry.key(), serial: flight.serial };
        let data = EventData::new_u64(ticket.key as u64);
        let (flags, deadlines) = match flight.listening {
            // Once is enough: this phase ends with its first event.
            None => (EventFlags::OUT | EventFlags::ONESHOT, &mut self.connecting),
            // Told once: all that is there is taken, and what stays, such as an error of the past, must not wake the batch for ever.
            Some(_) => (EventFlags::IN | EventFlags::RDHUP | EventFlags::ET, &mut self.listening),
        };
        let added = match epoll::add(self.epoll.get_ref(), &flight.socket, data, flags) {
            Err(Errno::EXIST) => epoll::modify(self.epoll.get_ref(), &flight.socket, data, flags),
            other => other,
        };
        match added {
            Ok(()) => {
                // Of a connect its own beginning counts; the listening begins now.
                deadlines.add(flight.listening.as_ref().map_or(flight.started, |_| Instant::now()), ticket);
                entry.insert(flight);
            }
            Err(errno) => {
                let detail = format!("the connect cannot be waited for: {errno}");
                self.end(flight.to, listen::micros(flight.started), Ended { detail, ..Outcome::Other.into() });
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
            heard: None,
        }));
    }

    /// Takes what the kernel says, up to a batch of it; whether that was all.
    fn collect(&mut self) -> bool {
        let mut room = [MaybeUninit::<Event>::uninit(); AT_ONCE];
        let now = Timespec { tv_sec: 0, tv_nsec: 0 };
        let Ok((events, _)) = epoll::wait(self.epoll.get_ref(), &mut room, Some(&now)) else { return true };
        for event in events.iter() {
            let key = usize::try_from(event.data.u64()).unwrap_or(usize::MAX);
            self.advance(key);
        }
        events.len() < AT_ONCE
    }

    /// The kernel says something of a flight.
    fn advance(&mut self, key: usize) {
        let Some(flight) = self.flights.get_mut(key) else { return };
        let Some(listening) = &mut flight.listening else {
            let ended = socket::finish(&flight.socket, flight.to.address);
            let took_us = listen::micros(flight.started);
            let Some(mut flight) = self.flights.try_remove(key) else { return };
            match ended {
                None if !self.listening.is_zero() => {
                    flight.listening = Some(Listening::new(took_us, Instant::now()));
                    self.wait_for(flight);
                }
                ended => self.end(flight.to, took_us, ended.unwrap_or(Outcome::Connected.into())),
            }
            return;
        };
        match listening.hear(&flight.socket, &mut self.room) {
            Step::More => {}
            Step::Spoke => self.spoken.add(Instant::now(), Ticket { key, serial: flight.serial }),
            Step::Over(ending) => self.over(key, ending),
        }
    }

    /// Ends what had its time.
    fn expire(&mut self, now: Instant) {
        let is_current =
            |flights: &Slab<Flight>, at: Ticket| flights.get(at.key).is_some_and(|flight| flight.serial == at.serial);
        while let Some(ticket) = self.connecting.due(now, |ticket| is_current(&self.flights, ticket)) {
            if let Some(flight) = self.flights.try_remove(ticket.key) {
                self.end(flight.to, listen::micros(flight.started), Outcome::TimedOut.into());
            }
        }
        while let Some(ticket) = self.listening.due(now, |ticket| is_current(&self.flights, ticket)) {
            self.over(ticket.key, Ending::Open);
        }
        while let Some(ticket) = self.spoken.due(now, |ticket| is_current(&self.flights, ticket)) {
            self.over(ticket.key, Ending::Open);
        }
    }

    /// The listening to that flight ends.
    fn over(&mut self, key: usize, ending: Ending) {
        let Some(flight) = self.flights.try_remove(key) else { return };
        if let Some(listening) = flight.listening {
            self.end(flight.to, listening.took_us, listening.over(ending).into());
        }
    }

    fn end(&mut self, to: Destination, took_us: u32, ended: Ended) {
        let Ended { outcome, detail, heard } = ended;
        self.ended.push(Attempt { to, outcome, took_us, detail, heard });
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        // Also when the task is stopped: nobody shall wait for what will not come.
        self.out.finish();
    }
}
