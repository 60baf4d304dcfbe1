//! `cargo xtask demo`: from a fresh clone to a real answer about this machine. Needs no root.

use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::workspace::Workspace;
use crate::{build, shell};

/// Builds everything, then runs a real DNS check of this machine
#[derive(clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(_: &Args, workspace: &Workspace) -> Result<()> {
    let built = build::build(workspace, &build::Signing::Development)?;
    println!();
    println!("$ target/dist/dbg run dns-check");
    let mut dbg = Command::new(&built.binary);
    dbg.args(["run", "dns-check"]).current_dir(&workspace.root);
    let status = dbg.status().with_context(|| format!("cannot start `{}`", shell::shown(&dbg)))?;
    let Some(meaning) = status.code().and_then(meaning) else {
        bail!("`{}` did not get as far as a verdict: {status}", shell::shown(&dbg));
    };
    println!();
    println!("{meaning}");
    println!();
    println!("The whole tool is one file, `target/dist/dbg`: copy it to where the trouble is. To try next:");
    for (command, what) in NEXT {
        println!("  {command:<60} {what}");
    }
    Ok(())
}

/// What to try after the demo.
const NEXT: [(&str, &str); 5] = [
    ("target/dist/dbg check list", "the checks inside"),
    ("target/dist/dbg check show dns-check", "its parameters, and what it may touch"),
    ("target/dist/dbg run dns-check name=example.com type=A,MX", "another name"),
    ("target/dist/dbg run dns-check name=localhost -o json", "for a program"),
    ("target/dist/dbg plugin add ./check.wasm --allow-unsigned", "a check of your own"),
];

/// What an exit code that is a verdict says about this machine; none for one that is no verdict.
fn meaning(code: i32) -> Option<&'static str> {
    match code {
        0 => Some("The verdict is pass: every name server of this machine answers well."),
        3 => Some(
            "The verdict is fail: on this machine names do not resolve as they should (a machine without a network says that too). \
             The demo worked: finding that out is what the check is for.",
        ),
        4 => Some("The verdict is warn: names resolve, and something above is worth looking after."),
        5 => Some(
            "The verdict is unknown: this machine's name servers could not be looked at; why is said above. The demo worked.",
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_is_a_success_of_the_demo_and_an_error_of_dbg_is_not() {
        for verdict in [0, 3, 4, 5] {
            assert!(meaning(verdict).is_some());
        }
        for error in [1, 2, 101, 130] {
            assert!(meaning(error).is_none());
        }
    }
}
