//! Aligned columns within a width; where they cannot fit, one record under the other.

use super::measure::{fit, width};
use super::page::{Ink, Page};

/// Between two columns.
const GAP: usize = 2;
/// A text column is never narrower than this, unless all it holds is.
const NARROWEST: usize = 8;

/// On which side a column's texts stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Right,
}

/// What stands above a column.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) title: String,
    pub(super) align: Align,
}

/// Columns of texts, escaped, each on one line.
#[derive(Debug, Default)]
pub(super) struct Grid {
    columns: Vec<Column>,
}

#[derive(Debug)]
struct Column {
    head: Head,
    texts: Vec<String>,
}

impl Grid {
    pub(super) fn push(&mut self, head: Head, texts: Vec<String>) {
        self.columns.push(Column { head, texts });
    }

    pub(super) fn insert_first(&mut self, head: Head, texts: Vec<String>) {
        self.columns.insert(0, Column { head, texts });
    }

    pub(super) fn write(&self, page: &mut Page) {
        if self.columns.is_empty() {
            return;
        }
        match self.widths(page.width()) {
            Some(widths) => self.write_rows(page, &widths),
            None => self.write_records(page),
        }
    }

    fn rows(&self) -> usize {
        self.columns.iter().map(|column| column.texts.len()).max().unwrap_or(0)
    }

    /// The columns' widths when they fit side by side. Numbers are never cut: a number cut is another number.
    fn widths(&self, page: usize) -> Option<Vec<usize>> {
        let available = page.checked_sub(GAP * self.columns.len().saturating_sub(1))?;
        let bounds: Vec<(usize, usize)> = self.columns.iter().map(Column::bounds).collect();
        let total =
            |cap: usize| -> usize { bounds.iter().map(|(least, natural)| (*natural).min(cap).max(*least)).sum() };
        if total(0) > available {
            return None;
        }
        // The largest cap on all columns under which they fit; total grows with it.
        let (mut fits, mut over) = (0, page + 1);
        while over - fits > 1 {
            let middle = fits + (over - fits) / 2;
            if total(middle) <= available { fits = middle } else { over = middle }
        }
        Some(bounds.iter().map(|(least, natural)| (*natural).min(fits).max(*least)).collect())
    }

    fn write_rows(&self, page: &mut Page, widths: &[usize]) {
        let line = |text: &dyn Fn(&Column) -> String| {
            let mut line = String::new();
            for (index, (column, width)) in self.columns.iter().zip(widths).enumerate() {
                if index > 0 {
                    line.extend(std::iter::repeat_n(' ', GAP));
                }
                push_aligned(&mut line, &fit(&text(column), *width), *width, column.head.align);
            }
            line
        };
        page.line(Ink::Bold, &line(&|column| column.head.title.clone()));
        for row in 0..self.rows() {
            page.line(Ink::Plain, &line(&|column| column.texts.get(row).cloned().unwrap_or_default()));
        }
    }

    fn write_records(&self, page: &mut Page) {
        let room = page.width() / 3;
        let longest = self.columns.iter().map(|column| width(&column.head.title)).max().unwrap_or(0).min(room);
        for row in 0..self.rows() {
            page.line(Ink::Faint, &format!("row {}", row + 1));
            for Column { head, texts } in &self.columns {
                let Some(text) = texts.get(row) else { continue };
                let mut line = "  ".to_owned();
                push_aligned(&mut line, &fit(&head.title, longest), longest, Align::Left);
                line.push_str("  ");
                line.push_str(text);
                page.line(Ink::Plain, &line);
            }
        }
    }
}

impl Column {
    /// The least and the natural width.
    fn bounds(&self) -> (usize, usize) {
        let cells = self.texts.iter().map(|text| width(text)).max().unwrap_or(0);
        let natural = cells.max(width(&self.head.title));
        let least = match self.head.align {
            Align::Left => natural.min(NARROWEST),
            Align::Right => cells.max(natural.min(NARROWEST)),
        };
        (least, natural)
    }
}

fn push_aligned(line: &mut String, text: &str, to: usize, align: Align) {
    let pad = std::iter::repeat_n(' ', to.saturating_sub(width(text)));
    match align {
        Align::Left => {
            line.push_str(text);
            line.extend(pad);
        }
        Align::Right => {
            line.extend(pad);
            line.push_str(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::page::TextOptions;

    fn grid(columns: &[(&str, Align, &[&str])]) -> Grid {
        let mut grid = Grid::default();
        for (title, align, texts) in columns {
            let head = Head { title: (*title).to_owned(), align: *align };
            grid.push(head, texts.iter().map(|text| (*text).to_owned()).collect());
        }
        grid
    }

    fn written(grid: &Grid, width: usize) -> String {
        let mut page = Page::new(TextOptions { width, ..TextOptions::default() });
        grid.write(&mut page);
        page.finish()
    }

    #[test]
    fn columns_are_aligned_by_what_is_seen_and_not_by_bytes() {
        let grid = grid(&[("NAME", Align::Left, &["größe", "日本語"]), ("MS", Align::Right, &["1.5", "10.0"])]);
        assert_eq!(written(&grid, 80), "NAME      MS\ngröße    1.5\n日本語  10.0\n");
    }

    #[test]
    fn the_widest_texts_give_way_and_numbers_do_not() {
        let long = "x".repeat(100);
        let grid =
            grid(&[("A", Align::Left, &[&long]), ("B", Align::Left, &["short"]), ("N", Align::Right, &["1234567890"])]);
        let text = written(&grid, 40);
        assert_eq!(text.lines().last(), Some("xxxxxxxxxxxxxxxxxxxx…  short  1234567890"));
    }

    #[test]
    fn what_cannot_stand_side_by_side_stands_one_under_the_other() {
        let columns: Vec<(&str, Align, &[&str])> = vec![("SOME-NAME", Align::Left, &["a value here", "b"]); 5];
        let text = written(&grid(&columns), 40);
        assert_eq!(text.lines().count(), 12);
        assert!(text.starts_with("row 1\n  SOME-NAME  a value here\n"));
        assert!(text.lines().all(|line| width(line) <= 40));
    }

    #[test]
    fn a_grid_without_columns_is_nothing() {
        assert_eq!(written(&Grid::default(), 40), "");
    }
}
