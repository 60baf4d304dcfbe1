//! Words that do not land: promises for later, silenced lints without a reason, tests that do not run, and what can panic.

use super::source::Source;
use super::{Fault, File, Tree};

/// Every wing with Rust in it.
const RUST: [&str; 5] = ["host", "sdk", "plugins", "xtask", "tests"];
/// Where a panic takes down somebody else's run.
const NO_PANIC: [&str; 3] = ["host", "sdk", "plugins"];
/// Written by a macro into another's crate, where an `expect` that does not come true would be a warning of its own.
const WRITES_FOREIGN_CODE: &str = "sdk/rust/macros/";

pub(super) fn check(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for file in &tree.0 {
        if file.is_rust_in(&RUST) {
            faults.extend(rust(file));
        } else if !file.path.starts_with("tests/hostile/") {
            faults.extend(promises(&file.path, file.text.lines()));
        }
        if file.path.ends_with("Cargo.toml") {
            faults.extend(anyhow(file));
        }
    }
    faults
}

fn rust(file: &File) -> Vec<Fault> {
    let source = Source::new(&file.text);
    let mut faults = promises(&file.path, source.comments.iter().map(String::as_str));
    let may_panic = !file.is_rust_in(&NO_PANIC) || file.tests;
    for (index, code) in source.code.iter().enumerate() {
        let mut fault = |text: String| faults.push(Fault::new(&file.path, index + 1, text));
        for word in ["todo!", "unimplemented!"] {
            if code.contains(word) {
                fault(format!("`{word}`: write it, or leave the way to it out"));
            }
        }
        if code.contains("#[ignore") {
            fault("an ignored test: make it run, or remove it".to_owned());
        }
        let silences = code.contains("#[allow(") || code.contains("#![allow(");
        if silences && !file.path.starts_with(WRITES_FOREIGN_CODE) {
            fault("`allow`: use `#[expect(…, reason = \"…\")]`, which ends when its cause does".to_owned());
        }
        if is_expect_attribute(code) && !has_reason(source.code.get(index..).unwrap_or_default()) {
            fault("`expect` without `reason = \"…\"`".to_owned());
        }
        let is_test = source.test.get(index).copied().unwrap_or_default();
        if !may_panic
            && !is_test
            && let Some(word) = panicking(code)
        {
            fault(format!("`{word}` can panic outside a test: return an error"));
        }
    }
    faults
}

fn is_expect_attribute(code: &str) -> bool {
    code.contains("#[expect(") || code.contains("#![expect(")
}

/// Whether the attribute that starts in the first line has a reason before its end.
fn has_reason(code: &[String]) -> bool {
    for line in code {
        if line.contains("reason =") {
            return true;
        }
        if line.contains(")]") {
            return false;
        }
    }
    false
}

/// What in this line of code can panic, if anything. `.expect(` counts with a text for argument: parsers have methods of that name.
fn panicking(code: &str) -> Option<&'static str> {
    let squeezed = code.replace(' ', "");
    [(".unwrap()", ".unwrap()"), (".expect(\"", ".expect("), (".expect(&format!", ".expect(")]
        .into_iter()
        .chain([("panic!(", "panic!"), ("unreachable!(", "unreachable!")])
        .find(|(pattern, _)| squeezed.contains(pattern))
        .map(|(_, name)| name)
}

/// The marks of unfinished work, as whole words.
fn promises<'a>(path: &str, lines: impl Iterator<Item = &'a str>) -> Vec<Fault> {
    let marks = ["TODO", "FIXME", "XXX"];
    let mut faults = Vec::new();
    for (index, line) in lines.enumerate() {
        let mut words = line.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
        if let Some(word) = words.find(|word| marks.contains(word)) {
            faults.push(Fault::new(
                path,
                index + 1,
                format!("`{word}`: do it, or file an issue and say what is so today"),
            ));
        }
    }
    faults
}

/// Errors without a type are for programs, not for libraries: only the operator's binary and xtask have them.
fn anyhow(manifest: &File) -> Option<Fault> {
    if ["host/dbg/Cargo.toml", "xtask/Cargo.toml", "Cargo.toml"].contains(&&*manifest.path) {
        return None;
    }
    let line = manifest.text.lines().position(|line| line.trim_start().starts_with("anyhow"))?;
    Some(Fault::new(
        &manifest.path,
        line + 1,
        "`anyhow` in a library: give the room its own error enum, by `thiserror`",
    ))
}

#[cfg(test)]
mod tests {
    use super::super::tree;
    use super::*;

    fn faults(path: &str, text: &str) -> Vec<(usize, String)> {
        check(&tree(&[(path, text)])).into_iter().map(|fault| (fault.line, fault.text)).collect()
    }

    const HOST: &str = "host/model/src/a.rs";

    #[test]
    fn promises_are_found_in_comments_and_documents_and_not_inside_words_or_strings() {
        assert_eq!(faults(HOST, "// TODO: more\nlet a = \"TODO\";\n// mktemp aXXXXXX\n").len(), 1);
        assert_eq!(faults("docs/a.md", "one\nFIXME two\n")[0].0, 2);
        assert!(faults("tests/hostile/text/input.txt", "TODO").is_empty());
    }

    #[test]
    fn unfinished_code_and_ignored_tests_are_found_everywhere() {
        for code in ["todo!()", "unimplemented!()", "#[ignore]\nfn a() {}", "#[ignore = \"slow\"]"] {
            assert_eq!(faults("tests/src/a.rs", code).len(), 1, "{code}");
        }
    }

    #[test]
    fn a_lint_is_silenced_by_expect_with_a_reason_also_over_lines() {
        assert_eq!(faults(HOST, "#[allow(dead_code)]").len(), 1);
        assert_eq!(faults(HOST, "#[expect(dead_code)]\n// reason = later\n").len(), 1);
        assert!(faults(HOST, "#[expect(dead_code, reason = \"a\")]").is_empty());
        assert!(faults(HOST, "#[expect(\n    dead_code,\n    reason = \"a\"\n)]").is_empty());
        assert!(faults("sdk/rust/macros/src/a.rs", "quote! { #[allow(dead_code)] }").is_empty());
    }

    #[test]
    fn panics_are_found_outside_tests_only() {
        for code in ["a.unwrap()", "a.expect(\"b\")", "panic!(\"a\")", "unreachable!()"] {
            assert_eq!(faults(HOST, code).len(), 1, "{code}");
            assert!(faults(HOST, &format!("#[cfg(test)]\nmod tests {{\n    {code};\n}}\n")).is_empty());
            assert!(faults("xtask/src/a.rs", code).is_empty());
            assert!(faults("sdk/rust/tests/a.rs", code).is_empty());
        }
    }

    #[test]
    fn a_parsers_own_expect_and_a_panic_in_a_doc_comment_are_fine() {
        assert!(faults(HOST, "self.expect(Token::Comma)?;").is_empty());
        assert!(faults(HOST, "/// a.unwrap()\nfn a() {}").is_empty());
    }

    #[test]
    fn untyped_errors_are_for_programs() {
        assert_eq!(faults("host/model/Cargo.toml", "[dependencies]\nanyhow.workspace = true\n")[0].0, 2);
        assert!(faults("host/dbg/Cargo.toml", "anyhow.workspace = true\n").is_empty());
    }
}
