//! Nursing at home: asking with consent, the nurse's assessment, the visit and what came of it, the private link, and
//! that no open request is ever missing from the list.

use crate::world::{Answer, Client, PASSWORD, World};
use axum::http::StatusCode;
use proptest::prelude::*;
use std::collections::BTreeSet;
use zaoshai_backend::db::Db;
use zaoshai_backend::db::home_care::{CareChange, CareRecord, NewRequest, PlannedVisit};
use zaoshai_backend::db::pages::After;
use zaoshai_backend::db::repeats::{Once, Sent};
use zaoshai_backend::secrets;
use zaoshai_contract::civil::{CivilDate, Moment};
use zaoshai_contract::holidays::Holidays;
use zaoshai_contract::home_care::{Action, CareLists, ForWhom, State, after, due};
use zaoshai_contract::roles::{Party, Role};
use zaoshai_contract::staff::Staff;
use zaoshai_contract::staff::audit::AuditFilter;

const DAY: i64 = 86_400_000;
/// What the person types; none of it may be readable in the database, in an address or in the log.
const PERSONAL: [&str; 6] = ["王奶奶", "13912345678", "迎江区", "人民路 8 号", "伤口要换药", "母亲"];

/// The fields of a whole form.
fn fields(world: &World, key: &str) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = [
        ("key", key),
        ("for_whom", "relative"),
        ("relation", PERSONAL[5]),
        ("name", PERSONAL[0]),
        ("phone", PERSONAL[1]),
        ("area", PERSONAL[2]),
        ("address", PERSONAL[3]),
        ("service", "dressing"),
        ("need", PERSONAL[4]),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect();
    let library = world.app.library();
    let care = library.home_care.as_ref().expect("nursing at home");
    fields.extend(care.consent.iter().map(|sentence| ("agreed".to_owned(), sentence.clone())));
    fields
}

/// All open requests of a hospital: those to be dealt with, then the planned ones.
async fn open_care(db: &Db, hospital: &str) -> Vec<CareRecord> {
    let any = Moment(4_000_000_000_000);
    let mut all = Vec::new();
    for which in [CareLists::Open, CareLists::Planned] {
        all.extend(db.care_list(hospital, which, any, &After::lowest(), 99).await.expect("the database"));
    }
    all
}

async fn ended_care(db: &Db, hospital: &str) -> Vec<CareRecord> {
    let any = Moment(4_000_000_000_000);
    db.care_list(hospital, CareLists::Ended, any, &After::highest(), 99).await.expect("the database")
}

async fn sends(client: &mut Client, path: &str, fields: &[(String, String)]) -> Answer {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    client.form(path, &fields).await
}

/// Somebody asks; gives her browser and the address of her link.
pub async fn asks(world: &World) -> (Client, String) {
    let mut person = world.client();
    let answer = sends(&mut person, "/home-care", &fields(world, &secrets::fresh_id())).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let link = answer.location().split('?').next().unwrap_or_default().to_owned();
    (person, link)
}

/// What stands in the hidden field of a page.
fn hidden(page: &str, name: &str) -> String {
    let mark = format!("name=\"{name}\" value=\"");
    page.split(&mark).nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
}

/// The address of the request that a nurse's list shows first.
async fn first(nurse: &mut Client) -> String {
    let list = nurse.get("/staff/home-care").await.text;
    let id = list.split("href=\"/staff/home-care/").nth(1).and_then(|rest| rest.split('"').next());
    format!("/staff/home-care/{}", id.unwrap_or_else(|| panic!("no request in {list}")))
}

/// A nurse opens a request and sends one of its forms.
async fn does(nurse: &mut Client, path: &str, deed: &str, more: &[(&str, &str)]) -> Answer {
    let page = nurse.get(path).await.text;
    with_page(nurse, path, &page, deed, more).await
}

/// A nurse sends a form of a page that she opened before.
async fn with_page(nurse: &mut Client, path: &str, page: &str, deed: &str, more: &[(&str, &str)]) -> Answer {
    let (key, version) = (hidden(page, "key"), hidden(page, "version"));
    let mut fields = vec![("key", key.as_str()), ("version", version.as_str())];
    fields.extend(more);
    nurse.form(&format!("{path}/{deed}"), &fields).await
}

const ACCEPT: [(&str, &str); 2] = [("verdict", "yes"), ("prepare", "请准备好出院小结")];
const PLAN: [(&str, &str); 4] = [("day", "2026-11-25"), ("from", "09:00"), ("to", "11:00"), ("nurse", "zhang")];

#[tokio::test]
async fn asking_without_consent_or_with_gaps_is_refused_field_by_field_and_keeps_what_was_typed() {
    let world = World::new().await;
    let mut person = world.client();
    let key = secrets::fresh_id();
    let gaps = person.form("/home-care", &[("key", &key), ("name", "王奶奶"), ("for_whom", "relative")]).await;
    assert_eq!(gaps.status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["relation", "phone", "area", "address", "service", "need", "agreed-0"] {
        assert!(gaps.text.contains(&format!("id=\"{field}-error\"")), "{field} is marked: {}", gaps.text);
    }
    // The summary leads to the first of them alone, and says how many there are.
    assert!(gaps.text.contains("href=\"#relation\"") && gaps.text.contains("有 10 处要改"), "{}", gaps.text);
    assert!(!gaps.text.contains("href=\"#agreed-3\"") && gaps.text.contains("id=\"agreed-3-error\""), "{}", gaps.text);
    assert!(gaps.text.contains("value=\"王奶奶\"") && !gaps.text.contains("href=\"#name\""), "{}", gaps.text);
    let mut without = fields(&world, &key);
    let last = without.pop().expect("a consent").1;
    let refused = sends(&mut person, "/home-care", &without).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("href=\"#agreed-3\"") && !refused.text.contains("href=\"#agreed-2\""));
    without.push(("agreed".to_owned(), format!("{last}吗")));
    let other = sends(&mut person, "/home-care", &without).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY, "only the very sentence counts");
    assert!(open_care(&world.app.db, "zhuzhou-2").await.is_empty());
    assert_eq!(person.form("/home-care", &[("name", "王奶奶")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_repeat_with_the_same_key_makes_one_and_another_wish_under_it_is_told_apart() {
    let world = World::new().await;
    let mut person = world.client();
    let mut form = fields(&world, &secrets::fresh_id());
    let one = sends(&mut person, "/home-care", &form).await;
    let again = sends(&mut person, "/home-care", &form).await;
    assert_eq!(one.location(), again.location());
    form[8].1 = "别的".to_owned();
    let other = sends(&mut person, "/home-care", &form).await;
    assert!(other.text.contains("这一步已经提交过") && other.text.contains("别的"), "{}", other.text);
    assert_eq!(open_care(&world.app.db, "zhuzhou-2").await.len(), 1);
    let page = person.get(one.location()).await.text;
    assert!(page.contains("等护士打电话") && page.contains("收到了"), "{page}");
    assert!(page.contains("11月24日"), "asked on Monday, called by the end of Tuesday: {page}");
    for word in PERSONAL {
        assert!(!one.location().contains(word));
    }
}

/// The fields of a form for a phone number of its own.
fn fields_of(world: &World, person: usize) -> Vec<(String, String)> {
    let mut fields = fields(world, &secrets::fresh_id());
    fields[4].1 = format!("139{person:08}");
    fields
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_requests_at_once_for_one_number_three_are_made() {
    let world = World::new().await;
    // Again and again, since the first burst is drawn out by the connections that it opens.
    for round in 0..6 {
        let asking: Vec<_> = (0..16)
            .map(|place| {
                let mut person = world.client().at(&format!("192.0.{round}.{place}"));
                let mut fields = fields(&world, &secrets::fresh_id());
                fields[4].1 = format!("1391234567{round}");
                tokio::spawn(async move { sends(&mut person, "/home-care", &fields).await })
            })
            .collect();
        let mut made = 0;
        for answer in asking {
            let answer = answer.await.expect("an answer");
            if answer.status == StatusCode::SEE_OTHER {
                made += 1;
            } else {
                assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.text);
                assert!(answer.text.contains("已经有 3 个申请在办"), "{}", answer.text);
            }
        }
        assert_eq!(made, 3, "round {round}");
    }
    assert_eq!(open_care(&world.app.db, "zhuzhou-2").await.len(), 18);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_from_one_address_ends_at_its_limit_and_keeps_nobody_else_out() {
    let world = World::new().await;
    let flood: Vec<_> = (0..40)
        .map(|person| {
            let (mut stranger, fields) = (world.client().at("192.0.2.1"), fields_of(&world, person));
            tokio::spawn(async move { (sends(&mut stranger, "/home-care", &fields).await, fields) })
        })
        .collect();
    let mut made = Vec::new();
    let mut phone = String::new();
    for answer in flood {
        let (answer, fields) = answer.await.expect("an answer");
        if answer.status == StatusCode::SEE_OTHER {
            made.push((answer.location().to_owned(), fields));
            continue;
        }
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{}", answer.text);
        assert_eq!(answer.headers["retry-after"], "3600");
        phone = world.app.phone();
        for kept in ["从这个网络提交的申请太多了", "您填的都还在", &phone, PERSONAL[0], PERSONAL[4], &fields[4].1]
        {
            assert!(answer.text.contains(kept), "{kept}: {}", answer.text);
        }
    }
    assert!(!phone.is_empty(), "somebody was refused");
    assert_eq!((made.len(), open_care(&world.app.db, "zhuzhou-2").await.len()), (10, 10));

    let (first, fields) = &made[0];
    let again = sends(&mut world.client().at("192.0.2.1"), "/home-care", fields).await;
    assert_eq!(again.location(), first, "a form that was sent before has its first answer");
    let elsewhere = sends(&mut world.client().at("192.0.2.2"), "/home-care", &fields_of(&world, 101)).await;
    assert_eq!(elsewhere.status, StatusCode::SEE_OTHER, "{}", elsewhere.text);
    let mut nurse = world.nurse().await.at("192.0.2.1");
    let by_nurse = sends(&mut nurse, "/home-care", &fields_of(&world, 102)).await;
    assert_eq!(by_nurse.status, StatusCode::SEE_OTHER, "who is signed in asks for whoever calls: {}", by_nurse.text);
    assert_eq!(open_care(&world.app.db, "zhuzhou-2").await.len(), 12);
}

#[tokio::test]
async fn the_neighbours_in_one_network_share_a_limit_by_the_hour_and_by_the_day() {
    let world = World::new().await;
    let mut made_in_hours = Vec::new();
    for hour in 0..7 {
        let mut made = 0;
        for place in 0..12 {
            let mut neighbour = world.client().at(&format!("2001:db8::{hour}:{place}"));
            let asked = sends(&mut neighbour, "/home-care", &fields_of(&world, hour * 12 + place)).await;
            made += usize::from(asked.status == StatusCode::SEE_OTHER);
        }
        made_in_hours.push(made);
        world.app.clock.set(Moment(world.app.now().0 + 3_600_000));
    }
    assert_eq!(made_in_hours, [10, 10, 10, 10, 0, 0, 0]);
    world.app.clock.set(Moment(world.app.now().0 + DAY));
    let next_day = sends(&mut world.client().at("2001:db8::1"), "/home-care", &fields_of(&world, 500)).await;
    assert_eq!(next_day.status, StatusCode::SEE_OTHER, "{}", next_day.text);
}

#[tokio::test]
async fn no_nurse_is_sent_to_two_people_at_once() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    asks(&world).await;
    let path = first(&mut nurse).await;
    does(&mut nurse, &path, "assess", &ACCEPT).await;
    assert_eq!(does(&mut nurse, &path, "plan", &PLAN).await.status, StatusCode::SEE_OTHER);
    asks(&world).await;
    let list = nurse.get("/staff/home-care").await.text;
    let ids = list.split("href=\"/staff/home-care/").skip(1).filter_map(|rest| rest.split('"').next());
    let second = ids.map(|id| format!("/staff/home-care/{id}")).find(|other| *other != path).expect("a second request");
    does(&mut nurse, &second, "assess", &ACCEPT).await;
    let with = |from, to| [("day", "2026-11-25"), ("from", from), ("to", to), ("nurse", "zhang")];
    let refused = does(&mut nurse, &second, "plan", &with("10:30", "12:00")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("这位护士那天 09:00 到 11:00 已经要上门"), "{}", refused.text);
    assert_eq!(does(&mut nurse, &second, "plan", &with("11:00", "12:00")).await.status, StatusCode::SEE_OTHER);
    // Her own visit stands in nobody's way when it is planned anew.
    assert_eq!(does(&mut nurse, &path, "plan", &with("09:30", "11:00")).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn no_visit_is_planned_for_a_time_that_has_passed() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    asks(&world).await;
    let path = first(&mut nurse).await;
    does(&mut nurse, &path, "assess", &ACCEPT).await;
    let today = |from, to| [("day", "2026-11-23"), ("from", from), ("to", to), ("nurse", "zhang")];
    for (from, to) in [("06:00", "07:00"), ("07:30", "09:00"), ("08:00", "09:00")] {
        let refused = does(&mut nurse, &path, "plan", &today(from, to)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{from}");
        assert!(
            refused.text.contains("这个时间已经过了") && refused.text.contains("href=\"#from\""),
            "{}",
            refused.text
        );
    }
    assert_eq!(does(&mut nurse, &path, "plan", &today("08:01", "09:00")).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn the_whole_path_from_asking_to_the_outcome() {
    let world = World::new().await;
    let (mut person, link) = asks(&world).await;
    let mut nurse = world.nurse().await;
    let path = first(&mut nurse).await;
    let page = nurse.get(&path).await.text;
    for word in PERSONAL {
        assert!(page.contains(word), "the nurse sees {word}");
    }
    assert!(page.contains("href=\"tel:13912345678\"") && page.contains("我同意护士先打电话"), "{page}");
    let early = does(&mut nurse, &path, "plan", &PLAN).await;
    assert_eq!(early.status, StatusCode::CONFLICT, "no visit before an assessment");
    let bare = does(&mut nurse, &path, "assess", &[("verdict", "no")]).await;
    assert_eq!(bare.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bare.text.contains("请写原因"), "{}", bare.text);
    assert_eq!(does(&mut nurse, &path, "assess", &ACCEPT).await.status, StatusCode::SEE_OTHER);
    assert!(person.get(&link).await.text.contains("护士说可以上门"));
    for wrong in [("day", "2026-11-22"), ("to", "08:00"), ("to", "20:00"), ("nurse", "nobody")] {
        let mut fields = PLAN.to_vec();
        fields.retain(|(name, _)| *name != wrong.0);
        fields.push(wrong);
        let answer = does(&mut nurse, &path, "plan", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong:?}");
        assert!(answer.text.contains(&format!("href=\"#{}\"", wrong.0)), "{wrong:?}");
    }
    assert_eq!(does(&mut nurse, &path, "plan", &PLAN).await.status, StatusCode::SEE_OTHER);
    let told = person.get(&link).await.text;
    for word in ["11月25日", "9:00–11:00", "张护士", "请准备好出院小结"] {
        assert!(told.contains(word), "{word} in {told}");
    }
    let list = nurse.get("/staff/home-care").await.text;
    assert!(list.contains("已排的上门 1") && list.contains("11月25日"), "{list}");
    let done = [("outcome", "done"), ("note", "伤口长得好")];
    assert_eq!(does(&mut nurse, &path, "outcome", &done).await.status, StatusCode::CONFLICT, "before the visit");
    let start = world.app.now();
    world.app.clock.set(Moment(start.0 + 3 * DAY));
    let mut nurse = world.nurse().await;
    let list = nurse.get("/staff/home-care").await.text;
    assert!(list.contains("要处理 1") && list.contains("没有记录"), "a visit without a word is not lost: {list}");
    let missed = does(&mut nurse, &path, "outcome", &[("outcome", "nobody-there")]).await;
    assert_eq!(missed.status, StatusCode::SEE_OTHER, "{}", missed.text);
    let anew = [("day", "2026-11-27"), ("from", "14:00"), ("to", "15:00"), ("nurse", "zhang")];
    assert_eq!(does(&mut nurse, &path, "plan", &anew).await.status, StatusCode::SEE_OTHER);
    world.app.clock.set(Moment(start.0 + 4 * DAY + 8 * 3_600_000));
    let mut nurse = world.nurse().await;
    assert_eq!(does(&mut nurse, &path, "outcome", &done).await.status, StatusCode::SEE_OTHER);
    let page = nurse.get(&path).await.text;
    for word in ["已完成", "伤口长得好", "上门，没有人在家", "排了上门：2026-11-27 14:00–15:00 张护士"]
    {
        assert!(page.contains(word), "{word} in {page}");
    }
    let mut person = world.client();
    let answer = person.form(&format!("{link}/identify"), &[("ending", "5678")]).await;
    assert_eq!(answer.location(), link);
    let told = person.get(&link).await.text;
    assert!(told.contains("这次护理做好了") && !told.contains("伤口长得好"), "the note is the nurses' own: {told}");
    let log = world.app.db.audit_log("zhuzhou-2", &AuditFilter::default(), None, 99).await.expect("the log");
    for action in ["list-home-care", "read-home-care", "accept-home-care", "plan-home-care", "finish-home-care"] {
        assert!(log.iter().any(|line| line.action == action), "{action} is in the log");
    }
    world.app.clock.set(Moment(start.0 + 40 * DAY));
    assert_eq!(person.get(&link).await.status, StatusCode::GONE, "the link ends a month after the request");
}

#[tokio::test]
async fn a_second_nurses_form_made_before_a_change_is_refused_and_shows_what_is_there_now() {
    let world = World::new().await;
    asks(&world).await;
    let (mut one, mut two) = (world.nurse().await, world.nurse().await);
    let path = first(&mut one).await;
    let seen = two.get(&path).await.text;
    let page = one.get(&path).await.text;
    for _ in 0..2 {
        let answer = with_page(&mut one, &path, &page, "assess", &ACCEPT).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "a repeat of the same form is the first one");
    }
    let no = [("verdict", "no"), ("reason", "住得太远，请到门诊换药")];
    let late = with_page(&mut two, &path, &seen, "assess", &no).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    for word in ["别人刚刚改过", "可以上门，待排", "住得太远，请到门诊换药"] {
        assert!(late.text.contains(word), "{word} in {}", late.text);
    }
    let answer = with_page(&mut two, &path, &late.text, "assess", &no).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "from the page that shows the change it is hers to decide");
    let history = world.app.db.care_history(path.rsplit('/').next().expect("an id")).await.expect("the history");
    assert_eq!(history.len(), 3, "asked, accepted, declined: {history:?}");
}

#[tokio::test]
async fn another_hospitals_nurse_and_those_without_the_right_see_nothing() {
    let world = World::new().await;
    asks(&world).await;
    let path = first(&mut world.nurse().await).await;
    let hash = secrets::hash_password(PASSWORD).expect("a hash");
    for (name, hospital, role, list, page) in [
        ("li", "anqing-2", Role::Nurse, StatusCode::OK, StatusCode::NOT_FOUND),
        ("sun", "zhuzhou-2", Role::ScheduleManager, StatusCode::FORBIDDEN, StatusCode::FORBIDDEN),
        ("wu", "zhuzhou-2", Role::Auditor, StatusCode::FORBIDDEN, StatusCode::FORBIDDEN),
    ] {
        let staff =
            Staff { name: name.to_owned(), display: name.to_owned(), hospital: hospital.to_owned(), roles: vec![role] };
        assert!(world.app.db.make_staff(&staff, &hash, world.app.now()).await.expect("an account"));
        let mut other = world.client();
        let login = serde_json::json!({ "name": name, "password": PASSWORD });
        other.json("POST", "/api/v1/staff/session", &login, &[]).await;
        let seen = other.get("/staff/home-care").await;
        assert_eq!(seen.status, list, "{name}");
        assert!(!seen.text.contains("王奶奶"), "{name}");
        assert_eq!(other.get(&path).await.status, page, "{name}");
        assert_eq!(other.form(&format!("{path}/assess"), &ACCEPT).await.status, page, "{name}");
    }
    assert!(world.client().get(&path).await.headers.contains_key("location"), "a stranger signs in first");
}

#[tokio::test]
async fn withdrawing_frees_the_nurse_until_the_visit_begins() {
    let world = World::new().await;
    let (mut person, link) = asks(&world).await;
    let mut nurse = world.nurse().await;
    let path = first(&mut nurse).await;
    does(&mut nurse, &path, "assess", &ACCEPT).await;
    does(&mut nurse, &path, "plan", &PLAN).await;
    let begins = CivilDate::new(2026, 11, 25).expect("a day");
    world.app.clock.set(Moment::at(begins, 9 * 60 + 5));
    person.form(&format!("{link}/identify"), &[("ending", "5678")]).await;
    let page = person.get(&link).await.text;
    assert!(!page.contains("取消这次申请"), "the nurse is on her way: {page}");
    let late = person.form(&format!("{link}/withdraw"), &[("key", &secrets::fresh_id())]).await;
    assert!(late.location().ends_with("problem=too-late"), "{}", late.location());
    world.app.clock.set(Moment::at(begins, 8 * 60 + 50));
    let key = secrets::fresh_id();
    for _ in 0..2 {
        let answer = person.form(&format!("{link}/withdraw"), &[("key", &key)]).await;
        assert_eq!(answer.location(), link, "twice is once");
    }
    assert!(person.get(&link).await.text.contains("您已取消这次申请"));
    let mut nurse = world.nurse().await;
    let list = nurse.get("/staff/home-care").await.text;
    assert!(!list.contains("已排的上门") && list.contains("已结束 1") && list.contains("本人取消"), "{list}");
}

#[tokio::test]
async fn whoever_asks_for_two_parents_has_both_requests_open() {
    let world = World::new().await;
    let (mut daughter, mother) = asks(&world).await;
    let (_, father) = asks(&world).await;
    daughter.form(&format!("{father}/identify"), &[("ending", "5678")]).await;
    for link in [&mother, &father, &mother] {
        assert!(daughter.get(link).await.text.contains("王奶奶"), "{link}");
    }
    daughter.form(&format!("{father}/leave"), &[]).await;
    assert!(!daughter.get(&mother).await.text.contains("王奶奶"), "nothing stays open on a borrowed phone");
}

#[tokio::test]
async fn a_request_can_be_left_on_somebody_elses_phone() {
    let world = World::new().await;
    let (mut person, link) = asks(&world).await;
    let mut thief = person.clone();
    assert!(person.get(&link).await.text.contains("王奶奶"));
    let left = person.form(&format!("{link}/leave"), &[]).await;
    let page = person.get(left.location()).await.text;
    assert!(page.contains("已退出") && !page.contains("王奶奶"), "{page}");
    assert!(!person.get(left.location()).await.text.contains("已退出"), "told once");
    assert!(!thief.get(&link).await.text.contains("王奶奶"), "the session itself has ended");
    let wrong = person.form(&format!("{link}/identify"), &[("ending", "0000")]).await;
    let page = person.get(wrong.location()).await.text;
    assert!(page.contains("value=\"0000\"") && page.contains("id=\"ending-error\""), "{page}");
    person.form(&format!("{link}/identify"), &[("ending", "5678")]).await;
    assert!(person.get(&link).await.text.contains("王奶奶"), "nothing was deleted");
}

#[tokio::test]
async fn five_wrong_tries_lock_the_link_and_a_nurse_opens_it() {
    let world = World::new().await;
    let (mut person, link) = asks(&world).await;
    let mut stranger = world.client();
    let closed = stranger.get(&link).await.text;
    for word in PERSONAL {
        assert!(!closed.contains(word), "{word} before the check");
    }
    let steals = stranger.form(&format!("{link}/withdraw"), &[("key", &secrets::fresh_id())]).await;
    assert!(steals.location().ends_with("problem=identify-first"));
    for left in [4, 3, 2, 1] {
        let answer = stranger.form(&format!("{link}/identify"), &[("ending", "0000")]).await;
        assert!(answer.location().ends_with("problem=wrong-ending"), "{}", answer.location());
        let told = stranger.get(answer.location()).await.text;
        assert!(told.contains(&format!("还可以试 {left} 次")), "{left}: {told}");
    }
    let fifth = stranger.form(&format!("{link}/identify"), &[("ending", "0000")]).await;
    assert_eq!(fifth.status, StatusCode::LOCKED);
    let right = stranger.form(&format!("{link}/identify"), &[("ending", "5678")]).await;
    assert_eq!(right.status, StatusCode::LOCKED);
    assert_eq!(stranger.get(&link).await.status, StatusCode::LOCKED);
    assert!(person.get(&link).await.text.contains("王奶奶"), "a lock leaves in who is in");
    let mut nurse = world.nurse().await;
    let path = first(&mut nurse).await;
    assert!(nurse.get(&path).await.text.contains("链接锁住"));
    assert_eq!(does(&mut nurse, &path, "unlock", &[]).await.status, StatusCode::SEE_OTHER);
    let right = stranger.form(&format!("{link}/identify"), &[("ending", "5678")]).await;
    assert_eq!(right.location(), link);
    assert!(stranger.get(&link).await.text.contains("王奶奶"));
    world.app.clock.set(Moment(world.app.now().0 + 31 * 60_000));
    assert!(!stranger.get(&link).await.text.contains("王奶奶"), "the check lasts half an hour");
}

#[tokio::test]
async fn of_fifty_endings_at_once_five_are_checked() {
    let world = World::new().await;
    let (_, link) = asks(&world).await;
    let tries: Vec<_> = (0..50)
        .map(|_| {
            let (mut stranger, path) = (world.client(), format!("{link}/identify"));
            tokio::spawn(async move { stranger.form(&path, &[("ending", "0000")]).await.status })
        })
        .collect();
    let mut locked = 0;
    for answer in tries {
        locked += usize::from(answer.await.expect("an answer") == StatusCode::LOCKED);
    }
    assert_eq!(locked, 46, "four were wrong, the fifth has locked");
}

/// Everything that the tables of nursing at home hold, as one text.
async fn stored(world: &World) -> String {
    let id: Vec<String> = {
        let mut all = open_care(&world.app.db, "zhuzhou-2").await;
        all.extend(ended_care(&world.app.db, "zhuzhou-2").await);
        all.into_iter().map(|record| record.id).collect()
    };
    let rows = world.app.db.care_as_stored().await.expect("the database");
    assert_eq!(id.len(), 1);
    rows.join("\n")
}

#[tokio::test]
async fn staff_ask_and_act_for_whoever_calls_under_their_own_name() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let made = sends(&mut nurse, "/home-care", &fields(&world, &secrets::fresh_id())).await;
    assert!(made.location().starts_with("/staff/home-care/"), "{}", made.location());
    let id = made.location().rsplit('/').next().expect("an id").to_owned();
    let history = world.app.db.care_history(&id).await.expect("the database");
    assert_eq!((history[0].action.as_str(), history[0].actor.as_str()), ("ask", "zhang"));

    let (mut person, link) = asks(&world).await;
    let login = serde_json::json!({ "name": "zhang", "password": PASSWORD });
    person.json("POST", "/api/v1/staff/session", &login, &[]).await;
    let key = secrets::fresh_id();
    person.form(&format!("{link}/withdraw"), &[("key", &key)]).await;
    let open = ended_care(&world.app.db, "zhuzhou-2").await;
    let history = world.app.db.care_history(&open[0].id).await.expect("the database");
    assert_eq!((history[0].action.as_str(), history[0].actor.as_str()), ("withdraw", "zhang"));

    let (mut other, link) = asks(&world).await;
    world.staff("zhao", "anqing-2", Role::Coordinator).await;
    let login = serde_json::json!({ "name": "zhao", "password": "another" });
    other.json("POST", "/api/v1/staff/session", &login, &[]).await;
    assert_eq!(other.get(&link).await.status, StatusCode::OK, "to look is no writing");
    for deed in ["withdraw", "erase"] {
        let key = secrets::fresh_id();
        let refused = other.form(&format!("{link}/{deed}"), &[("key", &key), ("sure", "yes")]).await;
        assert!(refused.location().contains("problem=signed-in-as-staff"), "{deed}: {}", refused.location());
    }
}

#[tokio::test]
async fn staff_give_a_copy_and_delete_for_whoever_calls_and_nothing_is_left_in_the_files() {
    let world = World::new().await;
    let (mut person, link) = asks(&world).await;
    let mut nurse = world.nurse().await;
    let path = first(&mut nurse).await;
    does(&mut nurse, &path, "assess", &ACCEPT).await;
    let copy = nurse.form(&format!("{path}/data"), &[("checked", "yes")]).await.text;
    for kept in PERSONAL {
        assert!(copy.contains(kept), "{kept} is kept and not shown: {copy}");
    }
    let record = open_care(&world.app.db, "zhuzhou-2").await.remove(0);
    let sealed = [record.name_sealed, record.phone_sealed, record.address_sealed, record.need_sealed];
    let holds = |files: &[u8], text: &str| files.windows(text.len()).any(|window| window == text.as_bytes());
    if let Some(files) = world.files() {
        assert!(sealed.iter().all(|sealed| holds(&files, sealed)));
    }
    let mut plain = world.staff("qian", "zhuzhou-2", Role::Nurse).await;
    let whole = [("reason", "by-relative"), ("sure", "yes")];
    assert_eq!(plain.form(&format!("{path}/erase"), &whole).await.status, StatusCode::FORBIDDEN);
    let half = nurse.form(&format!("{path}/erase"), &whole[..1]).await;
    assert!(half.status == StatusCode::UNPROCESSABLE_ENTITY && half.text.contains("删了不能恢复"), "{}", half.text);
    for _ in 0..2 {
        assert_eq!(nurse.form(&format!("{path}/erase"), &whole).await.status, StatusCode::SEE_OTHER);
    }
    let page = nurse.get(&path).await.text;
    assert!(page.contains("删除资料：家人代本人要求"), "{page}");
    assert!(person.get(&link).await.text.contains("删"), "the link says so");
    if let Some(files) = world.files() {
        assert!(!sealed.iter().any(|sealed| holds(&files, sealed)));
    }
}

#[tokio::test]
async fn nothing_personal_is_readable_in_the_database_and_deletion_leaves_none_at_all() {
    let world = World::new().await;
    let (mut person, link) = asks(&world).await;
    let mut nurse = world.nurse().await;
    let path = first(&mut nurse).await;
    does(&mut nurse, &path, "assess", &ACCEPT).await;
    let before = stored(&world).await;
    for word in PERSONAL.into_iter().chain(["出院小结"]) {
        assert!(!before.contains(word), "{word} can be read in {before}");
    }
    assert!(!before.contains(link.rsplit('/').next().expect("a token")), "the token itself is not kept");
    let unsure = person.form(&format!("{link}/erase"), &[("key", &secrets::fresh_id())]).await;
    assert!(unsure.location().ends_with("problem=invalid-input&field=sure"));
    for _ in 0..2 {
        let answer = person.form(&format!("{link}/erase"), &[("key", &secrets::fresh_id()), ("sure", "yes")]).await;
        assert_eq!(answer.location(), link, "{}", answer.text);
    }
    let records = ended_care(&world.app.db, "zhuzhou-2").await;
    let record = &records[0];
    for sealed in [
        &record.name_sealed,
        &record.phone_sealed,
        &record.area_sealed,
        &record.address_sealed,
        &record.need_sealed,
        &record.relation_sealed,
        &record.reason_sealed,
        &record.prepare_sealed,
        &record.note_sealed,
    ] {
        assert_eq!(sealed, "");
    }
    assert_eq!(record.state, "withdrawn");
    assert!(world.client().get(&link).await.text.contains("您的资料已经删除"));
    let page = nurse.get(&path).await.text;
    assert!(page.contains("（资料已删除）") && !page.contains("/assess\""), "nothing is left to do: {page}");
    let late = nurse
        .form(&format!("{path}/assess"), &[("key", &secrets::fresh_id()), ("version", "2"), ("verdict", "yes")])
        .await;
    assert_eq!(late.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn the_history_only_grows_and_no_open_request_can_be_stored_without_its_moment() {
    let world = World::new().await;
    asks(&world).await;
    for sql in [
        "UPDATE home_care_history SET action = 'x'",
        "DELETE FROM home_care_history",
        "UPDATE home_care SET due = NULL",
        "UPDATE home_care SET state = 'done'",
        "UPDATE home_care SET state = 'planned'",
    ] {
        let refused = match &world.app.db {
            Db::Sqlite { write, .. } => sqlx::raw_sql(sql).execute(write).await.is_err(),
            Db::Postgres(pool) => sqlx::raw_sql(sql).execute(pool).await.is_err(),
        };
        assert!(refused, "{sql}");
    }
}

#[tokio::test]
async fn the_page_promises_only_what_this_hospital_does() {
    let world = World::new().await;
    let mut person = world.client();
    let page = person.get("/home-care").await;
    assert_eq!(page.headers["cache-control"], "no-store");
    for word in ["示范", "不等于约好了", "派护士的医院", "tel:0731-28307119", "tel:120", "我同意护士先打电话问我的情况"]
    {
        assert!(page.text.contains(word), "{word} in {}", page.text);
    }
    assert!(!page.text.contains("0556-5511812"), "whoever takes the request is called, and nobody else: {}", page.text);
    assert!(person.get("/clinics/anqing-2").await.text.contains("href=\"/home-care\""));
    assert!(!person.get("/clinics/zhuzhou-2").await.text.contains("/home-care"));
    let hant = person.get("/hant/home-care").await.text;
    assert!(hant.contains("不等於約好了"), "{hant}");

    let mut library = (*world.app.library()).clone();
    library.demonstration = false;
    library.version.push('1');
    world.app.reload(Ok(library.clone()));
    let page = person.get("/home-care").await.text;
    assert!(page.contains("本院不派护士上门") && !page.contains("action=\"/home-care\""), "another hospital's: {page}");
    let key = secrets::fresh_id();
    assert_eq!(sends(&mut person, "/home-care", &fields(&world, &key)).await.status, StatusCode::NOT_FOUND);

    library.hospital = "anqing-2".to_owned();
    library.version.push('2');
    world.app.reload(Ok(library.clone()));
    let page = person.get("/home-care").await.text;
    assert!(page.contains("action=\"/home-care\"") && !page.contains("示范"), "its own: {page}");
    let answer = sends(&mut person, "/home-care", &fields(&world, &key)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(open_care(&world.app.db, "anqing-2").await.len(), 1);

    library.home_care = None;
    library.version.push('3');
    world.app.reload(Ok(library));
    assert_eq!(person.get("/home-care").await.status, StatusCode::NOT_FOUND);
    assert!(!person.get("/clinics/anqing-2").await.text.contains("/home-care"));
    assert!(!person.get("/sitemap.txt").await.text.contains("home-care"));
}

/// Something that somebody does to one of the requests, or days that pass.
#[derive(Clone, Debug)]
enum Step {
    Ask,
    Do(usize, Action, Party, i64),
    Erase(usize),
    Wait(i64),
}

fn any_step() -> impl Strategy<Value = Step> {
    let party = prop_oneof![Just(Party::Patient), Just(Party::Staff(Role::Nurse)), Just(Party::Staff(Role::Auditor))];
    let action = prop::sample::select(Action::ALL);
    prop_oneof![
        2 => Just(Step::Ask),
        12 => (0_usize..4, action, party, 0_i64..4).prop_map(|(who, action, party, day)| Step::Do(who, action, party, day)),
        1 => (0_usize..4).prop_map(Step::Erase),
        3 => (1_i64..40).prop_map(Step::Wait),
    ]
}

/// What the model knows of a request.
#[derive(Clone, Debug)]
struct Known {
    state: State,
    changed: i64,
    visit: Option<CivilDate>,
    erased: bool,
}

async fn ask(db: &Db, place: usize, now: Moment) {
    let id = format!("request-{place}");
    let new = NewRequest {
        hospital: "anqing-2".to_owned(),
        code: secrets::fresh_code(),
        token_hash: secrets::fresh_id(),
        request: String::new(),
        name_sealed: "x".to_owned(),
        phone_sealed: "x".to_owned(),
        // Each of these is somebody else's.
        phone_hash: id.clone(),
        area_sealed: "x".to_owned(),
        address_sealed: "x".to_owned(),
        need_sealed: "x".to_owned(),
        relation_sealed: String::new(),
        for_whom: ForWhom::Oneself,
        service: "other".to_owned(),
        consent: "[]".to_owned(),
        party: Party::Patient,
        who: "patient".to_owned(),
        limits: Vec::new(),
        now,
        id,
    };
    assert_eq!(db.ask_for_care(&new, &Holidays::default()).await.expect("the database"), Ok(()));
}

/// Plays random steps against the database and the model, and compares the list after each.
async fn agrees(steps: Vec<Step>) {
    let folder = tempfile::tempdir().expect("a folder");
    let db = crate::world::database(folder.path()).await;
    let holidays = Holidays::default();
    let mut now = Moment::at(CivilDate::new(2026, 11, 23).expect("a day"), 8 * 60);
    let nurse = Staff {
        name: "zhang".to_owned(),
        display: "张护士".to_owned(),
        hospital: "anqing-2".to_owned(),
        roles: vec![Role::Nurse],
    };
    assert!(db.make_staff(&nurse, "", now).await.expect("the database"));
    let mut model: Vec<Known> = Vec::new();
    for (number, step) in steps.iter().enumerate() {
        match step {
            Step::Ask if model.len() < 4 => {
                ask(&db, model.len(), now).await;
                model.push(Known { state: State::Asked, changed: now.0, visit: None, erased: false });
            }
            Step::Ask => {}
            Step::Wait(hours) => now = Moment(now.0 + hours * 3_600_000),
            Step::Erase(who) => {
                let Some(known) = model.get_mut(*who) else { continue };
                db.erase_care(&format!("request-{who}"), "patient", None, now).await.expect("the database");
                known.erased = true;
                if known.state.is_open() {
                    known.state = State::Withdrawn;
                }
            }
            Step::Do(who, action, party, days) => {
                let Some(known) = model.get_mut(*who) else { continue };
                let day = now.date().plus_days(*days);
                let visit = (*action == Action::Plan).then(|| PlannedVisit {
                    day,
                    from: 9 * 60,
                    to: 11 * 60,
                    nurse: "zhang".to_owned(),
                });
                let change = CareChange {
                    request: format!("request-{who}"),
                    sent: Sent { key: format!("line-{number}"), said: String::new() },
                    version: None,
                    action: *action,
                    party: *party,
                    who: "zhang".to_owned(),
                    visit,
                    reason_sealed: None,
                    prepare_sealed: None,
                    outcome: None,
                    note_sealed: None,
                    now,
                };
                let begun = known.visit.is_some_and(|day| Moment::at(day, 9 * 60) <= now);
                let in_time = match (known.state, action) {
                    (State::Planned, Action::Finish | Action::Miss) => begun,
                    (State::Planned, Action::Withdraw) => !begun || *party != Party::Patient,
                    _ => true,
                };
                let expected = after(Some(known.state), *action, *party).ok().filter(|_| in_time && !known.erased);
                let told = db.change_care(&change, &holidays).await.expect("the database");
                assert_eq!(told.is_ok(), expected.is_some(), "{step:?} on {known:?} at {now:?}: {told:?}");
                if let Some(to) = expected {
                    known.state = to;
                    known.changed = now.0;
                    if *action == Action::Plan {
                        known.visit = Some(day);
                    }
                    assert_eq!(
                        db.change_care(&change, &holidays).await.expect("the database"),
                        Ok(Once::Before),
                        "a repeat"
                    );
                }
            }
        }
        let listed: BTreeSet<(String, i64)> = open_care(&db, "anqing-2")
            .await
            .into_iter()
            .map(|record| (record.id, record.due.unwrap_or_default()))
            .collect();
        let wanted: BTreeSet<(String, i64)> = model
            .iter()
            .enumerate()
            .filter(|(_, known)| known.state.is_open())
            .map(|(place, known)| {
                let due =
                    due(known.state, Moment(known.changed), known.visit, &holidays).expect("open requests are due");
                (format!("request-{place}"), due.0)
            })
            .collect();
        assert_eq!(listed, wanted, "after {step:?}");
    }
    for (place, known) in model.iter().enumerate() {
        let history = db.care_history(&format!("request-{place}")).await.expect("the database");
        let told = history.first().map(|line| line.after.as_str());
        assert_eq!(told, Some(known.state.as_str()), "the history explains the state");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn no_open_request_is_ever_missing_from_the_list(steps in prop::collection::vec(any_step(), 10..60)) {
        tokio::runtime::Runtime::new().expect("a runtime").block_on(agrees(steps));
    }
}

#[tokio::test]
async fn a_link_that_is_locked_and_opened_again_says_so_in_its_history_and_the_log_once() {
    let world = World::new().await;
    let (_, link) = asks(&world).await;
    let mut stranger = world.client();
    let mut nurse = world.nurse().await;
    let path = first(&mut nurse).await;
    for _ in 0..7 {
        stranger.form(&format!("{link}/identify"), &[("ending", "0000")]).await;
    }
    let page = nurse.get(&path).await.text;
    assert_eq!(page.matches("后四位错 5 次，链接锁住").count(), 1, "{page}");
    for _ in 0..2 {
        let opened = nurse.form(&format!("{path}/unlock"), &[]).await;
        assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.text);
    }
    let page = nurse.get(&path).await.text;
    assert_eq!(page.matches("打开了链接").count(), 1, "{page}");
    let log = world.app.db.audit_log("zhuzhou-2", &AuditFilter::default(), None, 1_000).await.expect("the log");
    assert_eq!(
        log.iter().filter(|line| line.action == "unlock-home-care").count(),
        1,
        "what changed nothing is no line"
    );
}

#[tokio::test]
async fn a_stranger_who_locks_a_link_and_a_colleague_who_opens_it_are_in_no_nurses_way() {
    let world = World::new().await;
    let (_, link) = asks(&world).await;
    let mut nurse = world.nurse().await;
    let path = first(&mut nurse).await;
    let page = nurse.get(&path).await.text;
    let mut stranger = world.client();
    for _ in 0..5 {
        stranger.form(&format!("{link}/identify"), &[("ending", "0000")]).await;
    }
    let assessed = with_page(&mut nurse, &path, &page, "assess", &ACCEPT).await;
    assert_eq!(assessed.status, StatusCode::SEE_OTHER, "nobody has changed the request: {}", assessed.text);
    let page = nurse.get(&path).await.text;
    assert_eq!(nurse.form(&format!("{path}/unlock"), &[]).await.status, StatusCode::SEE_OTHER);
    let planned = with_page(&mut nurse, &path, &page, "plan", &PLAN).await;
    assert_eq!(planned.status, StatusCode::SEE_OTHER, "{}", planned.text);
    let id = path.rsplit('/').next().expect("an id");
    let lines = world.app.db.care_history(id).await.expect("the database");
    let told: Vec<&str> = lines.iter().map(|line| line.action.as_str()).collect();
    assert_eq!(told, ["plan", "unlock", "accept", "lock", "ask"], "in the order in which it happened");
}

#[tokio::test]
async fn a_form_of_a_nurse_that_comes_twice_is_done_once_and_other_words_under_its_key_are_refused() {
    let world = World::new().await;
    asks(&world).await;
    let mut nurse = world.nurse().await;
    let path = first(&mut nurse).await;
    let id = path.rsplit('/').next().expect("an id").to_owned();
    let end = [("outcome", "hospital"), ("note", "送去医院")];
    for (deed, fields, other) in [
        ("assess", &ACCEPT[..], ("prepare", "请准备好药")),
        ("plan", &PLAN[..], ("to", "11:30")),
        ("outcome", &end[..], ("note", "别的话")),
    ] {
        let page = nurse.get(&path).await.text;
        let before = world.app.db.care_history(&id).await.expect("the database").len();
        for _ in 0..2 {
            let answer = with_page(&mut nurse, &path, &page, deed, fields).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{deed}: {}", answer.text);
        }
        let said: Vec<_> = fields.iter().copied().filter(|(name, _)| *name != other.0).chain([other]).collect();
        let refused = with_page(&mut nurse, &path, &page, deed, &said).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{deed}: {}", refused.text);
        assert!(refused.text.contains("这一步已经提交过"), "{deed}: {}", refused.text);
        assert_eq!(world.app.db.care_history(&id).await.expect("the database").len(), before + 1, "{deed}");
    }
}

#[tokio::test]
async fn new_requests_and_visits_that_were_called_off_stand_on_the_page_of_the_day_until_somebody_has_looked() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let day = |page: &str| {
        let part = page.split_once("aria-labelledby=\"care\"").map(|(_, rest)| rest.to_owned());
        part.map(|part| part.split("</section>").next().unwrap_or_default().to_owned()).unwrap_or_default()
    };
    let tab = |page: &str, count: &str| page.contains(&format!("上门护理<b> {count}</b>"));
    let page = nurse.get("/staff").await.text;
    assert!(day(&page).is_empty() && !page.contains("上门护理<b>"), "nothing waits: {page}");
    let (mut person, link) = asks(&world).await;
    let path = first(&mut nurse).await;
    let page = nurse.get("/staff").await.text;
    let told = day(&page);
    assert!(tab(&page, "1"), "the tab counts it: {page}");
    assert!(told.contains("新申请 1 个") && told.contains(PERSONAL[0]) && told.contains(&path), "{told}");
    let schedules =
        world.staff("planner", &world.app.library().hospital, Role::ScheduleManager).await.get("/staff").await;
    assert!(!schedules.text.contains(PERSONAL[0]), "only whoever works there sees it");
    // Nothing is chosen for whoever plans a visit.
    does(&mut nurse, &path, "assess", &ACCEPT).await;
    let form = nurse.get(&path).await.text;
    for field in ["day", "from", "to"] {
        let tag = form.split('<').find(|tag| tag.contains(&format!("name=\"{field}\""))).unwrap_or_default();
        assert!(tag.contains("value=\"\""), "{field}: {tag}");
    }
    let empty = does(&mut nurse, &path, "plan", &[("nurse", "zhang")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    does(&mut nurse, &path, "plan", &PLAN).await;
    nurse.get(&path).await;
    assert!(day(&nurse.get("/staff").await.text).is_empty(), "a planned visit waits for nobody");
    world.app.clock.set(Moment(world.app.now().0 + 60_000));
    person.form(&format!("{link}/identify"), &[("ending", "5678")]).await;
    person.form(&format!("{link}/withdraw"), &[("key", &secrets::fresh_id())]).await;
    let page = nurse.get("/staff").await.text;
    let told = day(&page);
    assert!(told.contains("对方取消了 11月25日") && told.contains("张护士") && told.contains(&path), "{told}");
    assert!(tab(&page, "1"), "{page}");
    world.app.clock.set(Moment(world.app.now().0 + 60_000));
    let mut colleague = world.staff("qian", &world.app.library().hospital, Role::Nurse).await;
    colleague.get(&path).await;
    assert!(day(&nurse.get("/staff").await.text).contains("张护士"), "whoever would have gone has not seen it");
    nurse.get(&path).await;
    assert!(day(&nurse.get("/staff").await.text).is_empty(), "now they have");
}
