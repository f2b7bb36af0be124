//! Bundles that trapped on trial and were taken back: whoever upgrades to the newest version does not get them again.

use sqlx::SqliteConnection;
use starlane_bundle::Digest;
use starlane_protocol::Point;

use super::{Store, StoreError};

impl Store {
    /// The bundles that were taken back from an application.
    pub(crate) async fn taken_back(&self, app: &Point) -> Result<Vec<Digest>, StoreError> {
        let mut reader = self.reader.lock().await;
        let query = sqlx::query_as("SELECT digest FROM taken_back WHERE app = ?").bind(app.as_str());
        let rows: Vec<(Vec<u8>,)> = query.fetch_all(&mut *reader).await?;
        let damaged = || StoreError::Damaged(format!("taken_back, `{app}`: not a digest"));
        rows.into_iter().map(|(digest,)| digest.try_into().map(Digest).map_err(|_| damaged())).collect()
    }
}

/// Notes that a bundle was taken back from an application.
pub(super) async fn put(to: &mut SqliteConnection, app: &Point, digest: &Digest) -> Result<(), StoreError> {
    let query = sqlx::query("REPLACE INTO taken_back (app, digest) VALUES (?, ?)");
    query.bind(app.as_str()).bind(&digest.0[..]).execute(to).await?;
    Ok(())
}

/// Forgets that a bundle was taken back: it has passed since.
pub(super) async fn forget(to: &mut SqliteConnection, app: &Point, digest: &Digest) -> Result<(), StoreError> {
    let query = sqlx::query("DELETE FROM taken_back WHERE app = ? AND digest = ?");
    query.bind(app.as_str()).bind(&digest.0[..]).execute(to).await?;
    Ok(())
}

/// Forgets all that was taken back from an application.
pub(super) async fn forget_all(to: &mut SqliteConnection, app: &Point) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM taken_back WHERE app = ?").bind(app.as_str()).execute(to).await?;
    Ok(())
}
