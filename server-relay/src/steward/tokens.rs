//! `Cmd<Token>`, and one-time codes: how people sign in. No passwords are kept.
//!
//! A code is 128 random bits, good once and for five minutes. It travels in the fragment of a link, which no server sees.

use serde::Deserialize;
use serde_json::json;
use starlane_protocol::{Code, May, Point, SessionId, Wave};

use super::{Answered, body, judge};
use crate::clock;
use crate::keys::random;
use crate::mesh::Mesh;
use crate::problem::Problem;
use crate::token::TOKEN_SECONDS;

/// Seconds a one-time code holds.
const CODE_SECONDS: u64 = 5 * 60;

/// Bytes of a code as text, at most; ours have 32.
const CODE_BYTES: usize = 128;

/// What is asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// Seconds the token lives: 1 to [`TOKEN_SECONDS`].
    #[serde(default = "longest")]
    seconds: u64,
}

fn longest() -> u64 {
    TOKEN_SECONDS
}

pub(super) async fn command(mesh: &Mesh, wave: &Wave) -> Answered {
    judge(mesh, &wave.agent, May::Admin, &wave.to)?;
    let user = &wave.to;
    if user.parent().as_ref() != Some(&mesh.users) || user.path().is_some() {
        return Err(Problem::new(Code::NoRoute, format!("`{user}` is not a user: one is `{}:<name>`", mesh.users)));
    }
    let Wanted { seconds } = body(wave)?;
    if !(1..=TOKEN_SECONDS).contains(&seconds) {
        let what =
            format!("a token holds a second at least and {} hours at most, not {seconds} s", TOKEN_SECONDS / 3_600);
        return Err(Problem::named(Code::BadBody, "bad-duration", what)
            .hint("Make one that holds for less, and the next one when it ends: `starlane token <user>`."));
    }
    let code = code(mesh, user).await?;
    let token = mesh.tokens.make(user, seconds)?;
    Ok(json!({ "user": user, "token": token, "code": code, "link": link(mesh, &code) }))
}

/// A link that signs a user in, once.
pub(crate) async fn sign_in_link(mesh: &Mesh, user: &Point) -> Result<String, Problem> {
    Ok(link(mesh, &code(mesh, user).await?))
}

/// Exchanges a code for a token.
pub(crate) async fn sign_in(mesh: &Mesh, code: &str) -> Answered {
    let wrong = || {
        Problem::named(Code::SignIn, "bad-code", "the code was used already, is too old, or never was")
            .hint("Get a new link: `starlane token <user>`.")
    };
    if code.is_empty() || code.len() > CODE_BYTES {
        return Err(wrong());
    }
    let user = mesh.store.take_code(code, clock::unix_seconds()).await?.ok_or_else(wrong)?;
    let token = mesh.tokens.make(&user, TOKEN_SECONDS)?;
    Ok(json!({ "token": token, "user": user }))
}

async fn code(mesh: &Mesh, user: &Point) -> Result<String, Problem> {
    // The written form of 16 bytes, as that of any id.
    let code = random().map(|bytes| SessionId(bytes).to_string());
    let code = code.map_err(|error| Problem::new(Code::Internal, error.to_string()))?;
    let now = clock::unix_seconds();
    mesh.store.add_user(user).await?;
    mesh.store.add_code(&code, user, now, now + CODE_SECONDS).await?;
    Ok(code)
}

fn link(mesh: &Mesh, code: &str) -> String {
    format!("{}#code={code}", mesh.console())
}
