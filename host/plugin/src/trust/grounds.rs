//! What a verification stood on, as it is told to an agent so that the agent verifies the same by itself.

use std::collections::BTreeSet;

use bytes::Bytes;
use dbg_model::{Capability, VendorName};

use super::chain::{ChainFault, VendorRoot};
use super::moment::Moment;
use super::revocation::{ListFault, RevocationList, Signers};
use super::root::Ceiling;
use super::state::{ReferenceTime, Rule, Rules, StateFault, TrustedState, VendorTrust};

/// One vendor as an operator trusts it in one run: files, a time and rules, none of it more than bytes to whoever carries it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grounds {
    /// The file of its root.
    pub root: Bytes,
    /// The file of its newest list of revocations.
    pub list: Option<Bytes>,
    /// What its plugins may be granted at most, by its root and by the site.
    pub ceiling: BTreeSet<Capability>,
    /// What dates are compared with.
    pub time: Moment,
    /// What is done about dates that are past.
    pub rules: Rules,
}

/// Why grounds are none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GroundsFault {
    /// The root.
    #[error("the root is none: {0}")]
    Chain(#[from] ChainFault),
    /// The list.
    #[error("the list of revocations is none: {0}")]
    List(#[from] ListFault),
    /// Both together.
    #[error("{0}")]
    State(#[from] StateFault),
}

impl Grounds {
    pub(super) fn of(trust: &VendorTrust, time: ReferenceTime, rules: Rules) -> Self {
        Self {
            root: trust.root().file().clone(),
            list: trust.list().map(|list| list.file().clone()),
            ceiling: trust.ceiling().capabilities(),
            time: time.moment(),
            rules,
        }
    }

    /// Those of what came with this binary: its root, and no date after which it would stop. The binary's own digest covers all of it.
    #[must_use]
    pub fn of_stock(root: Bytes, time: ReferenceTime) -> Self {
        let rules = Rules { expiry: Rule::Warn, stale: Rule::Warn };
        Self { root, list: None, ceiling: BTreeSet::from(Capability::ALL), time: time.moment(), rules }
    }
}

/// One vendor whom an operator told of, proved as far as it can be: its files are what they claim to be.
#[derive(Debug)]
pub(super) struct Judge {
    pub(super) vendor: VendorName,
    pub(super) state: TrustedState,
    pub(super) time: ReferenceTime,
    pub(super) rules: Rules,
}

impl Judge {
    /// Floors are the operator's: an agent has seen nothing before.
    pub(super) fn new(grounds: &Grounds) -> Result<Self, GroundsFault> {
        let Grounds { root, list, ceiling, time, rules } = grounds;
        let root = VendorRoot::read(root)?;
        let list = list.as_ref().map(|list| RevocationList::read(list, &root, Signers::AnyVersion)).transpose()?;
        let vendor = root.vendor().clone();
        let mut state = TrustedState::default();
        state.trust(VendorTrust::new(root, list).narrowed(&Ceiling::new(ceiling.iter().copied())))?;
        Ok(Self { vendor, state, time: ReferenceTime::new(*time, *time), rules: *rules })
    }
}
