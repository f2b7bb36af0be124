//! Parts of a path and of a query: what a text stands for under a schema.

use serde_json::json;
use starlane_schema::{Schema, from_text, is_scalar};

fn verdict(schema: serde_json::Value, text: &str) -> Result<(), String> {
    let schema = Schema::compile(&schema).unwrap();
    assert!(is_scalar(&schema, schema.root()));
    schema.check(&from_text(&schema, schema.root(), text)).map_err(|mismatch| mismatch.to_string())
}

#[test]
fn a_text_is_a_number_where_a_number_is_asked_for() {
    let page = json!({ "type": "uint8" });
    assert_eq!(verdict(page.clone(), "7"), Ok(()));
    for wrong in ["256", "-1", "1.5"] {
        assert_eq!(
            verdict(page.clone(), wrong).unwrap_err(),
            "expected a whole number from 0 to 255, found another number"
        );
    }
    for wrong in ["", "x", "0x7", "+7", "[7]", "true", "07", " 7", "7\n"] {
        assert_eq!(verdict(page.clone(), wrong).unwrap_err(), "expected a whole number from 0 to 255, found a string");
    }
    assert_eq!(verdict(json!({ "type": "float64" }), "-1.5e3"), Ok(()));
    assert_eq!(verdict(json!({ "type": "boolean" }), "true"), Ok(()));
    assert!(verdict(json!({ "type": "boolean" }), "1").is_err());
    assert_eq!(verdict(json!({ "type": "string" }), "7"), Ok(()));
    assert_eq!(verdict(json!({ "enum": ["7", "8"] }), "7"), Ok(()));
    assert_eq!(
        verdict(json!({ "enum": ["7", "8"] }), "9").unwrap_err(),
        "expected one of `7`, `8`, found another string"
    );
    assert_eq!(verdict(json!({}), "anything"), Ok(()));
}

#[test]
fn what_is_no_single_text_is_known_beforehand() {
    for schema in
        [json!({ "elements": {} }), json!({ "properties": {} }), json!({ "type": "string", "nullable": true })]
    {
        let schema = Schema::compile(&schema).unwrap();
        assert!(!is_scalar(&schema, schema.root()));
    }
}
