//! The exit codes that `dbg --help` promises.

/// Every check passed.
pub const PASS: i32 = 0;
/// `dbg` itself failed.
pub const ERROR: i32 = 1;
/// The command line is wrong.
pub const USAGE: i32 = 2;
/// A check found what does not work.
pub const FAIL: i32 = 3;
/// A check found what should be looked after.
pub const WARN: i32 = 4;
/// A check could not be done.
pub const UNKNOWN: i32 = 5;
/// The operator pressed Ctrl-C.
pub const INTERRUPTED: i32 = 130;
