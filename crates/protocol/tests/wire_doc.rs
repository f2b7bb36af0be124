//! `docs/wire.md` says what the code says: its tables, its numbers and its examples.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use starlane_protocol::lane::{ByeCode, Form};
use starlane_protocol::{Code, Retry, limits};

#[derive(Deserialize)]
struct Frames {
    frames: Vec<Known>,
}

#[derive(Deserialize)]
struct Known {
    name: String,
    cbor: String,
    json: Value,
}

fn doc() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/wire.md");
    std::fs::read_to_string(path).unwrap()
}

fn hold(table: &str) {
    assert!(doc().contains(table), "docs/wire.md should hold:\n{table}");
}

#[test]
fn every_status_code_is_there() {
    let retry = |code: &Code| match code.retry() {
        Retry::Safe => "safe",
        Retry::Unknown => "unknown",
        Retry::No => "no",
    };
    let row = |code: &Code| format!("| `{}` | {} | {} | {} |\n", code, code.status(), retry(code), code.hint());
    let rows: String = Code::ALL.iter().map(row).collect();
    hold(&format!("| code | status | retry | what to do |\n| --- | --- | --- | --- |\n{rows}\n"));
}

#[test]
fn every_bye_code_is_there() {
    let doc = doc();
    let table = doc.split("| number | code |").nth(1).unwrap().split("\n\n").next().unwrap();
    let rows: Vec<&str> = table.lines().skip(2).collect();
    assert_eq!(rows.len(), ByeCode::ALL.len());
    for (row, (number, code)) in rows.iter().zip(ByeCode::ALL.iter().enumerate()) {
        assert!(row.starts_with(&format!("| {number} | `{}` |", code.word())), "{row}");
    }
}

#[test]
fn every_limit_has_its_number() {
    let grouped = |number: u64| {
        let digits = number.to_string();
        let groups: Vec<&str> = digits.as_bytes().rchunks(3).rev().map(|g| std::str::from_utf8(g).unwrap()).collect();
        groups.join(",")
    };
    for (what, number) in [
        ("bytes of a point", limits::POINT_BYTES),
        ("segments of a point, the space included", limits::POINT_SEGMENTS),
        ("bytes of a space", limits::SPACE_BYTES),
        ("bytes of a segment", limits::SEGMENT_BYTES),
        ("bytes of a method", limits::METHOD_BYTES),
        ("bytes of a path, and of a query", limits::PATH_BYTES),
        ("headers of a wave", limits::HEADERS),
        ("bytes of all their names and values", limits::HEADERS_BYTES),
        ("bytes of a content type", limits::TYPE_BYTES),
        ("bytes of a body", limits::BODY_BYTES),
        ("ids in a chain", limits::CHAIN),
        ("hops", usize::from(limits::HOPS)),
        ("bytes of a trace", limits::TRACE_BYTES),
        ("milliseconds of `wait`", limits::WAIT_HIGH_MS as usize),
        ("bytes of a binary message", limits::MESSAGE_BYTES),
        ("bytes of a text message", limits::JSON_MESSAGE_BYTES),
        ("frames of a message", limits::MESSAGE_FRAMES),
        ("features of a greet", limits::FEATURES),
        ("applications of a greet", limits::INSTALLS),
    ] {
        hold(&format!("| {what} | {} |\n", grouped(number as u64)));
    }
    assert_eq!(limits::WIRE_INTEGER, (1 << 53) - 1);
    for (name, wait) in [("low", limits::WAIT_LOW_MS), ("med", limits::WAIT_MED_MS), ("high", limits::WAIT_HIGH_MS)] {
        assert!(doc().contains(&format!("`{name}` = {}", grouped(wait.into()))), "{name}");
    }
    for form in Form::ALL {
        assert!(doc().contains(&format!("`{}`", form.sub_protocol())));
    }
}

#[test]
fn the_examples_are_fixtures() {
    let known: Vec<Known> = crate::fixtures::read::<Frames>("frames.json").frames;
    let known: BTreeMap<&str, &Known> = known.iter().map(|frame| (frame.name.as_str(), frame)).collect();
    let doc = doc();
    let mut examples = 0;
    for example in doc.split("Example: \"").skip(1) {
        let (name, rest) = example.split_once("\".\n").expect("a name in quotes");
        let fixture = known.get(name).unwrap_or_else(|| panic!("no fixture `{name}`"));
        let block = |language: &str| {
            let start = format!("```{language}\n");
            rest.split(&start)
                .nth(1)
                .and_then(|text| text.split("```").next())
                .unwrap_or_else(|| panic!("{name}: {language}"))
        };
        assert_eq!(serde_json::from_str::<Value>(block("json")).unwrap(), fixture.json, "{name}");
        assert_eq!(block("text").split_whitespace().collect::<String>(), fixture.cbor, "{name}");
        examples += 1;
    }
    assert!(examples >= 5, "{examples} examples");
}
