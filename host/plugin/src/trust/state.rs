//! What is trusted when something is verified: the vendors' roots and lists, the floors, the time and the rules. Values alone: nothing here reads anything.

use std::collections::BTreeMap;

use dbg_model::{Digest, VendorName};

use super::chain::VendorRoot;
use super::floor::{FloorFault, Floors};
use super::key::KeyId;
use super::moment::Moment;
use super::revocation::RevocationList;
use super::root::Ceiling;

/// The time that dates are compared with, fixed once a run. A clock that was set back does not go behind the day this dbg was built.
/// For each vendor it is at least the newest date in its own root and list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReferenceTime(Moment);

impl ReferenceTime {
    /// From the machine's clock and the date of the build.
    #[must_use]
    pub fn new(clock: Moment, build: Moment) -> Self {
        Self(clock.max(build))
    }

    /// The latest of them.
    #[must_use]
    pub fn moment(self) -> Moment {
        self.0
    }

    pub(super) fn for_vendor(self, trust: &VendorTrust) -> Moment {
        let listed = trust.list.as_ref().map(|list| list.content().issued);
        self.0.max(trust.root.current().issued).max(listed.unwrap_or(self.0))
    }
}

/// What happens to what is past its date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// It is refused.
    Strict,
    /// It passes, and whoever runs it is told.
    Warn,
}

/// The site's rules about dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// For plugins and release keys that have expired.
    pub expiry: Rule,
    /// For lists of revocations whose next is due.
    pub stale: Rule,
}

impl Default for Rules {
    /// Dates are kept; a list that could not be renewed at a site without a network is only told of.
    fn default() -> Self {
        Self { expiry: Rule::Strict, stale: Rule::Warn }
    }
}

/// One trusted vendor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VendorTrust {
    pub(super) root: VendorRoot,
    pub(super) list: Option<RevocationList>,
    pub(super) ceiling: Ceiling,
}

impl VendorTrust {
    /// A vendor by its root, which somebody with the right added, and its newest list.
    #[must_use]
    pub fn new(root: VendorRoot, list: Option<RevocationList>) -> Self {
        let ceiling = root.current().ceiling.clone();
        Self { root, list, ceiling }
    }

    /// The same with a lower ceiling: what the site allows beside what the vendor says.
    #[must_use]
    pub fn narrowed(self, ceiling: &Ceiling) -> Self {
        Self { ceiling: self.ceiling.and(ceiling), ..self }
    }

    /// Its root.
    #[must_use]
    pub fn root(&self) -> &VendorRoot {
        &self.root
    }

    /// Its newest list of revocations.
    #[must_use]
    pub fn list(&self) -> Option<&RevocationList> {
        self.list.as_ref()
    }

    /// What its plugins may be granted at most.
    #[must_use]
    pub fn ceiling(&self) -> &Ceiling {
        &self.ceiling
    }

    pub(super) fn is_key_revoked(&self, key: &KeyId) -> bool {
        let listed = self.list.as_ref().is_some_and(|list| list.content().revoked.keys.contains(key));
        listed || self.root.current().revoked.keys.contains(key)
    }

    pub(super) fn is_digest_revoked(&self, digest: &Digest) -> bool {
        let listed = self.list.as_ref().is_some_and(|list| list.content().revoked.digests.contains(digest));
        listed || self.root.current().revoked.digests.contains(digest)
    }
}

/// Everything that is trusted: what [`super::verify`] compares a file with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrustedState {
    vendors: BTreeMap<VendorName, VendorTrust>,
    floors: Floors,
}

/// Why a vendor is not trusted although its root is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StateFault {
    /// Its root is older than one that was seen, or another with the same number.
    #[error("its root: {0}")]
    Root(FloorFault),
    /// Its list is, or is gone.
    #[error("its list of revocations: {0}")]
    List(FloorFault),
}

impl TrustedState {
    /// Nobody is trusted yet.
    #[must_use]
    pub fn new(floors: Floors) -> Self {
        Self { vendors: BTreeMap::new(), floors }
    }

    /// Trusts a vendor, unless its root or list is older than what was seen. Takes the place of an earlier trust in the same vendor.
    pub fn trust(&mut self, vendor: VendorTrust) -> Result<(), StateFault> {
        self.floors.judge_root(&vendor.root).map_err(StateFault::Root)?;
        self.floors.judge_list(&vendor.root, vendor.list.as_ref()).map_err(StateFault::List)?;
        self.vendors.insert(vendor.root.vendor().clone(), vendor);
        Ok(())
    }

    /// The trust in a vendor.
    #[must_use]
    pub fn vendor(&self, name: &VendorName) -> Option<&VendorTrust> {
        self.vendors.get(name)
    }

    /// All trusted vendors, by name.
    pub fn vendors(&self) -> impl Iterator<Item = &VendorTrust> {
        self.vendors.values()
    }

    /// Who took a component back. It is known by its digest, so that taking its signature off brings nothing back.
    #[must_use]
    pub fn revoked_by(&self, digest: &Digest) -> Option<&VendorName> {
        self.vendors.iter().find_map(|(name, vendor)| vendor.is_digest_revoked(digest).then_some(name))
    }

    /// The floors.
    #[must_use]
    pub fn floors(&self) -> &Floors {
        &self.floors
    }

    /// A trusted vendor whose name a person could take for this one.
    #[must_use]
    pub fn look_alike(&self, name: &VendorName) -> Option<&VendorName> {
        self.vendors.keys().find(|known| *known != name && outline(known) == outline(name))
    }
}

/// A name without what the eye passes over. Names have lower-case letters, digits and `-` alone, so this is short.
fn outline(name: &VendorName) -> String {
    let plain = name.as_str().replace('-', "").replace("rn", "m").replace("vv", "w").replace("cl", "d");
    plain
        .chars()
        .map(|c| match c {
            '0' => 'o',
            '1' | 'i' => 'l',
            '5' => 's',
            '2' => 'z',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_alike_have_one_outline() {
        let of = |name: &str| outline(&name.parse().unwrap());
        for (one, other) in
            [("acme", "acrne"), ("acme", "ac-me"), ("globex", "g1obex"), ("lumon", "1umon"), ("wayne", "vvayne")]
        {
            let Ok(other) = other.parse::<VendorName>() else { continue };
            assert_eq!(of(one), outline(&other));
        }
        assert_ne!(of("acme"), of("acne"));
    }

    #[test]
    fn a_clock_set_back_stays_at_the_build() {
        let (clock, build) = (Moment::from_seconds(5), Moment::from_seconds(900));
        assert_eq!(ReferenceTime::new(clock, build), ReferenceTime::new(build, clock));
    }
}
