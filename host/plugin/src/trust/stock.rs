//! Who signs the checks that dbg carries. These names are nobody else's: no site can trust a vendor so called, so that what a development root signed counts
//! within the binary that carries the root, and nowhere else.

use bytes::Bytes;
use dbg_model::VendorName;

use super::chain::{ChainFault, VendorRoot};
use super::error::TrustError;
use super::moment::Moment;
use super::private_key::PrivateKey;
use super::root::{Ceiling, Revoked, Role, RoleKey, Root};
use super::sign::{Claim, SignError, Unverified, new_root};
use super::state::{ReferenceTime, Rule, Rules, StateFault, TrustedState, VendorTrust};
use super::verify::{Verified, verify};
use crate::Component;

/// What all reserved names are or begin with, before a `-`.
const RESERVED: &str = "dbg";

/// Who signed the stock checks of a build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StockSigner {
    /// Those who release dbg.
    Release,
    /// A key that the build made, in the clone that it was built from.
    Development,
}

/// Why files cannot be the stock checks of a build.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum StockFault {
    /// The root.
    #[error("the root is none: {0}")]
    Chain(#[from] ChainFault),
    /// Another's root: a development root where a release is made, or the other way round.
    #[error("the root is `{found}`'s, and this build takes the root of `{wanted}`")]
    Vendor {
        /// Whose it is.
        found: VendorName,
        /// Whose it must be.
        wanted: &'static str,
    },
    /// Nothing can be trusted.
    #[error("{0}")]
    State(#[from] StateFault),
    /// A plugin.
    #[error("it is not signed as a stock check is: {0}")]
    Plugin(#[from] TrustError),
}

impl StockSigner {
    /// The vendor's name in its root.
    #[must_use]
    pub fn vendor(self) -> &'static str {
        match self {
            Self::Release => RESERVED,
            Self::Development => "dbg-development",
        }
    }

    /// Verifies a stock check by the root that the build carries. Dates are told and not kept: the binary's own digest covers what is in it.
    pub fn verify(self, file: &Bytes, root: &[u8], now: Moment) -> Result<Verified<Component>, StockFault> {
        let root = VendorRoot::read(root)?;
        if root.vendor().as_str() != self.vendor() {
            return Err(StockFault::Vendor { found: root.vendor().clone(), wanted: self.vendor() });
        }
        let mut state = TrustedState::default();
        state.trust(VendorTrust::new(root, None))?;
        let rules = Rules { expiry: Rule::Warn, stale: Rule::Warn };
        Ok(verify(file, &state, ReferenceTime::new(now, now), rules)?)
    }
}

/// Verifies a stock check by the root that came with it, whichever of dbg's own signed it.
pub fn verify_stock(file: &Bytes, root: &[u8], now: Moment) -> Result<Verified<Component>, StockFault> {
    let signer = match VendorRoot::read(root)?.vendor().as_str() {
        RESERVED => StockSigner::Release,
        _ => StockSigner::Development,
    };
    signer.verify(file, root, now)
}

/// Whether a vendor's name is one of dbg's own.
#[must_use]
pub fn is_reserved(name: &VendorName) -> bool {
    name.as_str().strip_prefix(RESERVED).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// The root of a clone's own key, for both roles and without any date: the same key makes the same bytes whenever it is asked.
pub fn development_root(key: &PrivateKey) -> Result<Vec<u8>, SignError> {
    let role = Role { threshold: 1, keys: vec![RoleKey { key: key.public(), expires: None }] };
    let root = Root {
        vendor: development()?,
        version: 1,
        issued: Moment::from_seconds(0),
        root: role.clone(),
        release: role,
        ceiling: Ceiling::new(dbg_model::Capability::ALL),
        revoked: Revoked::default(),
        minimum: Default::default(),
    };
    new_root(&root, key)
}

/// A stock check signed by a clone's own key.
pub fn sign_for_development(component: &Bytes, key: &PrivateKey) -> Result<Vec<u8>, SignError> {
    let (issued, expires) = (Moment::from_seconds(0), Moment::from_seconds(u64::MAX));
    let claim = Claim { vendor: development()?, sequence: 1, issued, expires };
    Unverified::read(component)?.sign(claim, key)
}

fn development() -> Result<VendorName, SignError> {
    let name: Result<VendorName, _> = StockSigner::Development.vendor().parse();
    name.map_err(|_| SignError::Statement(super::StatementFault::SubjectName))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::component::samples;

    fn key() -> PrivateKey {
        PrivateKey::from_seed([7; 32])
    }

    fn built() -> Bytes {
        samples::plugin("sample", "1.0.0", &["look"], "").bytes().clone()
    }

    #[test]
    fn a_clone_signs_the_same_bytes_each_time_and_verifies_them() {
        let (root, file) = (development_root(&key()).unwrap(), sign_for_development(&built(), &key()).unwrap());
        assert_eq!(root, development_root(&key()).unwrap());
        assert_eq!(file, sign_for_development(&built(), &key()).unwrap());
        let now = Moment::from_seconds(1_800_000_000);
        let verified = StockSigner::Development.verify(&file.into(), &root, now).unwrap();
        assert_eq!(verified.value().bytes(), &built());
    }

    #[test]
    fn a_release_takes_no_development_root_and_a_development_build_no_other_clones() {
        let (root, file) = (development_root(&key()).unwrap(), sign_for_development(&built(), &key()).unwrap());
        let now = Moment::from_seconds(1_800_000_000);
        let fault = StockSigner::Release.verify(&file.clone().into(), &root, now).unwrap_err();
        assert!(matches!(fault, StockFault::Vendor { wanted: "dbg", .. }), "{fault}");
        let other = development_root(&PrivateKey::from_seed([8; 32])).unwrap();
        let fault = StockSigner::Development.verify(&file.into(), &other, now).unwrap_err();
        assert!(matches!(fault, StockFault::Plugin(TrustError::Signatures(_))), "{fault}");
        let fault = StockSigner::Development.verify(&built(), &root, now).unwrap_err();
        assert!(matches!(fault, StockFault::Plugin(TrustError::Unsigned)), "{fault}");
    }

    #[test]
    fn names_of_dbgs_own_are_reserved_and_others_that_begin_like_them_are_not() {
        for (name, reserved) in
            [("dbg", true), ("dbg-development", true), ("dbg-x", true), ("dbgs", false), ("acme", false)]
        {
            assert_eq!(is_reserved(&name.parse().unwrap()), reserved, "{name}");
        }
    }
}
