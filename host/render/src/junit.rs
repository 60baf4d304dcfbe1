//! JUnit XML: a test suite a target, a test case a check.
//!
//! `fail` becomes a failure and `unknown` an error, also when the check was stopped: nothing here is ever skipped, as a skipped test counts
//! as well for most readers. `warn` is a case that passed, with its findings in `system-out`.

use std::io::{self, Write};
use std::time::Duration;

use dbg_model::{Cell, Severity};
use dbg_report::{AuditMark, CheckResult, Report, Verdict};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use crate::failure::code_word;
use crate::text::plain_details;
use crate::time::timestamp;

/// Writes the run as JUnit XML. Errors are the writer's.
pub fn write_junit(out: &mut impl Write, report: &Report) -> io::Result<()> {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let results: Vec<&CheckResult> = report.results.iter().collect();
    let counts = Counts::of(&results);
    xml.create_element("testsuites")
        .with_attributes([
            ("name", "dbg"),
            ("tests", &counts.tests),
            ("failures", &counts.failures),
            ("errors", &counts.errors),
            ("time", &seconds(report.took)),
        ])
        .write_inner_content(|xml| suites(xml, report))?;
    let mut xml = xml.into_inner();
    xml.push(b'\n');
    out.write_all(&xml)?;
    out.flush()
}

struct Counts {
    tests: String,
    failures: String,
    errors: String,
}

impl Counts {
    fn of(results: &[&CheckResult]) -> Self {
        let count = |verdict| results.iter().filter(|result| result.verdict() == verdict).count().to_string();
        Self { tests: results.len().to_string(), failures: count(Verdict::Fail), errors: count(Verdict::Unknown) }
    }
}

fn suites(xml: &mut Writer<Vec<u8>>, report: &Report) -> io::Result<()> {
    let mut targets: Vec<&str> = Vec::new();
    for result in &report.results {
        if !targets.contains(&result.subject.target.as_str()) {
            targets.push(&result.subject.target);
        }
    }
    for target in targets {
        let results: Vec<&CheckResult> =
            report.results.iter().filter(|result| result.subject.target == target).collect();
        suite(xml, report, target, &results)?;
    }
    Ok(())
}

fn suite(xml: &mut Writer<Vec<u8>>, report: &Report, target: &str, results: &[&CheckResult]) -> io::Result<()> {
    let counts = Counts::of(results);
    xml.create_element("testsuite")
        .with_attributes([
            ("name", attribute(target).as_str()),
            ("tests", &counts.tests),
            ("failures", &counts.failures),
            ("errors", &counts.errors),
            ("skipped", "0"),
            ("time", &seconds(results.iter().map(|result| result.took).sum())),
            ("timestamp", &timestamp(report.started)),
        ])
        .write_inner_content(|xml| {
            xml.create_element("properties").write_inner_content(|xml| {
                let property = [("name", "dbg.run"), ("value", report.run.as_str())];
                xml.create_element("property").with_attributes(property).write_empty()?;
                if let Some(AuditMark { line, head, .. }) = &report.audit {
                    for (name, value) in [("dbg.audit.line", line.to_string()), ("dbg.audit.head", head.to_string())] {
                        let property = [("name", name), ("value", value.as_str())];
                        xml.create_element("property").with_attributes(property).write_empty()?;
                    }
                }
                Ok(())
            })?;
            for result in results {
                case(xml, result, results)?;
            }
            Ok(())
        })?;
    Ok(())
}

fn case(xml: &mut Writer<Vec<u8>>, result: &CheckResult, suite: &[&CheckResult]) -> io::Result<()> {
    let element = xml.create_element("testcase").with_attributes([
        ("name", name(result, suite).as_str()),
        ("classname", result.subject.plugin.name.as_str()),
        ("time", &seconds(result.took)),
    ]);
    element.write_inner_content(|xml| {
        let details = legal(plain_details(result));
        match result.verdict() {
            Verdict::Fail => problem(xml, "failure", result, &details)?,
            Verdict::Unknown => problem(xml, "error", result, &details)?,
            Verdict::Pass | Verdict::Warn => {
                xml.create_element("system-out").write_text_content(BytesText::new(&details))?;
            }
        }
        Ok(())
    })?;
    Ok(())
}

/// The check's name; with its arguments when the suite has the check more than once.
fn name(result: &CheckResult, suite: &[&CheckResult]) -> String {
    let subject = &result.subject;
    let mut name = subject.check.to_string();
    if suite.iter().filter(|other| other.subject.check == subject.check).count() > 1 {
        for (parameter, values) in &subject.arguments {
            for value in values {
                name.push_str(&format!(" {parameter}={value}"));
            }
        }
    }
    attribute(&name)
}

fn problem(xml: &mut Writer<Vec<u8>>, element: &str, result: &CheckResult, details: &str) -> io::Result<()> {
    let (kind, message) = match (result.decisive(), &result.failure) {
        (Some(finding), _) => (finding.id.as_str(), finding.sentence.as_str()),
        (None, Some(failure)) => (code_word(failure.code), failure.text.as_str()),
        (None, None) => (Severity::Unknown.word(), "the check said nothing"),
    };
    xml.create_element(element)
        .with_attributes([("message", attribute(message).as_str()), ("type", &attribute(kind))])
        .write_text_content(BytesText::new(details))?;
    Ok(())
}

/// A reader of XML makes a space of a newline in an attribute, so it is spelled out.
fn attribute(text: &str) -> String {
    legal(Cell(text).to_string())
}

/// Spells out the two characters that XML forbids and escaping leaves.
fn legal(text: String) -> String {
    if text.contains(['\u{fffe}', '\u{ffff}']) {
        text.replace('\u{fffe}', "\\u{fffe}").replace('\u{ffff}', "\\u{ffff}")
    } else {
        text
    }
}

fn seconds(duration: Duration) -> String {
    format!("{:.3}", duration.as_secs_f64())
}

#[cfg(test)]
mod tests;
