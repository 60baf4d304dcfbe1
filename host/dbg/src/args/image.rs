//! `dbg image …`

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Carry the agent's image to where it is needed
#[derive(Debug, Subcommand)]
pub(crate) enum ImageCommand {
    /// Write the agent's image to a file, for an engine or a registry
    Save(ImageSave),
    /// Load the agent's image into the container engine
    #[command(after_help = "Example:\n  dbg image load\n\n`dbg run` loads it by itself when it is first needed")]
    Load,
}

/// Write the agent's image to a file, for an engine or a registry
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  dbg image save dbg.tar\n  dbg image save dbg-arm.tar --architecture aarch64\n  dbg image save site.tar --trust /etc/dbg\n\n\
                        The file is a docker archive and an OCI layout at once: `docker load -i`, `podman load -i`,\n\
                        `ctr image import` and `skopeo copy oci-archive:` take it. The same dbg writes the same bytes"
)]
pub(crate) struct ImageSave {
    /// The file; it must not be there yet
    pub(crate) file: PathBuf,

    /// Bake the trust and the policy of this folder into it, laid out as `/etc/dbg` is: its agent then runs nothing else, whatever an operator says
    #[arg(long, value_name = "DIR")]
    pub(crate) trust: Option<PathBuf>,

    /// For machines of this architecture: `x86_64` or `aarch64`; this machine's without it
    #[arg(long, value_name = "ARCHITECTURE")]
    pub(crate) architecture: Option<String>,
}
