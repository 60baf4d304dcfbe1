use serde_json::{Value, json};

use super::*;
use crate::event_schema;
use crate::sample;
use crate::schema::validate::faults;

fn written(events: &[Event], report: &Report) -> Vec<Value> {
    let mut out = Vec::new();
    let mut writer = NdjsonWriter::new(&mut out, report.run.clone());
    for event in events {
        writer.event("local", "dns-check", None, event).unwrap();
    }
    writer.summary(report, 3).unwrap();
    let text = String::from_utf8(out).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_event_is_a_line_and_the_summary_the_last() {
    let report = sample::ordinary();
    let lines = written(&sample::ordinary_events(), &report);
    let kinds: Vec<&str> = lines.iter().map(|line| line["event"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["progress", "table", "rows", "finding", "finding", "metric", "artifact", "ended", "summary"]);
    for line in &lines {
        assert_eq!((&line["schema"], &line["run"]), (&json!("dbg.event/1"), &json!("00010203040506ff")));
    }
    assert_eq!(lines[0]["target"], "local");
    assert_eq!(lines[2]["rows"][1], json!(["10.0.0.11:53", "AAAA", null, null, false]));
    assert_eq!(lines[7]["lost"], json!({"dropped": 3, "cut": 1, "redacted": 2}));
    assert_eq!(lines[8].get("target"), None);
    assert_eq!((&lines[8]["verdict"], &lines[8]["exit_code"]), (&json!("fail"), &json!(3)));
    assert_eq!(lines[8]["results"][0]["check"], "dns-check");
}

#[test]
fn every_line_is_valid_by_the_published_schema_whatever_it_says() {
    let schema: Value = serde_json::from_str(&event_schema()).unwrap();
    for (events, report) in
        [(sample::ordinary_events(), sample::ordinary()), (sample::hostile_events(), sample::hostile())]
    {
        for line in written(&events, &report) {
            let faults = faults(&schema, &line);
            assert!(faults.is_empty(), "{line} {faults:#?}");
        }
    }
    assert!(!faults(&schema, &json!({"schema": "dbg.event/1", "run": "a", "event": "finding"})).is_empty());
}

#[test]
fn a_repeated_check_says_its_round_in_every_line_and_how_each_came_out() {
    let report = sample::repeated();
    let series = report.results[0].series.as_ref().unwrap();
    let mut out = Vec::new();
    let mut writer = NdjsonWriter::new(&mut out, report.run.clone());
    writer.event("local", "dns-check", Some(2), &sample::ended(None)).unwrap();
    writer.round("local", "dns-check", series.first_lost.as_ref().unwrap()).unwrap();
    writer.summary(&report, 3).unwrap();
    let schema: Value = serde_json::from_str(&event_schema()).unwrap();
    let lines: Vec<Value> =
        std::str::from_utf8(&out).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for line in &lines {
        assert!(faults(&schema, line).is_empty(), "{line}");
    }
    assert_eq!((&lines[0]["event"], &lines[0]["round"]), (&json!("ended"), &json!(2)));
    assert_eq!(
        (&lines[1]["event"], &lines[1]["round"], &lines[1]["verdict"]),
        (&json!("round"), &json!(2), &json!("fail"))
    );
    assert_eq!(lines[1]["sentence"], "10.0.0.11:53 does not answer");
    assert_eq!(lines[2].get("round"), None);
    assert_eq!(lines[2]["results"][0]["series"]["rounds"], 6);
}

#[test]
fn a_batch_that_contradicts_itself_gives_the_rows_that_all_columns_have() {
    let batch = sample::rows(0, vec![sample::texts(&["a", "b"]), sample::texts(&["c"])]);
    assert_eq!(written(&[batch], &sample::ordinary())[0]["rows"], json!([["a", "c"]]));
}
