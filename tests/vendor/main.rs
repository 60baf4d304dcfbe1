//! Keys, roots, signatures and who trusts them: the vendor's and the security officer's commands, as both use them.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "a test ends by panicking, and reads its own files and answers"
)]

mod key;
mod plugin;
mod revocation;
mod root;
mod rotation;
mod site;
mod story;
mod terminal;
mod trust;

use std::path::Path;

/// A file's bytes, to be compared with what they are later.
fn bytes(path: &Path) -> Vec<u8> {
    std::fs::read(path).expect("our own file")
}

/// What a home holds at its top, without what dbg keeps for itself.
fn listed(context: &dbg_tests::Context) -> Vec<String> {
    let entries = std::fs::read_dir(context.home.path()).expect("our own home").flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.retain(|name| !["config", "data", "cache"].contains(&name.as_str()));
    names.sort();
    names
}
