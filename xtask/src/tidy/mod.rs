//! `cargo xtask tidy`: what the design says of the tree and no compiler checks. Each rule is a file, and a pure function of texts.

mod bans;
mod capabilities;
mod crates;
mod documents;
mod edges;
mod sizes;
mod source;

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
                found.push(File { path: shown, text });
            }
        }
        Ok(Self(found))
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

    /// Nothing but test code by where it lies: the crate of the end-to-end tests, a crate's `tests` and `benches`, a module `tests`.
    fn is_all_tests(&self) -> bool {
        self.path.starts_with("tests/")
            || ["/tests/", "/benches/"].iter().any(|part| self.path.contains(part))
            || self.path.ends_with("/tests.rs")
    }

    /// The line of the first occurrence, from 1; 1 where there is none.
    fn line_of(&self, what: &str) -> usize {
        self.text.lines().position(|line| line.contains(what)).map_or(1, |index| index + 1)
    }
}

#[cfg(test)]
fn tree(files: &[(&str, &str)]) -> Tree {
    let file = |(path, text): &(&str, &str)| File { path: (*path).to_owned(), text: (*text).to_owned() };
    Tree(files.iter().map(file).collect())
}
