//! What `ss` says.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use dbg_tests::Namespace;

/// Its lines, split at blanks, in the network of the namespace.
pub(crate) fn lines(ss: &Path, namespace: &Namespace, flags: &str) -> Vec<Vec<String>> {
    let output = namespace.enter(|| Command::new(ss).arg(flags).output().expect("`ss` starts"));
    assert!(output.status.success(), "`ss {flags}` fails");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().map(|line| line.split_whitespace().map(str::to_owned).collect()).collect()
}

/// How many sockets of TCP there are in each state.
pub(crate) fn states(ss: &Path, namespace: &Namespace) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for line in lines(ss, namespace, "-Htan") {
        *counts.entry(line[0].clone()).or_default() += 1;
    }
    counts
}
