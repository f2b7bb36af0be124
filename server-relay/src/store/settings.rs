//! Settings of the space, and whose state is kept for the next application at its point.

use starlane_protocol::Point;

use super::{Store, StoreError};

impl Store {
    /// Every setting, as JSON.
    pub(crate) async fn settings(&self) -> Result<Vec<(String, String)>, StoreError> {
        let mut reader = self.reader.lock().await;
        Ok(sqlx::query_as("SELECT name, value FROM settings ORDER BY name").fetch_all(&mut *reader).await?)
    }

    /// Keeps a setting, as JSON; none forgets it.
    pub(crate) async fn put_setting(&self, name: &str, value: Option<&str>) -> Result<(), StoreError> {
        let mut writer = self.writer.lock().await;
        let query = match value {
            Some(value) => sqlx::query("REPLACE INTO settings (name, value) VALUES (?, ?)").bind(name).bind(value),
            None => sqlx::query("DELETE FROM settings WHERE name = ?").bind(name),
        };
        query.execute(&mut *writer).await?;
        Ok(())
    }

    /// Whether the state at an application's point is to outlive the application.
    pub(crate) async fn is_kept(&self, app: &Point) -> Result<bool, StoreError> {
        let mut reader = self.reader.lock().await;
        let query = sqlx::query("SELECT 1 FROM kept WHERE app = ?").bind(app.as_str());
        Ok(query.fetch_optional(&mut *reader).await?.is_some())
    }

    /// Where state waits for the next application: those points of removed ones that still keep something.
    pub(crate) async fn kept(&self) -> Result<Vec<Point>, StoreError> {
        let mut reader = self.reader.lock().await;
        let sql = "SELECT app FROM kept WHERE EXISTS
            (SELECT 1 FROM state WHERE mechtron >= app || ':' AND mechtron < app || ';') ORDER BY app";
        let rows: Vec<(String,)> = sqlx::query_as(sql).fetch_all(&mut *reader).await?;
        let damaged = |app: &str| StoreError::Damaged(format!("kept, `{app}`: not a point"));
        rows.into_iter().map(|(app,)| app.parse().map_err(|_| damaged(&app))).collect()
    }

    /// Says whether the state at an application's point is to outlive the application.
    pub(crate) async fn keep(&self, app: &Point, kept: bool) -> Result<(), StoreError> {
        let query = if kept { "REPLACE INTO kept (app) VALUES (?)" } else { "DELETE FROM kept WHERE app = ?" };
        let mut writer = self.writer.lock().await;
        sqlx::query(query).bind(app.as_str()).execute(&mut *writer).await?;
        Ok(())
    }
}
