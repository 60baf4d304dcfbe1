//! The log of who ran what where, with which grants: appended, chained by digests, and verified.
//!
//! This room knows lines, a file and the machine's syslog. It must never know how something is run: whoever runs it tells what is to be written.
//! The chain shows that a line was changed, moved or taken out. That the end was cut off is shown by a [`Position`] that is kept elsewhere:
//! every report has one.

mod entry;
mod error;
mod json;
mod line;
mod lock;
mod log;
mod recorder;
mod syslog;
mod tail;
mod walk;

pub use self::syslog::{Socket, Syslog};
pub use entry::{
    Check, Dbg, Entry, Escalated, Intent, Outcome, Plan, Reason, Results, Sealed, Shell, TargetOutcome, Who,
};
pub use error::{AuditError, LogFault};
pub use line::{MAX_LINE, Position, Torn, digest, digest_of};
pub use log::{Appended, Log};
pub use recorder::{Recorded, Recorder, Sinks};
pub use walk::{Break, End, Seal, Walked, walk};
