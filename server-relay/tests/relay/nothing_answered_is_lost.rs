use std::time::Duration;

use crate::mesh::{Bundle, Mesh, install};

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
    assert_eq!(mesh.ping("localhost:keep:room:tea", "Cmd<Remove>", "").await["status"], 200);
    assert_eq!(keep(&mesh, "tea", "2").await, "");
    assert_eq!(keep(&mesh, "coffee", "2").await, "1");

    assert_eq!(mesh.ping("localhost:keep", "Cmd<Remove>", "").await["status"], 200);
    assert_eq!(mesh.ping("localhost:keep:room:tea", "Ext<Keep>", "").await["code"], "no-route");
    assert_eq!(install(&mesh, "localhost:keep", &keeper()).await, 3);
    assert_eq!(keep(&mesh, "coffee", "3").await, "");
}
