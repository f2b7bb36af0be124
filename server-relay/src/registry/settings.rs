//! Settings of the space: what its host shows, and which origins may speak with the relay. They hold at once.

use serde_json::{Map, Value, json};
use starlane_protocol::{Code, Point};

use super::{Notary, Picture, Registry, no_app};
use crate::problem::Problem;
use crate::relay::Origin;
use crate::store::{Store, StoreError};

/// Origins of the space at most: each request of a page is compared with all of them.
const ORIGINS: usize = 64;

/// The application at the space's host.
const HTTP: &str = "http";

/// The listed origins.
const LISTED: &str = "origins";

/// Settings of the space.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Settings {
    /// The application that also has the space's own host.
    pub(crate) http: Option<Point>,
    /// Origins that may open lanes and write, besides the relay's own and those it was started with.
    pub(crate) origins: Vec<Origin>,
}

impl Settings {
    /// Reads what the store holds.
    pub(super) async fn read(store: &Store) -> Result<Self, StoreError> {
        let mut settings = Self::default();
        for (name, value) in store.settings().await? {
            let damaged = |what: String| StoreError::Damaged(format!("settings, `{name}`: {what}"));
            let value: Value = serde_json::from_str(&value).map_err(|error| damaged(error.to_string()))?;
            settings.take(&name, &value).map_err(|problem| damaged(problem.message))?;
        }
        Ok(settings)
    }

    /// Their JSON form, by name; one that was not set is `null`.
    pub(crate) fn to_json(&self) -> Map<String, Value> {
        let origins: Vec<&str> = self.origins.iter().map(Origin::as_str).collect();
        let origins = if origins.is_empty() { Value::Null } else { json!(origins) };
        Map::from_iter([(HTTP.to_owned(), json!(self.http)), (LISTED.to_owned(), origins)])
    }

    /// Takes one setting over; `null` is as if it was never set.
    fn take(&mut self, name: &str, value: &Value) -> Result<(), Problem> {
        let wrong = |what: String| {
            let hint = match name {
                HTTP => "It is an installed application, like `localhost:chat`; `http=` takes it back.",
                _ => {
                    "One is like `https://example.com` or `http://192.168.1.7:5173`; several have commas between them; `origins=` takes them back."
                }
            };
            Problem::named(Code::BadBody, "bad-setting", format!("{name}: {what}")).hint(hint)
        };
        match (name, value) {
            (HTTP, Value::Null) => self.http = None,
            (HTTP, Value::String(app)) => {
                self.http = Some(app.parse().map_err(|error| wrong(format!("`{app}`: {error}")))?)
            }
            (LISTED, Value::Null) => self.origins.clear(),
            (LISTED, value) => {
                let texts = texts(value)
                    .ok_or_else(|| wrong("origins are texts, as a list or with commas between them".into()))?;
                let origins =
                    texts.into_iter().map(|text| text.parse().map_err(|error| wrong(format!("`{text}`: {error}"))));
                self.origins = origins.collect::<Result<_, _>>()?;
                if self.origins.len() > ORIGINS {
                    return Err(wrong(format!("a space lists {ORIGINS} origins at most")));
                }
            }
            (HTTP, _) => return Err(wrong("it is the point of an application".into())),
            _ => {
                let problem = Problem::named(Code::BadBody, "no-setting", format!("the space has no setting `{name}`"));
                return Err(problem.hint(format!("There are `{HTTP}` and `{LISTED}`.")));
            }
        }
        Ok(())
    }
}

/// The texts of a list, or of one text with commas between them.
fn texts(value: &Value) -> Option<Vec<&str>> {
    match value {
        Value::String(text) => Some(text.split(',').map(str::trim).filter(|text| !text.is_empty()).collect()),
        Value::Array(items) => items.iter().map(Value::as_str).collect(),
        _ => None,
    }
}

impl Registry {
    /// Changes settings of the space, all or none of them.
    pub(crate) async fn set_space(&self, changes: &Map<String, Value>, notary: &Notary<'_>) -> Result<(), Problem> {
        let _one_at_a_time = self.changing.lock().await;
        let mut settings = self.now().settings.clone();
        for (name, value) in changes {
            settings.take(name, value)?;
        }
        if let Some(app) = settings.http.as_ref().filter(|app| !self.now().apps.contains_key(*app)) {
            return Err(no_app(app));
        }
        let json = settings.to_json();
        for name in changes.keys() {
            let value = json.get(name).filter(|value| !value.is_null()).map(Value::to_string);
            notary.store.put_setting(name, value.as_deref()).await?;
        }
        self.change(|picture| picture.settings = settings);
        Ok(())
    }

    /// Lets go of the settings that name an application.
    pub(super) async fn unset(&self, app: &Point, now: &Picture, store: &Store) -> Result<(), Problem> {
        if now.settings.http.as_ref() == Some(app) {
            store.put_setting(HTTP, None).await?;
            self.change(|picture| picture.settings.http = None);
        }
        Ok(())
    }
}
