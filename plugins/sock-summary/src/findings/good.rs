//! Nothing is wrong: what was looked at.

use dbg_sdk::network_state::{Protocol, State};
use dbg_sdk::prelude::*;

use super::counted;
use crate::survey::Survey;

pub(super) fn emit(survey: &Survey, run: &Run) {
    let of = |protocol| survey.sockets.iter().filter(move |seen| seen.protocol == protocol);
    let (tcp, udp) = (of(Protocol::Tcp).count(), of(Protocol::Udp).count());
    let finding = run
        .pass("sock-ok", format!("{tcp} sockets of TCP and {udp} of UDP, none of them in trouble"))
        .many("have sockets without trouble");
    if tcp > 0 {
        finding
            .evidence("TCP", counted(of(Protocol::Tcp).map(|seen| seen.socket.state.word())))
            .evidence("listening", survey.tcp(State::Listening).count());
    }
}
