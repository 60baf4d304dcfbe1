//! All that was found out.

use super::outcome::Walk;
use crate::answer::Meaning;
use crate::exchange::{Heard, ServerFacts};
use crate::query::Question;

/// Why a question was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// For a candidate of the look-up.
    Asked,
    /// For an alias that the server did not follow.
    Followed,
    /// With the CD bit, after a failure.
    Unchecked,
    /// Once more with the other kind, after one of a pair was lost.
    PairAgain,
}

/// A question and what was heard of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) server: usize,
    pub(crate) lookup: usize,
    pub(crate) question: Question,
    pub(crate) role: Role,
    /// None without a reply.
    pub(crate) meaning: Option<Meaning>,
    pub(crate) heard: Heard,
}

/// Every look-up at every server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Survey {
    /// By look-up, then by server.
    pub(crate) walks: Vec<Walk>,
    /// In the order in which the questions ended.
    pub(crate) log: Vec<Entry>,
    /// By server.
    pub(crate) facts: Vec<ServerFacts>,
}
