//! Guests that end badly, or never.

use std::time::Duration;

use dbg_tests::{Context, Output};
use rustix::process::Signal;

use crate::case::cases;

/// Far above each guest's own limit of time, far below one that is not kept.
const LIMIT: Duration = Duration::from_secs(30);

cases! {
    loops_forever => |context| run(context, "loops-forever");
    allocates_without_end => |context| run(context, "allocates-without-end");
    recurses => |context| run(context, "recurses");
    traps => |context| run(context, "traps");
    panics => |context| run(context, "panics");
    exits => |context| run(context, "exits");
    sleeps_forever => |context| run(context, "sleeps-forever");
    waits_forever => |context| run(context, "waits-forever");
    wants_random_bytes => |context| run(context, "wants-random-bytes");
    floods_its_streams => |context| run(context, "floods-its-streams");
    /// Ctrl-C ends a guest that sleeps in a call of the host.
    sleeps_a_minute => |context| {
        let guest = context.run_guest("hostile-run", &["-o", "ndjson", "sleeps-a-minute"]).start();
        guest.wait_for("it started", LIMIT);
        guest.signal(Signal::INT);
        vec![guest.wait(LIMIT)]
    };
}

fn run(context: &Context, check: &str) -> Vec<Output> {
    vec![context.run_guest("hostile-run", &[check]).within(LIMIT).run()]
}
