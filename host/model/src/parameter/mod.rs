//! Parameters of a check: what the declaration says of one, and the values that an operator gives.

mod address;
mod arguments;
mod endpoint;
mod kind;

pub use address::{Address, AddressRange, Host, PortRange};
pub use arguments::{Argument, Arguments, ParameterError, SecretReader, parse_arguments};
pub use endpoint::{Endpoint, Hosts};
pub use kind::{Kind, KindError, Parameter, Scalar, SecretSource, Value};
