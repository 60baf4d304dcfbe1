//! `dbg audit …`, and where a run is recorded.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use dbg_model::{Digest, RunId};

use super::ListFormat;

/// Where a run is recorded.
#[derive(Debug, Args)]
#[command(next_help_heading = "Audit")]
pub(crate) struct Recording {
    /// Record the run in this file before anything is created, and its outcome after; without that it does not start
    #[arg(long, value_name = "FILE")]
    pub(crate) audit_log: Option<PathBuf>,

    /// Record the run in the machine's syslog, too
    #[arg(long)]
    pub(crate) audit_syslog: bool,
}

/// Show and verify what was recorded of runs
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Show who ran what where, with which grants
    #[command(
        after_help = "Examples:\n  dbg audit show /var/log/dbg/audit.log\n  dbg audit show audit.log --run 5f0c2a9be1d34471 -o json"
    )]
    Show(AuditShow),
    /// Verify that no line was changed, moved or taken out, and by a report that the end was not cut off
    #[command(
        after_help = "Examples:\n  dbg audit verify /var/log/dbg/audit.log\n  dbg audit verify audit.log --report report.json\n  \
                      dbg audit verify audit.log --line 12 --head sha256:…\n\n\
                      Exit codes: 0 whole, 4 the last line is torn, 3 changed or cut"
    )]
    Verify(AuditVerify),
}

/// Show who ran what where, with which grants
#[derive(Debug, Args)]
pub(crate) struct AuditShow {
    /// The log
    pub(crate) file: PathBuf,

    /// This run alone
    #[arg(long, value_name = "ID")]
    pub(crate) run: Option<RunId>,

    /// How to print it; as JSON a line is as it stands
    #[arg(short, long, value_enum, default_value_t = ListFormat::Text)]
    pub(crate) output: ListFormat,
}

/// Verify that no line was changed, moved or taken out
#[derive(Debug, Args)]
pub(crate) struct AuditVerify {
    /// The log
    pub(crate) file: PathBuf,

    /// A report of a run (`-o json` or `-o ndjson`): its line must still be there
    #[arg(long, value_name = "REPORT", conflicts_with_all = ["line", "head"])]
    pub(crate) report: Option<PathBuf>,

    /// The number of a line that was seen before: it must still be there
    #[arg(long, value_name = "N", requires = "head", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) line: Option<u64>,

    /// What that line was
    #[arg(long, value_name = "DIGEST", requires = "line")]
    pub(crate) head: Option<Digest>,

    /// How to print what was found
    #[arg(short, long, value_enum, default_value_t = ListFormat::Text)]
    pub(crate) output: ListFormat,
}
