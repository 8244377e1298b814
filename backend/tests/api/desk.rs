//! Booking, moving and cancelling for a patient who calls.

use crate::world::{Client, PHONE, World};
use axum::http::StatusCode;
use serde_json::json;
use zaoshai_backend::db::appointments::{Change, Rules};
use zaoshai_backend::secrets;
use zaoshai_contract::appointments::Action;
use zaoshai_contract::civil::Moment;
use zaoshai_contract::ids::SlotId;
use zaoshai_contract::roles::{Party, Role};
use zaoshai_contract::staff::FollowUpDetail;

async fn does(
    nurse: &mut Client,
    followup: &FollowUpDetail,
    deed: &str,
    fields: &[(&str, &str)],
) -> (StatusCode, String) {
    let answer = nurse.form_once(&format!("/staff/followups/{}/{deed}", followup.row.id), fields).await;
    (answer.status, answer.text)
}

async fn row(nurse: &mut Client, followup: &FollowUpDetail) -> serde_json::Value {
    nurse.get(&format!("/api/v1/staff/followups/{}", followup.row.id)).await.json()["row"].clone()
}

#[tokio::test]
async fn a_nurse_books_for_a_caller_and_goes_past_a_rule_only_with_a_reason() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut nurse = world.nurse().await;
    let page = nurse.get(&format!("/staff/followups/{}", followup.row.id)).await.text;
    assert!(page.contains("过了网上预约的截止时间") && page.contains("可能怀孕的"), "rules and questions are shown");
    // Today at 9:00 is within the cut-off of 24 hours.
    let key = secrets::fresh_id();
    let soon = [("slot", "ldct-review-2026-11-23-0900"), ("asked", "yes"), ("key", key.as_str())];
    let (status, told) = does(&mut nurse, &followup, "book", &soon).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        told.contains("还要约，请写原因") && told.contains("value=\"ldct-review-2026-11-23-0900\" checked"),
        "{told}"
    );
    let (status, told) = does(&mut nurse, &followup, "book", &[soon[0], soon[2], ("reason", "已在楼下")]).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(told.contains("请在电话里问过注意事项"));
    let reasoned = [soon[0], soon[1], soon[2], ("reason", "已在楼下等")];
    for _ in 0..2 {
        assert_eq!(does(&mut nurse, &followup, "book", &reasoned).await.0, StatusCode::SEE_OTHER);
    }
    let page = nurse.get(&format!("/staff/followups/{}", followup.row.id)).await.text;
    assert!(page.contains("破例约了时间") && page.contains("已在楼下等"), "why is kept: {page}");
    assert_eq!(page.matches("已在楼下等").count(), 1, "once");
    assert_eq!(row(&mut nurse, &followup).await["standing"], "booked");

    let other = [("slot", "ldct-review-2026-11-26-1000"), ("asked", "yes"), ("key", &secrets::fresh_id())];
    assert_eq!(does(&mut nurse, &followup, "book", &other).await.0, StatusCode::SEE_OTHER, "moving needs no reason");
    let moved = row(&mut nurse, &followup).await;
    let appointment = moved["appointment"].as_str().expect("an appointment").to_owned();
    let mut patient = world.patient(&followup).await;
    let link = patient.get(&format!("/f/{}", followup.token)).await.text;
    assert!(link.contains("11月26日"), "the link shows it at once");
    let cancel = [("appointment", appointment.as_str()), ("whose", "patient"), ("key", &secrets::fresh_id())];
    assert_eq!(does(&mut nurse, &followup, "cancel", &cancel).await.0, StatusCode::SEE_OTHER);
    assert_eq!(row(&mut nurse, &followup).await["standing"], "to-book");
    assert!(world.app.db.miscounted_slots().await.expect("the database").is_empty());
}

#[tokio::test]
async fn no_reason_makes_a_full_or_closed_slot_larger() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let slot = "ldct-review-2026-11-26-1000";
    for expected in [StatusCode::SEE_OTHER, StatusCode::SEE_OTHER, StatusCode::CONFLICT] {
        let followup = world.followup().await;
        let key = secrets::fresh_id();
        let fields = [("slot", slot), ("asked", "yes"), ("reason", "加号"), ("key", key.as_str())];
        let (status, page) = does(&mut nurse, &followup, "book", &fields).await;
        assert_eq!(status, expected, "{page}");
    }
    let followup = world.followup().await;
    let closing =
        [("service", "*"), ("first", "2026-11-27"), ("last", "2026-11-27"), ("reason", "检修"), ("sure", "yes")];
    let key = secrets::fresh_id();
    let closing: Vec<(&str, &str)> = closing.into_iter().chain([("key", key.as_str())]).collect();
    assert_eq!(nurse.form("/staff/closures", &closing).await.status, StatusCode::SEE_OTHER);
    let key = secrets::fresh_id();
    let fields = [("slot", "ldct-review-2026-11-27-0900"), ("asked", "yes"), ("reason", "加号"), ("key", key.as_str())];
    let (status, page) = does(&mut nurse, &followup, "book", &fields).await;
    assert!(status == StatusCode::CONFLICT && page.contains("停诊"), "{status}");
    let mut planner = world.staff("planner", "zhuzhou-2", Role::ScheduleManager).await;
    assert_eq!(does(&mut planner, &followup, "book", &fields).await.0, StatusCode::FORBIDDEN);
}

/// A patient with an appointment at the first free time of a follow-up.
async fn booked(world: &World, followup: &FollowUpDetail) -> Client {
    let mut patient = world.patient(followup).await;
    let plan = patient.get(&format!("/api/v1/followups/{}/plan", followup.token)).await.json();
    let slot = plan["days"][0]["slots"][0]["id"].as_str().expect("a free time").to_owned();
    let path = format!("/api/v1/followups/{}/hold", followup.token);
    let key = secrets::fresh_id();
    let held = patient.json("POST", &path, &json!({ "slot": slot }), &[("idempotency-key", &key)]).await;
    assert_eq!(held.status, StatusCode::OK, "{}", held.text);
    let path = format!("/api/v1/followups/{}/confirm", followup.token);
    let key = secrets::fresh_id();
    let agreed = json!({ "agreed": ["pregnancy"] });
    let sure = patient.json("POST", &path, &agreed, &[("idempotency-key", &key)]).await;
    assert_eq!(sure.json()["done"], "booked", "{}", sure.text);
    patient
}

/// Today's page as it shows who must be looked after.
async fn overdue(nurse: &mut Client) -> String {
    let page = nurse.get("/staff/lists/overdue").await.text;
    page.split_once("zs-desk__list")
        .map(|(_, rest)| rest.split("</main>").next().unwrap_or_default().to_owned())
        .expect("a list")
}

async fn calls(nurse: &mut Client, followup: &FollowUpDetail, outcome: &str, again: &str) -> (StatusCode, String) {
    let key = secrets::fresh_id();
    does(nurse, followup, "call", &[("outcome", outcome), ("again", again), ("key", &key)]).await
}

#[tokio::test]
async fn whoever_cancels_on_the_link_is_to_be_looked_after_at_once_until_a_call_or_a_new_time() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut nurse = world.nurse().await;
    let link = format!("/f/{}", followup.token);
    for ended_by in ["call", "booking"] {
        let mut patient = booked(&world, &followup).await;
        assert!(!overdue(&mut nurse).await.contains("李女士"), "whoever has a time asks for nobody");
        let key = secrets::fresh_id();
        patient.form(&format!("{link}/cancel"), &[("reason", "unwell"), ("key", &key)]).await;
        let asked = overdue(&mut nurse).await;
        assert!(asked.contains("病人 11月23日 取消了预约：身体不舒服") && asked.contains("取消了</span>"), "{asked}");
        let page = nurse.get(&format!("/staff/followups/{}", followup.row.id)).await.text;
        assert!(page.contains("病人 11月23日 取消了预约：身体不舒服"), "the follow-up says it too");
        assert!(!nurse.get("/staff/lists/waiting").await.text.contains("李女士"), "and waits in no other list");
        assert!(nurse.get("/staff/lists/overdue").await.text.contains("李女士"));
        if ended_by == "call" {
            assert_eq!(calls(&mut nurse, &followup, "agreed", "").await.0, StatusCode::SEE_OTHER);
        } else {
            booked(&world, &followup).await;
        }
        assert!(!overdue(&mut nurse).await.contains("李女士"), "{ended_by}");
        assert!(row(&mut nurse, &followup).await["prompt"].is_null(), "{ended_by}");
    }
    // A relative who acts for her is told apart.
    let mut patient = world.patient(&followup).await;
    let consents = [("name", "女儿 王芳"), ("consent", "yes"), ("key", &secrets::fresh_id())];
    patient.form(&format!("{link}/helper"), &consents).await;
    let plan = patient.get(&format!("/api/v1/followups/{}/plan", followup.token)).await.json();
    let helper = plan["helpers"][0]["id"].as_str().expect("a relative").to_owned();
    patient.form(&format!("{link}/act"), &[("helper", &helper), ("key", &secrets::fresh_id())]).await;
    patient.form(&format!("{link}/cancel"), &[("reason", "time"), ("key", &secrets::fresh_id())]).await;
    let asked = overdue(&mut nurse).await;
    assert!(asked.contains("家人 11月23日 取消了预约：时间不合适"), "{asked}");
    // Whom a nurse cancels for is not left in a quiet list either, until there is a call or a new time.
    assert_eq!(calls(&mut nurse, &followup, "agreed", "").await.0, StatusCode::SEE_OTHER);
    booked(&world, &followup).await;
    let appointment = row(&mut nurse, &followup).await["appointment"].as_str().expect("an appointment").to_owned();
    let cancel = [("appointment", appointment.as_str()), ("whose", "patient"), ("key", &secrets::fresh_id())];
    assert_eq!(does(&mut nurse, &followup, "cancel", &cancel).await.0, StatusCode::SEE_OTHER);
    assert!(overdue(&mut nurse).await.contains("病人 11月23日 取消了预约"));
    booked(&world, &followup).await;
    assert!(!overdue(&mut nurse).await.contains("李女士"));
}

#[tokio::test]
async fn a_wrong_number_is_to_be_mended_until_another_one_stands_there() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut nurse = world.nurse().await;
    let path = format!("/staff/followups/{}", followup.row.id);
    booked(&world, &followup).await;
    let link = format!("/f/{}", followup.token);
    let mut holder = world.patient(&followup).await;
    assert!(holder.get(&link).await.text.contains("李女士"));
    assert_eq!(calls(&mut nurse, &followup, "wrong-number", "").await.0, StatusCode::SEE_OTHER);
    // Whoever has that number knows its last digits.
    let shut = holder.get(&link).await.text;
    assert!(shut.contains("医院存的手机号要先核对") && !shut.contains("李女士") && !shut.contains("5 次"), "{shut}");
    let ending = [("ending", &PHONE[7..])];
    world.client().form(&format!("{link}/identify"), &ending).await;
    holder.form(&format!("{link}/identify"), &ending).await;
    assert!(!holder.get(&link).await.text.contains("李女士"), "nor do they open it anew");
    let page = nurse.get(&path).await.text;
    assert!(page.contains("不是病人的号码，不要再打") && !page.contains("打给病人"), "{page}");
    let day = nurse.get("/staff").await.text;
    assert!(!day.contains(PHONE), "nor does the list of today: {day}");
    assert!(page.contains("号码不对：请更正手机号"), "what is left to do is told: {page}");
    assert!(page.contains(&format!("href=\"{path}/edit#phone\"")), "with the way to the very field: {page}");
    let asked = overdue(&mut nurse).await;
    assert!(asked.contains("号码不对，请更正") && !asked.contains("tel:"), "and calls nobody by a tap: {asked}");
    assert_eq!(calls(&mut nurse, &followup, "call-later", "2026-11-24").await.0, StatusCode::SEE_OTHER);
    let edit = nurse.get(&format!("{path}/edit")).await.text;
    assert!(edit.contains("id=\"phone\""));
    let version = row(&mut nurse, &followup).await["version"].to_string();
    let fields = |phone: &'static str, version: &str| {
        let fields = [
            ("name", "李女士"),
            ("phone", phone),
            ("reason", "小结节，3 个月复查"),
            ("services", "ldct-review"),
            ("due_from", "2026-11-23"),
            ("due_to", "2026-12-04"),
            ("urgency", "routine"),
            ("owner", "zhang"),
            ("another", "yes"),
        ];
        let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        fields
            .chain([("version".to_owned(), version.to_owned()), ("key".to_owned(), secrets::fresh_id())])
            .collect::<Vec<_>>()
    };
    for (phone, mended) in [("13800138000", false), ("13911112222", true)] {
        let version = if mended { row(&mut nurse, &followup).await["version"].to_string() } else { version.clone() };
        let fields = fields(phone, &version);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let (status, told) = does(&mut nurse, &followup, "edit", &fields).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{told}");
        assert_eq!(overdue(&mut nurse).await.contains("号码不对，请更正"), !mended, "{phone}");
    }
    let mut patient = world.client();
    patient.form(&format!("{link}/identify"), &[("ending", "2222")]).await;
    assert!(patient.get(&link).await.text.contains("李女士"), "the right number opens it");
    // Whoever is reached by a number has it.
    for (outcome, wrong) in [("wrong-number", true), ("agreed", false)] {
        assert_eq!(calls(&mut nurse, &followup, outcome, "").await.0, StatusCode::SEE_OTHER);
        assert_eq!(row(&mut nurse, &followup).await["prompt"].is_object(), wrong, "{outcome}");
    }
}

#[tokio::test]
async fn a_call_is_put_off_to_a_day_of_the_window_and_that_day_is_shown() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut nurse = world.nurse().await;
    let path = format!("/staff/followups/{}", followup.row.id);
    let form = nurse.get(&path).await.text;
    assert!(form.contains("id=\"again\" name=\"again\" type=\"date\" value=\"\""), "no day is chosen for her");
    for far in ["2028-06-30", "2026-12-24", "2026-11-22"] {
        let (status, told) = calls(&mut nurse, &followup, "call-later", far).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{far}");
        assert!(told.contains("2026-11-23 到 2026-12-23 之间"), "the limit is told: {told}");
    }
    assert_eq!(calls(&mut nurse, &followup, "call-later", "2026-12-23").await.0, StatusCode::SEE_OTHER);
    let page = nurse.get(&path).await.text;
    assert!(page.contains("打了电话：以后再打，12月23日 再打"), "{page}");
    assert!(page.contains("再打电话") && page.contains("12月23日"), "and stands among the facts: {page}");
}

#[tokio::test]
async fn an_offer_that_lapses_is_to_be_looked_after() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut nurse = world.nurse().await;
    let until = Moment(world.app.now().0 + 3_600_000);
    let hold = Change {
        followup: followup.row.id.clone(),
        action: Action::Hold,
        slot: SlotId::parse("ldct-review-2026-11-26-1000"),
        appointment: None,
        party: Party::Clock,
        who: "clock".to_owned(),
        detail: "offer".to_owned(),
        said: String::new(),
        until: Some(until),
        rules: Rules::Aside(None),
        key: secrets::fresh_key(),
        now: world.app.now(),
    };
    assert!(world.app.db.change(&hold).await.expect("the database").is_ok());
    assert!(!overdue(&mut nurse).await.contains("李女士"), "it is still kept");
    world.app.clock.set(Moment(until.0 + 1));
    assert_eq!(zaoshai_backend::pathway::release_lapsed(&world.app).await.expect("a round"), 1);
    let asked = overdue(&mut nurse).await;
    assert!(asked.contains("给病人留的时间没有确认，11月23日 放开了"), "{asked}");
}

#[tokio::test]
async fn a_follow_up_is_ended_with_a_reason_that_colleagues_can_read() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let followup = world.followup().await;
    let path = format!("/staff/followups/{}", followup.row.id);
    for reason in ["", "  ", &"长".repeat(101)] {
        let (status, page) = does(&mut nurse, &followup, "withdraw", &[("reason", reason)]).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("请写为什么结束，1 到 100 个字") && page.contains("id=\"end-reason\""), "{page}");
        assert_eq!(row(&mut nurse, &followup).await["standing"], "to-book", "nothing is done");
    }
    assert_eq!(does(&mut nurse, &followup, "withdraw", &[("reason", "重复建的")]).await.0, StatusCode::SEE_OTHER);
    let page = nurse.get(&path).await.text;
    assert!(page.contains("结束随访：医院撤回") && page.contains("结束的原因：重复建的"), "{page}");
    let (status, _) = does(&mut nurse, &followup, "withdraw", &[("reason", "再一次")]).await;
    assert_eq!(status, StatusCode::GONE);
    assert!(!nurse.get(&path).await.text.contains("再一次"), "what ends nothing leaves no note");
    let other = world.followup().await;
    let api = format!("/api/v1/staff/followups/{}/withdraw", other.row.id);
    let gap = nurse.json("POST", &api, &json!({}), &[]).await;
    assert_eq!((gap.status, gap.code().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "invalid-input"));
    let ended = nurse.json("POST", &api, &json!({ "reason": "重复建的" }), &[]).await;
    assert_eq!(ended.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn the_next_step_is_to_be_told_to_the_patient_with_the_words_to_copy() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut nurse = world.nurse().await;
    let version = row(&mut nurse, &followup).await["version"].to_string();
    let key = secrets::fresh_id();
    let fields = [
        ("outcome", "review"),
        ("next", "step"),
        ("services", "ldct-review"),
        ("due_from", "2026-12-01"),
        ("due_to", "2026-12-20"),
        ("version", version.as_str()),
        ("key", key.as_str()),
    ];
    let (status, told) = does(&mut nurse, &followup, "outcome", &fields).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{told}");
    let page = nurse.get(&format!("/staff/followups/{}", followup.row.id)).await.text;
    assert!(page.contains("请告诉病人：复制下面的短信发出去"), "{page}");
    let bar = page.split_once("zs-action-bar").map(|(_, bar)| bar).unwrap_or_default();
    assert!(bar.contains("data-copy=\"message\""), "the words to copy stand at the thumb: {bar}");
}

#[tokio::test]
async fn pages_that_say_no_name_whoever_is_signed_in_and_only_the_login_asks_to_sign_in() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    for path in ["/staff/nothing", "/staff/followups/nobody", "/staff/audit"] {
        let page = nurse.get(path).await;
        assert!(page.status.is_client_error(), "{path}: {}", page.status);
        let header = page.text.split("</header>").next().unwrap_or_default();
        assert!(header.contains("张护士") && !header.contains("请登录"), "{path}: {header}");
        assert!(header.contains("退出"), "{path}: {header}");
    }
    let stranger = world.client().get("/staff/nothing").await.text;
    assert!(!stranger.split("</header>").next().unwrap_or_default().contains("张护士"));
    assert!(world.client().get("/staff/login").await.text.contains("请登录"));
}

#[tokio::test]
async fn who_is_asked_to_take_over_is_said_to_see_what_they_see() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut nurse = world.nurse().await;
    let fields = [("hospital", "dezhou-2"), ("reason", "离家近"), ("ask", "yes"), ("key", &secrets::fresh_id())];
    let (_, question) = does(&mut nurse, &followup, "refer", &fields).await;
    for seen in ["称呼", "编号", "为什么要来", "紧急程度", "可以约什么", "时间段", "转诊的原因", "您的账号"]
    {
        assert!(question.contains(seen), "{seen}: {question}");
    }
    let sure: Vec<(&str, &str)> = fields.into_iter().filter(|(name, _)| *name != "ask").collect();
    assert_eq!(does(&mut nurse, &followup, "refer", &sure).await.0, StatusCode::SEE_OTHER);
    assert_eq!(
        does(&mut nurse, &followup, "note", &[("note", "秘密的备注"), ("key", &secrets::fresh_id())]).await.0,
        StatusCode::SEE_OTHER
    );
    let mut there = world.staff("there", "dezhou-2", Role::Nurse).await;
    let page = there.get(&format!("/staff/followups/{}", followup.row.id)).await.text;
    let page = page.split("<main").nth(1).and_then(|rest| rest.split("</main>").next()).expect("the main part");
    for seen in
        ["李女士", &followup.row.code, "小结节，3 个月复查", "紧急程度", "低剂量 CT", "12月4日", "离家近", "zhang"]
    {
        assert!(page.contains(seen), "{seen}: {page}");
    }
    for unseen in ["13800138000", followup.token.as_str(), "秘密的备注", "新建随访", "经过"] {
        assert!(!page.contains(unseen), "{unseen}: {page}");
    }
}
