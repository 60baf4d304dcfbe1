//! Keys from files: public ones as they are, private ones opened once with their passphrase.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use anyhow::anyhow;
use dbg_plugin::trust::{PrivateKey, PrivateKeyFault, PublicKey};

use super::document::{Document, Kind};
use super::passphrase::Passphrases;
use crate::diagnostic::{Fault, hinted};

/// How often a person may mistype.
const ATTEMPTS: usize = 3;
const PUBLIC: &[u8] = b"-----BEGIN PUBLIC KEY-----";

/// Opens private keys, each once.
pub(crate) struct Keyring {
    passphrases: Passphrases,
    opened: Vec<(PathBuf, Rc<PrivateKey>)>,
}

/// Whether a file holds something else than a public key: then it is opened as a private one.
pub(crate) fn is_private(path: &Path) -> Result<bool, Fault> {
    Ok(!is_public(&Document::read(path, Kind::Key)?))
}

/// The public key of a file that holds one.
pub(crate) fn public(path: &Path) -> Result<Option<PublicKey>, Fault> {
    let document = Document::read(path, Kind::Key)?;
    if is_public(&document) { read_public(&document).map(Some) } else { Ok(None) }
}

impl Keyring {
    /// With these passphrases.
    pub(crate) fn new(passphrases: Passphrases) -> Self {
        Self { passphrases, opened: Vec::new() }
    }

    /// The public key of a file, which may also be its private one.
    pub(crate) fn public(&mut self, path: &Path) -> Result<PublicKey, Fault> {
        match public(path)? {
            Some(key) => Ok(key),
            None => Ok(self.private(path)?.public()),
        }
    }

    /// The private key of a file. A file that others can read is refused, as ssh does.
    pub(crate) fn private(&mut self, path: &Path) -> Result<Rc<PrivateKey>, Fault> {
        let same = |(known, _): &&(PathBuf, Rc<PrivateKey>)| known == path;
        if let Some((_, key)) = self.opened.iter().find(same) {
            return Ok(Rc::clone(key));
        }
        let document = Document::read(path, Kind::Key)?;
        let shown = document.shown();
        if is_public(&document) {
            return Err(Fault::usage(hinted(
                anyhow!("`{shown}` is a public key, which cannot sign"),
                "name the private key, the `.key` file beside it",
            )));
        }
        // What is no key at all is called that first, before a passphrase is asked for.
        PrivateKey::check_form(&document.bytes)
            .map_err(|fault| Fault::usage(fault).context(format!("`{shown}` is no private key to sign with")))?;
        if document.mode() & 0o077 != 0 {
            return Err(Fault::usage(hinted(
                anyhow!("others can get at the private key `{shown}` (mode {:04o})", document.mode()),
                format!("think of who may have it; if nobody: `chmod 600 {shown}`"),
            )));
        }
        let key = Rc::new(self.open(&document, &shown)?);
        self.opened.push((path.to_owned(), Rc::clone(&key)));
        Ok(key)
    }

    fn open(&mut self, document: &Document, shown: &str) -> Result<PrivateKey, Fault> {
        let mut attempts = if self.passphrases.are_asked() { ATTEMPTS } else { 1 };
        loop {
            let passphrase = self.passphrases.next(shown)?;
            attempts -= 1;
            match PrivateKey::from_pem(&document.bytes, &passphrase) {
                Err(PrivateKeyFault::Passphrase) if attempts > 0 => crate::printer::note("it does not fit; once more"),
                Err(fault) => return Err(Fault::usage(fault).context(format!("`{shown}` cannot be opened"))),
                Ok(key) => return Ok(key),
            }
        }
    }
}

fn is_public(document: &Document) -> bool {
    document.bytes.trim_ascii_start().starts_with(PUBLIC)
}

fn read_public(document: &Document) -> Result<PublicKey, Fault> {
    let text = std::str::from_utf8(&document.bytes).unwrap_or_default();
    PublicKey::from_pem(text)
        .map_err(|fault| Fault::usage(fault).context(format!("`{}` is no public key to be trusted", document.shown())))
}
