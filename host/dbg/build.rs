//! Writes the tables of stock checks and agents that this build carries, and what a new check is written from. It builds nothing: `cargo xtask build` made the files before.

#[path = "build/sdk.rs"]
mod sdk;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde::Deserialize;

/// One line of `index.json`, as the engine's `precompile` writes it.
#[derive(Deserialize)]
struct Entry {
    digest: String,
    wasm: String,
    native: String,
    imports: Vec<String>,
    declaration: String,
}

#[expect(clippy::disallowed_methods, reason = "a build script is configured by the environment and has no settings")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-env-changed=DBG_STOCK_DIR");
    println!("cargo::rerun-if-env-changed=DBG_AGENT_DIR");
    println!("cargo::rerun-if-env-changed=DBG_BUILD_ID");
    let build = env::var("DBG_BUILD_ID").unwrap_or_else(|_| "development".to_owned());
    println!("cargo::rustc-env=DBG_BUILD={build}");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("stock.rs"), stock(env::var_os("DBG_STOCK_DIR").map(PathBuf::from))?)?;
    sdk::write(&out)?;
    fs::write(out.join("agents.rs"), agents(env::var_os("DBG_AGENT_DIR").map(PathBuf::from)))?;
    Ok(())
}

/// The agents in this directory as an expression; one that is not there is not carried.
fn agents(dir: Option<PathBuf>) -> String {
    if let Some(dir) = &dir {
        // Also for what is not there yet.
        println!("cargo::rerun-if-changed={}", dir.display());
    }
    let packed = |architecture: &str| {
        let file = dir.as_ref().map(|dir| dir.join(format!("{architecture}.zst"))).filter(|file| file.is_file());
        file.map_or_else(|| "None".to_owned(), |file| format!("Some(include_bytes!({:?}))", file.display().to_string()))
    };
    format!("Agents::new({}, {})", packed("x86_64"), packed("aarch64"))
}

/// The stock checks in this directory as an expression.
#[expect(
    clippy::disallowed_methods,
    reason = "the index was written by `cargo xtask build` just before, and its path is told by cargo"
)]
fn stock(dir: Option<PathBuf>) -> Result<String, Box<dyn std::error::Error>> {
    let entries: Vec<Entry> = match dir {
        Some(dir) => {
            let index = dir.join("index.json");
            println!("cargo::rerun-if-changed={}", index.display());
            let mut entries: Vec<Entry> = serde_json::from_slice(&fs::read(&index)?)?;
            for entry in &mut entries {
                entry.wasm = absolute(&dir, &entry.wasm);
                entry.native = absolute(&dir, &entry.native);
            }
            entries
        }
        // A plain `cargo build` carries none, and `dbg check list` says how to get them.
        None => Vec::new(),
    };
    let mut table = String::from("&[\n");
    for Entry { digest, wasm, native, imports, declaration } in entries {
        writeln!(
            table,
            "    Embedded {{ digest: {digest:?}, wasm: include_bytes!({wasm:?}), native: include_bytes!({native:?}), \
             imports: &{imports:?}, declaration: {declaration:?} }},"
        )?;
    }
    table.push(']');
    Ok(table)
}

fn absolute(dir: &Path, file: &str) -> String {
    let path = dir.join(file);
    println!("cargo::rerun-if-changed={}", path.display());
    path.display().to_string()
}
