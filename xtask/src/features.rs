//! Whether builds and tests agree on every dependency's features. Where they do not, cargo compiles wasmtime once for each, which takes
//! minutes and is noticed by nobody.

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use crate::workspace::Workspace;
use crate::{build, shell, target};

/// Fails, naming each dependency that a build and a test would compile differently.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let built = resolved(workspace, "normal,build")?;
    let tested = resolved(workspace, "normal,build,dev")?;
    let faults = differences(&built, &tested);
    if !faults.is_empty() {
        bail!(
            "a dev-dependency changes features that the release binary is built with, so wasmtime is compiled twice; \
             list that dependency in tests/Cargo.toml too:\n  {}",
            faults.join("\n  ")
        );
    }
    println!("features: builds and tests agree on all {} dependencies", built.len());
    Ok(())
}

/// Every crate with its version and features, one a line, over these kinds of dependencies.
fn resolved(workspace: &Workspace, edges: &str) -> Result<BTreeSet<String>> {
    let mut cargo = shell::cargo(&workspace.root);
    cargo.args(["tree", "--locked", "--target", &target::musl()?, "--edges", edges]);
    cargo.args(["--prefix", "none", "--format", "{p} [{f}]"]);
    build::select(&mut cargo);
    let text = shell::output(&mut cargo)?;
    Ok(text.lines().map(|line| line.trim_end_matches(" (*)").to_owned()).collect())
}

/// What is built in a form that tests do not have. What only tests have is no difference.
fn differences(built: &BTreeSet<String>, tested: &BTreeSet<String>) -> Vec<String> {
    built.difference(tested).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(lines: &[&str]) -> BTreeSet<String> {
        lines.iter().map(|line| (*line).to_owned()).collect()
    }

    #[test]
    fn a_feature_that_only_tests_switch_on_is_found_and_a_crate_that_only_tests_have_is_fine() {
        let built = set(&["a v1.0.0 [std]", "b v1.0.0 []"]);
        assert!(differences(&built, &set(&["a v1.0.0 [std]", "b v1.0.0 []", "c v1.0.0 []"])).is_empty());
        assert_eq!(differences(&built, &set(&["a v1.0.0 [alloc,std]", "b v1.0.0 []"])), ["a v1.0.0 [std]"]);
    }
}
