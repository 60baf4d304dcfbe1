//! `dbg:cluster/cluster-objects`. The subject is the author's own struct: it has the same fields.

use std::cell::RefCell;

use super::cluster_errors::{Error, ErrorCode};
use crate::cluster;
pub(crate) use crate::cluster::Subject;
use crate::fake::cluster::{Cluster, Stored};
use crate::fake::state::with;

#[derive(Debug)]
pub(crate) struct Document {
    pub namespace: String,
    pub name: String,
    pub json: String,
}

#[derive(Debug)]
pub(crate) struct Page {
    pub documents: Vec<Document>,
    pub last: bool,
    pub cut: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Query {
    kind: String,
    asked: RefCell<Asked>,
}

#[derive(Debug, Default)]
struct Asked {
    namespace: Option<String>,
    labels: String,
    fields: String,
    pick: Vec<String>,
    limit: Option<u32>,
}

#[derive(Debug)]
pub(crate) struct Documents {
    /// In reverse order.
    left: RefCell<Vec<Document>>,
    cut: bool,
}

/// What the test set up.
pub(super) fn cluster() -> Result<Cluster, Error> {
    let outside = || Error { code: ErrorCode::Other, text: "no run is under way: use `fake::Host::run`".to_owned() };
    Ok(with(|state| state.host.cluster.clone()).ok_or_else(outside)??)
}

pub(crate) fn target() -> Result<Subject, Error> {
    Ok(cluster()?.subject)
}

pub(crate) fn get(kind: &str, namespace: &str, name: &str) -> Result<Document, Error> {
    let cluster = cluster()?;
    cluster.error_of(kind)?;
    let found = cluster.objects.into_iter().find(|object| object.is(kind, namespace, name));
    let missing = || cluster::Error {
        code: cluster::ErrorCode::NotFound,
        text: format!("the cluster has no {kind} `{name}` in `{namespace}`"),
    };
    Ok(document(found.ok_or_else(missing)?, &[]))
}

pub(crate) fn open(kind: &str) -> Result<Query, Error> {
    cluster()?;
    Ok(Query { kind: kind.to_owned(), asked: RefCell::default() })
}

fn document(object: Stored, pick: &[String]) -> Document {
    Document { json: object.picked(pick), namespace: object.namespace, name: object.name }
}

impl Query {
    pub(crate) fn in_namespace(&self, name: &str) {
        self.asked.borrow_mut().namespace = Some(name.to_owned());
    }

    pub(crate) fn labelled(&self, selector: &str) {
        selector.clone_into(&mut self.asked.borrow_mut().labels);
    }

    pub(crate) fn fields(&self, selector: &str) {
        selector.clone_into(&mut self.asked.borrow_mut().fields);
    }

    pub(crate) fn pick(&self, pointers: &[String]) {
        pointers.clone_into(&mut self.asked.borrow_mut().pick);
    }

    pub(crate) fn set_limit(&self, count: u32) {
        self.asked.borrow_mut().limit = Some(count);
    }

    pub(crate) fn start(&self) -> Result<Documents, Error> {
        let cluster = cluster()?;
        cluster.error_of(&self.kind)?;
        let asked = self.asked.take();
        let most = usize::try_from(asked.limit.unwrap_or(1_000)).unwrap_or(usize::MAX);
        let is_asked = |object: &Stored| {
            object.kind == self.kind
                && asked.namespace.as_ref().is_none_or(|namespace| *namespace == object.namespace)
                && object.is_selected(&asked.labels, &asked.fields)
        };
        let mut found: Vec<Document> =
            cluster.objects.into_iter().filter(is_asked).map(|object| document(object, &asked.pick)).collect();
        let cut = found.len() > most;
        found.truncate(most);
        found.reverse();
        Ok(Documents { left: RefCell::new(found), cut })
    }
}

impl Documents {
    pub(crate) fn next(&self, max: u32, _: u32) -> Result<Page, Error> {
        let mut left = self.left.borrow_mut();
        let keep = left.len().saturating_sub(usize::try_from(max).unwrap_or(usize::MAX).min(500));
        let mut documents = left.split_off(keep);
        documents.reverse();
        Ok(Page { documents, last: left.is_empty(), cut: self.cut && left.is_empty() })
    }
}
