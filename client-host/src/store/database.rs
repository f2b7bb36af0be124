//! The plumbing of `starlane-state`: opening, upgrading, transactions with strict durability.

use std::future::IntoFuture;

use futures_util::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use idb::{Database, DatabaseEvent, Factory, KeyRange, ObjectStore, ObjectStoreParams, Query, Transaction};
use js_sys::{Array, Object, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{IdbDatabase, IdbTransaction, IdbTransactionMode};

#[wasm_bindgen]
extern "C" {
    /// An open database. Of its own type because web-sys holds the option `durability` to be unstable.
    pub(super) type Disk;
    #[wasm_bindgen(method, catch, structural)]
    fn transaction(
        this: &Disk,
        store: &str,
        mode: IdbTransactionMode,
        options: &Object,
    ) -> Result<IdbTransaction, JsValue>;
}

const NAME: &str = "starlane-state";

/// Rises with each form of the database; [`upgrade`] brings older ones up to it.
const VERSION: u32 = 1;

/// The mechtrons' values, under `[home, mechtron, key]`.
pub(super) const STATE: &str = "state";
/// When each tab was here last, under its home.
pub(super) const HOMES: &str = "homes";
/// What each relay said, under its address.
pub(super) const RELAYS: &str = "relays";

/// Milliseconds the database may take to open: a browser that neither opens nor refuses it must not hold up the star.
const OPENING_MS: u32 = 3_000;

/// Opens the database.
pub(super) async fn open() -> Result<Disk, String> {
    let mut request = Factory::new().map_err(told)?.open(NAME, Some(VERSION)).map_err(told)?;
    request.on_upgrade_needed(|event| {
        if let (Ok(database), Ok(from)) = (event.database(), event.old_version()) {
            upgrade(&database, from);
        }
    });
    let late = TimeoutFuture::new(OPENING_MS);
    let mut database = match select(request.into_future(), late).await {
        Either::Left((database, _)) => database.map_err(told)?,
        Either::Right(((), _)) => return Err("the browser did not open the database within 3 s".into()),
    };
    // A newer client in another tab waits for this; the next transaction opens the database again.
    database.on_version_change(|event| {
        if let Some(database) = event.target().and_then(|target| target.dyn_into::<IdbDatabase>().ok()) {
            database.close();
        }
    });
    // It lives as long as the database, which the browser ends.
    database.forget_callbacks();
    Ok(JsValue::from(database).unchecked_into())
}

/// Brings a database up to the newest form; a store that is there already stays as it is.
fn upgrade(database: &Database, from: u32) {
    if from < 1 {
        for store in [STATE, HOMES, RELAYS] {
            let _ = database.create_object_store(store, ObjectStoreParams::new());
        }
    }
}

/// A transaction over one store, on disk when it is done.
pub(super) fn strict(disk: &Disk, store: &str, mode: IdbTransactionMode) -> Result<(Transaction, ObjectStore), String> {
    let options = Object::new();
    let begun = Reflect::set(&options, &"durability".into(), &"strict".into())
        .and_then(|_| disk.transaction(store, mode, &options))
        .map_err(|error| crate::http::told(&error))?;
    let transaction = Transaction::from(begun);
    let store = transaction.object_store(store).map_err(told)?;
    Ok((transaction, store))
}

/// Waits until a transaction is on disk.
pub(super) async fn done(transaction: Transaction) -> Result<(), String> {
    let result = transaction.await.map_err(told)?;
    if result.is_committed() { Ok(()) } else { Err("the browser gave the write up".into()) }
}

/// All keys from one to another.
pub(super) fn within(from: &Array, to: &Array) -> Result<Query, String> {
    KeyRange::bound(from, to, None, None).map(Query::KeyRange).map_err(told)
}

/// What an error of the database says, with the browser's own words.
pub(super) fn told(error: idb::Error) -> String {
    use idb::Error;
    match &error {
        Error::DomException(exception) => format!("{}: {}", exception.name(), exception.message()),
        Error::IndexedDbNotFound(value) | Error::IndexedDbOpenFailed(value) => {
            format!("{error} ({})", crate::http::told(&JsValue::from(value)))
        }
        _ => error.to_string(),
    }
}
