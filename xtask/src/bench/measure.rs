//! Running a command once for its time and peak memory, and what many such runs say together.

use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use wait4::Wait4 as _;

use crate::shell;

/// One run.
pub(super) struct Sample {
    /// From before the start to after the end of the process.
    pub(super) wall: Duration,
    /// The most memory the process had at once, in bytes; never less than `floor`.
    pub(super) peak_memory: u64,
    pub(super) status: ExitStatus,
    /// What it wrote to stdout.
    pub(super) stdout: String,
    /// What it wrote to stderr.
    pub(super) stderr: String,
}

/// Runs a command to its end. What it writes goes to files, so that nobody need read it meanwhile.
pub(super) fn once(command: &mut Command) -> Result<Sample> {
    let text = shell::shown(command);
    let context = || format!("cannot run `{text}`");
    let out = tempfile::NamedTempFile::new().with_context(context)?;
    let log = tempfile::NamedTempFile::new().with_context(context)?;
    command.stdin(Stdio::null());
    command.stdout(out.reopen().with_context(context)?).stderr(log.reopen().with_context(context)?);
    let start = Instant::now();
    let mut child = command.spawn().with_context(context)?;
    let ended = child.wait4().with_context(context)?;
    let wall = start.elapsed();
    let text_of = |file: &tempfile::NamedTempFile| {
        std::fs::read(file.path()).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    };
    let (stdout, stderr) = (text_of(&out).with_context(context)?, text_of(&log).with_context(context)?);
    Ok(Sample { wall, peak_memory: ended.rusage.maxrss, status: ended.status, stdout, stderr })
}

/// The least peak memory that can be measured, in bytes. A new process starts in its parent's memory, and the kernel counts that: man 2
/// getrusage (ru_maxrss).
pub(super) fn floor() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kibibytes = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
    kibibytes.and_then(|number| number.parse::<u64>().ok()).unwrap_or_default().saturating_mul(1024)
}

/// Median and spread of some durations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spread {
    pub(super) minimum: Duration,
    pub(super) median: Duration,
    pub(super) maximum: Duration,
}

impl Spread {
    /// None of no durations at all.
    pub(super) fn of(durations: &[Duration]) -> Option<Self> {
        let mut sorted = durations.to_vec();
        sorted.sort();
        Some(Self { minimum: *sorted.first()?, median: *sorted.get(sorted.len() / 2)?, maximum: *sorted.last()? })
    }

    /// How many times as long as `other`, by the medians.
    pub(super) fn ratio(self, other: Self) -> f64 {
        self.median.as_secs_f64() / other.median.as_secs_f64()
    }
}

impl std::fmt::Display for Spread {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let milliseconds = |duration: Duration| duration.as_secs_f64() * 1000.0;
        let Self { minimum, median, maximum } = *self;
        let [minimum, median, maximum] = [minimum, median, maximum].map(milliseconds);
        write!(formatter, "median {median:.2} ms ({minimum:.2}..{maximum:.2})")
    }
}

/// The machine in one line: processor, number of cores, kernel.
pub(super) fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let processors = read("/proc/cpuinfo");
    let model = processors.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("unknown processor", |(_, name)| name);
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    format!("{model}, {cores} cores, Linux {}", read("/proc/sys/kernel/osrelease").trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_is_minimum_median_and_maximum_whatever_the_order() {
        let durations = [3, 1, 2].map(Duration::from_millis);
        let spread = Spread::of(&durations).expect("not empty");
        assert_eq!(spread.to_string(), "median 2.00 ms (1.00..3.00)");
        assert_eq!(Spread::of(&[]), None);
    }

    #[test]
    fn this_process_has_memory() {
        assert!(floor() > 4096);
    }

    #[test]
    fn a_run_tells_exit_code_stderr_and_memory() {
        let sample = once(Command::new("sh").args(["-c", "echo said >&2; exit 3"])).expect("sh is there");
        assert_eq!(sample.status.code(), Some(3));
        assert_eq!(sample.stderr, "said\n");
        assert!(sample.peak_memory > 4096);
    }
}
