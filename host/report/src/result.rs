//! What one check said of one target.

use std::fmt;
use std::time::Duration;

use dbg_model::{CheckName, Counts, Digest, Failure, FailureCode, Finding, Metric, PluginName, Severity, VendorName};

use crate::{Series, Table, Verdict};

/// What ran, where, and with what: known before the first event.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    /// The target as the operator wrote it.
    pub target: String,
    /// The check.
    pub check: CheckName,
    /// The plugin that offers it.
    pub plugin: PluginFacts,
    /// The arguments as they may be shown: secrets are masked already.
    pub arguments: Vec<(String, Vec<String>)>,
    /// What it was granted, one short line each.
    pub granted: Vec<String>,
    /// What it asked for and did not get, one short line each.
    pub withheld: Vec<String>,
    /// What a reader has to know about how the results came to be, one sentence each.
    pub notes: Vec<String>,
}

/// Which plugin exactly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginFacts {
    /// Its name.
    pub name: PluginName,
    /// Its version.
    pub version: semver::Version,
    /// Of the bytes that ran.
    pub digest: Digest,
    /// On whose word it ran.
    pub provenance: Provenance,
}

/// On whose word a plugin ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Provenance {
    /// It came with dbg.
    Stock,
    /// This vendor signed it, and is trusted here.
    Vendor(VendorName),
    /// On the operator's word alone.
    Unsigned,
}

impl fmt::Display for Provenance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stock => f.write_str("stock"),
            Self::Vendor(vendor) => write!(f, "signed by {vendor}"),
            Self::Unsigned => f.write_str("unsigned"),
        }
    }
}

/// Everything that one check said of one target.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckResult {
    /// What ran.
    pub subject: Subject,
    /// The findings, in the order in which the check added them.
    pub findings: Vec<Finding>,
    /// The tables, in the order in which they began.
    pub tables: Vec<Table>,
    /// The metrics; of one name and labels the last.
    pub metrics: Vec<Metric>,
    /// The artifacts, put together.
    pub artifacts: Vec<KeptArtifact>,
    /// What was lost, below the guest and here.
    pub counts: Counts,
    /// Why it could not be done, when it could not.
    pub failure: Option<Failure>,
    /// From the start of the guest to its end.
    pub took: Duration,
    /// The guest's memory at its largest, in bytes.
    pub peak_memory: u64,
    /// What all rounds came to, when it was repeated; the rest is then of the round that the series names.
    pub series: Option<Box<Series>>,
}

/// An artifact with all its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptArtifact {
    /// Its number within the check.
    pub number: u32,
    /// Its file name.
    pub name: String,
    /// Its media type.
    pub media: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl CheckResult {
    /// The result of a check that never started.
    #[must_use]
    pub fn not_run(subject: Subject, failure: Failure) -> Self {
        Self {
            subject,
            findings: Vec::new(),
            tables: Vec::new(),
            metrics: Vec::new(),
            artifacts: Vec::new(),
            counts: Counts::default(),
            failure: Some(failure),
            took: Duration::ZERO,
            peak_memory: 0,
            series: None,
        }
    }

    /// The worst finding's word. A check that could not be done, or said nothing at all, is `unknown`, unless it found a `fail` before.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let said = self.findings.iter().map(|finding| Verdict::of(finding.severity)).max();
        match said {
            Some(verdict) if self.failure.is_none() => verdict,
            Some(Verdict::Fail) => Verdict::Fail,
            _ => Verdict::Unknown,
        }
    }

    /// The finding that decided the verdict, the first of its kind; none when a failure or silence decided it.
    #[must_use]
    pub fn decisive(&self) -> Option<&Finding> {
        let verdict = self.verdict();
        // A check that broke off is unknown because it broke off, whatever else it did not know.
        if self.failure.is_some() && verdict != Verdict::Fail {
            return None;
        }
        let of_verdict = |finding: &&Finding| Verdict::of(finding.severity) == verdict;
        let plain = self.findings.iter().filter(of_verdict).find(|finding| finding.severity != Severity::Info);
        plain.or_else(|| self.findings.iter().find(of_verdict))
    }

    /// Whether the operator stopped it.
    #[must_use]
    pub fn was_cancelled(&self) -> bool {
        self.failure.as_ref().is_some_and(|failure| failure.code == FailureCode::Cancelled)
    }
}
