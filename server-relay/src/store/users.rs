//! Users, and the one-time codes that sign them in.

use starlane_bundle::Digest;
use starlane_protocol::Point;

use super::{Store, StoreError};

impl Store {
    /// Everybody a token was ever made for.
    pub(crate) async fn users(&self) -> Result<Vec<Point>, StoreError> {
        let mut reader = self.reader.lock().await;
        let rows: Vec<(String,)> =
            sqlx::query_as("SELECT point FROM users ORDER BY point").fetch_all(&mut *reader).await?;
        rows.into_iter().map(|(user,)| point(user)).collect()
    }

    /// Remembers a user.
    pub(crate) async fn add_user(&self, user: &Point) -> Result<(), StoreError> {
        let mut writer = self.writer.lock().await;
        sqlx::query("INSERT OR IGNORE INTO users (point) VALUES (?)").bind(user.as_str()).execute(&mut *writer).await?;
        Ok(())
    }

    /// Remembers a one-time code until a second since 1970 UTC; forgets those whose time is over.
    pub(crate) async fn add_code(&self, code: &str, user: &Point, now: u64, expires: u64) -> Result<(), StoreError> {
        let mut writer = self.writer.lock().await;
        let (now, expires) = (seconds(now), seconds(expires));
        sqlx::query("DELETE FROM codes WHERE expires <= ?").bind(now).execute(&mut *writer).await?;
        let query = sqlx::query("INSERT INTO codes (digest, user, expires) VALUES (?, ?, ?)")
            .bind(Digest::of(code.as_bytes()).0.to_vec())
            .bind(user.as_str())
            .bind(expires);
        query.execute(&mut *writer).await?;
        Ok(())
    }

    /// Whose code this is. It is gone afterwards.
    pub(crate) async fn take_code(&self, code: &str, now: u64) -> Result<Option<Point>, StoreError> {
        let mut writer = self.writer.lock().await;
        let query = sqlx::query_as("DELETE FROM codes WHERE digest = ? AND expires > ? RETURNING user")
            .bind(Digest::of(code.as_bytes()).0.to_vec())
            .bind(seconds(now));
        let row: Option<(String,)> = query.fetch_optional(&mut *writer).await?;
        row.map(|(user,)| point(user)).transpose()
    }
}

fn point(text: String) -> Result<Point, StoreError> {
    text.parse().map_err(|_| StoreError::Damaged(format!("`{text}` is not a user's point")))
}

fn seconds(seconds: u64) -> i64 {
    i64::try_from(seconds).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_code_signs_in_once_and_not_after_its_time() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("mesh.db")).await.unwrap();
        let ada: Point = "localhost:users:ada".parse().unwrap();
        store.add_code("first", &ada, 100, 400).await.unwrap();
        store.add_code("second", &ada, 100, 400).await.unwrap();
        assert_eq!(store.take_code("first", 399).await.unwrap(), Some(ada.clone()));
        assert_eq!(store.take_code("first", 399).await.unwrap(), None);
        assert_eq!(store.take_code("second", 400).await.unwrap(), None);
        assert_eq!(store.take_code("never", 200).await.unwrap(), None);
    }
}
