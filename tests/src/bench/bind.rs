//! What a bind with schemas costs each wave: its body is read and checked, beside a whole local ping of 64 bytes.

use std::hint::black_box;

use anyhow::{Result, anyhow};
use serde_json::json;
use starlane_host::bind::CompiledBind;
use starlane_protocol::{Agent, Body, Wave, WaveId, WaveKind};

use super::app::point;
use super::row::{Aim, Pairs, Row, micros_each};
use super::shell::Shell;

/// Pings of one round.
const PINGS: u32 = 10_000;
/// Bytes of bodies that are checked in one round.
const BYTES: usize = 4 << 20;
/// Rounds: enough for a median that stays where it is.
const ROUNDS: usize = 21;

const BESIDE: &str = "a local ping of 64 bytes, native";

/// A body of 64 bytes.
pub(super) fn run_small() -> Result<Row> {
    run("checking a body of 64 bytes against its schema, native", members(1), 64, Some(Aim::AtMost(0.3)))
}

/// A body of 64 KiB.
pub(super) fn run_large() -> Result<Row> {
    run("checking a body of 64 KiB against its schema, native", members(1_074), 65_536, None)
}

/// An array of so many objects as applications send them, 60 bytes each.
fn members(count: usize) -> String {
    let one = r#"{"id":4711,"name":"Ada Lovelace","tags":["a","b"],"on":true}"#;
    format!("[{}]", vec![one; count].join(","))
}

fn run(what: &'static str, body: String, bytes: usize, aim: Option<Aim>) -> Result<Row> {
    let bind = json!({ "route": [{ "method": "Ext<Go>", "body": { "type": "application/json", "schema": {
        "elements": {
            "properties": {
                "id": { "type": "uint32" },
                "name": { "type": "string" },
                "tags": { "elements": { "enum": ["a", "b", "c"] } },
                "on": { "type": "boolean" },
            },
            "additionalProperties": true,
        },
    } } }] });
    let bind = CompiledBind::new(&serde_json::from_value(bind)?).map_err(|faults| anyhow!("{faults:?}"))?;
    let padded = " ".repeat(bytes - body.len()) + &body;
    let (from, to) = (point("localhost:bench:one")?, point("localhost:bench:two")?);
    let mut wave = Wave::new(WaveId([7; 16]), WaveKind::Ping, from, Agent::Anonymous, to, "Ext<Go>".parse()?);
    wave.body = Body::json(padded);
    let checks = u32::try_from(BYTES / bytes / 8)?.max(8);
    let mut shell = Shell::new(&[("asks", "asks"), ("echo", "echo")])?;
    let asks = point("localhost:bench:asks")?;
    let pairs = Pairs::measure(
        ROUNDS,
        || {
            micros_each(checks, || {
                (0..checks).try_for_each(|_| {
                    black_box(bind.hold(black_box(&wave))).map(drop).map_err(|refusal| anyhow!("{refusal}"))
                })
            })
        },
        || micros_each(PINGS, || shell.ping(&asks, "Ext<Go>", &PINGS.to_le_bytes()).map(drop)),
    )?;
    let (ours, theirs) = pairs.medians();
    Ok(Row::new(what, BESIDE, aim, &pairs, format!("{ours:.2} µs beside {theirs:.2} µs")))
}
