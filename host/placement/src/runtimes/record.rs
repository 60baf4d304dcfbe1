//! What each runtime writes of a container. All of it is foreign text; what is no name is left out.

use dbg_model::{ContainerId, ContainerRuntime, truncate_at_char};
use serde::Deserialize;

use super::group::{Group, Hierarchies};

/// Longer names are cut: those of Kubernetes have three parts of at most 253 bytes.
const LONGEST_NAME: usize = 253;
/// Ids that are no digits are names, as `ctr` has them.
const LONGEST_ID: usize = 128;
/// Of one container.
const NAMES: usize = 8;

/// What a runtime left of a container. Texts in it are foreign, raw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    /// 1 to 128 letters, digits, `_`, `.` and `-`.
    pub(super) id: String,
    /// The best first.
    pub(super) names: Vec<String>,
    pub(super) pod: Option<Pod>,
    pub(super) runtime: ContainerRuntime,
    /// Whether all its processes are held.
    pub(super) is_paused: bool,
    /// Whether it only holds the network of a pod.
    pub(super) is_sandbox: bool,
    /// The namespace of containerd: in another one the same id may be given.
    pub(super) namespace: Option<String>,
    /// The user in whose folders it was found, whose processes alone can be in it; none for those of the machine's runtimes.
    pub(super) owner: Option<u32>,
    /// Its control group, where the runtime says it.
    pub(super) group: Option<Group>,
}

/// A pod of Kubernetes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pod {
    pub(super) namespace: String,
    pub(super) name: String,
}

impl Record {
    /// One of which nothing but its id is known.
    pub(super) fn bare(id: &str, runtime: ContainerRuntime) -> Option<Self> {
        let inside = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
        let fits = !id.is_empty() && id.len() <= LONGEST_ID && !id.starts_with('.') && id.bytes().all(inside);
        fits.then(|| Self {
            id: id.to_owned(),
            names: Vec::new(),
            pod: None,
            runtime,
            is_paused: false,
            is_sandbox: false,
            namespace: None,
            owner: None,
            group: None,
        })
    }

    /// What tells it from every other one: digits are given once, and names once in a namespace.
    pub(super) fn key(&self) -> String {
        match &self.namespace {
            Some(namespace) if ContainerId::new(&self.id).is_none() => format!("{namespace}/{}", self.id),
            _ => self.id.clone(),
        }
    }

    /// The best name, with pod and namespace where it has them; raw.
    pub(super) fn name(&self) -> Option<String> {
        let name = if self.is_sandbox { Some("(pod)") } else { self.names.first().map(String::as_str) }?;
        Some(match &self.pod {
            Some(Pod { namespace, name: pod }) => format!("{namespace}/{pod}/{name}"),
            None => name.to_owned(),
        })
    }

    /// Whether a process that stands there is in the control group that the runtime made for it, or beneath; none where the runtime does
    /// not say which one that is.
    pub(super) fn has(&self, hierarchies: &Hierarchies) -> Option<bool> {
        self.group.as_ref().map(|group| hierarchies.are_beneath(group))
    }

    pub(super) fn add_names(&mut self, names: &[String]) {
        names.iter().for_each(|name| self.add_name(name));
    }

    fn add_name(&mut self, name: &str) {
        let name = cut(name.trim_start_matches('/'));
        // What the kubelet calls its containers where the engine knows nothing of pods.
        let of_kubelet: Vec<&str> = name.split('_').collect();
        if let ["k8s", container, pod, namespace, _uid, _attempt] = *of_kubelet {
            self.set_pod(namespace, pod);
            if container == "POD" {
                self.is_sandbox = true;
            } else {
                self.push_name(container);
            }
        }
        self.push_name(name);
    }

    fn push_name(&mut self, name: &str) {
        if !name.is_empty() && self.names.len() < NAMES && self.names.iter().all(|known| known != name) {
            self.names.push(name.to_owned());
        }
    }

    fn set_pod(&mut self, namespace: &str, name: &str) {
        if self.pod.is_none() && !namespace.is_empty() && !name.is_empty() {
            self.pod = Some(Pod { namespace: cut(namespace).to_owned(), name: cut(name).to_owned() });
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

    /// Takes over what its bundle says: names and pod in annotations, and its control group.
    pub(super) fn add_bundle(&mut self, bundle: &Bundle) {
        let annotations = &bundle.annotations;
        if !annotations.kind_of_crio.is_empty() {
            self.runtime = ContainerRuntime::Crio;
        }
        self.set_pod(&annotations.namespace, &annotations.pod);
        self.set_pod(&annotations.namespace_of_crio, &annotations.pod_of_crio);
        if annotations.kind == "sandbox" || annotations.kind_of_crio == "sandbox" {
            self.is_sandbox = true;
        } else {
            self.push_name(cut(&annotations.name));
            self.push_name(cut(&annotations.name_of_crio));
        }
        self.push_name(cut(&annotations.of_nerdctl));
        self.group = bundle.group();
    }
}

fn cut(text: &str) -> &str {
    truncate_at_char(text, LONGEST_NAME)
}

/// What is read of the `config.json` of a bundle. Source: the runtime specification of OCI, and the annotations that each runtime adds.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Bundle {
    annotations: Annotations,
    linux: Linux,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Linux {
    #[serde(rename = "cgroupsPath")]
    group: String,
}

#[derive(Debug, Default, Deserialize)]
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

impl Bundle {
    /// What makes no sense says nothing.
    pub(super) fn read(json: &[u8]) -> Self {
        serde_json::from_slice(json).unwrap_or_default()
    }

    pub(super) fn group(&self) -> Option<Group> {
        Group::read(&self.linux.group)
    }
}

/// The names that the common storage of Podman and CRI-O has for its containers.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn bundle(json: &str) -> Record {
        let mut record = Record::bare("0f", ContainerRuntime::Containerd).unwrap();
        record.add_bundle(&Bundle::read(json.as_bytes()));
        record
    }

    #[test]
    fn names_and_pods_are_read_from_what_each_runtime_writes() {
        let of_containerd = bundle(
            r#"{"annotations":{"io.kubernetes.cri.container-type":"container","io.kubernetes.cri.container-name":"web",
            "io.kubernetes.cri.sandbox-name":"web-1","io.kubernetes.cri.sandbox-namespace":"shop"},"linux":{"cgroupsPath":"/k8s.io/0f"}}"#,
        );
        assert_eq!(of_containerd.name().as_deref(), Some("shop/web-1/web"));
        let mut of_crio = bundle(
            r#"{"annotations":{"io.kubernetes.cri-o.ContainerType":"container","io.kubernetes.container.name":"web",
            "io.kubernetes.pod.name":"web-1","io.kubernetes.pod.namespace":"shop"}}"#,
        );
        of_crio.add_names(&["k8s_web_web-1_shop_1-2_0".to_owned()]);
        assert_eq!((of_crio.name().as_deref(), of_crio.runtime), (Some("shop/web-1/web"), ContainerRuntime::Crio));
        assert_eq!(of_crio.names, ["web", "k8s_web_web-1_shop_1-2_0"]);
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
        assert_eq!((sandbox.name().as_deref(), sandbox.is_sandbox), (Some("shop/web-1/(pod)"), true));
        let json = br#"{"Name":"/k8s_POD_web-1_shop_1-2_0","State":{"Running":true}}"#;
        assert!(Record::of_docker("0f", json).unwrap().is_sandbox);
    }

    #[test]
    fn the_same_id_in_two_namespaces_is_two_containers() {
        let key = |id: &str, namespace: &str| {
            let mut record = Record::bare(id, ContainerRuntime::Containerd).unwrap();
            record.namespace = Some(namespace.to_owned());
            record.key()
        };
        assert_ne!(key("web", "default"), key("web", "shop"));
        // Digits are the same container, whoever knows it.
        let digits = "0f".repeat(32);
        assert_eq!(key(&digits, "default"), key(&digits, "moby"));
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
        let named = bundle(&format!("{{\"annotations\":{{\"nerdctl/name\":\"{long}\"}}}}"));
        assert_eq!(named.names[0].len(), LONGEST_NAME);
        let mut many = bundle("{}");
        many.add_names(&(0..100).map(|number| number.to_string()).collect::<Vec<_>>());
        assert_eq!(many.names.len(), NAMES);
        assert_eq!(names_of_storage(b"{}"), []);
    }
}
