//! A context to run `dbg` in: its own home, its own user, nothing inherited from who runs the tests.

use std::ffi::{OsStr, OsString};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::home::NOBODY;
use crate::{Guest, Home, LIMIT, Namespace, Output, Running, binary, is_root};

/// A home, and optionally a namespace. Every test makes its own.
#[derive(Default)]
pub struct Context {
    /// Where this context's store, cache and files are.
    pub home: Home,
    namespace: Option<Namespace>,
}

impl Context {
    /// A context on this machine as it is. As root, `dbg` runs as `nobody`.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A context within a namespace that has its own network and its own `/etc/resolv.conf`.
    #[must_use]
    pub fn within(namespace: Namespace) -> Self {
        Self { home: Home::new(), namespace: Some(namespace) }
    }

    /// `dbg` with these arguments.
    pub fn dbg(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Invocation<'_> {
        let arguments = arguments.into_iter().map(|argument| argument.as_ref().to_owned()).collect();
        Invocation {
            context: self,
            arguments,
            variables: Vec::new(),
            input: None,
            limit: LIMIT,
            as_root: false,
            in_user_namespace: false,
        }
    }

    /// `dbg` with these words, split at spaces: for command lines that a person would type.
    #[must_use]
    pub fn type_in(&self, line: &str) -> Invocation<'_> {
        self.dbg(line.split_whitespace())
    }

    /// `dbg run --plugin GUEST --allow-unsigned WORDS…`.
    #[must_use]
    pub fn run_guest(&self, guest: &str, words: &[&str]) -> Invocation<'_> {
        let file = self.guest(guest);
        let mut arguments: Vec<OsString> =
            vec!["run".into(), "--allow-unsigned".into(), "--plugin".into(), file.into()];
        arguments.extend(words.iter().map(OsString::from));
        self.dbg(arguments)
    }

    /// A guest, at a path where `dbg` can read it.
    #[must_use]
    pub fn guest(&self, name: &str) -> PathBuf {
        self.home.write(&format!("{name}.wasm"), Guest::named(name).bytes())
    }

    /// A stock plugin's file, at a path where `dbg` can read it.
    #[must_use]
    pub fn stock(&self, name: &str) -> PathBuf {
        self.home.write(&format!("{name}.wasm"), Guest::stock(name).bytes())
    }

    /// Acts with this context's namespace.
    #[track_caller]
    pub fn in_namespace<T>(&self, act: impl FnOnce(&Namespace) -> T) -> T {
        act(self.namespace.as_ref().expect("this context has a namespace"))
    }

    /// No process of this context runs any more, and neither store nor cache holds a half-written file.
    #[track_caller]
    pub fn nothing_is_left(&self) {
        assert_eq!(self.home.processes(), [0_u32; 0], "processes of this home still run");
        let left: Vec<String> = self.home.kept().into_iter().filter(|path| !is_expected(path)).collect();
        assert_eq!(left, [""; 0], "these files were left behind");
    }
}

/// Whether the store or the cache may hold this once nothing is running.
fn is_expected(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let ending = name.rsplit('.').next().unwrap_or(name);
    if path.contains("data/dbg/") {
        return (path.contains("/components/") && ending == "wasm")
            || (path.contains("/plugins/") && ending == "json")
            || name == "lock";
    }
    !name.contains("tmp") && !name.starts_with(".tmp")
}

/// `dbg` about to be run.
pub struct Invocation<'context> {
    context: &'context Context,
    arguments: Vec<OsString>,
    variables: Vec<(OsString, OsString)>,
    input: Option<Vec<u8>>,
    limit: Duration,
    as_root: bool,
    in_user_namespace: bool,
}

impl Invocation<'_> {
    /// One more argument.
    #[must_use]
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    /// More arguments.
    #[must_use]
    pub fn args(self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        arguments.into_iter().fold(self, Self::arg)
    }

    /// What it reads from stdin; else stdin is empty.
    #[must_use]
    pub fn input(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.input = Some(bytes.into());
        self
    }

    /// An environment variable.
    #[must_use]
    pub fn variable(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.variables.push((name.into(), value.as_ref().to_owned()));
        self
    }

    /// As root instead of `nobody`; only within a namespace that hides the machine's own store.
    #[must_use]
    pub fn as_root(mut self) -> Self {
        self.as_root = true;
        self
    }

    /// As the root of a user namespace of its own, who is nobody outside of it; with a network of its own.
    #[must_use]
    pub fn in_user_namespace(mut self) -> Self {
        self.in_user_namespace = true;
        self
    }

    /// How long it may take at most.
    #[must_use]
    pub fn within(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Runs it to its end.
    #[must_use]
    #[track_caller]
    pub fn run(self) -> Output {
        let limit = self.limit;
        let is_for_people =
            !self.arguments.iter().any(|argument| argument == "json" || argument == "ndjson" || argument == "junit");
        let output = self.start().wait(limit);
        output.judge(is_for_people);
        output
    }

    /// Starts it, to be signalled or waited for.
    #[must_use]
    pub fn start(self) -> Running {
        let input = self.input.clone();
        Running::start(self.command(), input)
    }

    /// The command itself, for tests that need its streams.
    #[must_use]
    pub fn command(self) -> Command {
        let home = self.context.home.path();
        let unprivileged = is_root() && !self.as_root;
        let program = if self.in_user_namespace { Path::new("unshare") } else { binary::dbg() };
        let mut command = match &self.context.namespace {
            Some(namespace) => namespace.command(program, unprivileged),
            None => {
                let mut command = Command::new(program);
                if unprivileged {
                    command.uid(NOBODY).gid(NOBODY);
                }
                command
            }
        };
        if self.in_user_namespace {
            command.args(["--map-root-user", "--net", "--"]).arg(binary::dbg());
        }
        command.args(&self.arguments).current_dir(home).env_clear();
        command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("HOME", home);
        for (name, folder) in [("XDG_DATA_HOME", "data"), ("XDG_CACHE_HOME", "cache"), ("XDG_CONFIG_HOME", "config")] {
            command.env(name, home.join(folder));
        }
        command.envs(self.variables);
        command
    }
}
