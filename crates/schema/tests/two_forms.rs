//! A body in JSON and the same body in CBOR get the same verdict.

use minicbor::Encoder;
use proptest::prelude::*;
use starlane_schema::{Mismatch, Schema, Value, read_cbor, read_json};

use crate::strategies::{Choices, body, schema};

fn cbor(value: &Value<'_>, e: &mut Encoder<&mut Vec<u8>>) {
    match value {
        Value::Null | Value::Foreign(_) => drop(e.null()),
        Value::Boolean(value) => drop(e.bool(*value)),
        Value::Number(number) if number.fract() == 0.0 && number.abs() < 1e9 => drop(e.i64(*number as i64)),
        Value::Number(number) => drop(e.f64(*number)),
        Value::Text(text) => drop(e.str(text)),
        Value::Array(items) => {
            e.begin_array().unwrap();
            items.iter().for_each(|item| cbor(item, e));
            e.end().unwrap();
        }
        Value::Object(members) => {
            e.map(members.len() as u64).unwrap();
            for (name, value) in members {
                e.str(name).unwrap();
                cbor(value, e);
            }
        }
    }
}

fn verdicts(schema: &Schema, value: &Value<'_>) -> (Result<(), Mismatch>, Result<(), Mismatch>) {
    let mut bytes = Vec::new();
    cbor(value, &mut Encoder::new(&mut bytes));
    let (json, cbor) = (value.to_json(), read_cbor(&bytes).unwrap());
    assert_eq!(read_json(json.as_bytes()).unwrap(), cbor);
    (schema.check(&read_json(json.as_bytes()).unwrap()), schema.check(&cbor))
}

proptest! {
    #[test]
    fn both_forms_get_the_same_verdict(one in schema(), other in schema(), choices in prop::collection::vec(any::<u8>(), 24)) {
        let (one, other) = (Schema::compile(&one).unwrap(), Schema::compile(&other).unwrap());
        if let Some(value) = body(&one, one.root(), &mut Choices(choices.iter()), 5) {
            let (json, cbor) = verdicts(&other, &value);
            prop_assert_eq!(json, cbor);
        }
    }
}

#[test]
fn what_json_cannot_say_is_taken_by_the_empty_form_only() {
    let (any, number) = (serde_json::json!({}), serde_json::json!({ "type": "float64" }));
    let (any, number) = (Schema::compile(&any).unwrap(), Schema::compile(&number).unwrap());
    for (bytes, found) in [
        (b"\x42\x01\x02".as_slice(), "bytes"),
        (b"\xf9\x7e\x00", "a number that JSON has not"),
        (b"\xf7", "a simple value of CBOR"),
        (b"\xc1\x00", "a tagged item of CBOR"),
    ] {
        let value = read_cbor(bytes).unwrap();
        assert!(any.check(&value).is_ok());
        assert_eq!(number.check(&value).unwrap_err().to_string(), format!("expected a number, found {found}"));
    }
    for number_bytes in
        [b"\xf9\x3c\x00".as_slice(), b"\xfa\x3f\x80\x00\x00", b"\x01", b"\x20", b"\x1b\xff\xff\xff\xff\xff\xff\xff\xff"]
    {
        assert!(number.check(&read_cbor(number_bytes).unwrap()).is_ok());
    }
    for wrong in [
        b"\xff".as_slice(),
        b"\xa1\x01\x02",
        b"\x01\x01",
        b"\x61\xff",
        b"\x9f\x01",
        b"\xa1\x61a",
        b"\xf8\x00",
        b"\xf8\x18",
    ] {
        assert_eq!(read_cbor(wrong).unwrap_err().code(), "body-malformed", "{wrong:?}");
    }
}
