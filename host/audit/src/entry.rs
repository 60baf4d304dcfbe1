//! What lines say. Field names are a promise: within `"audit":1` fields are added, never renamed or removed.

use dbg_model::Digest;
use serde::{Deserialize, Serialize};

use crate::Torn;

/// What one line says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Entry {
    /// Something is about to be run. Written and synced before anything is created.
    Intent(Box<Intent>),
    /// How it came out.
    Outcome(Box<Outcome>),
    /// What stands between this line and the one before is no line, but what a crash or a full disk left of one.
    Sealed(Sealed),
}

/// Something is about to be run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Intent {
    /// The run's id.
    pub run: String,
    /// Who runs it.
    pub who: Who,
    /// What runs it.
    pub dbg: Dbg,
    /// On which targets, as they were typed.
    pub targets: Vec<String>,
    /// Which checks, with what.
    pub checks: Vec<Check>,
    /// How each target is to be reached, in the order of the targets.
    pub plans: Vec<Plan>,
    /// The program that is about to be started there instead of checks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shell: Option<Shell>,
}

/// A shell, or another program of the operator's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shell {
    /// The program and its arguments, what looks like a secret masked; the first shell that is there when it is empty.
    pub program: Vec<String>,
    /// The image whose files it has, where that is not the target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// How far it may go: the name of a profile.
    pub profile: String,
    /// How long it may last, in seconds.
    pub seconds: u64,
}

/// Who runs it. What the kernel says, and what the environment claims.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    /// The real user.
    pub uid: u32,
    /// The user whose rights it has.
    pub euid: u32,
    /// The user that logged in, where the kernel keeps it (man 5 proc, loginuid).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_uid: Option<u32>,
    /// A name, as `USER` claims it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claims: Option<String>,
    /// Who called sudo, as it left it in the environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sudo: Option<Escalated>,
    /// This machine's name.
    pub host: String,
}

/// Who called sudo: claims of the environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalated {
    /// `SUDO_UID`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<u32>,
    /// `SUDO_USER`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
}

/// Which dbg.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dbg {
    /// Its version and build.
    pub version: String,
    /// Of its own file.
    pub digest: Digest,
}

/// One check of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Its name.
    pub check: String,
    /// The plugin that offers it.
    pub plugin: String,
    /// The plugin's version.
    pub version: String,
    /// Of the component.
    pub digest: Digest,
    /// On whose word it runs: `stock`, `unsigned`, `signed by VENDOR`.
    pub provenance: String,
    /// Its arguments as `NAME=VALUE`, secrets masked.
    pub arguments: Vec<String>,
    /// What it may do.
    pub granted: Vec<String>,
    /// What it asked for and does not get.
    pub withheld: Vec<String>,
}

/// How a target is to be reached, or that it cannot be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The target.
    pub target: String,
    /// Why it cannot be reached; the rest is then empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// Where the agent runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Reason>,
    /// The namespaces that it joins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub joins: Vec<String>,
    /// The Linux capabilities that it takes to get there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub enters_with: Vec<String>,
    /// Those that stay while checks run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keeps: Vec<String>,
    /// What is created.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub creates: Vec<String>,
}

/// Something, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// What.
    pub what: String,
    /// Why.
    pub reason: String,
}

/// How a run came out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The run's id.
    pub run: String,
    /// The worst verdict; none when it came to no report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<String>,
    /// Why it came to no report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The code with which dbg exits.
    pub exit_code: u8,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// The sum over all targets.
    pub sum: Results,
    /// Each check on each target; left out where there are so many that they fit no line.
    #[serde(default)]
    pub targets: Vec<TargetOutcome>,
}

/// What agents say that came of their checks: claims, as an agent may be in a hostile place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Results {
    /// Calls of capabilities that were answered.
    pub touched: u64,
    /// Calls of capabilities that no grant covered.
    pub refused: u64,
    /// Places where something that looks like a secret was masked.
    pub redacted: u64,
    /// What was said and dropped or cut.
    pub lost: u64,
}

/// One check on one target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetOutcome {
    /// The target.
    pub target: String,
    /// The check.
    pub check: String,
    /// Its verdict.
    pub verdict: String,
    /// Why it could not be done, in a word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// How many rounds there were, when it was repeated; what came of it is then of the one that the report shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rounds: Option<u64>,
    /// What came of it.
    #[serde(flatten)]
    pub results: Results,
}

/// What is no line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// What stands before this line.
    pub torn: Torn,
}
