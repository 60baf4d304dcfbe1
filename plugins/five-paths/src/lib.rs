//! `five-paths`: tries the five paths of a cluster's network from a pod, and names the one that is broken with the likely layer.
//!
//! Knows which layer carries which path. Must never know the host: endpoints come from the cluster and connects are made through the SDK.
//!
//! The way of one run: `place` finds out which pod this is and on which node; `candidates` chooses endpoints of existing pods for each path;
//! `tries` connects; `judge` names the layer.

mod candidates;
mod check;
mod judge;
mod parameters;
mod place;
mod tries;

pub use check::five_paths;
pub use parameters::FivePaths;

dbg_sdk::plugin!(check::five_paths);
