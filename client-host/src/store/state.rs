//! The database `starlane-state`: never dropped, upgraded in place.
//!
//! `state` holds the mechtrons' values under `[home, mechtron, key]`, the key as bytes; a home is a tab's, or one that a user's
//! tabs have together (what is placed in browsers), which is never swept away. `homes` holds when each tab was here
//! last; `relays` what each relay said. Under `[home, mechtron, "code"]` lies the SHA-256 of the module a state is made for, and
//! behind it that of one that must not have it. A tab's part is swept away when it was not here for a month.

use std::cell::RefCell;
use std::future::IntoFuture;
use std::rc::Rc;

use futures_util::future::try_join;
use idb::{ObjectStore, Query, Transaction};
use js_sys::{Array, Date, Uint8Array};
use starlane_host::event::{Commit, Pairs, Stamp, Stored};
use starlane_protocol::Point;
use wasm_bindgen::JsValue;
use web_sys::IdbTransactionMode::{self, Readonly, Readwrite};

use super::Known;
use super::database::{Disk, HOMES, RELAYS, STATE, done, open, strict, told, within};
use super::swap;

/// Milliseconds after which a tab that was never here again is forgotten: 30 days.
const FORGOTTEN_MS: f64 = 30.0 * 24.0 * 3_600_000.0;

/// Keys with their new values; `None` removes.
pub(super) type Writes = [(Vec<u8>, Option<Vec<u8>>)];

/// What the stamp of a state lies under, beside its keys, which are bytes.
const CODE: &str = "code";

/// What is kept for as long as the page lives, by home and mechtron.
pub(super) type Memory = Vec<(Rc<str>, Point, Stored)>;

/// The state of this tab's mechtrons.
pub(super) struct State {
    /// The tab's own.
    home: String,
    /// `None` when IndexedDB is refused: then `memory` is all there is.
    disk: RefCell<Option<Rc<Disk>>>,
    pub(super) memory: RefCell<Memory>,
    pub(super) refused: bool,
}

impl State {
    /// Opens the database; gives why it is refused, if it is.
    pub(super) async fn open(home: &str) -> (Self, Option<String>) {
        let state = |disk: Option<Rc<Disk>>, refused| Self {
            home: home.into(),
            disk: RefCell::new(disk),
            memory: RefCell::default(),
            refused,
        };
        match open().await {
            Ok(database) => (state(Some(Rc::new(database)), false), None),
            Err(reason) => (state(None, true), Some(reason)),
        }
    }

    /// Reads the whole state of a mechtron.
    pub(super) async fn load(&self, home: &str, mechtron: &Point) -> Result<Stored, String> {
        if self.refused {
            let memory = self.memory.borrow();
            let kept = memory.iter().find(|(of, point, _)| **of == *home && point == mechtron);
            return Ok(kept.map(|(.., stored)| stored.clone()).unwrap_or_default());
        }
        let (_, store) = self.begin(STATE, Readonly).await?;
        let (keys, values) = all_of(&store, Some(range(home, mechtron)?)).await?;
        let mut stored = Stored::default();
        for (key, value) in keys.iter().zip(&values) {
            let (key, value) = (Array::from(key).get(2), Uint8Array::new(value).to_vec());
            match key.is_string() {
                true => stored.stamp = swap::stamp(&value),
                false => stored.pairs.push((Uint8Array::new(&key).to_vec(), value)),
            }
        }
        Ok(stored)
    }

    /// Writes what some turns changed, all or nothing; on disk when this is over.
    pub(super) async fn commit(&self, group: &[(Rc<str>, Commit)]) -> Result<(), String> {
        if self.refused {
            let mut memory = self.memory.borrow_mut();
            group.iter().for_each(|(home, commit)| remember(&mut memory, home, commit));
            return Ok(());
        }
        let (transaction, store) = self.begin(STATE, Readwrite).await?;
        for (home, commit) in group {
            if let Some(code) = &commit.code {
                put_stamp(&store, home, &commit.mechtron, Stamp { code: *code, refused: None })?;
            }
            write(&store, home, &commit.mechtron, &commit.writes)?;
        }
        done(transaction).await
    }

    /// Forgets the state of every mechtron of an application in one home.
    pub(super) async fn forget(&self, home: &str, app: &Point) -> Result<(), String> {
        if self.refused {
            self.memory.borrow_mut().retain(|(of, mechtron, _)| **of != *home || !mechtron.is_within(app));
            return Ok(());
        }
        let all = range_below(home, app)?;
        let (transaction, store) = self.begin(STATE, Readwrite).await?;
        drop(store.delete(all).map_err(told)?);
        done(transaction).await
    }

    /// What is known of a relay from earlier.
    pub(super) async fn known(&self, relay: &str) -> Option<Known> {
        let (_, store) = self.begin(RELAYS, Readonly).await.ok()?;
        let text = store.get(Query::Key(relay.into())).ok()?.await.ok()??.as_string()?;
        Known::from_text(&text)
    }

    /// Keeps what is known of a relay.
    pub(super) async fn keep_known(&self, relay: &str, known: &Known) -> Result<(), String> {
        let (transaction, store) = self.begin(RELAYS, Readwrite).await?;
        drop(store.put(&known.to_text().into(), Some(&relay.into())).map_err(told)?);
        done(transaction).await
    }

    /// Notes that this tab was here, and forgets tabs that were not for long.
    pub(super) async fn sweep(&self) -> Result<(), String> {
        let (_, store) = self.begin(HOMES, Readonly).await?;
        let (homes, times) = all_of(&store, None).await?;
        let now = Date::now();
        let old = homes.iter().zip(&times).filter(|(_, time)| now - time.as_f64().unwrap_or(now) > FORGOTTEN_MS);
        let old: Vec<JsValue> = old.map(|(home, _)| home.clone()).filter(|home| *home != self.home.as_str()).collect();
        for home in old {
            self.forget_home(&home).await?;
        }
        let (transaction, store) = self.begin(HOMES, Readwrite).await?;
        drop(store.put(&now.into(), Some(&JsValue::from(&self.home))).map_err(told)?);
        done(transaction).await
    }

    async fn forget_home(&self, home: &JsValue) -> Result<(), String> {
        let all = within(&Array::of1(home), &Array::of2(home, &Array::new()))?;
        let (transaction, store) = self.begin(STATE, Readwrite).await?;
        drop(store.delete(all).map_err(told)?);
        done(transaction).await?;
        let (transaction, store) = self.begin(HOMES, Readwrite).await?;
        drop(store.delete(home.clone()).map_err(told)?);
        done(transaction).await
    }

    /// A transaction over one store; the database is opened again if the browser closed it.
    pub(super) async fn begin(
        &self,
        name: &str,
        mode: IdbTransactionMode,
    ) -> Result<(Transaction, ObjectStore), String> {
        if self.refused {
            return Err("IndexedDB is refused".into());
        }
        let kept = self.disk.borrow().clone();
        if let Some(Ok(begun)) = kept.map(|database| strict(&database, name, mode)) {
            return Ok(begun);
        }
        let database = Rc::new(open().await?);
        *self.disk.borrow_mut() = Some(database.clone());
        strict(&database, name, mode)
    }
}

/// Keys and values of a store, asked for together so that they belong together.
pub(super) async fn all_of(store: &ObjectStore, range: Option<Query>) -> Result<(Vec<JsValue>, Vec<JsValue>), String> {
    let keys = store.get_all_keys(range.clone(), None).map_err(told)?;
    let values = store.get_all(range, None).map_err(told)?;
    try_join(keys.into_future(), values.into_future()).await.map_err(told)
}

pub(super) fn write(store: &ObjectStore, home: &str, mechtron: &Point, writes: &Writes) -> Result<(), String> {
    for (key, value) in writes {
        let at = place(home, mechtron, &Uint8Array::from(&**key));
        match value {
            Some(value) => drop(store.put(&Uint8Array::from(&**value), Some(&at)).map_err(told)?),
            None => drop(store.delete(at).map_err(told)?),
        }
    }
    Ok(())
}

pub(super) fn put_stamp(store: &ObjectStore, home: &str, mechtron: &Point, stamp: Stamp) -> Result<(), String> {
    let at = place(home, mechtron, &CODE.into());
    drop(store.put(&Uint8Array::from(&*swap::bytes(stamp)), Some(&at)).map_err(told)?);
    Ok(())
}

/// What a value, or a stamp, lies under.
fn place(home: &str, mechtron: &Point, key: &JsValue) -> JsValue {
    Array::of3(&home.into(), &mechtron.as_str().into(), key).into()
}

/// Everything that is kept for a mechtron.
pub(super) fn range(home: &str, mechtron: &Point) -> Result<Query, String> {
    let (home, mechtron) = (JsValue::from(home), JsValue::from(mechtron.as_str()));
    within(&Array::of2(&home, &mechtron), &Array::of3(&home, &mechtron, &Array::new()))
}

/// Everything that is kept for the mechtrons of an application.
pub(super) fn range_below(home: &str, app: &Point) -> Result<Query, String> {
    // `;` follows `:`, so these are exactly the points below the application's.
    let point = |end: char| Array::of2(&home.into(), &JsValue::from(format!("{app}{end}")));
    within(&point(':'), &point(';'))
}

fn remember(memory: &mut Memory, home: &Rc<str>, commit: &Commit) {
    let stored = swap::of(memory, home, &commit.mechtron);
    if let Some(code) = commit.code {
        stored.stamp = Some(Stamp { code, refused: None });
    }
    change(&mut stored.pairs, &commit.writes);
}

pub(super) fn change(pairs: &mut Pairs, writes: &Writes) {
    for (key, value) in writes {
        pairs.retain(|(kept, _)| kept != key);
        pairs.extend(value.iter().map(|value| (key.clone(), value.clone())));
    }
}
