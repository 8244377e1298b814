//! Mending a follow-up: a wrong number, another owner, and two nurses at once.

use crate::world::{Client, World, new_followup, search};
use axum::http::StatusCode;
use zaoshai_backend::db::Db;
use zaoshai_backend::secrets;
use zaoshai_contract::roles::Role;
use zaoshai_contract::staff::FollowUpDetail;
use zaoshai_contract::staff::audit::AuditFilter;

/// The form as the page shows it, with some fields written anew.
async fn form(nurse: &mut Client, followup: &FollowUpDetail, anew: &[(&str, &str)]) -> Vec<(String, String)> {
    let detail = nurse.get(&format!("/api/v1/staff/followups/{}", followup.row.id)).await.json();
    let mut fields = vec![
        ("name", "李女士".to_owned()),
        ("phone", "13800138000".to_owned()),
        ("reason", "小结节，3 个月复查".to_owned()),
        ("services", "ldct-review".to_owned()),
        ("due_from", "2026-11-23".to_owned()),
        ("due_to", "2026-12-04".to_owned()),
        ("urgency", "routine".to_owned()),
        ("template", String::new()),
        ("letter", String::new()),
        ("owner", "zhang".to_owned()),
        ("version", detail["row"]["version"].to_string()),
    ];
    for (name, value) in anew {
        for (known, old) in &mut fields {
            if known == name {
                (*value).clone_into(old);
            }
        }
    }
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

async fn send(nurse: &mut Client, followup: &FollowUpDetail, form: &[(String, String)]) -> (StatusCode, String) {
    let fields: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answer = nurse.form_once(&format!("/staff/followups/{}/edit", followup.row.id), &fields).await;
    (answer.status, answer.text)
}

#[tokio::test]
async fn a_wrong_number_is_mended_and_the_new_digits_open_the_link() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut old = world.patient(&followup).await;
    let mut nurse = world.nurse().await;
    let wrong = form(&mut nurse, &followup, &[("phone", "12"), ("due_to", "2026-11-01")]).await;
    let (status, page) = send(&mut nurse, &followup, &wrong).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("请填手机号") && page.contains("最晚的日期已经过了") && page.contains("value=\"12\""));
    let right = form(&mut nurse, &followup, &[("phone", "13911112222"), ("urgency", "urgent")]).await;
    assert_eq!(send(&mut nurse, &followup, &right).await.0, StatusCode::SEE_OTHER);
    let path = format!("/f/{}", followup.token);
    assert!(old.get(&path).await.text.contains("后四位"), "who knew the old digits must know the new ones");
    let identify = format!("/api/v1/followups/{}/identify", followup.token);
    let mut patient = world.client();
    let refused = patient.json("POST", &identify, &serde_json::json!({ "ending": "8000" }), &[]).await;
    assert_eq!(refused.code(), "wrong-ending");
    let opened = patient.json("POST", &identify, &serde_json::json!({ "ending": "2222" }), &[]).await;
    assert_eq!(opened.status, StatusCode::NO_CONTENT);
    assert!(search(&mut nurse, "2222").await.text.contains("找到 1 个"));
    assert!(search(&mut nurse, "8000").await.text.contains("找到 0 个"), "the old number finds nobody");
    let page = nurse.get(&format!("/staff/followups/{}", followup.row.id)).await.text;
    assert!(page.contains("改了随访") && page.contains("紧急"), "{page}");
}

/// What stands in a field of a page.
fn stands(page: &str, name: &str) -> String {
    let mark = format!("name=\"{name}\"");
    let tag = page.split('<').find(|tag| tag.contains(&mark)).unwrap_or_default();
    tag.split("value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
}

/// The form as a browser has it that opened it now, with some fields written anew.
async fn opened(nurse: &mut Client, followup: &FollowUpDetail, anew: &[(&str, &str)]) -> Vec<(String, String)> {
    let page = nurse.get(&format!("/staff/followups/{}/edit", followup.row.id)).await.text;
    let mut form = form(nurse, followup, anew).await;
    form.push(("loaded".to_owned(), stands(&page, "loaded")));
    form
}

/// The same form as a page shows it again.
fn again(page: &str, form: &[(String, String)]) -> Vec<(String, String)> {
    let inputs = ["name", "phone", "due_from", "due_to", "version", "loaded"];
    let shown = form.iter().map(|(name, value)| {
        let value = if inputs.contains(&name.as_str()) { stands(page, name) } else { value.clone() };
        (name.clone(), value)
    });
    shown.collect()
}

#[tokio::test]
async fn of_two_nurses_the_second_sees_what_changed_and_chooses() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut first = world.nurse().await;
    let mut second = world.staff("wang", "zhuzhou-2", Role::Nurse).await;
    let hers = opened(&mut second, &followup, &[("reason", "请来复查 CT"), ("due_to", "2026-12-08")]).await;
    let mine = opened(&mut first, &followup, &[("phone", "13911112222"), ("due_to", "2026-12-10")]).await;
    assert_eq!(send(&mut first, &followup, &mine).await.0, StatusCode::SEE_OTHER);
    let (status, page) = send(&mut second, &followup, &hers).await;
    assert_eq!(status, StatusCode::CONFLICT);
    let told =
        page.split("id=\"conflict\"").nth(1).and_then(|rest| rest.split("</section>").next()).unwrap_or_default();
    for changed in ["手机号</b>：现在是 13911112222（您没有改", "最晚</b>：现在是 2026-12-10（您也改了"]
    {
        assert!(told.contains(changed), "{changed} is not in {told}");
    }
    assert!(!told.contains("为什么要来") && !told.contains("紧急程度"), "only what others changed: {told}");
    assert!(page.contains("请来复查 CT"), "what she typed is kept");
    let detail = first.get(&format!("/api/v1/staff/followups/{}", followup.row.id)).await.json();
    assert_eq!(detail["row"]["due_to"], "2026-12-10", "nothing of hers was written");
    let again = again(&page, &hers);
    let (status, page) = send(&mut second, &followup, &again).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "sending again is the choice: {page}");
    let row = first.get(&format!("/api/v1/staff/followups/{}", followup.row.id)).await.json()["row"].clone();
    let said = ["phone", "reason", "due_to"].map(|field| row[field].as_str().unwrap_or_default().to_owned());
    assert_eq!(said, ["13911112222", "请来复查 CT", "2026-12-08"], "the old number does not come back");
}

#[tokio::test]
async fn a_closed_follow_up_opens_again_with_a_next_step_and_a_passed_window_may_stay() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut nurse = world.nurse().await;
    nurse.form_once(&format!("/staff/followups/{}/withdraw", followup.row.id), &[("reason", "重复建的")]).await;
    let path = format!("/f/{}", followup.token);
    assert_eq!(world.client().get(&path).await.status, StatusCode::GONE);
    let again = form(&mut nurse, &followup, &[("due_to", "2026-12-20")]).await;
    assert_eq!(send(&mut nurse, &followup, &again).await.0, StatusCode::SEE_OTHER);
    assert_eq!(world.client().get(&path).await.status, StatusCode::OK, "the link lives again");
    let detail = nurse.get(&format!("/api/v1/staff/followups/{}", followup.row.id)).await.json();
    assert_eq!(
        (detail["row"]["standing"].as_str(), detail["row"]["due_to"].as_str()),
        (Some("to-book"), Some("2026-12-20"))
    );
    let later = zaoshai_contract::civil::Moment(world.app.now().0 + 40 * 86_400_000);
    world.app.clock.set(later);
    let mut nurse = world.nurse().await;
    let number = form(&mut nurse, &followup, &[("phone", "13911112222"), ("due_to", "2026-12-20")]).await;
    assert_eq!(send(&mut nurse, &followup, &number).await.0, StatusCode::SEE_OTHER, "an overdue one can be mended");
    let list = nurse.get("/api/v1/staff/followups").await.json();
    assert_eq!(list["overdue"].as_array().map(Vec::len), Some(1), "and stays overdue");
}

/// Makes a follow-up for a number and a service without asking.
async fn made(nurse: &mut Client, phone: &str, service: &str) -> FollowUpDetail {
    let mut new = new_followup();
    (new["phone"], new["services"]) = (phone.into(), vec![service].into());
    let key = secrets::fresh_id();
    let answer = nurse.json("POST", "/api/v1/staff/followups", &new, &[("idempotency-key", &key)]).await;
    serde_json::from_str(&answer.text).unwrap_or_else(|error| panic!("{error}: {}", answer.text))
}

#[tokio::test]
async fn a_change_that_makes_a_second_follow_up_for_the_same_number_and_service_is_asked_for() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let number = "13911112222";
    let open = made(&mut nurse, number, "ldct-review").await;
    let closed = made(&mut nurse, number, "ldct-review").await;
    nurse.form_once(&format!("/staff/followups/{}/withdraw", closed.row.id), &[("reason", "重复建的")]).await;
    let wrong_number = made(&mut nurse, "13800138000", "ldct-review").await;
    let other_service = made(&mut nurse, number, "colonoscopy").await;
    for (followup, what) in
        [(&closed, "opened again"), (&wrong_number, "with another number"), (&other_service, "for another service")]
    {
        let mut form = form(&mut nurse, followup, &[("phone", number), ("reason", "改过的原因")]).await;
        let before = nurse.get(&format!("/api/v1/staff/followups/{}", followup.row.id)).await.json();
        let (status, page) = send(&mut nurse, followup, &form).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{what}: {page}");
        let link = format!("/staff/followups/{}", open.row.id);
        assert!(page.contains("name=\"another\"") && page.contains(&link), "{what}: {page}");
        assert!(page.contains("改过的原因"), "{what}: what was typed is kept");
        let after = nurse.get(&format!("/api/v1/staff/followups/{}", followup.row.id)).await.json();
        assert_eq!(before["row"], after["row"], "{what}: nothing was written");
        form.push(("another".to_owned(), "yes".to_owned()));
        assert_eq!(send(&mut nurse, followup, &form).await.0, StatusCode::SEE_OTHER, "{what}: seen and wanted");
        // Once it is so, nothing else that is mended asks again.
        let mended = self::form(&mut nurse, followup, &[("phone", number), ("reason", "再改一次")]).await;
        assert_eq!(send(&mut nurse, followup, &mended).await.0, StatusCode::SEE_OTHER, "{what}");
    }
}

#[tokio::test]
async fn of_closed_follow_ups_of_one_number_that_are_opened_at_once_one_opens() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    for round in 0..4 {
        let number = format!("1391111333{round}");
        let mut forms = Vec::new();
        for _ in 0..6 {
            let closed = made(&mut nurse, &number, "ldct-review").await;
            nurse.form_once(&format!("/staff/followups/{}/withdraw", closed.row.id), &[("reason", "重复建的")]).await;
            forms.push((form(&mut nurse, &closed, &[("phone", &number)]).await, closed));
        }
        let sent = forms.into_iter().map(|(form, closed)| {
            let mut nurse = nurse.clone();
            tokio::spawn(async move { send(&mut nurse, &closed, &form).await.0 })
        });
        let mut opened = 0;
        for status in sent.collect::<Vec<_>>() {
            opened += usize::from(status.await.expect("an answer") == StatusCode::SEE_OTHER);
        }
        assert_eq!(opened, 1);
    }
}

#[tokio::test]
async fn a_window_that_ends_before_it_begins_is_refused_and_what_was_typed_is_kept() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut nurse = world.nurse().await;
    let path = format!("/api/v1/staff/followups/{}", followup.row.id);
    let refused = async |nurse: &mut Client, due_from: &str, due_to: &str| {
        let before = nurse.get(&path).await.json();
        let typed = [("due_from", due_from), ("due_to", due_to), ("reason", "改过的原因")];
        let wrong = form(nurse, &followup, &typed).await;
        let (status, page) = send(nurse, &followup, &wrong).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{page}");
        assert!(page.contains("最晚的日期不能早于最早的日期"), "{page}");
        for kept in [due_from, due_to] {
            assert!(page.contains(&format!("value=\"{kept}\"")), "{kept} is kept: {page}");
        }
        assert!(page.contains("改过的原因"), "{page}");
        let after = nurse.get(&path).await.json();
        assert_eq!((&before["row"], &before["history"]), (&after["row"], &after["history"]), "nothing was written");
    };
    refused(&mut nurse, "2026-12-10", "2026-12-01").await;
    // Neither when the last day has passed, and may stay.
    world.app.clock.set(zaoshai_contract::civil::Moment(world.app.now().0 + 40 * 86_400_000));
    let mut nurse = world.nurse().await;
    refused(&mut nurse, "2026-12-10", "2026-12-04").await;
}

#[tokio::test]
async fn a_mended_number_and_the_words_beside_it_are_one_write() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut nurse = world.nurse().await;
    let mended = form(&mut nurse, &followup, &[("phone", "13911112222（女儿）")]).await;
    let table = async |sql: &str| match &world.app.db {
        Db::Sqlite { write, .. } => drop(sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(write).await),
        Db::Postgres(pool) => drop(sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(pool).await),
    };
    table("ALTER TABLE notes RENAME TO away").await;
    let (status, _) = send(&mut nurse, &followup, &mended).await;
    table("ALTER TABLE away RENAME TO notes").await;
    assert!(status.is_server_error(), "{status}");
    let found = async |nurse: &mut Client, typed: &str| search(nurse, typed).await.text.contains("找到 1 个");
    assert!(found(&mut nurse, "8000").await && !found(&mut nurse, "2222").await, "neither was written");
    assert_eq!(send(&mut nurse, &followup, &mended).await.0, StatusCode::SEE_OTHER);
    assert!(found(&mut nurse, "2222").await);
    let page = nurse.get(&format!("/staff/followups/{}", followup.row.id)).await.text;
    assert!(page.contains("填电话时写着：女儿"), "{page}");
}

#[tokio::test]
async fn opening_a_link_that_is_not_locked_is_told_nowhere() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut nurse = world.nurse().await;
    let unlock = format!("/staff/followups/{}/unlock", followup.row.id);
    let told = async || world.app.db.history(&followup.row.id).await.expect("the database").len();
    let before = told().await;
    assert_eq!(nurse.form(&unlock, &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(told().await, before);
    let log = world.app.db.audit_log("zhuzhou-2", &AuditFilter::default(), None, 999).await.expect("the log");
    assert!(log.iter().all(|line| line.action != "unlock"), "what changed nothing is no line");
}
