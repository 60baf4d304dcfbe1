//! What `dbg plugin new` writes beside a new check: the SDK, its macros and the WIT, as they are in this repository, in manifests that stand alone, and
//! the lines of `Cargo.lock` that they need.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use toml::{Table, Value};

type Failed = Box<dyn std::error::Error>;

/// The crate that an author depends on.
const SDK: &str = "dbg-sdk";

/// Writes `sdk.rs` into cargo's folder for generated files: one expression of type `Carried`.
#[expect(clippy::disallowed_methods, reason = "the files are this repository's own, and cargo tells where it is")]
pub(crate) fn write(out: &Path) -> Result<(), Failed> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../..").canonicalize()?;
    let text = |path: &str| fs::read_to_string(root.join(path)).map_err(|error| format!("`{path}`: {error}"));
    let workspace: Table = toml::from_str(&text("Cargo.toml")?)?;
    for watched in ["Cargo.toml", "Cargo.lock", "sdk/rust", "wit"] {
        println!("cargo::rerun-if-changed={}", root.join(watched).display());
    }

    let (mut table, mut texts) = (String::from("Carried {\n    files: &[\n"), String::new());
    let mut put = |to: &str, text: &str| {
        texts.push_str(text);
        writeln!(table, "        (\"sdk/{to}\", {}),", text.len())
    };
    for (to, from) in sources(&root)? {
        put(&to, &fs::read_to_string(from)?)?;
    }
    for (to, from) in [("Cargo.toml", "sdk/rust/Cargo.toml"), ("macros/Cargo.toml", "sdk/rust/macros/Cargo.toml")] {
        let manifest = standing_alone(toml::from_str(&text(from)?)?, &workspace)?;
        put(to, &manifest)?;
    }
    let packed = out.join("sdk.zst");
    fs::write(&packed, zstd::bulk::compress(texts.as_bytes(), super::LEVEL)?)?;
    let packed = packed.display().to_string();
    writeln!(table, "    ],\n    packed: include_bytes!({packed:?}),\n    locked: &[")?;
    for (name, entry) in locked(&toml::from_str(&text("Cargo.lock")?)?)? {
        writeln!(table, "        ({name:?}, {entry:?}),")?;
    }
    let rust =
        member(&workspace, "rust-version").and_then(Value::as_str).ok_or("the workspace names no Rust version")?;
    writeln!(table, "    ],\n    rust_version: {rust:?},\n}}")?;
    fs::write(out.join("sdk.rs"), table)?;
    Ok(())
}

/// Each file of the SDK but its manifests and tests: where it goes, and where it is.
fn sources(root: &Path) -> Result<BTreeMap<String, PathBuf>, Failed> {
    let mut found = BTreeMap::new();
    let sdk = root.join("sdk/rust");
    collect(&sdk.join("src"), "src", &mut found)?;
    collect(&sdk.join("macros/src"), "macros/src", &mut found)?;
    found.insert("README.md".to_owned(), sdk.join("README.md"));
    for package in entries(&root.join("wit"))?.into_iter().filter(|entry| entry.is_dir()) {
        collect(&package, &format!("wit/{}", name(&package)), &mut found)?;
    }
    Ok(found)
}

/// Whole folders, without the SDK's own tests: nobody compiles them in a dependency.
fn collect(folder: &Path, to: &str, found: &mut BTreeMap<String, PathBuf>) -> Result<(), Failed> {
    for entry in entries(folder)? {
        let to = format!("{to}/{}", name(&entry));
        match name(&entry).as_str() {
            "tests" | "tests.rs" => {}
            _ if entry.is_dir() => collect(&entry, &to, found)?,
            _ => drop(found.insert(to, entry)),
        }
    }
    Ok(())
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, Failed> {
    let entries = fs::read_dir(folder).map_err(|error| format!("`{}`: {error}", folder.display()))?;
    Ok(entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?)
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn member<'a>(workspace: &'a Table, key: &str) -> Option<&'a Value> {
    workspace.get("workspace")?.get("package")?.get(key)
}

/// A crate's manifest without anything that it takes from a workspace.
fn standing_alone(mut manifest: Table, workspace: &Table) -> Result<String, Failed> {
    manifest.remove("lints");
    manifest.remove("dev-dependencies");
    let package = manifest.get_mut("package").and_then(Value::as_table_mut).ok_or("a manifest without package")?;
    for (key, value) in package.iter_mut() {
        if is_inherited(value) {
            *value = member(workspace, key).cloned().ok_or_else(|| format!("the workspace has no `{key}`"))?;
        }
    }
    for (key, value) in &mut manifest {
        match key.as_str() {
            "dependencies" => dependencies(value, workspace)?,
            "target" => {
                for (_, target) in value.as_table_mut().into_iter().flatten() {
                    target.get_mut("dependencies").map_or(Ok(()), |value| dependencies(value, workspace))?;
                }
            }
            _ => {}
        }
    }
    Ok(toml::to_string(&manifest)?)
}

fn dependencies(value: &mut Value, workspace: &Table) -> Result<(), Failed> {
    for (name, dependency) in value.as_table_mut().into_iter().flatten() {
        if !is_inherited(dependency) {
            continue;
        }
        let declared = workspace.get("workspace").and_then(|table| table.get("dependencies")?.get(name));
        *dependency = declared.cloned().ok_or_else(|| format!("the workspace has no dependency `{name}`"))?;
        // Of this repository's crates only the macros are one, and they lie within the SDK.
        if let Some(path) = dependency.get_mut("path") {
            *path = Value::from("macros");
        }
    }
    Ok(())
}

fn is_inherited(value: &Value) -> bool {
    value.get("workspace").and_then(Value::as_bool) == Some(true)
}

/// One entry of a lock file.
struct Locked<'a> {
    version: &'a str,
    table: &'a Table,
    needs: Vec<&'a str>,
}

/// The entries of the SDK and of all that it needs, by name, as cargo writes them.
fn locked(lock: &Table) -> Result<Vec<(String, String)>, Failed> {
    let all: Vec<(&str, Locked<'_>)> = lock
        .get("package")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|package| {
            let table = package.as_table()?;
            let needs = table.get("dependencies").and_then(Value::as_array).into_iter().flatten();
            let needs = needs.filter_map(Value::as_str).collect();
            Some((table.get("name")?.as_str()?, Locked { version: table.get("version")?.as_str()?, table, needs }))
        })
        .collect();
    // `name`, or `name version` where several versions of it are locked.
    let find = |wanted: &str| {
        let (name, version) = wanted.split_once(' ').map_or((wanted, None), |(name, version)| (name, Some(version)));
        all.iter().position(|(other, entry)| *other == name && version.is_none_or(|version| version == entry.version))
    };
    let mut reached = BTreeSet::new();
    let mut waiting = vec![SDK];
    while let Some(wanted) = waiting.pop() {
        let index = find(wanted).ok_or_else(|| format!("`{wanted}` is not in Cargo.lock"))?;
        if reached.insert(index)
            && let Some((name, entry)) = all.get(index)
        {
            waiting.extend(entry.needs.iter().filter(|needed| !is_for_tests(name, needed)));
        }
    }
    let kept: Vec<&(&str, Locked<'_>)> = reached.into_iter().filter_map(|index| all.get(index)).collect();
    let is_single = |name: &str| kept.iter().filter(|(other, _)| *other == name).count() == 1;
    let mut written = Vec::new();
    for (name, entry) in &kept {
        let mut text = format!("[[package]]\nname = \"{name}\"\nversion = \"{}\"\n", entry.version);
        for key in ["source", "checksum"] {
            if let Some(value) = entry.table.get(key).and_then(Value::as_str) {
                writeln!(text, "{key} = \"{value}\"")?;
            }
        }
        let needs: Vec<&str> = entry.needs.iter().copied().filter(|needed| !is_for_tests(name, needed)).collect();
        if !needs.is_empty() {
            text.push_str("dependencies = [\n");
            for needed in needs {
                let short = needed.split(' ').next().unwrap_or(needed);
                writeln!(text, " \"{}\",", if is_single(short) { short } else { needed })?;
            }
            text.push_str("]\n");
        }
        written.push(((*name).to_owned(), text));
    }
    Ok(written)
}

/// What only the SDK's own tests need.
fn is_for_tests(of: &str, needed: &str) -> bool {
    of == SDK && needed == "serde_json"
}
