//! The capabilities of this machine, wired.

use std::path::Path;
use std::sync::Arc;

use dbg_capability::Capabilities;

use crate::{
    LocalConnect, LocalFiles, LocalNetworkState, LocalProcesses, LocalResolver, LocalSockets, NoCluster, ProbeError,
    Root,
};

/// What this machine offers to a check, with `/` as its root.
///
/// # Errors
/// When `/` cannot be opened.
pub fn local() -> Result<Capabilities, ProbeError> {
    Ok(beneath(Root::open(Path::new("/"))?))
}

/// As [`local`], with another root: its files, its `/etc/hosts` and `/etc/resolv.conf`, its `/proc`. The network is this process's,
/// by netlink and by its own `/proc/sys/net`.
#[must_use]
pub fn beneath(root: Root) -> Capabilities {
    let root = Arc::new(root);
    let resolver = Arc::new(LocalResolver::new(root.clone()));
    Capabilities {
        sockets: Arc::new(LocalSockets::new(root.clone(), resolver.clone())),
        resolver,
        connect: Arc::new(LocalConnect::new()),
        files: Arc::new(LocalFiles::new(root.clone())),
        network_state: Arc::new(LocalNetworkState::new()),
        processes: Arc::new(LocalProcesses::new(root)),
        cluster: Arc::new(NoCluster),
    }
}
