//! What a cluster takes from this machine, asked for before anything is started.

use std::path::Path;

use anyhow::{Result, bail};

use crate::shell;

/// A program or a file that Debian brings.
pub(crate) struct Needed {
    /// A program by its name, or a file by its whole path.
    pub(crate) name: &'static str,
    pub(crate) package: &'static str,
}

impl Needed {
    pub(crate) fn is_here(&self) -> bool {
        if self.name.starts_with('/') { Path::new(self.name).exists() } else { shell::which(self.name).is_some() }
    }
}

const fn needed(name: &'static str, package: &'static str) -> Needed {
    Needed { name, package }
}

/// All but Go, which no package brings in the version that Kubernetes wants.
pub(crate) const NEEDED: [Needed; 14] = [
    needed("containerd", "containerd"),
    needed("runc", "runc"),
    needed("/usr/lib/cni/bridge", "containernetworking-plugins"),
    needed("busybox", "busybox-static"),
    needed("iptables", "iptables"),
    needed("nft", "nftables"),
    needed("conntrack", "conntrack"),
    needed("modprobe", "kmod"),
    needed("sysctl", "procps"),
    needed("ip", "iproute2"),
    needed("unshare", "util-linux"),
    needed("mount", "mount"),
    needed("openssl", "openssl"),
    needed("tar", "tar"),
];

/// Where Debian has the plugins that make pods' networks.
pub(super) const NETWORK_PLUGINS: &str = "/usr/lib/cni";

/// Refuses a machine on which the cluster cannot come up.
pub(super) fn check() -> Result<()> {
    must_be_root()?;
    let missing: Vec<&Needed> = NEEDED.iter().filter(|needed| !needed.is_here()).collect();
    if !missing.is_empty() {
        let names: Vec<String> = missing.iter().map(|it| format!("`{}`", it.name)).collect();
        bail!(
            "a cluster needs {}, missing on this machine; get them by `cargo xtask doctor --install`",
            names.join(", ")
        );
    }
    let static_busybox = super::image::busybox()?;
    drop(static_busybox);
    Ok(())
}

/// Namespaces, mounts and control groups are root's.
pub(super) fn must_be_root() -> Result<()> {
    use std::os::unix::fs::MetadataExt as _;
    if std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0) {
        return Ok(());
    }
    bail!(
        "a cluster is brought up and taken down by root; this is another user (try `sudo -E env \"PATH=$PATH\" cargo xtask cluster …`)"
    )
}
