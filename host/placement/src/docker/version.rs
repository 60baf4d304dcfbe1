//! Versions of the engine's API.

use std::fmt;
use std::str::FromStr;

/// A version of the API, as `1.41`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ApiVersion {
    /// Before the point.
    pub major: u16,
    /// Behind it.
    pub minor: u16,
}

impl ApiVersion {
    /// What dbg asks for is all in it: Docker 19.03, Podman 3.0.
    pub(crate) const OLDEST: Self = Self { major: 1, minor: 40 };
    /// What dbg was written against; a newer engine is asked in this one. Docker 29 takes nothing older.
    pub(crate) const NEWEST: Self = Self { major: 1, minor: 44 };
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl FromStr for ApiVersion {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (major, minor) = text.split_once('.').ok_or(())?;
        Ok(Self { major: major.parse().map_err(|_| ())?, minor: minor.parse().map_err(|_| ())? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered_by_number_and_not_by_text() {
        let version = |text: &str| text.parse::<ApiVersion>().unwrap();
        assert!(version("1.9") < version("1.40") && version("1.44") < version("2.0"));
        assert_eq!(version("1.41").to_string(), "1.41");
        for bad in ["", "1", "1.x", "1.41.2", "-1.4"] {
            assert!(bad.parse::<ApiVersion>().is_err(), "{bad}");
        }
    }
}
