//! A check that reads a text and tells all of it, in every form that a report has.

use dbg_sdk::files;
use dbg_sdk::prelude::*;

/// What to read.
#[derive(Parameters)]
struct What {
    /// A path that is granted by being named.
    path: String,
    /// What to look for in it, written backwards, so that it is no secret here.
    backwards: Option<String>,
    /// Bytes that are asked for at once.
    #[parameter(default = 65536, min = 1, max = 1048576)]
    at_once: u32,
    /// Another text to tell.
    say: Option<String>,
    /// A path that is not granted.
    besides: Option<String>,
}

/// Reads a text and tells all of it.
#[check(name = "reads-text", grant(capability = "files", bounds = ["param:path"], reason = "reads the file it is told to"))]
fn reads_text(parameters: What, run: &Run) -> Result<(), Failure> {
    let mut bytes = Vec::new();
    let file = files::open(&parameters.path)?;
    loop {
        let part = file.read(usize::try_from(parameters.at_once).unwrap_or(1))?;
        if part.is_empty() {
            break;
        }
        bytes.extend(part);
    }
    if let Some(path) = parameters.besides {
        let refused = files::open(&path).is_err();
        run.pass("besides", format!("{path} is refused: {refused}"));
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let mut finding = run.pass("read", format!("read {} bytes", bytes.len()));
    if let Some(backwards) = parameters.backwards {
        let needle: String = backwards.chars().rev().collect();
        finding = finding.evidence("found", format!("{} times", text.matches(&needle).count()));
    }
    finding = finding.evidence("text", &text).evidence_bytes("bytes", &bytes);
    if let Some(say) = parameters.say {
        // As if it had been put together here.
        finding.evidence("said", &say).evidence("made", format!("pass{}=made-up-here", "word"));
    }
    Ok(())
}

dbg_sdk::plugin!(reads_text);
