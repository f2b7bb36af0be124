//! Applications whose mechtrons count in a state that has a form: each version knows only its own.

use serde_json::{Value, json};

use super::{Bundle, Mesh, publish};

const FORM: &str = include_str!("../guests/form.wat");

/// The mechtrons of the application that have no key; they lie on both stars.
pub(crate) const FIXED: [&str; 4] = ["m0", "m1", "m2", "m3"];

/// How a version differs from one that works.
#[derive(Clone, Copy, Default)]
pub(crate) struct Fault {
    /// What ends its `mechtron_init`.
    pub(crate) init: &'static str,
    /// What ends its `mechtron_migrate`.
    pub(crate) migrated: &'static str,
    /// Fuel of a wave, where it is more than a little.
    pub(crate) fuel: Option<u64>,
    /// What every wave begins with.
    pub(crate) first: &'static str,
}

/// A version `1.<form>.0` that knows states of this form: one to nine.
pub(crate) fn version(form: u32) -> Bundle {
    faulty(form, Fault::default())
}

pub(crate) fn faulty(form: u32, fault: Fault) -> Bundle {
    let or = |text: &'static str, usual: &'static str| if text.is_empty() { usual } else { text };
    let wat = FORM
        .replace("{FORM}", &form.to_string())
        .replace("{INIT}", or(fault.init, "(i32.const 0)"))
        .replace("{MIGRATED}", or(fault.migrated, "(i32.const 0)"))
        .replace("{FIRST}", fault.first);
    let mut bundle = Bundle::app(&format!("localhost:repo:form:1.{form}.0"), "m0", &wat, false);
    let mut mechtrons = json!({ "room": { "config": "mechtrons/guest.toml", "keyed": true } });
    for name in FIXED {
        mechtrons[name] = json!({ "config": "mechtrons/guest.toml" });
    }
    bundle.documents["app"]["mechtrons"] = mechtrons;
    bundle.documents["app"]["grant"] = json!([{ "to": "signed-in", "may": ["call"], "on": "${app}:**" }]);
    bundle.documents["mechtrons"]["mechtrons/guest.toml"]["limits"]["mailbox"] = 256.into();
    bundle.documents["mechtrons"]["mechtrons/guest.toml"]["limits"]["fuel"] = fault.fuel.unwrap_or(1_000_000).into();
    bundle
}

/// Publishes these versions and installs the first.
pub(crate) async fn begin(mesh: &Mesh, versions: &[Bundle]) {
    for version in versions {
        publish(mesh, version).await;
    }
    let body = json!({ "bundle": versions[0].point }).to_string();
    assert_eq!(mesh.ping("localhost:form", "Cmd<Install>", &body).await["status"], 200);
}

/// Takes the application to a form; the whole answer.
pub(crate) async fn upgrade(mesh: &Mesh, form: u32) -> Value {
    mesh.ping("localhost:form", "Cmd<Upgrade>", &json!({ "to": format!("1.{form}.0") }).to_string()).await
}

/// What a mechtron counts: the form of its state, and how many it has counted. `None` when it refused.
pub(crate) fn counted(pong: &Value) -> Option<(u32, u32)> {
    let text = pong["body"].as_str().filter(|_| pong["status"] == 200)?;
    Some((text[..1].parse().unwrap(), text[1..].parse().unwrap()))
}

/// Sends a mechtron one thing to count.
pub(crate) async fn count(mesh: &Mesh, name: &str, sender: char, number: u32) -> Value {
    mesh.ping(&format!("localhost:form:{name}"), "Ext<Keep>", &format!("{sender}{number:08}")).await
}

/// The generation that is installed, and its bundle.
pub(crate) async fn installed(mesh: &Mesh) -> (u64, String) {
    let list = mesh.call("GET", "/starlane/mesh.json").send().await.json();
    let app = list["apps"].as_array().unwrap().iter().find(|app| app["point"] == "localhost:form").unwrap().clone();
    (app["generation"].as_u64().unwrap(), app["bundle"].as_str().unwrap().to_owned())
}
