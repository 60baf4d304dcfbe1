//! `dbg plugin pack`: a component of another language becomes a plugin.

use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, anyhow};
use dbg_model::Cell;
use dbg_plugin::{Component, pack_files};

use crate::args::PluginPack;
use crate::diagnostic::{Fault, hinted};
use crate::exit::Exit;
use crate::printer;

pub(super) fn pack(args: &PluginPack) -> Result<Exit, Fault> {
    let packed = pack_files(&args.component, &args.declaration).map_err(Fault::usage)?;
    for read in [&args.component, &args.declaration] {
        if same(read, &args.output) {
            return Err(Fault::usage(hinted(
                anyhow!("`{}` would be written over what it is made from", shown(&args.output)),
                "name another file with `-o`",
            )));
        }
    }
    lay(&packed, &args.output)?;
    let declaration = packed.declaration();
    printer::note(&format!(
        "wrote `{}`: {} {}, {} bytes\n\nnext: dbg plugin test {}",
        shown(&args.output),
        declaration.plugin,
        declaration.version,
        packed.bytes().len(),
        shown(&args.output),
    ));
    Ok(Exit::Pass)
}

/// Whether two paths are one file; a file that is not there yet is no other.
fn same(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

/// Writes the file, whole or not at all. An older one of that name is replaced, as compilers do it; anything but a file is left alone.
fn lay(packed: &Component, path: &Path) -> Result<(), Fault> {
    let context = || format!("`{}` cannot be written", shown(path));
    if path.symlink_metadata().is_ok_and(|metadata| !metadata.is_file()) {
        return Err(Fault::usage(hinted(
            anyhow!("`{}` is there and is no file", shown(path)),
            "name a file to write with `-o`",
        )));
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // As readable as any other new file, within the umask.
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o666);
    let mut file = tempfile::Builder::new()
        .prefix(".dbg-pack-")
        .permissions(mode)
        .tempfile_in(parent)
        .with_context(context)
        .map_err(Fault::own)?;
    file.write_all(packed.bytes()).with_context(context).map_err(Fault::own)?;
    file.persist(path).map_err(|error| Fault::own(anyhow!(error.error).context(context())))?;
    Ok(())
}

fn shown(path: &Path) -> String {
    Cell(&path.to_string_lossy()).to_string()
}
