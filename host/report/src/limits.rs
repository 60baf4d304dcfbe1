//! What one check's result may hold. The engine keeps to the same numbers; they are held here again because the events of an agent
//! come from another machine, which may be in any state.

/// Findings a check: the budget of a run, and the worst of those over it.
pub(crate) const FINDINGS: usize = 1_001;
/// Facts a finding.
pub(crate) const EVIDENCE: usize = 64;
/// Next steps a finding.
pub(crate) const NEXT_STEPS: usize = 8;
/// Tables a check.
pub(crate) const TABLES: usize = 16;
/// Columns a table.
pub(crate) const COLUMNS: usize = 32;
/// Rows of all tables of a check.
pub(crate) const ROWS: usize = 100_000;
/// Bytes of all cells of a check. Above the engine's 16 MiB, because what masks a secret may be longer than the secret.
pub(crate) const CELL_BYTES: usize = 24 << 20;
/// Metrics a check.
pub(crate) const METRICS: usize = 1_000;
/// Metrics in the series of a repeated check: each may hold 8 KiB of values, and twenty times as much in buckets after hours.
pub(crate) const SERIES_METRICS: usize = 256;
/// Labels a metric.
pub(crate) const LABELS: usize = 8;
/// Artifacts a check.
pub(crate) const ARTIFACTS: usize = 16;
/// Bytes of all artifacts of a check.
pub(crate) const ARTIFACT_BYTES: usize = 16 << 20;

/// Notes of a result.
pub(crate) const NOTES: usize = 16;

/// Bytes of a name, an id or a unit.
pub(crate) const NAME: usize = 64;
/// Bytes of a label, a file name or a media type.
pub(crate) const LABEL: usize = 128;
/// Bytes of what a finding is about.
pub(crate) const ABOUT: usize = 512;
/// Bytes of a sentence, a title or a next step.
pub(crate) const SENTENCE: usize = 1 << 10;
/// Bytes of a fact.
pub(crate) const FACT: usize = 16 << 10;
/// Bytes of a cell.
pub(crate) const CELL: usize = 4 << 10;
