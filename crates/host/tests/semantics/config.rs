//! Values of an application, and the holes they fill.

use serde_json::{Value, json};
use starlane_bundle::Digest;
use starlane_host::app::{HttpTo, InstallError, InstalledApp, Recipe};
use starlane_protocol::document::Values;

use crate::world::{App, Mech, point};

fn app() -> App {
    let mech = Mech::new("m", "echo").may("${config.target}:**").config(json!({
        "times": "${config.times}", "word": "${config.word}", "list": ["${config.list}", "${app} has ${config.times}"],
    }));
    let values = json!({ "times": 3, "word": "tea", "list": ["a"], "target": "${app}", "who": "signed-in", "m": "m" });
    let app = App::new("app").with(mech).config(values).grant("${config.who}", "${app}:${config.m}");
    app.http(json!({ "/*": "${app}:${config.m}" }))
}

fn made(app: App, given: Value) -> Result<InstalledApp, InstallError> {
    let values: Values = given.as_object().unwrap().clone().into_iter().collect();
    let (manifest, _) = app.bundle(1);
    let (name, digest) = (point("localhost:app"), Digest::of(&manifest.to_bytes()));
    InstalledApp::new(&Recipe { config: &values, ..Recipe::plain(&name, &manifest, digest, 1) })
}

#[test]
fn a_value_of_an_application_fills_the_holes_of_its_documents() {
    let plain = made(app(), json!({})).unwrap();
    let spec = plain.mechtrons.get("m").unwrap();
    assert_eq!(spec.config_json, r#"{"list":[["a"],"localhost:app has 3"],"times":3,"word":"tea"}"#);
    assert_eq!(spec.fence[0].as_str(), "localhost:app:**");
    assert_eq!(plain.http[0].to, HttpTo::Mechtron(point("localhost:app:m")));
    assert_eq!(plain.config.get("target").unwrap(), "localhost:app");

    let set = json!({ "times": 7, "word": "${app} is no hole here", "target": "localhost:other", "who": "anyone" });
    let changed = made(app(), set).unwrap();
    let spec = changed.mechtrons.get("m").unwrap();
    let filled = r#"{"list":[["a"],"localhost:app has 7"],"times":7,"word":"${app} is no hole here"}"#;
    assert_eq!(spec.config_json, filled);
    assert_eq!(spec.config.get("times").unwrap(), "7");
    assert_eq!(spec.fence[0].as_str(), "localhost:other:**");
    assert_ne!(plain.grants[0].to, changed.grants[0].to);
}

#[test]
fn a_value_that_does_not_fit_makes_no_application() {
    let told = |given| {
        let error = made(app(), given).unwrap_err();
        format!("{}: {error}", error.code())
    };
    let expected = "bad-config: config.times: expected a whole number (the default is 3), found a text: \"many\"";
    assert_eq!(told(json!({ "times": "many" })), expected);
    assert_eq!(told(json!({ "tims": 3 })), "bad-config: config.tims: the application has no such value");
    let fence = told(json!({ "target": "Not a point" }));
    let expected = "bad-document: mechtrons/m.toml: may.call: `Not a point:**` (from `${config.target}:**`): ";
    assert!(fence.starts_with(expected), "{fence}");
    let line = told(json!({ "m": "x" }));
    assert!(line.contains("`localhost:app:x` is neither a mechtron") || line.contains("no mechtron `x`"), "{line}");
    assert!(told(json!({ "who": "everybody" })).contains("to = `everybody`"));
    let many = App::new("app").with(Mech::new("m", "echo").config(json!({ "all": vec!["${config.long}"; 64] })));
    let many = made(many.config(json!({ "long": "x".repeat(20_000) })), json!({})).unwrap_err().to_string();
    assert_eq!(many, "mechtrons/m.toml: config.all: it is too long once its holes are filled");
}
