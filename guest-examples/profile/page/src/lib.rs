//! The page of a user who has put nothing else behind it: a name, a text, and how often it was looked at.
//!
//! State: `name` and `text` as their user keeps them, and `visits` in decimal. Of a user who has kept nothing there is no state,
//! so whoever asks for pages of users that do not exist fills no disk.

#![no_std]

use mechtron::{Error, Reply, String, Wave, file_text, fill_html, format, json, own_point, state};

mechtron::export!(handle);

/// The longest text, in bytes: a page, not a book.
const TEXT: usize = 4_000;

/// The longest name, in letters; what goes over is cut.
const NAME: usize = 40;

/// The page may load this site's styles and nothing else; it has no scripts.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'";

/// What one reads who comes before anything was kept.
const NOTHING: &str = "Nothing has been written here yet.";

fn handle(wave: &Wave) -> Result<Reply, Error> {
    match wave.method().as_str() {
        "Http<Get>" => page(),
        "Ext<Show>" => Ok(shown()),
        _ => keep(wave),
    }
}

fn page() -> Result<Reply, Error> {
    let visits = visit()?;
    let template = file_text("pages/page.html").ok_or("the bundle has no pages/page.html")?;
    let (user, name) = (user(), name());
    let text = kept("text").filter(|text| !text.is_empty()).unwrap_or(NOTHING.into());
    let visits = if visits == 1 { "1 visit".into() } else { format!("{visits} visits") };
    let values =
        [("user", user.as_str()), ("name", &name), ("first", &first(&name)), ("text", &text), ("visits", &visits)];
    let page = Reply::html(fill_html(&template, &values));
    Ok(page.header("content-security-policy", POLICY).header("cache-control", "no-store"))
}

/// Counts a visit, of a user who has kept something.
fn visit() -> Result<u64, Error> {
    if kept("text").is_none() {
        return Ok(0);
    }
    let visits = kept("visits").and_then(|digits| digits.parse().ok()).unwrap_or(0) + 1;
    state::put("visits", format!("{visits}"))?;
    Ok(visits)
}

fn shown() -> Reply {
    let (name, text) = (json::quote(&name()), json::quote(&kept("text").unwrap_or_default()));
    Reply::json(format!(r#"{{"name":{name},"text":{text}}}"#))
}

/// Keeps what the user writes. Nobody else is let in by a grant; whoever adds one for others does not open this, too.
fn keep(wave: &Wave) -> Result<Reply, Error> {
    if wave.agent() != owner() {
        return Ok(refused(403, "not-yours", "Only the user whose page it is may write here."));
    }
    let body = wave.body();
    let text: String = json::text(&body, "text").unwrap_or_default().trim().into();
    if text.len() > TEXT {
        return Ok(refused(400, "long-text", "The text is longer than 4,000 bytes."));
    }
    let name = json::text(&body, "name").unwrap_or_default();
    let name: String = name.trim().chars().filter(|letter| !letter.is_control()).take(NAME).collect();
    state::put("name", name)?;
    state::put("text", text)?;
    Ok(shown())
}

/// The user's name, or the user's id in its place.
fn name() -> String {
    kept("name").filter(|name| !name.is_empty()).unwrap_or_else(user)
}

/// The first letter of a name, which stands for a picture.
fn first(name: &str) -> String {
    name.chars().take(1).flat_map(char::to_uppercase).collect()
}

/// The id of the user whose page this is: the key.
fn user() -> String {
    own_point().rsplit(':').next().unwrap_or_default().into()
}

/// The point of that user.
fn owner() -> String {
    let point = own_point();
    format!("{}:users:{}", point.split(':').next().unwrap_or_default(), user())
}

fn kept(key: &str) -> Option<String> {
    String::from_utf8(state::get(key)?).ok()
}

fn refused(status: u16, code: &str, message: &str) -> Reply {
    Reply::json(format!(r#"{{"code":{},"message":{}}}"#, json::quote(code), json::quote(message))).status(status)
}
