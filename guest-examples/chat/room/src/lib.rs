//! One room of the chat: keeps what was said and tells everybody who watches.
//!
//! State: `n`, the number of the last message in decimal; and `m` followed by a message's number (8 bytes, big-endian) for
//! each of the newest messages, as JSON.

#![no_std]

use mechtron::{Error, Message, Reply, String, Vec, Wave, format, json, now, signal_watchers, state};

mechtron::export!(handle);

/// Messages that are kept. 200 of the longest fit into one reply of 1 MiB.
const KEPT: u64 = 200;

/// The longest text, in bytes; a chat is no place for more.
const TEXT: usize = 2_000;

/// The longest name, in letters; what goes over is cut.
const NAME: usize = 40;

const LAST: &str = "n";

fn handle(wave: &Wave) -> Result<Reply, Error> {
    match wave.method().as_str() {
        "Ext<Say>" => say(wave),
        "Ext<History>" => Ok(history()),
        _ => Ok(Reply::empty(404)),
    }
}

fn say(wave: &Wave) -> Result<Reply, Error> {
    let body = wave.body();
    let text = clean(&json::text(&body, "text").unwrap_or_default(), true);
    if text.is_empty() {
        return Ok(refuse("empty-message", "Say something: the text is empty."));
    }
    if text.len() > TEXT {
        return Ok(refuse("long-message", "The text is longer than 2,000 bytes."));
    }
    let name: String = clean(&json::text(&body, "name").unwrap_or_default(), false).chars().take(NAME).collect();
    let name = if name.is_empty() { "somebody" } else { &name };
    let message = keep(name, &wave.agent(), &text)?;
    signal_watchers(Message::new("Ext<Said>").json(message.as_str()))?;
    Ok(Reply::json(message))
}

/// Writes the message into the state, in place of the oldest when there are enough; as JSON.
fn keep(name: &str, agent: &str, text: &str) -> Result<String, Error> {
    let n = last() + 1;
    let (name, agent, text) = (json::quote(name), json::quote(agent), json::quote(text));
    let message = format!(r#"{{"n":{n},"at":{},"name":{name},"agent":{agent},"text":{text}}}"#, now());
    state::put(LAST, format!("{n}"))?;
    state::put(key(n), &message)?;
    if let Some(old) = n.checked_sub(KEPT) {
        state::delete(key(old))?;
    }
    Ok(message)
}

fn history() -> Reply {
    let mut all = Vec::from(*b"[");
    for message in state::keys("m").filter_map(state::get) {
        if all.len() > 1 {
            all.push(b',');
        }
        all.extend_from_slice(&message);
    }
    all.push(b']');
    Reply::json(all)
}

fn last() -> u64 {
    state::get(LAST).and_then(|digits| String::from_utf8(digits).ok()?.parse().ok()).unwrap_or(0)
}

fn key(n: u64) -> [u8; 9] {
    let mut key = [b'm'; 9];
    key[1..].copy_from_slice(&n.to_be_bytes());
    key
}

/// The text without white space around it and without control characters, line breaks aside when there may be some.
fn clean(text: &str, lines: bool) -> String {
    text.trim().chars().filter(|letter| !letter.is_control() || (lines && *letter == '\n')).collect()
}

fn refuse(code: &str, message: &str) -> Reply {
    Reply::json(format!(r#"{{"code":{},"message":{}}}"#, json::quote(code), json::quote(message))).status(400)
}
