//! Series records are read strictly: one order, nothing twice, within bounds.

use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use serde_json::{Value, json};
use starlane_bundle::{
    Digest, PublicKey, RECORD_BYTES, REVOKED, REVOKED_KEYS, RecordError, SERIES_KEYS, SecretKey, SeriesRecord, owner,
};

use crate::sample::root;

/// The public half of the key with this number.
fn key(number: u8) -> PublicKey {
    SecretKey::from_secret(&[number; 32]).public()
}

fn verify(value: &Value) -> Result<SeriesRecord, RecordError> {
    let bytes = value.to_string().into_bytes();
    SeriesRecord::verify(&bytes, &root().sign(&bytes).to_bytes(), &root().public())
}

fn record() -> Value {
    json!({"series": "a:repo:b", "keys": [], "serial": 1, "revoked_keys": [], "revoked": [], "expires": 9})
}

fn with(name: &str, value: Value) -> Value {
    let mut record = record();
    record[name] = value;
    record
}

fn sorted(mut keys: Vec<PublicKey>) -> Vec<PublicKey> {
    keys.sort();
    keys
}

#[test]
fn a_series_record_is_read_strictly() {
    let (low, high) = match sorted(vec![key(1), key(2)])[..] {
        [low, high] => (low, high),
        _ => unreachable!(),
    };
    assert_eq!(verify(&record()).unwrap(), SeriesRecord::new("a:repo:b".parse().unwrap(), 9));
    assert_eq!(verify(&with("keys", json!([low, high]))).unwrap().keys, [low, high]);
    let refused = |value: Value| match verify(&value).unwrap_err() {
        RecordError::Malformed(what) => what,
        other => panic!("{other}"),
    };
    assert!(refused(with("keys", json!([high, low]))).contains("not sorted"));
    assert!(refused(with("keys", json!([low, low]))).contains("twice"));
    assert!(refused(with("revoked", json!([Digest::of(b"a"), Digest::of(b"a")]))).contains("twice"));
    assert!(refused(with("keys", json!(["ab"]))).contains("64 lower-case hex digits"));
    assert!(refused(with("serial", json!(1_u64 << 53))).contains("2^53"));
    assert!(refused(with("series", json!("a:repo:b:1.0.0"))).contains("series"));
    assert!(refused(with("ceiling", json!("1.0.0"))).contains("unknown field `ceiling`"));
    let mut both = with("keys", json!([low]));
    both["revoked_keys"] = json!([low]);
    assert!(refused(both).contains("both"));
    for name in ["series", "keys", "serial", "revoked_keys", "revoked", "expires"] {
        let mut less = record();
        less.as_object_mut().unwrap().remove(name);
        assert!(refused(less).contains(&format!("missing field `{name}`")));
    }
}

#[test]
fn lists_have_bounds_and_a_full_record_fits() {
    let keys = |count: usize, from: usize| {
        let secret = |number: usize| {
            let mut secret = [0; 32];
            secret[..8].copy_from_slice(&(from + number).to_be_bytes());
            SecretKey::from_secret(&secret).public()
        };
        sorted((0..count).map(secret).collect())
    };
    let digests = |count: usize| {
        let mut digests: Vec<_> = (0..count).map(|number| Digest::of(&number.to_be_bytes())).collect();
        digests.sort();
        digests
    };
    for (name, most) in [("keys", SERIES_KEYS), ("revoked_keys", REVOKED_KEYS)] {
        assert!(verify(&with(name, json!(keys(most, 0)))).is_ok(), "{name}");
        assert_eq!(verify(&with(name, json!(keys(most + 1, 0)))).unwrap_err().code(), "record-malformed");
    }
    assert_eq!(verify(&with("revoked", json!(digests(REVOKED + 1)))).unwrap_err().code(), "record-malformed");
    let mut full = with("revoked", json!(digests(REVOKED)));
    full["keys"] = json!(keys(SERIES_KEYS, 0));
    full["revoked_keys"] = json!(keys(REVOKED_KEYS, 1_000));
    assert!(full.to_string().len() <= RECORD_BYTES && verify(&full).is_ok());
}

#[test]
fn a_users_series_and_its_bundles_belong_to_that_user() {
    let owner = |point: &str| owner(&point.parse().unwrap()).map(|user| user.to_string());
    for point in ["a:users:ada:repo:b", "a:users:ada:repo:b:1.0.0", "a:users:ada:repo:b:1.0.0:/x/y"] {
        assert_eq!(owner(point).as_deref(), Some("a:users:ada"), "{point}");
    }
    for point in ["a:repo:b", "a:users:ada", "a:users:repo:b", "a:x:ada:repo:b", "a"] {
        assert_eq!(owner(point), None, "{point}");
    }
}

prop_compose! {
    fn records()(
        keys in btree_set(0..60_u8, 0..5),
        revoked_keys in btree_set(100..200_u8, 0..5),
        revoked in btree_set(any::<[u8; 4]>(), 0..5),
        serial in 0..1_u64 << 53,
        expires in 0..1_u64 << 53,
    ) -> SeriesRecord {
        let (keys, revoked_keys) = (keys.into_iter().map(key).collect(), revoked_keys.into_iter().map(key).collect());
        let mut revoked: Vec<_> = revoked.iter().map(|bytes| Digest::of(bytes)).collect();
        revoked.sort();
        let series = "a:users:ada:repo:b".parse().unwrap();
        SeriesRecord { series, keys: sorted(keys), serial, revoked_keys: sorted(revoked_keys), revoked, expires }
    }
}

proptest! {
    #[test]
    fn a_series_record_comes_back_as_it_was_written(record in records()) {
        let bytes = record.to_bytes();
        let again = SeriesRecord::verify(&bytes, &root().sign(&bytes).to_bytes(), &root().public()).unwrap();
        prop_assert_eq!(again.to_bytes(), bytes);
        prop_assert_eq!(again, record);
    }

    #[test]
    fn any_signed_bytes_are_a_series_record_or_not(bytes in vec(any::<u8>(), 0..400)) {
        let read = SeriesRecord::verify(&bytes, &root().sign(&bytes).to_bytes(), &root().public());
        prop_assert_eq!(read.unwrap_err().code(), "record-malformed");
    }

    #[test]
    fn a_series_record_signed_by_another_is_refused(record in records(), secret: [u8; 32]) {
        prop_assume!(secret != [7; 32]);
        let bytes = record.to_bytes();
        let foreign = SecretKey::from_secret(&secret).sign(&bytes).to_bytes();
        let refused = SeriesRecord::verify(&bytes, &foreign, &root().public()).unwrap_err();
        prop_assert_eq!(refused.code(), "wrong-signature");
    }
}
