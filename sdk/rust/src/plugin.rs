//! A plugin: some checks, their declaration in one section, and one function that the host calls.

use crate::parameter::Arguments;
use crate::{Failure, Run};

/// What `#[check]` makes beside a function, under the function's name.
#[diagnostic::on_unimplemented(message = "`{Self}` is no check", label = "put `#[check(...)]` on this function")]
pub trait Check {
    /// The name in the declaration.
    const NAME: &'static str;
    /// Its line of the declaration, in pieces.
    const DECLARATION: &'static [&'static str];
    /// Takes the parameters from the arguments and runs it.
    ///
    /// # Errors
    /// What the check itself answers, or that an argument is missing.
    fn run(arguments: Arguments, run: &Run) -> Result<(), Failure>;
}

/// A check's name and function, as `plugin!` lists them.
#[doc(hidden)]
pub type Entry = (&'static str, fn(Arguments, &Run) -> Result<(), Failure>);

/// Makes a plugin of one or several checks. Once in a crate; the plugin's name, version and description are the crate's.
#[macro_export]
macro_rules! plugin {
    ($($check:ty),+ $(,)?) => {
        const _: () = {
            const HEAD: [&str; 3] = [
                ::core::env!("CARGO_PKG_NAME"),
                ::core::env!("CARGO_PKG_VERSION"),
                ::core::env!("CARGO_PKG_DESCRIPTION"),
            ];
            const CHECKS: &[&[&str]] = &[$(<$check as $crate::Check>::DECLARATION),+];
            const ENTRIES: &[$crate::__private::Entry] =
                &[$((<$check as $crate::Check>::NAME, <$check as $crate::Check>::run)),+];
            const LENGTH: usize = $crate::__private::length(HEAD, CHECKS);

            ::core::assert!(
                $crate::__private::is_plugin_name(HEAD[0]),
                "the plugin is named as its crate: lower-case letters, digits and `-` inside, a letter first, at most 64 bytes"
            );
            ::core::assert!(
                $crate::__private::names_differ(&[$(<$check as $crate::Check>::NAME),+]),
                "two checks of this plugin have the same name"
            );

            // Natively too, so that a test build finds the same faults.
            #[cfg_attr(target_arch = "wasm32", used, unsafe(link_section = "dbg:checks"))]
            static SECTION: [u8; LENGTH] = $crate::__private::write(HEAD, CHECKS);
            let _ = (&SECTION, ENTRIES);

            #[cfg(target_arch = "wasm32")]
            $crate::__export_plugin!(ENTRIES);
        };
    };
}

/// The export of the contract; apart from [`plugin!`] because natively there is none.
#[cfg(target_arch = "wasm32")]
#[doc(hidden)]
#[macro_export]
macro_rules! __export_plugin {
    ($entries:expr) => {
        struct Plugin;

        impl $crate::__private::guest::Guest for Plugin {
            fn run(
                check: ::std::string::String,
                arguments: ::std::vec::Vec<$crate::__private::guest::Arg>,
            ) -> ::core::result::Result<(), $crate::__private::guest::Failure> {
                $crate::__private::guest::dispatch($entries, &check, arguments)
            }
        }

        $crate::bindings::export!(Plugin with_types_in $crate::bindings);
    };
}

#[cfg(target_arch = "wasm32")]
#[doc(hidden)]
pub mod guest {
    //! What the exported function is made of.
    use super::Entry;
    pub use crate::bindings::exports::dbg::check::guest::{Arg, Failure, Guest};
    use crate::parameter::Arguments;
    use crate::{FailureCode, Run};

    /// Runs the check of that name.
    ///
    /// # Errors
    /// What the check answers, or that there is none.
    pub fn dispatch(entries: &[Entry], check: &str, arguments: Vec<Arg>) -> Result<(), Failure> {
        let Some((_, run)) = entries.iter().find(|(name, _)| *name == check) else {
            let text = format!("this plugin has no check `{check}`");
            return Err(crate::Failure::new(FailureCode::NoSuchCheck, text).into());
        };
        run(Arguments::new(arguments), &Run::new()).map_err(Failure::from)
    }
}
