//! `dbg:cluster/pod-logs`. The text is the author's own struct: it has the same fields.

use std::cell::{Cell, RefCell};

use super::cluster_errors::Error;
use super::cluster_objects::cluster;
use crate::cluster;
pub(crate) use crate::cluster::LogText;

#[derive(Debug)]
pub(crate) struct LogQuery {
    namespace: String,
    pod: String,
    container: String,
    previous: Cell<bool>,
    lines: Cell<u32>,
    bytes: RefCell<u32>,
}

pub(crate) fn open(namespace: &str, pod: &str, container: &str) -> Result<LogQuery, Error> {
    cluster()?.error_of("logs")?;
    Ok(LogQuery {
        namespace: namespace.to_owned(),
        pod: pod.to_owned(),
        container: container.to_owned(),
        previous: Cell::new(false),
        lines: Cell::new(100),
        bytes: RefCell::new(64 << 10),
    })
}

impl LogQuery {
    pub(crate) fn previous(&self) {
        self.previous.set(true);
    }

    pub(crate) fn set_lines(&self, lines: u32) {
        self.lines.set(lines.clamp(1, 10_000));
    }

    pub(crate) fn set_bytes(&self, bytes: u32) {
        self.bytes.replace(bytes.clamp(1, 256 << 10));
    }

    pub(crate) fn read(&self) -> Result<LogText, Error> {
        let cluster = cluster()?;
        let found = cluster.logs.into_iter().find(|log| {
            log.namespace == self.namespace
                && log.pod == self.pod
                && (self.container.is_empty() || log.container == self.container)
                && log.previous == self.previous.get()
        });
        let missing = || cluster::Error {
            code: cluster::ErrorCode::BadRequest,
            text: format!("`{}` of `{}` has no such log", self.container, self.pod),
        };
        let text = found.ok_or_else(missing)?.text;
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let first = lines.len().saturating_sub(usize::try_from(self.lines.get()).unwrap_or(usize::MAX));
        let kept = lines.get(first..).unwrap_or_default().concat();
        let most = usize::try_from(*self.bytes.borrow()).unwrap_or(usize::MAX);
        let from = (kept.len().saturating_sub(most)..=kept.len()).find(|at| kept.is_char_boundary(*at)).unwrap_or(0);
        Ok(LogText { text: kept.get(from..).unwrap_or_default().to_owned(), cut: from > 0 })
    }
}
