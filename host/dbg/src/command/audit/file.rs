//! A log that is read: whatever lies there, also what somebody else put there.

use std::io::BufReader;
use std::path::Path;

use anyhow::{Context as _, anyhow};
use dbg_audit::{Break, End};

use crate::diagnostic::{Fault, hinted};
use crate::exit::Exit;

/// Large enough that a log of gigabytes is read at the disk's pace.
const BUFFER: usize = 256 << 10;

/// Opens it. What is no regular file could keep a reader waiting without end.
pub(super) fn open(path: &Path) -> Result<BufReader<fs_err::File>, Fault> {
    let metadata = fs_err::metadata(path).context("there is no audit log").map_err(Fault::usage)?;
    if !metadata.is_file() {
        let error = anyhow!("`{}` is no regular file", path.display());
        return Err(Fault::usage(hinted(error, "name the file that `--audit-log` or the policy names")));
    }
    let file = fs_err::File::open(path).context("the audit log cannot be read").map_err(Fault::own)?;
    Ok(BufReader::with_capacity(BUFFER, file))
}

/// How a command ends that read to this end.
pub(super) fn exit(end: &End) -> Exit {
    match end {
        End::Whole => Exit::Pass,
        End::Torn(_) => Exit::Warn,
        End::Broken(_) => Exit::Fail,
    }
}

/// What is wrong with the end, in a sentence; none when nothing is.
pub(super) fn trouble(end: &End) -> Option<String> {
    match end {
        End::Whole => None,
        End::Torn(torn) => Some(format!(
            "its last {} bytes are a line that was not written to its end, by a crash or on a full disk; the next run seals them",
            torn.bytes
        )),
        End::Broken(broken) => Some(match broken {
            Break::Cut { .. } | Break::Other { .. } => broken.to_string(),
            _ => format!("{broken}; what follows proves nothing"),
        }),
    }
}
