//! Where passphrases come from: the same for every command that opens a private key.

use clap::Args;

/// Passphrases of private keys.
#[derive(Debug, Args)]
pub(crate) struct Passphrases {
    /// Where the passphrase of the private key is read from, when it is not to be asked for; given more than once, one for each key in the order in which
    /// they are named
    #[arg(long = "passphrase", value_name = "@FILE|env:NAME|-")]
    pub(crate) sources: Vec<String>,
}
