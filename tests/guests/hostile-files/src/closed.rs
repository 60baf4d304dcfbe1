//! Handles in ways that the SDK does not allow, by its raw bindings. Each gives whether the host answered as the contract says, or
//! nothing when there was nothing to try it on.

use dbg_sdk::bindings::dbg::files::file_tree;
use dbg_sdk::bindings::dbg::files::files_types::{Error, ErrorCode};

pub(crate) fn file(path: &str) -> Option<bool> {
    let file = file_tree::open(path).ok()?;
    file.close();
    file.close();
    Some(is_closed(file.read(1)) && is_closed(file.seek(0)) && is_closed(file.stat()))
}

pub(crate) fn greedy(path: &str) -> Option<bool> {
    let file = file_tree::open(path).ok()?;
    let at_most_a_mebibyte = file.read(u32::MAX).is_ok_and(|bytes| bytes.len() <= 1 << 20);
    let nothing = file.read(0).is_ok_and(|bytes| bytes.is_empty());
    // Behind the end there is nothing; behind what a file system can address there is no offset.
    let behind_the_end = file.seek(1 << 40).is_ok() && file.read(1).is_ok_and(|bytes| bytes.is_empty());
    Some(at_most_a_mebibyte && nothing && behind_the_end && file.seek(u64::MAX).is_err())
}

pub(crate) fn not_a_file(folder: &str) -> Option<bool> {
    Some(file_tree::open(folder).is_err() && file_tree::read_link("").is_err() && file_tree::stat("\0", true).is_err())
}

fn is_closed<T>(result: Result<T, Error>) -> bool {
    matches!(result, Err(Error { code: ErrorCode::Closed, .. }))
}
