//! All that JavaScript can call. Numbers, bytes and plain objects cross; what is pleasant is written in TypeScript.

use std::rc::Rc;

use starlane_host::engine::Interpreter;
use starlane_host::event::{CallId, Draft as HostDraft, Event};
use starlane_host::star::{Ceilings, Role, Star, StarConfig};
use starlane_protocol::{Agent, Body, Code, Point, StarSecret};
use wasm_bindgen::prelude::*;

use crate::apps::{Apps, browser};
use crate::clock;
use crate::link::{Knocker, Link};
use crate::log::watch_for_panics;
use crate::page::{Draft, Options, Page, headers};
use crate::problem::Problem;
use crate::shell::{Parts, Shell};
use crate::store::Store;

/// The ceilings of a tab: a config that asks for more is refused here.
const CEILINGS: Ceilings = Ceilings { memory: 64 << 20, fuel: 1_000_000_000, guests: 512 << 20 };

/// Milliseconds without a wave after which a mechtron sleeps: most pages are left within a minute.
const IDLE_MS: u64 = 60_000;

/// A running star.
#[wasm_bindgen]
pub struct Tab(Rc<Shell>);

/// Starts a star. It runs at once, with or without a lane.
///
/// # Errors
/// Options that do not hold.
#[wasm_bindgen]
pub async fn start(options: Options, page: Page) -> Result<Tab, JsValue> {
    watch_for_panics(&page);
    let (star, secret) = (options.star(), secret(&options.secret())?);
    let relay = options.http();
    let pinned = crate::apps::pinned(&options.root())?;
    let (store, refused) = Store::open(&options.home()).await;
    let known = store.known(&relay).await;
    let point = known.as_ref().and_then(|known| known.star(&star));
    let agent = known.as_ref().map_or(Agent::Anonymous, |known| known.agent.clone());
    let config = StarConfig {
        point: point.clone().map_or_else(|| nowhere(&star), Ok)?,
        agent: agent.clone(),
        role: Role::Tab,
        ceilings: CEILINGS,
        idle_ms: IDLE_MS,
        seed: random()?,
    };
    let apps = Apps::new(relay, pinned, known, &options.token());
    store.set_browser(apps.browser_home());
    let knocker = Knocker { url: options.lane(), star, secret, token: options.token() };
    let parts = Parts {
        star: Star::new(config, Rc::new(Interpreter)),
        page,
        channel: clock::channel()?,
        link: Link::new(knocker),
        store,
        apps,
    };
    let shell = Shell::new(parts);
    if let Some(point) = point {
        let _ = shell.page.named(point.as_str(), &agent.to_string());
    }
    if let Some(reason) = refused {
        shell.storage_refused(&reason);
    }
    shell.link.dial(&shell);
    Ok(Tab(shell))
}

#[wasm_bindgen]
impl Tab {
    /// Asks; the page's `settled` gets the answer under the number `call`, once.
    ///
    /// # Errors
    /// A draft that does not hold.
    pub fn ping(&self, call: u32, draft: &Draft) -> Result<(), JsValue> {
        let draft = self.draft(draft)?;
        self.0.post(Event::Ask { call: CallId(call.into()), draft });
        Ok(())
    }

    /// The answer under this number is no longer wanted.
    pub fn cancel(&self, call: u32) {
        self.0.post(Event::Cancel { call: CallId(call.into()) });
    }

    /// Tells, without an answer.
    ///
    /// # Errors
    /// A draft that does not hold.
    pub fn signal(&self, draft: &Draft) -> Result<(), JsValue> {
        let draft = self.draft(draft)?;
        self.0.post(Event::Tell { draft });
        Ok(())
    }

    /// From now on waves to this name below the star come to the page, or no longer do.
    ///
    /// # Errors
    /// A name that is not one segment.
    pub fn serve(&self, name: &str, on: bool) -> Result<(), JsValue> {
        self.0.point().child(name).map_err(Problem::from)?;
        self.0.post(if on { Event::Serve(name.into()) } else { Event::Unserve(name.into()) });
        Ok(())
    }

    /// Answers a delivered ping; one that was answered already is left alone.
    ///
    /// # Errors
    /// Headers that are none.
    pub fn answer(&self, ticket: u32, status: u16, lines: &str, media: &str, body: &[u8]) -> Result<(), JsValue> {
        let headers = read_headers(lines)?;
        if let Some(ping) = self.0.delivered(ticket) {
            let (ping, body) = (Box::new(ping), Body::new(media, body));
            self.0.post(Event::Answer { ping, status, headers, body });
        }
        Ok(())
    }

    /// Runs what an application places in tabs here, now and whenever a newer generation comes.
    ///
    /// # Errors
    /// Why it cannot be had.
    pub async fn open(&self, app: String) -> Result<(), JsValue> {
        let shell = self.0.clone();
        let app: Point = app.parse().map_err(Problem::from)?;
        Ok(Apps::open(&shell, app).await?)
    }

    /// The page holds the lock of this ticket.
    pub fn held(&self, ticket: u32) {
        browser::granted(&self.0, ticket);
    }

    /// The mechtrons of this star, as JSON.
    pub fn mechtrons(&self) -> String {
        self.0.mechtrons()
    }

    /// The page is idle: the engine may warm up for a moment. Whether it wants more.
    pub fn warm_up(&self) -> bool {
        self.0.warm_up()
    }

    /// The page was brought back, or its network: the lane is looked after at once.
    pub fn wake(&self) {
        self.0.link.wake(&self.0);
    }

    /// Takes another id, because somebody else has this one, and knocks again.
    ///
    /// # Errors
    /// A secret that is not 64 hex digits.
    pub fn rename(&self, star: String, secret_hex: &str) -> Result<(), JsValue> {
        self.0.link.rename(&self.0, star, secret(secret_hex)?);
        Ok(())
    }

    /// From now on this token says who answers for the star: over the lane that is open, and for the next ones.
    pub fn renew(&self, token: String) {
        self.0.link.renew(&self.0, token);
    }

    /// Ends the star. Nothing of it is told afterwards.
    pub fn close(&self) {
        self.0.close();
    }
}

impl Tab {
    fn draft(&self, draft: &Draft) -> Result<HostDraft, Problem> {
        let from = draft.from();
        let from = if from.is_empty() { None } else { Some(self.0.point().child(&from)?) };
        Ok(HostDraft {
            from,
            agent: None,
            to: draft.to().parse()?,
            method: draft.method().parse()?,
            path: draft.path().into(),
            query: draft.query().into(),
            headers: read_headers(&draft.headers())?,
            body: Body::new(&draft.media(), draft.body()),
            wait: draft.wait(),
        })
    }
}

fn read_headers(lines: &str) -> Result<starlane_protocol::Headers, Problem> {
    headers(lines).map_err(|error| Problem::of(Code::BadWave, error.to_string()))
}

fn secret(hex: &str) -> Result<StarSecret, Problem> {
    hex.parse().map_err(|error: starlane_protocol::IdError| {
        Problem::new(error.code(), format!("the star's secret: {error}"), "Let the client make it.")
    })
}

/// Where a star is that no relay has greeted yet.
fn nowhere(star: &str) -> Result<Point, Problem> {
    Ok(format!("local:stars:{star}").parse::<Point>()?)
}

/// Random bytes from the browser.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], Problem> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|error| Problem::new("no-randomness", error.to_string(), "Use a current browser."))?;
    Ok(bytes)
}
