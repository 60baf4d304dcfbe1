//! An image of a container engine, by name or id.

use std::fmt;
use std::str::FromStr;

use crate::{Cell, truncate_at_char};

/// Longer ones no engine takes.
const LONGEST: usize = 255;

/// An image by name or id, as `docker images` and `docker run` take it: `debug-tools`, `quay.io/org/tools:1.2`, `sha256:…`. Whether there is one is the engine's to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageName(String);

/// No name of an image.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{shown}` is no name of an image")]
pub struct ImageNameError {
    shown: String,
}

impl ImageNameError {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some("write it as the engine lists it: `debug-tools`, `registry.test/tools:1.2` or `sha256:…`".to_owned())
    }
}

impl ImageName {
    /// As it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ImageName {
    type Err = ImageNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/:@+".contains(&byte);
        // No part of it is empty or a folder's, so it fits a path of the engine's API.
        let begins = |part: &str| part.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric);
        if text.len() <= LONGEST && text.bytes().all(plain) && text.split('/').all(begins) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ImageNameError { shown: Cell(truncate_at_char(text, 64)).to_string() })
        }
    }
}

impl fmt::Display for ImageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_registry_tag_and_digest_are_names_and_options_and_escapes_are_none() {
        for name in ["tools", "registry.test:5000/org/tools:1.2", "tools@sha256:0f0f", "sha256:0f0f"] {
            assert_eq!(name.parse::<ImageName>().unwrap().as_str(), name);
        }
        for bad in
            ["", "-v", "/tools", "../x", "a/../b", "a//b", "a/", "a b", "a\u{1b}[2Jb", "a?b", &"a".repeat(LONGEST + 1)]
        {
            assert!(!bad.parse::<ImageName>().unwrap_err().to_string().contains('\u{1b}'), "{bad}");
        }
    }
}
