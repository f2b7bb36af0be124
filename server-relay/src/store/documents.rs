//! Published bundles and what is installed.

use sqlx::SqliteConnection;
use starlane_protocol::Point;

use super::{Store, StoreError, taken_back};

/// A published bundle, as stored.
#[derive(Debug)]
pub(crate) struct BundleRow {
    /// Its manifest as signed bytes.
    pub(crate) manifest: Vec<u8>,
    /// The root's signature over them.
    pub(crate) signature: Vec<u8>,
}

/// What is installed at an application's point.
#[derive(Debug, Clone)]
pub(crate) struct InstallRow {
    /// The application's point.
    pub(crate) app: Point,
    /// Rises with every change.
    pub(crate) generation: u64,
    /// The record and the root's signature over it; `None` when the application was removed.
    pub(crate) record: Option<(Vec<u8>, Vec<u8>)>,
}

impl Store {
    /// Every published bundle.
    pub(crate) async fn bundles(&self) -> Result<Vec<BundleRow>, StoreError> {
        let mut reader = self.reader.lock().await;
        let rows: Vec<(Vec<u8>, Vec<u8>)> =
            sqlx::query_as("SELECT manifest, signature FROM bundles ORDER BY point").fetch_all(&mut *reader).await?;
        Ok(rows.into_iter().map(|(manifest, signature)| BundleRow { manifest, signature }).collect())
    }

    /// Deletes a bundle. Its files are the blobs' own matter: another bundle may name them.
    pub(crate) async fn remove_bundle(&self, bundle: &Point) -> Result<(), StoreError> {
        let mut writer = self.writer.lock().await;
        sqlx::query("DELETE FROM bundles WHERE point = ?").bind(bundle.as_str()).execute(&mut *writer).await?;
        Ok(())
    }

    /// Every application that is installed, or ever was.
    pub(crate) async fn installs(&self) -> Result<Vec<InstallRow>, StoreError> {
        type Row = (String, i64, Option<Vec<u8>>, Option<Vec<u8>>);
        let mut reader = self.reader.lock().await;
        let query = sqlx::query_as("SELECT app, generation, record, signature FROM installs ORDER BY app");
        let rows: Vec<Row> = query.fetch_all(&mut *reader).await?;
        rows.into_iter().map(install_row).collect()
    }

    /// Keeps what is installed at an application's point.
    pub(crate) async fn put_install(&self, row: &InstallRow) -> Result<(), StoreError> {
        put_install(&mut *self.writer.lock().await, row).await
    }
}

pub(super) async fn put_install(writer: &mut SqliteConnection, row: &InstallRow) -> Result<(), StoreError> {
    let (record, signature) = row.record.clone().unzip();
    let sql = "INSERT INTO installs (app, generation, record, signature) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE
        SET generation = excluded.generation, record = excluded.record, signature = excluded.signature,
        previous = CASE WHEN excluded.record IS NULL THEN NULL ELSE previous END";
    let query = sqlx::query(sql)
        .bind(row.app.as_str())
        .bind(i64::try_from(row.generation).unwrap_or(i64::MAX))
        .bind(record)
        .bind(signature);
    query.execute(&mut *writer).await?;
    // What stands there no more was not taken back from what may stand there next.
    if row.record.is_none() {
        taken_back::forget_all(writer, &row.app).await?;
    }
    Ok(())
}

fn install_row(
    (app, generation, record, signature): (String, i64, Option<Vec<u8>>, Option<Vec<u8>>),
) -> Result<InstallRow, StoreError> {
    let damaged = |what: &str| StoreError::Damaged(format!("installs, `{app}`: {what}"));
    let generation = u64::try_from(generation).map_err(|_| damaged("a generation below 0"))?;
    let app = app.parse().map_err(|_| damaged("not a point"))?;
    Ok(InstallRow { app, generation, record: record.zip(signature) })
}
