use std::sync::Mutex;
use std::time::Duration;

use dbg_capability::{Document, DocumentPage, GetObject, ListObjects, LogText, ReadLogs};
use dbg_model::Grant;
use tokio::sync::watch;
use tokio::time::Instant;
use wasmtime::component::Resource;

use super::*;
use crate::bindings::dbg::cluster::{cluster_objects as objects_wit, pod_logs as logs_wit};
use crate::resources::{ClusterQueryHandle, DocumentsHandle};

/// A cluster with pods without end in each namespace, and a target in `shop`. It remembers what it was asked.
#[derive(Default)]
pub(crate) struct Target {
    gets: Mutex<Vec<GetObject>>,
    lists: Mutex<Vec<ListObjects>>,
    logs: Mutex<Vec<ReadLogs>>,
    /// Whether its continuation never changes.
    is_a_circle: bool,
    /// Pages of a namespace; none for no end.
    pages: Option<usize>,
}

fn document(namespace: &str, number: usize) -> Document {
    Document { namespace: namespace.into(), name: format!("pod-{number}"), json: "{}".into(), redacted: 1 }
}

#[async_trait::async_trait]
impl ClusterReads for Target {
    async fn subject(&self) -> Result<ClusterSubject, ClusterReadError> {
        Ok(ClusterSubject { namespace: "shop".into(), ..ClusterSubject::default() })
    }

    async fn get(&self, wanted: GetObject) -> Result<Document, ClusterReadError> {
        self.gets.lock().unwrap().push(wanted);
        Ok(document("shop", 0))
    }

    async fn list(&self, wanted: ListObjects) -> Result<DocumentPage, ClusterReadError> {
        let page = wanted.token.parse().unwrap_or(0_usize) + 1;
        let documents = (0..wanted.max as usize).map(|number| document(&wanted.namespace, number)).collect();
        self.lists.lock().unwrap().push(wanted);
        let token = match (self.is_a_circle, self.pages) {
            (true, _) => "7".to_owned(),
            (false, Some(pages)) if page >= pages => String::new(),
            _ => page.to_string(),
        };
        Ok(DocumentPage { documents, token })
    }

    async fn logs(&self, wanted: ReadLogs) -> Result<LogText, ClusterReadError> {
        self.logs.lock().unwrap().push(wanted);
        Ok(LogText { text: "line\n".into(), cut: false, redacted: 2 })
    }
}

fn state(bounds: &[&str], target: Target) -> (Arc<Target>, ClusterState) {
    let target = Arc::new(target);
    let cluster: Arc<dyn ClusterReads> = Arc::clone(&target) as _;
    let context = Context::new("local", Instant::now() + Duration::from_secs(60), watch::channel(false).1);
    let rules = bounds.iter().map(|bound| {
        let Ok(dbg_model::ClusterBound::Read { verbs, kind, namespace, .. }) = bound.parse() else { panic!("{bound}") };
        let namespace = match namespace {
            dbg_model::ClusterNamespace::Target => dbg_model::NamespaceRule::Target,
            dbg_model::ClusterNamespace::Literal(name) => dbg_model::NamespaceRule::Only(name),
            _ => dbg_model::NamespaceRule::Any,
        };
        dbg_model::ClusterRule { verbs, kind, namespace, name: None }
    });
    let grants = match bounds {
        [] => Vec::new(),
        _ => vec![Grant::Cluster(ClusterGrant { rules: rules.collect(), ..ClusterGrant::default() })],
    };
    (target, ClusterState::new(&Effective { grants, withheld: Vec::new() }, &cluster, context))
}

async fn get(state: &mut ClusterState, kind: &str, namespace: &str, name: &str) -> Result<(), errors::ErrorCode> {
    let got = objects_wit::Host::get(state, kind.into(), namespace.into(), name.into()).await.unwrap();
    got.map(|_| ()).map_err(|error| error.code)
}

fn query(state: &mut ClusterState, kind: &str) -> Resource<ClusterQueryHandle> {
    objects_wit::Host::open(state, kind.into()).unwrap().unwrap()
}

fn borrowed<T: 'static>(of: &Resource<T>) -> Resource<T> {
    Resource::new_borrow(of.rep())
}

async fn read_all(state: &mut ClusterState, of: &Resource<DocumentsHandle>) -> (usize, bool) {
    let mut all = 0;
    loop {
        let page = objects_wit::HostDocuments::next(state, borrowed(of), 10_000, 10_000).await.unwrap().unwrap();
        assert!(page.documents.len() <= 500);
        all += page.documents.len();
        if page.last {
            return (all, page.cut);
        }
    }
}

#[tokio::test]
async fn what_was_not_granted_is_refused_before_the_operator_is_asked() {
    let (target, mut none) = state(&[], Target::default());
    let denied = Err(errors::ErrorCode::Denied);
    assert_eq!(get(&mut none, "Pod", "shop", "cart").await, denied);
    assert_eq!(objects_wit::Host::open(&mut none, "Pod".into()).unwrap().unwrap_err().code, errors::ErrorCode::Denied);
    let (_, mut pods) = state(&["get:Pod:target"], Target::default());
    assert_eq!(get(&mut pods, "Pod", "shop", "cart").await, Ok(()));
    for (kind, namespace) in [("Pod", "kube-system"), ("Pod", ""), ("Node", ""), ("Secret", "shop")] {
        assert_eq!(get(&mut pods, kind, namespace, "cart").await, denied, "{kind} {namespace}");
    }
    let log = logs_wit::Host::open(&mut pods, "shop".into(), "cart".into(), String::new()).await.unwrap();
    assert_eq!(log.unwrap_err().code, errors::ErrorCode::Denied);
    let of = query(&mut pods, "Pod");
    let started = objects_wit::HostQuery::start(&mut pods, borrowed(&of)).await.unwrap();
    assert_eq!(started.unwrap_err().code, errors::ErrorCode::Denied);
    assert!(target.gets.lock().unwrap().is_empty());
    assert_eq!((pods.context.tally().touched(), pods.context.tally().refused()), (1, 6));
    assert_eq!(pods.context.tally().redacted(), 1);
}

#[tokio::test]
async fn names_that_would_leave_their_place_in_a_path_are_no_names() {
    let (target, mut pods) = state(&["get,logs:Pod:*"], Target::default());
    for (namespace, name) in
        [("shop", "../x"), ("shop", "a/b"), ("shop", ""), ("a/b", "x"), ("shop", "a?b"), ("shop", "..")]
    {
        assert_eq!(get(&mut pods, "Pod", namespace, name).await, Err(errors::ErrorCode::BadRequest), "{name}");
    }
    for kind in ["pod", "Pod/x", "", "Pod..x"] {
        assert_eq!(get(&mut pods, kind, "shop", "x").await, Err(errors::ErrorCode::BadRequest), "{kind}");
    }
    let log = logs_wit::Host::open(&mut pods, "shop".into(), "cart".into(), "a/b".into()).await.unwrap();
    assert_eq!(log.unwrap_err().code, errors::ErrorCode::BadRequest);
    assert!(target.gets.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_list_goes_through_its_namespaces_and_stops_at_its_limit() {
    let two_pages = Target { pages: Some(2), ..Target::default() };
    let (target, mut pods) = state(&["list:Pod:target", "list:Pod:other"], two_pages);
    let of = query(&mut pods, "Pod");
    objects_wit::HostQuery::set_limit(&mut pods, borrowed(&of), 5_000).unwrap();
    let list = objects_wit::HostQuery::start(&mut pods, borrowed(&of)).await.unwrap().unwrap();
    assert_eq!(read_all(&mut pods, &list).await, (2_000, false));
    let asked: Vec<(String, String)> =
        target.lists.lock().unwrap().iter().map(|list| (list.namespace.clone(), list.token.clone())).collect();
    let expected = [("other", ""), ("other", "1"), ("shop", ""), ("shop", "1")];
    assert_eq!(asked, expected.map(|(namespace, token)| (namespace.to_owned(), token.to_owned())));

    let of = query(&mut pods, "Pod");
    objects_wit::HostQuery::set_limit(&mut pods, borrowed(&of), 700).unwrap();
    let list = objects_wit::HostQuery::start(&mut pods, borrowed(&of)).await.unwrap().unwrap();
    assert_eq!(read_all(&mut pods, &list).await, (700, true));
    assert_eq!(
        objects_wit::HostQuery::start(&mut pods, of).await.unwrap().unwrap_err().code,
        errors::ErrorCode::Closed
    );
}

#[tokio::test]
async fn a_continuation_without_end_ends() {
    let (_, mut pods) = state(&["list:Pod:*"], Target { is_a_circle: true, ..Target::default() });
    let of = query(&mut pods, "Pod");
    objects_wit::HostQuery::set_limit(&mut pods, borrowed(&of), u32::MAX).unwrap();
    let list = objects_wit::HostQuery::start(&mut pods, of).await.unwrap().unwrap();
    assert_eq!(read_all(&mut pods, &list).await, (1_000, false));
    let (_, mut pods) = state(&["list:Pod:*"], Target::default());
    let of = query(&mut pods, "Pod");
    objects_wit::HostQuery::set_limit(&mut pods, borrowed(&of), u32::MAX).unwrap();
    let list = objects_wit::HostQuery::start(&mut pods, of).await.unwrap().unwrap();
    assert_eq!(read_all(&mut pods, &list).await, (10_000, true));
}

#[tokio::test]
async fn handles_selectors_and_pointers_are_bounded() {
    let (_, mut pods) = state(&["list:Pod:*", "logs:Pod:*"], Target::default());
    let all: Vec<_> = (0..OPEN).map(|_| query(&mut pods, "Pod")).collect();
    let full = objects_wit::Host::open(&mut pods, "Pod".into()).unwrap().unwrap_err();
    assert_eq!(full.code, errors::ErrorCode::OverBudget);
    objects_wit::HostQuery::labelled(&mut pods, borrowed(&all[0]), "a".repeat(1 << 20)).unwrap();
    objects_wit::HostQuery::pick(&mut pods, borrowed(&all[1]), vec!["/a".into(); 65]).unwrap();
    objects_wit::HostQuery::pick(&mut pods, borrowed(&all[2]), vec!["a".into()]).unwrap();
    objects_wit::HostQuery::in_namespace(&mut pods, borrowed(&all[3]), "a/b".into()).unwrap();
    for of in all.into_iter().take(4) {
        let error = objects_wit::HostQuery::start(&mut pods, of).await.unwrap().unwrap_err();
        assert_eq!(error.code, errors::ErrorCode::BadRequest);
    }
    for _ in 0..OPEN {
        logs_wit::Host::open(&mut pods, "shop".into(), "cart".into(), String::new()).await.unwrap().unwrap();
    }
    let full = logs_wit::Host::open(&mut pods, "shop".into(), "cart".into(), String::new()).await.unwrap();
    assert_eq!(full.unwrap_err().code, errors::ErrorCode::OverBudget);
}

#[tokio::test]
async fn a_log_is_asked_for_within_bounds() {
    let (target, mut pods) = state(&["logs:Pod:target"], Target::default());
    let of = logs_wit::Host::open(&mut pods, "shop".into(), "cart".into(), "app".into()).await.unwrap().unwrap();
    logs_wit::HostLogQuery::previous(&mut pods, borrowed(&of)).unwrap();
    logs_wit::HostLogQuery::set_lines(&mut pods, borrowed(&of), u32::MAX).unwrap();
    logs_wit::HostLogQuery::set_bytes(&mut pods, borrowed(&of), 0).unwrap();
    let text = logs_wit::HostLogQuery::read(&mut pods, borrowed(&of)).await.unwrap().unwrap();
    assert_eq!((text.text.as_str(), pods.context.tally().redacted()), ("line\n", 2));
    let asked = target.logs.lock().unwrap().pop().unwrap();
    assert_eq!((asked.life, asked.lines, asked.bytes), (dbg_capability::ContainerLife::Previous, 10_000, 1));
    logs_wit::HostLogQuery::close(&mut pods, borrowed(&of)).unwrap();
    assert_eq!(logs_wit::HostLogQuery::read(&mut pods, of).await.unwrap().unwrap_err().code, errors::ErrorCode::Closed);
}
