//! Greets whoever asks, with a page and in JSON, and counts.
#![no_std]

use mechtron::{Error, Reply, String, Wave, config, escape_html, format, json, state};

mechtron::export!(handle);

fn handle(wave: &Wave) -> Result<Reply, Error> {
    if let Some(name) = wave.param("name") {
        return Ok(Reply::html(format!("<!doctype html><h1>{}</h1>", escape_html(&greet(&name)?))));
    }
    let Some(name) = json::text(&wave.body(), "name") else { return Ok(Reply::empty(400)) };
    Ok(Reply::json(json::quote(&greet(&name)?)))
}

/// What is put into the state lasts; it is kept when the wave has been handled.
fn greet(name: &str) -> Result<String, Error> {
    let greeting = config("greeting").unwrap_or("Hello".into());
    let count = state::get("count").and_then(|digits| String::from_utf8(digits).ok()?.parse().ok()).unwrap_or(0_u32) + 1;
    state::put("count", format!("{count}"))?;
    Ok(format!("{greeting}, {name}! You are number {count}."))
}
