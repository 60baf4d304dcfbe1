//! docs/security.md and the code tell the same steps, types and tests.

use std::path::Path;

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

/// All Rust of these wings of the repository: a threat may be answered anywhere.
fn sources() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut folders = vec![root.join("host"), root.join("tests"), root.join("xtask")];
    let mut text = String::new();
    while let Some(folder) = folders.pop() {
        for entry in fs_err::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.extension() {
                None if path.is_dir() && !path.ends_with("target") => folders.push(path),
                Some(kind) if kind == "rs" => text.push_str(&fs_err::read_to_string(path).unwrap()),
                _ => {}
            }
        }
    }
    text
}

/// The last column of each table of threats names tests; each must be there.
#[test]
fn each_threat_names_a_test_that_there_is() {
    let sources = sources();
    let models = PAGE.split("## Threat model").nth(1).unwrap().split("\n## ").next().unwrap();
    let mut rows = 0;
    for row in models.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| threat")) {
        let tests = row.trim_end_matches('|').rsplit('|').next().unwrap();
        let mut names = 0;
        for name in tests.split('`').skip(1).step_by(2) {
            assert!(sources.contains(&format!("fn {name}(")), "{name}");
            names += 1;
        }
        assert!(names > 0, "{row}");
        rows += 1;
    }
    assert!(rows >= 40, "{rows}");
}
