//! Tables: aligned columns, as wide as what stands in them.

use anstyle::Style;
use unicode_width::UnicodeWidthStr;

/// Blanks between two columns.
const GAP: usize = 2;

/// Titles and heads of columns: there, without being in the way.
const HEAD: Style = Style::new().dimmed();

/// The title of a table.
const TITLE: Style = Style::new().bold();

/// Which side the cells of a column stand on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

/// Rows below a title and the heads of their columns.
pub(super) struct Table {
    title: &'static str,
    columns: &'static [(&'static str, Side)],
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(super) fn new(title: &'static str, columns: &'static [(&'static str, Side)]) -> Self {
        Self { title, columns, rows: Vec::new() }
    }

    /// Adds a row: a cell for each column.
    pub(super) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// The table as text, with a line's end after each row; nothing when it has no rows.
    pub(super) fn render(&self) -> String {
        if self.rows.is_empty() {
            return String::new();
        }
        let widths = self.widths();
        let heads: Vec<String> = self.columns.iter().map(|(head, _)| (*head).to_owned()).collect();
        let mut shown = format!("{TITLE}{}{TITLE:#}\n{HEAD}{}{HEAD:#}\n", self.title, self.line(&heads, &widths));
        for row in &self.rows {
            shown.push_str(&self.line(row, &widths));
            shown.push('\n');
        }
        shown
    }

    fn widths(&self) -> Vec<usize> {
        let cells = |column: usize| self.rows.iter().filter_map(move |row| row.get(column)).map(|cell| cell.width());
        let width = |(index, (head, _)): (usize, &(&str, Side))| cells(index).max().unwrap_or(0).max(head.width());
        self.columns.iter().enumerate().map(width).collect()
    }

    fn line(&self, cells: &[String], widths: &[usize]) -> String {
        let mut line = String::from("  ");
        for ((cell, width), (_, side)) in cells.iter().zip(widths).zip(self.columns) {
            let blanks = " ".repeat(width - cell.width().min(*width));
            match side {
                Side::Left => line.extend([cell.as_str(), &blanks]),
                Side::Right => line.extend([blanks.as_str(), cell]),
            }
            line.push_str(&" ".repeat(GAP));
        }
        line.truncate(line.trim_end().len());
        line
    }
}

/// Several tables, a blank line between them; those without rows left out.
pub(super) fn stacked(tables: &[Table]) -> String {
    let shown: Vec<String> = tables.iter().map(Table::render).filter(|table| !table.is_empty()).collect();
    shown.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_empty_tables_are_left_out() {
        let mut table = Table::new("fruit", &[("name", Side::Left), ("pieces", Side::Right)]);
        let empty = Table::new("none", &[("name", Side::Left)]);
        table.row(vec!["äpfel".into(), "1,000".into()]);
        table.row(vec!["a very long one".into(), "2".into()]);
        let shown = anstream::adapter::strip_str(&stacked(&[table, empty])).to_string();
        let expected = "fruit\n  name             pieces\n  äpfel             1,000\n  a very long one       2\n";
        assert_eq!(shown, expected);
    }
}
