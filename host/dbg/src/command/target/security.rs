//! `dbg target explain --security`: what a security officer asks before a run, answered without one.

use anyhow::Context as _;
use dbg_audit::digest_of;
use dbg_model::{Cell, Digest, GrantRequest};
use dbg_placement::{Certainty, Detection, Explanation, detections};
use serde::Serialize;

use crate::command::run::{Selected, needs};
use crate::describe::hanging;
use crate::diagnostic::Fault;

/// What is asked besides the plan. Texts are raw.
#[derive(Serialize)]
pub(super) struct Security {
    /// The program that would run.
    binary: Binary,
    /// What each check may do, and why it says so.
    capabilities: Vec<Granted>,
    /// What those who watch the machine would notice; none when the target is refused.
    detections: Vec<Detection>,
}

/// The program that would run.
#[derive(Serialize)]
struct Binary {
    /// Its version and build.
    version: &'static str,
    /// SHA-256 of its file.
    digest: Digest,
}

/// What one check may do.
#[derive(Serialize)]
struct Granted {
    /// The check.
    check: String,
    /// The plugin's digest.
    digest: Digest,
    /// On whose word it would run.
    provenance: String,
    /// What it is given, a line each.
    granted: Vec<String>,
    /// Why it asks, as it says itself.
    reasons: Vec<Reason>,
}

/// Why a check asks for a capability.
#[derive(Serialize)]
struct Reason {
    /// The capability.
    capability: String,
    /// Whether it cannot do without.
    required: bool,
    /// One sentence of the check's author.
    reason: String,
}

impl Security {
    pub(super) fn new(checks: &[Selected], plan: Option<&Explanation>) -> Result<Self, Fault> {
        let digest = fs_err::File::open("/proc/self/exe").and_then(digest_of);
        Ok(Self {
            binary: Binary {
                version: concat!(env!("CARGO_PKG_VERSION"), " (", env!("DBG_BUILD"), ")"),
                digest: digest.context("dbg's own file cannot be read").map_err(Fault::own)?,
            },
            capabilities: checks.iter().map(granted).collect(),
            detections: plan.map(|plan| detections(plan, &needs(checks))).unwrap_or_default(),
        })
    }

    /// For people: three more sections behind those of the plan.
    pub(super) fn text(&self, width: usize) -> String {
        let Self { binary, capabilities, detections } = self;
        let mut text = "\nBINARY\n".to_owned();
        text.push_str(&hanging("  ", &format!("dbg {}, {}", binary.version, binary.digest), width));
        if !capabilities.is_empty() {
            text.push_str("\nCAPABILITIES\n");
        }
        for Granted { check, digest, provenance, granted, reasons } in capabilities {
            text.push_str(&hanging("  ", &format!("{check} ({provenance}, {digest})"), width));
            for line in granted {
                text.push_str(&hanging("    ", &Cell(line).to_string(), width));
            }
            for Reason { capability, required, reason } in reasons {
                let need = if *required { "needs" } else { "wants" };
                text.push_str(&hanging(
                    "    ",
                    &format!("{need} {capability} because it says: {}", Cell(reason)),
                    width,
                ));
            }
        }
        text.push_str("\nWOULD BE NOTICED\n");
        for Detection { event, watchers, certainty, reason } in detections {
            let certainty = match certainty {
                Certainty::Certain => "certainly",
                Certainty::Possible => "possibly",
            };
            let line = format!("{event}: {certainty}, by {watchers}; {}", Cell(reason));
            text.push_str(&hanging("  ", &line, width));
        }
        text
    }
}

fn granted(check: &Selected) -> Granted {
    let facts = check.facts();
    let reason = |request: &GrantRequest| Reason {
        capability: request.capability.to_string(),
        required: request.required,
        reason: request.reason.clone(),
    };
    Granted {
        check: check.declaration.check.to_string(),
        digest: facts.digest,
        provenance: facts.provenance.to_string(),
        granted: check.granted(),
        reasons: check.declaration.grants.iter().map(reason).collect(),
    }
}
