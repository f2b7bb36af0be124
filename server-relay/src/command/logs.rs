//! `starlane logs [point]`.

use std::thread;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use clap::Args;
use serde::Deserialize;
use serde_json::{Value, json};
use starlane_protocol::Point;

use super::failure::Failure;
use super::{Context, arguments, token, units};

/// How often a follower asks: quick enough to watch, slow enough to cost nothing.
const ASK: Duration = Duration::from_millis(500);

const DIM: Style = Style::new().dimmed();
const ERROR: Style = AnsiColor::Red.on_default();
const WARNING: Style = AnsiColor::Yellow.on_default();

/// Print what mechtrons log, and why they fail.
#[derive(Args)]
pub(super) struct Logs {
    /// Whose lines; everything's when it is not given
    point: Option<String>,
    /// Go on printing lines as they come
    #[arg(long, short)]
    follow: bool,
    /// How many of the last lines
    #[arg(long, short = 'n', default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
}

#[derive(Deserialize)]
struct Line {
    seq: u64,
    at: i64,
    level: String,
    point: String,
    text: String,
}

impl Logs {
    pub(super) fn run(self, context: &Context) -> Result<(), Failure> {
        let client = context.client()?;
        let point: Point = match &self.point {
            Some(point) => arguments::point(point)?,
            None => arguments::point(&token::space(&client.mesh(false)?)?)?,
        };
        let said = client.command(&point, "Logs", &json!({ "limit": self.limit }))?;
        let is_nowhere = said["stands"] == false && lines(&said).is_empty();
        if !self.follow {
            if is_nowhere {
                let what = format!("nothing stands at {point}, and nothing was logged about it");
                return Err(Failure::new("no-route", what).hint("`starlane ls` shows everything"));
            }
            if lines(&said).is_empty() {
                context.output.remark("nothing was logged yet");
            }
            return context.output.result(&said, || lines(&said).iter().map(people).collect());
        }
        if is_nowhere {
            context.output.remark(&format!("nothing stands at {point} yet"));
        }
        let mut after = tell(context, &said)?.unwrap_or(0);
        loop {
            thread::sleep(ASK);
            let said = client.command(&point, "Logs", &json!({ "after": after }))?;
            after = tell(context, &said)?.unwrap_or(after);
        }
    }
}

fn lines(said: &Value) -> Vec<Line> {
    said["lines"].as_array().into_iter().flatten().filter_map(|line| Line::deserialize(line).ok()).collect()
}

/// Prints lines one by one; the number of the last.
fn tell(context: &Context, said: &Value) -> Result<Option<u64>, Failure> {
    if context.output.is_json() {
        for line in said["lines"].as_array().into_iter().flatten() {
            context.output.line(line)?;
        }
    }
    let lines = lines(said);
    if !context.output.is_json() && !lines.is_empty() {
        context.output.text(&lines.iter().map(people).collect::<String>())?;
    }
    Ok(lines.last().map(|line| line.seq))
}

fn people(line: &Line) -> String {
    let style = match line.level.as_str() {
        "error" => ERROR,
        "warning" => WARNING,
        _ => Style::new(),
    };
    // What a guest wrote may hold anything; a terminal is not to obey it.
    let text: String = line.text.chars().map(|c| if c.is_control() && c != '\t' { '\u{fffd}' } else { c }).collect();
    let time = units::time_of_day(line.at);
    format!("{DIM}{time}{DIM:#} {style}{:<7}{style:#} {DIM}{}{DIM:#} {text}\n", line.level, line.point)
}
