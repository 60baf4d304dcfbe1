//! The state of the target's network: its sockets, and the small tables of interfaces, addresses, routes and neighbours. Needs a grant of
//! `network-state`. Whose a socket is, [`crate::processes::socket_owners`] tells.

mod error;
mod socket;
mod tables;

use crate::host::{network_tables, socket_table};

pub use error::{Error, ErrorCode};
pub use socket::{Protocol, Socket, Sockets, State};
pub use tables::{Interface, InterfaceAddress, Listed, LocalPorts, Neighbour, Route};

/// The sockets of one protocol, IPv4 and IPv6. The host begins to read at once.
///
/// # Errors
/// [`ErrorCode::Denied`], [`ErrorCode::Unsupported`], [`ErrorCode::OverBudget`] (8 dumps at once), [`ErrorCode::Other`].
pub fn sockets(protocol: Protocol) -> Result<Sockets, Error> {
    Ok(Sockets::new(socket_table::start(protocol.into())?))
}

/// The interfaces.
///
/// # Errors
/// [`ErrorCode::Denied`], [`ErrorCode::Other`].
pub fn interfaces() -> Result<Listed<Interface>, Error> {
    let list = network_tables::interfaces()?;
    Ok(Listed { rows: list.interfaces.into_iter().map(Interface::of).collect(), cut: list.cut })
}

/// The addresses of the interfaces.
///
/// # Errors
/// As [`interfaces`].
pub fn addresses() -> Result<Listed<InterfaceAddress>, Error> {
    let list = network_tables::addresses()?;
    Ok(Listed { rows: list.addresses.into_iter().map(InterfaceAddress::of).collect(), cut: list.cut })
}

/// The routes of all tables.
///
/// # Errors
/// As [`interfaces`].
pub fn routes() -> Result<Listed<Route>, Error> {
    let list = network_tables::routes()?;
    Ok(Listed { rows: list.routes.into_iter().map(Route::of).collect(), cut: list.cut })
}

/// Who has which address on the links.
///
/// # Errors
/// As [`interfaces`].
pub fn neighbours() -> Result<Listed<Neighbour>, Error> {
    let list = network_tables::neighbours()?;
    Ok(Listed { rows: list.neighbours.into_iter().map(Neighbour::of).collect(), cut: list.cut })
}

/// The ports that the kernel gives to who asks for none.
///
/// # Errors
/// [`ErrorCode::Denied`], [`ErrorCode::Unsupported`], [`ErrorCode::Other`].
pub fn local_ports() -> Result<LocalPorts, Error> {
    let ports = network_tables::local_port_range()?;
    Ok(LocalPorts { first: ports.first, last: ports.last })
}
