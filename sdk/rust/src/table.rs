//! Tables: written row by row, handed over by whole columns, thousands of rows a call.
//!
//! ```
//! # use dbg_sdk::prelude::*;
//! use dbg_sdk::table::Missing;
//! # fn look(run: &Run) {
//! let mut table = run.table(
//!     "queries",
//!     "Queries",
//!     (column::text("server"), column::real("took").unit(Unit::Milliseconds), column::integer("answers")),
//! );
//! table.row(("10.0.0.10:53", 1.25, 2));
//! table.row(("10.0.0.11:53", Missing, None::<i64>));
//! # }
//! ```

mod cell;
pub mod column;
mod row;

use crate::host::report;
use crate::unit::Unit;

pub use cell::{IntoCell, Missing};
pub use column::Column;
pub use row::{Columns, Row};

/// The contract takes 10,000 rows a call; fewer keep the guest small.
const ROWS_A_CALL: u32 = 1_000;
const BYTES_A_CALL: usize = 256 * 1024;

/// A table of the report. What is still buffered is handed over when it goes out of scope.
#[derive(Debug)]
pub struct Table<C: Columns> {
    handle: report::Table,
    columns: C,
    rows: u32,
    bytes: usize,
}

impl<C: Columns> Table<C> {
    pub(crate) fn new(name: &str, title: &str, columns: C) -> Self {
        let handle = report::add_table(name, title);
        columns.declare(&mut |name, kind, unit: Unit| handle.add_column(name, kind, unit.name()));
        Self { handle, columns, rows: 0, bytes: 0 }
    }

    pub(crate) fn handle(&self) -> &report::Table {
        &self.handle
    }

    /// Adds a row: a tuple with one cell a column. [`Missing`] and `None` are cells without a value.
    pub fn row(&mut self, cells: impl Row<C>) {
        self.bytes += cells.push(&mut self.columns, self.rows);
        self.rows += 1;
        if self.rows >= ROWS_A_CALL || self.bytes >= BYTES_A_CALL {
            self.flush();
        }
    }

    /// Hands over what is buffered, so that it is in the report even if the check traps afterwards.
    pub fn flush(&mut self) {
        if self.rows > 0 {
            self.handle.add_rows(&self.columns.take());
            self.rows = 0;
            self.bytes = 0;
        }
    }
}

impl<C: Columns> Drop for Table<C> {
    fn drop(&mut self) {
        self.flush();
    }
}
