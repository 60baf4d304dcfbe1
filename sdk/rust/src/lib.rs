//! What the author of a check imports.
//!
//! A check is one documented struct of parameters and one documented function; `plugin!` makes a plugin of one or several. The same
//! code builds for `wasm32-wasip2`, where it talks to the host, and natively, where [`fake::Host`] stands in for it in unit tests.
//!
//! Knows the contract in `wit/` and the form of the declaration. Must never know the host's own types: what a guest can do, it can do
//! through `wit/` alone, so that other languages can do it too.
//!
//! ```
//! use dbg_sdk::prelude::*;
//!
//! /// What to greet.
//! #[derive(Parameters)]
//! pub struct Greeting {
//!     /// Whom to greet.
//!     #[parameter(default = "world", max = 64)]
//!     whom: String,
//! }
//!
//! /// Greets, and is well.
//! #[check(name = "hello")]
//! fn hello(parameters: Greeting, run: &Run) -> Result<(), Failure> {
//!     run.pass("greeted", format!("hello {}", parameters.whom));
//!     Ok(())
//! }
//!
//! dbg_sdk::plugin!(hello);
//!
//! # fn main() {
//! let report = dbg_sdk::fake::Host::new().run(|run| hello(Greeting::defaults(), run));
//! assert_eq!(report.finding("greeted").map(|finding| finding.sentence.as_str()), Some("hello world"));
//! # }
//! ```

// The macros name this crate by its name, also in its own tests.
extern crate self as dbg_sdk;

#[cfg(target_arch = "wasm32")]
#[doc(hidden)]
pub mod bindings;

mod artifact;
pub mod cluster;
pub mod connect;
mod declaration;
mod failure;
#[cfg(not(target_arch = "wasm32"))]
pub mod fake;
pub mod files;
mod finding;
mod host;
pub mod json;
pub mod net;
pub mod network_state;
mod parameter;
mod plugin;
pub mod prelude;
pub mod processes;
pub mod resolver;
mod run;
pub mod table;
mod time;
mod unit;

pub use artifact::Artifact;
pub use dbg_sdk_macros::{Parameters, check};
pub use failure::{Failure, FailureCode};
pub use finding::{Finding, Severity};
pub use parameter::{Address, AddressRange, Endpoint, Hosts, Parameters, PortRange, RangeError, Secret, Size, Value};
pub use plugin::Check;
pub use run::Run;
pub use time::Time;
pub use unit::Unit;

#[doc(hidden)]
pub mod __private {
    //! What the macros write; no promise to anybody else.
    pub use crate::declaration::{has_parameter, is_plugin_name, length, names_differ, write};
    pub use crate::parameter::Arguments;
    pub use crate::plugin::Entry;
    #[cfg(target_arch = "wasm32")]
    pub use crate::plugin::guest;
}

/// The author's guide is compiled and run with the other examples.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Guide;
