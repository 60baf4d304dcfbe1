//! Names of plugins, vendors, checks, parameters and capabilities.

use std::fmt;
use std::str::FromStr;

use semver::VersionReq;
use serde::{Deserialize, Serialize};

use crate::{Cell, nearest, truncate_at_char};

/// Why a text is no name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Not of the form of a name.
    #[error("`{shown}` is no name: 1 to 64 of `a-z`, `0-9` and `-`, starting with a letter")]
    Form {
        /// What was given, escaped and cut.
        shown: String,
    },
    /// After `@` comes no version.
    #[error("`{shown}` is no version: expected for example `1`, `1.2` or `1.2.3`")]
    Version {
        /// What was given, escaped and cut.
        shown: String,
    },
    /// No capability of this host.
    #[error("this dbg has no capability `{shown}`")]
    Capability {
        /// What was given, escaped and cut.
        shown: String,
        /// The nearest capability there is.
        nearest: Option<&'static str>,
    },
}

fn shown(text: &str) -> String {
    Cell(truncate_at_char(text, 64)).to_string()
}

fn validate(text: &str) -> Result<(), NameError> {
    let inside = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let ok = text.len() <= 64
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && !text.ends_with('-')
        && text.chars().all(inside);
    if ok { Ok(()) } else { Err(NameError::Form { shown: shown(text) }) }
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                validate(text)?;
                Ok(Self(text.to_owned()))
            }
        }

        impl TryFrom<String> for $name {
            type Error = NameError;

            fn try_from(text: String) -> Result<Self, NameError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

name! {
    /// The name of a plugin: 1 to 64 of `a-z`, `0-9` and `-`, starting with a letter. Safe as a file name.
    PluginName
}
name! {
    /// The name of a vendor, and the namespace of its plugins: `acme/dns-check`. The form of a [`PluginName`].
    VendorName
}
name! {
    /// The name of a check within a plugin; the form of a [`PluginName`].
    CheckName
}
name! {
    /// The name of a parameter; the form of a [`PluginName`].
    ParameterName
}

/// One WIT package of the host: the unit of grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Capability {
    /// `wasi:sockets`, with a name look-up of our own.
    Sockets,
    /// `dbg:resolver`: the target's resolver configuration.
    Resolver,
    /// `dbg:files`: the target's files, read-only.
    Files,
    /// `dbg:connect`: batches of TCP connects.
    Connect,
    /// `dbg:network-state`: the target's sockets, interfaces, addresses, routes and neighbours.
    NetworkState,
    /// `dbg:processes`: the target's processes, and which sockets they hold.
    Processes,
    /// `dbg:cluster`: objects of the cluster's API and what pods wrote, read by the operator's side.
    Cluster,
}

impl Capability {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 7] =
        [Self::Sockets, Self::Resolver, Self::Files, Self::Connect, Self::NetworkState, Self::Processes, Self::Cluster];

    /// The word in a declaration.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Sockets => "sockets",
            Self::Resolver => "resolver",
            Self::Files => "files",
            Self::Connect => "connect",
            Self::NetworkState => "network-state",
            Self::Processes => "processes",
            Self::Cluster => "cluster",
        }
    }

    /// Whether a grant of it says where to. One without bounds is given whole or not at all.
    #[must_use]
    pub fn has_bounds(self) -> bool {
        match self {
            Self::Sockets | Self::Files | Self::Connect | Self::Cluster => true,
            Self::Resolver | Self::NetworkState | Self::Processes => false,
        }
    }

    /// The WIT package that it unlocks, without version.
    #[must_use]
    pub fn package(self) -> &'static str {
        match self {
            Self::Sockets => "wasi:sockets",
            Self::Resolver => "dbg:resolver",
            Self::Files => "dbg:files",
            Self::Connect => "dbg:connect",
            Self::NetworkState => "dbg:network-state",
            Self::Processes => "dbg:processes",
            Self::Cluster => "dbg:cluster",
        }
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl FromStr for Capability {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        Self::ALL.into_iter().find(|capability| capability.word() == text).ok_or_else(|| NameError::Capability {
            shown: shown(text),
            nearest: nearest(text, Self::ALL.map(Self::word)),
        })
    }
}

impl TryFrom<String> for Capability {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, NameError> {
        text.parse()
    }
}

impl From<Capability> for String {
    fn from(capability: Capability) -> Self {
        capability.word().to_owned()
    }
}

/// A check as an operator asks for it: `check`, `check@1.2`, `plugin/check` or `plugin/check@1.2`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckSelector {
    /// The plugin, when two of them offer the check.
    pub plugin: Option<PluginName>,
    /// The check.
    pub check: CheckName,
    /// Which versions of the plugin will do; the highest of them is taken.
    pub version: Option<VersionReq>,
}

impl FromStr for CheckSelector {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let (name, version) = match text.split_once('@') {
            Some((name, version)) => (name, Some(version)),
            None => (text, None),
        };
        // `1.2` means any 1.2.x, as people expect of a pinned version, not "1.2 or newer"; `1.2.3` means just that.
        let version = version
            .map(|version| {
                Some(version)
                    .filter(|v| v.len() <= 64 && v.starts_with(|c: char| c.is_ascii_digit()))
                    .and_then(|v| {
                        VersionReq::parse(&if v.matches('.').count() >= 2 { format!("={v}") } else { format!("~{v}") })
                            .ok()
                    })
                    .ok_or_else(|| NameError::Version { shown: shown(version) })
            })
            .transpose()?;
        let (plugin, check) = match name.split_once('/') {
            Some((plugin, check)) => (Some(plugin.parse()?), check.parse()?),
            None => (None, name.parse()?),
        };
        Ok(Self { plugin, check, version })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_would_leave_a_folder_are_refused() {
        for bad in ["", "../x", "a/b", "A", "1a", "a-", "a b", "a\u{202e}", &"a".repeat(65)] {
            assert!(bad.parse::<PluginName>().is_err(), "{bad:?}");
        }
        assert!("dns-check2".parse::<PluginName>().is_ok());
    }

    #[test]
    fn an_unknown_capability_names_the_nearest() {
        assert_eq!(
            "socket".parse::<Capability>(),
            Err(NameError::Capability { shown: "socket".into(), nearest: Some("sockets") })
        );
    }

    #[test]
    fn a_selector_splits_plugin_check_and_version() {
        let selector: CheckSelector = "acme/dns-check@1.2".parse().unwrap();
        assert_eq!(selector.plugin.as_ref().map(PluginName::as_str), Some("acme"));
        assert_eq!(selector.check.as_str(), "dns-check");
        let version = selector.version.unwrap();
        assert!(version.matches(&"1.2.9".parse().unwrap()));
        assert!(!version.matches(&"1.3.0".parse().unwrap()));
        let whole = "dns-check@1.2.3".parse::<CheckSelector>().unwrap().version.unwrap();
        assert!(whole.matches(&"1.2.3".parse().unwrap()));
        assert!(!whole.matches(&"1.2.4".parse().unwrap()));
    }

    #[test]
    fn a_selector_without_a_version_after_the_at_is_refused() {
        assert!(matches!("dns@".parse::<CheckSelector>(), Err(NameError::Version { .. })));
        assert!(matches!("dns@latest".parse::<CheckSelector>(), Err(NameError::Version { .. })));
    }
}
