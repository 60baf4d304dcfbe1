//! Objects, one or many: a list goes through the namespaces that are granted, page by page, up to its limit.

use std::collections::VecDeque;
use std::sync::Arc;

use dbg_capability::{ClusterReadError, ClusterReads, Document, GetObject, ListObjects};
use dbg_model::{ClusterKind, ClusterRead, ClusterVerb, is_namespace, is_object_name, truncate_at_char};
use tokio::sync::Mutex;
use wasmtime::component::Resource;

use super::{Answer, ClusterState, Code, NAME, Open, closed, denied, kind, shown, too_many};
use crate::bindings::dbg::cluster::cluster_objects as wit;
use crate::capability::pull::{Pull, PullError, Rows};
use crate::resources::{ClusterQueryHandle, DocumentsHandle};

/// Objects that one list gives, and gives unless more or fewer are asked for.
const OBJECTS: (u32, u32) = (10_000, 1_000);
/// Objects that one pull gives.
const PAGE: u32 = 500;
/// Bytes of a selector.
const SELECTOR: usize = 4096;
/// Pointers of a list, and bytes of each.
const POINTERS: (usize, usize) = (64, 256);

/// What is to be listed.
pub(super) struct Query {
    kind: ClusterKind,
    namespace: Option<String>,
    labels: String,
    fields: String,
    pick: Vec<String>,
    limit: u32,
}

/// A list being read.
pub(super) struct Documents {
    pull: Pull<Document, ClusterReadError>,
    cursor: Arc<Mutex<Cursor>>,
}

/// Where a list is.
struct Cursor {
    cluster: Arc<dyn ClusterReads>,
    /// Of the first namespace that is not read to its end.
    next: ListObjects,
    namespaces: VecDeque<String>,
    left: u32,
    cut: bool,
}

impl Cursor {
    async fn page(&mut self) -> Result<Rows<Document>, ClusterReadError> {
        self.next.max = self.left.min(PAGE);
        let mut page = self.cluster.list(self.next.clone()).await?;
        let most = usize::try_from(self.next.max).unwrap_or(usize::MAX);
        self.cut |= page.documents.len() > most;
        page.documents.truncate(most);
        self.left = self.left.saturating_sub(u32::try_from(page.documents.len()).unwrap_or(u32::MAX));
        // A continuation that brings nothing goes round in circles.
        let goes_on = !page.token.is_empty() && !page.documents.is_empty() && page.token != self.next.token;
        let more = match (goes_on, self.namespaces.is_empty()) {
            (true, _) => {
                self.next.token = page.token;
                true
            }
            (false, false) => {
                self.next.namespace = self.namespaces.pop_front().unwrap_or_default();
                self.next.token.clear();
                true
            }
            (false, true) => false,
        };
        self.cut |= more && self.left == 0;
        Ok(Rows { rows: page.documents, last: !more || self.left == 0 })
    }
}

/// What is kept of a text until it is judged: no more than shows that it is too long.
fn kept(text: &str, most: usize) -> String {
    truncate_at_char(text, most + 4).to_owned()
}

fn bad(text: impl Into<String>) -> ClusterReadError {
    ClusterReadError::new(Code::BadRequest, text)
}

impl ClusterState {
    async fn get(&mut self, of: &str, namespace: &str, name: &str) -> Result<wit::Document, ClusterReadError> {
        self.granted()?;
        let kind = kind(of)?;
        if !(namespace.is_empty() || is_namespace(namespace)) || !is_object_name(name) {
            return Err(bad(format!("`{}` and `{}` name no object", shown(namespace), shown(name))));
        }
        self.judge(ClusterVerb::Get, &kind, namespace, name).await?;
        let wanted = GetObject { kind: kind.to_string(), namespace: namespace.to_owned(), name: name.to_owned() };
        let document = self.cluster.get(wanted).await?;
        Ok(self.document(document))
    }

    fn document(&self, document: Document) -> wit::Document {
        self.context.tally().redact(document.redacted);
        let Document { namespace, name, json, redacted: _ } = document;
        wit::Document { namespace, name, json }
    }

    fn open_query(&mut self, of: &str) -> Result<u32, ClusterReadError> {
        self.granted()?;
        let kind = kind(of)?;
        if !self.open.has_room() {
            return Err(too_many("queries and lists"));
        }
        let query = Query {
            kind,
            namespace: None,
            labels: String::new(),
            fields: String::new(),
            pick: Vec::new(),
            limit: OBJECTS.1,
        };
        Ok(self.open.insert(Open::Query(query)))
    }

    fn set(&mut self, of: &Resource<ClusterQueryHandle>, change: impl FnOnce(&mut Query)) {
        if let Some(Open::Query(query)) = self.open.get_mut(of.rep()) {
            change(query);
        }
    }

    async fn begin(&mut self, of: &Resource<ClusterQueryHandle>) -> Result<u32, ClusterReadError> {
        let query = match self.open.get(of.rep()) {
            Some(Open::Query(_)) => self.open.close(of.rep()),
            Some(Open::Documents(_)) | None => None,
        };
        let Some(Open::Query(query)) = query else { return Err(closed()) };
        let too_long = |selector: &String| selector.len() > SELECTOR;
        if too_long(&query.labels) || too_long(&query.fields) {
            return Err(bad(format!("a selector has more than {SELECTOR} bytes")));
        }
        let is_pointer = |pointer: &String| pointer.starts_with('/') && pointer.len() <= POINTERS.1;
        if query.pick.len() > POINTERS.0 || !query.pick.iter().all(is_pointer) {
            return Err(bad("what is picked is more than 64 JSON pointers, or no pointer as `/status/phase` is"));
        }
        let mut namespaces = VecDeque::from(self.namespaces(&query).await?);
        let next = ListObjects {
            kind: query.kind.to_string(),
            namespace: namespaces.pop_front().unwrap_or_default(),
            labels: query.labels,
            fields: query.fields,
            pick: query.pick,
            max: 0,
            token: String::new(),
        };
        let cluster = Arc::clone(&self.cluster);
        let cursor = Arc::new(Mutex::new(Cursor { cluster, next, namespaces, left: query.limit, cut: false }));
        let pulled = Arc::clone(&cursor);
        let pull = Pull::new(move || {
            let cursor = Arc::clone(&pulled);
            async move { cursor.lock().await.page().await }
        });
        Ok(self.open.insert(Open::Documents(Documents { pull, cursor })))
    }

    /// Where a query looks: where it says, if that is granted, or wherever something is.
    async fn namespaces(&mut self, query: &Query) -> Result<Vec<String>, ClusterReadError> {
        let target = self.subject().await?.namespace;
        let grant = self.granted()?;
        let namespaces = match &query.namespace {
            Some(namespace) if !is_namespace(namespace) => {
                return Err(bad(format!("`{}` is no name of a namespace", shown(namespace))));
            }
            Some(namespace) => {
                let read = ClusterRead { verb: ClusterVerb::List, kind: &query.kind, namespace, name: None };
                if grant.covers(&read, &target) { vec![namespace.clone()] } else { Vec::new() }
            }
            None => grant.listed(&query.kind, &target),
        };
        self.context.tally().judged(!namespaces.is_empty());
        if namespaces.is_empty() {
            let place = query.namespace.as_ref().map(|namespace| format!(" in `{}`", shown(namespace)));
            let text = format!("`cluster` was not granted to list {}{}", query.kind, place.unwrap_or_default());
            return Err(denied(text));
        }
        Ok(namespaces)
    }

    async fn next(
        &mut self,
        of: &Resource<DocumentsHandle>,
        max: u32,
        timeout_ms: u32,
    ) -> Result<wit::Page, ClusterReadError> {
        let Some(Open::Documents(documents)) = self.open.get_mut(of.rep()) else { return Err(closed()) };
        let page = documents.pull.next(&self.context, max.min(PAGE), timeout_ms).await;
        let Rows { rows, last } = page.map_err(|error| match error {
            PullError::Target(error) => error,
            PullError::Ended(cause) => ClusterReadError::new(Code::Other, cause.to_string()),
        })?;
        // Nobody reads ahead of the last page.
        let cut = last && documents.cursor.lock().await.cut;
        Ok(wit::Page { documents: rows.into_iter().map(|document| self.document(document)).collect(), last, cut })
    }
}

impl wit::Host for ClusterState {
    async fn target(&mut self) -> Answer<wit::Subject> {
        let subject = self.subject().await.map(|subject| wit::Subject {
            kind: subject.kind,
            namespace: subject.namespace,
            name: subject.name,
            container: subject.container,
        });
        Ok(subject.map_err(Into::into))
    }

    async fn get(&mut self, kind: String, namespace: String, name: String) -> Answer<wit::Document> {
        Ok(ClusterState::get(self, &kind, &namespace, &name).await.map_err(Into::into))
    }

    fn open(&mut self, kind: String) -> Answer<Resource<ClusterQueryHandle>> {
        Ok(self.open_query(&kind).map(Resource::new_own).map_err(Into::into))
    }
}

impl wit::HostQuery for ClusterState {
    fn in_namespace(&mut self, of: Resource<ClusterQueryHandle>, name: String) -> wasmtime::Result<()> {
        self.set(&of, |query| query.namespace = Some(kept(&name, NAME)));
        Ok(())
    }

    fn labelled(&mut self, of: Resource<ClusterQueryHandle>, selector: String) -> wasmtime::Result<()> {
        self.set(&of, |query| query.labels = kept(&selector, SELECTOR));
        Ok(())
    }

    fn fields(&mut self, of: Resource<ClusterQueryHandle>, selector: String) -> wasmtime::Result<()> {
        self.set(&of, |query| query.fields = kept(&selector, SELECTOR));
        Ok(())
    }

    fn pick(&mut self, of: Resource<ClusterQueryHandle>, mut pointers: Vec<String>) -> wasmtime::Result<()> {
        pointers.truncate(POINTERS.0 + 1);
        let pointers = pointers.iter().map(|pointer| kept(pointer, POINTERS.1)).collect();
        self.set(&of, |query| query.pick = pointers);
        Ok(())
    }

    fn set_limit(&mut self, of: Resource<ClusterQueryHandle>, count: u32) -> wasmtime::Result<()> {
        self.set(&of, |query| query.limit = count.clamp(1, OBJECTS.0));
        Ok(())
    }

    async fn start(&mut self, of: Resource<ClusterQueryHandle>) -> Answer<Resource<DocumentsHandle>> {
        Ok(self.begin(&of).await.map(Resource::new_own).map_err(Into::into))
    }

    fn close(&mut self, of: Resource<ClusterQueryHandle>) -> wasmtime::Result<()> {
        self.open.close(of.rep());
        Ok(())
    }

    fn drop(&mut self, of: Resource<ClusterQueryHandle>) -> wasmtime::Result<()> {
        self.open.drop(of.rep());
        Ok(())
    }
}

impl wit::HostDocuments for ClusterState {
    async fn next(&mut self, of: Resource<DocumentsHandle>, max: u32, timeout_ms: u32) -> Answer<wit::Page> {
        Ok(ClusterState::next(self, &of, max, timeout_ms).await.map_err(Into::into))
    }

    fn close(&mut self, of: Resource<DocumentsHandle>) -> wasmtime::Result<()> {
        self.open.close(of.rep());
        Ok(())
    }

    fn drop(&mut self, of: Resource<DocumentsHandle>) -> wasmtime::Result<()> {
        self.open.drop(of.rep());
        Ok(())
    }
}
