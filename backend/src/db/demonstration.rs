//! A database that the demonstration has made: the mark that tells it, and emptying it. Nothing here touches a database
//! without that mark.

use super::log::SERVER;
use super::purpose::{MARKS, Refusal, TABLES, foreign, postgres_tables, sqlite_tables};
use super::{Db, Error, Result, on_read, on_write};
use sqlx::AssertSqlSafe;
use zaoshai_contract::civil::Moment;

/// How many people use a demonstration at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Using {
    /// Signed in to the console.
    pub staff: i64,
    /// In a link.
    pub patients: i64,
}

/// What stands in the way of emptying the database behind a connection.
macro_rules! in_the_way {
    ($connection:expr, $tables:expr, $own:expr) => {{
        let connection = $connection;
        let tables: Vec<(String,)> = sqlx::query_as($tables).fetch_all(&mut *connection).await?;
        let names: Vec<&str> = tables.iter().map(|(name,)| name.as_str()).collect();
        let accounts: Vec<(String,)> = sqlx::query_as("SELECT name FROM staff").fetch_all(&mut *connection).await?;
        let made: Vec<(String,)> =
            sqlx::query_as("SELECT object FROM audit WHERE action = 'add-account' AND staff <> $1")
                .bind(SERVER)
                .fetch_all(&mut *connection)
                .await?;
        Ok::<_, Error>(match (foreign(&names), strangers(&accounts, &made, $own)) {
            (Some(table), _) => Some(Refusal::Shared(table)),
            (None, 0) => None,
            (None, count) => Some(Refusal::Strangers(count)),
        })
    }};
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

    /// What keeps a demonstration with these accounts from being made anew.
    pub async fn in_the_way(&self, own: &[&str]) -> Result<Option<Refusal>> {
        match self {
            Self::Sqlite { read, .. } => in_the_way!(&mut *read.acquire().await?, sqlite_tables!(), own),
            Self::Postgres(pool) => in_the_way!(&mut *pool.acquire().await?, postgres_tables!(), own),
        }
    }

    /// Forgets everybody in a demonstration's database, in one transaction, and writes its mark anew. Only tables of
    /// Zaoshai are emptied. A database without the mark is left as it is, and so is one with tables of another
    /// application, or with accounts that are neither among these nor made by somebody who is.
    pub async fn empty_demonstration(&self, mark: &str, own: &[&str]) -> Result<()> {
        match self {
            Self::Sqlite { write, .. } => {
                let mut tx = write.begin_with("BEGIN IMMEDIATE").await?;
                let marked = sqlx::query("UPDATE marks SET value = $1 WHERE name = 'demonstration'").bind(mark);
                if marked.execute(&mut *tx).await?.rows_affected() == 0 {
                    return Err(Refusal::Real.into());
                }
                if let Some(refusal) = in_the_way!(&mut *tx, sqlite_tables!(), own)? {
                    return Err(refusal.into());
                }
                sqlx::query("PRAGMA defer_foreign_keys = ON").execute(&mut *tx).await?;
                // The triggers that keep history and log are put aside for it.
                let mut triggers: Vec<(String, String, String)> =
                    sqlx::query_as("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
                        .fetch_all(&mut *tx)
                        .await?;
                triggers.retain(|(_, table, _)| emptied().any(|emptied| emptied == table));
                for (name, ..) in &triggers {
                    sqlx::query(AssertSqlSafe(format!("DROP TRIGGER {name}"))).execute(&mut *tx).await?;
                }
                for table in emptied() {
                    sqlx::query(AssertSqlSafe(format!("DELETE FROM {table}"))).execute(&mut *tx).await?;
                }
                for (.., sql) in triggers {
                    sqlx::query(AssertSqlSafe(sql)).execute(&mut *tx).await?;
                }
                Ok(tx.commit().await?)
            }
            Self::Postgres(pool) => {
                let mut tx = pool.begin().await?;
                let marked = sqlx::query("UPDATE marks SET value = $1 WHERE name = 'demonstration'").bind(mark);
                if marked.execute(&mut *tx).await?.rows_affected() == 0 {
                    return Err(Refusal::Real.into());
                }
                let tables = emptied().collect::<Vec<_>>().join(", ");
                // Nobody adds an account between the look and the end.
                sqlx::query(AssertSqlSafe(format!("LOCK TABLE {tables}"))).execute(&mut *tx).await?;
                if let Some(refusal) = in_the_way!(&mut *tx, postgres_tables!(), own)? {
                    return Err(refusal.into());
                }
                // No trigger that keeps a row is asked by this.
                sqlx::query(AssertSqlSafe(format!("TRUNCATE {tables}"))).execute(&mut *tx).await?;
                Ok(tx.commit().await?)
            }
        }
    }
}

/// The tables that a new beginning empties; the marks outlive it.
fn emptied() -> impl Iterator<Item = &'static str> {
    TABLES.into_iter().filter(|table| *table != MARKS)
}

/// How many of some accounts are neither the demonstration's own nor made at a desk, as these lines of the log tell.
fn strangers(accounts: &[(String,)], made: &[(String,)], own: &[&str]) -> usize {
    let known = |name: &str| {
        let line = format!("{name} (");
        own.contains(&name) || made.iter().any(|(object,)| object.starts_with(&line))
    };
    accounts.iter().filter(|(name,)| !known(name)).count()
}
