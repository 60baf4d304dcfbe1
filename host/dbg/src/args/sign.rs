//! `dbg plugin sign`

use std::path::PathBuf;

use clap::Args;

use super::Passphrases;

/// Sign a plugin's file: the first signature, or a further one
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  dbg plugin sign my-check.wasm --key acme-release.key --vendor acme\n  \
                        dbg plugin sign my-check.wasm --key acme-release.key --root acme.root.json --expires 90d\n  \
                        dbg plugin sign my-check.wasm --key other-release.key      # a second person, after seeing it\n\n\
                        Version and name are those that the plugin declares. Without `--sequence` it is made of the version, \
                        so that a later version has a higher one: 1.2.3 gives 10000200003")]
pub(crate) struct PluginSign {
    /// The plugin's file; it is signed in place, whole or not at all
    pub(crate) file: PathBuf,

    /// The private key to sign with; may be repeated
    #[arg(long = "key", value_name = "KEY", required = true)]
    pub(crate) keys: Vec<PathBuf>,

    /// Who signs; without it, whose root names the key, when one root does
    #[arg(long)]
    pub(crate) vendor: Option<String>,

    /// The vendor's root, to be held to: its release keys, ceiling and least sequences
    #[arg(long, value_name = "FILE")]
    pub(crate) root: Option<PathBuf>,

    /// A number that grows with each release, 1 to 2^53
    #[arg(long, value_name = "N")]
    pub(crate) sequence: Option<u64>,

    /// Until when it is meant to be used: `90d`, `1y`, `2027-11-25`; 1y without it
    #[arg(long, value_name = "DURATION|DATE")]
    pub(crate) expires: Option<String>,

    /// Write the signed plugin to this new file instead
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// Do not ask
    #[arg(short, long)]
    pub(crate) yes: bool,

    #[command(flatten)]
    pub(crate) passphrases: Passphrases,
}
