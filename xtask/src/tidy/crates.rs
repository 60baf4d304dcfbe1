//! Every crate starts with what it knows, and takes the workspace's lints.

use super::{Fault, Tree};
use crate::workspace::Workspace;

pub(super) fn check(workspace: &Workspace, tree: &Tree) -> Vec<Fault> {
    let manifests = workspace.packages.iter().map(|package| workspace.shown(&package.manifest_path).to_string());
    manifests.flat_map(|manifest| one(tree, &manifest)).collect()
}

fn one(tree: &Tree, manifest: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    if tree.get(manifest).is_some_and(|file| !has_workspace_lints(&file.text)) {
        faults.push(Fault::new(manifest, 1, "add `[lints]` with `workspace = true`"));
    }
    let folder = manifest.trim_end_matches("Cargo.toml");
    for root in ["src/lib.rs", "src/main.rs"] {
        let path = format!("{folder}{root}");
        if tree.get(&path).is_some_and(|file| !file.text.trim_start().starts_with("//!")) {
            faults.push(Fault::new(
                &path,
                1,
                "start with a module comment: what the room knows and what it must never know",
            ));
        }
    }
    faults
}

fn has_workspace_lints(manifest: &str) -> bool {
    let mut lines = manifest.lines().map(str::trim);
    let mut in_lints = lines.by_ref().skip_while(|line| *line != "[lints]").skip(1);
    in_lints.next() == Some("workspace = true") || manifest.contains("\nlints.workspace = true")
}

#[cfg(test)]
mod tests {
    use super::super::tree;
    use super::*;

    #[test]
    fn a_crate_without_the_lints_or_without_a_module_comment_is_a_fault() {
        let bare = tree(&[("host/a/Cargo.toml", "[package]\n"), ("host/a/src/lib.rs", "mod b;\n")]);
        assert_eq!(one(&bare, "host/a/Cargo.toml").len(), 2);
        let fine = tree(&[
            ("host/a/Cargo.toml", "[package]\n\n[lints]\nworkspace = true\n"),
            ("host/a/src/lib.rs", "//! Knows a.\nmod b;\n"),
        ]);
        assert!(one(&fine, "host/a/Cargo.toml").is_empty());
    }
}
