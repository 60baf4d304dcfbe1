//! What containers wrote.

use super::Error;
use crate::host::pod_logs;

/// The end of a log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogText {
    /// Its last lines, oldest first.
    pub text: String,
    /// There is more in front than the bytes had room for.
    pub cut: bool,
}

/// Which lines. By default the last 100 of the container that runs, at most 64 KiB.
#[derive(Clone, Debug)]
#[must_use = "nothing is asked before `read`"]
pub struct Logs {
    namespace: String,
    pod: String,
    container: String,
    previous: bool,
    lines: Option<u32>,
    bytes: Option<u32>,
}

/// What a container of a pod wrote; `container` empty for the only one. Nothing is asked before [`Logs::read`].
pub fn logs(namespace: &str, pod: &str, container: &str) -> Logs {
    Logs {
        namespace: namespace.to_owned(),
        pod: pod.to_owned(),
        container: container.to_owned(),
        previous: false,
        lines: None,
        bytes: None,
    }
}

impl Logs {
    /// Of the container's life before the present one.
    pub fn previous(mut self) -> Self {
        self.previous = true;
        self
    }

    /// So many lines at the end, up to 10,000.
    pub fn lines(mut self, lines: u32) -> Self {
        self.lines = Some(lines);
        self
    }

    /// At most so many bytes, up to 256 KiB.
    pub fn bytes(mut self, bytes: u32) -> Self {
        self.bytes = Some(bytes);
        self
    }

    /// Reads them.
    ///
    /// # Errors
    /// [`super::ErrorCode::Denied`], [`super::ErrorCode::NotFound`], [`super::ErrorCode::BadRequest`] (no such container, or no previous
    /// life), [`super::ErrorCode::OverBudget`], [`super::ErrorCode::Unavailable`], [`super::ErrorCode::Other`].
    pub fn read(self) -> Result<LogText, Error> {
        let query = pod_logs::open(&self.namespace, &self.pod, &self.container)?;
        if self.previous {
            query.previous();
        }
        if let Some(lines) = self.lines {
            query.set_lines(lines);
        }
        if let Some(bytes) = self.bytes {
            query.set_bytes(bytes);
        }
        let pod_logs::LogText { text, cut } = query.read()?;
        Ok(LogText { text, cut })
    }
}
