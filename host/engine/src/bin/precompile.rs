//! `precompile --out DIR A.wasm B.wasm …`: what the build embeds as stock checks.
//!
//! For each plugin it writes the component and its native code, and for all of them `index.json`.

#![expect(clippy::print_stderr, reason = "a tool of the build, whose errors are read in its log")]

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use dbg_engine::Engine;
use dbg_plugin::{Admitted, read_file};
use fs_err as fs;
use serde::Serialize;

/// One plugin of `index.json`, sorted by name.
#[derive(Serialize)]
struct Entry {
    plugin: String,
    version: String,
    digest: String,
    wasm: String,
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
    let usage = "usage: precompile --out DIR A.wasm B.wasm …";
    if arguments.next().is_none_or(|first| first != "--out") {
        return Err(usage.into());
    }
    let out = PathBuf::from(arguments.next().ok_or(usage)?);
    fs::create_dir_all(&out)?;
    let engine = Engine::new()?;
    let mut index = Vec::new();
    for path in arguments.map(PathBuf::from) {
        let component = read_file(&path).map_err(|cause| format!("`{}`: {cause}", path.display()))?;
        let declaration = component.declaration();
        let plugin = declaration.plugin.to_string();
        let entry = Entry {
            version: declaration.version.to_string(),
            digest: component.digest().to_string(),
            wasm: format!("{plugin}.wasm"),
            native: format!("{plugin}.cwasm"),
            imports: component.imports().iter().cloned().collect(),
            declaration: component.declaration_text().to_owned(),
            plugin,
        };
        let admitted = Admitted::stock(component);
        let code = engine.compile_thoroughly(&admitted)?;
        // What does not load here would not load in anybody's hands.
        engine.load(&code).map_err(|cause| format!("`{}`: {cause}", path.display()))?;
        fs::write(out.join(&entry.wasm), admitted.component().bytes())?;
        fs::write(out.join(&entry.native), code.bytes())?;
        index.push(entry);
    }
    index.sort_by(|a, b| a.plugin.cmp(&b.plugin));
    if let Some([a, _]) = index.array_windows().find(|[a, b]| a.plugin == b.plugin) {
        return Err(format!("two plugins are called `{}`", a.plugin).into());
    }
    fs::write(out.join("index.json"), serde_json::to_vec_pretty(&index)?)?;
    Ok(())
}
