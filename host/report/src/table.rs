//! A table as collected: whole columns that grow by batches.

use dbg_model::{Column, ColumnKind, ColumnValues, Instant, TableHead};

/// A table of one check.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Its number within the check; evidence refers to it.
    pub number: u32,
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Its columns, all of one length.
    pub columns: Vec<TableColumn>,
}

/// A column and all its values.
#[derive(Debug, Clone, PartialEq)]
pub struct TableColumn {
    /// What it is.
    pub column: Column,
    /// One value a row, also for a missing one.
    pub(crate) values: ColumnValues,
    /// The rows without value, strictly ascending.
    pub(crate) missing: Vec<u32>,
}

/// The value in one row of one column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum CellValue<'a> {
    /// None.
    Missing,
    /// Text.
    Text(&'a str),
    /// A whole number.
    Integer(i64),
    /// A finite number.
    Real(f64),
    /// Yes or no.
    Boolean(bool),
    /// A point in time.
    Time(Instant),
    /// Bytes.
    Bytes(&'a [u8]),
}

impl<'a> CellValue<'a> {
    /// The value of one row of a column whose rows without value are `missing`, ascending; missing for a row that is not there.
    #[must_use]
    pub fn of(values: &'a ColumnValues, missing: &[u32], row: usize) -> Self {
        let missing = u32::try_from(row).map_or(true, |row| missing.binary_search(&row).is_ok());
        if missing {
            return Self::Missing;
        }
        let cell = match values {
            ColumnValues::Text(values) => values.get(row).map(|value| Self::Text(value)),
            ColumnValues::Integer(values) => values.get(row).map(|value| Self::Integer(*value)),
            ColumnValues::Real(values) => values.get(row).map(|value| Self::Real(*value)),
            ColumnValues::Boolean(values) => values.get(row).map(|value| Self::Boolean(*value)),
            ColumnValues::Time(values) => values.get(row).map(|value| Self::Time(*value)),
            ColumnValues::Bytes(values) => values.get(row).map(|value| Self::Bytes(value)),
        };
        cell.unwrap_or(Self::Missing)
    }
}

impl Table {
    /// A table without rows.
    pub(crate) fn new(head: TableHead) -> Self {
        let TableHead { table, name, title, columns } = head;
        let empty = |column: Column| TableColumn { values: empty(column.kind), column, missing: Vec::new() };
        Self { number: table, name, title, columns: columns.into_iter().map(empty).collect() }
    }

    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |column| column.values.len())
    }

    /// The values of one row, in the order of the columns; all missing for a row that is not there.
    pub fn row(&self, row: usize) -> impl Iterator<Item = CellValue<'_>> {
        self.columns.iter().map(move |column| column.cell(row))
    }

    /// What the columns are, without their values.
    pub fn heads(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().map(|column| &column.column)
    }
}

impl TableColumn {
    /// The value of one row; missing for a row that is not there.
    #[must_use]
    pub fn cell(&self, row: usize) -> CellValue<'_> {
        CellValue::of(&self.values, &self.missing, row)
    }

    /// Appends a batch; the caller has seen that it is of this column's kind, as anything else leaves the column as it is.
    pub(crate) fn append(&mut self, values: ColumnValues, missing: impl IntoIterator<Item = u32>) {
        let before = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
        self.missing.extend(missing.into_iter().map(|row| before.saturating_add(row)));
        match (&mut self.values, values) {
            (ColumnValues::Text(have), ColumnValues::Text(more)) => have.extend(more),
            (ColumnValues::Integer(have), ColumnValues::Integer(more)) => have.extend(more),
            (ColumnValues::Real(have), ColumnValues::Real(more)) => have.extend(more),
            (ColumnValues::Boolean(have), ColumnValues::Boolean(more)) => have.extend(more),
            (ColumnValues::Time(have), ColumnValues::Time(more)) => have.extend(more),
            (ColumnValues::Bytes(have), ColumnValues::Bytes(more)) => have.extend(more),
            _ => {}
        }
    }
}

fn empty(kind: ColumnKind) -> ColumnValues {
    match kind {
        ColumnKind::Text => ColumnValues::Text(Vec::new()),
        ColumnKind::Integer => ColumnValues::Integer(Vec::new()),
        ColumnKind::Real => ColumnValues::Real(Vec::new()),
        ColumnKind::Boolean => ColumnValues::Boolean(Vec::new()),
        ColumnKind::Time => ColumnValues::Time(Vec::new()),
        ColumnKind::Bytes => ColumnValues::Bytes(Vec::new()),
    }
}
