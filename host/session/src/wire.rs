//! The frames, and nothing else. Encoded as postcard, each behind its length as four bytes, little-endian.

use std::fmt;

use bytes::Bytes;
use dbg_model::{CheckName, Digest, Effective, Event, Limits, Scalar};
use serde::{Deserialize, Serialize};

/// The version of the protocol: a change of any frame is a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Protocol(pub u32);

/// What this build speaks.
pub const PROTOCOL: Protocol = Protocol(1);

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Names a piece of native code within one session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CodeId(pub u32);

/// Names a run within one session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RunIndex(pub u32);

/// One check to be run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// Which code it is in.
    pub code: CodeId,
    /// Which check of it.
    pub check: CheckName,
    /// Validated, defaults applied.
    pub arguments: Vec<(String, Vec<Scalar>)>,
    /// What it may use.
    pub grants: Effective,
    /// How much it may take.
    pub limits: Limits,
    /// The target as the operator wrote it.
    pub target: String,
}

/// From the operator to the agent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Down {
    /// The first frame.
    Hello { protocol: Protocol, build: String },
    /// Code begins; its bytes follow in order.
    Code { code: CodeId, component: Digest, length: u64 },
    /// The next bytes of a code.
    CodeBytes { code: CodeId, bytes: Bytes },
    /// Run a check. Its code has arrived whole.
    Run { run: RunIndex, order: Box<Order> },
    /// End all runs; each still sends its ending.
    Cancel,
    /// Nothing more will come.
    Bye,
}

/// From the agent to the operator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Up {
    /// The answer to the first frame.
    Hello { protocol: Protocol, build: String, architecture: String },
    /// What a run said. `Event::Ended` is the last of each run.
    Event { run: RunIndex, event: Event },
    /// Nothing more will come.
    Bye,
}
