use dbg_model::{Counts, Digest, Ending, Event, Failure, FailureCode, Finding, Severity};

use super::*;
use crate::{Collector, PluginFacts, Provenance, Subject};

fn subject() -> Subject {
    Subject {
        target: "local".to_owned(),
        check: "tcp-reach".parse().unwrap(),
        plugin: PluginFacts {
            name: "tcp-reach".parse().unwrap(),
            version: semver::Version::new(0, 1, 0),
            digest: Digest::from_bytes([0xab; 32]),
            provenance: Provenance::Stock,
        },
        arguments: Vec::new(),
        granted: Vec::new(),
        withheld: Vec::new(),
        notes: Vec::new(),
    }
}

fn metric(name: &str, unit: &str, value: f64) -> Event {
    Event::Metric(Metric { name: name.to_owned(), unit: unit.to_owned(), value, labels: Vec::new() })
}

/// A round that says one thing, of a severity or of none.
fn round(severity: Option<Severity>, sentence: &str, metrics: Vec<Event>) -> CheckResult {
    let mut collector = Collector::new(subject());
    metrics.into_iter().for_each(|metric| collector.take(metric));
    let mut failure = None;
    match severity {
        Some(severity) => collector.take(Event::Finding(Finding {
            index: 0,
            id: "a".to_owned(),
            severity,
            sentence: sentence.to_owned(),
            about: None,
            many: None,
            evidence: Vec::new(),
            next_steps: Vec::new(),
        })),
        None => failure = Some(Failure { code: FailureCode::TimedOut, text: sentence.to_owned() }),
    }
    let took = Duration::from_millis(3);
    collector.take(Event::Ended(Ending { failure, counts: Counts::default(), took, peak_memory: 0 }));
    collector.finish()
}

fn at(second: u64) -> Instant {
    Instant { seconds: 1_000 + i64::try_from(second).unwrap(), nanoseconds: 0 }
}

fn series(shown: Shown, rounds: &[(Option<Severity>, &str)]) -> CheckResult {
    let mut collector = SeriesCollector::new(Duration::from_secs(1), shown);
    for (second, (severity, sentence)) in (0..).zip(rounds) {
        collector.take(round(*severity, sentence, Vec::new()), at(second), Duration::from_secs(second));
    }
    collector.finish().unwrap()
}

const FAIL: Option<Severity> = Some(Severity::Fail);
const PASS: Option<Severity> = Some(Severity::Pass);
const WARN: Option<Severity> = Some(Severity::Warn);

#[test]
fn losses_are_counted_with_the_first_the_last_and_the_longest_streak() {
    let rounds =
        [(PASS, "a"), (FAIL, "b"), (None, "c"), (WARN, "d"), (FAIL, "e"), (PASS, "f"), (PASS, "g"), (PASS, "h")];
    let result = series(Shown::Worst, &rounds);
    let series = result.series.as_ref().unwrap();
    assert_eq!(series.tally, Tally { pass: 4, warn: 1, unknown: 1, fail: 2 });
    assert_eq!((series.tally.rounds(), series.tally.lost(), series.tally.loss()), (8, 3, 0.375));
    let moment = |round, second, verdict, sentence: &str| Moment {
        round,
        at: at(second),
        since: Duration::from_secs(second),
        verdict,
        sentence: sentence.to_owned(),
    };
    assert_eq!(series.first_lost, Some(moment(2, 1, Verdict::Fail, "b")));
    assert_eq!(series.last_lost, Some(moment(5, 4, Verdict::Fail, "e")));
    assert_eq!(series.last, moment(8, 7, Verdict::Pass, "h"));
    assert_eq!((series.longest_lost, series.missed), (2, 0));
    assert_eq!(series.took.spread().max, 3e6);
}

#[test]
fn the_first_of_the_worst_rounds_is_shown_and_the_last_when_all_passed() {
    let shown = |shown, rounds: &[_]| {
        let result = series(shown, rounds);
        let number = result.series.as_ref().unwrap().shown;
        (number, result.verdict(), result.findings.first().map(|finding| finding.sentence.clone()))
    };
    let said = |sentence: &str| Some(sentence.to_owned());
    let mixed = [(PASS, "a"), (WARN, "b"), (None, "c"), (FAIL, "d"), (FAIL, "e"), (PASS, "f")];
    assert_eq!(shown(Shown::Worst, &mixed), (4, Verdict::Fail, said("d")));
    assert_eq!(shown(Shown::Worst, &mixed[..3]), (3, Verdict::Unknown, None));
    assert_eq!(shown(Shown::Worst, &[(PASS, "a"), (PASS, "b")]), (2, Verdict::Pass, said("b")));
    assert_eq!(shown(Shown::Worst, &[(WARN, "a"), (WARN, "b"), (PASS, "c")]), (1, Verdict::Warn, said("a")));
    assert_eq!(shown(Shown::Last, &mixed), (6, Verdict::Pass, said("f")));
}

#[test]
fn metrics_are_told_apart_by_name_unit_and_labels_and_those_beyond_the_bound_are_counted() {
    let mut collector = SeriesCollector::new(Duration::from_secs(1), Shown::Worst);
    let first = (0..limits::SERIES_METRICS - 1).map(|number| metric(&format!("m{number}"), "ms", 1.0));
    collector.take(round(PASS, "", first.chain([metric("other", "ms", 1.0)]).collect()), at(0), Duration::ZERO);
    collector.take(round(PASS, "", vec![metric("m0", "s", 9.0)]), at(1), Duration::from_secs(1));
    let third = vec![metric("m0", "ms", 3.0), metric("late", "ms", 1.0)];
    collector.take(round(PASS, "", third), at(2), Duration::from_secs(2));
    let series = *collector.finish().unwrap().series.unwrap();
    assert_eq!((series.metrics.len(), series.dropped), (limits::SERIES_METRICS, 2));
    let spread = series.metrics[0].values.spread();
    assert_eq!((spread.count, spread.min, spread.p50, spread.max), (2, 1.0, 1.0, 3.0));
}

#[test]
fn no_round_is_no_result_and_missed_ones_are_added_up() {
    let mut collector = SeriesCollector::new(Duration::from_secs(1), Shown::Worst);
    assert!(collector.so_far().is_none());
    collector.miss(2);
    collector.take(round(PASS, "", Vec::new()), at(0), Duration::ZERO);
    collector.miss(3);
    assert_eq!(collector.finish().unwrap().series.unwrap().missed, 5);
    assert!(SeriesCollector::new(Duration::from_secs(1), Shown::Last).finish().is_none());
}
