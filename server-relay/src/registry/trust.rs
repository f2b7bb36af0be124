//! Changes of what is trusted: each raises the serial of its series, and is told of every application made from it.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::Arc;

use starlane_bundle::{Digest, PublicKey, REVOKED, REVOKED_KEYS, SERIES_KEYS, SeriesRecord, Version, is_series};
use starlane_protocol::{Code, Point};

use super::install::{Change, room};
use super::{Installation, Notary, Picture, Registry, Series, signing};
use crate::problem::Problem;

/// How old a record becomes before it is renewed, in milliseconds: a day.
const RENEW_MS: u64 = 24 * 60 * 60 * 1_000;

/// What is to be trusted, or no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Distrust {
    /// A publisher's key, with all it ever signed.
    Key(PublicKey),
    /// One bundle.
    Bundle(Digest),
}

/// An application whose records changed, or whether it runs.
#[derive(Debug, Clone)]
pub(crate) struct Shift {
    /// As it is now.
    pub(crate) now: Arc<Installation>,
    /// Whether it ran before.
    pub(crate) ran: bool,
}

impl Registry {
    /// Trusts a publisher's key; gives the applications that are to be told. `Ok(None)`: it is trusted already.
    pub(crate) async fn trust(
        &self,
        series: &Point,
        key: PublicKey,
        notary: &Notary<'_>,
    ) -> Result<Option<Change<'_, Vec<Shift>>>, Problem> {
        self.change_series(series, notary, |_, record| {
            if record.revoked_keys.contains(&key) {
                let what = format!("the key {key} was revoked, and is never trusted again");
                return Err(Problem::named(Code::Conflict, "revoked", what).hint("Make a new one: `starlane keygen`."));
            }
            add(&mut record.keys, key, SERIES_KEYS, "publishers' keys")
        })
        .await
    }

    /// Trusts a key or a bundle no more. `text` is a key, a digest, or a version that is published.
    pub(crate) async fn revoke(
        &self,
        series: &Point,
        text: &str,
        notary: &Notary<'_>,
    ) -> Result<Option<Change<'_, Vec<Shift>>>, Problem> {
        self.change_series(series, notary, |picture, record| match meant(picture, record, text)? {
            Distrust::Key(key) => {
                record.keys.retain(|other| *other != key);
                add(&mut record.revoked_keys, key, REVOKED_KEYS, "revoked keys")
            }
            Distrust::Bundle(digest) => add(&mut record.revoked, digest, REVOKED, "revoked bundles"),
        })
        .await
    }

    /// Changes the record of a series, and with it what is told of the applications made from it.
    async fn change_series(
        &self,
        series: &Point,
        notary: &Notary<'_>,
        change: impl FnOnce(&Picture, &mut SeriesRecord) -> Result<bool, Problem>,
    ) -> Result<Option<Change<'_, Vec<Shift>>>, Problem> {
        if !is_series(series) {
            let what = format!("`{series}` is not a series: one is `<space>:repo:<name>`, or a user's own");
            return Err(Problem::new(Code::NoRoute, what).hint("Leave the version out."));
        }
        let guard = self.changing.lock().await;
        let now = self.now();
        let mut record = match now.series.get(series) {
            Some(there) => there.record.clone(),
            None => {
                signing::room_for_series(&now, series)?;
                SeriesRecord { serial: 0, ..SeriesRecord::new(series.clone(), 0) }
            }
        };
        if !change(&now, &mut record)? {
            return Ok(None);
        }
        record.serial += 1;
        record.expires = notary.expires();
        let next = Series::sign(record, notary);
        let shifts = shifts(&now, |one| one.record.series == *series, |one| one.under(&next, &now.bundles));
        room(&now, shifts.iter().map(|shift| &*shift.now))?;
        notary.store.put_records(&[next.row()], &[]).await?;
        self.change(|picture| {
            picture.series.insert(series.clone(), next.clone());
            take(picture, &shifts);
        });
        Ok(Some(Change::new(shifts, guard)))
    }

    /// Renews every record that is a day old; gives the applications that are to be told.
    pub(crate) async fn renew(&self, notary: &Notary<'_>) -> Result<Change<'_, Vec<Shift>>, Problem> {
        let guard = self.changing.lock().await;
        let now = self.now();
        let (series, shifts) = renewed(&now, notary);
        if !(series.is_empty() && shifts.is_empty()) {
            let rows: Vec<_> = series.values().map(|series| series.row()).collect();
            let installs: Vec<_> = shifts.iter().map(|shift| shift.now.row()).collect();
            notary.store.put_records(&rows, &installs).await?;
            self.change(|picture| {
                picture.series.extend(series);
                take(picture, &shifts);
            });
        }
        Ok(Change::new(shifts, guard))
    }
}

/// Every series and application with a record that is a day old, renewed.
pub(super) fn renewed(now: &Picture, notary: &Notary<'_>) -> (BTreeMap<Point, Arc<Series>>, Vec<Shift>) {
    let is_old = |expires: u64| expires.saturating_add(RENEW_MS) <= notary.expires();
    let old = now.series.iter().filter(|(_, series)| is_old(series.record.expires));
    let series: BTreeMap<_, _> = old.map(|(point, old)| (point.clone(), old.renewed(notary))).collect();
    let fits = |one: &Installation| is_old(one.record.expires) || series.contains_key(&one.record.series);
    let shifts = shifts(now, fits, |one| {
        let under = series.get(&one.record.series).unwrap_or(&one.series);
        one.renewed(under, &now.bundles, notary)
    });
    (series, shifts)
}

/// The applications that fit, each as it is now.
pub(super) fn shifts(
    now: &Picture,
    fits: impl Fn(&Installation) -> bool,
    next: impl Fn(&Installation) -> Installation,
) -> Vec<Shift> {
    let fitting = now.apps.values().filter(|one| fits(one));
    fitting.map(|one| Shift { now: Arc::new(next(one)), ran: one.halted.is_none() }).collect()
}

/// Takes changed applications into the picture.
pub(super) fn take(picture: &mut Picture, shifts: &[Shift]) {
    picture.apps.extend(shifts.iter().map(|shift| (shift.now.app.point.clone(), shift.now.clone())));
}

/// What is meant by a text: a key of the series, a bundle's id, or a version.
fn meant(picture: &Picture, record: &SeriesRecord, text: &str) -> Result<Distrust, Problem> {
    let key = PublicKey::from_str(text).ok();
    if let Some(key) = key.filter(|key| record.keys.contains(key) || record.revoked_keys.contains(key)) {
        return Ok(Distrust::Key(key));
    }
    let version = Version::parse(text).ok();
    let digest: Option<Digest> = text.parse().ok();
    let is_it = |bundle: &starlane_bundle::Signed| {
        digest == Some(bundle.digest) || version.as_ref() == Some(&bundle.manifest.semver())
    };
    let mut bundles = picture.bundles.values().filter(|bundle| bundle.manifest.series() == record.series);
    if let Some(bundle) = bundles.find(|bundle| is_it(bundle)) {
        return Ok(Distrust::Bundle(bundle.digest));
    }
    let what = format!("`{}` has no key, bundle or version `{text}`", record.series);
    Err(Problem::named(Code::NoRoute, "nothing-to-revoke", what)
        .hint("`starlane trust ls` shows its keys, `starlane ls` its versions."))
}

/// Puts something into a sorted list; whether it was not there.
fn add<T: Ord>(list: &mut Vec<T>, one: T, most: usize, what: &str) -> Result<bool, Problem> {
    let Err(at) = list.binary_search(&one) else { return Ok(false) };
    if list.len() >= most {
        let what = format!("a series has {most} {what} at most");
        return Err(Problem::new(Code::TooMany, what)
            .hint("A floor takes away all older versions at once; a new series begins anew."));
    }
    list.insert(at, one);
    Ok(true)
}
