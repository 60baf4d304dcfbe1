//! The control plane: which parts it has and with which arguments, and what is put into the cluster once it answers.

use std::ffi::OsString;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use super::machine::{Machine, NODES, Name};
use super::network::{self, DNS_SERVICE, SERVICES};
use super::place::Place;
use super::processes;
use super::wait::Wait;
use crate::shell;

/// The parts that have to answer before the others start: none of those waits long enough between its attempts.
pub(super) const FIRST: [&str; 3] = ["etcd", "kube-apiserver", "registry"];
/// The parts that are clients of the API server.
pub(super) const SECOND: [&str; 3] = ["kube-controller-manager", "kube-scheduler", "coredns"];

/// Where images can be pulled from and pushed to, in clear text.
pub(super) const REGISTRY: &str = "registry.cluster.test:5000";

/// Starts parts of the control plane.
pub(super) fn start(machine: &Machine, parts: &[&str], place: &Place) -> Result<()> {
    if parts.contains(&"coredns") {
        place.write("Corefile", &corefile(place))?;
    }
    parts.iter().try_for_each(|part| machine.start_part(&place.program(part), &arguments(part, place), place))
}

fn arguments(part: &str, place: &Place) -> Vec<OsString> {
    let address = network::address(Name::Control);
    let pki = |name: &str| place.file("pki").join(name).display().to_string();
    let config = |name: &str| format!("--kubeconfig={}", place.file(&format!("{name}.kubeconfig")).display());
    let text: Vec<String> = match part {
        "etcd" => vec![
            "--data-dir=/run/etcd".into(),
            "--listen-client-urls=http://127.0.0.1:2379".into(),
            "--advertise-client-urls=http://127.0.0.1:2379".into(),
            "--listen-peer-urls=http://127.0.0.1:2380".into(),
            "--log-level=warn".into(),
            // What it stores ends with the machine, on a disk or not.
            "--unsafe-no-fsync".into(),
        ],
        "kube-apiserver" => vec![
            "--etcd-servers=http://127.0.0.1:2379".into(),
            format!("--advertise-address={address}"),
            format!("--service-cluster-ip-range={SERVICES}"),
            format!("--client-ca-file={}", pki("ca.pem")),
            format!("--tls-cert-file={}", pki("apiserver.pem")),
            format!("--tls-private-key-file={}", pki("apiserver.key")),
            format!("--kubelet-certificate-authority={}", pki("ca.pem")),
            format!("--kubelet-client-certificate={}", pki("apiserver-kubelet.pem")),
            format!("--kubelet-client-key={}", pki("apiserver-kubelet.key")),
            "--kubelet-preferred-address-types=InternalIP".into(),
            "--service-account-issuer=https://kubernetes.default.svc.cluster.local".into(),
            format!("--service-account-key-file={}", pki("service-accounts.pem")),
            format!("--service-account-signing-key-file={}", pki("service-accounts.key")),
            "--authorization-mode=Node,RBAC".into(),
            "--enable-admission-plugins=NodeRestriction".into(),
            "--allow-privileged=true".into(),
        ],
        "kube-controller-manager" => vec![
            config("controller-manager"),
            format!("--service-account-private-key-file={}", pki("service-accounts.key")),
            format!("--root-ca-file={}", pki("ca.pem")),
            format!("--cluster-signing-cert-file={}", pki("ca.pem")),
            format!("--cluster-signing-key-file={}", pki("ca.key")),
            "--use-service-account-credentials".into(),
            "--leader-elect=false".into(),
            "--bind-address=127.0.0.1".into(),
            // By its defaults the first pod waits five seconds for its service account.
            "--kube-api-qps=500".into(),
            "--kube-api-burst=1000".into(),
            // A node that is gone is NotReady soon enough for a test.
            "--node-monitor-period=1s".into(),
            "--node-monitor-grace-period=12s".into(),
        ],
        "kube-scheduler" => vec![config("scheduler"), "--leader-elect=false".into(), "--bind-address=127.0.0.1".into()],
        "coredns" => vec!["-conf".into(), place.file("Corefile").display().to_string()],
        "registry" => vec![format!("-listen={address}:5000")],
        _ => Vec::new(),
    };
    text.into_iter().map(OsString::from).collect()
}

/// Names of services and pods, and of the machines; it knows nothing beyond and forwards nothing.
fn corefile(place: &Place) -> String {
    let address = network::address(Name::Control);
    format!(
        ".:53 {{\n  bind {address}\n  errors\n  ready {address}:8181\n  cache 5\n\
         \x20 hosts {{\n{hosts}    {address} registry.cluster.test\n    fallthrough\n  }}\n\
         \x20 kubernetes cluster.local in-addr.arpa {{\n    kubeconfig {kubeconfig}\n    pods verified\n    ttl 5\n  }}\n}}\n",
        hosts = NODES.map(|node| format!("    {} {}.cluster.test\n", network::address(node), node.text())).concat(),
        kubeconfig = place.kubeconfig().display(),
    )
}

/// The name server's service. Its one end point is a process beside the control plane, so there is nothing to select.
fn objects() -> String {
    let address = network::address(Name::Control);
    let ports = |indent: &str| {
        ["UDP", "TCP"]
            .map(|kind| {
                format!("{indent}- name: dns-{}\n{indent}  port: 53\n{indent}  protocol: {kind}\n", kind.to_lowercase())
            })
            .concat()
    };
    format!(
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: kube-dns\n  namespace: kube-system\n  labels:\n    k8s-app: kube-dns\n\
         spec:\n  clusterIP: {DNS_SERVICE}\n  ports:\n{}---\n\
         apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata:\n  name: kube-dns\n  namespace: kube-system\n\
         \x20 labels:\n    kubernetes.io/service-name: kube-dns\naddressType: IPv4\nendpoints:\n- addresses: [{address}]\n\
         \x20 conditions:\n    ready: true\nports:\n{}",
        ports("  "),
        ports(""),
    )
}

/// Waits until the API server serves.
pub(super) fn wait_for_api(place: &Place) -> Result<()> {
    let wait = Wait::new(Duration::from_secs(60));
    let look = || {
        if !processes::all()?.iter().any(|it| it.command.iter().any(|word| word.ends_with("/kube-apiserver"))) {
            bail!("`kube-apiserver` ended");
        }
        Ok(shell::output(&mut kubectl(place, &["get", "--raw", "/readyz"])).ok().map(drop))
    };
    wait.until("the API server", look).with_context(|| place.last_words(&["control-kube-apiserver", "control-etcd"]))
}

/// Puts into the cluster what a real one has from the start.
pub(super) fn furnish(place: &Place) -> Result<()> {
    create(place, &objects())
}

/// Creates objects.
pub(super) fn create(place: &Place, objects: &str) -> Result<()> {
    let file = place.write("objects.yaml", objects)?;
    let mut command = kubectl(place, &["create", "--validate=false", "-f"]);
    shell::output(command.arg(file)).map(drop)
}

/// Waits until both nodes are ready.
pub(super) fn wait_for_nodes(place: &Place) -> Result<()> {
    let names = NODES.map(|node| format!("node/{}", node.text()));
    let last_words = || place.last_words(&["n1-kubelet", "n2-kubelet"]);
    // `kubectl wait --for create` gives up at once where the first of several is made while it looks for the next.
    let are_there = || Ok(shell::output(kubectl(place, &["get"]).args(&names)).ok());
    Wait::new(Duration::from_secs(60)).until("the nodes", are_there).with_context(last_words)?;
    let mut command = kubectl(place, &["wait", "--timeout=60s", "--for=condition=Ready"]);
    shell::output(command.args(&names)).with_context(last_words).map(drop)
}

/// Waits until pods can be made: their service account comes from a controller.
pub(super) fn wait_for_service_account(place: &Place) -> Result<()> {
    let mut command = kubectl(place, &["wait", "--timeout=60s", "--for=create", "serviceaccount/default"]);
    shell::output(&mut command).with_context(|| place.last_words(&["control-kube-controller-manager"])).map(drop)
}

/// The cluster's own kubectl, as its operator.
pub(super) fn kubectl(place: &Place, arguments: &[&str]) -> Command {
    let mut command = Command::new(place.program("kubectl"));
    command.arg("--kubeconfig").arg(place.kubeconfig()).args(arguments);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_has_arguments() {
        let place = Place { module: "m".into(), programs: "p".into(), run: "r".into() };
        assert!(FIRST.iter().chain(&SECOND).all(|part| !arguments(part, &place).is_empty()));
    }
}
