//! Thousands of TCP connects at once: connected, measured and closed without sending a byte, and listened to before that where asked
//! for. Needs a grant of `connect`.
//!
//! ```no_run
//! use std::time::Duration;
//! use dbg_sdk::connect::{Batch, Outcome};
//!
//! # fn reach() -> Result<(), dbg_sdk::Failure> {
//! let mut batch = Batch::open()?;
//! batch.timeout(Duration::from_secs(1));
//! for port in 1..=1024 {
//!     batch.add("192.0.2.7", port)?;
//! }
//! let attempts = batch.start()?;
//! loop {
//!     let page = attempts.next(1_000, Duration::from_secs(1))?;
//!     for attempt in &page.attempts {
//!         if attempt.outcome == Outcome::Connected {
//!             println!("port {} is open", attempt.endpoint + 1);
//!         }
//!     }
//!     if page.last {
//!         break;
//!     }
//! }
//! # Ok(())
//! # }
//! ```

use std::time::Duration;

use crate::host::{connect_errors, tcp_connects};

/// Endpoints that the host takes in one call.
const A_CALL: usize = 10_000;

/// Why a batch could not be run. What happened to one connect is its outcome, never an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorCode {
    /// Not granted at all.
    Denied,
    /// An endpoint is no address and no name or has the port 0, or the batch is empty.
    BadRequest,
    /// More endpoints, addresses of them, batches or connects than one run may have.
    OverBudget,
    /// The batch was closed.
    Closed,
    /// Anything else; the text says what.
    Other,
}

/// What the functions here answer when they cannot.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct Error {
    /// The cause.
    pub code: ErrorCode,
    /// One sentence, lower case, no full stop.
    pub text: String,
}

impl Error {
    /// What to do about it, where there is something.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self.code {
            ErrorCode::Denied => Some(
                "the check needs `grant(capability = \"connect\", …)`, and the operator's consent to it".to_owned(),
            ),
            ErrorCode::OverBudget => Some("connect to fewer endpoints in one batch".to_owned()),
            ErrorCode::BadRequest | ErrorCode::Closed | ErrorCode::Other => None,
        }
    }
}

impl From<connect_errors::Error> for Error {
    fn from(error: connect_errors::Error) -> Self {
        let code = match error.code {
            connect_errors::ErrorCode::Denied => ErrorCode::Denied,
            connect_errors::ErrorCode::BadRequest => ErrorCode::BadRequest,
            connect_errors::ErrorCode::OverBudget => ErrorCode::OverBudget,
            connect_errors::ErrorCode::Closed => ErrorCode::Closed,
            connect_errors::ErrorCode::Other => ErrorCode::Other,
        };
        Self { code, text: error.text }
    }
}

/// How one connect ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// SYN-ACK: somebody listens.
    Connected,
    /// RST: nobody listens.
    Refused,
    /// No answer in time.
    TimedOut,
    /// ICMP said so, or the target has no way there.
    Unreachable,
    /// The name has no address.
    Unresolved,
    /// This address is not in the grant.
    Denied,
    /// Anything else; the detail says what.
    Other,
}

/// How a made connection stood when the listening ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ending {
    /// Still open.
    Open,
    /// The server had ended it.
    Closed,
    /// The server had broken it.
    Reset,
    /// Anything else.
    Other,
}

/// What a server said and did after the connect, before anything was sent to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// What it said first: its own bytes, at most 256, not to be trusted.
    pub said: Vec<u8>,
    /// How the connection stood.
    pub ending: Ending,
    /// From SYN-ACK to its first byte or, where it said nothing, to the ending.
    pub after: Duration,
}

/// One connect of one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Which endpoint, counted from 0 in the order of [`Batch::add`]. A name of several addresses has several attempts.
    pub endpoint: u32,
    /// The address tried; empty where there is none.
    pub address: String,
    /// How it ended.
    pub outcome: Outcome,
    /// From SYN to outcome; zero when nothing was sent.
    pub took: Duration,
    /// Empty, or what the kernel or the resolver said.
    pub detail: String,
    /// Of a made connection that was listened to, or whose server broke it so soon that it was seen for nothing.
    pub heard: Option<Heard>,
}

/// Some attempts, in the order in which they ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The attempts.
    pub attempts: Vec<Attempt>,
    /// No more will come. An empty page that is not the last only means that the time was up.
    pub last: bool,
}

/// What to connect to; nothing happens before [`Batch::start`].
#[derive(Debug)]
pub struct Batch {
    handle: tcp_connects::Batch,
    added: Vec<tcp_connects::Endpoint>,
}

impl Batch {
    /// An empty batch.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`], [`ErrorCode::OverBudget`] (8 are open), [`ErrorCode::Other`].
    pub fn open() -> Result<Self, Error> {
        Ok(Self { handle: tcp_connects::open()?, added: Vec::new() })
    }

    /// Adds an endpoint: an address, or a name that the target's resolver resolves; every address of it is tried. 100,000 a batch.
    ///
    /// # Errors
    /// [`ErrorCode::BadRequest`], [`ErrorCode::OverBudget`], of this endpoint or one before it.
    pub fn add(&mut self, host: impl Into<String>, port: u16) -> Result<(), Error> {
        self.added.push(tcp_connects::Endpoint { host: host.into(), port });
        if self.added.len() >= A_CALL { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), Error> {
        let added = std::mem::take(&mut self.added);
        if !added.is_empty() {
            self.handle.add(&added)?;
        }
        Ok(())
    }

    /// At most so many SYNs a second; 0 for no limit; 500 unless said.
    pub fn rate(&mut self, per_second: u32) {
        self.handle.set_rate(per_second);
    }

    /// For each connect: 1 ms to 60 s; 3 s unless said.
    pub fn timeout(&mut self, timeout: Duration) {
        self.handle.set_timeout_ms(u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX));
    }

    /// Connects in flight: 1 to 16,384; 512 unless said.
    pub fn parallel(&mut self, count: u32) {
        self.handle.set_parallel(count);
    }

    /// How long a made connection is listened to before it is closed: up to 60 s; zero, not at all, unless said. It ends sooner when
    /// the server ends it, 100 ms after its first byte, or when 256 bytes came. Of a batch 1 MiB is kept.
    pub fn listen(&mut self, time: Duration) {
        self.handle.set_listen_ms(u32::try_from(time.as_millis()).unwrap_or(u32::MAX));
    }

    /// Resolves the names and starts.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`], [`ErrorCode::BadRequest`] (no endpoint), [`ErrorCode::OverBudget`], [`ErrorCode::Other`].
    pub fn start(mut self) -> Result<Attempts, Error> {
        self.flush()?;
        Ok(Attempts { handle: self.handle.start()? })
    }
}

/// A batch that runs, also between two [`Attempts::next`]. It is stopped when this is dropped.
#[derive(Debug)]
pub struct Attempts {
    handle: tcp_connects::Attempts,
}

impl Attempts {
    /// What ended since the last call, at most `max`; waits at most `timeout` for the first, and a moment for more.
    ///
    /// # Errors
    /// [`ErrorCode::Other`].
    pub fn next(&self, max: u32, timeout: Duration) -> Result<Page, Error> {
        let page = self.handle.next(max, u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX))?;
        let mut attempts: Vec<Attempt> = page.attempts.into_iter().map(Attempt::from).collect();
        for heard in page.heard {
            let place = usize::try_from(heard.attempt).unwrap_or(usize::MAX);
            if let Some(attempt) = attempts.get_mut(place) {
                attempt.heard = Some(heard.into());
            }
        }
        Ok(Page { attempts, last: page.last })
    }
}

impl From<tcp_connects::Attempt> for Attempt {
    fn from(attempt: tcp_connects::Attempt) -> Self {
        let outcome = match attempt.outcome {
            tcp_connects::Outcome::Connected => Outcome::Connected,
            tcp_connects::Outcome::Refused => Outcome::Refused,
            tcp_connects::Outcome::TimedOut => Outcome::TimedOut,
            tcp_connects::Outcome::Unreachable => Outcome::Unreachable,
            tcp_connects::Outcome::Unresolved => Outcome::Unresolved,
            tcp_connects::Outcome::Denied => Outcome::Denied,
            tcp_connects::Outcome::Other => Outcome::Other,
        };
        Self {
            endpoint: attempt.endpoint,
            address: attempt.address,
            outcome,
            took: Duration::from_micros(attempt.took_us.into()),
            detail: attempt.detail,
            heard: None,
        }
    }
}

impl From<tcp_connects::Heard> for Heard {
    fn from(heard: tcp_connects::Heard) -> Self {
        let ending = match heard.ending {
            tcp_connects::Ending::Open => Ending::Open,
            tcp_connects::Ending::Closed => Ending::Closed,
            tcp_connects::Ending::Reset => Ending::Reset,
            tcp_connects::Ending::Other => Ending::Other,
        };
        Self { said: heard.said, ending, after: Duration::from_micros(heard.after_us.into()) }
    }
}
