//! How much a pod may take in a namespace, by its LimitRanges and by what its quotas have left. What cannot be read narrows nothing: the server
//! is asked in the end.

use futures::future;

use super::answers::{LimitRange, List, Quota};
use super::connect::Cluster;
use super::quantity::{self, ONE};
use super::request::Path;
use crate::docker::Words;

/// Objects of a kind that are read: a namespace has one or two.
const MOST: &str = "50";

/// How much a pod may take in a namespace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Room {
    /// Of memory, in bytes.
    pub memory: Bounds,
    /// Of the time of processors, in billionths of one.
    pub processor: Bounds,
}

/// The bounds of one resource.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bounds {
    /// A pod asks for at least this.
    pub least: Option<i64>,
    /// It may take at most this, and who says so.
    pub most: Option<Bound>,
    /// What it asks for may be at most this, and who says so.
    pub free: Option<Bound>,
    /// It may take at most so many times what it asks for, in thousandths.
    pub ratio: Option<i64>,
}

/// A bound, and whose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// How much.
    pub amount: i64,
    /// Whose it is, such as "the LimitRange `small`".
    pub whose: Words,
}

/// What a container asks for, and what it may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fit {
    /// What is kept free for it.
    pub request: i64,
    /// What it may take.
    pub limit: i64,
    /// Whose bound made the limit lower than it would have been.
    pub narrowed: Option<Words>,
}

impl Bounds {
    /// What a container has that would like to ask for `request` and take up to `limit`, and has to have `floor`; the bound that forbids it.
    pub(crate) fn fit(&self, request: i64, limit: i64, floor: i64) -> Result<Fit, Bound> {
        let bound = |bound: &Option<Bound>, amount: i64| bound.clone().filter(|bound| bound.amount < amount);
        let mut fit = Fit { request, limit, narrowed: None };
        if let Some(most) = bound(&self.most, fit.limit) {
            if most.amount < floor {
                return Err(most);
            }
            (fit.limit, fit.narrowed) = (most.amount, Some(most.whose));
        }
        fit.request = fit.request.min(fit.limit);
        let least = self.least.unwrap_or(0);
        if fit.request < least {
            fit.request = least;
            fit.limit = fit.limit.max(least);
        }
        if let Some(free) = bound(&self.free, fit.request) {
            if free.amount < least {
                return Err(free);
            }
            fit.request = free.amount;
        }
        let Some(ratio) = self.ratio.filter(|ratio| *ratio >= 1000) else { return Ok(fit) };
        // Rather more is kept free than less taken, as far as there is something free.
        let wanted = whole(i128::from(fit.limit) * 1000 + i128::from(ratio) - 1, ratio);
        let asked = bound(&self.free, wanted).map_or(wanted, |free| free.amount).max(fit.request);
        let limit = fit.limit.min(whole(i128::from(asked) * i128::from(ratio), 1000));
        if limit < floor {
            return Err(self.free.clone().unwrap_or(Bound { amount: limit, whose: Words::of("the LimitRange") }));
        }
        Ok(Fit { request: asked, limit, ..fit })
    }

    fn at_least(&mut self, amount: i64) {
        self.least = Some(self.least.map_or(amount, |known| known.max(amount)));
    }

    fn ratio(&mut self, thousandths: i64) {
        self.ratio = Some(self.ratio.map_or(thousandths, |known| known.min(thousandths)));
    }
}

fn whole(number: i128, by: i64) -> i64 {
    i64::try_from(number / i128::from(by)).unwrap_or(i64::MAX)
}

fn narrow(bound: &mut Option<Bound>, amount: i64, whose: &str) {
    if bound.as_ref().is_none_or(|known| amount < known.amount) {
        *bound = Some(Bound { amount: amount.max(0), whose: Words::of(whose) });
    }
}

/// What a namespace says; nothing where it may not be read.
pub(super) async fn look(cluster: &Cluster, namespace: &str) -> Room {
    let path = |kind| Path::of(kind, Some(namespace)).with(&[("limit", MOST)]);
    let (ranges, quotas) = future::join(
        cluster.get::<List<LimitRange>>("list LimitRanges", path("limitranges")),
        cluster.get::<List<Quota>>("list quotas", path("resourcequotas")),
    )
    .await;
    of(&ranges.map(List::into_items).unwrap_or_default(), &quotas.map(List::into_items).unwrap_or_default())
}

fn of(ranges: &[LimitRange], quotas: &[Quota]) -> Room {
    let mut room = Room::default();
    for range in ranges {
        let whose = format!("the LimitRange `{}`", Words::of(&range.metadata.name));
        for item in range.spec.limits.iter().filter(|item| ["Container", "Pod"].contains(&item.kind.as_str())) {
            for (bounds, name, unit) in room.both() {
                let amount = |of: &std::collections::BTreeMap<String, String>, unit| {
                    of.get(name).and_then(|text| in_units(text, unit))
                };
                amount(&item.max, unit).into_iter().for_each(|most| narrow(&mut bounds.most, most, &whose));
                amount(&item.min, unit).into_iter().for_each(|least| bounds.at_least(least));
                // The ratio has no unit, and thousandths are enough of it.
                amount(&item.max_limit_request_ratio, ONE / 1000).into_iter().for_each(|ratio| bounds.ratio(ratio));
            }
        }
    }
    for quota in quotas.iter().filter(|quota| quota.is_of_us()) {
        let whose = format!("what the quota `{}` has left", Words::of(&quota.metadata.name));
        for (bounds, name, unit) in room.both() {
            let left = |key: &str| {
                let amount =
                    |of: &std::collections::BTreeMap<String, String>| of.get(key).and_then(|text| in_units(text, unit));
                Some(amount(&quota.status.hard)? - amount(&quota.status.used).unwrap_or(0))
            };
            left(&format!("limits.{name}")).into_iter().for_each(|left| narrow(&mut bounds.most, left, &whose));
            for key in [format!("requests.{name}"), name.to_owned()] {
                left(&key).into_iter().for_each(|left| narrow(&mut bounds.free, left, &whose));
            }
        }
    }
    room
}

/// A text in whole units of so many billionths.
fn in_units(text: &str, unit: i128) -> Option<i64> {
    i64::try_from(quantity::parse(text)? / unit).ok()
}

impl Room {
    /// Each resource with its name, and its unit in billionths.
    fn both(&mut self) -> [(&mut Bounds, &'static str, i128); 2] {
        [(&mut self.memory, "memory", ONE), (&mut self.processor, "cpu", 1)]
    }
}

impl Quota {
    /// Whether a pod of ours counts: it has limits and a deadline.
    fn is_of_us(&self) -> bool {
        let others = ["NotTerminating", "BestEffort", "CrossNamespacePodAffinity", "PriorityClass"];
        self.spec.scope_selector.is_none() && !self.spec.scopes.iter().any(|scope| others.contains(&scope.as_str()))
    }
}

#[cfg(test)]
#[path = "room/tests.rs"]
mod tests;
