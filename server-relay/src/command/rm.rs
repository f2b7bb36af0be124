//! `starlane rm <point>`.

use std::io::{self, BufRead, IsTerminal};

use clap::Args;
use serde_json::{Value, json};
use starlane_protocol::Point;

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
}

impl Rm {
    pub(super) fn run(self, context: &Context) -> Result<(), Failure> {
        let point = arguments::point(&self.point)?;
        let client = context.client()?;
        if !self.yes && may_hold_state(&point, &client.mesh()?) {
            confirm(context, &point)?;
        }
        let mut said = client.command(&point, "Remove", &json!({}))?;
        if !said.is_object() {
            said = json!({});
        }
        said["removed"] = json!(point);
        context.output.result(&said, || format!("removed {point}\n"))
    }
}

/// Whether removing this can lose what mechtrons keep: a bundle keeps nothing, an application without mechtrons neither.
fn may_hold_state(point: &Point, mesh: &Value) -> bool {
    let segments: Vec<&str> = point.segments().collect();
    match segments.as_slice() {
        [_, "repo", ..] => false,
        [_, _] => {
            let app = mesh["apps"].as_array().into_iter().flatten().find(|app| app["point"] == point.as_str());
            app.is_some_and(|app| app["mechtrons"].as_array().is_some_and(|mechtrons| !mechtrons.is_empty()))
        }
        _ => true,
    }
}

fn confirm(context: &Context, point: &Point) -> Result<(), Failure> {
    let lost = format!("what the mechtrons of {point} keep is lost with it");
    if !(context.output.is_watched() && io::stdin().is_terminal()) {
        return Err(Failure::misuse("needs-yes", lost).hint("say --yes if that is wanted"));
    }
    context.output.last_words(&format!("{lost}. Remove it? [y/N] "));
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer);
    match read.is_ok() && matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes") {
        true => Ok(()),
        false => Err(Failure::new("not-removed", format!("{point} was not removed"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_hold_state_is_asked_about() {
        let mesh = json!({ "apps": [
            { "point": "localhost:site", "mechtrons": [] },
            { "point": "localhost:chat", "mechtrons": [{ "point": "localhost:chat:room" }] },
        ]});
        let asks = |point: &str| may_hold_state(&point.parse().unwrap(), &mesh);
        assert!(asks("localhost:chat") && asks("localhost:chat:room:tea-time"));
        assert!(!asks("localhost:site") && !asks("localhost:repo:chat:1.0.0"));
    }
}
