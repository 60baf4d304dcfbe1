//! Where xtask put what is tested.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use tempfile::TempDir;

/// `dbg` itself, at a path that every user may run.
#[must_use]
pub fn dbg() -> &'static Path {
    static DBG: OnceLock<PathBuf> = OnceLock::new();
    DBG.get_or_init(|| {
        let built = built("DBG_BIN", "dbg");
        if is_open_to_all(&built) { built } else { copy(&built) }
    })
}

/// The folder of the stock plugins' files.
pub(crate) fn plugins() -> PathBuf {
    built("DBG_PLUGINS", "plugins")
}

/// The folder of the guests.
pub(crate) fn guests() -> PathBuf {
    built("DBG_GUESTS", "guests")
}

/// The folder of the guests in other languages, when xtask tried to build them.
pub(crate) fn languages() -> PathBuf {
    std::env::var_os("DBG_LANGUAGES")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/dist/languages"), PathBuf::from)
}

/// The folder of the agents, one an architecture that was built.
pub(crate) fn agents() -> PathBuf {
    built("DBG_AGENTS", "agents")
}

fn built(variable: &str, name: &str) -> PathBuf {
    let path = std::env::var_os(variable)
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/dist").join(name), PathBuf::from);
    path.canonicalize()
        .unwrap_or_else(|error| panic!("`{}` is missing ({error}); `cargo xtask test` builds it", path.display()))
}

/// Whether a user without rights gets through every folder on the way.
fn is_open_to_all(path: &Path) -> bool {
    path.ancestors().all(|part| part.metadata().is_ok_and(|metadata| metadata.mode() & 0o001 != 0))
}

fn copy(from: &Path) -> PathBuf {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let folder = tempfile::Builder::new().prefix("dbg-bin-").tempdir().expect("a temporary folder");
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).expect("our own folder");
        folder
    });
    let to = folder.path().join("dbg");
    std::fs::copy(from, &to).expect("the binary can be copied");
    to
}
