//! What may run: each way in which records and manifest can fail to hold has its own code.

use proptest::prelude::*;
use starlane_bundle::{
    Digest, InstallRecord, Proof, SecretKey, Seen, SeriesRecord, Signed, Swapped, TrustError, Version,
};
use starlane_protocol::document::Names;

use crate::sample::{manifest, root};

/// When the records of these tests end.
const EXPIRES: u64 = 1_000;

fn publisher() -> SecretKey {
    SecretKey::from_secret(&[9; 32])
}

fn series() -> SeriesRecord {
    let keys = vec![publisher().public()];
    SeriesRecord { keys, serial: 5, ..SeriesRecord::new(manifest().series(), EXPIRES) }
}

fn install() -> InstallRecord {
    InstallRecord {
        app: "localhost:hello".parse().unwrap(),
        series: manifest().series(),
        version: "1.2.0".parse().unwrap(),
        digest: Digest::of(&manifest().to_bytes()),
        floor: None,
        generation: 3,
        expires: EXPIRES,
        back: false,
        config: Names::new(),
        swapped: Names::new(),
    }
}

fn proof_by(install: &InstallRecord, series: &SeriesRecord, by: [&SecretKey; 2]) -> Result<Proof, TrustError> {
    let (install, series) = (install.to_bytes(), series.to_bytes());
    let signatures = [by[0].sign(&install).to_bytes(), by[1].sign(&series).to_bytes()];
    Proof::verify((&install, &signatures[0]), (&series, &signatures[1]), &root().public())
}

fn proof(install: &InstallRecord, series: &SeriesRecord) -> Proof {
    proof_by(install, series, [&root(), &root()]).unwrap()
}

fn code(result: Result<(), TrustError>) -> &'static str {
    result.map_or_else(|error| error.code(), |()| "runs")
}

fn checked(install: &InstallRecord, series: &SeriesRecord) -> &'static str {
    code(proof(install, series).check(Seen { serial: 5, generation: 3 }, EXPIRES - 1))
}

fn opened(series: &SeriesRecord, by: &SecretKey) -> &'static str {
    let signed = Signed::sign(manifest().to_bytes(), by).unwrap();
    let proof = proof(&install(), series);
    let read = proof.manifest(install().digest, signed.bytes.to_vec(), &signed.signature.to_bytes(), &root().public());
    code(read.map(drop))
}

#[test]
fn what_holds_runs() {
    assert_eq!(checked(&install(), &series()), "runs");
    assert_eq!(opened(&series(), &root()), "runs");
    assert_eq!(opened(&series(), &publisher()), "runs");
    let floor = Some("1.2.0".parse().unwrap());
    assert_eq!(checked(&InstallRecord { floor, ..install() }, &series()), "runs");
}

#[test]
fn only_the_root_signs_records() {
    let foreign = publisher();
    for by in [[&foreign, &root()], [&root(), &foreign]] {
        assert_eq!(proof_by(&install(), &series(), by).unwrap_err().code(), "wrong-signature");
    }
}

#[test]
fn a_series_record_is_no_proof_for_another_series() {
    let other = SeriesRecord { series: "localhost:repo:other".parse().unwrap(), ..series() };
    assert_eq!(proof_by(&install(), &other, [&root(), &root()]).unwrap_err().code(), "wrong-series");
    // Nor is one record the other.
    let (bytes, signature) = (series().to_bytes(), root().sign(&series().to_bytes()).to_bytes());
    let both = (&bytes[..], &signature[..]);
    assert_eq!(Proof::verify(both, both, &root().public()).unwrap_err().code(), "record-malformed");
}

#[test]
fn a_record_that_is_older_than_one_seen_is_refused() {
    assert_eq!(checked(&InstallRecord { generation: 2, ..install() }, &series()), "record-older");
    assert_eq!(checked(&install(), &SeriesRecord { serial: 4, ..series() }), "record-older");
    assert_eq!(checked(&InstallRecord { generation: 4, ..install() }, &SeriesRecord { serial: 6, ..series() }), "runs");
}

#[test]
fn a_record_holds_until_it_expires() {
    let at = |now| code(proof(&install(), &series()).check(Seen::default(), now));
    assert_eq!(
        (at(0), at(EXPIRES - 1), at(EXPIRES), at(u64::MAX)),
        ("runs", "runs", "record-expired", "record-expired")
    );
    assert_eq!(checked(&install(), &SeriesRecord { expires: EXPIRES - 1, ..series() }), "record-expired");
    assert_eq!(checked(&InstallRecord { expires: 0, ..install() }, &series()), "record-expired");
}

#[test]
fn nothing_below_the_floor_runs() {
    let floor = Some(Version::new(1, 2, 1));
    assert_eq!(checked(&InstallRecord { floor, ..install() }, &series()), "below-floor");
    let part = Swapped { version: Version::new(1, 0, 0), digest: Digest::of(b"old") };
    let swapped: Names<_> = [("greeter".to_owned(), part)].into_iter().collect();
    let floor = Some(Version::new(1, 1, 0));
    assert_eq!(checked(&InstallRecord { floor, swapped, ..install() }, &series()), "below-floor");
}

#[test]
fn nothing_revoked_runs() {
    let revoked = |digest| SeriesRecord { revoked: vec![digest], ..series() };
    assert_eq!(checked(&install(), &revoked(install().digest)), "revoked");
    assert_eq!(opened(&revoked(install().digest), &root()), "revoked");
    let part = Swapped { version: Version::new(1, 0, 0), digest: Digest::of(b"old") };
    let swapped: Names<_> = [("greeter".to_owned(), part)].into_iter().collect();
    assert_eq!(checked(&InstallRecord { swapped, ..install() }, &revoked(Digest::of(b"old"))), "revoked");
    assert_eq!(checked(&install(), &revoked(Digest::of(b"another"))), "runs");
}

#[test]
fn a_key_that_was_revoked_signs_nothing_any_more_not_even_what_it_signed_before() {
    let revoked = SeriesRecord { keys: Vec::new(), revoked_keys: vec![publisher().public()], serial: 6, ..series() };
    assert_eq!(opened(&revoked, &publisher()), "revoked");
    assert_eq!(opened(&revoked, &root()), "runs");
    assert_eq!(opened(&series(), &SecretKey::from_secret(&[10; 32])), "wrong-signature");
}

#[test]
fn a_manifest_is_that_of_the_bundle_which_the_record_names() {
    let signed = Signed::sign(manifest().to_bytes(), &root()).unwrap();
    let of = |install: InstallRecord, digest: Digest| {
        let proof = proof(&install, &series());
        let read = proof.manifest(digest, signed.bytes.to_vec(), &signed.signature.to_bytes(), &root().public());
        code(read.map(drop))
    };
    assert_eq!(of(InstallRecord { version: Version::new(1, 2, 1), ..install() }, signed.digest), "wrong-digest");
    assert_eq!(of(install(), Digest::of(b"")), "wrong-digest");
    let part = Swapped { version: Version::new(1, 2, 0), digest: signed.digest };
    let swapped: Names<_> = [("greeter".to_owned(), part)].into_iter().collect();
    let whole = Digest::of(b"the whole");
    let whole = InstallRecord { version: Version::new(1, 3, 0), digest: whole, swapped, ..install() };
    assert_eq!(of(whole, signed.digest), "runs");
}

proptest! {
    /// Whatever was seen and whenever it is, records run only when nothing was newer and their time is not over.
    #[test]
    fn records_run_exactly_when_they_are_the_newest_and_hold(
        (serial, generation) in (0..9_u64, 0..9_u64),
        (seen_serial, seen_generation) in (0..9_u64, 0..9_u64),
        now in 0..2 * EXPIRES,
    ) {
        let proof = proof(&InstallRecord { generation, ..install() }, &SeriesRecord { serial, ..series() });
        let runs = proof.check(Seen { serial: seen_serial, generation: seen_generation }, now).is_ok();
        prop_assert_eq!(runs, serial >= seen_serial && generation >= seen_generation && now < EXPIRES);
    }
}
