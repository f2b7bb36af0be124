//! What owners have put behind points of theirs.

use starlane_protocol::Point;

use super::{Store, StoreError};

/// What was put behind a point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OverrideRow {
    /// The point: that of one key.
    pub(crate) point: Point,
    /// Which of all overrides that ever were.
    pub(crate) number: u64,
    /// The bundle it is from.
    pub(crate) bundle: Point,
    /// Which mechtron of the bundle, if that was said.
    pub(crate) mechtron: Option<String>,
    /// Whether it is wanted there.
    pub(crate) wish: Wish,
}

/// Whether what was put behind a point is wanted there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wish {
    /// It is.
    Wanted,
    /// It was taken back; what it kept is still there.
    TakenBack,
    /// It trapped too often: why it is out of force until it is put there again.
    Failed(String),
}

type Row = (String, i64, String, Option<String>, bool, Option<String>);

impl Store {
    /// Everything that was ever put behind a point of an application that is there.
    pub(crate) async fn overrides(&self) -> Result<Vec<OverrideRow>, StoreError> {
        let mut reader = self.reader.lock().await;
        let query = "SELECT point, number, bundle, mechtron, wanted, failed FROM overrides ORDER BY point";
        let rows: Vec<Row> = sqlx::query_as(query).fetch_all(&mut *reader).await?;
        rows.into_iter().map(read).collect()
    }

    /// Keeps what is put behind a point.
    pub(crate) async fn put_override(&self, row: &OverrideRow) -> Result<(), StoreError> {
        let failed = match &row.wish {
            Wish::Failed(why) => Some(why.as_str()),
            Wish::Wanted | Wish::TakenBack => None,
        };
        let query =
            "REPLACE INTO overrides (point, number, bundle, mechtron, wanted, failed) VALUES (?, ?, ?, ?, ?, ?)";
        let query = sqlx::query(query)
            .bind(row.point.as_str())
            .bind(i64::try_from(row.number).unwrap_or(i64::MAX))
            .bind(row.bundle.as_str())
            .bind(row.mechtron.as_deref())
            .bind(row.wish != Wish::TakenBack)
            .bind(failed);
        query.execute(&mut *self.writer.lock().await).await?;
        Ok(())
    }

    /// An application is removed: nothing stands behind its points. Whose what is kept there is stays known, if it is kept.
    pub(crate) async fn end_overrides(&self, app: &Point, keep: bool) -> Result<(), StoreError> {
        let query = match keep {
            true => "UPDATE overrides SET wanted = 0, failed = NULL WHERE point >= ? AND point < ?",
            false => "DELETE FROM overrides WHERE point >= ? AND point < ?",
        };
        let query = sqlx::query(query).bind(format!("{app}:")).bind(format!("{app};"));
        query.execute(&mut *self.writer.lock().await).await?;
        Ok(())
    }

    /// Whether a token was ever made for a user.
    pub(crate) async fn has_user(&self, user: &Point) -> Result<bool, StoreError> {
        let mut reader = self.reader.lock().await;
        let query = sqlx::query("SELECT 1 FROM users WHERE point = ?").bind(user.as_str());
        Ok(query.fetch_optional(&mut *reader).await?.is_some())
    }
}

fn read((point, number, bundle, mechtron, wanted, failed): Row) -> Result<OverrideRow, StoreError> {
    let damaged = |what: &str| StoreError::Damaged(format!("overrides, `{point}`: {what}"));
    let number = u64::try_from(number).map_err(|_| damaged("a number below 0"))?;
    let bundle = bundle.parse().map_err(|_| damaged("its bundle is not a point"))?;
    let wish = match (wanted, failed) {
        (false, _) => Wish::TakenBack,
        (true, Some(why)) => Wish::Failed(why),
        (true, None) => Wish::Wanted,
    };
    let point = point.parse().map_err(|_| damaged("not a point"))?;
    Ok(OverrideRow { point, number, bundle, mechtron, wish })
}
