//! Bodies and schemas past their bounds, and schemas that would never end.

use serde_json::{Value, json};
use starlane_schema::limits::{BODY_BYTES, DEPTH, NODES, SCHEMA_NODES};
use starlane_schema::{Schema, Unreadable, read_cbor, read_json};

#[test]
fn a_body_has_256_kib_32_levels_and_32768_values_at_most() {
    let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    assert!(read_json(nested(DEPTH).as_bytes()).is_ok());
    assert_eq!(read_json(nested(DEPTH + 1).as_bytes()), Err(Unreadable::TooDeep));
    assert_eq!(read_cbor(&[vec![0x81; DEPTH + 1], vec![0x00]].concat()), Err(Unreadable::TooDeep));
    assert_eq!(read_cbor(&[vec![0xc1; DEPTH + 1], vec![0x00]].concat()), Err(Unreadable::TooDeep));

    let many = |values: usize| format!("[{}0]", "0,".repeat(values - 2));
    assert!(read_json(many(NODES).as_bytes()).is_ok());
    assert_eq!(read_json(many(NODES + 1).as_bytes()), Err(Unreadable::TooMany));

    let large = format!("\"{}\"", "x".repeat(BODY_BYTES - 2));
    assert!(read_json(large.as_bytes()).is_ok());
    assert_eq!(read_json(format!("{large} ").as_bytes()), Err(Unreadable::TooLarge));
}

#[test]
fn a_name_that_stands_twice_is_refused() {
    let twice = Err(Unreadable::Twice("a".into()));
    assert_eq!(read_json(br#"{"a":1,"b":2,"\u0061":3}"#), twice);
    assert_eq!(read_cbor(b"\xa2\x61a\x01\x61a\x02"), twice);
    let many: Vec<_> = (0..20).map(|n| format!("\"{n}\":0")).collect();
    let text = format!("{{\"a\":0,{},\"a\":0}}", many.join(","));
    assert_eq!(read_json(text.as_bytes()), twice);
}

#[test]
fn a_schema_has_32_levels_and_4096_forms_at_most() {
    let nested = |levels: usize| (0..levels).fold(json!({}), |inner, _| json!({ "elements": inner }));
    assert!(Schema::compile(&nested(DEPTH)).is_ok());
    let errors = Schema::compile(&nested(DEPTH + 1)).unwrap_err();
    assert!(errors[0].message.contains("32 levels"), "{errors:?}");

    let many = |forms: usize| json!({ "enum": (0..forms - 1).map(|n| n.to_string()).collect::<Vec<_>>() });
    assert!(Schema::compile(&many(SCHEMA_NODES)).is_ok());
    let errors = Schema::compile(&many(SCHEMA_NODES + 1)).unwrap_err();
    assert_eq!(errors.len(), 1);
    assert!(errors[0].message.contains("4096 forms"), "{errors:?}");
}

#[test]
fn a_reference_that_leads_back_to_itself_is_refused() {
    let circle = json!({ "definitions": { "a": { "ref": "b" }, "b": { "ref": "a", "nullable": true }, "c": { "ref": "a" } }, "ref": "c" });
    let places: Vec<_> = Schema::compile(&circle).unwrap_err().into_iter().map(|error| error.place).collect();
    assert_eq!(places, ["/definitions/a", "/definitions/b", "/definitions/c"]);
}

#[test]
fn every_mistake_of_a_schema_is_named_with_its_place() {
    let schema = json!({
        "properties": { "age": { "type": "int64" }, "names": { "element": {} } },
        "optionalProperties": { "tag": { "enum": ["a", "a"] } },
    });
    let mut named: Vec<_> = Schema::compile(&schema).unwrap_err().into_iter().map(|error| error.to_string()).collect();
    named.sort();
    assert_eq!(
        named,
        [
            "at `/optionalProperties/tag/enum` of the schema: `a` stands twice",
            "at `/properties/age/type` of the schema: `\"int64\"` is no type: there are boolean, float32, float64, int8, uint8, \
         int16, uint16, int32, uint32, string, timestamp",
            "at `/properties/names/element` of the schema: `element` is no keyword of a schema; did you mean `elements`?",
        ]
    );
}

#[test]
fn a_long_chain_of_references_ends_where_it_leads() {
    let mut definitions = serde_json::Map::new();
    for n in 0..3_000 {
        definitions.insert(format!("d{n}"), json!({ "ref": format!("d{}", n + 1), "nullable": n == 7 }));
    }
    definitions.insert("d3000".into(), json!({ "type": "string" }));
    let schema = Schema::compile(&json!({ "definitions": Value::Object(definitions), "ref": "d0" })).unwrap();
    assert!(schema.check(&read_json(b"\"x\"").unwrap()).is_ok());
    assert!(schema.check(&read_json(b"null").unwrap()).is_ok());
    assert_eq!(schema.check(&read_json(b"7").unwrap()).unwrap_err().rule, "/definitions/d3000/type");
}

#[test]
fn the_largest_schema_checks_the_largest_body_once() {
    // Each member asked for is looked up, never searched: a thousand times less than the product of the two.
    let names: Vec<_> = (0..SCHEMA_NODES - 2).map(|n| format!("m{n:05}")).collect();
    let members: serde_json::Map<_, _> = names.iter().map(|name| (name.clone(), json!({}))).collect();
    let schema = Schema::compile(&json!({ "properties": members, "additionalProperties": true })).unwrap();
    let body: Vec<_> = (1..20_000).map(|n| format!("\"m{n:05}\":0")).collect();
    let body = format!("{{{}}}", body.join(","));
    let mismatch = schema.check(&read_json(body.as_bytes()).unwrap()).unwrap_err();
    assert_eq!(mismatch.to_string(), "expected a member `m00000`, found none");
}
