//! `dbg image …`

use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;
use dbg_model::{Architecture, Cell};
use dbg_placement::{Asked, Engines};

use super::{block_on, print};
use crate::agents;
use crate::args::{ImageCommand, ImageSave};
use crate::diagnostic::{Fault, hinted};
use crate::exit::Exit;
use crate::settings::{Terminal, baked, engine_settings};

pub(crate) fn image(args: ImageCommand, _: &Terminal) -> Result<Exit, Fault> {
    let engines = Engines::new(engine_settings(), agents::carried(), Asked::default());
    match args {
        ImageCommand::Save(args) => save(&args, &engines),
        ImageCommand::Load => load(&engines),
    }
}

fn save(args: &ImageSave, engines: &Engines) -> Result<Exit, Fault> {
    let architecture = match &args.architecture {
        None => Architecture::OWN,
        Some(text) => text.parse().map_err(Fault::usage)?,
    };
    let site = args.trust.as_deref().map(baked).transpose()?;
    let rules = site.as_ref().map(|site| &site.rules);
    let (name, archive) = engines.saved_image(architecture, rules).map_err(Fault::own)?;
    write(&args.file, &archive)?;
    let file = args.file.to_string_lossy();
    let mut text = format!("saved {name} for {architecture} to {}: {} bytes\n", Cell(&file), archive.len());
    if let Some(site) = site {
        text.push_str(&site.told());
    }
    print(&text)
}

/// Never over what is there; half of it is removed.
fn write(path: &Path, bytes: &[u8]) -> Result<(), Fault> {
    let shown = path.to_string_lossy().into_owned();
    let cannot = || format!("cannot write `{}`", Cell(&shown));
    let opened = fs_err::OpenOptions::new().write(true).create_new(true).open(path);
    let mut file = match opened {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            let error = anyhow::anyhow!("`{}` is there already", Cell(&shown));
            return Err(Fault::usage(hinted(error, "name another file, or remove this one")));
        }
        Err(error) => return Err(Fault::own(anyhow::Error::new(error).context(cannot()))),
    };
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    if written.is_err() {
        // Half of an image is none; the error is told all the same.
        let _ = fs_err::remove_file(path);
    }
    written.with_context(cannot).map_err(Fault::own)
}

fn load(engines: &Engines) -> Result<Exit, Fault> {
    let loaded = block_on(engines.load_image())?.map_err(Fault::unreachable)?;
    let verb = if loaded.was_there { "has" } else { "loaded" };
    print(&format!("{} {verb} {} ({})\n", loaded.engine, loaded.name, Cell(&loaded.id)))
}
