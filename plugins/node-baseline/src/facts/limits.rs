//! What the kernel has a limited number of, and how much of it is taken.

use dbg_sdk::prelude::*;

use crate::fact::Facts;
use crate::read::{number, value};

/// From here on in percent somebody should look, and from here on it fails.
const WARN: u64 = 80;
const FAIL: u64 = 95;

pub(crate) fn read(facts: &mut Facts, run: &Run) {
    let files = value("/proc/sys/fs/file-nr");
    let mut numbers = files.iter().flat_map(|text| text.split_whitespace()).filter_map(|text| text.parse().ok());
    taken(
        "open files",
        (numbers.next(), numbers.nth(1)),
        "raise `fs.file-max`, or find who keeps files open",
        facts,
        run,
    );
    let threads =
        value("/proc/loadavg").and_then(|text| text.split_whitespace().nth(3)?.split_once('/')?.1.parse().ok());
    let most = [number("/proc/sys/kernel/pid_max"), number("/proc/sys/kernel/threads-max")].into_iter().flatten().min();
    taken("threads", (threads, most), "find who starts threads without end: new ones, and new pods, fail", facts, run);
    let flows =
        (number("/proc/sys/net/netfilter/nf_conntrack_count"), number("/proc/sys/net/netfilter/nf_conntrack_max"));
    taken(
        "tracked connections",
        flows,
        "raise `net.netfilter.nf_conntrack_max`: above it new connections are dropped",
        facts,
        run,
    );
}

fn taken(what: &str, of: (Option<u64>, Option<u64>), step: &str, facts: &mut Facts, run: &Run) {
    let (Some(count), Some(most)) = of else { return };
    let Some(percent) = count.saturating_mul(100).checked_div(most) else { return };
    facts.tell(&format!("{what}, taken"), Some(format!("{percent} %")));
    let id = format!("node-{}", what.replace([' ', ','], "-"));
    let sentence = format!("{percent} % of the {what} that the kernel allows are taken");
    let finding = match percent {
        FAIL.. => run.fail(&id, sentence),
        WARN.. => run.warn(&id, sentence),
        _ => return,
    };
    finding
        .about(what)
        .many(format!("run out of {what}"))
        .evidence("taken", count)
        .evidence("allowed", most)
        .next_step(step);
}
