use serde_json::{Value, json};

use super::*;
use crate::report_schema;
use crate::sample::{self, HOSTILE};
use crate::schema::validate::faults;

fn written(report: &Report, exit_code: u8) -> Value {
    let mut out = Vec::new();
    write_json(&mut out, report, exit_code).unwrap();
    assert_eq!(out.iter().filter(|byte| **byte == b'\n').count(), 1, "one document, one line");
    serde_json::from_slice(&out).unwrap()
}

#[test]
fn a_report_is_one_document_with_its_promised_names() {
    let value = written(&sample::ordinary(), 3);
    assert_eq!(value["schema"], "dbg.report/1");
    assert_eq!(value["run"], "00010203040506ff");
    assert_eq!(value["started"], "2026-11-24T20:35:51.25Z");
    assert_eq!((&value["verdict"], &value["exit_code"]), (&json!("fail"), &json!(3)));
    assert_eq!(value["lost"], json!({"dropped": 3, "cut": 1, "redacted": 2}));
    let result = &value["results"][0];
    assert_eq!(result["arguments"], json!([{"name": "name", "values": ["shop.test"]}]));
    assert_eq!(result["findings"][0]["id"], "dns-ok");
    let evidence = &result["findings"][1]["evidence"];
    assert_eq!(evidence[0], json!({"label": "asked", "text": "shop.test A, shop.test AAAA"}));
    assert_eq!(evidence[2], json!({"label": "queries", "table": 0}));
    assert_eq!(result["failure"], Value::Null);
    let table = &result["tables"][0];
    assert_eq!(table["columns"][3], json!({"name": "took", "kind": "integer", "unit": "ns"}));
    assert_eq!(table["rows"][0], json!(["10.0.0.10:53", "A", "NOERROR", 1_250_000, true]));
    assert_eq!(table["rows"][1], json!(["10.0.0.11:53", "AAAA", null, null, false]));
    assert_eq!(result["artifacts"][0]["base64"], "//4AAQ==");
    assert_eq!(result["took_ns"], 1_234_000_000);
}

#[test]
fn rounds_are_an_object_of_their_own_that_is_there_only_when_there_were_some() {
    let value = written(&sample::repeated(), 3);
    let series = &value["results"][0]["series"];
    assert_eq!((&series["rounds"], &series["missed"], &series["shown"]), (&json!(6), &json!(2), &json!(2)));
    assert_eq!(series["every_ns"], 5_000_000_000_u64);
    assert_eq!(series["verdicts"], json!({"pass": 3, "warn": 0, "unknown": 1, "fail": 2}));
    assert_eq!((&series["loss"]["rounds"], &series["loss"]["share"]), (&json!(3), &json!(0.5)));
    let first = json!({
        "round": 2, "at": "2026-11-24T20:35:56.25Z", "since_ns": 5_000_000_000_u64, "verdict": "fail",
        "sentence": "10.0.0.11:53 does not answer"
    });
    assert_eq!(series["loss"]["first"], first);
    assert_eq!((&series["last"]["round"], &series["last"]["verdict"]), (&json!(6), &json!("pass")));
    assert_eq!(series["metrics"][0]["p99"], 1.25);
    assert_eq!(series["took_ns"]["max"], 1_234_000_000.0);
    assert_eq!(written(&sample::ordinary(), 3)["results"][0].get("series"), None);
}

#[test]
fn text_is_kept_raw_and_bytes_that_are_no_text_have_their_own_key() {
    let value = written(&sample::hostile(), 3);
    let result = &value["results"][0];
    assert_eq!(result["target"], HOSTILE);
    let finding = &result["findings"][0];
    assert_eq!(finding["sentence"], HOSTILE);
    assert_eq!(finding["evidence"][3]["text"], HOSTILE);
    assert!(finding["evidence"][2]["base64"].as_str().unwrap().starts_with("////"));
    let extremes = &result["tables"][3]["rows"];
    assert_eq!(extremes[0][0], format!("@{}.999999999", i64::MIN));
    assert!(extremes[0][1]["base64"].is_string());
    assert_eq!(extremes[1][1]["text"], HOSTILE);
    assert_eq!(extremes[1][3], i64::MAX);
}

#[test]
fn every_document_is_valid_by_the_published_schema() {
    let schema: Value = serde_json::from_str(&report_schema()).unwrap();
    for report in
        [sample::ordinary(), sample::over_targets(), sample::hostile(), sample::repeated(), sample::report(vec![])]
    {
        let value = written(&report, 0);
        let faults = faults(&schema, &value);
        assert!(faults.is_empty(), "{faults:#?}");
    }
    assert!(!faults(&schema, &json!({"schema": "dbg.report/2"})).is_empty());
}

#[test]
fn a_reader_that_went_away_is_the_writers_error() {
    struct Closed;
    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let error = write_json(&mut Closed, &sample::ordinary(), 0).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
}
