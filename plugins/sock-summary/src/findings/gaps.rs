//! What could not be looked at, so that nobody takes silence for health.

use dbg_sdk::prelude::*;
use dbg_sdk::processes;

use crate::survey::{Gap, Owner, Survey};

pub(super) fn emit(survey: &Survey, run: &Run) {
    for gap in &survey.gaps {
        match gap {
            Gap::Udp(error) => {
                run.unknown("sock-udp-unread", format!("the sockets of UDP could not be read: {error}"));
            }
            Gap::Ports(error) => {
                run.unknown("sock-ports-unknown", format!("the range of local ports could not be read: {error}"));
            }
            // Withheld by the operator, who knows.
            Gap::Owners(error) if error.code == processes::ErrorCode::Denied => {
                run.info("sock-owners-unknown", "processes were not looked at, so no socket has an owner here");
            }
            Gap::Owners(error) => {
                run.unknown("sock-owners-unknown", format!("the owners of sockets could not be read: {error}"));
            }
        }
    }
    let unseen = survey.sockets.iter().filter(|seen| matches!(seen.owner, Owner::Unseen(_))).count();
    if unseen > 0 && survey.unreadable > 0 {
        let sentence = match unseen {
            1 => "1 socket belongs to a process that this user may not look into".to_owned(),
            count => format!("{count} sockets belong to processes that this user may not look into"),
        };
        run.info("sock-owners-hidden", sentence)
            .many("have sockets whose owners could not be seen")
            .evidence("unreadable processes", survey.unreadable)
            .next_step("run it as root, with CAP_SYS_PTRACE, to see whose they are");
    }
}
