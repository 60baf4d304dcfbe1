//! What documents say is so: the verbs they name exist, and nobody's own machine is in them.

use super::{Fault, File, Tree};
use crate::verb_names;
use crate::workspace::Workspace;

pub(super) fn check(workspace: &Workspace, tree: &Tree) -> Vec<Fault> {
    let verbs = verb_names();
    let here = workspace.root.to_string_lossy();
    let mut faults = Vec::new();
    for file in &tree.0 {
        if file.path.ends_with(".md") {
            faults.extend(unknown_verbs(file, &verbs));
        }
        faults.extend(machine_paths(file, &here));
    }
    faults
}

/// `cargo xtask VERB` where there is no such verb.
fn unknown_verbs(file: &File, verbs: &[String]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (index, line) in file.text.lines().enumerate() {
        for (at, call) in line.match_indices("cargo xtask ") {
            let rest = line.get(at + call.len()..).unwrap_or_default();
            let is_part = |letter: &char| letter.is_ascii_lowercase() || *letter == '-';
            let verb: String = rest.chars().take_while(is_part).collect();
            if !verb.is_empty() && verb != "help" && !verbs.contains(&verb) {
                faults.push(Fault::new(&file.path, index + 1, format!("`cargo xtask {verb}`: there is no such verb")));
            }
        }
    }
    faults
}

/// The path of this very checkout.
fn machine_paths(file: &File, here: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    // The root of a short path (`/src`) is a word that any file may use.
    let own = here.split('/').filter(|part| !part.is_empty()).count() >= 2;
    for (index, line) in file.text.lines().enumerate() {
        if own && line.contains(here) {
            faults.push(Fault::new(
                &file.path,
                index + 1,
                "the path of one checkout: use a path relative to the repository",
            ));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> File {
        File { path: "README.md".into(), text: text.into(), tests: false }
    }

    #[test]
    fn a_verb_that_does_not_exist_is_found_and_a_placeholder_is_not() {
        let verbs = ["test".to_owned()];
        assert!(unknown_verbs(&file("`cargo xtask test`, `cargo xtask VERB`, cargo xtask help"), &verbs).is_empty());
        assert_eq!(unknown_verbs(&file("a\n`cargo xtask tset`"), &verbs)[0].line, 2);
    }

    #[test]
    fn the_path_of_this_checkout_is_found() {
        assert_eq!(machine_paths(&file("see /some/checkout/docs"), "/some/checkout").len(), 1);
        assert!(machine_paths(&file("see /some/docs"), "/some/checkout").is_empty());
        assert!(machine_paths(&file("in /src"), "/src").is_empty());
    }
}
