//! The columns of a table, each with the kind of its cells in its type.

use std::fmt;
use std::mem;

use crate::Time;
use crate::host::report::{self, ColumnKind, Values};
use crate::unit::Unit;

/// What a column holds. Closed: the kinds are the contract's.
pub trait Kind: sealed::Sealed {
    /// One cell.
    type Cell: Default + fmt::Debug;
    #[doc(hidden)]
    fn kind() -> ColumnKind;
    #[doc(hidden)]
    fn values(cells: Vec<Self::Cell>) -> Values;
    #[doc(hidden)]
    fn size(cell: &Self::Cell) -> usize;
}

mod sealed {
    /// Keeps `Kind` closed.
    pub trait Sealed {}
}

macro_rules! kind {
    ($(#[$doc:meta])* $make:ident $name:ident $cell:ty, $variant:ident, $cells:ident => $values:expr, $one:ident => $size:expr) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $name {}

        impl sealed::Sealed for $name {}

        impl Kind for $name {
            type Cell = $cell;

            fn kind() -> ColumnKind {
                ColumnKind::$variant
            }

            fn values($cells: Vec<$cell>) -> Values {
                Values::$variant($values)
            }

            fn size($one: &$cell) -> usize {
                $size
            }
        }

        $(#[$doc])*
        pub fn $make(name: &str) -> Column<$name> {
            Column::new(name)
        }
    };
}

kind!(
    /// Text.
    text Text String, Text, cells => cells, cell => cell.len() + 8
);
kind!(
    /// Whole numbers within ±2^53.
    integer Integer i64, Integer, cells => cells, _cell => 8
);
kind!(
    /// Fractions.
    real Real f64, Real, cells => cells, _cell => 8
);
kind!(
    /// Yes or no.
    boolean Boolean bool, Boolean, cells => cells, _cell => 1
);
kind!(
    /// Points in time.
    time Times Time, Time, cells => cells.into_iter().map(Into::into).collect(), _cell => 16
);
kind!(
    /// Bytes of the target that need not be text.
    bytes Bytes Vec<u8>, Bytes, cells => cells, cell => cell.len() + 8
);

/// Lengths of time, as whole nanoseconds; a cell is a `Duration`.
pub fn duration(name: &str) -> Column<Integer> {
    Column::new(name).unit(Unit::Nanoseconds)
}

/// One column and the cells that were not handed over yet.
pub struct Column<K: Kind> {
    name: String,
    unit: Unit,
    cells: Vec<K::Cell>,
    missing: Vec<u32>,
}

impl<K: Kind> Column<K> {
    fn new(name: &str) -> Self {
        Self { name: name.to_owned(), unit: Unit::None, cells: Vec::new(), missing: Vec::new() }
    }

    /// What the numbers count.
    #[must_use]
    pub fn unit(mut self, unit: Unit) -> Self {
        self.unit = unit;
        self
    }

    pub(super) fn declare(&self, to: &mut dyn FnMut(&str, ColumnKind, Unit)) {
        to(&self.name, K::kind(), self.unit);
    }

    pub(super) fn push(&mut self, cell: Option<K::Cell>, row: u32) -> usize {
        let cell = cell.unwrap_or_else(|| {
            self.missing.push(row);
            K::Cell::default()
        });
        let size = K::size(&cell);
        self.cells.push(cell);
        size
    }

    pub(super) fn take(&mut self) -> report::ColumnBatch {
        report::ColumnBatch { data: K::values(mem::take(&mut self.cells)), missing: mem::take(&mut self.missing) }
    }
}

impl<K: Kind> fmt::Debug for Column<K> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Column").field("name", &self.name).field("unit", &self.unit).finish_non_exhaustive()
    }
}
