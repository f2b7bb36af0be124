//! Series: bundles of one name, told apart by their versions, and the record of who may sign them.

use serde::{Deserialize, Serialize};
use starlane_protocol::Point;
use starlane_protocol::limits::WIRE_INTEGER;

use crate::record::{self, RecordError};
use crate::{Digest, PublicKey};

/// Publishers' keys of one series: a tab tries them one after another.
pub const SERIES_KEYS: usize = 32;

/// Revoked keys of one series: each is named in every copy of its record.
pub const REVOKED_KEYS: usize = 128;

/// Revoked bundles of one series: each is named in every copy of its record. A floor takes away older ones altogether.
pub const REVOKED: usize = 512;

/// Who may sign bundles of a series, and which of them may run no more. Signed by the space's root.
///
/// Its keys stand in one fixed order; each list is sorted and names nothing twice. A key that this version does not know
/// is refused: it could be one that narrows what may run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeriesRecord {
    /// The point of the series.
    pub series: Point,
    /// The publishers' keys, besides the root's.
    pub keys: Vec<PublicKey>,
    /// Rises with every change of what is trusted.
    pub serial: u64,
    /// Keys that once signed and are trusted no more, whatever they signed.
    pub revoked_keys: Vec<PublicKey>,
    /// Bundles that may run no more, by their ids.
    pub revoked: Vec<Digest>,
    /// Milliseconds since 1970 UTC from which the record holds no more.
    pub expires: u64,
}

impl SeriesRecord {
    /// The first record of a series: only the root signs its bundles.
    pub fn new(series: Point, expires: u64) -> Self {
        Self { series, keys: Vec::new(), serial: 1, revoked_keys: Vec::new(), revoked: Vec::new(), expires }
    }

    /// The bytes that are signed, stored and sent.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Every record has a JSON form: it is one object of lists and numbers.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Verifies a record that came from elsewhere: who signed it and that it is one.
    ///
    /// # Errors
    /// A signature that is not the root's, or bytes that are not a record.
    pub fn verify(bytes: &[u8], signature: &[u8], root: &PublicKey) -> Result<Self, RecordError> {
        let record: Self = record::verified(bytes, signature, root)?;
        match record.fault() {
            Some(fault) => Err(RecordError::Malformed(fault.into())),
            None => Ok(record),
        }
    }

    /// The first rule it breaks.
    fn fault(&self) -> Option<&'static str> {
        let both = self.keys.iter().any(|key| self.revoked_keys.contains(key));
        let lists = is_set(&self.keys, SERIES_KEYS)
            && is_set(&self.revoked_keys, REVOKED_KEYS)
            && is_set(&self.revoked, REVOKED);
        let faults = [
            (!is_series(&self.series), "its point is not that of a series"),
            (!lists, "a list is too long, not sorted, or names something twice"),
            (both, "a key is both trusted and revoked"),
            (self.serial.max(self.expires) > WIRE_INTEGER, "a number is above 2^53 - 1"),
        ];
        faults.into_iter().find(|(is_broken, _)| *is_broken).map(|(_, fault)| fault)
    }

    /// Every key that may have signed a bundle of this series: the root's, the publishers', and those that are revoked.
    pub fn signers<'a>(&'a self, root: &'a PublicKey) -> impl Iterator<Item = &'a PublicKey> {
        [root].into_iter().chain(&self.keys).chain(&self.revoked_keys)
    }
}

/// Whether a list is sorted, names nothing twice and is no longer than this.
fn is_set<T: Ord>(list: &[T], most: usize) -> bool {
    list.len() <= most && list.is_sorted_by(|a, b| a < b)
}

/// Whether a point is that of a series: `<space>:repo:<name>`, or a user's own, `<space>:users:<id>:repo:<name>`.
pub fn is_series(point: &Point) -> bool {
    let mut segments = point.segments().skip(1);
    if segments.clone().next() == Some("users") {
        segments.nth(1);
    }
    point.path().is_none()
        && segments.next() == Some("repo")
        && segments.next().is_some_and(|name| !name.contains('.'))
        && segments.next().is_none()
}

/// The user a series (or a bundle of it) belongs to; `None` for one of the space.
pub fn owner(series: &Point) -> Option<Point> {
    let segments = series.segments();
    let owned = segments.clone().nth(1) == Some("users") && segments.clone().nth(3) == Some("repo");
    let mut point = series.clone();
    while owned && point.segments().count() > 3 {
        point = point.parent()?;
    }
    owned.then_some(point)
}
