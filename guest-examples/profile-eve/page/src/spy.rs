//! What is none of Eve's: what others keep, what the visitor brought, what only the mesh's own may do.

use mechtron::{Message, String, Vec, Wave, config_all, file_text, format, json, own_point, ping, state};

use crate::{OTHERS, page_of};

/// What is written into somebody else's page, if that can be.
const WRITTEN: &str = r#"{"name":"Eve","text":"Eve was here.","off":true}"#;

/// What was tried, or found, and what came of it: pairs of texts, as JSON.
pub fn everything(wave: &Wave) -> String {
    let mut found = lying_about(wave);
    for other in OTHERS {
        let page = page_of(other);
        found.push(tried(&page, "Http<Get>", &format!("/users/{other}")));
        for method in ["Ext<Keep>", "Cmd<Override>", "Cmd<Logs>", "Cmd<Remove>", "Cmd<Get>", "Cmd<Drop>"] {
            found.push(tried(&page, method, "/"));
        }
        let user = format!("{}:users:{other}", space());
        found.push(tried(&user, "Cmd<Token>", "/"));
        found.push(tried(&format!("{user}:repo:page"), "Cmd<Trust>", "/"));
    }
    let (space, site) = (space(), page_of("ada").replace(":page:ada", ""));
    for (to, method) in [(&space, "Cmd<Logs>"), (&space, "Cmd<Set>"), (&site, "Cmd<Upgrade>"), (&site, "Cmd<Remove>")] {
        found.push(tried(to, method, "/"));
    }
    found.push(tried(&format!("{space}:vault:page"), "Ext<Show>", "/"));
    let pairs: Vec<String> =
        found.iter().map(|(what, said)| format!("[{},{}]", json::quote(what), json::quote(said))).collect();
    format!("[{}]", pairs.join(","))
}

/// What it sees without asking anybody.
fn lying_about(wave: &Wave) -> Vec<(String, String)> {
    let headers = wave.headers().map(|(name, value)| (format!("header {name}"), value));
    let mut found: Vec<(String, String)> = headers.collect();
    found.push(("agent".into(), wave.agent()));
    found.extend(state::keys("").map(|key| ("state".into(), String::from_utf8(key).unwrap_or_default())));
    found.push(("config".into(), config_all()));
    found.extend(file_text("pages/page.html").map(|page| ("file".into(), page)));
    found
}

/// What was asked of whom, and how it was refused; or the answer, when it was not.
fn tried(to: &str, method: &str, path: &str) -> (String, String) {
    let what = format!("{method} {to}");
    let said = match ping(to, Message::new(method).path(path).json(WRITTEN)) {
        Err(error) => format!("refused: {error}"),
        Ok(pong) => match pong.code() {
            Some(code) => format!("refused: {code}"),
            None => format!("{}: {}", pong.status, String::from_utf8(pong.body).unwrap_or_default()),
        },
    };
    (what, said)
}

fn space() -> String {
    own_point().split(':').next().unwrap_or_default().into()
}
