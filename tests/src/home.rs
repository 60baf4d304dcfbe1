//! A home of its own for each test: nothing of the machine's own `dbg` is seen or touched.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::is_root;

/// The user (and the group) without rights that `dbg` runs as when the tests are root: `nobody`.
/// As root `dbg` ignores `HOME` and the XDG variables by design, so it could not have a home of its own.
pub(crate) const NOBODY: u32 = 65_534;

/// A folder that is `HOME`, and the XDG folders in it.
pub struct Home {
    folder: TempDir,
}

impl Default for Home {
    fn default() -> Self {
        Self::new()
    }
}

impl Home {
    /// An empty home, in memory where that is possible, that the user of `dbg` owns.
    #[must_use]
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("dbg-test-").tempdir().expect("a temporary folder");
        let home = Self { folder };
        home.give(home.path());
        home
    }

    /// The folder itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Where the plugin store lies.
    #[must_use]
    pub fn store(&self) -> PathBuf {
        self.path().join("data/dbg")
    }

    /// Where compiled code is kept.
    #[must_use]
    pub fn cache(&self) -> PathBuf {
        self.path().join("cache/dbg")
    }

    /// Writes a file that the user of `dbg` may read, and gives its path.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).expect("a folder in our own home");
            self.give(folder);
        }
        std::fs::write(&path, bytes).expect("a file in our own home");
        self.give(&path);
        path
    }

    /// Makes the user of `dbg` the owner.
    pub fn give(&self, path: &Path) {
        if is_root() {
            std::os::unix::fs::chown(path, Some(NOBODY), Some(NOBODY)).expect("root gives its own files away");
        }
    }

    /// Sets the permissions of a path.
    pub fn mode(&self, path: &Path, mode: u32) {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("our own files");
    }

    /// Every file below the store and the cache, by its path below this home, sorted.
    #[must_use]
    pub fn kept(&self) -> Vec<String> {
        let mut found = Vec::new();
        for folder in [self.store(), self.cache()] {
            collect(&folder, self.path(), &mut found);
        }
        found.sort();
        found
    }

    /// The processes that were started with this home and still run.
    #[must_use]
    pub fn processes(&self) -> Vec<u32> {
        let home = format!("HOME={}", self.path().display());
        let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
        entries
            .flatten()
            .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
            .filter(|pid| {
                let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
                environment.split(|&byte| byte == 0).any(|variable| variable == home.as_bytes())
            })
            .collect()
    }
}

fn collect(folder: &Path, base: &Path, found: &mut Vec<String>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            collect(&path, base, found);
        } else {
            found.push(path.strip_prefix(base).unwrap_or(&path).display().to_string());
        }
    }
}
