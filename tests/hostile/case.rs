//! What a case is: a name, what is expected, and the answer that is judged by it.

use dbg_tests::{Context, Output};

use crate::expected::Expected;

/// Makes a test of each case and lists their names. The body gets an empty [`Context`] and gives what `dbg` answered, or nothing
/// when this machine cannot run the case, which it has then said.
macro_rules! cases {
    ($($(#[$doc:meta])* $name:ident => $act:expr;)+) => {
        /// The cases of this file.
        pub(crate) const CASES: &[&str] = &[$(stringify!($name)),+];
        $(
            $(#[$doc])*
            #[test]
            fn $name() {
                $crate::case::judge(stringify!($name), $act);
            }
        )+
    };
}
pub(crate) use cases;

/// The folder of a case.
pub(crate) fn folder(name: &str) -> String {
    name.replace('_', "-")
}

/// Runs the case, compares, and looks for what was left behind.
pub(crate) fn judge(name: &str, act: impl FnOnce(&Context) -> Vec<Output>) {
    let expected = Expected::read(&folder(name));
    let context = Context::new();
    for output in act(&context) {
        expected.judge(&output);
    }
    context.nothing_is_left();
}
