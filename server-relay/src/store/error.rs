//! What can go wrong in the store.

use std::error::Error;
use std::fmt;

/// Why the store did not do what was asked.
#[derive(Debug)]
#[non_exhaustive]
pub enum StoreError {
    /// The database says no: no space, a damaged file …
    Sql(sqlx::Error),
    /// The tables cannot be brought up to date.
    Migration(sqlx::migrate::MigrateError),
    /// A row holds what nobody can have put there.
    Damaged(String),
}

impl StoreError {
    /// The stable code word.
    pub fn code(&self) -> &'static str {
        match self {
            StoreError::Sql(_) => "store-failed",
            StoreError::Migration(_) => "store-migration-failed",
            StoreError::Damaged(_) => "store-damaged",
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreError::Sql(error) => write!(f, "the store failed: {error}"),
            StoreError::Migration(error) => write!(f, "the store cannot be brought up to date: {error}"),
            StoreError::Damaged(what) => write!(f, "the store is damaged: {what}"),
        }
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            StoreError::Sql(error) => Some(error),
            StoreError::Migration(error) => Some(error),
            StoreError::Damaged(_) => None,
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        StoreError::Sql(error)
    }
}

impl From<sqlx::migrate::MigrateError> for StoreError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        StoreError::Migration(error)
    }
}
