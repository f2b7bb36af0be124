//! What a star may run: both records and the manifest hold together, nothing is revoked, nothing is older than what the
//! star has seen, and their time is not over.

use std::error::Error;
use std::fmt;

use starlane_protocol::Point;

use crate::{Digest, InstallRecord, ManifestError, PublicKey, RecordError, SeriesRecord, Signed, Version};

/// The highest numbers a star has seen of one application and its series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seen {
    /// Of the series record.
    pub serial: u64,
    /// Of the install record.
    pub generation: u64,
}

/// What proves that an application may run a bundle: its install record and the record of the bundle's series.
#[derive(Debug, Clone, PartialEq)]
pub struct Proof {
    /// What is installed.
    pub install: InstallRecord,
    /// Who may sign it.
    pub series: SeriesRecord,
}

/// Why a bundle does not run.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TrustError {
    /// A record does not hold.
    Record(RecordError),
    /// The manifest does not hold.
    Manifest(ManifestError),
    /// The series record is that of another series.
    WrongSeries(Point),
    /// The manifest is that of another bundle.
    WrongBundle(Point),
    /// A record's time is over; what it is about.
    Expired(Point),
    /// A record is older than one that was seen; what it is about.
    Older(Point),
    /// The version is below the floor.
    BelowFloor(Version),
    /// The bundle with this id was revoked.
    Revoked(Digest),
    /// The key that signed it was revoked.
    RevokedKey(Box<PublicKey>),
}

impl TrustError {
    /// The stable code word.
    pub fn code(&self) -> &'static str {
        match self {
            TrustError::Record(error) => error.code(),
            TrustError::Manifest(error) => error.code(),
            TrustError::WrongSeries(_) => "wrong-series",
            TrustError::WrongBundle(_) => "wrong-digest",
            TrustError::Expired(_) => "record-expired",
            TrustError::Older(_) => "record-older",
            TrustError::BelowFloor(_) => "below-floor",
            TrustError::Revoked(_) | TrustError::RevokedKey(_) => "revoked",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            TrustError::Expired(_) => "Connect to the relay, which renews records; look at this machine's clock.",
            TrustError::Older(_) => "Restore the relay's data folder as it was last; a record never becomes older.",
            TrustError::BelowFloor(_) => "Install a version that is not below the floor, or lower it.",
            TrustError::Revoked(_) => "Install another version.",
            TrustError::RevokedKey(_) => {
                "Publish it again, signed with a key that is trusted, or install another version."
            }
            _ => "Install the application anew; if that does not help, do not trust this relay.",
        }
    }
}

impl fmt::Display for TrustError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TrustError::Record(error) => fmt::Display::fmt(error, f),
            TrustError::Manifest(error) => fmt::Display::fmt(error, f),
            TrustError::WrongSeries(point) => write!(f, "the series record is that of `{point}`"),
            TrustError::WrongBundle(point) => write!(f, "the manifest is that of `{point}`"),
            TrustError::Expired(point) => write!(f, "the record of `{point}` has expired"),
            TrustError::Older(point) => write!(f, "the record of `{point}` is older than one that was seen"),
            TrustError::BelowFloor(version) => write!(f, "version {version} is below the floor"),
            TrustError::Revoked(digest) => write!(f, "the bundle {digest} was revoked"),
            TrustError::RevokedKey(key) => write!(f, "the key {key} that signed it was revoked"),
        }
    }
}

impl Error for TrustError {}

impl Proof {
    /// Verifies both records, each with its signature: that the root signed them, and that one is about the other.
    ///
    /// # Errors
    /// What of them does not hold. Nothing of one record is looked at before its signature holds.
    pub fn verify(
        (install, install_signature): (&[u8], &[u8]),
        (series, series_signature): (&[u8], &[u8]),
        root: &PublicKey,
    ) -> Result<Self, TrustError> {
        let install = InstallRecord::verify(install, install_signature, root).map_err(TrustError::Record)?;
        let series = SeriesRecord::verify(series, series_signature, root).map_err(TrustError::Record)?;
        if series.series != install.series {
            return Err(TrustError::WrongSeries(series.series));
        }
        Ok(Self { install, series })
    }

    /// Whether what the records name may run now: they are no older than what was seen, hold at this time (milliseconds
    /// since 1970 UTC), and name nothing revoked or below the floor.
    ///
    /// # Errors
    /// The first thing that stands against it.
    pub fn check(&self, seen: Seen, now_ms: u64) -> Result<(), TrustError> {
        let Self { install, series } = self;
        if install.generation < seen.generation {
            return Err(TrustError::Older(install.app.clone()));
        }
        if series.serial < seen.serial {
            return Err(TrustError::Older(series.series.clone()));
        }
        self.check_content()?;
        if install.expires <= now_ms {
            return Err(TrustError::Expired(install.app.clone()));
        }
        match series.expires <= now_ms {
            true => Err(TrustError::Expired(series.series.clone())),
            false => Ok(()),
        }
    }

    /// Whether nothing that the records name is revoked or below the floor.
    ///
    /// # Errors
    /// The first thing that is.
    pub fn check_content(&self) -> Result<(), TrustError> {
        let Self { install, series } = self;
        let swapped = install.swapped.values().map(|one| (&one.version, &one.digest));
        for (version, digest) in [(&install.version, &install.digest)].into_iter().chain(swapped) {
            series.check_bundle(digest)?;
            if install.floor.as_ref().is_some_and(|floor| version < floor) {
                return Err(TrustError::BelowFloor(version.clone()));
            }
        }
        Ok(())
    }

    /// Verifies the manifest of a bundle that the install record names (`digest`: the whole one's, or a swapped part's).
    ///
    /// # Errors
    /// Another bundle, one that nobody signed who may, or one whose key was revoked.
    pub fn manifest(
        &self,
        digest: Digest,
        bytes: Vec<u8>,
        signature: &[u8],
        root: &PublicKey,
    ) -> Result<Signed, TrustError> {
        let signed = Signed::verify(bytes, signature, self.series.signers(root)).map_err(TrustError::Manifest)?;
        let mut named = self.install.swapped.values().map(|one| (&one.version, one.digest));
        let named = named.find(|(_, one)| *one == digest).map(|(version, _)| version);
        let version = named.unwrap_or(&self.install.version);
        let is_it = signed.digest == digest && signed.manifest.series() == self.install.series;
        if !is_it || signed.manifest.semver() != *version {
            return Err(TrustError::WrongBundle(signed.manifest.bundle));
        }
        self.series.check_signed(&signed)?;
        Ok(signed)
    }
}

impl SeriesRecord {
    /// Whether a bundle of the series may run: neither it nor the key that signed it is revoked.
    ///
    /// # Errors
    /// What was revoked.
    pub fn check_signed(&self, signed: &Signed) -> Result<(), TrustError> {
        self.check_bundle(&signed.digest)?;
        self.check_key(&signed.signer)
    }

    /// Whether what a key signed may run.
    ///
    /// # Errors
    /// The key was revoked.
    pub fn check_key(&self, key: &PublicKey) -> Result<(), TrustError> {
        if self.revoked_keys.contains(key) { Err(TrustError::RevokedKey(Box::new(*key))) } else { Ok(()) }
    }

    fn check_bundle(&self, digest: &Digest) -> Result<(), TrustError> {
        if self.revoked.contains(digest) { Err(TrustError::Revoked(*digest)) } else { Ok(()) }
    }
}
