//! How a network namespace is entered. Source: man 2 setns, man 7 user_namespaces.

use rustix::thread::CapabilitySet;

use super::{Because, ChildPlan, Joined};
use crate::Refusal;
use crate::facts::{Network, Own, Standing};

/// How to get into the network namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// We are in it.
    Stay,
    /// By our own capability.
    Straight,
    /// By way of the user namespace that it belongs to, whose owner we are.
    ByUser,
}

pub(super) fn way(own: &Own, network: &Network) -> Result<Way, Refusal> {
    if network.id == own.network {
        return Ok(Way::Stay);
    }
    let may_enter = own.capabilities.contains(CapabilitySet::SYS_ADMIN);
    match network.standing {
        Standing::Beyond => Err(Refusal::OutsideUserNamespace),
        Standing::Own | Standing::Beneath { .. } | Standing::Unknown if may_enter => Ok(Way::Straight),
        Standing::Beneath { owner } if owner == own.euid => Ok(Way::ByUser),
        Standing::Own | Standing::Beneath { .. } | Standing::Unknown => Err(Refusal::MayNotEnter { euid: own.euid }),
    }
}

/// Puts the way into the plan.
pub(super) fn enter(way: Way, own: &Own, plan: &mut ChildPlan) {
    let network = Because::new(Joined::Network, "checks look at the target's network, not at ours");
    match way {
        Way::Stay => plan.leaves.push(Because::new("network", "the target's is the one that this process is in")),
        Way::Straight => {
            plan.joins.push(network);
            plan.enters_with.push(Because::new("CAP_SYS_ADMIN", "to join the network namespace; dropped right after"));
        }
        Way::ByUser => {
            let reason = format!(
                "the network namespace belongs to it and it to user {}, who may enter it without a right",
                own.euid
            );
            plan.joins.push(Because::new(Joined::User, reason));
            plan.joins.push(network);
        }
    }
}
