//! A process that is always ended: waited for with a limit, and killed when its handle is dropped.

use std::io::{Read, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};
use wait4::Wait4 as _;

use crate::Output;

/// Of each stream at most this much is kept: a test must not fall over what it looks at.
const KEPT: usize = 64 << 20;

/// A started process whose streams are being read.
pub struct Running {
    child: Child,
    shown: String,
    started: Instant,
    streams: [Arc<Stream>; 2],
    ended: bool,
}

impl Running {
    /// Starts it; `input` is what it reads from stdin.
    #[must_use]
    pub fn start(mut command: Command, input: Option<Vec<u8>>) -> Self {
        let shown = shown(&command);
        command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        die_with_the_test(&mut command);
        let mut child = command.spawn().unwrap_or_else(|error| panic!("`{shown}` does not start: {error}"));
        let streams = [collect(child.stdout.take()), collect(child.stderr.take())];
        if let (Some(mut stdin), Some(input)) = (child.stdin.take(), input) {
            // Whoever ends without reading its input closes the pipe: no concern of ours.
            std::thread::spawn(move || stdin.write_all(&input).ok());
        }
        Self { child, shown, started: Instant::now(), streams, ended: false }
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        if let Some(pid) = pid(&self.child) {
            kill_process(pid, signal).expect("our own child takes a signal");
        }
    }

    /// Waits until this stands in its stdout; the test fails when it ends, or the limit is over, before that.
    pub fn wait_for(&self, text: &str, limit: Duration) {
        let [stdout, _] = &self.streams;
        let found = stdout.wait_until(limit, |bytes| String::from_utf8_lossy(bytes).contains(text));
        assert!(found, "`{}` never said `{text}`", self.shown);
    }

    /// Waits for the end, at most `limit`; after that the test fails, and says what the process said so far.
    #[must_use]
    pub fn wait(mut self, limit: Duration) -> Output {
        let in_time = wait_for_end(&self.child, limit);
        if !in_time {
            self.child.kill().ok();
        }
        let result = self.child.wait4().expect("a child can be waited for");
        self.ended = true;
        let took = self.started.elapsed();
        let [stdout, stderr] = self.streams.each_ref().map(|stream| stream.whole());
        let output = Output {
            command: std::mem::take(&mut self.shown),
            status: result.status,
            stdout,
            stderr,
            took,
            peak_memory: result.rusage.maxrss,
        };
        assert!(in_time, "still running after {limit:?}\n{output}");
        output
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.ended {
            self.child.kill().ok();
            self.child.wait().ok();
        }
    }
}

/// Lets the kernel kill the process when the thread of the test that started it ends, however it ends.
pub(crate) fn die_with_the_test(command: &mut Command) {
    // SAFETY: between fork and exec only one system call is made; it allocates nothing and takes no lock.
    unsafe {
        command.pre_exec(|| {
            rustix::process::set_parent_process_death_signal(Some(Signal::KILL)).map_err(std::io::Error::from)
        });
    }
}

/// Whether the child ended within the limit.
pub(crate) fn wait_for_end(child: &Child, limit: Duration) -> bool {
    let Some(handle) = pid(child).and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok()) else { return true };
    let end = Instant::now() + limit;
    loop {
        let left = end.saturating_duration_since(Instant::now());
        let timeout =
            Timespec { tv_sec: left.as_secs().try_into().unwrap_or(i64::MAX), tv_nsec: left.subsec_nanos().into() };
        let mut handles = [PollFd::new(&handle, PollFlags::IN)];
        match poll(&mut handles, Some(&timeout)) {
            Ok(0) => return false,
            Ok(_) => return true,
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => panic!("a child can be waited for: {error}"),
        }
    }
}

fn pid(child: &Child) -> Option<Pid> {
    i32::try_from(child.id()).ok().and_then(Pid::from_raw)
}

/// What a process wrote so far.
#[derive(Default)]
struct Stream {
    state: Mutex<Kept>,
    grown: Condvar,
}

#[derive(Default)]
struct Kept {
    bytes: Vec<u8>,
    ended: bool,
}

impl Stream {
    /// Waits for a condition; `false` when the stream ends or the limit is over before it holds.
    fn wait_until(&self, limit: Duration, condition: impl Fn(&[u8]) -> bool) -> bool {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let undecided = |kept: &mut Kept| !kept.ended && !condition(&kept.bytes);
        let waited = self.grown.wait_timeout_while(state, limit, undecided);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        condition(&state.bytes)
    }

    /// Everything, once the process has ended. A grandchild that keeps the stream open is not waited for long.
    fn whole(&self) -> Vec<u8> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.grown.wait_timeout_while(state, crate::LIMIT, |kept| !kept.ended);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut state.bytes)
    }

    /// Appends; nothing is the end.
    fn grow(&self, bytes: &[u8]) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let room = KEPT.saturating_sub(state.bytes.len());
        state.bytes.extend(bytes.iter().take(room));
        state.ended = bytes.is_empty();
        self.grown.notify_all();
    }
}

/// Reads a stream to its end, also beyond what is kept, so that the process never blocks on a full pipe.
fn collect(source: Option<impl Read + Send + 'static>) -> Arc<Stream> {
    let stream = Arc::new(Stream::default());
    let Some(mut source) = source else { return stream };
    let filled = Arc::clone(&stream);
    std::thread::spawn(move || {
        let mut buffer = vec![0; 1 << 16];
        loop {
            let length = source.read(&mut buffer).unwrap_or(0);
            filled.grow(buffer.get(..length).unwrap_or_default());
            if length == 0 {
                return;
            }
        }
    });
    stream
}

/// The command as a person would type it.
fn shown(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}
