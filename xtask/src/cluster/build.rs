//! The Go module as programs: one for all parts, which the name it is called by chooses, and `pause`.

use std::fs;
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use sha2::{Digest as _, Sha256};

use super::place::Place;
use crate::{files, shell};

/// The names of the one program; `cargo xtask cluster env` puts their folder on PATH, for `kubectl`.
const NAMES: [&str; 11] = [
    "coredns",
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-proxy",
    "kube-scheduler",
    "kubectl",
    "kubelet",
    "kwok",
    "kwok-stages",
    "registry",
];
/// What says of which sources the programs are made.
const STAMP: &str = "sources";
/// The module that decides what Kubernetes says its version is.
const KUBERNETES: &str = "k8s.io/kubernetes";

pub(super) fn run(place: &Place) -> Result<()> {
    ensure(place)?;
    println!("{}", place.programs.display());
    Ok(())
}

/// Builds the programs unless they are those of the present sources.
pub(super) fn ensure(place: &Place) -> Result<()> {
    let (stamp, sources) = (place.program(STAMP), digest_of_sources(place)?);
    if fs::read_to_string(&stamp).is_ok_and(|built| built == sources) {
        return Ok(());
    }
    if shell::which("go").is_none() {
        bail!("a cluster's parts are Go programs, and `go` is missing; get Go 1.26 or newer from https://go.dev/dl/");
    }
    files::make_folder(&place.programs)?;
    let go_mod = files::read_text(&place.module.join("go.mod"))?;
    let Some(version) = version_of(&go_mod, KUBERNETES) else {
        bail!("`xtask/cluster/go.mod` names no `{KUBERNETES}`")
    };
    eprintln!("building Kubernetes {version}; the first time that takes minutes and 5 GB in Go's caches");
    go(place, &format!("-s -w {}", version_flags(version)), "parts", ".")?;
    go(place, "-s -w", "pause", "./pause")?;
    for name in NAMES {
        let link = place.program(name);
        if !link.is_symlink() {
            std::os::unix::fs::symlink("parts", &link).with_context(|| format!("cannot link `{}`", link.display()))?;
        }
    }
    fs::write(&stamp, sources).with_context(|| format!("cannot write `{}`", stamp.display()))
}

fn go(place: &Place, linker: &str, name: &str, package: &str) -> Result<()> {
    let mut command = Command::new("go");
    command.current_dir(&place.module).args(["build", "-buildvcs=false", "-ldflags", linker, "-o"]);
    command.arg(place.program(name)).arg(package);
    // Without a collector the compiler is a third quicker; the largest of its processes, the linker, takes 4 GB.
    command.env("CGO_ENABLED", "0").env("GOGC", "off");
    shell::run(&mut command)
}

/// Where upstream's own build writes the version that servers and clients tell each other.
fn version_flags(version: &str) -> String {
    let mut numbers = version.trim_start_matches('v').split('.');
    let (major, minor) = (numbers.next().unwrap_or("0"), numbers.next().unwrap_or("0"));
    let values = [
        ("gitVersion", version),
        ("gitMajor", major),
        ("gitMinor", minor),
        ("gitTreeState", "clean"),
        ("gitCommit", "0000000000000000000000000000000000000000"),
        ("buildDate", "1970-01-01T00:00:00Z"),
    ];
    let packages = ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"];
    let flag = |package: &str, (name, value): &(&str, &str)| format!("-X {package}.{name}={value}");
    packages.iter().flat_map(|package| values.iter().map(|it| flag(package, it))).collect::<Vec<_>>().join(" ")
}

/// The version of a module that a go.mod requires.
fn version_of<'a>(go_mod: &'a str, module: &str) -> Option<&'a str> {
    go_mod.lines().find_map(|line| {
        let (name, version) = line.trim().trim_start_matches("require ").split_once(' ')?;
        (name == module && version.starts_with('v')).then(|| version.split_whitespace().next().unwrap_or(version))
    })
}

fn digest_of_sources(place: &Place) -> Result<String> {
    let mut digest = Sha256::new();
    for path in files::walk(&place.module)? {
        digest.update(path.file_name().unwrap_or_default().as_encoded_bytes());
        digest.update(files::read(&path)?);
    }
    Ok(format!("{:x}", digest.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_the_one_that_is_required_and_not_one_that_replaces() {
        let go_mod =
            "require (\n\tk8s.io/kubernetes v1.37.2 // x\n)\nreplace (\n\tk8s.io/api => k8s.io/api v0.37.2\n)\n";
        assert_eq!(version_of(go_mod, KUBERNETES), Some("v1.37.2"));
        assert_eq!(version_of(go_mod, "k8s.io/api"), None);
    }

    #[test]
    fn both_sides_of_a_connection_are_told_the_version() {
        let flags = version_flags("v1.37.2");
        assert!(flags.contains("k8s.io/client-go/pkg/version.gitMinor=37"));
        assert!(flags.contains("k8s.io/component-base/version.gitVersion=v1.37.2"));
    }
}
