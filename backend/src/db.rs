//! The database: SQLite in one file or PostgreSQL, behind one type. All SQL stands in this folder, one text for both.
//! Time is always handed in; nothing here reads a clock.

pub mod appointments;
pub mod batches;
pub mod calls;
pub mod closures;
pub mod demonstration;
pub mod edits;
pub mod finders;
pub mod followups;
pub mod home_care;
mod ledger;
pub mod log;
pub mod marks;
pub mod pages;
pub mod people;
mod prompts;
pub mod referrals;
pub mod repeats;
pub mod schedules;
pub mod sessions;
pub mod slots;
pub mod staff;
pub mod steps;
pub mod tries;
pub mod volume;

use crate::private;
use anyhow::Context as _;
use sqlx::Connection;
use sqlx::migrate::MigrateError;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions, PgSslMode};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteError, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use std::net::IpAddr;
use std::path::Path;
use std::str::FromStr as _;
use std::time::Duration;
use zaoshai_contract::civil::Moment;
use zaoshai_contract::problem::Code;

/// How long a writer waits for the SQLite lock.
const BUSY: Duration = Duration::from_secs(10);
/// How long a request waits for its turn to write to SQLite.
const ACQUIRE: Duration = Duration::from_secs(10);
/// How long a request waits for PostgreSQL, which may be gone: less, so that an outage is told within the time of an answer.
const REACH: Duration = Duration::from_secs(4);
/// Answers to idempotency keys are kept for a week: no phone repeats a request longer than that.
const KEYS_KEPT_MS: i64 = 7 * 86_400_000;
/// A browser in which nobody has signed in for so long is a stranger's again: 400 days, as long as its cookie lasts.
const DEVICES_KEPT_MS: i64 = 400 * 86_400_000;

/// What can go wrong in the database.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database did not answer as it should.
    #[error(transparent)]
    Sql(#[from] sqlx::Error),
    /// A stored value does not read: the database was changed by something else.
    #[error("stored value does not read: {0}")]
    Broken(String),
    /// Another hospital has taken a follow-up over between the look at it and the write.
    #[error("another hospital is in charge now")]
    HandedOver,
    /// Who writes through a link is no longer in: the session, the link or a relative's consent has ended meanwhile.
    #[error("no longer in: {0:?}")]
    NotIn(Code),
    /// What is done would concern more people than the question named to which somebody said yes.
    #[error("more people are concerned than was asked about")]
    MoreThanAsked,
}

impl Error {
    /// True when the database cannot do its work now, rather than the request at fault: the disk is full or fails, the
    /// server is gone or stopping, the file is locked or may not be written. It may pass without anybody's doing.
    pub fn is_outage(&self) -> bool {
        let Self::Sql(error) = self else { return false };
        match error {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::BeginFailed
            | sqlx::Error::InvalidSavePointStatement => true,
            sqlx::Error::Database(error) => {
                let code = error.code().unwrap_or_default();
                match error.try_downcast_ref::<SqliteError>() {
                    Some(_) => sqlite_code(&code).is_some_and(|code| SQLITE_OUTAGES.contains(&code)),
                    None => POSTGRES_OUTAGES.iter().any(|outage| code.starts_with(outage)),
                }
            }
            _ => false,
        }
    }

    /// True when PostgreSQL broke a tie between two transactions and asks for another try.
    fn is_tie(&self) -> bool {
        let Self::Sql(sqlx::Error::Database(error)) = self else { return false };
        matches!(error.code().as_deref(), Some("40001" | "40P01"))
    }
}

/// The primary result codes of SQLite that tell of an outage: busy, locked, no memory, read-only, I/O, corrupt, full,
/// cannot open, protocol, not a database. See <https://www.sqlite.org/rescode.html>.
const SQLITE_OUTAGES: [i32; 10] = [5, 6, 7, 8, 10, 11, 13, 14, 15, 26];

/// The codes of PostgreSQL that tell of an outage, or the beginnings of such codes: connection, wrong log-in, no such
/// database, read-only, transaction in ruins, ties that lasted, no resources, in use, locked, stopped by the operator,
/// system, corrupt. See <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
const POSTGRES_OUTAGES: [&str; 14] =
    ["08", "28", "3D000", "25006", "25P02", "25P03", "40001", "40P01", "53", "55006", "55P03", "57", "58", "XX00"];

/// The primary result code of SQLite in an extended one.
fn sqlite_code(extended: &str) -> Option<i32> {
    extended.parse::<i32>().ok().map(|code| code & 0xff)
}

/// The result of a database call.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Where PostgreSQL may be reached without TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plain {
    /// Only on this machine.
    Local,
    /// Anywhere: the operator says that the network between is their own.
    Anywhere,
}

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

/// Tells the log of a rollback that failed. What failed before it counts; the pool does not use the connection again.
pub(crate) fn gave_up(rollback: sqlx::Result<()>) {
    if let Err(error) = rollback {
        tracing::warn!(%error, "rolling back");
    }
}

/// Runs a body in a transaction: committed when it gives `Ok`, rolled back when it gives `Err`.
/// SQLite begins as a writer, so that no transaction finds half-way that it may not write. Whoever writes through a link
/// is looked at first, see [`sessions`]; what staff change is logged in it, see [`log`].
macro_rules! in_transaction {
    ($db:expr, |$tx:ident| $body:block) => {
        match $db {
            $crate::db::Db::Sqlite { write, .. } => {
                let mut transaction = write.begin_with("BEGIN IMMEDIATE").await?;
                let result: $crate::db::Result<_> = async {
                    let $tx = &mut transaction;
                    $crate::db::sessions::check(&mut **$tx).await?;
                    $body
                }
                .await;
                let result = match result {
                    Ok(value) => $crate::db::log::close(&mut *transaction, &value).await.map(|()| value),
                    refused => refused,
                };
                match result {
                    Ok(value) => {
                        transaction.commit().await?;
                        Ok(value)
                    }
                    Err(error) => {
                        $crate::db::gave_up(transaction.rollback().await);
                        Err(error)
                    }
                }
            }
            $crate::db::Db::Postgres(pool) => {
                let mut transaction = pool.begin().await?;
                let result: $crate::db::Result<_> = async {
                    let $tx = &mut transaction;
                    $crate::db::sessions::check(&mut **$tx).await?;
                    $body
                }
                .await;
                let result = match result {
                    Ok(value) => $crate::db::log::close(&mut *transaction, &value).await.map(|()| value),
                    refused => refused,
                };
                match result {
                    Ok(value) => {
                        transaction.commit().await?;
                        Ok(value)
                    }
                    Err(error) => {
                        $crate::db::gave_up(transaction.rollback().await);
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

pub(crate) use ledger::{read, readable};
pub(crate) use {again, in_transaction, on_read, on_write};

impl Db {
    /// Opens `sqlite://path` (made when missing) or `postgres://…`, brings its tables up to date, and makes sure that it
    /// can be written. What is wrong is said in a sentence that helps who started the server.
    pub async fn open(url: &str) -> anyhow::Result<Self> {
        Self::open_with(url, Plain::Local).await
    }

    /// The same, with the operator's word on connections without TLS.
    pub async fn open_with(url: &str, plain: Plain) -> anyhow::Result<Self> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Self::open_postgres(url, plain).await;
        }
        let path = url.strip_prefix("sqlite://").unwrap_or(url);
        if let Some(folder) = Path::new(path).parent().filter(|folder| !folder.as_os_str().is_empty()) {
            private::folder(folder).with_context(|| {
                format!("the folder {} of the database is missing and cannot be made", folder.display())
            })?;
        }
        // What is in the way of this is in the way of SQLite too, which says it better.
        let _ = private::file(Path::new(path));
        Self::open_sqlite(path).await.map_err(|error| match error {
            Error::Sql(error) => {
                let trouble = sqlite_trouble(path, &error);
                anyhow::Error::new(error).context(trouble)
            }
            other => other.into(),
        })
    }

    async fn open_postgres(url: &str, plain: Plain) -> anyhow::Result<Self> {
        let options = protected(url, plain)?;
        let place = format!("{}:{}", options.get_host(), options.get_port());
        // The usual cost is that of a turning disk: with it whole tables are read where an index leads to few rows.
        let pool = PgPoolOptions::new()
            .max_connections(16)
            .acquire_timeout(REACH)
            .after_connect(|connection, _| {
                Box::pin(async move {
                    sqlx::query("SET random_page_cost = 1.1").execute(connection).await?;
                    Ok(())
                })
            })
            .after_release(|connection, _| Box::pin(has_no_transaction(connection)));
        let pool = pool.connect_with(options).await.with_context(|| {
            format!(
                "PostgreSQL at {place} does not let the server in: it must run, and address, database, account, \
                 password and certificate must be right"
            )
        })?;
        let db = Self::Postgres(pool.clone());
        sqlx::migrate!("./migrations/postgres").run(&pool).await.context("bringing the tables up to date")?;
        db.try_write().await.with_context(|| format!("the database on PostgreSQL at {place} cannot be written"))?;
        Ok(db)
    }

    async fn open_sqlite(path: &str) -> Result<Self> {
        // An answered booking must survive a power cut, so every commit reaches the disk.
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            // What is deleted is overwritten.
            .pragma("secure_delete", "ON")
            // 16 MB of pages a connection: a hospital's lists are read again and again.
            .pragma("cache_size", "-16000")
            .busy_timeout(BUSY);
        let pool = |connections| {
            SqlitePoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(ACQUIRE)
                .after_release(|connection, _| Box::pin(has_no_transaction(connection)))
        };
        let write = pool(1).connect_with(options.clone()).await?;
        sqlx::migrate!("./migrations/sqlite").run(&write).await.map_err(|error| match error {
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error,
            other => other.into(),
        })?;
        let read = pool(4).connect_with(options).await?;
        let db = Self::Sqlite { read, write };
        db.try_write().await?;
        Ok(db)
    }

    /// Makes an empty database on a PostgreSQL server (`postgres://user@host:port`), for a test or a benchmark of its
    /// own; gives its address. The name is letters, digits and `_`.
    pub async fn create_on(server: &str, name: &str) -> anyhow::Result<String> {
        let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        anyhow::ensure!(plain, "{name} is not a plain name");
        let pool = PgPool::connect_with(protected(&format!("{server}/postgres"), Plain::Local)?).await?;
        sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&pool).await?;
        pool.close().await;
        Ok(format!("{server}/{name}"))
    }

    /// Forgets what has served its time: old idempotency keys and ended sessions.
    pub async fn sweep(&self, now: Moment) -> Result<()> {
        on_write!(self, |pool| {
            sqlx::query("DELETE FROM idempotency WHERE at < $1").bind(now.0 - KEYS_KEPT_MS).execute(pool).await?;
            sqlx::query("DELETE FROM patient_sessions WHERE until < $1").bind(now.0).execute(pool).await?;
            sqlx::query("DELETE FROM home_care_sessions WHERE until < $1").bind(now.0).execute(pool).await?;
            sqlx::query("DELETE FROM staff_sessions WHERE until < $1").bind(now.0).execute(pool).await?;
            sqlx::query("DELETE FROM staff_devices WHERE seen < $1")
                .bind(now.0 - DEVICES_KEPT_MS)
                .execute(pool)
                .await?;
        });
        self.sweep_tries(now).await?;
        self.scrub().await
    }

    /// Takes what was deleted out of the file, too: SQLite overwrites it there when the write-ahead log is brought into
    /// the file and emptied. PostgreSQL writes over it in its own time.
    pub async fn scrub(&self) -> Result<()> {
        if let Self::Sqlite { write, .. } = self {
            // Whoever reads at this moment keeps the log a little longer; the hourly sweep empties it then.
            sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(write).await?;
        }
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

/// Whether a connection that was given back may be used again. One that is still inside a transaction may not: neither
/// what was written there nor the next transaction could ever be committed.
async fn has_no_transaction<C: Connection>(connection: &mut C) -> sqlx::Result<bool> {
    // The rollback of a transaction that was dropped half-way may be under way.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

/// How PostgreSQL is reached. Off this machine only by TLS, and unless the address says `require` only with a certificate
/// for its host, signed by `sslrootcert` or by an authority that this machine trusts.
fn protected(url: &str, plain: Plain) -> anyhow::Result<PgConnectOptions> {
    let options = PgConnectOptions::from_str(url).context("the address of the database does not read")?;
    if plain == Plain::Anywhere || is_local(&options) {
        return Ok(options);
    }
    match options.get_ssl_mode() {
        PgSslMode::Prefer => Ok(options.ssl_mode(PgSslMode::VerifyFull)),
        // As PostgreSQL's own clients do: whoever names an authority wants it asked.
        PgSslMode::Require if names_authority(url) => Ok(options.ssl_mode(PgSslMode::VerifyCa)),
        PgSslMode::Require | PgSslMode::VerifyCa | PgSslMode::VerifyFull => Ok(options),
        PgSslMode::Disable | PgSslMode::Allow => anyhow::bail!(
            "the database at {} would be reached without TLS, and who stands between could read and change what it holds: use \
             sslmode=verify-full, with sslrootcert=<file> for a certificate authority of your own, or say that the network \
             is safe with --allow-plain-database",
            options.get_host()
        ),
    }
}

/// Whether the connection stays on this machine. A socket comes before the host, also where the address names both.
fn is_local(options: &PgConnectOptions) -> bool {
    let host = options.get_host();
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    options.get_socket().is_some()
        || host.starts_with('/')
        || host.eq_ignore_ascii_case("localhost")
        || bare.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

/// Whether an address of PostgreSQL or the environment names the authority of its certificate.
fn names_authority(url: &str) -> bool {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    std::env::var_os("PGSSLROOTCERT").is_some()
        || form_urlencoded::parse(query.as_bytes())
            .any(|(name, _)| matches!(&*name, "sslrootcert" | "ssl-root-cert" | "ssl-ca"))
}

/// What is wrong with a database file that does not open, and what helps.
fn sqlite_trouble(path: &str, error: &sqlx::Error) -> String {
    let code = error.as_database_error().and_then(|error| sqlite_code(&error.code()?));
    match code {
        Some(13) => format!("the disk that holds the database {path} is full: make room on it and start again"),
        Some(8) => format!(
            "the database {path} cannot be written: the server's account must own the file and its folder, and the disk \
             must not be mounted read-only"
        ),
        Some(14) => format!(
            "the database {path} cannot be opened: its folder must be there, and the server's account must own both"
        ),
        Some(10) => format!("the disk that holds the database {path} fails or is full"),
        Some(11 | 26) => format!("{path} is not a database, or is damaged: put its last backup in its place"),
        Some(19) => format!(
            "the database {path} holds something that this version does not know, and was left as it is: the constraint \
             named here tells table and column"
        ),
        Some(5 | 6) => format!("the database {path} is held by another program: end that one and start again"),
        _ => format!("the database {path} cannot be opened"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(url: &str, plain: Plain) -> anyhow::Result<String> {
        Ok(format!("{:?}", protected(url, plain)?.get_ssl_mode()))
    }

    #[test]
    fn no_connection_leaves_this_machine_without_tls_unless_the_operator_says_so() {
        for url in [
            "postgres://a@db.example.org/z?sslmode=disable",
            "postgresql://a@db.example.org/z?ssl-mode=disable",
            "postgres://a@192.0.2.7/z?sslmode=allow",
            "postgres://a@127.0.0.1/z?sslmode=disable&host=db.example.org",
            "postgres://a@localhost/z?hostaddr=192.0.2.7&sslmode=disable",
            "postgres://a@[2001:db8::1]/z?sslmode=disable",
            "postgres://a@127.0.0.1.example.org/z?sslmode=disable",
            "postgres://a@0.0.0.0/z?sslmode=disable",
        ] {
            let told = mode(url, Plain::Local).expect_err(url).to_string();
            assert!(told.contains("without TLS") && told.contains("--allow-plain-database"), "{told}");
            assert!(mode(url, Plain::Anywhere).is_ok(), "{url}");
        }
    }

    #[test]
    fn a_database_elsewhere_shows_its_certificate() {
        for (url, is) in [
            ("postgres://a@db.example.org/z", "VerifyFull"),
            ("postgres://a@db.example.org/z?sslmode=prefer", "VerifyFull"),
            ("postgres://a@db.example.org/z?sslrootcert=/tmp/ca.pem", "VerifyFull"),
            ("postgres://a@localhost/z?host=db.example.org", "VerifyFull"),
            ("postgres://a@db.example.org/z?sslmode=verify-ca", "VerifyCa"),
            ("postgres://a@db.example.org/z?sslmode=require&sslrootcert=/tmp/ca.pem", "VerifyCa"),
            ("postgres://a@db.example.org/z?sslmode=require", "Require"),
        ] {
            assert_eq!(mode(url, Plain::Local).expect(url), is, "{url}");
        }
    }

    #[test]
    fn this_machine_is_known_by_all_its_names() {
        for url in [
            "postgres://a@localhost/z?sslmode=disable",
            "postgres://a@LOCALHOST/z?sslmode=disable",
            "postgres://a@127.0.0.1:5433/z?sslmode=disable",
            "postgres://a@127.8.9.10/z?sslmode=disable",
            "postgres://a@[::1]/z?sslmode=disable",
            "postgres://a@[::ffff:127.0.0.1]/z?sslmode=disable",
            "postgres://a@db.example.org/z?hostaddr=127.0.0.1&sslmode=disable",
            "postgres:///z?host=/var/run/postgresql&sslmode=disable",
            "postgres://a@db.example.org/z?host=/var/run/postgresql&sslmode=disable",
            "postgres://a@%2Fvar%2Frun%2Fpostgresql/z?sslmode=disable",
        ] {
            assert_eq!(mode(url, Plain::Local).expect(url), "Disable", "{url}");
        }
    }
}
