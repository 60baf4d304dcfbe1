//! The frames, and nothing else. Encoded as postcard, each behind its length as four bytes, little-endian.
//! docs/protocol.md describes them and carries the digest of this file.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use dbg_model::{Capability, CheckName, Digest, Effective, Event, Fence, Limits, Machine, RedactPattern, Scalar};
use serde::{Deserialize, Serialize};

use crate::payload::Length;

/// The version of the protocol: a change of any frame after a release is a new one.
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

/// Names a reverse call within one session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct CallId(pub(crate) u32);

/// What an agent says of itself in its hello. Claims, not facts proved; escape before showing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentFacts {
    /// Its build.
    pub build: String,
    /// What code has to be made for.
    pub machine: Machine,
    /// What keeps its process in.
    pub fences: BTreeSet<Fence>,
}

/// Whom the operator's run stands on, so that the agent judges what it is handed by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trust {
    /// The vendors who vouch for something in this run.
    pub vendors: Vec<TrustedVendor>,
    /// The components that the operator lets run though nobody signed them.
    pub unsigned: Vec<Digest>,
}

/// One vendor as the operator trusts it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrustedVendor {
    /// The file of its root.
    pub root: Bytes,
    /// The file of its newest list of revocations, where there is one.
    pub list: Option<Bytes>,
    /// What its plugins may be granted at most.
    pub ceiling: BTreeSet<Capability>,
    /// What dates are compared with, in seconds since 1970.
    pub time: u64,
    /// What is done about plugins and keys that have expired.
    pub expired: Late,
    /// What is done when a newer list is due.
    pub stale: Late,
}

/// What is done about something that is past its date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Late {
    /// It does not count.
    Refused,
    /// It counts; the operator tells of it.
    Told,
}

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
    /// What is masked besides what is built in: the patterns of the site's and the user's policy.
    pub redact: Vec<RedactPattern>,
}

/// Why the operator's side does not answer a reverse call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Refusal {
    /// The operator's side answers nothing of this kind.
    #[error("the operator's side does not offer this")]
    NotOffered,
    /// The check's grant does not cover it.
    #[error("the check's grant does not cover this")]
    Denied,
    /// The answer would be above the bound.
    #[error("the answer is too long; ask for less")]
    TooLong,
    /// The operator's side broke off.
    #[error("the operator's side could not answer")]
    Failed,
}

/// From the operator to the agent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Down {
    /// The first frame.
    Hello { build: String },
    /// Whom the run stands on. Once, before any code.
    Trust(Trust),
    /// Code begins: the file of its component and the native code that was made of it. Their bytes follow in this order.
    Code { code: CodeId, component: Digest, file: Length, native: Length },
    /// The next bytes of the file, or of the native code: never of both.
    CodeBytes { code: CodeId, bytes: Bytes },
    /// Run a check. Its code has arrived whole.
    Run { run: RunIndex, order: Box<Order> },
    /// So many more bytes of event frames may be sent.
    Credit { bytes: u32 },
    /// What a reverse call gets.
    Answer { call: CallId, answer: Result<Bytes, Refusal> },
    /// The session has this long from now; then all runs are cancelled, and soon after the agent ends.
    Deadline { left: Duration },
    /// End all runs; each still sends its ending.
    Cancel,
    /// Still here.
    Ping,
    /// Nothing more will come. Every run has ended.
    Bye,
}

/// From the agent to the operator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Up {
    /// The answer to the first frame.
    Hello(AgentFacts),
    /// The other answer to the first frame: another session of this run is on.
    Busy,
    /// What a run said. `Event::Ended` is the last of each run.
    Event { run: RunIndex, event: Event },
    /// A reverse call on behalf of a run. What the bytes mean is between who calls and who answers.
    Request { run: RunIndex, call: CallId, request: Bytes },
    /// Still here.
    Ping,
    /// The answer to the operator's bye: nothing more will come.
    Bye,
}
