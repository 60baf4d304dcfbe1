//! `cargo xtask licences`: what the dependencies are licensed under and where they come from, from what cargo has on this machine.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::AlreadyTold;
use crate::shell;
use crate::workspace::{self, Package, Workspace};

/// Checks licences, sources and the lock file of all dependencies
#[derive(clap::Args)]
pub(crate) struct Args {}

/// What may be linked into a file that is given to others: permissive, or copyleft by file (MPL-2.0). A new entry is a decision:
/// docs/decisions.md says why.
const ALLOWED: [&str; 15] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MPL-2.0",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "Unlicense",
    "Zlib",
];

pub(crate) fn run(_: &Args, workspace: &Workspace) -> Result<()> {
    // With `--locked` cargo refuses a lock file that does not fit the manifests.
    let metadata = workspace::metadata(&workspace.root, &["--locked"])
        .context("Cargo.lock does not fit the manifests; build once and commit it")?;
    let allowed = allowed()?;
    let mut faults = Vec::new();
    for package in &metadata.packages {
        faults.extend(licence_fault(package, &allowed));
        faults.extend(source_fault(package));
    }
    faults.extend(lock_fault(&workspace.root));
    for fault in &faults {
        eprintln!("{fault}");
    }
    let advisories = check_advisories(&workspace.root)?;
    println!("licences: {} packages, {} faults", metadata.packages.len(), faults.len());
    println!("advisories: {advisories}");
    println!("yanked versions: not checked, that needs the registry's index");
    if faults.is_empty() { Ok(()) } else { Err(AlreadyTold.into()) }
}

fn allowed() -> Result<Vec<spdx::Licensee>> {
    ALLOWED
        .iter()
        .map(|text| spdx::Licensee::parse(text).with_context(|| format!("`{text}` is no SPDX licence")))
        .collect()
}

/// What is wrong with a package's licence, if anything.
fn licence_fault(package: &Package, allowed: &[spdx::Licensee]) -> Option<String> {
    let Package { name, version, .. } = package;
    let Some(text) = &package.license else {
        return Some(format!("{name} {version}: no licence expression; replace the dependency"));
    };
    // Older crates write `MIT/Apache-2.0`.
    let Ok(expression) = spdx::Expression::parse_mode(text, spdx::ParseMode::LAX) else {
        return Some(format!("{name} {version}: `{text}` is no SPDX expression; replace the dependency"));
    };
    let fine = expression.evaluate(|needed| allowed.iter().any(|one| one.satisfies(needed)));
    (!fine).then(|| format!("{name} {version}: `{text}` is not allowed; replace the dependency, or decide and extend the list in xtask/src/licences.rs"))
}

/// What is wrong with where a package comes from, if anything.
fn source_fault(package: &Package) -> Option<String> {
    let Package { name, version, source, .. } = package;
    match source {
        Some(source) if !source.starts_with("registry+") && !source.starts_with("sparse+") => {
            Some(format!("{name} {version}: comes from `{source}`; use a published version"))
        }
        _ => None,
    }
}

/// What is wrong with Cargo.lock in git, if anything.
fn lock_fault(root: &Path) -> Option<String> {
    if !root.join(".git").exists() || shell::which("git").is_none() {
        println!(
            "Cargo.lock: whether it is committed was not checked, since this is no git checkout or git is missing"
        );
        return None;
    }
    let mut git = Command::new("git");
    git.current_dir(root).args(["ls-files", "--error-unmatch", "Cargo.lock"]);
    shell::output(&mut git).is_err().then(|| "Cargo.lock: not committed; `git add Cargo.lock`".to_owned())
}

/// Asks a tool that knows the advisories, where one is installed, and says what came of it.
fn check_advisories(root: &Path) -> Result<&'static str> {
    let mut cargo = shell::cargo(root);
    if shell::which("cargo-deny").is_some() {
        shell::run(cargo.args(["deny", "check", "advisories"]))?;
        Ok("none, says cargo-deny")
    } else if shell::which("cargo-audit").is_some() {
        shell::run(cargo.arg("audit"))?;
        Ok("none, says cargo-audit")
    } else {
        Ok(
            "not checked: neither cargo-deny nor cargo-audit is installed, and their database is not part of any registry",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(license: Option<&str>, source: Option<&str>) -> Package {
        Package {
            name: "some".into(),
            version: "1.0.0".into(),
            manifest_path: "Cargo.toml".into(),
            source: source.map(Into::into),
            license: license.map(Into::into),
            dependencies: Vec::new(),
            targets: Vec::new(),
        }
    }

    fn fault(license: &str) -> Option<String> {
        licence_fault(&package(Some(license), None), &allowed().expect("well-formed"))
    }

    #[test]
    fn one_allowed_choice_is_enough_and_every_part_of_a_conjunction_is_needed() {
        assert_eq!(fault("GPL-3.0-only OR MIT"), None);
        assert_eq!(fault("(MIT OR Apache-2.0) AND BSD-3-Clause"), None);
        assert!(fault("MIT AND GPL-3.0-only").is_some());
    }

    #[test]
    fn an_exception_is_its_own_licence() {
        assert_eq!(fault("Apache-2.0 WITH LLVM-exception"), None);
        assert!(fault("GPL-2.0-only WITH Classpath-exception-2.0").is_some());
    }

    #[test]
    fn the_old_slash_is_read_as_or() {
        assert_eq!(fault("MIT/Apache-2.0"), None);
    }

    #[test]
    fn a_package_without_a_licence_or_with_a_text_for_one_is_a_fault() {
        assert!(licence_fault(&package(None, None), &[]).is_some());
        assert!(fault("see the website").is_some());
    }

    #[test]
    fn only_registries_and_this_repository_are_sources() {
        assert_eq!(source_fault(&package(None, None)), None);
        assert_eq!(source_fault(&package(None, Some("registry+https://example.test/index"))), None);
        assert!(source_fault(&package(None, Some("git+https://example.test/some"))).is_some());
    }
}
