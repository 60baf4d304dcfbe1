//! Connections that their peers closed and the program here has not: nothing but the program ends them.

use std::collections::BTreeMap;

use dbg_sdk::network_state::State;
use dbg_sdk::prelude::*;

use super::{Trouble, counted, each, with_process};
use crate::parameters::SockSummary;
use crate::survey::{Owner, Seen, Survey, plain, plain_ip};

pub(super) fn emit(survey: &Survey, parameters: &SockSummary, run: &Run) -> Trouble {
    let mut piles: BTreeMap<Owner, Vec<&Seen>> = BTreeMap::new();
    for seen in survey.tcp(State::CloseWait) {
        piles.entry(seen.owner).or_default().push(seen);
    }
    let threshold = usize::try_from(parameters.close_wait).unwrap_or(usize::MAX);
    let mut found: Vec<(Owner, Vec<&Seen>)> = piles.into_iter().filter(|(_, pile)| pile.len() >= threshold).collect();
    found.sort_by_key(|(_, pile)| std::cmp::Reverse(pile.len()));
    each(run, "sock-close-wait", found, |(owner, pile)| {
        let name = survey.name(owner);
        let unread: u64 = pile.iter().map(|seen| u64::from(seen.socket.receive_queue)).sum();
        let finding = run
            .warn("sock-close-wait", format!("{name} keeps {} connections that their peers have closed", pile.len()))
            .about(&name)
            .many("keep connections that their peers have closed")
            .evidence("peers", counted(pile.iter().map(|seen| plain_ip(seen.socket.remote.ip()))))
            .evidence("at", counted(pile.iter().map(|seen| plain(seen.socket.local).port())))
            .evidence("unread bytes", unread);
        with_process(finding, survey, owner)
            .next_step("look in the program for connections that it never closes: an error path, a pool without a limit for idle ones, a stuck worker")
            .next_step("`ss -tnp state close-wait` lists them; until the program is mended, restarting it frees them");
    })
}
