use starlane_relay::RelayConfig;

use crate::mesh::{Mesh, config};

async fn refused(config: RelayConfig) -> String {
    match starlane_relay::open(config).await {
        Ok(_) => panic!("the relay opens"),
        Err(error) => error.code().to_owned(),
    }
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let mesh = Mesh::start().await;
    let data = tempfile::tempdir().unwrap();
    assert_eq!(refused(RelayConfig { listen: mesh.address, ..config(data.path()) }).await, "port-taken");
}

#[tokio::test]
async fn a_data_folder_belongs_to_one_relay_at_a_time() {
    let mesh = Mesh::start().await;
    let folder = mesh.data.as_ref().unwrap().path().to_owned();
    assert_eq!(refused(config(&folder)).await, "data-in-use");
    let data = mesh.close().await;
    drop(Mesh::start_in(data).await);
}

#[tokio::test]
async fn a_bad_space_or_a_damaged_key_is_named() {
    let data = tempfile::tempdir().unwrap();
    assert_eq!(refused(RelayConfig { space: "Local:host".into(), ..config(data.path()) }).await, "bad-space");
    assert_eq!(refused(RelayConfig { stars: Some(0), ..config(data.path()) }).await, "bad-stars");
    std::fs::create_dir_all(data.path().join("keys")).unwrap();
    std::fs::write(data.path().join("keys/root.key"), b"short").unwrap();
    assert_eq!(refused(config(data.path())).await, "data-unusable");
}

#[tokio::test]
async fn a_closed_relay_says_good_bye_to_its_lanes() {
    let mesh = Mesh::start().await;
    let mut lane = mesh.lane(None).await;
    let closing = tokio::spawn(mesh.close());
    assert_eq!(lane.bye().await.word(), "closing");
    drop(lane);
    closing.await.unwrap();
}

#[tokio::test]
async fn the_operators_note_names_the_relay_and_a_token_that_works() {
    let mesh = Mesh::start().await;
    let note = std::fs::read(mesh.data.as_ref().unwrap().path().join("operator.json")).unwrap();
    let note: serde_json::Value = serde_json::from_slice(&note).unwrap();
    assert_eq!(note["url"], format!("http://{}", mesh.address));
    let call = mesh.call("GET", "/starlane/mesh.json").bearer(note["token"].as_str().unwrap());
    assert_eq!(call.send().await.status, 200);
}
