//! Tuples of columns and the tuples of cells that fit them.

use super::cell::IntoCell;
use super::column::{Column, Kind};
use crate::host::report::{ColumnBatch, ColumnKind};
use crate::unit::Unit;

/// A tuple of one to sixteen columns.
pub trait Columns {
    #[doc(hidden)]
    fn declare(&self, to: &mut dyn FnMut(&str, ColumnKind, Unit));
    #[doc(hidden)]
    fn take(&mut self) -> Vec<ColumnBatch>;
}

/// A tuple of cells that fit the columns `C`.
#[diagnostic::on_unimplemented(
    message = "this row does not fit the table's columns",
    note = "one cell a column, in a tuple; `Missing` for none"
)]
pub trait Row<C: Columns> {
    #[doc(hidden)]
    fn push(self, columns: &mut C, row: u32) -> usize;
}

macro_rules! tuples {
    ($($kind:ident $cell:ident $at:tt,)+) => {
        impl<$($kind: Kind),+> Columns for ($(Column<$kind>,)+) {
            fn declare(&self, to: &mut dyn FnMut(&str, ColumnKind, Unit)) {
                $(self.$at.declare(to);)+
            }

            fn take(&mut self) -> Vec<ColumnBatch> {
                vec![$(self.$at.take()),+]
            }
        }

        impl<$($kind: Kind, $cell: IntoCell<$kind>),+> Row<($(Column<$kind>,)+)> for ($($cell,)+) {
            fn push(self, columns: &mut ($(Column<$kind>,)+), row: u32) -> usize {
                let mut bytes = 0;
                $(bytes += columns.$at.push(self.$at.into_cell(), row);)+
                bytes
            }
        }
    };
}

tuples!(A A1 0,);
tuples!(A A1 0, B B1 1,);
tuples!(A A1 0, B B1 1, C C1 2,);
tuples!(A A1 0, B B1 1, C C1 2, D D1 3,);
tuples!(A A1 0, B B1 1, C C1 2, D D1 3, E E1 4,);
tuples!(A A1 0, B B1 1, C C1 2, D D1 3, E E1 4, F F1 5,);
tuples!(A A1 0, B B1 1, C C1 2, D D1 3, E E1 4, F F1 5, G G1 6,);
tuples!(A A1 0, B B1 1, C C1 2, D D1 3, E E1 4, F F1 5, G G1 6, H H1 7,);
tuples!(A A1 0, B B1 1, C C1 2, D D1 3, E E1 4, F F1 5, G G1 6, H H1 7, I I1 8,);
tuples!(A A1 0, B B1 1, C C1 2, D D1 3, E E1 4, F F1 5, G G1 6, H H1 7, I I1 8, J J1 9,);
tuples!(A A1 0, B B1 1, C C1 2, D D1 3, E E1 4, F F1 5, G G1 6, H H1 7, I I1 8, J J1 9, K K1 10,);
tuples!(A A1 0, B B1 1, C C1 2, D D1 3, E E1 4, F F1 5, G G1 6, H H1 7, I I1 8, J J1 9, K K1 10, L L1 11,);
tuples!(A A1 0, B B1 1, C C1 2, D D1 3, E E1 4, F F1 5, G G1 6, H H1 7, I I1 8, J J1 9, K K1 10, L L1 11, M M1 12,);
tuples!(A A1 0, B B1 1, C C1 2, D D1 3, E E1 4, F F1 5, G G1 6, H H1 7, I I1 8, J J1 9, K K1 10, L L1 11, M M1 12, N N1 13,);
tuples!(A A1 0, B B1 1, C C1 2, D D1 3, E E1 4, F F1 5, G G1 6, H H1 7, I I1 8, J J1 9, K K1 10, L L1 11, M M1 12, N N1 13, O O1 14,);
tuples!(A A1 0, B B1 1, C C1 2, D D1 3, E E1 4, F F1 5, G G1 6, H H1 7, I I1 8, J J1 9, K K1 10, L L1 11, M M1 12, N N1 13, O O1 14, P P1 15,);
