//! A plan is tried before anything is created: may we, and would the cluster take this very pod. What cannot be read is a note, no refusal.

use std::time::{Duration, SystemTime};

use dbg_model::RunId;
use futures::future::{join, join_all};
use serde_json::json;

use super::answers::{Pod, Review, Whoami};
use super::connect::{Cluster, Clusters};
use super::error::ClusterError;
use super::request::Path;
use super::rewritten;
use super::rights::{Need, Right, rights};
use super::settings::MissingNamespace;
use super::spec::{self, Identity, LoaderObject};
use crate::Refusal;
use crate::docker::{Owner, Words};
use crate::plan::{PodImage, PodPlan};

/// Since this minor version, exec asks for `create` whatever way it comes.
const EXEC_CREATES: u32 = 35;

/// Tries a plan; what could not be found out is what comes back.
pub(crate) async fn preflight(plan: &PodPlan, clusters: &Clusters) -> Result<Vec<String>, Refusal> {
    let _turn = clusters.turn().await;
    let cluster = clusters.cluster().await?;
    let (reviewed, tried) = join(review(&cluster, clusters, &rights(plan)), dry_run(&cluster, clusters, plan)).await;
    // A missing right says more than what it leads to.
    let mut notes = reviewed?;
    notes.extend(tried?);
    Ok(notes)
}

/// What an access review came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Access {
    Yes,
    No,
    /// Why nobody knows.
    Unknown(Words),
}

/// Asks for each right that there is no run without.
pub(super) async fn review(cluster: &Cluster, clusters: &Clusters, all: &[Right]) -> Result<Vec<String>, Refusal> {
    let asked: Vec<&Right> = all.iter().filter(|right| right.need != Need::Helpful).collect();
    let (answers, minor) =
        join(join_all(asked.iter().map(|right| access(cluster, clusters, right))), clusters.minor(cluster)).await;
    judge(asked.into_iter().zip(answers), minor)
}

fn judge<'a>(answers: impl Iterator<Item = (&'a Right, Access)>, minor: Option<u32>) -> Result<Vec<String>, Refusal> {
    let (mut missing, mut notes) = (Vec::new(), Vec::new());
    for (right, access) in answers {
        match access {
            Access::Yes => {}
            Access::No if right.need == Need::RequiredSince35 && minor.is_none_or(|minor| minor < EXEC_CREATES) => {}
            Access::No => missing.push(right.clone()),
            Access::Unknown(why) => notes.push(format!("whether this user may {right} is unknown: {why}")),
        }
    }
    if missing.is_empty() { Ok(notes) } else { Err(Refusal::Rights(missing)) }
}

/// One answer holds for all targets of a run in that namespace.
async fn access(cluster: &Cluster, clusters: &Clusters, right: &Right) -> Access {
    if let Some(known) = clusters.reviewed(right) {
        return known;
    }
    let answer = ask(cluster, right).await;
    clusters.keep_review(right, &answer);
    answer
}

async fn ask(cluster: &Cluster, right: &Right) -> Access {
    let body = json!({
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": { "resourceAttributes": {
            "verb": right.verb,
            "resource": right.resource,
            "group": right.group,
            "subresource": right.subresource.unwrap_or_default(),
            "namespace": right.namespace.as_deref().unwrap_or_default(),
        }},
    });
    match cluster.post::<Review>("review this user's access", Path::reviews(), &body).await {
        Ok(Review { status }) if status.allowed => Access::Yes,
        Ok(Review { status }) if status.evaluation_error.is_empty() => Access::No,
        Ok(Review { status }) => Access::Unknown(Words::of(&status.evaluation_error)),
        Err(error) => Access::Unknown(Words::of(&error.to_string())),
    }
}

/// Who the server takes us for; none where it does not say.
pub(super) async fn user(cluster: &Cluster) -> Option<String> {
    let body = json!({ "apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview" });
    let answer: Whoami = cluster.post("say who asks", Path::whoami(), &body).await.ok()?;
    Some(answer.status.user_info.username).filter(|name| !name.is_empty())
}

/// The server does everything but keep it: admission, quotas, limits, Pod Security.
async fn dry_run(cluster: &Cluster, clusters: &Clusters, plan: &PodPlan) -> Result<Vec<String>, Refusal> {
    let run = RunId::from_random([0; 8]);
    let owner = Owner::this().labels(&run, SystemTime::now());
    let identity = Identity { name: format!("dbg-{run}-0"), owner };
    let (image, loader) = match &plan.image.what {
        PodImage::Agent(reference) => (reference.as_str(), None),
        PodImage::Borrowed(images) => {
            let reference = images.first().map(|image| image.reference.as_str()).unwrap_or_default();
            // An owner that is not there is nobody's concern in a dry run.
            (reference, Some(LoaderObject { name: "dbg-loader".to_owned(), uid: "dry-run".to_owned() }))
        }
    };
    let mut body = spec::pod(plan, &identity, image, loader.as_ref(), Duration::from_secs(600));
    body.metadata.owner_references = None;
    let path = Path::of("pods", Some(&plan.namespace.what)).with(&[("dryRun", "All")]);
    match cluster.post::<Pod>("try the agent's pod", path, &body).await {
        Ok(made) => match rewritten::refused(&body, &made) {
            Some(text) => {
                Err(Refusal::PodRewritten { namespace: Words::of(&plan.namespace.what), text: Words::of(&text) })
            }
            None => Ok(rewritten::added(&made).into_iter().collect()),
        },
        Err(error)
            if is_missing(&error, &plan.namespace.what)
                && clusters.missing_namespace() == MissingNamespace::Created =>
        {
            Ok(vec![format!(
                "the namespace `{}` is not there, and will be created; it stays",
                Words::of(&plan.namespace.what)
            )])
        }
        Err(error) => judged(plan, error),
    }
}

/// Whether it is the namespace itself that is not there.
fn is_missing(error: &ClusterError, namespace: &str) -> bool {
    matches!(error, ClusterError::Refused { status: 404, text, .. }
        if text.as_str().contains(&format!("namespaces \"{namespace}\"")))
}

fn judged(plan: &PodPlan, error: ClusterError) -> Result<Vec<String>, Refusal> {
    match error {
        // The reviews name what is missing.
        ClusterError::Forbidden { text, .. } => {
            Ok(vec![format!("whether the cluster would take the pod is unknown: {text}")])
        }
        ClusterError::Refused { status: 400..500, ref text, .. }
            if !text.as_str().contains("does not support dry run") =>
        {
            Err(Refusal::PodRefused {
                namespace: Words::of(&plan.namespace.what),
                hint: hint(text.as_str()),
                text: text.clone(),
            })
        }
        ClusterError::Refused { text, .. } => {
            Ok(vec![format!("whether the cluster would take the pod is unknown: {text}")])
        }
        error => Err(error.into()),
    }
}

/// What to do about a refusal, by the words that every version of Kubernetes has for it.
pub(super) fn hint(text: &str) -> &'static str {
    if text.contains("violates PodSecurity") {
        "name a namespace that takes such pods with `-n`; `dbg target explain` says what the pod has and why"
    } else if text.contains("exceeded quota") || text.contains("failed quota") {
        "wait for the quota's other pods to end, or name another namespace with `-n`"
    } else if text.contains("per Container is") || text.contains("per Pod is") || text.contains("LimitRange") {
        "the namespace's LimitRange is narrower than what the agent may take; name another one with `-n`"
    } else if text.contains("namespaces \"") && text.contains("not found") {
        "name a namespace that is there with `-n`, or let `--create-namespace` make it"
    } else if text.contains("is being terminated") {
        "the namespace is about to go; name another one with `-n`"
    } else if text.contains("admission webhook") || text.contains("ValidatingAdmissionPolicy") {
        "whoever made that policy can let the agent's pods in; `--image` names an image that it knows"
    } else {
        "`dbg target explain` says what the pod has and why; `-n` names another namespace"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn right(verb: &'static str, need: Need) -> Right {
        Right {
            verb,
            resource: "pods",
            group: "",
            subresource: None,
            namespace: Some("shop".into()),
            reason: "x",
            need,
        }
    }

    #[test]
    fn every_missing_right_is_named_at_once() {
        let all = [right("create", Need::Required), right("get", Need::Required), right("delete", Need::Required)];
        let answers = [Access::No, Access::Yes, Access::No];
        let Err(Refusal::Rights(missing)) = judge(all.iter().zip(answers), Some(37)) else { panic!() };
        assert_eq!(missing, [all[0].clone(), all[2].clone()]);
    }

    #[test]
    fn what_cannot_be_read_is_unknown_and_no_refusal() {
        let all = [right("create", Need::Required)];
        let notes = judge(all.iter().zip([Access::Unknown(Words::of("no reviews here"))]), None).unwrap();
        assert_eq!(notes, ["whether this user may create pods in the namespace `shop` is unknown: no reviews here"]);
    }

    #[test]
    fn what_newer_servers_ask_for_is_not_asked_of_older_ones() {
        let all = [right("create", Need::RequiredSince35)];
        let judged = |minor| judge(all.iter().zip([Access::No]), minor);
        assert!(judged(Some(34)).is_ok() && judged(None).is_ok());
        assert!(matches!(judged(Some(35)), Err(Refusal::Rights(_))));
    }

    #[test]
    fn each_kind_of_refusal_has_its_next_step() {
        for (text, word) in [
            ("pods \"x\" is forbidden: violates PodSecurity \"restricted:latest\"", "-n"),
            ("pods \"x\" is forbidden: exceeded quota: q", "quota"),
            ("maximum memory usage per Container is 64Mi, but limit is 1280Mi", "LimitRange"),
            ("admission webhook \"w\" denied the request: no", "policy"),
            ("namespaces \"nope\" not found", "is there"),
        ] {
            assert!(hint(text).contains(word), "{text}: {}", hint(text));
        }
    }
}
