//! Records of series, and what must be written together with records.

use sqlx::{Connection, SqliteConnection};
use starlane_bundle::Signed;
use starlane_protocol::Point;

use super::documents::{InstallRow, put_install};
use super::{Store, StoreError};

/// What is trusted of a series, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SeriesRow {
    /// The point of the series.
    pub(crate) series: Point,
    /// Rises with every change of what is trusted.
    pub(crate) serial: u64,
    /// The record.
    pub(crate) record: Vec<u8>,
    /// The root's signature over it.
    pub(crate) signature: Vec<u8>,
}

impl Store {
    /// What is trusted of every series that ever was.
    pub(crate) async fn series(&self) -> Result<Vec<SeriesRow>, StoreError> {
        type Row = (String, i64, Vec<u8>, Vec<u8>);
        let mut reader = self.reader.lock().await;
        let query = sqlx::query_as("SELECT series, serial, record, signature FROM series ORDER BY series");
        let rows: Vec<Row> = query.fetch_all(&mut *reader).await?;
        rows.into_iter().map(series_row).collect()
    }

    /// Keeps a bundle with its signature, in the place of one with the same point, and what is trusted of its series.
    pub(crate) async fn add_bundle(&self, bundle: &Signed, series: &SeriesRow) -> Result<(), StoreError> {
        let mut writer = self.writer.lock().await;
        let mut whole = writer.begin_with("BEGIN IMMEDIATE").await?;
        let query = sqlx::query("REPLACE INTO bundles (point, manifest, signature) VALUES (?, ?, ?)")
            .bind(bundle.manifest.bundle.as_str())
            .bind(&bundle.bytes[..])
            .bind(bundle.signature.to_bytes().to_vec());
        query.execute(&mut *whole).await?;
        put_series(&mut whole, series).await?;
        Ok(whole.commit().await?)
    }

    /// Keeps records, all or none: those of series, and those of what is installed.
    pub(crate) async fn put_records(&self, series: &[SeriesRow], installs: &[InstallRow]) -> Result<(), StoreError> {
        let mut writer = self.writer.lock().await;
        let mut whole = writer.begin_with("BEGIN IMMEDIATE").await?;
        for row in series {
            put_series(&mut whole, row).await?;
        }
        for row in installs {
            put_install(&mut whole, row).await?;
        }
        Ok(whole.commit().await?)
    }
}

async fn put_series(writer: &mut SqliteConnection, row: &SeriesRow) -> Result<(), StoreError> {
    let query = sqlx::query("REPLACE INTO series (series, serial, record, signature) VALUES (?, ?, ?, ?)")
        .bind(row.series.as_str())
        .bind(i64::try_from(row.serial).unwrap_or(i64::MAX))
        .bind(&row.record[..])
        .bind(&row.signature[..]);
    query.execute(writer).await?;
    Ok(())
}

fn series_row((series, serial, record, signature): (String, i64, Vec<u8>, Vec<u8>)) -> Result<SeriesRow, StoreError> {
    let damaged = |what: &str| StoreError::Damaged(format!("series, `{series}`: {what}"));
    let serial = u64::try_from(serial).map_err(|_| damaged("a serial below 0"))?;
    let point = series.parse().map_err(|_| damaged("not a point"))?;
    Ok(SeriesRow { series: point, serial, record, signature })
}
