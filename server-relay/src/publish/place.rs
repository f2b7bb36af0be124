//! Places in a document: the line, the column, and the line itself with a mark under it.

use std::fmt::Write as _;
use std::ops::Range;

use anstyle::{AnsiColor, Style};
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

/// Where in a document something is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The line, from 1.
    pub line: usize,
    /// The character of that line, from 1.
    pub column: usize,
    /// The line itself.
    pub text: String,
    /// How many characters the mark covers, 1 at least.
    pub width: usize,
}

/// The gutter and the arrow.
const FRAME: Style = AnsiColor::Blue.on_default().bold();
/// The mark under the line.
const MARK: Style = AnsiColor::Red.on_default().bold();

impl Place {
    /// The place of a range of bytes. A range over several lines is marked at its start only.
    pub fn of(text: &str, span: Range<usize>) -> Self {
        let start = floor(text, span.start);
        let end = floor(text, span.end.max(start));
        let begin = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let stop = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let width = if end > stop { 1 } else { text[start..end].chars().count().max(1) };
        Self {
            line: text[..start].matches('\n').count() + 1,
            column: text[begin..start].chars().count() + 1,
            text: text[begin..stop].trim_end_matches('\r').to_owned(),
            width,
        }
    }

    /// The place as people read it: arrow, line, mark. Coloured; the terminal's stream strips what it cannot show.
    pub fn render(&self, file: &str) -> String {
        let number = self.line.to_string();
        let gutter = " ".repeat(number.len());
        let marked: String = self.text.chars().skip(self.column - 1).take(self.width).collect();
        let mark = "^".repeat(marked.width().max(1));
        let mut shown = String::new();
        // Writing into a string cannot fail.
        let _ = writeln!(shown, "{gutter}{FRAME}-->{FRAME:#} {file}:{}:{}", self.line, self.column);
        let _ = writeln!(shown, "{gutter} {FRAME}|{FRAME:#}");
        let _ = writeln!(shown, "{FRAME}{number} |{FRAME:#} {}", self.text.replace('\t', " "));
        let _ = writeln!(shown, "{gutter} {FRAME}|{FRAME:#} {}{MARK}{mark}{MARK:#}", self.indent());
        shown
    }

    /// As many blanks as stand before the mark.
    fn indent(&self) -> String {
        let before: String = self.text.chars().take(self.column - 1).map(|c| if c == '\t' { ' ' } else { c }).collect();
        " ".repeat(before.width())
    }
}

/// The last boundary of a character that is not past `at`.
fn floor(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}
