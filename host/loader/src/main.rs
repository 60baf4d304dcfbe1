//! The loader as a program. It is started by `dbg` in a pod: `park SECONDS`, or `load FOLDER WORD…` with the words that the agent is started with.
#![no_std]
#![no_main]

use core::ffi::{CStr, c_char, c_int};

use dbg_loader::{complain, load, park};

/// What a wrong command line ends with, and a loader that could not load.
const USAGE: c_int = 2;
const FAILED: c_int = 126;

unsafe extern "C" {
    static environ: *const *const c_char;
}

#[panic_handler]
fn panicked(_: &core::panic::PanicInfo<'_>) -> ! {
    complain("it broke off", None);
    // SAFETY: it does not return.
    unsafe { libc::abort() }
}

/// Where the C library starts a program.
#[unsafe(no_mangle)]
extern "C" fn main(count: c_int, words: *const *const c_char) -> c_int {
    // SAFETY: the C library hands over so many words, each ending with a zero.
    let word = |at: c_int| (at < count).then(|| unsafe { CStr::from_ptr(*words.offset(at as isize)) });
    match (word(1).map(CStr::to_bytes), word(2)) {
        (Some(b"park"), Some(seconds)) => match seconds.to_str().ok().and_then(|text| text.parse().ok()) {
            Some(seconds) => {
                park(seconds);
                0
            }
            None => wrong(),
        },
        (Some(b"load"), Some(folder)) => {
            // SAFETY: the list has a null behind its last word; the folder's name stands where the agent looks for its own.
            let (text, errno) = load(folder, unsafe { words.offset(2) }, unsafe { environ }).words();
            complain(text, errno);
            FAILED
        }
        _ => wrong(),
    }
}

fn wrong() -> c_int {
    complain("it is called as `park SECONDS` or `load FOLDER WORD…`", None);
    USAGE
}
