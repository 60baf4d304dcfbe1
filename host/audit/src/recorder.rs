//! Wherever lines are to go: a file, the machine's syslog, or both.

use std::path::{Path, PathBuf};

use crate::{Appended, AuditError, Entry, Log, Position, Socket, Syslog, Torn, line};

/// Where lines are to go.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sinks {
    /// Into this file.
    pub log: Option<PathBuf>,
    /// To the syslog that listens here.
    pub syslog: Option<Socket>,
}

/// Records lines; a line counts as recorded when all sinks have it.
#[derive(Debug)]
pub struct Recorder {
    log: Option<Log>,
    syslog: Option<Syslog>,
    /// Without a file the lines of one run are a chain of their own.
    last: Option<Position>,
}

/// A line that was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    /// Where it stands.
    pub position: Position,
    /// What was sealed before it.
    pub sealed: Option<Torn>,
}

impl Recorder {
    /// Opens the sinks; none when there are none.
    ///
    /// # Errors
    /// One cannot be opened.
    pub fn open(sinks: &Sinks) -> Result<Option<Self>, AuditError> {
        let Sinks { log, syslog } = sinks;
        if log.is_none() && syslog.is_none() {
            return Ok(None);
        }
        let log = log.as_deref().map(Log::open).transpose()?;
        let syslog = syslog.as_ref().map(Syslog::connect).transpose()?;
        Ok(Some(Self { log, syslog, last: None }))
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.log.as_ref().map(Log::path)
    }

    /// Records a line. `at` is the time, as it is to stand there.
    ///
    /// # Errors
    /// A sink does not have it.
    pub fn record(&mut self, at: &str, entry: &Entry) -> Result<Recorded, AuditError> {
        let Appended { position, line, sealed } = match &self.log {
            Some(log) => log.append(at, entry)?,
            None => {
                let (line, position) = line::write(self.last, at, entry).map_err(AuditError::Line)?;
                Appended { position, line, sealed: None }
            }
        };
        self.last = Some(position);
        if let Some(syslog) = &mut self.syslog {
            syslog.send(position, at, &line)?;
        }
        Ok(Recorded { position, sealed })
    }
}
