//! Reading the tree and laying files down, with the path in every error.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// The whole file as text.
pub(crate) fn read_text(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))
}

/// The whole file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))
}

/// Makes a folder and those above it.
pub(crate) fn make_folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).with_context(|| format!("cannot make the folder `{}`", path.display()))
}

/// The entries of a folder, sorted; none when there is no such folder.
pub(crate) fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let context = || format!("cannot read the folder `{}`", folder.display());
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(context)? {
        found.push(entry.with_context(context)?.path());
    }
    found.sort();
    Ok(found)
}

/// Every file below a folder, sorted, without hidden folders and without what cargo built. Links are not followed.
pub(crate) fn walk(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(next) = waiting.pop() {
        for path in entries(&next)? {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if path.is_symlink() || name == "target" {
                continue;
            }
            if !path.is_dir() {
                found.push(path);
            } else if !name.starts_with('.') || name == ".ci" || name == ".cargo" {
                waiting.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Copies `from` to `to` unless the same bytes are there: cargo judges by time, and an untouched file rebuilds nothing.
/// The new file appears whole or not at all, also where the old one is a running program.
pub(crate) fn lay(from: &Path, to: &Path) -> Result<()> {
    if same(from, to) {
        return Ok(());
    }
    if let Some(folder) = to.parent() {
        make_folder(folder)?;
    }
    let beside = to.with_extension("new");
    let context = || format!("cannot copy `{}` to `{}`", from.display(), to.display());
    fs::copy(from, &beside).with_context(context)?;
    fs::rename(&beside, to).with_context(context)
}

/// Whether both can be read and hold the same bytes.
pub(crate) fn same(one: &Path, other: &Path) -> bool {
    fs::read(one).is_ok_and(|bytes| fs::read(other).is_ok_and(|there| there == bytes))
}

/// Makes `folder` hold exactly the given files (name, source), so that what is no longer built is no longer there.
pub(crate) fn lay_all(folder: &Path, files: &[(String, PathBuf)]) -> Result<()> {
    make_folder(folder)?;
    for (name, from) in files {
        lay(from, &folder.join(name))?;
    }
    let kept: Vec<PathBuf> = files.iter().map(|(name, _)| folder.join(name)).collect();
    keep_only(folder, &kept)
}

/// Removes every file of `folder` but these.
pub(crate) fn keep_only(folder: &Path, kept: &[PathBuf]) -> Result<()> {
    let kept: BTreeSet<&PathBuf> = kept.iter().collect();
    for path in entries(folder)? {
        if path.is_file() && !kept.contains(&path) {
            fs::remove_file(&path).with_context(|| format!("cannot remove `{}`", path.display()))?;
        }
    }
    Ok(())
}

/// A size as a person reads it, in powers of 1000.
pub(crate) fn shown_size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{}.{} kB", bytes / 1_000, bytes % 1_000 / 100),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

/// The size of a file in bytes.
pub(crate) fn size(path: &Path) -> Result<u64> {
    let metadata = fs::metadata(path);
    Ok(metadata.with_context(|| format!("cannot look at `{}`", path.display()))?.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn laying_files_removes_those_that_are_no_longer_built() {
        let folder = tempfile::tempdir().expect("a folder");
        let source = folder.path().join("source");
        fs::write(&source, "bytes").expect("written");
        let out = folder.path().join("out");
        lay_all(&out, &[("old".into(), source.clone())]).expect("laid");
        lay_all(&out, &[("new".into(), source)]).expect("laid");
        assert_eq!(entries(&out).expect("read"), [out.join("new")]);
    }

    #[test]
    fn an_unchanged_file_keeps_its_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        fs::write(&from, "same").expect("written");
        fs::write(&to, "same").expect("written");
        let long_ago = std::time::SystemTime::UNIX_EPOCH;
        let file = fs::File::options().write(true).open(&to).expect("open");
        file.set_modified(long_ago).expect("set");
        lay(&from, &to).expect("laid");
        let modified = fs::metadata(&to).and_then(|it| it.modified());
        assert_eq!(modified.expect("read"), long_ago);
    }

    #[test]
    fn what_cargo_built_and_hidden_folders_are_not_walked() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["target/a", ".git/b", "src/c", ".ci/run"] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("has one")).expect("made");
            fs::write(path, "").expect("written");
        }
        let found = walk(folder.path()).expect("walked");
        assert_eq!(found, [folder.path().join(".ci/run"), folder.path().join("src/c")]);
    }

    #[test]
    fn sizes_are_in_powers_of_a_thousand() {
        assert_eq!(shown_size(999), "999 B");
        assert_eq!(shown_size(70_450), "70.4 kB");
        assert_eq!(shown_size(18_300_000), "18.3 MB");
    }
}
