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
use zaoshai_contract::staff::FollowUpDetail;

const HOUR: i64 = 3_600_000;

/// Changes rows as no part of the product would.
async fn spoil(world: &World, sql: &str) {
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
    world.app.db.add_note(&id, &note, now).await.expect("a note");
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
        assert!(answer.text.contains(UNREADABLE), "{path}: {}", answer.text);
        if path.ends_with("/staff") || path.ends_with("waiting") {
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
    for path in ["/staff", "/staff/lists/waiting", "/staff/followups.csv", "/api/v1/staff/followups"] {
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
        world.app.db.wait(&followup.row.id, before, "patient", at).await.expect("waits");
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
