//! `[FILE] [KEY=VALUE]...`: a file, and parameters for whichever check has them.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::anyhow;
use dbg_model::{Cell, Declaration, nearest, truncate_at_char};

use crate::diagnostic::{Fault, hinted};

/// What was typed, taken apart.
#[derive(Debug, PartialEq)]
pub(super) struct Words {
    /// The plugin's file, when one was named.
    pub(super) file: Option<PathBuf>,
    /// `key=value` pairs.
    pub(super) parameters: Vec<(String, String)>,
}

impl Words {
    pub(super) fn new(words: &[String]) -> Result<Self, Fault> {
        let mut taken = Self { file: None, parameters: Vec::new() };
        for word in words {
            match word.split_once('=') {
                Some((key, value)) if is_key(key) => taken.parameters.push((key.to_owned(), value.to_owned())),
                _ if taken.file.is_none() => taken.file = Some(PathBuf::from(word)),
                _ => {
                    return Err(Fault::usage(hinted(
                        anyhow!("`{}` is a second file", Cell(truncate_at_char(word, 128))),
                        "name one file; parameters are written `key=value`",
                    )));
                }
            }
        }
        Ok(taken)
    }
}

/// Whether it can be the name of a parameter; a path to a file can hold `=`, too.
fn is_key(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// The words that follow `dbg run`: each check with those of the parameters that it has.
pub(super) fn checks_with_parameters(
    declaration: &Declaration,
    parameters: &[(String, String)],
) -> Result<Vec<String>, Fault> {
    let known: BTreeSet<&str> = declaration
        .checks
        .iter()
        .flat_map(|check| &check.parameters)
        .map(|parameter| parameter.name.as_str())
        .collect();
    if let Some((key, _)) = parameters.iter().find(|(key, _)| !known.contains(key.as_str())) {
        let hint = match nearest(key, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.is_empty() => "its checks take none".to_owned(),
            None => format!("there is `{}`", known.iter().copied().collect::<Vec<_>>().join("`, `")),
        };
        return Err(Fault::usage(hinted(
            anyhow!("no check of `{}` has a parameter `{}`", declaration.plugin, Cell(truncate_at_char(key, 64))),
            hint,
        )));
    }
    let mut words = Vec::new();
    for check in &declaration.checks {
        words.push(format!("{}/{}", declaration.plugin, check.check));
        let own = |key: &str| check.parameters.iter().any(|parameter| parameter.name.as_str() == key);
        let given = parameters.iter().filter(|(key, _)| own(key));
        words.extend(given.map(|(key, value)| format!("{key}={value}")));
    }
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Result<Words, Fault> {
        Words::new(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn a_path_with_an_equals_sign_is_a_file_and_a_parameters_value_may_be_a_path() {
        let taken = words(&["./a=b.wasm", "file=/etc/x.wasm"]).unwrap();
        assert_eq!(taken.file, Some(PathBuf::from("./a=b.wasm")));
        assert_eq!(taken.parameters, [("file".to_owned(), "/etc/x.wasm".to_owned())]);
        assert!(words(&["a.wasm", "b.wasm"]).is_err());
    }

    #[test]
    fn each_check_gets_those_parameters_that_it_has_and_one_that_none_has_is_refused() {
        let declaration = Declaration::parse(
            b"{\"declaration\":1,\"plugin\":\"p\",\"version\":\"1.0.0\"}\n\
              {\"check\":\"a\",\"doc\":\"d\",\"parameters\":[{\"name\":\"x\",\"kind\":\"string\",\"doc\":\"d\"}]}\n\
              {\"check\":\"b\",\"doc\":\"d\"}\n",
        )
        .unwrap();
        let given = [("x".to_owned(), "1".to_owned())];
        assert_eq!(checks_with_parameters(&declaration, &given).unwrap(), ["p/a", "x=1", "p/b"]);
        assert!(checks_with_parameters(&declaration, &[("y".to_owned(), String::new())]).is_err());
    }
}
