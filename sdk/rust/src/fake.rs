//! A host for unit tests: it gives a check what the test says, and keeps what the check reports.
//!
//! Sockets are real: let a test open its own server on loopback. What the contract would drop, cut or escape is kept here and named in
//! [`Report::mistakes`].
//!
//! ```
//! use dbg_sdk::fake::{Host, Resolver};
//! use dbg_sdk::{Failure, Run, Severity, resolver};
//!
//! fn look(run: &Run) -> Result<(), Failure> {
//!     match resolver::read()?.nameservers().len() {
//!         0 => run.warn("no-servers", "no name server is configured"),
//!         _ => run.pass("servers", "name servers are configured"),
//!     };
//!     Ok(())
//! }
//!
//! let report = Host::new().resolver(Resolver::new().nameserver("10.0.0.10", 53)).run(look);
//! assert_eq!(report.verdict(), Severity::Pass);
//! assert!(report.mistakes.is_empty());
//! ```

mod cluster;
mod connect;
pub(crate) mod imports;
mod machine;
mod mistakes;
mod network;
mod report;
mod resolver;
mod state;
mod tree;

use std::time::Duration;

pub use connect::Connect;
pub use report::{Artifact, Cell, Column, Evidence, EvidenceValue, Finding, Metric, Progress, Report, Table};
pub use resolver::Resolver;

use self::cluster::Cluster;
use crate::{Failure, Run, files, network_state, processes};
use network::{Machine, Network};
use state::State;
use tree::Tree;

/// What a check under test finds: nothing, unless it is told here.
#[derive(Clone, Debug)]
pub struct Host {
    target: String,
    remaining: Duration,
    cancelled: bool,
    resolver: Result<Resolver, crate::resolver::Error>,
    files: Tree,
    usages: Vec<(String, files::Usage)>,
    connect: Result<Connect, crate::connect::Error>,
    network: Result<Network, network_state::Error>,
    machine: Result<Machine, processes::Error>,
    cluster: Result<Cluster, crate::cluster::Error>,
}

impl Host {
    /// A target `local` with a minute of time, no files, and nothing else granted.
    #[must_use]
    pub fn new() -> Self {
        let denied = crate::resolver::Error {
            code: crate::resolver::ErrorCode::Denied,
            text: "`resolver` was not granted".to_owned(),
        };
        Self {
            target: "local".to_owned(),
            remaining: Duration::from_secs(60),
            cancelled: false,
            resolver: Err(denied),
            files: Tree::default(),
            usages: Vec::new(),
            connect: Err(crate::connect::Error {
                code: crate::connect::ErrorCode::Denied,
                text: "`connect` was not granted".to_owned(),
            }),
            network: Err(network_state::Error {
                code: network_state::ErrorCode::Denied,
                text: "`network-state` was not granted".to_owned(),
            }),
            machine: Err(processes::Error {
                code: processes::ErrorCode::Denied,
                text: "`processes` was not granted".to_owned(),
            }),
            cluster: Err(crate::cluster::Error {
                code: crate::cluster::ErrorCode::Denied,
                text: "`cluster` was not granted".to_owned(),
            }),
        }
    }

    /// The target as the operator wrote it.
    #[must_use]
    pub fn target(mut self, target: &str) -> Self {
        target.clone_into(&mut self.target);
        self
    }

    /// The time that the run has left. It stands still.
    #[must_use]
    pub fn remaining(mut self, remaining: Duration) -> Self {
        self.remaining = remaining;
        self
    }

    /// The operator asked to stop.
    #[must_use]
    pub fn cancelled(mut self) -> Self {
        self.cancelled = true;
        self
    }

    /// The target's resolver configuration.
    #[must_use]
    pub fn resolver(mut self, resolver: Resolver) -> Self {
        self.resolver = Ok(resolver);
        self
    }

    /// Reading the resolver configuration fails.
    #[must_use]
    pub fn resolver_error(mut self, code: crate::resolver::ErrorCode, text: &str) -> Self {
        self.resolver = Err(crate::resolver::Error { code, text: text.to_owned() });
        self
    }

    /// Whom the target can connect to.
    #[must_use]
    pub fn connect(mut self, connect: Connect) -> Self {
        self.connect = Ok(connect);
        self
    }

    /// No batch of connects can be opened.
    #[must_use]
    pub fn connect_error(mut self, code: crate::connect::ErrorCode, text: &str) -> Self {
        self.connect = Err(crate::connect::Error { code, text: text.to_owned() });
        self
    }

    /// A regular file, and the directories above it.
    #[must_use]
    pub fn file(mut self, path: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.files.put(path, tree::Node::File(bytes.into()));
        self
    }

    /// A symbolic link, and the directories above it.
    #[must_use]
    pub fn link(mut self, path: &str, to: &str) -> Self {
        self.files.put(path, tree::Node::Link(to.to_owned()));
        self
    }

    /// An empty directory, and those above it.
    #[must_use]
    pub fn directory(mut self, path: &str) -> Self {
        self.files.put(path, tree::Node::Directory);
        self
    }

    /// How full the file system is that is mounted at this folder; of several the last that fits counts. Otherwise all is 0.
    #[must_use]
    pub fn usage(mut self, folder: &str, usage: files::Usage) -> Self {
        self.usages.push((folder.to_owned(), usage));
        self
    }

    /// Whatever is asked of this path fails.
    #[must_use]
    pub fn file_error(mut self, path: &str, code: files::ErrorCode, text: &str) -> Self {
        self.files.put(path, tree::Node::Error(files::Error { code, text: text.to_owned() }));
        self
    }

    /// Runs a check and gives what it reported.
    pub fn run(self, check: impl FnOnce(&Run) -> Result<(), Failure>) -> Report {
        let outer = state::enter(State::new(self));
        let outcome = check(&Run::new());
        let mut report = outer.leave();
        report.failure = outcome.err();
        report
    }
}

impl Default for Host {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests;
