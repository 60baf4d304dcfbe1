//! `tcp-reach`: tells which TCP endpoints can be reached from the target, and why the others cannot.
//!
//! Knows what an outcome means for a person. Must never know how a connect is made: the host makes them all, in one batch.
//!
//! The way of one run: `parameters` give what is asked, `survey` connects and keeps the outcomes, `judge` weighs them by what was
//! asked, `rows` and `findings` write it down.

mod banner;
mod check;
mod findings;
mod judge;
mod parameters;
mod ranges;
mod rows;
mod state;
mod survey;

pub use check::tcp_reach;
pub use parameters::TcpReach;

dbg_sdk::plugin!(tcp_reach);
