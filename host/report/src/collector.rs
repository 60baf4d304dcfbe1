//! From events to a result, within bounds.

use std::collections::HashMap;
use std::time::Duration;

use dbg_model::{
    Artifact, ColumnValues, Counts, Ending, Event, EvidenceValue, Failure, FailureCode, Finding, Metric, TableHead,
    TableRows,
};

use crate::trim::Trim;
use crate::{CheckResult, KeptArtifact, Subject, Table, limits};

/// Takes the events of one check on one target, in order, and makes its result. It keeps no more than `limits` says whatever comes;
/// what contradicts itself (rows of an unknown table, a second end) is dropped and counted.
#[derive(Debug)]
pub struct Collector {
    result: CheckResult,
    /// Where in `result.metrics` a name with its labels is.
    metrics: HashMap<(String, Vec<(String, String)>), usize>,
    trim: Trim,
    dropped: u64,
    rows: usize,
    cell_bytes: usize,
    artifact_bytes: usize,
    ending: Option<Ending>,
}

impl Collector {
    /// Before the first event.
    #[must_use]
    pub fn new(subject: Subject) -> Self {
        // Stands until an ending comes: who loses the session learns it, and never a pass.
        let lost = Failure { code: FailureCode::Disconnected, text: "it was not heard of to its end".to_owned() };
        Self {
            result: CheckResult::not_run(subject, lost),
            metrics: HashMap::new(),
            trim: Trim::default(),
            dropped: 0,
            rows: 0,
            cell_bytes: 0,
            artifact_bytes: 0,
            ending: None,
        }
    }

    /// What runs.
    #[must_use]
    pub fn subject(&self) -> &Subject {
        &self.result.subject
    }

    /// Adds what was found out about the place once the agent was there.
    pub fn note(&mut self, mut note: String) {
        if self.result.subject.notes.len() < limits::NOTES {
            self.trim.text(&mut note, limits::SENTENCE);
            self.result.subject.notes.push(note);
        } else {
            self.dropped += 1;
        }
    }

    /// Takes the next event.
    pub fn take(&mut self, event: Event) {
        if self.ending.is_some() {
            self.dropped += 1;
            return;
        }
        let kept = match event {
            // Only the newest counts, and it is no part of a report.
            Event::Progress(_) => true,
            Event::Finding(finding) => self.finding(finding),
            Event::TableHead(head) => self.table(head),
            Event::TableRows(rows) => self.rows(rows),
            Event::Metric(metric) => self.metric(metric),
            Event::Artifact(artifact) => self.artifact(artifact),
            Event::Ended(ending) => {
                self.ending = Some(ending);
                true
            }
        };
        self.dropped += u64::from(!kept);
    }

    /// After the last event. Without an [`Event::Ended`] the result says that the check was not heard of to its end.
    #[must_use]
    pub fn finish(self) -> CheckResult {
        let mut result = self.result;
        if let Some(ending) = self.ending {
            let Ending { failure, counts, took, peak_memory } = ending;
            result.failure = failure.map(|mut failure| {
                Trim::default().text(&mut failure.text, limits::SENTENCE);
                failure
            });
            result.counts = counts;
            result.took = took;
            result.peak_memory = peak_memory;
        }
        let Counts { dropped, cut, .. } = &mut result.counts;
        *dropped = dropped.saturating_add(self.dropped);
        *cut = cut.saturating_add(self.trim.cut);
        // A finding is sent once it is closed, which may be long after it was added.
        result.findings.sort_by_key(|finding| finding.index);
        result
    }

    /// Ends a check that will send no more, for a reason that the caller knows.
    #[must_use]
    pub fn finish_with(mut self, failure: Failure, took: Duration) -> CheckResult {
        let ending = Ending { failure: Some(failure), counts: Counts::default(), took, peak_memory: 0 };
        self.ending.get_or_insert(ending);
        self.finish()
    }

    fn finding(&mut self, mut finding: Finding) -> bool {
        if self.result.findings.len() >= limits::FINDINGS {
            return false;
        }
        let over = finding.evidence.len().saturating_sub(limits::EVIDENCE)
            + finding.next_steps.len().saturating_sub(limits::NEXT_STEPS);
        self.dropped += over as u64;
        finding.evidence.truncate(limits::EVIDENCE);
        finding.next_steps.truncate(limits::NEXT_STEPS);
        self.trim.text(&mut finding.id, limits::NAME);
        self.trim.text(&mut finding.sentence, limits::SENTENCE);
        if let Some(about) = &mut finding.about {
            self.trim.text(about, limits::ABOUT);
        }
        if let Some(many) = &mut finding.many {
            self.trim.text(many, limits::SENTENCE);
        }
        for step in &mut finding.next_steps {
            self.trim.text(step, limits::SENTENCE);
        }
        for evidence in &mut finding.evidence {
            self.trim.text(&mut evidence.label, limits::LABEL);
            match &mut evidence.value {
                EvidenceValue::Text(text) => self.trim.text(text, limits::FACT),
                EvidenceValue::Bytes(bytes) => self.trim.bytes(bytes, limits::FACT),
                EvidenceValue::Table(_) => {}
            }
        }
        self.result.findings.push(finding);
        true
    }

    fn table(&mut self, mut head: TableHead) -> bool {
        let known = self.result.tables.iter().any(|table| table.number == head.table);
        if known || self.result.tables.len() >= limits::TABLES || head.columns.len() > limits::COLUMNS {
            return false;
        }
        self.trim.text(&mut head.name, limits::NAME);
        self.trim.text(&mut head.title, limits::SENTENCE);
        for column in &mut head.columns {
            self.trim.text(&mut column.name, limits::NAME);
            self.trim.text(&mut column.unit, limits::NAME);
        }
        self.result.tables.push(Table::new(head));
        true
    }

    /// A batch is kept whole or not at all: half a row would be a lie.
    fn rows(&mut self, batch: TableRows) -> bool {
        let Some(table) = self.result.tables.iter_mut().find(|table| table.number == batch.table) else {
            return false;
        };
        let rows = batch.columns.first().map_or(0, |column| column.values.len());
        let fits = batch.columns.len() == table.columns.len()
            && table.heads().zip(&batch.columns).all(|(head, column)| {
                column.values.kind() == head.kind
                    && column.values.len() == rows
                    && column.missing.is_sorted_by(|a, b| a < b)
                    && column.missing.last().is_none_or(|last| (*last as usize) < rows)
            });
        let bytes: usize = batch.columns.iter().map(|column| cell_bytes(&column.values)).sum();
        if !fits || self.rows + rows > limits::ROWS || self.cell_bytes + bytes > limits::CELL_BYTES {
            return false;
        }
        self.rows += rows;
        self.cell_bytes += bytes;
        for (column, mut data) in table.columns.iter_mut().zip(batch.columns) {
            trim_cells(&mut data.values, &mut self.trim);
            let absent = not_finite(&data.values);
            self.dropped += absent.len() as u64;
            if absent.is_empty() {
                column.append(data.values, data.missing);
            } else {
                let mut missing = data.missing;
                missing.extend(absent);
                missing.sort_unstable();
                missing.dedup();
                column.append(data.values, missing);
            }
        }
        true
    }

    fn metric(&mut self, mut metric: Metric) -> bool {
        if !metric.value.is_finite() || metric.labels.len() > limits::LABELS {
            return false;
        }
        self.trim.text(&mut metric.name, limits::NAME);
        self.trim.text(&mut metric.unit, limits::NAME);
        for (name, value) in &mut metric.labels {
            self.trim.text(name, limits::LABEL);
            self.trim.text(value, limits::LABEL);
        }
        let key = (metric.name.clone(), metric.labels.clone());
        let place = self.metrics.get(&key).copied();
        if let Some(known) = place.and_then(|place| self.result.metrics.get_mut(place)) {
            *known = metric;
            return true;
        }
        if self.result.metrics.len() >= limits::METRICS {
            return false;
        }
        self.metrics.insert(key, self.result.metrics.len());
        self.result.metrics.push(metric);
        true
    }

    fn artifact(&mut self, piece: Artifact) -> bool {
        let Artifact { artifact: number, mut name, mut media, mut bytes } = piece;
        let known = self.result.artifacts.iter().position(|artifact| artifact.number == number);
        if known.is_none() && self.result.artifacts.len() >= limits::ARTIFACTS {
            return false;
        }
        self.trim.bytes(&mut bytes, limits::ARTIFACT_BYTES - self.artifact_bytes);
        self.artifact_bytes += bytes.len();
        match known.and_then(|place| self.result.artifacts.get_mut(place)) {
            Some(known) => known.bytes.append(&mut bytes),
            None => {
                self.trim.text(&mut name, limits::LABEL);
                self.trim.text(&mut media, limits::LABEL);
                self.result.artifacts.push(KeptArtifact { number, name, media, bytes });
            }
        }
        true
    }
}

fn cell_bytes(values: &ColumnValues) -> usize {
    match values {
        ColumnValues::Text(texts) => texts.iter().map(|text| text.len().min(limits::CELL)).sum(),
        ColumnValues::Bytes(cells) => cells.iter().map(|bytes| bytes.len().min(limits::CELL)).sum(),
        ColumnValues::Integer(_) | ColumnValues::Real(_) | ColumnValues::Time(_) => values.len() * 8,
        ColumnValues::Boolean(_) => values.len(),
    }
}

fn trim_cells(values: &mut ColumnValues, trim: &mut Trim) {
    match values {
        ColumnValues::Text(texts) => texts.iter_mut().for_each(|text| trim.text(text, limits::CELL)),
        ColumnValues::Bytes(cells) => cells.iter_mut().for_each(|bytes| trim.bytes(bytes, limits::CELL)),
        ColumnValues::Integer(_) | ColumnValues::Real(_) | ColumnValues::Boolean(_) | ColumnValues::Time(_) => {}
    }
}

/// The rows that hold what is no number.
fn not_finite(values: &ColumnValues) -> Vec<u32> {
    match values {
        ColumnValues::Real(values) => {
            (0..).zip(values).filter(|(_, value)| !value.is_finite()).map(|(row, _)| row).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
pub(crate) mod tests;
