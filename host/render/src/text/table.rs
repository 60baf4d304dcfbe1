//! Tables of a check: what is shown of them, and how each cell reads.

use dbg_model::{Cell, Column, ColumnKind, truncate_at_char};
use dbg_report::{CellValue, MergedCheck, MergedTable};

use super::finding::hex;
use super::grid::{Align, Grid, Head};
use super::heading::section;
use super::measure::{fit, width};
use super::number::Scale;
use super::page::{Ink, Page};
use crate::time::timestamp;

/// Rows of one table, unless everything is wanted.
const ROWS: usize = 100;
/// Bytes of one cell that are looked at: no line is that wide.
const CELL: usize = 1 << 10;

/// All tables of a check, those of one name over all targets as one.
pub(super) fn all(page: &mut Page, check: &MergedCheck<'_>) {
    let targeted = check.single().is_none();
    for table in check.tables() {
        section(page, &Cell(title(table.name, table.title)).to_string());
        let limit = if page.is_verbose() { usize::MAX } else { ROWS };
        let mut grid = shown(&table, limit);
        if targeted {
            let targets = table.iter_rows().take(limit).map(|(target, _)| Cell(target).to_string());
            grid.insert_first(Head { title: "TARGET".to_owned(), align: Align::Left }, targets.collect());
        }
        grid.write(page);
        match (table.rows(), table.rows().saturating_sub(limit)) {
            (0, _) => page.line(Ink::Faint, "no rows"),
            (_, 0) => {}
            (_, more) => page.line(Ink::Faint, &format!("… {more} more rows; `-o json` has them")),
        }
    }
}

/// What a table is called before people.
pub(super) fn title<'a>(name: &'a str, title: &'a str) -> &'a str {
    if title.is_empty() { name } else { title }
}

fn shown(table: &MergedTable<'_>, limit: usize) -> Grid {
    let mut columns: Vec<Vec<CellValue<'_>>> = table.columns.iter().map(|_| Vec::new()).collect();
    for (_, cells) in table.iter_rows().take(limit) {
        columns.iter_mut().zip(cells).for_each(|(column, cell)| column.push(cell));
    }
    let mut grid = Grid::default();
    // Where no row has a value the column says nothing; at 80 columns its place is needed. Programs get it all the same.
    let silent = |cells: &[CellValue<'_>]| cells.iter().all(|cell| matches!(cell, CellValue::Missing));
    let any = columns.iter().any(|cells| !silent(cells));
    for (column, cells) in table.columns.iter().zip(columns).filter(|(_, cells)| !any || !silent(cells)) {
        let (head, texts) = column_texts(column, &cells);
        grid.push(head, texts);
    }
    grid
}

fn column_texts(column: &Column, cells: &[CellValue<'_>]) -> (Head, Vec<String>) {
    let mut title = Cell(&column.name.to_ascii_uppercase()).to_string();
    let align = match column.kind {
        ColumnKind::Integer | ColumnKind::Real => Align::Right,
        ColumnKind::Text | ColumnKind::Boolean | ColumnKind::Time | ColumnKind::Bytes => Align::Left,
    };
    let numbers: Vec<f64> = cells.iter().filter_map(number).collect();
    let scale = Scale::new(&column.unit, &numbers);
    // `MS (ms)` says the same twice.
    if align == Align::Right && !scale.unit.is_empty() && !title.eq_ignore_ascii_case(&scale.unit) {
        let head = fit(&title, 40);
        title = if width(&head) == 0 { scale.unit.to_string() } else { format!("{head} ({})", scale.unit) };
    }
    let texts = cells.iter().map(|cell| text(cell, &scale)).collect();
    (Head { title, align }, texts)
}

/// A whole number within the bound of the contract, ±2^53, is exact as a real one.
fn number(cell: &CellValue<'_>) -> Option<f64> {
    match cell {
        CellValue::Integer(value) => Some(*value as f64),
        CellValue::Real(value) => Some(*value),
        _ => None,
    }
}

fn text(cell: &CellValue<'_>, scale: &Scale) -> String {
    match cell {
        CellValue::Missing => "-".to_owned(),
        CellValue::Text(text) => Cell(truncate_at_char(text, CELL)).to_string(),
        CellValue::Integer(value) => scale.show(*value as f64),
        CellValue::Real(value) => scale.show(*value),
        CellValue::Boolean(true) => "yes".to_owned(),
        CellValue::Boolean(false) => "no".to_owned(),
        CellValue::Time(instant) => timestamp(*instant),
        CellValue::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Cell(truncate_at_char(text, CELL)).to_string(),
            Err(_) => hex(bytes),
        },
    }
}
