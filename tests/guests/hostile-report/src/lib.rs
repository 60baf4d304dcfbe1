//! Checks that say too much, or what nobody should have to read, or what makes no sense.
//!
//! What the SDK does not let an author say goes through its raw bindings.

mod lies;

use dbg_sdk::prelude::*;

/// Says a million things.
#[check(name = "million-findings", limits(time = "30s"))]
fn million_findings(run: &Run) -> Result<(), Failure> {
    for number in 0..1_000_000 {
        run.finding("one-of-many", Severity::Info, number).evidence("number", number);
    }
    Ok(())
}

/// Says what is wrong only after more than anybody reads.
#[check(name = "buries-a-failure")]
fn buries_a_failure(run: &Run) -> Result<(), Failure> {
    for number in 0..2_000 {
        run.pass("one-of-many", number);
    }
    run.fail("buried", "it does not work at all");
    Ok(())
}

/// Fills a table with a million rows.
#[check(name = "million-rows", limits(time = "30s"))]
fn million_rows(run: &Run) -> Result<(), Failure> {
    let mut table = run.table("rows", "Rows", (column::integer("number"), column::text("text")));
    for number in 0..1_000_000 {
        table.row((number, "some text in every row"));
    }
    table.flush();
    run.pass("end", format!("{} dropped", run.dropped()));
    Ok(())
}

/// Says a sentence of 100 MiB.
#[check(name = "huge-sentence", limits(memory = "512MiB"))]
fn huge_sentence(run: &Run) -> Result<(), Failure> {
    run.pass("huge", "a".repeat(100 << 20));
    Ok(())
}

/// Passes 127 MiB in one call.
#[check(name = "huge-list", limits(memory = "512MiB"))]
fn huge_list(run: &Run) -> Result<(), Failure> {
    run.pass("started", "it started");
    lies::artifact(&vec![b'a'; 127 << 20]);
    run.pass("end", "came to an end");
    Ok(())
}

/// Passes more than the host takes in one call.
#[check(name = "larger-than-a-call", limits(memory = "512MiB"))]
fn larger_than_a_call(run: &Run) -> Result<(), Failure> {
    run.pass("started", "it started");
    lies::artifact(&vec![b'a'; 200 << 20]);
    Err(Failure::other("the host took it"))
}

/// Says that a string of 1 GB is where its memory ends long before.
#[check(name = "string-beyond-memory")]
fn string_beyond_memory(run: &Run) -> Result<(), Failure> {
    run.pass("started", "it started");
    lies::sentence_beyond_memory();
    Err(Failure::other("the host took it"))
}

/// Says text that is no UTF-8.
#[check(name = "text-that-is-no-text")]
fn text_that_is_no_text(run: &Run) -> Result<(), Failure> {
    run.pass("started", "it started");
    lies::sentence_of_bytes();
    Err(Failure::other("the host took it"))
}

/// Fills a table that it never opened.
#[check(name = "rows-of-no-table")]
fn rows_of_no_table(run: &Run) -> Result<(), Failure> {
    run.pass("started", "it started");
    lies::rows_of_no_table();
    Err(Failure::other("the host took it"))
}

/// Uses a handle of another resource.
#[check(name = "handle-of-another-kind")]
fn handle_of_another_kind(run: &Run) -> Result<(), Failure> {
    run.pass("started", "it started");
    lies::handle_of_another_kind();
    Err(Failure::other("the host took it"))
}

/// Drops what it dropped before.
#[check(name = "drops-twice")]
fn drops_twice(run: &Run) -> Result<(), Failure> {
    run.pass("started", "it started");
    lies::drop_twice();
    Err(Failure::other("the host took it"))
}

/// Adds rows that do not fit their table, and columns to a table that is closed.
#[check(name = "rows-that-do-not-fit")]
fn rows_that_do_not_fit(run: &Run) -> Result<(), Failure> {
    lies::rows_that_do_not_fit();
    run.pass("end", format!("{} dropped", run.dropped()));
    Ok(())
}

/// Opens resources without closing any.
#[check(name = "opens-without-end", limits(time = "30s"))]
fn opens_without_end(run: &Run) -> Result<(), Failure> {
    lies::open_without_end();
    run.pass("end", "came to an end");
    Ok(())
}

/// Measures what is no number.
#[check(name = "nan-metric")]
fn nan_metric(run: &Run) -> Result<(), Failure> {
    run.metric("not-a-number", Unit::Count, f64::NAN, &[]);
    run.metric("infinite", Unit::Count, f64::INFINITY, &[]);
    run.metric("minus-infinite", Unit::Count, f64::NEG_INFINITY, &[]);
    let mut table = run.table("reals", "Reals", (column::real("real").unit(Unit::Milliseconds),));
    for real in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN_POSITIVE, -0.0] {
        table.row((real,));
    }
    run.pass("end", "came to an end");
    Ok(())
}

/// Moves the cursor, reorders, and breaks lines wherever text goes.
#[check(name = "terminal-escapes")]
fn terminal_escapes(run: &Run) -> Result<(), Failure> {
    const BAD: &str =
        "\x1b[2J\x1b]0;owned\x07\u{9b}31m\u{202e}olleh\u{2066}\u{200b}\u{feff}\r\n\u{0}\u{7f}</script>]]>";

    let mut table = run.table(BAD, BAD, (column::text(BAD), column::bytes("raw")));
    table.row((BAD, BAD.as_bytes()));
    table.flush();
    run.finding(BAD, Severity::Pass, BAD)
        .about(BAD)
        .many(BAD)
        .evidence(BAD, BAD)
        .evidence_bytes(BAD, BAD.as_bytes())
        .evidence_table(BAD, &table)
        .next_step(BAD);
    run.metric(BAD, Unit::Count, 1.0, &[(BAD, BAD)]);
    run.artifact("../../etc/\x1b[2Jpasswd", BAD).append(BAD.as_bytes());
    run.progress(1, 2, BAD);
    eprintln!("{BAD}");
    Err(Failure::other(BAD))
}

dbg_sdk::plugin!(
    million_findings,
    buries_a_failure,
    million_rows,
    huge_sentence,
    huge_list,
    larger_than_a_call,
    string_beyond_memory,
    text_that_is_no_text,
    rows_of_no_table,
    handle_of_another_kind,
    drops_twice,
    rows_that_do_not_fit,
    opens_without_end,
    nan_metric,
    terminal_escapes
);
