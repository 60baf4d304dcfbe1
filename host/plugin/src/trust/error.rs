//! Why a plugin's file is refused: one variant for each offence, and the step that found it.

use dbg_model::{Capability, CheckName, Digest, PluginName, VendorName};
use semver::Version;

use super::envelope::EnvelopeFault;
use super::floor::FloorFault;
use super::moment::Moment;
use super::section::SectionFault;
use super::statement::StatementFault;
use super::step::Step;
use super::threshold::ThresholdFault;
use crate::ComponentError;

/// Why a plugin's file is refused.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum TrustError {
    /// Its signature section.
    #[error("{0}")]
    Section(#[from] SectionFault),
    /// It has none.
    #[error("nobody signed it (it has no section `dbg:signature`)")]
    Unsigned,
    /// Its envelope.
    #[error("its signature's envelope: {0}")]
    Envelope(#[from] EnvelopeFault),
    /// Its statement.
    #[error("its signed statement: {0}")]
    Statement(#[from] StatementFault),
    /// It says that it is of a vendor whom nobody here trusts.
    #[error("it says that it is `{vendor}`'s, who is not trusted here{}", like(looks_like.as_ref()))]
    UnknownVendor {
        /// Whose it says it is.
        vendor: VendorName,
        /// A trusted vendor with a name like this.
        looks_like: Option<VendorName>,
    },
    /// Too few of its vendor's release keys signed it.
    #[error("its vendor did not sign it: {0}")]
    Signatures(#[from] ThresholdFault),
    /// Other bytes than those that were signed.
    #[error("it was changed: {} was signed, and it is {}", signed.short(), found.short())]
    Changed {
        /// The digest that was signed.
        signed: Digest,
        /// Its digest.
        found: Digest,
    },
    /// The right bytes under a wrong length: the vendor's tool is broken.
    #[error("{signed} bytes were signed, and it has {found}")]
    Length {
        /// The length that was signed.
        signed: u64,
        /// Its length.
        found: u64,
    },
    /// Its vendor took it back.
    #[error("`{vendor}` revoked it ({})", digest.short())]
    Revoked {
        /// Who.
        vendor: VendorName,
        /// The component.
        digest: Digest,
    },
    /// Signed in the future.
    #[error("it was signed at {issued}, and it is {now}")]
    NotYet {
        /// When it says it was signed.
        issued: Moment,
        /// The reference time.
        now: Moment,
    },
    /// Past its date.
    #[error("it expired at {expires}, and it is {now}")]
    Expired {
        /// Until when it was good.
        expires: Moment,
        /// The reference time.
        now: Moment,
    },
    /// The vendor's list is past the date of the next.
    #[error("its vendor's list of revocations is too old: the next was due at {next}, and it is {now}")]
    ListStale {
        /// When the next was due.
        next: Moment,
        /// The reference time.
        now: Moment,
    },
    /// Below what its vendor's root still accepts.
    #[error("its sequence is {found}, and its vendor's root accepts {minimum} and later")]
    BelowMinimum {
        /// The least that counts.
        minimum: u64,
        /// Its sequence.
        found: u64,
    },
    /// Older than one that was taken here, or another under the same number.
    #[error("its sequence: {0}")]
    Floor(FloorFault),
    /// No component that could be run.
    #[error("what was signed is no plugin that this dbg can run")]
    Component(#[from] ComponentError),
    /// It declares another name than was signed.
    #[error("`{signed}` was signed, and it calls itself `{declared}`")]
    Name {
        /// What was signed.
        signed: PluginName,
        /// What it declares.
        declared: PluginName,
    },
    /// It declares another version than was signed.
    #[error("version {signed} was signed, and it calls itself {declared}")]
    Version {
        /// What was signed.
        signed: Version,
        /// What it declares.
        declared: Version,
    },
    /// Its vendor may not ask for so much.
    #[error("its check `{check}` cannot do without `{capability}`, which is above its vendor's ceiling")]
    Ceiling {
        /// The check.
        check: CheckName,
        /// The capability.
        capability: Capability,
    },
}

fn like(vendor: Option<&VendorName>) -> String {
    vendor.map(|vendor| format!("; the name only looks like `{vendor}`")).unwrap_or_default()
}

impl TrustError {
    /// The step that refused it; the steps before it passed.
    #[must_use]
    pub fn step(&self) -> Step {
        match self {
            Self::Section(_) | Self::Unsigned => Step::Section,
            Self::Envelope(_) => Step::Envelope,
            Self::Statement(_) => Step::Statement,
            Self::UnknownVendor { .. } => Step::Vendor,
            Self::Signatures(_) => Step::Signatures,
            Self::Changed { .. } | Self::Length { .. } => Step::Bytes,
            Self::Revoked { .. } => Step::Revocations,
            Self::NotYet { .. } | Self::Expired { .. } | Self::ListStale { .. } => Step::Dates,
            Self::BelowMinimum { .. } | Self::Floor(_) => Step::Sequence,
            Self::Component(_) => Step::Component,
            Self::Name { .. } | Self::Version { .. } => Step::Identity,
            Self::Ceiling { .. } => Step::Ceiling,
        }
    }

    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Unsigned => "ask its vendor for the signed file; nobody vouches for this one",
            Self::Section(SectionFault::NotComponent) => "name the signed `.wasm` file that its vendor gave you",
            Self::Section(_) | Self::Envelope(_) | Self::Changed { .. } => {
                "copy it again from where its vendor gave it to you; if it stays so, somebody changed it"
            }
            Self::UnknownVendor { looks_like: Some(known), .. } => {
                return Some(format!("do not run it before `{known}` confirms it: the names are meant to be mixed up"));
            }
            Self::UnknownVendor { vendor, .. } => {
                return Some(format!(
                    "whoever decides on vendors here adds its root: `dbg trust add {vendor}.root.json --fingerprint …`"
                ));
            }
            Self::Signatures(_) => "its vendor's newest root may name other keys: `dbg trust rotate` takes it in",
            Self::Statement(_)
            | Self::Length { .. }
            | Self::Name { .. }
            | Self::Version { .. }
            | Self::Ceiling { .. } => "its vendor must mend it and sign it again",
            Self::Revoked { .. } | Self::Expired { .. } | Self::BelowMinimum { .. } => {
                "ask its vendor for a later release"
            }
            Self::Floor(FloorFault::Older { .. }) => "run the later one that was added here before",
            Self::Floor(_) => "ask its vendor which of the two it made; one of them was not meant to be",
            Self::NotYet { .. } => "set this machine's clock; if it is right, ask its vendor about theirs",
            Self::ListStale { .. } => "carry in the vendor's newest list and add it",
            Self::Component(error) => return error.hint(),
        };
        Some(hint.to_owned())
    }
}
