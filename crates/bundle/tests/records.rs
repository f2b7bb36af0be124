//! Install records say one thing only: what is not known or said twice is refused, however well signed.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};
use starlane_bundle::{Digest, InstallRecord, RECORD_BYTES, RecordError, Swapped, Version};
use starlane_protocol::document::Names;

use crate::sample::root;

fn verify(text: &str) -> Result<InstallRecord, RecordError> {
    InstallRecord::verify(text.as_bytes(), &root().sign(text.as_bytes()).to_bytes(), &root().public())
}

fn fields() -> String {
    let digest = Digest::of(b"");
    format!(r#""app":"a:b","series":"a:repo:b","version":"1.0.0","digest":"{digest}","generation":1,"expires":2"#)
}

#[test]
fn a_record_is_read_strictly() {
    let fields = fields();
    let record = verify(&format!("{{{fields}}}")).unwrap();
    assert_eq!((record.bundle().as_str(), record.floor), ("a:repo:b:1.0.0", None));
    let refused = |text: String| verify(&text).unwrap_err().to_string();
    assert!(refused(format!("{{{fields},\"ceiling\":\"1.1.0\"}}")).contains("unknown field `ceiling`"));
    assert!(refused(format!("{{{fields},\"generation\":2}}")).contains("twice"));
    assert!(refused(format!("{{{fields},\"config\":{{\"a\":1,\"a\":2}}}}")).contains("twice"));
    assert!(refused(format!("{{{fields},\"floor\":\"1.1\"}}")).contains("minor version"));
    let swapped = r#""swapped":{"x":{"version":"1.0.0","digest":"","more":1}}"#;
    assert!(refused(format!("{{{fields},{swapped}}}")).contains("a digest is"));
    assert!(refused(format!("{{{fields}}}x")).contains("trailing"));
    assert!(refused("{}".into()).contains("missing field `app`"));
    assert!(refused(format!("{{{}}}", fields.replace("a:b", "A"))).contains("a point begins with"));
}

#[test]
fn a_record_names_a_series_of_its_own_space() {
    let of = |series: &str| verify(&format!("{{{}}}", fields().replace("a:repo:b", series)));
    for series in ["a:repo:b", "a:users:ada:repo:b"] {
        assert_eq!(of(series).unwrap().bundle().as_str(), format!("{series}:1.0.0"));
    }
    for series in ["b:repo:b", "a:repo", "a:repo:b:c", "a:repo:1.0.0", "a:users:ada:b", "a:repo:b:/x", "a:b:repo:c"] {
        assert_eq!(of(series).unwrap_err().code(), "record-malformed", "{series}");
    }
}

#[test]
fn a_record_has_bounds() {
    let long = "x".repeat(RECORD_BYTES);
    assert_eq!(
        verify(&format!("{{{},\"config\":{{\"a\":\"{long}\"}}}}", fields())).unwrap_err().code(),
        "record-too-large"
    );
    let above = format!("{{{}}}", fields().replace("\"expires\":2", "\"expires\":9007199254740992"));
    assert_eq!(verify(&above).unwrap_err().code(), "record-malformed");
    let version = format!("1.0.0-{}", "x".repeat(60));
    assert_eq!(verify(&format!("{{{}}}", fields().replace("1.0.0", &version))).unwrap_err().code(), "record-malformed");
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".*".prop_map(Value::from)
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec(("[a-z]{1,3}", inner), 0..4).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

fn version() -> impl Strategy<Value = Version> {
    (0..100_u64, 0..100_u64, 0..100_u64).prop_map(|(major, minor, patch)| Version::new(major, minor, patch))
}

prop_compose! {
    fn record()(
        version in version(),
        floor in proptest::option::of(version()),
        generation in 0..1_u64 << 53,
        expires in 0..1_u64 << 53,
        (content, back) in any::<([u8; 4], bool)>(),
        config in vec(("[a-z]{1,4}", value()), 0..4),
        swapped in vec(("[a-z]{1,4}", self::version()), 0..4),
    ) -> InstallRecord {
        let digest = Digest::of(&content);
        InstallRecord {
            app: "a:b".parse().unwrap(), series: "a:repo:c".parse().unwrap(),
            version, digest, floor, generation, expires, back,
            config: config.into_iter().collect::<Names<_>>(),
            swapped: swapped.into_iter().map(|(name, version)| (name, Swapped { version, digest })).collect::<Names<_>>(),
        }
    }
}

proptest! {
    #[test]
    fn a_record_comes_back_as_it_was_written(record in record()) {
        let bytes = record.to_bytes();
        let again = InstallRecord::verify(&bytes, &root().sign(&bytes).to_bytes(), &root().public()).unwrap();
        prop_assert_eq!(again.to_bytes(), bytes);
        prop_assert_eq!(again, record);
    }

    #[test]
    fn a_key_more_is_refused_at_any_place(record in record(), key in "[a-z]{10,12}") {
        let mut value: Value = serde_json::from_slice(&record.to_bytes()).unwrap();
        value[&key] = json!(1);
        prop_assert!(verify(&value.to_string()).unwrap_err().to_string().contains("unknown field"));
    }

    #[test]
    fn any_signed_bytes_are_a_record_or_not(bytes in vec(any::<u8>(), 0..400)) {
        let read = InstallRecord::verify(&bytes, &root().sign(&bytes).to_bytes(), &root().public());
        prop_assert_eq!(read.unwrap_err().code(), "record-malformed");
    }
}
