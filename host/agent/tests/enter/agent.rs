//! The agent as a child of this test.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};

use command_fds::{CommandFdExt as _, FdMapping};
use dbg_agent::{Entry, FileReach, WatchesProcesses};
use dbg_session::{AgentFacts, Operator, Security};

pub(crate) const NOBODY: u32 = 65_534;

/// What joins nothing and keeps nothing.
pub(crate) fn entry() -> Entry {
    Entry {
        operator: std::process::id(),
        joins: Vec::new(),
        root: None,
        etc: None,
        keep: BTreeSet::new(),
        files: FileReach::System,
        watches_processes: WatchesProcesses::No,
    }
}

/// A started agent, killed when it is dropped.
pub(crate) struct Agent {
    child: Child,
    session: Option<UnixStream>,
}

/// Who the agent is started as.
#[derive(Clone, Copy)]
pub(crate) enum User {
    Own,
    Nobody,
}

impl Agent {
    /// Starts it with these descriptors at these numbers.
    pub(crate) fn start(entry: &Entry, descriptors: Vec<(i32, OwnedFd)>) -> Self {
        Self::start_with(&entry.to_argument(), descriptors, User::Own)
    }

    pub(crate) fn start_with(argument: &str, descriptors: Vec<(i32, OwnedFd)>, user: User) -> Self {
        let (near, far) = UnixStream::pair().unwrap();
        let mut agent = Self::over(OwnedFd::from(far).into(), argument, descriptors, user);
        agent.session = Some(near);
        agent
    }

    /// Starts it with something else as its descriptor 0.
    pub(crate) fn over(input: Stdio, argument: &str, descriptors: Vec<(i32, OwnedFd)>, user: User) -> Self {
        let copy = tempfile::tempdir().unwrap();
        let mut command = Command::new(program(user, &copy));
        command.args(["enter", argument]).stdin(input).stdout(Stdio::null()).stderr(Stdio::piped()).env_clear();
        let mappings = descriptors.into_iter().map(|(child_fd, parent_fd)| FdMapping { parent_fd, child_fd });
        command.fd_mappings(mappings.collect()).unwrap();
        if let User::Nobody = user {
            command.uid(NOBODY).gid(NOBODY);
        }
        Self { child: command.spawn().unwrap(), session: None }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Says hello over the session and hears the agent's.
    pub(crate) async fn hello(&mut self) -> (Operator, AgentFacts) {
        let stream = self.session.take().unwrap();
        stream.set_nonblocking(true).unwrap();
        let stream = tokio::net::UnixStream::from_std(stream).unwrap();
        match Operator::connect(stream, Security::Process, "test").await {
            Ok(answered) => answered,
            Err(error) => panic!("{error}: {}", self.said()),
        }
    }

    /// Closes the operator's end.
    pub(crate) fn hang_up(&mut self) {
        self.session = None;
    }

    /// What it wrote to standard error, until its end.
    pub(crate) fn said(&mut self) -> String {
        let mut said = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        said
    }

    pub(crate) fn end(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    /// A file of its directory in /proc.
    pub(crate) fn proc(&self, file: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/{file}", self.id()))
    }

    /// A field of its status.
    pub(crate) fn status(&self, field: &str) -> String {
        let status = fs_err::read_to_string(self.proc("status")).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
        line.unwrap_or_else(|| panic!("no `{field}` in\n{status}")).trim().to_owned()
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        // One that has ended already is no error of the test.
        let _ended = self.child.kill();
        let _ended = self.child.wait();
    }
}

/// Where the agent is; for another user a copy that he can reach.
fn program(user: User, copy: &tempfile::TempDir) -> PathBuf {
    let built = PathBuf::from(env!("CARGO_BIN_EXE_dbg-agent"));
    match user {
        User::Own => built,
        User::Nobody => {
            rustix::fs::chmod(copy.path(), 0o755.into()).unwrap();
            let program = copy.path().join("dbg-agent");
            fs_err::copy(built, &program).unwrap();
            program
        }
    }
}

/// Runs what awaits in the thread of the test: the agent ends with the thread that started it.
pub(crate) fn here<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}
