//! Whom a database is for: the demonstration takes no other than its own, nobody real is entered into that, and who comes
//! to the wrong one is refused before anything is written.

use crate::server::Site;
use sqlx::Row as _;
use sqlx::migrate::Migrator;
use std::path::Path;
use std::time::Duration;
use zaoshai_backend::db::Db;

/// An account and a person, as the first version kept them.
const PERSON: &str = "INSERT INTO staff (name, display, password_hash, created) VALUES ('li', '李护士', '', 0); \
    INSERT INTO followups (id, token_hash, link_generation, link_until, name_sealed, phone_sealed, reason_sealed, \
    services, due_from, due_to, state, created, created_by) VALUES ('one', 'hash', 1, 0, 'sealed', 'sealed', 'sealed', \
    '[]', '2026-11-02', '2026-11-13', 'waiting', 0, 'li')";
/// What the demonstration tells about itself.
const MARK: &str = "INSERT INTO marks (name, value) VALUES ('demonstration', '{}')";

/// A database without any server.
enum Raw {
    Sqlite(sqlx::SqlitePool),
    Postgres(sqlx::PgPool),
}

impl Raw {
    async fn open(site: &Site) -> Self {
        if site.database.starts_with("postgres") {
            return Self::Postgres(sqlx::PgPool::connect(&site.database).await.expect("the database"));
        }
        let pool = sqlx::SqlitePool::connect(&format!("{}?mode=rwc", site.database)).await.expect("the database");
        // As a server leaves its file.
        sqlx::raw_sql("PRAGMA journal_mode = WAL").execute(&pool).await.expect("a file of a server");
        Self::Sqlite(pool)
    }

    /// Brings the tables to where they stood after a version of them.
    async fn migrate(&self, version: i64) {
        let kind = match self {
            Self::Sqlite(_) => "migrations/sqlite",
            Self::Postgres(_) => "migrations/postgres",
        };
        let all = Migrator::new(Path::new(env!("CARGO_MANIFEST_DIR")).join(kind)).await.expect("migrations");
        let old = all.iter().filter(|migration| migration.version <= version).cloned().collect();
        let old = Migrator::with_migrations(old);
        match self {
            Self::Sqlite(pool) => old.run(pool).await.expect("an older version"),
            Self::Postgres(pool) => old.run(pool).await.expect("an older version"),
        }
    }

    async fn execute(&self, sql: &'static str) {
        match self {
            Self::Sqlite(pool) => drop(sqlx::raw_sql(sql).execute(pool).await.expect(sql)),
            Self::Postgres(pool) => drop(sqlx::raw_sql(sql).execute(pool).await.expect(sql)),
        }
    }

    /// All tables with how many rows are in them.
    async fn tables(&self) -> Vec<(String, i64)> {
        let mut counted = Vec::new();
        macro_rules! count {
            ($pool:expr, $tables:literal) => {
                for row in sqlx::raw_sql($tables).fetch_all($pool).await.expect("tables") {
                    let table: String = row.get(0);
                    let sql = sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
                    let count = sqlx::raw_sql(sql).fetch_one($pool).await.expect("a count");
                    counted.push((table, count.get(0)));
                }
            };
        }
        match self {
            Self::Sqlite(pool) => {
                count!(pool, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name");
            }
            Self::Postgres(pool) => {
                count!(pool, "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename");
            }
        }
        counted
    }

    async fn close(self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// Everything that somebody who comes to a database could have changed.
async fn state(site: &Site) -> (Vec<(String, Vec<u8>)>, Vec<(String, i64)>) {
    let files = site.files();
    if !site.database.starts_with("postgres") {
        return (files, Vec::new());
    }
    let raw = Raw::open(site).await;
    let tables = raw.tables().await;
    raw.close().await;
    (files, tables)
}

/// A database on SQLite and, where there is a server, one on PostgreSQL.
async fn sites() -> Vec<Site> {
    let mut sites = vec![Site::sqlite()];
    sites.extend(Site::postgres().await);
    sites
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demonstration_refuses_what_is_not_its_own_before_anything_is_written() {
    for (what, version, made, says) in [
        ("a person of the first version", 1, PERSON, "was not made by the demonstration"),
        (
            "an account alone",
            5,
            "INSERT INTO staff (name, display, password_hash, created) VALUES ('li', '', '', 0)",
            "was not made by the demonstration",
        ),
        (
            "a line of the log alone",
            8,
            "INSERT INTO audit (id, at, staff, action) VALUES ('one', 0, 'li', 'sign-in')",
            "was not made by the demonstration",
        ),
        ("tables of ours and one that is not", 22, "CREATE TABLE orders (id TEXT)", "the table orders"),
        (
            "another application alone",
            0,
            "CREATE TABLE orders (id TEXT); INSERT INTO orders VALUES ('kept')",
            "the table orders",
        ),
        ("another application whose tables are called like ours", 0, "CREATE TABLE staff (id TEXT)", "the table staff"),
    ] {
        for site in sites().await {
            let raw = Raw::open(&site).await;
            if version > 0 {
                raw.migrate(version).await;
            }
            raw.execute(made).await;
            raw.close().await;
            let before = state(&site).await;
            let told = site.refuses_to_demonstrate();
            assert!(told.contains(says) && told.contains("--database"), "{what}: {told}");
            assert_eq!(told.lines().count(), 1, "{what}: one sentence is enough: {told}");
            let after = state(&site).await;
            assert!(before == after, "{what}: nothing is written, also no key");
            assert!(!site.key_file().exists(), "{what}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_real_comes_into_the_demonstrations_database_and_it_is_left_as_it_is() {
    for (version, beside) in [(13, ""), (22, ""), (22, "CREATE TABLE orders (id TEXT)")] {
        for site in sites().await {
            let raw = Raw::open(&site).await;
            raw.migrate(version).await;
            raw.execute(MARK).await;
            raw.execute(beside).await;
            raw.close().await;
            let before = state(&site).await;
            let mut told = vec![site.refuses_to_serve()];
            let add = ["add", "--hospital", "zhuzhou-2", "--role", "nurse", "--display", "李护士", "li"];
            for command in [&add[..], &["disable", "nurse"], &["reset", "nurse"]] {
                let (done, said) = site.staff(command);
                assert!(!done, "{command:?}: {said}");
                told.push(said);
            }
            for told in told {
                assert!(told.contains("was made by the demonstration") && told.contains("--database"), "{told}");
            }
            assert!(before == state(&site).await, "version {version}: nothing is written");
            assert!(!site.key_file().exists());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_first_to_an_empty_database_has_it() {
    for site in sites().await {
        drop(site.serve());
        assert!(site.refuses_to_demonstrate().contains("was not made by the demonstration"));
    }
    for site in sites().await {
        let (done, said) =
            site.staff(&["add", "--hospital", "zhuzhou-2", "--role", "nurse", "--display", "李护士", "li"]);
        assert!(done, "{said}");
        assert!(site.refuses_to_demonstrate().contains("was not made by the demonstration"));
        // Even without anybody in it, and while its server runs.
        let server = site.serve();
        let raw = Raw::open(&site).await;
        raw.execute("DELETE FROM staff_roles; DELETE FROM staff").await;
        raw.close().await;
        assert!(site.refuses_to_demonstrate().contains("was not made by the demonstration"));
        drop(server);
    }
    for site in sites().await {
        let server = site.demonstrate();
        assert!(site.refuses_to_serve().contains("was made by the demonstration"));
        let (done, said) = site.staff(&["reset", "nurse"]);
        assert!(!done && said.contains("was made by the demonstration"), "{said}");
        drop(server);
        drop(site.demonstrate());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_for_real_people_stops_when_its_database_becomes_the_demonstrations() {
    for site in sites().await {
        let mut server = site.serve();
        let db: Db = site.db().await;
        assert!(!server.fails_within(Duration::from_secs(6)), "it goes on while nothing is wrong");
        db.mark_demonstration("{}").await.expect("the database");
        db.close().await;
        assert!(server.fails_within(Duration::from_secs(15)), "it stops");
        assert!(site.log().contains("was made by the demonstration"), "{}", site.log());
    }
}
