//! The build id: what tells two builds of `dbg` apart, in `dbg --version` and in the key of its code cache.
//!
//! A digest of the sources and the compiler, not a time or a commit: the same tree gives the same binary, also from an archive
//! without its history.

use std::process::Command;

use anyhow::Result;
use sha2::{Digest as _, Sha256};

use crate::workspace::Workspace;
use crate::{files, shell};

/// Everything that the binary is made from.
const SOURCES: [&str; 4] = ["host", "sdk", "plugins", "wit"];

/// 16 hexadecimal digits.
pub(crate) fn of(workspace: &Workspace) -> Result<String> {
    let mut digest = Sha256::new();
    digest.update(shell::output(Command::new("rustc").arg("-vV"))?);
    let mut paths = vec![workspace.root.join("Cargo.toml"), workspace.root.join("Cargo.lock")];
    for folder in SOURCES {
        paths.extend(files::walk(&workspace.root.join(folder))?);
    }
    for path in paths {
        if !path.extension().is_some_and(|it| ["rs", "toml", "wit", "lock"].iter().any(|one| it == *one)) {
            continue;
        }
        let name = path.strip_prefix(&workspace.root).unwrap_or(&path);
        digest.update(name.as_os_str().as_encoded_bytes());
        digest.update([0]);
        digest.update(files::read(&path)?);
        digest.update([0]);
    }
    Ok(hex(&digest.finalize()).chars().take(16).collect())
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
