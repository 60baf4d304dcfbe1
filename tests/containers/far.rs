//! An engine that is not at a socket of this machine: behind a port with TLS, and behind ssh.

use dbg_tests::{Engine, Invocation, Site, exit, tool};

use crate::report::results;

const LINE: &str = "run --target isolated sock-summary -o json";

fn over_tls<'site>(site: &'site Site, certificates: &str) -> Invocation<'site> {
    let dbg = site.context.type_in(LINE).as_root().variable("DOCKER_HOST", "tcp://127.0.0.1:2376");
    dbg.variable("DOCKER_TLS_VERIFY", "1").variable("DOCKER_CERT_PATH", certificates)
}

#[track_caller]
fn fails(invocation: Invocation<'_>, words: &str) {
    let output = invocation.run();
    output.exits(exit::UNKNOWN);
    let failure = results(&output)[0]["failure"]["text"].to_string();
    assert!(failure.contains(words), "`{words}` is not in {failure}");
}

#[test]
fn an_engine_over_tls_is_used_when_both_certificates_fit() {
    let Some(site) = Site::new() else { return };
    over_tls(&site, "/run/tls").run().exits(exit::PASS);
    site.script("mkdir -p /run/tls-without /run/tls-other; cp /run/tls/ca.pem /run/tls-without");
    // Docker says so in TLS: it takes nobody without a certificate.
    fails(over_tls(&site, "/run/tls-without"), "BadCertificate; `DOCKER_CERT_PATH`");
    site.script(
        "cd /run/tls-other; cp ../tls/cert.pem ../tls/key.pem .; \
         openssl req -x509 -newkey rsa:2048 -nodes -keyout /dev/null -days 2 -subj /CN=other -out ca.pem 2>/dev/null",
    );
    fails(over_tls(&site, "/run/tls-other"), "UnknownIssuer; `DOCKER_CERT_PATH`");
    fails(over_tls(&site, "/run/tls-nowhere"), "DOCKER_CERT_PATH");
    site.nothing_is_left();
}

/// A server of ssh in the engines' network, and what root needs to log in. It ends with its namespaces.
const SSH: &str = "mkdir -p /run/sshd /root/.ssh; mount -t tmpfs -o mode=700 none /root/.ssh; cd /root/.ssh
    ssh-keygen -q -t ed25519 -N '' -f id_ed25519; cp id_ed25519.pub authorized_keys
    ssh-keygen -q -t ed25519 -N '' -f /run/sshd/host
    printf '[127.0.0.1]:2222 %s\\n' \"$(cat /run/sshd/host.pub)\" > known_hosts
    \"$(command -v sshd)\" -f /dev/null -h /run/sshd/host -o ListenAddress=127.0.0.1:2222 -o StrictModes=no -o PidFile=/run/sshd/pid";

#[test]
fn an_engine_behind_ssh_is_used_by_the_users_own_key() {
    let Some(_ssh) = tool("sshd", "openssh-server").and_then(|_| tool("ssh", "openssh-client")) else { return };
    let Some(site) = Site::new() else { return };
    site.script(SSH);
    let dbg = |host: &str| {
        site.context.type_in(LINE).as_root().variable("DOCKER_HOST", host).variable("PATH", "/usr/bin:/bin")
    };
    dbg("ssh://root@127.0.0.1:2222").run().exits(exit::PASS);
    let with_socket = format!("ssh://root@127.0.0.1:2222{}", Engine::Docker.socket());
    dbg(&with_socket).run().exits(exit::PASS);
    fails(dbg("ssh://root@127.0.0.1:2222/nowhere.sock"), "ssh://root@127.0.0.1:2222/nowhere.sock");
    site.script("rm /root/.ssh/id_ed25519*");
    fails(dbg("ssh://root@127.0.0.1:2222"), "Permission denied");
    site.script("kill $(cat /run/sshd/pid)");
    fails(dbg("ssh://root@127.0.0.1:2222"), "Connection refused");
    site.script("umount /root/.ssh");
    site.nothing_is_left();
}
