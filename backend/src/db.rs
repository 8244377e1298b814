//! The database: SQLite in one file or PostgreSQL, behind one type. All SQL stands in this folder, one text for both.
//! Time is always handed in; nothing here reads a clock.

pub mod appointments;
pub mod batches;
pub mod calls;
pub mod closures;
pub mod edits;
pub mod followups;
pub mod home_care;
mod ledger;
pub mod people;
pub mod referrals;
pub mod schedules;
pub mod slots;
pub mod staff;
pub mod steps;
pub mod volume;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use std::str::FromStr as _;
use std::time::Duration;
use zaoshai_contract::civil::Moment;

/// How long a writer waits for the SQLite lock.
const BUSY: Duration = Duration::from_secs(10);
/// How long a request waits for a connection.
const ACQUIRE: Duration = Duration::from_secs(10);
/// Answers to idempotency keys are kept for a week: no phone repeats a request longer than that.
const KEYS_KEPT_MS: i64 = 7 * 86_400_000;

/// What can go wrong in the database.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database did not answer as it should.
    #[error(transparent)]
    Sql(#[from] sqlx::Error),
    /// A stored value does not read: the database was changed by something else.
    #[error("stored value does not read: {0}")]
    Broken(String),
}

impl Error {
    /// True when the database is out of reach, rather than the request at fault.
    pub fn is_outage(&self) -> bool {
        matches!(
            self,
            Self::Sql(
                sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed
            )
        )
    }

    /// True when PostgreSQL broke a tie between two transactions and asks for another try.
    fn is_tie(&self) -> bool {
        let Self::Sql(sqlx::Error::Database(error)) = self else { return false };
        matches!(error.code().as_deref(), Some("40001" | "40P01"))
    }
}

/// The result of a database call.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A database.
#[derive(Clone, Debug)]
pub enum Db {
    /// One file. Writers take turns on one connection, readers do not wait for them.
    Sqlite {
        /// The connections that only read.
        read: SqlitePool,
        /// The one connection that writes.
        write: SqlitePool,
    },
    /// A server that several backends share.
    Postgres(PgPool),
}

/// Runs a body against whichever pool reads.
macro_rules! on_read {
    ($db:expr, |$pool:ident| $body:expr) => {
        match $db {
            $crate::db::Db::Sqlite { read: $pool, .. } => $body,
            $crate::db::Db::Postgres($pool) => $body,
        }
    };
}

/// Runs a body against whichever pool writes.
macro_rules! on_write {
    ($db:expr, |$pool:ident| $body:expr) => {
        match $db {
            $crate::db::Db::Sqlite { write: $pool, .. } => $body,
            $crate::db::Db::Postgres($pool) => $body,
        }
    };
}

/// Runs a body in a transaction: committed when it gives `Ok`, rolled back when it gives `Err`.
/// SQLite begins as a writer, so that no transaction finds half-way that it may not write.
macro_rules! in_transaction {
    ($db:expr, |$tx:ident| $body:block) => {
        match $db {
            $crate::db::Db::Sqlite { write, .. } => {
                let mut transaction = write.begin_with("BEGIN IMMEDIATE").await?;
                let result = async {
                    let $tx = &mut transaction;
                    $body
                }
                .await;
                match result {
                    Ok(value) => {
                        transaction.commit().await?;
                        Ok(value)
                    }
                    Err(error) => {
                        transaction.rollback().await?;
                        Err(error)
                    }
                }
            }
            $crate::db::Db::Postgres(pool) => {
                let mut transaction = pool.begin().await?;
                let result = async {
                    let $tx = &mut transaction;
                    $body
                }
                .await;
                match result {
                    Ok(value) => {
                        transaction.commit().await?;
                        Ok(value)
                    }
                    Err(error) => {
                        transaction.rollback().await?;
                        Err(error)
                    }
                }
            }
        }
    };
}

/// How often a transaction is tried again when PostgreSQL breaks a tie.
const TRIES: usize = 5;

/// Tries again while PostgreSQL has broken a tie between this transaction and another.
macro_rules! again {
    ($body:expr) => {{
        let mut tries = 0;
        loop {
            tries += 1;
            match $body {
                Err(error) if $crate::db::Error::is_tie(&error) && tries < $crate::db::TRIES => {}
                other => break other,
            }
        }
    }};
}

pub(crate) use {again, in_transaction, on_read, on_write};

impl Db {
    /// Opens `sqlite://path` (made when missing) or `postgres://…`, and brings its tables up to date.
    pub async fn open(url: &str) -> anyhow::Result<Self> {
        let db = if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let options = PgConnectOptions::from_str(url)?;
            // The usual cost is that of a turning disk: with it whole tables are read where an index leads to few rows.
            let pool =
                PgPoolOptions::new().max_connections(16).acquire_timeout(ACQUIRE).after_connect(|connection, _| {
                    Box::pin(async move {
                        sqlx::query("SET random_page_cost = 1.1").execute(connection).await?;
                        Ok(())
                    })
                });
            Self::Postgres(pool.connect_with(options).await?)
        } else {
            let path = url.strip_prefix("sqlite://").unwrap_or(url);
            if let Some(folder) = std::path::Path::new(path).parent() {
                std::fs::create_dir_all(folder)?;
            }
            // An answered booking must survive a power cut, so every commit reaches the disk.
            let options = SqliteConnectOptions::new()
                .filename(path)
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .busy_timeout(BUSY);
            let write = SqlitePoolOptions::new()
                .max_connections(1)
                .acquire_timeout(ACQUIRE)
                .connect_with(options.clone())
                .await?;
            let read =
                SqlitePoolOptions::new().max_connections(4).acquire_timeout(ACQUIRE).connect_with(options).await?;
            Self::Sqlite { read, write }
        };
        match &db {
            Self::Sqlite { write, .. } => sqlx::migrate!("./migrations/sqlite").run(write).await?,
            Self::Postgres(pool) => sqlx::migrate!("./migrations/postgres").run(pool).await?,
        }
        Ok(db)
    }

    /// Makes an empty database on a PostgreSQL server (`postgres://user@host:port`), for a test or a benchmark of its
    /// own; gives its address. The name is letters, digits and `_`.
    pub async fn create_on(server: &str, name: &str) -> anyhow::Result<String> {
        let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        anyhow::ensure!(plain, "{name} is not a plain name");
        let pool = PgPool::connect(&format!("{server}/postgres")).await?;
        sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&pool).await?;
        pool.close().await;
        Ok(format!("{server}/{name}"))
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        on_read!(self, |pool| {
            sqlx::query("SELECT 1").execute(pool).await?;
        });
        Ok(())
    }

    /// Forgets what has served its time: old idempotency keys and ended sessions.
    pub async fn sweep(&self, now: Moment) -> Result<()> {
        on_write!(self, |pool| {
            sqlx::query("DELETE FROM idempotency WHERE at < $1").bind(now.0 - KEYS_KEPT_MS).execute(pool).await?;
            sqlx::query("DELETE FROM patient_sessions WHERE until < $1").bind(now.0).execute(pool).await?;
            sqlx::query("DELETE FROM home_care_sessions WHERE until < $1").bind(now.0).execute(pool).await?;
            sqlx::query("DELETE FROM staff_sessions WHERE until < $1").bind(now.0).execute(pool).await?;
        });
        Ok(())
    }

    /// Closes all connections, after the writes under way.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}
