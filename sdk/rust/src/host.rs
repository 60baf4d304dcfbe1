//! The host as this crate sees it: on wasm32 the imports of `wit/`, natively the fake of the unit tests, in the same shape.

#[cfg(target_arch = "wasm32")]
pub(crate) use crate::bindings::dbg::{
    check::{check_types, report, run_context},
    connect::{connect_errors, tcp_connects},
    files::{file_tree, files_types},
    resolver::{resolver_config, resolver_errors},
};
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use crate::fake::imports::{
    check_types, connect_errors, file_tree, files_types, report, resolver_config, resolver_errors, run_context,
    tcp_connects,
};
