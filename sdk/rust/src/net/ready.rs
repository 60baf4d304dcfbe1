//! Waiting for sockets.

use std::io;
use std::os::fd::{AsRawFd, RawFd};
use std::time::Instant;

/// What to wait for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Interest {
    Read,
    Write,
}

/// Waits until the deadline for one socket. False when the time is up.
pub(super) fn wait(socket: &impl AsRawFd, interest: Interest, deadline: Instant) -> io::Result<bool> {
    Ok(!wait_any(&[socket.as_raw_fd()], interest, deadline)?.is_empty())
}

/// Waits until the deadline for any of several sockets. The positions of those that are ready, in order; none when the time is up.
pub(super) fn wait_any(sockets: &[RawFd], interest: Interest, deadline: Instant) -> io::Result<Vec<usize>> {
    let events = match interest {
        Interest::Read => libc::POLLIN,
        Interest::Write => libc::POLLOUT,
    };
    let mut polled: Vec<libc::pollfd> = sockets.iter().map(|fd| libc::pollfd { fd: *fd, events, revents: 0 }).collect();
    if polled.is_empty() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "there is no socket to wait for"));
    }
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        // Rounded up: else the last millisecond would be spent spinning.
        let milliseconds = libc::c_int::try_from(left.as_nanos().div_ceil(1_000_000)).unwrap_or(libc::c_int::MAX);
        let count = libc::nfds_t::try_from(polled.len()).unwrap_or(libc::nfds_t::MAX);
        // SAFETY: the pointer and the count are those of a live vector of `pollfd`, which nothing else touches during the call.
        let ready = unsafe { libc::poll(polled.as_mut_ptr(), count, milliseconds) };
        if ready > 0 {
            return Ok(polled.iter().enumerate().filter(|(_, one)| one.revents != 0).map(|(at, _)| at).collect());
        }
        if ready < 0 {
            let error = io::Error::last_os_error();
            if error.kind() != io::ErrorKind::Interrupted {
                return Err(error);
            }
        } else if left.is_zero() {
            return Ok(Vec::new());
        }
    }
}

/// Repeats what would block until it doesn't, or the deadline has passed. None when the time is up.
pub(super) fn retry<T>(
    socket: &impl AsRawFd,
    interest: Interest,
    deadline: Instant,
    mut attempt: impl FnMut() -> io::Result<T>,
) -> io::Result<Option<T>> {
    let mut is_last = false;
    loop {
        match attempt() {
            Ok(value) => return Ok(Some(value)),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                // A socket may be called ready and have nothing: past the deadline that is believed once.
                if is_last || !wait(socket, interest, deadline)? {
                    return Ok(None);
                }
                is_last = Instant::now() >= deadline;
            }
            Err(error) => return Err(error),
        }
    }
}
