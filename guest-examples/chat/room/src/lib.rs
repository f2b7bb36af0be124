//! One room of the chat: keeps what was said and tells everybody who watches.
//!
//! State: `n`, the number of the last message in decimal; and `m` followed by a message's number (8 bytes, big-endian) for
//! each of the newest messages, as JSON.

#![no_std]

// Written by `starlane bindgen --lang rust` from the room's bind, so not by hand either.
#[rustfmt::skip]
mod bind;

use bind::{RoomRoutes, SayBody, SayReply};
use mechtron::{
    Error, Instead, Message, Reply, String, Vec, Wave, format, json, json::Any, now, signal_watchers, state,
};

mechtron::export!(bind::handle::<Room>);

/// Messages that are kept. 200 of the longest fit into one reply of 1 MiB.
const KEPT: u32 = 200;

/// The longest text, in bytes; a chat is no place for more.
const TEXT: usize = 2_000;

/// The longest name, in letters; what goes over is cut.
const NAME: usize = 40;

const LAST: &str = "n";

struct Room;

impl RoomRoutes for Room {
    fn say(wave: &Wave, body: SayBody) -> Result<SayReply, Instead> {
        let text = clean(&body.text, true);
        if text.is_empty() {
            return Err(refuse("empty-message", "Say something: the text is empty."));
        }
        if text.len() > TEXT {
            return Err(refuse("long-message", "The text is longer than 2,000 bytes."));
        }
        let name: String = clean(&body.name.unwrap_or_default(), false).chars().take(NAME).collect();
        let name = if name.is_empty() { "somebody".into() } else { name };
        let message = SayReply { n: last() + 1, at: now() as f64, name, agent: wave.agent(), text };
        let json = json::write(&message);
        keep(message.n, &json)?;
        signal_watchers(Message::new("Ext<Said>").json(json))?;
        Ok(message)
    }

    fn history(_: &Wave) -> Result<Any, Instead> {
        Ok(Any::new(history()))
    }
}

/// Writes the message into the state, in place of the oldest when there are enough.
fn keep(n: u32, message: &str) -> Result<(), Error> {
    state::put(LAST, format!("{n}"))?;
    state::put(key(n), message)?;
    if let Some(old) = n.checked_sub(KEPT) {
        state::delete(key(old))?;
    }
    Ok(())
}

fn history() -> String {
    let mut all = Vec::from(*b"[");
    for message in state::keys("m").filter_map(state::get) {
        if all.len() > 1 {
            all.push(b',');
        }
        all.extend_from_slice(&message);
    }
    all.push(b']');
    String::from_utf8(all).unwrap_or_default()
}

fn last() -> u32 {
    state::get(LAST).and_then(|digits| String::from_utf8(digits).ok()?.parse().ok()).unwrap_or(0)
}

fn key(n: u32) -> [u8; 9] {
    let mut key = [b'm'; 9];
    key[1..].copy_from_slice(&u64::from(n).to_be_bytes());
    key
}

/// The text without white space around it and without control characters, line breaks aside when there may be some.
fn clean(text: &str, lines: bool) -> String {
    text.trim().chars().filter(|letter| !letter.is_control() || (lines && *letter == '\n')).collect()
}

fn refuse(code: &str, message: &str) -> Instead {
    Reply::json(format!(r#"{{"code":{},"message":{}}}"#, json::quote(code), json::quote(message))).status(400).into()
}
