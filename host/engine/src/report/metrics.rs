//! Metrics: 1,000 a run, the last value of each.

use std::collections::HashMap;

use dbg_model::Metric;

use super::Mask;

const METRICS: usize = 1000;
const UNIT: usize = 32;
const LABELS: usize = 8;
const LABEL_NAME: usize = 64;
const LABEL_VALUE: usize = 256;

#[derive(Debug, Default)]
pub(super) struct Metrics {
    /// In the order of their first value.
    metrics: Vec<Metric>,
    places: HashMap<(String, Vec<(String, String)>), usize>,
}

impl Metrics {
    pub(super) fn set(
        &mut self,
        mask: &mut Mask,
        name: String,
        unit: String,
        value: f64,
        labels: Vec<(String, String)>,
    ) -> bool {
        if !value.is_finite() || labels.len() > LABELS {
            return false;
        }
        let name = mask.name(name);
        let labels: Vec<_> = labels
            .into_iter()
            .map(|(name, value)| (mask.text(name, LABEL_NAME), mask.text(value, LABEL_VALUE)))
            .collect();
        let unit = mask.text(unit, UNIT);
        let key = (name, labels);
        if let Some(metric) = self.places.get(&key).and_then(|place| self.metrics.get_mut(*place)) {
            (metric.unit, metric.value) = (unit, value);
            return true;
        }
        if self.metrics.len() >= METRICS {
            return false;
        }
        let (name, labels) = key.clone();
        self.places.insert(key, self.metrics.len());
        self.metrics.push(Metric { name, unit, value, labels });
        true
    }

    pub(super) fn finish(&mut self) -> impl Iterator<Item = Metric> {
        self.places.clear();
        std::mem::take(&mut self.metrics).into_iter()
    }
}
