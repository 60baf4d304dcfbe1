//! The name of an image that the engine has.

use std::fmt;
use std::str::FromStr;

/// A name, or the start of an id, as `docker images` shows it: 1 to 255 of `A-Z`, `a-z`, `0-9` and `._-/:@`, and no part of it empty or a
/// folder's. So it fits a path of the engine's API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageName(String);

/// Why a text is no name of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is no name of an image: that is `NAME`, `NAME:TAG` or `HOST/NAME@DIGEST`")]
pub struct ImageNameError;

/// Longer ones no engine takes.
const LONGEST: usize = 255;

impl ImageName {
    /// As it was typed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ImageName {
    type Err = ImageNameError;

    fn from_str(text: &str) -> Result<Self, ImageNameError> {
        let is_sign = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/:@".contains(&byte);
        let is_part = |part: &str| part.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric);
        let good = text.len() <= LONGEST && text.bytes().all(is_sign) && text.split('/').all(is_part);
        if good { Ok(Self(text.to_owned())) } else { Err(ImageNameError) }
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
    fn a_name_that_could_lead_elsewhere_in_a_path_is_none() {
        for good in ["shop", "quay.io/org/tool:1.2", "localhost:5000/tool", "tool@sha256:0f", "0f1e2d"] {
            assert!(good.parse::<ImageName>().is_ok(), "{good}");
        }
        for bad in ["", "../x", "a/../b", "a//b", "/a", "a/", "a?b", "a b", "ä", &"a".repeat(256)] {
            assert_eq!(bad.parse::<ImageName>(), Err(ImageNameError), "{bad}");
        }
    }
}
