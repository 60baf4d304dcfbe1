//! What no language's own runtime would say to the host, said by hand.

use dbg_sdk::bindings::dbg::check::report::{
    Artifact, ColumnBatch, ColumnKind, Finding, Severity, Table, Values, add_artifact, add_finding, add_table,
};

/// A handle that nobody gave out.
const NOBODYS: u32 = 4_711;

pub(crate) fn artifact(bytes: &[u8]) {
    add_artifact("huge.bin", "application/octet-stream").write(bytes);
}

pub(crate) fn sentence_beyond_memory() {
    let start = "a";
    // SAFETY: none; only the pointer and the length go to the host, which has to notice.
    let text = unsafe { std::str::from_utf8_unchecked(std::slice::from_raw_parts(start.as_ptr(), 1 << 30)) };
    add_finding("beyond", Severity::Pass, text);
}

pub(crate) fn sentence_of_bytes() {
    let bytes = std::hint::black_box([0xff, 0xfe, b'a', 0xc0, 0x80]);
    // SAFETY: none; only the pointer and the length go to the host, which has to notice.
    let text = unsafe { std::str::from_utf8_unchecked(&bytes) };
    add_finding("bytes", Severity::Pass, text);
}

pub(crate) fn rows_of_no_table() {
    // SAFETY: none; the number goes to the host, which has to notice.
    let table = unsafe { Table::from_handle(NOBODYS) };
    table.add_rows(&[numbers(1)]);
}

pub(crate) fn handle_of_another_kind() {
    let finding = add_finding("finding", Severity::Pass, "a finding");
    // SAFETY: none; the number goes to the host, which has to notice.
    let artifact = unsafe { Artifact::from_handle(finding.handle()) };
    artifact.write(b"to a finding");
}

pub(crate) fn drop_twice() {
    let finding = add_finding("finding", Severity::Pass, "a finding");
    // SAFETY: none; the number goes to the host, which has to notice.
    let again = unsafe { Finding::from_handle(finding.handle()) };
    drop(finding);
    drop(again);
}

pub(crate) fn rows_that_do_not_fit() {
    let table = add_table("unfit", "Rows that do not fit");
    table.add_column("number", ColumnKind::Integer, "count");
    table.add_column("text", ColumnKind::Text, "");
    let text = |rows: usize| ColumnBatch { data: Values::Text(vec!["x".to_owned(); rows]), missing: Vec::new() };
    table.add_rows(&[]);
    table.add_rows(&[numbers(1)]);
    table.add_rows(&[numbers(1), numbers(1)]);
    table.add_rows(&[numbers(2), text(1)]);
    table.add_rows(&[numbers(1), text(1), text(1)]);
    table.add_rows(&[ColumnBatch { missing: vec![7, 3, u32::MAX], ..numbers(1) }, text(1)]);
    table.add_rows(&[numbers(1), text(1)]);
    table.add_column("late", ColumnKind::Text, "");
    table.close();
    table.close();
    table.add_rows(&[numbers(1), text(1)]);
    table.add_column("later", ColumnKind::Text, "");
    let finding = add_finding("closed", Severity::Info, "a finding that is closed");
    finding.close();
    finding.evidence("late", "evidence");
    finding.evidence_table("late", &table);
}

pub(crate) fn open_without_end() {
    for number in 0..200_000 {
        std::mem::forget(add_finding("finding", Severity::Info, "a finding"));
        if number % 10 == 0 {
            std::mem::forget(add_table("table", "A table"));
            std::mem::forget(add_artifact("artifact", "text/plain"));
        }
    }
}

fn numbers(rows: usize) -> ColumnBatch {
    ColumnBatch { data: Values::Integer(vec![1; rows]), missing: Vec::new() }
}
