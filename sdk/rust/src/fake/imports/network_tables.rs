//! `dbg:network-state/network-tables`. The records are the author's own structs: they have the same fields.

use super::network_state_errors::{Error, ErrorCode};
use crate::fake::network::Network;
use crate::fake::state::with;
pub(crate) use crate::network_state::{Interface as NetworkInterface, InterfaceAddress, LocalPorts, Neighbour, Route};

#[derive(Debug)]
pub(crate) struct InterfaceList {
    pub interfaces: Vec<NetworkInterface>,
    pub cut: bool,
}

#[derive(Debug)]
pub(crate) struct AddressList {
    pub addresses: Vec<InterfaceAddress>,
    pub cut: bool,
}

#[derive(Debug)]
pub(crate) struct RouteList {
    pub routes: Vec<Route>,
    pub cut: bool,
}

#[derive(Debug)]
pub(crate) struct NeighbourList {
    pub neighbours: Vec<Neighbour>,
    pub cut: bool,
}

/// What the test set up.
pub(super) fn network() -> Result<Network, Error> {
    let outside = || Error { code: ErrorCode::Other, text: "no run is under way: use `fake::Host::run`".to_owned() };
    Ok(with(|state| state.host.network.clone()).ok_or_else(outside)??)
}

pub(crate) fn interfaces() -> Result<InterfaceList, Error> {
    Ok(InterfaceList { interfaces: network()?.interfaces, cut: false })
}

pub(crate) fn addresses() -> Result<AddressList, Error> {
    Ok(AddressList { addresses: network()?.addresses, cut: false })
}

pub(crate) fn routes() -> Result<RouteList, Error> {
    Ok(RouteList { routes: network()?.routes, cut: false })
}

pub(crate) fn neighbours() -> Result<NeighbourList, Error> {
    Ok(NeighbourList { neighbours: network()?.neighbours, cut: false })
}

pub(crate) fn local_port_range() -> Result<LocalPorts, Error> {
    Ok(network()?.ports)
}
