//! `cargo xtask tidy`: what the design says of the tree and no compiler checks. Each rule is a file, and a pure function of texts.

mod bans;
mod capabilities;
mod crates;
mod documents;
mod edges;
mod protocol;
mod sizes;
mod source;

use std::collections::BTreeSet;
use std::fmt;

use anyhow::Result;

use crate::AlreadyTold;
use crate::files;
use crate::workspace::Workspace;

/// Checks edges between rooms, file sizes, bans and names
#[derive(clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(_: &Args, workspace: &Workspace) -> Result<()> {
    let tree = Tree::read(workspace)?;
    let mut faults = Vec::new();
    faults.extend(edges::check(workspace, &tree));
    faults.extend(sizes::check(&tree));
    faults.extend(bans::check(&tree));
    faults.extend(crates::check(workspace, &tree));
    faults.extend(capabilities::check(&tree));
    faults.extend(documents::check(workspace, &tree));
    faults.extend(protocol::check(&tree));
    faults.sort();
    for fault in &faults {
        println!("{fault}");
    }
    println!("tidy: {} files, {} faults", tree.0.len(), faults.len());
    if faults.is_empty() { Ok(()) } else { Err(AlreadyTold.into()) }
}

/// One place that breaks a rule, and what to do there.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Fault {
    /// Relative to the repository.
    file: String,
    /// From 1.
    line: usize,
    text: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, text } = self;
        write!(formatter, "{file}:{line}: {text}")
    }
}

impl Fault {
    fn new(file: &str, line: usize, text: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, text: text.into() }
    }
}

/// Every text file of the repository but the lock files, which cargo writes.
struct Tree(Vec<File>);

/// One file.
struct File {
    /// Relative to the repository, with `/`.
    path: String,
    text: String,
    /// Whether it is nothing but test code.
    tests: bool,
}

/// By where a file lies (the crate of the end-to-end tests, a crate's `tests` and `benches`), or since it is or is below one of these
/// modules, which are given as paths without their ending.
fn is_test_code(path: &str, modules: &BTreeSet<String>) -> bool {
    let parts = path.match_indices(['/', '.']).filter_map(|(at, _)| path.get(..at));
    path.starts_with("tests/")
        || ["/tests/", "/benches/"].iter().any(|part| path.contains(part))
        || parts.into_iter().any(|part| modules.contains(part))
}

/// The modules with a file of their own that this file declares under `#[cfg(test)]`, as paths without their ending.
fn test_modules(path: &str, text: &str) -> Vec<String> {
    let Some(stem) = path.strip_suffix(".rs") else { return Vec::new() };
    let folder = match stem.rsplit_once('/') {
        Some((folder, "lib" | "main" | "mod")) => folder,
        _ => stem,
    };
    let source = source::Source::new(text);
    let lines = source.code.iter().zip(&source.test).filter(|(_, test)| **test).map(|(code, _)| code.trim());
    lines
        .filter_map(|line| {
            let (_, name) = line.strip_suffix(';')?.rsplit_once("mod ")?;
            Some(format!("{folder}/{name}"))
        })
        .collect()
}

impl Tree {
    fn read(workspace: &Workspace) -> Result<Self> {
        let mut found = Vec::new();
        for path in files::walk(&workspace.root)? {
            let shown = workspace.shown(&path).to_string();
            if shown.ends_with(".lock") {
                continue;
            }
            // What is no UTF-8 (an object file, a hostile input) has no lines to judge.
            if let Ok(text) = String::from_utf8(files::read(&path)?) {
                found.push((shown, text));
            }
        }
        Ok(Self::new(found))
    }

    fn new(files: Vec<(String, String)>) -> Self {
        let modules: BTreeSet<String> = files.iter().flat_map(|(path, text)| test_modules(path, text)).collect();
        let file = |(path, text): (String, String)| File { tests: is_test_code(&path, &modules), path, text };
        Self(files.into_iter().map(file).collect())
    }

    fn get(&self, path: &str) -> Option<&File> {
        self.0.iter().find(|file| file.path == path)
    }

    /// Whether there is a file at or below this path.
    fn has(&self, path: &str) -> bool {
        self.0
            .iter()
            .any(|file| file.path.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
    }
}

impl File {
    fn is_rust_in(&self, folders: &[&str]) -> bool {
        self.path.ends_with(".rs") && self.path.split_once('/').is_some_and(|(top, _)| folders.contains(&top))
    }

    /// The line of the first occurrence, from 1; 1 where there is none.
    fn line_of(&self, what: &str) -> usize {
        self.text.lines().position(|line| line.contains(what)).map_or(1, |index| index + 1)
    }
}

#[cfg(test)]
fn tree(files: &[(&str, &str)]) -> Tree {
    Tree::new(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_of_tests_in_its_own_file_is_test_code_wherever_its_parent_lies() {
        let all = tree(&[
            ("host/a/src/lib.rs", "#[cfg(test)]\nmod samples;\nmod b;\n"),
            ("host/a/src/samples.rs", ""),
            ("host/a/src/b.rs", "#[cfg(test)]\npub(crate) mod cases;\n"),
            ("host/a/src/b/cases/mod.rs", ""),
            ("host/a/src/b/cases/one.rs", ""),
            ("host/a/tests/c.rs", ""),
        ]);
        let tests: Vec<&str> = all.0.iter().filter(|file| file.tests).map(|file| &*file.path).collect();
        let expected = ["src/samples.rs", "src/b/cases/mod.rs", "src/b/cases/one.rs", "tests/c.rs"];
        assert_eq!(tests, expected.map(|path| format!("host/a/{path}")));
    }
}
