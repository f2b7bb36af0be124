//! Series as the registry holds them: the record of what is trusted, with the bytes that were signed.

use std::sync::Arc;

use serde_json::{Value, json};
use starlane_bundle::{PublicKey, SeriesRecord};
use starlane_protocol::Point;

use super::{Notary, Picture};
use crate::store::{SeriesRow, StoreError};

/// What is trusted of a series.
#[derive(Debug)]
pub(crate) struct Series {
    /// What the bytes say.
    pub(crate) record: SeriesRecord,
    /// The bytes.
    pub(crate) bytes: Vec<u8>,
    /// The root's signature over them.
    pub(crate) signature: Vec<u8>,
}

impl Series {
    /// A record, signed now.
    pub(super) fn sign(record: SeriesRecord, notary: &Notary<'_>) -> Arc<Self> {
        let bytes = record.to_bytes();
        let signature = notary.sign(&bytes);
        Arc::new(Self { record, bytes, signature })
    }

    /// A series nobody has published in: only the root signs.
    pub(super) fn new(series: Point, expires: u64, notary: &Notary<'_>) -> Arc<Self> {
        Self::sign(SeriesRecord::new(series, expires), notary)
    }

    /// The same, holding for as long as if it were new.
    pub(super) fn renewed(&self, notary: &Notary<'_>) -> Arc<Self> {
        Self::sign(SeriesRecord { expires: notary.expires(), ..self.record.clone() }, notary)
    }

    /// What a row says, verified.
    pub(super) fn read(row: SeriesRow, root: &PublicKey) -> Result<Arc<Self>, StoreError> {
        let SeriesRow { series, serial, record: bytes, signature } = row;
        let damaged = |what: String| StoreError::Damaged(format!("the record of the series `{series}`: {what}"));
        let record = SeriesRecord::verify(&bytes, &signature, root).map_err(|error| damaged(error.to_string()))?;
        if record.series != series {
            return Err(damaged(format!("it is that of `{}`", record.series)));
        }
        match record.serial == serial {
            true => Ok(Arc::new(Self { record, bytes, signature })),
            false => Err(damaged(format!("its serial is {}, and {serial} was the last", record.serial))),
        }
    }

    /// What is stored of it.
    pub(super) fn row(&self) -> SeriesRow {
        let (series, serial) = (self.record.series.clone(), self.record.serial);
        SeriesRow { series, serial, record: self.bytes.clone(), signature: self.signature.clone() }
    }

    /// Whether there is anything to know of it: keys, something that was revoked, or a bundle. One of which all is removed
    /// keeps its serial, so that no older record of it is believed again, and nothing else.
    pub(crate) fn says_something(&self, picture: &Picture) -> bool {
        let SeriesRecord { series, keys, revoked_keys, revoked, .. } = &self.record;
        let is_used = || picture.bundles.values().any(|bundle| bundle.manifest.series() == *series);
        !(keys.is_empty() && revoked_keys.is_empty() && revoked.is_empty()) || is_used()
    }

    /// As `starlane trust` shows it, with the versions of what was revoked where they are known.
    pub(crate) fn to_json(&self, picture: &Picture) -> Value {
        let SeriesRecord { series, keys, serial, revoked_keys, revoked, expires } = &self.record;
        let bundle = |digest: &starlane_bundle::Digest| {
            let known = picture.bundles.values().find(|bundle| bundle.digest == *digest);
            json!({ "digest": digest, "version": known.map(|bundle| bundle.manifest.version()) })
        };
        let revoked: Vec<Value> = revoked.iter().map(bundle).collect();
        json!({
            "series": series, "serial": serial, "keys": keys, "revoked_keys": revoked_keys, "revoked": revoked,
            "expires": expires,
        })
    }
}
