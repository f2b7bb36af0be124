//! One of three mechtrons that behave alike; this one is in Rust.

#![no_std]

use mechtron::{Error, Message, Reply, String, Vec, Wave, config, format, ping, state};

mechtron::export!(handle);

/// Where the counter is kept, in decimal.
const COUNT: &str = "count";

fn handle(wave: &Wave) -> Result<Reply, Error> {
    let name = config("name").unwrap_or_default();
    match wave.method().as_str() {
        "Ext<Echo>" => Ok(Reply::text([name.as_bytes(), b": ", &wave.body()].concat())),
        "Ext<Relay>" => Ok(Reply::text([name.as_bytes(), b"(", &answer(wave), b")"].concat())),
        "Ext<Count>" => {
            let count = format!("{}", count().wrapping_add(1));
            state::put(COUNT, &count)?;
            Ok(Reply::text(count))
        }
        "Http<Get>" => Ok(Reply::html(page(&name))),
        _ => Ok(Reply::empty(404)),
    }
}

/// What the next in the row answers; the body when this is the last. An answer that is not 200 stands as `!` and its
/// status, an ask that was refused as `!` and the refusal's number.
fn answer(wave: &Wave) -> Vec<u8> {
    let next = wave.header("next").unwrap_or_default();
    let (first, rest) = next.split_once(',').unwrap_or((&next, ""));
    if first.is_empty() {
        return wave.body();
    }
    let mut message = Message::new("Ext<Relay>").text(wave.body());
    if !rest.is_empty() {
        message = message.header("next", rest);
    }
    match ping(first, message) {
        Ok(pong) if pong.status == 200 => pong.body,
        Ok(pong) => format!("!{}", pong.status).into_bytes(),
        Err(error) => format!("!-{}", error.number()).into_bytes(),
    }
}

fn count() -> u32 {
    state::get(COUNT).and_then(|digits| String::from_utf8(digits).ok()?.parse().ok()).unwrap_or(0)
}

fn page(name: &str) -> String {
    let count = count();
    format!("<!doctype html><meta charset=\"utf-8\"><title>{name}</title><h1>{name}</h1><p>Counted to {count}.</p>")
}
