//! Writes the table of stock checks that this build carries. It builds nothing: `cargo xtask build` made the files before.

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
    println!("cargo::rerun-if-env-changed=DBG_BUILD_ID");
    let build = env::var("DBG_BUILD_ID").unwrap_or_else(|_| "development".to_owned());
    println!("cargo::rustc-env=DBG_BUILD={build}");
    let out = PathBuf::from(env::var("OUT_DIR")?).join("stock.rs");
    let entries: Vec<Entry> = match env::var_os("DBG_STOCK_DIR").map(PathBuf::from) {
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
    fs::write(out, table)?;
    Ok(())
}

fn absolute(dir: &Path, file: &str) -> String {
    let path = dir.join(file);
    println!("cargo::rerun-if-changed={}", path.display());
    path.display().to_string()
}
