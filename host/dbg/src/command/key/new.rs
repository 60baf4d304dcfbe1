//! `dbg key new`: a key of its own for each person and purpose, encrypted before it touches the disk.

use std::path::Path;

use anyhow::anyhow;
use dbg_model::{Cell, truncate_at_char};
use dbg_plugin::trust::PrivateKey;

use crate::args::KeyNew;
use crate::command::print;
use crate::command::signing::{Passphrases, create, refuse_taken, shown};
use crate::diagnostic::{Fault, hinted};
use crate::exit::Exit;
use crate::printer;
use crate::settings::Terminal;

/// As long as a name of anything here, and with room for the ending below the 255 bytes of a file's name.
const MAX_NAME_BYTES: usize = 64;

pub(super) fn new(args: &KeyNew, terminal: &Terminal) -> Result<Exit, Fault> {
    let name = name(&args.name)?;
    if !args.out.is_dir() {
        return Err(Fault::usage(anyhow!("there is no folder `{}`", shown(&args.out))));
    }
    // The folder in which one is needs no name.
    let folder = if args.out == Path::new(".") { Path::new("") } else { &args.out };
    let (private, public) = (folder.join(format!("{name}.key")), folder.join(format!("{name}.pub")));
    for path in [&private, &public] {
        refuse_taken(path)?;
    }
    let mut passphrases = Passphrases::new(&args.passphrases.sources, terminal)?;
    let passphrase = passphrases.for_new_key(&format!("{name}.key"))?;
    let key = PrivateKey::generate().map_err(Fault::own)?;
    let pem = key.to_pem(&passphrase).map_err(Fault::own)?;
    create(&private, pem.as_bytes(), 0o600)?;
    if let Err(fault) = create(&public, key.public().to_pem().as_bytes(), 0o644) {
        // One of the two is none: the private one is in nobody's hands yet.
        let _ = fs_err::remove_file(&private);
        return Err(fault);
    }
    printer::note(&format!(
        "made `{}`, which is encrypted: keep it, and its passphrase elsewhere; and `{}` for whoever makes the root\n\n\
         next: dbg trust root new --vendor NAME --key {} --sign {}",
        shown(&private),
        shown(&public),
        shown(&public),
        shown(&private)
    ));
    print(&format!("{}\n", key.public().id()))
}

/// A name that is one file's in its folder, and needs no quoting.
fn name(text: &str) -> Result<&str, Fault> {
    let inside = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
    let starts = text.starts_with(|letter: char| letter.is_ascii_alphanumeric());
    if starts && text.len() <= MAX_NAME_BYTES && text.chars().all(inside) {
        return Ok(text);
    }
    Err(Fault::usage(hinted(
        anyhow!(
            "`{}` is no name for a key: 1 to {MAX_NAME_BYTES} letters, digits, `.`, `_` and `-`, not starting with a sign",
            Cell(truncate_at_char(text, 96))
        ),
        "the folder is given by `--out`: `dbg key new acme-release --out ./keys`",
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_a_key_stays_in_its_folder() {
        for good in ["acme-release", "a", "A.2026_1"] {
            assert!(name(good).is_ok(), "{good}");
        }
        for bad in ["", ".", "..", "../a", "a/b", "-a", ".key", "a b", "a\n", "ä", &"a".repeat(65)] {
            assert!(name(bad).is_err(), "{bad:?}");
        }
    }
}
