//! The imports of `wit/`, natively: the shape of what the generator makes, over the fake host.

pub(crate) mod check_types;
pub(crate) mod cluster_errors;
pub(crate) mod cluster_objects;
pub(crate) mod connect_errors;
pub(crate) mod file_tree;
pub(crate) mod files_types;
pub(crate) mod network_state_errors;
pub(crate) mod network_tables;
pub(crate) mod pod_logs;
pub(crate) mod process_table;
pub(crate) mod processes_errors;
pub(crate) mod report;
pub(crate) mod resolver_config;
pub(crate) mod resolver_errors;
pub(crate) mod run_context;
pub(crate) mod socket_owners;
pub(crate) mod socket_table;
pub(crate) mod table;
pub(crate) mod tcp_connects;
