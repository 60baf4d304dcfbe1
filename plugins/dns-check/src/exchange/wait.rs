//! Waiting for any of the sockets.

use std::io;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use super::engine::{Exchange, Ticket};
use super::pending::Stage;
use super::server::Which;

/// What became ready.
#[derive(Clone, Copy, Debug)]
pub(super) enum Source {
    Datagram { server: usize, which: Which },
    Stream(Ticket),
}

/// An operator who asks to stop is heard this soon.
const LONGEST: Duration = Duration::from_millis(200);

impl Exchange<'_> {
    /// Waits until a socket is ready or something is due. What is ready; none when the time is up.
    pub(super) fn wait(&self, until: Instant) -> io::Result<Vec<Source>> {
        let mut sources = Vec::new();
        let mut polled = Vec::new();
        for (server, one) in self.servers.iter().enumerate().filter(|(_, one)| one.under_way > 0) {
            for (which, socket) in one.sockets() {
                sources.push(Source::Datagram { server, which });
                polled.push(PollFd::new(socket, PollFlags::IN));
            }
        }
        for (ticket, pending) in self.pending.iter_under_way() {
            if let Stage::Stream(stream) = &pending.stage {
                sources.push(Source::Stream(ticket));
                let flags = if stream.waits_to_write() { PollFlags::OUT } else { PollFlags::IN };
                polled.push(PollFd::new(&stream.socket, flags));
            }
        }
        let left = until.saturating_duration_since(Instant::now()).min(LONGEST);
        let timeout = Timespec::try_from(left).map_err(|_| io::ErrorKind::InvalidInput)?;
        match poll(&mut polled, Some(&timeout)) {
            Ok(0) | Err(Errno::INTR) => return Ok(Vec::new()),
            Ok(_) => {}
            Err(error) => return Err(error.into()),
        }
        let ready: Vec<Source> = sources
            .iter()
            .zip(&polled)
            .filter(|(_, polled)| !polled.revents().is_empty())
            .map(|(source, _)| *source)
            .collect();
        // In wasip2 a socket that only has an error to tell makes `poll` return without a flag.
        Ok(if ready.is_empty() { sources } else { ready })
    }
}
