//! Small files of the kernel, read once.

use dbg_sdk::files;

/// Longer than any of them that one value is read of.
const VALUE: usize = 4 << 10;
/// Longer than any of them that has many lines.
const TABLE: usize = 256 << 10;

/// The one value of a file; none where it cannot be read.
pub(crate) fn value(path: &str) -> Option<String> {
    let text = files::read(path, VALUE).ok()?;
    Some(String::from_utf8_lossy(&text.bytes).trim().to_owned())
}

/// A file of lines.
pub(crate) fn table(path: &str) -> Option<String> {
    let text = files::read(path, TABLE).ok()?;
    Some(String::from_utf8_lossy(&text.bytes).into_owned())
}

/// The number in front of a file.
pub(crate) fn number(path: &str) -> Option<u64> {
    value(path)?.split_whitespace().next()?.parse().ok()
}

/// The value behind `name:` or `name=` in a file of lines.
pub(crate) fn field(table: &str, name: &str) -> Option<String> {
    let rest = table.lines().find_map(|line| line.strip_prefix(name)?.trim_start().strip_prefix([':', '=']))?;
    Some(rest.trim().trim_matches('"').to_owned())
}
