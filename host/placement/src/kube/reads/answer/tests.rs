//! An API server of a few objects on loopback, and questions to it.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;

use dbg_capability::ContainerLife;
use dbg_model::{ClusterRule, NamespaceRule};
use serde_json::json;

use super::*;
use crate::Agents;
use crate::kube::{ClusterSettings, Kubeconfigs};

/// What the server has been asked for, in order.
type Asked = Arc<Mutex<Vec<String>>>;

struct Scene {
    answers: ClusterAnswers,
    asked: Asked,
    _folder: tempfile::TempDir,
}

/// What the server answers to a path with its query.
fn object(path: &str) -> (u16, String) {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let pod = |name: usize| json!({"metadata": {"name": format!("pod-{name}"), "namespace": "shop"}, "spec": {"env": [{"name": "A", "value": "hunter2"}]}});
    match path {
        "/api/v1/namespaces/shop/pods" if query.contains("continue=2") => {
            (200, json!({"metadata": {}, "items": [pod(2)]}).to_string())
        }
        "/api/v1/namespaces/shop/pods" => {
            (200, json!({"metadata": {"continue": "2"}, "items": [pod(0), pod(1)]}).to_string())
        }
        "/api/v1/namespaces/shop/pods/cart" => (200, pod(7).to_string()),
        "/api/v1/namespaces/shop/pods/cart/log" => (200, "password=hunter2hunter2\nlast line\n".to_owned()),
        "/apis/example.test" => (200, json!({"preferredVersion": {"version": "v2"}}).to_string()),
        "/apis/example.test/v2" => {
            let resource = |name: &str, kind: &str| json!({"name": name, "kind": kind, "namespaced": true});
            (200, json!({"resources": [resource("widgets", "Widget"), resource("secrets", "Disguise")]}).to_string())
        }
        "/apis/example.test/v2/namespaces/shop/widgets/w" => (200, json!({"metadata": {"name": "w"}}).to_string()),
        _ => (404, json!({"kind": "Status", "code": 404, "reason": "NotFound", "message": "not there"}).to_string()),
    }
}

fn serve(asked: Asked) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let asked = Arc::clone(&asked);
            thread::spawn(move || {
                let (mut head, mut byte) = (Vec::new(), [0]);
                while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read > 0) {
                    head.push(byte[0]);
                }
                let head = String::from_utf8_lossy(&head).into_owned();
                let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                let (status, body) = object(&path);
                asked.lock().unwrap().push(path);
                let length = body.len();
                let _ = write!(
                    stream,
                    "HTTP/1.1 {status} x\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
                );
            });
        }
    });
    port
}

fn rule(verb: ClusterVerb, kind: &str, namespace: NamespaceRule) -> ClusterRule {
    ClusterRule { verbs: BTreeSet::from([verb]), kind: kind.parse().unwrap(), namespace, name: None }
}

/// Three checks: one that may read its target's namespace, one that was granted nothing, one that may read three objects.
fn scene() -> Scene {
    let asked = Asked::default();
    let port = serve(Arc::clone(&asked));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config");
    let kubeconfig = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "test",
        "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test", "namespace": "shop"}}],
        "clusters": [{"name": "test", "cluster": {"server": format!("http://127.0.0.1:{port}")}}],
        "users": [{"name": "test", "user": {}}],
    });
    fs_err::write(&path, kubeconfig.to_string()).unwrap();
    let settings = ClusterSettings { kubeconfigs: Kubeconfigs::Named(vec![path]), ..ClusterSettings::default() };
    let target = || NamespaceRule::Target;
    let wide = ClusterGrant {
        rules: vec![
            rule(ClusterVerb::Get, "Pod", target()),
            rule(ClusterVerb::List, "Pod", target()),
            rule(ClusterVerb::Logs, "Pod", target()),
            rule(ClusterVerb::Get, "Widget.example.test", target()),
            rule(ClusterVerb::Get, "Disguise.example.test", target()),
            rule(ClusterVerb::Get, "Nothing.example.test", target()),
        ],
        ..ClusterGrant::default()
    };
    let narrow = ClusterGrant { rules: vec![rule(ClusterVerb::List, "Pod", target())], objects: 3, bytes: 1 << 20 };
    let grants = [Some(wide), None, Some(narrow)];
    let answers =
        ClusterAnswers::new(Clusters::new(settings, Agents::new(None, None)), Target::Local, grants, Vec::new());
    Scene { answers, asked, _folder: folder }
}

impl Scene {
    async fn ask(&self, run: u32, question: ClusterQuestion) -> Result<ClusterAnswer, Refusal> {
        let request = postcard::to_stdvec(&question).unwrap().into();
        let answer = self.answers.answer(RunIndex(run), request).await?;
        Ok(postcard::from_bytes(&answer).unwrap())
    }

    async fn code(&self, run: u32, question: ClusterQuestion) -> Option<Code> {
        match self.ask(run, question).await.unwrap() {
            ClusterAnswer::Error(error) => Some(error.code),
            _ => None,
        }
    }
}

fn get(kind: &str, namespace: &str, name: &str) -> ClusterQuestion {
    ClusterQuestion::Get(GetObject { kind: kind.into(), namespace: namespace.into(), name: name.into() })
}

fn list(max: u32, token: &str) -> ClusterQuestion {
    let none = String::new;
    ClusterQuestion::List(ListObjects {
        kind: "Pod".into(),
        namespace: "shop".into(),
        labels: none(),
        fields: none(),
        pick: Vec::new(),
        max,
        token: token.into(),
    })
}

fn logs(pod: &str, container: &str) -> ClusterQuestion {
    ClusterQuestion::Logs(ReadLogs {
        namespace: "shop".into(),
        pod: pod.into(),
        container: container.into(),
        life: ContainerLife::Previous,
        lines: u32::MAX,
        bytes: u32::MAX,
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_granted_is_read_masked() {
    let scene = scene();
    let Ok(ClusterAnswer::Subject(subject)) = scene.ask(0, ClusterQuestion::Subject).await else {
        panic!("no subject")
    };
    assert_eq!((subject.kind.as_str(), subject.namespace.as_str()), ("", "shop"));
    let Ok(ClusterAnswer::Object(pod)) = scene.ask(0, get("Pod", "shop", "cart")).await else { panic!("no pod") };
    assert_eq!((pod.name.as_str(), pod.redacted), ("pod-7", 1));
    assert!(!pod.json.contains("hunter2"), "{}", pod.json);
    let Ok(ClusterAnswer::Log(log)) = scene.ask(0, logs("cart", "app")).await else { panic!("no log") };
    assert!(log.text.ends_with("last line\n") && !log.text.contains("hunter2") && log.redacted == 1, "{log:?}");
    let asked = scene.asked.lock().unwrap().last().cloned().unwrap();
    assert!(asked.ends_with("/log?tailLines=10000&limitBytes=262144&container=app&previous=true"), "{asked}");
}

#[tokio::test]
async fn a_target_of_the_cluster_is_its_subject_with_the_namespace_that_is_meant() {
    let Scene { answers, _folder, .. } = scene();
    let cluster = answers.clusters.cluster().await.unwrap();
    let of = |text: &str| {
        let ClusterSubject { kind, namespace, name, .. } = subject(&text.parse().unwrap(), &cluster);
        format!("{kind} {namespace} {name}")
    };
    assert_eq!(of("pod/cart"), "Pod shop cart");
    assert_eq!(of("pod/other/cart"), "Pod other cart");
    assert_eq!(of("ns/other"), "Namespace other other");
    assert_eq!(
        (of("node/n1"), of("cluster"), of("local")),
        ("Node shop n1".into(), "Cluster shop ".into(), " shop ".into())
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_that_claims_more_is_refused_by_the_grant_that_was_given() {
    let scene = scene();
    let denied = Some(Code::Denied);
    for question in [
        get("Pod", "kube-system", "cart"),
        get("Pod", "", "cart"),
        get("Secret", "shop", "db"),
        get("ConfigMap", "shop", "cart"),
        get("Node", "", "n1"),
    ] {
        assert_eq!(scene.code(0, question.clone()).await, denied, "{question:?}");
    }
    for question in
        [get("Pod", "shop", "../secrets/db"), get("Pod", "shop/x", "y"), get("pods", "shop", "x"), logs("cart", "a/b")]
    {
        assert_eq!(scene.code(0, question.clone()).await, Some(Code::BadRequest), "{question:?}");
    }
    // A run of a check that was granted nothing, in this round and the next, and bytes that are no question.
    assert_eq!(scene.ask(1, get("Pod", "shop", "cart")).await, Err(Refusal::Denied));
    assert_eq!(scene.ask(4, get("Pod", "shop", "cart")).await, Err(Refusal::Denied));
    assert_eq!(scene.answers.answer(RunIndex(0), Bytes::from_static(b"\xff\xff")).await, Err(Refusal::NotOffered));
    assert!(scene.asked.lock().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_comes_in_pages_and_ends_with_the_budget_of_its_run() {
    let scene = scene();
    let Ok(ClusterAnswer::Page(first)) = scene.ask(2, list(500, "")).await else { panic!("no page") };
    assert_eq!((first.documents.len(), first.token.as_str()), (2, "2"));
    assert!(scene.asked.lock().unwrap()[0].ends_with("/pods?limit=3"));
    let Ok(ClusterAnswer::Page(second)) = scene.ask(2, list(500, "2")).await else { panic!("no page") };
    assert_eq!((second.documents.len(), second.token.as_str()), (1, ""));
    assert_eq!(scene.code(2, list(1, "")).await, Some(Code::OverBudget));
    // The next round has its own.
    assert_eq!(scene.code(5, list(1, "2")).await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kind_that_few_clusters_have_is_looked_up_and_none_leads_to_secrets() {
    let scene = scene();
    assert_eq!(scene.code(0, get("Widget.example.test", "shop", "w")).await, None);
    assert_eq!(scene.code(0, get("Disguise.example.test", "shop", "w")).await, Some(Code::Denied));
    assert_eq!(scene.code(0, get("Nothing.example.test", "shop", "w")).await, Some(Code::NotFound));
    assert_eq!(scene.code(0, get("Pod", "shop", "gone")).await, Some(Code::NotFound));
    let asked = scene.asked.lock().unwrap();
    assert!(!asked.iter().any(|path| path.contains("secrets")), "{asked:?}");
}
