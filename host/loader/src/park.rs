//! A container's first process: it says nothing, buries whoever dies, and ends when it is told or when its time is over.

use crate::sys;

/// Waits until a signal says to end, or for so many seconds. Called while there is one thread.
pub fn park(seconds: u64) {
    let end = sys::now().saturating_add(seconds);
    loop {
        let left = end.saturating_sub(sys::now());
        if left == 0 {
            return;
        }
        match sys::wait_for_signal(left) {
            sys::Woken::ChildEnded => sys::reap(),
            sys::Woken::ToldToEnd => return,
            sys::Woken::NoReason => {}
        }
    }
}
