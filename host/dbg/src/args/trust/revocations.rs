//! `dbg trust revocations …`

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::args::{ListFormat, Passphrases};

/// Make, sign, show and take in lists of what a vendor takes back
#[derive(Debug, Subcommand)]
pub(crate) enum RevocationsCommand {
    /// Make a list
    #[command(after_help = "Examples:\n  \
        dbg trust revocations new --vendor acme --key a.key --revoke sha256:…\n  \
        dbg trust revocations new --after acme.revocations.json --key a.key --revoke-key sha256:… --next 30d -o acme.revocations.json\n\n\
        A list takes the place of the one before: `--after` keeps what that one revokes, and counts on")]
    New(ListNew),
    /// Sign a list with a further root key, after seeing what it says
    #[command(after_help = "Examples:\n  dbg trust revocations sign acme.revocations.json --key b.key")]
    Sign(ListSign),
    /// Show what a list says and who signed it
    #[command(after_help = "Examples:\n  dbg trust revocations show acme.revocations.json\n  \
                            dbg trust revocations show acme.revocations.json --root acme.root.json -o json")]
    Show(ListShow),
    /// Take in a newer list of a trusted vendor
    #[command(after_help = "Examples:\n  dbg trust revocations add acme.revocations.json")]
    Add(ListAdd),
}

/// Make a list
#[derive(Debug, Args)]
pub(crate) struct ListNew {
    /// Whose list it is; that of the list before or of the root without it
    #[arg(long)]
    pub(crate) vendor: Option<String>,

    /// The list before, whose revocations it keeps and whose number it follows
    #[arg(long, value_name = "FILE")]
    pub(crate) after: Option<PathBuf>,

    /// The vendor's root, to be held to: its root keys must sign
    #[arg(long, value_name = "FILE")]
    pub(crate) root: Option<PathBuf>,

    /// A private root key to sign it with; may be repeated
    #[arg(long = "key", value_name = "KEY", required = true)]
    pub(crate) keys: Vec<PathBuf>,

    /// A component that no longer counts, by its digest; may be repeated
    #[arg(long = "revoke", value_name = "DIGEST")]
    pub(crate) revoke: Vec<String>,

    /// A release key that no longer counts: a file, or its id; may be repeated
    #[arg(long = "revoke-key", value_name = "KEY|ID")]
    pub(crate) revoke_keys: Vec<String>,

    /// When the next list is due, from when on this one is stale
    #[arg(long, value_name = "DURATION|DATE", default_value = "90d")]
    pub(crate) next: String,

    /// The list's number, where the list before is lost
    #[arg(long, value_name = "N", conflicts_with = "after")]
    pub(crate) number: Option<u64>,

    /// The new file; VENDOR.revocations.json without it. Only the list before is overwritten
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) passphrases: Passphrases,
}

/// Sign a list
#[derive(Debug, Args)]
pub(crate) struct ListSign {
    /// The list; it is signed in place, whole or not at all
    pub(crate) file: PathBuf,

    /// The private root key to sign with; may be repeated
    #[arg(long = "key", value_name = "KEY", required = true)]
    pub(crate) keys: Vec<PathBuf>,

    /// The vendor's root, to be held to: its root keys must sign
    #[arg(long, value_name = "FILE")]
    pub(crate) root: Option<PathBuf>,

    /// Do not ask
    #[arg(short, long)]
    pub(crate) yes: bool,

    #[command(flatten)]
    pub(crate) passphrases: Passphrases,
}

/// Show a list
#[derive(Debug, Args)]
pub(crate) struct ListShow {
    /// A list of revocations
    pub(crate) file: PathBuf,

    /// The vendor's root, to count the signatures by; that which is trusted here without it
    #[arg(long, value_name = "FILE")]
    pub(crate) root: Option<PathBuf>,

    /// How to print it
    #[arg(short, long, value_enum, default_value_t = ListFormat::Text)]
    pub(crate) output: ListFormat,
}

/// Take in a list
#[derive(Debug, Args)]
pub(crate) struct ListAdd {
    /// The list of a trusted vendor
    pub(crate) file: PathBuf,
}
