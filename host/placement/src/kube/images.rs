//! Which image an agent's pod could have: pure, of what is known of the node and of the pods that run on it.

use super::answers::{NodeImage, Pod};
use crate::docker::RUN;

/// Images to try, one after the other.
const TRIED: usize = 3;
/// A reference that is longer makes no pod.
const LONGEST: usize = 512;

/// Which images an agent's pod could have. Raw.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImageFacts {
    /// The one that was named.
    pub named: Option<String>,
    /// The agent's own, where the node says that it has it.
    pub own: Option<String>,
    /// Others that are on the node, the likeliest to be let in first, at most three.
    pub borrowed: Vec<Borrowed>,
}

/// An image that is on the node because somebody else's pod runs of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Borrowed {
    /// As that pod names it.
    pub reference: String,
    /// Whose it is.
    pub lender: Lender,
}

/// Whose image it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lender {
    /// A pod, as `namespace/name`.
    Pod(String),
    /// Nobody's: what holds the namespaces of pods.
    Pause,
}

/// Whether a pod has an image to lend: it runs, and is not one of dbg's own.
pub(super) fn lends(pod: &Pod) -> bool {
    pod.status.phase == "Running"
        && pod.metadata.deletion_timestamp.is_none()
        && !pod.metadata.labels.contains_key(RUN)
        && running_images(pod).next().is_some()
}

fn running_images(pod: &Pod) -> impl Iterator<Item = &str> {
    pod.spec
        .containers
        .iter()
        .filter(|container| pod.state(&container.name).is_some_and(|state| state.running.is_some()))
        .map(|container| container.image.as_str())
        .filter(|image| !image.is_empty() && image.len() <= LONGEST && !image.contains(char::is_whitespace))
}

/// Of what the node lists, and of the pods that run on it. Images of the same namespace come first: a policy let them in there. Then those that
/// take no secret to pull, then pause.
pub(super) fn of(namespace: &str, listed: &[NodeImage], pods: &[Pod], agent: &Option<String>) -> ImageFacts {
    let names = || listed.iter().flat_map(|image| &image.names);
    let own = agent.as_ref().and_then(|tag| names().find(|name| is_of(name, tag)).cloned());
    let mut ranked: Vec<(u8, Borrowed)> = Vec::new();
    for pod in pods.iter().filter(|pod| lends(pod)) {
        let rank = match (pod.metadata.namespace == namespace, pod.spec.image_pull_secrets.is_empty()) {
            (true, _) => 0,
            (false, true) => 1,
            (false, false) => 3,
        };
        let lender = Lender::Pod(format!("{}/{}", pod.metadata.namespace, pod.metadata.name));
        let of_pod = running_images(pod).map(|image| Borrowed { reference: image.to_owned(), lender: lender.clone() });
        ranked.extend(of_pod.map(|borrowed| (rank, borrowed)));
    }
    let pause = names().find(|name| is_pause(name) && name.len() <= LONGEST);
    ranked.extend(pause.map(|name| (2, Borrowed { reference: name.clone(), lender: Lender::Pause })));
    ranked.sort_by_key(|(rank, _)| *rank);
    let mut borrowed: Vec<Borrowed> = Vec::new();
    for (_, one) in ranked {
        if borrowed.len() < TRIED && !borrowed.iter().any(|known| known.reference == one.reference) {
            borrowed.push(one);
        }
    }
    ImageFacts { named: None, own, borrowed }
}

/// Runtimes put a registry before names that have none.
fn is_of(name: &str, tag: &str) -> bool {
    name == tag || name.strip_suffix(tag).is_some_and(|before| before.ends_with('/'))
}

fn is_pause(name: &str) -> bool {
    let last = name.rsplit('/').next().unwrap_or_default();
    last == "pause" || last.starts_with("pause:") || last.starts_with("pause@")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pod(namespace: &str, name: &str, image: &str, more: &str) -> Pod {
        let text = format!(
            r#"{{"metadata":{{"namespace":"{namespace}","name":"{name}","labels":{{{more}}}}},
            "spec":{{"containers":[{{"name":"c","image":"{image}"}}]}},
            "status":{{"phase":"Running","containerStatuses":[{{"name":"c","state":{{"running":{{}}}}}}]}}}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    fn references(facts: &ImageFacts) -> Vec<&str> {
        facts.borrowed.iter().map(|borrowed| borrowed.reference.as_str()).collect()
    }

    fn listed(names: &[&str]) -> Vec<NodeImage> {
        vec![NodeImage { names: names.iter().map(|name| (*name).to_owned()).collect() }]
    }

    #[test]
    fn images_of_the_same_namespace_come_first_then_public_ones_then_pause() {
        let mut secret = pod("ops", "x", "private:1", "");
        secret.spec.image_pull_secrets = vec![serde::de::IgnoredAny];
        let pods = [
            secret,
            pod("ops", "y", "public:1", ""),
            pod("shop", "cart", "cart:1", ""),
            pod("ops", "z", "public:1", ""),
        ];
        let facts = of("shop", &listed(&["registry.test/pause:3"]), &pods, &None);
        assert_eq!(references(&facts), ["cart:1", "public:1", "registry.test/pause:3"]);
        assert_eq!(facts.borrowed[0].lender, Lender::Pod("shop/cart".to_owned()));
    }

    #[test]
    fn a_pod_of_a_run_and_one_that_does_not_run_lend_nothing() {
        let mut waiting = pod("shop", "w", "cart:1", "");
        waiting.status.container_statuses.clear();
        let pods = [pod("shop", "dbg-1", "agent:1", r#""dbg.run/id":"1""#), waiting, pod("shop", "v", "a b", "")];
        assert_eq!(of("shop", &[], &pods, &None), ImageFacts::default());
    }

    #[test]
    fn the_agents_own_image_is_known_under_any_registry_but_by_its_whole_name() {
        let own = |name: &str| of("shop", &listed(&[name]), &[], &Some("dbg-agent:0123".to_owned())).own;
        assert_eq!(own("docker.io/library/dbg-agent:0123").as_deref(), Some("docker.io/library/dbg-agent:0123"));
        assert_eq!(own("evil-dbg-agent:0123"), None);
        assert_eq!(own("dbg-agent:01234"), None);
    }
}
