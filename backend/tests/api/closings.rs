//! A closing (停诊) and its undoing, for everybody who had an appointment there: who was told that the clinic is closed
//! stays on the nurse's list with what to say, who was not told keeps what they had, and no yes counts for more people
//! than its question has named.

use crate::sharing::{THERE, does, latest};
use crate::world::{Answer, Client, World, new_followup};
use axum::http::StatusCode;
use serde_json::{Value, json};
use zaoshai_backend::db::Error;
use zaoshai_backend::db::appointments::{Change, Rules};
use zaoshai_backend::db::closures::{Closure, Left};
use zaoshai_backend::db::schedules::{At, Change as TimetableChange, Step};
use zaoshai_backend::timetable::{self, People};
use zaoshai_backend::{pathway, secrets};
use zaoshai_contract::appointments::{Action, State};
use zaoshai_contract::civil::{CivilDate, Moment};
use zaoshai_contract::ids::SlotId;
use zaoshai_contract::roles::{Party, Role};
use zaoshai_contract::schedules::{Exception, ExceptionKind};
use zaoshai_contract::staff::{FollowUpDetail, Staff};

const HOSPITAL: &str = "zhuzhou-2";
const DAY: &str = "2026-11-25";
/// A time of that day, as pages and slots name it.
const SLOT: &str = "ldct-review-2026-11-25-0830";
const WHEN: &str = "11月25日 星期三 上午8:30";

async fn books(world: &World, followup: &FollowUpDetail, slot: &str) {
    let mut patient = world.patient(followup).await;
    let path = format!("/api/v1/followups/{}/appointment", followup.token);
    let key = secrets::fresh_id();
    let body = json!({ "slot": slot, "agreed": ["pregnancy"] });
    let booked = patient.json("POST", &path, &body, &[("idempotency-key", &key)]).await;
    assert_eq!(booked.status, StatusCode::OK, "{}", booked.text);
}

fn closing(world: &World, id: &str) -> Closure {
    let day = CivilDate::parse(DAY).expect("a day");
    Closure {
        id: id.to_owned(),
        hospital: HOSPITAL.to_owned(),
        service: Some("ldct-review".to_owned()),
        first: Moment::at(day, 0),
        until: Moment::at(day.plus_days(1), 0),
        reason: "设备检修".to_owned(),
        staff: "zhang".to_owned(),
        now: world.app.now(),
    }
}

fn zhang() -> Staff {
    Staff {
        name: "zhang".to_owned(),
        display: "张护士".to_owned(),
        hospital: HOSPITAL.to_owned(),
        roles: vec![Role::Nurse, Role::Coordinator],
    }
}

/// Closes the clinic of the day as the form does, for as many as are in it.
async fn closes(nurse: &mut Client) -> Answer {
    let key = secrets::fresh_id();
    let fields =
        [("service", "ldct-review"), ("first", DAY), ("last", DAY), ("reason", "设备检修"), ("key", key.as_str())];
    let asked = nurse.form("/staff/closures", &fields).await;
    let seen = hidden(&asked.text, "confirm", "seen");
    let sure: Vec<(&str, &str)> = fields.into_iter().chain([("sure", "yes"), ("seen", seen.as_str())]).collect();
    let done = nurse.form("/staff/closures", &sure).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    done
}

async fn takes_back(world: &World, nurse: &mut Client) -> Answer {
    let standing = world.app.db.closures(HOSPITAL, world.app.now()).await.expect("the database");
    let done = nurse.form(&format!("/staff/closures/{}/undo", standing[0].id), &[]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    done
}

/// The value of a hidden field in the form with an id.
fn hidden(page: &str, form: &str, name: &str) -> String {
    let form = page.split("<form").find(|part| part.contains(&format!("id=\"{form}\""))).expect("a form");
    let field = form.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_else(|| panic!("{name}: {form}"));
    field.split('"').next().unwrap_or_default().to_owned()
}

/// What the nurse's list says of somebody who must be looked after; none when they are not on it.
async fn listed(nurse: &mut Client, followup: &FollowUpDetail) -> Option<String> {
    let all = nurse.get("/staff/lists/overdue").await.text;
    let row = all.split("<li class=\"zs-row").find(|row| row.contains(&followup.row.id))?;
    Some(row.split("zs-row__why\">").nth(1)?.split('<').next()?.to_owned())
}

async fn row(nurse: &mut Client, followup: &FollowUpDetail) -> Value {
    nurse.get(&format!("/api/v1/staff/followups/{}", followup.row.id)).await.json()["row"].clone()
}

async fn changes(world: &World, followup: &FollowUpDetail, action: Action, slot: Option<&str>) {
    let change = Change {
        followup: followup.row.id.clone(),
        action,
        slot: slot.and_then(SlotId::parse),
        appointment: None,
        party: if action == Action::Expire { Party::Clock } else { Party::Staff(Role::Nurse) },
        who: "zhang".to_owned(),
        detail: String::new(),
        said: String::new(),
        until: None,
        rules: Rules::Aside(None),
        key: secrets::fresh_key(),
        now: world.app.now(),
    };
    world.app.db.change(&change).await.expect("the database").expect("done");
}

async fn sound(world: &World) {
    assert!(world.app.db.miscounted_slots().await.expect("the database").is_empty());
    assert!(world.app.db.unexplained_appointments().await.expect("the database").is_empty());
}

#[tokio::test]
async fn whoever_was_told_of_a_closing_stays_on_the_list_when_it_is_taken_back_until_they_have_a_time() {
    let world = World::new().await;
    let (offered, declined, lapsed) = (world.followup().await, world.followup().await, world.followup().await);
    let (chosen, gone, waits) = (world.followup().await, world.followup().await, world.followup().await);
    let (cancelled, elsewhere) = (world.followup().await, world.followup().await);
    for (followup, time) in [&offered, &declined, &lapsed, &chosen, &gone, &waits]
        .into_iter()
        .zip(["0830", "0830", "0900", "0900", "0930", "0930"])
    {
        books(&world, followup, &format!("ldct-review-{DAY}-{time}")).await;
    }
    books(&world, &cancelled, "ldct-review-2026-11-25-1000").await;
    changes(&world, &cancelled, Action::Cancel, None).await;
    books(&world, &elsewhere, "ldct-review-2026-12-03-1000").await;
    let mut waiter = world.patient(&waits).await;
    let link = format!("/f/{}", waits.token);
    waiter.form(&format!("{link}/wait"), &[]).await;

    let mut nurse = world.nurse().await;
    closes(&mut nurse).await;
    let told = listed(&mut nurse, &offered).await.expect("listed");
    for part in [WHEN, "停诊", "原来的时间取消了", "现在留着", "留到", "请打电话", "那天别来"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(!told.contains("撤销"), "{told}");
    let page = nurse.get(&format!("/staff/followups/{}", offered.row.id)).await.text;
    assert!(page.contains("停诊，原来的时间取消了"), "the page of the follow-up says it, too: {page}");
    changes(&world, &declined, Action::Release, None).await;
    changes(&world, &gone, Action::Release, None).await;
    let told = listed(&mut nurse, &declined).await.expect("who let the new time go is still called");
    assert!(told.contains("现在没有约") && told.contains("约一个新时间"), "{told}");
    // One chooses the new time, one a time of their own and gives it up again: both have had their say.
    changes(&world, &chosen, Action::Confirm, None).await;
    world.app.clock.set(Moment(world.app.now().0 + 1));
    changes(&world, &gone, Action::Book, Some("ldct-review-2026-12-02-1000")).await;
    changes(&world, &gone, Action::Cancel, None).await;

    takes_back(&world, &mut nurse).await;
    for (followup, has) in
        [(&offered, "现在留着"), (&declined, "现在没有约"), (&lapsed, "现在留着"), (&waits, "现在留着")]
    {
        let told = listed(&mut nurse, followup).await.expect("still listed");
        for part in
            [WHEN.split(' ').next().expect("a day"), "停诊过", "撤销了", "没有恢复", has, "请打电话", "约好以前别来"]
        {
            assert!(told.contains(part), "{part}: {told}");
        }
        let row = row(&mut nurse, followup).await;
        assert_eq!(row["closed"]["closing"], "taken-back", "{row}");
        assert_eq!(row["closed"]["kept"].is_object(), has == "现在留着", "{row}");
    }
    for (followup, standing) in
        [(&chosen, "booked"), (&gone, "to-book"), (&cancelled, "to-book"), (&elsewhere, "booked")]
    {
        // Who gave their own time up is looked after for that alone.
        let told = listed(&mut nurse, followup).await;
        assert_eq!(told.is_some(), standing == "to-book", "{told:?}");
        assert!(told.is_none_or(|told| told.contains("取消了预约") && !told.contains("停诊")), "{standing}");
        let row = row(&mut nurse, followup).await;
        assert_eq!((row["standing"].as_str(), &row["closed"]), (Some(standing), &Value::Null), "{row}");
    }
    // The page of the closings says how many are left, and leads to them.
    let page = nurse.get("/staff/closures").await.text;
    assert!(page.contains("还有 4 人没有新时间") && page.contains("/staff/lists/overdue"), "{page}");
    let mut manager = world.staff("pai", HOSPITAL, Role::ScheduleManager).await;
    let page = manager.get("/staff/closures").await.text;
    assert!(page.contains("还有 4 人没有新时间") && !page.contains("/staff/lists/overdue"), "{page}");

    // A call in which nothing is settled takes nobody off; a kept time that nobody confirms neither.
    let call = [("outcome", "agreed"), ("key", &*secrets::fresh_id())].map(|(name, value)| (name, value.to_owned()));
    let call: Vec<(&str, &str)> = call.iter().map(|(name, value)| (*name, value.as_str())).collect();
    does(&mut nurse, &offered.row.id, "call", &call).await;
    assert!(listed(&mut nurse, &offered).await.is_some());
    world.app.clock.set(Moment::at(CivilDate::parse("2026-11-24").expect("a day"), 20 * 60 + 1));
    pathway::release_lapsed(&world.app).await.expect("a round");
    let mut nurse = world.nurse().await;
    let told = listed(&mut nurse, &lapsed).await.expect("still listed");
    assert!(told.contains("现在没有约") && told.contains("那天又开诊"), "{told}");
    // The nurse books for them on the phone, also the very time that they had.
    changes(&world, &lapsed, Action::Book, Some("ldct-review-2026-11-25-0900")).await;
    assert_eq!(listed(&mut nurse, &lapsed).await, None);
    // Once the day is over it takes place no more.
    world.app.clock.set(Moment::at(CivilDate::parse("2026-11-26").expect("a day"), 8 * 60));
    let mut nurse = world.nurse().await;
    let told = listed(&mut nurse, &declined).await.expect("still listed");
    assert!(told.contains("停诊，原来的时间取消了") && !told.contains("又开诊"), "{told}");
    sound(&world).await;
}

#[tokio::test]
async fn a_closing_that_is_taken_back_before_somebody_was_told_leaves_them_where_they_are() {
    let world = World::new().await;
    let (followup, other) = (world.followup().await, world.followup().await);
    books(&world, &followup, SLOT).await;
    books(&world, &other, "ldct-review-2026-11-25-0900").await;
    let mut nurse = world.nurse().await;
    let db = &world.app.db;
    assert!(db.close_slots(&closing(&world, "one"), 2).await.expect("the database") > 0);
    // A round of the clock has seen who is left there, and comes to one of them before the closing is taken back.
    let left = db.left_in_closed(world.app.now(), 10).await.expect("the database");
    assert_eq!(left.len(), 2);
    let clears = async |Left { followup, appointment, .. }: &Left| {
        let change = Change {
            followup: followup.clone(),
            action: Action::CancelForClinic,
            slot: None,
            appointment: Some(appointment.clone()),
            party: Party::Clock,
            who: "clock".to_owned(),
            detail: "closed".to_owned(),
            said: String::new(),
            until: None,
            rules: Rules::Aside(None),
            key: secrets::fresh_key(),
            now: world.app.now(),
        };
        db.change(&change).await.expect("the database").is_ok()
    };
    assert!(clears(&left[1]).await, "the control: while it stands the clock cancels");
    takes_back(&world, &mut nurse).await;
    let before = db.history(&followup.row.id).await.expect("the database").len();
    assert!(!clears(&left[0]).await, "a round that began before cancels nobody any more");
    assert_eq!(pathway::clear_closed(&world.app).await.expect("a round"), 0);
    let record = db.followup(&followup.row.id).await.expect("the database").expect("a follow-up");
    assert_eq!(record.firm().map(|firm| firm.slot.id.as_str()), Some(SLOT));
    assert_eq!(db.history(&followup.row.id).await.expect("the database").len(), before);
    assert_eq!(listed(&mut nurse, &followup).await, None);
    assert!(listed(&mut nurse, &other).await.expect("told before").contains("撤销了"));
    let mut patient = world.patient(&followup).await;
    let page = patient.get(&format!("/f/{}", followup.token)).await.text;
    assert!(page.contains("上午8:30") && !page.contains("取消了") && !page.contains("停诊"), "{page}");
    sound(&world).await;
}

#[tokio::test]
async fn the_hospital_in_charge_calls_whoever_lost_their_time_in_the_clinic_of_another() {
    let world = World::new().await;
    let followup = world.followup().await;
    books(&world, &followup, SLOT).await;
    let mut nurse = world.nurse().await;
    let key = secrets::fresh_id();
    does(&mut nurse, &followup.row.id, "refer", &[("hospital", THERE), ("reason", "要手术"), ("key", &key)]).await;
    let referral = latest(&world, &followup.row.id).await;
    let mut there = world.staff("zhao", THERE, Role::Nurse).await;
    does(&mut there, &followup.row.id, "take-over", &[("referral", &referral)]).await;
    closes(&mut nurse).await;
    takes_back(&world, &mut nurse).await;
    let told = listed(&mut there, &followup).await.expect("on the list of who is in charge");
    assert!(told.contains("停诊过") && told.contains("撤销了"), "{told}");
    assert_eq!(listed(&mut nurse, &followup).await, None);
    assert!(!nurse.get("/staff/closures").await.text.contains("还有人没有新时间"), "nobody on this list is theirs");
}

#[tokio::test]
async fn a_day_that_the_timetable_closes_is_named_as_closed_and_as_open_again() {
    let world = World::new().await;
    let followup = world.followup().await;
    books(&world, &followup, SLOT).await;
    let day = CivilDate::parse(DAY).expect("a day");
    let at = At { hospital: HOSPITAL, now: world.app.now() };
    let exception = Exception {
        id: secrets::fresh_id(),
        service: None,
        room: None,
        first: day,
        last: day,
        kind: ExceptionKind::Closed,
        reason: "全院停电".to_owned(),
    };
    let add = TimetableChange::AddException(exception.clone());
    timetable::carry_out(&world.app, at, Some((&add, &zhang())), (People::Move, 1)).await.expect("closed");
    let mut nurse = world.nurse().await;
    let told = listed(&mut nurse, &followup).await.expect("listed");
    assert!(told.contains("停诊，原来的时间取消了") && told.contains(WHEN), "{told}");
    let cancel = TimetableChange::CancelException { id: exception.id };
    timetable::carry_out(&world.app, at, Some((&cancel, &zhang())), (People::Stay, 0)).await.expect("open again");
    let told = listed(&mut nurse, &followup).await.expect("listed");
    assert!(told.contains("停诊过") && told.contains("撤销了"), "{told}");
}

#[tokio::test]
async fn what_the_hospital_cancels_for_one_person_is_no_closing() {
    let world = World::new().await;
    let followup = world.followup().await;
    books(&world, &followup, SLOT).await;
    changes(&world, &followup, Action::CancelForClinic, None).await;
    let mut nurse = world.nurse().await;
    let told = listed(&mut nurse, &followup).await.expect("listed");
    assert!(told.contains("医院取消了，还没有新时间") && !told.contains("停诊"), "{told}");
}

#[tokio::test]
async fn taking_a_closing_back_and_the_timetable_after_it_are_one_transaction() {
    let world = World::new().await;
    let db = &world.app.db;
    let (now, day) = (world.app.now(), CivilDate::parse(DAY).expect("a day"));
    let at = At { hospital: HOSPITAL, now };
    assert!(db.close_slots(&closing(&world, "one"), 0).await.expect("the database") > 0);
    // While it stands the timetable closes the first hour of that day, and wants a time more after it.
    let hour = |id: &str, kind: ExceptionKind| Exception {
        id: id.to_owned(),
        service: Some("ldct-review".to_owned()),
        room: None,
        first: day,
        last: day,
        kind,
        reason: "会议".to_owned(),
    };
    let closed = TimetableChange::AddException(hour("closed", ExceptionKind::Closed));
    timetable::carry_out(&world.app, at, Some((&closed, &zhang())), (People::Stay, 0)).await.expect("carried out");
    let slots = async || {
        let (stored, _) = db.slots_to_come(at).await.expect("the database");
        let of_day =
            stored.into_iter().filter(|slot| slot.service == "ldct-review" && Moment(slot.starts).date() == day);
        of_day.map(|slot| (slot.id, slot.closure)).collect::<Vec<_>>()
    };
    let before = slots().await;
    assert!(!before.is_empty() && before.iter().all(|(_, closure)| closure.as_deref() == Some("one")));

    // The timetable's part fails, as when the server is killed before it: then nothing was taken back.
    let fails = db
        .undo_closure(&zhang(), "one", now, &|_, _, _| {
            Ok(vec![Step::Set {
                id: before[0].0.clone(),
                minutes: 20,
                capacity: 1,
                expert: String::new(),
                closure: Some("no such closing".to_owned()),
            }])
        })
        .await;
    assert!(fails.is_err(), "{fails:?}");
    assert_eq!(slots().await, before);
    assert_eq!(db.closures(HOSPITAL, now).await.expect("the database").len(), 1, "it still stands");

    // In one with it: at no moment the slots are open that the timetable keeps closed.
    assert!(timetable::undo_closing(&world.app, &zhang(), "one").await.expect("taken back"));
    let after = slots().await;
    assert!(after.iter().all(|(_, closure)| closure.as_deref() == Some("timetable")), "{after:?}");
    assert!(!timetable::undo_closing(&world.app, &zhang(), "one").await.expect("an answer"), "once is enough");

    // And the other way round: what the timetable wants again is open again at once.
    let cancel = TimetableChange::CancelException { id: "closed".to_owned() };
    assert!(db.close_slots(&closing(&world, "two"), 0).await.expect("the database") == 0, "all are closed already");
    timetable::carry_out(&world.app, at, Some((&cancel, &zhang())), (People::Stay, 0)).await.expect("carried out");
    let under = slots().await;
    assert!(under.iter().all(|(_, closure)| closure.as_deref() == Some("two")), "the closing wins: {under:?}");
    assert!(timetable::undo_closing(&world.app, &zhang(), "two").await.expect("taken back"));
    let open = slots().await;
    assert!(open.len() >= before.len() && open.iter().all(|(_, closure)| closure.is_none()), "{open:?}");
}

#[tokio::test]
async fn a_yes_to_a_closing_counts_for_no_more_people_than_its_question_has_named() {
    let world = World::new().await;
    let (first, second, third) = (world.followup().await, world.followup().await, world.followup().await);
    books(&world, &first, SLOT).await;
    let mut nurse = world.nurse().await;
    let key = secrets::fresh_id();
    let fields =
        [("service", "ldct-review"), ("first", DAY), ("last", DAY), ("reason", "设备检修"), ("key", key.as_str())];
    let asked = nurse.form("/staff/closures", &fields).await.text;
    assert!(asked.contains("影响 1 个人"), "{asked}");
    let answer = |seen: String| {
        let mut sure: Vec<(&str, String)> = fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        sure.extend([("sure", "yes".to_owned()), ("seen", seen)]);
        sure
    };
    let sends = async |nurse: &mut Client, fields: &[(&str, String)]| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        nurse.form("/staff/closures", &fields).await
    };
    let yes = answer(hidden(&asked, "confirm", "seen"));
    // Between question and answer two more come in.
    books(&world, &second, SLOT).await;
    books(&world, &third, "ldct-review-2026-11-25-0900").await;
    let again = sends(&mut nurse, &yes).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    for part in ["刚才又有人约了，现在影响 3 个人", "影响 3 个人", "确定停诊 11月25日"] {
        assert!(again.text.contains(part), "{part}: {}", again.text);
    }
    let unseen: Vec<(&str, String)> = yes.iter().filter(|(name, _)| *name != "seen").cloned().collect();
    assert_eq!(sends(&mut nurse, &unseen).await.status, StatusCode::UNPROCESSABLE_ENTITY, "nor a yes to no question");
    for followup in [&first, &second, &third] {
        assert_eq!(row(&mut nurse, followup).await["standing"], "booked", "nothing was done");
    }
    assert!(world.app.db.closures(HOSPITAL, world.app.now()).await.expect("the database").is_empty());
    // Fewer than were named are no reason to ask again.
    changes(&world, &third, Action::Cancel, None).await;
    let done = sends(&mut nurse, &answer(hidden(&again.text, "confirm", "seen"))).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    for followup in [&first, &second] {
        assert!(listed(&mut nurse, followup).await.is_some());
    }
    sound(&world).await;
}

#[tokio::test]
async fn nobody_slips_into_a_closing_beside_its_count() {
    let world = World::new().await;
    let mut people = Vec::new();
    for _ in 0..6 {
        people.push(world.followup().await);
    }
    for round in 0..3 {
        let books = people.iter().map(|followup| {
            let (db, now, id) = (world.app.db.clone(), world.app.now(), followup.row.id.clone());
            let slot = SlotId::parse(SLOT);
            tokio::spawn(async move {
                let change = Change {
                    followup: id,
                    action: Action::Book,
                    slot,
                    appointment: None,
                    party: Party::Staff(Role::Nurse),
                    who: "zhang".to_owned(),
                    detail: String::new(),
                    said: String::new(),
                    until: None,
                    rules: Rules::Aside(None),
                    key: secrets::fresh_key(),
                    now,
                };
                db.change(&change).await.expect("the database").is_ok()
            })
        });
        let books: Vec<_> = books.collect();
        let id = format!("round-{round}");
        let closed = world.app.db.close_slots(&closing(&world, &id), 1).await;
        for booked in books {
            booked.await.expect("done");
        }
        let left = world.app.db.left_in_closed(world.app.now(), 10).await.expect("the database");
        match closed {
            Ok(_) => assert!(left.len() <= 1, "{left:?}"),
            Err(error) => assert!(matches!(error, Error::MoreThanAsked) && left.is_empty(), "{error}"),
        }
        timetable::undo_closing(&world.app, &zhang(), &id).await.expect("the database");
        for followup in &people {
            let record = world.app.db.followup(&followup.row.id).await.expect("the database").expect("a follow-up");
            if record.latest.is_some_and(|latest| latest.state == State::Booked) {
                changes(&world, followup, Action::Cancel, None).await;
            }
        }
    }
    sound(&world).await;
}

#[tokio::test]
async fn a_yes_to_a_change_of_the_timetable_counts_for_no_more_people_than_its_question_has_named() {
    let world = World::new().await;
    let (first, second) = (world.followup().await, world.followup().await);
    books(&world, &first, SLOT).await;
    let mut manager = world.staff("pai", HOSPITAL, Role::ScheduleManager).await;
    let key = secrets::fresh_id();
    let fields = [("service", "*"), ("first", DAY), ("last", DAY), ("reason", "停电"), ("key", key.as_str())];
    let asked = manager.form("/staff/schedules/closings", &fields).await.text;
    assert!(asked.contains("影响 1 个人"), "{asked}");
    let answers = async |manager: &mut Client, seen: &str| {
        let sure: Vec<(&str, &str)> = fields.iter().copied().chain([("sure", "yes"), ("seen", seen)]).collect();
        manager.form("/staff/schedules/closings", &sure).await
    };
    books(&world, &second, SLOT).await;
    let again = answers(&mut manager, &hidden(&asked, "confirm", "seen")).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.text.contains("刚才又有人约了，现在影响 2 个人"), "{}", again.text);
    let at = At { hospital: HOSPITAL, now: world.app.now() };
    assert!(world.app.db.timetable(at).await.expect("the database").exceptions.is_empty(), "nothing was written");
    let seen = hidden(&again.text, "confirm", "seen");
    assert_eq!(answers(&mut manager, &seen).await.status, StatusCode::SEE_OTHER);
    assert_eq!(answers(&mut manager, &seen).await.status, StatusCode::SEE_OTHER, "a repeat is done once");
    assert_eq!(world.app.db.timetable(at).await.expect("the database").exceptions.len(), 1);
    let mut nurse = world.nurse().await;
    for followup in [&first, &second] {
        assert!(listed(&mut nurse, followup).await.is_some());
    }
}

#[tokio::test]
async fn a_slot_that_somebody_came_into_since_it_was_read_is_not_closed_with_them() {
    let world = World::new().await;
    let followup = world.followup().await;
    books(&world, &followup, SLOT).await;
    let at = At { hospital: HOSPITAL, now: world.app.now() };
    let closes = async |people: i64| {
        let step = Step::CloseWith { id: SLOT.to_owned(), people };
        world.app.db.reschedule(at, None, &|_, _, _| Ok(vec![step.clone()])).await
    };
    let early = closes(0).await;
    assert!(matches!(early, Err(Error::MoreThanAsked)), "{early:?}");
    assert!(world.app.db.left_in_closed(world.app.now(), 10).await.expect("the database").is_empty());
    assert_eq!(closes(1).await.expect("closed"), 1);
    assert_eq!(world.app.db.left_in_closed(world.app.now(), 10).await.expect("the database").len(), 1);
}

#[tokio::test]
async fn a_yes_to_an_end_counts_for_the_follow_up_as_it_was_asked_about() {
    let world = World::new().await;
    for ends in ["withdraw", "call"] {
        let followup = world.followup().await;
        let id = followup.row.id.as_str();
        let mut nurse = world.nurse().await;
        let key = secrets::fresh_id();
        let call = [("outcome", "declined"), ("again", ""), ("note", ""), ("key", key.as_str())];
        let page = nurse.get(&format!("/staff/followups/{id}")).await.text;
        let seen = if ends == "withdraw" {
            let form = page.split("<form").find(|part| part.contains("/withdraw\"")).expect("a form");
            let seen = form.split("name=\"seen\" value=\"").nth(1).expect("what was seen");
            seen.split('"').next().unwrap_or_default().to_owned()
        } else {
            let asked = does(&mut nurse, id, "call", &[&call[..], &[("ask", "yes")]].concat()).await.text;
            assert!(asked.contains("结束随访吗") && !asked.contains("约好的"), "nothing is booked yet: {asked}");
            hidden(&asked, "confirm", "seen")
        };
        books(&world, &followup, SLOT).await;
        let answer = async |nurse: &mut Client, seen: &str| {
            let fields = if ends == "call" { call.to_vec() } else { vec![("reason", "重复建的")] };
            does(nurse, id, ends, &[&fields[..], &[("seen", seen)]].concat()).await
        };
        let refused = answer(&mut nurse, &seen).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{ends}: {}", refused.text);
        assert!(refused.text.contains("别人刚刚改过") && refused.text.contains("上午8:30"), "{}", refused.text);
        let now = row(&mut nurse, &followup).await;
        assert_eq!(now["standing"], "booked", "{ends}");
        let done = answer(&mut nurse, &now["version"].to_string()).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{ends}: {}", done.text);
        assert_eq!(row(&mut nurse, &followup).await["standing"], "closed", "{ends}");
    }
    sound(&world).await;
}

#[tokio::test]
async fn the_fields_of_a_closing_fold_under_its_question_and_another_day_is_asked_about_anew() {
    let world = World::new().await;
    let (wednesday, friday) = (world.followup().await, world.followup().await);
    books(&world, &wednesday, SLOT).await;
    books(&world, &friday, "ldct-review-2026-11-27-0900").await;
    let mut nurse = world.nurse().await;
    let fields = |first: &'static str, last: &'static str, key: &str| {
        [("service", "ldct-review"), ("first", first), ("last", last), ("reason", "设备检修"), ("key", key)]
            .map(|(name, value)| (name, value.to_owned()))
    };
    let sends = async |nurse: &mut Client, fields: &[(&str, String)]| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        nurse.form("/staff/closures", &fields).await
    };
    let key = secrets::fresh_id();
    let empty = nurse.get("/staff/closures").await.text;
    let before = empty.split("<main").nth(1).and_then(|main| main.split("id=\"closing\"").next()).expect("the fields");
    assert!(!before.contains("<details"), "unasked they stand open: {empty}");
    assert!(empty.contains("form=\"closing\"") && empty.contains("先看影响多少人"), "{empty}");

    let asked = sends(&mut nurse, &fields(DAY, DAY, &key)).await.text;
    let fold =
        asked.split("id=\"closing\"").next().and_then(|before| before.rsplit("<details").next()).expect("a fold");
    assert!(fold.contains("zs-again") && asked.contains("病人会看到的原因：设备检修"), "{asked}");
    assert!(fold.contains("改一改，再看") && !fold.contains("</details>"), "the fields are folded: {asked}");
    assert!(!fold.split('>').next().unwrap_or_default().contains("open"), "and closed: {fold}");
    // The one button names the days and answers what was asked, not what stands in the fold.
    let bar = asked.split("zs-action-bar__row").nth(1).expect("a bar");
    assert!(bar.contains("确定停诊 11月25日<") && bar.contains("form=\"confirm\""), "{bar}");
    assert!(!bar.contains("form=\"closing\""), "{bar}");
    for (name, value) in [("first", DAY), ("last", DAY), ("service", "ldct-review"), ("sure", "yes"), ("seen", "1")] {
        assert_eq!(hidden(&asked, "confirm", name), value);
    }
    let fields_there =
        asked.split("id=\"closing\"").nth(1).and_then(|rest| rest.split("</form>").next()).expect("fields");
    assert!(
        fields_there.contains(&format!("value=\"{DAY}\"")) && !fields_there.contains("name=\"sure\""),
        "{fields_there}"
    );

    // Another day out of the fold closes nothing: it is asked about with its own number and its own days.
    let key = secrets::fresh_id();
    let other = sends(&mut nurse, &fields(DAY, "2026-11-27", &key)).await.text;
    assert!(other.contains("影响 2 个人") && other.contains("确定停诊 11月25日 到 11月27日<"), "{other}");
    assert_eq!(
        (hidden(&other, "confirm", "last"), hidden(&other, "confirm", "seen")),
        ("2026-11-27".to_owned(), "2".to_owned())
    );
    assert!(world.app.db.closures(HOSPITAL, world.app.now()).await.expect("the database").is_empty());
    // The yes to the first question closes its day alone.
    let yes = [&fields(DAY, DAY, &key)[..], &[("sure", "yes".to_owned()), ("seen", "1".to_owned())]].concat();
    assert_eq!(sends(&mut nurse, &yes).await.status, StatusCode::SEE_OTHER);
    assert_eq!(row(&mut nurse, &wednesday).await["standing"], "held");
    assert_eq!(row(&mut nurse, &friday).await["standing"], "booked");
}

#[tokio::test]
async fn nobody_is_given_another_examination_in_the_place_of_a_closed_one() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let mut new = new_followup();
    new["services"] = json!(["ldct-review", "breast-clinic"]);
    let key = secrets::fresh_id();
    let made = nurse.json("POST", "/api/v1/staff/followups", &new, &[("idempotency-key", &key)]).await;
    let followup: FollowUpDetail = serde_json::from_str(&made.text).expect("a follow-up");
    books(&world, &followup, "ldct-review-2026-11-24-0830").await;
    let mut patient = world.patient(&followup).await;
    let link = format!("/f/{}", followup.token);
    // A second time is held beside it: they are one person still.
    let held = [("slot", "ldct-review-2026-11-24-0900"), ("key", &*secrets::fresh_id())];
    patient.form(&format!("{link}/hold"), &held).await;

    let mut manager = world.staff("qian", HOSPITAL, Role::ScheduleManager).await;
    let form = [("service", "ldct-review"), ("first", "2026-11-23"), ("last", "2027-01-21"), ("reason", "设备检修")];
    let key = secrets::fresh_id();
    let asked = manager.form("/staff/closures", &[&form[..], &[("key", key.as_str())]].concat()).await;
    assert!(asked.text.contains("影响 1 个人"), "{}", asked.text);
    assert!(asked.text.contains("没有空的，要您打电话安排"), "{}", asked.text);
    let sure = [("key", key.as_str()), ("sure", "yes"), ("seen", "1")];
    let closed = manager.form("/staff/closures", &[&form[..], &sure[..]].concat()).await;
    assert_eq!(closed.status, StatusCode::SEE_OTHER, "{}", closed.text);
    let stored = async || world.app.db.followup(&followup.row.id).await.expect("the database").expect("a follow-up");
    let kept = stored().await.held.expect("a time after the closing");
    assert_eq!(kept.0.service, "ldct-review", "not the other examination, which is free much earlier");
    assert!(patient.get(&link).await.text.contains("为您留了新时间"));
    // That day is closed too, and nothing of this service is left.
    let form = [("service", "ldct-review"), ("first", "2027-01-22"), ("last", "2027-01-22"), ("reason", "设备检修")];
    let (key, seen) = (secrets::fresh_id(), [("sure", "yes"), ("seen", "1")]);
    let closed = manager.form("/staff/closures", &[&form[..], &seen[..], &[("key", key.as_str())]].concat()).await;
    assert_eq!(closed.status, StatusCode::SEE_OTHER, "{}", closed.text);
    let record = stored().await;
    assert!(record.held.is_none() && record.firm().is_none(), "{record:?}");
    assert!(nurse.get("/staff/lists/overdue").await.text.contains("现在没有约"), "and the nurse sees whom to call");
}

#[tokio::test]
async fn who_waits_for_an_earlier_time_is_offered_none_for_another_examination() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let mut new = new_followup();
    new["services"] = json!(["ldct-review", "breast-clinic"]);
    let key = secrets::fresh_id();
    let made = nurse.json("POST", "/api/v1/staff/followups", &new, &[("idempotency-key", &key)]).await;
    let followup: FollowUpDetail = serde_json::from_str(&made.text).expect("a follow-up");
    books(&world, &followup, "breast-clinic-2026-12-03-0900").await;
    let waits = |before: i64| world.app.db.waiting_list((before, ""), 10);
    let before = Moment::at(CivilDate::parse("2026-12-03").expect("a day"), 540);
    world
        .app
        .db
        .wait(&followup.row.id, before, "patient", world.app.now())
        .await
        .expect("the database")
        .expect("waits");
    let (waiters, _) = waits(i64::MIN).await.expect("the database");
    assert_eq!(waiters.len(), 1);
    assert_eq!(waiters[0].services, ["breast-clinic"]);
}

#[tokio::test]
async fn a_second_closing_hides_neither_the_day_that_was_lost_nor_its_reason() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let followup = world.followup().await;
    books(&world, &followup, SLOT).await;
    closes(&mut nurse).await;
    let stored = async || world.app.db.followup(&followup.row.id).await.expect("the database").expect("a follow-up");
    let kept = stored().await.held.expect("a time is kept").0.starts.date().to_string();
    let key = secrets::fresh_id();
    let fields = [
        ("service", "ldct-review"),
        ("first", kept.as_str()),
        ("last", kept.as_str()),
        ("reason", "停电"),
        ("sure", "yes"),
        ("seen", "9"),
        ("key", key.as_str()),
    ];
    assert_eq!(nurse.form("/staff/closures", &fields).await.status, StatusCode::SEE_OTHER);
    assert_ne!(stored().await.held.map(|(slot, _)| slot.starts.date().to_string()), Some(kept), "another is kept");
    let told = nurse.get("/staff/lists/overdue").await.text;
    assert!(told.contains(&format!("{WHEN} 停诊，原来的时间取消了")), "the day on which they would come: {told}");
    let mut patient = world.patient(&followup).await;
    let link = patient.get(&format!("/f/{}", followup.token)).await.text;
    assert!(link.contains("停诊原因：设备检修") && !link.contains("停电"), "{link}");
    let message = nurse.get(&format!("/api/v1/staff/followups/{}", followup.row.id)).await.json()["message"].clone();
    let message = message.as_str().unwrap_or_default();
    assert!(message.contains("2026年11月25日 星期三 上午8:30 的预约医院取消了，那天别来"), "{message}");
}

#[tokio::test]
async fn a_form_that_comes_again_is_not_told_as_done_when_it_was_taken_back() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let key = secrets::fresh_id();
    let fields = [
        ("service", "ldct-review"),
        ("first", DAY),
        ("last", DAY),
        ("reason", "设备检修"),
        ("sure", "yes"),
        ("seen", "0"),
        ("key", key.as_str()),
    ];
    let close = async |nurse: &mut Client| {
        let done = nurse.form("/staff/closures", &fields).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        nurse.get(done.location()).await.text
    };
    assert!(close(&mut nurse).await.contains("停诊登记好了"));
    takes_back(&world, &mut nurse).await;
    let again = close(&mut nurse).await;
    assert!(again.contains("这一步以前做过了，没有再做一次") && !again.contains("停诊登记好了"), "{again}");
    // The same of what is done with a follow-up.
    let followup = world.followup().await;
    let id = followup.row.id.as_str();
    let key = secrets::fresh_id();
    let book = [("slot", SLOT), ("asked", "yes"), ("key", key.as_str())];
    let told = async |nurse: &mut Client| {
        let done = does(nurse, id, "book", &book).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        nurse.get(done.location()).await.text
    };
    assert!(told(&mut nurse).await.contains("约好了。系统不发短信"));
    let appointment = row(&mut nurse, &followup).await["appointment"].clone();
    let cancel = [
        ("whose", "patient"),
        ("appointment", appointment.as_str().unwrap_or_default()),
        ("key", &*secrets::fresh_id()),
    ];
    assert_eq!(does(&mut nurse, id, "cancel", &cancel).await.status, StatusCode::SEE_OTHER);
    let again = told(&mut nurse).await;
    assert!(again.contains("没有再做一次") && !again.contains("约好了。系统不发短信"), "{again}");
}
