//! Where a cluster's files are, and the mark that there is one: names of links and control groups are the machine's, not a checkout's.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::files;
use crate::workspace::Workspace;

/// Says that a cluster is there or was, and in its one line where its files are.
const MARK: &str = "/run/dbg-cluster";
/// The last folders of every cluster's files.
const RUN: &str = "cluster/run";

/// The folders of this checkout's cluster.
pub(super) struct Place {
    /// The Go module.
    pub(super) module: PathBuf,
    /// The programs, kept from one cluster to the next.
    pub(super) programs: PathBuf,
    /// Certificates, configurations, logs: as long as the cluster.
    pub(super) run: PathBuf,
}

impl Place {
    pub(super) fn new(workspace: &Workspace) -> Self {
        let module = workspace.root.join("xtask/cluster");
        Self { module, programs: workspace.target.join("cluster/bin"), run: workspace.target.join(RUN) }
    }

    /// One of the parts, or `pause`.
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.programs.join(name)
    }

    /// A file of the running cluster.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.run.join(name)
    }

    /// The operator's own.
    pub(super) fn kubeconfig(&self) -> PathBuf {
        self.file("admin.kubeconfig")
    }

    /// Writes a file of the running cluster, and gives its path.
    pub(super) fn write(&self, name: &str, text: &str) -> Result<PathBuf> {
        let path = self.file(name);
        if let Some(folder) = path.parent() {
            files::make_folder(folder)?;
        }
        std::fs::write(&path, text).with_context(|| format!("cannot write `{}`", path.display()))?;
        Ok(path)
    }

    /// The last lines of logs, for an error: the files go when it is told.
    pub(super) fn last_words(&self, logs: &[&str]) -> String {
        let mut text = String::from("the cluster did not come up (`--keep` keeps all logs)");
        for log in logs {
            let said = std::fs::read(self.file(&format!("log/{log}.log"))).unwrap_or_default();
            let said = String::from_utf8_lossy(&said);
            text += &format!("; last of {log}: `{}`", said.lines().last().unwrap_or("nothing"));
        }
        text
    }

    /// What tells a whole cluster from one that is coming up or came up halfway.
    pub(super) fn is_whole(&self) -> bool {
        self.file("up").exists()
    }

    pub(super) fn set_whole(&self) -> Result<()> {
        self.write("up", "").map(drop)
    }

    /// Claims the machine's one cluster and makes its empty folder.
    pub(super) fn claim(&self) -> Result<()> {
        let text = format!("{}\n", self.run.display());
        std::fs::write(MARK, text).with_context(|| format!("cannot write `{MARK}`"))?;
        files::make_folder(&self.run)?;
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&self.run, std::fs::Permissions::from_mode(0o700))
            .with_context(|| format!("cannot close `{}` to others", self.run.display()))
    }
}

/// Where the files of this machine's cluster are, whole or not; none when there is no cluster.
pub(super) fn marked() -> Result<Option<PathBuf>> {
    match std::fs::read_to_string(MARK) {
        Ok(text) => {
            let path = PathBuf::from(text.trim_end());
            if !path.is_absolute() || !path.ends_with(RUN) {
                bail!("`{MARK}` names `{}`, no folder of a cluster; remove it", path.display());
            }
            Ok(Some(path))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read `{MARK}`")),
    }
}

/// Removes a cluster's files and then the mark.
pub(super) fn remove(run: &Path) -> Result<()> {
    gone(std::fs::remove_dir_all(run)).with_context(|| format!("cannot remove `{}`", run.display()))?;
    gone(std::fs::remove_file(MARK)).with_context(|| format!("cannot remove `{MARK}`"))
}

fn gone(removed: std::io::Result<()>) -> std::io::Result<()> {
    match removed {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Held by whoever changes the machine's cluster, until the last copy of the file is closed. It is a lock on a folder that is
/// always there: nothing has to be cleaned up after it.
pub(super) struct Lock(File);

impl Lock {
    pub(super) fn take() -> Result<Self> {
        let folder = Path::new("/run");
        let context = || format!("cannot lock `{}`", folder.display());
        let file = File::open(folder).with_context(context)?;
        if let Err(std::fs::TryLockError::WouldBlock) = file.try_lock() {
            eprintln!("waiting for another `cargo xtask cluster`");
            file.lock().with_context(context)?;
        }
        Ok(Self(file))
    }

    /// A second hold on the same lock, to be given to a child.
    pub(super) fn share(&self) -> Result<File> {
        self.0.try_clone().context("cannot copy the lock")
    }
}
