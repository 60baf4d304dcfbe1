//! Rust targets: the static one of this machine, the one of the checks, and how a missing one is added.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::shell;

/// What checks are built for.
pub(crate) const WASM: &str = "wasm32-wasip2";

/// The static Linux target of this machine's architecture.
pub(crate) fn musl() -> Result<String> {
    if !cfg!(target_os = "linux") {
        bail!("dbg is built on Linux; this is `{}`", std::env::consts::OS);
    }
    Ok(format!("{}-unknown-linux-musl", std::env::consts::ARCH))
}

/// Adds a target through rustup unless it is there.
pub(crate) fn ensure(triple: &str) -> Result<()> {
    if installed(triple)? {
        return Ok(());
    }
    if shell::which("rustup").is_none() {
        bail!(
            "the Rust target `{triple}` is missing, and rustup, which could add it, is not installed; \
             install Rust by rustup, or the target from where this Rust came"
        );
    }
    shell::run(Command::new("rustup").args(["target", "add", triple]))
        .with_context(|| format!("cannot add the Rust target `{triple}`"))
}

/// Whether the compiler that cargo would use has the target's standard library.
pub(crate) fn installed(triple: &str) -> Result<bool> {
    let mut rustc = Command::new("rustc");
    rustc.args(["--print", "target-libdir", "--target", triple]);
    let folder = shell::output(&mut rustc)?;
    Ok(Path::new(folder.trim()).is_dir())
}
