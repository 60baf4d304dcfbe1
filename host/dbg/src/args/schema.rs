//! `dbg schema`

use clap::Args;

/// Print the JSON schema of machine output
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  dbg schema report > report-1.json")]
pub(crate) struct Schema {
    /// Which schema
    #[arg(value_enum)]
    pub(crate) schema: SchemaName,
}

/// The schemas there are.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum SchemaName {
    /// What `dbg run -o json` prints
    Report,
    /// One line of what `dbg run -o ndjson` prints
    Event,
}
