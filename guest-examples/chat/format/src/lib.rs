//! Turns a message of the chat into safe HTML, in the tab that shows it.
//!
//! `*strong*`, `_emphasis_`, `` `code` ``, links and line breaks become elements; all else is text. A message with a word of the
//! config's `hide` is hidden.

#![no_std]

use mechtron::{Reply, String, Wave, config, escape_html, format, json};

mechtron::export!(handle);

/// Marks that stand on both sides of a piece of text, and the element it becomes.
const MARKS: [(char, &str); 3] = [('*', "strong"), ('_', "em"), ('`', "code")];

fn handle(wave: &Wave) -> Reply {
    let Some(text) = json::text(&wave.body(), "text") else { return Reply::empty(400) };
    let hidden = hides(&config("hide").unwrap_or_default(), &text);
    Reply::json(format!(r#"{{"html":{},"hidden":{hidden}}}"#, json::quote(&html(&text))))
}

/// Whether the text has one of the words; the case of ASCII letters does not matter.
fn hides(words: &str, text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    words.split(',').map(str::trim).any(|word| !word.is_empty() && text.contains(&word.to_ascii_lowercase()))
}

fn html(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = ' ';
    while let Some(letter) = rest.chars().next() {
        let at_word = before.is_ascii() && !before.is_ascii_alphanumeric();
        let piece = if at_word { link(rest).or_else(|| marked(rest)) } else { None };
        let (piece, length) = piece.unwrap_or_else(|| (plain(letter), letter.len_utf8()));
        html.push_str(&piece);
        let (done, after) = rest.split_at(length);
        before = done.chars().next_back().unwrap_or(' ');
        rest = after;
    }
    html
}

fn plain(letter: char) -> String {
    if letter == '\n' { "<br>".into() } else { escape_html(letter.encode_utf8(&mut [0; 4])) }
}

/// A link that stands here, as HTML, and its length in the text.
fn link(rest: &str) -> Option<(String, usize)> {
    let after = rest.strip_prefix("https://").or_else(|| rest.strip_prefix("http://"))?;
    let end = after.find(char::is_whitespace).unwrap_or(after.len());
    let target = rest[..rest.len() - after.len() + end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')']);
    let safe = escape_html(target);
    Some((format!(r#"<a href="{safe}" target="_blank" rel="noopener noreferrer">{safe}</a>"#), target.len()))
}

/// A marked piece that stands here, as HTML, and its length in the text.
fn marked(rest: &str) -> Option<(String, usize)> {
    let (mark, element) = MARKS.into_iter().find(|(mark, _)| rest.starts_with(*mark))?;
    let inside = rest[1..].split(mark).next().filter(|inside| inside.len() + 1 < rest.len())?;
    if inside.trim() != inside || inside.is_empty() || inside.contains('\n') {
        return None;
    }
    Some((format!("<{element}>{}</{element}>", escape_html(inside)), inside.len() + 2))
}
