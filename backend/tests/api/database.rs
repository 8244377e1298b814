//! The database: both kinds have the same tables, what is there is not made twice, and what an older version left is
//! brought up to date.

use crate::world::{PASSWORD, PHONE, World, address, secrets};
use axum::http::StatusCode;
use serde_json::{Value, json};
use sqlx::migrate::Migrator;
use std::path::Path;
use zaoshai_backend::db::Db;
use zaoshai_backend::secrets::{hash, hash_password};
use zaoshai_contract::appointments::State;
use zaoshai_contract::civil::{CivilDate, Moment};
use zaoshai_contract::followups::Ending;
use zaoshai_contract::ids::SlotId;

/// What version 1 left, with places for what only the key can make.
const VERSION_1: &str = include_str!("../data/version-1.sql");

#[test]
fn both_kinds_of_database_have_the_same_migrations() {
    let names = |kind: &str| -> Vec<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(kind);
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .expect("a folder")
            .filter_map(Result::ok)
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names("sqlite"), names("postgres"));
}

#[tokio::test]
async fn slots_are_made_once() {
    let world = World::new().await;
    assert_eq!(zaoshai_backend::timetable::refresh(&world.app).await.expect("slots"), 0);
}

fn at(day: &str, minute: u16) -> Moment {
    Moment::at(CivilDate::parse(day).expect("a day"), minute)
}

/// The data of version 1, sealed and hashed under the key of the tests.
fn left_by_version_1() -> String {
    let (secrets, until) = (secrets(), at("2027-01-03", 0));
    let mut text = VERSION_1
        .replace("{friday}", &at("2026-11-27", 510).0.to_string())
        .replace("{thursday}", &at("2026-11-26", 510).0.to_string())
        .replace("{made}", &at("2026-11-02", 600).0.to_string())
        .replace("{changed}", &at("2026-11-20", 600).0.to_string())
        .replace("{until}", &until.0.to_string())
        .replace("{session}", &hash("an open session"))
        .replace("{password}", &hash_password(PASSWORD).expect("a hash"));
    for (id, generation) in [("late", 1), ("booked", 2), ("cancelled", 1), ("withdrawn", 1)] {
        text = text.replace(&format!("{{{id}.token}}"), &hash(secrets.link_token(id, generation).as_str()));
        for (field, value) in [("name", "王女士"), ("phone", PHONE), ("reason", "复查")] {
            text = text.replace(&format!("{{{id}.{field}}}"), &secrets.seal(id, field, value));
        }
    }
    assert!(!text.contains('{'), "every place is filled");
    text
}

/// Brings a database to version 1 and fills it.
async fn version_1(url: &str) {
    let postgres = url.starts_with("postgres");
    let folder = if postgres { "migrations/postgres" } else { "migrations/sqlite" };
    let all = Migrator::new(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).await.expect("migrations");
    let first = Migrator::with_migrations(all.iter().filter(|migration| migration.version == 1).cloned().collect());
    let data = sqlx::raw_sql(sqlx::AssertSqlSafe(left_by_version_1()));
    if postgres {
        let pool = sqlx::PgPool::connect(url).await.expect("the database");
        first.run(&pool).await.expect("version 1");
        data.execute(&pool).await.expect("its data");
        pool.close().await;
    } else {
        let pool = sqlx::SqlitePool::connect(&format!("{url}?mode=rwc")).await.expect("the database");
        first.run(&pool).await.expect("version 1");
        data.execute(&pool).await.expect("its data");
        pool.close().await;
    }
}

/// A backend that was started on what version 1 left.
async fn upgraded() -> World {
    let folder = tempfile::tempdir().expect("a folder");
    let url = address(folder.path()).await;
    version_1(&url).await;
    let db = Db::open(&url).await.expect("brought up to date");
    World::on(folder, db).await
}

#[tokio::test]
async fn what_version_1_left_is_where_it_should_be() {
    let world = upgraded().await;
    let (db, now) = (&world.app.db, world.app.now());
    let hospital = world.app.library().hospital.clone();
    db.adopt(&hospital).await.expect("adopted");
    assert_eq!(db.settle_all(now).await.expect("settled"), 3, "all that are open");
    assert_eq!(db.settle_all(now).await.expect("settled"), 0, "and once");
    for (id, services, lines, latest, ending, due) in [
        ("late", 1, 1, None, None, Some(at("2026-11-14", 0))),
        ("booked", 1, 2, Some(("ldct-review-2026-11-27-0830", State::Booked)), None, Some(at("2026-11-28", 0))),
        (
            "cancelled",
            2,
            3,
            Some(("ldct-review-2026-11-26-0830", State::CancelledByPatient)),
            None,
            Some(at("2026-11-20", 600)),
        ),
        ("withdrawn", 0, 2, None, Some(Ending::Withdrawn), None),
    ] {
        let record = db.followup(id).await.expect("the database").expect("a follow-up");
        assert_eq!((record.hospital.as_str(), record.owner.as_str()), (hospital.as_str(), "li"), "{id}");
        assert_eq!(record.step.as_ref().map_or(0, |step| step.services.len()), services, "{id}");
        assert_eq!(record.latest.as_ref().map(|latest| (latest.slot.id.as_str(), latest.state)), latest, "{id}");
        assert_eq!((record.ending, record.due), (ending, due), "{id}");
        assert_eq!(secrets().open(id, "name", &record.name_sealed).expect("sealed as before"), "王女士");
        let ended = db.ended_steps(id).await.expect("the database");
        assert_eq!(ended.len(), usize::from(ending.is_some()), "{id}");
        let history = db.history(id).await.expect("the database");
        let carried = history.iter().filter(|line| line.action == "carry-over" && line.actor == "clock").count();
        assert_eq!(carried, usize::from(latest.is_some()), "{id}: one line tells where the appointment stood");
        assert_eq!(history.len() - carried, lines, "{id}: what was written before stays");
    }
    assert!(db.miscounted_slots().await.expect("the database").is_empty());
    assert!(db.unexplained_appointments().await.expect("the database").is_empty());
    let overdue = db.overdue(&hospital, now, 10).await.expect("the database");
    assert_eq!(overdue.iter().map(|record| record.id.as_str()).collect::<Vec<_>>(), ["late", "cancelled"]);
}

#[tokio::test]
async fn who_worked_and_who_had_a_link_in_version_1_goes_on() {
    let world = upgraded().await;
    let db = &world.app.db;
    db.adopt(&world.app.library().hospital).await.expect("adopted");
    db.settle_all(world.app.now()).await.expect("settled");
    let mut nurse = world.client();
    let login = json!({ "name": "li", "password": PASSWORD });
    assert_eq!(nurse.json("POST", "/api/v1/staff/session", &login, &[]).await.status, StatusCode::NO_CONTENT);
    let seen = nurse.get("/api/v1/staff/followups").await.json();
    let mut roles: Vec<&str> =
        seen["staff"]["roles"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    roles.sort_unstable();
    assert_eq!(roles, ["coordinator", "nurse"]);
    assert_eq!((&seen["overdue"][0]["id"], &seen["overdue"][0]["name"]), (&json!("late"), &json!("王女士")));
    assert_eq!(nurse.get("/staff/closures").await.status, StatusCode::OK, "a coordinator closes clinics");

    let mut patient = world.client();
    let link = format!("/f/{}", secrets().link_token("booked", 2));
    patient.form(&format!("{link}/identify"), &[("ending", "8000")]).await;
    let page = patient.get(&link).await;
    assert!(page.text.contains("11月27日"), "{}", page.text);
    let fields = [("reason", "time"), ("key", "carried-over-cancel")];
    for _ in 0..2 {
        let answer = patient.form(&format!("{link}/cancel"), &fields).await;
        assert!(answer.location().ends_with("done=cancelled"), "{}", answer.location());
    }
    let record = db.followup("booked").await.expect("the database").expect("a follow-up");
    assert_eq!(record.latest.map(|latest| latest.state), Some(State::CancelledByPatient));
    let slot = SlotId::parse("ldct-review-2026-11-27-0830").expect("an id");
    assert_eq!(db.occupancy(&slot).await.expect("the database").map(|(taken, _)| taken), Some(0));
    assert!(db.unexplained_appointments().await.expect("the database").is_empty());
    let mut gone = world.client();
    let answer = gone.get(&format!("/f/{}", secrets().link_token("withdrawn", 1))).await;
    assert_eq!(answer.status, StatusCode::GONE, "a withdrawn link stays withdrawn");
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_but_the_server_reads_the_file_of_the_database() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join("var");
    let db = Db::open(&format!("sqlite://{}/test.db", place.display())).await.expect("a database");
    let mut seen = 0;
    for entry in std::fs::read_dir(&place).expect("a folder").filter_map(Result::ok) {
        assert_eq!(entry.metadata().expect("a file").permissions().mode() & 0o077, 0, "{:?}", entry.path());
        seen += 1;
    }
    assert!(seen >= 2, "the file and its journal");
    assert_eq!(std::fs::metadata(&place).expect("a folder").permissions().mode() & 0o077, 0);
    db.close().await;
}

/// The words of a column that tells a state.
fn stored_words() -> [(&'static str, &'static str, Vec<&'static str>); 8] {
    use zaoshai_contract::followups::{CallOutcome, Outcome, Prompt};
    use zaoshai_contract::home_care::{Outcome as CareOutcome, State as CareState};
    use zaoshai_contract::roles::Role;
    macro_rules! all {
        ($words:expr) => {
            $words.iter().map(|word| word.as_str()).collect()
        };
    }
    [
        ("appointments", "state", all!(State::ALL)),
        ("followups", "ending", all!(Ending::ALL)),
        ("followups", "prompt", all!(Prompt::ALL)),
        ("steps", "outcome", all!(Outcome::ALL)),
        ("calls", "outcome", all!(CallOutcome::ALL)),
        ("staff_roles", "role", all!(Role::ALL)),
        ("home_care", "state", all!(CareState::ALL)),
        ("home_care", "outcome", all!(CareOutcome::ALL)),
    ]
}

/// Runs SQL that no part of the product would; gives what the database said to it.
async fn said(db: &Db, sql: &str) -> Result<u64, String> {
    let sql = sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned()));
    let done = match db {
        Db::Sqlite { write, .. } => sql.execute(write).await.map(|done| done.rows_affected()),
        Db::Postgres(pool) => sql.execute(pool).await.map(|done| done.rows_affected()),
    };
    done.map_err(|error| error.to_string())
}

#[tokio::test]
async fn every_state_in_the_database_is_a_word_that_the_server_knows() {
    let world = upgraded().await;
    let db = &world.app.db;
    // Rows of every kind, each with its last word still open.
    for sql in [
        "UPDATE appointments SET until = 9 WHERE id = 'appointment-1'",
        "INSERT INTO calls (id, followup, at, staff, outcome, note_sealed) VALUES ('call', 'late', 0, 'li', 'agreed', '')",
        "INSERT INTO home_care (id, hospital, code, token_hash, request, name_sealed, phone_sealed, area_sealed, \
         address_sealed, need_sealed, relation_sealed, for_whom, service, consent, consented, state, asked, changed) \
         VALUES ('care', '', 'code', 'hash', '', '', '', '', '', '', '', 'self', '', '[]', 0, 'done', 0, 0)",
    ] {
        assert_eq!(said(db, sql).await, Ok(1));
    }
    for (table, column, words) in stored_words() {
        // No rule but the one about words stands in the way of the last of these rows.
        let rows = match (table, column) {
            ("appointments", _) => "WHERE id = (SELECT MIN(id) FROM appointments)",
            ("staff_roles", _) => {
                "WHERE role = (SELECT MIN(role) FROM staff_roles WHERE staff = 'li') AND staff = 'li'"
            }
            _ => "WHERE 1 = 1",
        };
        let unknown = said(db, &format!("UPDATE {table} SET {column} = 'unheard-of' {rows}")).await;
        let told = unknown.expect_err(table);
        assert!(told.contains(&format!("{table}.{column}")) || told.contains(&format!("{table}_{column}")), "{told}");
        if (table, column) != ("home_care", "state") && table != "staff_roles" {
            for word in words {
                let known = said(db, &format!("UPDATE {table} SET {column} = '{word}' {rows}")).await;
                assert!(known.is_ok_and(|changed| changed > 0), "{table}.{column} takes {word}");
            }
        } else {
            let text = migrations("sqlite") + &migrations("postgres");
            assert!(words.iter().all(|word| text.contains(&format!("'{word}'"))), "{table}.{column}");
        }
    }
    let told = said(db, "UPDATE appointments SET step = 'no step'").await.expect_err("a step that is not there");
    assert!(told.contains("appointments.step") || told.contains("appointments_step"), "{told}");
}

/// Rows that must not be stored: the table, the column that the database names, and SQL that differs by a word between
/// what is refused and what is taken; those after the first build on it.
const WRONG_AND_RIGHT: [(&str, &str, &str, &str, &str); 18] = [
    (
        "appointments",
        "until",
        "INSERT INTO appointments (id, followup, slot, place, made, step, state, until) VALUES \
         ('held', 'late', 'ldct-review-2026-11-26-0830', 1, 0, 'late-1', 'held', {})",
        "NULL",
        "1",
    ),
    ("appointments", "until", "UPDATE appointments SET until = {} WHERE id = 'held'", "NULL", "2"),
    ("appointments", "step", "UPDATE appointments SET step = '{}' WHERE id = 'held'", "booked-1", "late-1"),
    (
        "appointments",
        "slot",
        "UPDATE appointments SET slot = '{}-0830' WHERE id = 'held'",
        "nowhere",
        "ldct-review-2026-11-26",
    ),
    (
        "questions",
        "followup",
        "INSERT INTO questions (id, followup, asked, text_sealed) VALUES ('question', '{}', 0, 'sealed')",
        "nobody",
        "late",
    ),
    (
        "questions",
        "answered",
        "UPDATE questions SET answered = 1, answered_by = 'li', answer_sealed = '{}' WHERE id = 'question'",
        "",
        "sealed",
    ),
    ("questions", "answered", "UPDATE questions SET answered_by = {} WHERE id = 'question'", "NULL", "'zhang'"),
    (
        "helpers",
        "followup",
        "INSERT INTO helpers (id, followup, name_sealed, consented) VALUES ('helper', '{}', 'sealed', 0)",
        "nobody",
        "late",
    ),
    (
        "patient_sessions",
        "helper",
        "INSERT INTO patient_sessions (hash, followup, until, helper) VALUES ('session', '{}', 9, 'helper')",
        "booked",
        "late",
    ),
    (
        "patient_sessions",
        "helper",
        "UPDATE patient_sessions SET helper = {} WHERE hash = 'session'",
        "'nobody'",
        "'helper'",
    ),
    ("patient_sessions", "helper", "DELETE FROM {}", "helpers", "patient_sessions WHERE hash = 'session'"),
    ("waiting", "followup", "INSERT INTO waiting (followup, since, before) VALUES ('{}', 0, 9)", "nobody", "late"),
    (
        "referrals",
        "followup",
        "INSERT INTO referrals (id, followup, from_hospital, to_hospital, made, made_by, reason_sealed, state) VALUES \
         ('referral', '{}', 'zhuzhou-2', 'anqing-2', 0, 'li', 'sealed', 'offered')",
        "nobody",
        "late",
    ),
    (
        "referrals",
        "answered",
        "UPDATE referrals SET state = 'accepted', answered = {}, answered_by = 'li' WHERE id = 'referral'",
        "NULL",
        "1",
    ),
    ("referrals", "state", "UPDATE referrals SET state = '{}' WHERE id = 'referral'", "unheard-of", "returned"),
    (
        "closures",
        "last",
        "INSERT INTO closures (id, hospital, first, last, reason, made, made_by) VALUES \
         ('closing', 'zhuzhou-2', 5, {}, '', 0, 'li')",
        "5",
        "6",
    ),
    ("closures", "undone", "UPDATE closures SET undone = 7, undone_by = {} WHERE id = 'closing'", "NULL", "'li'"),
    ("slots", "closure", "UPDATE slots SET closure = '{}'", "no closing", "closing"),
];

#[tokio::test]
async fn no_row_is_stored_that_misleads_somebody() {
    let world = upgraded().await;
    let db = &world.app.db;
    for (table, column, sql, wrong, right) in WRONG_AND_RIGHT {
        let told = said(db, &sql.replace("{}", wrong)).await.expect_err(sql);
        // SQLite names no foreign key, and a check of its own by its text.
        let named = [
            format!("{table}.{column}"),
            format!("{table}_{column}"),
            format!("CHECK constraint failed: {column}"),
            "FOREIGN KEY".to_owned(),
        ];
        assert!(named.iter().any(|name| told.contains(name)), "{sql}: {told}");
        let taken = said(db, &sql.replace("{}", right)).await;
        assert!(taken.as_ref().is_ok_and(|changed| *changed > 0), "{sql}: {taken:?}");
    }
    let told = said(db, "DELETE FROM closures").await.expect_err("a closing");
    assert!(told.contains("closures are kept"), "{told}");
    for (nurse, taken) in [("nobody", false), ("li", true)] {
        let planned = said(
            db,
            &format!(
                "INSERT INTO home_care (id, hospital, code, token_hash, request, name_sealed, phone_sealed, area_sealed, \
                 address_sealed, need_sealed, relation_sealed, for_whom, service, consent, consented, state, asked, \
                 changed, due, visit_day, visit_from, visit_to, nurse) VALUES ('care', '', 'code', 'hash', '', '', '', '', \
                 '', '', '', 'self', '', '[]', 0, 'planned', 0, 0, 9, '2026-11-25', 540, 600, '{nurse}')"
            ),
        )
        .await;
        let named = |told: &String| told.contains("home_care.nurse") || told.contains("home_care_nurse");
        assert!(if taken { planned == Ok(1) } else { planned.as_ref().is_err_and(named) }, "{nurse}: {planned:?}");
    }
}

#[tokio::test]
async fn a_place_that_is_kept_for_ever_stops_the_upgrade_and_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = address(folder.path()).await;
    version_1(&url).await;
    up_to(&url, 14, &["UPDATE appointments SET state = 'held' WHERE id = 'appointment-1'"]).await;
    let told = format!("{:#}", Db::open(&url).await.expect_err("it stops"));
    assert!(told.contains("appointments_until"), "{told}");
}

fn migrations(kind: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(kind);
    let files = std::fs::read_dir(folder).expect("a folder").filter_map(Result::ok);
    files.map(|file| std::fs::read_to_string(file.path()).expect("a file")).collect()
}

#[tokio::test]
async fn a_word_that_is_not_known_stops_the_upgrade_and_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = address(folder.path()).await;
    version_1(&url).await;
    up_to(&url, 12, &["UPDATE steps SET outcome = 'unheard-of' WHERE followup = 'late'"]).await;
    let told = format!("{:#}", Db::open(&url).await.expect_err("it stops"));
    assert!(told.contains("steps_outcome"), "{told}");
}

/// Brings a database up to a version, and then runs statements on it.
async fn up_to(url: &str, version: i64, statements: &[&str]) {
    let postgres = url.starts_with("postgres");
    let folder = if postgres { "migrations/postgres" } else { "migrations/sqlite" };
    let all = Migrator::new(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).await.expect("migrations");
    let some = Migrator::with_migrations(all.iter().filter(|step| step.version <= version).cloned().collect());
    macro_rules! run {
        ($pool:expr) => {{
            let pool = $pool.await.expect("the database");
            some.run(&pool).await.expect("brought up to date");
            for statement in statements {
                let sql = sqlx::raw_sql(sqlx::AssertSqlSafe((*statement).to_owned()));
                assert!(sql.execute(&pool).await.expect("changed").rows_affected() > 0);
            }
            pool.close().await;
        }};
    }
    if postgres {
        run!(sqlx::PgPool::connect(url));
    } else {
        run!(sqlx::SqlitePool::connect(url));
    }
}

/// The sums of the migrations that have landed.
const SUMS: &str = include_str!("../../migrations/sums.txt");

#[test]
fn a_migration_that_has_landed_is_never_edited_again() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut missing = String::new();
    let mut seen = 0;
    for kind in ["postgres", "sqlite"] {
        let mut files: Vec<_> = std::fs::read_dir(folder.join(kind))
            .expect("a folder")
            .filter_map(Result::ok)
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        files.sort();
        for file in files {
            let name = format!("{kind}/{file}");
            let text = std::fs::read_to_string(folder.join(&name)).expect("a migration");
            let line = format!("{}  {name}", hash(&text));
            match SUMS.lines().find(|line| line.ends_with(&format!("  {name}"))) {
                Some(landed) => assert_eq!(landed, line, "{name} has landed: put it back, and write a new migration"),
                None => missing += &format!("{line}\n"),
            }
            seen += 1;
        }
    }
    assert!(missing.is_empty(), "add to backend/migrations/sums.txt what is about to land:\n{missing}");
    assert_eq!(SUMS.lines().filter(|line| !line.is_empty()).count(), seen, "a migration that has landed is gone");
}
