//! Why bytes are no version of a root.

use dbg_model::PluginName;

use super::{FORMAT, MAX_KEYS, MAX_REVOKED, RoleName};
use crate::trust::json::JsonFault;
use crate::trust::key::{KeyFault, KeyId};
use crate::trust::statement::MAX_SEQUENCE;

/// Why bytes are no version of a root.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RootFault {
    /// Not its JSON.
    #[error("{0}")]
    Json(#[from] JsonFault),
    /// Made for a later dbg.
    #[error("its format is version {0}, and this dbg reads version {FORMAT}")]
    Format(u32),
    /// Versions count from 1.
    #[error("its version is 0")]
    Version,
    /// A key that may not be trusted.
    #[error("key {index} of its role `{role}`: {fault}")]
    Key {
        /// Which role.
        role: RoleName,
        /// Which key, counted from 1.
        index: usize,
        /// Why.
        fault: KeyFault,
    },
    /// One key twice in one role, which would count as two people.
    #[error("its role `{role}` has the key {} twice", key.short())]
    KeyTwice {
        /// Which role.
        role: RoleName,
        /// Which key.
        key: KeyId,
    },
    /// Nobody, or more people than there are.
    #[error("its role `{role}` needs {threshold} of {keys} keys")]
    Threshold {
        /// Which role.
        role: RoleName,
        /// How many must sign.
        threshold: usize,
        /// How many could.
        keys: usize,
    },
    /// More keys than an envelope has signatures.
    #[error("its role `{role}` has {keys} keys, and at most {MAX_KEYS} are allowed")]
    TooManyKeys {
        /// Which role.
        role: RoleName,
        /// How many it has.
        keys: usize,
    },
    /// A root key that expires would end the chain.
    #[error("a key of its role `root` expires, and only release keys can")]
    RootKeyExpires,
    /// More than a root carries; a list carries more.
    #[error("it revokes {0} keys and digests, and at most {MAX_REVOKED} are allowed")]
    TooManyRevoked(usize),
    /// Two least sequences of one plugin.
    #[error("it has two least sequences for `{0}`")]
    MinimumTwice(PluginName),
    /// A number that some reader would round.
    #[error("its least sequence for `{plugin}` is {sequence}, and at most {MAX_SEQUENCE} is allowed")]
    Minimum {
        /// The plugin.
        plugin: PluginName,
        /// Its least sequence.
        sequence: u64,
    },
    /// A ceiling that names no capability by its form.
    #[error("its ceiling has `{0}`, which is no name of a capability")]
    Ceiling(String),
}
