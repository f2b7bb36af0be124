//! HTTP: the relay's own host with the console and everything administrative, and a host for each application.
//!
//! An origin is a trust boundary: an application's host serves that application, and below `/starlane/` the client's files,
//! the lane and that application's bundle. Whoever comes is known by a bearer token, never by a cookie.

mod answer;
mod body;
mod brake;
mod bundles;
mod client;
mod cors;
mod entrance;
mod files;
mod host;
pub(crate) mod origin;
mod page;
mod range;
mod request;
mod reserved;
mod respond;
mod sign_in;
mod waves;

pub(crate) use answer::Answer;
pub(crate) use brake::Brake;
pub(crate) use client::is_embedded;
pub(crate) use entrance::entrance;
pub(crate) use request::Request;
pub(crate) use respond::filter;
