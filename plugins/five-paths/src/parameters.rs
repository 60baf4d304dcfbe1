//! What an operator can say.

use dbg_sdk::prelude::*;

/// Which endpoints are tried, and for how long.
#[derive(Clone, Debug, Parameters)]
pub struct FivePaths {
    /// Endpoints outside of the cluster, as `192.0.2.7:443`; without any that path is not tried.
    #[parameter(max_values = 8)]
    pub outside: Vec<Endpoint>,
    /// So many endpoints of each path are tried, of different nodes where there are some.
    #[parameter(default = 5, min = 1, max = 50)]
    pub each: u32,
    /// How long one connect may take.
    #[parameter(default = "2s", min = "10ms", max = "30s")]
    pub timeout: Duration,
}
