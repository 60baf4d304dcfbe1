//! What could not be looked at, so that nobody takes silence for health.

use dbg_sdk::prelude::*;
use dbg_sdk::processes;

use crate::survey::{Gap, Owner, Survey};

pub(super) fn emit(survey: &Survey, run: &Run) {
    for gap in &survey.gaps {
        match gap {
            Gap::Udp(error) => {
                drop(run.unknown("sock-udp-unread", format!("the sockets of UDP could not be read: {error}")))
            }
            Gap::Ports(error) => {
                drop(run.unknown("sock-ports-unknown", format!("the range of local ports could not be read: {error}")));
            }
            // Withheld by the operator, who knows.
            Gap::Owners(error) if error.code == processes::ErrorCode::Denied => {
                drop(run.info("sock-owners-unknown", "processes were not looked at, so no socket has an owner here"));
            }
            Gap::Owners(error) => {
                drop(run.unknown("sock-owners-unknown", format!("the owners of sockets could not be read: {error}")));
            }
        }
    }
    let unseen = survey.sockets.iter().filter(|seen| matches!(seen.owner, Owner::Unseen(_))).count();
    if unseen > 0 && survey.unreadable > 0 {
        drop(
            run.info(
                "sock-owners-hidden",
                format!("{unseen} sockets belong to processes that this user may not look into"),
            )
            .many("have sockets whose owners could not be seen")
            .evidence("processes that could not be read", survey.unreadable)
            .next_step("run it as root to see whose they are"),
        );
    }
}
