//! Why a line cannot be written.

use std::io;
use std::path::PathBuf;

/// Why something cannot be recorded. What was to be recorded must then not be done.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The file.
    #[error("the audit log `{}` cannot be written", path.display())]
    Log {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        fault: LogFault,
    },
    /// The machine's log.
    #[error("the machine's syslog takes no line")]
    Syslog(#[source] io::Error),
    /// A line that cannot be made.
    #[error("the line for the audit log cannot be made")]
    Line(#[source] LogFault),
}

/// What is wrong with a log, or with a line for it.
#[derive(Debug, thiserror::Error)]
pub enum LogFault {
    /// The kernel said no.
    #[error("{act}")]
    Io {
        /// What was being done.
        act: &'static str,
        /// What it said.
        #[source]
        source: io::Error,
    },
    /// A part of its path is a symbolic link.
    #[error("its path leads through a symbolic link")]
    Link,
    /// No regular file.
    #[error("it is no regular file")]
    Kind,
    /// Others can write it, or it is somebody else's.
    #[error("it belongs to user {uid} and has mode {mode:04o}: others than root and its writer can change it")]
    Writable {
        /// Its owner.
        uid: u32,
        /// Its permissions.
        mode: u32,
    },
    /// It is not one that dbg wrote.
    #[error("it holds something else than an audit log")]
    NotALog,
    /// More than its last line is no line.
    #[error("its last lines are none that dbg wrote: it was changed or damaged")]
    Damaged,
    /// Another process holds its lock.
    #[error("another process has held its lock for {seconds} s")]
    Locked {
        /// For so long.
        seconds: u64,
    },
    /// The line would be too long.
    #[error("the line would have {bytes} bytes, and {} is the most", crate::MAX_LINE)]
    TooLong {
        /// So long.
        bytes: usize,
    },
    /// The line has no form as JSON.
    #[error("the line has no form as JSON")]
    NotWritable,
    /// No number is left.
    #[error("its last line has the highest number that there is")]
    NumbersUsedUp,
}

impl AuditError {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Syslog(_) => {
                Some("nothing is run that is not recorded: see that the syslog's socket `/dev/log` is there".to_owned())
            }
            Self::Line(fault) => fault.hint(""),
            Self::Log { path, fault } => fault.hint(&path.display().to_string()),
        }
    }
}

impl LogFault {
    fn hint(&self, path: &str) -> Option<String> {
        Some(match self {
            Self::Io { source, .. } => match source.kind() {
                io::ErrorKind::NotFound => "make its folder first; nothing is run that is not recorded".to_owned(),
                _ => {
                    "nothing is run that is not recorded: mend this, or name another file with `--audit-log`".to_owned()
                }
            },
            Self::Link => format!("name the file itself: `readlink -f {path}` says where it is"),
            Self::Kind => "name a regular file, or one that is not there yet".to_owned(),
            Self::Writable { .. } => {
                format!("`chown` it to who runs dbg and `chmod 0600 {path}`, or name another file")
            }
            Self::NotALog => "name a file that is not there yet, or one that dbg wrote".to_owned(),
            Self::Damaged => format!("`dbg audit verify {path}` says where; move it away, and a new one begins"),
            Self::Locked { .. } => format!("`fuser {path}` says who holds it"),
            Self::TooLong { .. } => "run fewer targets or checks at once".to_owned(),
            Self::NotWritable => return None,
            Self::NumbersUsedUp => format!("move `{path}` away, and a new one begins"),
        })
    }
}
