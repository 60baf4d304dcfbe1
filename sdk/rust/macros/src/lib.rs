//! The macros behind `dbg-sdk`: they turn a documented struct and a documented function into a check and its declaration.
//!
//! Knows the form of the declaration and how a user types each kind of value, so that a mistake is a compile error at its own line.
//! Must never know the host: what is accepted here is judged again there, at every load.

mod check;
mod docs;
mod field;
mod grant;
mod json;
mod kind;
mod limits;
mod literal;
mod name;
mod parameter;
mod parameters;
mod value;

use proc_macro::TokenStream;

/// Makes a struct the parameters of a check: each field one parameter, its doc comment the parameter's documentation.
///
/// `#[parameter(...)]` on a field takes:
///
/// | option | for | meaning |
/// |---|---|---|
/// | `name = "…"` | all | the name a user types; else the field's, with `-` for `_` |
/// | `default = …` | all but `Option` and secrets | one value, or `[…]` for a `Vec`, as a user would type it |
/// | `min = …`, `max = …` | integers, `Duration`, `Size`, `String` (characters) | bounds, both included |
/// | `choices = […]` | `String` | what may be given, in any case; it arrives spelled as here |
/// | `default_port = …` | `Address` | the port of an address that names none |
/// | `required` | `Vec` | at least one value |
/// | `max_values = …` | `Vec` | 64 unless said otherwise |
///
/// A plain field without default is required; `bool` is `false` unless said otherwise; `Option` may be left out, `Vec` may be empty.
/// The struct also gets `defaults()`, which takes the required parameters as arguments and fills in the rest.
#[proc_macro_derive(Parameters, attributes(parameter))]
pub fn derive_parameters(input: TokenStream) -> TokenStream {
    parameters::expand(input.into()).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Makes a function a check that `plugin!` can list.
///
/// The function is `fn(Parameters, &Run) -> Result<(), Failure>`, or `fn(&Run) -> …` for a check without parameters. Its doc comment is the
/// check's documentation, the first line the summary.
///
/// - `name = "dns-check"`; else the function's name, with `-` for `_`
/// - `grant(capability = "sockets", bounds = ["udp:resolvers"], reason = "…")`, once a capability; with `optional` the check runs without it too
/// - `limits(time = "30s", memory = "32MiB")`
#[proc_macro_attribute]
pub fn check(arguments: TokenStream, item: TokenStream) -> TokenStream {
    check::expand(arguments.into(), item.into()).unwrap_or_else(syn::Error::into_compile_error).into()
}
