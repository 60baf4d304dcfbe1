//! Bytes worth keeping beside the report.

use std::io;

use crate::host::report;

/// The contract takes at most this much in one call.
const LARGEST_CALL: usize = 1 << 20;

/// A capture, a configuration: kept as it is. At most 16 MiB a run; what is above is dropped and counted.
#[derive(Debug)]
pub struct Artifact {
    handle: report::Artifact,
}

impl Artifact {
    pub(crate) fn new(name: &str, media: &str) -> Self {
        Self { handle: report::add_artifact(name, media) }
    }

    /// Appends.
    pub fn append(&self, bytes: &[u8]) {
        for part in bytes.chunks(LARGEST_CALL) {
            self.handle.write(part);
        }
    }
}

impl io::Write for Artifact {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.append(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
