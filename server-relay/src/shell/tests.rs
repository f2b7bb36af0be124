//! Stars of a real relay: with a store that fails, and with a host that does.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::FutureExt;
use futures_util::future::join_all;
use serde_json::json;
use starlane_bundle::{Digest, FileEntry, Manifest};
use starlane_host::admit::Via;
use starlane_protocol::{Body, Wave, WaveId, WaveKind};
use tempfile::TempDir;
use tokio::time::timeout;

use super::*;
use crate::registry::Upload;
use crate::relay::{Relay, RelayConfig, open};
use crate::remote::Remote;
use crate::store::refuse;

/// Keeps the last body it was sent; answers with the one before.
const KEEPER: &str = include_str!("../../tests/relay/guests/keeper.wat");

/// Far longer than anything here takes, and shorter than a ping waits.
const PATIENCE: Duration = Duration::from_secs(10);

static NEXT: AtomicU64 = AtomicU64::new(1);

/// The fault that [`Item::Fall`] stands for.
pub(super) fn fall(when: &std::sync::mpsc::Receiver<()>) {
    let _ = when.recv();
    // Without the message that a panic prints.
    std::panic::resume_unwind(Box::new("as the test wanted"));
}

/// A relay of two stars with a keyed keeper installed at `localhost:keep:room`.
struct Bench {
    relay: Relay,
    data: TempDir,
}

impl Bench {
    async fn new() -> Self {
        let data = tempfile::tempdir().unwrap();
        let config = RelayConfig {
            listen: ([127, 0, 0, 1], 0).into(),
            stars: Some(2),
            idle: Duration::from_millis(50),
            with_client: false,
            ..RelayConfig::new(data.path())
        };
        let relay = open(config).await.unwrap();
        let bench = Self { relay, data };
        bench.install().await;
        bench
    }

    fn mesh(&self) -> &Arc<Mesh> {
        self.relay.mesh()
    }

    async fn install(&self) {
        let (mesh, wasm) = (self.mesh(), wat::parse_str(KEEPER).unwrap());
        let sha256 = Digest::of(&wasm);
        let mut upload = mesh.blobs.upload(Agent::Anonymous).await.unwrap();
        upload.write(&wasm).await.unwrap();
        upload.finish(sha256).await.unwrap();
        let file = FileEntry { sha256, size: wasm.len() as u64, media: "application/wasm".into() };
        let documents = json!({
            "app": { "mechtrons": { "room": { "config": "mechtrons/room.toml", "keyed": true } } },
            "binds": { "binds/room.toml": { "route": [{ "method": "Ext<Keep>", "path": "/" }] } },
            "mechtrons": { "mechtrons/room.toml": {
                "wasm": "wasm/room.wasm", "bind": "binds/room.toml",
                "limits": { "memory": 1_048_576, "fuel": 1_000_000, "mailbox": 256, "stack": 65_536 },
            } },
        });
        let (point, files) = ("localhost:repo:keep:1.0.0".parse().unwrap(), [("wasm/room.wasm".to_owned(), file)]);
        let files = BTreeMap::from(files).into_iter().collect();
        let manifest = Manifest::new(point, files, serde_json::from_value(documents).unwrap()).unwrap();
        let point = manifest.bundle.clone();
        let upload = Upload { bytes: manifest.to_bytes(), by: None };
        drop(mesh.registry.accept(&point, upload, &mesh.notary(), &mesh.blobs).await.unwrap());
        self.command("localhost:keep", "Cmd<Install>", &json!({ "bundle": point }).to_string()).await;
    }

    fn wave(&self, to: &str, method: &str, body: &str) -> Wave {
        let mut id = [0; 16];
        id[..8].copy_from_slice(&NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        let operator = self.mesh().users.child("operator").unwrap();
        let (from, agent) = (operator.clone(), Agent::Point(operator));
        let mut wave = Wave::new(WaveId(id), WaveKind::Ping, from, agent, to.parse().unwrap(), method.parse().unwrap());
        wave.body = Body::new("text/plain", body.as_bytes());
        wave
    }

    async fn command(&self, to: &str, method: &str, body: &str) {
        let wave = self.wave(to, method, body);
        let pong = timeout(PATIENCE, crate::steward::answer(self.mesh(), &wave)).await.expect("no answer comes");
        assert_eq!(pong.status, Some(200), "{pong:?}");
    }

    /// What a keeper answers: its last text, or the code of the refusal.
    async fn keep(&self, key: &str, text: &str) -> Result<String, String> {
        let wave = self.wave(&format!("localhost:keep:room:{key}"), "Ext<Keep>", text);
        let pong =
            timeout(PATIENCE, self.mesh().ask(wave, Via::HttpLine, Remote::Here)).await.expect("no answer comes");
        let body = String::from_utf8(pong.body.bytes.to_vec()).unwrap();
        if pong.status == Some(200) { Ok(body) } else { Err(pong.code().unwrap_or_default().to_owned()) }
    }

    /// The number of the star that a key belongs to.
    fn owner(&self, key: &str) -> u32 {
        Star::owner(&format!("localhost:keep:room:{key}").parse().unwrap(), 2)
    }
}

#[tokio::test]
async fn a_failed_commit_undoes_its_turn_and_those_that_build_upon_it() {
    let bench = Bench::new().await;
    refuse(&bench.data.path().join("mesh.db"), "bad").await;
    assert_eq!(bench.keep("tea", "one").await, Ok(String::new()));
    assert_eq!(bench.keep("tea", "bad").await, Err("store-failed".into()));
    assert_eq!(bench.keep("tea", "two").await, Ok("one".into()));
    let mut stored = "two".to_owned();
    for round in 0..20 {
        let texts = (0..30).map(|n| if n % 7 == 3 { "bad".into() } else { format!("{round}-{n}") });
        let texts: Vec<String> = texts.collect();
        let told = join_all(texts.iter().map(|text| bench.keep("tea", text))).await;
        for (text, told) in texts.iter().zip(&told) {
            // Nobody is told what was not stored, and nothing that was not is said to be.
            assert!(told != &Ok("bad".into()) && (text != "bad" || told.is_err()), "{text}: {told:?}");
        }
        let last = texts.iter().zip(&told).rev().find(|(_, told)| told.is_ok()).map(|(text, _)| text.clone());
        assert_eq!(bench.keep("tea", "end").await, Ok(last.unwrap_or(stored)), "{told:?}");
        stored = "end".into();
    }
}

#[tokio::test]
async fn a_mechtron_that_is_removed_while_it_wakes_wakes_again_with_nothing() {
    let bench = Bench::new().await;
    for round in 0..50 {
        let key = format!("key-{}", round % 5);
        let waves = (0..20).map(|_| bench.keep(&key, "text"));
        let point = format!("localhost:keep:room:{key}");
        let remove = bench.command(&point, "Cmd<Remove>", r#"{"state":"lose"}"#);
        tokio::join!(join_all(waves), remove);
        assert_eq!(bench.mesh().store.load(&point.parse().unwrap()).await.unwrap().pairs, [], "round {round}");
        assert_eq!(bench.keep(&key, "left").await, Ok(String::new()), "round {round}");
    }
}

#[tokio::test]
async fn what_an_application_kept_is_gone_when_it_is_installed_again() {
    let bench = Bench::new().await;
    assert_eq!(bench.keep("tea", "one").await, Ok(String::new()));
    let waves = (0..20).map(|_| bench.keep("tea", "text"));
    tokio::join!(join_all(waves), bench.command("localhost:keep", "Cmd<Remove>", r#"{"state":"lose"}"#));
    assert_eq!(bench.keep("tea", "two").await, Err("no-route".into()));
    bench.install().await;
    assert_eq!(bench.keep("tea", "three").await, Ok(String::new()));
}

#[tokio::test]
async fn a_star_that_falls_is_made_anew_and_the_relay_goes_on() {
    let bench = Bench::new().await;
    let fallen = bench.owner("tea");
    let other = (0..).map(|n| format!("key-{n}")).find(|key| bench.owner(key) != fallen).unwrap();
    assert_eq!(bench.keep("tea", "one").await, Ok(String::new()));
    for round in 0..3 {
        let (now, when) = std::sync::mpsc::channel();
        bench.mesh().inboxes[fallen as usize].item(Item::Fall(when));
        let mut open = std::pin::pin!(bench.keep("tea", "lost"));
        assert!(open.as_mut().now_or_never().is_none());
        // The other star does not wait for it.
        assert!(bench.keep(&other, "text").await.is_ok());
        now.send(()).unwrap();
        assert_eq!(open.await, Err("internal".into()));
        assert_eq!(bench.keep("tea", "one").await, Ok("one".into()), "round {round}");
    }
    let star = bench.mesh().own[fallen as usize].clone();
    let lines = bench.mesh().log.read(&star, None, 10);
    assert_eq!(lines.iter().filter(|line| line.text.ends_with("made anew: as the test wanted")).count(), 3);
}
