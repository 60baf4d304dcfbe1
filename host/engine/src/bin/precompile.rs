//! `precompile <--development|--release> ROOT --out DIR A.wasm B.wasm …`: what the build embeds as stock checks.
//!
//! For each plugin, which must be signed by the root and this be a root for such a build, it writes the signed file and its native code, and for all of
//! them the root and `index.json`.

#![expect(clippy::print_stderr, reason = "a tool of the build, whose errors are read in its log")]

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::SystemTime;

use bytes::Bytes;
use dbg_engine::Engine;
use dbg_plugin::Admitted;
use dbg_plugin::trust::{Grounds, Moment, ReferenceTime, StockSigner};
use fs_err as fs;
use serde::Serialize;

/// `index.json`.
#[derive(Serialize)]
struct Index {
    signed: &'static str,
    plugins: Vec<Entry>,
}

/// One plugin of it, sorted by name.
#[derive(Serialize)]
struct Entry {
    plugin: String,
    version: String,
    digest: String,
    wasm: String,
    /// Bytes of the component, which its signature follows.
    length: u64,
    native: String,
    imports: Vec<String>,
    declaration: String,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("precompile: {error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                eprintln!("  caused by: {error}");
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let usage = "usage: precompile <--development|--release> ROOT --out DIR A.wasm B.wasm …";
    let (signer, signed) = match arguments.next() {
        Some(word) if word == "--development" => (StockSigner::Development, "development"),
        Some(word) if word == "--release" => (StockSigner::Release, "release"),
        _ => return Err(usage.into()),
    };
    let root = fs::read(PathBuf::from(arguments.next().ok_or(usage)?))?;
    if arguments.next().is_none_or(|word| word != "--out") {
        return Err(usage.into());
    }
    let out = PathBuf::from(arguments.next().ok_or(usage)?);
    fs::create_dir_all(&out)?;
    let now = Moment::from(SystemTime::now());
    let grounds = Grounds::of_stock(root.clone().into(), ReferenceTime::new(now, now));
    let engine = Engine::new()?;
    let mut index = Vec::new();
    for path in arguments.map(PathBuf::from) {
        let file: Bytes = fs::read(&path)?.into();
        let verified = signer.verify(&file, &root, now).map_err(|cause| format!("`{}`: {cause}", path.display()))?;
        let (component, ..) = verified.into_parts();
        let declaration = component.declaration();
        let plugin = declaration.plugin.to_string();
        let entry = Entry {
            version: declaration.version.to_string(),
            digest: component.digest().to_string(),
            wasm: format!("{plugin}.wasm"),
            length: component.bytes().len() as u64,
            native: format!("{plugin}.cwasm"),
            imports: component.imports().iter().cloned().collect(),
            declaration: component.declaration_text().to_owned(),
            plugin,
        };
        let admitted = Admitted::stock(component, file, grounds.clone());
        let code = engine.compile_thoroughly(&admitted)?;
        // What does not load here would not load in anybody's hands.
        engine.load(&code).map_err(|cause| format!("`{}`: {cause}", path.display()))?;
        fs::write(out.join(&entry.wasm), admitted.file())?;
        fs::write(out.join(&entry.native), code.bytes())?;
        index.push(entry);
    }
    index.sort_by(|a, b| a.plugin.cmp(&b.plugin));
    if let Some([a, _]) = index.array_windows().find(|[a, b]| a.plugin == b.plugin) {
        return Err(format!("two plugins are called `{}`", a.plugin).into());
    }
    fs::write(out.join("root.json"), &root)?;
    fs::write(out.join("index.json"), serde_json::to_vec_pretty(&Index { signed, plugins: index })?)?;
    Ok(())
}
