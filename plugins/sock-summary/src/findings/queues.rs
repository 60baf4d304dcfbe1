//! Bytes that stay where they are: the peer does not acknowledge them, or the program here does not read them.

use std::collections::BTreeMap;
use std::net::IpAddr;

use dbg_sdk::network_state::State;
use dbg_sdk::prelude::*;

use super::{Trouble, each, with_process};
use crate::parameters::SockSummary;
use crate::survey::{Owner, Seen, Survey, plain_ip};

/// The stuck sockets of one process towards one peer.
#[derive(Default)]
struct Stuck {
    sockets: u32,
    bytes: u64,
    largest: u32,
}

type Group = ((Owner, IpAddr), Stuck);

pub(super) fn emit(survey: &Survey, parameters: &SockSummary, run: &Run) -> Trouble {
    let sending = stuck(survey, parameters, |seen| seen.socket.send_queue);
    let sending = each(run, "sock-send-queue", sending, |((owner, peer), stuck)| {
        let name = survey.name(owner);
        let sentence = format!("{peer} does not take {} that {name} sent", amount(stuck.bytes));
        let finding = run
            .warn("sock-send-queue", sentence)
            .about(format!("{name} to {peer}"))
            .many("have bytes that a peer does not take")
            .evidence("connections", stuck.sockets)
            .evidence("largest queue", amount(stuck.largest.into()));
        with_process(finding, survey, owner)
            .next_step(
                "look at the peer's program: one that does not read closes its window, and everything stays here",
            )
            .next_step(format!(
                "`ss -tniop dst {peer}` tells a closed window (`persist`) from a lossy way (`retrans`)"
            ));
    });
    let receiving = stuck(survey, parameters, |seen| seen.socket.receive_queue);
    let receiving = each(run, "sock-receive-queue", receiving, |((owner, peer), stuck)| {
        let name = survey.name(owner);
        let sentence = format!("{name} does not read {} from {peer}", amount(stuck.bytes));
        let finding = run
            .warn("sock-receive-queue", sentence)
            .about(format!("{name} from {peer}"))
            .many("have bytes that a program does not read")
            .evidence("sockets", stuck.sockets)
            .evidence("largest queue", amount(stuck.largest.into()));
        with_process(finding, survey, owner).next_step(
            "see what the program does instead of reading: blocked, stopped, or slower than what it is sent",
        );
    });
    if sending == Trouble::None { receiving } else { sending }
}

fn stuck(survey: &Survey, parameters: &SockSummary, queue: impl Fn(&Seen) -> u32) -> Vec<Group> {
    let mut groups: BTreeMap<(Owner, IpAddr), Stuck> = BTreeMap::new();
    for seen in survey.sockets.iter().filter(|seen| seen.socket.state != State::Listening) {
        let bytes = queue(seen);
        if u64::from(bytes) < parameters.queue.bytes() {
            continue;
        }
        let group = groups.entry((seen.owner, plain_ip(seen.socket.remote.ip()))).or_default();
        group.sockets += 1;
        group.bytes += u64::from(bytes);
        group.largest = group.largest.max(bytes);
    }
    let mut found: Vec<Group> = groups.into_iter().collect();
    found.sort_by_key(|(_, stuck)| std::cmp::Reverse(stuck.bytes));
    found
}

/// `1.5 MiB`
fn amount(bytes: u64) -> String {
    const UNITS: [(&str, u64); 3] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    match UNITS.into_iter().find(|(_, size)| bytes >= *size) {
        Some((unit, size)) => format!("{}.{} {unit}", bytes / size, bytes % size * 10 / size),
        None => format!("{bytes} bytes"),
    }
}
