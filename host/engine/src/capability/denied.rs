//! Files that no grant opens: keys, passwords, the memory of processes and the kernel. Judged on the resolved path.
//!
//! Each pattern begins with `/**`, so that it also holds below the root of a container's layers or of another system that is mounted here.
//! It guards against a grant that is too wide, not against a second path that somebody made to the same file.

use std::sync::LazyLock;

use dbg_model::FilesGrant;

/// Pattern, and what it protects.
const DENIED: [(&str, &str); 32] = [
    ("/**/etc/shadow", "passwords"),
    ("/**/etc/shadow-", "passwords"),
    ("/**/etc/gshadow", "passwords"),
    ("/**/etc/gshadow-", "passwords"),
    ("/**/etc/security/opasswd", "passwords"),
    ("/**/.ssh/id_*", "a private key"),
    ("/**/etc/ssh/ssh_host_*_key", "a private key"),
    ("/**/etc/ssl/private/**", "private keys"),
    ("/**/etc/pki/tls/private/**", "private keys"),
    ("/**/etc/letsencrypt/**/privkey*.pem", "a private key"),
    ("/**/etc/kubernetes/pki/**/*.key", "a private key"),
    ("/**/etc/kubernetes/*.conf", "an administrator's credentials"),
    ("/**/var/lib/kubelet/pki/**", "private keys"),
    ("/**/.kube/config", "credentials"),
    ("/**/.aws/credentials", "credentials"),
    ("/**/.docker/config.json", "credentials"),
    ("/**/.gnupg/**", "private keys"),
    ("/**/.netrc", "passwords"),
    ("/**/etc/krb5.keytab", "a private key"),
    ("/**/etc/NetworkManager/system-connections/**", "passwords"),
    ("/**/run/secrets/**", "secrets"),
    ("/**/run/credentials/**", "secrets"),
    ("/**/var/lib/kubelet/pods/*/volumes/kubernetes.io~secret/**", "secrets"),
    ("/**/var/lib/kubelet/pods/*/volumes/kubernetes.io~projected/**", "secrets"),
    ("/**/proc/*/environ", "the environment of a process"),
    ("/**/proc/*/task/*/environ", "the environment of a process"),
    ("/**/proc/*/mem", "the memory of a process"),
    ("/**/proc/*/task/*/mem", "the memory of a process"),
    ("/**/proc/kcore", "the memory of the kernel"),
    ("/**/proc/vmcore", "the memory of the kernel"),
    ("/**/proc/kmsg", "messages that reading takes away"),
    ("/dev/**", "devices"),
];

/// What a resolved path holds that nobody may read, if it does.
pub(crate) fn denied(resolved: &str) -> Option<&'static str> {
    static PATTERNS: LazyLock<Vec<(FilesGrant, &str)>> = LazyLock::new(|| {
        DENIED.map(|(pattern, what)| (FilesGrant { patterns: vec![pattern.to_owned()] }, what)).into()
    });
    PATTERNS.iter().find(|(pattern, _)| pattern.covers(resolved)).map(|(_, what)| *what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_passwords_and_memory_are_denied_wherever_they_lie() {
        for path in [
            "/etc/shadow",
            "/host/etc/shadow",
            "/var/lib/docker/overlay2/x/merged/etc/gshadow",
            "/root/.ssh/id_ed25519",
            "/home/ann/.ssh/id_rsa",
            "/etc/ssh/ssh_host_ed25519_key",
            "/etc/ssl/private/deep/site.key",
            "/etc/kubernetes/pki/ca.key",
            "/etc/kubernetes/pki/etcd/server.key",
            "/etc/kubernetes/admin.conf",
            "/proc/1/environ",
            "/proc/1/task/2/environ",
            "/proc/42/mem",
            "/proc/kcore",
            "/dev/sda",
            "/dev",
            "/run/secrets/token",
            "/var/run/secrets/kubernetes.io/serviceaccount/token",
        ] {
            assert!(denied(path).is_some(), "{path}");
        }
    }

    #[test]
    fn what_stands_beside_a_secret_is_not_denied() {
        for path in [
            "/etc/passwd",
            "/etc/resolv.conf",
            "/root/.ssh/known_hosts",
            "/root/.ssh/authorized_keys",
            "/etc/ssh/ssh_host_ed25519_key.pub",
            "/etc/ssl/certs/ca.pem",
            "/etc/kubernetes/pki/ca.crt",
            "/proc/1/status",
            "/proc/meminfo",
            "/devices",
            "/run/systemd/resolve/resolv.conf",
        ] {
            assert_eq!(denied(path), None, "{path}");
        }
    }
}
