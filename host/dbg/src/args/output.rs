//! Forms of output.

use clap::ValueEnum;

/// How a report is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// For people: verdict, evidence, next step
    Text,
    /// One document; `dbg schema report` is its schema
    Json,
    /// One object a line, as things happen
    Ndjson,
    /// For CI systems
    Junit,
}

/// How a list is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// For people
    Text,
    /// For programs
    Json,
}

/// How objects of a cluster are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ObjectFormat {
    /// As people write them
    Yaml,
    /// As one list
    Json,
}
