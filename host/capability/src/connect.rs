//! `dbg:connect`: batches of TCP connects, measured at the target. Source: man 7 tcp.
//!
//! Names are resolved and addresses judged by the engine, above the trait: here are only addresses that may be reached.

use std::net::SocketAddr;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// A batch that runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BatchId(pub u64);

/// One address to connect to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destination {
    /// The asker's number of the endpoint, given back in the attempt.
    pub endpoint: u32,
    /// Where it is.
    pub address: SocketAddr,
}

/// What to connect to, and how fast.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectBatch {
    /// In this order.
    pub to: Vec<Destination>,
    /// SYNs a second; 0 for no limit.
    pub per_second: u32,
    /// For each connect, in milliseconds.
    pub timeout_ms: u32,
    /// Connects in flight; the target's limit of open files may lower it.
    pub parallel: u32,
    /// How long a made connection is listened to, in milliseconds; 0 for not at all.
    pub listen_ms: u32,
}

/// How a made connection stood when the listening ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ending {
    /// Still open.
    Open,
    /// FIN.
    Closed,
    /// RST.
    Reset,
    /// Anything else.
    Other,
}

/// What a server said and did after the connect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    /// Its first bytes, at most [`Heard::MOST`].
    pub said: Vec<u8>,
    /// How the connection stood.
    pub ending: Ending,
    /// From SYN-ACK to its first byte or, where it said nothing, to the ending, in microseconds; saturates.
    pub after_us: u32,
}

impl Heard {
    /// Bytes of one connection: longer than greetings of SSH, SMTP, FTP, MySQL and IMAP.
    pub const MOST: usize = 256;
}

/// How one connect ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// SYN-ACK.
    Connected,
    /// RST.
    Refused,
    /// No answer in time.
    TimedOut,
    /// ICMP, or no route.
    Unreachable,
    /// Anything else; the detail says what.
    Other,
}

/// One connect that ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// What was tried.
    pub to: Destination,
    /// How it ended.
    pub outcome: Outcome,
    /// From SYN to outcome, in microseconds; saturates.
    pub took_us: u32,
    /// Empty, or what the kernel said: lower case, no full stop.
    pub detail: String,
    /// Of a made connection that was listened to, or that was broken so soon that it was seen at once.
    pub heard: Option<Box<Heard>>,
}

/// Some attempts, in the order in which they ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptPage {
    /// The attempts.
    pub attempts: Vec<Attempt>,
    /// No more will come.
    pub last: bool,
}

/// The cause, as far as a program can act on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConnectErrorCode {
    /// Too many batches run.
    OverBudget,
    /// No such batch, or closed.
    Closed,
    /// Anything else.
    Other,
}

/// Why a batch could not be run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{text}")]
pub struct ConnectError {
    /// The cause.
    pub code: ConnectErrorCode,
    /// One sentence, lower case, no full stop.
    pub text: String,
}

/// Connects at the target.
#[async_trait]
pub trait Connect: Send + Sync {
    /// Starts a batch, which then runs by itself until it is done or closed.
    async fn start(&self, batch: ConnectBatch) -> Result<BatchId, ConnectError>;

    /// What ended since the last call, at most `max`; waits at most `timeout_ms` for the first, and a moment for more.
    async fn next(&self, batch: BatchId, max: u32, timeout_ms: u32) -> Result<AttemptPage, ConnectError>;

    /// Ends what is in flight and frees the batch; one that does not run is no error.
    async fn close(&self, batch: BatchId);
}
