//! What is wrong with a plugin, told by how its checks ran. What a check found of this machine is none of it.

use dbg_model::{Cell, Counts, FailureCode};
use dbg_report::{CheckResult, Report};

/// A sentence for each thing that its author should mend or know, in the order of the checks.
pub(super) fn wrong(report: &Report) -> Vec<String> {
    report.results.iter().flat_map(of_one).collect()
}

fn of_one(result: &CheckResult) -> Vec<String> {
    let check = &result.subject.check;
    let mut wrong = Vec::new();
    if let Some(failure) = &result.failure {
        let how = match failure.code {
            FailureCode::NoSuchCheck => "it is declared, and the component does not know it",
            FailureCode::BadArguments => "it does not take the parameters that its own declaration allows",
            FailureCode::Denied => "it was denied what its grants do not cover",
            FailureCode::Unsupported => "it could not be tried, since this machine lacks what it looks at",
            FailureCode::TimedOut => "its time was up",
            FailureCode::Cancelled => "it was interrupted",
            FailureCode::Trapped => "it stopped by a fault of its own",
            FailureCode::OutOfMemory => "its memory was used up",
            FailureCode::Refused => "its agent does not vouch for it",
            FailureCode::NotLoadable => "it could not be started",
            FailureCode::Disconnected | FailureCode::Unreachable => "it could not be run there",
            FailureCode::Other => "it could not be done",
        };
        wrong.push(format!("{check}: {how}: {}", Cell(&failure.text)));
    } else if result.findings.is_empty() {
        wrong.push(format!("{check}: it found nothing at all, which is verdict unknown: say with `pass` what is well"));
    }
    for withheld in &result.subject.withheld {
        wrong.push(format!("{check}: it did not get {}", Cell(withheld)));
    }
    let Counts { dropped, cut, redacted: _, touched: _, refused } = result.counts;
    if dropped > 0 {
        wrong.push(format!("{check}: {dropped} calls of the report were dropped, over a budget or out of order"));
    }
    if cut > 0 {
        wrong.push(format!("{check}: {cut} texts were cut"));
    }
    if refused > 0 {
        wrong.push(format!("{check}: {refused} times it asked for what its grants do not cover"));
    }
    wrong
}
