//! The small tables in the words of the WIT.

use dbg_capability::{Capped, InterfaceAddress, Neighbour, NetworkInterface, Route};

use super::tables as wit;

pub(super) fn interfaces(table: Capped<NetworkInterface>) -> wit::InterfaceList {
    let row = |of: NetworkInterface| wit::NetworkInterface {
        index: of.index,
        name: of.name,
        kind: of.kind,
        state: of.state,
        enabled: of.enabled,
        mtu: of.mtu,
        hardware_address: of.hardware_address,
        controller: of.controller,
    };
    wit::InterfaceList { interfaces: table.rows.into_iter().map(row).collect(), cut: table.cut }
}

pub(super) fn addresses(table: Capped<InterfaceAddress>) -> wit::AddressList {
    let row = |of: InterfaceAddress| wit::InterfaceAddress {
        interface_index: of.interface_index,
        address: of.address.to_string(),
        prefix_length: of.prefix_length,
        scope: of.scope,
    };
    wit::AddressList { addresses: table.rows.into_iter().map(row).collect(), cut: table.cut }
}

pub(super) fn routes(table: Capped<Route>) -> wit::RouteList {
    let row = |of: Route| wit::Route {
        destination: format!("{}/{}", of.destination, of.prefix_length),
        gateway: of.gateway.map(|ip| ip.to_string()).unwrap_or_default(),
        interface_index: of.interface_index,
        source: of.source.map(|ip| ip.to_string()).unwrap_or_default(),
        metric: of.metric,
        table: of.table,
        kind: of.kind,
        protocol: of.protocol,
    };
    wit::RouteList { routes: table.rows.into_iter().map(row).collect(), cut: table.cut }
}

pub(super) fn neighbours(table: Capped<Neighbour>) -> wit::NeighbourList {
    let row = |of: Neighbour| wit::Neighbour {
        interface_index: of.interface_index,
        address: of.address.to_string(),
        hardware_address: of.hardware_address,
        state: of.state,
    };
    wit::NeighbourList { neighbours: table.rows.into_iter().map(row).collect(), cut: table.cut }
}
