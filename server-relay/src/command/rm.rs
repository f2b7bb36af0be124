//! `starlane rm <point>`.

use std::io::{self, BufRead, IsTerminal};

use clap::Args;
use serde_json::{Value, json};
use starlane_protocol::Point;

use super::client::Client;
use super::failure::Failure;
use super::{Context, arguments};

/// Remove an application, a bundle, or a mechtron's state.
#[derive(Args)]
pub(super) struct Rm {
    /// What to remove
    point: String,
    /// Do not ask, also when state is lost
    #[arg(long, short)]
    yes: bool,
    /// Keep what an application's mechtrons keep, for the next application at its point
    #[arg(long, conflicts_with = "yes")]
    keep_state: bool,
}

impl Rm {
    pub(super) fn run(self, context: &Context) -> Result<(), Failure> {
        let point = arguments::point(&self.point)?;
        let client = context.client()?;
        let state = match (self.yes, self.keep_state) {
            (true, _) => Some("lose"),
            (_, true) => Some("keep"),
            _ => None,
        };
        let mut said = match remove(&client, &point, state) {
            Err(failure) if failure.code() == "has-state" => {
                confirm(context, failure)?;
                remove(&client, &point, Some("lose"))?
            }
            answered => answered?,
        };
        if !said.is_object() {
            said = json!({});
        }
        said["removed"] = json!(point);
        context.output.result(&said, || match self.keep_state {
            true => format!("removed {point}; what its mechtrons keep stays for the next application at this point\n"),
            false => format!("removed {point}\n"),
        })
    }
}

fn remove(client: &Client, point: &Point, state: Option<&str>) -> Result<Value, Failure> {
    let body = state.map_or_else(|| json!({}), |state| json!({ "state": state }));
    client.command(point, "Remove", &body)
}

/// Asks whoever sits at a terminal whether the state may be lost; without one it is refused.
fn confirm(context: &Context, refused: Failure) -> Result<(), Failure> {
    if !(context.output.is_watched() && io::stdin().is_terminal()) {
        return Err(refused);
    }
    context.output.last_words(&format!("{}\nIt is lost with it. Remove it? [y/N] ", refused.message()));
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer);
    match read.is_ok() && matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes") {
        true => Ok(()),
        false => Err(Failure::new("not-removed", "nothing was removed")),
    }
}
