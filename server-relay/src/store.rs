//! The store: one SQLite file that holds what must last, but for the files of bundles.
//!
//! Everything is written by one connection, in WAL mode with `synchronous = FULL`: what is answered is on disk. A second
//! connection reads, so that waking a mechtron does not wait for a commit of another.

mod commits;
mod documents;
mod error;
mod overrides;
mod records;
mod settings;
mod state;
mod swap;
mod taken_back;
mod users;

use std::path::Path;
use std::time::Duration;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, SqlSafeStr, SqliteConnection};
use tokio::sync::Mutex;

pub(crate) use commits::{Hears, JOBS, Job, run_jobs};
pub(crate) use documents::InstallRow;
pub use error::StoreError;
pub(crate) use overrides::{OverrideRow, Wish};
pub(crate) use records::SeriesRow;
pub(crate) use state::Size;
pub(crate) use swap::Switch;

/// How long a statement waits for the other connection: far longer than any transaction of ours.
const BUSY: Duration = Duration::from_secs(10);

/// The relay's store.
pub(crate) struct Store {
    writer: Mutex<SqliteConnection>,
    reader: Mutex<SqliteConnection>,
}

impl Store {
    /// Opens the file, makes it if need be, and brings its tables up to date.
    pub(crate) async fn open(file: &Path) -> Result<Self, StoreError> {
        private(file).map_err(sqlx::Error::Io)?;
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY);
        let mut writer = options.connect().await?;
        migrations().run(&mut writer).await?;
        let reader = options.connect().await?;
        Ok(Self { writer: Mutex::new(writer), reader: Mutex::new(reader) })
    }
}

/// Makes the store refuse every write of a value, as a damaged page of its file would.
#[cfg(test)]
pub(crate) async fn refuse(file: &Path, value: &str) {
    let mut other = SqliteConnectOptions::new().filename(file).busy_timeout(BUSY).connect().await.unwrap();
    let hex: String = value.bytes().map(|byte| format!("{byte:02x}")).collect();
    let trigger = format!(
        "CREATE TRIGGER refuse BEFORE INSERT ON state WHEN new.value = x'{hex}'
         BEGIN SELECT raise(ABORT, 'refused'); END"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(trigger)).execute(&mut other).await.unwrap();
}

fn migrations() -> Migrator {
    let migration = |number, name: &'static str, sql: &'static str| {
        Migration::new(number, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    };
    Migrator::with_migrations(vec![
        migration(1, "first", include_str!("../migrations/0001_first.sql")),
        migration(2, "series", include_str!("../migrations/0002_series.sql")),
        migration(3, "swap", include_str!("../migrations/0003_swap.sql")),
        migration(4, "settings", include_str!("../migrations/0004_settings.sql")),
        migration(5, "overrides", include_str!("../migrations/0005_overrides.sql")),
        migration(7, "taken back", include_str!("../migrations/0007_taken_back.sql")),
    ])
}

/// Makes the file if need be, for its owner only; what the database lays beside it gets the same rights.
fn private(file: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let opened = options.open(file)?;
    #[cfg(unix)]
    opened.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(())
}
