//! The timetable: what the schedule manager enters becomes slots, once; who is in a slot that goes is told of only after
//! a yes, and is offered another.

use crate::world::{Answer, Client, World};
use axum::http::StatusCode;
use proptest::prelude::*;
use serde_json::json;
use std::collections::BTreeMap;
use zaoshai_backend::app::App;
use zaoshai_backend::db::appointments::{Change as Booking, Rules};
use zaoshai_backend::db::schedules::{At, BY_TIMETABLE, Change, Standing, Stored, Timetable};
use zaoshai_backend::demonstration::crowd;
use zaoshai_backend::timetable::{self, People, day_rule};
use zaoshai_backend::{pathway, secrets};
use zaoshai_contract::appointments::Action;
use zaoshai_contract::civil::{CivilDate, Moment, Weekday};
use zaoshai_contract::ids::SlotId;
use zaoshai_contract::roles::{Party, Role};
use zaoshai_contract::schedules::{Exception, ExceptionKind, Template, Visit, VisitState, plan};
use zaoshai_contract::staff::Staff;
use zaoshai_contract::staff::audit::AuditFilter;

const HOSPITAL: &str = "zhuzhou-2";

fn date(text: &str) -> CivilDate {
    CivilDate::parse(text).expect("a day")
}

fn at(world: &World) -> At<'static> {
    At { hospital: HOSPITAL, now: world.app.now() }
}

async fn account(world: &World, role: Role) -> Client {
    let name = role.as_str();
    let staff = Staff {
        name: name.to_owned(),
        display: role.title().to_owned(),
        hospital: HOSPITAL.to_owned(),
        roles: vec![role],
    };
    let hash = secrets::hash_password("another").expect("a hash");
    world.app.db.make_staff(&staff, &hash, world.app.now()).await.expect("an account");
    let mut client = world.client();
    let login = json!({ "name": name, "password": "another" });
    let answer = client.json("POST", "/api/v1/staff/session", &login, &[]).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.text);
    client
}

async fn manager(world: &World) -> Client {
    account(world, Role::ScheduleManager).await
}

/// The slots that are to come, by id.
async fn slots(world: &World) -> BTreeMap<String, Stored> {
    let (slots, _) = world.app.db.slots_to_come(at(world)).await.expect("the database");
    slots.into_iter().map(|slot| (slot.id.clone(), slot)).collect()
}

/// Sends a form twice with one key; both must lead on.
async fn sends(client: &mut Client, path: &str, fields: &[(&str, &str)]) {
    let key = secrets::fresh_id();
    let fields: Vec<(&str, &str)> = fields.iter().copied().chain([("key", key.as_str())]).collect();
    for _ in 0..2 {
        let answer = client.form(path, &fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    }
}

async fn asks(client: &mut Client, path: &str, fields: &[(&str, &str)]) -> Answer {
    let key = secrets::fresh_id();
    let fields: Vec<(&str, &str)> = fields.iter().copied().chain([("key", key.as_str())]).collect();
    client.form(path, &fields).await
}

/// Weekly times in a room that nothing else uses.
fn weekly<'a>(weekday: &'a str, from: &'a str, valid_from: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("service", "gastroscopy"),
        ("room", "二号室"),
        ("weekday", weekday),
        ("from", from),
        ("until", "16:00"),
        ("every", "30"),
        ("minutes", "30"),
        ("capacity", "2"),
        ("valid_from", valid_from),
    ]
}

fn visit() -> Vec<(&'static str, &'static str)> {
    vec![
        ("expert", "陈医生"),
        ("home", "江苏省肿瘤医院"),
        ("speciality", "肺结节"),
        ("service", "ldct-review"),
        ("room", "专家门诊"),
        ("first", "2026-11-28"),
        ("from", "09:00"),
        ("until", "10:00"),
        ("every", "30"),
        ("minutes", "30"),
        ("capacity", "1"),
    ]
}

async fn books(world: &World, slot: &str) -> (Client, String) {
    let followup = world.followup().await;
    let mut patient = world.patient(&followup).await;
    let path = format!("/api/v1/followups/{}/appointment", followup.token);
    let key = secrets::fresh_id();
    let wish = json!({ "slot": slot, "agreed": ["pregnancy"] });
    let answer = patient.json("POST", &path, &wish, &[("idempotency-key", &key)]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    (patient, format!("/f/{}", followup.token))
}

/// Ends the Wednesdays of the CT without moving anybody, as an hourly round would.
async fn wednesdays_end_by_themselves(world: &World) {
    let end = Change::EndTemplate { id: "ldct-review-wednesday-510".to_owned(), last: date("2026-11-26") };
    let staff = Staff {
        name: "zhang".to_owned(),
        display: String::new(),
        hospital: HOSPITAL.to_owned(),
        roles: vec![Role::ScheduleManager],
    };
    timetable::carry_out(&world.app, at(world), Some((&end, &staff)), (People::Stay, 0)).await.expect("carried out");
}

async fn sound(world: &World) {
    assert!(world.app.db.miscounted_slots().await.expect("the database").is_empty());
    assert!(world.app.db.unexplained_appointments().await.expect("the database").is_empty());
    assert_eq!(timetable::refresh(&world.app).await.expect("slots"), 0, "nothing is left to do");
}

#[tokio::test]
async fn weekly_times_become_slots_once_and_follow_holidays_and_worked_weekends() {
    let world = World::without_timetable().await;
    world.app.clock.set(Moment::at(date("2026-09-15"), 8 * 60));
    let mut manager = manager(&world).await;
    sends(&mut manager, "/staff/schedules/templates", &weekly("tuesday", "15:00", "2026-09-16")).await;
    let days: Vec<String> = slots(&world).await.keys().map(|id| id["gastroscopy-".len()..][..15].to_owned()).collect();
    let expected: Vec<String> = ["09-20", "09-22", "09-29", "10-13", "10-20", "10-27", "11-03", "11-10"]
        .iter()
        .flat_map(|day| ["1500", "1530"].map(|time| format!("2026-{day}-{time}")))
        .collect();
    assert_eq!(days, expected, "20 September is worked as a Tuesday, 6 October is a holiday, 60 days are open");
    let page = manager.get("/staff/schedules").await;
    assert!(page.text.contains("国庆节调休，照星期二出诊") && page.text.contains("中秋节放假"), "{}", page.text);
    let log = world.app.db.audit_log(HOSPITAL, &AuditFilter::default(), None, 100).await.expect("the log");
    assert_eq!(log.iter().filter(|line| line.action == "add-weekly-times").count(), 1, "a repeat is told once");
    sound(&world).await;
}

#[tokio::test]
async fn ending_weekly_times_closes_what_is_empty_and_moves_people_after_a_yes() {
    let world = World::new().await;
    let (mut patient, link) = books(&world, "ldct-review-2026-12-02-0830").await;
    let mut manager = manager(&world).await;
    let end = "/staff/schedules/templates/ldct-review-wednesday-510/end";
    let asked = asks(&mut manager, end, &[("until_day", "2026-11-26")]).await;
    assert!(asked.text.contains("会停掉 1 个有人的时间，影响 1 个人"), "{}", asked.text);
    assert!(slots(&world).await["ldct-review-2026-12-02-0900"].closure.is_none(), "asking changes nothing");
    sends(&mut manager, end, &[("until_day", "2026-11-26"), ("sure", "yes"), ("seen", "1")]).await;
    let after = slots(&world).await;
    assert!(after["ldct-review-2026-11-25-0830"].closure.is_none(), "the last day is still there");
    for time in ["0830", "0900", "1100"] {
        assert_eq!(after[&format!("ldct-review-2026-12-02-{time}")].closure.as_deref(), Some(BY_TIMETABLE));
    }
    let page = patient.get(&link).await;
    assert!(page.text.contains("请确认新的时间"), "{}", page.text);
    let again = [
        ("service", "ldct-review"),
        ("room", "门诊 CT 室"),
        ("weekday", "wednesday"),
        ("from", "08:30"),
        ("until", "10:00"),
        ("every", "30"),
        ("minutes", "20"),
        ("capacity", "3"),
        ("valid_from", "2026-12-01"),
    ];
    sends(&mut manager, "/staff/schedules/templates", &again).await;
    let after = slots(&world).await;
    let opened = &after["ldct-review-2026-12-02-0830"];
    assert_eq!((opened.closure.as_deref(), opened.capacity), (None, 3), "what is wanted again is open again");
    assert!(after["ldct-review-2026-12-02-1100"].closure.is_some());
    sound(&world).await;
}

#[tokio::test]
async fn who_is_in_a_slot_that_goes_by_itself_stays_and_nobody_comes_in() {
    let world = World::new().await;
    books(&world, "ldct-review-2026-12-02-0830").await;
    wednesdays_end_by_themselves(&world).await;
    let after = slots(&world).await;
    let kept = &after["ldct-review-2026-12-02-0830"];
    assert_eq!((kept.closure.as_deref(), kept.taken, kept.capacity), (None, 1, 1));
    sound(&world).await;
    let mut manager = manager(&world).await;
    let page = manager.get("/staff/schedules").await;
    assert!(page.text.contains("有 1 个时间已不在排班里，但里面还有 1 个人"), "{}", page.text);
    assert!(manager.get("/staff/schedules/clear").await.text.contains("影响 1 个人"));
    sends(&mut manager, "/staff/schedules/clear", &[("sure", "yes"), ("seen", "1")]).await;
    assert_eq!(slots(&world).await["ldct-review-2026-12-02-0830"].taken, 0);
    sound(&world).await;
}

#[tokio::test]
async fn capacity_grows_at_once_and_never_shrinks_below_what_is_taken() {
    let world = World::new().await;
    books(&world, "ldct-review-2026-12-02-0830").await;
    books(&world, "ldct-review-2026-12-02-0830").await;
    let mut manager = manager(&world).await;
    let extra = [
        ("service", "ldct-review"),
        ("room", "门诊 CT 室"),
        ("first", "2026-12-02"),
        ("last", "2026-12-02"),
        ("from", "08:30"),
        ("until", "09:30"),
        ("every", "30"),
        ("minutes", "20"),
        ("capacity", "5"),
        ("reason", "加号"),
    ];
    sends(&mut manager, "/staff/schedules/extras", &extra).await;
    assert_eq!(slots(&world).await["ldct-review-2026-12-02-0830"].capacity, 5);
    books(&world, "ldct-review-2026-12-02-0830").await;
    let timetable = world.app.db.timetable(at(&world)).await.expect("the database");
    let cancel = format!("/staff/schedules/exceptions/{}/cancel", timetable.exceptions[0].id);
    sends(&mut manager, &cancel, &[]).await;
    let after = slots(&world).await;
    let capacity = |id: &str| after[id].capacity;
    assert_eq!((capacity("ldct-review-2026-12-02-0830"), capacity("ldct-review-2026-12-02-0900")), (3, 2));
    sound(&world).await;
}

#[tokio::test]
async fn two_wishes_for_one_room_are_told_and_what_was_typed_stays() {
    let world = World::new().await;
    let mut manager = manager(&world).await;
    let mut fields = weekly("wednesday", "14:00", "2026-11-24");
    fields[1].1 = "内镜中心";
    let asked = asks(&mut manager, "/staff/schedules/templates", &fields).await;
    assert!(asked.text.contains("内镜中心，星期三 14:00 到"), "{}", asked.text);
    assert!(asked.text.contains("没关系，照样加"));
    assert_eq!(slots(&world).await.keys().filter(|id| id.starts_with("gastroscopy-2026-11-25-14")).count(), 0);
    fields.push(("sure", "yes"));
    sends(&mut manager, "/staff/schedules/templates", &fields).await;
    assert!(slots(&world).await.contains_key("gastroscopy-2026-11-25-1400"));

    let mut fields = weekly("tuesday", "17:00", "2026-11-01");
    fields[0].1 = "of-another-hospital";
    fields[2].1 = "someday";
    let refused = asks(&mut manager, "/staff/schedules/templates", &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for told in ["请选一项服务", "停止给号要晚于第一个号", "请至少选一天", "请填今天或以后的日期"]
    {
        assert!(refused.text.contains(told), "{told} is not in {}", refused.text);
    }
    assert!(refused.text.contains("value=\"二号室\"") && refused.text.contains("value=\"17:00\""));
    sound(&world).await;
}

#[tokio::test]
async fn a_visit_gives_slots_once_it_is_confirmed_and_says_who_confirmed_it() {
    let world = World::new().await;
    let mut manager = manager(&world).await;
    sends(&mut manager, "/staff/schedules/visits", &visit()).await;
    let of_visit =
        async || slots(&world).await.into_values().filter(|slot| slot.expert == "陈医生").collect::<Vec<_>>();
    assert!(of_visit().await.is_empty(), "a planned visit gives no slots");
    let planned = world.app.db.timetable(at(&world)).await.expect("the database").visits;
    assert_eq!(planned.len(), 1, "a repeat plans nothing twice");
    let path = format!("/staff/schedules/visits/{}", planned[0].id);
    let confirmed_at = world.app.now();
    sends(&mut manager, &format!("{path}/confirm"), &[]).await;
    let confirmed = world.app.db.timetable(at(&world)).await.expect("the database").visits.remove(0);
    let by = "schedule-manager".to_owned();
    assert_eq!(confirmed.state, VisitState::Confirmed { by, at: confirmed_at });
    let made = of_visit().await;
    assert_eq!(made.len(), 2);
    assert!(manager.get("/staff/schedules").await.text.contains("确认：schedule-manager，11月23日 星期一 上午8:00"));

    let (mut patient, link) = books(&world, &made[0].id).await;
    assert!(patient.get(&link).await.text.contains("陈医生"), "the patient sees whose clinic it is");
    let cancel = format!("{path}/cancel");
    let bare = asks(&mut manager, &cancel, &[("reason", " ")]).await;
    assert!(bare.status == StatusCode::UNPROCESSABLE_ENTITY && bare.text.contains("请写原因"), "{}", bare.text);
    let asked = asks(&mut manager, &cancel, &[("reason", "专家有急诊手术")]).await;
    assert!(asked.text.contains("影响 1 个人"), "{}", asked.text);
    sends(&mut manager, &cancel, &[("reason", "专家有急诊手术"), ("sure", "yes"), ("seen", "1")]).await;
    assert!(of_visit().await.iter().all(|slot| slot.closure.is_some() && slot.taken == 0));
    let told = patient.get(&link).await.text;
    assert!(told.contains("请确认新的时间") && told.contains("停诊原因：专家有急诊手术"), "{told}");
    assert!(manager.get("/staff/schedules").await.text.contains("专家有急诊手术"));
    let late = asks(&mut manager, &format!("{path}/confirm"), &[]).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "who does not come is not confirmed");
    sound(&world).await;
}

#[tokio::test]
async fn a_closing_that_stands_wins_over_the_timetable() {
    let world = World::new().await;
    let mut manager = manager(&world).await;
    let days = [("service", "*"), ("first", "2026-11-25"), ("last", "2026-11-25"), ("reason", "设备检修")];
    sends(&mut manager, "/staff/schedules/closings", &days).await;
    assert_eq!(slots(&world).await["ldct-review-2026-11-25-0830"].closure.as_deref(), Some(BY_TIMETABLE));
    let page = manager.get("/staff/schedules").await;
    assert!(page.text.contains("全院不开：设备检修"), "{}", page.text);
    let stop = [("sure", "yes")];
    let stop: Vec<(&str, &str)> = days.iter().copied().chain(stop).collect();
    sends(&mut manager, "/staff/closures", &stop).await;
    let exception = world.app.db.timetable(at(&world)).await.expect("the database").exceptions.remove(0);
    sends(&mut manager, &format!("/staff/schedules/exceptions/{}/cancel", exception.id), &[]).await;
    sends(&mut manager, "/staff/schedules/templates", &weekly("wednesday", "15:00", "2026-11-24")).await;
    let after = slots(&world).await;
    let of_day = after.values().filter(|slot| Moment(slot.starts).date() == date("2026-11-25"));
    let closures: Vec<Option<&str>> = of_day.map(|slot| slot.closure.as_deref()).collect();
    assert!(!closures.is_empty());
    assert!(closures.iter().all(|closure| closure.is_some_and(|closure| closure != BY_TIMETABLE)), "{closures:?}");
    assert!(after["ldct-review-2026-11-26-0830"].closure.is_none());
    sound(&world).await;
}

#[tokio::test]
async fn a_place_given_back_in_a_slot_that_goes_by_itself_is_nobodys() {
    let world = World::new().await;
    let slot = "ldct-review-2026-12-02-0830";
    let people = [books(&world, slot).await, books(&world, slot).await];
    wednesdays_end_by_themselves(&world).await;
    let expected = [(1, 1, None), (0, 1, Some(BY_TIMETABLE))];
    for ((mut patient, link), (taken, capacity, closure)) in people.into_iter().zip(expected) {
        patient.form(&format!("{link}/cancel"), &[("key", &secrets::fresh_id())]).await;
        let after = slots(&world).await;
        let left = &after[slot];
        assert_eq!((left.taken, left.capacity, left.closure.as_deref()), (taken, capacity, closure));
        let free = patient.get(&format!("{link}?view=days")).await.text;
        assert!(free.contains("全部时间") && !free.contains(slot), "nobody comes in: {free}");
        sound(&world).await;
    }
}

#[tokio::test]
async fn whoever_is_in_a_closed_day_is_told_why() {
    let world = World::new().await;
    let (mut patient, link) = books(&world, "ldct-review-2026-11-25-0830").await;
    let mut manager = manager(&world).await;
    let days = [
        ("service", "*"),
        ("first", "2026-11-25"),
        ("last", "2026-11-25"),
        ("reason", "全院停电检修"),
        ("sure", "yes"),
        ("seen", "1"),
    ];
    sends(&mut manager, "/staff/schedules/closings", &days).await;
    let told = patient.get(&link).await.text;
    assert!(told.contains("停诊原因：全院停电检修"), "{told}");
}

#[tokio::test]
async fn only_the_schedule_manager_changes_the_timetable() {
    let world = World::new().await;
    let before = slots(&world).await;
    for (role, sees) in [(Role::Nurse, true), (Role::Coordinator, true), (Role::Auditor, false)] {
        let mut other = account(&world, role).await;
        let page = other.get("/staff/schedules").await;
        assert_eq!(page.status == StatusCode::OK, sees, "{role:?}");
        assert!(!page.text.contains("/staff/schedules/templates"), "{role:?} is offered no form");
        for path in ["templates", "closings", "visits", "clear", "templates/ldct-review-wednesday-510/end"] {
            let path = format!("/staff/schedules/{path}");
            assert_eq!(other.get(&path).await.status, StatusCode::FORBIDDEN, "{role:?} {path}");
            let answer = asks(&mut other, &path, &weekly("tuesday", "15:00", "2026-11-24")).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{role:?} {path}");
        }
    }
    assert_eq!(slots(&world).await, before);
    let elsewhere = At { hospital: "dezhou-2", now: world.app.now() };
    assert!(world.app.db.timetable(elsewhere).await.expect("the database").templates.is_empty());
    let mut manager = manager(&world).await;
    let gone = asks(&mut manager, "/staff/schedules/visits/nothing/confirm", &[]).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn servers_that_make_the_same_slots_at_once_make_nothing_twice() {
    let world = World::without_timetable().await;
    let other = App::new(
        (*world.app.library()).clone(),
        world.app.db.clone(),
        secrets::Secrets::new(&[7; 32]),
        world.app.shell.clone(),
        zaoshai_backend::clock::Clock::still(world.app.now()),
        world.app.config.clone(),
    );
    let staff = Staff {
        name: "zhang".to_owned(),
        display: String::new(),
        hospital: HOSPITAL.to_owned(),
        roles: vec![Role::ScheduleManager],
    };
    let mut running = tokio::task::JoinSet::new();
    for n in 0..8 {
        let (app, staff) = (if n % 2 == 0 { world.app.clone() } else { other.clone() }, staff.clone());
        running.spawn(async move {
            let change = Change::AddTemplates(vec![template(n / 2, &format!("{}号室", n / 2), Weekday::Monday)]);
            let at = At { hospital: HOSPITAL, now: app.now() };
            timetable::carry_out(&app, at, Some((&change, &staff)), (People::Stay, 0)).await.expect("carried out")
                + timetable::refresh(&app).await.expect("slots")
        });
    }
    let made: u64 = running.join_all().await.into_iter().sum();
    let after = slots(&world).await;
    assert_eq!(made, after.len() as u64, "each slot is made by one of them");
    assert_eq!(world.app.db.timetable(at(&world)).await.expect("the database").templates.len(), 4);
    sound(&world).await;
}

#[tokio::test]
async fn a_wish_that_cannot_be_had_is_told_where_the_others_stand() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut patient = world.patient(&followup).await;
    let link = format!("/f/{}", followup.token);
    let mut manager = manager(&world).await;
    let hold = async |patient: &mut Client, slot: &str| {
        let answer = asks(patient, &format!("{link}/hold"), &[("slot", slot)]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        let location = answer.location().to_owned();
        (patient.get(&location).await.text, location)
    };
    // The page with the times is open while the day is closed.
    let days = [("service", "*"), ("first", "2026-11-25"), ("last", "2026-11-25"), ("reason", "设备检修")];
    sends(&mut manager, "/staff/schedules/closings", &days).await;
    for (slot, code, words) in [
        ("ldct-review-2026-11-25-0830", "slot-closed", "这个时间医院停诊了"),
        ("ldct-review-2026-11-23-0900", "too-late", "离开始太近"),
    ] {
        let (page, location) = hold(&mut patient, slot).await;
        assert!(location.ends_with(&format!("?view=days&problem={code}")), "{location}");
        assert!(page.contains(words), "{page}");
        assert!(page.contains("value=\"ldct-review-2026-11-26-0830\""), "the next free times stand below");
    }
    world.app.clock.set(Moment::at(date("2026-11-23"), 10 * 60));
    let mut patient = world.patient(&followup).await;
    let (page, _) = hold(&mut patient, "ldct-review-2026-11-23-0900").await;
    assert!(page.contains("这个时间已经过了") && page.contains("value=\"ldct-review-2026-11-26-0830\""), "{page}");

    // What she keeps is closed before she confirms it.
    let (page, _) = hold(&mut patient, "ldct-review-2026-11-26-0830").await;
    assert!(page.contains("请确认这个时间"), "{page}");
    let close = Change::AddException(closing(0, "2026-11-26", 0));
    let staff = Staff {
        name: "zhang".to_owned(),
        display: String::new(),
        hospital: HOSPITAL.to_owned(),
        roles: vec![Role::ScheduleManager],
    };
    let library = world.app.library();
    let at = at(&world);
    let decide = |timetable: &Timetable, stored: &[Stored], standing: &[Standing]| {
        Ok(timetable::steps(&library, at, timetable, (stored, standing), People::Move))
    };
    world.app.db.reschedule(at, Some((&close, &staff)), &decide).await.expect("the database");
    let answer = asks(&mut patient, &format!("{link}/confirm"), &[("agreed", "pregnancy")]).await;
    let page = patient.get(answer.location()).await.text;
    assert!(page.contains("这个时间医院停诊了") && page.contains("11月24日"), "{page}");
    sound(&world).await;
}

fn template(n: usize, room: &str, weekday: Weekday) -> Template {
    Template {
        id: format!("template-{n}-{}", weekday.as_str()),
        service: ["gastroscopy", "colonoscopy"][n % 2].to_owned(),
        room: room.to_owned(),
        weekday,
        from: 8 * 60 + 30 * (n as u16 % 3),
        until: 10 * 60,
        every: 30,
        minutes: 30,
        capacity: 1 + n as u16 % 3,
        valid_from: date("2026-11-23"),
        valid_to: None,
    }
}

fn closing(n: usize, first: &str, days: i64) -> Exception {
    Exception {
        id: format!("closing-{n}"),
        service: [None, Some("gastroscopy".to_owned())][n % 2].clone(),
        room: [None, None, Some("二号室".to_owned())][n % 3].clone(),
        first: date(first),
        last: date(first).plus_days(days),
        kind: ExceptionKind::Closed,
        reason: "检修".to_owned(),
    }
}

/// Something that happens to a timetable.
#[derive(Clone, Debug)]
enum Deed {
    Weekly(usize, usize),
    End(usize, i64),
    Close(usize, i64),
    Extra(usize, i64),
    Reopen(usize),
    Visit(usize, i64),
    Confirm(usize),
    CancelVisit(usize),
    Book(usize, usize),
    Leave(usize),
    NextDay,
}

fn any_deed() -> impl Strategy<Value = Deed> {
    let day = 0_i64..12;
    prop_oneof![
        3 => (0_usize..6, 0_usize..7).prop_map(|(n, day)| Deed::Weekly(n, day)),
        2 => (0_usize..8, day.clone()).prop_map(|(n, day)| Deed::End(n, day)),
        2 => (0_usize..6, day.clone()).prop_map(|(n, day)| Deed::Close(n, day)),
        2 => (0_usize..6, day.clone()).prop_map(|(n, day)| Deed::Extra(n, day)),
        2 => (0_usize..8).prop_map(Deed::Reopen),
        2 => (0_usize..4, day).prop_map(|(n, day)| Deed::Visit(n, day)),
        3 => (0_usize..8).prop_map(Deed::Confirm),
        1 => (0_usize..8).prop_map(Deed::CancelVisit),
        5 => (0_usize..3, 0_usize..40).prop_map(|(who, slot)| Deed::Book(who, slot)),
        1 => (0_usize..3).prop_map(Deed::Leave),
        1 => Just(Deed::NextDay),
    ]
}

/// One of some things, if there are any.
fn pick<T>(things: &[T], n: usize) -> Option<&T> {
    things.get(n.checked_rem(things.len())?)
}

async fn change_for(world: &World, deed: &Deed) -> Option<Change> {
    let rooms = ["内镜中心", "二号室"];
    let there = world.app.db.timetable(at(world)).await.expect("the database");
    let today = world.app.now().date();
    let day = |days: i64| today.plus_days(days).to_string();
    Some(match deed {
        Deed::Weekly(n, weekday) => Change::AddTemplates(vec![Template {
            id: secrets::fresh_id(),
            ..template(*n, rooms[n / 3], Weekday::ALL[*weekday])
        }]),
        Deed::End(n, days) => {
            Change::EndTemplate { id: pick(&there.templates, *n)?.id.clone(), last: today.plus_days(days - 1) }
        }
        Deed::Close(n, days) => {
            Change::AddException(Exception { id: secrets::fresh_id(), ..closing(*n, &day(*days), (*n % 4) as i64) })
        }
        Deed::Extra(n, days) => {
            let times = template(*n, rooms[n / 3], Weekday::Monday);
            Change::AddException(Exception {
                id: secrets::fresh_id(),
                service: Some(times.service),
                room: None,
                kind: ExceptionKind::Extra {
                    from: times.from,
                    until: times.until,
                    every: times.every,
                    minutes: times.minutes,
                    capacity: times.capacity,
                    room: times.room,
                },
                ..closing(*n, &day(*days), 1)
            })
        }
        Deed::Reopen(n) => Change::CancelException { id: pick(&there.exceptions, *n)?.id.clone() },
        Deed::Visit(n, days) => {
            let times = template(*n, rooms[n % 2], Weekday::Monday);
            Change::AddVisit(Visit {
                id: secrets::fresh_id(),
                expert: ["陈医生", "王医生"][n / 2].to_owned(),
                home: "外院".to_owned(),
                speciality: "消化".to_owned(),
                service: times.service,
                room: times.room,
                date: today.plus_days(*days),
                from: times.from,
                until: times.until,
                every: times.every,
                minutes: times.minutes,
                capacity: times.capacity,
                state: VisitState::Planned,
            })
        }
        Deed::Confirm(n) => Change::ConfirmVisit { id: pick(&there.visits, *n)?.id.clone() },
        Deed::CancelVisit(n) => {
            Change::CancelVisit { id: pick(&there.visits, *n)?.id.clone(), reason: "手术".to_owned() }
        }
        Deed::Book(..) | Deed::Leave(_) | Deed::NextDay => return None,
    })
}

/// The open slots are those that the plan wants, and those that are kept because somebody is in them.
async fn compare(world: &World, people: People) -> Result<(), TestCaseError> {
    let app = &world.app;
    let library = app.library();
    let there = app.db.timetable(at(world)).await.expect("the database");
    let day = |date| day_rule(&library.holidays, date);
    let (now, today) = (app.now(), app.now().date());
    // Both services can be booked 60 days ahead.
    let mut wanted = plan(&there.templates, &there.exceptions, &there.visits, &day, today, today.plus_days(60));
    wanted.retain(|slot| slot.starts > now);
    let stored = slots(world).await;
    let mut found = 0;
    for slot in stored.values() {
        let planned = wanted.iter().find(|planned| {
            (&planned.service, &planned.room, planned.starts.0) == (&slot.service, &slot.room, slot.starts)
        });
        found += usize::from(planned.is_some());
        let expert = planned.and_then(|planned| planned.expert.clone()).unwrap_or_default();
        match planned.filter(|_| slot.taken == 0 || slot.expert.is_empty() || slot.expert == expert) {
            Some(planned) => {
                prop_assert!(slot.closure.is_none(), "{:?} is wanted", slot);
                prop_assert_eq!(slot.capacity, i64::from(planned.capacity).max(slot.taken));
                prop_assert_eq!(slot.minutes, i64::from(planned.minutes));
                prop_assert_eq!(&slot.expert, &expert);
            }
            None if slot.taken > 0 => {
                prop_assert!(people == People::Stay, "{:?} should have been left", slot);
                prop_assert!(slot.closure.is_none() && slot.capacity == slot.taken, "{:?}", slot);
            }
            None => prop_assert_eq!(slot.closure.as_deref(), Some(BY_TIMETABLE)),
        }
    }
    prop_assert_eq!(found, wanted.len(), "every wanted slot is there");
    prop_assert!(app.db.miscounted_slots().await.expect("the database").is_empty());
    prop_assert!(app.db.unexplained_appointments().await.expect("the database").is_empty());
    prop_assert_eq!(timetable::refresh(app).await.expect("slots"), 0);
    Ok(())
}

async fn run(deeds: &[(Deed, bool)]) -> Result<(), TestCaseError> {
    let world = World::without_timetable().await;
    let app = &world.app;
    let until = app.now().plus_minutes(90 * 24 * 60);
    let mut people = crowd(&app.db, &app.secrets, ("zhuzhou-2", "gastroscopy"), 2, until).await.expect("people");
    people.extend(crowd(&app.db, &app.secrets, ("zhuzhou-2", "colonoscopy"), 1, until).await.expect("people"));
    let staff = Staff {
        name: "zhang".to_owned(),
        display: String::new(),
        hospital: HOSPITAL.to_owned(),
        roles: vec![Role::ScheduleManager],
    };
    for (deed, sure) in deeds {
        let mut mode = People::Stay;
        match deed {
            Deed::Book(who, n) => {
                let stored: Vec<Stored> = slots(&world).await.into_values().collect();
                if let Some(slot) = pick(&stored, *n) {
                    book(app, &people[*who].followup, Action::Book, SlotId::parse(&slot.id)).await;
                }
                timetable::refresh(app).await.expect("slots");
            }
            Deed::Leave(who) => {
                book(app, &people[*who].followup, Action::Cancel, None).await;
                timetable::refresh(app).await.expect("slots");
            }
            Deed::NextDay => {
                app.clock.set(app.now().plus_minutes(24 * 60));
                pathway::release_lapsed(app).await.expect("released");
                timetable::refresh(app).await.expect("slots");
            }
            _ => {
                mode = if *sure { People::Move } else { People::Stay };
                let Some(change) = change_for(&world, deed).await else { continue };
                let seen = timetable::preview(app, at(&world), Some(&change)).await.expect("a preview").people;
                let decision = (mode, seen);
                timetable::carry_out(app, at(&world), Some((&change, &staff)), decision).await.expect("carried out");
            }
        }
        compare(&world, mode).await?;
    }
    app.db.close().await;
    Ok(())
}

/// What a nurse does for one of the people; she may be refused.
async fn book(app: &App, followup: &str, action: Action, slot: Option<SlotId>) {
    let change = Booking {
        followup: followup.to_owned(),
        action,
        slot,
        appointment: None,
        party: Party::Staff(Role::Nurse),
        who: "zhang".to_owned(),
        detail: String::new(),
        said: String::new(),
        until: None,
        rules: Rules::Aside(None),
        key: secrets::fresh_key(),
        now: app.now(),
    };
    let _ = app.db.change(&change).await.expect("the database");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, max_shrink_iters: 100, ..ProptestConfig::default() })]

    #[test]
    fn after_any_changes_the_open_slots_are_those_of_the_plan(
        deeds in prop::collection::vec((any_deed(), any::<bool>()), 1..24),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(run(&deeds))?;
    }
}
