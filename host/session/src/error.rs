//! Who is to blame when a session ends badly.

use std::io;

use crate::Protocol;

/// Why a session ended badly.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The stream broke.
    #[error("the session broke: {0}")]
    Io(#[from] io::Error),
    /// The stream ended without a `bye`.
    #[error("the other side is gone without a word")]
    Gone,
    /// The peer broke the protocol.
    #[error("the other side broke the protocol: {0}")]
    Misbehaved(Offence),
    /// The peer speaks another version.
    #[error("the other side speaks version {theirs} of the protocol, and this dbg speaks {ours}")]
    Incompatible {
        /// What it speaks.
        theirs: Protocol,
        /// What we speak.
        ours: Protocol,
    },
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
    /// Code above the bound, or more or fewer bytes than announced.
    #[error("code that is longer than announced or allowed")]
    CodeLength,
    /// An event for a run that was not ordered or has ended.
    #[error("an event of a run that there is not")]
    UnknownRun,
}

impl SessionError {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Incompatible { .. } => Some("use the same dbg on both sides".to_owned()),
            Self::Io(_) | Self::Gone | Self::Misbehaved(_) => None,
        }
    }
}
