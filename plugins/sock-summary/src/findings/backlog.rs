//! Listening sockets whose program does not accept: the kernel drops who comes next.

use dbg_sdk::network_state::State;
use dbg_sdk::prelude::*;

use super::{Trouble, each, with_process};
use crate::survey::{Seen, Survey};

pub(super) fn emit(survey: &Survey, run: &Run) -> Trouble {
    // The kernel takes one more than the backlog, and a backlog of 0 takes one.
    let is_full = |seen: &&Seen| seen.socket.receive_queue > 0 && seen.socket.receive_queue >= seen.socket.backlog;
    let mut found: Vec<&Seen> = survey.tcp(State::Listening).filter(is_full).collect();
    found.sort_by_key(|seen| std::cmp::Reverse(seen.socket.receive_queue));
    each(run, "sock-backlog-full", found, |seen| {
        let (name, local) = (survey.name(seen.owner), seen.socket.local);
        let finding = run
            .fail(
                "sock-backlog-full",
                format!("{name} does not accept at {local}: its queue is full, and peers are turned away"),
            )
            .about(local)
            .many("have a listening socket whose queue is full")
            .evidence("waiting", seen.socket.receive_queue)
            .evidence("backlog", seen.socket.backlog);
        with_process(finding, survey, seen.owner)
            .next_step("see why the program does not accept: stopped, blocked, or all its workers busy")
            .next_step("if it only falls behind in bursts, raise its `listen` backlog, and `sysctl net.core.somaxconn`, which caps it");
    })
}
