//! Hostile inputs: one folder a case, named after its defect, with the exit code and the error that it gets (`error.txt`).
//!
//! A folder without a test, a test without a folder, and a check of a hostile guest without a folder fail.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    reason = "a test ends by panicking, and reads its own files"
)]

mod case;
mod cluster;
mod component;
mod connect;
mod expected;
mod file;
mod files;
mod report;
mod resolver;
mod run;
mod sockets;
mod state;

use std::collections::BTreeSet;
use std::path::Path;

use dbg_tests::guests;

/// Every list of cases.
const CASES: [&[&str]; 10] = [
    file::CASES,
    component::CASES,
    run::CASES,
    report::CASES,
    sockets::CASES,
    files::CASES,
    resolver::CASES,
    connect::CASES,
    state::CASES,
    cluster::CASES,
];

#[test]
fn every_folder_has_a_test_and_every_test_a_folder() {
    let folders: BTreeSet<String> = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("hostile"))
        .expect("the folder of this file")
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    let tests: BTreeSet<String> = CASES.iter().flat_map(|cases| cases.iter()).map(|name| case::folder(name)).collect();
    assert_eq!(folders, tests);
}

#[test]
fn every_check_of_a_hostile_guest_has_a_case() {
    let tests: BTreeSet<String> = CASES.iter().flat_map(|cases| cases.iter()).map(|name| case::folder(name)).collect();
    for guest in guests().iter().filter(|guest| guest.name.starts_with("hostile-")) {
        let checks = guest.checks();
        assert!(!checks.is_empty(), "`{}` has no check", guest.name);
        for check in checks {
            let is_tried = tests.contains(&check) || tests.iter().any(|case| case.starts_with(&format!("{check}-")));
            assert!(is_tried, "the check `{check}` of `{}` has no folder in tests/hostile", guest.name);
        }
    }
}
