use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::mesh::{Bundle, Mesh, config, install};

/// Names the data folder of the relay that will be killed; without it there is none.
const DOOMED: &str = "STARLANE_TEST_DOOMED";

const KEEPER: &str = include_str!("guests/keeper.wat");

fn keeper() -> Bundle {
    Bundle::app("localhost:repo:keep:1.0.0", "room", KEEPER, true)
}

async fn keep(mesh: &Mesh, key: &str, text: &str) -> String {
    let pong = mesh.ping(&format!("localhost:keep:room:{key}"), "Ext<Keep>", text).await;
    assert_eq!(pong["status"], 200, "{pong}");
    pong["body"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_was_answered_is_there_after_a_restart() {
    let mesh = Mesh::start().await;
    install(&mesh, "localhost:keep", &keeper()).await;
    for key in ["tea", "coffee", "milk"] {
        assert_eq!(keep(&mesh, key, &format!("{key} 1")).await, "");
    }
    let mesh = Mesh::start_in(mesh.close().await).await;
    for key in ["tea", "coffee", "milk"] {
        assert_eq!(keep(&mesh, key, "2").await, format!("{key} 1"));
    }
}

#[tokio::test]
async fn a_mechtron_that_slept_wakes_with_its_state() {
    let mesh = Mesh::start().await;
    install(&mesh, "localhost:keep", &keeper()).await;
    keep(&mesh, "tea", "before").await;
    let mut status = String::new();
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let list = mesh.call("GET", "/starlane/mesh.json").send().await.json();
        status = list["mechtrons"][0]["status"].as_str().unwrap_or("none").to_owned();
        if status == "asleep" || status == "none" {
            break;
        }
    }
    assert!(status == "asleep" || status == "none", "{status}");
    assert_eq!(keep(&mesh, "tea", "after").await, "before");
}

#[tokio::test]
async fn what_is_removed_is_gone() {
    let mesh = Mesh::start().await;
    install(&mesh, "localhost:keep", &keeper()).await;
    keep(&mesh, "tea", "1").await;
    keep(&mesh, "coffee", "1").await;
    assert_eq!(mesh.ping("localhost:keep:room:tea", "Cmd<Remove>", r#"{"state":"lose"}"#).await["status"], 200);
    assert_eq!(keep(&mesh, "tea", "2").await, "");
    assert_eq!(keep(&mesh, "coffee", "2").await, "1");

    assert_eq!(mesh.ping("localhost:keep", "Cmd<Remove>", r#"{"state":"lose"}"#).await["status"], 200);
    assert_eq!(mesh.ping("localhost:keep:room:tea", "Ext<Keep>", "").await["code"], "no-route");
    assert_eq!(install(&mesh, "localhost:keep", &keeper()).await, 3);
    assert_eq!(keep(&mesh, "coffee", "3").await, "");
}

/// Not a test of its own: the process that the next test kills.
#[tokio::test]
async fn the_relay_that_will_be_killed() {
    if let Some(data) = std::env::var_os(DOOMED).map(PathBuf::from) {
        let relay = starlane_relay::open(config(&data)).await.unwrap();
        relay.run_until(std::future::pending()).await;
    }
}

#[tokio::test]
async fn a_relay_that_is_killed_loses_nothing_it_answered() {
    let data = tempfile::tempdir().unwrap();
    let mut doomed = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "nothing_answered_is_lost::the_relay_that_will_be_killed"])
        .env(DOOMED, data.path())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mesh = Mesh::beside(data.path()).await;
    install(&mesh, "localhost:keep", &keeper()).await;
    let keys: Vec<String> = (0..20).map(|number| format!("key-{number}")).collect();
    futures_util::future::join_all(keys.iter().map(|key| keep(&mesh, key, key))).await;
    doomed.kill().unwrap();
    doomed.wait().unwrap();

    let mesh = Mesh::start_in(data).await;
    for key in &keys {
        assert_eq!(keep(&mesh, key, "after").await, *key);
    }
}
