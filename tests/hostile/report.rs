//! Guests that say too much, or what nobody should have to read, or what makes no sense.

use dbg_tests::{Context, Output};

use crate::case::cases;

/// What `dbg` may use while a guest of 512 MiB fills it: the guest's own, one call's worth twice, and itself.
const MEMORY: u64 = (512 + 256 + 128) << 20;

cases! {
    million_findings => |context| run(context, "million-findings");
    /// What is dropped for being too much still weighs: a budget must not turn a failure into a pass.
    buries_a_failure => |context| run(context, "buries-a-failure");
    million_rows => |context| run(context, "million-rows");
    huge_sentence => |context| run(context, "huge-sentence");
    huge_list => |context| run(context, "huge-list");
    larger_than_a_call => |context| run(context, "larger-than-a-call");
    string_beyond_memory => |context| run(context, "string-beyond-memory");
    text_that_is_no_text => |context| run(context, "text-that-is-no-text");
    rows_of_no_table => |context| run(context, "rows-of-no-table");
    handle_of_another_kind => |context| run(context, "handle-of-another-kind");
    drops_twice => |context| run(context, "drops-twice");
    rows_that_do_not_fit => |context| run(context, "rows-that-do-not-fit");
    opens_without_end => |context| run(context, "opens-without-end");
    nan_metric => |context| run(context, "nan-metric");
    /// In every form that a report has.
    terminal_escapes => |context| ["text", "json", "ndjson", "junit"].map(|form| {
        context.run_guest("hostile-report", &["-o", form, "terminal-escapes"]).run()
    }).into();
}

fn run(context: &Context, check: &str) -> Vec<Output> {
    let output = context.run_guest("hostile-report", &[check]).run();
    assert!(output.peak_memory < MEMORY, "took {} bytes of memory\n{output}", output.peak_memory);
    vec![output]
}
