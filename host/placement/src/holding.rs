//! What a run would hold that an ordinary user's process does not: the measure of where unsigned checks may run.

use std::fmt;

use dbg_agent::LinuxCapability;

use crate::explain::capability_word;
use crate::facts::Own;
use crate::plan::{NetworkOf, PidsOf, Place};
use crate::{Placed, Plan};

/// A right that a run holds beyond those of an ordinary user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holding {
    /// It runs as root.
    Root,
    /// This process has Linux capabilities, whatever its child drops of them.
    Capabilities,
    /// It speaks to a container engine, which does as root whatever it is asked.
    Engine,
    /// It makes a pod in a cluster.
    Pod,
    /// The agent has namespaces of the machine or of another container.
    Namespaces,
    /// The agent keeps this one while checks run.
    Kept(LinuxCapability),
}

impl fmt::Display for Holding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => f.write_str("the rights of root"),
            Self::Capabilities => f.write_str("Linux capabilities"),
            Self::Engine => f.write_str("a container engine"),
            Self::Pod => f.write_str("a pod of a cluster"),
            Self::Namespaces => f.write_str("namespaces that are not its own"),
            Self::Kept(capability) => write!(f, "`{}`", capability_word(*capability)),
        }
    }
}

impl Placed {
    /// What a run here would hold beyond an ordinary user's rights; nothing, for most.
    #[must_use]
    pub fn holdings(&self) -> Vec<Holding> {
        holdings(&self.plan, &self.own)
    }
}

fn holdings(plan: &Plan, own: &Own) -> Vec<Holding> {
    let root = (own.euid == 0).then_some(Holding::Root);
    let capabilities = (!own.capabilities.is_empty()).then_some(Holding::Capabilities);
    let kept = match &plan.place.what {
        Place::InProcess => Vec::new(),
        Place::Child(child) => child.keeps.iter().map(|kept| Holding::Kept(kept.what)).collect(),
        Place::Container(container) => {
            let own = matches!(container.network.what, NetworkOf::Own | NetworkOf::Network(_))
                && container.pids.what == PidsOf::Own
                && container.host.is_empty();
            let others = (!own).then_some(Holding::Namespaces);
            let kept = container.keeps.iter().map(|kept| Holding::Kept(kept.what));
            [Holding::Engine].into_iter().chain(others).chain(kept).collect()
        }
        Place::Pod(pod) => {
            let joins = !pod.joins.is_empty() || !pod.mounts.is_empty() || pod.enters.is_some();
            let others = joins.then_some(Holding::Namespaces);
            let kept = pod.keeps.iter().map(|kept| Holding::Kept(kept.what));
            [Holding::Pod].into_iter().chain(others).chain(kept).collect()
        }
        // It has the pod's network, whatever else.
        Place::Inside(inside) => {
            let kept = inside.keeps.iter().map(|kept| Holding::Kept(kept.what));
            [Holding::Pod, Holding::Namespaces].into_iter().chain(kept).collect()
        }
    };
    root.into_iter().chain(capabilities).chain(kept).collect()
}

#[cfg(test)]
mod tests {
    use dbg_model::Capability;
    use rustix::thread::CapabilitySet;

    use super::*;
    use crate::facts;

    fn on_local(euid: u32, capabilities: CapabilitySet) -> Vec<Holding> {
        let own = Own { euid, capabilities, ..facts::own().unwrap() };
        let facts = facts::Facts { own: own.clone(), target: facts::TargetFacts::Local };
        let plan = crate::plan::plan(&[Capability::Files].into(), &facts).unwrap();
        holdings(&plan, &own)
    }

    #[test]
    fn an_ordinary_user_holds_nothing_and_root_and_whoever_has_a_capability_do() {
        assert_eq!(on_local(1000, CapabilitySet::empty()), []);
        assert_eq!(on_local(0, CapabilitySet::empty()), [Holding::Root]);
        assert_eq!(on_local(1000, CapabilitySet::NET_RAW), [Holding::Capabilities]);
        let reads = Holding::Kept(LinuxCapability::DacReadSearch);
        assert_eq!(on_local(1000, CapabilitySet::DAC_READ_SEARCH), [Holding::Capabilities, reads]);
    }
}
