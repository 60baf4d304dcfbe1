//! Where what is measured runs: a folder of its own with a copy of `dbg` and an empty home, as a user without rights. So the
//! caches of whoever measures are neither used nor filled, and root's case is not taken for everybody's.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

/// The user and group `nobody`.
const NOBODY: u32 = 65_534;

/// The folder; it goes with the value.
pub(super) struct Stage {
    folder: tempfile::TempDir,
    dbg: PathBuf,
    user: Option<u32>,
}

impl Stage {
    /// Lays a copy of the binary into a new folder.
    pub(super) fn new(dbg: &Path) -> Result<Self> {
        let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
        let copy = folder.path().join("dbg");
        // Copied by the kernel: what this process holds in memory is the least that it can measure of another.
        std::fs::copy(dbg, &copy).with_context(|| format!("cannot copy `{}`", dbg.display()))?;
        let root = std::fs::metadata(folder.path()).is_ok_and(|it| it.uid() == 0);
        let stage = Self { folder, dbg: copy, user: root.then_some(NOBODY) };
        stage.give(stage.folder.path())?;
        Ok(stage)
    }

    /// Writes a file that the command may read, and gives its path.
    pub(super) fn file(&self, name: &str, bytes: &[u8]) -> Result<PathBuf> {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).with_context(|| format!("cannot write `{}`", path.display()))?;
        self.give(&path)?;
        Ok(path)
    }

    /// Where the copy lies.
    pub(super) fn program(&self) -> &Path {
        &self.dbg
    }

    /// `dbg`, with nothing of our environment that it could read.
    pub(super) fn dbg(&self) -> Command {
        let mut command = Command::new(&self.dbg);
        command.env_clear().env("HOME", self.folder.path()).current_dir("/");
        if let Some(user) = self.user {
            command.uid(user).gid(user);
        }
        command
    }

    fn give(&self, path: &Path) -> Result<()> {
        let context = || format!("cannot give `{}` away", path.display());
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700)).with_context(context)?;
        chown(path, self.user, self.user).with_context(context)
    }
}
