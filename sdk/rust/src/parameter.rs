//! Parameters as they arrive: validated and defaulted by the host, one spelling a kind.

mod address;
mod arguments;
mod endpoint;
mod range;
mod secret;
mod size;

use std::time::Duration;

pub use address::Address;
pub use arguments::Arguments;
pub use endpoint::{Endpoint, Hosts};
pub use range::{AddressRange, PortRange, RangeError};
pub use secret::Secret;
pub use size::Size;

use crate::Failure;
use crate::host::check_types::Scalar;

/// The parameters of a check; `#[derive(Parameters)]` makes it. `()` for a check without.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no set of parameters",
    label = "put `#[derive(Parameters)]` on this struct"
)]
pub trait Parameters: Sized {
    /// The array of the declaration.
    const DECLARATION: &'static str;
    /// Name and kind of each.
    const KINDS: &'static [(&'static str, &'static str)];
    /// Takes them from the arguments.
    ///
    /// # Errors
    /// One is missing or of another kind than declared: the host did not keep to the declaration.
    fn from_arguments(arguments: Arguments) -> Result<Self, Failure>;
}

impl Parameters for () {
    const DECLARATION: &'static str = "[]";
    const KINDS: &'static [(&'static str, &'static str)] = &[];

    fn from_arguments(_: Arguments) -> Result<Self, Failure> {
        Ok(())
    }
}

/// A type that one value of a parameter can have. Closed: the kinds are the declaration's.
pub trait Value: Sized + sealed::Sealed {
    #[doc(hidden)]
    fn from_argument(argument: Argument) -> Option<Self>;
}

/// One value as it came from the host.
#[doc(hidden)]
#[derive(Debug)]
pub struct Argument(pub(crate) Scalar);

impl Argument {
    fn text(self) -> Option<String> {
        match self.0 {
            Scalar::Text(text) => Some(text),
            _ => None,
        }
    }

    fn parsed<T: std::str::FromStr>(self) -> Option<T> {
        self.text()?.parse().ok()
    }
}

mod sealed {
    /// Keeps `Value` closed.
    pub trait Sealed {}
}

macro_rules! value {
    ($($of:ty: $argument:ident => $read:expr;)+) => {$(
        impl sealed::Sealed for $of {}

        impl Value for $of {
            fn from_argument($argument: Argument) -> Option<Self> {
                $read
            }
        }
    )+};
}

macro_rules! integers {
    ($($of:ty),+) => {value! {$(
        $of: argument => match argument.0 {
            Scalar::Integer(value) => value.try_into().ok(),
            _ => None,
        };
    )+}};
}

integers!(i64, i32, u64, u32, usize, u16, u8);

value! {
    String: argument => argument.text();
    bool: argument => match argument.0 {
        Scalar::Boolean(value) => Some(value),
        _ => None,
    };
    Duration: argument => argument.text()?.strip_suffix("ns")?.parse().ok().map(Duration::from_nanos);
    Size: argument => argument.text()?.parse().ok().map(Size::from_bytes);
    Address: argument => argument.parsed();
    AddressRange: argument => argument.parsed();
    PortRange: argument => argument.parsed();
    Endpoint: argument => argument.parsed();
    Secret: argument => argument.text().map(Secret::new);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T: Value>(scalar: Scalar) -> Option<T> {
        T::from_argument(Argument(scalar))
    }

    #[test]
    fn each_kind_is_read_from_its_one_spelling() {
        assert_eq!(read::<Duration>(Scalar::Text("1500000ns".into())), Some(Duration::from_micros(1500)));
        assert_eq!(read::<Size>(Scalar::Text("4096".into())), Some(Size::from_bytes(4096)));
        assert_eq!(read::<u16>(Scalar::Integer(53)), Some(53));
        assert_eq!(read::<bool>(Scalar::Boolean(true)), Some(true));
    }

    #[test]
    fn another_spelling_is_refused_and_not_guessed() {
        assert_eq!(read::<Duration>(Scalar::Text("2s".into())), None);
        assert_eq!(read::<u16>(Scalar::Integer(70_000)), None);
        assert_eq!(read::<String>(Scalar::Integer(1)), None);
        assert_eq!(read::<bool>(Scalar::Real(1.0)), None);
    }
}
