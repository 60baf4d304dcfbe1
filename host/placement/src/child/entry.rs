//! What a child is told, and the descriptors that it is told of. They keep their numbers: nothing of this process's can be in their way.

use std::os::fd::{AsRawFd, OwnedFd};

use dbg_agent::{Entry, Inherited, Join};

use crate::facts::Pins;
use crate::plan::{ChildPlan, Joined, RootOf};

/// The entry of a plan, and what it refers to.
pub(super) fn entry(plan: &ChildPlan, pins: Pins) -> (Entry, Vec<OwnedFd>) {
    let Pins { process: _, mut user, mut network, root } = pins;
    let mut inherited = Vec::new();
    let mut give = |file: Option<OwnedFd>| {
        file.map(|file| {
            let number = Inherited(file.as_raw_fd());
            inherited.push(file);
            number
        })
    };
    let joins = plan
        .joins
        .iter()
        .filter_map(|join| match join.what {
            Joined::User => give(user.take()).map(Join::User),
            Joined::Network => give(network.take()).map(Join::Network),
        })
        .collect();
    let root = match plan.root.what {
        RootOf::Own => None,
        RootOf::Target => give(root),
    };
    let entry = Entry {
        operator: std::process::id(),
        joins,
        root,
        // The name came from the command line, as text.
        etc: plan.etc.as_ref().map(|etc| etc.what.to_string_lossy().into_owned()),
        keep: plan.keeps.iter().map(|right| right.what).collect(),
        files: plan.files.what,
        watches_processes: plan.watches_processes,
    };
    (entry, inherited)
}
