//! The same lines to the machine's syslog: who may write the file is not who may write there.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;
use syslog::{Facility, Formatter3164, Logger, LoggerBackend};

use crate::{AuditError, Position, json};

/// What common syslogs take in one message is 8 KiB with its head; what is longer they cut.
const MAX_BYTES: usize = 7 << 10;

/// A syslog that takes nothing for so long hangs.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where the machine's syslog listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Socket {
    /// `/dev/log`, or where else it is usual.
    Usual,
    /// Here.
    At(PathBuf),
}

/// A connection to the machine's syslog.
pub struct Syslog(Logger<LoggerBackend, Formatter3164>);

/// What is sent of a line that is too long: enough to find it in the file, and to tell whether it is the same.
#[derive(Serialize)]
struct Shortened<'a> {
    audit: u32,
    line: u64,
    kind: &'static str,
    head: String,
    at: &'a str,
    bytes: usize,
}

impl Syslog {
    /// Connects; as `authpriv`, which ordinary users may not read.
    ///
    /// # Errors
    /// Nobody listens.
    pub fn connect(socket: &Socket) -> Result<Self, AuditError> {
        let formatter = Formatter3164 {
            facility: Facility::LOG_AUTHPRIV,
            hostname: None,
            process: "dbg".into(),
            pid: std::process::id(),
        };
        let logger = match socket {
            Socket::Usual => syslog::unix(formatter),
            Socket::At(path) => syslog::unix_custom(formatter, path),
        };
        let logger = logger.map_err(failed)?;
        match &logger.backend {
            LoggerBackend::Unix(socket) => socket.set_write_timeout(Some(PATIENCE)),
            LoggerBackend::UnixStream(socket) => socket.get_ref().set_write_timeout(Some(PATIENCE)),
            LoggerBackend::Udp(..) | LoggerBackend::Tcp(_) => Ok(()),
        }
        .map_err(AuditError::Syslog)?;
        Ok(Self(logger))
    }

    /// Sends a line.
    ///
    /// # Errors
    /// It was not taken.
    pub fn send(&mut self, position: Position, at: &str, line: &[u8]) -> Result<(), AuditError> {
        let whole = std::str::from_utf8(line).ok().filter(|line| line.len() <= MAX_BYTES);
        let sent = match whole {
            Some(line) => self.0.notice(line),
            None => {
                let Position { line: number, head } = position;
                let shortened = Shortened {
                    audit: 1,
                    line: number,
                    kind: "shortened",
                    head: head.to_string(),
                    at,
                    bytes: line.len(),
                };
                let shortened = json::to_line(&shortened).map_err(|error| AuditError::Syslog(error.into()))?;
                self.0.notice(String::from_utf8_lossy(&shortened))
            }
        };
        sent.map_err(failed)
    }
}

fn failed(error: syslog::Error) -> AuditError {
    AuditError::Syslog(io::Error::other(error.to_string()))
}

impl fmt::Debug for Syslog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Syslog")
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixDatagram;

    use super::*;

    #[test]
    fn a_line_arrives_whole_or_shortened_and_nobody_there_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        assert!(Syslog::connect(&Socket::At(path.clone())).is_err());
        let listener = UnixDatagram::bind(&path).unwrap();
        let mut syslog = Syslog::connect(&Socket::At(path)).unwrap();
        let mut heard = vec![0; 64 << 10];
        let mut hear = || {
            let size = listener.recv(&mut heard).unwrap();
            String::from_utf8(heard[..size].to_vec()).unwrap()
        };
        let position = Position { line: 7, head: crate::digest(b"x") };
        syslog.send(position, "now", b"{\"audit\":1}").unwrap();
        let message = hear();
        // Facility 10, severity 5.
        assert!(message.starts_with("<85>") && message.ends_with(": {\"audit\":1}"), "{message}");
        syslog.send(position, "now", &vec![b'a'; MAX_BYTES + 1]).unwrap();
        let message = hear();
        assert!(message.contains("\"line\":7,\"kind\":\"shortened\",\"head\":\"sha256:"), "{message}");
        drop(listener);
        assert!(syslog.send(position, "now", b"x").is_err());
    }
}
