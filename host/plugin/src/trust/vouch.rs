//! The agent's side: whether what it is handed is what somebody vouches for whom its operator told of. Nothing else is run.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use dbg_model::{Capability, CheckName, Declaration, Digest, Effective, VendorName};

use super::error::TrustError;
use super::grounds::{Grounds, GroundsFault, Judge};
use super::section::{SectionFault, split};
use super::verify::verify_compiled;
use crate::component::digest;
use crate::{Component, ComponentError};

/// Everything that an operator told, or that the agent's image says.
#[derive(Debug, Default)]
pub struct Told {
    judges: Vec<Result<Judge, GroundsFault>>,
    unsigned: MayUnsigned,
}

/// What may run that nobody signed.
#[derive(Debug)]
enum MayUnsigned {
    /// These.
    These(BTreeSet<Digest>),
    /// Whatever an operator allows, within these capabilities.
    Within(BTreeSet<Capability>),
}

impl Default for MayUnsigned {
    fn default() -> Self {
        Self::These(BTreeSet::new())
    }
}

/// A component that may run here.
#[derive(Debug, Clone)]
pub struct Vouched {
    declaration: Arc<Declaration>,
    imports: BTreeSet<Capability>,
    ceiling: BTreeSet<Capability>,
}

/// Why an agent does not run something.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum VouchError {
    /// Another file than was announced.
    #[error("its file is another one: {} was announced, and it is {}", announced.short(), found.short())]
    Other {
        /// The digest that was announced.
        announced: Digest,
        /// Its digest.
        found: Digest,
    },
    /// No signature, and no word for it.
    #[error("nobody signed it, and nobody said that it may run unsigned ({})", .0.short())]
    Unsigned(Digest),
    /// Somebody signed it, and nobody was told of.
    #[error("it is signed, and no vendor was told of")]
    NoVendor,
    /// Somebody signed it who was not told of.
    #[error("nobody who was told of vouches for it: {0}")]
    Nobody(Box<TrustError>),
    /// What was told of a vendor is no trust.
    #[error("what was told of a vendor is nothing to go by: {0}")]
    Grounds(GroundsFault),
    /// Its vendor was told of, and does not vouch for it.
    #[error("`{vendor}` does not vouch for it: {fault}")]
    Vendor {
        /// The vendor.
        vendor: VendorName,
        /// The step that failed.
        fault: Box<TrustError>,
    },
    /// The file.
    #[error("its file: {0}")]
    Section(#[from] SectionFault),
    /// What is in the file.
    #[error("its file is no plugin: {0}")]
    Component(#[from] ComponentError),
    /// A check that it does not declare.
    #[error("it does not declare the check `{0}`")]
    NoCheck(CheckName),
    /// A grant that it may not have.
    #[error("the check `{check}` was given `{capability}`, which {beyond}")]
    Grant {
        /// The check.
        check: CheckName,
        /// The capability.
        capability: Capability,
        /// Of what.
        beyond: Beyond,
    },
}

/// What a grant goes beyond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Beyond {
    /// It could not use it.
    #[error("it does not import")]
    Imports,
    /// It does not ask for so much.
    #[error("goes beyond its declaration")]
    Declaration,
    /// Its vendor may not have so much.
    #[error("is above the ceiling of whoever made it")]
    Ceiling,
}

impl Told {
    /// From whom the operator trusts, and what it lets run unsigned. A vendor whose files are no trust vouches for nothing.
    #[must_use]
    pub fn new(vendors: &[Grounds], unsigned: impl IntoIterator<Item = Digest>) -> Self {
        let unsigned = MayUnsigned::These(unsigned.into_iter().collect());
        Self { judges: vendors.iter().map(Judge::new).collect(), unsigned }
    }

    /// From whom a site trusts, and within which capabilities an operator may let run what nobody signed, if at all.
    #[must_use]
    pub fn of_site(vendors: &[Grounds], unsigned: Option<BTreeSet<Capability>>) -> Self {
        let unsigned = unsigned.map_or_else(MayUnsigned::default, MayUnsigned::Within);
        Self { judges: vendors.iter().map(Judge::new).collect(), unsigned }
    }

    /// Whether the file of a component may run, of which `announced` is the digest.
    ///
    /// Errors: [`VouchError`], but for its last two.
    pub fn vouch(&self, file: &Bytes, announced: Digest) -> Result<Vouched, VouchError> {
        let signed = split(file)?;
        let (component, ceiling) = match signed.envelope {
            Some(_) => self.of_vendor(file)?,
            None => self.unsigned(signed.component)?,
        };
        let found = component.digest();
        if found != announced {
            return Err(VouchError::Other { announced, found });
        }
        Ok(Vouched { declaration: component.shared_declaration(), imports: component.capabilities(), ceiling })
    }

    fn unsigned(&self, component: Bytes) -> Result<(Component, BTreeSet<Capability>), VouchError> {
        let digest = digest(&component);
        let ceiling = match &self.unsigned {
            MayUnsigned::These(these) if these.contains(&digest) => BTreeSet::from(Capability::ALL),
            MayUnsigned::These(_) => return Err(VouchError::Unsigned(digest)),
            MayUnsigned::Within(capabilities) => capabilities.clone(),
        };
        Ok((Component::read_known(component, digest)?, ceiling))
    }

    /// Each vendor by itself: what one vouches for is not another's.
    fn of_vendor(&self, file: &Bytes) -> Result<(Component, BTreeSet<Capability>), VouchError> {
        let mut nobody = None;
        for judge in &self.judges {
            let Judge { vendor, state, time, rules } = match judge {
                Ok(judge) => judge,
                Err(fault) => {
                    nobody.get_or_insert(VouchError::Grounds(fault.clone()));
                    continue;
                }
            };
            match verify_compiled(file, state, *time, *rules) {
                Ok(verified) => {
                    let (component, facts, _) = verified.into_parts();
                    return Ok((component, facts.ceiling));
                }
                Err(fault @ TrustError::UnknownVendor { .. }) => {
                    nobody.get_or_insert(VouchError::Nobody(Box::new(fault)));
                }
                Err(fault) => return Err(VouchError::Vendor { vendor: vendor.clone(), fault: Box::new(fault) }),
            }
        }
        Err(nobody.unwrap_or(VouchError::NoVendor))
    }
}

impl Vouched {
    /// Whether a check of it may run with these grants: within what it imports, what it declares, and its vendor's ceiling.
    ///
    /// Errors: [`VouchError::NoCheck`], [`VouchError::Grant`].
    pub fn permits(&self, check: &CheckName, grants: &Effective) -> Result<(), VouchError> {
        let declared = self.declaration.check(check).ok_or_else(|| VouchError::NoCheck(check.clone()))?;
        for grant in &grants.grants {
            let capability = grant.capability();
            let beyond = if !self.imports.contains(&capability) {
                Beyond::Imports
            } else if !grant.is_asked_for(&declared.grants) {
                Beyond::Declaration
            } else if !self.ceiling.contains(&capability) {
                Beyond::Ceiling
            } else {
                continue;
            };
            return Err(VouchError::Grant { check: check.clone(), capability, beyond });
        }
        Ok(())
    }
}
