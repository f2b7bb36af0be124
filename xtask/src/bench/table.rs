//! The table that people read.

use super::row::{Aim, Row};

/// The headings.
const HEAD: [&str; 6] = ["what", "beside", "median (min–max)", "aim", "met", "here"];

/// Rows as a table in Markdown, columns aligned.
pub(super) fn of(rows: &[Row]) -> String {
    let lines: Vec<[String; 6]> = rows.iter().map(cells).collect();
    let width = |column: usize| {
        let cells = lines.iter().map(|line| line[column].chars().count());
        cells.fold(HEAD[column].chars().count(), usize::max)
    };
    let widths: Vec<usize> = (0..HEAD.len()).map(width).collect();
    let mut table = line(&HEAD.map(str::to_owned), &widths);
    table += &line(&std::array::from_fn(|column| "-".repeat(widths[column])), &widths);
    lines.iter().for_each(|cells| table += &line(cells, &widths));
    table
}

fn line(cells: &[String; 6], widths: &[usize]) -> String {
    let padded = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
    format!("| {} |\n", padded.collect::<Vec<_>>().join(" | "))
}

fn cells(row: &Row) -> [String; 6] {
    let (median, min, max) = row.spread();
    let unit = &row.unit;
    let aim = row.aim.as_ref().map_or_else(String::new, |aim| match aim {
        Aim::AtMost(most) => format!("≤ {} {unit}", number(*most)),
        Aim::AtLeast(least) => format!("≥ {} {unit}", number(*least)),
    });
    let met = row.met().map_or("", |met| if met { "yes" } else { "no" });
    let measured = match row.ratios.len() {
        1 => format!("{} {unit}", number(median)),
        _ => format!("{} {unit} ({}–{})", number(median), number(min), number(max)),
    };
    [row.what.clone(), row.beside.clone(), measured, aim, met.into(), row.note.clone()]
}

/// Three digits that matter.
fn number(value: f64) -> String {
    match value {
        value if value >= 100.0 => format!("{value:.0}"),
        value if value >= 10.0 => format!("{value:.1}"),
        value if value >= 1.0 => format!("{value:.2}"),
        value => format!("{value:.3}"),
    }
}
