//! From what was found out to what a person reads: one finding a server and kind of problem, each with what to do next.
//!
//! Never asks anything; the report is written from a finished survey alone.

mod collect;
mod dig;
mod emit;
mod good;
mod problem;
mod strays;

pub(crate) use emit::emit;

use dbg_sdk::Severity;

use crate::lookup::Lookup;
use crate::settings::Server;
use crate::walk::Survey;

/// Everything that the findings are made from.
#[derive(Clone, Copy)]
pub(crate) struct Facts<'a> {
    pub(crate) lookups: &'a [Lookup],
    pub(crate) servers: &'a [Server],
    pub(crate) survey: &'a Survey,
    /// An answer that took longer is slow.
    pub(crate) slow: std::time::Duration,
}

impl Facts<'_> {
    fn server(&self, position: usize) -> Option<&Server> {
        self.servers.get(position)
    }

    fn lookup(&self, position: usize) -> Option<&Lookup> {
        self.lookups.get(position)
    }
}

/// Something that is not as it should be, at one server.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Occurrence {
    problem: problem::Problem,
    severity: Severity,
    server: usize,
    /// Of what: `shop.test AAAA`.
    subject: String,
    /// How it shows.
    text: String,
    /// How to see it without this check.
    dig: Option<String>,
}

/// The order of the verdict: what weighs more comes later.
const fn weight(severity: Severity) -> u8 {
    match severity {
        Severity::Pass => 0,
        Severity::Info => 1,
        Severity::Warn => 2,
        Severity::Unknown => 3,
        Severity::Fail => 4,
    }
}
