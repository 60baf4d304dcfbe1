//! docs/security.md and the code tell the same steps, types and tests.

use super::*;

const PAGE: &str = include_str!("../../../../../docs/security.md");

#[test]
fn the_page_numbers_the_steps_as_the_code_does() {
    for step in Step::ALL {
        let row = format!("| {} | {step} |", step.number());
        assert!(PAGE.contains(&row), "{row}");
        let code = format!("// Step {}: the {step}", step.number());
        // The code may say `the bytes.` or `the statement, until …`.
        assert!(include_str!("../verify.rs").contains(&code), "{code}");
    }
    assert!(!PAGE.contains(&format!("| {} |", Step::ALL.len() + 1)));
}

#[test]
fn the_page_names_each_payload_type() {
    for kind in [PayloadType::Statement, PayloadType::Root, PayloadType::Revocations] {
        assert!(PAGE.contains(kind.word()), "{kind}");
    }
}

/// The last column of the threat model names tests; each must be there.
#[test]
fn each_threat_names_a_test_that_there_is() {
    let sources = [
        include_str!("hostile/circumstance.rs"),
        include_str!("hostile/envelope.rs"),
        include_str!("hostile/section.rs"),
        include_str!("hostile/statement.rs"),
        include_str!("hostile/key.rs"),
        include_str!("hostile/root.rs"),
        include_str!("hostile/list.rs"),
        include_str!("stories.rs"),
        include_str!("fuzz.rs"),
        include_str!("vouch.rs"),
        include_str!("../stock.rs"),
        include_str!("../../../tests/kill/main.rs"),
        include_str!("../store/tests.rs"),
        include_str!("../private_key.rs"),
    ];
    let model = PAGE.split("## Threat model").nth(1).unwrap().split("\n## ").next().unwrap();
    let mut rows = 0;
    for row in model.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| threat")) {
        let tests = row.trim_end_matches('|').rsplit('|').next().unwrap();
        let mut names = 0;
        for name in tests.split('`').skip(1).step_by(2) {
            assert!(sources.iter().any(|source| source.contains(name)), "{name}");
            names += 1;
        }
        assert!(names > 0, "{row}");
        rows += 1;
    }
    assert!(rows >= 15, "{rows}");
}
