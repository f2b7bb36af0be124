//! A trap is answered with the names of the guest's functions it happened in.

use std::rc::Rc;

use starlane_bundle::{Digest, FileEntry, Manifest};
use starlane_host::app::InstalledApp;
use starlane_host::engine::Interpreter;
use starlane_host::event::{CallId, Draft, Effect, Event, Millis};
use starlane_host::star::{Ceilings, Role, Star, StarConfig};
use starlane_protocol::document::{Bind, Documents};
use starlane_protocol::{Agent, Headers};

fn manifest(wasm: &[u8]) -> Manifest {
    let entry = |bytes: &[u8], media: &str| FileEntry {
        sha256: Digest::of(bytes),
        size: bytes.len() as u64,
        media: media.into(),
    };
    let files = [("wasm/a.wasm".to_owned(), entry(wasm, "application/wasm"))].into();
    let bind: Bind = serde_json::from_str(r#"{"route":[{"method":"Ext<Go>"}]}"#).unwrap();
    let mut documents = Documents::default();
    documents.binds.insert("binds/a.toml".into(), bind);
    let config = r#"{"wasm":"wasm/a.wasm","bind":"binds/a.toml"}"#;
    documents.mechtrons.insert("mechtrons/a.toml".into(), serde_json::from_str(config).unwrap());
    documents.app = Some(serde_json::from_str(r#"{"mechtrons":{"a":{"config":"mechtrons/a.toml"}}}"#).unwrap());
    Manifest::new("localhost:repo:x:1.0.0".parse().unwrap(), files, documents).unwrap()
}

#[test]
fn a_trap_is_answered_with_the_names_of_the_functions() {
    let text = std::fs::read_to_string("../../tests/fixtures/guests/traps.wat").unwrap();
    let wasm = wat::parse_str(&text).unwrap();
    let manifest = manifest(&wasm);
    let app = InstalledApp::new(&"localhost:x".parse().unwrap(), &manifest, Digest::of(b""), 1).unwrap();
    let config = StarConfig {
        point: "localhost:stars:relay-0".parse().unwrap(),
        agent: Agent::Anonymous,
        role: Role::Server { index: 0, count: 1 },
        ceilings: Ceilings { memory: 1 << 30, fuel: 1 << 40, guests: 1 << 30 },
        idle_ms: 1_000,
        seed: [7; 32],
    };
    let mut star = Star::new(config, Rc::new(Interpreter));
    star.handle(Event::Time { now: Millis(1), unix_ms: 1 });
    star.handle(Event::Install(app.into()));
    let draft = Draft {
        from: None,
        agent: None,
        to: "localhost:x:a".parse().unwrap(),
        method: "Ext<Go>".parse().unwrap(),
        path: "/".into(),
        query: "".into(),
        headers: Headers::default(),
        body: starlane_protocol::Body::default(),
        wait: 1_000,
    };
    star.handle(Event::Ask { call: CallId(1), draft });
    for _ in 0..100 {
        star.run(1_000_000);
        while let Some(effect) = star.next_effect() {
            match effect {
                Effect::Load(mechtron) => star.handle(Event::Loaded { mechtron, state: Ok(Vec::new()) }),
                Effect::Fetch { digest, .. } => {
                    star.handle(Event::Fetched { digest, bytes: Ok(wasm.clone().into()) });
                }
                Effect::Settle { pong, .. } => {
                    assert_eq!(pong.status, Some(500));
                    let said = String::from_utf8(pong.body.bytes.to_vec()).unwrap();
                    println!("{said}");
                    assert!(said.contains("inner ← middle ← outer ← mechtron_wave"), "{said}");
                    return;
                }
                _ => {}
            }
        }
    }
    panic!("no answer");
}
