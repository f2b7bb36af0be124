//! Warming up: a browser makes code fast that has run for a while, and the interpreter's one large function is slow until then.
//!
//! So a guest of our own runs while the page is idle, in a star that nobody hears of. It takes the whole way of a wave
//! (install, wake, compile, run, end), so that the first wave of the page finds all of that ready.

use std::rc::Rc;
use std::sync::Arc;

use starlane_bundle::{Digest, Manifest};
use starlane_host::app::{InstalledApp, Recipe};
use starlane_host::engine::Interpreter;
use starlane_host::event::{CallId, Draft, Effect, Event, Millis, Stored};
use starlane_host::star::{Ceilings, Ran, Role, Star, StarConfig};
use starlane_protocol::{Agent, Body, Headers, Point};

/// The guest: an endless loop, ended by its fuel.
const GUEST: &[u8] = include_bytes!("warm_up/loop.wasm");

/// Fuel until the code is fast: some 0.4 s of a cold start, a tenth of that once it is fast.
const FUEL: u64 = 12_000_000;

/// Bytes of memory it may have: its one page.
const MEMORY: u64 = 1 << 16;

/// The guest in its star, until it has burnt its fuel.
pub(crate) struct WarmUp(Star);

impl WarmUp {
    /// Ready to run; `None` if anything of it does not hold.
    pub(crate) fn new() -> Option<Self> {
        let app: Point = "local:warm".parse().ok()?;
        let point = app.child("up").ok()?;
        let config = StarConfig {
            point: "local:stars:warm".parse().ok()?,
            agent: Agent::Anonymous,
            role: Role::Tab,
            ceilings: Ceilings { memory: MEMORY, fuel: FUEL, guests: 2 * MEMORY },
            idle_ms: u64::MAX,
            seed: [0; 32],
        };
        let mut star = Star::new(config, Rc::new(Interpreter));
        star.handle(Event::Time { now: Millis(0), unix_ms: 0 });
        star.handle(Event::Install(Arc::new(installed(&app)?)));
        let draft = Draft {
            from: None,
            agent: None,
            to: point,
            method: "Ext<Go>".parse().ok()?,
            path: "/".into(),
            query: "".into(),
            headers: Headers::default(),
            body: Body::default(),
            wait: starlane_protocol::limits::WAIT_LOW_MS,
        };
        star.handle(Event::Ask { call: CallId(0), draft });
        Some(Self(star))
    }

    /// Runs for about so much fuel.
    pub(crate) fn step(&mut self, fuel: u64) -> Ran {
        let Ran { fuel, .. } = self.0.run(fuel);
        while let Some(effect) = self.0.next_effect() {
            match effect {
                Effect::Load { mechtron, .. } => {
                    self.0.handle(Event::Loaded { mechtron, state: Ok(Stored::default()) })
                }
                Effect::Fetch { digest, .. } => self.0.handle(Event::Fetched { digest, bytes: Ok(GUEST.into()) }),
                _ => {}
            }
        }
        Ran { fuel, more: self.0.ready() }
    }
}

/// The guest as an application of its own.
fn installed(app: &Point) -> Option<InstalledApp> {
    let (digest, size) = (Digest::of(GUEST), GUEST.len());
    let file = |size: usize, media: &str| format!(r#"{{"sha256":"{digest}","size":{size},"type":"{media}"}}"#);
    let (code, document) = (file(size, "application/wasm"), file(0, "text/plain"));
    let manifest = format!(
        r#"{{"format":1,"bundle":"local:repo:warm:1.0.0",
        "files":{{"app.toml":{document},"binds/up.toml":{document},"mechtrons/up.toml":{document},"wasm/up.wasm":{code}}},
        "documents":{{"app":{{"mechtrons":{{"up":{{"config":"mechtrons/up.toml","placement":"tab"}}}}}},
        "binds":{{"binds/up.toml":{{"route":[{{"method":"Ext<Go>"}}]}}}},
        "mechtrons":{{"mechtrons/up.toml":{{"wasm":"wasm/up.wasm","bind":"binds/up.toml",
        "limits":{{"memory":{MEMORY},"fuel":{FUEL}}}}}}}}}}}"#
    );
    let manifest = Manifest::parse(manifest.as_bytes()).ok()?;
    InstalledApp::new(&Recipe::plain(app, &manifest, digest, 1)).ok()
}

#[cfg(test)]
mod tests {
    use super::{FUEL, GUEST, WarmUp};

    #[test]
    fn it_burns_its_fuel_and_ends() {
        let mut warm_up = WarmUp::new().unwrap();
        let (mut burnt, mut steps) = (0, 0);
        loop {
            let ran = warm_up.step(100_000);
            (burnt, steps) = (burnt + ran.fuel, steps + 1);
            if !ran.more {
                break;
            }
        }
        // Beginning a turn counts too.
        assert!((FUEL..FUEL + FUEL / 20).contains(&burnt), "{burnt}");
        assert!((100..200).contains(&steps), "{steps}");
    }

    #[test]
    fn the_code_is_what_its_text_says() {
        assert_eq!(wat::parse_str(include_str!("warm_up/loop.wat")).unwrap(), GUEST);
    }
}
