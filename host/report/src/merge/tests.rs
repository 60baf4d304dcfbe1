use std::time::Duration;

use dbg_model::{ColumnData, ColumnKind, ColumnValues, Counts, Ending, Event, Instant, TableHead, TableRows};

use super::*;
use crate::collector::tests::{finding, subject};
use crate::{Collector, RunId};

fn result(target: &str, events: Vec<Event>) -> CheckResult {
    let mut collector = Collector::new(subject(target));
    events.into_iter().for_each(|event| collector.take(event));
    let ending = Ending { failure: None, counts: Counts::default(), took: Duration::ZERO, peak_memory: 0 };
    collector.take(Event::Ended(ending));
    collector.finish()
}

fn report(results: Vec<CheckResult>) -> Report {
    let started = Instant { seconds: 0, nanoseconds: 0 };
    Report { run: RunId::from_random([0; 8]), started, took: Duration::ZERO, results, audit: None }
}

fn table(name: &str, kind: ColumnKind, values: ColumnValues) -> Vec<Event> {
    let column = Column { name: "v".into(), kind, unit: String::new() };
    let head = TableHead { table: 0, name: name.into(), title: name.into(), columns: vec![column] };
    let columns = vec![ColumnData { values, missing: vec![] }];
    vec![Event::TableHead(head), Event::TableRows(TableRows { table: 0, columns })]
}

#[test]
fn findings_of_one_id_are_grouped_over_targets_and_the_worst_come_first() {
    let said = |index, id, severity| Event::Finding(finding(index, id, severity));
    let report = report(vec![
        result(
            "n1",
            vec![said(0, "ok", Severity::Pass), said(1, "slow", Severity::Warn), said(2, "slow", Severity::Warn)],
        ),
        result("n2", vec![said(0, "down", Severity::Fail)]),
        result("n3", vec![said(0, "slow", Severity::Warn)]),
    ]);
    let checks = report.checks();
    assert_eq!(checks.len(), 1);
    let groups = checks[0].groups();
    let ids: Vec<_> = groups.iter().map(|group| (group.id, group.members.len(), group.targets())).collect();
    assert_eq!(ids, [("down", 1, vec!["n2"]), ("slow", 3, vec!["n1", "n3"]), ("ok", 1, vec!["n1"])]);
    assert_eq!((report.verdict(), checks[0].verdict()), (Verdict::Fail, Verdict::Fail));
}

#[test]
fn tables_of_one_name_stand_under_each_other_and_those_with_other_columns_apart() {
    let report = report(vec![
        result("n1", table("t", ColumnKind::Integer, ColumnValues::Integer(vec![1]))),
        result("n2", table("t", ColumnKind::Integer, ColumnValues::Integer(vec![2, 3]))),
        result("n3", table("t", ColumnKind::Boolean, ColumnValues::Boolean(vec![true]))),
    ]);
    let checks = report.checks();
    let tables = checks[0].tables();
    assert_eq!(tables.iter().map(MergedTable::rows).collect::<Vec<_>>(), [3, 1]);
    let rows: Vec<_> = tables[0].iter_rows().map(|(target, cells)| (target, cells.collect::<Vec<_>>())).collect();
    assert_eq!(rows[2], ("n2", vec![CellValue::Integer(3)]));
}

#[test]
fn the_same_check_with_other_arguments_is_another_question() {
    let mut other = result("n1", vec![]);
    other.subject.arguments = vec![("name".into(), vec!["a.test".into()])];
    assert_eq!(report(vec![result("n1", vec![]), other]).checks().len(), 2);
}

#[test]
fn a_run_without_results_is_unknown() {
    assert_eq!(report(vec![]).verdict(), Verdict::Unknown);
}
