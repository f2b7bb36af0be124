//! Signatures: what is changed anywhere is refused, and so is every other key.

use proptest::prelude::*;
use proptest::sample::Index;
use starlane_bundle::{Digest, InstallRecord, PublicKey, SecretKey, Signature, Signed};
use starlane_protocol::document::Names;

use crate::sample::{manifest, root};

fn record() -> InstallRecord {
    InstallRecord {
        app: "localhost:hello".parse().unwrap(),
        series: manifest().series(),
        version: "1.2.0".parse().unwrap(),
        digest: Digest::of(&manifest().to_bytes()),
        floor: None,
        generation: 3,
        expires: 1_800_000_000_000,
        back: false,
        config: Names::new(),
        swapped: Names::new(),
    }
}

#[test]
fn a_key_signs_as_the_standard_says() {
    // RFC 8032, 7.1, test 1.
    let secret = [
        0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44, 0x49,
        0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
    ];
    let key = SecretKey::from_secret(&secret);
    assert_eq!(format!("{:?}", key.public()), "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    assert_eq!(key.sign(b"").to_bytes()[..4], [0xe5, 0x56, 0x43, 0x00]);
    assert_eq!(format!("{key:?}"), "SecretKey(…)");
    assert_eq!(key.public().to_string().parse(), Ok(key.public()));
    assert_eq!("D7".repeat(32).parse::<PublicKey>().unwrap_err().code(), "bad-key");
}

#[test]
fn what_is_signed_is_verified() {
    let signed = Signed::sign(manifest().to_bytes(), &root()).unwrap();
    let again = Signed::verify(signed.bytes.to_vec(), &signed.signature.to_bytes(), [&root().public()]).unwrap();
    assert_eq!((again.digest, &again.manifest), (Digest::of(&signed.bytes), &manifest()));
    assert_eq!(again.signer, root().public());
    let bytes = record().to_bytes();
    assert_eq!(InstallRecord::verify(&bytes, &root().sign(&bytes).to_bytes(), &root().public()), Ok(record()));
}

#[test]
fn another_key_and_no_key_are_refused() {
    let signed = Signed::sign(manifest().to_bytes(), &root()).unwrap();
    let other = SecretKey::from_secret(&[8; 32]).public();
    let code =
        |signature: &[u8], key: &PublicKey| Signed::verify(signed.bytes.to_vec(), signature, [key]).unwrap_err().code();
    assert_eq!(code(&signed.signature.to_bytes(), &other), "wrong-signature");
    assert_eq!(code(&signed.signature.to_bytes()[1..], &root().public()), "bad-signature");
    assert_eq!(code(&[], &root().public()), "bad-signature");
    assert_eq!(code(&[0; 64], &root().public()), "wrong-signature");
    assert_eq!(PublicKey::from_bytes(&[1; 31]).unwrap_err().code(), "bad-key");
    assert_eq!(PublicKey::from_bytes(&[2; 32]).unwrap_err().code(), "bad-key");
    // A key of small order verifies nothing, whatever the signature.
    if let Ok(weak) = PublicKey::from_bytes(&[0; 32]) {
        assert_eq!(code(&[0; 64], &weak), "wrong-signature");
    }
}

#[test]
fn bytes_that_are_signed_and_no_manifest_are_refused() {
    for bytes in [&b"{}"[..], b"", b"garbage", b"[]"] {
        assert_eq!(Signed::sign(bytes.to_vec(), &root()).unwrap_err().code(), "manifest-malformed");
        let signature = root().sign(bytes).to_bytes();
        let refused = Signed::verify(bytes.to_vec(), &signature, [&root().public()]).unwrap_err();
        assert_eq!(refused.code(), "manifest-malformed");
        assert_eq!(InstallRecord::verify(bytes, &signature, &root().public()).unwrap_err().code(), "record-malformed");
    }
}

proptest! {
    #[test]
    fn a_bit_changed_anywhere_is_refused(at in any::<Index>(), bit in 0..8) {
        let change = |bytes: &[u8]| {
            let mut bytes = bytes.to_vec();
            let at = at.index(bytes.len());
            bytes[at] ^= 1_u8 << bit;
            bytes
        };
        let (public, bytes) = (root().public(), manifest().to_bytes());
        let signature = root().sign(&bytes).to_bytes();
        prop_assert_eq!(Signed::verify(change(&bytes), &signature, [&public]).unwrap_err().code(), "wrong-signature");
        prop_assert_eq!(Signed::verify(bytes, &change(&signature), [&public]).unwrap_err().code(), "wrong-signature");
        let bytes = record().to_bytes();
        let signature = root().sign(&bytes).to_bytes();
        prop_assert_eq!(InstallRecord::verify(&change(&bytes), &signature, &public).unwrap_err().code(), "wrong-signature");
        prop_assert_eq!(InstallRecord::verify(&bytes, &change(&signature), &public).unwrap_err().code(), "wrong-signature");
        if let Ok(other) = PublicKey::from_bytes(&change(public.as_bytes())) {
            prop_assert!(InstallRecord::verify(&bytes, &signature, &other).is_err());
        }
    }

    #[test]
    fn any_bytes_are_a_signature_or_not(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        prop_assert_eq!(Signature::from_bytes(&bytes).is_ok(), bytes.len() == 64);
        if let Ok(key) = PublicKey::from_bytes(&bytes) {
            prop_assert_eq!(&key.as_bytes()[..], &bytes[..]);
        }
    }
}
