//! The tables and metrics: who listens, and who is connected to whom, the largest groups first.

use std::collections::BTreeMap;
use std::net::IpAddr;

use dbg_sdk::network_state::{Protocol, State};
use dbg_sdk::prelude::*;

use crate::parameters::SockSummary;
use crate::survey::{Owner, Seen, Survey, plain_ip};

/// What connections of one group have together.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    sockets: u64,
    receive_queue: u64,
    send_queue: u64,
    retransmits: u64,
    rtt: Duration,
}

pub(crate) fn write(survey: &Survey, parameters: &SockSummary, run: &Run) {
    let rows = usize::try_from(parameters.rows).unwrap_or(usize::MAX);
    listening(survey, rows, run);
    connections(survey, rows, run);
    let mut counts: BTreeMap<(Protocol, State), u32> = BTreeMap::new();
    for seen in &survey.sockets {
        *counts.entry((seen.protocol, seen.socket.state)).or_default() += 1;
    }
    for ((protocol, state), count) in counts {
        let labels = [("protocol", word(protocol)), ("state", state.word())];
        run.metric("sockets", Unit::Count, count.into(), &labels);
    }
}

fn listening(survey: &Survey, rows: usize, run: &Run) {
    let mut table = run.table(
        "sock-listening",
        "Listening sockets",
        (
            column::text("protocol"),
            column::text("local"),
            column::text("process"),
            column::integer("waiting").unit(Unit::Count),
            column::integer("backlog").unit(Unit::Count),
        ),
    );
    let mut found: Vec<&Seen> = survey.sockets.iter().filter(|seen| serves(seen)).collect();
    found.sort_by_key(|seen| (std::cmp::Reverse(seen.socket.receive_queue), seen.protocol, seen.socket.local));
    for seen in found.into_iter().take(rows) {
        let backlog = (seen.protocol == Protocol::Tcp).then_some(seen.socket.backlog);
        let waiting = (seen.protocol == Protocol::Tcp).then_some(seen.socket.receive_queue);
        table.row((word(seen.protocol), seen.socket.local, survey.name(seen.owner), waiting, backlog));
    }
}

/// Whether peers may come to it.
fn serves(seen: &Seen) -> bool {
    match seen.protocol {
        Protocol::Tcp => seen.socket.state == State::Listening,
        Protocol::Udp => seen.socket.state == State::Closed && seen.socket.local.port() != 0,
    }
}

fn connections(survey: &Survey, rows: usize, run: &Run) {
    let mut table = run.table(
        "sock-connections",
        "Connections by process, peer and state",
        (
            column::text("protocol"),
            column::text("process"),
            column::text("peer"),
            column::text("state"),
            column::integer("sockets").unit(Unit::Count),
            column::integer("unread").unit(Unit::Bytes),
            column::integer("unacked").unit(Unit::Bytes),
            column::integer("resent").unit(Unit::Count),
            column::duration("rtt"),
        ),
    );
    let mut sums: BTreeMap<(Protocol, Owner, IpAddr, State), Sum> = BTreeMap::new();
    for seen in survey.sockets.iter().filter(|seen| seen.socket.remote.port() != 0) {
        let key = (seen.protocol, seen.owner, plain_ip(seen.socket.remote.ip()), seen.socket.state);
        let sum = sums.entry(key).or_default();
        sum.sockets += 1;
        sum.receive_queue += u64::from(seen.socket.receive_queue);
        sum.send_queue += u64::from(seen.socket.send_queue);
        sum.retransmits += u64::from(seen.socket.retransmits);
        sum.rtt = sum.rtt.max(seen.socket.rtt);
    }
    let mut sums: Vec<_> = sums.into_iter().collect();
    sums.sort_by_key(|(_, sum)| std::cmp::Reverse(sum.sockets));
    for ((protocol, owner, peer, state), sum) in sums.into_iter().take(rows) {
        let rtt = (!sum.rtt.is_zero()).then_some(sum.rtt);
        table.row((
            word(protocol),
            survey.name(owner),
            peer,
            state.word(),
            sum.sockets,
            sum.receive_queue,
            sum.send_queue,
            sum.retransmits,
            rtt,
        ));
    }
}

fn word(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Tcp => "tcp",
        Protocol::Udp => "udp",
    }
}
