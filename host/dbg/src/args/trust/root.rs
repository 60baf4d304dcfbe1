//! `dbg trust root …`

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::args::{ListFormat, Passphrases};

/// Make a vendor's root, or a next version of it, and sign it
#[derive(Debug, Subcommand)]
pub(crate) enum RootCommand {
    /// Make the first version of a vendor's root
    #[command(after_help = "Examples:\n  \
        dbg trust root new --vendor acme --key a.pub --key b.pub --threshold 2 --sign a.key\n  \
        dbg trust root new --vendor acme --key a.pub --key b.pub --key c.pub --release-key r.pub=1y --ceiling files,resolver \
        --sign a.key -o acme.root.json\n\n\
        A threshold that is not given is more than half of the keys: none can be lost of 1 or 2, one of 3 or 4")]
    New(RootNew),
    /// Append a next version: other keys, thresholds, ceiling, or what no longer counts
    #[command(after_help = "Examples:\n  \
        dbg trust root next acme.root.json --remove-release-key old.pub --add-release-key new.pub=1y --sign a.key\n  \
        dbg trust root next acme.root.json --revoke-key sha256:… --minimum my-check=7 --sign a.key\n\n\
        Nobody takes it before the threshold of the keys before, and of its own, have signed it")]
    Next(RootNext),
    /// Sign the newest version with a further key, after seeing what it says
    #[command(after_help = "Examples:\n  dbg trust root sign acme.root.json --key b.key\n  \
                            dbg trust root sign acme.root.json --key b.key --yes --passphrase env:PASSPHRASE")]
    Sign(RootSign),
    /// Show every version, who signed it and what is missing, and the fingerprint
    #[command(
        after_help = "Examples:\n  dbg trust root show acme.root.json\n  dbg trust root show acme.root.json -o json"
    )]
    Show(RootShow),
}

/// Make the first version
#[derive(Debug, Args)]
pub(crate) struct RootNew {
    /// Whose root it is; it can vouch for `VENDOR/…` and nothing else
    #[arg(long)]
    pub(crate) vendor: String,

    /// A key that signs roots and revocations, public or private; may be repeated
    #[arg(long = "key", value_name = "KEY", required = true)]
    pub(crate) keys: Vec<PathBuf>,

    /// How many of these keys must sign; more than half without it
    #[arg(long, value_name = "N")]
    pub(crate) threshold: Option<usize>,

    /// A key that signs plugins, and until when; may be repeated; the keys above without it
    #[arg(long = "release-key", value_name = "KEY[=EXPIRES]")]
    pub(crate) release_keys: Vec<String>,

    /// How many of the keys that sign plugins must sign
    #[arg(long, value_name = "N")]
    pub(crate) release_threshold: Option<usize>,

    /// What its plugins may be granted at most: names of capabilities, `all` or `none`; all that this dbg has without it
    #[arg(long, value_name = "CAPABILITY,…", value_delimiter = ',')]
    pub(crate) ceiling: Vec<String>,

    /// A private key to sign it with now; may be repeated; the private ones among the keys above without it
    #[arg(long = "sign", value_name = "KEY")]
    pub(crate) sign: Vec<PathBuf>,

    /// The new file; VENDOR.root.json without it
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) passphrases: Passphrases,
}

/// Append a next version
#[derive(Debug, Args)]
pub(crate) struct RootNext {
    /// The vendor's file of roots; it is changed in place, whole or not at all
    pub(crate) file: PathBuf,

    /// A key that signs roots and revocations from now on, instead of all before; may be repeated
    #[arg(long = "key", value_name = "KEY", conflicts_with_all = ["add_keys", "remove_keys"])]
    pub(crate) keys: Vec<PathBuf>,

    /// A further key that signs roots and revocations; may be repeated
    #[arg(long = "add-key", value_name = "KEY")]
    pub(crate) add_keys: Vec<PathBuf>,

    /// A key that no longer does: a file, or its id; may be repeated
    #[arg(long = "remove-key", value_name = "KEY|ID")]
    pub(crate) remove_keys: Vec<String>,

    /// How many of these keys must sign
    #[arg(long, value_name = "N")]
    pub(crate) threshold: Option<usize>,

    /// A key that signs plugins from now on, instead of all before, and until when; may be repeated
    #[arg(long = "release-key", value_name = "KEY[=EXPIRES]", conflicts_with_all = ["add_release_keys", "remove_release_keys"])]
    pub(crate) release_keys: Vec<String>,

    /// A further key that signs plugins, and until when; may be repeated
    #[arg(long = "add-release-key", value_name = "KEY[=EXPIRES]")]
    pub(crate) add_release_keys: Vec<String>,

    /// A key that no longer signs plugins: a file, or its id; may be repeated
    #[arg(long = "remove-release-key", value_name = "KEY|ID")]
    pub(crate) remove_release_keys: Vec<String>,

    /// How many of the keys that sign plugins must sign
    #[arg(long, value_name = "N")]
    pub(crate) release_threshold: Option<usize>,

    /// What its plugins may be granted at most: names of capabilities, `all` or `none`
    #[arg(long, value_name = "CAPABILITY,…", value_delimiter = ',')]
    pub(crate) ceiling: Vec<String>,

    /// A key whose signatures no longer count, also on what it signed before: a file, or its id; may be repeated
    #[arg(long = "revoke-key", value_name = "KEY|ID")]
    pub(crate) revoke_keys: Vec<String>,

    /// A component that no longer counts, by its digest; may be repeated
    #[arg(long = "revoke", value_name = "DIGEST")]
    pub(crate) revoke: Vec<String>,

    /// The lowest sequence of a plugin that still counts; may be repeated
    #[arg(long = "minimum", value_name = "PLUGIN=N")]
    pub(crate) minimum: Vec<String>,

    /// A private key to sign it with now; may be repeated
    #[arg(long = "sign", value_name = "KEY", required = true)]
    pub(crate) sign: Vec<PathBuf>,

    /// Write all versions to this new file instead
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) passphrases: Passphrases,
}

/// Sign the newest version
#[derive(Debug, Args)]
pub(crate) struct RootSign {
    /// The vendor's file of roots; it is signed in place, whole or not at all
    pub(crate) file: PathBuf,

    /// The private key to sign with; may be repeated
    #[arg(long = "key", value_name = "KEY", required = true)]
    pub(crate) keys: Vec<PathBuf>,

    /// Do not ask
    #[arg(short, long)]
    pub(crate) yes: bool,

    #[command(flatten)]
    pub(crate) passphrases: Passphrases,
}

/// Show every version
#[derive(Debug, Args)]
pub(crate) struct RootShow {
    /// A vendor's file of roots
    pub(crate) file: PathBuf,

    /// How to print it
    #[arg(short, long, value_enum, default_value_t = ListFormat::Text)]
    pub(crate) output: ListFormat,
}
