//! `sign-stock --seed FILE --out DIR A.wasm B.wasm …`: signs the stock checks of a build from this clone, by a key of the clone's own.
//!
//! The key is made when `FILE` is not there. What it signs counts in the binary that is built with its root, and nowhere else.

#![expect(clippy::print_stderr, reason = "a tool of the build, whose errors are read in its log")]

use std::error::Error;
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use dbg_plugin::trust::{PrivateKey, development_root, sign_for_development};
use fs_err as fs;
use fs_err::os::unix::fs::OpenOptionsExt as _;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sign-stock: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let usage = "usage: sign-stock --seed FILE --out DIR A.wasm B.wasm …";
    let mut arguments = std::env::args_os().skip(1);
    let mut option = |name: &str| {
        let named = arguments.next().is_some_and(|word| word == name);
        arguments.next().filter(|_| named).map(PathBuf::from).ok_or(usage)
    };
    let (seed, out) = (option("--seed")?, option("--out")?);
    let key = PrivateKey::from_seed(seed_of(&seed)?);
    fs::create_dir_all(&out)?;
    fs::write(out.join("root.json"), development_root(&key)?)?;
    for path in arguments.map(PathBuf::from) {
        let context = |cause: &dyn std::fmt::Display| format!("`{}`: {cause}", path.display());
        let component = fs::read(&path)?.into();
        let signed = sign_for_development(&component, &key).map_err(|cause| context(&cause))?;
        fs::write(out.join(path.file_name().ok_or(usage)?), signed)?;
    }
    Ok(())
}

/// The seed that is kept there, or a new one.
fn seed_of(path: &Path) -> Result<[u8; 32], Box<dyn Error>> {
    let mut seed = Vec::new();
    match fs::File::open(path) {
        Ok(file) => {
            file.take(33).read_to_end(&mut seed)?;
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            fs::File::open("/dev/urandom")?.take(32).read_to_end(&mut seed)?;
            let mut new = fs::OpenOptions::new();
            new.write(true).create_new(true).mode(0o600).open(path)?.write_all(&seed)?;
        }
        Err(error) => return Err(error.into()),
    }
    let damaged = format!("`{}` is no seed of 32 bytes; remove it, and the next build makes one", path.display());
    <[u8; 32]>::try_from(seed).map_err(|_| damaged.into())
}
