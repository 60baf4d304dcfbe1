//! What the store keeps of one plugin beside its component.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use dbg_model::{Capability, Cell, CheckName, Digest, PluginName, VendorName, truncate_at_char};
use semver::Version;
use serde::{Deserialize, Serialize};

use crate::file::{FileKind, Links, ReadFault, read_regular};
use crate::{Offer, Provenance};

/// The form that is written. Version 1 knew unsigned plugins alone, and is read still.
const FORMAT: u32 = 2;
/// A record as it is written: 64 checks with names of 64 bytes are 4 KiB.
const MAX_RECORD_BYTES: u64 = 64 * 1024;

/// Whose word a plugin was added on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Signer {
    /// The operator's alone.
    #[serde(rename = "unsigned")]
    Nobody,
    /// A vendor's, which is looked at anew at every load.
    Vendor {
        /// Who.
        name: VendorName,
        /// The fingerprint of its root: who has the name later, by another root, is somebody else.
        root: Digest,
    },
}

/// What the store keeps of one plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The plugin's name.
    pub plugin: PluginName,
    /// Its version.
    pub version: Version,
    /// Its component.
    pub digest: Digest,
    /// Whose word it was added on.
    pub signer: Signer,
    /// The checks that it offers.
    pub checks: Vec<CheckName>,
    /// What the operator consented to when it was added.
    pub consent: BTreeSet<Capability>,
    /// When it was added, in seconds since 1970.
    pub added: u64,
}

/// A record that cannot be read.
#[derive(Debug)]
pub struct Broken {
    /// Its file.
    pub path: PathBuf,
    /// Why.
    pub fault: RecordFault,
}

/// Why a record cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RecordFault {
    /// It is not there, or no more.
    #[error("it is gone")]
    Gone,
    /// No plain file.
    #[error("it is {0}")]
    Kind(FileKind),
    /// Longer than any record.
    #[error("it has {bytes} bytes, and a record has at most {MAX_RECORD_BYTES}")]
    TooLarge {
        /// Its length.
        bytes: u64,
    },
    /// The machine does not let it be read.
    #[error("it cannot be read")]
    Io(#[source] io::Error),
    /// Not the JSON of a record.
    #[error("it is no record: {cause}")]
    Json {
        /// What the JSON reader says, escaped and cut.
        cause: String,
    },
    /// Written by a later dbg.
    #[error("its format is version {found}, and this dbg reads versions 1 and {FORMAT}")]
    Format {
        /// The version found.
        found: u32,
    },
    /// Its file has the name of another plugin or version, or none.
    #[error("its file name is not that of the plugin and version in it")]
    Name,
}

/// The file's form. What a later format adds changes its number.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    format: u32,
    plugin: PluginName,
    version: Version,
    digest: Digest,
    provenance: Signer,
    checks: Vec<CheckName>,
    consent: BTreeSet<Capability>,
    added: u64,
}

/// Read first, so that a later format is called that and not broken.
#[derive(Deserialize)]
struct Format {
    format: u32,
}

impl Signer {
    /// Of something that may run; none for what is part of the binary.
    #[must_use]
    pub fn of(provenance: &Provenance) -> Option<Self> {
        match provenance {
            Provenance::Stock => None,
            Provenance::Unsigned => Some(Self::Nobody),
            Provenance::Vendor(facts) => {
                Some(Self::Vendor { name: facts.statement.vendor.clone(), root: facts.fingerprint })
            }
        }
    }
}

impl std::fmt::Display for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Nobody => f.write_str("unsigned"),
            Self::Vendor { name, .. } => write!(f, "signed by {name}"),
        }
    }
}

impl Record {
    pub(super) fn read(path: &Path) -> Result<Self, RecordFault> {
        let bytes = read_regular(path, MAX_RECORD_BYTES, Links::Refuse).map_err(|fault| match fault {
            ReadFault::Kind(kind) => RecordFault::Kind(kind),
            ReadFault::TooLarge { bytes } => RecordFault::TooLarge { bytes },
            ReadFault::Io(error) if error.kind() == io::ErrorKind::NotFound => RecordFault::Gone,
            ReadFault::Io(error) => RecordFault::Io(error),
        })?;
        let Format { format } = serde_json::from_slice(&bytes).map_err(json)?;
        if !(1..=FORMAT).contains(&format) {
            return Err(RecordFault::Format { found: format });
        }
        let Stored { format: _, plugin, version, digest, provenance: signer, checks, consent, added } =
            serde_json::from_slice(&bytes).map_err(json)?;
        if name_of(path).as_ref() != Some(&(plugin.clone(), version.clone())) {
            return Err(RecordFault::Name);
        }
        Ok(Self { plugin, version, digest, signer, checks, consent, added })
    }

    /// The record as bytes of its file.
    pub(super) fn to_json(&self) -> Result<Vec<u8>, serde_json::Error> {
        let Self { plugin, version, digest, signer: provenance, checks, consent, added } = self.clone();
        let stored = Stored { format: FORMAT, plugin, version, digest, provenance, checks, consent, added };
        let mut bytes = serde_json::to_vec_pretty(&stored)?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

impl Offer for Record {
    fn plugin(&self) -> &PluginName {
        &self.plugin
    }

    fn version(&self) -> &Version {
        &self.version
    }

    fn checks(&self) -> impl Iterator<Item = &CheckName> {
        self.checks.iter()
    }
}

/// The plugin and version that a record's file name says.
pub(super) fn name_of(path: &Path) -> Option<(PluginName, Version)> {
    let (plugin, version) = path.file_name()?.to_str()?.strip_suffix(".json")?.split_once('@')?;
    Some((plugin.parse().ok()?, Version::parse(version).ok()?))
}

fn json(error: serde_json::Error) -> RecordFault {
    RecordFault::Json { cause: Cell(truncate_at_char(&error.to_string(), 256)).to_string() }
}
