//! `starlane install <app> <bundle>`.

use clap::Args;
use serde_json::{Value, json};
use starlane_protocol::Point;

use super::failure::Failure;
use super::{Context, arguments};

/// Install a bundle as an application; one that is installed is upgraded to it.
#[derive(Args)]
pub(super) struct Install {
    /// The application, like localhost:chat
    app: String,
    /// The bundle, like localhost:repo:chat:1.2.0
    bundle: String,
    /// Also when callers lose what the installed bundle takes and gives
    #[arg(long)]
    breaking: bool,
}

impl Install {
    pub(super) fn run(self, context: &Context) -> Result<(), Failure> {
        let (app, bundle) = (arguments::app(&self.app)?, arguments::bundle(&self.bundle)?);
        let client = context.client()?;
        let mut said = client.command(&app, "Install", &json!({ "bundle": bundle, "breaking": self.breaking }))?;
        if !said.is_object() {
            said = json!({});
        }
        for (name, point) in [("app", &app), ("bundle", &bundle)] {
            said[name] = json!(point);
        }
        context.output.result(&said, || people(&app, &bundle, &said, client.address().port()))
    }
}

fn people(app: &Point, bundle: &Point, said: &Value, port: u16) -> String {
    let generation = said["generation"].as_u64().map(|number| format!(", generation {number}")).unwrap_or_default();
    let told = match said["unchanged"] == true {
        true => format!("{app} is installed from {bundle} already{generation}; nothing changed"),
        false => format!("installed {app} from {bundle}{generation}"),
    };
    format!("{told}\n{}", address(app, said["path"].as_str(), port))
}

/// The address at which a visit may begin; what only a mechtron knows of it is left open.
fn address(app: &Point, path: Option<&str>, port: u16) -> String {
    let Some(path) = path else { return String::new() };
    let name = app.segments().last().unwrap_or_default();
    let path = path.strip_suffix('*').map_or_else(|| path.to_owned(), |prefix| format!("{prefix}…"));
    format!("http://{name}.{}:{port}{path}\n", app.space())
}
