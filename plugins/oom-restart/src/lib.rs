//! `oom-restart`: says why a pod's containers died or restarted.
//!
//! Knows what the kubelet writes into a pod's status and its events, and what exit codes mean. Must never know the host: objects, events
//! and logs come through the SDK.
//!
//! The way of one run: `subject` says which pods; `pod` reads a pod's status, `events` what was said of it; `cause` is the one judgement,
//! and each file of `findings` says one kind of it.

mod cause;
mod check;
mod events;
mod exit;
mod findings;
mod parameters;
mod pod;
mod rows;
mod subject;
mod time;

pub use check::oom_restart;
pub use parameters::OomRestart;

dbg_sdk::plugin!(check::oom_restart);
