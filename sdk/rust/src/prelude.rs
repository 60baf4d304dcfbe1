//! What nearly every check needs: `use dbg_sdk::prelude::*;`.

pub use std::time::Duration;

pub use crate::table::column;
pub use crate::{
    Address, AddressRange, Endpoint, Failure, Parameters, PortRange, Run, Secret, Severity, Size, Unit, check,
};
