//! Tables: 16 a run, filled by whole columns.

use dbg_model::{Column, ColumnData, ColumnKind, ColumnValues, TableHead, TableRows};

use super::{Mask, Slot};

const TABLES: usize = 16;
const COLUMNS: usize = 32;
const TITLE: usize = 1 << 10;
const COLUMN_NAME: usize = 64;
const UNIT: usize = 32;
const CELL: usize = 4 << 10;
const ROWS_A_CALL: usize = 10_000;
const ROWS: usize = 100_000;
const BYTES: usize = 16 << 20;

/// The largest integer that every language holds exactly.
const INTEGER: i64 = 1 << 53;

#[derive(Debug, Default)]
pub(super) struct Tables {
    tables: Vec<Table>,
    rows: usize,
    bytes: usize,
}

#[derive(Debug)]
enum Table {
    /// Its columns may still be declared.
    Declaring(TableHead),
    /// Its head went out; the kinds of its columns.
    Filling(Vec<ColumnKind>),
    /// Ended.
    Closed,
}

/// What became of a batch of rows.
#[derive(Debug, Default)]
pub(super) struct Taken {
    pub(super) head: Option<TableHead>,
    pub(super) rows: Option<TableRows>,
    pub(super) dropped: u64,
}

impl Tables {
    pub(super) fn add(&mut self, mask: &mut Mask, name: String, title: String) -> Slot {
        let table = u32::try_from(self.tables.len()).ok().filter(|_| self.tables.len() < TABLES)?;
        let (name, title) = (mask.name(name), mask.text(title, TITLE));
        self.tables.push(Table::Declaring(TableHead { table, name, title, columns: Vec::new() }));
        Some(table)
    }

    fn get(&mut self, table: Slot) -> Option<&mut Table> {
        self.tables.get_mut(usize::try_from(table?).ok()?)
    }

    pub(super) fn add_column(
        &mut self,
        mask: &mut Mask,
        table: Slot,
        name: String,
        kind: ColumnKind,
        unit: String,
    ) -> bool {
        match self.get(table) {
            Some(Table::Declaring(head)) if head.columns.len() < COLUMNS => {
                let (name, unit) = (mask.text(name, COLUMN_NAME), mask.text(unit, UNIT));
                head.columns.push(Column { name, kind, unit });
                true
            }
            _ => false,
        }
    }

    pub(super) fn add_rows(&mut self, mask: &mut Mask, table: Slot, mut columns: Vec<ColumnData>) -> Taken {
        let mut taken = Taken::default();
        let (rows_left, bytes_left) = (ROWS - self.rows, BYTES - self.bytes);
        let Some(slot) = self.get(table) else { return Taken { dropped: 1, ..taken } };
        taken.head = slot.begin();
        let (Some(number), Table::Filling(kinds)) = (table, &*slot) else { return Taken { dropped: 1, ..taken } };
        let Some(rows) = rows_of(kinds, &columns) else { return Taken { dropped: 1, ..taken } };

        let kept = rows.min(ROWS_A_CALL).min(rows_left);
        if kept < rows {
            taken.dropped += 1;
            columns.iter_mut().for_each(|column| truncate(column, kept));
        }
        if kept == 0 {
            return taken;
        }
        taken.dropped += columns.iter_mut().map(|column| clean(mask, column)).sum::<u64>();
        let bytes: usize = columns.iter().map(|column| size(&column.values)).sum();
        if bytes > bytes_left {
            return Taken { dropped: taken.dropped + 1, ..taken };
        }
        self.rows += kept;
        self.bytes += bytes;
        taken.rows = Some(TableRows { table: number, columns });
        taken
    }

    pub(super) fn close(&mut self, table: Slot) -> Option<TableHead> {
        let slot = self.get(table)?;
        let head = slot.begin();
        *slot = Table::Closed;
        head
    }

    /// The heads that did not go out yet.
    pub(super) fn finish(&mut self) -> impl Iterator<Item = TableHead> {
        self.tables.iter_mut().filter_map(Table::begin)
    }
}

impl Table {
    /// The head, the first time.
    fn begin(&mut self) -> Option<TableHead> {
        let Self::Declaring(head) = self else { return None };
        let kinds = head.columns.iter().map(|column| column.kind).collect();
        match std::mem::replace(self, Self::Filling(kinds)) {
            Self::Declaring(head) => Some(head),
            Self::Filling(_) | Self::Closed => None,
        }
    }
}

/// How many rows a batch has, when it fits its table: every column there, of its kind, of one length, missing rows ascending.
fn rows_of(kinds: &[ColumnKind], columns: &[ColumnData]) -> Option<usize> {
    let rows = columns.first()?.values.len();
    let fits = |(kind, column): (&ColumnKind, &ColumnData)| {
        column.values.kind() == *kind
            && column.values.len() == rows
            && column.missing.is_sorted_by(|a, b| a < b)
            && column.missing.last().is_none_or(|last| (*last as usize) < rows)
    };
    (kinds.len() == columns.len() && kinds.iter().zip(columns).all(fits)).then_some(rows)
}

fn truncate(column: &mut ColumnData, rows: usize) {
    match &mut column.values {
        ColumnValues::Text(values) => values.truncate(rows),
        ColumnValues::Integer(values) => values.truncate(rows),
        ColumnValues::Real(values) => values.truncate(rows),
        ColumnValues::Boolean(values) => values.truncate(rows),
        ColumnValues::Time(values) => values.truncate(rows),
        ColumnValues::Bytes(values) => values.truncate(rows),
    }
    column.missing.retain(|row| (*row as usize) < rows);
}

/// Masks and cuts cells; those that their kind cannot hold become missing. How many did.
fn clean(mask: &mut Mask, column: &mut ColumnData) -> u64 {
    let mut bad = Vec::new();
    match &mut column.values {
        ColumnValues::Text(values) => {
            values.iter_mut().for_each(|value| *value = mask.text(std::mem::take(value), CELL));
        }
        ColumnValues::Bytes(values) => {
            values.iter_mut().for_each(|value| *value = mask.bytes(std::mem::take(value), CELL));
        }
        ColumnValues::Integer(values) => reset(values, &mut bad, |value| (-INTEGER..=INTEGER).contains(value), 0),
        ColumnValues::Real(values) => reset(values, &mut bad, |value| value.is_finite(), 0.0),
        ColumnValues::Time(values) => {
            let epoch = dbg_model::Instant { seconds: 0, nanoseconds: 0 };
            reset(
                values,
                &mut bad,
                |value| (-INTEGER..=INTEGER).contains(&value.seconds) && value.nanoseconds < 1_000_000_000,
                epoch,
            );
        }
        ColumnValues::Boolean(_) => {}
    }
    // What the guest itself calls missing may hold anything: that is no loss.
    bad.retain(|row| column.missing.binary_search(row).is_err());
    let lost = bad.len() as u64;
    if lost > 0 {
        column.missing.append(&mut bad);
        column.missing.sort_unstable();
    }
    lost
}

fn reset<T: Copy>(values: &mut [T], bad: &mut Vec<u32>, good: impl Fn(&T) -> bool, instead: T) {
    for (row, value) in (0u32..).zip(values) {
        if !good(value) {
            *value = instead;
            bad.push(row);
        }
    }
}

fn size(values: &ColumnValues) -> usize {
    match values {
        ColumnValues::Text(values) => values.iter().map(|value| value.len() + 8).sum(),
        ColumnValues::Bytes(values) => values.iter().map(|value| value.len() + 8).sum(),
        ColumnValues::Integer(values) => values.len() * 8,
        ColumnValues::Real(values) => values.len() * 8,
        ColumnValues::Boolean(values) => values.len(),
        ColumnValues::Time(values) => values.len() * 12,
    }
}
