use std::time::Duration;

use serde_json::{Value, json};

use crate::mesh::Mesh;
use crate::mesh::form::{FIXED, Fault, begin, count, counted, faulty, installed, upgrade, version};

/// Waits until this generation is installed.
async fn until(mesh: &Mesh, generation: u64) -> String {
    for _ in 0..200 {
        let (now, bundle) = installed(mesh).await;
        if now == generation {
            return bundle;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("generation {generation} does not come");
}

fn told(pong: &Value) -> Value {
    assert_eq!(pong["status"], 200, "{pong}");
    serde_json::from_str(pong["body"].as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn an_upgrade_takes_every_mechtron_and_its_state_along() {
    let mesh = Mesh::start().await;
    begin(&mesh, &[version(1), version(2)]).await;
    for name in FIXED.into_iter().chain(["room:a", "room:b"]) {
        assert_eq!(counted(&count(&mesh, name, 'A', 1).await), Some((1, 1)));
    }
    let answer = told(&upgrade(&mesh, 2).await);
    assert_eq!((&answer["generation"], &answer["was"]["generation"]), (&json!(2), &json!(1)), "{answer}");
    assert_eq!(answer["changed"], json!(["m0", "m1", "m2", "m3", "room"]));
    for name in FIXED.into_iter().chain(["room:a", "room:b"]) {
        assert_eq!(counted(&count(&mesh, name, 'A', 2).await), Some((2, 2)), "{name}");
    }
    let again = told(&upgrade(&mesh, 2).await);
    assert_eq!((&again["generation"], &again["changed"]), (&json!(2), &json!([])));
    // The newest version is taken when none is named.
    assert_eq!(told(&mesh.ping("localhost:form", "Cmd<Upgrade>", "{}").await)["bundle"], "localhost:repo:form:1.2.0");
}

#[tokio::test]
async fn an_upgrade_that_fails_changes_nothing() {
    let faults = [
        (Fault { init: "unreachable", ..Fault::default() }, "trapped"),
        (Fault { init: "(i32.const 7)", ..Fault::default() }, "init-failed"),
        (Fault { migrated: "unreachable", ..Fault::default() }, "swap-failed"),
        (Fault { migrated: "(loop (br 0)) unreachable", ..Fault::default() }, "swap-failed"),
    ];
    for (fault, code) in faults {
        let mesh = Mesh::start().await;
        begin(&mesh, &[version(1), faulty(2, fault)]).await;
        for name in FIXED {
            count(&mesh, name, 'A', 1).await;
        }
        let refused = upgrade(&mesh, 2).await;
        assert_eq!(refused["code"], code, "{refused}");
        assert_eq!(installed(&mesh).await, (1, "localhost:repo:form:1.1.0".into()));
        for name in FIXED {
            assert_eq!(counted(&count(&mesh, name, 'A', 2).await), Some((1, 2)));
        }
        let mesh = Mesh::start_in(mesh.close().await).await;
        assert_eq!(counted(&count(&mesh, "m1", 'A', 3).await), Some((1, 3)));
    }
}

#[tokio::test]
async fn a_version_that_traps_goes_back_by_itself() {
    let mesh = Mesh::start().await;
    let traps = Fault { first: "(if (i32.const 1) (then unreachable))", ..Fault::default() };
    begin(&mesh, &[version(1), faulty(2, traps)]).await;
    count(&mesh, "m1", 'A', 1).await;
    told(&upgrade(&mesh, 2).await);
    for number in 2..5 {
        assert_eq!(count(&mesh, "m3", 'A', number).await["code"], "trapped");
    }
    assert_eq!(until(&mesh, 3).await, "localhost:repo:form:1.1.0");
    assert_eq!(counted(&count(&mesh, "m3", 'A', 5).await), Some((1, 1)));
    // A migration had changed this one's state, and what was written since may not be dropped.
    let refused = count(&mesh, "m1", 'A', 6).await;
    assert_eq!(refused["code"], "swap-failed", "{refused}");
    let logged = told(&mesh.ping("localhost:form", "Cmd<Logs>", "{}").await).to_string();
    assert!(logged.contains("generation 2 is taken back: `m3` trapped three times on trial"), "{logged}");
    // It stays so over a restart, until a version comes that can migrate it.
    let mesh = Mesh::start_in(mesh.close().await).await;
    assert_eq!(count(&mesh, "m1", 'A', 6).await["code"], "swap-failed");
    crate::mesh::publish(&mesh, &version(3)).await;
    told(&upgrade(&mesh, 3).await);
    assert_eq!(counted(&count(&mesh, "m1", 'A', 7).await), Some((3, 2)));
}

#[tokio::test]
async fn a_version_that_was_taken_back_is_taken_again_only_when_it_is_named() {
    let mesh = Mesh::start().await;
    let traps = Fault { first: "unreachable", ..Fault::default() };
    begin(&mesh, &[version(1), faulty(2, traps)]).await;
    let newest = async |mesh: &Mesh| told(&mesh.ping("localhost:form", "Cmd<Upgrade>", "{}").await);
    assert_eq!(newest(&mesh).await["bundle"], "localhost:repo:form:1.2.0");
    for number in 0..3 {
        count(&mesh, "m0", 'A', number).await;
    }
    assert_eq!(until(&mesh, 3).await, "localhost:repo:form:1.1.0");
    let mesh = Mesh::start_in(mesh.close().await).await;
    let left = newest(&mesh).await;
    assert_eq!((&left["generation"], &left["left_out"]), (&json!(3), &json!(["localhost:repo:form:1.2.0"])), "{left}");
    let swap = told(&mesh.ping("localhost:form:m0", "Cmd<Swap>", "{}").await);
    assert_eq!(swap["left_out"], left["left_out"], "{swap}");
    assert_eq!(told(&upgrade(&mesh, 2).await)["generation"], 4);
    // A better one is taken, and hides what is older than itself.
    crate::mesh::publish(&mesh, &version(3)).await;
    let better = newest(&mesh).await;
    assert_eq!((&better["bundle"], &better["left_out"]), (&json!("localhost:repo:form:1.3.0"), &Value::Null));
}

#[tokio::test]
async fn what_a_version_that_failed_wrote_is_dropped_where_it_says_so() {
    let mesh = Mesh::start().await;
    let traps = Fault { first: "(if (i32.const 1) (then unreachable))", ..Fault::default() };
    let mut failing = faulty(2, traps);
    failing.documents["app"]["mechtrons"]["m1"]["rollback"] = "drop-writes".into();
    begin(&mesh, &[version(1), failing]).await;
    for name in ["m1", "m2"] {
        count(&mesh, name, 'A', 1).await;
    }
    told(&upgrade(&mesh, 2).await);
    for number in 2..5 {
        assert_eq!(count(&mesh, "m3", 'A', number).await["code"], "trapped");
    }
    assert_eq!(until(&mesh, 3).await, "localhost:repo:form:1.1.0");
    assert_eq!(counted(&count(&mesh, "m1", 'A', 5).await), Some((1, 2)), "as it was before the migration");
    assert_eq!(count(&mesh, "m2", 'A', 5).await["code"], "swap-failed");
}

#[tokio::test]
async fn a_trial_goes_on_after_a_restart() {
    let mesh = Mesh::start().await;
    let traps = Fault { first: "unreachable", ..Fault::default() };
    begin(&mesh, &[version(1), faulty(2, traps)]).await;
    told(&upgrade(&mesh, 2).await);
    let kept = mesh.ping("localhost:repo:form:1.1.0", "Cmd<Remove>", "{}").await;
    assert_eq!(kept["code"], "conflict", "what may have to come back is not removed: {kept}");
    let mesh = Mesh::start_in(mesh.close().await).await;
    for number in 0..3 {
        count(&mesh, "m0", 'A', number).await;
    }
    assert_eq!(until(&mesh, 3).await, "localhost:repo:form:1.1.0");
}

#[tokio::test]
async fn one_mechtron_is_swapped_alone() {
    let mesh = Mesh::start().await;
    begin(&mesh, &[version(1), version(2), version(3)]).await;
    for name in FIXED {
        count(&mesh, name, 'A', 1).await;
    }
    let swap = |to: &str| json!({ "to": to }).to_string();
    let answer = told(&mesh.ping("localhost:form:m1", "Cmd<Swap>", &swap("1.2.0")).await);
    assert_eq!(answer["changed"], json!(["m1"]));
    for (name, form) in [("m0", 1), ("m1", 2), ("m2", 1)] {
        assert_eq!(counted(&count(&mesh, name, 'A', 2).await), Some((form, 2)), "{name}");
    }
    let mesh = Mesh::start_in(mesh.close().await).await;
    assert_eq!(counted(&count(&mesh, "m1", 'A', 3).await), Some((2, 3)));
    told(&upgrade(&mesh, 3).await);
    for name in ["m0", "m1"] {
        assert_eq!(counted(&count(&mesh, name, 'A', 4).await).unwrap().0, 3, "{name}");
    }
    for (to, code) in [("localhost:repo:other:1.0.0", "no-bundle"), ("1.9.0", "no-bundle"), ("new", "bad-body")] {
        assert_eq!(mesh.ping("localhost:form:m1", "Cmd<Swap>", &swap(to)).await["code"], code);
    }
    assert_eq!(mesh.ping("localhost:form:none", "Cmd<Swap>", "{}").await["code"], "no-route");
    assert_eq!(mesh.ping("localhost:none", "Cmd<Upgrade>", "{}").await["code"], "no-app");
}

#[tokio::test]
async fn only_whoever_may_install_may_upgrade() {
    let mesh = Mesh::start().await;
    begin(&mesh, &[version(1), version(2)]).await;
    let token = mesh.told("localhost:users:eve", "Cmd<Token>", "{}").await["token"].as_str().unwrap().to_owned();
    for (to, method) in [("localhost:form", "Cmd<Upgrade>"), ("localhost:form:m1", "Cmd<Swap>")] {
        let ping = json!({ "to": to, "method": method, "body": "{}" });
        let answer = mesh.call("POST", "/starlane/waves").bearer(&token).body(ping.to_string()).send().await.json();
        assert_eq!(answer["code"], "forbidden", "{answer}");
    }
}
