//! `cargo xtask bench NAME`: each benchmark prints its command, the machine, the median, the spread, and the ratio to the tool that
//! people use today, measured in the same run.

mod cluster;
mod containers;
mod loading;
mod local;
mod measure;
mod named;
mod overhead;
mod reach;
mod sessions;
mod sockets;
mod stage;
mod trust;

use anyhow::Result;

pub(crate) use sockets::{Hold, hold};

use crate::workspace::Workspace;

/// Measures, beside the tool that people use today
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    name: Name,
}

#[derive(clap::Subcommand)]
enum Name {
    /// A check on this machine, beside `dig`: time, peak memory, what loading a plugin costs
    Local(local::Args),
    /// A check in a container of its own and in ten at once, beside `docker run` and `podman run`
    Containers(containers::Args),
    /// A check on a node with an image and with none, beside `kubectl run --rm -i`
    Cluster(cluster::Args),
    /// `tcp-reach` on loopback and before a firewall that drops, beside `nmap`
    Reach(reach::Args),
    /// `sock-summary` over many sockets, beside `ss`: time and peak memory
    Sockets(sockets::Args),
    /// A session alone, over a pipe and a thousand side by side; then what a check costs in another network, and in 64 MiB
    Sessions(sessions::Args),
    /// Knowing who vouches for a plugin, beside hashing it with `openssl`
    Trust(trust::Args),
}

pub(crate) fn run(args: &Args, workspace: &Workspace) -> Result<()> {
    match &args.name {
        Name::Local(args) => local::run(args, workspace),
        Name::Containers(args) => containers::run(args, workspace),
        Name::Cluster(args) => cluster::run(args, workspace),
        Name::Reach(args) => reach::run(args, workspace),
        Name::Sockets(args) => sockets::run(args, workspace),
        Name::Sessions(args) => sessions::run(args, workspace),
        Name::Trust(args) => trust::run(args, workspace),
    }
}
