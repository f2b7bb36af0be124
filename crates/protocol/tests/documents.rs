//! Documents: unknown keys and values are refused by name, texts come back as they were written.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::json;
use starlane_protocol::document::{
    App, AppMechtron, Bind, Bytes, Documents, HoledPattern, HoledText, Holes, HttpLine, Keyed, MechtronConfig,
    OverriddenBy, PathTemplate, Placement, Rollback, RouteMiss, Values, Visitors, config,
};
use starlane_protocol::{Agent, Grant, May, Method, Point};

fn app() -> serde_json::Value {
    json!({
        "mechtrons": {"room": {"config": "mechtrons/room.toml", "keyed": true}, "format": {"config": "m.toml", "placement": "tab"}},
        "http": {"/*": "${bundle}:/html/", "/admin/*": {"to": "${app}:admin", "for": "signed-in"}},
        "grant": [{"to": "signed-in", "may": ["call"], "on": "${app}:format", "methods": ["Ext<*>"]}]
    })
}

fn refusal<T: DeserializeOwned + std::fmt::Debug>(value: &serde_json::Value) -> String {
    serde_json::from_str::<T>(&value.to_string()).expect_err("refused").to_string()
}

#[test]
fn an_application_is_read_whole() {
    let read: App = serde_json::from_value(app()).unwrap();
    let room = read.mechtrons.get("room").unwrap();
    assert_eq!((room.keyed, room.placement), (Keyed::Any, Placement::Server));
    assert_eq!(read.mechtrons.get("format").unwrap().placement, Placement::Tab);
    assert_eq!(read.http.get("/*").unwrap().visitors(), Visitors::Anyone);
    assert_eq!(read.http.get("/admin/*").unwrap().visitors(), Visitors::SignedIn);
    let again: App = serde_json::from_str(&serde_json::to_string(&read).unwrap()).unwrap();
    assert_eq!(again, read);
}

#[test]
fn what_is_not_known_is_named() {
    let with = |path: &str, value: serde_json::Value| {
        let mut app = app();
        *app.pointer_mut(path).unwrap() = value;
        refusal::<App>(&app)
    };
    let room = |more: serde_json::Value| with("/mechtrons/room", more);
    assert!(room(json!({"config": "x", "ilde": 3})).contains("unknown field `ilde`"));
    for idle in [json!(""), json!("3s"), json!("3 d"), json!("-3 s"), json!(-3), json!("18446744073709551615 h")] {
        assert!(room(json!({"config": "x", "idle": idle})).contains("a duration is written like"), "{idle}");
    }
    for placement in ["browsers", "nowhere"] {
        assert!(
            room(json!({"config": "x", "placement": placement})).contains(&format!("unknown variant `{placement}`"))
        );
    }
    assert!(room(json!({"config": "x", "keyed": "usr"})).contains("unknown variant `usr`, expected `user`"));
    assert!(room(json!({"config": "x", "keyed": 7})).contains("expected `true`, `false` or `\"user\"`"));
    assert!(with("/http/~1*", json!("${ap}:x")).contains("`${ap}` is not known"));
    assert!(with("/http/~1*", json!({"to": "${app}:x", "if": "y"})).contains("unknown field `if`"));
    assert!(with("/http/~1*", json!(7)).contains("invalid type: integer `7`"));
    assert!(with("/grant/0/may/0", json!("overrule")).contains("unknown variant `overrule`"));
    assert!(with("/grant/0/on", json!("${app}::x")).contains("a pattern is"));
    assert!(refusal::<Documents>(&json!({"apps": {}})).contains("unknown field `apps`"));
    assert!(refusal::<App>(&json!({"resources": {}})).contains("unknown field `resources`"));
    assert!(refusal::<Bind>(&json!({"route": [{"method": "Ext<A>", "params": 1}]})).contains("unknown field `params`"));
    let config = json!({"wasm": "w", "bind": "b", "limits": {"memory": "8 MB"}});
    assert!(refusal::<MechtronConfig>(&config).contains("a size is written like"));
    assert!(
        refusal::<MechtronConfig>(&json!({"wasm": "w", "bind": "b", "state": "some"}))
            .contains("unknown variant `some`")
    );
}

#[test]
fn a_hole_stands_for_a_point_at_the_beginning() {
    let (app, bundle): (Point, Point) =
        ("localhost:chat".parse().unwrap(), "localhost:repo:chat:1.2.0".parse().unwrap());
    let none = Values::new_vec();
    let holes = Holes { app: &app, bundle: &bundle, config: &none };
    for (text, filled) in [
        ("${app}:room", "localhost:chat:room"),
        ("${space}:users:ada", "localhost:users:ada"),
        ("${bundle}:/html/", "localhost:repo:chat:1.2.0:/html/"),
        ("localhost:chat", "localhost:chat"),
    ] {
        assert_eq!(text.parse::<HoledText>().unwrap().point(&holes).unwrap().as_str(), filled);
    }
    assert!("${app}:**".parse::<HoledPattern>().unwrap().fill(&holes).unwrap().matches(&app));
    for wrong in [
        "${app",
        "${}",
        "${config.}",
        "${config.a b}",
        "x${app}",
        "$${app}",
        "${app}x",
        "a:${app}",
        "${app}:${space}",
        "${app}${app}",
    ] {
        assert!(wrong.parse::<HoledText>().is_err(), "{wrong}");
    }
}

#[test]
fn a_hole_for_a_value_takes_it_with_its_type() {
    let (app, bundle): (Point, Point) =
        ("localhost:chat".parse().unwrap(), "localhost:repo:chat:1.2.0".parse().unwrap());
    let config: Values = serde_json::from_value::<App>(json!({ "config":
        { "n": 3, "on": true, "word": "tea", "many": ["a", 1], "part": { "x": null }, "room": "localhost:other:room" } }))
    .unwrap()
    .config;
    let holes = Holes { app: &app, bundle: &bundle, config: &config };
    let fill = |value: &serde_json::Value, mut room: usize| holes.fill_value(value, &mut room);
    for (written, filled) in [
        (json!("${config.n}"), json!(3)),
        (json!("${config.many}"), json!(["a", 1])),
        (json!({ "a": ["${config.part}", false] }), json!({ "a": [{ "x": null }, false] })),
        (json!("${config.n} cups of ${config.word}: ${config.on}"), json!("3 cups of tea: true")),
        (
            json!("see ${app}, ${space} and ${bundle}"),
            json!("see localhost:chat, localhost and localhost:repo:chat:1.2.0"),
        ),
        (json!("$${config.n} costs $$${app}, $5 or $$"), json!("${config.n} costs $${app}, $5 or $$")),
        (json!("${app}"), json!("localhost:chat")),
    ] {
        assert_eq!(fill(&written, 100).unwrap(), filled);
    }
    for (written, told) in [
        ("${config.m}", "`${config.m}`: the application's `[config]` has no such value"),
        ("a ${config.many}", "`${config.many}` is a list: no part of a text"),
        ("${config.n", "`${config.n`: a hole is not closed"),
    ] {
        assert_eq!(fill(&json!(written), 100).unwrap_err().to_string(), told);
    }
    assert!(fill(&json!(["${config.word}", "${config.word}"]), 9).unwrap_err().to_string().contains("too long"));
    assert!(fill(&json!(["${config.word}", "${config.word}"]), 10).is_ok());

    let point = |text: &str| text.parse::<HoledText>().unwrap().point(&holes).map(|point| point.to_string());
    assert_eq!(point("${config.room}:${config.word}").unwrap(), "localhost:other:room:tea");
    assert_eq!(point("${app}:room:${config.word}-${config.n}").unwrap(), "localhost:chat:room:tea-3");
    let told = point("${config.word}:${config.room}!").unwrap_err().to_string();
    assert!(told.starts_with("`tea:localhost:other:room!` (from `${config.word}:${config.room}!`): "), "{told}");
    assert!("${config.many}:**".parse::<HoledPattern>().unwrap().fill(&holes).is_err());
    assert!("${config.room}:**".parse::<HoledPattern>().unwrap().fill(&holes).is_ok());
}

#[test]
fn a_value_may_stand_for_a_default_of_its_kind() {
    for (value, default) in
        [(json!(1), json!(2)), (json!(1), json!(2.5)), (json!(""), json!("x")), (json!([]), json!([1]))]
    {
        assert!(config::fits(&value, &default), "{value} {default}");
    }
    for (value, default) in
        [(json!(1.5), json!(2)), (json!("1"), json!(2)), (json!(null), json!("x")), (json!({}), json!([]))]
    {
        assert!(!config::fits(&value, &default), "{value} {default}");
    }
    assert!(["a", "greeting", "a-b_C9", &"x".repeat(64)].iter().all(|name| config::is_name(name)));
    assert!(!["", "floor", "9a", "-a", "a.b", "é", &"x".repeat(65)].iter().any(|name| config::is_name(name)));
}

#[test]
fn a_place_says_what_becomes_of_writes_and_who_may_override() {
    let read = |text: &str| serde_json::from_str::<AppMechtron>(text).unwrap();
    let plain = read(r#"{"config":"x"}"#);
    assert_eq!((plain.rollback, plain.overridden_by), (Rollback::KeepWrites, None));
    assert_eq!(serde_json::to_string(&plain).unwrap(), r#"{"config":"x","keyed":false,"placement":"server"}"#);
    let whole = read(
        r#"{"config":"x","rollback":"drop-writes","override":"owner","override-limits":{"memory":"2 MiB","fuel":1000}}"#,
    );
    let limits = whole.override_limits.unwrap();
    assert_eq!((whole.rollback, whole.overridden_by), (Rollback::DropWrites, Some(OverriddenBy::Owner)));
    assert_eq!((limits.memory, limits.fuel, limits.mailbox), (Bytes(2 << 20), 1000, 256));
    assert_eq!(read(&serde_json::to_string(&whole).unwrap()), whole);
}

#[test]
fn keys_are_any_segments_or_those_of_users() {
    for (text, keyed) in [("false", Keyed::No), ("true", Keyed::Any), ("\"user\"", Keyed::User)] {
        assert_eq!(serde_json::from_str::<Keyed>(text).unwrap(), keyed);
        assert_eq!(serde_json::to_string(&keyed).unwrap(), text);
    }
    assert!(Keyed::Any.takes("1.2.0") && Keyed::Any.takes("ada") && Keyed::User.takes("ada"));
    assert!(!Keyed::User.takes("1.2.0") && !Keyed::No.takes("ada"));
}

#[test]
fn sizes_are_numbers_with_units() {
    for (text, bytes) in [("8 MiB", 8 << 20), ("64 KiB", 64 << 10), ("1 GiB", 1 << 30), ("7", 7), ("0 B", 0)] {
        assert_eq!(text.parse(), Ok(Bytes(bytes)), "{text}");
    }
    for wrong in
        ["", " ", "8MiB", "8  MiB", "8 MB", "-1", "+8 MiB", "1.5 MiB", "8 MiB ", "18446744073709551615 KiB", "MiB"]
    {
        assert!(wrong.parse::<Bytes>().is_err(), "{wrong}");
    }
    assert_eq!(serde_json::from_str::<Bytes>("16").unwrap(), Bytes(16));
    assert_eq!(serde_json::from_str::<Bytes>("\"16 KiB\"").unwrap(), Bytes(16 << 10));
    for wrong in ["-1", "1.5", "null", "[]", "\"x\""] {
        assert!(serde_json::from_str::<Bytes>(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_path_template_names_whole_parts() {
    let named = |template: &str, path: &str| -> Option<BTreeMap<String, String>> {
        let template: PathTemplate = template.parse().unwrap();
        let found = template.matches(path)?;
        Some(found.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    };
    let one = |name: &str, value: &str| Some(BTreeMap::from([(name.to_owned(), value.to_owned())]));
    assert_eq!(named("/hello/{name}", "/hello/ad%20a"), one("name", "ad%20a"));
    assert_eq!(named("/{a}/x", "/b/x"), one("a", "b"));
    for (template, path) in [("/", "/"), ("/*", "/"), ("/*", "/x/y"), ("/x/*", "/x/"), ("/x/*", "/x"), ("/x", "/x")] {
        assert!(named(template, path).is_some(), "{template} {path}");
    }
    for (template, path) in [
        ("/hello/{name}", "/hello/"),
        ("/hello/{name}", "/hello"),
        ("/{a}", "/b/c"),
        ("/x", "/x/"),
        ("/", "/x"),
        ("/x/*", "/xy"),
    ] {
        assert!(named(template, path).is_none(), "{template} {path}");
    }
    for wrong in ["", "x", "/{", "/{}", "/}", "/x{a}", "/{a}x", "/{a b}", "/*/x", "/x*", "/?x", "/#", "/\0", "/{a}/{a}"]
    {
        assert!(wrong.parse::<PathTemplate>().is_err(), "{wrong}");
    }
}

#[test]
fn a_bind_says_whether_path_or_method_is_missing() {
    let bind: Bind = serde_json::from_value(json!({"route": [
        {"method": "Http<Get>", "path": "/hello/{name}"},
        {"method": "Ext<Greet>"},
        {"method": "Http<Post>", "path": "/hello/*"},
    ]}))
    .unwrap();
    let find =
        |method: &str, path: &str| bind.find(&method.parse::<Method>().unwrap(), path).map(|found| found.params.len());
    assert_eq!(find("Http<Get>", "/hello/ada"), Ok(1));
    assert_eq!(find("Http<Post>", "/hello/ada"), Ok(0));
    assert_eq!(find("Ext<Greet>", "/"), Ok(0));
    assert_eq!(find("Ext<Greet>", "/hello/ada"), Err(RouteMiss::Method));
    assert_eq!(find("Ext<Greet>", "/x"), Err(RouteMiss::Path));
}

#[test]
fn grants_only_allow() {
    let grant: Grant =
        serde_json::from_value(json!({"to": "signed-in", "may": ["call"], "on": "a:b:*", "methods": ["Ext<*>"]}))
            .unwrap();
    let (ada, room): (Agent, Point) = ("a:users:ada".parse().unwrap(), "a:b:room".parse().unwrap());
    let (ext, http): (Method, Method) = ("Ext<Say>".parse().unwrap(), "Http<Get>".parse().unwrap());
    assert!(grant.allows(&ada, May::Call, &room, Some(&ext)));
    assert!(!grant.allows(&Agent::Anonymous, May::Call, &room, Some(&ext)));
    assert!(!grant.allows(&"a:chat:room".parse().unwrap(), May::Call, &room, Some(&ext)));
    assert!(!grant.allows(&ada, May::Admin, &room, Some(&ext)));
    assert!(!grant.allows(&ada, May::Call, &"a:c:room".parse().unwrap(), Some(&ext)));
    assert!(!grant.allows(&ada, May::Call, &room, Some(&http)));
    assert!(!grant.allows(&ada, May::Call, &room, None));
}

#[test]
fn a_configuration_is_written_in_the_order_of_its_keys() {
    let read = |text: &str| -> MechtronConfig { serde_json::from_str(text).unwrap() };
    let one = read(r#"{"wasm":"w","bind":"b","config":{"z":1,"a":{"y":[{"d":1,"c":2}],"b":null}}}"#);
    let other = read(r#"{"config":{"a":{"b":null,"y":[{"c":2,"d":1}]},"z":1},"bind":"b","wasm":"w"}"#);
    assert_eq!(serde_json::to_string(&one).unwrap(), serde_json::to_string(&other).unwrap());
    assert!(serde_json::to_string(&one).unwrap().contains(r#""config":{"a":{"b":null,"y":[{"c":2,"d":1}]},"z":1}"#));
}

proptest! {
    #[test]
    fn any_text_is_a_template_a_hole_a_size_or_a_refusal(text in "/?[a-z/{}*$0-9 :]{0,24}|\\PC{0,24}") {
        if let Ok(template) = text.parse::<PathTemplate>() {
            prop_assert_eq!(template.to_string(), text.clone());
            let _ = template.matches(&text);
        }
        if let Ok(holed) = text.parse::<HoledText>() {
            prop_assert_eq!(holed.to_string(), text.clone());
        }
        let _ = text.parse::<HoledPattern>();
        let _ = text.parse::<Bytes>();
    }

    #[test]
    fn a_size_is_its_number(bytes in any::<u64>()) {
        prop_assert_eq!(serde_json::from_str::<Bytes>(&serde_json::to_string(&Bytes(bytes)).unwrap()).unwrap(), Bytes(bytes));
    }

    #[test]
    fn any_json_is_a_document_or_a_refusal(text in "[\\{\\}\\[\\]\",:0-9a-z]{0,60}") {
        let _ = serde_json::from_str::<Documents>(&text);
        let _ = serde_json::from_str::<HttpLine>(&text);
    }
}

#[test]
fn a_map_by_name_is_written_in_order_and_says_nothing_twice() {
    let read = |text: &str| serde_json::from_str::<App>(&format!("{{\"http\":{text}}}"));
    let line = |name: &str| format!("\"{name}\":\"${{bundle}}:/\"");
    let (a, b, c) = (line("/a"), line("/b"), line("/c"));
    let read_in_order = read(&format!("{{{c},{a},{b}}}")).unwrap();
    assert_eq!(serde_json::to_string(&read_in_order).unwrap(), format!("{{\"http\":{{{a},{b},{c}}}}}"));
    for twice in [format!("{{{a},{a}}}"), format!("{{{b},{a},{b}}}")] {
        assert!(read(&twice).unwrap_err().to_string().contains("stands twice"), "{twice}");
    }
    for no_map in ["[]", "[[\"/a\",\"${bundle}:/\"]]", "1", "null"] {
        assert!(read(no_map).is_err(), "{no_map}");
    }
}
