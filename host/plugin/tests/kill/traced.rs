//! A process of our own that goes on by one system call at a time. Source: man 2 ptrace.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::acts::Act;

/// A writer that waits before its first system call.
pub(crate) struct Traced {
    child: Child,
    thread: libc::pid_t,
}

/// How a writer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Killed,
    ByItself,
}

/// In the writer: says which thread it is, and stops until the parent lets it go on.
pub(crate) fn be_traced() {
    // SAFETY: it takes no pointers, and asks the parent alone to trace this thread.
    let traced = unsafe { libc::ptrace(libc::PTRACE_TRACEME, 0, 0, 0) } == 0;
    // SAFETY: it takes nothing.
    let thread = unsafe { libc::gettid() };
    let mut stdout = std::io::stdout();
    writeln!(stdout, "thread {}", if traced { thread } else { 0 }).unwrap();
    stdout.flush().unwrap();
    // SAFETY: it takes a number, and stops this thread by a signal that it sends itself.
    unsafe { libc::raise(libc::SIGSTOP) };
}

impl Traced {
    /// Starts the writer; none where this machine lets nobody be traced, which is told as skipped.
    pub(crate) fn start(act: Act, folder: &Path) -> Option<Self> {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", crate::TEST, "--nocapture", "--test-threads=1"]);
        command.env("DBG_KILLED_ACT", format!("{act:?}")).env("DBG_KILLED_FOLDER", folder);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let said = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let thread = said.filter_map(|line| line.split_once("thread ")?.1.trim().parse().ok()).next().unwrap();
        if thread == 0 {
            child.kill().unwrap();
            child.wait().unwrap();
            skip("this machine lets no process be traced");
            return None;
        }
        let traced = Self { child, thread };
        assert_eq!(traced.wait(), Stop::Stopped, "it stops itself");
        Some(traced)
    }

    /// Lets it make so many system calls, and kills it before the next has an effect.
    pub(crate) fn kill_after(mut self, calls: usize) -> End {
        // It stops before a call and after it.
        for _ in 0..=calls * 2 {
            // SAFETY: the thread is our own traced one and stopped; no pointer is read for this request.
            assert_eq!(unsafe { libc::ptrace(libc::PTRACE_SYSCALL, self.thread, 0, 0) }, 0);
            if self.wait() == Stop::Gone {
                assert!(self.child.wait().unwrap().success(), "the writer fails by itself");
                return End::ByItself;
            }
        }
        self.child.kill().unwrap();
        while self.wait() == Stop::Stopped {}
        // The first to wait for a process takes its ending; it is ours already when its only thread was traced.
        let _taken = self.child.wait();
        End::Killed
    }

    fn wait(&self) -> Stop {
        let mut status = 0;
        // SAFETY: the pointer is to our own integer, which lives for the call.
        let waited = unsafe { libc::waitpid(self.thread, &raw mut status, libc::__WALL) };
        // The ending of a process's first thread can be taken by whoever waits for the process.
        if waited == self.thread && libc::WIFSTOPPED(status) { Stop::Stopped } else { Stop::Gone }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    Stopped,
    Gone,
}

/// Says that the test is skipped, as the end-to-end tests have it.
fn skip(reason: &str) {
    let line = format!("SKIPPED {}: {reason}\n", std::thread::current().name().unwrap_or("a test"));
    eprint!("{line}");
    if let Some(path) = std::env::var_os("DBG_SKIP_LOG") {
        let mut log = fs_err::OpenOptions::new().create(true).append(true).open(path).unwrap();
        log.write_all(line.as_bytes()).unwrap();
    }
}
