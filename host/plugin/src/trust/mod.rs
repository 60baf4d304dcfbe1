//! Who vouches for a plugin, and whether that counts here: docs/security.md tells the formats and the steps.

mod chain;
mod envelope;
mod error;
mod floor;
mod json;
mod key;
mod moment;
mod private_key;
mod revocation;
mod root;
pub(crate) mod section;
mod sign;
mod state;
mod statement;
mod step;
mod store;
mod threshold;
mod verify;

#[cfg(test)]
mod tests;

pub use chain::{ChainFault, VendorRoot};
pub use envelope::{Envelope, EnvelopeFault, Part, PayloadType, Signature};
pub use error::TrustError;
pub use floor::{Floor, FloorFault, Floors, FloorsFault};
pub use json::JsonFault;
pub use key::{KeyFault, KeyId, PublicKey, SignatureFault};
pub use moment::{Moment, MomentError};
pub use private_key::{PrivateKey, PrivateKeyFault};
pub use revocation::{ListFault, RevocationList, Revocations, Signers, claimed_vendor};
pub use root::{Ceiling, Revoked, Role, RoleKey, RoleName, Root, RootFault};
pub(crate) use section::{MAX_FILE_BYTES, SIGNATURE};
pub use section::{SectionFault, Split, attach, split};
pub use sign::{
    Claim, SignError, Unverified, countersign_list, countersign_root, new_list, new_root, newest_root, next_root,
};
pub use state::{ReferenceTime, Rule, Rules, StateFault, TrustedState, VendorTrust};
pub use statement::{Statement, StatementFault};
pub use step::Step;
pub use store::{
    Changed, GuardFault, Loaded, Origin, Places, Privilege, Problem, ProblemFault, RemovedTrust, TrustStore,
    TrustStoreError,
};
pub use threshold::ThresholdFault;
pub use verify::{Concern, Facts, ListFacts, Verified, verify};
