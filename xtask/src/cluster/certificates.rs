//! The cluster's own authority, a certificate for each server and client, and the kubeconfigs that use them.

use std::net::Ipv4Addr;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, bail};

use super::machine::{NODES, Name};
use super::network::{self, API_SERVICE};
use super::place::Place;
use crate::shell;

/// A name in a certificate and in its files.
struct Certificate {
    file: String,
    /// `/O=…/CN=…`: the groups and the user, for those who take it for a client's.
    subject: String,
    /// What else a server is called.
    names: Vec<String>,
}

/// Makes them all; openssl's processes run side by side.
pub(super) fn make(place: &Place) -> Result<()> {
    place.write("pki/openssl.cnf", "[req]\ndistinguished_name = name\n[name]\n")?;
    let authority = ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign,digitalSignature"];
    finish(openssl(place, "ca", "/CN=dbg-cluster", &authority, false)?)?;
    let running: Vec<Child> = wanted()
        .iter()
        .map(|it| {
            let mut extensions = vec!["basicConstraints=critical,CA:FALSE", "extendedKeyUsage=serverAuth,clientAuth"];
            let names = format!("subjectAltName={}", it.names.join(","));
            if !it.names.is_empty() {
                extensions.push(&names);
            }
            openssl(place, &it.file, &it.subject, &extensions, true)
        })
        .collect::<Result<_>>()?;
    running.into_iter().try_for_each(finish)?;
    kubeconfigs(place)
}

fn wanted() -> Vec<Certificate> {
    let client = |file: &str, subject: &str| Certificate { file: file.into(), subject: subject.into(), names: vec![] };
    let ip = |address: Ipv4Addr| format!("IP:{address}");
    let services =
        ["kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"];
    let mut api: Vec<String> = services.iter().map(|name| format!("DNS:{name}")).collect();
    api.extend([ip(network::address(Name::Control)), ip(API_SERVICE), ip(Ipv4Addr::LOCALHOST)]);
    let mut all = vec![
        Certificate { file: "apiserver".into(), subject: "/CN=kube-apiserver".into(), names: api },
        client("apiserver-kubelet", "/O=system:masters/CN=kube-apiserver-kubelet-client"),
        client("admin", "/O=system:masters/CN=admin"),
        client("controller-manager", "/CN=system:kube-controller-manager"),
        client("scheduler", "/CN=system:kube-scheduler"),
        client("proxy", "/CN=system:kube-proxy"),
        client("service-accounts", "/CN=service-accounts"),
    ];
    all.extend(NODES.map(|node| Certificate {
        file: node.text().into(),
        subject: format!("/O=system:nodes/CN=system:node:{}", node.text()),
        names: vec![format!("DNS:{}", node.text()), ip(network::address(node))],
    }));
    all
}

/// Starts one openssl that makes a key and a certificate, signed by itself or by the authority.
fn openssl(place: &Place, file: &str, subject: &str, extensions: &[&str], by_authority: bool) -> Result<Child> {
    let path = |name: &str| place.file(&format!("pki/{name}"));
    let mut command = Command::new("openssl");
    command.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-days", "365"]);
    command.arg("-config").arg(path("openssl.cnf")).args(["-subj", subject]);
    command.arg("-keyout").arg(path(&format!("{file}.key"))).arg("-out").arg(path(&format!("{file}.pem")));
    if by_authority {
        command.arg("-CA").arg(path("ca.pem")).arg("-CAkey").arg(path("ca.key"));
    }
    for extension in extensions {
        command.args(["-addext", extension]);
    }
    let text = shell::shown(&command);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command.spawn().with_context(|| format!("cannot start `{text}`"))
}

fn finish(child: Child) -> Result<()> {
    let output = child.wait_with_output().context("cannot wait for `openssl`")?;
    if !output.status.success() {
        bail!("`openssl` made no certificate: {}", String::from_utf8_lossy(&output.stderr).trim_end());
    }
    Ok(())
}

fn kubeconfigs(place: &Place) -> Result<()> {
    let nodes = NODES.map(Name::text);
    for user in ["admin", "controller-manager", "scheduler", "proxy"].into_iter().chain(nodes) {
        place.write(&format!("{user}.kubeconfig"), &kubeconfig(place, user))?;
    }
    Ok(())
}

/// It names files by their whole paths: those are the same in every machine.
fn kubeconfig(place: &Place, user: &str) -> String {
    let pki = place.file("pki");
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: dbg-cluster\n\
         clusters:\n- name: dbg-cluster\n  cluster:\n    server: https://{address}:6443\n    certificate-authority: {pki}/ca.pem\n\
         users:\n- name: {user}\n  user:\n    client-certificate: {pki}/{user}.pem\n    client-key: {pki}/{user}.key\n\
         contexts:\n- name: dbg-cluster\n  context:\n    cluster: dbg-cluster\n    user: {user}\n",
        address = network::address(Name::Control),
        pki = pki.display(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nodes_certificate_is_the_user_that_the_node_authorizer_knows() {
        let subjects: Vec<String> = wanted().into_iter().map(|it| it.subject).collect();
        assert!(subjects.contains(&"/O=system:nodes/CN=system:node:n2".to_owned()));
    }

    #[test]
    fn a_server_is_certified_for_the_address_that_its_clients_dial() {
        let servers: Vec<Certificate> = wanted().into_iter().filter(|it| !it.names.is_empty()).collect();
        assert_eq!(servers.len(), 3);
        assert!(servers.iter().any(|it| it.names.contains(&"IP:10.96.0.1".to_owned())));
    }
}
