//! The database `starlane-state`: never dropped, upgraded in place.
//!
//! `state` holds the mechtrons' values under `[home, mechtron, key]`, the key as bytes; `homes` when each tab was here
//! last; `relays` what each relay said. A tab's part is swept away when it was not here for a month.

use std::cell::RefCell;
use std::future::IntoFuture;
use std::rc::Rc;

use futures_util::future::try_join;
use idb::{ObjectStore, Query, Transaction};
use js_sys::{Array, Date, Uint8Array};
use starlane_host::event::Commit;
use starlane_protocol::Point;
use wasm_bindgen::JsValue;
use web_sys::IdbTransactionMode::{self, Readonly, Readwrite};

use super::Known;
use super::database::{Disk, HOMES, RELAYS, STATE, done, open, strict, told, within};

/// Milliseconds after which a tab that was never here again is forgotten: 30 days.
const FORGOTTEN_MS: f64 = 30.0 * 24.0 * 3_600_000.0;

/// Keys and values of a mechtron.
type Pairs = Vec<(Vec<u8>, Vec<u8>)>;

/// The state of this tab's mechtrons.
pub(super) struct State {
    home: String,
    /// `None` when IndexedDB is refused: then `memory` is all there is.
    disk: RefCell<Option<Rc<Disk>>>,
    memory: RefCell<Vec<(Point, Pairs)>>,
    refused: bool,
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
    pub(super) async fn load(&self, mechtron: &Point) -> Result<Pairs, String> {
        if self.refused {
            let memory = self.memory.borrow();
            let kept = memory.iter().find(|(point, _)| point == mechtron);
            return Ok(kept.map(|(_, pairs)| pairs.clone()).unwrap_or_default());
        }
        let (home, mechtron) = (JsValue::from(&self.home), JsValue::from(mechtron.as_str()));
        let all = within(&Array::of2(&home, &mechtron), &Array::of3(&home, &mechtron, &Array::new()))?;
        let (_, store) = self.begin(STATE, Readonly).await?;
        let (keys, values) = all_of(&store, Some(all)).await?;
        let key = |key: &JsValue| Uint8Array::new(&Array::from(key).get(2)).to_vec();
        Ok(keys.iter().zip(&values).map(|(k, value)| (key(k), Uint8Array::new(value).to_vec())).collect())
    }

    /// Writes what some turns changed, all or nothing; on disk when this is over.
    pub(super) async fn commit(&self, group: &[Commit]) -> Result<(), String> {
        if self.refused {
            let mut memory = self.memory.borrow_mut();
            group.iter().for_each(|commit| remember(&mut memory, commit));
            return Ok(());
        }
        let (transaction, store) = self.begin(STATE, Readwrite).await?;
        for commit in group {
            for (key, value) in &commit.writes {
                let at = self.key(&commit.mechtron, key);
                match value {
                    Some(value) => drop(store.put(&Uint8Array::from(&**value), Some(&at)).map_err(told)?),
                    None => drop(store.delete(at).map_err(told)?),
                }
            }
        }
        done(transaction).await
    }

    /// Forgets the state of every mechtron of an application.
    pub(super) async fn forget(&self, app: &Point) -> Result<(), String> {
        if self.refused {
            self.memory.borrow_mut().retain(|(mechtron, _)| !mechtron.is_within(app));
            return Ok(());
        }
        // `;` follows `:`, so these are exactly the points below the application's.
        let point = |end: char| Array::of2(&JsValue::from(&self.home), &JsValue::from(format!("{app}{end}")));
        let all = within(&point(':'), &point(';'))?;
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

    fn key(&self, mechtron: &Point, key: &[u8]) -> JsValue {
        Array::of3(&JsValue::from(&self.home), &mechtron.as_str().into(), &Uint8Array::from(key)).into()
    }

    /// A transaction over one store; the database is opened again if the browser closed it.
    async fn begin(&self, name: &str, mode: IdbTransactionMode) -> Result<(Transaction, ObjectStore), String> {
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
async fn all_of(store: &ObjectStore, range: Option<Query>) -> Result<(Vec<JsValue>, Vec<JsValue>), String> {
    let keys = store.get_all_keys(range.clone(), None).map_err(told)?;
    let values = store.get_all(range, None).map_err(told)?;
    try_join(keys.into_future(), values.into_future()).await.map_err(told)
}

fn remember(memory: &mut Vec<(Point, Pairs)>, commit: &Commit) {
    let at = memory.iter().position(|(point, _)| *point == commit.mechtron).unwrap_or_else(|| {
        memory.push((commit.mechtron.clone(), Pairs::new()));
        memory.len() - 1
    });
    let pairs = &mut memory[at].1;
    for (key, value) in &commit.writes {
        pairs.retain(|(kept, _)| kept != key);
        pairs.extend(value.iter().map(|value| (key.clone(), value.clone())));
    }
}
