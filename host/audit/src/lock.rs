//! The lock that lets one process at a time append.

use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use crate::LogFault;

/// A writer takes milliseconds; whoever holds it longer hangs.
const PATIENCE: Duration = Duration::from_secs(5);

/// Held until it is dropped.
pub(crate) struct Lock<F: AsFd>(F);

impl<F: AsFd> Lock<F> {
    pub(crate) fn take(file: F) -> Result<Self, LogFault> {
        let end = Instant::now() + PATIENCE;
        loop {
            match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => return Ok(Self(file)),
                Err(Errno::WOULDBLOCK | Errno::INTR) if Instant::now() < end => {
                    std::thread::sleep(Duration::from_millis(2));
                }
                Err(Errno::WOULDBLOCK | Errno::INTR) => return Err(LogFault::Locked { seconds: PATIENCE.as_secs() }),
                Err(error) => return Err(LogFault::Io { act: "it cannot be locked", source: error.into() }),
            }
        }
    }
}

impl<F: AsFd> Drop for Lock<F> {
    fn drop(&mut self) {
        // Closing the file unlocks it too.
        let _ = flock(&self.0, FlockOperation::Unlock);
    }
}
