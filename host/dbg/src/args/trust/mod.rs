//! `dbg trust …`

mod revocations;
mod root;

use std::path::PathBuf;

use clap::{Args, Subcommand};

pub(crate) use revocations::{ListAdd, ListNew, ListShow, ListSign, RevocationsCommand};
pub(crate) use root::{RootCommand, RootNew, RootNext, RootShow, RootSign};

use super::ListFormat;

/// Decide which vendors are trusted, and make the roots that vendors are trusted by
#[derive(Debug, Subcommand)]
pub(crate) enum TrustCommand {
    /// Trust a vendor by its root, when it has the fingerprint that came by another way than the file
    #[command(after_help = "Examples:\n  dbg trust add acme.root.json --fingerprint sha256:…\n\n\
                            As root for the whole machine (/etc/dbg/trust.d), else for you alone")]
    Add(TrustAdd),
    /// List who is trusted, by which keys and how far, and where that comes from
    #[command(after_help = "Examples:\n  dbg trust list\n  dbg trust list -o json")]
    List {
        /// How to print the list
        #[arg(short, long, value_enum, default_value_t = ListFormat::Text)]
        output: ListFormat,
    },
    /// Take in later versions of a trusted vendor's root; they prove themselves
    #[command(after_help = "Examples:\n  dbg trust rotate acme.root.json")]
    Rotate {
        /// The vendor's newest file of roots
        file: PathBuf,
    },
    /// Trust a vendor no more
    #[command(after_help = "Examples:\n  dbg trust remove acme")]
    Remove {
        /// The vendor's name
        vendor: String,
    },
    /// Make a vendor's root, or a next version of it, and sign it
    #[command(subcommand)]
    Root(RootCommand),
    /// Make, sign, show and take in lists of what a vendor takes back
    #[command(subcommand)]
    Revocations(RevocationsCommand),
}

/// Trust a vendor
#[derive(Debug, Args)]
pub(crate) struct TrustAdd {
    /// The vendor's file of roots
    pub(crate) file: PathBuf,

    /// The fingerprint that the vendor gave you by another way
    #[arg(long, value_name = "sha256:DIGITS")]
    pub(crate) fingerprint: Option<String>,
}
