//! `starlane token <user>`.

use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};

use super::failure::Failure;
use super::{Context, arguments, units};

/// Print a token and a sign-in link for a user.
#[derive(Args)]
pub(super) struct Token {
    /// The user: a point like localhost:users:ada, or its last segment
    user: String,
    /// How long the token holds, a day at most; the link signs in for a day
    #[arg(long = "for", value_name = "DURATION", value_parser = units::parse_duration)]
    lasts: Option<Duration>,
    /// Print the link alone
    #[arg(long)]
    link: bool,
}

impl Token {
    pub(super) fn run(self, context: &Context) -> Result<(), Failure> {
        if let Some(lasts) = self.lasts.filter(|lasts| lasts.subsec_millis() != 0) {
            let what = format!("a token holds for whole seconds, and {} ms are none", lasts.as_millis());
            return Err(Failure::misuse("bad-duration", what).hint("write it like `90s`, `30m` or `8h`"));
        }
        let client = context.client()?;
        let user = arguments::user(&self.user, || space(&client.mesh(false)?))?;
        let wanted = self.lasts.map_or_else(|| json!({}), |lasts| json!({ "seconds": lasts.as_secs() }));
        let said = client.command(&user, "Token", &wanted)?;
        let text = |name: &str| said[name].as_str().unwrap_or_default().to_owned();
        context.output.result(&said, || match self.link {
            true => format!("{}\n", text("link")),
            false => format!("token    {}\nsign in  {}\n", text("token"), text("link")),
        })
    }
}

/// The space that a relay serves, from its list.
pub(super) fn space(mesh: &Value) -> Result<String, Failure> {
    let mut stars = mesh["stars"].as_array().into_iter().flatten();
    let point = stars.find_map(|star| star["point"].as_str());
    let space = point.and_then(|point| point.split(':').next());
    space.map(str::to_owned).ok_or_else(|| Failure::new("bad-answer", "the relay does not say which space it serves"))
}
