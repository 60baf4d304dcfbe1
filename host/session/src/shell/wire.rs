//! The frames of a shell's session, after the hellos. Encoded as all frames are. docs/protocol.md has them.

use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::codec::Frame;

/// How large a terminal is, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// From left to right.
    pub columns: u16,
    /// From top to bottom.
    pub rows: u16,
}

/// What the program's three streams are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Streams {
    /// One terminal of this size.
    Terminal(Size),
    /// Pipes, so that stdout and stderr stay apart and stdin can end.
    Pipes,
}

/// What is to be started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// The program and its arguments, each any bytes but zero; without any, the first shell that there is.
    pub program: Vec<Bytes>,
    /// What its streams are.
    pub streams: Streams,
    /// What kind of terminal the operator has: the variable `TERM`.
    pub term: Option<String>,
    /// How long it may run; then it is ended.
    pub left: Duration,
}

/// One of the two streams that a program writes. A terminal is all stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Source {
    /// What it says.
    Stdout,
    /// What it says of itself.
    Stderr,
}

/// Why nothing was started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum NotStarted {
    /// No program was named, and there is no shell.
    NoShell,
    /// There is no such program, or what is to interpret it is not there.
    NotFound,
    /// It may not be started, or it is no program.
    NotExecutable,
    /// The kernel says this, in its words: foreign text.
    Failed(String),
}

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ended {
    /// By itself, with this code.
    Code(u8),
    /// By a signal.
    Signal(u8),
    /// It was ended: its time was over.
    TimeOver,
}

/// From the operator to the agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Down {
    /// The first frame after the hellos.
    Start(Box<Start>),
    /// What the program reads. Within the window.
    Input { bytes: Bytes },
    /// Its stdin is at its end.
    InputEnd,
    /// The terminal has another size now.
    Resize(Size),
    /// So many bytes of output were taken: as many more may come.
    Took { bytes: u32 },
    /// The program is to end: it gets this signal, and a second later it is killed.
    End { signal: u8 },
    /// Still here.
    Ping,
}

/// From the agent to the operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Up {
    /// The program runs.
    Started,
    /// It does not; the last frame.
    NotStarted(NotStarted),
    /// What it says. Within the window.
    Output { from: Source, bytes: Bytes },
    /// So many bytes of input were taken: as many more may come.
    Took { bytes: u32 },
    /// It ended, and all that it said has been sent; the last frame.
    Ended(Ended),
    /// Still here.
    Ping,
}

impl Frame for Down {
    const PING: Self = Self::Ping;

    fn name(&self) -> &'static str {
        match self {
            Self::Start { .. } => "start",
            Self::Input { .. } => "input",
            Self::InputEnd => "input-end",
            Self::Resize(_) => "resize",
            Self::Took { .. } => "took",
            Self::End { .. } => "end",
            Self::Ping => "ping",
        }
    }
}

impl Frame for Up {
    const PING: Self = Self::Ping;

    fn name(&self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::NotStarted(_) => "not-started",
            Self::Output { .. } => "output",
            Self::Took { .. } => "took",
            Self::Ended(_) => "ended",
            Self::Ping => "ping",
        }
    }
}
