//! What the database says about itself: whether it takes writes, and with which key it is sealed.

use super::{Db, Result, on_read, on_write};
use crate::secrets;

/// How many of the newest and of the oldest records tell which key sealed an older database.
const SAMPLES: i64 = 20;

/// A sealed text and the place it was sealed for.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Sealed {
    /// The record.
    pub record: String,
    /// The field.
    pub field: String,
    /// The sealed text.
    pub text: String,
}

impl Db {
    /// Whether the database answers and takes writes. The row that is written is as large as a whole booking: a disk with
    /// room for one page more is full. It differs each time, since SQLite writes nothing that is there already.
    pub async fn try_write(&self) -> Result<()> {
        on_read!(self, |pool| {
            sqlx::query("SELECT COUNT(*) FROM marks").execute(pool).await?;
        });
        on_write!(self, |pool| {
            sqlx::query(
                "INSERT INTO marks (name, value) VALUES ('write', $1) \
                 ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            )
            .bind(secrets::fresh_id().repeat(1024))
            .execute(pool)
            .await?;
        });
        Ok(())
    }

    /// The sealed value that tells the key of the database; none before the first key.
    pub async fn key_mark(&self) -> Result<Option<String>> {
        let row: Option<(String,)> = on_read!(self, |pool| {
            sqlx::query_as("SELECT value FROM marks WHERE name = 'key'").fetch_optional(pool).await?
        });
        Ok(row.map(|(value,)| value))
    }

    /// Keeps the value that tells the key; one that is there stays.
    pub async fn keep_key_mark(&self, value: &str) -> Result<()> {
        on_write!(self, |pool| {
            sqlx::query("INSERT INTO marks (name, value) VALUES ('key', $1) ON CONFLICT DO NOTHING")
                .bind(value)
                .execute(pool)
                .await?;
        });
        Ok(())
    }

    /// Puts another value in the place of the one that tells the key.
    pub async fn replace_key_mark(&self, value: &str) -> Result<()> {
        on_write!(self, |pool| {
            sqlx::query(
                "INSERT INTO marks (name, value) VALUES ('key', $1) \
                 ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            )
            .bind(value)
            .execute(pool)
            .await?;
        });
        Ok(())
    }

    /// Some of the newest and of the oldest texts that are sealed in the database; none when nothing is.
    pub async fn sealed_samples(&self) -> Result<Vec<Sealed>> {
        let mut samples = Vec::new();
        for sql in [
            "SELECT id AS record, 'name' AS field, name_sealed AS text FROM followups WHERE name_sealed <> '' \
             ORDER BY created LIMIT $1",
            "SELECT id AS record, 'name' AS field, name_sealed AS text FROM followups WHERE name_sealed <> '' \
             ORDER BY created DESC LIMIT $1",
            "SELECT id AS record, 'name' AS field, name_sealed AS text FROM home_care WHERE name_sealed <> '' \
             ORDER BY asked DESC LIMIT $1",
            "SELECT id AS record, 'name' AS field, name_sealed AS text FROM batches WHERE name_sealed <> '' \
             ORDER BY made DESC LIMIT $1",
        ] {
            let rows: Vec<Sealed> = on_read!(self, |pool| sqlx::query_as(sql).bind(SAMPLES).fetch_all(pool).await?);
            samples.extend(rows);
        }
        Ok(samples)
    }
}
