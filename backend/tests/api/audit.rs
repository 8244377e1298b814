//! The log of who read or changed what.

use crate::world::{Client, PASSWORD, World, new_followup, search};
use axum::http::StatusCode;
use serde_json::json;
use sqlx::Row as _;
use zaoshai_backend::db::Db;
use zaoshai_backend::db::staff::AuditRow;
use zaoshai_backend::secrets;
use zaoshai_contract::roles::Role;
use zaoshai_contract::staff::audit::AuditFilter;

#[tokio::test]
async fn an_auditor_reads_and_takes_out_who_saw_whom() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut nurse = world.nurse().await;
    nurse.get(&format!("/staff/followups/{}", followup.row.id)).await;
    let mut auditor = world.staff("auditor", "zhuzhou-2", Role::Auditor).await;
    let first = auditor.get("/staff").await;
    assert_eq!((first.status, first.location()), (StatusCode::SEE_OTHER, "/staff/audit"), "the log is all she sees");
    let page = auditor.get("/staff/audit").await.text;
    let code = &followup.row.code;
    assert!(page.contains("看了一个随访") && page.contains(code) && page.contains("zhang"), "{page}");
    assert!(!page.contains(&followup.row.name) && !page.contains("13800138000"), "the log names no patient");
    let only = auditor.get(&format!("/staff/audit?staff=zhang&code={}&first=2026-11-23", code.to_lowercase())).await;
    assert!(only.text.contains("看了一个随访") && !only.text.contains("登录"), "{}", only.text);
    let none = auditor.get("/staff/audit?last=2026-11-22").await.text;
    assert!(none.contains("没有这样的记录"), "{none}");
    let table = auditor.get("/staff/audit.csv?staff=zhang").await;
    assert!(table.headers["content-disposition"].to_str().is_ok_and(|name| name.contains(".csv")));
    assert!(table.text.contains(&format!("zhang,看了一个随访,{code},,协调员、护士,zhuzhou-2")), "{}", table.text);
    assert!(auditor.get("/staff/audit").await.text.contains("导出日志"), "reading the log is in the log");
    assert_eq!(nurse.get("/staff/audit").await.status, StatusCode::FORBIDDEN);
    let mut other = world.staff("other", "anqing-2", Role::Auditor).await;
    assert!(!other.get("/staff/audit").await.text.contains(code), "another hospital's log is its own");
}

#[tokio::test]
async fn a_long_log_is_read_page_by_page_without_a_gap() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    for _ in 0..450 {
        search(&mut nurse, "nobody").await;
    }
    let mut auditor = world.staff("auditor", "zhuzhou-2", Role::Auditor).await;
    let (mut path, mut lines, mut pages) = ("/staff/audit?staff=zhang".to_owned(), 0, 0);
    loop {
        let page = auditor.get(&path).await.text;
        lines += page.matches("查找").count();
        pages += 1;
        let Some(older) = page.split("before=").nth(1).and_then(|rest| rest.split('"').next()) else { break };
        path = format!("/staff/audit?staff=zhang&before={older}");
    }
    assert_eq!((lines, pages), (450, 3));
}

/// The lines of the hospital's log, the first first.
async fn log(world: &World) -> Vec<AuditRow> {
    let mut log = world.app.db.audit_log("zhuzhou-2", &AuditFilter::default(), None, 10_000).await.expect("the log");
    log.reverse();
    log
}

/// The lines that a request of staff has added.
async fn added(world: &World, client: &mut Client, path: &str, fields: &[(&str, &str)]) -> Vec<AuditRow> {
    let before = log(world).await.len();
    world.app.clock.set(zaoshai_contract::civil::Moment(world.app.now().0 + 1));
    let answer = client.form(path, fields).await;
    assert!(answer.status.is_success() || answer.status.is_redirection(), "{path}: {}", answer.status);
    log(world).await.split_off(before)
}

/// Every form of staff that changes something, with what the log says of it: a client signed in in the role that may, the
/// address, the fields, the action.
async fn deeds(world: &World) -> Vec<(&'static str, String, Vec<(&'static str, String)>, &'static str)> {
    let followups = [world.followup().await, world.followup().await, world.followup().await];
    let [one, two, three] = followups.each_ref().map(|followup| format!("/staff/followups/{}", followup.row.id));
    let key = || ("key", secrets::fresh_id());
    let text = |name: &'static str, value: &str| (name, value.to_owned());
    vec![
        ("nurse", format!("{one}/note"), vec![text("note", "看看"), key()], "note"),
        ("nurse", format!("{one}/call"), vec![text("outcome", "agreed"), key()], "call"),
        (
            "nurse",
            format!("{one}/book"),
            vec![text("slot", "ldct-review-2026-11-26-1000"), text("asked", "yes"), text("reason", "请她来"), key()],
            "book",
        ),
        ("nurse", format!("{two}/unlock"), vec![], "unlock"),
        ("nurse", format!("{two}/relink"), vec![], "relink"),
        (
            "nurse",
            format!("{two}/refer"),
            vec![text("hospital", "anqing-2"), text("reason", "离她家近"), key()],
            "refer",
        ),
        ("nurse", format!("{three}/withdraw"), vec![], "withdraw"),
        (
            "admin",
            "/staff/accounts".to_owned(),
            vec![text("name", "li"), text("display", "李"), text("roles", "nurse")],
            "add-account",
        ),
        ("admin", "/staff/accounts/li/roles".to_owned(), vec![text("roles", "coordinator")], "change-roles"),
        ("admin", "/staff/accounts/li/disable".to_owned(), vec![], "disable-account"),
        ("admin", "/staff/accounts/li/reset".to_owned(), vec![], "reset-account"),
        (
            "nurse",
            "/staff/closures".to_owned(),
            vec![
                text("service", "ldct-review"),
                text("first", "2026-11-27"),
                text("last", "2026-11-27"),
                text("reason", "检修"),
                text("sure", "yes"),
                key(),
            ],
            "close-clinic",
        ),
        (
            "nurse",
            "/staff/password".to_owned(),
            vec![text("current", PASSWORD), text("new", "quite another one"), text("again", "quite another one")],
            "change-password",
        ),
    ]
}

#[tokio::test]
async fn what_staff_change_stands_in_the_log_with_who_what_and_in_which_roles() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let mut admin = world.staff("admin", "zhuzhou-2", Role::Administrator).await;
    for (who, path, fields, action) in deeds(&world).await {
        let client = if who == "admin" { &mut admin } else { &mut nurse };
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let lines = added(&world, client, &path, &fields).await;
        let of_it: Vec<&AuditRow> = lines.iter().filter(|line| line.action == action).collect();
        assert_eq!(of_it.len(), 1, "{path}: {lines:?}");
        assert!(of_it[0].code.is_some() || !of_it[0].object.is_empty(), "{path} names its object: {lines:?}");
        assert_eq!(of_it[0].hospital, "zhuzhou-2");
        let roles = if who == "admin" { "administrator" } else { "coordinator nurse" };
        assert_eq!(of_it[0].roles, roles, "{path}");
        assert!(!lines.iter().any(|line| line.action.contains('/')), "a line without a name: {lines:?}");
    }
}

async fn run(db: &Db, sqlite: &[&'static str], postgres: &[&'static str]) {
    match db {
        Db::Sqlite { write, .. } => {
            for sql in sqlite {
                sqlx::raw_sql(*sql).execute(write).await.expect("a trigger");
            }
        }
        Db::Postgres(pool) => {
            for sql in postgres {
                sqlx::raw_sql(*sql).execute(pool).await.expect("a trigger");
            }
        }
    }
}

/// Lets the log refuse every line.
async fn break_log(db: &Db) {
    let sqlite = "CREATE TRIGGER broken BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'the log is broken'); END";
    let postgres = [
        "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken'; END $$",
        "CREATE TRIGGER broken BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION broken()",
    ];
    run(db, &[sqlite], &postgres).await;
}

/// Lets it take lines again.
async fn mend_log(db: &Db) {
    run(db, &["DROP TRIGGER broken"], &["DROP TRIGGER broken ON audit"]).await;
}

/// What must not change without a line.
async fn state(db: &Db) -> String {
    const SQL: &str = "SELECT (SELECT COUNT(*) FROM history) || '/' || (SELECT COALESCE(SUM(version), 0) FROM followups) \
                       || '/' || (SELECT COUNT(*) FROM notes) || '/' || (SELECT COUNT(*) FROM calls) || '/' || \
                       (SELECT COUNT(*) FROM appointments) || '/' || (SELECT COUNT(*) FROM referrals) || '/' || \
                       (SELECT COUNT(*) FROM slots WHERE closure IS NOT NULL) || '/' || (SELECT COUNT(*) FROM closures) \
                       || '/' || (SELECT COALESCE(SUM(link_generation), 0) FROM followups) || '/' || \
                       (SELECT COUNT(*) FROM staff) || '/' || (SELECT COUNT(*) FROM staff WHERE disabled = 1) || '/' || \
                       (SELECT MAX(password_hash) FROM staff WHERE name = 'zhang')";
    match db {
        Db::Sqlite { read, .. } => sqlx::raw_sql(SQL).fetch_one(read).await.expect("the state").get(0),
        Db::Postgres(pool) => sqlx::raw_sql(SQL).fetch_one(pool).await.expect("the state").get(0),
    }
}

#[tokio::test]
async fn what_cannot_be_logged_is_not_done() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let mut admin = world.staff("admin", "zhuzhou-2", Role::Administrator).await;
    world.staff("li", "zhuzhou-2", Role::Nurse).await;
    let deeds = deeds(&world).await;
    let before = state(&world.app.db).await;
    break_log(&world.app.db).await;
    for (who, path, fields, _) in deeds {
        if path == "/staff/accounts" {
            continue;
        }
        let client = if who == "admin" { &mut admin } else { &mut nurse };
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = client.form(&path, &fields).await;
        assert!(answer.status.is_server_error(), "{path}: {}", answer.status);
        assert_eq!(state(&world.app.db).await, before, "{path} was done without its line");
    }
    let key = secrets::fresh_id();
    let made = nurse.json("POST", "/api/v1/staff/followups", &new_followup(), &[("idempotency-key", &key)]).await;
    assert!(made.status.is_server_error());
    assert_eq!(state(&world.app.db).await, before);
    mend_log(&world.app.db).await;
    let made = nurse.json("POST", "/api/v1/staff/followups", &new_followup(), &[("idempotency-key", &key)]).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
}

#[tokio::test]
async fn a_refused_sign_in_is_logged_without_a_name_that_is_no_account() {
    let world = World::new().await;
    let mut stranger = world.client();
    for name in ["zhang", "hunter2-my-password"] {
        let login = json!({ "name": name, "password": "guess" });
        stranger.json("POST", "/api/v1/staff/session", &login, &[]).await;
    }
    let mut nurse = world.nurse().await;
    nurse.form("/staff/logout", &[]).await;
    let lines: Vec<(String, String)> = log(&world).await.into_iter().map(|line| (line.staff, line.action)).collect();
    let expected = [("zhang", "sign-in-refused"), ("", "sign-in-refused"), ("zhang", "sign-in"), ("zhang", "sign-out")];
    for (staff, action) in expected {
        assert!(lines.iter().any(|line| line.0 == staff && line.1 == action), "{staff} {action}: {lines:?}");
    }
    let mut auditor = world.staff("auditor", "zhuzhou-2", Role::Auditor).await;
    let page = auditor.get("/staff/audit").await.text;
    assert!(page.contains("（没有这个账号）") && !page.contains("hunter2"), "{page}");
}
