//! Tables as JSON has them: rows of cells, written while they are read, so that a large table is never there twice.

use dbg_model::{ColumnKind, TableRows};
use dbg_report::CellValue;
use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::parts::base64;
use crate::time::timestamp;

/// A table.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Table<'a> {
    /// Its number within the result; evidence refers to it.
    number: u32,
    /// Its name, stable over runs, targets and versions of the plugin.
    name: &'a str,
    /// What stands above it for people.
    title: &'a str,
    /// Its columns. Names may repeat.
    columns: Vec<Column<'a>>,
    /// Its rows: one cell a column, in the order of `columns`.
    #[schemars(with = "Vec<Vec<Cell<'a>>>")]
    rows: Rows<'a>,
}

/// A column of a table.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Column<'a> {
    /// Its name.
    name: &'a str,
    /// What its cells hold.
    kind: Kind,
    /// Empty, or the unit of its numbers: `ns`, `us`, `ms`, `s`, `bytes`, `percent`, `per-second`, `count`, or what the plugin made up.
    unit: &'a str,
}

/// What the cells of a column hold, unless they are null.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "ColumnKind")]
enum Kind {
    /// A string.
    Text,
    /// A whole number.
    Integer,
    /// A number.
    Real,
    /// true or false.
    Boolean,
    /// A string: RFC 3339 in UTC, or `@` and seconds since 1970 for a point outside the years 0 to 9999.
    Time,
    /// An object with `text` when the bytes are UTF-8, else with `base64`.
    Bytes,
}

/// One cell; its column's `kind` says which.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum Cell<'a> {
    /// There is no value.
    Missing,
    /// A whole number.
    Integer(i64),
    /// A number.
    Real(f64),
    /// Yes or no.
    Boolean(bool),
    /// A text.
    Text(&'a str),
    /// A point in time.
    Time(String),
    /// Bytes that are UTF-8.
    Utf8 {
        /// The bytes as text.
        text: &'a str,
    },
    /// Bytes that are no UTF-8.
    Base64 {
        /// The bytes in base64 (RFC 4648, with padding).
        base64: String,
    },
}

/// Rows that become cells one by one while they are written.
pub(crate) enum Rows<'a> {
    /// Of a whole table.
    Table(&'a dbg_report::Table),
    /// Of one batch; one whose columns differ in length has the rows that all of them have.
    Batch(&'a TableRows),
}

impl Rows<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Table(table) => table.rows(),
            Self::Batch(batch) => batch.columns.iter().map(|column| column.values.len()).min().unwrap_or(0),
        }
    }
}

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((0..self.len()).map(|row| Row { rows: self, row }))
    }
}

struct Row<'a> {
    rows: &'a Rows<'a>,
    row: usize,
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.rows {
            Rows::Table(table) => serializer.collect_seq(table.row(self.row).map(Cell::from)),
            Rows::Batch(batch) => serializer.collect_seq(
                batch.columns.iter().map(|data| Cell::from(CellValue::of(&data.values, &data.missing, self.row))),
            ),
        }
    }
}

impl<'a> From<CellValue<'a>> for Cell<'a> {
    fn from(value: CellValue<'a>) -> Self {
        match value {
            CellValue::Missing => Self::Missing,
            CellValue::Text(text) => Self::Text(text),
            CellValue::Integer(value) => Self::Integer(value),
            CellValue::Real(value) => Self::Real(value),
            CellValue::Boolean(value) => Self::Boolean(value),
            CellValue::Time(instant) => Self::Time(timestamp(instant)),
            CellValue::Bytes(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => Self::Utf8 { text },
                Err(_) => Self::Base64 { base64: base64(bytes) },
            },
        }
    }
}

impl<'a> Table<'a> {
    pub(crate) fn new(table: &'a dbg_report::Table) -> Self {
        Self {
            number: table.number,
            name: &table.name,
            title: &table.title,
            columns: table.heads().map(Column::new).collect(),
            rows: Rows::Table(table),
        }
    }
}

impl<'a> Column<'a> {
    pub(crate) fn new(column: &'a dbg_model::Column) -> Self {
        let kind = match column.kind {
            ColumnKind::Text => Kind::Text,
            ColumnKind::Integer => Kind::Integer,
            ColumnKind::Real => Kind::Real,
            ColumnKind::Boolean => Kind::Boolean,
            ColumnKind::Time => Kind::Time,
            ColumnKind::Bytes => Kind::Bytes,
        };
        Self { name: &column.name, kind, unit: &column.unit }
    }
}
