//! What mechtrons keep.

use std::fmt;

use sqlx::Connection;
use starlane_host::event::{Commit, Pairs, Stored};
use starlane_protocol::Point;

use super::{Store, StoreError, swap};

/// How much is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size {
    /// Mechtrons that keep something, each key of a keyed one counted.
    pub(crate) mechtrons: u64,
    /// Keys of their states.
    pub(crate) keys: u64,
    /// Bytes of keys and values.
    pub(crate) bytes: u64,
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let some = |number: u64, noun: &str| format!("{number} {noun}{}", if number == 1 { "" } else { "s" });
        let (keys, bytes, mechtrons) =
            (some(self.keys, "key"), some(self.bytes, "byte"), some(self.mechtrons, "mechtron"));
        write!(f, "{keys} and {bytes} of {mechtrons}")
    }
}

impl Store {
    /// Everything one mechtron keeps.
    pub(crate) async fn load(&self, mechtron: &Point) -> Result<Stored, StoreError> {
        let mut reader = self.reader.lock().await;
        // Both are read of the same moment.
        let mut whole = reader.begin().await?;
        let (pairs, stamp) = (pairs(&mut whole, mechtron).await?, swap::stamp(&mut whole, mechtron).await?);
        Ok(Stored { stamp: stamp.filter(|_| !pairs.is_empty()), pairs })
    }

    /// Writes these commits in their order, all or none.
    pub(crate) async fn commit(&self, commits: &[&Commit]) -> Result<(), StoreError> {
        let mut writer = self.writer.lock().await;
        let mut whole = writer.begin_with("BEGIN IMMEDIATE").await?;
        for commit in commits {
            if commit.keep_before {
                swap::keep_before(&mut whole, &commit.mechtron).await?;
            }
            if let Some(code) = &commit.code {
                swap::set_code(&mut whole, &commit.mechtron, code).await?;
            }
            write_all(&mut whole, &commit.mechtron, &commit.writes).await?;
        }
        Ok(whole.commit().await?)
    }

    /// How much the mechtron at a point, and all below it, keep.
    pub(crate) async fn size(&self, point: &Point) -> Result<Size, StoreError> {
        let mut reader = self.reader.lock().await;
        let (mechtrons, keys, bytes): (i64, i64, i64) = sqlx::query_as(
            "SELECT count(DISTINCT mechtron), count(*), coalesce(sum(length(key) + length(value)), 0)
             FROM state WHERE mechtron = ? OR (mechtron >= ? AND mechtron < ?)",
        )
        .bind(point.as_str())
        .bind(format!("{point}:"))
        .bind(format!("{point};"))
        .fetch_one(&mut *reader)
        .await?;
        let [mechtrons, keys, bytes] = [mechtrons, keys, bytes].map(|number| u64::try_from(number).unwrap_or(0));
        Ok(Size { mechtrons, keys, bytes })
    }

    /// How much each mechtron keeps, so many of them at most, in the order of their points.
    pub(crate) async fn sizes(&self, most: u32) -> Result<Vec<(String, Size)>, StoreError> {
        let mut reader = self.reader.lock().await;
        let rows: Vec<(String, i64, i64)> = sqlx::query_as(
            "SELECT mechtron, count(*), sum(length(key) + length(value)) FROM state GROUP BY mechtron ORDER BY mechtron LIMIT ?",
        )
        .bind(most)
        .fetch_all(&mut *reader)
        .await?;
        let number = |number| u64::try_from(number).unwrap_or(0);
        let size = |keys, bytes| Size { mechtrons: 1, keys: number(keys), bytes: number(bytes) };
        Ok(rows.into_iter().map(|(mechtron, keys, bytes)| (mechtron, size(keys, bytes))).collect())
    }

    /// Deletes what the mechtron at a point, or all below it, keep.
    pub(crate) async fn forget(&self, point: &Point) -> Result<(), StoreError> {
        let mut writer = self.writer.lock().await;
        // `;` is the character after `:`, so this range is all that begins with `<point>:`.
        let mut whole = writer.begin_with("BEGIN IMMEDIATE").await?;
        for query in [
            "DELETE FROM state WHERE mechtron = ? OR (mechtron >= ? AND mechtron < ?)",
            "DELETE FROM stamps WHERE mechtron = ? OR (mechtron >= ? AND mechtron < ?)",
            "DELETE FROM before WHERE mechtron = ? OR (mechtron >= ? AND mechtron < ?)",
        ] {
            let query = sqlx::query(query).bind(point.as_str()).bind(format!("{point}:")).bind(format!("{point};"));
            query.execute(&mut *whole).await?;
        }
        Ok(whole.commit().await?)
    }
}

/// What a mechtron keeps.
pub(super) async fn pairs(from: &mut sqlx::SqliteConnection, mechtron: &Point) -> Result<Pairs, StoreError> {
    let query = sqlx::query_as("SELECT key, value FROM state WHERE mechtron = ?").bind(mechtron.as_str());
    Ok(query.fetch_all(from).await?)
}

/// Writes into what a mechtron keeps.
pub(super) async fn write_all(
    to: &mut sqlx::SqliteConnection,
    mechtron: &Point,
    writes: &[(Vec<u8>, Option<Vec<u8>>)],
) -> Result<(), StoreError> {
    for (key, value) in writes {
        write(&mut *to, mechtron, key, value.as_deref()).await?;
    }
    Ok(())
}

async fn write(
    to: &mut sqlx::SqliteConnection,
    mechtron: &Point,
    key: &[u8],
    value: Option<&[u8]>,
) -> Result<(), StoreError> {
    let query = match value {
        Some(value) => sqlx::query(
            "INSERT INTO state (mechtron, key, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
        )
        .bind(mechtron.as_str())
        .bind(key)
        .bind(value),
        None => sqlx::query("DELETE FROM state WHERE mechtron = ? AND key = ?").bind(mechtron.as_str()).bind(key),
    };
    query.execute(to).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use starlane_host::event::CommitId;
    use starlane_protocol::document::Placement;

    use super::*;

    async fn store(folder: &tempfile::TempDir) -> Store {
        Store::open(&folder.path().join("mesh.db")).await.unwrap()
    }

    fn commit(mechtron: &str, writes: &[(&str, Option<&str>)]) -> Commit {
        let bytes = |text: &str| text.as_bytes().to_vec();
        let writes = writes.iter().map(|(key, value)| (bytes(key), value.map(bytes))).collect();
        Commit {
            id: CommitId(1),
            mechtron: mechtron.parse().unwrap(),
            placement: Placement::Server,
            writes,
            code: None,
            keep_before: false,
        }
    }

    async fn keys(store: &Store, mechtron: &str) -> Vec<String> {
        let pairs = store.load(&mechtron.parse().unwrap()).await.unwrap().pairs;
        pairs.into_iter().map(|(key, _)| String::from_utf8(key).unwrap()).collect()
    }

    #[tokio::test]
    async fn what_is_committed_is_there_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let first = commit("a:chat:room:tea", &[("k", Some("v")), ("gone", Some("x"))]);
        let second = commit("a:chat:room:tea", &[("k", Some("w")), ("gone", None)]);
        store(&folder).await.commit(&[&first, &second]).await.unwrap();
        let pairs = store(&folder).await.load(&"a:chat:room:tea".parse().unwrap()).await.unwrap().pairs;
        assert_eq!(pairs, [(b"k".to_vec(), b"w".to_vec())]);
    }

    #[tokio::test]
    async fn forgetting_an_application_leaves_its_neighbours() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder).await;
        for mechtron in ["a:chat:room:tea", "a:chat", "a:chat-two:room", "a:chat2"] {
            store.commit(&[&commit(mechtron, &[("k", Some("v"))])]).await.unwrap();
        }
        store.forget(&"a:chat".parse().unwrap()).await.unwrap();
        assert!(keys(&store, "a:chat:room:tea").await.is_empty() && keys(&store, "a:chat").await.is_empty());
        assert!(!keys(&store, "a:chat-two:room").await.is_empty() && !keys(&store, "a:chat2").await.is_empty());
    }
}
