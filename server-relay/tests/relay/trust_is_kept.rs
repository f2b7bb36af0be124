use serde_json::{Value, json};
use starlane_bundle::{Digest, Proof, PublicKey, RECORD_LIFE_MS, SecretKey, Seen};
use starlane_protocol::lane::{Frame, Installed};
use starlane_relay::WallClock;

use crate::mesh::{Bundle, Lane, Mesh, install, publish};

const KEEPER: &str = include_str!("guests/keeper.wat");
const HELLO: &str = include_str!("guests/hello.wat");

/// Milliseconds of a day.
const DAY: u64 = 24 * 60 * 60 * 1_000;

/// A moment in 2027, in milliseconds since 1970 UTC.
const NOW: u64 = 1_800_000_000_000;

fn keeper(version: &str) -> Bundle {
    Bundle::app(&format!("localhost:repo:keep:{version}"), "room", KEEPER, true)
}

fn hello(version: &str) -> Bundle {
    Bundle::app(&format!("localhost:repo:hello:{version}"), "greeter", HELLO, false)
}

fn key(number: u8) -> SecretKey {
    SecretKey::from_secret(&[number; 32])
}

async fn keep(mesh: &Mesh, text: &str) -> Value {
    mesh.ping("localhost:keep:room:tea", "Ext<Keep>", text).await
}

/// What `Cmd<Trust>` answers.
async fn trust(mesh: &Mesh, series: &str, body: Value) -> Value {
    let pong = mesh.ping(series, "Cmd<Trust>", &body.to_string()).await;
    assert_eq!(pong["status"], 200, "{pong}");
    serde_json::from_str(pong["body"].as_str().unwrap()).unwrap()
}

async fn told(lane: &mut Lane) -> Installed {
    loop {
        if let Some(Frame::Install(installed)) = lane.next().await {
            return installed;
        }
    }
}

/// What a star is told, verified.
fn proven(lane: &Lane, installed: &Installed) -> Proof {
    let root = PublicKey::from_bytes(&lane.greet.as_ref().unwrap().root).unwrap();
    let part = |bytes: &Option<Vec<u8>>| bytes.clone().unwrap();
    let (record, signature) = (part(&installed.record), part(&installed.signature));
    let (series, series_signature) = (part(&installed.series), part(&installed.series_signature));
    Proof::verify((&record, &signature), (&series, &series_signature), &root).unwrap()
}

#[tokio::test]
async fn a_lane_is_told_of_records_that_hold() {
    let mesh = Mesh::start().await;
    install(&mesh, "localhost:hello", &hello("1.0.0")).await;
    let lane = mesh.lane(Some(&mesh.token)).await;
    let installed = lane.greet.as_ref().unwrap().installs[0].clone();
    let proof = proven(&lane, &installed);
    assert_eq!((proof.install.generation, proof.series.serial), (1, 1));
    assert_eq!(proof.install.bundle().as_str(), "localhost:repo:hello:1.0.0");
    assert_eq!(proof.check(Seen::default(), proof.series.expires - 1), Ok(()));
}

#[tokio::test]
async fn a_publisher_signs_with_a_key_that_the_series_trusts() {
    let mesh = Mesh::start().await;
    let (bundle, ours) = (hello("1.0.0"), key(1));
    bundle.upload(&mesh).await;
    bundle.put_by(&mesh, &mesh.token, Some(&ours)).await.refused(403, "unknown-key");
    let series = trust(&mesh, "localhost:repo:hello", json!({ "add": ours.public() })).await;
    assert_eq!((&series["serial"], &series["keys"]), (&json!(1), &json!([ours.public()])));
    // The same key again changes nothing.
    assert_eq!(trust(&mesh, "localhost:repo:hello", json!({ "add": ours.public() })).await["serial"], 1);
    let published = bundle.put_by(&mesh, &mesh.token, Some(&ours)).await;
    assert_eq!(published.json()["signed_by"], ours.public().to_string());
    assert_eq!(install(&mesh, "localhost:hello", &bundle).await, 1);
    assert_eq!(mesh.ping("localhost:hello:greeter", "Ext<Greet>", "").await["body"], "Hello");

    let forged =
        mesh.call("PUT", "/starlane/bundles/localhost:repo:hello:1.0.1").body(hello("1.0.1").manifest().to_bytes());
    let forged = forged.header("starlane-key", &ours.public().to_string());
    let signature = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBw==";
    forged.header("starlane-signature", signature).send().await.refused(422, "wrong-signature");
}

#[tokio::test]
async fn a_revoked_bundle_stops_and_its_state_waits_for_another_version() {
    let mesh = Mesh::start().await;
    install(&mesh, "localhost:keep", &keeper("1.0.0")).await;
    keep(&mesh, "kept").await;
    let mut lane = mesh.lane(Some(&mesh.token)).await;
    let series = trust(&mesh, "localhost:repo:keep", json!({ "revoke": "1.0.0" })).await;
    assert_eq!((&series["serial"], &series["revoked"][0]["version"]), (&json!(2), &json!("1.0.0")));
    let installed = told(&mut lane).await;
    let proof = proven(&lane, &installed);
    assert_eq!((proof.install.generation, proof.series.serial), (1, 2));
    assert_eq!(proof.check(Seen::default(), 0).unwrap_err().code(), "revoked");

    let refused = keep(&mesh, "lost").await;
    assert_eq!((&refused["status"], &refused["code"]), (&json!(503), &json!("revoked")), "{refused}");
    mesh.page("keep", "/").send().await.refused(503, "revoked");
    let listed = mesh.call("GET", "/starlane/mesh.json").send().await.json();
    assert_eq!(listed["apps"][0]["halted"], "revoked", "{listed}");
    let logs = mesh.ping("localhost:keep", "Cmd<Logs>", "").await;
    assert!(logs["body"].as_str().unwrap().contains("revoked: nothing of it runs"), "{logs}");
    let again = mesh.ping("localhost:other", "Cmd<Install>", r#"{"bundle":"localhost:repo:keep:1.0.0"}"#).await;
    assert_eq!((&again["status"], &again["code"]), (&json!(409), &json!("revoked")), "{again}");
    keeper("1.0.0").put(&mesh).await.refused(409, "revoked");

    // So it is after a restart, until another version is there.
    let mesh = Mesh::start_in(mesh.close().await).await;
    assert_eq!(keep(&mesh, "lost").await["code"], "revoked");
    assert_eq!(install(&mesh, "localhost:keep", &keeper("1.0.1")).await, 2);
    assert_eq!(keep(&mesh, "").await["body"], "kept");
}

#[tokio::test]
async fn a_revoked_key_takes_along_what_it_signed_until_another_signs_it() {
    let mesh = Mesh::start().await;
    let (bundle, ours) = (keeper("1.0.0"), key(1));
    trust(&mesh, "localhost:repo:keep", json!({ "add": ours.public() })).await;
    bundle.upload(&mesh).await;
    assert_eq!(bundle.put_by(&mesh, &mesh.token, Some(&ours)).await.status, 200);
    install(&mesh, "localhost:keep", &bundle).await;
    keep(&mesh, "kept").await;
    let series = trust(&mesh, "localhost:repo:keep", json!({ "revoke": ours.public() })).await;
    assert_eq!((&series["keys"], &series["revoked_keys"]), (&json!([]), &json!([ours.public()])));
    assert_eq!(keep(&mesh, "").await["code"], "revoked");
    let mesh = Mesh::start_in(mesh.close().await).await;
    assert_eq!(keep(&mesh, "").await["code"], "revoked");
    bundle.put_by(&mesh, &mesh.token, Some(&ours)).await.refused(409, "revoked");
    let pong = mesh.ping("localhost:repo:keep", "Cmd<Trust>", &json!({ "add": ours.public() }).to_string()).await;
    assert_eq!((&pong["status"], &pong["code"]), (&json!(409), &json!("revoked")));

    // The relay signs the same bytes, for who may publish; nothing has to be installed anew.
    let mut lane = mesh.lane(Some(&mesh.token)).await;
    assert_eq!(bundle.put(&mesh).await.status, 200);
    assert_eq!(told(&mut lane).await.generation, 1);
    assert_eq!(keep(&mesh, "").await["body"], "kept");
    let mesh = Mesh::start_in(mesh.close().await).await;
    assert_eq!(keep(&mesh, "").await["body"], "kept");
}

#[tokio::test]
async fn what_is_trusted_is_changed_by_whoever_administers_it() {
    let mesh = Mesh::start().await;
    let ada = mesh.token("ada").await;
    publish(&mesh, &hello("1.0.0")).await;
    let refused = |to: &'static str, body: &'static str| {
        let (mesh, ada) = (&mesh, &ada);
        async move { mesh.ping_by(ada, to, "Cmd<Trust>", body).await["code"].as_str().map(str::to_owned) }
    };
    for body in ["", r#"{"revoke":"1.0.0"}"#] {
        assert_eq!(refused("localhost:repo:hello", body).await.as_deref(), Some("forbidden"));
    }
    assert_eq!(refused("localhost:users:bob:repo:x", "").await.as_deref(), Some("forbidden"));
    let wrong =
        async |to: &str, body: &str| mesh.ping(to, "Cmd<Trust>", body).await["code"].as_str().unwrap().to_owned();
    assert_eq!(wrong("localhost:repo:hello", r#"{"revoke":"9.9.9"}"#).await, "nothing-to-revoke");
    assert_eq!(wrong("localhost:repo:hello", r#"{"add":"ab"}"#).await, "bad-body");
    assert_eq!(wrong("localhost:repo:hello:1.0.0", r#"{"revoke":"1.0.0"}"#).await, "no-route");
    assert_eq!(wrong("localhost:repo:none", "").await, "no-route");
    let all = trust(&mesh, "localhost", json!({})).await;
    assert_eq!(all["series"][0]["series"], "localhost:repo:hello");
    let none = mesh.ping_by(&ada, "localhost", "Cmd<Trust>", "").await;
    assert_eq!(none["body"], r#"{"series":[]}"#);
}

#[tokio::test]
async fn records_are_renewed_every_day_and_nothing_starts_anew() {
    let clock = WallClock::turned(NOW);
    let mesh = Mesh::start_at(tempfile::tempdir().unwrap(), &clock).await;
    install(&mesh, "localhost:keep", &keeper("1.0.0")).await;
    keep(&mesh, "kept").await;
    let mut lane = mesh.lane(Some(&mesh.token)).await;
    let first = proven(&lane, &lane.greet.as_ref().unwrap().installs[0]);
    assert_eq!((first.install.expires, first.series.expires), (NOW + RECORD_LIFE_MS, NOW + RECORD_LIFE_MS));
    for day in [1, 2] {
        clock.turn(NOW + day * DAY - 1);
        clock.turn(NOW + day * DAY);
        let installed = told(&mut lane).await;
        let renewed = proven(&lane, &installed);
        let expires = NOW + day * DAY + RECORD_LIFE_MS;
        assert_eq!((renewed.install.expires, renewed.series.expires), (expires, expires));
        assert_eq!((renewed.install.generation, renewed.series.serial), (1, 1));
    }
    let list: Value = mesh.call("GET", "/starlane/mesh.json").send().await.json();
    assert_eq!(list["mechtrons"][0]["waves"], 1, "it still runs: {list}");

    // A relay that slept for longer than records hold renews them before anybody is told.
    let data = mesh.close().await;
    let later = NOW + 40 * DAY;
    let mesh = Mesh::start_at(data, &WallClock::turned(later)).await;
    let lane = mesh.lane(Some(&mesh.token)).await;
    let proof = proven(&lane, &lane.greet.as_ref().unwrap().installs[0]);
    assert_eq!(proof.check(Seen { serial: 1, generation: 1 }, later), Ok(()));
    assert_eq!(proof.install.expires, later + RECORD_LIFE_MS);
    assert_eq!(keep(&mesh, "").await["body"], "kept");
}

#[tokio::test]
async fn a_digest_names_a_bundle_as_well() {
    let mesh = Mesh::start().await;
    install(&mesh, "localhost:keep", &keeper("1.0.0")).await;
    let digest = Digest::of(&keeper("1.0.0").manifest().to_bytes());
    let series = trust(&mesh, "localhost:repo:keep", json!({ "revoke": digest })).await;
    assert_eq!(series["revoked"], json!([{ "digest": digest, "version": "1.0.0" }]));
    assert_eq!(keep(&mesh, "").await["code"], "revoked");
}

#[tokio::test]
async fn a_series_of_which_nothing_is_left_is_not_listed() {
    let mesh = Mesh::start().await;
    let listed = async |mesh: &Mesh| {
        let all = trust(mesh, "localhost", json!({})).await;
        let all = all["series"].as_array().unwrap().iter();
        all.map(|one| one["series"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for bundle in [hello("1.0.0"), keeper("1.0.0")] {
        publish(&mesh, &bundle).await;
    }
    trust(&mesh, "localhost:repo:keep", json!({ "revoke": "1.0.0" })).await;
    assert_eq!(listed(&mesh).await, ["localhost:repo:hello", "localhost:repo:keep"]);
    for bundle in ["localhost:repo:hello:1.0.0", "localhost:repo:keep:1.0.0"] {
        mesh.told(bundle, "Cmd<Remove>", "").await;
    }
    // What was revoked stays so, and is shown.
    assert_eq!(listed(&mesh).await, ["localhost:repo:keep"]);
    let mesh = Mesh::start_in(mesh.close().await).await;
    assert_eq!(listed(&mesh).await, ["localhost:repo:keep"]);
    publish(&mesh, &hello("1.0.1")).await;
    assert_eq!(listed(&mesh).await, ["localhost:repo:hello", "localhost:repo:keep"]);
}
