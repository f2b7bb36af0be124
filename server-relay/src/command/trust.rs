//! `starlane trust ls|add|revoke`.

use clap::{Args, Subcommand};
use serde::Deserialize;
use serde_json::{Value, json};

use super::failure::Failure;
use super::{Context, arguments, units};

/// Say whose keys may sign bundles, and what may run no more.
#[derive(Args)]
pub(super) struct Trust {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Show what is trusted
    Ls {
        /// The series, like localhost:repo:chat [else: all]
        series: Option<String>,
    },
    /// Trust a publisher's key
    Add {
        /// The series, like localhost:repo:chat
        series: String,
        /// The public key, as `starlane keygen` prints it
        key: String,
    },
    /// Trust a key or a bundle no more: what is made from it stops everywhere
    Revoke {
        /// The series, like localhost:repo:chat
        series: String,
        /// A public key, a bundle's digest, or a version
        what: String,
    },
}

/// What is trusted of a series.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Series {
    series: String,
    serial: u64,
    keys: Vec<String>,
    revoked_keys: Vec<String>,
    revoked: Vec<Revoked>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Revoked {
    digest: String,
    version: Option<String>,
}

impl Trust {
    pub(super) fn run(self, context: &Context) -> Result<(), Failure> {
        match self.what {
            What::Ls { series: None } => all(context),
            What::Ls { series: Some(series) } => one(context, &series, &json!({})),
            What::Add { series, key } => one(context, &series, &json!({ "add": arguments::key(&key)? })),
            What::Revoke { series, what } => one(context, &series, &json!({ "revoke": what })),
        }
    }
}

fn one(context: &Context, series: &str, body: &Value) -> Result<(), Failure> {
    let said = context.client()?.command(&arguments::series(series)?, "Trust", body)?;
    context.output.result(&said, || shown(&said))
}

fn all(context: &Context) -> Result<(), Failure> {
    let client = context.client()?;
    let said = client.command(&client.space()?, "Trust", &json!({}))?;
    context.output.result(&said, || {
        let shown: Vec<String> = said["series"].as_array().into_iter().flatten().map(shown).collect();
        match shown.is_empty() {
            true => {
                "there is no series of yours yet: `starlane publish` a folder, or `starlane trust add` a key\n".into()
            }
            false => shown.join("\n"),
        }
    })
}

/// A series with a line for each key and bundle.
fn shown(said: &Value) -> String {
    let Series { series, serial, keys, revoked_keys, revoked } = Series::deserialize(said).unwrap_or_default();
    let relay = if keys.is_empty() { "; the relay signs what is published" } else { "" };
    let mut lines = vec![format!("{series}, serial {serial}: {}{relay}", units::plural(keys.len(), "key"))];
    lines.extend(keys.iter().map(|key| format!("  trusted      key     {key}")));
    lines.extend(revoked_keys.iter().map(|key| format!("  no more      key     {key}")));
    lines.extend(revoked.iter().map(|Revoked { digest, version }| {
        let version = version.as_deref().map(|version| format!(" ({version})")).unwrap_or_default();
        format!("  no more      bundle  {digest}{version}")
    }));
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_is_shown_with_all_that_is_trusted_and_is_not() {
        let said = json!({
            "series": "localhost:repo:chat", "serial": 3, "keys": ["aa"], "revoked_keys": ["bb"],
            "revoked": [{ "digest": "cc", "version": "1.0.0" }, { "digest": "dd", "version": null }],
        });
        let expected = "localhost:repo:chat, serial 3: one key\n  trusted      key     aa\n  no more      key     bb\n  \
                        no more      bundle  cc (1.0.0)\n  no more      bundle  dd\n";
        assert_eq!(shown(&said), expected);
        let none = json!({ "series": "localhost:repo:chat", "serial": 1 });
        assert_eq!(shown(&none), "localhost:repo:chat, serial 1: 0 keys; the relay signs what is published\n");
    }
}
