//! Peers to whom segments are sent again and again: the way to them loses them, or they are gone.

use std::collections::BTreeMap;
use std::net::IpAddr;

use dbg_sdk::network_state::{Protocol, State};
use dbg_sdk::prelude::*;

use super::{Trouble, counted, each};
use crate::parameters::SockSummary;
use crate::survey::{Seen, Survey, plain_ip};

/// From the third time on a segment waits for more than a second: no hiccup of a queue.
const GONE: u32 = 3;

/// What is known of the way to one peer.
#[derive(Default)]
struct Way<'survey> {
    connections: Vec<&'survey Seen>,
    segments: u64,
    again: u64,
    waiting: u32,
    rtt: Duration,
}

pub(super) fn emit(survey: &Survey, parameters: &SockSummary, run: &Run) -> Trouble {
    let mut ways: BTreeMap<IpAddr, Way<'_>> = BTreeMap::new();
    for seen in survey.sockets.iter().filter(|seen| is_connection(seen)) {
        let way = ways.entry(plain_ip(seen.socket.remote.ip())).or_default();
        way.segments += u64::from(seen.socket.segments);
        way.again += u64::from(seen.socket.retransmits);
        way.waiting += u32::from(seen.socket.resending >= GONE);
        way.rtt = way.rtt.max(seen.socket.rtt);
        way.connections.push(seen);
    }
    let is_bad = |way: &Way<'_>| {
        let part = way.again.saturating_mul(100);
        let many = way.again >= parameters.retransmits.into()
            && way.segments > 0
            && part >= way.segments.saturating_mul(parameters.retransmit_percent.into());
        way.waiting > 0 || many
    };
    let mut found: Vec<(IpAddr, Way<'_>)> = ways.into_iter().filter(|(_, way)| is_bad(way)).collect();
    found.sort_by_key(|(_, way)| std::cmp::Reverse((way.waiting, way.again)));
    each(run, "sock-retransmits", found, |(peer, way)| {
        let sentence = match way.waiting {
            0 => format!("{} of {} segments to {peer} had to be sent again", way.again, way.segments),
            1 => format!("a connection to {peer} gets no acknowledgement"),
            count => format!("{count} connections to {peer} get no acknowledgement"),
        };
        let owners = way.connections.iter().filter(|seen| seen.socket.retransmits > 0 || seen.socket.resending > 0);
        run.warn("sock-retransmits", sentence)
            .about(peer)
            .many("send segments again and again")
            .evidence("connections", way.connections.len())
            .evidence("segments sent", way.segments)
            .evidence("sent again", way.again)
            .evidence("slowest round trip", format!("{:.1} ms", way.rtt.as_secs_f64() * 1_000.0))
            .evidence("processes", counted(owners.map(|seen| survey.name(seen.owner))))
            .next_step("look at the way there for loss: `mtr`, errors of the interfaces (`ip -s link`), a full queue, a firewall that forgot the connection")
            .next_step(format!("`ss -tniop dst {peer}` shows timers and round trips of each connection"));
    })
}

/// Peers that never answered at all are another finding.
fn is_connection(seen: &Seen) -> bool {
    seen.protocol == Protocol::Tcp
        && !matches!(
            seen.socket.state,
            State::Listening | State::SynSent | State::SynReceived | State::TimeWait | State::Closed
        )
}
