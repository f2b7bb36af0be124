//! Who signs a bundle: its publisher, with a key that the series trusts, or the relay for somebody who may publish.

use starlane_bundle::{KeyError, Manifest, PublicKey, Signature, Signed, owner};
use starlane_protocol::{Code, Point};

use super::{Notary, Picture, Series};
use crate::problem::Problem;

/// Series of one user: their records are kept for ever, so that none becomes older.
const USER_SERIES: usize = 64;

/// Bundles in the series of one user: what a person makes, not what a machine does.
const USER_BUNDLES: usize = 64;

/// Bytes of all files in the series of one user: a quarter of what may be uploaded at once.
const USER_BYTES: u64 = 256 * 1_024 * 1_024;

/// A manifest that somebody uploads.
#[derive(Debug)]
pub(crate) struct Upload {
    /// Its bytes.
    pub(crate) bytes: Vec<u8>,
    /// The publisher's key, and its signature over the bytes; none when the relay is to sign.
    pub(crate) by: Option<(PublicKey, Vec<u8>)>,
}

/// Signs an uploaded manifest, or checks who did.
pub(super) fn sign(upload: Upload, series: &Series, notary: &Notary<'_>) -> Result<Signed, Problem> {
    let record = &series.record;
    let Some((key, signature)) = upload.by else {
        if owner(&record.series).is_some() && !record.keys.is_empty() {
            let what = format!("`{}` has keys of its own, and the bundle is not signed by one of them", record.series);
            return Err(Problem::named(Code::Conflict, "signature-required", what)
                .hint("Publish with the key: `starlane publish --key <file>`."));
        }
        return Ok(Signed::sign(upload.bytes, notary.root)?);
    };
    let signature = Signature::from_bytes(&signature).map_err(wrong)?;
    key.verify(&upload.bytes, &signature).map_err(wrong)?;
    let trust = format!(
        "Let it be trusted first: `starlane trust add {} {key}`; or let the relay sign: `starlane publish --unsigned`.",
        record.series
    );
    if record.revoked_keys.contains(&key) {
        let what = format!("the key {key} was revoked");
        return Err(Problem::named(Code::Conflict, "revoked", what).hint("Make a new one: `starlane keygen`."));
    }
    if !record.keys.contains(&key) {
        let what = format!("the key {key} is not one of `{}`", record.series);
        return Err(Problem::named(Code::Forbidden, "unknown-key", what).hint(trust));
    }
    Ok(Signed::verify(upload.bytes, &signature.to_bytes(), [&key])?)
}

fn wrong(error: KeyError) -> Problem {
    Problem::named(Code::BadBundle, error.code(), error.to_string()).hint("Sign the very bytes that are sent.")
}

/// Whether a user may have another series. One that was ever there counts: its record stays.
pub(super) fn room_for_series(now: &Picture, series: &Point) -> Result<(), Problem> {
    let Some(user) = owner(series) else { return Ok(()) };
    let own = now.series.keys().filter(|other| other.is_within(&user)).count();
    match own >= USER_SERIES {
        true => {
            Err(Problem::named(Code::TooMany, "quota-exceeded", format!("`{user}` has {USER_SERIES} series already"))
                .hint("Use one that is there: a series stays when its bundles are removed."))
        }
        false => Ok(()),
    }
}

/// Whether a user's own series still have room for a bundle.
pub(super) fn room(now: &Picture, series: &Point, manifest: &Manifest) -> Result<(), Problem> {
    let Some(user) = owner(series) else { return Ok(()) };
    let own: Vec<_> = now.bundles.values().filter(|bundle| bundle.manifest.bundle.is_within(&user)).collect();
    let size = |manifest: &Manifest| manifest.files.values().fold(0_u64, |sum, file| sum.saturating_add(file.size));
    let bytes = own.iter().fold(size(manifest), |sum, bundle| sum.saturating_add(size(&bundle.manifest)));
    let what = if own.len() >= USER_BUNDLES {
        format!("`{user}` has {USER_BUNDLES} bundles already")
    } else if bytes > USER_BYTES {
        format!("the bundles of `{user}` would have {bytes} bytes, and may have {USER_BYTES}")
    } else {
        return Ok(());
    };
    Err(Problem::named(Code::TooMany, "quota-exceeded", what)
        .hint("Remove versions that nothing is made from: `starlane rm`."))
}
