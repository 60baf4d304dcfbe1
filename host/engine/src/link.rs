//! The one linker, with every live track of every interface, and what to say of a component that does not fit it.
//!
//! Everything is linked for everybody: an interface that was not granted answers that it is denied.

use dbg_model::Capability;
use semver::Version;
use wasmtime::component::Linker;

use crate::bindings::dbg::{check, cluster, connect, files, network_state, processes, resolver};
use crate::capability::cluster::HasCluster;
use crate::capability::connect::HasConnect;
use crate::capability::context::HasContext;
use crate::capability::files::HasFiles;
use crate::capability::network_state::HasNetworkState;
use crate::capability::processes::HasProcesses;
use crate::capability::report::HasReport;
use crate::capability::resolver::HasResolver;
use crate::capability::sockets::WASI;
use crate::capability::{names, sockets};
use crate::store::State;

/// The track that this dbg has of its own packages.
const DBG: &str = "0.1.0";

/// One interface that guests may import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interface {
    /// `package:name/interface`.
    pub name: &'static str,
    /// The newest version of the track that is linked.
    pub version: &'static str,
    /// The grant that it takes, when it takes one.
    pub capability: Option<Capability>,
}

const fn of(name: &'static str, version: &'static str, capability: Option<Capability>) -> Interface {
    Interface { name, version, capability }
}

/// Which interface takes which grant: the one table.
pub const INTERFACES: [Interface; 45] = [
    of("dbg:check/check-types", DBG, None),
    of("dbg:check/report", DBG, None),
    of("dbg:check/run-context", DBG, None),
    of("dbg:resolver/resolver-config", DBG, Some(Capability::Resolver)),
    of("dbg:resolver/resolver-errors", DBG, Some(Capability::Resolver)),
    of("dbg:files/file-tree", DBG, Some(Capability::Files)),
    of("dbg:files/files-types", DBG, Some(Capability::Files)),
    of("dbg:connect/connect-errors", DBG, Some(Capability::Connect)),
    of("dbg:connect/tcp-connects", DBG, Some(Capability::Connect)),
    of("dbg:network-state/network-state-errors", DBG, Some(Capability::NetworkState)),
    of("dbg:network-state/network-tables", DBG, Some(Capability::NetworkState)),
    of("dbg:network-state/socket-table", DBG, Some(Capability::NetworkState)),
    of("dbg:processes/process-table", DBG, Some(Capability::Processes)),
    of("dbg:processes/processes-errors", DBG, Some(Capability::Processes)),
    of("dbg:processes/socket-owners", DBG, Some(Capability::Processes)),
    of("dbg:cluster/cluster-errors", DBG, Some(Capability::Cluster)),
    of("dbg:cluster/cluster-objects", DBG, Some(Capability::Cluster)),
    of("dbg:cluster/pod-logs", DBG, Some(Capability::Cluster)),
    of("wasi:sockets/instance-network", WASI, Some(Capability::Sockets)),
    of("wasi:sockets/ip-name-lookup", WASI, Some(Capability::Sockets)),
    of("wasi:sockets/network", WASI, Some(Capability::Sockets)),
    of("wasi:sockets/tcp", WASI, Some(Capability::Sockets)),
    of("wasi:sockets/tcp-create-socket", WASI, Some(Capability::Sockets)),
    of("wasi:sockets/udp", WASI, Some(Capability::Sockets)),
    of("wasi:sockets/udp-create-socket", WASI, Some(Capability::Sockets)),
    // Inert: no arguments, variables, files or terminal; clocks and random numbers are everybody's.
    of("wasi:cli/environment", WASI, None),
    of("wasi:cli/exit", WASI, None),
    of("wasi:cli/stderr", WASI, None),
    of("wasi:cli/stdin", WASI, None),
    of("wasi:cli/stdout", WASI, None),
    of("wasi:cli/terminal-input", WASI, None),
    of("wasi:cli/terminal-output", WASI, None),
    of("wasi:cli/terminal-stderr", WASI, None),
    of("wasi:cli/terminal-stdin", WASI, None),
    of("wasi:cli/terminal-stdout", WASI, None),
    of("wasi:clocks/monotonic-clock", WASI, None),
    of("wasi:clocks/wall-clock", WASI, None),
    of("wasi:filesystem/preopens", WASI, None),
    of("wasi:filesystem/types", WASI, None),
    of("wasi:io/error", WASI, None),
    of("wasi:io/poll", WASI, None),
    of("wasi:io/streams", WASI, None),
    of("wasi:random/insecure", WASI, None),
    of("wasi:random/insecure-seed", WASI, None),
    of("wasi:random/random", WASI, None),
];

/// Links every interface of the table.
pub(crate) fn linker(engine: &wasmtime::Engine) -> wasmtime::Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    let l = &mut linker;
    // Exactly `wasi:cli/imports`: cli, clocks, filesystem, io, random, sockets.
    wasmtime_wasi::p2::add_to_linker_async(l)?;
    l.allow_shadowing(true);
    names::link(l)?;
    sockets::link_counted(l)?;
    l.allow_shadowing(false);
    check::check_types::add_to_linker::<State, HasReport>(l, State::report)?;
    check::report::add_to_linker::<State, HasReport>(l, State::report)?;
    check::run_context::add_to_linker::<State, HasContext>(l, State::context)?;
    resolver::resolver_errors::add_to_linker::<State, HasResolver>(l, State::resolver)?;
    resolver::resolver_config::add_to_linker::<State, HasResolver>(l, State::resolver)?;
    files::files_types::add_to_linker::<State, HasFiles>(l, State::files)?;
    files::file_tree::add_to_linker::<State, HasFiles>(l, State::files)?;
    connect::connect_errors::add_to_linker::<State, HasConnect>(l, State::connect)?;
    connect::tcp_connects::add_to_linker::<State, HasConnect>(l, State::connect)?;
    network_state::network_state_errors::add_to_linker::<State, HasNetworkState>(l, State::network_state)?;
    network_state::network_tables::add_to_linker::<State, HasNetworkState>(l, State::network_state)?;
    network_state::socket_table::add_to_linker::<State, HasNetworkState>(l, State::network_state)?;
    processes::processes_errors::add_to_linker::<State, HasProcesses>(l, State::processes)?;
    processes::process_table::add_to_linker::<State, HasProcesses>(l, State::processes)?;
    processes::socket_owners::add_to_linker::<State, HasProcesses>(l, State::processes)?;
    cluster::cluster_errors::add_to_linker::<State, HasCluster>(l, State::cluster)?;
    cluster::cluster_objects::add_to_linker::<State, HasCluster>(l, State::cluster)?;
    cluster::pod_logs::add_to_linker::<State, HasCluster>(l, State::cluster)?;
    Ok(linker)
}

/// How an imported interface relates to the table.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// There, on the same track.
    Here(&'static str),
    /// There, on another track.
    OtherTrack(&'static str),
    /// Not there at all.
    No,
}

/// Looks up an import `package:name/interface@version`.
pub(crate) fn known(import: &str) -> Known {
    let (name, version) = import.split_once('@').unwrap_or((import, ""));
    match INTERFACES.iter().find(|interface| interface.name == name) {
        Some(interface) if track(version).is_some_and(|wanted| Some(wanted) == track(interface.version)) => {
            Known::Here(interface.version)
        }
        Some(interface) => Known::OtherTrack(interface.version),
        None => Known::No,
    }
}

/// What a linker takes for compatible: all of 0.1.x is one track, all of 1.x is one.
fn track(version: &str) -> Option<(u64, u64)> {
    let version: Version = version.parse().ok().filter(|version: &Version| version.pre.is_empty())?;
    Some(if version.major == 0 { (0, version.minor) } else { (version.major, 0) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_patch_is_of_the_same_track_and_a_newer_minor_is_not() {
        assert_eq!(known("dbg:check/report@0.1.7"), Known::Here("0.1.0"));
        assert_eq!(known("dbg:check/report@0.2.0"), Known::OtherTrack("0.1.0"));
        assert_eq!(known("wasi:io/poll@0.2.0"), Known::Here(WASI));
        assert_eq!(known("wasi:io/poll@0.3.0"), Known::OtherTrack(WASI));
        assert_eq!(known("wasi:http/types@0.2.0"), Known::No);
    }

    #[test]
    fn the_table_and_the_packages_of_capabilities_agree() {
        for interface in &INTERFACES {
            let package = interface.name.split('/').next().unwrap();
            let by_package = Capability::ALL.into_iter().find(|capability| capability.package() == package);
            assert_eq!(interface.capability, by_package, "{}", interface.name);
        }
    }
}
