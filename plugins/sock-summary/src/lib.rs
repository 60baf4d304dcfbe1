//! `sock-summary`: sums up the target's sockets, and says which of them a person should act on.
//!
//! Knows what TCP's states and queues mean. Must never know the host: sockets and their owners come through the SDK.
//!
//! The way of one run: `survey` reads sockets, owners and processes; `groups` makes the tables; each file of `findings` looks for one kind of
//! trouble and says it.

mod check;
mod findings;
mod groups;
mod parameters;
mod survey;

pub use check::sock_summary;
pub use parameters::SockSummary;

dbg_sdk::plugin!(check::sock_summary);
