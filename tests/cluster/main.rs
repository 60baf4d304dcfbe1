//! A real Kubernetes, brought up and taken down by `cargo xtask cluster`: what later tests count on.
//!
//! `DBG_TEST_CLUSTER=up` brings one up for each test; `existing` uses the one that KUBECONFIG names, with the image that
//! `DBG_TEST_IMAGE` names and whose shell is busybox's.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test ends by panicking, and starts the tools that people use"
)]

mod checks;
mod ending;
mod fault;
mod life;
mod node;
mod pod;
mod pods;
mod proxy;
mod recipe;
mod refusal;
mod scene;
mod shell;
mod workload;

mod server;
mod webhook;
