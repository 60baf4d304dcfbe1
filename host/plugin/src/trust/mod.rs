//! Who vouches for a plugin, and whether that counts here: docs/security.md tells the formats and the steps.

mod chain;
mod envelope;
mod error;
mod floor;
mod grounds;
mod inspect;
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
mod stock;
mod store;
mod threshold;
mod verify;
mod vouch;

#[cfg(test)]
pub(crate) mod tests;

pub use chain::{ChainFault, MAX_FILE_BYTES as MAX_ROOT_BYTES, VendorRoot};
pub use envelope::{Envelope, EnvelopeFault, Part, PayloadType, Signature};
pub use error::TrustError;
pub use floor::{Floor, FloorFault, Floors, FloorsFault};
pub use grounds::{Grounds, GroundsFault};
pub use inspect::{Progress, RootVersion, claimed_list, list_progress, plugin_progress, root_versions};
pub use json::JsonFault;
pub(crate) use json::read as read_json;
pub use key::{KeyFault, KeyId, PublicKey, SignatureFault};
pub use moment::{Moment, MomentError};
pub use private_key::{PrivateKey, PrivateKeyFault};
pub use revocation::{
    ListFault, MAX_FILE_BYTES as MAX_LIST_BYTES, RevocationList, Revocations, Signers, claimed_vendor,
};
pub use root::{Ceiling, Revoked, Role, RoleKey, RoleName, Root, RootFault};
pub(crate) use section::SIGNATURE;
pub use section::{MAX_FILE_BYTES, SectionFault, Split, attach, split};
pub use sign::{
    Claim, SignError, Unverified, countersign_list, countersign_root, new_list, new_root, newest_root, next_root,
};
pub use state::{ReferenceTime, Rule, Rules, StateFault, TrustedState, VendorTrust};
pub use statement::{Statement, StatementFault};
pub use step::Step;
pub use stock::{StockFault, StockSigner, development_root, is_reserved, sign_for_development, verify_stock};
pub use store::{
    Changed, Documents, GuardFault, Loaded, Origin, Places, Privilege, Problem, ProblemFault, RemovedTrust, TrustStore,
    TrustStoreError,
};
pub use threshold::ThresholdFault;
pub use verify::{Concern, Facts, ListFacts, Verified, verify};
pub use vouch::{Beyond, Told, VouchError, Vouched};
