//! Whom a database is for: real people, or those that the demonstration has made up. A database is looked at before
//! anything is written to it, and keeps from its first start on whose it is.

use super::{
    BUSY, Db, Error, POSTGRES_MIGRATIONS, Plain, Result, SQLITE_MIGRATIONS, in_transaction, is_postgres, place,
    postgres_trouble, protected, sqlite_path, told_of_sqlite,
};
use anyhow::Context as _;
use sqlx::migrate::Migrator;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, SqliteConnection};
use std::path::Path;

/// The list of what was done to the tables; `sqlx` keeps it.
const DONE: &str = "_sqlx_migrations";

/// What the database says about itself.
pub(super) const MARKS: &str = "marks";

/// All tables of Zaoshai but [`DONE`]. Nothing else in a database is ever emptied.
pub const TABLES: [&str; 32] = [
    "alarms",
    "appointments",
    "audit",
    "batches",
    "calls",
    "closures",
    "finders",
    "followups",
    "helpers",
    "history",
    "home_care",
    "home_care_history",
    "home_care_sessions",
    "idempotency",
    "marks",
    "notes",
    "patient_sessions",
    "questions",
    "referrals",
    "retired_links",
    "schedule_exceptions",
    "schedule_templates",
    "schedule_visits",
    "slots",
    "staff",
    "staff_devices",
    "staff_roles",
    "staff_sessions",
    "steps",
    "timetables",
    "tries",
    "waiting",
];

/// The tables of a SQLite file.
macro_rules! sqlite_tables {
    () => {
        "SELECT name FROM sqlite_master WHERE type = 'table' AND substr(name, 1, 7) <> 'sqlite_' ORDER BY name"
    };
}

/// The tables of the schema that is worked in. Those of an extension are nobody's data.
macro_rules! postgres_tables {
    () => {
        "SELECT relname::text FROM pg_class WHERE relkind IN ('r', 'p', 'f', 'm') \
         AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) \
         AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid \
         AND deptype = 'e') ORDER BY relname"
    };
}
pub(super) use {postgres_tables, sqlite_tables};

/// Why a database is not taken, or not emptied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is the demonstration's, and real people were to be kept in it.
    #[error(
        "this database was made by the demonstration: nobody in it is real, and a new beginning deletes everybody. \
         Nothing in it was changed. Name another one with --database; only serve --demonstration works on this one"
    )]
    Invented,
    /// It is, or may be, real people's.
    #[error(
        "this database was not made by the demonstration, and nothing in it was changed. Name another one with \
         --database, or start without --demonstration"
    )]
    Real,
    /// It holds a table of another application.
    #[error(
        "this database holds the table {0}, which is not Zaoshai's. The demonstration takes only a database of its own, \
         and nothing in this one was changed: name another one with --database"
    )]
    Shared(String),
    /// Accounts were made in it by the command line, which works for real people alone.
    #[error(
        "this database of the demonstration holds accounts ({0}) that neither it nor anybody at its desks has made: a \
         server for real people may work on it too. Nobody was deleted. Name another database with --database"
    )]
    Strangers(usize),
}

/// Who is served from a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    People,
    Demonstration,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::People => "people",
            Self::Demonstration => "demonstration",
        }
    }
}

/// What is in a database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Found {
    /// A table that is not ours.
    shared: Option<String>,
    /// Who is served from it, where that is known.
    purpose: Option<Purpose>,
    /// Whether anything is kept in it besides what it says about itself.
    used: bool,
}

impl Found {
    /// Whether a database in which this was found may serve a purpose.
    fn admits(&self, wanted: Purpose) -> Result<(), Refusal> {
        match (wanted, self.purpose) {
            (Purpose::People, Some(Purpose::Demonstration)) => Err(Refusal::Invented),
            (Purpose::People, _) => Ok(()),
            (Purpose::Demonstration, Some(Purpose::People)) => Err(Refusal::Real),
            (Purpose::Demonstration, own) => match &self.shared {
                Some(table) => Err(Refusal::Shared(table.clone())),
                None if own.is_none() && self.used => Err(Refusal::Real),
                None => Ok(()),
            },
        }
    }
}

/// Looks at what is in a database.
macro_rules! found {
    ($connection:expr, $tables:expr, $migrations:expr) => {{
        let tables: Vec<(String,)> = sqlx::query_as($tables).fetch_all(&mut *$connection).await?;
        let names: Vec<&str> = tables.iter().map(|(name,)| name.as_str()).collect();
        let mut found = Found::default();
        // Tables of the same names may be another application's.
        let mut ours = names.contains(&DONE);
        if ours {
            let first: Option<(Vec<u8>,)> =
                sqlx::query_as("SELECT checksum FROM _sqlx_migrations ORDER BY version LIMIT 1")
                    .fetch_optional(&mut *$connection)
                    .await?;
            ours = first.is_none_or(|(sum,)| begins_with(&$migrations, &sum));
        }
        found.shared = if ours { foreign(&names) } else { names.first().map(|name| (*name).to_owned()) };
        for table in names.into_iter().filter(|table| ours && TABLES.contains(table)) {
            if table == MARKS {
                let marks: Vec<(String, String)> =
                    sqlx::query_as("SELECT name, value FROM marks WHERE name IN ('demonstration', 'purpose')")
                        .fetch_all(&mut *$connection)
                        .await?;
                found.purpose = purpose_of(&marks);
            } else {
                let row = sqlx::query(AssertSqlSafe(format!("SELECT 1 FROM {table} LIMIT 1")))
                    .fetch_optional(&mut *$connection)
                    .await?;
                found.used |= row.is_some();
            }
        }
        found
    }};
}

/// The first of some tables beside ours that is not.
pub(super) fn foreign(names: &[&str]) -> Option<String> {
    let foreign = names.iter().find(|name| **name != DONE && !TABLES.contains(*name));
    foreign.map(|name| (*name).to_owned())
}

/// Whether the first thing done to the tables was what our migrations begin with.
fn begins_with(migrations: &Migrator, sum: &[u8]) -> bool {
    migrations.iter().next().is_some_and(|first| *first.checksum == *sum)
}

fn purpose_of(marks: &[(String, String)]) -> Option<Purpose> {
    // The mark with what the demonstration tells about itself is older than the one that names the purpose.
    if marks.iter().any(|(name, _)| name == "demonstration") {
        return Some(Purpose::Demonstration);
    }
    let people = |(name, value): &(String, String)| name == "purpose" && value == Purpose::People.as_str();
    marks.iter().any(people).then_some(Purpose::People)
}

async fn found_on_sqlite(connection: &mut SqliteConnection) -> Result<Found> {
    Ok(found!(connection, sqlite_tables!(), SQLITE_MIGRATIONS))
}

async fn found_on_postgres(connection: &mut PgConnection) -> Result<Found> {
    Ok(found!(connection, postgres_tables!(), POSTGRES_MIGRATIONS))
}

/// Looks at a SQLite file without making or writing one.
async fn look_at_sqlite(path: &str) -> Result<Found> {
    if !std::fs::metadata(path).is_ok_and(|file| file.len() > 0) {
        return Ok(Found::default());
    }
    // Where nobody has it open and nothing is left to be taken up, not even the files beside it are made.
    let alone = !["-wal", "-journal"].iter().any(|end| Path::new(&format!("{path}{end}")).exists());
    let options = SqliteConnectOptions::new().filename(path).read_only(true).immutable(alone).busy_timeout(BUSY);
    let mut connection = options.connect().await?;
    let found = found_on_sqlite(&mut connection).await;
    connection.close().await?;
    found
}

async fn look(url: &str, plain: Plain) -> anyhow::Result<Found> {
    if is_postgres(url) {
        let options = protected(url, plain)?;
        let trouble = || postgres_trouble(&place(&options));
        let mut connection = PgConnection::connect_with(&options).await.with_context(trouble)?;
        let found = found_on_postgres(&mut connection).await;
        connection.close().await?;
        return Ok(found?);
    }
    let path = sqlite_path(url);
    look_at_sqlite(path).await.map_err(|error| told_of_sqlite(path, error))
}

impl Db {
    /// Opens a database for real people and keeps it for them. One that the demonstration has made is refused before
    /// anything in it is changed.
    pub async fn open_for_people(url: &str, plain: Plain) -> anyhow::Result<Self> {
        look(url, plain).await?.admits(Purpose::People)?;
        let db = Self::open_with(url, plain).await?;
        db.claim(Purpose::People, None).await?;
        Ok(db)
    }

    /// Opens a database for the demonstration: an empty one or its own. Every other one is refused before anything in it
    /// is changed.
    pub async fn open_for_demonstration(url: &str, plain: Plain) -> anyhow::Result<Self> {
        look(url, plain).await?.admits(Purpose::Demonstration)?;
        Self::open_with(url, plain).await
    }

    /// Takes the database for the demonstration, with what it tells about itself. Gives what it has told before, where the
    /// database is its own already.
    pub async fn claim_for_demonstration(&self, mark: &str) -> Result<Option<String>> {
        self.claim(Purpose::Demonstration, Some(mark)).await
    }

    /// Takes the database for a purpose, or leaves it as it is: of two that come at the same time one is refused.
    async fn claim(&self, purpose: Purpose, mark: Option<&str>) -> Result<Option<String>> {
        in_transaction!(self, |tx| {
            // Whoever comes second waits here until the first is done.
            sqlx::query(
                "INSERT INTO marks (name, value) VALUES ('purpose', $1) \
                 ON CONFLICT (name) DO UPDATE SET value = marks.value",
            )
            .bind(purpose.as_str())
            .execute(&mut **tx)
            .await?;
            tx.found().await?.admits(purpose)?;
            let told: Option<(String,)> = sqlx::query_as("SELECT value FROM marks WHERE name = 'demonstration'")
                .fetch_optional(&mut **tx)
                .await?;
            if let (None, Some(mark)) = (&told, mark) {
                sqlx::query("INSERT INTO marks (name, value) VALUES ('demonstration', $1)")
                    .bind(mark)
                    .execute(&mut **tx)
                    .await?;
            }
            Ok(told.map(|(told,)| told))
        })
    }
}

/// A connection that can look around.
trait Looking {
    async fn found(&mut self) -> Result<Found>;
}

impl Looking for SqliteConnection {
    async fn found(&mut self) -> Result<Found> {
        found_on_sqlite(self).await
    }
}

impl Looking for PgConnection {
    async fn found(&mut self) -> Result<Found> {
        found_on_postgres(self).await
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}
