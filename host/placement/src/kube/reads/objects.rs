//! Reads of the API: the requests, and what of their answers crosses.

use dbg_capability::{
    ClusterReadError, ClusterReadErrorCode as Code, ContainerLife, Document, DocumentPage, ListObjects, ReadLogs,
};
use dbg_model::{ClusterKind, Redactor, truncate_at_char};
use hyper::Request;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::answer::told;
use super::kinds::{self, Place};
use super::masked::mask;
use crate::kube::{Cluster, ClusterError};

/// Bytes of the documents of one answer: a reverse call has 1 MiB.
const ANSWER: usize = (1 << 20) - (16 << 10);

/// What becomes of an object on its way.
pub(super) struct Masking<'a> {
    pub(super) redactor: &'a Redactor,
    /// Whether the grant names it.
    pub(super) is_named: bool,
    /// What is taken of it; none for all.
    pub(super) pick: &'a [String],
}

impl Masking<'_> {
    /// The object as a guest gets it.
    pub(super) fn document(&self, kind: &ClusterKind, mut object: Value) -> Result<Document, ClusterReadError> {
        let text = |pointer| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (namespace, name) = (text("/metadata/namespace"), text("/metadata/name"));
        let redacted = mask(kind, &mut object, self.is_named, self.redactor);
        let object = if self.pick.is_empty() { object } else { picked(&object, self.pick) };
        let json = object.to_string();
        if json.len() > ANSWER {
            let text = format!("{kind} `{name}` has more than 1 MiB");
            return Err(ClusterReadError::new(Code::OverBudget, text));
        }
        Ok(Document { namespace, name, json, redacted })
    }
}

fn picked(object: &Value, pointers: &[String]) -> Value {
    let of = |pointer: &String| Some((pointer.clone(), object.pointer(pointer)?.clone()));
    Value::Object(pointers.iter().filter_map(of).collect::<Map<_, _>>())
}

/// One object.
pub(super) async fn get(
    cluster: &Cluster,
    kind: &ClusterKind,
    namespace: &str,
    name: &str,
) -> Result<Value, ClusterReadError> {
    let place = kinds::place(cluster, kind).await?;
    if !place.holds(namespace) {
        let text = if namespace.is_empty() { "is in a namespace" } else { "is in no namespace" };
        return Err(ClusterReadError::new(Code::BadRequest, format!("a {kind} {text}")));
    }
    let request = request(&place.path(namespace, Some(name)))?;
    cluster.ask("read an object", cluster.client().request(request)).await.map_err(|error| told(&error))
}

#[derive(Deserialize)]
struct List {
    #[serde(default)]
    metadata: ListMetadata,
    #[serde(default = "Vec::new")]
    items: Vec<Value>,
}

#[derive(Default, Deserialize)]
struct ListMetadata {
    #[serde(rename = "continue", default)]
    token: Option<String>,
}

/// The next objects of a list: as many as fit into an answer.
pub(super) async fn list(
    cluster: &Cluster,
    kind: &ClusterKind,
    wanted: &ListObjects,
    masking: &Masking<'_>,
) -> Result<DocumentPage, ClusterReadError> {
    let place = kinds::place(cluster, kind).await?;
    if !wanted.namespace.is_empty() && !place.holds(&wanted.namespace) {
        return Err(ClusterReadError::new(Code::BadRequest, format!("a {kind} is in no namespace")));
    }
    let mut limit = wanted.max;
    loop {
        let request = request(&list_path(&place, wanted, limit))?;
        let asked = cluster.ask("list objects", cluster.client().request::<List>(request)).await;
        let list = match asked {
            Ok(list) => list,
            Err(ClusterError::TooLong { .. }) if limit > 1 => {
                limit = limit.div_ceil(4).min(limit - 1);
                continue;
            }
            Err(error) => return Err(told(&error)),
        };
        match fit(kind, list, limit, masking)? {
            Fit::All(page) => return Ok(page),
            // A continuation goes on behind the whole answer, so a shorter one is asked for.
            Fit::First(count) => limit = count,
        }
    }
}

enum Fit {
    All(DocumentPage),
    /// So many of them; at least one, and fewer than all.
    First(u32),
}

fn fit(kind: &ClusterKind, list: List, limit: u32, masking: &Masking<'_>) -> Result<Fit, ClusterReadError> {
    let token = list.metadata.token.unwrap_or_default();
    let (mut documents, mut bytes) = (Vec::new(), 0_usize);
    // A server may answer with more than it was asked for; what is left out of these would be lost.
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let all = list.items.len();
    if all > most && token.is_empty() {
        // It does not know limits, and so has no continuation either.
        return Err(ClusterReadError::new(Code::Other, format!("the cluster lists {kind} without bounds")));
    }
    for object in list.items.into_iter().take(most) {
        let document = masking.document(kind, object)?;
        bytes = bytes.saturating_add(document.json.len() + document.name.len() + document.namespace.len() + 32);
        if bytes > ANSWER && !documents.is_empty() {
            return Ok(Fit::First(u32::try_from(documents.len()).unwrap_or(1)));
        }
        documents.push(document);
    }
    Ok(Fit::All(DocumentPage { documents, token }))
}

fn list_path(place: &Place, wanted: &ListObjects, limit: u32) -> String {
    let mut path = format!("{}?limit={limit}", place.path(&wanted.namespace, None));
    for (name, value) in
        [("labelSelector", &wanted.labels), ("fieldSelector", &wanted.fields), ("continue", &wanted.token)]
    {
        if !value.is_empty() {
            path += &format!("&{name}={}", encoded(value));
        }
    }
    path
}

/// What a container wrote.
pub(super) async fn logs(cluster: &Cluster, wanted: &ReadLogs) -> Result<String, ClusterReadError> {
    let ReadLogs { namespace, pod, container, life, lines, bytes } = wanted;
    let mut path = format!("/api/v1/namespaces/{namespace}/pods/{pod}/log?tailLines={lines}&limitBytes={bytes}");
    if !container.is_empty() {
        path += &format!("&container={container}");
    }
    if *life == ContainerLife::Previous {
        path += "&previous=true";
    }
    let request = request(&path)?;
    let reading = async {
        match cluster.client().request_text(request).await {
            // A program may write what it likes.
            Err(kube::Error::FromUtf8(error)) => Ok(String::from_utf8_lossy(error.as_bytes()).into_owned()),
            read => read,
        }
    };
    let mut text = cluster.ask("read a log", reading).await.map_err(|error| told(&error))?;
    // The bound is the server's to keep, and a server may not.
    let most = usize::try_from(*bytes).unwrap_or(usize::MAX);
    let kept = truncate_at_char(&text, most).len();
    text.truncate(kept);
    Ok(text)
}

fn request(path: &str) -> Result<Request<Vec<u8>>, ClusterReadError> {
    Request::get(path).body(Vec::new()).map_err(|_| ClusterReadError::new(Code::BadRequest, "that makes no request"))
}

/// A value of a query. Source: RFC 3986 section 2.3.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded += &format!("%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn masking(redactor: &Redactor) -> Masking<'_> {
        Masking { redactor, is_named: false, pick: &[] }
    }

    fn list_of(count: usize, bytes: usize, token: Option<&str>) -> List {
        let item = |number: usize| json!({"metadata": {"name": format!("pod-{number}"), "namespace": "shop"}, "spec": "x".repeat(bytes)});
        List { metadata: ListMetadata { token: token.map(str::to_owned) }, items: (0..count).map(item).collect() }
    }

    #[test]
    fn what_does_not_fit_into_an_answer_is_asked_for_in_a_shorter_one() {
        let (kind, redactor) = ("Pod".parse().unwrap(), Redactor::default());
        let fitted = |list, limit| fit(&kind, list, limit, &masking(&redactor));
        let Ok(Fit::All(page)) = fitted(list_of(3, 10, Some("t")), 500) else { panic!("fits") };
        assert_eq!((page.documents.len(), page.token.as_str()), (3, "t"));
        assert_eq!((page.documents[0].namespace.as_str(), page.documents[0].name.as_str()), ("shop", "pod-0"));
        let Ok(Fit::First(count)) = fitted(list_of(5, 300 << 10, Some("t")), 500) else { panic!("does not fit") };
        assert_eq!(count, 3);
        let Err(error) = fitted(list_of(1, 2 << 20, None), 1) else { panic!("too large") };
        assert_eq!(error.code, Code::OverBudget);
        let Err(error) = fitted(list_of(9, 1, None), 3) else { panic!("without bounds") };
        assert_eq!(error.code, Code::Other);
    }

    #[test]
    fn only_what_is_picked_crosses_and_it_is_masked_before() {
        let redactor = Redactor::default();
        let pick = ["/metadata/name".to_owned(), "/spec/env/0/value".to_owned(), "/nothing".to_owned()];
        let object = json!({"metadata": {"name": "cart"}, "spec": {"env": [{"name": "A", "value": "hunter2"}]}});
        let masking = Masking { redactor: &redactor, is_named: false, pick: &pick };
        let document = masking.document(&"Pod".parse().unwrap(), object).unwrap();
        assert_eq!(document.json, r#"{"/metadata/name":"cart","/spec/env/0/value":"[redacted]"}"#);
    }

    #[test]
    fn selectors_and_continuations_cannot_add_to_a_query() {
        assert_eq!(encoded("app=web,tier!=db&limit=0#?"), "app%3Dweb%2Ctier%21%3Ddb%26limit%3D0%23%3F");
    }
}
