//! What a server says and does before anything is sent to it.

use std::os::fd::OwnedFd;
use std::time::Duration;

use dbg_capability::{Ending, Heard};
use rustix::io::Errno;
use rustix::net::{RecvFlags, recv};
use tokio::time::Instant;

/// Of all connections of a batch.
pub(super) const A_BATCH: usize = 1 << 20;

/// After a server's first byte: a greeting comes in one piece or in few.
pub(super) const AFTER_THE_FIRST: Duration = Duration::from_millis(100);

/// A made connection that is listened to.
#[derive(Debug)]
pub(super) struct Listening {
    /// What the connect took.
    pub(super) took_us: u32,
    since: Instant,
    said: Vec<u8>,
    first_us: Option<u32>,
}

/// Whether the listening goes on.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// As before.
    More,
    /// It spoke for the first time.
    Spoke,
    /// The listening ends.
    Over(Ending),
}

impl Listening {
    pub(super) fn new(took_us: u32, since: Instant) -> Self {
        Self { took_us, since, said: Vec::new(), first_us: None }
    }

    /// Takes all that the kernel has. `room` is what the batch may still keep.
    pub(super) fn hear(&mut self, socket: &OwnedFd, room: &mut usize) -> Step {
        let was_silent = self.first_us.is_none();
        let mut bytes = [0; Heard::MOST];
        loop {
            let space = bytes.get_mut(self.said.len()..).unwrap_or_default();
            match recv(socket, &mut *space, RecvFlags::DONTWAIT) {
                Ok((0, _)) => return Step::Over(Ending::Closed),
                Ok((count, _)) => {
                    let kept = count.min(*room);
                    self.said.extend(space.iter().take(kept));
                    *room -= kept;
                    self.first_us.get_or_insert_with(|| micros(self.since));
                    if self.said.len() == Heard::MOST || kept < count {
                        return Step::Over(Ending::Open);
                    }
                }
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) if was_silent && self.first_us.is_some() => return Step::Spoke,
                Err(Errno::AGAIN) => return Step::More,
                Err(errno) => return Step::Over(ending(errno).unwrap_or(Ending::Other)),
            }
        }
    }

    pub(super) fn over(self, ending: Ending) -> Heard {
        let Self { took_us: _, since, said, first_us } = self;
        Heard { said, ending, after_us: first_us.unwrap_or_else(|| micros(since)) }
    }
}

/// How an errno of a connection that was made says that the server ended it. Source: Linux, `tcp_reset`: a RST in answer to SYN is
/// ECONNREFUSED and never one of these.
pub(super) fn ending(errno: Errno) -> Option<Ending> {
    match errno {
        Errno::CONNRESET => Some(Ending::Reset),
        // A FIN, and then a RST.
        Errno::PIPE => Some(Ending::Closed),
        _ => None,
    }
}

/// Since then; saturates.
pub(super) fn micros(since: Instant) -> u32 {
    u32::try_from(since.elapsed().as_micros()).unwrap_or(u32::MAX)
}
