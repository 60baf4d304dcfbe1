//! The host as this crate sees it: on wasm32 the imports of `wit/`, natively the fake of the unit tests, in the same shape.

#[cfg(target_arch = "wasm32")]
pub(crate) use crate::bindings::dbg::{
    check::{check_types, report, run_context},
    cluster::{cluster_errors, cluster_objects, pod_logs},
    connect::{connect_errors, tcp_connects},
    files::{file_tree, files_types},
    network_state::{network_state_errors, network_tables, socket_table},
    processes::{process_table, processes_errors, socket_owners},
    resolver::{resolver_config, resolver_errors},
};
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use crate::fake::imports::{
    check_types, cluster_errors, cluster_objects, connect_errors, file_tree, files_types, network_state_errors,
    network_tables, pod_logs, process_table, processes_errors, report, resolver_config, resolver_errors, run_context,
    socket_owners, socket_table, tcp_connects,
};
