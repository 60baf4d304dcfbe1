//! The line that is read first.

use dbg_model::Cell;
use dbg_report::{CheckResult, MergedCheck, Report, Verdict};

use super::page::{Ink, Page};
use super::rounds;
use crate::failure::code_phrase;

/// The verdict of several checks.
pub(super) fn whole(page: &mut Page, report: &Report) {
    let verdict = report.verdict();
    let text = match report.results.len() {
        0 => "nothing was checked".to_owned(),
        results => format!("{results} results: {}", counts(|verdict| report.count(verdict))),
    };
    verdict_line(page, verdict, &text);
}

/// The verdict of one check: `FAIL dns-check on local: no server answers`.
pub(super) fn check(page: &mut Page, check: &MergedCheck<'_>) {
    let verdict = check.verdict();
    let Some(first) = check.first() else { return };
    let name = &first.subject.check;
    let text = match check.single() {
        Some(result) => format!("{name} on {}: {}", Cell(&result.subject.target), sentence(result)),
        None => {
            let count = |verdict| check.results.iter().filter(|result| result.verdict() == verdict).count();
            format!("{name} on {} targets: {}", check.results.len(), counts(count))
        }
    };
    verdict_line(page, verdict, &text);
}

fn verdict_line(page: &mut Page, verdict: Verdict, text: &str) {
    let word = format!("{} ", verdict.word().to_uppercase());
    page.hanging(verdict.into(), &word, word.len(), text);
}

/// `1 fail, 2 pass`.
fn counts(count: impl Fn(Verdict) -> usize) -> String {
    let some =
        Verdict::WORST_FIRST.into_iter().map(|verdict| (count(verdict), verdict)).filter(|(count, _)| *count > 0);
    some.map(|(count, verdict)| format!("{count} {verdict}")).collect::<Vec<_>>().join(", ")
}

/// What decided the verdict of one result, escaped.
fn sentence(result: &CheckResult) -> String {
    match &result.series {
        Some(series) => rounds::sentence(series, result),
        None => reason(result),
    }
}

/// What decided the verdict of one round, escaped.
pub(super) fn reason(result: &CheckResult) -> String {
    match (result.decisive(), &result.failure) {
        (Some(finding), _) => Cell(&finding.sentence).to_string(),
        (None, Some(failure)) => broke_off(failure),
        (None, None) => "the check said nothing".to_owned(),
    }
}

/// Why a check could not be done, escaped.
pub(super) fn broke_off(failure: &dbg_model::Failure) -> String {
    // Whoever gave a text said it whole; the code would only say it again.
    if failure.text.is_empty() { code_phrase(failure.code).to_owned() } else { Cell(&failure.text).to_string() }
}

/// Bold, with an empty line above.
pub(super) fn section(page: &mut Page, title: &str) {
    page.blank();
    page.line(Ink::Bold, title);
}
