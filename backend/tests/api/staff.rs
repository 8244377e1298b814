//! The nurse: signing in, making follow-ups, and what nobody else may see.

use crate::world::{Answer, Client, PASSWORD, World, new_followup, tells};
use axum::http::StatusCode;
use serde_json::json;
use std::time::{Duration, Instant};
use zaoshai_backend::secrets;
use zaoshai_contract::civil::Moment;
use zaoshai_contract::roles::Role;
use zaoshai_contract::staff::audit::AuditFilter;

#[tokio::test]
async fn staff_pages_lead_strangers_to_the_login() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut stranger = world.client();
    let of_one = format!("/staff/followups/{}", followup.row.id);
    for (path, way) in [
        ("/staff", "/staff/login".to_owned()),
        ("/staff/followups/new", "/staff/login?to=%2Fstaff%2Ffollowups%2Fnew".to_owned()),
        (&of_one, format!("/staff/login?to=%2Fstaff%2Ffollowups%2F{}", followup.row.id)),
    ] {
        let answer = stranger.get(path).await;
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, way.as_str()), "{path}");
    }
    let note = stranger.form(&format!("{of_one}/note"), &[("note", "看看")]).await;
    assert_eq!(note.location(), "/staff/login", "nobody is sent back to an address that only takes forms");
    for path in ["/api/v1/staff/followups".to_owned(), format!("/api/v1/staff/followups/{}", followup.row.id)] {
        assert_eq!(stranger.get(&path).await.code(), "sign-in-first", "{path}");
    }
    let answer = stranger
        .json("POST", "/api/v1/staff/followups", &new_followup(), &[("idempotency-key", &secrets::fresh_id())])
        .await;
    assert_eq!(answer.code(), "sign-in-first");
}

#[tokio::test]
async fn a_login_leads_to_the_page_that_was_asked_for_and_never_out_of_the_console() {
    let world = World::new().await;
    let mut nurse = world.client();
    let page = nurse.get("/staff/login?to=%2Fstaff%2Flists%2Fopen%3Fpage%3D2").await.text;
    assert!(page.contains("name=\"to\" value=\"/staff/lists/open?page=2\""), "{page}");
    let wrong =
        nurse.form("/staff/login", &[("name", "zhang"), ("password", "?"), ("to", "/staff/lists/open?page=2")]).await;
    assert!(wrong.text.contains("value=\"/staff/lists/open?page=2\""), "a wrong password does not lose the way");
    for (to, way) in [
        ("/staff/lists/open?page=2", "/staff/lists/open?page=2"),
        ("/staff/login", "/staff"),
        ("/staff", "/staff"),
        ("/staffs", "/staff"),
        ("//evil.example/staff/", "/staff"),
        ("https://evil.example/staff/", "/staff"),
        ("/staff/\r\nset-cookie: a=b", "/staff"),
        ("", "/staff"),
    ] {
        let login = nurse.form("/staff/login", &[("name", "zhang"), ("password", PASSWORD), ("to", to)]).await;
        assert_eq!(login.location(), way, "{to}");
    }
}

#[tokio::test]
async fn a_nurse_makes_a_follow_up_with_forms_alone() {
    let world = World::new().await;
    let mut nurse = world.client();
    let login = nurse.form("/staff/login", &[("name", "zhang"), ("password", PASSWORD)]).await;
    assert_eq!((login.status, login.location()), (StatusCode::SEE_OTHER, "/staff"));
    let cookie = login.headers["set-cookie"].to_str().expect("a cookie");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    let key = secrets::fresh_id();
    let fields = [
        ("name", "王先生"),
        ("phone", "139 0013 9000"),
        ("reason", "肠镜复查"),
        ("services", "colonoscopy"),
        ("services", "gastroscopy"),
        ("due_from", "2026-11-24"),
        ("due_to", "2026-12-01"),
        ("key", key.as_str()),
    ];
    let made = nurse.form("/staff/followups", &fields).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
    let again = nurse.form("/staff/followups", &fields).await;
    assert_eq!(made.location(), again.location(), "a form sent twice is one follow-up");
    let detail = nurse.get(made.location()).await;
    for words in ["王先生", "http://zaoshai.test/f/", "肠镜检查", "胃镜检查", "【株洲市二医院】"] {
        assert!(detail.text.contains(words), "{words}");
    }
    let list = nurse.get("/staff/lists/waiting").await;
    assert!(list.text.contains("王先生"));
    nurse.form("/staff/logout", &[]).await;
    assert_eq!(nurse.get("/staff").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn the_message_to_paste_holds_no_personal_data() {
    let world = World::new().await;
    let followup = world.followup().await;
    assert!(followup.message.contains(&followup.link) && followup.message.contains("0731-28307119"));
    for secret in ["李女士", "8000", "结节", "CT"] {
        assert!(!tells(&followup.message, secret), "the message tells {secret}");
    }
}

#[tokio::test]
async fn each_wrong_field_is_named_and_what_was_typed_is_kept() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    for (field, value) in [
        ("name", json!("")),
        ("name", json!("长".repeat(51))),
        ("phone", json!("12345")),
        ("reason", json!(" ")),
        ("services", json!([])),
        ("services", json!(["unknown"])),
        ("due_from", json!("tomorrow")),
        ("due_to", json!("2026-13-01")),
        ("due_to", json!("2026-11-01")),
        ("due_to", json!("2030-01-01")),
    ] {
        let mut form = new_followup();
        form[field] = value.clone();
        let answer =
            nurse.json("POST", "/api/v1/staff/followups", &form, &[("idempotency-key", &secrets::fresh_id())]).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "invalid-input"));
        let errors = answer.json()["errors"].clone();
        assert!(
            errors.as_array().is_some_and(|errors| errors.iter().any(|error| error["field"] == field)),
            "{field} = {value}: {errors}"
        );
    }
    let fields = [("name", "赵奶奶"), ("phone", "1"), ("reason", "复查"), ("key", &secrets::fresh_id())];
    let page = nurse.form("/staff/followups", &fields).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("赵奶奶") && page.text.contains("请填手机号"));
}

/// A try to sign in.
async fn signs_in(client: &mut Client, name: &str, password: &str) -> Answer {
    client.json("POST", "/api/v1/staff/session", &json!({ "name": name, "password": password }), &[]).await
}

/// What of an answer does not differ from request to request.
fn answer_of(answer: &Answer) -> (StatusCode, serde_json::Value) {
    let mut body = answer.json();
    body["request_id"] = json!("");
    (answer.status, body)
}

#[tokio::test]
async fn five_wrong_passwords_make_their_address_wait_and_nobody_elses() {
    let world = World::new().await;
    let mut stranger = world.client().at("192.0.2.1");
    for _ in 0..5 {
        assert_eq!(signs_in(&mut stranger, "zhang", "guess").await.code(), "wrong-login");
    }
    let waits = signs_in(&mut stranger, "zhang", PASSWORD).await;
    assert_eq!(waits.code(), "wrong-login", "also the right password waits");
    let mut nurse = world.client().at("192.0.2.2");
    assert_eq!(signs_in(&mut nurse, "zhang", PASSWORD).await.status, StatusCode::NO_CONTENT);
    assert_eq!(signs_in(&mut stranger, "zhang", PASSWORD).await.code(), "wrong-login");
    world.app.clock.set(Moment(world.app.now().0 + 16 * 60_000));
    assert_eq!(signs_in(&mut stranger, "zhang", PASSWORD).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn unknown_shut_and_waiting_accounts_get_one_answer_after_one_time() {
    let world = World::new().await;
    world.staff("shut", "zhuzhou-2", Role::Nurse).await;
    world.app.db.disable_staff("shut").await.expect("the database");
    let mut waiting = world.client().at("192.0.2.1");
    for _ in 0..5 {
        signs_in(&mut waiting, "zhang", "guess").await;
    }
    // In turns, so that whatever else the machine does befalls all of them; the shortest of three tells the work.
    let mut shortest = [Duration::MAX; 4];
    for round in 0..3 {
        let mut client = world.client().at(&format!("192.0.2.{}", 10 + round));
        let mut answers = Vec::new();
        for (kind, (name, password)) in
            [("zhang", "guess"), ("zhang", PASSWORD), ("nobody", "guess"), ("shut", "another")].into_iter().enumerate()
        {
            let who = if kind == 1 { &mut waiting } else { &mut client };
            let begun = Instant::now();
            answers.push(answer_of(&signs_in(who, name, password).await));
            shortest[kind] = shortest[kind].min(begun.elapsed());
        }
        assert_eq!(answers[0].0, StatusCode::UNAUTHORIZED);
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    }
    for (who, time) in ["waiting", "unknown", "shut"].into_iter().zip(&shortest[1..]) {
        // Without the check the answer takes a tenth of it; half is what a busy machine makes of one.
        assert!(*time * 4 > shortest[0], "{who} is told in {time:?}, a wrong password in {:?}", shortest[0]);
    }
}

#[tokio::test]
async fn a_stranger_behind_the_same_address_does_not_shut_a_known_browser_out() {
    let world = World::new().await;
    let mut nurse = world.client().at("192.0.2.1");
    assert_eq!(signs_in(&mut nurse, "zhang", PASSWORD).await.status, StatusCode::NO_CONTENT);
    nurse.form("/staff/logout", &[]).await;
    let mut stranger = world.client().at("192.0.2.1");
    for _ in 0..6 {
        signs_in(&mut stranger, "zhang", "guess").await;
    }
    assert_eq!(signs_in(&mut stranger, "zhang", PASSWORD).await.code(), "wrong-login");
    assert_eq!(signs_in(&mut nurse, "zhang", PASSWORD).await.status, StatusCode::NO_CONTENT);
    nurse.forget("zs_device");
    assert_eq!(
        signs_in(&mut nurse, "zhang", PASSWORD).await.code(),
        "wrong-login",
        "it was the browser that was known"
    );
}

#[tokio::test]
async fn a_stranger_who_tries_everything_makes_nobody_wait_who_has_signed_in_from_the_same_address() {
    let world = World::new().await;
    let network = "192.0.2.1";
    world.staff("wang", "zhuzhou-2", Role::Nurse).await;
    assert_eq!(signs_in(&mut world.client().at(network), "zhang", PASSWORD).await.status, StatusCode::NO_CONTENT);
    let checked = async || {
        let log = world.app.db.audit_log("zhuzhou-2", &AuditFilter::default(), None, 999).await.expect("the log");
        log.iter().filter(|line| line.action == "sign-in-refused").count()
    };
    for n in 0..120 {
        signs_in(&mut world.client().at(network), &format!("somebody{n}"), "guess").await;
    }
    assert_eq!(checked().await, 30, "a burst is not checked to its end");
    let known = signs_in(&mut world.client().at(network), "zhang", PASSWORD).await;
    assert_eq!(known.status, StatusCode::NO_CONTENT, "a new browser of somebody known there");
    let new = signs_in(&mut world.client().at(network), "wang", "another").await;
    assert_eq!(new.code(), "wrong-login", "who has never signed in from there waits");
    world.app.clock.set(Moment(world.app.now().0 + 61_000));
    let new = signs_in(&mut world.client().at(network), "wang", "another").await;
    assert_eq!(new.status, StatusCode::NO_CONTENT, "for a minute");
    for _ in 0..20 {
        signs_in(&mut world.client().at(network), "zhang", "guess").await;
    }
    assert_eq!(checked().await, 35, "and no account has more tries than before");
}

#[tokio::test]
async fn strangers_at_many_addresses_shut_out_no_known_browser_and_are_stopped() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    nurse.form("/staff/logout", &[]).await;
    for address in 1..=55 {
        signs_in(&mut world.client().at(&format!("198.51.100.{address}")), "zhang", "guess").await;
    }
    let mut fresh = world.client().at("192.0.2.77");
    assert_eq!(signs_in(&mut fresh, "zhang", PASSWORD).await.code(), "wrong-login", "the account takes no more tries");
    assert_eq!(signs_in(&mut nurse, "zhang", PASSWORD).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn of_fifty_wrong_passwords_at_once_exactly_five_are_checked() {
    let world = World::new().await;
    let tries: Vec<_> = (0..50)
        .map(|_| {
            let mut stranger = world.client().at("192.0.2.1");
            tokio::spawn(async move { signs_in(&mut stranger, "zhang", "guess").await.status })
        })
        .collect();
    for answer in tries {
        assert_eq!(answer.await.expect("an answer"), StatusCode::UNAUTHORIZED);
    }
    let log = world.app.db.audit_log("zhuzhou-2", &AuditFilter::default(), None, 999).await.expect("the log");
    assert_eq!(log.iter().filter(|line| line.action == "sign-in-refused").count(), 5);
    let mut stranger = world.client().at("192.0.2.1");
    assert_eq!(signs_in(&mut stranger, "zhang", PASSWORD).await.code(), "wrong-login", "no sixth is checked");
}

#[tokio::test]
async fn whoever_works_stays_signed_in_and_whoever_does_not_is_signed_out() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let hour = |hours: i64| Moment(world.app.now().0 + hours * 3_600_000);
    for _ in 0..3 {
        world.app.clock.set(hour(11));
        assert_eq!(nurse.get("/staff").await.status, StatusCode::OK, "she has worked within 12 hours");
    }
    world.app.clock.set(hour(13));
    assert_eq!(nurse.get("/staff").await.location(), "/staff/login");
}

#[tokio::test]
async fn overdue_comes_first() {
    let world = World::new().await;
    let early = world.followup().await;
    world.app.clock.set(Moment(world.app.now().0 + 13 * 86_400_000));
    let mut nurse = world.nurse().await;
    let mut later = new_followup();
    later["due_from"] = json!("2026-12-06");
    later["due_to"] = json!("2026-12-20");
    nurse.json("POST", "/api/v1/staff/followups", &later, &[("idempotency-key", &secrets::fresh_id())]).await;
    let rows = nurse.get("/api/v1/staff/followups").await.json()["rows"].clone();
    assert_eq!((rows[0]["id"].as_str(), rows[0]["overdue"].as_bool()), (Some(early.row.id.as_str()), Some(true)));
    assert_eq!(rows[1]["overdue"], false);
}
