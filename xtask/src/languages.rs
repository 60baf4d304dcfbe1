//! The conformance check in the languages that are not Rust, `tests/guests/{c,python,quickjs}`: built where their tools are, by packages at fixed
//! versions that are kept in cargo's target folder. What cannot be built leaves its reason, for the test that is skipped.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, anyhow};
use sha2::{Digest as _, Sha256};

use crate::workspace::Workspace;
use crate::{files, shell, target};

const COMPONENTIZE_PY: &str = "componentize-py==0.25.1";
const COMPONENTIZE_QJS: &str = "componentize-qjs@0.4.5";
/// Debian's, for WASI: the code is Rust's own `libc.a`.
const C_HEADERS: &str = "/usr/include/wasm32-wasi";

/// How the check of one language is made.
struct Language {
    /// The folder in `tests/guests`.
    name: &'static str,
    /// The programs without which it cannot be built.
    tools: &'static [&'static str],
    /// Gets its packages; that may take the network.
    fetch: fn(&Place) -> Result<()>,
    /// Writes the component to `Place::out`.
    make: fn(&Place) -> Result<()>,
}

const ALL: [Language; 3] = [
    Language { name: "c", tools: &["clang-19"], fetch: fetch_c, make: make_c },
    Language { name: "python", tools: &["python3"], fetch: fetch_python, make: make_python },
    Language { name: "quickjs", tools: &["node", "npm"], fetch: fetch_quickjs, make: make_quickjs },
];

/// Where things are for one language.
struct Place {
    /// Its folder in the repository.
    source: PathBuf,
    /// Its own folder, for packages and what lies in between.
    work: PathBuf,
    /// The world with the packages it includes.
    wit: PathBuf,
    /// The component to be written.
    out: PathBuf,
}

/// Where the components lie: `NAME.wasm` or `NAME.skipped` with the reason.
pub(crate) fn folder(workspace: &Workspace) -> PathBuf {
    workspace.dist().join("languages")
}

/// Builds what can be built here.
pub(crate) fn build(workspace: &Workspace) -> Result<()> {
    let (out, work) = (folder(workspace), workspace.target.join("languages"));
    files::make_folder(&out)?;
    let wit = work.join("wit");
    lay_world(workspace, &wit)?;
    let mut kept = Vec::new();
    for language in ALL {
        let name = language.name;
        let place = Place {
            source: workspace.root.join("tests/guests").join(name),
            work: work.join(name),
            wit: wit.clone(),
            out: out.join(format!("{name}.wasm")),
        };
        let skipped = out.join(format!("{name}.skipped"));
        files::make_folder(&place.work)?;
        match language.build(&place)? {
            None => kept.push(place.out),
            Some(reason) => {
                eprintln!("not built: the guest in `{name}`: {reason}");
                std::fs::write(&skipped, reason).with_context(|| format!("cannot write `{}`", skipped.display()))?;
                kept.push(skipped);
            }
        }
    }
    files::keep_only(&out, &kept)
}

impl Language {
    /// Builds it, or says why that is not possible here. A source that does not build is an error.
    fn build(&self, place: &Place) -> Result<Option<String>> {
        if let Some(tool) = self.tools.iter().find(|tool| shell::which(tool).is_none()) {
            return Ok(Some(format!("`{tool}` is missing")));
        }
        if self.name == "c" && !Path::new(C_HEADERS).is_dir() {
            return Ok(Some("`wasi-libc` is missing".to_owned()));
        }
        if let Err(error) = (self.fetch)(place) {
            return Ok(Some(format!("its packages cannot be had: {}", error.to_string().replace('\n', " "))));
        }
        let (inputs, stamp) = (inputs(place)?, place.work.join("built"));
        if place.out.is_file() && files::read_text(&stamp).is_ok_and(|built| built == inputs) {
            return Ok(None);
        }
        (self.make)(place).with_context(|| format!("the guest in `tests/guests/{}` does not build", self.name))?;
        std::fs::write(&stamp, inputs).with_context(|| format!("cannot write `{}`", stamp.display()))?;
        Ok(None)
    }
}

/// What tells whether it has to be built again: the sources, the contract and the versions of the tools.
fn inputs(place: &Place) -> Result<String> {
    let mut hash = Sha256::new();
    for tool in [COMPONENTIZE_PY, COMPONENTIZE_QJS] {
        hash.update(tool);
    }
    for folder in [&place.source, &place.wit] {
        for path in files::walk(folder)? {
            hash.update(path.to_string_lossy().as_bytes());
            hash.update(files::read(&path)?);
        }
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The world of the conformance check with its packages, in the form that every tool reads.
fn lay_world(workspace: &Workspace, wit: &Path) -> Result<()> {
    files::lay(&workspace.root.join("tests/guests/conformance.wit"), &wit.join("conformance.wit"))?;
    for package in ["check", "resolver"] {
        for file in files::entries(&workspace.root.join("wit").join(package))? {
            let name = file.file_name().unwrap_or_default();
            files::lay(&file, &wit.join("deps").join(package).join(name))?;
        }
    }
    Ok(())
}

fn bindings(place: &Place) -> PathBuf {
    place.work.join("target/debug/c-bindings")
}

fn fetch_c(place: &Place) -> Result<()> {
    let mut cargo = shell::cargo(&place.source.join("bindings"));
    cargo.args(["build", "--locked", "--target-dir"]).arg(place.work.join("target"));
    shell::run(&mut cargo)
}

fn make_c(place: &Place) -> Result<()> {
    target::ensure(target::WASM)?;
    let generated = place.work.join("generated");
    shell::run(Command::new(bindings(place)).arg(&place.wit).arg(&generated))?;
    let mut objects = vec![generated.join("conformance_component_type.o")];
    for (name, source) in [("check", place.source.join("check.c")), ("bindings", generated.join("conformance.c"))] {
        let object = place.work.join(format!("{name}.o"));
        let mut clang = Command::new("clang-19");
        clang.args(["--target=wasm32-wasip2", "-Os", "-Wall", "-isystem", C_HEADERS, "-I"]).arg(&generated);
        shell::run(clang.arg("-c").arg(&source).arg("-o").arg(&object))?;
        objects.push(object);
    }
    // Rust's target brings a libc and a linker that makes components of what it links.
    let libc = PathBuf::from(rustc(&["--print", "target-libdir", "--target", target::WASM])?).join("self-contained");
    let host = rustc(&["-vV"])?;
    let host =
        host.lines().find_map(|line| line.strip_prefix("host: ")).ok_or_else(|| anyhow!("rustc names no host"))?;
    let programs = PathBuf::from(rustc(&["--print", "sysroot"])?).join("lib/rustlib").join(host).join("bin");
    let mut link = Command::new(programs.join("wasm-component-ld"));
    link.arg("--wasm-ld-path").arg(programs.join("gcc-ld/wasm-ld")).arg("--no-entry").arg(libc.join("crt1-reactor.o"));
    link.args(objects).arg("-L").arg(&libc).args(["-lc", "--strip-all", "--gc-sections", "-o"]).arg(&place.out);
    shell::run(&mut link)
}

fn rustc(arguments: &[&str]) -> Result<String> {
    Ok(shell::output(Command::new("rustc").args(arguments))?.trim().to_owned())
}

fn fetch_python(place: &Place) -> Result<()> {
    let environment = place.work.join("venv");
    if environment.join("bin/componentize-py").is_file() {
        return Ok(());
    }
    shell::run(Command::new("python3").args(["-m", "venv"]).arg(&environment))?;
    let mut pip = Command::new(environment.join("bin/pip"));
    shell::run(pip.args([
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--only-binary",
        ":all:",
        COMPONENTIZE_PY,
    ]))
}

fn make_python(place: &Place) -> Result<()> {
    let mut componentize = Command::new(place.work.join("venv/bin/componentize-py"));
    componentize.arg("-d").arg(&place.wit).args(["-w", "conformance", "componentize", "-p"]).arg(&place.source);
    // Its caches would lie beside the sources.
    componentize.env("PYTHONDONTWRITEBYTECODE", "1");
    shell::run(componentize.args(["app", "-o"]).arg(&place.out))
}

fn fetch_quickjs(place: &Place) -> Result<()> {
    if place.work.join("node_modules/.bin/componentize-qjs").exists() {
        return Ok(());
    }
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-audit", "--no-fund", "--no-save", "--silent", "--prefix"]).arg(&place.work);
    shell::run(npm.arg(COMPONENTIZE_QJS))
}

fn make_quickjs(place: &Place) -> Result<()> {
    let mut componentize = Command::new(place.work.join("node_modules/.bin/componentize-qjs"));
    componentize.arg("--wit").arg(&place.wit).args(["--world", "conformance", "--sync", "--opt-size", "--js"]);
    shell::run(componentize.arg(place.source.join("check.js")).arg("--output").arg(&place.out))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_without_its_tool_says_which_one_is_missing() {
        let language = Language { name: "x", tools: &["sh", "no-such-tool"], fetch: |_| Ok(()), make: |_| Ok(()) };
        let none = || PathBuf::from("/nonexistent");
        let place = Place { source: none(), work: none(), wit: none(), out: none() };
        assert_eq!(language.build(&place).expect("no error"), Some("`no-such-tool` is missing".to_owned()));
    }
}
