//! A node: containerd, a kubelet and a kube-proxy, and what each reads.

use std::ffi::OsString;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use super::cgroup;
use super::control::REGISTRY;
use super::machine::{Machine, Name};
use super::network::{self, DNS_SERVICE, PODS};
use super::place::Place;
use super::tools::NETWORK_PLUGINS;
use super::wait::Wait;
use crate::shell;

/// The parts of a node.
pub(super) const PARTS: [&str; 3] = ["containerd", "kubelet", "kube-proxy"];

/// Writes everything that the node's parts read.
pub(super) fn configure(node: Name, place: &Place) -> Result<()> {
    let write = |name: &str, text: &str| place.write(&format!("{}/{name}", node.text()), text).map(drop);
    write("containerd.toml", &containerd(node, place))?;
    write("network/10-pods.conflist", &pod_network(node))?;
    write("kubelet.yaml", &kubelet(node, place))?;
    write("proxy.yaml", &proxy(node, place))?;
    crate::files::make_folder(&place.file(&format!("{}/manifests", node.text())))?;
    let registry =
        format!("server = \"http://{REGISTRY}\"\n[host.\"http://{}:5000\"]\n", network::address(Name::Control));
    place.write(&format!("registries/{REGISTRY}/hosts.toml"), &registry).map(drop)
}

/// Starts containerd and waits until it answers.
pub(super) fn start_runtime(machine: &Machine, place: &Place) -> Result<()> {
    let Some(program) = shell::which("containerd") else { bail!("`containerd` is missing") };
    let config = file(machine, "containerd.toml", place);
    machine.start_part(&program, &["--config".into(), config.into()], place)?;
    let wait = Wait::new(Duration::from_secs(30));
    let look = || Ok(shell::output(machine.command("ctr").arg("version")).ok().map(drop));
    let name = machine.name.text();
    wait.until(&format!("containerd on `{name}`"), look)
        .with_context(|| place.last_words(&[&format!("{name}-containerd")]))
}

/// Starts what makes it a node of the cluster.
pub(super) fn start(machine: &Machine, place: &Place) -> Result<()> {
    let flag = |name: &str, value: String| OsString::from(format!("--{name}={value}"));
    let name = machine.name.text();
    let kubelet = [
        flag("config", file(machine, "kubelet.yaml", place)),
        flag("kubeconfig", place.file(&format!("{name}.kubeconfig")).display().to_string()),
        flag("hostname-override", name.to_owned()),
        flag("node-ip", network::address(machine.name).to_string()),
    ];
    machine.start_part(&place.program("kubelet"), &kubelet, place)?;
    let proxy = [flag("config", file(machine, "proxy.yaml", place))];
    machine.start_part(&place.program("kube-proxy"), &proxy, place)
}

fn file(machine: &Machine, name: &str, place: &Place) -> String {
    place.file(&format!("{}/{name}", machine.name.text())).display().to_string()
}

fn containerd(node: Name, place: &Place) -> String {
    let cri = "plugins.\"io.containerd.grpc.v1.cri\"";
    format!(
        "version = 2\n[{cri}]\nsandbox_image = \"{pause}\"\nrestrict_oom_score_adj = true\ndisable_apparmor = true\n\
         [{cri}.cni]\nbin_dir = \"{NETWORK_PLUGINS}\"\nconf_dir = \"{network}\"\n\
         [{cri}.registry]\nconfig_path = \"{registries}\"\n",
        pause = super::image::PAUSE,
        network = place.file(&format!("{}/network", node.text())).display(),
        registries = place.file("registries").display(),
    )
}

fn pod_network(node: Name) -> String {
    format!(
        r#"{{"cniVersion": "1.0.0", "name": "pods", "plugins": [
  {{"type": "bridge", "bridge": "pods", "isGateway": true, "ipMasq": false, "hairpinMode": true,
    "ipam": {{"type": "host-local", "dataDir": "/run/pod-addresses", "ranges": [[{{"subnet": "{}"}}]],
             "routes": [{{"dst": "0.0.0.0/0"}}]}}}},
  {{"type": "portmap", "capabilities": {{"portMappings": true}}}}]}}
"#,
        network::pods(node)
    )
}

fn kubelet(node: Name, place: &Place) -> String {
    let pki = place.file("pki");
    format!(
        "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n\
         authentication:\n  anonymous: {{enabled: false}}\n  webhook: {{enabled: true}}\n  x509: {{clientCAFile: {pki}/ca.pem}}\n\
         authorization: {{mode: Webhook}}\ntlsCertFile: {pki}/{name}.pem\ntlsPrivateKeyFile: {pki}/{name}.key\n\
         clusterDomain: cluster.local\nclusterDNS: [{DNS_SERVICE}]\nresolvConf: /etc/resolv.conf\n\
         containerRuntimeEndpoint: unix:///run/containerd/containerd.sock\nstaticPodPath: {manifests}\n\
         cgroupDriver: cgroupfs\ncgroupRoot: {group}\nfailCgroupV1: false\nfailSwapOn: false\noomScoreAdj: 0\n\
         nodeStatusUpdateFrequency: 2s\nimageGCHighThresholdPercent: 100\n\
         evictionHard: {{memory.available: \"1Mi\", nodefs.available: \"0%\", nodefs.inodesFree: \"0%\", imagefs.available: \"0%\", \
         imagefs.inodesFree: \"0%\"}}\n",
        name = node.text(),
        pki = pki.display(),
        manifests = place.file(&format!("{}/manifests", node.text())).display(),
        group = cgroup::root(node),
    )
}

fn proxy(node: Name, place: &Place) -> String {
    format!(
        "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: nftables\nhostnameOverride: {}\n\
         clusterCIDR: {PODS}\noomScoreAdj: 0\nclientConnection: {{kubeconfig: {}}}\n\
         conntrack: {{maxPerCore: 0, min: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s}}\n",
        node.text(),
        place.file("proxy.kubeconfig").display(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_node_gives_its_pods_addresses_that_are_routed_to_it() {
        let parsed: serde_json::Value = serde_json::from_str(&pod_network(Name::N2)).expect("it is JSON");
        assert_eq!(parsed["plugins"][0]["ipam"]["ranges"][0][0]["subnet"], network::pods(Name::N2));
    }

    #[test]
    fn containerd_reads_what_it_is_given() {
        let place = Place { module: "m".into(), programs: "p".into(), run: "/r".into() };
        let parsed: toml::Table = toml::from_str(&containerd(Name::N1, &place)).expect("it is TOML");
        assert_eq!(parsed["plugins"]["io.containerd.grpc.v1.cri"]["cni"]["conf_dir"].as_str(), Some("/r/n1/network"));
    }
}
