//! The agents that `dbg` carries: one a Linux architecture, built alone and so without a compiler, checked, and packed.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::build::Settings;
use crate::workspace::Workspace;
use crate::{elf, files, shell, target};

/// What is promised to whoever carries one over a thin link: at most this much, in bytes.
const MAXIMUM_SIZE: u64 = 8_000_000;

/// The same once it is packed.
const MAXIMUM_PACKED: u64 = 3_000_000;

/// The crate of the compiler, as its sources' paths stand in every program that has it.
const COMPILER: &[u8] = b"cranelift-codegen-";

/// What has an agent, by the word that Rust and `uname -m` have for it.
const ARCHITECTURES: [&str; 2] = ["x86_64", "aarch64"];

/// What a build carries, and what it does not.
pub(crate) struct Agents {
    carried: Vec<Carried>,
    /// Architecture, and what there is no agent for it without.
    missing: Vec<(&'static str, String)>,
}

struct Carried {
    architecture: &'static str,
    size: u64,
    packed: u64,
}

/// The loader lies in an object of a cluster, of which it may have this much.
const MAXIMUM_LOADER: u64 = 256 << 10;

/// The folder with `<architecture>.zst` of each agent, `<architecture>.image`, the ids of its image, and `<architecture>.loader`, what waits in a
/// pod for it.
pub(crate) fn folder(workspace: &Workspace) -> PathBuf {
    workspace.target.join("agents")
}

/// The folder with each agent as it is unpacked, by its architecture.
pub(crate) fn programs(workspace: &Workspace) -> PathBuf {
    workspace.dist().join("agents")
}

/// The C compiler and linker that an agent for another architecture takes.
pub(crate) fn cross_compiler(architecture: &str) -> String {
    format!("{architecture}-linux-gnu-gcc")
}

/// The architecture that is not this machine's.
pub(crate) fn foreign() -> &'static str {
    match std::env::consts::ARCH {
        "aarch64" => "x86_64",
        _ => "aarch64",
    }
}

/// Whether there is this compiler, and a C library for it.
pub(crate) fn compiles_c(compiler: &str) -> bool {
    let words = ["-E", "-include", "stdio.h", "-x", "c", "/dev/null", "-o", "/dev/null"];
    shell::which(compiler).is_some_and(|compiler| shell::output(Command::new(compiler).args(words)).is_ok())
}

/// Builds, checks and packs all that this machine can. `pack` is the program that packs one.
pub(crate) fn build(workspace: &Workspace, settings: &Settings, pack: &Path) -> Result<Agents> {
    let (folder, programs) = (folder(workspace), programs(workspace));
    let mut agents = Agents { carried: Vec::new(), missing: Vec::new() };
    let mut kept = Vec::new();
    for architecture in ARCHITECTURES {
        let triple = format!("{architecture}-unknown-linux-musl");
        let cross = (architecture == foreign()).then(|| cross_compiler(architecture));
        if let Some(missing) = cross.as_ref().and_then(|compiler| missing(compiler, &triple)) {
            agents.missing.push((architecture, missing));
            continue;
        }
        let built = compile(workspace, settings, &triple, cross.as_deref(), &AGENT)?;
        let fresh_loader = compile(workspace, settings, &triple, cross.as_deref(), &LOADER)?;
        let plain = programs.join(architecture);
        let [packed, ids, loader] =
            ["zst", "image", "loader"].map(|ending| folder.join(format!("{architecture}.{ending}")));
        let context = || format!("the agent for {architecture} cannot be given away");
        check(&built).with_context(context)?;
        check_loader(&fresh_loader).with_context(|| format!("the loader for {architecture} cannot be given away"))?;
        if !files::same(&fresh_loader, &loader) {
            files::lay(&fresh_loader, &loader)?;
        }
        // The ids depend on this version's image as well, and cost nothing to know.
        let fresh = tempfile::tempdir_in(&workspace.target).context("cannot make a temporary folder")?;
        let [fresh_packed, fresh_ids] = ["zst", "image"].map(|ending| fresh.path().join(ending));
        shell::run(Command::new(pack).arg(architecture).arg(&built).args([&fresh_packed, &fresh_ids]))
            .with_context(context)?;
        if !files::same(&fresh_ids, &ids) {
            files::lay(&fresh_ids, &ids)?;
        }
        if !packed.is_file() || !files::same(&built, &plain) {
            files::lay(&fresh_packed, &packed)?;
            // Last: whatever breaks off before it is packed again.
            files::lay(&built, &plain)?;
        }
        let carried = Carried { architecture, size: files::size(&plain)?, packed: files::size(&packed)? };
        bound(carried.packed, MAXIMUM_PACKED).context("packed").with_context(context)?;
        agents.carried.push(carried);
        kept.extend([plain, packed, ids, loader]);
    }
    files::keep_only(&folder, &kept)?;
    files::keep_only(&programs, &kept)?;
    Ok(agents)
}

/// What another architecture's agent cannot be built without and is not here.
fn missing(compiler: &str, triple: &str) -> Option<String> {
    if !compiles_c(compiler) {
        return Some(format!("`{compiler}` with a C library"));
    }
    // Without a network or without rustup this machine's own agent is still worth having.
    target::ensure(triple).is_err().then(|| format!("the Rust target `{triple}`"))
}

/// What is built for each architecture.
struct Made {
    name: &'static str,
    profile: &'static str,
    features: &'static [&'static str],
}

const AGENT: Made = Made { name: "dbg-agent", profile: "agent", features: &[] };
/// It has no standard library, and so a profile of its own.
const LOADER: Made = Made { name: "dbg-loader", profile: "loader", features: &["--features", "program"] };

/// Compiles one program, by itself: with the rest of the house cargo would give it the compiler that the house has.
fn compile(
    workspace: &Workspace,
    settings: &Settings,
    triple: &str,
    cross: Option<&str>,
    made: &Made,
) -> Result<PathBuf> {
    target::ensure(triple)?;
    let mut cargo = shell::cargo(&workspace.root);
    cargo.args(["build", "--profile", made.profile, "--target", triple, "-p", made.name, "--bin", made.name]);
    cargo.args(made.features);
    if let Some(compiler) = cross {
        let of = triple.replace('-', "_");
        cargo
            .env(format!("CC_{of}"), compiler)
            .env(format!("AR_{of}"), compiler.replace("-gcc", "-ar"))
            .env(format!("CARGO_TARGET_{}_LINKER", of.to_uppercase()), compiler);
    }
    settings.apply(&mut cargo);
    shell::run(&mut cargo).with_context(|| format!("`{}` for `{triple}` does not build", made.name))?;
    Ok(workspace.target.join(triple).join(made.profile).join(made.name))
}

fn check_loader(program: &Path) -> Result<()> {
    let bytes = files::read(program)?;
    elf::facts(&bytes)?.require_static_and_stripped()?;
    bound(bytes.len() as u64, MAXIMUM_LOADER)
}

fn check(program: &Path) -> Result<()> {
    let bytes = files::read(program)?;
    elf::facts(&bytes)?.require_static_and_stripped()?;
    if bytes.windows(COMPILER.len()).any(|part| part == COMPILER) {
        bail!("it has a compiler in it: a crate that it is made of switches `dbg-engine/compiler` on");
    }
    bound(bytes.len() as u64, MAXIMUM_SIZE)
}

fn bound(size: u64, maximum: u64) -> Result<()> {
    if size > maximum {
        bail!("it has {}, more than {}", files::shown_size(size), files::shown_size(maximum));
    }
    Ok(())
}

/// Which agents a build carries, in one line, and what it takes to carry the others.
impl fmt::Display for Agents {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        for Carried { architecture, size, packed } in &self.carried {
            let (size, packed) = (files::shown_size(*size), files::shown_size(*packed));
            parts.push(format!("{architecture} ({size}, packed {packed})"));
        }
        for (architecture, missing) in &self.missing {
            parts.push(format!("NONE for {architecture}: {missing} is missing, see `cargo xtask doctor`"));
        }
        write!(formatter, "agents: {}", parts.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_architecture_without_an_agent_is_named_with_what_is_missing() {
        let carried = vec![Carried { architecture: "x86_64", size: 5_800_000, packed: 2_100_000 }];
        let text = Agents { carried, missing: vec![("aarch64", "`gcc`".to_owned())] }.to_string();
        assert!(text.contains("x86_64 (5.8 MB, packed 2.1 MB)"), "{text}");
        assert!(text.contains("NONE for aarch64: `gcc` is missing"), "{text}");
    }

    #[test]
    fn a_compiler_that_is_not_there_compiles_no_c() {
        assert!(compiles_c("cc"));
        assert!(!compiles_c("no-such-compiler"));
    }

    #[test]
    fn a_program_that_is_too_large_and_one_with_a_compiler_are_refused() {
        assert!(bound(MAXIMUM_SIZE, MAXIMUM_SIZE).is_ok());
        assert!(bound(MAXIMUM_SIZE + 1, MAXIMUM_SIZE).is_err());
        let mut file = vec![0; 64];
        file[..6].copy_from_slice(b"\x7fELF\x02\x01");
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("agent");
        std::fs::write(&path, &file).expect("written");
        check(&path).expect("static, stripped, small, without a compiler");
        file.extend(b"/registry/cranelift-codegen-0.135.8/src/lib.rs");
        std::fs::write(&path, &file).expect("written");
        assert!(check(&path).expect_err("it has one").to_string().contains("compiler"));
    }
}
