//! `cargo xtask doctor`: what is missing on this machine, what it is needed for, and how to get it.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::workspace::Workspace;
use crate::{agents, cluster, shell, target};

/// Says what is missing on this machine and how to get it
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Installs what is missing: Rust targets by rustup, the tests' tools by apt-get where this is root
    #[arg(long)]
    install: bool,
}

pub(crate) fn run(args: &Args, _: &Workspace) -> Result<()> {
    if args.install {
        install()?;
    }
    let tools = tools()?;
    print!("{}", table(&tools));
    let needed: Vec<&str> = missing(&tools).filter(|tool| tool.need == Need::Build).map(|tool| &*tool.name).collect();
    if !needed.is_empty() {
        bail!("nothing can be built without {}", needed.join(", "));
    }
    Ok(())
}

/// What becomes of the work when a tool is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// Nothing can be built.
    Build,
    /// Some tests are skipped.
    Tests,
    /// `cargo xtask ci` fails or checks less.
    Checks,
    /// No Kubernetes can be brought up.
    Cluster,
}

/// One thing that this repository uses and does not bring.
pub(crate) struct Tool {
    pub(crate) name: String,
    pub(crate) need: Need,
    /// What it does for us.
    pub(crate) purpose: &'static str,
    found: bool,
    source: Source,
}

/// Where a tool comes from.
enum Source {
    /// Debian's packages of these names.
    Apt(&'static str),
    /// A target of this Rust.
    RustTarget,
    /// A person, following this text.
    Hand(&'static str),
}

impl Tool {
    fn program(name: &str, need: Need, purpose: &'static str, source: Source) -> Self {
        Self { name: name.to_owned(), need, purpose, found: shell::which(name).is_some(), source }
    }

    fn target(triple: &str, purpose: &'static str) -> Result<Self> {
        let found = target::installed(triple)?;
        Ok(Self { name: triple.to_owned(), need: Need::Build, purpose, found, source: Source::RustTarget })
    }

    /// The C compiler for the architecture that is not this machine's: without it `dbg` carries one agent.
    fn cross_compiler() -> Self {
        let (architecture, packages) = match agents::foreign() {
            "aarch64" => ("aarch64", "gcc-aarch64-linux-gnu libc6-dev-arm64-cross"),
            other => (other, "gcc-x86-64-linux-gnu libc6-dev-amd64-cross"),
        };
        let (name, purpose) = (agents::cross_compiler(architecture), "the other architecture's agent and its tests");
        let found = agents::compiles_c(&name);
        Self { name, need: Need::Tests, purpose, found, source: Source::Apt(packages) }
    }

    fn how(&self) -> String {
        match self.source {
            Source::Apt(package) => format!("apt-get install {package}"),
            Source::RustTarget => format!("rustup target add {}", self.name),
            Source::Hand(text) => text.to_owned(),
        }
    }
}

/// Everything that is used, found or not.
pub(crate) fn tools() -> Result<Vec<Tool>> {
    use Need::{Build, Checks, Cluster, Tests};
    use Source::{Apt, Hand};
    let mut tools = vec![
        Tool::program("rustc", Build, "compiling; 1.95 or newer", Hand("install Rust by rustup")),
        Tool::program("cc", Build, "linking", Apt("gcc")),
        Tool::target(&target::musl()?, "the static binary")?,
        Tool::target(target::WASM, "the checks")?,
        Tool::cross_compiler(),
        Tool::program(
            &format!("qemu-{}-static", agents::foreign()),
            Tests,
            "tests of the other architecture's agent",
            Apt("qemu-user-static"),
        ),
        Tool::program("rustup", Checks, "adding Rust targets", Hand("install Rust by rustup")),
        Tool::program("cargo-fmt", Checks, "`cargo xtask ci`", Hand("rustup component add rustfmt")),
        Tool::program("cargo-clippy", Checks, "`cargo xtask ci`", Hand("rustup component add clippy")),
        Tool::program("git", Checks, "whether Cargo.lock is committed", Apt("git")),
        Tool::program("cargo-deny", Checks, "advisories, in `cargo xtask licences`", Hand("cargo install cargo-deny")),
        Tool::program("named", Tests, "tests and benchmarks with a real DNS server", Apt("bind9")),
        Tool::program("dnssec-signzone", Tests, "tests with signed zones", Apt("bind9-utils")),
        Tool::program("dnssec-keygen", Tests, "tests with signed zones", Apt("bind9-utils")),
        Tool::program("dig", Tests, "tests and benchmarks beside `dig`", Apt("bind9-dnsutils")),
        Tool::program("delv", Tests, "tests of DNSSEC beside `delv`", Apt("bind9-dnsutils")),
        Tool::program("dockerd", Tests, "tests in containers of Docker (root)", Apt("docker.io")),
        Tool::program("sshd", Tests, "tests of an engine behind ssh (root)", Apt("openssh-server openssh-client")),
        Tool::program("podman", Tests, "tests in containers of Podman (root)", Apt("podman")),
        Tool::program("containerd", Tests, "tests in containers without an engine (root)", Apt("containerd")),
        Tool::program("busybox", Tests, "what runs in the tests' containers", Apt("busybox-static")),
        Tool::program("ip", Tests, "tests in a network of their own (root)", Apt("iproute2")),
        Tool::program("nft", Tests, "tests with a firewall that drops and rejects (root)", Apt("nftables")),
        Tool::program("nmap", Tests, "tests and benchmarks beside `nmap`", Apt("nmap")),
        Tool::program("ss", Tests, "tests and benchmarks beside `ss`", Apt("iproute2")),
        Tool::program(
            "clang-19",
            Tests,
            "the conformance check in C",
            Apt("clang-19 lld-19 libclang-rt-19-dev-wasm32 wasi-libc"),
        ),
        Tool::program("python3", Tests, "the conformance check in Python", Apt("python3 python3-venv")),
        Tool::program("npm", Tests, "the conformance check in JavaScript", Apt("npm")),
        Tool::program("unshare", Tests, "tests in a network of their own (root)", Apt("util-linux")),
        Tool::program("go", Cluster, "`cargo xtask cluster`; 1.26 or newer", Hand("https://go.dev/dl/")),
    ];
    tools.extend(cluster::NEEDED.iter().map(|needed| Tool {
        name: needed.name.to_owned(),
        need: Cluster,
        purpose: "`cargo xtask cluster`",
        found: needed.is_here(),
        source: Apt(needed.package),
    }));
    Ok(tools)
}

fn missing(tools: &[Tool]) -> impl Iterator<Item = &Tool> {
    tools.iter().filter(|tool| !tool.found)
}

/// The tests' tools that are not here.
pub(crate) fn missing_for_tests() -> Result<Vec<Tool>> {
    let mut tools = tools()?;
    tools.retain(|tool| tool.need == Need::Tests && !tool.found);
    Ok(tools)
}

/// Installs what is missing and can be: Rust targets, and Debian packages where `may_install_packages`.
pub(crate) fn install() -> Result<()> {
    let mut packages: Vec<&str> = Vec::new();
    for tool in missing(&tools()?) {
        match tool.source {
            Source::RustTarget => target::ensure(&tool.name)?,
            Source::Apt(names) => packages.extend(names.split(' ')),
            Source::Hand(_) => {}
        }
    }
    packages.sort_unstable();
    packages.dedup();
    if packages.is_empty() {
        return Ok(());
    }
    if !may_install_packages() {
        eprintln!("not installed, since that takes root and apt-get: {}", packages.join(", "));
        return Ok(());
    }
    let _quiet = ServicesStayDown::begin()?;
    shell::run(&mut apt("update"))?;
    shell::run(apt("install").args(["-y", "--no-install-recommends"]).args(packages))
}

/// Whether this is root on a machine with apt-get.
pub(crate) fn may_install_packages() -> bool {
    let root = std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0);
    root && shell::which("apt-get").is_some()
}

fn apt(verb: &str) -> Command {
    let mut command = Command::new("apt-get");
    command.args(["-qq", verb]).env("DEBIAN_FRONTEND", "noninteractive");
    command
}

/// While it lives, Debian's packages start no service: a name server for the tests must not become this machine's.
struct ServicesStayDown(Option<PathBuf>);

impl ServicesStayDown {
    fn begin() -> Result<Self> {
        let policy = Path::new("/usr/sbin/policy-rc.d");
        if policy.exists() {
            return Ok(Self(None));
        }
        std::fs::write(policy, "#!/bin/sh\nexit 101\n")
            .and_then(|()| {
                use std::os::unix::fs::PermissionsExt as _;
                std::fs::set_permissions(policy, std::fs::Permissions::from_mode(0o755))
            })
            .with_context(|| format!("cannot write `{}`", policy.display()))?;
        Ok(Self(Some(policy.to_path_buf())))
    }
}

impl Drop for ServicesStayDown {
    fn drop(&mut self) {
        if let Some(policy) = &self.0
            && let Err(error) = std::fs::remove_file(policy)
        {
            eprintln!("left behind: `{}` ({error}); remove it, or no package starts its service", policy.display());
        }
    }
}

/// Tool, state, purpose and source as aligned columns.
fn table(tools: &[Tool]) -> String {
    let mut text = row("tool", "state", "needed for", "how to get it");
    for tool in tools {
        let state = match (tool.found, tool.need) {
            (true, _) => "found",
            (false, Need::Build) => "MISSING",
            (false, Need::Tests | Need::Checks | Need::Cluster) => "missing",
        };
        let how = if tool.found { String::new() } else { tool.how() };
        text += &row(&tool.name, state, tool.purpose, &how);
    }
    text
}

fn row(tool: &str, state: &str, purpose: &str, how: &str) -> String {
    let line = format!("{tool:<28} {state:<8} {purpose:<46} {how}");
    format!("{}\n", line.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tool(found: bool, source: Source) -> Tool {
        Tool { name: "named".into(), need: Need::Tests, purpose: "tests", found, source }
    }

    #[test]
    fn a_missing_tool_says_how_to_get_it_and_a_found_one_does_not() {
        assert!(table(&[tool(false, Source::Apt("bind9"))]).contains("apt-get install bind9"));
        let found = table(&[tool(true, Source::Apt("bind9"))]);
        assert!(found.contains("found") && !found.contains("apt-get"));
    }

    #[test]
    fn every_tool_that_tests_need_can_be_installed_by_a_machine() {
        let tools = tools().expect("rustc is there");
        assert!(tools.iter().filter(|tool| tool.need == Need::Tests).all(|tool| matches!(tool.source, Source::Apt(_))));
    }
}
