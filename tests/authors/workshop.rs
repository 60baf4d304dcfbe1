//! A folder in which an author works: with this machine's cargo, which must not need the network, and with `dbg` on the path.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use std::time::Duration;

use dbg_tests::{Namespace, is_root, skip, tool};
use tempfile::TempDir;

/// An author's folder and tools. Cargo's own state is the machine's, all else is the folder's.
pub(crate) struct Workshop {
    folder: TempDir,
    cargo: PathBuf,
    dbg: PathBuf,
}

impl Workshop {
    /// `None`, said aloud, where there is no cargo or it cannot build checks.
    pub(crate) fn new() -> Option<Self> {
        let cargo = tool("cargo", "cargo")?;
        let libraries = Command::new("rustc").args(["--print", "target-libdir", "--target", "wasm32-wasip2"]).output();
        let has_target =
            libraries.is_ok_and(|output| Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir());
        if !has_target {
            skip("the Rust target `wasm32-wasip2` is missing; `rustup target add wasm32-wasip2` brings it");
            return None;
        }
        let folder = tempfile::Builder::new().prefix("dbg-author-").tempdir().expect("a temporary folder");
        let dbg = folder.path().join("bin/dbg");
        std::fs::create_dir(folder.path().join("bin")).expect("our own folder");
        std::fs::copy(dbg_tests::program(), &dbg).expect("the binary can be copied");
        std::fs::create_dir(folder.path().join("work")).expect("our own folder");
        Some(Self { folder, cargo, dbg })
    }

    /// Where the author works; empty at first.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    /// A program of the author's, in a folder below.
    pub(crate) fn command(&self, program: &str, folder: &str) -> Command {
        let home = std::env::var_os("HOME").unwrap_or_default();
        let mut command = Command::new(match program {
            "dbg" => &self.dbg,
            "cargo" => &self.cargo,
            other => Path::new(other),
        });
        let path = [self.folder.path().join("bin"), self.cargo.parent().unwrap_or(Path::new("/")).to_path_buf()];
        let path = path.into_iter().chain(["/usr/local/bin", "/usr/bin", "/bin"].map(PathBuf::from));
        command.current_dir(self.path().join(folder)).env("PATH", std::env::join_paths(path).expect("plain paths"));
        for variable in
            ["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET", "RUSTFLAGS", "RUSTC_WRAPPER", "CARGO_ENCODED_RUSTFLAGS"]
        {
            command.env_remove(variable);
        }
        // What cargo fetched for this repository is all that a new check needs.
        command.env("CARGO_NET_OFFLINE", "true").env("CARGO_HOME", cargo_home(Path::new(&home)));
        command.env("RUSTUP_HOME", std::env::var_os("RUSTUP_HOME").unwrap_or(Path::new(&home).join(".rustup").into()));
        for (name, folder) in [("XDG_DATA_HOME", "data"), ("XDG_CACHE_HOME", "cache"), ("XDG_CONFIG_HOME", "config")] {
            command.env(name, self.folder.path().join(folder));
        }
        command.stdin(Stdio::null());
        command
    }

    /// Runs a script of `sh` as the author would type it, up to the first command that fails. `None`, said aloud, where root cannot be given a machine
    /// without plugins.
    pub(crate) fn follows(&self, script: &str) -> Option<dbg_tests::Output> {
        let shell = self.command("sh", "");
        let variables = shell.get_envs().map(|(name, value)| match value {
            Some(value) => format!("export {}='{}'\n", name.display(), value.display()),
            None => format!("unset {}\n", name.display()),
        });
        let variables: String = variables.collect();
        let script = format!("set -e\ncd '{}'\n{variables}set -x\n{script}", self.path().display());
        if is_root() {
            let namespace = Namespace::new(NOTHING_OF_THE_MACHINE)?;
            return Some(namespace.start(&script).wait(PATIENCE));
        }
        let mut shell = Command::new("sh");
        shell.args(["-c", &script]);
        Some(dbg_tests::Running::start(shell, None).wait(PATIENCE))
    }

    /// Runs it to a good end.
    #[track_caller]
    pub(crate) fn succeeds(&self, program: &str, folder: &str, arguments: &[&str]) -> String {
        let output = self.command(program, folder).args(arguments).output().expect("it starts");
        assert!(output.status.success(), "`{program} {}` failed\n{}", arguments.join(" "), told(&output));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

/// What hides the machine's own plugins, trust and policy from root, who has no others.
const NOTHING_OF_THE_MACHINE: &str = "mount -t tmpfs none /var/lib; mount -t tmpfs none /var/cache; mkdir -p /var/lib/up /var/lib/work; \
    mount -t overlay -o lowerdir=/etc,upperdir=/var/lib/up,workdir=/var/lib/work overlay /etc; rm -rf /etc/dbg";

/// Two builds from nothing on a busy machine.
const PATIENCE: Duration = Duration::from_secs(900);

fn cargo_home(home: &Path) -> PathBuf {
    std::env::var_os("CARGO_HOME").map_or_else(|| home.join(".cargo"), PathBuf::from)
}

/// Both streams of a command.
pub(crate) fn told(output: &Output) -> String {
    format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
