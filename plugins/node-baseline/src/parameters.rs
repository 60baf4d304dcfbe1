//! What an operator can say.

use dbg_sdk::prelude::*;

/// What is wanted of the node. What is not given is told and not judged.
#[derive(Clone, Debug, Parameters)]
pub struct NodeBaseline {
    /// The kernel: `6.8` takes all of 6.8, `6.8.0-45-generic` that one alone.
    #[parameter(max = 128)]
    pub kernel: Option<String>,
    /// The oldest kernel that will do, as `5.15`.
    #[parameter(max = 32)]
    pub kernel_least: Option<String>,
    /// Modules that have to be there, loaded or built in, as `overlay,br_netfilter`.
    #[parameter(max_values = 64)]
    pub module: Vec<String>,
    /// Settings of the kernel and their values, as `net.ipv4.ip_forward=1`.
    #[parameter(max_values = 64)]
    pub sysctl: Vec<String>,
    /// The version of control groups.
    #[parameter(default = "any", choices = ["any", "v1", "v2"])]
    pub cgroup: String,
    /// The container runtime.
    #[parameter(default = "any", choices = ["any", "containerd", "cri-o", "docker", "podman"])]
    pub runtime: String,
    /// The version of the kubelet, as `v1.33`; known on `node/…` alone.
    #[parameter(max = 32)]
    pub kubelet: Option<String>,
    /// Whether swap may be on.
    #[parameter(default = "any", choices = ["any", "on", "off"])]
    pub swap: String,
    /// Folders besides the usual ones whose file systems are looked at.
    #[parameter(max_values = 16)]
    pub disk: Vec<String>,
    /// A file system so full, in percent, is a warning; from 95 on it fails.
    #[parameter(default = 85, min = 1, max = 100)]
    pub disk_percent: u32,
    /// So many percent of its inodes taken is a warning; from 95 on it fails.
    #[parameter(default = 85, min = 1, max = 100)]
    pub inode_percent: u32,
    /// A time server to compare the clock with.
    #[parameter(default_port = 123)]
    pub ntp: Option<Address>,
    /// So far from it the clock may be.
    #[parameter(default = "500ms", min = "1ms")]
    pub clock_offset: Duration,
}
