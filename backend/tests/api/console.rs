//! The nurse's day: who comes, who must be looked after, what came of a call, and what follows a step.

use crate::world::{Client, PHONE, World, search};
use axum::http::StatusCode;
use serde_json::{Value, json};
use zaoshai_backend::secrets;
use zaoshai_contract::civil::Moment;
use zaoshai_contract::roles::Role;
use zaoshai_contract::staff::FollowUpDetail;

/// Books two days before, when the rules still let the patient do it by herself.
async fn books(world: &World, followup: &FollowUpDetail, slot: &str) {
    let now = world.app.now();
    world.app.clock.set(Moment(now.0 - 2 * 86_400_000));
    let mut patient = world.patient(followup).await;
    let path = format!("/api/v1/followups/{}/appointment", followup.token);
    let key = secrets::fresh_id();
    let wish = json!({ "slot": slot, "agreed": ["pregnancy"] });
    let answer = patient.json("POST", &path, &wish, &[("idempotency-key", &key)]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    world.app.clock.set(now);
}

async fn list(nurse: &mut Client) -> Value {
    nurse.get("/api/v1/staff/followups").await.json()
}

async fn detail(nurse: &mut Client, followup: &FollowUpDetail) -> Value {
    nurse.get(&format!("/api/v1/staff/followups/{}", followup.row.id)).await.json()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("not a text: {value}"))
}

async fn does(nurse: &mut Client, followup: &FollowUpDetail, deed: &str, fields: &[(&str, &str)]) -> String {
    let answer = nurse.form_once(&format!("/staff/followups/{}/{deed}", followup.row.id), fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    answer.location().to_owned()
}

/// Sends a form that is refused; gives the page that says why.
async fn refused(
    nurse: &mut Client,
    followup: &FollowUpDetail,
    deed: &str,
    fields: &[(&str, &str)],
    status: StatusCode,
) -> String {
    let answer = nurse.form_once(&format!("/staff/followups/{}/{deed}", followup.row.id), fields).await;
    assert_eq!(answer.status, status, "{}", answer.text);
    answer.text
}

#[tokio::test]
async fn the_day_tells_who_comes_and_each_is_recorded_in_one_tap() {
    let world = World::new().await;
    let followup = world.followup().await;
    books(&world, &followup, "ldct-review-2026-11-23-0830").await;
    let mut nurse = world.nurse().await;
    let page = nurse.get("/staff").await;
    assert!(page.text.contains("待来 1") && page.text.contains("到了"), "{}", page.text);
    let day = list(&mut nurse).await["day"][0].clone();
    let (appointment, key) = (text(&day["appointment"]).to_owned(), secrets::fresh_id());
    let fields = [("action", "miss"), ("appointment", appointment.as_str()), ("key", &secrets::fresh_id())];
    let early = refused(&mut nurse, &followup, "record", &fields, StatusCode::CONFLICT).await;
    assert!(early.contains("到了约好的时间，才能登记"), "nobody has missed what has not begun: {early}");
    let fields = [("action", "arrive"), ("appointment", &appointment), ("key", &key), ("from", "/staff")];
    for _ in 0..2 {
        assert_eq!(does(&mut nurse, &followup, "record", &fields).await, format!("/staff#row-{appointment}"));
    }
    assert_eq!(list(&mut nurse).await["day"][0]["state"], "arrived");
    let fields = [("action", "attend"), ("appointment", &appointment), ("key", &secrets::fresh_id())];
    does(&mut nurse, &followup, "record", &fields).await;
    assert_eq!(detail(&mut nurse, &followup).await["row"]["standing"], "outcome-due");
}

#[tokio::test]
async fn what_was_recorded_of_the_wrong_person_is_taken_back() {
    let world = World::new().await;
    let followup = world.followup().await;
    books(&world, &followup, "ldct-review-2026-11-23-0830").await;
    let mut nurse = world.nurse().await;
    let mut patient = world.patient(&followup).await;
    let link = format!("/f/{}", followup.token);
    let path = format!("/staff/followups/{}", followup.row.id);
    let appointment = text(&list(&mut nurse).await["day"][0]["appointment"]).to_owned();
    let record = async |nurse: &mut Client, action: &str| {
        let fields = [("action", action), ("appointment", appointment.as_str()), ("key", &secrets::fresh_id())];
        does(nurse, &followup, "record", &fields).await
    };
    record(&mut nurse, "arrive").await;
    let there = nurse.get(&path).await.text;
    assert!(there.contains("点错了，撤回") && there.contains("人已经到了，不能另约"), "{there}");
    let book = [
        ("slot", "ldct-review-2026-11-24-0830"),
        ("asked", "yes"),
        ("reason", "病人要求"),
        ("key", &secrets::fresh_id()),
    ];
    let refused = refused(&mut nurse, &followup, "book", &book, StatusCode::CONFLICT).await;
    assert!(!refused.contains("这个时间已经过了"), "what is to come has not passed: {refused}");
    record(&mut nurse, "attend").await;
    assert!(patient.get(&link).await.text.contains("这一步做完了"));
    // One step back, and another one.
    for state in ["arrived", "booked"] {
        record(&mut nurse, "unrecord").await;
        let now = detail(&mut nurse, &followup).await;
        assert_eq!((text(&now["row"]["standing"]), text(&now["row"]["appointment_state"])), (state, state));
    }
    let page = patient.get(&link).await.text;
    assert!(page.contains("您的预约") && page.contains("上午8:30") && !page.contains("这一步做完了"), "{page}");
    assert!(nurse.get(&path).await.text.contains("登记错了，撤回"), "the history says so");
    let fields = [("action", "unrecord"), ("appointment", appointment.as_str()), ("key", &secrets::fresh_id())];
    let again = nurse.form(&format!("{path}/record"), &fields).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "nothing is left to take back");
}

#[tokio::test]
async fn a_letter_and_a_message_ask_for_what_is_to_be_done_now() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut nurse = world.nurse().await;
    let path = format!("/staff/followups/{}", followup.row.id);
    let letter = nurse.get(&format!("{path}/letter")).await.text;
    assert!(letter.contains("请您选一个来医院的时间") && letter.contains("以前来。"), "{letter}");
    assert!(!letter.contains("以前选好"), "{letter}");
    assert!(text(&detail(&mut nurse, &followup).await["message"]).contains("选一个来医院的时间"));
    books(&world, &followup, "ldct-review-2026-11-23-0830").await;
    let letter = nurse.get(&format!("{path}/letter")).await.text;
    let said = "您约好的时间：2026年11月23日 星期一 上午8:30，株洲市二医院。";
    assert!(letter.contains(said) && !letter.contains("选一个"), "{letter}");
    let message = detail(&mut nurse, &followup).await["message"].clone();
    assert!(
        text(&message).contains("2026年11月23日 星期一 上午8:30") && !text(&message).contains("选一个"),
        "{message}"
    );
}

#[tokio::test]
async fn an_outcome_needs_the_next_step_or_the_end_and_a_stale_form_changes_nothing() {
    let world = World::new().await;
    let followup = world.followup().await;
    books(&world, &followup, "ldct-review-2026-11-23-0830").await;
    let mut nurse = world.nurse().await;
    let seen = detail(&mut nurse, &followup).await["row"].clone();
    let (appointment, version) = (text(&seen["appointment"]).to_owned(), seen["version"].to_string());
    let fields = [("action", "attend"), ("appointment", &appointment), ("key", &secrets::fresh_id())];
    does(&mut nurse, &followup, "record", &fields).await;
    let next = |version: &str| {
        vec![
            ("version".to_owned(), version.to_owned()),
            ("outcome".to_owned(), "review".to_owned()),
            ("next".to_owned(), "step".to_owned()),
            ("services".to_owned(), "ldct-review".to_owned()),
            ("due_from".to_owned(), "2026-11-30".to_owned()),
            ("due_to".to_owned(), "2026-12-04".to_owned()),
        ]
    };
    let fields = [("version", version.as_str()), ("outcome", "review"), ("next", "step")];
    let bare = refused(&mut nurse, &followup, "outcome", &fields, StatusCode::UNPROCESSABLE_ENTITY).await;
    assert!(bare.contains("下一步请至少选一项服务"), "an outcome without a next step is refused: {bare}");
    let fields = next(&version);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let stale = refused(&mut nurse, &followup, "outcome", &fields, StatusCode::CONFLICT).await;
    assert!(stale.contains("别人刚刚改过") && stale.contains("登记：已就诊"), "she sees what changed: {stale}");
    assert!(stale.contains("value=\"2026-12-04\""), "and what she had filled in");
    let version = detail(&mut nurse, &followup).await["row"]["version"].to_string();
    assert!(
        nurse.get("/staff").await.text.contains("value=\"unrecord\""),
        "before the outcome a mark can be taken back"
    );
    let fields = next(&version);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    does(&mut nurse, &followup, "outcome", &fields).await;
    assert!(!nurse.get("/staff").await.text.contains("value=\"unrecord\""), "and after it none is offered");
    let now = detail(&mut nurse, &followup).await["row"].clone();
    assert_eq!((text(&now["standing"]), text(&now["due_to"])), ("to-book", "2026-12-04"));
    let mut patient = world.patient(&followup).await;
    let page = patient.get(&format!("/f/{}", followup.token)).await;
    assert!(page.text.contains("请选一个时间") && page.text.contains("11月30日"), "the link shows the next step");
}

#[tokio::test]
async fn a_refused_write_is_no_change_that_somebody_else_could_have_missed() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut nurse = world.nurse().await;
    let version = detail(&mut nurse, &followup).await["row"]["version"].to_string();
    // A patient's taps that come to nothing: a time that is too soon, no appointment to cancel, nothing held.
    let mut patient = world.patient(&followup).await;
    let link = format!("/f/{}", followup.token);
    for (deed, slot) in [("hold", "ldct-review-2026-11-23-0900"), ("hold", "nowhere"), ("cancel", ""), ("release", "")]
    {
        let fields = [("slot", slot), ("key", &secrets::fresh_id())];
        let answer = patient.form(&format!("{link}/{deed}"), &fields).await;
        assert!(answer.location().contains("problem="), "{deed} {slot}: {}", answer.location());
    }
    // A colleague's forms that are refused.
    let key = secrets::fresh_id();
    let cancels = [("whose", "patient"), ("key", key.as_str())];
    refused(&mut nurse, &followup, "cancel", &cancels, StatusCode::CONFLICT).await;
    let stale = [("version", "0"), ("outcome", "clear"), ("next", "end"), ("ending", "completed")];
    refused(&mut nurse, &followup, "outcome", &stale, StatusCode::CONFLICT).await;
    assert_eq!(detail(&mut nurse, &followup).await["row"]["version"].to_string(), version);
    let ends = [("version", version.as_str()), ("outcome", "clear"), ("next", "end"), ("ending", "completed")];
    does(&mut nurse, &followup, "outcome", &ends).await;
    assert_eq!(detail(&mut nurse, &followup).await["row"]["standing"], "closed");
}

#[tokio::test]
async fn a_call_is_recorded_once_and_what_ends_a_follow_up_gives_its_place_back() {
    let world = World::new().await;
    let (later, moved) = (world.followup().await, world.followup().await);
    books(&world, &moved, "ldct-review-2026-11-24-0830").await;
    let mut nurse = world.nurse().await;
    let key = secrets::fresh_id();
    let fields = [("outcome", "call-later"), ("again", "2026-11-25"), ("note", "下午再打"), ("key", key.as_str())];
    for _ in 0..2 {
        does(&mut nurse, &later, "call", &fields).await;
    }
    let seen = detail(&mut nurse, &later).await;
    assert_eq!(seen["row"]["call_on"], "2026-11-25");
    assert_eq!(list(&mut nurse).await["calls"].as_array().map(Vec::len), Some(0), "not before the day");
    let now = world.app.now();
    world.app.clock.set(Moment(now.0 + 2 * 86_400_000));
    let mut then = world.nurse().await;
    assert_eq!(list(&mut then).await["calls"][0]["id"], later.row.id, "a promised call is on the day's list");
    world.app.clock.set(now);
    assert_eq!(seen["notes"].as_array().map(Vec::len), Some(1));
    let fields =
        [("outcome", "call-later"), ("again", "2026-11-01"), ("note", "约了改天"), ("key", &secrets::fresh_id())];
    let undated = refused(&mut nurse, &later, "call", &fields, StatusCode::UNPROCESSABLE_ENTITY).await;
    assert!(undated.contains("请填哪天再打") && undated.contains("约了改天"), "what was typed stays: {undated}");
    does(&mut nurse, &moved, "call", &[("outcome", "moved-away"), ("key", &secrets::fresh_id())]).await;
    assert_eq!(detail(&mut nurse, &moved).await["row"]["standing"], "closed");
    assert!(world.app.db.miscounted_slots().await.expect("the database").is_empty());
    assert!(world.app.db.unexplained_appointments().await.expect("the database").is_empty());
}

#[tokio::test]
async fn a_form_of_the_day_leads_back_whatever_it_names_as_its_row() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut nurse = world.nurse().await;
    for (appointment, leads) in [
        ("0123456789abcdef0123456789abcdef", "/staff#row-0123456789abcdef0123456789abcdef"),
        ("", "/staff"),
        ("行", "/staff"),
        ("a\r\nset-cookie: b", "/staff"),
        ("a b", "/staff"),
    ] {
        let key = secrets::fresh_id();
        let fields = [("from", "/staff"), ("appointment", appointment), ("note", "要家属陪"), ("key", key.as_str())];
        assert_eq!(does(&mut nurse, &followup, "note", &fields).await, leads, "{appointment:?}");
    }
}

#[tokio::test]
async fn overdue_is_sorted_by_urgency_and_a_question_is_answered_on_the_link() {
    let world = World::new().await;
    let routine = world.followup().await;
    let mut nurse = world.nurse().await;
    let mut form = crate::world::new_followup();
    form["urgency"] = json!("urgent");
    let key = secrets::fresh_id();
    let urgent = nurse.json("POST", "/api/v1/staff/followups", &form, &[("idempotency-key", &key)]).await.json();
    let mut patient = world.patient(&routine).await;
    let link = format!("/f/{}", routine.token);
    patient.form(&format!("{link}/ask"), &[("question", "要空腹吗？"), ("key", &secrets::fresh_id())]).await;
    world.app.clock.set(Moment(world.app.now().0 + 12 * 86_400_000));
    let mut nurse = world.nurse().await;
    let seen = list(&mut nurse).await;
    let order: Vec<&str> = seen["overdue"].as_array().expect("rows").iter().map(|row| text(&row["id"])).collect();
    assert_eq!(order, [text(&urgent["row"]["id"]), &routine.row.id]);
    assert_eq!(seen["questions"][0]["text"], "要空腹吗？");
    let question = detail(&mut nurse, &routine).await["questions"][0]["id"].clone();
    let fields = [("question", text(&question)), ("answer", "不用空腹。")];
    does(&mut nurse, &routine, "answer", &fields).await;
    let twice = refused(&mut nurse, &routine, "answer", &fields, StatusCode::CONFLICT).await;
    assert!(twice.contains("别人刚刚改过"), "an answer is not overwritten: {twice}");
    let mut patient = world.patient(&routine).await;
    assert!(patient.get(&format!("{link}?view=questions")).await.text.contains("不用空腹"));
}

#[tokio::test]
async fn a_follow_up_is_found_by_name_phone_ending_and_code() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut nurse = world.nurse().await;
    let code = followup.row.code.to_lowercase();
    for (typed, found) in [
        ("李女士", true),
        ("李女", true),
        ("李", true),
        ("lns", true),
        ("LiNüShi", true),
        ("linvshi", true),
        ("女", false),
        ("王", false),
        ("王女士", false),
        (PHONE, true),
        ("138 0013 8000", true),
        ("8000", true),
        ("0000", false),
        (code.as_str(), true),
    ] {
        let page = search(&mut nurse, typed).await;
        assert_eq!(page.text.contains(&followup.row.id), found, "{typed}");
    }
}

#[tokio::test]
async fn no_address_title_or_log_holds_who_was_looked_for() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut nurse = world.nurse().await;
    for typed in ["李女士", PHONE, "8000"] {
        let sent = nurse.form("/staff/search", &[("q", typed)]).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER);
        let address = sent.location().to_owned();
        let sealed = address.strip_prefix("/staff/search?k=").expect("a sealed search");
        assert!(
            sealed.bytes().all(|byte| byte.is_ascii_hexdigit()) && !sealed.contains(&hex::encode(typed)),
            "{address}"
        );
        for _ in 0..2 {
            let page = nurse.get(&address).await;
            assert!(page.text.contains(&followup.row.id), "the results can be loaded again");
            assert_eq!(page.headers["cache-control"], "no-store");
            assert!(!title(&page.text).contains("李女士") && !title(&page.text).contains("8000"));
        }
        let mut other = world.staff(&format!("other{typed}"), "zhuzhou-2", Role::Nurse).await;
        assert!(!other.get(&address).await.text.contains(&followup.row.id), "it opens only for who typed it");
    }
    let mut nurse = world.nurse().await;
    let address = nurse.form("/staff/search", &[("q", "李女士")]).await.location().to_owned();
    world.app.clock.set(Moment(world.app.now().0 + 13 * 3_600_000));
    let mut nurse = world.nurse().await;
    assert!(!nurse.get(&address).await.text.contains("李女士"), "it does not open for ever");
    for address in ["/staff/search?q=8000", "/staff/search?k=00", "/staff/search?k=", "/staff/search"] {
        let page = nurse.get(address).await;
        assert_eq!(page.status, StatusCode::OK, "{address}");
        assert!(!page.text.contains(&followup.row.id) && !page.text.contains("没有找到"), "{address}");
    }
}

#[tokio::test]
async fn no_title_of_the_console_names_a_patient() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut nurse = world.nurse().await;
    let of_one = format!("/staff/followups/{}", followup.row.id);
    for path in [
        "/staff".to_owned(),
        "/staff/lists/open".to_owned(),
        format!("{of_one}?created=1"),
        format!("{of_one}/edit"),
        format!("{of_one}/letter"),
        of_one.clone(),
    ] {
        let page = nurse.get(&path).await;
        assert!(!title(&page.text).contains("李女士"), "{path}: {}", title(&page.text));
    }
    let refused = nurse.form(&format!("{of_one}/note"), &[("note", "")]).await;
    assert!(refused.text.contains("李女士") && !title(&refused.text).contains("李女士"));
}

/// The title of a page.
fn title(page: &str) -> &str {
    page.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next()).expect("a title")
}

#[tokio::test]
async fn a_nurse_sees_only_her_hospital_and_a_role_only_its_own_work() {
    let world = World::new().await;
    let followup = world.followup().await;
    for (name, hospital, role) in [
        ("elsewhere", "dezhou-2", Role::Nurse),
        ("auditor", "zhuzhou-2", Role::Auditor),
        ("planner", "zhuzhou-2", Role::ScheduleManager),
    ] {
        let mut other = world.staff(name, hospital, role).await;
        let answer = other.get(&format!("/api/v1/staff/followups/{}", followup.row.id)).await;
        assert!(matches!(answer.status, StatusCode::NOT_FOUND | StatusCode::FORBIDDEN), "{name}: {}", answer.status);
        assert!(!answer.text.contains("李女士"));
        let fields = [("outcome", "declined"), ("key", &secrets::fresh_id())];
        let answer = other.form(&format!("/staff/followups/{}/call", followup.row.id), &fields).await;
        assert!(answer.status.is_client_error(), "{name} does not call: {}", answer.status);
        let key = secrets::fresh_id();
        let new = crate::world::new_followup();
        let made = other.json("POST", "/api/v1/staff/followups", &new, &[("idempotency-key", &key)]).await;
        let expected = if role == Role::Nurse { StatusCode::CREATED } else { StatusCode::FORBIDDEN };
        assert_eq!(made.status, expected, "{name} makes a follow-up");
        let closes = other.get("/staff/closures").await.status == StatusCode::OK;
        assert_eq!(closes, role == Role::ScheduleManager, "{name} closes a clinic");
    }
    world.app.db.disable_staff("zhang").await.expect("the database");
    let mut nurse = world.client();
    let login = json!({ "name": "zhang", "password": crate::world::PASSWORD });
    assert_eq!(nurse.json("POST", "/api/v1/staff/session", &login, &[]).await.code(), "wrong-login");
}

#[tokio::test]
async fn a_closed_clinic_cancels_everybody_and_keeps_a_new_place_for_each() {
    let world = World::new().await;
    let people = [world.followup().await, world.followup().await, world.followup().await];
    for (followup, slot) in people.iter().zip(["0830", "0830", "0900"]) {
        books(&world, followup, &format!("ldct-review-2026-11-25-{slot}")).await;
    }
    let mut nurse = world.nurse().await;
    let key = secrets::fresh_id();
    let fields = [
        ("service", "ldct-review"),
        ("first", "2026-11-25"),
        ("last", "2026-11-25"),
        ("reason", "设备检修"),
        ("key", key.as_str()),
    ];
    let asked = nurse.form("/staff/closures", &fields).await;
    assert!(asked.text.contains("影响 3 个人"), "{}", asked.text);
    assert_eq!(detail(&mut nurse, &people[0]).await["row"]["standing"], "booked", "asking closes nothing");
    let sure: Vec<(&str, &str)> = fields.iter().copied().chain([("sure", "yes"), ("seen", "3")]).collect();
    for _ in 0..2 {
        assert_eq!(nurse.form("/staff/closures", &sure).await.status, StatusCode::SEE_OTHER);
    }
    for followup in &people {
        let mut patient = world.patient(followup).await;
        let page = patient.get(&format!("/f/{}", followup.token)).await;
        assert!(page.text.contains("请确认新的时间"), "{}", page.text);
        assert!(page.text.contains("停诊原因：设备检修"), "she is told why: {}", page.text);
        let fields = [("key", secrets::fresh_id()), ("agreed", "pregnancy".to_owned())];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let confirmed = patient.form(&format!("/f/{}/confirm", followup.token), &fields).await;
        assert!(confirmed.location().ends_with("done=booked"), "{}", confirmed.location());
    }
    assert!(world.app.db.miscounted_slots().await.expect("the database").is_empty());
    assert!(world.app.db.unexplained_appointments().await.expect("the database").is_empty());
}

#[tokio::test]
async fn what_a_killed_server_left_of_a_closing_the_next_round_finishes() {
    let world = World::new().await;
    let followup = world.followup().await;
    books(&world, &followup, "ldct-review-2026-11-25-0830").await;
    let closure = zaoshai_backend::db::closures::Closure {
        id: secrets::fresh_id(),
        hospital: world.app.library().hospital.clone(),
        service: None,
        first: Moment::at(world.app.now().date(), 0),
        until: Moment::at(world.app.now().date().plus_days(61), 0),
        reason: "停电".to_owned(),
        staff: "zhang".to_owned(),
        now: world.app.now(),
    };
    assert!(world.app.db.close_slots(&closure, 1).await.expect("the database") > 0);
    // The server died here. Everything is closed, so there is nothing to offer: she is on the list at once.
    zaoshai_backend::pathway::clear_closed(&world.app).await.expect("a round");
    let mut nurse = world.nurse().await;
    let seen = list(&mut nurse).await;
    assert_eq!(seen["overdue"][0]["standing"], "cancelled");
    let mut patient = world.patient(&followup).await;
    let page = patient.get(&format!("/f/{}", followup.token)).await;
    assert!(page.text.contains("医院取消了预约，请另选时间") && page.text.contains("0731-28307119"), "{}", page.text);
}

/// Records the outcome of a call in a list; gives where that leads.
async fn called(nurse: &mut Client, followup: &FollowUpDetail, outcome: &str, from: &str) -> String {
    let key = secrets::fresh_id();
    let fields = [("outcome", outcome), ("again", "2026-11-24"), ("from", from), ("key", key.as_str())];
    does(nurse, followup, "call", &fields).await
}

#[tokio::test]
async fn a_call_that_nobody_answers_reaches_nobody_and_is_counted_until_somebody_was_reached() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut nurse = world.nurse().await;
    let fields = [("outcome", "call-later"), ("again", "2026-11-23"), ("key", &secrets::fresh_id())];
    does(&mut nurse, &followup, "call", &fields).await;
    let calls = "/staff/lists/calls";
    for unanswered in 1..=2 {
        assert_eq!(called(&mut nurse, &followup, "no-answer", calls).await, format!("{calls}#row-{}", followup.row.id));
        let row = detail(&mut nurse, &followup).await["row"].clone();
        assert_eq!((row["unanswered"].as_i64(), text(&row["call_on"])), (Some(unanswered), "2026-11-23"));
    }
    let page = nurse.get(calls).await.text;
    assert!(
        page.contains("要回电话<b>1</b>") && page.contains("2 次没人接，换个时间打"),
        "who was promised a call: {page}"
    );
    called(&mut nurse, &followup, "agreed", calls).await;
    assert_eq!(detail(&mut nurse, &followup).await["row"]["unanswered"], 0);
    let page = nurse.get(calls).await.text;
    assert!(page.contains("要回电话<b>0</b>") && !page.contains("没人接，"), "{page}");

    // What asks for a call goes on asking.
    let cancelled = world.followup().await;
    books(&world, &cancelled, "ldct-review-2026-11-24-0830").await;
    let mut patient = world.patient(&cancelled).await;
    let fields = [("reason", "unwell"), ("key", &secrets::fresh_id())];
    patient.form(&format!("/f/{}/cancel", cancelled.token), &fields).await;
    called(&mut nurse, &cancelled, "no-answer", "/staff/lists/overdue").await;
    assert_eq!(detail(&mut nurse, &cancelled).await["row"]["overdue"], true);
    called(&mut nurse, &cancelled, "agreed", "/staff/lists/overdue").await;
    assert_eq!(detail(&mut nurse, &cancelled).await["row"]["overdue"], false);
}

#[tokio::test]
async fn a_message_is_marked_as_sent_until_that_is_taken_back_or_another_link_is_to_be_sent() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut nurse = world.nurse().await;
    let path = format!("/staff/followups/{}", followup.row.id);
    let key = secrets::fresh_id();
    let message = text(&detail(&mut nurse, &followup).await["message_id"]).to_owned();
    let mark = [("key", key.as_str()), ("message", message.as_str())];
    for (deed, said) in [("sent", "短信发出去了"), ("unsent", "没有发，撤回"), ("sent", "短信发出去了")]
    {
        // Twice is once.
        for _ in 0..2 {
            does(&mut nurse, &followup, deed, &mark).await;
        }
        let seen = detail(&mut nurse, &followup).await;
        assert_eq!(seen["row"]["sent"].is_null(), deed == "unsent", "{seen}");
        let history = seen["history"].as_array().expect("lines");
        assert!(text(&history[0]["what"]).contains(said) && !text(&history[1]["what"]).contains(said), "{history:?}");
    }
    assert!(nurse.get(&path).await.text.contains("没有发，撤回"), "the mark can be taken back on the page");
    does(&mut nurse, &followup, "relink", &mark).await;
    let seen = detail(&mut nurse, &followup).await;
    assert!(seen["row"]["sent"].is_null(), "the new link was sent to nobody: {seen}");
    // The page of a colleague still shows the old message: that it was sent says nothing of the new one.
    let stale = nurse.form(&format!("{path}/sent"), &mark).await;
    assert_eq!(stale.status, StatusCode::CONFLICT, "{}", stale.text);
    assert!(detail(&mut nurse, &followup).await["row"]["sent"].is_null());
}

#[tokio::test]
async fn a_message_that_reads_otherwise_by_now_was_not_sent_unless_the_patient_made_it_so() {
    let world = World::new().await;
    for (told, stays) in [("books", true), ("booked for", false), ("missed", false), ("next step", false)] {
        let followup = world.followup().await;
        let mut nurse = world.nurse().await;
        let message = text(&detail(&mut nurse, &followup).await["message_id"]).to_owned();
        does(&mut nurse, &followup, "sent", &[("message", &message)]).await;
        let key = secrets::fresh_id();
        let slot = "ldct-review-2026-11-26-1000";
        match told {
            "books" => {
                let mut patient = world.patient(&followup).await;
                for (deed, key) in [("hold", secrets::fresh_id()), ("confirm", secrets::fresh_id())] {
                    patient.form(&format!("/f/{}/{deed}", followup.token), &[("slot", slot), ("key", &key)]).await;
                }
            }
            "booked for" => {
                does(&mut nurse, &followup, "book", &[("slot", slot), ("asked", "yes"), ("key", &key)]).await;
            }
            "missed" => {
                let earlier = "ldct-review-2026-11-23-0830";
                books(&world, &followup, earlier).await;
                world.app.clock.set(world.app.now().plus_minutes(60));
                let appointment = text(&detail(&mut nurse, &followup).await["row"]["appointment"]).to_owned();
                let fields = [("action", "miss"), ("appointment", appointment.as_str()), ("key", &key)];
                does(&mut nurse, &followup, "record", &fields).await;
            }
            _ => {
                let version = detail(&mut nurse, &followup).await["row"]["version"].to_string();
                let fields = [
                    ("outcome", "review"),
                    ("next", "step"),
                    ("services", "ldct-review"),
                    ("due_from", "2026-12-01"),
                    ("due_to", "2026-12-20"),
                    ("version", version.as_str()),
                    ("key", &key),
                ];
                does(&mut nurse, &followup, "outcome", &fields).await;
                let seen = detail(&mut nurse, &followup).await;
                assert_eq!(text(&seen["row"]["reason"]), "上次看过以后，定了下一步", "the old reason is none any more");
            }
        }
        let seen = detail(&mut nurse, &followup).await;
        assert_eq!(!seen["row"]["sent"].is_null(), stays, "{told}: {seen}");
    }
}

#[tokio::test]
async fn a_call_recorded_by_mistake_is_taken_back_as_long_as_nothing_has_changed_since() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut nurse = world.nurse().await;
    let calls = async |nurse: &mut Client, outcome: &str| {
        let key = secrets::fresh_id();
        let note = format!("备注 {outcome}");
        let fields = [
            ("outcome", outcome),
            ("again", "2026-11-24"),
            ("note", &note),
            ("key", &key),
            ("from", "/staff/lists/calls"),
        ];
        let to = does(nurse, &followup, "call", &fields).await;
        nurse.get(&to).await.text
    };
    calls(&mut nurse, "no-answer").await;
    calls(&mut nurse, "no-answer").await;
    calls(&mut nurse, "call-later").await;
    let before = detail(&mut nurse, &followup).await["row"].clone();
    for outcome in ["agreed", "no-answer", "wrong-number"] {
        let told = calls(&mut nurse, outcome).await;
        assert!(told.contains("李女士：电话记下了") && told.contains("点错了，撤回"), "{told}");
        let call = crate::batches::hidden(&told, "call");
        let back = [("call", call.as_str()), ("from", "/staff/lists/calls")];
        for _ in 0..2 {
            assert!(does(&mut nurse, &followup, "uncall", &back).await.starts_with("/staff/lists/calls"));
        }
        let after = detail(&mut nurse, &followup).await["row"].clone();
        for field in ["call_on", "unanswered", "wrong_number", "overdue", "prompt", "standing"] {
            assert_eq!(after[field], before[field], "{outcome}: {field}");
        }
        let page = nurse.get(&format!("/staff/followups/{}", followup.row.id)).await.text;
        assert!(page.contains("备注 call-later") && !page.contains("备注 wrong-number"), "{outcome}: {page}");
        assert!(!page.contains("备注 agreed"), "what was written of it is about somebody else: {page}");
    }
    assert!(text(&detail(&mut nurse, &followup).await["history"][0]["what"]).contains("撤回"), "the history says so");
    // What another call has built upon stays.
    let told = calls(&mut nurse, "agreed").await;
    let call = crate::batches::hidden(&told, "call");
    calls(&mut nurse, "no-answer").await;
    let late = nurse.form(&format!("/staff/followups/{}/uncall", followup.row.id), &[("call", &call)]).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.text);
    let other = nurse.form(&format!("/staff/followups/{}/uncall", followup.row.id), &[("call", "of-nobody")]).await;
    assert_eq!(other.status, StatusCode::NOT_FOUND);
}

/// How many a list says that it has, and how many rows it shows.
async fn listed(nurse: &mut Client, which: &str) -> (usize, usize) {
    let page = nurse.get(&format!("/staff/lists/{which}")).await.text;
    let told = page.split("共 ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap_or_default();
    (told.parse().unwrap_or_else(|_| panic!("no count: {page}")), page.matches("id=\"row-").count())
}

#[tokio::test]
async fn a_list_counts_whom_it_shows_whatever_became_of_earlier_appointments() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut nurse = world.nurse().await;
    let record = async |nurse: &mut Client, appointment: &str, action: &str| {
        let key = secrets::fresh_id();
        let fields = [("action", action), ("appointment", appointment), ("key", key.as_str())];
        does(nurse, &followup, "record", &fields).await;
    };
    books(&world, &followup, "ldct-review-2026-11-23-0830").await;
    world.app.clock.set(world.app.now().plus_minutes(60));
    let first = text(&detail(&mut nurse, &followup).await["row"]["appointment"]).to_owned();
    record(&mut nurse, &first, "miss").await;
    let key = secrets::fresh_id();
    let again = [("slot", "ldct-review-2026-11-26-1000"), ("asked", "yes"), ("key", key.as_str())];
    does(&mut nurse, &followup, "book", &again).await;
    // They had come after all, and need no second appointment.
    record(&mut nurse, &first, "attend").await;
    let mut patient = world.patient(&followup).await;
    let key = secrets::fresh_id();
    patient.form(&format!("/f/{}/cancel", followup.token), &[("sure", "yes"), ("key", &key)]).await;
    called(&mut nurse, &followup, "agreed", "/staff/lists/waiting").await;
    let mut shown = 0;
    for which in ["waiting", "booked", "overdue", "calls"] {
        let (told, rows) = listed(&mut nurse, which).await;
        assert_eq!(told, rows, "{which}");
        shown += rows;
    }
    assert_eq!(shown, 1, "they stand in one list");
}

#[tokio::test]
async fn what_came_of_a_call_is_told_and_tomorrow_is_the_day_after_the_tap() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut nurse = world.nurse().await;
    for (outcome, told) in [
        ("agreed", "电话记下了：答应来。"),
        ("no-answer", "电话记下了：没人接。"),
        ("call-later", "电话记下了：11月25日 再打。"),
    ] {
        if outcome == "call-later" {
            // The page has stood open over night.
            world.app.clock.set(Moment(world.app.now().0 + 86_400_000));
            nurse = world.nurse().await;
        }
        let key = secrets::fresh_id();
        let fields =
            [("outcome", outcome), ("again", "tomorrow"), ("key", key.as_str()), ("from", "/staff/lists/waiting")];
        let to = does(&mut nurse, &followup, "call", &fields).await;
        let page = nurse.get(&to).await.text;
        assert!(page.contains(&format!("李女士：{told}")), "{outcome}: {page}");
    }
}

#[tokio::test]
async fn the_last_call_is_taken_back_from_the_page_of_the_person_too_until_something_changes() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut nurse = world.nurse().await;
    let path = format!("/staff/followups/{}", followup.row.id);
    let key = secrets::fresh_id();
    let fields = [("outcome", "no-answer"), ("key", key.as_str()), ("from", "/staff/lists/waiting")];
    does(&mut nurse, &followup, "call", &fields).await;
    // A colleague finds it later, when nothing is told of it any more.
    let mut colleague = world.staff("qian", &world.app.library().hospital, Role::Coordinator).await;
    let page = colleague.get(&path).await.text;
    assert!(page.contains("上一个（没人接）记错了，撤回"), "{page}");
    let call = crate::batches::hidden(&page, "call");
    does(&mut colleague, &followup, "uncall", &[("call", &call)]).await;
    assert_eq!(detail(&mut nurse, &followup).await["row"]["unanswered"], 0);
    let page = nurse.get(&path).await.text;
    assert!(!page.contains("（没人接）记错了"), "once: {page}");
    // The same form again is no repeat of what no longer stands.
    let again = nurse.form_once(&format!("{path}/call"), &fields).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.text);
    let key = secrets::fresh_id();
    does(&mut nurse, &followup, "call", &[("outcome", "no-answer"), ("key", &key)]).await;
    books(&world, &followup, "ldct-review-2026-11-26-1000").await;
    assert!(!nurse.get(&path).await.text.contains("（没人接）记错了"), "what has changed since stays");
}

#[tokio::test]
async fn the_mark_of_a_message_is_taken_back_only_as_the_page_showed_it() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut nurse = world.nurse().await;
    let mark = async |nurse: &mut Client| {
        let message = text(&detail(nurse, &followup).await["message_id"]).to_owned();
        does(nurse, &followup, "sent", &[("message", &message)]).await;
        crate::batches::hidden(&nurse.get(&format!("/staff/followups/{}", followup.row.id)).await.text, "sent_at")
    };
    let first = mark(&mut nurse).await;
    does(&mut nurse, &followup, "unsent", &[("sent_at", &first)]).await;
    world.app.clock.set(world.app.now().plus_minutes(1));
    let second = mark(&mut nurse).await;
    let path = format!("/staff/followups/{}/unsent", followup.row.id);
    let stale = nurse.form_once(&path, &[("sent_at", &first)]).await;
    assert_eq!(stale.status, StatusCode::CONFLICT, "{}", stale.text);
    assert!(!detail(&mut nurse, &followup).await["row"]["sent"].is_null(), "the mark of a colleague stays");
    does(&mut nurse, &followup, "unsent", &[("sent_at", &second)]).await;
    assert!(detail(&mut nurse, &followup).await["row"]["sent"].is_null());
}

#[tokio::test]
async fn of_two_nurses_who_mark_otherwise_from_one_page_the_second_hears_of_the_first() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut nurse = world.nurse().await;
    books(&world, &followup, "ldct-review-2026-11-23-0830").await;
    world.app.clock.set(world.app.now().plus_minutes(60));
    let appointment = text(&detail(&mut nurse, &followup).await["row"]["appointment"]).to_owned();
    let key = crate::batches::hidden(&nurse.get("/staff").await.text, "key");
    let fields =
        |action: &'static str| [("action", action), ("appointment", appointment.as_str()), ("key", key.as_str())];
    does(&mut nurse, &followup, "record", &fields("miss")).await;
    let mut colleague = world.staff("qian", &world.app.library().hospital, Role::Coordinator).await;
    let second = colleague.form_once(&format!("/staff/followups/{}/record", followup.row.id), &fields("attend")).await;
    assert_eq!(second.status, StatusCode::CONFLICT);
    assert!(second.text.contains("别人刚刚改过") && !second.text.contains("已经提交过"), "{}", second.text);
}

#[tokio::test]
async fn two_nurses_who_call_the_same_person_have_made_two_calls_and_the_same_form_is_one() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut nurse = world.nurse().await;
    let mut colleague = world.staff("qian", &world.app.library().hospital, Role::Coordinator).await;
    let fields = [("outcome", "no-answer"), ("key", "0123456789abcdef"), ("from", "/staff/lists/overdue")];
    for (who, calls) in [(&mut nurse, 1), (&mut colleague, 2)] {
        let first = does(who, &followup, "call", &fields).await;
        assert!(who.get(&first).await.text.contains("电话记下了"));
        let again = does(who, &followup, "call", &fields).await;
        assert!(who.get(&again).await.text.contains("没有再做一次"), "the same form is told as one that came before");
        assert_eq!(detail(who, &followup).await["row"]["unanswered"], calls);
    }
    // Whoever comes was reached: the calls that nobody answered say nothing any more.
    books(&world, &followup, "ldct-review-2026-11-23-0830").await;
    assert_eq!(detail(&mut nurse, &followup).await["row"]["unanswered"], 0);
}

#[tokio::test]
async fn a_page_of_another_account_is_not_carried_out_until_whoever_is_signed_in_says_so() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut colleague = world.staff("qian", &world.app.library().hospital, Role::Coordinator).await;
    let key = secrets::fresh_id();
    let path = format!("/staff/followups/{}/note", followup.row.id);
    let fields = [("note", "血压高"), ("key", key.as_str()), ("by", "zhang")];
    let asked = colleague.form_once(&path, &fields).await;
    assert_eq!(asked.status, StatusCode::CONFLICT);
    for part in ["这一页是别的账号打开的", "血压高", "李女士"] {
        assert!(asked.text.contains(part), "{part}: {}", asked.text);
    }
    assert!(detail(&mut colleague, &followup).await["notes"].as_array().expect("notes").is_empty());
    let fields = [("note", "血压高"), ("key", key.as_str()), ("by", "qian")];
    assert_eq!(colleague.form_once(&path, &fields).await.status, StatusCode::SEE_OTHER);
    assert_eq!(detail(&mut colleague, &followup).await["notes"].as_array().expect("notes").len(), 1);
}

#[tokio::test]
async fn a_new_follow_up_shows_its_message_first_and_says_that_it_was_not_sent() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let fields = [
        ("name", "王先生"),
        ("phone", "13900139000"),
        ("reason", "复查"),
        ("services", "ldct-review"),
        ("due_from", "2026-11-24"),
        ("due_to", "2026-12-20"),
        ("urgency", "soon"),
        ("key", "0123456789abcdef"),
    ];
    let made = nurse.form("/staff/followups", &fields).await.location().to_owned();
    let page = nurse.get(&made).await.text;
    let at = |words: &str| page.find(words).unwrap_or_else(|| panic!("{words}: {page}"));
    let order = [
        "发给王先生，13900139000",
        "id=\"message\"",
        "复制短信",
        "href=\"sms:13900139000",
        "短信还没有发",
        "再建一个",
        "为什么",
    ];
    assert!(order.map(at).is_sorted(), "{:?}", order.map(at));
    let later = nurse.get(&made).await.text;
    assert!(later.find("id=\"message\"") < later.find("为什么"), "what nobody has sent comes first, also later");
    assert!(nurse.get("/staff/lists/waiting").await.text.contains("短信没发"), "and the list says so");
    nurse.form(&format!("{made}/sent"), &[("message", &crate::batches::hidden(&later, "message"))]).await;
    let sent = nurse.get(&made).await.text;
    assert!(sent.find("为什么") < sent.find("id=\"message\""), "once it is sent, the person comes first");
    assert!(!nurse.get("/staff/lists/waiting").await.text.contains("短信没发"));
}

#[tokio::test]
async fn the_desk_shows_one_list_with_the_person_beside_it_and_a_form_there_leads_back() {
    let world = World::new().await;
    let (followup, other) = (world.followup().await, world.followup().await);
    books(&world, &followup, "ldct-review-2026-11-23-0830").await;
    let mut nurse = world.nurse().await;
    let id = followup.row.id.as_str();
    let day = nurse.get("/staff").await.text;
    assert!(day.contains("今天来<b>1</b>") && day.contains(&format!("href=\"/staff?open={id}\"")), "{day}");
    assert!(!day.contains(&other.row.id), "who does not come today stands in another list");
    assert!(!day.contains("zs-desk__pane"), "nobody is open");
    for (list, open) in [("/staff", true), ("/staff/lists/waiting", true), ("/staff/questions", true)] {
        let page = nurse.get(&format!("{list}?open={id}")).await.text;
        let pane = page.split("zs-desk__pane\"").nth(1);
        assert_eq!(pane.is_some(), open, "{list}");
        let pane = pane.expect("the person");
        assert!(pane.contains(&followup.row.code) && pane.contains("电话打完，记一笔"), "{pane}");
        let note = [("note", "要家属陪"), ("from", list), ("open", "yes"), ("key", &secrets::fresh_id())];
        assert_eq!(does(&mut nurse, &followup, "note", &note).await, format!("{list}?open={id}"));
        assert!(nurse.get(&format!("{list}?open={id}")).await.text.contains("备注记下了"), "and it is told there");
    }
    let page = nurse.get("/staff?open=nobody").await;
    assert!(page.status == StatusCode::OK && !page.text.contains("zs-desk__pane"), "nobody of that name");
    let elsewhere = [("note", "看看"), ("from", "https://elsewhere.example"), ("key", &secrets::fresh_id())];
    assert_eq!(does(&mut nurse, &followup, "note", &elsewhere).await, format!("/staff/followups/{id}"));
}

#[tokio::test]
async fn a_new_follow_up_and_finding_somebody_are_in_reach_on_every_page_of_the_console() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut nurse = world.nurse().await;
    let one = format!("/staff/followups/{}", followup.row.id);
    let (edit, rights) = (format!("{one}/edit"), format!("{one}/rights"));
    for path in [
        "/staff",
        "/staff/lists/ended",
        "/staff/followups/new",
        "/staff/search",
        "/staff/home-care",
        "/staff/password",
        &one,
        &edit,
        &rights,
    ] {
        let page = nurse.get(path).await.text;
        assert!(page.contains("href=\"/staff/followups/new\" data-key=\"n\""), "{path}: {page}");
        assert!(page.contains("id=\"find\"") && page.contains("action=\"/staff/search\""), "{path}");
    }
    let mut auditor = world.staff("auditor", &world.app.library().hospital, Role::Auditor).await;
    let page = auditor.get("/staff/audit").await.text;
    assert!(!page.contains("id=\"find\"") && !page.contains("/staff/followups/new"), "who sees no patient finds none");
}
