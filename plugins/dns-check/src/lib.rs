//! `dns-check`: asks every name server of the target, and says which of them a person should act on.
//!
//! Knows DNS, and how glibc asks. Must never know the host: it holds what any vendor's check holds, a grant of sockets and of the
//! resolver's configuration, and reaches both through the SDK and `std`.
//!
//! The way of one run: `parameters` over the target's configuration give `settings`, names and types give look-ups (`lookup`, `search`),
//! `walk` decides what to ask and `exchange` asks it, `answer` says what came back, `compare` whether the servers agree, `findings` and
//! `rows` write it down.

mod answer;
mod check;
mod compare;
mod exchange;
mod findings;
mod kind;
mod lookup;
mod name;
mod parameters;
mod query;
mod rows;
mod search;
mod settings;
mod walk;

pub use check::dns_check;
pub use parameters::DnsCheck;

dbg_sdk::plugin!(dns_check);
