//! Reports that the tests of this room show, from ordinary to hostile.

use std::time::Duration;

use dbg_model::{
    Artifact, Column, ColumnData, ColumnKind, ColumnValues, Counts, Digest, Ending, Event, Evidence, EvidenceValue,
    Failure, FailureCode, Finding, Instant, Metric, Progress, Severity, TableHead, TableRows,
};
use dbg_report::{
    AuditMark, CheckResult, Collector, PluginFacts, Provenance, Report, RunId, SeriesCollector, Shown, Subject,
};

/// Everything that could move a cursor, reorder, hide, or end a line, a cell, an element or a string.
pub(crate) const HOSTILE: &str = "a\x1b[2J\x07\r\n\tb\u{202e}evil\u{200b}\u{9b}31m]]></x>&\"'\u{2028}\u{ffff}|c";

pub(crate) fn subject(target: &str) -> Subject {
    Subject {
        target: target.to_owned(),
        check: "dns-check".parse().unwrap(),
        plugin: PluginFacts {
            name: "dns-check".parse().unwrap(),
            version: semver::Version::new(0, 1, 0),
            digest: Digest::from_bytes([0xab; 32]),
            provenance: Provenance::Stock,
        },
        arguments: vec![("name".to_owned(), vec!["shop.test".to_owned()])],
        granted: vec!["sockets udp 10.0.0.10:53".to_owned()],
        withheld: Vec::new(),
        notes: Vec::new(),
    }
}

pub(crate) fn finding(index: u32, severity: Severity, id: &str, sentence: &str) -> Finding {
    Finding {
        index,
        id: id.to_owned(),
        severity,
        sentence: sentence.to_owned(),
        about: None,
        many: None,
        evidence: Vec::new(),
        next_steps: Vec::new(),
    }
}

pub(crate) fn text(label: &str, value: &str) -> Evidence {
    Evidence { label: label.to_owned(), value: EvidenceValue::Text(value.to_owned()) }
}

pub(crate) fn column(name: &str, kind: ColumnKind, unit: &str) -> Column {
    Column { name: name.to_owned(), kind, unit: unit.to_owned() }
}

pub(crate) fn head(table: u32, title: &str, columns: Vec<Column>) -> Event {
    Event::TableHead(TableHead { table, name: format!("table-{table}"), title: title.to_owned(), columns })
}

pub(crate) fn rows(table: u32, columns: Vec<ColumnValues>) -> Event {
    let columns = columns.into_iter().map(|values| ColumnData { values, missing: Vec::new() }).collect();
    Event::TableRows(TableRows { table, columns })
}

pub(crate) fn texts(values: &[&str]) -> ColumnValues {
    ColumnValues::Text(values.iter().map(|value| (*value).to_owned()).collect())
}

pub(crate) fn ended(failure: Option<(FailureCode, &str)>) -> Event {
    Event::Ended(Ending {
        failure: failure.map(|(code, text)| Failure { code, text: text.to_owned() }),
        counts: Counts::default(),
        took: Duration::from_millis(1_234),
        peak_memory: 3 << 19,
    })
}

pub(crate) fn collect(subject: Subject, events: impl IntoIterator<Item = Event>) -> CheckResult {
    let mut collector = Collector::new(subject);
    events.into_iter().for_each(|event| collector.take(event));
    collector.finish()
}

pub(crate) fn report(results: Vec<CheckResult>) -> Report {
    Report {
        run: RunId::from_random([0, 1, 2, 3, 4, 5, 6, 0xff]),
        started: Instant { seconds: 1_795_552_551, nanoseconds: 250_000_000 },
        took: Duration::from_millis(1_300),
        results,
        audit: None,
    }
}

/// An ordinary report of a run that was recorded in a log of this name.
pub(crate) fn recorded(log: Option<&str>) -> Report {
    let audit = AuditMark { log: log.map(Into::into), line: 12, head: Digest::from_bytes([0xab; 32]) };
    Report { audit: Some(audit), ..ordinary() }
}

/// The events of one ordinary check: one server does not answer.
pub(crate) fn ordinary_events() -> Vec<Event> {
    let mut down = finding(1, Severity::Fail, "dns-timeout", "10.0.0.11:53 does not answer");
    down.about = Some("10.0.0.11:53".to_owned());
    down.many = Some("have a name server that does not answer".to_owned());
    down.evidence = vec![
        text("asked", "shop.test A, shop.test AAAA"),
        text("attempts", "2 of 2 s each"),
        Evidence { label: "queries".to_owned(), value: EvidenceValue::Table(0) },
    ];
    down.next_steps = vec!["ask who runs 10.0.0.11 whether it is up, and try `dig @10.0.0.11 shop.test`".to_owned()];
    let mut well = finding(0, Severity::Pass, "dns-ok", "10.0.0.10:53 answers");
    well.evidence = vec![text("answer", "192.0.2.7, 192.0.2.8"), text("chain", "shop.test → shop.cdn.test")];
    let columns = vec![
        column("server", ColumnKind::Text, ""),
        column("type", ColumnKind::Text, ""),
        column("rcode", ColumnKind::Text, ""),
        column("took", ColumnKind::Integer, "ns"),
        column("answered", ColumnKind::Boolean, ""),
    ];
    let mut some = vec![
        ColumnData { values: texts(&["10.0.0.10:53", "10.0.0.11:53"]), missing: vec![] },
        ColumnData { values: texts(&["A", "AAAA"]), missing: vec![] },
        ColumnData { values: texts(&["NOERROR", ""]), missing: vec![1] },
        ColumnData { values: ColumnValues::Integer(vec![1_250_000, 0]), missing: vec![1] },
        ColumnData { values: ColumnValues::Boolean(vec![true, false]), missing: vec![] },
    ];
    some.truncate(columns.len());
    vec![
        Event::Progress(Progress { done: 1, total: 2, text: "asks 10.0.0.10".to_owned() }),
        head(0, "Queries", columns),
        Event::TableRows(TableRows { table: 0, columns: some }),
        Event::Finding(well),
        Event::Finding(down),
        Event::Metric(Metric {
            name: "lookup-time".to_owned(),
            unit: "ms".to_owned(),
            value: 1.25,
            labels: vec![("server".to_owned(), "10.0.0.10".to_owned())],
        }),
        Event::Artifact(Artifact {
            artifact: 0,
            name: "answer.bin".to_owned(),
            media: "application/octet-stream".to_owned(),
            bytes: vec![0xff, 0xfe, 0, 1],
        }),
        Event::Ended(Ending {
            failure: None,
            counts: Counts { dropped: 3, cut: 1, redacted: 2, touched: 9, refused: 0 },
            took: Duration::from_millis(1_234),
            peak_memory: 3 << 19,
        }),
    ]
}

/// One check on one target.
pub(crate) fn ordinary() -> Report {
    let mut subject = subject("local");
    subject.withheld = vec!["files (denied by the operator)".to_owned()];
    report(vec![collect(subject, ordinary_events())])
}

/// The same check on three targets: two fail alike, one could not be looked at.
pub(crate) fn over_targets() -> Report {
    let broken = [
        Event::Finding(finding(0, Severity::Warn, "dns-slow", "10.0.0.10:53 is slow")),
        ended(Some((FailureCode::Trapped, "unreachable executed"))),
    ];
    report(vec![
        collect(subject("node/n1"), ordinary_events()),
        collect(subject("node/n2"), ordinary_events()),
        collect(subject("node/n3"), broken),
    ])
}

/// Six rounds of one check: three of them fail or could not be looked at, two of them in a row; the last passes.
pub(crate) fn repeated() -> Report {
    let well = || vec![Event::Finding(finding(0, Severity::Pass, "dns-ok", "10.0.0.10:53 answers")), ended(None)];
    let broken = || vec![ended(Some((FailureCode::TimedOut, "the time of 2 s was up")))];
    let rounds = [well(), ordinary_events(), broken(), well(), ordinary_events(), well()];
    report(vec![repeat(rounds)])
}

/// Rounds every five seconds; two were missed.
pub(crate) fn repeat(rounds: impl IntoIterator<Item = Vec<Event>>) -> CheckResult {
    let mut series = SeriesCollector::new(Duration::from_secs(5), Shown::Worst);
    series.miss(2);
    for (number, events) in (0..).zip(rounds) {
        let at = Instant { seconds: 1_795_552_551 + 5 * number, nanoseconds: 250_000_000 };
        series.take(collect(subject("local"), events), at, Duration::from_secs(5 * u64::try_from(number).unwrap()));
    }
    series.finish().unwrap()
}

/// Every text is [`HOSTILE`], in every place that takes one.
pub(crate) fn hostile_events() -> Vec<Event> {
    let mut bad = finding(0, Severity::Fail, HOSTILE, HOSTILE);
    bad.about = Some(HOSTILE.to_owned());
    bad.many = Some(HOSTILE.to_owned());
    bad.evidence = vec![
        text(HOSTILE, HOSTILE),
        text("long", &"x".repeat(16 << 10)),
        Evidence { label: HOSTILE.to_owned(), value: EvidenceValue::Bytes(vec![0xff; 300]) },
        Evidence { label: HOSTILE.to_owned(), value: EvidenceValue::Bytes(HOSTILE.into()) },
        Evidence { label: HOSTILE.to_owned(), value: EvidenceValue::Table(77) },
    ];
    bad.next_steps = vec![HOSTILE.to_owned()];
    let mut odd = finding(1, Severity::Pass, HOSTILE, HOSTILE);
    odd.evidence = vec![text(HOSTILE, HOSTILE)];
    let wide: Vec<Column> = (0..32).map(|_| column(HOSTILE, ColumnKind::Text, HOSTILE)).collect();
    let cell = "界".repeat(1_365);
    vec![
        Event::Progress(Progress { done: 0, total: 0, text: HOSTILE.to_owned() }),
        Event::Finding(bad),
        Event::Finding(odd),
        head(0, HOSTILE, wide),
        rows(0, (0..32).map(|_| texts(&[HOSTILE, &cell])).collect()),
        head(1, "Empty", vec![column("a", ColumnKind::Integer, "ms")]),
        head(2, "No columns", Vec::new()),
        head(
            3,
            "Extremes",
            vec![
                column("time", ColumnKind::Time, ""),
                column("bytes", ColumnKind::Bytes, "bytes"),
                column("real", ColumnKind::Real, HOSTILE),
                column("integer", ColumnKind::Integer, "ns"),
            ],
        ),
        rows(
            3,
            vec![
                ColumnValues::Time(vec![
                    Instant { seconds: i64::MIN, nanoseconds: u32::MAX },
                    Instant { seconds: 0, nanoseconds: 0 },
                ]),
                ColumnValues::Bytes(vec![vec![0xff; 4096], HOSTILE.into()]),
                ColumnValues::Real(vec![f64::MAX, -f64::MIN_POSITIVE]),
                ColumnValues::Integer(vec![i64::MIN, i64::MAX]),
            ],
        ),
        Event::Metric(Metric {
            name: HOSTILE.to_owned(),
            unit: HOSTILE.to_owned(),
            value: -0.0,
            labels: vec![(HOSTILE.to_owned(), HOSTILE.to_owned())],
        }),
        Event::Artifact(Artifact {
            artifact: 0,
            name: HOSTILE.to_owned(),
            media: HOSTILE.to_owned(),
            bytes: HOSTILE.into(),
        }),
        ended(Some((FailureCode::Other, HOSTILE))),
    ]
}

/// One check that says only hostile things, on a target of a hostile name.
pub(crate) fn hostile() -> Report {
    let mut subject = subject(HOSTILE);
    subject.arguments = vec![(HOSTILE.to_owned(), vec![HOSTILE.to_owned()])];
    subject.granted = vec![HOSTILE.to_owned()];
    subject.withheld = vec![HOSTILE.to_owned()];
    subject.notes = vec![HOSTILE.to_owned()];
    report(vec![collect(subject, hostile_events())])
}
