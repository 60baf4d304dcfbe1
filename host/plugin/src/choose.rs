//! Which plugin an operator means by a check's name.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use dbg_model::{CheckName, CheckSelector, PluginName, nearest};
use semver::Version;

use crate::Component;

/// Something that offers checks: a stored plugin's record, a stock component.
pub trait Offer {
    /// The plugin's name.
    fn plugin(&self) -> &PluginName;
    /// The plugin's version.
    fn version(&self) -> &Version;
    /// The checks that it offers.
    fn checks(&self) -> impl Iterator<Item = &CheckName>;
}

impl Offer for Component {
    fn plugin(&self) -> &PluginName {
        &self.declaration().plugin
    }

    fn version(&self) -> &Version {
        &self.declaration().version
    }

    fn checks(&self) -> impl Iterator<Item = &CheckName> {
        self.declaration().checks.iter().map(|check| &check.check)
    }
}

/// What a selector leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found<T> {
    /// One plugin, in its highest version that will do.
    One(T),
    /// Several plugins offer the check; at least two, sorted. `plugin/check` says which.
    Ambiguous(Vec<PluginName>),
    /// The check is there, but in no version that will do.
    OtherVersions(Vec<Version>),
    /// Nobody offers the check.
    Nothing {
        /// The check's name, when some plugin offers one of nearly that name.
        nearest: Option<CheckName>,
    },
}

/// Chooses among offers: of those with the check, the plugin and a version that will do, the one with the highest version.
/// A pre-release is taken only when it is asked for, or when there is nothing else.
pub fn choose<T: Offer>(offers: Vec<T>, selector: &CheckSelector) -> Found<T> {
    let of_plugin = |offer: &T| selector.plugin.as_ref().is_none_or(|plugin| plugin == offer.plugin());
    let (offering, others): (Vec<T>, Vec<T>) =
        offers.into_iter().partition(|offer| of_plugin(offer) && offer.checks().any(|check| *check == selector.check));
    if offering.is_empty() {
        let names: BTreeSet<&CheckName> = others.iter().flat_map(Offer::checks).collect();
        let near = nearest(selector.check.as_str(), names.iter().map(|name| name.as_str()));
        return Found::Nothing { nearest: near.and_then(|name| name.parse().ok()) };
    }
    let will_do = |offer: &T| selector.version.as_ref().is_none_or(|version| version.matches(offer.version()));
    let (matching, others): (Vec<T>, Vec<T>) = offering.into_iter().partition(will_do);
    let plugins: BTreeSet<&PluginName> = matching.iter().map(Offer::plugin).collect();
    if plugins.len() > 1 {
        return Found::Ambiguous(plugins.into_iter().cloned().collect());
    }
    match matching.into_iter().max_by(|one, other| higher(one.version(), other.version())) {
        Some(offer) => Found::One(offer),
        None => {
            let versions: BTreeSet<Version> = others.iter().map(|offer| offer.version().clone()).collect();
            Found::OtherVersions(versions.into_iter().collect())
        }
    }
}

fn higher(one: &Version, other: &Version) -> Ordering {
    one.pre.is_empty().cmp(&other.pre.is_empty()).then_with(|| one.cmp(other))
}
