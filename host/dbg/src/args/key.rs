//! `dbg key …`

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Passphrases;

/// Make and show keys that sign plugins and roots
#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Make a key: NAME.key, encrypted by a passphrase, and NAME.pub
    #[command(after_help = "Examples:\n  dbg key new acme-release\n  \
                            dbg key new acme-release --out ./keys --passphrase @/run/passphrase\n\n\
                            Both files are new: nothing is ever overwritten. openssl reads them")]
    New(KeyNew),
    /// Show a key's id and its public half
    #[command(after_help = "Examples:\n  dbg key show acme-release.pub\n  dbg key show acme-release.key\n\n\
                            The id of a key is SHA-256 of its public half in DER. A private key asks for its passphrase")]
    Show(KeyShow),
}

/// Make a key
#[derive(Debug, Args)]
pub(crate) struct KeyNew {
    /// What the two files are called: letters, digits, `.`, `_` and `-`
    pub(crate) name: String,

    /// The folder in which they are made
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    pub(crate) out: PathBuf,

    #[command(flatten)]
    pub(crate) passphrases: Passphrases,
}

/// Show a key
#[derive(Debug, Args)]
pub(crate) struct KeyShow {
    /// A public or private key
    pub(crate) file: PathBuf,

    #[command(flatten)]
    pub(crate) passphrases: Passphrases,
}
