//! What authors write is open unless they say otherwise; what is compiled says so.

use serde_json::json;
use starlane_schema::open;

#[test]
fn every_form_with_members_is_opened_where_it_does_not_say() {
    let mut schema = json!({
        "definitions": { "d": { "optionalProperties": { "x": { "elements": { "properties": {} } } } } },
        "properties": {
            "kept": { "properties": {}, "additionalProperties": false },
            "tagged": { "discriminator": "t", "mapping": { "a": { "properties": {} } } },
            "each": { "values": { "properties": {} } },
            "metadata": { "type": "string", "metadata": { "properties": {} } },
        },
    });
    open(&mut schema);
    let opened = json!({ "properties": {}, "additionalProperties": true });
    assert_eq!(
        schema,
        json!({
            "definitions": { "d": {
                "optionalProperties": { "x": { "elements": opened } }, "additionalProperties": true,
            } },
            "properties": {
                "kept": { "properties": {}, "additionalProperties": false },
                "tagged": { "discriminator": "t", "mapping": { "a": opened } },
                "each": { "values": opened },
                "metadata": { "type": "string", "metadata": { "properties": {} } },
            },
            "additionalProperties": true,
        })
    );
}
