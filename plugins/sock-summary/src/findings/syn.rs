//! Connections that do not come about: those that start here, and those that start elsewhere.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use dbg_sdk::network_state::State;
use dbg_sdk::prelude::*;

use super::{Trouble, counted, each};
use crate::parameters::SockSummary;
use crate::survey::{Seen, Survey, plain, plain_ip};

/// Peers that do not answer.
pub(super) fn emit_sent(survey: &Survey, parameters: &SockSummary, run: &Run) -> Trouble {
    let piles = piles(survey.tcp(State::SynSent), |seen| plain(seen.socket.remote), parameters.syn_sent);
    each(run, "sock-syn-sent", piles, |(peer, pile)| {
        run.warn("sock-syn-sent", format!("{} connections to {peer} wait for an answer", pile.len()))
            .about(peer)
            .many("wait for peers that do not answer")
            .evidence("processes", counted(pile.iter().map(|seen| survey.name(seen.owner))))
            .evidence("asked again", counted(pile.iter().map(|seen| format!("{} times", seen.socket.resending))))
            .next_step("look whether the peer is up, and whether a firewall on the way drops instead of refusing")
            .next_step(format!("`ss -tnop state syn-sent dst {}` lists them", peer.ip()));
    })
}

/// Peers that do not complete what they began.
pub(super) fn emit_received(survey: &Survey, parameters: &SockSummary, run: &Run) -> Trouble {
    let piles = piles(survey.tcp(State::SynReceived), |seen| plain(seen.socket.local), parameters.syn_received);
    each(run, "sock-syn-received", piles, |(local, pile)| {
        run.warn("sock-syn-received", format!("{} connections to {local} were begun and not completed", pile.len()))
            .about(local)
            .many("have connections that their peers began and did not complete")
            .evidence("peers", counted(pile.iter().map(|seen| plain_ip(seen.socket.remote.ip()))))
            .next_step("many peers with one connection each: a flood of SYNs; see that `sysctl net.ipv4.tcp_syncookies` is 1, and filter before this machine")
            .next_step("few peers: the answers do not reach them; look at the way back and at stateful firewalls that saw one direction only");
    })
}

type Pile<'survey> = (SocketAddr, Vec<&'survey Seen>);

fn piles<'survey>(
    sockets: impl Iterator<Item = &'survey Seen>,
    by: impl Fn(&Seen) -> SocketAddr,
    threshold: u32,
) -> Vec<Pile<'survey>> {
    let mut piles: BTreeMap<SocketAddr, Vec<&Seen>> = BTreeMap::new();
    for seen in sockets {
        piles.entry(by(seen)).or_default().push(seen);
    }
    let threshold = usize::try_from(threshold).unwrap_or(usize::MAX);
    let mut found: Vec<Pile<'_>> = piles.into_iter().filter(|(_, pile)| pile.len() >= threshold).collect();
    found.sort_by_key(|(_, pile)| std::cmp::Reverse(pile.len()));
    found
}
