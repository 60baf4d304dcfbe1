//! Every number that bounds a session, each with its reason.

use std::time::Duration;

/// The largest event is a batch of rows: 16 MiB of cells by the report's budget, and as much again would be a fault.
pub(crate) const MAX_FRAME: usize = 24 << 20;
/// A hello is two short words, and whoever sends it is not known yet.
pub(crate) const MAX_HELLO: usize = 1024;
/// The largest artifact measured is 60 MB: Python with its interpreter, compiled.
pub(crate) const MAX_CODE: u64 = 256 << 20;
/// The longest file of a component with its signature is 64 MiB and 64 KiB.
pub(crate) const MAX_FILE: u64 = 65 << 20;
/// A command line names some tens of plugins.
pub(crate) const MAX_CODES: usize = 256;
/// Runs of one session at once: a command line names some hundreds of checks. How many there are in all is not bounded, since only the
/// number of the last one is kept.
pub(crate) const MAX_RUNS: usize = 4096;
/// A request or an answer of a reverse call: a page of a listing or of a log. More is asked for in pages.
pub(crate) const MAX_CALL: usize = 1 << 20;
/// Reverse calls in flight in one session: each holds at most [`MAX_CALL`] twice at the operator.
pub(crate) const MAX_CALLS: usize = 16;

/// Plain bytes in one record. Noise allows 65,519; a thousand sessions that send at once hold one record each.
pub(crate) const RECORD: usize = 16 * 1024;
/// Pieces of code are small enough that a ping or a cancel between two of them is soon heard, and that one with its head fits into
/// what a reader claims at once: its buffers then never grow. They are not copied to be sent.
pub(crate) const CODE_PIECE: usize = 64 * 1024 - 64;
/// What code may claim at once when its first bytes come: more than the code of a compiled check has; the rest is claimed as it comes.
pub(crate) const CODE_CLAIM: usize = 4 << 20;
/// What an unencrypted session writes at once at most: what a pipe of the kernel holds.
pub(crate) const WRITE: usize = 64 * 1024;
/// Frames that wait to be sent, and frames that wait to be obeyed. Two: one is made while the other is on its way.
pub(crate) const FRAMES_IN_FLIGHT: usize = 2;
/// Events of one run, and of all runs, that wait for the stream; a run that is ahead of the operator waits too.
pub(crate) const EVENTS_IN_FLIGHT: usize = 64;
/// Bytes of sealed records that are written at once: what engines and pipes pass on in one piece.
pub(crate) const BATCH: usize = 32 * 1024;
/// What an idle session may keep of a buffer that was once larger.
pub(crate) const KEPT: usize = 4096;

/// Whoever has said nothing for this long says that it is there. Load balancers cut what was silent for a minute.
pub(crate) const PING: Duration = Duration::from_secs(15);
/// Whoever has said nothing for this long is gone: two pings were missed. The same for one that takes nothing.
pub(crate) const HEARTBEAT: Duration = Duration::from_secs(30);
/// A cancelled run has a second to end; a slow link may take as long again, twice.
pub(crate) const GRACE: Duration = Duration::from_secs(5);
/// How long either side listens on after both have said bye. A socket that is closed with unread bytes in it is reset, and the
/// other side might never read our last frame.
pub(crate) const LINGER: Duration = Duration::from_millis(250);
