//! A file is one idea: at most 500 lines, its tests not counted.

use super::source::Source;
use super::{Fault, Tree};

const LINES: usize = 500;

pub(super) fn check(tree: &Tree) -> Vec<Fault> {
    let rust = tree.0.iter().filter(|file| file.is_rust_in(&["host", "sdk", "plugins", "xtask", "tests"]));
    rust.filter_map(|file| {
        // The end-to-end tests are code that people look for things in; a room's own tests stand beside what they test.
        let is_module_of_tests = file.tests && !file.path.starts_with("tests/");
        let length = if is_module_of_tests { 0 } else { Source::new(&file.text).length() };
        (length > LINES).then(|| {
            let text = format!("{length} lines without tests, at most {LINES}; split it by noun, one idea a file");
            Fault::new(&file.path, 1, text)
        })
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::super::tree;
    use super::*;

    #[test]
    fn a_long_file_is_a_fault_and_its_tests_do_not_count() {
        let long = "fn a() {}\n".repeat(501);
        assert_eq!(check(&tree(&[("host/model/src/a.rs", &long)])).len(), 1);
        let tested = format!("fn a() {{}}\n#[cfg(test)]\nmod tests {{\n{}}}\n", "    fn a() {}\n".repeat(600));
        assert!(check(&tree(&[("host/model/src/a.rs", &tested)])).is_empty());
    }

    #[test]
    fn files_of_other_kinds_may_be_long() {
        let long = "line\n".repeat(501);
        assert!(check(&tree(&[("docs/architecture.md", &long)])).is_empty());
    }
}
