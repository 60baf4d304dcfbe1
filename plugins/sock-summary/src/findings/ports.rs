//! Local ports that run out: towards one peer and port each connection needs one of its own, and TIME-WAIT keeps it for a minute.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};

use dbg_sdk::network_state::{Protocol, State};
use dbg_sdk::prelude::*;

use super::{Trouble, counted, each};
use crate::parameters::SockSummary;
use crate::survey::{Seen, Survey, plain};

/// From here on the next connection may find no port.
const EXHAUSTED: usize = 95;

pub(super) fn emit(survey: &Survey, parameters: &SockSummary, run: &Run) -> Trouble {
    let Some(ports) = survey.ports else { return Trouble::None };
    let range = usize::from(ports.last.saturating_sub(ports.first)) + 1;
    // A connection that came to a server has the server's port, and takes none.
    let served: BTreeSet<u16> = survey.tcp(State::Listening).map(|seen| seen.socket.local.port()).collect();
    let takes_one = |seen: &&Seen| {
        let port = seen.socket.local.port();
        seen.protocol == Protocol::Tcp
            && seen.socket.remote.port() != 0
            && (ports.first..=ports.last).contains(&port)
            && !served.contains(&port)
    };
    let mut taken: BTreeMap<(IpAddr, SocketAddr), Vec<&Seen>> = BTreeMap::new();
    for seen in survey.sockets.iter().filter(takes_one) {
        let key = (plain(seen.socket.local).ip(), plain(seen.socket.remote));
        taken.entry(key).or_default().push(seen);
    }
    let percent = |count: usize| count.saturating_mul(100) / range;
    if let Some(most) = taken.values().map(Vec::len).max() {
        let part = u32::try_from(most.saturating_mul(10_000) / range).unwrap_or(u32::MAX);
        run.metric("sock-local-ports-taken", Unit::Percent, f64::from(part) / 100.0, &[]);
    }
    let threshold = usize::try_from(parameters.ports_percent).unwrap_or(usize::MAX);
    let mut found: Vec<_> = taken.into_iter().filter(|(_, taken)| percent(taken.len()) >= threshold).collect();
    found.sort_by_key(|(_, taken)| std::cmp::Reverse(taken.len()));
    each(run, "sock-ports-taken", found, |((local, peer), taken)| {
        let percent = percent(taken.len());
        let severity = if percent >= EXHAUSTED { Severity::Fail } else { Severity::Warn };
        let sentence = format!("{percent} % of the local ports from {local} to {peer} are taken");
        run.finding("sock-ports-taken", severity, sentence)
            .about(format!("{local} to {peer}"))
            .many("run out of local ports")
            .evidence("taken", format!("{} of {range} ({}-{})", taken.len(), ports.first, ports.last))
            .evidence("states", counted(taken.iter().map(|seen| seen.socket.state.word())))
            .evidence("processes", counted(taken.iter().map(|seen| survey.name(seen.owner))))
            .next_step("let the program keep its connections and use them again, instead of one for each request")
            .next_step("until then: widen `sysctl net.ipv4.ip_local_port_range`, or give it more local addresses; `net.ipv4.tcp_tw_reuse` helps when most are in TIME-WAIT");
    })
}
