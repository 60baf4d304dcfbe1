//! A report for people: the verdict first, then findings from the worst, what to do next, tables, and what was lost.

use std::io::{self, Write};

use dbg_report::{CheckResult, MergedCheck, Report};

mod closing;
mod finding;
mod grid;
mod heading;
mod measure;
mod number;
mod page;
mod rounds;
mod table;

pub(crate) use measure::fit;
pub use page::{Colour, TextOptions, Verbosity};
pub(crate) use rounds::{clock, percent};

use page::Page;

/// Writes the run for people, at most `options.width` columns wide. The text is no interface: it changes with any version.
/// Errors are the writer's.
pub fn write_text(out: &mut impl Write, report: &Report, options: &TextOptions) -> io::Result<()> {
    let mut page = Page::new(*options);
    let checks = report.checks();
    if checks.len() != 1 {
        heading::whole(&mut page, report);
    }
    for check in &checks {
        if checks.len() > 1 && options.verbosity != Verbosity::Quiet {
            page.blank();
        }
        heading::check(&mut page, check);
        if options.verbosity != Verbosity::Quiet {
            body(&mut page, check);
        }
    }
    if options.verbosity != Verbosity::Quiet {
        closing::run(&mut page, report);
    }
    out.write_all(page.finish().as_bytes())?;
    out.flush()
}

fn body(page: &mut Page, check: &MergedCheck<'_>) {
    rounds::all(page, check);
    finding::all(page, check);
    table::all(page, check);
    for result in &check.results {
        // Those of a repeated check are told with its rounds.
        if result.series.is_none() {
            closing::metrics(page, result, check);
        }
        closing::artifacts(page, result, check);
        closing::remarks(page, result, check);
    }
}

/// What one result found, without tables, for where only plain text fits.
pub(crate) fn plain_details(result: &CheckResult) -> String {
    let mut page = Page::new(TextOptions { width: 100, colour: Colour::Never, verbosity: Verbosity::Verbose });
    let check = MergedCheck { results: vec![result] };
    rounds::all(&mut page, &check);
    finding::all(&mut page, &check);
    closing::remarks(&mut page, result, &check);
    page.finish().trim_start().to_owned()
}

#[cfg(test)]
mod tests;
