use dbg_model::{Column, ColumnData, ColumnKind, Evidence, Progress, Severity};

use super::*;
use crate::{CellValue, PluginFacts, Provenance, Verdict};

pub(crate) fn subject(target: &str) -> Subject {
    Subject {
        target: target.to_owned(),
        check: "dns-check".parse().unwrap(),
        plugin: PluginFacts {
            name: "dns-check".parse().unwrap(),
            version: semver::Version::new(0, 1, 0),
            digest: dbg_model::Digest::from_bytes([7; 32]),
            provenance: Provenance::Stock,
        },
        arguments: Vec::new(),
        granted: Vec::new(),
        withheld: Vec::new(),
        notes: Vec::new(),
    }
}

pub(crate) fn finding(index: u32, id: &str, severity: Severity) -> Finding {
    Finding {
        index,
        id: id.to_owned(),
        severity,
        sentence: format!("{id} says so"),
        about: None,
        many: None,
        evidence: Vec::new(),
        next_steps: Vec::new(),
    }
}

fn head(table: u32, kinds: &[ColumnKind]) -> Event {
    let column = |kind: &ColumnKind| Column { name: "c".to_owned(), kind: *kind, unit: String::new() };
    Event::TableHead(TableHead {
        table,
        name: "t".to_owned(),
        title: "T".to_owned(),
        columns: kinds.iter().map(column).collect(),
    })
}

fn rows(table: u32, columns: Vec<(ColumnValues, Vec<u32>)>) -> Event {
    let columns = columns.into_iter().map(|(values, missing)| ColumnData { values, missing }).collect();
    Event::TableRows(TableRows { table, columns })
}

fn ended(failure: Option<Failure>) -> Event {
    Event::Ended(Ending {
        failure,
        counts: Counts { dropped: 1, cut: 2, redacted: 3, touched: 4, refused: 5 },
        took: Duration::from_millis(5),
        peak_memory: 65536,
    })
}

fn collect(events: impl IntoIterator<Item = Event>) -> CheckResult {
    let mut collector = Collector::new(subject("local"));
    events.into_iter().for_each(|event| collector.take(event));
    collector.finish()
}

#[test]
fn findings_come_out_in_the_order_in_which_they_were_added() {
    let late = Event::Finding(finding(0, "a", Severity::Pass));
    let early = Event::Finding(finding(1, "b", Severity::Warn));
    let result = collect([early, late, ended(None)]);
    assert_eq!(result.findings.iter().map(|finding| finding.id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(result.verdict(), Verdict::Warn);
    assert_eq!((result.counts.dropped, result.counts.cut, result.counts.redacted), (1, 2, 3));
}

#[test]
fn a_check_without_an_end_is_unknown_and_keeps_what_it_said() {
    let result = collect([Event::Finding(finding(0, "a", Severity::Pass))]);
    assert_eq!(result.failure.as_ref().map(|failure| failure.code), Some(FailureCode::Disconnected));
    assert_eq!(result.verdict(), Verdict::Unknown);
    assert_eq!(result.findings.len(), 1);
}

#[test]
fn silence_is_unknown_and_a_remark_alone_is_a_pass() {
    assert_eq!(collect([ended(None)]).verdict(), Verdict::Unknown);
    assert_eq!(collect([Event::Finding(finding(0, "a", Severity::Info)), ended(None)]).verdict(), Verdict::Pass);
}

#[test]
fn a_failure_is_unknown_unless_the_check_found_a_fail_before() {
    let trapped = || Some(Failure { code: FailureCode::Trapped, text: "unreachable".to_owned() });
    let warned = collect([Event::Finding(finding(0, "a", Severity::Warn)), ended(trapped())]);
    assert_eq!(warned.verdict(), Verdict::Unknown);
    assert!(warned.decisive().is_none());
    let failed = collect([Event::Finding(finding(0, "a", Severity::Fail)), ended(trapped())]);
    assert_eq!(failed.verdict(), Verdict::Fail);
    assert_eq!(failed.decisive().map(|finding| finding.id.as_str()), Some("a"));
}

#[test]
fn rows_of_several_batches_stand_under_each_other_with_their_gaps() {
    let result = collect([
        head(4, &[ColumnKind::Integer, ColumnKind::Text]),
        rows(
            4,
            vec![
                (ColumnValues::Integer(vec![1, 2]), vec![1]),
                (ColumnValues::Text(vec!["a".into(), "b".into()]), vec![]),
            ],
        ),
        rows(4, vec![(ColumnValues::Integer(vec![3]), vec![]), (ColumnValues::Text(vec!["c".into()]), vec![0])]),
        ended(None),
    ]);
    let table = &result.tables[0];
    let cells: Vec<Vec<CellValue<'_>>> = (0..4).map(|row| table.row(row).collect()).collect();
    assert_eq!(cells[0], [CellValue::Integer(1), CellValue::Text("a")]);
    assert_eq!(cells[1], [CellValue::Missing, CellValue::Text("b")]);
    assert_eq!(cells[2], [CellValue::Integer(3), CellValue::Missing]);
    assert_eq!(cells[3], [CellValue::Missing, CellValue::Missing]);
}

#[test]
fn rows_that_do_not_fit_their_table_are_dropped_whole_and_counted() {
    let integers = |values: &[i64], missing: &[u32]| (ColumnValues::Integer(values.to_vec()), missing.to_vec());
    let result = collect([
        rows(0, vec![integers(&[1], &[])]),
        head(0, &[ColumnKind::Integer, ColumnKind::Integer]),
        head(0, &[ColumnKind::Text]),
        rows(9, vec![integers(&[1], &[])]),
        rows(0, vec![integers(&[1], &[])]),
        rows(0, vec![integers(&[1], &[]), integers(&[1, 2], &[])]),
        rows(0, vec![integers(&[1], &[]), (ColumnValues::Boolean(vec![true]), vec![])]),
        rows(0, vec![integers(&[1], &[]), integers(&[1], &[7])]),
        rows(0, vec![integers(&[1], &[]), integers(&[1], &[0, 0])]),
        ended(None),
    ]);
    assert_eq!(result.tables[0].rows(), 0);
    assert_eq!(result.counts.dropped, 1 + 8);
}

#[test]
fn what_is_no_number_is_missing_in_a_table_and_no_metric() {
    let metric = Metric { name: "m".into(), unit: String::new(), value: f64::NAN, labels: vec![] };
    let result = collect([
        head(0, &[ColumnKind::Real]),
        rows(0, vec![(ColumnValues::Real(vec![f64::NAN, 1.0, f64::INFINITY, 2.0]), vec![0, 3])]),
        Event::Metric(metric),
        ended(None),
    ]);
    let cells: Vec<_> = (0..4).flat_map(|row| result.tables[0].row(row)).collect();
    assert_eq!(cells, [CellValue::Missing, CellValue::Real(1.0), CellValue::Missing, CellValue::Missing]);
    assert!(result.metrics.is_empty());
    assert_eq!(result.counts.dropped, 1 + 3);
}

#[test]
fn the_last_metric_of_a_name_and_its_labels_wins() {
    let metric = |value, label: &str| {
        Event::Metric(Metric { name: "m".into(), unit: "ms".into(), value, labels: vec![("l".into(), label.into())] })
    };
    let result = collect([metric(1.0, "a"), metric(2.0, "b"), metric(3.0, "a"), ended(None)]);
    assert_eq!(result.metrics.iter().map(|metric| metric.value).collect::<Vec<_>>(), [3.0, 2.0]);
}

#[test]
fn pieces_of_an_artifact_are_put_together_within_the_budget() {
    let piece = |artifact, name: &str, bytes: usize| {
        let bytes = vec![b'x'; bytes];
        Event::Artifact(Artifact { artifact, name: name.into(), media: "text/plain".into(), bytes })
    };
    let result = collect([piece(0, "a", 2), piece(1, "b", 20 << 20), piece(0, "ignored", 3), ended(None)]);
    assert_eq!(result.artifacts[0].name, "a");
    assert_eq!(result.artifacts.iter().map(|artifact| artifact.bytes.len()).sum::<usize>(), 16 << 20);
    assert_eq!(result.counts.cut, 2 + 2);
}

#[test]
fn a_million_findings_keep_a_thousand_and_a_count() {
    let many = (0..1_000_000).map(|index| Event::Finding(finding(index, "a", Severity::Fail)));
    let result = collect(many.chain([ended(None)]));
    assert_eq!(result.findings.len(), 1_001);
    assert_eq!(result.counts.dropped, 1 + 998_999);
}

#[test]
fn long_texts_are_cut_between_characters_and_counted() {
    let mut long = finding(0, &"é".repeat(60_000), Severity::Fail);
    long.sentence = "é".repeat(600);
    long.evidence = vec![Evidence { label: "l".into(), value: EvidenceValue::Bytes(vec![0; 20_000]) }; 70];
    let result = collect([Event::Finding(long), ended(None)]);
    assert_eq!((result.findings[0].id.len(), result.findings[0].sentence.len()), (64, 1024));
    assert_eq!(result.findings[0].evidence.len(), 64);
    assert_eq!(result.counts.cut, 2 + 2 + 64);
    assert_eq!(result.counts.dropped, 1 + 6);
}

#[test]
fn what_comes_after_the_end_is_dropped() {
    let late = [Event::Finding(finding(0, "a", Severity::Fail)), ended(None)];
    let result = collect([ended(None)].into_iter().chain(late));
    assert!(result.findings.is_empty());
    assert_eq!(result.counts.dropped, 1 + 2);
}

#[test]
fn a_caller_who_knows_better_gives_the_reason_unless_the_check_had_ended() {
    let cancelled = || Failure { code: FailureCode::Cancelled, text: "interrupted".to_owned() };
    let mut collector = Collector::new(subject("local"));
    collector.take(Event::Progress(Progress { done: 1, total: 2, text: "x".into() }));
    assert!(collector.finish_with(cancelled(), Duration::from_secs(1)).was_cancelled());
    let mut collector = Collector::new(subject("local"));
    collector.take(ended(None));
    assert!(!collector.finish_with(cancelled(), Duration::from_secs(1)).was_cancelled());
}
