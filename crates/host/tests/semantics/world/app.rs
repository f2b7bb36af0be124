//! Applications made in memory, from guests by name.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use starlane_bundle::{Digest, FileEntry, Manifest, media_type};
use starlane_host::app::{InstallError, InstalledApp, Recipe};

use super::{point, wasm};

/// An application that is being put together. Every guest may be asked `Ext<Go>` and `Ext<Ask>` at `/`.
#[derive(Clone)]
pub struct App {
    name: String,
    mechtrons: Vec<Mech>,
    grants: Vec<Value>,
    config: Value,
    http: Value,
    files: BTreeMap<String, Vec<u8>>,
}

/// One mechtron of it.
#[derive(Clone)]
pub struct Mech {
    name: String,
    guest: String,
    keyed: Value,
    placement: &'static str,
    limits: Value,
    may: Vec<String>,
    bind: Value,
    config: Value,
    idle: Option<&'static str>,
    overridable: Option<Value>,
    state: &'static str,
}

impl Mech {
    /// A mechtron `name` that runs the guest of this file name.
    pub fn new(name: &str, guest: &str) -> Self {
        let (name, guest) = (name.to_owned(), guest.to_owned());
        let bind = json!({ "route": [{ "method": "Ext<Go>" }, { "method": "Ext<Ask>" }] });
        let (limits, config) = (json!({}), json!({}));
        Self {
            name,
            guest,
            keyed: false.into(),
            placement: "server",
            limits,
            may: vec![],
            bind,
            config,
            idle: None,
            overridable: None,
            state: "own",
        }
    }

    pub fn keyed(mut self) -> Self {
        self.keyed = true.into();
        self
    }

    /// One for each user.
    pub fn for_users(mut self) -> Self {
        self.keyed = "user".into();
        self
    }

    pub fn tab(mut self) -> Self {
        self.placement = "tab";
        self
    }

    /// One for each user, browser and origin.
    pub fn browser(mut self) -> Self {
        self.placement = "browser";
        self
    }

    /// Sets one of `memory`, `fuel`, `mailbox`, `stack`.
    pub fn limit(mut self, name: &str, value: u64) -> Self {
        self.limits[name] = value.into();
        self
    }

    /// Anywhere, without a state.
    pub fn anywhere(mut self) -> Self {
        (self.placement, self.state) = ("anywhere", "none");
        self
    }

    /// Its owner may put something else in its place, with these limits.
    pub fn overridable(mut self, limits: Value) -> Self {
        self.overridable = Some(limits);
        self
    }

    /// What it keeps.
    pub fn state(mut self, state: &'static str) -> Self {
        self.state = state;
        self
    }

    /// How long it may be idle, as a document says it.
    pub fn idle(mut self, idle: &'static str) -> Self {
        self.idle = Some(idle);
        self
    }

    pub fn may(mut self, pattern: &str) -> Self {
        self.may.push(pattern.into());
        self
    }

    pub fn bind(mut self, routes: Value) -> Self {
        self.bind = json!({ "route": routes });
        self
    }

    pub fn config(mut self, config: Value) -> Self {
        self.config = config;
        self
    }
}

/// An installed application and its files.
pub type Built = (Arc<InstalledApp>, BTreeMap<Digest, Arc<[u8]>>);

impl App {
    /// `localhost:<name>`.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            mechtrons: vec![],
            grants: vec![],
            config: json!({}),
            http: json!({}),
            files: BTreeMap::new(),
        }
    }

    /// Adds a mechtron with everything as usual.
    pub fn mechtron(self, name: &str, guest: &str) -> Self {
        self.with(Mech::new(name, guest))
    }

    pub fn with(mut self, mechtron: Mech) -> Self {
        self.mechtrons.push(mechtron);
        self
    }

    /// Gives a mechtron another guest.
    pub fn instead(mut self, name: &str, guest: &str) -> Self {
        self.mechtrons.iter_mut().filter(|mech| mech.name == name).for_each(|mech| mech.guest = guest.into());
        self
    }

    /// Lets `to` call `on`.
    pub fn grant(mut self, to: &str, on: &str) -> Self {
        self.grants.push(json!({ "to": to, "may": ["call"], "on": on }));
        self
    }

    /// Its values and their defaults.
    pub fn config(mut self, config: Value) -> Self {
        self.config = config;
        self
    }

    /// What is served where.
    pub fn http(mut self, http: Value) -> Self {
        self.http = http;
        self
    }

    pub fn file(mut self, path: &str, bytes: &[u8]) -> Self {
        self.files.insert(path.into(), bytes.into());
        self
    }

    /// The installed application and its files.
    pub fn build(self, generation: u64) -> Built {
        self.try_build(generation).unwrap()
    }

    /// The same, or why it cannot be installed.
    pub fn try_build(self, generation: u64) -> Result<Built, InstallError> {
        let app = point(&format!("localhost:{}", self.name));
        let (manifest, files) = self.bundle(generation);
        let digest = Digest::of(&manifest.to_bytes());
        let app = InstalledApp::new(&Recipe::plain(&app, &manifest, digest, generation))?;
        Ok((Arc::new(app), files))
    }

    /// Its bundle, version `1.0.<patch>`, and its files.
    pub fn bundle(self, patch: u64) -> (Manifest, BTreeMap<Digest, Arc<[u8]>>) {
        let mut contents = self.files;
        let (mut binds, mut configs, mut placed) = (json!({}), json!({}), json!({}));
        for mech in &self.mechtrons {
            let name = &mech.name;
            let (wasm_path, bind) = (format!("wasm/{name}.wasm"), format!("binds/{name}.toml"));
            contents.insert(wasm_path.clone(), wasm(&mech.guest));
            binds[&bind] = mech.bind.clone();
            let config = format!("mechtrons/{name}.toml");
            configs[&config] = json!({
                "wasm": wasm_path, "bind": bind, "limits": mech.limits, "config": mech.config, "state": mech.state, "may": { "call": mech.may },
            });
            placed[name] = json!({ "config": config, "keyed": mech.keyed, "placement": mech.placement });
            if let Some(limits) = &mech.overridable {
                placed[name]["override"] = "owner".into();
                placed[name]["override-limits"] = limits.clone();
            }
            if let Some(idle) = mech.idle {
                placed[name]["idle"] = idle.into();
            }
        }
        let app = json!({ "config": self.config, "mechtrons": placed, "http": self.http, "grant": self.grants });
        let documents = serde_json::from_value(json!({ "app": app, "binds": binds, "mechtrons": configs })).unwrap();
        let entry = |path: &str, bytes: &[u8]| {
            let (sha256, size) = (Digest::of(bytes), bytes.len() as u64);
            FileEntry { sha256, size, media: media_type(path).into() }
        };
        let files = contents.iter().map(|(path, bytes)| (path.clone(), entry(path, bytes))).collect();
        let bundle = point(&format!("localhost:repo:{}:1.0.{patch}", self.name));
        let manifest = Manifest::new(bundle, files, documents).unwrap();
        (manifest, contents.into_values().map(|bytes| (Digest::of(&bytes), bytes.into())).collect())
    }
}
