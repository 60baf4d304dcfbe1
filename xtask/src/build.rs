//! `cargo xtask build`: the release binary, static and stripped, with the stock checks inside, already compiled, and the agents.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::agents::{self, Agents};
use crate::workspace::Workspace;
use crate::{build_id, elf, files, plugins, shell, target};

/// What the design promises to somebody with a stick: at most this much, in bytes.
const MAXIMUM_SIZE: u64 = 40_000_000;

/// Builds the binary; for a release, with stock checks that were signed elsewhere
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The root of `dbg`, for a release; a development root is refused
    #[arg(long, value_name = "FILE", requires = "release_plugins")]
    release_root: Option<PathBuf>,
    /// The signed stock checks, one `.wasm` each
    #[arg(long, value_name = "FOLDER", requires = "release_root")]
    release_plugins: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, workspace: &Workspace) -> Result<()> {
    let signing = match (args.release_root.clone(), args.release_plugins.clone()) {
        (Some(root), Some(plugins)) => Signing::Release { root, plugins },
        _ => Signing::Development,
    };
    let built = build(workspace, &signing)?;
    let size = files::shown_size(files::size(&built.binary)?);
    println!("{} {size}, static, stripped, build {}", workspace.shown(&built.binary), built.settings.id);
    println!("{}", built.agents);
    Ok(())
}

/// Who signs the stock checks.
pub(crate) enum Signing {
    /// A key of this clone's own, made when there is none.
    Development,
    /// Those who release `dbg`, where their keys are.
    Release {
        /// The file of their root.
        root: PathBuf,
        /// The folder of what they signed.
        plugins: PathBuf,
    },
}

/// What a build leaves behind.
pub(crate) struct Built {
    /// `target/dist/dbg`.
    pub(crate) binary: PathBuf,
    /// What it was built with; whoever compiles the same crates again takes the same, or cargo compiles all of them twice.
    pub(crate) settings: Settings,
    /// The agents inside.
    agents: Agents,
}

/// What the crates of the host read from the environment when they are compiled.
pub(crate) struct Settings {
    id: String,
    stock: PathBuf,
    agents: PathBuf,
}

impl Settings {
    fn of(workspace: &Workspace) -> Result<Self> {
        let agents = agents::folder(workspace);
        // Cargo asks when it changed, also where nothing is in it yet.
        files::make_folder(&agents)?;
        Ok(Self { id: build_id::of(workspace)?, stock: workspace.target.join("stock"), agents })
    }

    /// Puts them into a command's environment.
    pub(crate) fn apply(&self, command: &mut Command) {
        command.env("DBG_BUILD_ID", &self.id).env("DBG_STOCK_DIR", &self.stock).env("DBG_AGENT_DIR", &self.agents);
    }
}

/// Builds the stock checks, has them signed and compiles them to native code, so that everything which includes them can be compiled.
pub(crate) fn stock(workspace: &Workspace, signing: &Signing) -> Result<Settings> {
    let plugins = plugins::build(workspace)?;
    let settings = Settings::of(workspace)?;
    let precompile = compile(workspace, &settings, "precompile")?;
    let temporary = || tempfile::tempdir_in(&workspace.target).context("cannot make a temporary folder");
    let (signed, fresh) = (temporary()?, temporary()?);
    let (word, root, folder) = match signing {
        Signing::Development => {
            sign(workspace, &settings, &plugins, signed.path())?;
            ("--development", signed.path().join("root.json"), signed.path())
        }
        Signing::Release { root, plugins } => ("--release", root.clone(), plugins.as_path()),
    };
    let mut compile = Command::new(precompile);
    compile.arg(word).arg(root).arg("--out").arg(fresh.path());
    for plugin in &plugins {
        compile.arg(folder.join(plugin.file_name().unwrap_or_default()));
    }
    shell::run(&mut compile).context("the stock checks cannot be compiled to native code")?;
    let files: Vec<(String, PathBuf)> = files::entries(fresh.path())?
        .into_iter()
        .map(|path| (path.file_name().unwrap_or_default().to_string_lossy().into_owned(), path))
        .collect();
    files::lay_all(&settings.stock, &files)?;
    Ok(settings)
}

/// Signs the stock checks by this clone's own key, made once and for nobody else to read.
fn sign(workspace: &Workspace, settings: &Settings, plugins: &[PathBuf], into: &Path) -> Result<()> {
    let program = compile(workspace, settings, "sign-stock")?;
    let seed = workspace.target.join("development-seed");
    shell::run(Command::new(program).arg("--seed").arg(seed).arg("--out").arg(into).args(plugins))
        .context("the stock checks cannot be signed")
}

/// Builds everything and checks that the binary is what the design promises.
pub(crate) fn build(workspace: &Workspace, signing: &Signing) -> Result<Built> {
    let settings = stock(workspace, signing)?;
    let pack = compile(workspace, &settings, "pack")?;
    let agents = agents::build(workspace, &settings, &pack)?;
    let compiled = compile(workspace, &settings, "dbg")?;
    let binary = workspace.dist().join("dbg");
    files::lay(&compiled, &binary)?;
    check(&binary).with_context(|| format!("`{}` cannot be given away", workspace.shown(&binary)))?;
    Ok(Built { binary, settings, agents })
}

/// Compiles one program of the host and gives where it lies.
fn compile(workspace: &Workspace, settings: &Settings, program: &str) -> Result<PathBuf> {
    let musl = target::musl()?;
    target::ensure(&musl)?;
    let mut cargo = shell::cargo(&workspace.root);
    cargo.args(["build", "--release", "--target", &musl, "--bin", program]);
    select(&mut cargo);
    settings.apply(&mut cargo);
    shell::run(&mut cargo).with_context(|| format!("`{program}` does not build"))?;
    Ok(workspace.target.join(musl).join("release").join(program))
}

/// The one selection of crates that every native build, lint and test uses: features are unified over what is selected, so another
/// selection would compile wasmtime a second time.
pub(crate) fn select(cargo: &mut Command) {
    cargo.args(["--workspace", "--exclude", "xtask"]);
}

fn check(binary: &Path) -> Result<()> {
    let bytes = files::read(binary)?;
    elf::facts(&bytes)?.require_static_and_stripped()?;
    let size = bytes.len() as u64;
    if size > MAXIMUM_SIZE {
        bail!("it has {}, more than {}", files::shown_size(size), files::shown_size(MAXIMUM_SIZE));
    }
    Ok(())
}
