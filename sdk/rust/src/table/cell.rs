//! What fits into a cell of which column.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, SystemTime};

use super::column::{Boolean, Bytes, Integer, Kind, Real, Text, Times};
use crate::{Address, Time};

/// Fits into a column of kind `K`.
#[diagnostic::on_unimplemented(message = "a `{Self}` does not fit into a column of kind `{K}`")]
pub trait IntoCell<K: Kind> {
    /// The cell; none for one without a value.
    fn into_cell(self) -> Option<K::Cell>;
}

/// A cell without a value, in any column.
#[derive(Clone, Copy, Debug)]
pub struct Missing;

impl<K: Kind> IntoCell<K> for Missing {
    fn into_cell(self) -> Option<K::Cell> {
        None
    }
}

impl<K: Kind, T: IntoCell<K>> IntoCell<K> for Option<T> {
    fn into_cell(self) -> Option<K::Cell> {
        self.and_then(T::into_cell)
    }
}

macro_rules! cells {
    ($($kind:ty: $($of:ty),+ => |$value:ident| $cell:expr;)+) => {$($(
        impl IntoCell<$kind> for $of {
            fn into_cell(self) -> Option<<$kind as Kind>::Cell> {
                let $value = self;
                Some($cell)
            }
        }
    )+)+};
}

cells! {
    Text: String => |value| value;
    Text: &str, &String, char, IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, Address, &Address => |value| value.to_string();
    Integer: i64 => |value| value;
    Integer: i32, u32, u16, u8 => |value| value.into();
    Integer: u64, usize => |value| i64::try_from(value).unwrap_or(i64::MAX);
    Integer: Duration => |value| i64::try_from(value.as_nanos()).unwrap_or(i64::MAX);
    Real: f64 => |value| value;
    Real: f32 => |value| value.into();
    Boolean: bool => |value| value;
    Times: Time => |value| value;
    Times: SystemTime => |value| value.into();
    Bytes: Vec<u8> => |value| value;
    Bytes: &[u8] => |value| value.to_vec();
}
