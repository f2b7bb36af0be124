//! What a swap changes: the generation and the migrated states in one transaction, and the way back.
//!
//! A state is stamped with the code it is made for. While a generation is on trial, what its migrations changed is kept
//! beside it as it was before.

use sqlx::{Connection, SqliteConnection};
use starlane_bundle::{Digest, InstallRecord, PublicKey, RecordError};
use starlane_host::app::WayBack;
use starlane_host::event::{Migration, Stamp};
use starlane_protocol::Point;

use super::documents::put_install;
use super::state::write_all;
use super::{InstallRow, Store, StoreError, taken_back};

/// The next generation of an application, and what is stored with it.
pub(crate) struct Switch<'a> {
    /// The next generation.
    pub(crate) row: &'a InstallRow,
    /// What was migrated.
    pub(crate) migrations: &'a [Migration],
    /// The record of the generation before, to come back to, and the root's signature over it.
    pub(crate) previous: Option<(&'a [u8], &'a [u8])>,
    /// On the way back: what each mechtron that changes gets back.
    pub(crate) back: &'a [WayBack],
    /// On the way back: the bundles that failed.
    pub(crate) failed: &'a [Digest],
}

impl Store {
    /// Stores the next generation of an application together with what was migrated for it, or nothing of both.
    pub(crate) async fn switch(&self, switch: Switch<'_>) -> Result<(), StoreError> {
        let mut writer = self.writer.lock().await;
        let mut whole = writer.begin_with("BEGIN IMMEDIATE").await?;
        let Switch { row, migrations, previous, back, failed } = switch;
        for back in back {
            go_back(&mut whole, &row.app, back).await?;
        }
        for digest in failed {
            taken_back::put(&mut whole, &row.app, digest).await?;
        }
        end_trial(&mut whole, &row.app).await?;
        for Migration { mechtron, writes, code, .. } in migrations {
            if !writes.is_empty() {
                keep_before(&mut whole, mechtron).await?;
            }
            set_code(&mut whole, mechtron, code).await?;
            write_all(&mut whole, mechtron, writes).await?;
        }
        put_install(&mut whole, row).await?;
        let (record, signature) = previous.unzip();
        sqlx::query("UPDATE installs SET previous = ?, previous_signature = ? WHERE app = ?")
            .bind(record)
            .bind(signature)
            .bind(row.app.as_str())
            .execute(&mut *whole)
            .await?;
        Ok(whole.commit().await?)
    }

    /// The generation of an application has passed its trial, with these bundles: nothing of the one before is needed any more.
    pub(crate) async fn trial_passed(&self, app: &Point, bundles: &[Digest]) -> Result<(), StoreError> {
        let mut writer = self.writer.lock().await;
        let mut whole = writer.begin_with("BEGIN IMMEDIATE").await?;
        end_trial(&mut whole, app).await?;
        for digest in bundles {
            taken_back::forget(&mut whole, app, digest).await?;
        }
        Ok(whole.commit().await?)
    }

    /// The records of generations to come back to.
    pub(crate) async fn on_trial(&self, root: &PublicKey) -> Result<Vec<InstallRecord>, StoreError> {
        let mut reader = self.reader.lock().await;
        let sql = "SELECT previous, previous_signature FROM installs
            WHERE previous IS NOT NULL AND previous_signature IS NOT NULL ORDER BY app";
        let rows: Vec<(Vec<u8>, Vec<u8>)> = sqlx::query_as(sql).fetch_all(&mut *reader).await?;
        let damaged = |error: RecordError| StoreError::Damaged(format!("the record of a generation before: {error}"));
        rows.iter().map(|(record, signature)| InstallRecord::verify(record, signature, root).map_err(damaged)).collect()
    }
}

/// Forgets the generation before.
async fn end_trial(to: &mut SqliteConnection, app: &Point) -> Result<(), StoreError> {
    sqlx::query("UPDATE installs SET previous = NULL, previous_signature = NULL WHERE app = ?")
        .bind(app.as_str())
        .execute(&mut *to)
        .await?;
    let query = sqlx::query("DELETE FROM before WHERE mechtron >= ? AND mechtron < ?");
    query.bind(format!("{app}:")).bind(format!("{app};")).execute(to).await?;
    Ok(())
}

/// Keeps what a mechtron keeps now beside it, unless an older one is kept already.
pub(super) async fn keep_before(to: &mut SqliteConnection, mechtron: &Point) -> Result<(), StoreError> {
    let sql = "INSERT INTO before SELECT mechtron, key, value FROM state
        WHERE mechtron = ?1 AND NOT EXISTS (SELECT 1 FROM before WHERE mechtron = ?1)";
    sqlx::query(sql).bind(mechtron.as_str()).execute(to).await?;
    Ok(())
}

/// Stamps a state with the code it is made for now.
pub(super) async fn set_code(to: &mut SqliteConnection, mechtron: &Point, code: &Digest) -> Result<(), StoreError> {
    let sql = "INSERT INTO stamps (mechtron, code) VALUES (?, ?)
        ON CONFLICT DO UPDATE SET code = excluded.code, refused = NULL";
    sqlx::query(sql).bind(mechtron.as_str()).bind(&code.0[..]).execute(to).await?;
    Ok(())
}

/// The stamp of a state.
pub(super) async fn stamp(from: &mut SqliteConnection, mechtron: &Point) -> Result<Option<Stamp>, StoreError> {
    let query = sqlx::query_as("SELECT code, refused FROM stamps WHERE mechtron = ?").bind(mechtron.as_str());
    let row: Option<(Vec<u8>, Option<Vec<u8>>)> = query.fetch_optional(from).await?;
    let Some((code, refused)) = row else { return Ok(None) };
    let digest = |bytes: Vec<u8>| {
        let damaged = || StoreError::Damaged(format!("stamps, `{mechtron}`: not a digest"));
        bytes.try_into().map(Digest).map_err(|_| damaged())
    };
    Ok(Some(Stamp { code: digest(code)?, refused: refused.map(digest).transpose()? }))
}

/// Puts the states of one mechtron, and of all its keys, right for the code that comes back: those that no migration changed
/// are taken as they are, others as they were before it, or not at all. What the code of an owner keeps (at a path below a
/// point) is none of the generation's, even if it is the same code.
async fn go_back(to: &mut SqliteConnection, app: &Point, back: &WayBack) -> Result<(), StoreError> {
    let WayBack { name, from, to: code, drop_writes } = back;
    let mechtron = format!("{app}:{name}");
    let sql = "SELECT mechtron, EXISTS (SELECT 1 FROM before WHERE before.mechtron = stamps.mechtron) FROM stamps
        WHERE code = ? AND instr(mechtron, ':/') = 0 AND (mechtron = ? OR (mechtron >= ? AND mechtron < ?))";
    let query =
        sqlx::query_as(sql).bind(&from.0[..]).bind(&mechtron).bind(format!("{mechtron}:")).bind(format!("{mechtron};"));
    let rows: Vec<(String, bool)> = query.fetch_all(&mut *to).await?;
    for (name, was_migrated) in rows {
        let statements: &[&str] = match (was_migrated, drop_writes) {
            (false, _) => &[TAKEN_AS_IT_IS],
            (true, false) => &["UPDATE stamps SET refused = ?2 WHERE mechtron = ?1"],
            (true, true) => &[
                "DELETE FROM state WHERE mechtron = ?1",
                "INSERT INTO state SELECT mechtron, key, value FROM before WHERE mechtron = ?1",
                TAKEN_AS_IT_IS,
            ],
        };
        for sql in statements {
            sqlx::query(*sql).bind(&name).bind(&code.0[..]).execute(&mut *to).await?;
        }
    }
    Ok(())
}

/// A state that the code that comes back may have.
const TAKEN_AS_IT_IS: &str = "UPDATE stamps SET code = ?2, refused = NULL WHERE mechtron = ?1";

#[cfg(test)]
mod tests {
    use starlane_host::event::{Commit, CommitId};
    use starlane_protocol::document::Placement;

    use super::*;

    #[tokio::test]
    async fn the_way_back_leaves_alone_what_an_owners_own_code_keeps() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("mesh.db")).await.unwrap();
        let (from, to) = (Digest::of(b"new"), Digest::of(b"old"));
        let points = ["localhost:app:m:ada", "localhost:app:m:ada:/own"].map(|point| point.parse::<Point>().unwrap());
        for mechtron in &points {
            let writes = vec![(b"k".to_vec(), Some(b"v".to_vec()))];
            let commit = Commit {
                id: CommitId(1),
                mechtron: mechtron.clone(),
                placement: Placement::Server,
                writes,
                code: Some(from),
                keep_before: false,
            };
            store.commit(&[&commit]).await.unwrap();
        }
        let app: Point = "localhost:app".parse().unwrap();
        let row = InstallRow { app: app.clone(), generation: 3, record: None };
        let back = [WayBack { name: "m".into(), from, to, drop_writes: false }];
        store.switch(Switch { row: &row, migrations: &[], previous: None, back: &back, failed: &[] }).await.unwrap();
        let mut codes = Vec::new();
        for mechtron in &points {
            codes.push(store.load(mechtron).await.unwrap().stamp.unwrap().code);
        }
        assert_eq!(codes, [to, from]);
    }
}
