//! Guests that ask for more of a cluster than they were granted. There is none: what is refused is refused before anybody looks for it.

use crate::case::cases;

cases! {
    queries_without_end => |context| vec![context.run_guest("hostile-cluster", &["queries-without-end"]).run()];
    pulls_from_no_list => |context| vec![context.run_guest("hostile-cluster", &["pulls-from-no-list"]).run()];
    /// What was withheld is refused function by function.
    reads_the_cluster_ungranted => |context| {
        vec![context.run_guest("hostile-cluster", &["--deny", "cluster", "reads-the-cluster"]).run()]
    };
    /// And what was granted cannot be read where there is no cluster.
    reads_no_cluster => |context| vec![context.run_guest("hostile-cluster", &["reads-the-cluster"]).run()];
}
