//! Network policies that select the pods. Whether the cluster's network enforces them, the API does not say: what they deny "may block".

use dbg_sdk::cluster::{self, Object};
use dbg_sdk::json::Value;
use dbg_sdk::prelude::*;

use crate::links::service::shown;
use crate::path::{Path, Scene, State, unseen};
use crate::pods::Pod;
use crate::selector::{self, Labels};
use crate::service::{ServicePort, port_number};

const KIND: &str = "NetworkPolicy.networking.k8s.io";

/// Whom the policies of one pod let in at one port.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Ingress {
    /// No policy selects the pod, or one lets everybody in.
    Everybody,
    Nobody,
    /// Only these, in words.
    Some(Vec<String>),
    /// It names the caller.
    Caller,
}

/// Who calls, where that is known.
struct Caller {
    namespace: String,
    labels: Labels,
}

pub(crate) fn look(scene: &Scene<'_>, path: &mut Path) -> Result<(), Failure> {
    let (run, about) = (scene.run, scene.about());
    let listed = cluster::list(KIND).in_namespace(&scene.service.namespace).read();
    let Some(listed) = unseen(listed, "network policy", path, run)? else { return Ok(()) };
    let caller = caller(scene);
    let (mut all, mut doubtful) = (0, false);
    for pod in &scene.pods {
        let policies: Vec<&Object> = listed.objects.iter().filter(|policy| selects(&policy.json, pod)).collect();
        all = all.max(policies.len());
    }
    for port in scene.ports() {
        // Pods of one Service have the same labels mostly: those that are treated alike are told once.
        let mut told: Vec<(Ingress, Vec<String>, Vec<String>)> = Vec::new();
        for pod in &scene.pods {
            let policies: Vec<&Object> = listed.objects.iter().filter(|policy| selects(&policy.json, pod)).collect();
            let ingress = ingress(&policies, pod, port, caller.as_ref(), &scene.service.namespace);
            let names = policies.iter().map(|policy| policy.name.clone()).collect();
            match told.iter_mut().find(|(known, ..)| *known == ingress) {
                Some((_, pods, _)) => pods.push(pod.name.clone()),
                None => told.push((ingress, vec![pod.name.clone()], names)),
            }
        }
        for (ingress, pods, policies) in told {
            let words = port.words();
            let (sentence, from) = match ingress {
                Ingress::Everybody | Ingress::Caller => continue,
                Ingress::Nobody => {
                    (format!("network policies may block everybody at port {words} of `{about}`"), "nobody".to_owned())
                }
                Ingress::Some(from) => match &caller {
                    Some(_) => {
                        (format!("network policies may block the target at port {words} of `{about}`"), from.join("; "))
                    }
                    None => {
                        run.info(
                            "svc-policy-only",
                            format!("network policies let only some callers in at port {words} of `{about}`"),
                        )
                        .about(&about)
                        .evidence("let in", from.join("; "))
                        .evidence("policies", policies.join(", "));
                        continue;
                    }
                },
            };
            doubtful = true;
            run.warn("svc-policy", sentence)
                .about(&about)
                .many("have a Service that network policies may block")
                .evidence("policies", policies.join(", "))
                .evidence("let in", from)
                .evidence("pods", shown(&pods))
                .evidence("enforced", "unknown: that is up to the cluster's network")
                .next_step(
                    "see whether a connect is refused or times out there; if so, add the caller to an ingress rule",
                );
        }
    }
    let detail = format!("{all} of the namespace's {} policies select the pods", listed.objects.len());
    path.link("network policy", if doubtful { State::Doubtful } else { State::Holds }, detail);
    Ok(())
}

/// The pod that the target is, where it is one of this namespace: others' labels are not granted.
fn caller(scene: &Scene<'_>) -> Option<Caller> {
    if scene.subject.kind != "Pod" || scene.subject.namespace != scene.service.namespace {
        return None;
    }
    let pod = cluster::get("Pod", &scene.subject.namespace, &scene.subject.name).ok()?;
    Some(Caller { namespace: pod.namespace.clone(), labels: Pod::of(&pod).labels })
}

fn selects(policy: &Value, pod: &Pod) -> bool {
    // Without types a policy is about ingress. Source: NetworkPolicy v1.
    let types = policy.list("/spec/policyTypes");
    let is_ingress = types.is_empty() || types.iter().any(|one| one.as_text() == Some("Ingress"));
    let selector = policy.at("/spec/podSelector").unwrap_or(&Value::Null);
    is_ingress && selector::takes(selector, &pod.labels)
}

fn ingress(policies: &[&Object], pod: &Pod, port: &ServicePort, caller: Option<&Caller>, namespace: &str) -> Ingress {
    if policies.is_empty() {
        return Ingress::Everybody;
    }
    let target = pod.port(&port.target, &port.protocol);
    let rules = policies.iter().flat_map(|policy| policy.json.list("/spec/ingress"));
    let mut peers = Vec::new();
    for rule in rules.filter(|rule| allows(rule, target, port, pod)) {
        let from = rule.list("/from");
        if from.is_empty() {
            return Ingress::Everybody;
        }
        if caller.is_some_and(|caller| from.iter().any(|peer| is_peer(peer, caller, namespace))) {
            return Ingress::Caller;
        }
        peers.extend(from.iter().map(words));
    }
    peers.sort();
    peers.dedup();
    if peers.is_empty() { Ingress::Nobody } else { Ingress::Some(peers) }
}

/// Whether a rule is about this port of the pod.
fn allows(rule: &Value, target: Option<u16>, port: &ServicePort, pod: &Pod) -> bool {
    let ports = rule.list("/ports");
    ports.is_empty()
        || ports.iter().any(|one| {
            if one.text("/protocol").unwrap_or("TCP") != port.protocol {
                return false;
            }
            let Some(target) = target else { return true };
            match (port_number(one, "/port"), one.text("/port")) {
                (Some(first), _) => (first..=port_number(one, "/endPort").unwrap_or(first)).contains(&target),
                (None, Some(name)) => {
                    pod.port(&crate::service::TargetPort::Name(name.to_owned()), &port.protocol) == Some(target)
                }
                (None, None) => true,
            }
        })
}

/// Whether a peer is this caller. Of another namespace only its name is known here.
fn is_peer(peer: &Value, caller: &Caller, own: &str) -> bool {
    let in_namespace = match peer.at("/namespaceSelector") {
        None => caller.namespace == own,
        Some(selector) => {
            let name = Labels(vec![("kubernetes.io/metadata.name".to_owned(), caller.namespace.clone())]);
            selector::takes(selector, &name)
        }
    };
    let pod = peer.at("/podSelector").is_none_or(|selector| selector::takes(selector, &caller.labels));
    peer.at("/ipBlock").is_none() && in_namespace && pod
}

/// A peer in words.
fn words(peer: &Value) -> String {
    if let Some(cidr) = peer.text("/ipBlock/cidr") {
        return format!("addresses of {cidr}");
    }
    let pods = peer.at("/podSelector").map_or_else(|| "all".to_owned(), selector::words);
    match peer.at("/namespaceSelector") {
        None => format!("pods {pods} of this namespace"),
        Some(namespaces) => format!("pods {pods} of namespaces {}", selector::words(namespaces)),
    }
}
