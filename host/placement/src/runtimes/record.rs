//! What each runtime writes of a container. All of it is foreign text; what is no name is left out.

use dbg_model::{ContainerRuntime, cgroup_paths, truncate_at_char};
use serde::Deserialize;

/// Longer names are cut: those of Kubernetes have three parts of at most 253 bytes.
const LONGEST_NAME: usize = 253;
/// Ids that are no digits are names, as `ctr` has them.
const LONGEST_ID: usize = 128;

/// What a runtime left of a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its id: 1 to 128 letters, digits, `_`, `.` and `-`.
    pub id: String,
    /// Its names, the best first; raw.
    pub names: Vec<String>,
    /// `NAMESPACE/POD` of Kubernetes; raw.
    pub pod: Option<String>,
    /// Who runs it.
    pub runtime: ContainerRuntime,
    /// Whether all its processes are held.
    pub is_paused: bool,
    /// The path of its control group, where the runtime says it.
    pub(super) cgroup: Option<String>,
}

impl Record {
    /// One of which nothing but its id is known.
    pub(super) fn bare(id: &str, runtime: ContainerRuntime) -> Option<Self> {
        let inside = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
        let fits = !id.is_empty() && id.len() <= LONGEST_ID && !id.starts_with('.') && id.bytes().all(inside);
        let id = fits.then(|| id.to_owned())?;
        Some(Self { id, names: Vec::new(), pod: None, runtime, is_paused: false, cgroup: None })
    }

    /// The best name, with pod and namespace where it has them; raw.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        let name = self.names.first()?;
        Some(self.pod.as_ref().map_or_else(|| name.clone(), |pod| format!("{pod}/{name}")))
    }

    /// Whether a process with this text of `/proc/PID/cgroup` stands in the control group that the runtime made for it, or beneath.
    pub(super) fn has(&self, cgroup: &[u8]) -> bool {
        let Some(own) = self.cgroup.as_deref().map(str::as_bytes) else { return false };
        let is_own = |path: &[u8]| match own.strip_prefix(b"/") {
            Some(_) => path.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/")),
            // The last part alone: systemd has slices of its own around it.
            None => path.split(|byte| *byte == b'/').any(|part| part == own),
        };
        cgroup_paths(cgroup).any(is_own)
    }

    fn add_name(&mut self, name: &str) {
        let name = truncate_at_char(name.trim_start_matches('/'), LONGEST_NAME);
        // What the kubelet calls its containers where the engine knows nothing of pods.
        let of_kubelet: Vec<&str> = name.split('_').collect();
        if let ["k8s", container, pod, namespace, _uid, _attempt] = *of_kubelet {
            self.pod = Some(format!("{namespace}/{pod}"));
            let name = if container == "POD" { "(pod)" } else { container };
            self.names.insert(0, name.to_owned());
        }
        if !name.is_empty() && self.names.iter().all(|known| known != name) {
            self.names.push(name.to_owned());
        }
    }

    /// Docker's `config.v2.json`; none of a container that does not run.
    pub(super) fn of_docker(id: &str, json: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Config {
            #[serde(default, rename = "Name")]
            name: String,
            #[serde(rename = "State")]
            state: State,
        }
        #[derive(Deserialize)]
        struct State {
            #[serde(default, rename = "Running")]
            is_running: bool,
            #[serde(default, rename = "Paused")]
            is_paused: bool,
        }
        let config: Config = serde_json::from_slice(json).ok()?;
        let mut record = Self::bare(id, ContainerRuntime::Docker).filter(|_| config.state.is_running)?;
        record.is_paused = config.state.is_paused;
        record.add_name(&config.name);
        Some(record)
    }

    /// Takes over what the `config.json` of its bundle says: names and pod in annotations, and its control group.
    pub(super) fn add_bundle(&mut self, json: &[u8]) {
        #[derive(Deserialize)]
        struct Bundle {
            #[serde(default)]
            annotations: Annotations,
            #[serde(default)]
            linux: Linux,
        }
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Linux {
            #[serde(rename = "cgroupsPath")]
            cgroup: String,
        }
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Annotations {
            #[serde(rename = "nerdctl/name")]
            of_nerdctl: String,
            #[serde(rename = "io.kubernetes.cri.container-type")]
            kind: String,
            #[serde(rename = "io.kubernetes.cri.container-name")]
            name: String,
            #[serde(rename = "io.kubernetes.cri.sandbox-name")]
            pod: String,
            #[serde(rename = "io.kubernetes.cri.sandbox-namespace")]
            namespace: String,
            #[serde(rename = "io.kubernetes.cri-o.ContainerType")]
            kind_of_crio: String,
            #[serde(rename = "io.kubernetes.container.name")]
            name_of_crio: String,
            #[serde(rename = "io.kubernetes.pod.name")]
            pod_of_crio: String,
            #[serde(rename = "io.kubernetes.pod.namespace")]
            namespace_of_crio: String,
        }
        let Ok(Bundle { annotations, linux }) = serde_json::from_slice(json) else { return };
        if !annotations.kind_of_crio.is_empty() {
            self.runtime = ContainerRuntime::Crio;
        }
        let first = |one: String, other: String| if one.is_empty() { other } else { one };
        let pod = first(annotations.pod, annotations.pod_of_crio);
        let namespace = first(annotations.namespace, annotations.namespace_of_crio);
        if !pod.is_empty() && !namespace.is_empty() {
            let cut = |text: &str| truncate_at_char(text, LONGEST_NAME).to_owned();
            self.pod = Some(format!("{}/{}", cut(&namespace), cut(&pod)));
        }
        if annotations.kind == "sandbox" || annotations.kind_of_crio == "sandbox" {
            self.add_name("(pod)");
        } else {
            self.add_name(&annotations.name);
            self.add_name(&annotations.name_of_crio);
        }
        self.add_name(&annotations.of_nerdctl);
        self.cgroup = group(&linux.cgroup);
    }
}

/// The control group of a bundle: a path, or for systemd the last part that `SLICE:PREFIX:NAME` stands for.
fn group(text: &str) -> Option<String> {
    let is_path = text.len() > 1 && text.starts_with('/') && text.split('/').all(|part| part != "..");
    if is_path {
        return Some(text.trim_end_matches('/').to_owned());
    }
    let parts: Vec<&str> = text.split(':').collect();
    match parts[..] {
        [_, prefix, name] if !prefix.is_empty() && !name.is_empty() => Some(format!("{prefix}-{name}.scope")),
        _ => None,
    }
}

/// The names that the common storage of Podman and CRI-O has for its containers, in its `containers.json`.
pub(super) fn names_of_storage(json: &[u8]) -> Vec<(String, Vec<String>)> {
    #[derive(Deserialize)]
    struct One {
        id: String,
        #[serde(default)]
        names: Option<Vec<String>>,
    }
    let all: Vec<One> = serde_json::from_slice(json).unwrap_or_default();
    all.into_iter().map(|one| (one.id, one.names.unwrap_or_default())).collect()
}

impl Record {
    /// Names that the storage has for it.
    pub(super) fn add_names(&mut self, names: &[String]) {
        names.iter().take(8).for_each(|name| self.add_name(name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundle(json: &str) -> Record {
        let mut record = Record::bare("0f", ContainerRuntime::Containerd).unwrap();
        record.add_bundle(json.as_bytes());
        record
    }

    #[test]
    fn names_and_pods_are_read_from_what_each_runtime_writes() {
        let of_containerd = bundle(
            r#"{"annotations":{"io.kubernetes.cri.container-type":"container","io.kubernetes.cri.container-name":"web",
            "io.kubernetes.cri.sandbox-name":"web-1","io.kubernetes.cri.sandbox-namespace":"shop"},"linux":{"cgroupsPath":"/k8s.io/0f"}}"#,
        );
        assert_eq!(of_containerd.name().as_deref(), Some("shop/web-1/web"));
        let of_crio = bundle(
            r#"{"annotations":{"io.kubernetes.cri-o.ContainerType":"container","io.kubernetes.container.name":"web",
            "io.kubernetes.pod.name":"web-1","io.kubernetes.pod.namespace":"shop"}}"#,
        );
        assert_eq!((of_crio.name().as_deref(), of_crio.runtime), (Some("shop/web-1/web"), ContainerRuntime::Crio));
        assert_eq!(bundle(r#"{"annotations":{"nerdctl/name":"web"}}"#).name().as_deref(), Some("web"));
        let of_docker = |name: &str| {
            let json = format!("{{\"Name\":\"{name}\",\"State\":{{\"Running\":true}}}}");
            Record::of_docker("0f", json.as_bytes()).unwrap()
        };
        assert_eq!(of_docker("/web").name().as_deref(), Some("web"));
        let of_kubelet = of_docker("/k8s_web_web-1_shop_1-2_0");
        assert_eq!(of_kubelet.name().as_deref(), Some("shop/web-1/web"));
        assert_eq!(of_kubelet.names, ["web", "k8s_web_web-1_shop_1-2_0"]);
        let stored = names_of_storage(br#"[{"id":"0f","names":["web"],"layer":"1"},{"id":"1f"}]"#);
        assert_eq!(stored, [("0f".to_owned(), vec!["web".to_owned()]), ("1f".to_owned(), Vec::new())]);
    }

    #[test]
    fn the_container_that_holds_a_pods_network_is_told_from_those_in_it() {
        let sandbox = bundle(
            r#"{"annotations":{"io.kubernetes.cri.container-type":"sandbox","io.kubernetes.cri.sandbox-name":"web-1",
            "io.kubernetes.cri.sandbox-namespace":"shop"}}"#,
        );
        assert_eq!(sandbox.name().as_deref(), Some("shop/web-1/(pod)"));
    }

    #[test]
    fn a_process_is_in_the_control_group_that_a_bundle_names_and_in_no_other() {
        let record = bundle(r#"{"linux":{"cgroupsPath":"/default/web"}}"#);
        for text in ["4:memory:/default/web\n0::/", "0::/default/web/inner"] {
            assert!(record.has(text.as_bytes()), "{text}");
        }
        for text in ["0::/default/web2", "0::/x/default/web", "0::/default", "", "0::/"] {
            assert!(!record.has(text.as_bytes()), "{text}");
        }
        let of_systemd = bundle(r#"{"linux":{"cgroupsPath":"system.slice:nerdctl:web"}}"#);
        assert!(of_systemd.has(b"0::/system.slice/nerdctl-web.scope/init"));
        assert!(!of_systemd.has(b"0::/system.slice/nerdctl-web2.scope"));
        // Where it is everybody's, it is nobody's.
        for path in ["/", "", "/../x", "::", "a:b"] {
            assert_eq!(bundle(&format!("{{\"linux\":{{\"cgroupsPath\":\"{path}\"}}}}")).cgroup, None, "{path}");
        }
    }

    #[test]
    fn what_is_damaged_hostile_or_not_running_gives_no_name() {
        assert_eq!(Record::of_docker("0f", b"{"), None);
        assert_eq!(Record::of_docker("0f", br#"{"Name":"/web","State":{"Running":false}}"#), None);
        for id in ["", "../x", "a/b", ".", "a b", &"a".repeat(129)] {
            assert_eq!(Record::bare(id, ContainerRuntime::Docker), None, "{id}");
        }
        for json in ["", "[]", r#"{"annotations":7}"#, r#"{"annotations":{"nerdctl/name":7}}"#, &"[".repeat(100_000)] {
            assert_eq!(bundle(json).names, [""; 0]);
        }
        let long = "x".repeat(10_000);
        assert_eq!(
            bundle(&format!("{{\"annotations\":{{\"nerdctl/name\":\"{long}\"}}}}")).names[0].len(),
            LONGEST_NAME
        );
        assert_eq!(names_of_storage(b"{}"), []);
    }
}
