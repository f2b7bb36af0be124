//! Greets whoever asks: with a page, and in JSON.
#![no_std]
use mechtron::{Reply, Wave, config, file_text, fill_html, format, json};

mechtron::export!(greet);

fn greet(wave: &Wave) -> Reply {
    let greeting = config("greeting").unwrap_or("Hello".into());
    if let Some(name) = wave.param("name") {
        let page = file_text("pages/hello.html").unwrap_or("<h1>{greeting}, {name}!</h1>".into());
        return Reply::html(fill_html(&page, &[("greeting", &greeting), ("name", &name)]));
    }
    let Some(name) = json::text(&wave.body(), "name") else { return Reply::json(json::quote("no name")).status(400) };
    Reply::json(json::quote(&format!("{greeting}, {name}!")))
}
