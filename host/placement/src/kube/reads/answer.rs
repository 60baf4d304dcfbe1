//! One session's questions and their answers.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use dbg_capability::{
    ClusterAnswer, ClusterQuestion, ClusterReadError, ClusterReadErrorCode as Code, ClusterSubject, DocumentPage,
    GetObject, ListObjects, LogText, ReadLogs,
};
use dbg_model::{
    ClusterGrant, ClusterKind, ClusterRead, ClusterVerb, KubeName, PodTarget, RedactPattern, Redactor, Target,
    is_namespace, is_object_name,
};
use dbg_session::{Answerer, Refusal, RunIndex};

use super::objects;
use super::spent::Spent;
use crate::kube::{Cluster, ClusterError, Clusters};

/// Objects of one answer.
const PAGE: u32 = 500;
/// Bytes of a selector, and of a continuation.
const SELECTOR: usize = 4096;
/// Pointers of a list.
const POINTERS: usize = 64;
/// Lines and bytes of a log.
const LINES: u32 = 10_000;
const LOG: u32 = 256 << 10;

/// Answers the reads of a session's runs, each within the grant of its check.
pub struct ClusterAnswers {
    clusters: Clusters,
    target: Target,
    /// By check: runs of a session go through them in turn.
    checks: Vec<Option<Arc<Check>>>,
    redactor: Redactor,
}

struct Check {
    grant: ClusterGrant,
    spent: Mutex<Spent>,
}

impl ClusterAnswers {
    /// For a session at `target` whose runs are of these checks in turn; those without a grant are refused. `redact` is masked besides
    /// what is built in.
    #[must_use]
    pub fn new(
        clusters: Clusters,
        target: Target,
        grants: impl IntoIterator<Item = Option<ClusterGrant>>,
        redact: Vec<RedactPattern>,
    ) -> Self {
        let check = |grant| Arc::new(Check { grant, spent: Mutex::default() });
        let checks = grants.into_iter().map(|grant| grant.map(check)).collect();
        Self { clusters, target, checks, redactor: Redactor::new(redact) }
    }

    fn check(&self, run: RunIndex) -> Option<&Check> {
        let run = usize::try_from(run.0).ok()?;
        self.checks.get(run.checked_rem(self.checks.len())?)?.as_deref()
    }

    async fn ask(
        &self,
        run: RunIndex,
        check: &Check,
        question: ClusterQuestion,
    ) -> Result<ClusterAnswer, ClusterReadError> {
        let cluster = self.clusters.cluster().await.map_err(|error| told(&error))?;
        let subject = subject(&self.target, &cluster);
        let asking = Asking { cluster: &cluster, subject: &subject, run, check, redactor: &self.redactor };
        Ok(match question {
            ClusterQuestion::Subject => ClusterAnswer::Subject(subject),
            ClusterQuestion::Get(wanted) => ClusterAnswer::Object(asking.get(&wanted).await?),
            ClusterQuestion::List(wanted) => ClusterAnswer::Page(asking.list(wanted).await?),
            ClusterQuestion::Logs(wanted) => ClusterAnswer::Log(asking.logs(&wanted).await?),
        })
    }
}

#[async_trait]
impl Answerer for ClusterAnswers {
    async fn answer(&self, run: RunIndex, request: Bytes) -> Result<Bytes, Refusal> {
        let check = self.check(run).ok_or(Refusal::Denied)?;
        let question = postcard::from_bytes(&request).map_err(|_| Refusal::NotOffered)?;
        let answer = self.ask(run, check, question).await.unwrap_or_else(ClusterAnswer::Error);
        Ok(postcard::to_stdvec(&answer).map_err(|_| Refusal::Failed)?.into())
    }
}

/// What a target is to the cluster.
fn subject(target: &Target, cluster: &Cluster) -> ClusterSubject {
    let meant = cluster.namespace();
    let of = |kind: &str, namespace: &str, name: &str| ClusterSubject {
        kind: kind.to_owned(),
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        container: String::new(),
    };
    match target {
        Target::Pod(PodTarget { namespace, name, container }) => ClusterSubject {
            container: container.as_ref().map(ToString::to_string).unwrap_or_default(),
            ..of("Pod", namespace.as_ref().map_or(meant, KubeName::as_str), name.as_str())
        },
        Target::Node(name) => of("Node", meant, name.as_str()),
        Target::Namespace(name) => of("Namespace", name.as_str(), name.as_str()),
        Target::Cluster => of("Cluster", meant, ""),
        // Nodes are reached one by one, and of what has pods one pod is the target; the others are no object of a cluster.
        Target::Nodes
        | Target::Workload(_)
        | Target::Local
        | Target::Pid(_)
        | Target::Netns(_)
        | Target::Isolated
        | Target::Host
        | Target::Container(..)
        | Target::Network(_) => of("", meant, ""),
    }
}

/// One question of one run.
struct Asking<'a> {
    cluster: &'a Cluster,
    subject: &'a ClusterSubject,
    run: RunIndex,
    check: &'a Check,
    redactor: &'a Redactor,
}

impl Asking<'_> {
    /// The one door: what the grant does not cover is not asked for.
    fn judge(&self, read: &ClusterRead<'_>) -> Result<(), ClusterReadError> {
        if self.check.grant.covers(read, &self.subject.namespace) {
            return Ok(());
        }
        let text = format!("`cluster` was not granted to {} {} there", read.verb, read.kind);
        Err(ClusterReadError::new(Code::Denied, text))
    }

    /// How many objects more this run may read; counts at least one, so that no run asks without end.
    fn spend(&self, objects: u32) -> Result<u32, ClusterReadError> {
        self.spent(|spent, grant| spent.objects(self.run, objects.max(1), grant))
    }

    fn spend_bytes(&self, bytes: usize) -> Result<(), ClusterReadError> {
        self.spent(|spent, grant| spent.bytes(self.run, u64::try_from(bytes).unwrap_or(u64::MAX), grant))
    }

    fn spent<T>(
        &self,
        spend: impl FnOnce(&mut Spent, &ClusterGrant) -> Result<T, ClusterReadError>,
    ) -> Result<T, ClusterReadError> {
        // Nothing that holds the lock can leave it half-changed.
        let mut spent = self.check.spent.lock().unwrap_or_else(PoisonError::into_inner);
        spend(&mut spent, &self.check.grant)
    }

    async fn get(&self, wanted: &GetObject) -> Result<dbg_capability::Document, ClusterReadError> {
        let kind = kind(&wanted.kind)?;
        named(&wanted.namespace, Some(&wanted.name))?;
        let read =
            ClusterRead { verb: ClusterVerb::Get, kind: &kind, namespace: &wanted.namespace, name: Some(&wanted.name) };
        self.judge(&read)?;
        self.spend(1)?;
        let is_named = self.check.grant.names(&read, &self.subject.namespace);
        let value = objects::get(self.cluster, &kind, &wanted.namespace, &wanted.name).await?;
        let masking = objects::Masking { redactor: self.redactor, is_named, pick: &[] };
        let document = masking.document(&kind, value)?;
        self.spend_bytes(document.json.len())?;
        Ok(document)
    }

    async fn list(&self, mut wanted: ListObjects) -> Result<DocumentPage, ClusterReadError> {
        let kind = kind(&wanted.kind)?;
        named(&wanted.namespace, None)?;
        let too_long = [&wanted.labels, &wanted.fields, &wanted.token].into_iter().any(|text| text.len() > SELECTOR);
        if too_long || wanted.pick.len() > POINTERS {
            return Err(ClusterReadError::new(Code::BadRequest, "the selectors are too long"));
        }
        self.judge(&ClusterRead { verb: ClusterVerb::List, kind: &kind, namespace: &wanted.namespace, name: None })?;
        // What the list does not bring is given back.
        let most = self.spend(wanted.max.clamp(1, PAGE))?;
        wanted.max = most;
        let masking = objects::Masking { redactor: self.redactor, is_named: false, pick: &wanted.pick };
        let page = objects::list(self.cluster, &kind, &wanted, &masking).await?;
        let read = u32::try_from(page.documents.len()).unwrap_or(u32::MAX).max(1);
        self.spent(|spent, _| {
            spent.give_back(self.run, most.saturating_sub(read));
            Ok(())
        })?;
        self.spend_bytes(page.documents.iter().map(|document| document.json.len()).sum())?;
        Ok(page)
    }

    async fn logs(&self, wanted: &ReadLogs) -> Result<LogText, ClusterReadError> {
        named(&wanted.namespace, Some(&wanted.pod))?;
        if !wanted.container.is_empty() && !is_namespace(&wanted.container) {
            return Err(ClusterReadError::new(Code::BadRequest, "that is no name of a container"));
        }
        let kind = kind("Pod")?;
        self.judge(&ClusterRead {
            verb: ClusterVerb::Logs,
            kind: &kind,
            namespace: &wanted.namespace,
            name: Some(&wanted.pod),
        })?;
        self.spend(1)?;
        let wanted =
            ReadLogs { lines: wanted.lines.clamp(1, LINES), bytes: wanted.bytes.clamp(1, LOG), ..wanted.clone() };
        let text = objects::logs(self.cluster, &wanted).await?;
        let cut = text.len() >= usize::try_from(wanted.bytes).unwrap_or(usize::MAX);
        self.spend_bytes(text.len())?;
        let (text, redacted) = self.redactor.text(text);
        Ok(LogText { text, cut, redacted })
    }
}

fn kind(text: &str) -> Result<ClusterKind, ClusterReadError> {
    text.parse().map_err(|_| ClusterReadError::new(Code::BadRequest, "that is no kind of object"))
}

/// Whether these may stand in a path.
fn named(namespace: &str, name: Option<&str>) -> Result<(), ClusterReadError> {
    if (namespace.is_empty() || is_namespace(namespace)) && name.is_none_or(is_object_name) {
        return Ok(());
    }
    Err(ClusterReadError::new(Code::BadRequest, "that is no name of an object"))
}

/// What a guest is told of a cluster's error: its cause, and the operator's next step.
pub(super) fn told(error: &ClusterError) -> ClusterReadError {
    let code = match error {
        ClusterError::Forbidden { .. }
        | ClusterError::Unauthorized { .. }
        | ClusterError::Refused { status: 403, .. } => Code::Denied,
        ClusterError::Refused { status: 404, .. } => Code::NotFound,
        ClusterError::Refused { status: 400 | 422, .. } => Code::BadRequest,
        ClusterError::TooLong { .. } => Code::OverBudget,
        ClusterError::Garbage { .. } => Code::Other,
        _ => Code::Unavailable,
    };
    let text = match (code, error.hint()) {
        (Code::Unavailable, Some(hint)) => format!("{error}; {hint}"),
        _ => error.to_string(),
    };
    ClusterReadError::new(code, text)
}

#[cfg(test)]
mod tests;
