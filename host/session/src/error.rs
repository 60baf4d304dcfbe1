//! Who is to blame when a session ends badly.

use std::io;

use dbg_model::RunId;

use crate::{PROTOCOL, Protocol, Wrapping};

/// Why a session ended badly.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The stream broke.
    #[error("the session broke: {0}")]
    Io(io::Error),
    /// The stream ended without a `bye`.
    #[error("the other side is gone without a word")]
    Gone,
    /// Nothing came for the length of the heartbeat.
    #[error("the other side has been silent for 30 seconds")]
    Silent,
    /// Nothing was taken for the length of the heartbeat.
    #[error("the other side has taken nothing for 30 seconds")]
    Stalled,
    /// The first bytes are not those of a session.
    #[error("the other side is no dbg: its first bytes are not those of a session")]
    NotDbg,
    /// The peer speaks an older version.
    #[error("the other side is too old: it speaks version {theirs} of the protocol, and this dbg speaks {PROTOCOL}")]
    TooOld {
        /// What it speaks.
        theirs: Protocol,
    },
    /// The peer speaks a newer version.
    #[error("the other side is too new: it speaks version {theirs} of the protocol, and this dbg speaks {PROTOCOL}")]
    TooNew {
        /// What it speaks.
        theirs: Protocol,
    },
    /// One side encrypts and the other does not.
    #[error("the other side wants the session {theirs}, and this side {ours}")]
    OtherWrapping {
        /// What it wants.
        theirs: Wrapping,
        /// What we want.
        ours: Wrapping,
    },
    /// The peer belongs to another run.
    #[error("the other side belongs to run `{theirs}`, and this side to `{ours}`")]
    OtherRun {
        /// Its run.
        theirs: RunId,
        /// Ours.
        ours: RunId,
    },
    /// Whoever connected to the agent does not hold the key of the run.
    #[error("whoever connected does not hold the key of this run")]
    NotTheOperator,
    /// Whoever answered the operator was not started with the key of the run.
    #[error("whoever answered was not started for this run")]
    NotTheAgent,
    /// The first bytes are those of an earlier session of this run.
    #[error("whoever connected plays back an earlier session of this run")]
    Replayed,
    /// The agent serves another session of this run.
    #[error("another session of this run is on")]
    Busy,
    /// What came was changed on its way, or did not come from the peer.
    #[error("what came was changed on its way")]
    Tampered,
    /// The peer broke the protocol.
    #[error("the other side broke the protocol: {0}")]
    Misbehaved(Offence),
    /// The session's time was up.
    #[error("the session's time was up")]
    Deadline,
    /// Runs did not end when they were told to.
    #[error("checks did not end within 5 seconds after they were told to")]
    Overdue,
    /// Our own side has a frame above the bound.
    #[error("this side has something to say that no frame can hold")]
    Unsendable,
    /// The machine has no random numbers for a key.
    #[error("the machine gives no random numbers to make a key of")]
    NoRandomness,
}

/// How a peer broke the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Offence {
    /// A frame above the bound.
    #[error("a frame of {length} bytes, and {max} are allowed")]
    FrameTooLong {
        /// Its announced length.
        length: usize,
        /// The bound.
        max: usize,
    },
    /// Bytes that are no frame.
    #[error("a frame that cannot be read")]
    Garbage,
    /// A frame where it does not belong.
    #[error("a `{frame}` frame where none belongs")]
    OutOfOrder {
        /// Its kind.
        frame: &'static str,
    },
    /// A frame after the last one.
    #[error("a `{frame}` frame after `bye`")]
    AfterBye {
        /// Its kind.
        frame: &'static str,
    },
    /// Code above the bound, or more or fewer bytes than announced.
    #[error("code that is longer than announced or allowed")]
    CodeLength,
    /// Packed code that does not unpack to what was announced.
    #[error("packed code that does not unpack to what was announced")]
    Unpackable,
    /// More pieces of code than one session has, or more runs at once.
    #[error("more code than one session has, or more runs at once")]
    TooMany,
    /// An event or a request of a run that was not ordered or has ended.
    #[error("an event or a request of a run that there is not")]
    UnknownRun,
    /// An answer to a request that was not made.
    #[error("an answer to a request that was not made")]
    UnknownCall,
    /// More requests at once than allowed, or one above the bound.
    #[error("more or longer requests than allowed")]
    TooManyCalls,
    /// An event that there was no credit for.
    #[error("an event that was not asked for yet")]
    NoCredit,
}

impl From<io::Error> for SessionError {
    fn from(error: io::Error) -> Self {
        use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
        // How the end of a stream shows depends on the kind of stream, and on who was writing just then.
        match error.kind() {
            BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof => Self::Gone,
            _ => Self::Io(error),
        }
    }
}

impl SessionError {
    /// The error of a peer that speaks another version.
    pub(crate) fn other_version(theirs: Protocol) -> Self {
        if theirs < PROTOCOL { Self::TooOld { theirs } } else { Self::TooNew { theirs } }
    }

    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::TooOld { .. } | Self::TooNew { .. } => "use the same dbg on both sides",
            Self::OtherRun { .. } | Self::NotTheAgent => {
                "an agent of another run is in the way; remove it, then run again"
            }
            Self::NotTheOperator | Self::Replayed | Self::Tampered => {
                "somebody else may be on this connection; find out who can reach the target's agent before you run again"
            }
            Self::Busy => "wait until the other session has ended",
            Self::Silent | Self::Stalled => "see whether the target is overloaded or the link to it is down",
            Self::Io(_)
            | Self::Gone
            | Self::NotDbg
            | Self::OtherWrapping { .. }
            | Self::Misbehaved(_)
            | Self::Deadline
            | Self::Overdue
            | Self::Unsendable
            | Self::NoRandomness => return None,
        };
        Some(hint.to_owned())
    }
}
