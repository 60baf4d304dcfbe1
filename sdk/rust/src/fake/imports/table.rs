//! The tables of `dbg:check/report`.

use super::check_types::Instant;
use crate::Time;
use crate::fake::state::with;
use crate::fake::{self, Cell};

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ColumnKind {
    Text,
    Integer,
    Real,
    Boolean,
    Time,
    Bytes,
}

#[derive(Clone, Debug)]
pub enum Values {
    Text(Vec<String>),
    Integer(Vec<i64>),
    Real(Vec<f64>),
    Boolean(Vec<bool>),
    Time(Vec<Instant>),
    Bytes(Vec<Vec<u8>>),
}

impl Values {
    fn cells(&self) -> Vec<Cell> {
        match self {
            Self::Text(cells) => cells.iter().cloned().map(Cell::Text).collect(),
            Self::Integer(cells) => cells.iter().copied().map(Cell::Integer).collect(),
            Self::Real(cells) => cells.iter().copied().map(Cell::Real).collect(),
            Self::Boolean(cells) => cells.iter().copied().map(Cell::Boolean).collect(),
            Self::Time(cells) => {
                cells.iter().map(|at| Cell::Time(Time { seconds: at.seconds, nanoseconds: at.nanoseconds })).collect()
            }
            Self::Bytes(cells) => cells.iter().cloned().map(Cell::Bytes).collect(),
        }
    }
}

#[derive(Clone, Debug)]
pub struct ColumnBatch {
    pub data: Values,
    pub missing: Vec<u32>,
}

/// The place in the report; none for a mute handle.
#[derive(Debug)]
pub(crate) struct Table {
    at: Option<usize>,
}

pub(crate) fn add_table(name: &str, title: &str) -> Table {
    let at = with(|state| {
        let report = &mut state.report;
        let at = report.tables.len();
        if !report.judge_count("tables", at, 16) {
            return None;
        }
        report.judge_name("table", name);
        report.tables.push(fake::Table {
            name: name.to_owned(),
            title: title.to_owned(),
            columns: Vec::new(),
            rows: Vec::new(),
        });
        Some(at)
    });
    Table { at: at.flatten() }
}

impl Table {
    pub(super) fn name(&self) -> String {
        with(|state| self.at.and_then(|at| state.report.tables.get(at)).map(|table| table.name.clone()))
            .flatten()
            .unwrap_or_default()
    }

    /// The kind needs no look: the row's type fits the column's.
    pub(crate) fn add_column(&self, name: &str, _: ColumnKind, unit: &str) {
        with(|state| {
            state.report.judge_length("column", name, 64);
            if let Some(table) = self.at.and_then(|at| state.report.tables.get_mut(at)) {
                table.columns.push(fake::Column { name: name.to_owned(), unit: unit.to_owned() });
            }
        });
    }

    pub(crate) fn add_rows(&self, columns: &[ColumnBatch]) {
        with(|state| {
            let report = &mut state.report;
            let cells: Vec<Vec<Cell>> = columns.iter().map(with_missing).collect();
            let count = cells.first().map_or(0, Vec::len);
            let rows: usize = report.tables.iter().map(|table| table.rows.len()).sum();
            if rows + count > 100_000 {
                report.drop_call("the tables of a run have more than 100,000 rows".to_owned());
                return;
            }
            let Some(table) = self.at.and_then(|at| report.tables.get_mut(at)) else {
                report.dropped += 1;
                return;
            };
            let mut columns: Vec<_> = cells.into_iter().map(Vec::into_iter).collect();
            for _ in 0..count {
                table.rows.push(columns.iter_mut().filter_map(Iterator::next).collect());
            }
        });
    }
}

fn with_missing(batch: &ColumnBatch) -> Vec<Cell> {
    let mut cells = batch.data.cells();
    for row in &batch.missing {
        if let Some(cell) = usize::try_from(*row).ok().and_then(|row| cells.get_mut(row)) {
            *cell = Cell::Missing;
        }
    }
    cells
}
