//! `starlane send <point> <method> [body]`.

use std::fs;
use std::io::{self, IsTerminal, Read};

use clap::Args;
use serde_json::{Value, json};
use starlane_protocol::limits::{BODY_BYTES, WAIT_HIGH_MS};

use super::failure::Failure;
use super::ping::{Ping, Pong};
use super::{Context, arguments, units};

/// Send a ping and print the answer.
#[derive(Args)]
pub(super) struct Send {
    /// Whom to ask
    point: String,
    /// What to ask, in quotes: 'Ext<Greet>', 'Http<Get>'
    method: String,
    /// The body; JSON and plain text are told apart by what it is
    #[arg(conflicts_with = "body_file")]
    body: Option<String>,
    /// The path, which begins with /, with or without a ?query
    #[arg(long)]
    path: Option<String>,
    /// A header, `name: value`; may be given more than once
    #[arg(long, value_name = "NAME: VALUE")]
    header: Vec<String>,
    /// The body's content type
    #[arg(long = "type", value_name = "TYPE")]
    media: Option<String>,
    /// Milliseconds to wait for the answer
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u32).range(1..=i64::from(WAIT_HIGH_MS)))]
    wait: Option<u32>,
    /// A file with the body; - is the standard input
    #[arg(long, value_name = "FILE")]
    body_file: Option<String>,
}

impl Send {
    pub(super) fn run(self, context: &Context) -> Result<(), Failure> {
        let ping = self.ping()?;
        let pong = context.client()?.ping(&ping)?;
        let failure = pong.failure();
        if context.output.is_json() {
            return match failure {
                Some(failure) => Err(with_pong(failure, &pong)),
                None => context.output.line(&json!(pong)),
            };
        }
        context.output.remark(&summary(&pong));
        match failure {
            // The refusal says all that is in the body of a pong of the mesh's own.
            Some(failure) if pong.code.is_some() => Err(failure),
            failure => {
                print(context, &pong)?;
                failure.map_or(Ok(()), Err)
            }
        }
    }

    fn ping(&self) -> Result<Ping, Failure> {
        let (to, method) = (arguments::point(&self.point)?, arguments::method(&self.method)?);
        let mut ping = Ping::new(&to, &method);
        ping.wait = self.wait;
        if let Some(path) = &self.path {
            let (path, query) = arguments::path(path)?;
            (ping.path, ping.query) = (Some(path), query);
        }
        ping.headers = self.header.iter().map(|header| arguments::header(header)).collect::<Result<_, _>>()?;
        if let Some(bytes) = self.bytes()? {
            not_quite_json(&bytes, self.media.as_deref())?;
            ping.media = Some(self.media.clone().unwrap_or_else(|| media_of(&bytes).to_owned()));
            ping.set_body(bytes);
        }
        Ok(ping)
    }

    fn bytes(&self) -> Result<Option<Vec<u8>>, Failure> {
        let read = match (&self.body, self.body_file.as_deref()) {
            (Some(body), _) => Ok(body.clone().into_bytes()),
            (None, Some("-")) => bounded(io::stdin().lock()),
            (None, Some(file)) => fs::File::open(file).and_then(bounded),
            (None, None) => return Ok(None),
        };
        let name = self.body_file.as_deref().unwrap_or("the body");
        let bytes = read.map_err(|error| Failure::new("read-failed", format!("{name} cannot be read: {error}")))?;
        if bytes.len() > BODY_BYTES {
            return Err(Failure::new(
                "too-large",
                format!("{name} is over the {} that a wave can carry", units::bytes(BODY_BYTES as u64)),
            ));
        }
        Ok(Some(bytes))
    }
}

/// Everything there is to read, up to one byte more than a wave can carry.
fn bounded(from: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(BODY_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Refuses what was meant to be JSON and is none, where nothing else was said.
fn not_quite_json(bytes: &[u8], media: Option<&str>) -> Result<(), Failure> {
    let meant = media.is_none() && matches!(bytes.trim_ascii_start().first(), Some(b'{' | b'['));
    match serde_json::from_slice::<serde::de::IgnoredAny>(bytes) {
        Err(error) if meant => {
            Err(Failure::misuse("bad-json", format!("the body looks like JSON and is none: {error}"))
                .hint("correct it, or name another content type with --type"))
        }
        _ => Ok(()),
    }
}

/// What a body is when nobody says it.
fn media_of(bytes: &[u8]) -> &'static str {
    if serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok() {
        return "application/json";
    }
    match std::str::from_utf8(bytes) {
        Ok(_) => "text/plain; charset=utf-8",
        Err(_) => "application/octet-stream",
    }
}

fn with_pong(failure: Failure, pong: &Pong) -> Failure {
    let Value::Object(fields) = json!(pong) else { return failure };
    fields
        .into_iter()
        .filter(|(name, _)| name != "code")
        .fold(failure, |failure, (name, value)| failure.with(&name, value))
}

/// `200 · 12,345 fuel · localhost:stars:s-…`.
fn summary(pong: &Pong) -> String {
    let mut parts = vec![pong.status.to_string()];
    if let Some(fuel) = pong.header("starlane-fuel").and_then(|fuel| fuel.parse().ok()) {
        parts.push(format!("{} fuel", units::count(fuel)));
    }
    parts.extend(pong.header("starlane-star").map(str::to_owned));
    parts.join(" · ")
}

/// The body as it is; on a terminal with a line's end, so that the prompt stands on its own line.
fn print(context: &Context, pong: &Pong) -> Result<(), Failure> {
    let mut bytes = pong.bytes()?;
    if io::stdout().is_terminal() && !bytes.is_empty() && !bytes.ends_with(b"\n") {
        bytes.push(b'\n');
    }
    context.output.bytes(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_told_apart_by_what_it_is() {
        assert_eq!(media_of(br#"{"name":"Ada"}"#), "application/json");
        assert_eq!(media_of(b"hello"), "text/plain; charset=utf-8");
        assert_eq!(media_of(&[0xff]), "application/octet-stream");
    }

    #[test]
    fn an_answer_of_400_and_more_is_a_failure_with_code_and_hint() {
        let pong = Pong {
            status: 404,
            code: Some("no-route".into()),
            headers: vec![],
            media: "application/json".into(),
            body: r#"{"code":"no-route","message":"nothing stands at a:b","hint":"look"}"#.into(),
            enc: None,
        };
        let told = with_pong(pong.failure().unwrap(), &pong).to_json();
        assert_eq!((&told["code"], &told["hint"], &told["status"]), (&json!("no-route"), &json!("look"), &json!(404)));
        let own = Pong { code: None, body: "not today".into(), ..pong };
        assert_eq!(own.failure().unwrap().code(), "status-404");
    }
}
