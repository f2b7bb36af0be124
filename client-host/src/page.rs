//! What the page hands over: plain objects to read, and one object of functions to call.
//!
//! Headers cross as one text, a name and a value on alternating lines: neither can hold a line break.

use js_sys::Uint8Array;
use starlane_protocol::{Headers, HeadersError};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** What a star is started with. */
export interface Options {
  /** Where the relay's HTTP is: an origin, without a slash at the end. */
  http: string;
  /** Where the relay's lane is: a `ws:` or `wss:` URL. */
  lane: string;
  /** The token of who answers for this tab; empty for nobody. */
  token: string;
  /** The space's public key in hex, when the page pins it; else empty. */
  root: string;
  /** This star's id, one segment. */
  star: string;
  /** 64 hex digits that prove a later knock comes from the same star. */
  secret: string;
  /** Under which name this tab's state is kept; stays the same when the star must take another id. */
  home: string;
}

/** A wave that begins in the page. */
export interface Draft {
  /** The name below this star that sends it; empty for the star itself. */
  from: string;
  to: string;
  method: string;
  path: string;
  query: string;
  /** A name and a value on alternating lines. */
  headers: string;
  type: string;
  body: Uint8Array;
  /** Milliseconds until it is given up. */
  wait: number;
}

/** What the star tells the page. */
export interface Page {
  named(point: string, agent: string): void;
  linked(up: boolean, resumed: boolean, reason: string, message: string, final: boolean): void;
  settled(call: number, from: string, status: number, headers: string, type: string, body: Uint8Array): void;
  delivered(name: string, ticket: number, from: string, to: string, agent: string, method: string, path: string, query: string, headers: string, type: string, body: Uint8Array, wait: number): void;
  logged(level: number, point: string, text: string): void;
  sliced(start: number, end: number): void;
  hold(ticket: number, name: string): boolean;
  letGo(ticket: number): void;
  taken(): void;
  trapped(message: string): void;
}
"#;

#[wasm_bindgen]
extern "C" {
    /// What a star is started with.
    #[wasm_bindgen(typescript_type = "Options")]
    pub type Options;
    #[wasm_bindgen(method, getter, structural)]
    pub(crate) fn http(this: &Options) -> String;
    #[wasm_bindgen(method, getter, structural)]
    pub(crate) fn lane(this: &Options) -> String;
    #[wasm_bindgen(method, getter, structural)]
    pub(crate) fn token(this: &Options) -> String;
    #[wasm_bindgen(method, getter, structural)]
    pub(crate) fn root(this: &Options) -> String;
    #[wasm_bindgen(method, getter, structural)]
    pub(crate) fn star(this: &Options) -> String;
    #[wasm_bindgen(method, getter, structural)]
    pub(crate) fn secret(this: &Options) -> String;
    #[wasm_bindgen(method, getter, structural)]
    pub(crate) fn home(this: &Options) -> String;

    /// A wave that begins in the page.
    #[wasm_bindgen(typescript_type = "Draft")]
    pub type Draft;
    #[wasm_bindgen(method, getter, structural)]
    pub(crate) fn from(this: &Draft) -> String;
    #[wasm_bindgen(method, getter, structural)]
    pub(crate) fn to(this: &Draft) -> String;
    #[wasm_bindgen(method, getter, structural)]
    pub(crate) fn method(this: &Draft) -> String;
    #[wasm_bindgen(method, getter, structural)]
    pub(crate) fn path(this: &Draft) -> String;
    #[wasm_bindgen(method, getter, structural)]
    pub(crate) fn query(this: &Draft) -> String;
    #[wasm_bindgen(method, getter, structural)]
    pub(crate) fn headers(this: &Draft) -> String;
    #[wasm_bindgen(method, getter, structural, js_name = "type")]
    pub(crate) fn media(this: &Draft) -> String;
    #[wasm_bindgen(method, getter, structural)]
    pub(crate) fn body(this: &Draft) -> Vec<u8>;
    #[wasm_bindgen(method, getter, structural)]
    pub(crate) fn wait(this: &Draft) -> u32;

    /// What the star tells the page. The page's functions return at once and do not throw; if one does, that is dropped.
    #[derive(Clone, PartialEq)]
    #[wasm_bindgen(typescript_type = "Page")]
    pub type Page;
    #[wasm_bindgen(method, structural, catch)]
    pub(crate) fn named(this: &Page, point: &str, agent: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(method, structural, catch)]
    pub(crate) fn linked(
        this: &Page,
        up: bool,
        resumed: bool,
        reason: &str,
        message: &str,
        last: bool,
    ) -> Result<(), JsValue>;
    #[wasm_bindgen(method, structural, catch)]
    pub(crate) fn settled(
        this: &Page,
        call: u32,
        from: &str,
        status: u16,
        headers: &str,
        media: &str,
        body: Uint8Array,
    ) -> Result<(), JsValue>;
    #[wasm_bindgen(method, structural, catch)]
    pub(crate) fn delivered(
        this: &Page,
        name: &str,
        ticket: u32,
        from: &str,
        to: &str,
        agent: &str,
        method: &str,
        path: &str,
        query: &str,
        headers: &str,
        media: &str,
        body: Uint8Array,
        wait: u32,
    ) -> Result<(), JsValue>;
    #[wasm_bindgen(method, structural, catch)]
    pub(crate) fn logged(this: &Page, level: u8, point: &str, text: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(method, structural, catch)]
    pub(crate) fn sliced(this: &Page, start: f64, end: f64) -> Result<(), JsValue>;
    #[wasm_bindgen(method, structural, catch)]
    pub(crate) fn hold(this: &Page, ticket: u32, name: &str) -> Result<bool, JsValue>;
    #[wasm_bindgen(method, structural, catch, js_name = "letGo")]
    pub(crate) fn let_go(this: &Page, ticket: u32) -> Result<(), JsValue>;
    #[wasm_bindgen(method, structural, catch)]
    pub(crate) fn taken(this: &Page) -> Result<(), JsValue>;
    #[wasm_bindgen(method, structural, catch)]
    pub(crate) fn trapped(this: &Page, message: &str) -> Result<(), JsValue>;
}

/// Headers as the text that crosses.
pub(crate) fn lines(headers: &Headers) -> String {
    let mut text = String::with_capacity(headers.weight() + 2 * headers.len());
    for (name, value) in headers.iter() {
        let separator = if text.is_empty() { "" } else { "\n" };
        text.extend([separator, name, "\n", value]);
    }
    text
}

/// Headers from the text that crosses.
pub(crate) fn headers(text: &str) -> Result<Headers, HeadersError> {
    let mut headers = Headers::default();
    let mut lines = text.split('\n');
    while let (Some(name), Some(value)) = (lines.next(), lines.next()) {
        headers.push(name, value)?;
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::{headers, lines};

    #[test]
    fn headers_cross_and_come_back() {
        for text in ["", "a\nb", "a\n\nc\nd", "x\n1\nx\n2"] {
            assert_eq!(lines(&headers(text).unwrap()), text);
        }
        assert!(headers("Upper\ncase").is_err());
    }
}
