//! What an operator can say.

use dbg_sdk::prelude::*;

/// Which Service, and how far its path is walked.
#[derive(Clone, Debug, Parameters)]
pub struct SvcPath {
    /// The Service's name.
    #[parameter(max = 253)]
    pub service: String,
    /// Its namespace; without it the target's, or the context's.
    #[parameter(max = 63)]
    pub namespace: Option<String>,
    /// Only this port of it, by name or number.
    #[parameter(max = 63)]
    pub port: Option<String>,
    /// Whether names are asked for and connects are made: where the check runs in the cluster, always (also from this machine), or never.
    #[parameter(default = "auto", choices = ["auto", "always", "never"])]
    pub connect: String,
    /// How long one connect, and one question for a name, may take.
    #[parameter(default = "2s", min = "10ms", max = "30s")]
    pub timeout: Duration,
}
