//! The kernel's calls that are needed here, each with its one way of being called.

use core::ffi::{CStr, c_char, c_int};

/// The kernel's number of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Errno(pub c_int);

/// Why a wait for a signal was over.
pub(crate) enum Woken {
    ChildEnded,
    ToldToEnd,
    NoReason,
}

/// An open file, closed when it goes.
pub(crate) struct Fd(c_int);

impl Drop for Fd {
    fn drop(&mut self) {
        // SAFETY: the number is this value's own.
        unsafe { libc::close(self.0) };
    }
}

fn errno() -> Errno {
    // SAFETY: it points to this thread's own number.
    Errno(unsafe { *libc::__errno_location() })
}

fn checked(result: c_int) -> Result<c_int, Errno> {
    if result < 0 { Err(errno()) } else { Ok(result) }
}

/// Seconds on a clock that goes on while the machine sleeps.
pub(crate) fn now() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: it writes to the value that it is given.
    unsafe { libc::clock_gettime(libc::CLOCK_BOOTTIME, &raw mut time) };
    u64::try_from(time.tv_sec).unwrap_or(0)
}

/// Waits for a signal, for so many seconds at most. The signals are blocked from then on, so that none is lost between two waits.
pub(crate) fn wait_for_signal(seconds: u64) -> Woken {
    let wait = libc::timespec { tv_sec: i64::try_from(seconds).unwrap_or(i64::MAX), tv_nsec: 0 };
    // SAFETY: the set is made before it is read, and all pointers are to values of this function.
    let signal = unsafe {
        let mut set = core::mem::zeroed::<libc::sigset_t>();
        libc::sigemptyset(&raw mut set);
        for signal in [libc::SIGTERM, libc::SIGINT, libc::SIGHUP, libc::SIGCHLD] {
            libc::sigaddset(&raw mut set, signal);
        }
        libc::sigprocmask(libc::SIG_BLOCK, &raw const set, core::ptr::null_mut());
        libc::sigtimedwait(&raw const set, core::ptr::null_mut(), &raw const wait)
    };
    match signal {
        libc::SIGCHLD => Woken::ChildEnded,
        libc::SIGTERM | libc::SIGINT | libc::SIGHUP => Woken::ToldToEnd,
        _ => Woken::NoReason,
    }
}

/// Buries every child that has ended.
pub(crate) fn reap() {
    // SAFETY: no status is asked for.
    while unsafe { libc::waitpid(-1, core::ptr::null_mut(), libc::WNOHANG) } > 0 {}
}

/// The descriptors that a process starts with.
pub(crate) const STDIN: core::mem::ManuallyDrop<Fd> = core::mem::ManuallyDrop::new(Fd(0));
/// As [`STDIN`].
pub(crate) const STDOUT: core::mem::ManuallyDrop<Fd> = core::mem::ManuallyDrop::new(Fd(1));

impl Fd {
    pub(crate) fn open(path: &CStr, flags: c_int, mode: libc::mode_t) -> Result<Self, Errno> {
        // SAFETY: the path ends with a zero.
        checked(unsafe {
            libc::open(path.as_ptr(), flags | libc::O_CLOEXEC | libc::O_NOFOLLOW, libc::c_uint::from(mode))
        })
        .map(Self)
    }

    /// A file in memory that can be executed.
    pub(crate) fn in_memory() -> Result<Self, Errno> {
        let name = c"dbg-agent".as_ptr();
        // SAFETY: the name ends with a zero.
        let made = unsafe { libc::memfd_create(name, libc::MFD_CLOEXEC | libc::MFD_EXEC) };
        // A kernel before 6.3 does not know that a file may want to be executed, and lets every file be.
        let made = if made < 0 && errno().0 == libc::EINVAL {
            // SAFETY: as above.
            unsafe { libc::memfd_create(name, libc::MFD_CLOEXEC) }
        } else {
            made
        };
        checked(made).map(Self)
    }

    #[cfg(test)]
    pub(crate) fn from_owned(own: std::os::fd::OwnedFd) -> Self {
        use std::os::fd::IntoRawFd as _;
        Self(own.into_raw_fd())
    }

    pub(crate) fn size(&self) -> Result<u64, Errno> {
        // SAFETY: it writes to the value that it is given.
        let end = unsafe { libc::lseek(self.0, 0, libc::SEEK_END) };
        u64::try_from(end).map_err(|_| errno())
    }

    pub(crate) fn seek(&self, offset: u64) -> Result<(), Errno> {
        let offset = libc::off_t::try_from(offset).map_err(|_| Errno(libc::EOVERFLOW))?;
        // SAFETY: a number alone.
        if unsafe { libc::lseek(self.0, offset, libc::SEEK_SET) } < 0 { Err(errno()) } else { Ok(()) }
    }

    /// Reads some bytes; none at the end.
    pub(crate) fn read(&self, into: &mut [u8]) -> Result<usize, Errno> {
        loop {
            // SAFETY: at most so many bytes are written as there are.
            let read = unsafe { libc::read(self.0, into.as_mut_ptr().cast(), into.len()) };
            match usize::try_from(read) {
                Ok(read) => return Ok(read),
                Err(_) if errno().0 == libc::EINTR => {}
                Err(_) => return Err(errno()),
            }
        }
    }

    pub(crate) fn write_all(&self, mut bytes: &[u8]) -> Result<(), Errno> {
        while !bytes.is_empty() {
            // SAFETY: no more bytes are read than there are.
            let written = unsafe { libc::write(self.0, bytes.as_ptr().cast(), bytes.len()) };
            match usize::try_from(written) {
                Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
                Err(_) if errno().0 == libc::EINTR => {}
                Err(_) => return Err(errno()),
            }
        }
        Ok(())
    }

    pub(crate) fn make_executable(&self) -> Result<(), Errno> {
        // SAFETY: numbers alone.
        checked(unsafe { libc::fchmod(self.0, 0o755) }).map(drop)
    }

    /// Becomes the program in this file; returns only when that cannot be.
    pub(crate) fn execute(&self, arguments: *const *const c_char, environment: *const *const c_char) -> Errno {
        // SAFETY: both lists end with a null, as those that this program was started with.
        unsafe { libc::syscall(libc::SYS_execveat, self.0, c"".as_ptr(), arguments, environment, libc::AT_EMPTY_PATH) };
        errno()
    }
}

pub(crate) fn rename(from: &CStr, to: &CStr) -> Result<(), Errno> {
    // SAFETY: both paths end with a zero.
    checked(unsafe { libc::rename(from.as_ptr(), to.as_ptr()) }).map(drop)
}

pub(crate) fn unlink(path: &CStr) {
    // SAFETY: the path ends with a zero.
    unsafe { libc::unlink(path.as_ptr()) };
}

/// Becomes the program at this path; returns only when that cannot be.
pub(crate) fn execute(path: &CStr, arguments: *const *const c_char, environment: *const *const c_char) -> Errno {
    // SAFETY: the path ends with a zero, and both lists with a null, as those that this program was started with.
    unsafe { libc::execve(path.as_ptr(), arguments, environment) };
    errno()
}

/// Says on standard error why it ends.
pub fn complain(text: &str, errno: Option<Errno>) {
    let stderr = Fd(2);
    let mut digits = [0_u8; 12];
    let number = errno.map(|Errno(number)| decimal(number.unsigned_abs(), &mut digits));
    for part in [b"dbg-loader: ".as_slice(), text.as_bytes()] {
        let _untold = stderr.write_all(part);
    }
    if let Some(number) = number {
        let _untold = stderr.write_all(b", error ").and_then(|()| stderr.write_all(number));
    }
    let _untold = stderr.write_all(b"\n");
    // It is not ours to close.
    core::mem::forget(stderr);
}

fn decimal(mut number: u32, digits: &mut [u8; 12]) -> &[u8] {
    let mut at = digits.len();
    loop {
        at = at.saturating_sub(1);
        if let Some(digit) = digits.get_mut(at) {
            *digit = b'0' + u8::try_from(number % 10).unwrap_or(0);
        }
        number /= 10;
        if number == 0 || at == 0 {
            return digits.get(at..).unwrap_or_default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_people_read_them() {
        for number in [0, 7, 13, 4_294_967_295] {
            assert_eq!(decimal(number, &mut [0; 12]), number.to_string().as_bytes());
        }
    }
}
