//! What checks keep beside the report goes into a folder, when one was named. Names are the guest's: made safe, and never over a file that is there.

use std::io::Write;
use std::path::Path;

use anyhow::{Context as _, anyhow};
use dbg_report::Report;

use crate::diagnostic::{Fault, hinted};
use crate::printer;

/// Makes the folder before anything runs, so that a report is not lost to a typing error.
pub(super) fn prepare(folder: Option<&Path>) -> Result<(), Fault> {
    let Some(folder) = folder else { return Ok(()) };
    fs_err::create_dir_all(folder).context("the folder for artifacts cannot be made").map_err(Fault::usage)
}

/// Writes all artifacts of the report.
pub(super) fn write(folder: Option<&Path>, report: &Report) -> Result<(), Fault> {
    let Some(folder) = folder else { return Ok(()) };
    for result in &report.results {
        for artifact in &result.artifacts {
            let (target, check) = (safe(&result.subject.target), &result.subject.check);
            let path =
                folder.join(format!("{}-{target}-{check}-{}-{}", report.run, artifact.number, safe(&artifact.name)));
            let mut file = fs_err::File::create_new(&path)
                .map_err(|error| Fault::own(hinted(anyhow!(error), "name an empty folder with `--artifacts`")))?;
            file.write_all(&artifact.bytes).context("an artifact cannot be written").map_err(Fault::own)?;
            printer::note(&format!("wrote {}", path.display()));
        }
    }
    Ok(())
}

/// A plain file name: what could lead elsewhere or hide is an underscore.
fn safe(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' };
    name.chars().take(128).map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_leads_elsewhere_becomes_a_plain_one() {
        assert_eq!(safe("../../etc/passwd"), ".._.._etc_passwd");
        assert_eq!(safe("a\u{202e}b\n"), "a_b_");
    }
}
