//! An answer, and how problems look: a page that teaches for browsers, JSON for everybody else.

use bytes::Bytes;
use warp::http::header::{ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, WWW_AUTHENTICATE};
use warp::http::{HeaderMap, HeaderValue, Response, StatusCode};

use crate::problem::Problem;

/// What a page of ours about a problem may load: nothing but its own style.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// An HTTP answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Answer {
    /// An answer with nothing but a status.
    pub(crate) fn new(status: u16) -> Self {
        Self { status, headers: HeaderMap::new(), body: Bytes::new() }
    }

    /// An answer with JSON, on a line of its own where it is printed.
    pub(super) fn json(status: u16, mut json: String) -> Self {
        json.push('\n');
        Self::new(status).header(CONTENT_TYPE, "application/json").header(CACHE_CONTROL, "no-store").body(json)
    }

    /// Sends the visitor elsewhere, with the same method and body.
    pub(super) fn redirect(status: u16, to: &str) -> Self {
        Self::new(status).header(warp::http::header::LOCATION, to)
    }

    /// Sets a header; a value that cannot be one is left out.
    pub(crate) fn header(mut self, name: HeaderName, value: impl AsRef<str>) -> Self {
        if let Ok(value) = HeaderValue::from_str(value.as_ref()) {
            self.headers.insert(name, value);
        }
        self
    }

    /// Sets the body.
    pub(super) fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// A problem, as the visitor can read it.
    pub(super) fn problem(problem: &Problem, html: bool) -> Self {
        let mut answer = if html {
            let page = Self::new(problem.status).header(CONTENT_TYPE, "text/html; charset=utf-8");
            page.header(CACHE_CONTROL, "no-store").header(CONTENT_SECURITY_POLICY, POLICY).body(page_of(problem))
        } else {
            Self::json(problem.status, problem.to_json())
        };
        if let Some(allow) = &problem.allow {
            answer = answer.header(ALLOW, allow);
        }
        if problem.status == 401 {
            answer = answer.header(WWW_AUTHENTICATE, "Bearer");
        }
        answer
    }

    /// The answer as the server sends it.
    pub(super) fn into_response(self) -> Response<Bytes> {
        let mut response = Response::new(self.body);
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        *response.headers_mut() = self.headers;
        response
    }
}

fn page_of(problem: &Problem) -> String {
    let (status, code) = (problem.status, escape(&problem.code));
    let (message, hint) = (marked(&problem.message), marked(&problem.hint));
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{status} {code}</title><style>{STYLE}</style>\
         <main><p class=\"status\">{status}</p><h1><code>{code}</code></h1><p>{message}</p><p class=\"hint\">{hint}</p></main></html>"
    )
}

const STYLE: &str = ":root{color-scheme:light dark;--ink:#1c2033;--soft:#5d6480;--ground:#f7f7fb;--line:#d9dbe8}\
@media(prefers-color-scheme:dark){:root{--ink:#e8eaf6;--soft:#9aa1c0;--ground:#10121d;--line:#2b3050}}\
body{margin:0;min-height:100vh;display:grid;place-items:center;background:var(--ground);color:var(--ink);font:1rem/1.6 system-ui,sans-serif}\
main{max-width:38rem;padding:2rem;margin:1rem;border-left:4px solid var(--line);overflow-wrap:anywhere}\
.status{margin:0;color:var(--soft);font-size:.9rem;letter-spacing:.08em}h1{margin:.2rem 0 1rem;font-size:1.6rem}\
.hint{color:var(--soft)}code{font-family:ui-monospace,monospace}";

/// A sentence as HTML: what stands between back-quotes is code.
fn marked(text: &str) -> String {
    let text = escape(text);
    if text.matches('`').count() % 2 == 1 {
        return text;
    }
    let parts = text.split('`').enumerate();
    parts.map(|(n, part)| if n % 2 == 1 { format!("<code>{part}</code>") } else { part.to_owned() }).collect()
}

/// Text as it may stand in HTML.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use starlane_protocol::Code;

    use super::*;

    #[test]
    fn a_page_about_a_problem_holds_no_markup_of_others() {
        let problem = Problem::new(Code::NoRoute, "nothing at `<script>alert(1)</script>`");
        let page = Answer::problem(&problem, true);
        let text = std::str::from_utf8(&page.body).unwrap();
        assert!(text.contains("<code>&lt;script&gt;alert(1)&lt;/script&gt;</code>") && !text.contains("<script"));
        assert!(text.contains("no-route") && text.contains("<code>starlane ls</code>"));
        assert_eq!(marked("a single ` is one"), "a single ` is one");
    }
}
