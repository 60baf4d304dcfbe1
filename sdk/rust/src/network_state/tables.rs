//! The small tables. Numbers that are 0 and texts that are empty stand for what there is none of.

use crate::host::network_tables as wit;

/// A table, up to the host's cap of 10,000 rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed<T> {
    /// In the kernel's order.
    pub rows: Vec<T>,
    /// The kernel has more.
    pub cut: bool,
}

/// Makes an author's struct of a record, field by field.
macro_rules! table {
    ($(#[$doc:meta])* $name:ident of $record:ident { $($(#[$field_doc:meta])* $field:ident: $kind:ty,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $kind,)+
        }

        impl $name {
            pub(super) fn of(record: wit::$record) -> Self {
                Self { $($field: record.$field,)+ }
            }
        }
    };
}

table! {
    /// One interface.
    Interface of NetworkInterface {
        /// From 1.
        index: u32,
        /// `eth0`.
        name: String,
        /// What made it (`veth`, `bridge`); empty for hardware and loopback.
        kind: String,
        /// `up`, `down`, `lower-layer-down`, `dormant`, `testing`, `not-present` or `unknown`.
        state: String,
        /// Whether an administrator switched it on.
        enabled: bool,
        /// Bytes.
        mtu: u32,
        /// Hexadecimal with colons, or empty.
        hardware_address: String,
        /// The index of its bridge or bond, or 0.
        controller: u32,
    }
}

table! {
    /// One address of one interface.
    InterfaceAddress of InterfaceAddress {
        /// Whose it is.
        interface_index: u32,
        /// Canonical text.
        address: String,
        /// 0 to 32 or 0 to 128.
        prefix_length: u8,
        /// `global`, `link`, `host`, `site`, `nowhere`, or a number.
        scope: String,
    }
}

table! {
    /// One route, or one next hop of one.
    Route of Route {
        /// `10.0.0.0/8`; `0.0.0.0/0` and `::/0` for the default.
        destination: String,
        /// The next hop, or empty.
        gateway: String,
        /// Where it leaves, or 0.
        interface_index: u32,
        /// The source address that it prefers, or empty.
        source: String,
        /// The lower wins.
        metric: u32,
        /// 254 is the main table, 255 that of local addresses.
        table: u32,
        /// `unicast`, `local`, `unreachable`, …, or a number.
        kind: String,
        /// Who made it: `kernel`, `static`, `dhcp`, …, or a number.
        protocol: String,
    }
}

table! {
    /// Who has an address on a link.
    Neighbour of Neighbour {
        /// On which interface.
        interface_index: u32,
        /// Canonical text.
        address: String,
        /// Hexadecimal with colons, or empty.
        hardware_address: String,
        /// `reachable`, `stale`, `failed`, …, or a number.
        state: String,
    }
}

/// A range of ports, both ends in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalPorts {
    /// The first.
    pub first: u16,
    /// The last.
    pub last: u16,
}
