//! `svc-path`: walks the path to a Service, link by link, and names the first that is broken.
//!
//! Knows how a Service finds its pods and how traffic finds them. Must never know the host: objects come through the SDK, and so do
//! names and connects.
//!
//! The way of one run: `service` and `pods` read the objects; each file of `links` looks at one link and says what is wrong with it;
//! `path` is their order and the table.

mod check;
mod dns;
mod links;
mod parameters;
mod path;
mod pods;
mod selector;
mod service;

pub use check::svc_path;
pub use parameters::SvcPath;

dbg_sdk::plugin!(check::svc_path);
