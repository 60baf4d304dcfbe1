//! One entry of a set: its name, and its header in the only form that it has.

use dbg_model::{Digest, VendorName};

use super::SetError;
use crate::trust::{MAX_FILE_BYTES, MAX_LIST_BYTES, MAX_ROOT_BYTES};

/// The unit of a tar archive.
pub(super) const BLOCK: usize = 512;

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Entry {
    Format,
    Root(VendorName),
    List(VendorName),
    Plugin(Digest),
}

impl Entry {
    /// The entry of a name; none when no entry of a set is called so.
    pub(super) fn named(name: &str) -> Option<Self> {
        if name == "dbgset.json" {
            return Some(Self::Format);
        }
        let (folder, file) = name.split_once('/')?;
        match folder {
            "roots" => Some(Self::Root(file.strip_suffix(".root.json")?.parse().ok()?)),
            "revocations" => Some(Self::List(file.strip_suffix(".revocations.json")?.parse().ok()?)),
            "plugins" => Some(Self::Plugin(format!("sha256:{}", file.strip_suffix(".wasm")?).parse().ok()?)),
            _ => None,
        }
    }

    pub(super) fn name(&self) -> String {
        match self {
            Self::Format => "dbgset.json".to_owned(),
            Self::Root(vendor) => format!("roots/{vendor}.root.json"),
            Self::List(vendor) => format!("revocations/{vendor}.revocations.json"),
            Self::Plugin(digest) => format!("plugins/{}.wasm", digest.hex()),
        }
    }

    /// How long it may be.
    pub(super) fn limit(&self) -> u64 {
        match self {
            Self::Format => 64,
            Self::Root(_) => MAX_ROOT_BYTES as u64,
            Self::List(_) => MAX_LIST_BYTES as u64,
            Self::Plugin(_) => MAX_FILE_BYTES,
        }
    }

    /// Its header. Nothing of the machine that makes a set is in it.
    pub(super) fn header(&self, length: u64) -> Result<tar::Header, SetError> {
        let mut header = tar::Header::new_ustar();
        header.set_path(self.name()).map_err(|_| SetError::Unknown { name: self.name() })?;
        header.set_size(length);
        header.set_mode(0o644);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(0);
        header.set_entry_type(tar::EntryType::Regular);
        header.set_cksum();
        Ok(header)
    }
}
