//! Tokens: who answers for what comes over a lane or an HTTP request.
//!
//! A token is a JWT (RFC 7519) signed with EdDSA (RFC 8037) by the relay's own key, for 24 hours at most. Its audience
//! names the space and its root key, so a token of another relay never passes.

mod crypto;

use std::fmt;

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use starlane_bundle::PublicKey;
use starlane_protocol::{Agent, Code, Point};

use crate::clock;
use crate::problem::Problem;

/// Seconds a token lives: a working day and a night.
pub(crate) const TOKEN_SECONDS: u64 = 24 * 60 * 60;

/// Bytes of a token at most; ours have some 300.
const TOKEN_BYTES: usize = 4 * 1_024;

/// Makes and checks tokens.
pub(crate) struct Tokens {
    signs: EncodingKey,
    checks: DecodingKey,
    rules: Validation,
    audience: String,
    users: Point,
}

/// What a token says.
#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    sub: Point,
    aud: String,
    iat: u64,
    exp: u64,
}

/// A user who proved to be one, until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Visitor {
    /// Who answers for what they send.
    pub(crate) agent: Agent,
    /// Seconds since 1970 UTC; `None` for nobody in particular.
    pub(crate) expires: Option<u64>,
}

impl Visitor {
    /// Somebody without a token.
    pub(crate) fn anonymous() -> Self {
        Self { agent: Agent::Anonymous, expires: None }
    }
}

/// Why a token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenError {
    /// Not a token, not one of this relay's, or not one of a user of this space.
    Bad,
    /// Its time is over.
    Expired,
    /// It cannot be made.
    Unmade,
}

impl TokenError {
    /// The stable code word.
    pub(crate) fn code(self) -> &'static str {
        match self {
            TokenError::Bad => "bad-token",
            TokenError::Expired => "token-expired",
            TokenError::Unmade => "internal",
        }
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TokenError::Bad => "the token is not one of this relay's",
            TokenError::Expired => "the token's time is over",
            TokenError::Unmade => "the token could not be signed",
        })
    }
}

impl From<TokenError> for Problem {
    fn from(error: TokenError) -> Self {
        let of = if error == TokenError::Unmade { Code::Internal } else { Code::SignIn };
        Problem::named(of, error.code(), error.to_string())
    }
}

impl Tokens {
    /// Tokens of the space with this root key, signed by this secret.
    pub(crate) fn new(secret: &[u8; 32], users: Point, root: &PublicKey) -> Self {
        crypto::install();
        let audience = format!("{}/{root:?}", users.space());
        let mut rules = Validation::new(Algorithm::EdDSA);
        rules.leeway = 0;
        rules.set_audience(&[&audience]);
        rules.set_required_spec_claims(&["exp", "sub", "aud"]);
        Self {
            signs: EncodingKey::from_ed_der(secret),
            checks: DecodingKey::from_ed_der(&crypto::public(secret)),
            rules,
            audience,
            users,
        }
    }

    /// A token for a user, for so many seconds (24 hours at most).
    pub(crate) fn make(&self, user: &Point, seconds: u64) -> Result<String, TokenError> {
        let iat = clock::unix_seconds();
        let exp = iat + seconds.min(TOKEN_SECONDS);
        let claims = Claims { sub: user.clone(), aud: self.audience.clone(), iat, exp };
        jsonwebtoken::encode(&Header::new(Algorithm::EdDSA), &claims, &self.signs).map_err(|_| TokenError::Unmade)
    }

    /// Whose token it is.
    pub(crate) fn check(&self, token: &str) -> Result<Visitor, TokenError> {
        if token.len() > TOKEN_BYTES {
            return Err(TokenError::Bad);
        }
        let claims = jsonwebtoken::decode::<Claims>(token, &self.checks, &self.rules)
            .map_err(|error| match error.kind() {
                ErrorKind::ExpiredSignature => TokenError::Expired,
                _ => TokenError::Bad,
            })?
            .claims;
        if claims.sub.parent().as_ref() != Some(&self.users) || claims.exp > claims.iat + TOKEN_SECONDS {
            return Err(TokenError::Bad);
        }
        Ok(Visitor { agent: Agent::Point(claims.sub), expires: Some(claims.exp) })
    }
}

#[cfg(test)]
mod tests {
    use starlane_bundle::SecretKey;

    use super::*;

    fn tokens(secret: u8, root: u8) -> Tokens {
        let root = SecretKey::from_secret(&[root; 32]).public();
        Tokens::new(&[secret; 32], "localhost:users".parse().unwrap(), &root)
    }

    fn ada() -> Point {
        "localhost:users:ada".parse().unwrap()
    }

    #[test]
    fn a_token_names_its_user() {
        let tokens = tokens(1, 2);
        let visitor = tokens.check(&tokens.make(&ada(), 60).unwrap()).unwrap();
        assert_eq!(visitor.agent, Agent::Point(ada()));
    }

    #[test]
    fn a_token_of_another_relay_is_refused() {
        let token = tokens(1, 2).make(&ada(), 60).unwrap();
        assert_eq!(tokens(3, 2).check(&token), Err(TokenError::Bad));
        assert_eq!(tokens(1, 4).check(&token), Err(TokenError::Bad));
    }

    #[test]
    fn a_token_ends() {
        let tokens = tokens(1, 2);
        let token = tokens.make(&ada(), 0).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(1_100));
        assert_eq!(tokens.check(&token), Err(TokenError::Expired));
    }

    #[test]
    fn a_token_lives_a_day_at_most() {
        let tokens = tokens(1, 2);
        let visitor = tokens.check(&tokens.make(&ada(), u64::MAX / 4).unwrap()).unwrap();
        assert!(visitor.expires.unwrap() <= clock::unix_seconds() + TOKEN_SECONDS);
    }

    #[test]
    fn garbage_and_a_changed_token_are_refused() {
        let tokens = tokens(1, 2);
        let token = tokens.make(&ada(), 60).unwrap();
        let (head, _) = token.rsplit_once('.').unwrap();
        for wrong in ["", "a.b.c", head, &format!("{head}.AAAA"), &"x".repeat(10_000)] {
            assert_eq!(tokens.check(wrong), Err(TokenError::Bad), "{wrong}");
        }
    }

    #[test]
    fn only_users_of_the_space_have_tokens() {
        let tokens = tokens(1, 2);
        let token = tokens.make(&"localhost:chat:room".parse().unwrap(), 60).unwrap();
        assert_eq!(tokens.check(&token), Err(TokenError::Bad));
    }
}
