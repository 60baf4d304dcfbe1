//! What became of one question at one server.

use std::io;
use std::time::Duration;

use crate::answer::Reply;
use crate::query::Form;

/// How the last message travelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    Udp,
    Tcp,
}

/// Why nothing could be sent or received.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Trouble {
    #[error("nothing listens there (connection refused)")]
    Refused,
    #[error("the run's grants do not cover this address")]
    NotGranted,
    #[error("no route leads there")]
    NoRoute,
    #[error("no connection within the time")]
    TimedOut,
    #[error("the server closed the connection in the middle of the answer")]
    ClosedEarly,
    #[error("what came over the connection answers another question")]
    Foreign,
    #[error("{0}")]
    Other(io::ErrorKind),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::ConnectionRefused => Self::Refused,
            io::ErrorKind::PermissionDenied => Self::NotGranted,
            io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable | io::ErrorKind::AddrNotAvailable => {
                Self::NoRoute
            }
            io::ErrorKind::TimedOut => Self::TimedOut,
            io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe => {
                Self::ClosedEarly
            }
            kind => Self::Other(kind),
        }
    }
}

/// What ended all asking before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Cut {
    #[error("the time of the run was up")]
    TimeUp,
    #[error("the operator asked to stop")]
    Cancelled,
    #[error("this run asks no more than 8,192 questions")]
    TooMany,
}

/// How a question ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Reply(Reply),
    /// Nothing that answers it came.
    Silent,
    /// Not asked: the server had left another question unanswered to the end, and has answered none.
    GivenUp,
    Unreachable(Trouble),
    /// The answer did not fit into a datagram, and TCP failed.
    NoStream(Trouble),
    Cut(Cut),
}

/// Datagrams that answer nothing that was asked. Each is ignored, and counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Strays {
    /// The question, under a number that was never used.
    pub(crate) wrong_id: u32,
    /// The number, with another question: the text is the last one's.
    pub(crate) wrong_question: u32,
    pub(crate) other_question: Option<String>,
    /// From another address or port than was asked: the text is the last one's.
    pub(crate) wrong_source: u32,
    pub(crate) other_source: Option<String>,
    /// No DNS message, or a broken one.
    pub(crate) garbled: u32,
}

impl Strays {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What was heard of one question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Heard {
    pub(crate) ending: Ending,
    /// How many queries were sent.
    pub(crate) sent: u32,
    /// Which of them was answered, from 1 on.
    pub(crate) answered: Option<u32>,
    /// From sending the answered query to its answer; over TCP with the connecting.
    pub(crate) took: Duration,
    pub(crate) over: Transport,
    /// As it was asked in the end.
    pub(crate) form: Form,
    /// The server answered this code to the query with an OPT record, and something better to the one without.
    pub(crate) edns_refused: Option<u16>,
    /// The answer over UDP was truncated.
    pub(crate) truncated: bool,
    pub(crate) strays: Strays,
}

/// What is known of a server beyond its answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ServerFacts {
    /// Whether it answered a query that needs no work, when it had answered nothing else; none when that was not tried.
    pub(crate) alive: Option<bool>,
    /// Datagrams that belong to none of the questions.
    pub(crate) garbled: u32,
}
