//! Changes of one application that come at the same time, or just after one that failed.

use futures_util::future::join_all;
use serde_json::json;
use starlane_host::star::Star;

use crate::mesh::form::{FIXED, Fault, begin, count, counted, faulty, upgrade, version};
use crate::mesh::{Bundle, Mesh};

/// A migration that takes a second or so.
const LONG: &str = "(i32.store (i32.const 5000) (i32.const 20000000))
    (loop $more
      (i32.store (i32.const 5000) (i32.sub (i32.load (i32.const 5000)) (i32.const 1)))
      (br_if $more (i32.load (i32.const 5000))))
    (i32.const 0)";

/// Waits until nothing begins any more: then an upgrade has what is kept in hand.
async fn begun(mesh: &Mesh) {
    let ping = json!({ "to": "localhost:form:m1", "method": "Ext<Keep>", "body": "B00000001", "wait": 200 });
    while mesh.call("POST", "/starlane/waves").body(ping.to_string()).send().await.json()["code"] != "deadline" {}
}

/// A version none of whose mechtrons begins; some of those of the second star fail long after those of the first, for
/// their code is large.
fn failing_late(form: u32) -> Bundle {
    let fault = Fault { init: "unreachable", ..Fault::default() };
    let mut bundle = faulty(form, fault);
    let large = format!("(func (result i32) i32.const 1{})", "(i32.add (i32.const 2))".repeat(40)).repeat(5_000);
    let large = format!(
        r#"(module (memory (export "memory") 1) (global (export "starlane_abi_1") i32 (i32.const 1))
        (func (export "mechtron_init") (result i32) unreachable)
        (func (export "mechtron_wave") (result i32) (i32.const 0)) {large})"#
    );
    bundle.files.insert("wasm/large.wasm".into(), wat::parse_str(large).unwrap());
    let mut document = bundle.documents["mechtrons"]["mechtrons/guest.toml"].clone();
    document["wasm"] = "wasm/large.wasm".into();
    bundle.documents["mechtrons"]["mechtrons/large.toml"] = document;
    for name in FIXED {
        if Star::owner(&format!("localhost:form:{name}").parse().unwrap(), 2) == 1 {
            bundle.documents["app"]["mechtrons"][name]["config"] = "mechtrons/large.toml".into();
        }
    }
    bundle
}

#[tokio::test]
async fn an_upgrade_hears_nothing_of_one_that_failed_before_it() {
    let mesh = Mesh::start().await;
    begin(&mesh, &[version(1), failing_late(2), version(3)]).await;
    for good in [3, 1, 3, 1] {
        let body = json!({ "to": "1.2.0", "breaking": true }).to_string();
        let refused = mesh.ping("localhost:form", "Cmd<Upgrade>", &body);
        let (refused, taken) = tokio::join!(refused, upgrade(&mesh, good));
        assert_eq!(refused["code"], "trapped", "{refused}");
        assert_eq!(taken["status"], 200, "{taken}");
    }
}

#[tokio::test]
async fn what_a_mechtron_keeps_is_removed_before_an_upgrade_or_after_it() {
    let mesh = Mesh::start().await;
    begin(&mesh, &[version(1), faulty(2, Fault { migrated: LONG, fuel: Some(1_000_000_000), ..Fault::default() })])
        .await;
    count(&mesh, FIXED[0], 'A', 1).await;
    let removed = async {
        begun(&mesh).await;
        mesh.ping("localhost:form:m0", "Cmd<Remove>", r#"{"state":"lose"}"#).await
    };
    let (upgraded, removed) = tokio::join!(upgrade(&mesh, 2), removed);
    assert_eq!((&upgraded["status"], &removed["status"]), (&json!(200), &json!(200)), "{upgraded} {removed}");
    assert_eq!(counted(&count(&mesh, FIXED[0], 'A', 1).await), Some((2, 1)));
}

#[tokio::test]
async fn changes_that_wait_for_one_application_take_nobody_elses_place() {
    let mesh = Mesh::start().await;
    begin(&mesh, &[version(1), faulty(2, Fault { migrated: LONG, fuel: Some(1_000_000_000), ..Fault::default() })])
        .await;
    count(&mesh, FIXED[0], 'A', 1).await;
    let waiting = join_all((0..40).map(|_| upgrade(&mesh, 2)));
    let others = async {
        begun(&mesh).await;
        join_all((0..40).map(|_| mesh.ping("localhost", "Cmd<List>", "{}"))).await
    };
    let (all, others) = tokio::join!(waiting, others);
    assert!(others.iter().all(|one| one["status"] == 200), "{others:?}");
    let refused: Vec<_> = all.iter().filter_map(|one| one["body"].as_str().filter(|_| one["status"] != 200)).collect();
    assert!(!refused.is_empty() && refused.iter().all(|body| body.contains("other changes of")), "{refused:?}");
}

#[tokio::test]
async fn the_newest_version_that_is_meant_is_one_that_may_run() {
    let mesh = Mesh::start().await;
    begin(&mesh, &[version(1), version(2), version(3)]).await;
    mesh.told("localhost:repo:form", "Cmd<Trust>", r#"{"revoke":"1.3.0"}"#).await;
    assert_eq!(mesh.told("localhost:form", "Cmd<Upgrade>", "{}").await["bundle"], "localhost:repo:form:1.2.0");
}
