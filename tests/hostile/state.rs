//! Guests that ask for more of the network's state and the processes than there is, or than they were granted.

use crate::case::cases;

cases! {
    dumps_without_end => |context| vec![context.run_guest("hostile-network-state", &["dumps-without-end"]).run()];
    pulls_from_no_dump => |context| vec![context.run_guest("hostile-network-state", &["pulls-from-no-dump"]).run()];
    /// What was withheld is refused function by function.
    reads_the_network_ungranted => |context| {
        vec![context.run_guest("hostile-network-state", &["--deny", "network-state", "reads-the-network"]).run()]
    };
    scans_without_end => |context| vec![context.run_guest("hostile-processes", &["scans-without-end"]).run()];
    finds_a_million => |context| vec![context.run_guest("hostile-processes", &["finds-a-million"]).run()];
    reads_processes_ungranted => |context| {
        vec![context.run_guest("hostile-processes", &["--deny", "processes", "reads-processes"]).run()]
    };
}
