//! Files of the relay over HTTP.

use js_sys::{ArrayBuffer, Object, Promise, Reflect, Uint8Array};
use starlane_protocol::{Code, Refusal};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, Response};

#[wasm_bindgen]
extern "C" {
    // Of the global scope, so that it is found in windows and in workers.
    #[wasm_bindgen(js_name = fetch)]
    fn fetch(url: &str, init: &Object) -> Promise;
    // The browser has it anyway.
    #[wasm_bindgen(catch)]
    fn atob(text: &str) -> Result<String, JsValue>;
}

/// A file with the header that was asked for.
pub(crate) struct File {
    pub(crate) bytes: Vec<u8>,
    pub(crate) header: Option<String>,
}

/// Gets a file of at most so many bytes, and one header of the answer.
pub(crate) async fn get(url: &str, token: &str, most: u64, header: &str) -> Result<File, Refusal> {
    let answer = request(url, token).await.map_err(|error| failed(url, &told(&error)))?;
    match answer.status() {
        200 => {}
        401 => return Err(Refusal::new(Code::SignIn, format!("the relay wants to know who asks for {url}"))),
        403 => return Err(Refusal::new(Code::Forbidden, format!("the relay does not give {url} to this user"))),
        404 => return Err(Refusal::new(Code::NoRoute, format!("the relay has no {url}"))),
        status => return Err(failed(url, &format!("the relay answered {status}"))),
    }
    let header = answer.headers().get(header).ok().flatten();
    let declared = answer.headers().get("content-length").ok().flatten().and_then(|text| text.parse::<u64>().ok());
    if declared.is_some_and(|bytes| bytes > most) {
        return Err(failed(url, "it is larger than it may be"));
    }
    let bytes = read(&answer).await.map_err(|error| failed(url, &told(&error)))?;
    if u64::from(bytes.length()) > most {
        return Err(failed(url, "it is larger than it may be"));
    }
    Ok(File { bytes: bytes.to_vec(), header })
}

async fn request(url: &str, token: &str) -> Result<Response, JsValue> {
    let headers = Headers::new()?;
    if !token.is_empty() {
        headers.append("authorization", &format!("Bearer {token}"))?;
    }
    let init = Object::new();
    Reflect::set(&init, &"headers".into(), &headers)?;
    // Never by cookies, and not kept a second time: what is needed again is in IndexedDB.
    Reflect::set(&init, &"credentials".into(), &"omit".into())?;
    Reflect::set(&init, &"cache".into(), &"no-store".into())?;
    JsFuture::from(fetch(url, &init)).await?.dyn_into()
}

async fn read(answer: &Response) -> Result<Uint8Array, JsValue> {
    let buffer: ArrayBuffer = JsFuture::from(answer.array_buffer()?).await?.dyn_into()?;
    Ok(Uint8Array::new(&buffer))
}

fn failed(url: &str, why: &str) -> Refusal {
    Refusal::new(Code::FetchFailed, format!("{url} could not be had: {why}"))
}

/// The bytes of a text in base64.
pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    // One character a byte.
    atob(text).ok()?.chars().map(|byte| u8::try_from(byte).ok()).collect()
}

/// What an exception says.
pub(crate) fn told(error: &JsValue) -> String {
    match error.dyn_ref::<js_sys::Error>() {
        Some(error) => String::from(error.message()),
        None => format!("{error:?}"),
    }
}
