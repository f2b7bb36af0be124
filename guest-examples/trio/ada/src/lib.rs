//! One of five mechtrons that behave alike; this one is in Rust.

#![no_std]

use mechtron::{
    Asked, Error, Message, Pong, Reply, String, Vec, Wave, ask, config, escape_html, file, format, json, log, now,
    own_point, ping, random, signal, signal_watchers, state,
};

mechtron::export!(handle, init = ready, migrate = migrate);

/// Where the counter is kept, in decimal.
const COUNT: &str = "count";

/// Where an earlier version kept it.
const OLD_COUNT: &str = "counter";

/// Random bytes that are shown.
const BYTES: usize = 16;

fn handle(wave: &Wave) -> Result<Reply, Error> {
    match wave.method().as_str() {
        "Ext<Greet>" => Ok(greet(wave)),
        "Ext<Field>" => Ok(found(json::value(&wave.body(), &wave.header("name").unwrap_or_default()))),
        "Http<Get>" => Ok(Reply::html(page(wave))),
        "Ext<Echo>" => Ok(Reply::text([name().as_bytes(), b": ", &wave.body()].concat())),
        "Ext<Count>" => count_up(),
        "Ext<Get>" => Ok(found(state::get(key(wave)))),
        "Ext<Put>" => done(state::put(key(wave), wave.body())),
        "Ext<Delete>" => Ok(Reply::empty(if state::delete(key(wave))? { 204 } else { 404 })),
        "Ext<Keys>" => Ok(Reply::text(keys())),
        "Ext<Fail>" => fail(),
        "Ext<Trap>" => trap(),
        "Ext<Relay>" => Ok(Reply::text([name().as_bytes(), b"(", &next_in_row(wave), b")"].concat())),
        "Ext<Both>" => Ok(both(wave)),
        "Ext<Tell>" => tell(wave),
        "Ext<Told>" => done(state::put("told", wave.body())),
        "Ext<File>" => Ok(found(file(&wave.text()?))),
        "Ext<Config>" => Ok(found(config(&wave.text()?))),
        "Ext<Header>" => Ok(found(wave.header(&wave.text()?))),
        "Ext<Headers>" => Ok(Reply::text(headers(wave))),
        "Ext<Wave>" => Ok(Reply::text(all(wave))),
        "Ext<Status>" => status(wave),
        "Ext<Log>" => log_line(wave),
        "Ext<Random>" => random_digits(),
        "Ext<Now>" => Ok(Reply::text(format!("{}", now()))),
        "Ext<Large>" => Ok(Reply::text(Vec::from_iter(core::iter::repeat_n(b'x', decimal(&wave.text()?, 0))))),
        _ => Ok(Reply::empty(404)),
    }
}

fn name() -> String {
    config("name").unwrap_or_default()
}

fn key(wave: &Wave) -> String {
    wave.param("key").unwrap_or_default()
}

fn decimal<N: core::str::FromStr>(text: &str, otherwise: N) -> N {
    text.parse().unwrap_or(otherwise)
}

fn count() -> u32 {
    state::get(COUNT).and_then(|digits| String::from_utf8(digits).ok()?.parse().ok()).unwrap_or(0)
}

fn found(value: Option<impl Into<Vec<u8>>>) -> Reply {
    value.map_or_else(|| Reply::empty(404), Reply::text)
}

fn done(result: Result<(), Error>) -> Result<Reply, Error> {
    result.map(|()| Reply::empty(204))
}

// ---- Hello

fn greet(wave: &Wave) -> Reply {
    match json::text(&wave.body(), "name") {
        Some(name) => Reply::json(json::quote(&format!("Hello, {name}!"))),
        None => Reply::text("no name").status(400),
    }
}

fn page(wave: &Wave) -> String {
    let (me, count) = (escape_html(&name()), count());
    let who = escape_html(&wave.param("name").unwrap_or_else(name));
    format!("<!doctype html><meta charset=\"utf-8\"><title>{me}</title><h1>{who}</h1><p>Counted to {count}.</p>")
}

// ---- State

fn count_up() -> Result<Reply, Error> {
    let next = format!("{}", count() + 1);
    state::put(COUNT, &next)?;
    Ok(Reply::text(next))
}

/// Every key on a line of its own.
fn keys() -> Vec<u8> {
    state::keys("").flat_map(|key| [key, b"\n".to_vec()].concat()).collect()
}

/// Once for each instance, before its first wave.
fn ready() -> Result<(), Error> {
    log::detail(&format!("ready at {}", count()));
    Ok(())
}

/// The counter gets its new name, unless it is no number: then nothing is changed.
fn migrate() -> Result<(), Error> {
    let Some(old) = state::get(OLD_COUNT) else { return Ok(()) };
    state::put(COUNT, &old)?;
    state::delete(OLD_COUNT)?;
    let digits = String::from_utf8(old).map_err(|_| Error::BadValue)?;
    digits.parse::<u32>().map(drop).map_err(|_| "the counter is no number".into())
}

/// What is done here is undone.
fn fail() -> Result<Reply, Error> {
    state::put(COUNT, "999")?;
    Err("on purpose".into())
}

#[expect(clippy::panic, reason = "to show that a trap undoes the wave")]
fn trap() -> Result<Reply, Error> {
    state::put(COUNT, "999")?;
    panic!("on purpose")
}

// ---- Asking

/// What an answer says; `!` and the status when it is not 200, `!` and minus a code when the ask was refused.
fn said(answer: Result<Pong, Error>) -> Vec<u8> {
    match answer {
        Ok(pong) if pong.status == 200 => pong.body,
        Ok(pong) => format!("!{}", pong.status).into_bytes(),
        Err(error) => format!("!-{}", error.number()).into_bytes(),
    }
}

/// What the next in the row answers; the body when this is the last.
fn next_in_row(wave: &Wave) -> Vec<u8> {
    let next = wave.header("next").unwrap_or_default();
    let (first, rest) = next.split_once(',').unwrap_or((&next, ""));
    if first.is_empty() {
        return wave.body();
    }
    let mut message = Message::new("Ext<Relay>").text(wave.body());
    if !rest.is_empty() {
        message = message.header("next", rest);
    }
    said(ping(first, message))
}

/// Two are asked at once, and the second is waited for first.
fn both(wave: &Wave) -> Reply {
    let next = wave.header("next").unwrap_or_default();
    let (first, second) = next.split_once(',').unwrap_or((&next, ""));
    let [one, other] = [first, second].map(|to| ask(to, Message::new("Ext<Echo>").text(wave.body())));
    let answer = said(other.and_then(Asked::wait));
    Reply::text([answer, b", ".to_vec(), said(one.and_then(Asked::wait))].concat())
}

// ---- Telling

/// A signal to the point of the header `to`, or to the watchers.
fn tell(wave: &Wave) -> Result<Reply, Error> {
    let message = Message::new("Ext<Told>").text(wave.body()).header("watch-key", "told");
    match wave.header("to") {
        Some(to) => done(signal(&to, message)),
        None => done(signal_watchers(message)),
    }
}

// ---- What the star gives

fn headers(wave: &Wave) -> String {
    wave.headers().filter(|(name, _)| name.starts_with("x-")).map(|(name, value)| format!("{name}:{value}\n")).collect()
}

fn all(wave: &Wave) -> String {
    let q = wave.query("q").unwrap_or_default();
    let lines = [wave.method(), wave.path(), wave.query_all(), q, wave.content_type(), wave.to(), own_point()];
    lines.map(|line| line + "\n").concat()
}

/// The body is the status to answer with.
fn status(wave: &Wave) -> Result<Reply, Error> {
    let digits = wave.text()?;
    Ok(Reply::new("text/x-status", &*digits).status(decimal(&digits, 0)).header("x-said", digits))
}

fn log_line(wave: &Wave) -> Result<Reply, Error> {
    let say = match wave.header("level").as_deref() {
        Some("1") => log::error,
        Some("2") => log::warn,
        Some("4") => log::detail,
        _ => log::info,
    };
    say(&wave.text()?);
    Ok(Reply::empty(204))
}

fn random_digits() -> Result<Reply, Error> {
    let mut bytes = [0; BYTES];
    random(&mut bytes)?;
    Ok(Reply::text(bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>()))
}
