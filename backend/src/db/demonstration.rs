//! A database that the demonstration has made: the mark that tells it, and emptying it. Nothing here touches a database
//! without that mark.

use super::{Db, Error, Result, on_read, on_write};
use sqlx::AssertSqlSafe;
use zaoshai_contract::civil::Moment;

/// Tables that outlive a new beginning: the key's mark and the demonstration's own, and what the migrations keep.
const KEPT: [&str; 2] = ["marks", "_sqlx_migrations"];

/// How many people use a demonstration at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Using {
    /// Signed in to the console.
    pub staff: i64,
    /// In a link.
    pub patients: i64,
}

impl Db {
    /// What the demonstration has written about itself; none where it did not make the database.
    pub async fn demonstration_mark(&self) -> Result<Option<String>> {
        let row: Option<(String,)> = on_read!(self, |pool| {
            sqlx::query_as("SELECT value FROM marks WHERE name = 'demonstration'").fetch_optional(pool).await?
        });
        Ok(row.map(|(value,)| value))
    }

    /// Writes what the demonstration tells about itself.
    pub async fn mark_demonstration(&self, value: &str) -> Result<()> {
        on_write!(self, |pool| {
            sqlx::query(
                "INSERT INTO marks (name, value) VALUES ('demonstration', $1) \
                 ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            )
            .bind(value)
            .execute(pool)
            .await?;
        });
        Ok(())
    }

    /// Whether nobody has worked in this database yet.
    pub async fn is_untouched(&self) -> Result<bool> {
        let (there,): (i64,) = on_read!(self, |pool| {
            sqlx::query_as(
                "SELECT (SELECT COUNT(*) FROM staff) + (SELECT COUNT(*) FROM followups) + \
                 (SELECT COUNT(*) FROM home_care) + (SELECT COUNT(*) FROM audit)",
            )
            .fetch_one(pool)
            .await?
        });
        Ok(there == 0)
    }

    /// How many people use it now.
    pub async fn using(&self, now: Moment) -> Result<Using> {
        let (staff, patients): (i64, i64) = on_read!(self, |pool| {
            sqlx::query_as(
                "SELECT (SELECT COUNT(*) FROM staff_sessions WHERE until > $1), \
                 (SELECT COUNT(*) FROM patient_sessions WHERE until > $1) + \
                 (SELECT COUNT(*) FROM home_care_sessions WHERE until > $1)",
            )
            .bind(now.0)
            .fetch_one(pool)
            .await?
        });
        Ok(Using { staff, patients })
    }

    /// Ends the sessions of all patients and relatives.
    pub async fn end_patient_sessions(&self) -> Result<()> {
        on_write!(self, |pool| {
            sqlx::query("DELETE FROM patient_sessions").execute(pool).await?;
            sqlx::query("DELETE FROM home_care_sessions").execute(pool).await?;
        });
        Ok(())
    }

    /// Forgets everything that a demonstration's database holds, in one transaction, and writes its mark anew. The
    /// triggers that keep history and log are put aside for it; a database without the mark is left as it is.
    pub async fn empty_demonstration(&self, mark: &str) -> Result<()> {
        match self {
            Self::Sqlite { write, .. } => {
                let mut tx = write.begin_with("BEGIN IMMEDIATE").await?;
                let marked = sqlx::query("UPDATE marks SET value = $1 WHERE name = 'demonstration'").bind(mark);
                if marked.execute(&mut *tx).await?.rows_affected() == 0 {
                    return Err(not_a_demonstration());
                }
                sqlx::query("PRAGMA defer_foreign_keys = ON").execute(&mut *tx).await?;
                let triggers: Vec<(String, String)> =
                    sqlx::query_as("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
                        .fetch_all(&mut *tx)
                        .await?;
                for (name, _) in &triggers {
                    sqlx::query(AssertSqlSafe(format!("DROP TRIGGER {name}"))).execute(&mut *tx).await?;
                }
                let tables: Vec<(String,)> =
                    sqlx::query_as("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
                        .fetch_all(&mut *tx)
                        .await?;
                for (table,) in tables.iter().filter(|(table,)| !KEPT.contains(&table.as_str())) {
                    sqlx::query(AssertSqlSafe(format!("DELETE FROM {table}"))).execute(&mut *tx).await?;
                }
                for (_, sql) in triggers {
                    sqlx::query(AssertSqlSafe(sql)).execute(&mut *tx).await?;
                }
                Ok(tx.commit().await?)
            }
            Self::Postgres(pool) => {
                let mut tx = pool.begin().await?;
                let marked = sqlx::query("UPDATE marks SET value = $1 WHERE name = 'demonstration'").bind(mark);
                if marked.execute(&mut *tx).await?.rows_affected() == 0 {
                    return Err(not_a_demonstration());
                }
                let tables: Vec<(String,)> =
                    sqlx::query_as("SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()")
                        .fetch_all(&mut *tx)
                        .await?;
                let tables: Vec<String> =
                    tables.into_iter().map(|(table,)| table).filter(|table| !KEPT.contains(&table.as_str())).collect();
                let each = async |tx: &mut sqlx::PgConnection, word: &str| -> Result<()> {
                    for table in &tables {
                        let sql = format!("ALTER TABLE {table} {word} TRIGGER USER");
                        sqlx::query(AssertSqlSafe(sql)).execute(&mut *tx).await?;
                    }
                    Ok(())
                };
                each(&mut tx, "DISABLE").await?;
                sqlx::query(AssertSqlSafe(format!("TRUNCATE {}", tables.join(", ")))).execute(&mut *tx).await?;
                each(&mut tx, "ENABLE").await?;
                Ok(tx.commit().await?)
            }
        }
    }
}

fn not_a_demonstration() -> Error {
    Error::Broken("this database was not made by the demonstration".to_owned())
}
