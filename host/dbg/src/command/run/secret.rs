//! Where a secret parameter is read from: a file, the environment, or stdin. Never from what was typed.

use std::io::Read;

use dbg_model::{Cell, Redacted, SecretSource, truncate_at_char};

use crate::env;

/// A secret is a token or a key, not a document.
const MAX_BYTES: u64 = 64 * 1024;

/// Reads one secret; a line end behind it is not part of it.
pub(super) fn read(source: &SecretSource) -> Result<Redacted, String> {
    let text = match source {
        SecretSource::File(path) => {
            let file = fs_err::File::open(path).map_err(|error| error.to_string())?;
            bounded(file, "the file")?
        }
        SecretSource::Environment(name) => {
            let shown = Cell(truncate_at_char(name, 64));
            let value = env::secret(name).ok_or_else(|| format!("the variable `{shown}` is not set"))?;
            value.into_string().map_err(|_| format!("the variable `{shown}` is no UTF-8 text"))?
        }
        SecretSource::Stdin => bounded(std::io::stdin().lock(), "stdin")?,
    };
    let secret = text.strip_suffix('\n').map_or(text.as_str(), |line| line.strip_suffix('\r').unwrap_or(line));
    if secret.is_empty() {
        return Err("it is empty".to_owned());
    }
    Ok(Redacted::new(secret.to_owned()))
}

fn bounded(reader: impl Read, what: &str) -> Result<String, String> {
    let mut bytes = Vec::new();
    reader.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|error| format!("{what} cannot be read: {error}"))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(format!("{what} has more than {MAX_BYTES} bytes"));
    }
    String::from_utf8(bytes).map_err(|_| format!("{what} is no UTF-8 text"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_end_of_a_file_is_not_part_of_the_secret() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        fs_err::write(&path, "hunter2\r\n").unwrap();
        let secret = read(&SecretSource::File(path.display().to_string())).unwrap();
        assert_eq!(secret.reveal(), "hunter2");
    }

    #[test]
    fn an_endless_file_and_an_unset_variable_are_refused() {
        assert!(read(&SecretSource::File("/dev/zero".into())).unwrap_err().contains("more than"));
        assert!(read(&SecretSource::Environment("DBG_NOT_SET_ANYWHERE".into())).unwrap_err().contains("not set"));
    }
}
