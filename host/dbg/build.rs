//! Writes the tables of stock checks and agents that this build carries, and what a new check is written from. It builds nothing: `cargo xtask build` made the files before.

#[path = "build/sdk.rs"]
mod sdk;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde::Deserialize;

/// `index.json`, as the engine's `precompile` writes it.
#[derive(Default, Deserialize)]
struct Index {
    signed: String,
    plugins: Vec<Entry>,
}

/// One plugin of it.
#[derive(Deserialize)]
struct Entry {
    digest: String,
    wasm: String,
    /// Of the whole file.
    #[serde(skip)]
    wasm_length: usize,
    length: u64,
    native: String,
    #[serde(skip)]
    native_length: usize,
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
    if env::var("CARGO_CFG_TARGET_ENV")? == "musl" && env::var("CARGO_CFG_TARGET_ARCH")? == "x86_64" {
        // A megabyte of relocations becomes some kilobytes; the start-up code of musl 1.2.4 and later knows the form.
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let stock = stock(env::var_os("DBG_STOCK_DIR").map(PathBuf::from), &out)?;
    fs::write(out.join("stock.rs"), stock.table)?;
    fs::write(out.join("root.rs"), stock.root)?;
    let signed = match &*stock.signed {
        "release" => "",
        "development" => ", stock checks signed by a development root",
        _ => ", without stock checks",
    };
    println!("cargo::rustc-env=DBG_VERSION={} ({build}){signed}", env::var("CARGO_PKG_VERSION")?);
    sdk::write(&out)?;
    fs::write(out.join("agents.rs"), agents(env::var_os("DBG_AGENT_DIR").map(PathBuf::from)))?;
    Ok(())
}

/// The agents in this directory as an expression; one that is not there is not carried.
#[expect(clippy::disallowed_methods, reason = "the ids were written by `cargo xtask build` just before")]
fn agents(dir: Option<PathBuf>) -> String {
    if let Some(dir) = &dir {
        // Also for what is not there yet.
        println!("cargo::rerun-if-changed={}", dir.display());
    }
    let carried = |architecture: &str| {
        let dir = dir.as_ref()?;
        let ids = fs::read_to_string(dir.join(format!("{architecture}.image"))).ok()?;
        let (id, other) = ids.split_once('\n')?;
        let [packed, loader] =
            ["zst", "loader"].map(|ending| dir.join(format!("{architecture}.{ending}")).display().to_string());
        Some(format!(
            "Some(dbg_placement::Carried {{ packed: include_bytes!({packed:?}), image: [{id:?}, {other:?}], loader: include_bytes!({loader:?}) }})"
        ))
    };
    let [x86_64, aarch64] = ["x86_64", "aarch64"].map(|it| carried(it).unwrap_or_else(|| "None".to_owned()));
    format!("Agents::new({x86_64}, {aarch64})")
}

/// What is written of stock checks: two expressions, and who signed.
struct Stock {
    table: String,
    root: String,
    signed: String,
}

/// The stock checks in this directory and their root.
#[expect(
    clippy::disallowed_methods,
    reason = "the index was written by `cargo xtask build` just before, and its path is told by cargo"
)]
fn stock(dir: Option<PathBuf>, out: &Path) -> Result<Stock, Box<dyn std::error::Error>> {
    let mut root = "&[]".to_owned();
    let Index { signed, plugins } = match dir {
        Some(dir) => {
            let index = dir.join("index.json");
            println!("cargo::rerun-if-changed={}", index.display());
            let mut index: Index = serde_json::from_slice(&fs::read(&index)?)?;
            root = format!("include_bytes!({:?})", absolute(&dir, "root.json"));
            for entry in &mut index.plugins {
                (entry.wasm, entry.wasm_length) = packed(&absolute(&dir, &entry.wasm), out)?;
                (entry.native, entry.native_length) = packed(&absolute(&dir, &entry.native), out)?;
            }
            index
        }
        // A plain `cargo build` carries none, and `dbg check list` says how to get them.
        None => Index::default(),
    };
    let mut table = String::from("&[\n");
    for Entry { digest, wasm, wasm_length, length, native, native_length, imports, declaration } in plugins {
        writeln!(
            table,
            "    Embedded {{ digest: {digest:?}, file: include_bytes!({wasm:?}), file_length: {wasm_length}, length: {length}, native: include_bytes!({native:?}), \
             native_length: {native_length}, \
             imports: &{imports:?}, declaration: {declaration:?} }},"
        )?;
    }
    table.push(']');
    Ok(Stock { table, root, signed })
}

/// What stock checks are packed at: slow to pack, and as quick to unpack as any.
const LEVEL: i32 = 19;

/// Packs a file of a stock check, three quarters of which are gone then; where it lies, and how long it is unpacked.
#[expect(clippy::disallowed_methods, reason = "the file was written by `cargo xtask build` just before")]
fn packed(file: &str, out: &Path) -> Result<(String, usize), Box<dyn std::error::Error>> {
    let plain = fs::read(file)?;
    let name = Path::new(file).file_name().ok_or("a stock check without a name")?;
    let path = out.join(name.to_string_lossy().into_owned() + ".zst");
    fs::write(&path, zstd::bulk::compress(&plain, LEVEL)?)?;
    Ok((path.display().to_string(), plain.len()))
}

fn absolute(dir: &Path, file: &str) -> String {
    let path = dir.join(file);
    println!("cargo::rerun-if-changed={}", path.display());
    path.display().to_string()
}
