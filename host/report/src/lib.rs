//! The report: what checks said, collected within bounds, merged over targets, and the verdict.
//!
//! This room knows events and how they add up. It must never know how a report is shown, where a check ran, or who made the events:
//! it takes none of them at their word and never panics over one.

mod collector;
mod limits;
mod merge;
mod report;
mod result;
mod series;
mod table;
mod trim;
mod verdict;

pub use collector::Collector;
pub use dbg_model::{RunId, RunIdError};
pub use merge::{FindingGroup, Member, MergedCheck, MergedTable, Part};
pub use report::{AuditMark, Report};
pub use result::{CheckResult, KeptArtifact, PluginFacts, Provenance, Subject};
pub use series::{Distribution, MetricSeries, Moment, Series, SeriesCollector, Shown, Spread, Tally};
pub use table::{CellValue, Table, TableColumn};
pub use verdict::{Verdict, severity_rank};
