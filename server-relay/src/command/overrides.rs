//! `starlane override <point> <bundle>` and `starlane override <point> --off`.

use clap::Args;
use serde_json::{Value, json};
use starlane_protocol::Point;

use super::failure::Failure;
use super::{Context, arguments};

/// Put a mechtron of a bundle of your own behind a point that stands for a user.
#[derive(Args)]
pub(super) struct Override {
    /// The point, like localhost:site:profile:ada
    point: String,
    /// The bundle, like localhost:users:ada:repo:page:1.0.0; with more than one mechtron in it, :<mechtron> at the end
    #[arg(conflicts_with = "off")]
    bundle: Option<String>,
    /// Take it back: the application's own mechtron stands there again
    #[arg(long)]
    off: bool,
    /// Lose what was kept there by code of another series, or, with --off, by what is taken back
    #[arg(long, short)]
    yes: bool,
}

impl Override {
    pub(super) fn run(self, context: &Context) -> Result<(), Failure> {
        let point = arguments::point(&self.point)?;
        let mut body = match &self.bundle {
            Some(text) => {
                let (bundle, mechtron) = bundle(text)?;
                json!({ "bundle": bundle, "mechtron": mechtron })
            }
            None if self.off => json!({ "off": true }),
            None => return Err(nothing_said(&point)),
        };
        if self.yes {
            body["state"] = json!("lose");
        }
        let said = context.client()?.command(&point, "Override", &body)?;
        context.output.result(&said, || people(&point, &said))
    }
}

fn nothing_said(point: &Point) -> Failure {
    let what = format!("it is not said what is to stand behind {point}");
    Failure::misuse("usage", what).hint("name a bundle, or take what stands there back: --off")
}

/// A bundle, and which of its mechtrons, if a segment more says it.
fn bundle(text: &str) -> Result<(Point, Option<String>), Failure> {
    let named = text.rsplit_once(':').filter(|(_, last)| !last.contains(['.', '/']));
    match named.and_then(|(bundle, mechtron)| Some((arguments::bundle(bundle).ok()?, mechtron))) {
        Some((bundle, mechtron)) => Ok((bundle, Some(mechtron.to_owned()))),
        None => Ok((arguments::bundle(text)?, None)),
    }
}

fn people(point: &Point, said: &Value) -> String {
    match (said["bundle"].as_str(), said["was"].as_str()) {
        (Some(bundle), _) => format!("{bundle} stands behind {point} now\n"),
        (None, Some(was)) => format!("took {was} back; the application's own stands behind {point} again\n"),
        (None, None) => format!("the application's own stands behind {point} already\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_may_have_a_mechtron_at_its_end() {
        let split = |text: &str| bundle(text).ok().map(|(bundle, mechtron)| (bundle.to_string(), mechtron));
        let page = "localhost:users:ada:repo:page:1.0.0".to_owned();
        assert_eq!(split(&page), Some((page.clone(), None)));
        assert_eq!(split(&format!("{page}:home")), Some((page, Some("home".into()))));
        assert_eq!(split("localhost:users:ada:repo:page"), None);
    }
}
