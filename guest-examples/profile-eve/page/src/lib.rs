//! Eve's own page, which is hostile: it tries everything that a page must not be able to do, and says how far it got.
//!
//! `/users/eve` is a page with a script that attacks whoever looks at it. `/users/eve/<what>` attacks the star: `loop`, `burn`,
//! `grow`, `flood` and `spy`.

#![no_std]

mod spy;

use core::hint::black_box;

use mechtron::{Error, Message, Reply, String, Vec, Wave, ask, file_text, format, own_point};

mechtron::export!(handle);

/// Rounds of [`burn`]: most of the fuel that the site gives, not all of it.
const BURNT: u32 = 600_000;

/// Pings that may be open at once.
const AT_ONCE: usize = 8;

/// How often [`flood`] sends as many, and one more.
const ROUNDS: usize = 40;

/// Whose pages are flooded, and spied at.
const OTHERS: [&str; 3] = ["ada", "bob", "cleo"];

fn handle(wave: &Wave) -> Result<Reply, Error> {
    match wave.param("what").as_deref() {
        Some("loop") => forever(),
        Some("burn") => Ok(burn()),
        Some("grow") => Ok(grow()),
        Some("flood") => flood(),
        Some("spy") => Ok(Reply::json(spy::everything(wave))),
        _ if wave.method() == "Http<Get>" => page(),
        _ => Ok(Reply::json(r#"{"name":"Eve","text":"Nothing to see here."}"#)),
    }
}

/// A page with the script that attacks whoever looks at it. It asks to be served without a sandbox, and sets a cookie.
fn page() -> Result<Reply, Error> {
    let script = file_text("html/attack.js").ok_or("the bundle has no html/attack.js")?;
    let page =
        format!("<!doctype html><meta charset=\"utf-8\"><title>Eve</title><h1>Eve</h1><script>{script}</script>");
    let reply = Reply::html(page).header("content-security-policy", "default-src * 'unsafe-inline' 'unsafe-eval'");
    let reply = reply.header("set-cookie", "eve=was-here; path=/").header("access-control-allow-origin", "*");
    Ok(reply.header("service-worker-allowed", "/").header("clear-site-data", "\"*\""))
}

fn forever() -> ! {
    let mut number = 0_u64;
    loop {
        number = black_box(number.wrapping_add(1));
    }
}

/// Keeps the star busy for as long as it may, and no longer: that is no trap.
fn burn() -> Reply {
    let mut number = 0_u32;
    while number < BURNT {
        number = black_box(number + 1);
    }
    Reply::text(format!("{number} rounds"))
}

/// Takes memory, page by page, for as long as there is any.
fn grow() -> Reply {
    while core::arch::wasm32::memory_grow::<0>(1) != usize::MAX {}
    Reply::text(format!("{} pages", core::arch::wasm32::memory_size::<0>()))
}

/// Sends pings to other pages, as many as may be open at once, again and again; how they were answered.
fn flood() -> Result<Reply, Error> {
    let (mut answered, mut refused) = (0, 0);
    for _ in 0..ROUNDS {
        let mut open = Vec::new();
        for number in 0..=AT_ONCE {
            match ask(&page_of(OTHERS[number % OTHERS.len()]), Message::new("Ext<Show>")) {
                Ok(asked) => open.push(asked),
                Err(_) => refused += 1,
            }
        }
        for asked in open {
            if asked.wait()?.is_ok() {
                answered += 1;
            }
        }
    }
    Ok(Reply::text(format!("{answered} answered, {refused} refused")))
}

/// The page of another user of the same site.
fn page_of(user: &str) -> String {
    let own = own_point();
    format!("{}:{user}", own.rsplit_once(':').map_or("", |(site, _)| site))
}
