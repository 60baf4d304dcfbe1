use dbg_model::{FailureCode, Severity};
use quick_xml::{Reader, XmlVersion};

use super::*;
use crate::sample;

fn written(report: &Report) -> String {
    let mut out = Vec::new();
    write_junit(&mut out, report).unwrap();
    String::from_utf8(out).unwrap()
}

/// The names of all elements with their attributes, as a strict reader sees them.
fn elements(xml: &str) -> Vec<(String, Vec<(String, String)>)> {
    let mut reader = Reader::from_str(xml);
    let mut elements = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => return elements,
            Event::Start(element) | Event::Empty(element) => {
                let attributes = element.attributes().map(|attribute| {
                    let attribute = attribute.unwrap();
                    let value = attribute.normalized_value(XmlVersion::Explicit1_0).unwrap().into_owned();
                    (attribute.key.as_ref().to_owned(), value)
                });
                elements.push((element.name().as_ref().to_owned(), attributes.collect()));
            }
            _ => {}
        }
    }
}

fn attribute_of(xml: &str, element: &str, attribute: &str) -> Vec<String> {
    let attributes = elements(xml).into_iter().filter(|(name, _)| name == element).flat_map(|(_, all)| all);
    attributes.filter(|(name, _)| name == attribute).map(|(_, value)| value).collect()
}

#[test]
fn a_target_is_a_suite_and_a_check_a_case() {
    let xml = written(&sample::over_targets());
    assert_eq!(attribute_of(&xml, "testsuites", "tests"), ["3"]);
    assert_eq!(attribute_of(&xml, "testsuite", "name"), ["node/n1", "node/n2", "node/n3"]);
    assert_eq!(attribute_of(&xml, "testsuite", "failures"), ["1", "1", "0"]);
    assert_eq!(attribute_of(&xml, "testcase", "name"), ["dns-check", "dns-check", "dns-check"]);
    assert_eq!(attribute_of(&xml, "failure", "message"), ["10.0.0.11:53 does not answer"; 2]);
    assert_eq!(attribute_of(&xml, "failure", "type"), ["dns-timeout"; 2]);
    assert_eq!(attribute_of(&xml, "error", "type"), ["trapped"]);
    assert_eq!(attribute_of(&xml, "property", "value"), ["00010203040506ff"; 3]);
}

#[test]
fn a_warning_passes_and_is_in_the_output() {
    let warned = [
        dbg_model::Event::Finding(sample::finding(0, Severity::Warn, "dns-slow", "10.0.0.10:53 is slow")),
        sample::ended(None),
    ];
    let xml = written(&sample::report(vec![sample::collect(sample::subject("local"), warned)]));
    assert_eq!(attribute_of(&xml, "testsuite", "failures"), ["0"]);
    assert!(elements(&xml).iter().all(|(name, _)| name != "failure" && name != "error"));
    assert!(xml.contains("<system-out>warn     10.0.0.10:53 is slow (dns-slow)"), "{xml}");
}

#[test]
fn a_check_that_was_stopped_is_an_error_and_no_skip() {
    let stopped = [sample::ended(Some((FailureCode::Cancelled, "interrupted")))];
    let xml = written(&sample::report(vec![sample::collect(sample::subject("local"), stopped)]));
    assert_eq!(attribute_of(&xml, "error", "type"), ["cancelled"]);
}

#[test]
fn the_same_check_twice_is_told_apart_by_its_arguments() {
    let mut report = sample::ordinary();
    report.results.append(&mut sample::ordinary().results);
    report.results[1].subject.arguments = vec![("name".to_owned(), vec!["a.test".to_owned()])];
    let xml = written(&report);
    assert_eq!(attribute_of(&xml, "testcase", "name"), ["dns-check name=shop.test", "dns-check name=a.test"]);
}

#[test]
fn hostile_text_is_spelled_out_and_no_character_is_illegal_in_xml() {
    let xml = written(&sample::hostile());
    let legal = |c: char| matches!(c, '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    assert_eq!(xml.chars().find(|c| !legal(*c)), None);
    let name = &attribute_of(&xml, "testsuite", "name")[0];
    assert_eq!(name, "a\\x1b[2J\\x07\\r\\n\\tb\\u{202e}evil\\u{200b}\\x9b31m]]></x>&\"'\\u{2028}\\u{ffff}|c");
}
