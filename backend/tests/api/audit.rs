//! The log of who read or changed what.

use crate::batches::{confirm, hidden, look, through};
use crate::sharing::{HERE, THERE, latest};
use crate::world::{Client, PASSWORD, PHONE, World, search};
use axum::http::StatusCode;
use serde_json::json;
use sqlx::Row as _;
use std::collections::BTreeSet;
use zaoshai_backend::db::Db;
use zaoshai_backend::db::pages::After;
use zaoshai_backend::db::schedules::At;
use zaoshai_backend::db::staff::AuditRow;
use zaoshai_backend::secrets;
use zaoshai_contract::civil::Moment;
use zaoshai_contract::home_care::CareLists;
use zaoshai_contract::referrals::ReferralAction;
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
    assert!(table.text.contains(&format!("zhang,看了一个随访,{code},,协调员、护士,株洲市二医院")), "{}", table.text);
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

/// The lines of a hospital's log, the first first.
async fn log(world: &World, hospital: &str) -> Vec<AuditRow> {
    let mut log = world.app.db.audit_log(hospital, &AuditFilter::default(), None, 10_000).await.expect("the log");
    log.reverse();
    log
}

/// The source of every router of the console.
const ROUTERS: [&str; 2] = [include_str!("../../src/routes/staff.rs"), include_str!("../../src/routes/schedules.rs")];

/// The words of the arms of a match in a source, like `note` of `"note" => …` and `templates/end` of
/// `("templates", "end") => …`.
fn arms(source: &str, start: &str) -> Vec<String> {
    let from = source.find(start).unwrap_or_else(|| panic!("no {start}"));
    let line = source[..from].rsplit('\n').next().unwrap_or_default();
    let margin = line.len() - line.trim_start().len();
    let indent = |line: &str| line.len() - line.trim_start().len();
    let body = source[from..].lines().skip(1).take_while(|line| indent(line) > margin || line.trim().is_empty());
    let arms = body.filter(|line| indent(line) == margin + 4).filter_map(|line| line.split_once(" =>"));
    let words = arms.map(|(words, _)| words.split('"').skip(1).step_by(2).collect::<Vec<_>>().join("/"));
    words.filter(|word| !word.is_empty()).collect()
}

/// Every address of the console to which a form is sent, as the routers and what they lead to are written.
fn addresses() -> BTreeSet<String> {
    let work = arms(include_str!("../../src/routes/staff/work.rs"), "match deed.as_str()");
    let settled = ReferralAction::ALL.iter().map(|action| action.as_str().to_owned());
    let timetable = include_str!("../../src/routes/schedules.rs");
    let deeds = [
        ("/staff/followups/{id}/{deed}", work.into_iter().chain(settled).collect()),
        (
            "/staff/home-care/{id}/{deed}",
            arms(include_str!("../../src/routes/staff/home_care.rs"), "match deed.as_str()"),
        ),
        (
            "/staff/accounts/{name}/{deed}",
            arms(include_str!("../../src/routes/staff/accounts.rs"), "match deed.as_str()"),
        ),
        ("/staff/schedules/{kind}", arms(timetable, "match kind {")),
        ("/staff/schedules/{kind}/{id}/{deed}", arms(timetable, "match (kind, deed) {")),
    ];
    let routes = ROUTERS.into_iter().flat_map(|source| source.split(".route(").skip(1));
    let posts = routes.filter(|route| route.split(".route_layer").next().is_some_and(|route| route.contains("post(")));
    let paths = posts.map(|route| route.split('"').nth(1).expect("a path").to_owned());
    let mut addresses = BTreeSet::new();
    for path in paths {
        let Some((_, words)) = deeds.iter().find(|(many, _)| *many == path) else {
            assert!(!path.contains("{deed}") && !path.contains("{kind}"), "{path} has deeds that are not read here");
            addresses.insert(path);
            continue;
        };
        assert!(!words.is_empty(), "{path} has no deeds");
        for word in words {
            let (kind, deed) = word.split_once('/').unwrap_or((word, word));
            addresses.insert(path.replace("{kind}", kind).replace("{deed}", deed));
        }
    }
    addresses
}

/// Whoever sends forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    /// The nurse, who coordinates, too.
    Nurse,
    Administrator,
    /// Who manages the timetable.
    Manager,
    /// A coordinator of another hospital.
    There,
}

/// What a form holds.
type Fields<'a> = &'a [(&'a str, &'a str)];

/// What happens to a form that is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Log {
    /// It is written.
    Works,
    /// First the log cannot take a line, then it can.
    BreaksOnce,
}

/// Sends a form to each address, and looks at the line that it writes.
struct Round<'a> {
    world: &'a World,
    log: Log,
    nurse: Client,
    administrator: Client,
    manager: Client,
    there: Client,
    sent: BTreeSet<String>,
}

impl<'a> Round<'a> {
    async fn new(world: &'a World, log: Log) -> Self {
        Self {
            log,
            nurse: world.nurse().await,
            administrator: world.staff("admin", HERE, Role::Administrator).await,
            manager: world.staff("wu", HERE, Role::ScheduleManager).await,
            there: world.staff("zhao", THERE, Role::Coordinator).await,
            sent: BTreeSet::new(),
            world,
        }
    }

    /// Sends a form, which must succeed, and asks for its one line.
    async fn sends(&mut self, who: Who, (address, id): (&str, &str), fields: &[(&str, &str)], action: &str) {
        let path = address.replace("{id}", id).replace("{name}", id).replace("{closure}", id);
        let key = secrets::fresh_id();
        // The version that the form was made from.
        let seen = self.world.app.db.followup(id).await.expect("the database").map(|record| record.version.to_string());
        let mut fields = [fields, &[("key", key.as_str())]].concat();
        fields.extend(seen.as_deref().map(|seen| ("version", seen)));
        let (client, account, hospital, roles) = match who {
            Who::Nurse => (&mut self.nurse, "zhang", HERE, "coordinator nurse"),
            Who::Administrator => (&mut self.administrator, "admin", HERE, "administrator"),
            Who::Manager => (&mut self.manager, "wu", HERE, "schedule-manager"),
            Who::There => (&mut self.there, "zhao", THERE, "coordinator"),
        };
        let world = self.world;
        world.app.clock.set(Moment(world.app.now().0 + 1));
        if self.log == Log::BreaksOnce {
            let before = state(&world.app.db).await;
            break_log(&world.app.db).await;
            let answer = client.form(&path, &fields).await;
            mend_log(&world.app.db).await;
            assert!(answer.status.is_server_error(), "{path}: {}", answer.status);
            assert_eq!(state(&world.app.db).await, before, "{path} was done without its line");
        }
        let before = log(world, hospital).await.len();
        let answer = client.form(&path, &fields).await;
        let done = answer.status.is_redirection() || answer.status == StatusCode::OK;
        assert!(done, "{path}: {} {}", answer.status, answer.text);
        let lines = log(world, hospital).await.split_off(before);
        assert!(lines.iter().all(|line| !line.action.contains('/')), "{path}: a line without a name: {lines:?}");
        let of_it: Vec<&AuditRow> = lines.iter().filter(|line| line.action == action).collect();
        assert_eq!(of_it.len(), 1, "{path}: {lines:?}");
        assert_eq!((of_it[0].staff.as_str(), of_it[0].roles.as_str()), (account, roles), "{path}");
        assert!(of_it[0].code.is_some() || !of_it[0].object.is_empty(), "{path} names its object: {lines:?}");
        self.sent.insert(address.to_owned());
    }

    /// The id of a new follow-up.
    async fn followup(&self) -> String {
        self.world.followup().await.row.id
    }

    /// Sends a form about a new follow-up; gives its id.
    async fn about_one(&mut self, deed: &str, fields: &[(&str, &str)], action: &str) -> String {
        let id = self.followup().await;
        self.sends(Who::Nurse, (&format!("/staff/followups/{{id}}/{deed}"), &id), fields, action).await;
        id
    }

    async fn followups(&mut self) {
        let new = [
            ("name", "王先生"),
            ("phone", "13900139000"),
            ("reason", "复查"),
            ("services", "ldct-review"),
            ("due_from", "2026-11-24"),
            ("due_to", "2026-12-20"),
        ];
        self.sends(Who::Nurse, ("/staff/followups", ""), &new, "make").await;
        let id = self.followup().await;
        let edited = [&[("phone", PHONE), ("owner", "zhang"), ("urgency", "soon")], &new[..]].concat();
        self.sends(Who::Nurse, ("/staff/followups/{id}/edit", &id), &edited, "edit").await;
        self.about_one("note", &[("note", "看看")], "note").await;
        let id = self.followup().await;
        let seen = self.nurse.get(&format!("/api/v1/staff/followups/{id}")).await.json();
        let message = seen["message_id"].as_str().expect("a name");
        self.sends(Who::Nurse, ("/staff/followups/{id}/sent", &id), &[("message", message)], "sent").await;
        self.sends(Who::Nurse, ("/staff/followups/{id}/unsent", &id), &[], "unsent").await;
        let called = [("outcome", "agreed"), ("from", "/staff/lists/calls")];
        let id = self.about_one("call", &called, "call").await;
        let told = self.nurse.get("/staff/lists/calls").await.text;
        let call = hidden(&told, "call");
        self.sends(Who::Nurse, ("/staff/followups/{id}/uncall", &id), &[("call", &call)], "uncall").await;
        let locked = self.followup().await;
        let record = self.world.app.db.followup(&locked).await.expect("the database").expect("a follow-up");
        let link = self.world.app.secrets.link_token(&locked, record.link_generation);
        let mut stranger = self.world.client();
        for _ in 0..5 {
            stranger.form(&format!("/f/{link}/identify"), &[("ending", "0000")]).await;
        }
        self.sends(Who::Nurse, ("/staff/followups/{id}/unlock", &locked), &[], "unlock").await;
        self.about_one("relink", &[], "relink").await;
        self.about_one("withdraw", &[("reason", "重复建的")], "withdraw").await;
        self.about_one("erase", &[("reason", "by-phone"), ("sure", "yes")], "erase").await;
        self.about_one("data", &[("checked", "yes")], "copy").await;
        let ends = [("outcome", "clear"), ("next", "end"), ("ending", "completed")];
        self.about_one("outcome", &ends, "outcome").await;
        for (deed, (slot, booked), more, action) in [
            ("record", ("ldct-review-2026-11-23-1000", "override"), ("action", "arrive"), "arrive"),
            ("cancel", ("ldct-review-2026-11-26-1000", "book"), ("whose", "patient"), "cancel"),
        ] {
            let book = [("slot", slot), ("asked", "yes"), ("reason", "请她来")];
            let id = self.about_one("book", &book, booked).await;
            let record = self.world.app.db.followup(&id).await.expect("the database").expect("a follow-up");
            let appointment = record.latest.expect("an appointment").id;
            let address = format!("/staff/followups/{{id}}/{deed}");
            let fields = [more, ("appointment", appointment.as_str())];
            self.sends(Who::Nurse, (&address, &id), &fields, action).await;
        }
        let asked = self.world.followup().await;
        let mut patient = self.world.patient(&asked).await;
        let question = [("question", "要空腹吗？"), ("key", &*secrets::fresh_id())];
        patient.form(&format!("/f/{}/ask", asked.token), &question).await;
        let question = self.world.app.db.questions(&asked.row.id).await.expect("the database")[0].id.clone();
        let fields = [("question", question.as_str()), ("answer", "不用")];
        self.sends(Who::Nurse, ("/staff/followups/{id}/answer", &asked.row.id), &fields, "answer").await;
    }

    async fn referrals(&mut self) {
        let refer = [("hospital", THERE), ("reason", "离家近")];
        for (who, deed) in [(Who::Nurse, "recall"), (Who::There, "hand-back"), (Who::There, "take-over")] {
            let id = self.about_one("refer", &refer, "refer").await;
            let referral = latest(self.world, &id).await;
            let fields = [("referral", referral.as_str()), ("answer", "好")];
            self.sends(who, (&format!("/staff/followups/{{id}}/{deed}"), &id), &fields, deed).await;
            if deed == "take-over" {
                self.sends(Who::There, ("/staff/followups/{id}/return", &id), &fields, "return").await;
            }
        }
    }

    async fn home_care(&mut self) {
        let deeds: [(&str, Fields<'_>, &str); 7] = [
            ("assess", &[("verdict", "yes")], "accept-home-care"),
            (
                "plan",
                &[("day", "2026-11-25"), ("from", "09:00"), ("to", "10:00"), ("nurse", "zhang")],
                "plan-home-care",
            ),
            ("outcome", &[("outcome", "done")], "finish-home-care"),
            ("withdraw", &[], "withdraw-home-care"),
            ("unlock", &[], "unlock-home-care"),
            ("data", &[("checked", "yes")], "copy-home-care"),
            ("erase", &[("reason", "by-phone"), ("sure", "yes")], "erase-home-care"),
        ];
        for (deed, fields, action) in deeds {
            let list = async |which: CareLists| {
                let any = Moment(4_000_000_000_000);
                self.world.app.db.care_list(HERE, which, any, &After::lowest(), 9).await.expect("the database")
            };
            let mut open = list(CareLists::Open).await;
            open.extend(list(CareLists::Planned).await);
            if open.is_empty() {
                let (_, link) = crate::home_care::asks(self.world).await;
                if deed == "unlock" {
                    for _ in 0..5 {
                        let mut stranger = self.world.client();
                        stranger.form(&format!("{link}/identify"), &[("ending", "0000")]).await;
                    }
                }
                open = list(CareLists::Open).await;
            }
            let (id, version) = (open[0].id.clone(), open[0].version.to_string());
            let fields = [fields, &[("version", version.as_str())]].concat();
            if deed == "outcome" {
                // Nobody has been there before the day has come.
                self.later(3).await;
            }
            self.sends(Who::Nurse, (&format!("/staff/home-care/{{id}}/{deed}"), &id), &fields, action).await;
        }
    }

    /// Lets days pass; everybody signs in again.
    async fn later(&mut self, days: i64) {
        self.world.app.clock.set(Moment(self.world.app.now().0 + days * 86_400_000));
        self.nurse = self.world.nurse().await;
        for (name, client) in [("admin", &mut self.administrator), ("wu", &mut self.manager), ("zhao", &mut self.there)]
        {
            let login = json!({ "name": name, "password": "another" });
            client.json("POST", "/api/v1/staff/session", &login, &[]).await;
        }
    }

    async fn timetable(&mut self) {
        let room = [("service", "gastroscopy"), ("room", "二号室"), ("every", "30"), ("minutes", "30")];
        let hours = [("from", "15:00"), ("until", "16:00"), ("capacity", "1")];
        let weekly = [&room[..], &hours, &[("weekday", "wednesday"), ("valid_from", "2026-11-24")]].concat();
        self.sends(Who::Manager, ("/staff/schedules/templates", ""), &weekly, "add-weekly-times").await;
        let day = [("first", "2026-12-24"), ("last", "2026-12-24"), ("reason", "检修")];
        let closing = [&[("service", "gastroscopy")][..], &day].concat();
        self.sends(Who::Manager, ("/staff/schedules/closings", ""), &closing, "add-exception").await;
        let extra =
            [&room[..], &hours, &[("first", "2026-12-05"), ("last", "2026-12-05"), ("reason", "加号")]].concat();
        self.sends(Who::Manager, ("/staff/schedules/extras", ""), &extra, "add-exception").await;
        let expert = [("expert", "陈医生"), ("home", "江苏省肿瘤医院"), ("speciality", "肺结节")];
        let visit = [&room[..1], &[("room", "专家门诊")], &room[2..], &hours, &expert, &[("first", "2026-12-02")]];
        self.sends(Who::Manager, ("/staff/schedules/visits", ""), &visit.concat(), "add-visit").await;
        self.sends(Who::Manager, ("/staff/schedules/clear", ""), &[("sure", "yes")], "clear-timetable").await;
        let at = At { hospital: HERE, now: self.world.app.now() };
        let known = self.world.app.db.timetable(at).await.expect("the database");
        let template = known.templates.iter().find(|template| template.room == "二号室").expect("weekly times");
        let (exception, visit) = (&known.exceptions[0].id, &known.visits[0].id);
        let ends = [("until_day", "2026-12-30"), ("sure", "yes")];
        for (address, id, fields, action) in [
            ("templates/{id}/end", &template.id, &ends[..], "end-weekly-times"),
            ("exceptions/{id}/cancel", exception, &ends[1..], "cancel-exception"),
            ("visits/{id}/confirm", visit, &ends[1..], "confirm-visit"),
            ("visits/{id}/cancel", visit, &[("reason", "有手术"), ("sure", "yes")], "cancel-visit"),
        ] {
            self.sends(Who::Manager, (&format!("/staff/schedules/{address}"), id), fields, action).await;
        }
        let closing = [&[("service", "ldct-review")][..], &day, &[("sure", "yes")]].concat();
        self.sends(Who::Nurse, ("/staff/closures", ""), &closing, "close-clinic").await;
        let closures = self.world.app.db.closures(HERE, self.world.app.now()).await.expect("the database");
        self.sends(Who::Nurse, ("/staff/closures/{closure}/undo", &closures[0].id), &[], "undo-closing").await;
    }

    async fn accounts(&mut self) {
        let li = [("name", "li"), ("display", "李"), ("roles", "nurse")];
        self.sends(Who::Administrator, ("/staff/accounts", ""), &li, "add-account").await;
        let roles = [("roles", "coordinator")];
        self.sends(Who::Administrator, ("/staff/accounts/{name}/roles", "li"), &roles, "change-roles").await;
        self.sends(Who::Administrator, ("/staff/accounts/{name}/disable", "li"), &[], "disable-account").await;
        self.sends(Who::Administrator, ("/staff/accounts/{name}/reset", "li"), &[], "reset-account").await;
        let password = [("current", PASSWORD), ("new", "quite another one"), ("again", "quite another one")];
        self.sends(Who::Nurse, ("/staff/password", ""), &password, "change-password").await;
    }
}

/// Addresses whose forms another test sends: what they write names nobody but who sends it, or they write nothing.
const ELSEWHERE: [&str; 5] =
    ["/staff/login", "/staff/logout", "/staff/search", "/staff/batches", "/staff/batches/left.csv"];

#[tokio::test]
async fn every_form_of_the_console_stands_in_the_log_once_with_who_what_and_in_which_roles() {
    every_form(Log::Works).await;
}

#[tokio::test]
async fn what_cannot_be_logged_is_not_done() {
    every_form(Log::BreaksOnce).await;
}

async fn every_form(log: Log) {
    let world = World::new().await;
    let mut round = Round::new(&world, log).await;
    round.followups().await;
    round.referrals().await;
    round.timetable().await;
    round.home_care().await;
    round.accounts().await;
    let mut sent = round.sent;
    sent.extend(ELSEWHERE.map(str::to_owned));
    assert_eq!(sent, addresses(), "every address has a form here, and no other");
}

#[tokio::test]
async fn a_table_is_taken_with_its_line_or_not_at_all() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let key = secrets::fresh_id();
    let page = look(&mut nurse, ("名单.csv", "姓名,手机号\n王一,13800000001\n".as_bytes()), &key).await;
    let before = (state(&world.app.db).await, log(&world, HERE).await.len());
    world.app.clock.set(Moment(world.app.now().0 + 1));
    break_log(&world.app.db).await;
    let refused = confirm(&mut nurse, &page, &key, None).await;
    mend_log(&world.app.db).await;
    assert!(refused.status.is_server_error(), "{}", refused.status);
    assert_eq!(state(&world.app.db).await, before.0);
    let taken = confirm(&mut nurse, &page, &key, None).await;
    through(&mut nurse, taken.location()).await;
    let lines = log(&world, HERE).await.split_off(before.1);
    let imports: Vec<&AuditRow> = lines.iter().filter(|line| line.action == "import").collect();
    assert_eq!(imports.len(), 1, "{lines:?}");
    assert!(!imports[0].object.is_empty() && imports[0].roles == "coordinator nurse", "{lines:?}");
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
        "CREATE OR REPLACE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken'; END $$",
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
                       (SELECT MAX(password_hash) FROM staff WHERE name = 'zhang') || '/' || \
                       (SELECT COUNT(*) FROM staff_roles) || '/' || (SELECT COUNT(*) FROM batches) || '/' || \
                       (SELECT COUNT(*) FROM questions WHERE answered IS NULL) || '/' || \
                       (SELECT COALESCE(SUM(version), 0) FROM home_care) || '/' || (SELECT COUNT(*) FROM slots) || '/' || \
                       (SELECT COUNT(*) FROM schedule_templates) || '/' || (SELECT COUNT(*) FROM schedule_exceptions) \
                       || '/' || (SELECT COUNT(*) FROM schedule_visits)";
    match db {
        Db::Sqlite { read, .. } => sqlx::raw_sql(SQL).fetch_one(read).await.expect("the state").get(0),
        Db::Postgres(pool) => sqlx::raw_sql(SQL).fetch_one(pool).await.expect("the state").get(0),
    }
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
    let lines: Vec<(String, String)> =
        log(&world, HERE).await.into_iter().map(|line| (line.staff, line.action)).collect();
    let expected = [("zhang", "sign-in-refused"), ("", "sign-in-refused"), ("zhang", "sign-in"), ("zhang", "sign-out")];
    for (staff, action) in expected {
        assert!(lines.iter().any(|line| line.0 == staff && line.1 == action), "{staff} {action}: {lines:?}");
    }
    let mut auditor = world.staff("auditor", "zhuzhou-2", Role::Auditor).await;
    let page = auditor.get("/staff/audit").await.text;
    assert!(page.contains("（没有这个账号）") && !page.contains("hunter2"), "{page}");
}
