//! A log of this test's own, and what a test does with one.

use std::path::PathBuf;

use dbg_tests::{Context, Invocation, Output};
use serde_json::Value;

/// A context, and where its log is.
pub(crate) struct Recorded {
    pub(crate) context: Context,
    pub(crate) log: PathBuf,
}

impl Recorded {
    /// Nothing is recorded yet.
    pub(crate) fn new() -> Self {
        Self::within(Context::new())
    }

    pub(crate) fn within(context: Context) -> Self {
        let home = context.home.path().canonicalize().expect("a folder");
        Self { log: home.join("audit.log"), context }
    }

    /// A run that is recorded; more arguments may follow.
    pub(crate) fn run(&self, words: &[&str]) -> Invocation<'_> {
        let log = self.log.to_str().expect("a path of letters");
        self.context.run_guest("every-report", &[&["--audit-log", log], words, &["every-report"]].concat())
    }

    /// `dbg audit verify` of the log.
    pub(crate) fn verify(&self, words: &[&str]) -> Output {
        self.context.dbg(["audit", "verify"]).arg(&self.log).args(words).run()
    }

    /// The lines, as JSON.
    pub(crate) fn lines(&self) -> Vec<Value> {
        let text = self.text();
        text.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(std::fs::read(&self.log).expect("the log is there")).expect("a log is text")
    }

    /// Puts other bytes in the place of the log's.
    pub(crate) fn put(&self, bytes: impl AsRef<[u8]>) {
        std::fs::write(&self.log, bytes).expect("our own file");
    }
}
