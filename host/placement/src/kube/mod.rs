//! Kubernetes: a cluster is connected to, looked at, and given a pod for an agent.
//!
//! `settings` and `config` say where a cluster is and who asks it, `connect` is all that other rooms need to ask it, `error` says in the
//! operator's words what it did not do; `reads` answers what checks ask of it. This room must never know how a plan is made.

mod config;
mod connect;
mod error;
mod fault;
mod reads;
mod settings;

pub use connect::{Cluster, Clusters};
pub use error::{CertificateDefect, ClusterError};
pub use reads::ClusterAnswers;
pub use settings::{ClusterSettings, ExecPlugins, Kubeconfigs};
