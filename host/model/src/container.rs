//! Which container a process is in, by the text of `/proc/PID/cgroup`. Source: man 7 cgroups, and what each runtime writes.

use std::fmt;

/// Of the text, what is looked at: the kernel's has some KiB.
const LONGEST: usize = 64 << 10;
/// Containers within containers, of which the outermost are kept.
const DEEPEST: usize = 8;
/// Digits of an id.
const DIGITS: usize = 64;

/// The id that a runtime gives a container: 64 of `0-9` and `a-f`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContainerId(String);

/// Who runs a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ContainerRuntime {
    /// Docker.
    Docker,
    /// containerd: by Kubernetes, nerdctl or ctr.
    Containerd,
    /// CRI-O.
    Crio,
    /// Podman.
    Podman,
    /// One of those that Kubernetes asks: the path does not say which.
    Kubernetes,
    /// The path does not say.
    Unknown,
}

/// A container in the path of a control group. Whoever may make control groups beneath its own may claim any id there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CgroupContainer {
    /// Its id.
    pub id: ContainerId,
    /// Who runs it, as far as the path says.
    pub runtime: ContainerRuntime,
}

impl ContainerId {
    /// The id of these digits, if they are one.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        Self::of(text.as_bytes())
    }

    fn of(digits: &[u8]) -> Option<Self> {
        let is_digit = |byte: &u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte);
        let fits = digits.len() == DIGITS && digits.iter().all(is_digit);
        fits.then(|| Self(digits.iter().copied().map(char::from).collect()))
    }

    /// All digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first twelve, as engines show it.
    #[must_use]
    pub fn short(&self) -> &str {
        self.0.get(..12).unwrap_or(&self.0)
    }
}

impl fmt::Display for ContainerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Display for ContainerRuntime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Docker => "Docker",
            Self::Containerd => "containerd",
            Self::Crio => "CRI-O",
            Self::Podman => "Podman",
            Self::Kubernetes => "Kubernetes",
            Self::Unknown => "unknown runtime",
        })
    }
}

/// The paths in the text of `/proc/PID/cgroup`, one a hierarchy, in its order.
pub fn cgroup_paths(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let text = text.get(..LONGEST).unwrap_or(text);
    // The third part is the path, which may hold more colons.
    text.split(|byte| *byte == b'\n').filter_map(|line| line.splitn(3, |byte| *byte == b':').nth(2))
}

/// The containers that a process with this text of `/proc/PID/cgroup` is in, the outermost first; none where it is in no container.
///
/// All hierarchies of a process name the same containers, so the first that names any counts.
#[must_use]
pub fn containers_in(text: &[u8]) -> Vec<CgroupContainer> {
    cgroup_paths(text).map(in_path).find(|all| !all.is_empty()).unwrap_or_default()
}

fn in_path(path: &[u8]) -> Vec<CgroupContainer> {
    let mut found: Vec<CgroupContainer> = Vec::new();
    let (mut before, mut is_of_kubernetes): (&[u8], bool) = (b"", false);
    for part in path.split(|byte| *byte == b'/') {
        if let Some((prefix, id)) = digits(part)
            && let Some(runtime) = runtime(prefix, before, is_of_kubernetes)
            && found.iter().all(|one| one.id != id)
            && found.len() < DEEPEST
        {
            found.push(CgroupContainer { id, runtime });
        }
        is_of_kubernetes |= part.starts_with(b"kubepods");
        before = part;
    }
    found
}

/// What stands before the id in a part of a path, and the id: `ID`, `PREFIX-ID`, `SLICE:PREFIX:ID`, each also with `.scope`.
fn digits(part: &[u8]) -> Option<(&[u8], ContainerId)> {
    let part = part.strip_suffix(b".scope").unwrap_or(part);
    let (before, digits) = part.split_at(part.len().checked_sub(DIGITS)?);
    let id = ContainerId::of(digits)?;
    match before.split_last() {
        None => Some((b"", id)),
        Some((b'-' | b':', prefix)) => Some((prefix.rsplit(|byte| *byte == b':').next().unwrap_or(prefix), id)),
        Some(_) => None,
    }
}

/// Who names a control group so; none where it is that of a container's monitor, which is outside of the container.
fn runtime(prefix: &[u8], before: &[u8], is_of_kubernetes: bool) -> Option<ContainerRuntime> {
    Some(match prefix {
        b"docker" => ContainerRuntime::Docker,
        b"cri-containerd" | b"nerdctl" | b"containerd" => ContainerRuntime::Containerd,
        b"crio" => ContainerRuntime::Crio,
        b"libpod" | b"libpod-payload" => ContainerRuntime::Podman,
        _ if prefix.ends_with(b"conmon") => return None,
        b"" if before == b"docker" => ContainerRuntime::Docker,
        b"" if matches!(before, b"k8s.io" | b"default" | b"moby") => ContainerRuntime::Containerd,
        b"" if is_of_kubernetes => ContainerRuntime::Kubernetes,
        _ => ContainerRuntime::Unknown,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    const OTHER: &str = "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210";

    fn found(text: &str) -> Vec<(String, ContainerRuntime)> {
        containers_in(text.as_bytes()).into_iter().map(|one| (one.id.to_string(), one.runtime)).collect()
    }

    #[test]
    fn a_container_is_known_by_every_runtimes_way_of_writing_it() {
        use ContainerRuntime::{Containerd, Crio, Docker, Kubernetes, Podman, Unknown};
        for (text, runtime) in [
            // Version 2.
            ("0::/system.slice/docker-ID.scope", Docker),
            ("0::/docker/ID", Docker),
            ("0::/system.slice/docker.service/system.slice:docker:ID", Docker),
            ("0::/user.slice/user-1000.slice/user@1000.service/app.slice/docker-ID.scope", Docker),
            ("0::/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod1_2.slice/docker-ID.scope", Docker),
            (
                "0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1_2.slice/cri-containerd-ID.scope",
                Containerd,
            ),
            ("0::/system.slice/containerd.service/kubepods-pod1.slice:cri-containerd:ID", Containerd),
            ("0::/system.slice/nerdctl-ID.scope", Containerd),
            ("0::/k8s.io/ID", Containerd),
            ("0::/default/ID", Containerd),
            ("0::/kubepods.slice/kubepods-pod1.slice/crio-ID.scope", Crio),
            ("0::/kubepods.slice/kubepods-pod1.slice/crio-ID.scope/container", Crio),
            ("0::/kubepods/burstable/pod1-2/ID", Kubernetes),
            ("0::/kubepods/pod1-2/ID/init.scope", Kubernetes),
            ("0::/machine.slice/libpod-ID.scope/container", Podman),
            ("0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-ID.scope/container", Podman),
            ("0::/user.slice/user-1000.slice/user@1000.service/app.slice/web.service/libpod-payload-ID", Podman),
            ("0::/libpod_parent/libpod-ID", Podman),
            // As seen from another control group namespace.
            ("0::/../../docker-ID.scope", Docker),
            ("0::/../ID", Unknown),
            // Version 1, and both.
            ("12:pids:/docker/ID\n11:memory:/docker/ID\n1:name=systemd:/docker/ID", Docker),
            ("9:cpu,cpuacct:/kubepods/besteffort/pod1/ID\n0::/", Kubernetes),
            ("2:memory:/user.slice\n4:cpu:/machine.slice/libpod-ID.scope\n0::/", Podman),
            ("5:pids:/x/kubepods-pod1.slice:cri-containerd:ID", Containerd),
            ("0::/somewhere/thing-ID.scope", Unknown),
        ] {
            assert_eq!(found(&text.replace("ID", ID)), [(ID.to_owned(), runtime)], "{text}");
        }
    }

    #[test]
    fn what_is_no_container_is_none() {
        for text in [
            "",
            "\n",
            "0::/",
            "0::/user.slice/user-1000.slice/session-1.scope",
            "0::/system.slice/ssh.service",
            // A monitor runs outside of its container.
            "0::/machine.slice/libpod-conmon-ID.scope",
            "0::/kubepods.slice/kubepods-pod1.slice/crio-conmon-ID.scope",
            // Almost an id.
            "0::/docker/IDa",
            "0::/docker/aID",
            "0::/docker/docker_ID",
            "0::/docker/ID.slice",
            "0::/docker/../..",
            // No line of the kernel's.
            "/docker/ID",
            "0:/docker/ID",
        ] {
            assert_eq!(found(&text.replace("ID", ID)), [], "{text}");
        }
        assert_eq!(found(&format!("0::/docker/{}", ID.to_uppercase())), []);
        assert_eq!(found(&format!("0::/docker/{}", &ID[1..])), []);
    }

    #[test]
    fn the_outermost_container_comes_first_and_each_once() {
        let text = format!("0::/docker/{ID}/kubelet/kubepods/pod1/{OTHER}/{ID}");
        let expected = [(ID.to_owned(), ContainerRuntime::Docker), (OTHER.to_owned(), ContainerRuntime::Kubernetes)];
        assert_eq!(found(&text), expected);
    }

    #[test]
    fn hostile_text_is_bounded_and_never_decoded() {
        let deep: String = (0..1000).map(|number| format!("/{number:064x}")).collect();
        assert_eq!(found(&format!("0::{deep}")).len(), DEEPEST);
        let mut bytes = b"0::/\xff\xfe/docker-".to_vec();
        bytes.extend(ID.bytes());
        assert_eq!(containers_in(&bytes).len(), 1);
        bytes.push(0xff);
        assert_eq!(containers_in(&bytes), []);
        let mut long = vec![b'x'; LONGEST];
        long.extend(format!("\n0::/docker/{ID}").bytes());
        assert_eq!(containers_in(&long), []);
    }
}
