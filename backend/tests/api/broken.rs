//! Records that do not open or do not read, and a clock that jumps: each costs only itself.

use crate::world::{Client, World, secrets};
use axum::http::StatusCode;
use serde_json::json;
use zaoshai_backend::app::UNREADABLE;
use zaoshai_backend::db::Db;
use zaoshai_backend::db::calls::NewNote;
use zaoshai_backend::{pathway, secrets};
use zaoshai_contract::civil::Moment;
use zaoshai_contract::ids::SlotId;
use zaoshai_contract::roles::Role;
use zaoshai_contract::staff::FollowUpDetail;

const HOUR: i64 = 3_600_000;

/// Changes rows as no part of the product would.
pub async fn spoil(world: &World, sql: &str) {
    let sql = sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned()));
    let rows = match &world.app.db {
        Db::Sqlite { write, .. } => sql.execute(write).await.expect("changed").rows_affected(),
        Db::Postgres(pool) => sql.execute(pool).await.expect("changed").rows_affected(),
    };
    assert!(rows > 0, "nothing was changed");
}

/// Makes a follow-up under another name.
async fn named(nurse: &mut Client, name: &str) -> FollowUpDetail {
    let mut new = crate::world::new_followup();
    new["name"] = json!(name);
    let key = secrets::fresh_id();
    let answer = nurse.json("POST", "/api/v1/staff/followups", &new, &[("idempotency-key", &key)]).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    serde_json::from_str(&answer.text).expect("a follow-up")
}

/// The first free slot of a patient.
async fn first_slot(patient: &mut Client, followup: &FollowUpDetail) -> String {
    let plan = patient.get(&format!("/api/v1/followups/{}/plan?view=move", followup.token)).await.json();
    let slot = plan["days"].as_array().into_iter().flatten().find_map(|day| {
        day["slots"].as_array().or_else(|| day.as_array()).and_then(|slots| slots[0]["id"].as_str()).map(str::to_owned)
    });
    slot.unwrap_or_else(|| panic!("no free slot in {plan}"))
}

async fn hold(patient: &mut Client, followup: &FollowUpDetail, slot: &str) {
    let path = format!("/api/v1/followups/{}/hold", followup.token);
    let answer =
        patient.json("POST", &path, &json!({ "slot": slot }), &[("idempotency-key", &secrets::fresh_id())]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
}

async fn taken(world: &World, slot: &str) -> i64 {
    let id = SlotId::parse(slot).expect("an id");
    world.app.db.occupancy(&id).await.expect("the database").expect("a slot").0
}

#[tokio::test]
async fn a_record_sealed_with_another_key_shows_that_in_its_place_and_every_page_is_there() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let (lost, kept) = (named(&mut nurse, "陈阿姨").await, named(&mut nurse, "周先生").await);
    let (id, link) = (lost.row.id.clone(), format!("/f/{}", lost.token));
    let mut patient = world.patient(&lost).await;
    let key = secrets::fresh_id();
    patient.form(&format!("{link}/ask"), &[("question", "要空腹吗"), ("key", &key)]).await;
    patient.form(&format!("{link}/helper"), &[("name", "女儿"), ("consent", "yes"), ("key", &key)]).await;
    let now = world.app.now();
    let note = NewNote { id: "note-1".to_owned(), text_sealed: "00".to_owned(), staff: "zhang".to_owned() };
    world.app.db.add_note(&id, &note, now).await.expect("the database").expect("a note");
    for (table, columns) in [
        ("followups", "name_sealed = '00', phone_sealed = 'no hex', reason_sealed = '00', letter_sealed = '00'"),
        ("questions", "text_sealed = '00'"),
    ] {
        let key = if table == "followups" { "id" } else { "followup" };
        spoil(&world, &format!("UPDATE {table} SET {columns} WHERE {key} = '{id}'")).await;
    }
    let found = nurse.form("/staff/search", &[("q", lost.row.code.as_str())]).await.location().to_owned();
    for path in [
        "/staff".to_owned(),
        "/staff/lists/waiting".to_owned(),
        found,
        format!("/staff/followups/{id}"),
        format!("/staff/followups/{id}/letter"),
        "/api/v1/staff/followups".to_owned(),
        format!("/api/v1/staff/followups/{id}"),
    ] {
        let answer = nurse.get(&path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
        assert!(path == "/staff" || answer.text.contains(UNREADABLE), "{path}: {}", answer.text);
        if path.ends_with("waiting") {
            assert!(answer.text.contains("周先生"), "{path} shows the others as before");
        }
    }
    let form = nurse.get(&format!("/staff/followups/{id}/edit")).await;
    assert_eq!(form.status, StatusCode::OK, "{}", form.text);
    assert!(!form.text.contains(UNREADABLE), "the words for it are never stored in the place of a name");
    for path in [link.clone(), format!("{link}?view=questions"), format!("{link}?view=data")] {
        let page = patient.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text);
    }
    assert!(nurse.get(&format!("/staff/followups/{}", kept.row.id)).await.text.contains("周先生"));
}

#[tokio::test]
async fn a_request_for_nursing_at_home_that_does_not_open_or_read_costs_no_list() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let links = [crate::home_care::asks(&world).await, crate::home_care::asks(&world).await];
    assert_ne!(links[0].1, links[1].1);
    spoil(
        &world,
        "UPDATE home_care SET name_sealed = '00', consent = 'no list' WHERE id = (SELECT MIN(id) FROM home_care)",
    )
    .await;
    let list = nurse.get("/staff/home-care").await;
    assert_eq!(list.status, StatusCode::OK, "{}", list.text);
    assert!(list.text.contains(UNREADABLE) && list.text.contains("王奶奶"), "{}", list.text);
    for (mut person, link) in links {
        let page = person.get(&link).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    }
    let ids = list.text.split("href=\"/staff/home-care/").skip(1).filter_map(|rest| rest.split('"').next());
    for id in ids.map(str::to_owned).collect::<Vec<_>>() {
        let page = nurse.get(&format!("/staff/home-care/{id}")).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    }
}

/// A follow-up whose texts do not open, one whose step does not read, and a request for nursing at home of each kind.
struct Spoilt {
    sealed: FollowUpDetail,
    unread: FollowUpDetail,
    care: [(String, String); 2],
}

impl Spoilt {
    async fn of(world: &World, nurse: &mut Client) -> Self {
        let (sealed, unread) = (named(nurse, "陈阿姨").await, named(nurse, "周先生").await);
        let mut patient = world.patient(&sealed).await;
        let (id, link) = (sealed.row.id.as_str(), format!("/f/{}", sealed.token));
        let key = secrets::fresh_id();
        patient.form(&format!("{link}/ask"), &[("question", "要空腹吗"), ("key", &key)]).await;
        patient.form(&format!("{link}/helper"), &[("name", "女儿"), ("consent", "yes"), ("key", &key)]).await;
        let note = NewNote { id: "note-1".to_owned(), text_sealed: "00".to_owned(), staff: "zhang".to_owned() };
        world.app.db.add_note(id, &note, world.app.now()).await.expect("the database").expect("a note");
        let fields = [("hospital", "anqing-2"), ("reason", "要做超声内镜"), ("key", key.as_str())];
        let referred = nurse.form(&format!("/staff/followups/{id}/refer"), &fields).await;
        assert_eq!(referred.status, StatusCode::SEE_OTHER, "{}", referred.text);
        let mut care = Vec::new();
        for _ in 0..2 {
            let (_, link) = crate::home_care::asks(world).await;
            let list = nurse.get("/staff/home-care").await.text;
            let ids = list.split("href=\"/staff/home-care/").skip(1).filter_map(|rest| rest.split('"').next());
            let new = |id: &&str| id.len() == 32 && care.iter().all(|(_, known): &(String, String)| known != id);
            let id = ids.clone().find(new).unwrap_or_else(|| panic!("no request in {list}")).to_owned();
            care.push((link, id));
        }
        let unread_id = unread.row.id.as_str();
        let texts = "name_sealed = '00', phone_sealed = 'no hex', reason_sealed = '00'";
        for sql in [
            format!("UPDATE followups SET {texts}, letter_sealed = '00' WHERE id = '{id}'"),
            format!("UPDATE questions SET text_sealed = '00' WHERE followup = '{id}'"),
            format!("UPDATE helpers SET name_sealed = '00' WHERE followup = '{id}'"),
            format!("UPDATE referrals SET reason_sealed = '00' WHERE followup = '{id}'"),
            format!("UPDATE steps SET services = 'no list', due_from = 'no day' WHERE followup = '{unread_id}'"),
            format!(
                "UPDATE home_care SET {texts}, area_sealed = '00', address_sealed = '00', need_sealed = '00', \
                 relation_sealed = '00', consent = 'no list' WHERE id = '{}'",
                care[0].1
            ),
            format!(
                "UPDATE home_care SET visit_day = 'no day', visit_from = 60, visit_to = 120 WHERE id = '{}'",
                care[1].1
            ),
        ] {
            spoil(world, &sql).await;
        }
        Self { sealed, unread, care: care.try_into().expect("two") }
    }
}

#[tokio::test]
async fn no_page_and_no_form_fails_for_what_does_not_open_or_read() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let broken = Spoilt::of(&world, &mut nurse).await;
    let mut there = world.staff("zhao", "anqing-2", Role::Coordinator).await;
    let mut auditor = world.staff("shen", "zhuzhou-2", Role::Auditor).await;
    let mut visitor = world.client();
    let (sealed, unread) = (broken.sealed.row.id.as_str(), broken.unread.row.id.as_str());
    for path in
        ["/staff", "/staff/lists/waiting", "/staff/questions", "/staff/followups.csv", "/api/v1/staff/followups"]
    {
        let answer = nurse.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
        assert!(path == "/staff" || answer.text.contains(UNREADABLE), "{path}: {}", answer.text);
    }
    for (path, shows) in [
        (format!("/staff/followups/{sealed}"), UNREADABLE),
        (format!("/staff/followups/{sealed}/letter"), UNREADABLE),
        (format!("/staff/followups/{sealed}/rights"), UNREADABLE),
        (format!("/staff/followups/{sealed}/edit"), "改随访"),
        (format!("/api/v1/staff/followups/{sealed}"), UNREADABLE),
        (format!("/staff/followups/{unread}"), "这条记录有一部分读不出"),
        (format!("/staff/followups/{unread}/letter"), "周先生"),
        (format!("/staff/followups/{unread}/rights"), "周先生"),
        (format!("/staff/followups/{unread}/edit"), "周先生"),
        (format!("/api/v1/staff/followups/{unread}"), "这条记录有一部分读不出"),
        ("/staff/home-care".to_owned(), UNREADABLE),
        ("/staff/home-care/lists/open".to_owned(), UNREADABLE),
        (format!("/staff/home-care/{}", broken.care[0].1), UNREADABLE),
        (format!("/staff/home-care/{}/rights", broken.care[0].1), UNREADABLE),
        (format!("/staff/home-care/{}", broken.care[1].1), "王奶奶"),
        (format!("/staff/home-care/{}/rights", broken.care[1].1), "王奶奶"),
    ] {
        let answer = nurse.get(&path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
        assert!(answer.text.contains(shows), "{path}: {}", answer.text);
    }
    let asked = there.get(&format!("/staff/followups/{sealed}")).await;
    assert!(asked.status == StatusCode::OK && asked.text.contains(UNREADABLE), "{}", asked.text);
    for path in ["/staff/audit", "/staff/audit.csv"] {
        assert_eq!(auditor.get(path).await.status, StatusCode::OK, "{path}");
    }
    let link = format!("/f/{}", broken.unread.token);
    for view in ["", "?view=days", "?view=questions", "?view=helpers", "?view=data", "?view=erase"] {
        let page = visitor.get(&format!("{link}{view}")).await;
        assert_eq!(page.status, StatusCode::CONFLICT, "{view}: {}", page.text);
        assert!(page.text.contains("0731-"), "{view} says whom to call: {}", page.text);
    }
    for path in [format!("{link}/appointment.ics"), format!("/api/v1/followups/{}/plan", broken.unread.token)] {
        assert_eq!(visitor.get(&path).await.status, StatusCode::CONFLICT, "{path}");
    }
    let ending = [("ending", "8000"), ("agreed", "x")];
    for deed in ["identify", "hold", "confirm", "release", "cancel", "book", "wait", "ask", "helper", "act", "erase"] {
        let path = format!("{link}/{deed}");
        let answer = visitor.form(&path, &ending).await;
        assert!(!answer.status.is_server_error(), "{path}: {}", answer.text);
    }
    for deed in ["call", "note", "answer", "outcome", "book", "cancel", "unlock", "relink", "refer", "data"] {
        for id in [sealed, unread] {
            let key = secrets::fresh_id();
            let fields = [("note", "x"), ("outcome", "no-answer"), ("hospital", "anqing-2"), ("key", &key)];
            let path = format!("/staff/followups/{id}/{deed}");
            let answer = nurse.form(&path, &fields).await;
            assert!(!answer.status.is_server_error(), "{path}: {}", answer.text);
        }
    }
    for (path, id) in &broken.care {
        for deed in ["", "/identify"] {
            let answer = match deed {
                "" => visitor.get(path).await,
                deed => visitor.form(&format!("{path}{deed}"), &[("ending", "8000")]).await,
            };
            assert!(!answer.status.is_server_error(), "{path}{deed}: {}", answer.text);
        }
        for deed in ["assess", "plan", "outcome", "unlock", "data", "withdraw", "erase"] {
            let key = secrets::fresh_id();
            let page = nurse.get(&format!("/staff/home-care/{id}")).await.text;
            let has_forms = page.contains("name=\"version\"");
            let version = if has_forms { crate::batches::hidden(&page, "version") } else { String::new() };
            let fields =
                [("verdict", "yes"), ("version", &version), ("key", &key), ("sure", "yes"), ("reason", "by-phone")];
            let answer = nurse.form(&format!("/staff/home-care/{id}/{deed}"), &fields).await;
            assert!(!answer.status.is_server_error(), "{deed}: {}", answer.text);
        }
    }
    // Whoever's record does not read can leave and be deleted like everybody.
    let ended = nurse.form_once(&format!("/staff/followups/{unread}/withdraw"), &[("reason", "重复建的")]).await;
    assert_eq!(ended.status, StatusCode::SEE_OTHER, "{}", ended.text);
    assert_eq!(visitor.get(&link).await.status, StatusCode::GONE);
}

#[tokio::test]
async fn who_cannot_be_checked_is_told_to_call_and_a_nurse_mends_the_record() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let broken = Spoilt::of(&world, &mut nurse).await;
    let mut visitor = world.client();
    let links = [format!("/f/{}", broken.sealed.token), broken.care[0].0.clone()];
    for link in &links {
        // No try can be right, so none is counted and no link is locked.
        for _ in 0..6 {
            let answer = visitor.form(&format!("{link}/identify"), &[("ending", "8000")]).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{link}: {}", answer.text);
            let page = visitor.get(answer.location()).await;
            for words in ["医院存的记录有一部分读不出", "请打电话给医院", "0731-"] {
                assert!(page.text.contains(words), "{link}: {words}: {}", page.text);
            }
        }
    }
    let identify = format!("/api/v1/followups/{}/identify", broken.sealed.token);
    let answer = visitor.json("POST", &identify, &json!({ "ending": "8000" }), &[]).await;
    assert_eq!(answer.code(), "unreadable");
    for (followup, name) in [(&broken.sealed, "陈阿姨"), (&broken.unread, "周先生")] {
        let edit = format!("/staff/followups/{}/edit", followup.row.id);
        let version = crate::batches::hidden(&nurse.get(&edit).await.text, "version");
        let fields = [
            ("name", name),
            ("phone", crate::world::PHONE),
            ("reason", "小结节，3 个月复查"),
            ("services", "ldct-review"),
            ("due_from", "2026-11-23"),
            ("due_to", "2026-12-04"),
            ("owner", "zhang"),
            ("version", &version),
            ("another", "yes"),
        ];
        let saved = nurse.form_once(&edit, &fields).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
        let mut patient = world.patient(followup).await;
        let page = patient.get(&format!("/f/{}", followup.token)).await;
        assert!(page.status == StatusCode::OK && page.text.contains(name), "{}", page.text);
        first_slot(&mut patient, followup).await;
    }
}

#[tokio::test]
async fn a_broken_record_stays_in_the_lists_with_a_mark_and_stops_no_round_of_the_clock() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let mut people = Vec::new();
    for name in ["甲女士", "乙女士", "丙女士"] {
        let followup = named(&mut nurse, name).await;
        let mut patient = world.patient(&followup).await;
        let slot = first_slot(&mut patient, &followup).await;
        hold(&mut patient, &followup, &slot).await;
        people.push((followup, patient, slot));
    }
    let before: i64 = {
        let mut sum = 0;
        for slot in people.iter().map(|(.., slot)| slot).collect::<std::collections::BTreeSet<_>>() {
            sum += taken(&world, slot).await;
        }
        sum
    };
    assert_eq!(before, 3);
    // The first in every order: by time, by moment and by name.
    let broken = people[0].0.row.id.clone();
    spoil(&world, &format!("UPDATE steps SET services = 'no list', due_from = 'no day' WHERE followup = '{broken}'"))
        .await;
    for path in ["/staff/lists/waiting", "/staff/followups.csv", "/api/v1/staff/followups"] {
        let list = nurse.get(path).await;
        assert_eq!(list.status, StatusCode::OK, "{path}: {}", list.text);
        for name in ["甲女士", "乙女士", "丙女士"] {
            assert!(list.text.contains(name), "{path} hides nobody: {}", list.text);
        }
        assert!(list.text.contains("这条记录有一部分读不出"), "{path}: {}", list.text);
    }
    world.app.clock.set(Moment(world.app.now().0 + 16 * 60_000));
    assert_eq!(pathway::release_lapsed(&world.app).await.expect("a round"), 3);
    for (followup, ..) in &people[1..] {
        let record = world.app.db.followup(&followup.row.id).await.expect("the database").expect("a follow-up");
        assert!(record.held.is_none(), "{} is not kept from the others", record.code);
    }
    // Everybody waits, the broken one longest; a place that becomes free goes to the next.
    for (n, (followup, ..)) in people.iter().enumerate() {
        let at = Moment(world.app.now().0 + i64::try_from(n).expect("small"));
        let before = Moment(at.0 + 60 * 24 * HOUR);
        world.app.db.wait(&followup.row.id, before, "patient", at).await.expect("the database").expect("waits");
    }
    assert!(pathway::offer_to_all(&world.app).await.expect("a round") >= 2, "the others are offered places");
    // A closing goes through the others too.
    assert_eq!(zaoshai_backend::timetable::refresh(&world.app).await.expect("the timetable"), 0);
    spoil(&world, "UPDATE slots SET closure = 'timetable' WHERE taken > 0").await;
    let told = pathway::clear_closed(&world.app).await.expect("a round");
    assert!(told >= 2, "{told}");
}

#[tokio::test]
async fn a_clock_that_jumps_forward_and_back_loses_no_booking_and_gives_no_place_twice() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let (one, two) = (named(&mut nurse, "甲女士").await, named(&mut nurse, "乙女士").await);
    let (mut first, mut second) = (world.patient(&one).await, world.patient(&two).await);
    let slot = first_slot(&mut first, &one).await;
    let start = world.app.now();
    hold(&mut first, &one, &slot).await;
    world.app.clock.set(Moment(start.0 - 2 * HOUR));
    pathway::release_lapsed(&world.app).await.expect("a round");
    assert_eq!(taken(&world, &slot).await, 1, "a clock that goes back ends no hold");
    let agreed = json!({ "agreed": ["pregnancy"] });
    let path = format!("/api/v1/followups/{}/confirm", one.token);
    let sure = first.json("POST", &path, &agreed, &[("idempotency-key", &secrets::fresh_id())]).await;
    assert_eq!(sure.json()["done"], "booked", "{}", sure.text);
    hold(&mut second, &two, &slot).await;
    world.app.clock.set(Moment(start.0 + 20 * 60_000));
    pathway::release_lapsed(&world.app).await.expect("a round");
    assert_eq!(taken(&world, &slot).await, 1, "the hold of the other is over, the booking stands");
    world.app.clock.set(start);
    let record = world.app.db.followup(&one.row.id).await.expect("the database").expect("a follow-up");
    assert_eq!(record.firm().map(|firm| firm.slot.id.as_str()), Some(slot.as_str()));
    hold(&mut second, &two, &slot).await;
    assert_eq!(taken(&world, &slot).await, 2, "and the other can choose again");
    assert!(world.app.db.miscounted_slots().await.expect("the database").is_empty());
    assert!(world.app.db.unexplained_appointments().await.expect("the database").is_empty());
}

#[tokio::test]
async fn a_key_fits_its_own_database_and_no_other() {
    use zaoshai_backend::keys::{self, Fit};
    let world = World::new().await;
    let db = &world.app.db;
    let other = secrets::Secrets::new(&[8; 32]);
    assert_eq!(keys::fit(db, &secrets()).await.expect("the database"), Fit::Empty);
    world.followup().await;
    assert_eq!(keys::fit(db, &secrets()).await.expect("the database"), Fit::OpensRecords);
    assert_eq!(keys::fit(db, &other).await.expect("the database"), Fit::Other);
    keys::replace(db, &other).await.expect("the database");
    assert_eq!(keys::fit(db, &secrets()).await.expect("the database"), Fit::Other);
    assert_eq!(keys::fit(db, &other).await.expect("the database"), Fit::Opens);
}
