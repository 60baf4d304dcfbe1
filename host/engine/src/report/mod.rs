//! What a check says, kept within the budgets of `dbg:check/report` and turned into events. Knows nothing of wasm.
//!
//! Nothing here fails: what is over a budget is dropped and counted. Events wait in an outbox until somebody sends them, so that a
//! guest which is ended in the middle of a call loses none.

mod artifacts;
mod findings;
mod mask;
mod metrics;
mod tables;

use std::collections::VecDeque;

use dbg_model::{Artifact, ColumnData, ColumnKind, Counts, Event, Redacted, Redactor, Severity};

use artifacts::Artifacts;
use findings::Findings;
pub(crate) use mask::Mask;
use metrics::Metrics;
use tables::Tables;

/// The number of a finding, table or artifact that is kept, or none for one over the budget: mute.
pub(crate) type Slot = Option<u32>;

/// Collects what one run says.
#[derive(Debug)]
pub(crate) struct Collector {
    mask: Mask,
    dropped: u64,
    findings: Findings,
    tables: Tables,
    artifacts: Artifacts,
    metrics: Metrics,
    outbox: VecDeque<Event>,
}

impl Collector {
    /// For one run; `secrets`, and what `redactor` finds, are masked in everything that goes out.
    pub(crate) fn new<'a>(secrets: impl IntoIterator<Item = &'a Redacted>, redactor: Redactor) -> Self {
        Self {
            mask: Mask::new(secrets, redactor),
            dropped: 0,
            findings: Findings::default(),
            tables: Tables::default(),
            artifacts: Artifacts::default(),
            metrics: Metrics::default(),
            outbox: VecDeque::new(),
        }
    }

    /// Masks secrets in a text that goes out by another way, and cuts it.
    pub(crate) fn mask(&mut self) -> &mut Mask {
        &mut self.mask
    }

    /// The next event to send.
    pub(crate) fn next_event(&mut self) -> Option<Event> {
        self.outbox.pop_front()
    }

    /// Whether an event waits to be sent.
    pub(crate) fn has_events(&self) -> bool {
        !self.outbox.is_empty()
    }

    /// How much was lost, for the guest: what was dropped and what was cut.
    pub(crate) fn lost(&self) -> u32 {
        u32::try_from(self.dropped.saturating_add(self.mask.cut())).unwrap_or(u32::MAX)
    }

    /// How much was lost, for the operator.
    pub(crate) fn counts(&self) -> Counts {
        Counts { dropped: self.dropped, cut: self.mask.cut(), redacted: self.mask.redacted(), touched: 0, refused: 0 }
    }

    /// Begins a finding.
    pub(crate) fn add_finding(&mut self, id: String, severity: Severity, sentence: String) -> Slot {
        let slot = self.findings.add(&mut self.mask, id, severity, sentence);
        self.count(slot.is_some());
        slot
    }

    /// Adds a fact in text.
    pub(crate) fn evidence(&mut self, finding: Slot, label: String, text: String) {
        let kept = self.findings.evidence(&mut self.mask, finding, label, text);
        self.count(kept);
    }

    /// Adds a fact in bytes.
    pub(crate) fn evidence_bytes(&mut self, finding: Slot, label: String, bytes: Vec<u8>) {
        let kept = self.findings.evidence_bytes(&mut self.mask, finding, label, bytes);
        self.count(kept);
    }

    /// Names a table as a fact.
    pub(crate) fn evidence_table(&mut self, finding: Slot, label: String, table: Slot) {
        let kept = self.findings.evidence_table(&mut self.mask, finding, label, table);
        self.count(kept);
    }

    /// Adds what to do next.
    pub(crate) fn next_step(&mut self, finding: Slot, text: String) {
        let kept = self.findings.next_step(&mut self.mask, finding, text);
        self.count(kept);
    }

    /// Says what follows a count.
    pub(crate) fn many(&mut self, finding: Slot, fragment: String) {
        let kept = self.findings.many(&mut self.mask, finding, fragment);
        self.count(kept);
    }

    /// Says what the finding is about.
    pub(crate) fn about(&mut self, finding: Slot, subject: String) {
        let kept = self.findings.about(&mut self.mask, finding, subject);
        self.count(kept);
    }

    /// Ends a finding; a second time does nothing.
    pub(crate) fn close_finding(&mut self, finding: Slot) {
        self.outbox.extend(self.findings.close(finding).map(Event::Finding));
    }

    /// Begins a table.
    pub(crate) fn add_table(&mut self, name: String, title: String) -> Slot {
        let slot = self.tables.add(&mut self.mask, name, title);
        self.count(slot.is_some());
        slot
    }

    /// Declares a column.
    pub(crate) fn add_column(&mut self, table: Slot, name: String, kind: ColumnKind, unit: String) {
        let kept = self.tables.add_column(&mut self.mask, table, name, kind, unit);
        self.count(kept);
    }

    /// Adds rows, by columns.
    pub(crate) fn add_rows(&mut self, table: Slot, columns: Vec<ColumnData>) {
        let taken = self.tables.add_rows(&mut self.mask, table, columns);
        self.dropped = self.dropped.saturating_add(taken.dropped);
        self.outbox.extend(taken.head.map(Event::TableHead));
        self.outbox.extend(taken.rows.map(Event::TableRows));
    }

    /// Ends a table; a second time does nothing.
    pub(crate) fn close_table(&mut self, table: Slot) {
        self.outbox.extend(self.tables.close(table).map(Event::TableHead));
    }

    /// Sets a number; the last of one name and labels wins.
    pub(crate) fn metric(&mut self, name: String, unit: String, value: f64, labels: Vec<(String, String)>) {
        let kept = self.metrics.set(&mut self.mask, name, unit, value, labels);
        self.count(kept);
    }

    /// Begins an artifact.
    pub(crate) fn add_artifact(&mut self, name: String, media: String) -> Slot {
        let slot = self.artifacts.add(&mut self.mask, name, media);
        self.count(slot.is_some());
        slot
    }

    /// Appends to an artifact.
    pub(crate) fn write(&mut self, artifact: Slot, bytes: Vec<u8>) {
        let piece: Option<Artifact> = self.artifacts.write(&mut self.mask, artifact, bytes);
        self.count(piece.is_some());
        self.outbox.extend(piece.map(Event::Artifact));
    }

    /// Ends an artifact; a second time does nothing.
    pub(crate) fn close_artifact(&mut self, artifact: Slot) {
        self.outbox.extend(self.artifacts.close(artifact).map(Event::Artifact));
    }

    /// Ends whatever is open, in order, and the metrics last: now each has its last value.
    pub(crate) fn finish(&mut self) {
        self.outbox.extend(self.findings.finish().map(Event::Finding));
        self.outbox.extend(self.tables.finish().map(Event::TableHead));
        self.outbox.extend(self.artifacts.finish().map(Event::Artifact));
        self.outbox.extend(self.metrics.finish().map(Event::Metric));
    }

    fn count(&mut self, kept: bool) {
        self.dropped = self.dropped.saturating_add(u64::from(!kept));
    }
}

#[cfg(test)]
mod tests {
    use dbg_model::{ColumnValues, Evidence, EvidenceValue, Instant};

    use super::*;

    fn collector() -> Collector {
        Collector::new([], Redactor::default())
    }

    fn drain(collector: &mut Collector) -> Vec<Event> {
        std::iter::from_fn(|| collector.next_event()).collect()
    }

    fn text(rows: usize) -> ColumnData {
        ColumnData { values: ColumnValues::Text(vec!["x".into(); rows]), missing: Vec::new() }
    }

    #[test]
    fn a_million_findings_keep_a_thousand_and_count_the_rest() {
        let mut collector = collector();
        for _ in 0..1_000_000 {
            let slot = collector.add_finding("x".into(), Severity::Pass, "y".into());
            collector.close_finding(slot);
        }
        assert_eq!(drain(&mut collector).len(), 1000);
        assert_eq!(collector.counts().dropped, 999_000);
    }

    #[test]
    fn the_worst_finding_over_the_budget_is_told_though_it_counts_as_dropped() {
        let mut collector = collector();
        let severities =
            std::iter::repeat_n(Severity::Pass, 1000).chain([Severity::Warn, Severity::Fail, Severity::Warn]);
        for severity in severities {
            let slot = collector.add_finding("x".into(), severity, "y".into());
            collector.close_finding(slot);
        }
        collector.finish();
        let Some(Event::Finding(last)) = drain(&mut collector).pop() else { panic!("a finding is last") };
        assert_eq!((last.index, last.severity), (1000, Severity::Fail));
        assert_eq!(collector.counts().dropped, 3);
    }

    #[test]
    fn findings_go_out_when_closed_and_at_the_end_in_the_order_of_their_beginning() {
        let mut collector = collector();
        let slots: Vec<_> = (0..4).map(|_| collector.add_finding("x".into(), Severity::Pass, "y".into())).collect();
        collector.close_finding(slots[2]);
        collector.close_finding(slots[2]);
        collector.finish();
        let order: Vec<_> = drain(&mut collector)
            .into_iter()
            .map(|event| match event {
                Event::Finding(finding) => finding.index,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(order, [2, 0, 1, 3]);
    }

    #[test]
    fn what_is_said_of_a_closed_or_mute_finding_counts_as_dropped() {
        let mut collector = collector();
        let slot = collector.add_finding("x".into(), Severity::Pass, "y".into());
        collector.close_finding(slot);
        collector.evidence(slot, "a".into(), "b".into());
        collector.about(None, "a".into());
        assert_eq!(collector.counts().dropped, 2);
        assert_eq!(collector.lost(), 2);
    }

    #[test]
    fn a_long_text_is_cut_at_a_character_and_counted() {
        let mut collector = collector();
        let slot = collector.add_finding("x".into(), Severity::Pass, "é".repeat(100_000_000 / 2));
        collector.evidence(slot, "l".into(), "a".repeat(16 << 10));
        collector.close_finding(slot);
        let Some(Event::Finding(finding)) = collector.next_event() else { panic!("no finding") };
        assert_eq!(finding.sentence.len(), 1024);
        assert_eq!(collector.counts().cut, 1);
    }

    #[test]
    fn findings_together_stay_within_their_bytes() {
        let mut collector = collector();
        for _ in 0..1000 {
            let slot = collector.add_finding("x".into(), Severity::Pass, "y".into());
            for _ in 0..64 {
                collector.evidence(slot, "l".into(), "a".repeat(16 << 10));
            }
        }
        collector.finish();
        let bytes: usize = drain(&mut collector)
            .iter()
            .map(|event| match event {
                Event::Finding(finding) => finding
                    .evidence
                    .iter()
                    .map(|Evidence { value, .. }| match value {
                        EvidenceValue::Text(text) => text.len(),
                        EvidenceValue::Bytes(_) | EvidenceValue::Table(_) => 0,
                    })
                    .sum(),
                _ => 0,
            })
            .sum();
        assert!(bytes <= 16 << 20, "{bytes}");
        assert!(collector.counts().dropped > 60_000);
    }

    #[test]
    fn a_table_says_its_head_once_and_before_its_rows() {
        let mut collector = collector();
        let table = collector.add_table("t".into(), "T".into());
        collector.add_column(table, "c".into(), ColumnKind::Text, String::new());
        collector.add_rows(table, vec![text(3)]);
        collector.add_rows(table, vec![text(3)]);
        collector.add_column(table, "late".into(), ColumnKind::Text, String::new());
        collector.close_table(table);
        collector.close_table(table);
        let events = drain(&mut collector);
        assert!(matches!(events[..], [Event::TableHead(_), Event::TableRows(_), Event::TableRows(_)]), "{events:?}");
        assert_eq!(collector.counts().dropped, 1);
    }

    #[test]
    fn a_table_without_rows_still_has_its_head() {
        let mut collector = collector();
        collector.add_table("t".into(), "T".into());
        collector.finish();
        assert!(matches!(collector.next_event(), Some(Event::TableHead(_))));
    }

    #[test]
    fn a_batch_of_another_kind_length_or_width_is_dropped_whole() {
        let mut collector = collector();
        let table = collector.add_table("t".into(), "T".into());
        collector.add_column(table, "a".into(), ColumnKind::Text, String::new());
        collector.add_column(table, "b".into(), ColumnKind::Integer, String::new());
        let integers = |rows| ColumnData { values: ColumnValues::Integer(vec![1; rows]), missing: Vec::new() };
        collector.add_rows(table, vec![text(1)]);
        collector.add_rows(table, vec![text(1), text(1)]);
        collector.add_rows(table, vec![text(1), integers(2)]);
        collector.add_rows(table, Vec::new());
        collector.add_rows(table, vec![ColumnData { missing: vec![0, 0], ..text(1) }, integers(1)]);
        collector.add_rows(table, vec![ColumnData { missing: vec![1], ..text(1) }, integers(1)]);
        assert_eq!(collector.counts().dropped, 6);
        assert!(!drain(&mut collector).iter().any(|event| matches!(event, Event::TableRows(_))));
    }

    #[test]
    fn rows_over_the_budget_of_a_call_and_of_the_run_are_dropped_and_counted() {
        let mut collector = collector();
        let table = collector.add_table("t".into(), "T".into());
        collector.add_column(table, "a".into(), ColumnKind::Text, String::new());
        for _ in 0..20 {
            collector.add_rows(table, vec![text(10_001)]);
        }
        let rows: usize = drain(&mut collector)
            .iter()
            .map(|event| match event {
                Event::TableRows(rows) => rows.columns[0].values.len(),
                _ => 0,
            })
            .sum();
        assert_eq!(rows, 100_000);
        assert_eq!(collector.counts().dropped, 20);
    }

    #[test]
    fn cells_that_their_kind_cannot_hold_become_missing() {
        let mut collector = collector();
        let table = collector.add_table("t".into(), "T".into());
        collector.add_column(table, "r".into(), ColumnKind::Real, String::new());
        collector.add_column(table, "i".into(), ColumnKind::Integer, String::new());
        collector.add_column(table, "t".into(), ColumnKind::Time, String::new());
        let plain = |values| ColumnData { values, missing: Vec::new() };
        collector.add_rows(
            table,
            vec![
                plain(ColumnValues::Real(vec![1.0, f64::NAN, f64::INFINITY])),
                plain(ColumnValues::Integer(vec![1, i64::MAX, -5])),
                plain(ColumnValues::Time(vec![Instant { seconds: 0, nanoseconds: 1_000_000_000 }; 3])),
            ],
        );
        let events = drain(&mut collector);
        let Some(Event::TableRows(rows)) = events.last() else { panic!("{events:?}") };
        let missing: Vec<_> = rows.columns.iter().map(|column| column.missing.clone()).collect();
        assert_eq!(missing, [vec![1, 2], vec![1], vec![0, 1, 2]]);
        assert_eq!(collector.counts().dropped, 6);
    }

    #[test]
    fn a_metric_keeps_its_last_value_and_nan_is_dropped() {
        let mut collector = collector();
        let labels = || vec![("a".to_owned(), "b".to_owned())];
        collector.metric("m".into(), "ms".into(), 1.0, labels());
        collector.metric("m".into(), "ms".into(), 3.0, Vec::new());
        collector.metric("m".into(), "ms".into(), 2.0, labels());
        collector.metric("m".into(), "ms".into(), f64::NAN, labels());
        collector.finish();
        let values: Vec<_> = drain(&mut collector)
            .into_iter()
            .map(|event| match event {
                Event::Metric(metric) => metric.value,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(values, [2.0, 3.0]);
        assert_eq!(collector.counts().dropped, 1);
    }

    #[test]
    fn an_artifact_is_cut_at_its_budgets_and_has_a_plain_name() {
        let mut collector = collector();
        let artifact = collector.add_artifact("../../etc/passwd".into(), "text/plain".into());
        collector.write(artifact, vec![0; (1 << 20) + 1]);
        for _ in 0..16 {
            collector.write(artifact, vec![0; 1 << 20]);
        }
        let events = drain(&mut collector);
        let bytes: usize = events
            .iter()
            .map(|event| match event {
                Event::Artifact(piece) => {
                    assert_eq!(piece.name, "_.._etc_passwd");
                    piece.bytes.len()
                }
                other => panic!("{other:?}"),
            })
            .sum();
        assert_eq!(bytes, 16 << 20);
        assert_eq!(collector.counts(), Counts { dropped: 1, cut: 1, ..Counts::default() });
    }

    #[test]
    fn an_artifact_without_bytes_is_still_named() {
        let mut collector = collector();
        let artifact = collector.add_artifact("a.txt".into(), "text/plain".into());
        collector.close_artifact(artifact);
        collector.close_artifact(artifact);
        assert_eq!(drain(&mut collector).len(), 1);
    }

    #[test]
    fn seventeen_tables_and_artifacts_keep_sixteen() {
        let mut collector = collector();
        let tables = (0..17).filter_map(|_| collector.add_table("t".into(), "T".into())).count();
        let artifacts = (0..17).filter_map(|_| collector.add_artifact("a".into(), "m".into())).count();
        assert_eq!((tables, artifacts), (16, 16));
        assert_eq!(collector.counts().dropped, 2);
    }

    #[test]
    fn a_secret_leaves_by_no_text() {
        let secret = Redacted::new("hunter2hunter2".into());
        let mut collector = Collector::new([&secret], Redactor::default());
        let finding = collector.add_finding("x".into(), Severity::Pass, "hunter2hunter2".into());
        collector.evidence(finding, "hunter2hunter2".into(), "a hunter2hunter2 b".into());
        collector.evidence_bytes(finding, "b".into(), b"xhunter2hunter2y".to_vec());
        collector.next_step(finding, "use hunter2hunter2".into());
        collector.about(finding, "hunter2hunter2".into());
        collector.many(finding, "hunter2hunter2".into());
        let table = collector.add_table("hunter2hunter2".into(), "hunter2hunter2".into());
        collector.add_column(table, "hunter2hunter2".into(), ColumnKind::Text, "hunter2hunter2".into());
        let cell = ColumnValues::Text(vec!["hunter2hunter2".into()]);
        collector.add_rows(table, vec![ColumnData { values: cell, missing: Vec::new() }]);
        let label = vec![("hunter2hunter2".to_owned(), "hunter2hunter2".to_owned())];
        collector.metric("hunter2hunter2".into(), "hunter2hunter2".into(), 1.0, label);
        let artifact = collector.add_artifact("hunter2hunter2".into(), "hunter2hunter2".into());
        collector.write(artifact, b"hunter2hunter2".to_vec());
        collector.finish();
        let said = format!("{:?}", drain(&mut collector));
        assert!(!said.contains("hunter2"), "{said}");
        assert!(!said.contains("104, 117, 110"), "{said}");
        assert!(collector.counts().redacted >= 15);
    }
}
