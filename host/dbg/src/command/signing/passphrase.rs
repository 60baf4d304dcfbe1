//! Passphrases: from a file, the environment, stdin, or a person who does not see them. Never from what was typed as a command, and wiped when done with.

use std::io::{IsTerminal as _, Read};
use std::os::unix::ffi::OsStringExt as _;

use anyhow::anyhow;
use dbg_model::{Cell, Parameter, SecretSource, truncate_at_char};
use zeroize::Zeroizing;

use crate::diagnostic::{Fault, hinted};
use crate::settings::{Interaction, Terminal};
use crate::{env, printer, signal};

/// A passphrase is a line.
const MAX_BYTES: usize = 4096;
/// Whoever has the file can try as many as they like.
const MIN_CHARACTERS: usize = 8;

/// One passphrase.
pub(crate) type Passphrase = Zeroizing<Vec<u8>>;

/// Where the passphrases of a command come from.
pub(crate) struct Passphrases {
    sources: Vec<SecretSource>,
    /// The one that was read for all keys.
    shared: Option<Passphrase>,
    used: usize,
    interaction: Interaction,
}

impl Passphrases {
    /// From what was typed; nothing is read yet.
    pub(crate) fn new(texts: &[String], terminal: &Terminal) -> Result<Self, Fault> {
        let sources = texts.iter().map(|text| Parameter::parse_secret_source(text)).collect::<Result<Vec<_>, _>>();
        let sources = sources.map_err(|_| {
            // What was typed may be the passphrase itself, so it is not repeated.
            Fault::usage(hinted(
                anyhow!("`--passphrase` says where a passphrase is read from, and never is the passphrase"),
                "give `@FILE`, `env:NAME`, or `-` for stdin; without it you are asked. What was typed is in the history of the shell",
            ))
        })?;
        if sources.iter().filter(|source| **source == SecretSource::Stdin).count() > 1 {
            return Err(Fault::usage(anyhow!("only one passphrase can come from stdin")));
        }
        Ok(Self { sources, shared: None, used: 0, interaction: terminal.interaction })
    }

    /// Whether somebody is asked, who may try again.
    pub(crate) fn are_asked(&self) -> bool {
        self.sources.is_empty()
    }

    /// The passphrase of the next key. One that was given alone is for all keys.
    pub(crate) fn next(&mut self, file: &str) -> Result<Passphrase, Fault> {
        if self.are_asked() {
            return self.ask(&format!("passphrase of `{file}`: "));
        }
        if let Some(shared) = &self.shared {
            return Ok(shared.clone());
        }
        let source = self.sources.get(self.used).ok_or_else(|| {
            Fault::usage(hinted(
                anyhow!("`{file}` is private key {}, and {} passphrases are given", self.used + 1, self.sources.len()),
                "give one `--passphrase` for all keys, or one for each in the order in which they are named",
            ))
        })?;
        let passphrase = read(source)?;
        self.used += 1;
        if self.sources.len() == 1 {
            self.shared = Some(passphrase.clone());
        }
        Ok(passphrase)
    }

    /// A passphrase for a new key: long enough, and typed twice where it is typed.
    pub(crate) fn for_new_key(&mut self, file: &str) -> Result<Passphrase, Fault> {
        let passphrase = if self.are_asked() {
            let first = self.ask(&format!("passphrase for `{file}`, at least {MIN_CHARACTERS} characters: "))?;
            long_enough(&first)?;
            if self.ask("the same again: ")? != first {
                return Err(Fault::usage(anyhow!("the two passphrases differ; nothing was made")));
            }
            first
        } else {
            self.next(file)?
        };
        long_enough(&passphrase)?;
        Ok(passphrase)
    }

    fn ask(&self, prompt: &str) -> Result<Passphrase, Fault> {
        match self.interaction {
            Interaction::Person => hidden(prompt),
            Interaction::Nobody => Err(Fault::usage(hinted(
                anyhow!("nobody is here to type a passphrase: stdin or stderr is no terminal"),
                "run it in a terminal, or give `--passphrase @FILE`, `--passphrase env:NAME`, or `--passphrase -` for stdin",
            ))),
        }
    }
}

fn long_enough(passphrase: &Passphrase) -> Result<(), Fault> {
    let characters = String::from_utf8_lossy(passphrase).chars().count();
    if characters >= MIN_CHARACTERS {
        return Ok(());
    }
    Err(Fault::usage(hinted(
        anyhow!("the passphrase has {characters} characters, and at least {MIN_CHARACTERS} are needed"),
        "whoever gets the file can try as many as they like: several words that nobody guesses are best",
    )))
}

fn read(source: &SecretSource) -> Result<Passphrase, Fault> {
    let fault = |what: String, why: &str| Fault::usage(anyhow!("the passphrase of {what} {why}"));
    let (bytes, what) = match source {
        SecretSource::File(path) => {
            let what = format!("`{}`", Cell(truncate_at_char(path, 256)));
            let file = fs_err::File::open(path).map_err(Fault::usage)?;
            (bounded(file).map_err(|why| fault(what.clone(), &why))?, what)
        }
        SecretSource::Environment(name) => {
            let what = format!("the variable `{}`", Cell(truncate_at_char(name, 64)));
            let value = env::secret(name).ok_or_else(|| fault(what.clone(), "is not set"))?;
            (Zeroizing::new(value.into_vec()), what)
        }
        SecretSource::Stdin if std::io::stdin().is_terminal() => {
            return Err(Fault::usage(hinted(
                anyhow!("stdin is a terminal, which would show the passphrase"),
                "leave `--passphrase` out: then you are asked, and nobody sees it",
            )));
        }
        SecretSource::Stdin => {
            let what = "stdin".to_owned();
            (bounded(std::io::stdin().lock()).map_err(|why| fault(what.clone(), &why))?, what)
        }
    };
    let line = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.is_empty() {
        return Err(fault(what, "is empty"));
    }
    Ok(Zeroizing::new(line.to_vec()))
}

/// In one buffer that does not grow, so that no copy is left behind.
fn bounded(mut reader: impl Read) -> Result<Passphrase, String> {
    let mut bytes = Zeroizing::new(vec![0; MAX_BYTES + 1]);
    let mut filled = 0;
    while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match reader.read(rest) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(format!("cannot be read: {error}")),
        }
    }
    if filled > MAX_BYTES {
        return Err(format!("has more than {MAX_BYTES} bytes"));
    }
    bytes.truncate(filled);
    Ok(bytes)
}

/// Asks at the terminal without showing what is typed. Whatever ends it, the terminal is as it was.
fn hidden(prompt: &str) -> Result<Passphrase, Fault> {
    let no_terminal = |error: std::io::Error| {
        Fault::usage(hinted(
            anyhow::Error::new(error).context("the terminal cannot be read"),
            "give `--passphrase @FILE`, `--passphrase env:NAME`, or `--passphrase -` for stdin",
        ))
    };
    let terminal = fs_err::OpenOptions::new().read(true).write(true).open("/dev/tty").map_err(no_terminal)?;
    let before = rustix::termios::tcgetattr(&terminal).map_err(|error| no_terminal(error.into()))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Fault::own)?;
    let text = prompt.to_owned();
    let typed = runtime.block_on(async {
        let cancelled = signal::listen(|| {}).map_err(Fault::own)?;
        let reading = tokio::task::spawn_blocking(move || rpassword::prompt_password(text));
        tokio::select! {
            // Ctrl-C is both a key and a signal: as a signal it comes by either way.
            biased;
            () = signal::first(cancelled) => Err(Fault::interrupted()),
            read = reading => match read.map_err(Fault::own)? {
                Ok(text) => Ok(Zeroizing::new(text.into_bytes())),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => Err(Fault::interrupted()),
                Err(error) => Err(no_terminal(error)),
            }
        }
    });
    // The thread that reads is not waited for: it ends with the process.
    runtime.shutdown_background();
    let _ = rustix::termios::tcsetattr(&terminal, rustix::termios::OptionalActions::Now, &before);
    printer::note("");
    let typed = typed?;
    if typed.len() > MAX_BYTES {
        return Err(Fault::usage(anyhow!("the passphrase has more than {MAX_BYTES} bytes")));
    }
    Ok(typed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_end_of_a_file_is_not_part_of_the_passphrase() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("passphrase");
        fs_err::write(&path, "correct horse\r\n").unwrap();
        let read = read(&SecretSource::File(path.display().to_string())).unwrap();
        assert_eq!(&**read, b"correct horse");
    }

    #[test]
    fn an_endless_and_an_empty_file_give_none() {
        assert!(read(&SecretSource::File("/dev/zero".into())).is_err());
        assert!(read(&SecretSource::File("/dev/null".into())).is_err());
        assert!(read(&SecretSource::Environment("DBG_NOT_SET_ANYWHERE".into())).is_err());
    }

    #[test]
    fn seven_characters_are_too_few_however_many_bytes_they_have() {
        assert!(long_enough(&Zeroizing::new("ööööööö".as_bytes().to_vec())).is_err());
        assert!(long_enough(&Zeroizing::new(b"12345678".to_vec())).is_ok());
    }
}
