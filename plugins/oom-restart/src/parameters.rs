//! What an operator can say.

use dbg_sdk::prelude::*;

/// Which pods are looked at, and how much of their logs is shown.
#[derive(Clone, Debug, Parameters)]
pub struct OomRestart {
    /// The pod to look at; without it the target, or all pods of the namespace.
    #[parameter(max = 253)]
    pub pod: Option<String>,
    /// Its namespace; without it the target's, or the context's.
    #[parameter(max = 63)]
    pub namespace: Option<String>,
    /// Only this container of it.
    #[parameter(max = 63)]
    pub container: Option<String>,
    /// So many of the last lines that a dead container wrote are shown; 0 for none.
    #[parameter(default = 10, max = 100)]
    pub lines: u32,
    /// A container that runs again and died last within this time failed; one that died before is a warning.
    #[parameter(default = "1h", min = "1s")]
    pub recent: Duration,
}
