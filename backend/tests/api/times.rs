//! Which times can be chosen, by whom and until when: due windows, cut-offs, pages of days, holds, offers and what a phone's
//! calendar still holds.

use crate::world::{Answer, Client, World, new_followup, sent};
use axum::http::StatusCode;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use zaoshai_backend::db::closures::Closure;
use zaoshai_backend::db::slots::NewSlot;
use zaoshai_backend::db::steps::{Next, StepEnd};
use zaoshai_backend::{pathway, secrets};
use zaoshai_contract::appointments::AWAKE;
use zaoshai_contract::civil::{CivilDate, Moment};
use zaoshai_contract::followups::Outcome;
use zaoshai_contract::ids::SlotId;
use zaoshai_contract::staff::FollowUpDetail;

const HOUR: i64 = 3_600_000;
const MINUTE: i64 = 60_000;

fn date(text: &str) -> CivilDate {
    CivilDate::parse(text).expect("a day")
}

/// A follow-up for a service, due between two days.
async fn due(world: &World, service: &str, from: &str, to: &str) -> FollowUpDetail {
    let mut nurse = world.nurse().await;
    let mut wish = new_followup();
    wish["services"] = json!([service]);
    wish["due_from"] = json!(from);
    wish["due_to"] = json!(to);
    let key = secrets::fresh_id();
    let answer = nurse.json("POST", "/api/v1/staff/followups", &wish, &[("idempotency-key", &key)]).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    serde_json::from_str(&answer.text).expect("a follow-up")
}

async fn plan(patient: &mut Client, followup: &FollowUpDetail, query: &str) -> Value {
    let answer = patient.get(&format!("/api/v1/followups/{}/plan{query}", followup.token)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    answer.json()
}

async fn page(patient: &mut Client, followup: &FollowUpDetail, query: &str) -> String {
    patient.get(&format!("/f/{}{query}", followup.token)).await.text
}

/// Sends a form of the link with a fresh key.
async fn does(patient: &mut Client, followup: &FollowUpDetail, deed: &str, fields: &[(&str, &str)]) -> Answer {
    let key = secrets::fresh_id();
    let fields: Vec<(&str, &str)> =
        fields.iter().copied().chain([("key", key.as_str()), ("agreed", "pregnancy")]).collect();
    patient.form(&format!("/f/{}/{deed}", followup.token), &fields).await
}

async fn books(patient: &mut Client, followup: &FollowUpDetail, slot: &str) {
    let answer = does(patient, followup, "book", &[("slot", slot)]).await;
    assert!(answer.location().contains("done="), "{slot}: {}", answer.location());
}

fn ids(plan: &Value) -> Vec<String> {
    let days = plan["days"].as_array().cloned().unwrap_or_default();
    let slots = days.iter().flat_map(|day| day["slots"].as_array().cloned().unwrap_or_default());
    slots.filter_map(|slot| slot["id"].as_str().map(str::to_owned)).collect()
}

fn starts(plan: &Value) -> Vec<Moment> {
    let days = plan["days"].as_array().cloned().unwrap_or_default();
    let slots = days.iter().flat_map(|day| day["slots"].as_array().cloned().unwrap_or_default());
    slots.filter_map(|slot| slot["starts"].as_i64().map(Moment)).collect()
}

/// Slots of a service, one place each, at these moments.
async fn opens(world: &World, service: &str, at: impl Iterator<Item = Moment>) {
    let slots: Vec<NewSlot> = at
        .map(|starts| NewSlot {
            id: SlotId::parse(&format!("{service}-{}", starts.0)).expect("an id"),
            clinic: world.app.library().hospital.clone(),
            service: service.to_owned(),
            room: "门诊".to_owned(),
            expert: String::new(),
            starts,
            minutes: 10,
            capacity: 1,
        })
        .collect();
    world.app.db.make_slots(&slots).await.expect("slots");
}

fn set(world: &World, day: &str, minute: u16) {
    world.app.clock.set(Moment::at(date(day), minute));
}

async fn sound(world: &World) {
    assert!(world.app.db.miscounted_slots().await.expect("the database").is_empty());
    assert!(world.app.db.unexplained_appointments().await.expect("the database").is_empty());
}

/// Ends the open step of a follow-up with a review, and opens what comes next.
async fn reviewed(world: &World, (followup, version): (&str, i64), next: &Next) {
    let (who, now) = ("zhang", world.app.now());
    let end = StepEnd { followup, version, outcome: Outcome::Review, next, who, sent: sent(), now };
    world.app.db.end_step(&end).await.expect("the database").expect("ended");
}

#[tokio::test]
async fn nothing_before_the_due_window_is_offered_to_or_accepted_from_the_patient() {
    let world = World::new().await;
    let followup = due(&world, "ldct-review", "2027-01-11", "2027-01-15").await;
    let mut patient = world.patient(&followup).await;
    let first = plan(&mut patient, &followup, "").await;
    let window = Moment::at(date("2027-01-11"), 0)..Moment::at(date("2027-01-16"), 0);
    assert!(!starts(&first).is_empty() && starts(&first).iter().all(|at| window.contains(at)), "{first}");
    assert!(first["after_window"].is_null());
    let shown = page(&mut patient, &followup, "").await;
    assert!(shown.contains("2027年1月15日 星期五") && !shown.contains("已经没有空位"), "{shown}");
    for early in ["ldct-review-2026-11-30-0830", "ldct-review-2027-01-08-1100"] {
        for deed in ["hold", "book"] {
            let refused = does(&mut patient, &followup, deed, &[("slot", early)]).await;
            assert!(refused.location().contains("problem=before-due"), "{deed} {early}: {}", refused.location());
        }
        // Nor is it taken anew as a hold that is over.
        let refused = does(&mut patient, &followup, "confirm", &[("slot", early)]).await;
        assert!(refused.location().contains("problem=before-due"), "{}", refused.location());
    }
    let told = page(&mut patient, &followup, "?problem=before-due").await;
    assert!(told.contains("早于医院请您来的日子"), "{told}");
    // A nurse may, and says why.
    let mut nurse = world.nurse().await;
    let path = format!("/staff/followups/{}/book", followup.row.id);
    let key = secrets::fresh_id();
    let wish = [("slot", "ldct-review-2026-11-30-0830"), ("asked", "yes"), ("key", key.as_str())];
    let refused = nurse.form(&path, &wish).await;
    assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.text.contains("早于随访的时间段"));
    let reasoned: Vec<(&str, &str)> = wish.into_iter().chain([("reason", "咳血，先来")]).collect();
    assert_eq!(nurse.form(&path, &reasoned).await.status, StatusCode::SEE_OTHER);
    sound(&world).await;
}

#[tokio::test]
async fn a_full_window_leads_to_later_times_under_their_notice_and_never_to_earlier_ones() {
    let world = World::new().await;
    let day = "2026-12-16";
    let full: Vec<String> = {
        let followup = due(&world, "ldct-review", day, day).await;
        let mut patient = world.patient(&followup).await;
        ids(&plan(&mut patient, &followup, "").await)
    };
    assert!(!full.is_empty());
    for slot in full.iter().flat_map(|slot| [slot, slot]) {
        let taker = due(&world, "ldct-review", day, day).await;
        books(&mut world.patient(&taker).await, &taker, slot).await;
    }
    let followup = due(&world, "ldct-review", day, day).await;
    let mut patient = world.patient(&followup).await;
    let later = plan(&mut patient, &followup, "").await;
    assert_eq!(later["after_window"], true);
    assert!(starts(&later).iter().all(|at| at.date() > date(day)), "{later}");
    for query in ["", "?view=days"] {
        let shown = page(&mut patient, &followup, query).await;
        assert!(shown.contains("您的时间段里已经没有空位"), "{query}: {shown}");
    }
    // Waiting is for a time of the window that somebody gives back, and that is what is offered.
    assert!(does(&mut patient, &followup, "wait", &[]).await.location().contains("done=waiting"));
    assert_eq!(pathway::offer_to_all(&world.app).await.expect("a round"), 0, "what is free lies before or after it");
    books(&mut patient, &followup, &ids(&later)[0]).await;
    sound(&world).await;
}

#[tokio::test]
async fn while_nothing_of_the_window_is_open_the_page_says_from_when_and_nobody_waits_in_vain() {
    let world = World::new().await;
    let followup = due(&world, "ldct-review", "2027-03-01", "2027-03-31").await;
    let mut patient = world.patient(&followup).await;
    let closed = plan(&mut patient, &followup, "").await;
    assert!(ids(&closed).is_empty());
    assert_eq!(closed["opens"], "2026-12-31");
    for query in ["", "?view=days"] {
        let shown = page(&mut patient, &followup, query).await;
        assert!(shown.contains("从 12月31日 星期四 起可以选时间"), "{shown}");
        assert!(!shown.contains("加入候补") && !shown.contains("已经没有空位"), "{shown}");
    }
    assert!(page(&mut patient, &followup, "").await.contains("2027年3月31日 星期三"));
    let refused = does(&mut patient, &followup, "wait", &[]).await;
    assert!(refused.location().contains("problem=too-early"), "{}", refused.location());
    assert!(world.app.db.waiting(&followup.row.id).await.expect("the database").is_none());
    set(&world, "2026-12-31", 0);
    let mut patient = world.patient(&followup).await;
    assert!(plan(&mut patient, &followup, "").await["opens"].is_null());
}

#[tokio::test]
async fn nobody_waits_for_a_time_that_is_earlier_than_the_earliest() {
    let world = World::without_timetable().await;
    let first = Moment::at(date("2026-12-01"), 0);
    opens(&world, "ldct-review", [first, first.plus_minutes(600)].into_iter()).await;
    let followup = due(&world, "ldct-review", "2026-12-01", "2026-12-04").await;
    let mut patient = world.patient(&followup).await;
    let shown = plan(&mut patient, &followup, "").await;
    assert_eq!((ids(&shown).len(), shown["may_wait"].as_bool()), (2, Some(false)));
    let refused = does(&mut patient, &followup, "wait", &[]).await;
    assert!(refused.location().contains("problem=nothing-earlier"), "{}", refused.location());
    // Once the first is gone it may come back.
    let other = due(&world, "ldct-review", "2026-12-01", "2026-12-04").await;
    books(&mut world.patient(&other).await, &other, &ids(&shown)[0]).await;
    assert!(does(&mut patient, &followup, "wait", &[]).await.location().contains("done=waiting"));
}

#[tokio::test]
async fn the_cut_off_comes_before_the_limit_of_a_list() {
    let world = World::without_timetable().await;
    let now = world.app.now();
    // Places every ten minutes, day and night, for twelve days; what begins within 72 hours cannot be chosen.
    opens(&world, "colonoscopy", (1..12 * 144).map(|n| now.plus_minutes(10 * n))).await;
    let followup = due(&world, "colonoscopy", "2026-11-23", "2026-12-04").await;
    let mut patient = world.patient(&followup).await;
    let shown = plan(&mut patient, &followup, "").await;
    assert_eq!(starts(&shown).first(), Some(&Moment(now.0 + 72 * HOUR)), "the first time after the cut-off");
    assert_eq!(shown["turn"]["times"], 16 * 6 + 8 * 144, "all of them are counted: {}", shown["turn"]);
}

/// Turns all pages; gives the days in the order in which they came.
async fn turns(mut turn: impl AsyncFnMut(&str) -> Value) -> Vec<CivilDate> {
    let (mut from, mut days) = (String::new(), Vec::new());
    loop {
        let shown = turn(&from).await;
        let before = days.len();
        for at in shown["times"].as_array().map_or_else(
            || starts(&shown),
            |times| times.iter().filter_map(|time| time["slot"]["starts"].as_i64().map(Moment)).collect(),
        ) {
            if days.last() != Some(&at.date()) {
                days.push(at.date());
            }
        }
        assert!(days.len() > before, "no page is empty: {shown}");
        let Some(after) = shown["turn"]["after"].as_str() else { return days };
        assert!(after > from.as_str(), "the way leads on");
        after.clone_into(&mut from);
    }
}

#[tokio::test]
async fn every_day_of_a_window_of_fifty_days_is_reached_by_patient_and_nurse() {
    let world = World::new().await;
    let followup = due(&world, "ldct-review", "2026-12-01", "2027-01-19").await;
    let mut patient = world.patient(&followup).await;
    let wanted: BTreeSet<CivilDate> = (0..50)
        .map(|n| date("2026-12-01").plus_days(n))
        .filter(|day| !day.weekday().is_weekend() || day.weekday().as_str() == "saturday")
        .collect();
    let mut seen = turns(async |from| plan(&mut patient, &followup, &query(from, "?view=days")).await).await;
    assert!(seen.len() > 30 && seen.is_sorted(), "{seen:?}");
    assert!(seen.iter().all(|day| wanted.contains(day) || day.weekday().is_weekend()), "{seen:?}");
    assert!(seen.contains(&date("2026-12-19")), "a Saturday in three weeks");
    let first = plan(&mut patient, &followup, "").await;
    assert_eq!(first["turn"]["days"], seen.len());
    let shown = page(&mut patient, &followup, "?view=days").await;
    assert!(shown.contains(&format!("共 {} 天有空", seen.len())) && shown.contains("后面的日子"), "{shown}");
    let last = page(&mut patient, &followup, &format!("?view=days&from={}", seen[seen.len() - 1])).await;
    assert!(last.contains("前面的日子") && !last.contains("后面的日子"), "{last}");

    books(&mut patient, &followup, &ids(&first)[0]).await;
    let moving = turns(async |from| plan(&mut patient, &followup, &query(from, "?view=move")).await).await;
    assert_eq!(moving, seen, "also when moving");

    let mut nurse = world.nurse().await;
    let path = format!("/api/v1/staff/followups/{}", followup.row.id);
    let staff = turns(async |from| {
        let query = if from.is_empty() { String::new() } else { format!("?times={from}") };
        nurse.get(&format!("{path}{query}")).await.json()
    })
    .await;
    assert_eq!(staff[0], seen[0], "the nurse's list begins at the window");
    seen.retain(|day| !staff.contains(day));
    assert!(seen.is_empty(), "and reaches all of it: {seen:?}");
    let before = nurse.get(&path).await.json()["turn"]["before"].as_str().map(str::to_owned);
    let before = before.expect("what lies before the window is reached by turning back");
    let turned = nurse.get(&format!("/staff/followups/{}?times={before}", followup.row.id)).await.text;
    assert!(turned.contains("早于随访的时间段") && turned.contains("optgroup"), "{turned}");
    sound(&world).await;
}

fn query(from: &str, view: &str) -> String {
    if from.is_empty() { view.to_owned() } else { format!("{view}&from={from}") }
}

#[tokio::test]
async fn a_rule_that_comes_into_force_meanwhile_refuses_at_that_very_moment() {
    let world = World::new().await;
    let followup = world.followup().await;
    set(&world, "2026-11-23", 8 * 60 + 25);
    let mut patient = world.patient(&followup).await;
    let early = "ldct-review-2026-11-24-0830";
    assert!(does(&mut patient, &followup, "hold", &[("slot", early)]).await.location().contains("done=held"));
    let held = plan(&mut patient, &followup, "").await["held"].clone();
    let cut_off = Moment::at(date("2026-11-23"), 8 * 60 + 30);
    assert_eq!(
        held["until"].as_i64(),
        Some(cut_off.0),
        "nothing is kept past the moment at which it could be confirmed"
    );
    world.app.clock.set(Moment(cut_off.0 + 1));
    for fields in [&[][..], &[("slot", early)]] {
        let late = does(&mut patient, &followup, "confirm", fields).await;
        assert!(late.location().contains("problem=too-late"), "{fields:?}: {}", late.location());
    }
    // A nurse sets another window while a patient looks at a time of the old one.
    let other = world.followup().await;
    let mut patient = world.patient(&other).await;
    let soon = "ldct-review-2026-11-26-1000";
    assert!(does(&mut patient, &other, "hold", &[("slot", soon)]).await.location().contains("done=held"));
    let record = world.app.db.followup(&other.row.id).await.expect("the database").expect("a record");
    let next = Next::Step {
        services: vec!["ldct-review".to_owned()],
        due_from: date("2026-12-14"),
        due_to: date("2026-12-18"),
        link_until: record.link_until,
        reason_sealed: String::new(),
    };
    reviewed(&world, (&other.row.id, record.version), &next).await;
    let late = does(&mut patient, &other, "confirm", &[("slot", soon)]).await;
    assert!(late.location().contains("problem=before-due"), "{}", late.location());
    pathway::release_lapsed(&world.app).await.expect("a round");
    sound(&world).await;
}

#[tokio::test]
async fn a_hold_that_is_over_is_confirmed_in_one_tap_while_the_place_is_free() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut patient = world.patient(&followup).await;
    let wanted = "ldct-review-2026-11-26-1000";
    does(&mut patient, &followup, "hold", &[("slot", wanted)]).await;
    let shown = page(&mut patient, &followup, "").await;
    assert!(shown.contains(&format!("name=\"slot\" value=\"{wanted}\"")), "the page names the time: {shown}");
    world.app.clock.set(Moment(world.app.now().0 + 16 * MINUTE));
    pathway::release_lapsed(&world.app).await.expect("a round");
    let shown = page(&mut patient, &followup, "").await;
    assert!(shown.contains("没有确认") && shown.contains("再选一次") && shown.contains("11月26日"), "{shown}");
    let sure = does(&mut patient, &followup, "confirm", &[("slot", wanted)]).await;
    assert!(sure.location().ends_with("done=booked"), "{}", sure.location());

    // Where it is gone that is told, with what is to be had instead.
    let (one, two, late) = (world.followup().await, world.followup().await, world.followup().await);
    let other = "ldct-review-2026-11-27-0900";
    let mut patient = world.patient(&late).await;
    does(&mut patient, &late, "hold", &[("slot", other)]).await;
    world.app.clock.set(Moment(world.app.now().0 + 16 * MINUTE));
    for taker in [&one, &two] {
        books(&mut world.patient(taker).await, taker, other).await;
    }
    let mut patient = world.patient(&late).await;
    let shown = page(&mut patient, &late, "").await;
    assert!(shown.contains("已经给了别人") && !shown.contains("再选一次"), "{shown}");
    let gone = does(&mut patient, &late, "confirm", &[("slot", other)]).await;
    assert!(gone.location().contains("problem=slot-taken"), "{}", gone.location());
    sound(&world).await;
}

#[tokio::test]
async fn a_page_confirms_the_time_that_it_shows_and_a_refused_choice_lets_nothing_go() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut patient = world.patient(&followup).await;
    let (seen, other) = ("ldct-review-2026-11-26-1000", "ldct-review-2026-11-27-0900");
    does(&mut patient, &followup, "hold", &[("slot", seen)]).await;
    does(&mut patient, &followup, "hold", &[("slot", other)]).await;
    let refused = does(&mut patient, &followup, "hold", &[("slot", "ldct-review-2026-11-23-0900")]).await;
    assert!(refused.location().contains("problem=too-late"));
    assert_eq!(plan(&mut patient, &followup, "").await["held"]["slot"]["id"], other, "what was kept stays kept");
    does(&mut patient, &followup, "confirm", &[("slot", seen)]).await;
    let booked = plan(&mut patient, &followup, "").await;
    assert_eq!(booked["appointment"]["slot"]["id"], seen, "an older page confirms what stands on it");
    assert!(booked["held"].is_null());
    sound(&world).await;
}

/// A world in which two have taken the last places of a time, and a third waits for it with a later one.
async fn waiting_room(world: &World) -> (FollowUpDetail, FollowUpDetail, &'static str) {
    let early = "ldct-review-2026-11-30-1000";
    let (one, two) = (world.followup().await, world.followup().await);
    for taker in [&one, &two] {
        books(&mut world.patient(taker).await, taker, early).await;
    }
    let waiter = world.followup().await;
    let mut patient = world.patient(&waiter).await;
    books(&mut patient, &waiter, "ldct-review-2026-12-03-1000").await;
    // Nothing earlier is free.
    let closure = Closure {
        id: secrets::fresh_id(),
        hospital: world.app.library().hospital.clone(),
        service: None,
        first: world.app.now(),
        until: Moment::at(date("2026-11-30"), 10 * 60),
        reason: "检修".to_owned(),
        staff: "zhang".to_owned(),
        now: world.app.now(),
    };
    let (_, people) = world.app.db.concerned(&closure).await.expect("the database");
    assert!(world.app.db.close_slots(&closure, people).await.expect("the database") > 0);
    assert!(does(&mut patient, &waiter, "wait", &[]).await.location().contains("done=waiting"));
    assert_eq!(pathway::offer_to_all(&world.app).await.expect("a round"), 0);
    (one, waiter, early)
}

#[tokio::test]
async fn an_offer_made_at_night_is_there_in_the_morning_and_a_lapse_is_told() {
    let world = World::new().await;
    let (one, waiter, early) = waiting_room(&world).await;
    set(&world, "2026-11-23", 23 * 60);
    does(&mut world.patient(&one).await, &one, "cancel", &[]).await;
    let mut patient = world.patient(&waiter).await;
    let offered = plan(&mut patient, &waiter, "").await;
    assert_eq!((offered["held"]["slot"]["id"].as_str(), offered["kept"].as_str()), (Some(early), Some("offered")));
    let until = Moment(offered["held"]["until"].as_i64().expect("a moment"));
    assert_eq!(until, Moment::at(date("2026-11-24"), 11 * 60));
    let mut nurse = world.nurse().await;
    let seen = nurse.get(&format!("/staff/followups/{}", waiter.row.id)).await.text;
    assert!(seen.contains("候补等到的") && seen.contains("11月24日 星期二 上午11:00"), "the nurse sees it: {seen}");
    set(&world, "2026-11-24", 90);
    assert_eq!(pathway::release_lapsed(&world.app).await.expect("a round"), 0, "nothing lapses at night");
    set(&world, "2026-11-24", 11 * 60);
    assert_eq!(pathway::release_lapsed(&world.app).await.expect("a round"), 1);
    assert_eq!(pathway::offer_to_all(&world.app).await.expect("a round"), 0, "the same place is not offered again");
    let mut patient = world.patient(&waiter).await;
    let shown = page(&mut patient, &waiter, "").await;
    assert!(shown.contains("没有确认") && shown.contains("您还在候补名单上") && shown.contains("再选一次"), "{shown}");
    assert!(!plan(&mut patient, &waiter, "").await["waiting"].is_null(), "and stays on the list");
    // Taken after all, in one tap.
    does(&mut patient, &waiter, "hold", &[("slot", early)]).await;
    let moved = does(&mut patient, &waiter, "confirm", &[("slot", early)]).await;
    assert!(moved.location().ends_with("done=moved"), "{}", moved.location());
    sound(&world).await;
}

#[tokio::test]
async fn only_a_no_to_an_offer_ends_the_waiting() {
    let world = World::new().await;
    let (one, waiter, early) = waiting_room(&world).await;
    let mut patient = world.patient(&waiter).await;
    let look = "ldct-review-2026-12-04-0900";
    let waits = async || world.app.db.waiting(&waiter.row.id).await.expect("the database").is_some();
    does(&mut patient, &waiter, "hold", &[("slot", look)]).await;
    does(&mut patient, &waiter, "release", &[]).await;
    assert!(waits().await, "letting go of a time of one's own choice is no word on the list");
    does(&mut patient, &waiter, "hold", &[("slot", look)]).await;
    world.app.clock.set(Moment(world.app.now().0 + 20 * MINUTE));
    pathway::release_lapsed(&world.app).await.expect("a round");
    assert!(waits().await, "nor is a look that lapses");
    does(&mut world.patient(&one).await, &one, "cancel", &[]).await;
    let mut patient = world.patient(&waiter).await;
    let shown = page(&mut patient, &waiter, "").await;
    assert!(shown.contains("不要这个，也不再候补"), "what the button does stands on it: {shown}");
    assert_eq!(plan(&mut patient, &waiter, "").await["held"]["slot"]["id"], early);
    does(&mut patient, &waiter, "release", &[]).await;
    assert!(!waits().await);
    sound(&world).await;
}

#[tokio::test]
async fn nothing_is_offered_by_a_link_that_cannot_be_opened() {
    for close in ["lock", "end"] {
        let world = World::new().await;
        let (one, waiter, early) = waiting_room(&world).await;
        match close {
            "lock" => {
                let path = format!("/api/v1/followups/{}/identify", waiter.token);
                for _ in 0..5 {
                    world.client().json("POST", &path, &json!({ "ending": "0000" }), &[]).await;
                }
            }
            _ => {
                let mut nurse = world.nurse().await;
                nurse
                    .form_once(&format!("/staff/followups/{}/withdraw", waiter.row.id), &[("reason", "重复建的")])
                    .await;
            }
        }
        does(&mut world.patient(&one).await, &one, "cancel", &[]).await;
        assert_eq!(pathway::offer_to_all(&world.app).await.expect("a round"), 0, "{close}");
        let (taken, _) =
            world.app.db.occupancy(&SlotId::parse(early).expect("an id")).await.expect("the database").expect("a slot");
        assert_eq!(taken, 1, "{close}: the place is free for the others");
    }
}

#[tokio::test]
async fn a_step_that_ends_ends_the_waiting_for_its_times() {
    let world = World::new().await;
    let (_, waiter, _) = waiting_room(&world).await;
    let mut patient = world.patient(&waiter).await;
    does(&mut patient, &waiter, "cancel", &[]).await;
    let record = world.app.db.followup(&waiter.row.id).await.expect("the database").expect("a record");
    let next = Next::Step {
        services: vec!["ldct-review".to_owned()],
        due_from: date("2027-03-01"),
        due_to: date("2027-03-31"),
        link_until: Moment::at(date("2027-05-01"), 0),
        reason_sealed: String::new(),
    };
    reviewed(&world, (&waiter.row.id, record.version), &next).await;
    assert!(world.app.db.waiting(&waiter.row.id).await.expect("the database").is_none());
}

/// A page without what keeps a day and an hour on one line.
fn plain(page: &str) -> String {
    page.replace("<span class=\"zs-nowrap\">", "").replace("</span>", "")
}

#[tokio::test]
async fn the_phone_is_told_what_its_calendar_still_holds_after_cancelling_moving_and_closing() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut patient = world.patient(&followup).await;
    let ics = format!("/f/{}/appointment.ics", followup.token);
    books(&mut patient, &followup, "ldct-review-2026-11-26-1000").await;
    let shown = page(&mut patient, &followup, "").await;
    assert!(!shown.contains("加过手机日历的"), "nothing is out of date yet");
    let first = patient.get(&ics).await.text;
    books(&mut patient, &followup, "ldct-review-2026-11-27-0900").await;
    let shown = page(&mut patient, &followup, "").await;
    assert!(plain(&shown).contains("原来的 11月26日") && shown.contains("更新手机日历"), "{shown}");
    let moved = patient.get(&ics).await.text;
    assert!(sequence(&moved) > sequence(&first) && moved.contains("METHOD:PUBLISH"), "{moved}");
    does(&mut patient, &followup, "cancel", &[]).await;
    let shown = page(&mut patient, &followup, "").await;
    assert!(shown.contains("从手机日历里去掉") && shown.contains("11月27日"), "{shown}");
    let cancelled = patient.get(&ics).await.text;
    assert!(sequence(&cancelled) > sequence(&moved) && cancelled.contains("METHOD:CANCEL"), "{cancelled}");

    let closed = world.followup().await;
    let mut patient = world.patient(&closed).await;
    books(&mut patient, &closed, "ldct-review-2026-12-01-0830").await;
    let mut nurse = world.nurse().await;
    let key = secrets::fresh_id();
    let closing = [
        ("service", "ldct-review"),
        ("first", "2026-12-01"),
        ("last", "2026-12-01"),
        ("reason", "设备检修"),
        ("sure", "yes"),
        ("seen", "1"),
        ("key", key.as_str()),
    ];
    assert_eq!(nurse.form("/staff/closures", &closing).await.status, StatusCode::SEE_OTHER);
    let shown = page(&mut patient, &closed, "").await;
    assert!(shown.contains("请确认新的时间") && shown.contains("从手机日历里去掉"), "{shown}");
    let held = plan(&mut patient, &closed, "").await;
    let until = Moment(held["held"]["until"].as_i64().expect("a moment"));
    assert!(AWAKE.contains(&until.minute_of_day()) && until.0 - world.app.now().0 >= 2 * HOUR);
    // Once the time is over the page has nothing to say about it.
    set(&world, "2026-12-02", 8 * 60);
    let mut patient = world.patient(&closed).await;
    assert!(!page(&mut patient, &closed, "").await.contains("从手机日历里去掉"));
}

fn sequence(calendar: &str) -> u32 {
    let line = calendar.lines().find_map(|line| line.strip_prefix("SEQUENCE:")).expect("a sequence");
    line.trim().parse().expect("a number")
}

#[tokio::test]
async fn with_another_time_held_the_appointment_stays_in_sight_and_cancelling_it_is_told() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut patient = world.patient(&followup).await;
    books(&mut patient, &followup, "ldct-review-2026-11-26-1000").await;
    for view in ["questions", "family", "data", "move", "cancel"] {
        let shown = page(&mut patient, &followup, &format!("?view={view}")).await;
        assert!(shown.contains("11月26日 星期四"), "{view}: {shown}");
    }
    does(&mut patient, &followup, "hold", &[("slot", "ldct-review-2026-11-27-0900")]).await;
    let shown = page(&mut patient, &followup, "").await;
    for part in ["请确认这个时间", "现在的预约", "11月26日 星期四", "取消现在的预约", "view=questions"]
    {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let asked = page(&mut patient, &followup, "?view=cancel").await;
    assert!(asked.contains("要取消预约吗"), "{asked}");
    assert!(
        plain(&asked).contains("上午9:00 不会取消") && !asked.contains("放开"),
        "it promises what then happens: {asked}"
    );
    let cancelled = does(&mut patient, &followup, "cancel", &[]).await;
    assert!(cancelled.location().contains("done=cancelled"), "{}", cancelled.location());
    let shown = page(&mut patient, &followup, "").await;
    assert!(
        plain(&shown).contains("11月26日 星期四 上午10:00 的预约已经取消"),
        "told, also without the address: {shown}"
    );
    assert!(shown.contains("请确认这个时间") && shown.contains("11月27日"), "what was held stays: {shown}");
    sound(&world).await;
}

#[tokio::test]
async fn the_reason_of_an_override_is_kept_only_with_the_booking() {
    let world = World::new().await;
    let full = "ldct-review-2026-11-23-1000";
    let mut nurse = world.nurse().await;
    for n in 0..3 {
        let followup = world.followup().await;
        let key = secrets::fresh_id();
        let fields = [("slot", full), ("asked", "yes"), ("reason", "已在楼下"), ("key", key.as_str())];
        let answer = nurse.form(&format!("/staff/followups/{}/book", followup.row.id), &fields).await;
        let notes = world.app.db.notes(&followup.row.id).await.expect("the database").len();
        let expected = if n < 2 { (StatusCode::SEE_OTHER, 1) } else { (StatusCode::CONFLICT, 0) };
        assert_eq!((answer.status, notes), expected, "{n}");
    }
}

#[tokio::test]
async fn a_clock_that_is_set_forward_and_back_loses_and_doubles_nothing() {
    let world = World::new().await;
    let (one, waiter, early) = waiting_room(&world).await;
    let followup = world.followup().await;
    let mut patient = world.patient(&followup).await;
    let wanted = "ldct-review-2026-12-02-1000";
    does(&mut patient, &followup, "hold", &[("slot", wanted)]).await;
    let now = world.app.now();
    let round = async || {
        pathway::clear_closed(&world.app).await.expect("a round");
        pathway::release_lapsed(&world.app).await.expect("a round");
        pathway::offer_to_all(&world.app).await.expect("a round");
    };
    // A year ahead everything is over; nobody is offered or sold anything.
    world.app.clock.set(Moment(now.0 + 365 * 24 * HOUR));
    round().await;
    // Back in 1970 nothing is open.
    world.app.clock.set(Moment(0));
    round().await;
    world.app.clock.set(now);
    round().await;
    sound(&world).await;
    let mut patient = world.patient(&followup).await;
    let sure = does(&mut patient, &followup, "confirm", &[("slot", wanted)]).await;
    assert!(sure.location().ends_with("done=booked"), "the hold lapsed, the place is free: {}", sure.location());
    does(&mut world.patient(&one).await, &one, "cancel", &[]).await;
    let mut patient = world.patient(&waiter).await;
    let offered = plan(&mut patient, &waiter, "").await;
    assert_eq!(offered["held"]["slot"]["id"], early, "who waits still waits: {offered}");
    assert_eq!(offered["appointment"]["slot"]["id"], "ldct-review-2026-12-03-1000");
    sound(&world).await;
}

#[tokio::test]
async fn who_gives_a_time_up_gives_up_the_one_that_they_saw() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut patient = world.patient(&followup).await;
    let (seen, other) = ("ldct-review-2026-11-26-1000", "ldct-review-2026-11-27-1000");
    books(&mut patient, &followup, seen).await;
    let page = patient.get(&format!("/f/{}?view=cancel", followup.token)).await.text;
    assert!(page.contains(&format!("name=\"slot\" value=\"{seen}\"")), "{page}");
    let key = secrets::fresh_id();
    let fields = [("slot", other), ("asked", "yes"), ("key", key.as_str())];
    let moved = world.nurse().await.form(&format!("/staff/followups/{}/book", followup.row.id), &fields).await;
    assert_eq!(moved.status, StatusCode::SEE_OTHER, "{}", moved.text);
    let stale = does(&mut patient, &followup, "cancel", &[("slot", seen)]).await;
    assert!(!stale.location().contains("done=cancelled"), "{}", stale.location());
    let plan = patient.get(&format!("/api/v1/followups/{}/plan", followup.token)).await.json();
    assert_eq!(plan["appointment"]["slot"]["id"], other, "{plan}");
}

#[tokio::test]
async fn the_clock_takes_no_place_that_was_kept_anew() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut patient = world.patient(&followup).await;
    does(&mut patient, &followup, "hold", &[("slot", "ldct-review-2026-11-26-1000")]).await;
    pathway::release(&world.app, &followup.row.id).await.expect("the database");
    let plan = patient.get(&format!("/api/v1/followups/{}/plan", followup.token)).await.json();
    assert_eq!(plan["held"]["slot"]["id"], "ldct-review-2026-11-26-1000", "{plan}");
}

#[tokio::test]
async fn the_number_and_the_link_that_were_checked_must_still_be_those_that_are_kept() {
    let world = World::new().await;
    let followup = world.followup().await;
    let id = &followup.row.id;
    let until = Moment(world.app.now().0 + 60_000);
    let old = world.app.db.followup(id).await.expect("the database").expect("a record").phone_sealed;
    let opens = async |phone: &str, link: i64| {
        let hash = secrets::hash(&format!("{phone} {link}"));
        world.app.db.open_patient_session(id, (phone, link), &hash, until).await.expect("the database")
    };
    assert!(opens(&old, 1).await);
    assert!(!opens(&world.app.secrets.seal(id, "phone", "13900139000"), 1).await);
    assert!(!opens(&old, 2).await, "another link than the one that was checked");
}
