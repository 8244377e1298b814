//! Somebody who had their data deleted gets no follow-up in silence: not by hand, by a change, by a new link, by a
//! take-over or by a table, at no hospital that has been in charge.

use crate::batches::{count, hidden, look};
use crate::sharing::{ELSEWHERE, HERE, THERE, does, latest};
use crate::world::{Answer, Client, PHONE, World, new_followup};
use axum::http::StatusCode;
use serde_json::{Value, json};
use zaoshai_backend::db::batches::Batch;
use zaoshai_backend::db::finders::Anew;
use zaoshai_backend::db::followups::{NewRecord, Origin};
use zaoshai_backend::{finders, secrets};
use zaoshai_contract::followups::Urgency;
use zaoshai_contract::phones::PhoneNumber;
use zaoshai_contract::roles::Role;

const WISHED: &str = "这个人要求删除过资料";

/// The form of a new follow-up.
async fn makes(nurse: &mut Client, name: &str, phone: &str, more: &[(&str, &str)]) -> Answer {
    let fields = [
        ("name", name),
        ("phone", phone),
        ("reason", "请来复查 CT"),
        ("services", "ldct-review"),
        ("due_from", "2026-11-23"),
        ("due_to", "2026-12-04"),
        ("urgency", "routine"),
    ];
    nurse.form_once("/staff/followups", &[&fields[..], more].concat()).await
}

/// The same as data; gives the id, or the code and fields of the refusal.
async fn made(nurse: &mut Client, name: &str, phone: &str) -> String {
    let mut new = new_followup();
    (new["name"], new["phone"]) = (json!(name), json!(phone));
    let key = secrets::fresh_id();
    let answer = nurse.json("POST", "/api/v1/staff/followups", &new, &[("idempotency-key", &key)]).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    answer.json()["row"]["id"].as_str().expect("an id").to_owned()
}

async fn erases(nurse: &mut Client, id: &str, reason: &str) {
    let gone = does(nurse, id, "erase", &[("reason", reason), ("sure", "yes")]).await;
    assert_eq!(gone.status, StatusCode::SEE_OTHER, "{}", gone.text);
}

async fn row(nurse: &mut Client, id: &str) -> Value {
    nurse.get(&format!("/api/v1/staff/followups/{id}")).await.json()["row"].clone()
}

/// Hands a follow-up over.
async fn handed_over(world: &World, from: &mut Client, to: (&mut Client, &str), id: &str) {
    let offered = does(from, id, "refer", &[("hospital", to.1), ("reason", "要手术")]).await;
    assert_eq!(offered.status, StatusCode::SEE_OTHER, "{}", offered.text);
    let referral = latest(world, id).await;
    let taken = does(to.0, id, "take-over", &[("referral", &referral)]).await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text);
}

#[tokio::test]
async fn whoever_had_their_data_deleted_is_asked_about_before_a_follow_up_is_made_by_hand() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let id = made(&mut nurse, "李女士", PHONE).await;
    erases(&mut nurse, &id, "by-phone").await;
    let before = count(&mut nurse).await;
    // Whatever way name and number are written.
    for (name, phone) in [("李女士", PHONE), ("李 女士", "138-0013-8000"), ("李女士", "+86 13800138000")] {
        let asked = makes(&mut nurse, name, phone, &[]).await;
        assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", asked.text);
        assert!(asked.text.contains(WISHED) && asked.text.contains("name=\"anew\""), "{}", asked.text);
        assert!(asked.text.contains("请来复查 CT"), "what was typed is kept: {}", asked.text);
    }
    let mut new = new_followup();
    new["anew"] = json!(false);
    let key = secrets::fresh_id();
    let refused = nurse.json("POST", "/api/v1/staff/followups", &new, &[("idempotency-key", &key)]).await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "invalid-input"));
    assert_eq!(refused.json()["errors"][0]["field"], "anew");
    assert_eq!(count(&mut nurse).await, before, "nothing was made");
    let other = makes(&mut nurse, "王女士", PHONE, &[]).await;
    assert_eq!(other.status, StatusCode::SEE_OTHER, "somebody else of the same number: {}", other.text);
    // The same number has an open one by now, and the person was deleted: both are asked, and one answer is kept.
    let both = makes(&mut nurse, "李女士", PHONE, &[("another", "yes")]).await;
    assert_eq!(both.status, StatusCode::UNPROCESSABLE_ENTITY);
    let ticked = "name=\"another\" value=\"yes\" checked";
    assert!(both.text.contains(WISHED) && both.text.contains(ticked), "{}", both.text);
    let sure = makes(&mut nurse, "李女士", PHONE, &[("another", "yes"), ("anew", "yes")]).await;
    assert_eq!(sure.status, StatusCode::SEE_OTHER, "{}", sure.text);
    assert_eq!(count(&mut nurse).await, before + 2);
}

#[tokio::test]
async fn whoever_was_registered_by_mistake_is_told_apart_from_who_wished_to_be_deleted() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let id = made(&mut nurse, "李女士", PHONE).await;
    erases(&mut nurse, &id, "mistake").await;
    let asked = makes(&mut nurse, "李女士", PHONE, &[]).await;
    assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(asked.text.contains("登记错了") && !asked.text.contains(WISHED), "{}", asked.text);
}

#[tokio::test]
async fn a_follow_up_that_is_changed_opened_again_or_sent_anew_asks_when_its_person_was_deleted() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let gone = made(&mut nurse, "李女士", PHONE).await;
    let closed = made(&mut nurse, "李女士", PHONE).await;
    let open = made(&mut nurse, "李女士", PHONE).await;
    let other = made(&mut nurse, "王女士", "13911112222").await;
    does(&mut nurse, &closed, "withdraw", &[("reason", "重复建的")]).await;
    erases(&mut nurse, &gone, "by-phone").await;
    let edit = async |nurse: &mut Client, id: &str, more: &[(&str, &str)]| {
        let version = row(nurse, id).await["version"].to_string();
        let fields = [
            ("name", "李女士"),
            ("phone", PHONE),
            ("reason", "改过的原因"),
            ("services", "ldct-review"),
            ("due_from", "2026-11-23"),
            ("due_to", "2026-12-04"),
            ("urgency", "routine"),
            ("owner", "zhang"),
            ("another", "yes"),
            ("version", version.as_str()),
        ];
        does(nurse, id, "edit", &[&fields[..], more].concat()).await
    };
    for (id, what) in [(&other, "with another name and number"), (&closed, "opened again")] {
        let before = row(&mut nurse, id).await;
        let asked = edit(&mut nurse, id, &[]).await;
        assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY, "{what}: {}", asked.text);
        assert!(asked.text.contains(WISHED) && asked.text.contains("name=\"anew\""), "{what}: {}", asked.text);
        assert!(asked.text.contains("改过的原因"), "{what}: what was typed is kept");
        assert_eq!(row(&mut nurse, id).await, before, "{what}: nothing was written");
        let sure = edit(&mut nurse, id, &[("anew", "yes")]).await;
        assert_eq!(sure.status, StatusCode::SEE_OTHER, "{what}: {}", sure.text);
        let again = edit(&mut nurse, id, &[]).await;
        assert_eq!(again.status, StatusCode::SEE_OTHER, "{what}: it is theirs by now");
    }
    let generation = async || {
        let record = world.app.db.followup(&open).await.expect("the database").expect("a follow-up");
        record.link_generation
    };
    let asked = does(&mut nurse, &open, "relink", &[]).await;
    assert_eq!((asked.status, generation().await), (StatusCode::OK, 1), "{}", asked.text);
    assert!(asked.text.contains("还要给李女士换新链接吗") && asked.text.contains(WISHED), "{}", asked.text);
    assert_eq!(hidden(&asked.text, "anew"), "yes");
    let no = does(&mut nurse, &open, "relink", &[("anew", "yes"), ("ask", "no")]).await;
    assert_eq!((no.status, generation().await), (StatusCode::OK, 1));
    let sure = does(&mut nurse, &open, "relink", &[("anew", "yes")]).await;
    assert_eq!((sure.status, generation().await), (StatusCode::SEE_OTHER, 2), "{}", sure.text);
}

#[tokio::test]
async fn a_deletion_is_known_at_every_hospital_that_was_in_charge_and_at_no_other() {
    let world = World::new().await;
    let mut here = world.nurse().await;
    let mut there = world.staff("zhao", THERE, Role::Coordinator).await;
    let mut elsewhere = world.staff("sun", ELSEWHERE, Role::Coordinator).await;
    // Deleted after another hospital took over, and after it had given the person back.
    let moved = made(&mut here, "周女士", "13911110001").await;
    handed_over(&world, &mut here, (&mut there, THERE), &moved).await;
    let returned = made(&mut here, "吴先生", "13911110002").await;
    handed_over(&world, &mut here, (&mut there, THERE), &returned).await;
    let referral = latest(&world, &returned).await;
    let back = does(&mut there, &returned, "return", &[("referral", &referral), ("answer", "转错了")]).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.text);
    // Declined, it was never theirs.
    let declined = made(&mut here, "郑女士", "13911110003").await;
    let offered = does(&mut here, &declined, "refer", &[("hospital", THERE), ("reason", "要手术")]).await;
    assert_eq!(offered.status, StatusCode::SEE_OTHER);
    let referral = latest(&world, &declined).await;
    does(&mut there, &declined, "hand-back", &[("referral", &referral), ("answer", "没有床位")]).await;
    erases(&mut there, &moved, "by-phone").await;
    erases(&mut here, &returned, "by-phone").await;
    erases(&mut here, &declined, "by-phone").await;
    for (name, phone, at_theirs) in
        [("周女士", "13911110001", true), ("吴先生", "13911110002", true), ("郑女士", "13911110003", false)]
    {
        let asked = makes(&mut here, name, phone, &[]).await;
        assert!(asked.text.contains(WISHED), "{name} here: {}", asked.status);
        let asked = makes(&mut there, name, phone, &[]).await;
        assert_eq!(asked.text.contains(WISHED), at_theirs, "{name} there: {}", asked.status);
        let asked = makes(&mut elsewhere, name, phone, &[]).await;
        assert_eq!(asked.status, StatusCode::SEE_OTHER, "{name} elsewhere: {}", asked.text);
    }
    let table = "姓名,手机号\n周女士,13911110001\n吴 先生,139-1111-0002\n冯女士,13911110004\n".as_bytes();
    for nurse in [&mut here, &mut there] {
        let page = look(nurse, ("名单.csv", table), &secrets::fresh_id()).await;
        assert!(page.contains("可以新建：1 行"), "{page}");
        assert_eq!(page.matches("这个人要求删除了资料，不导入").count(), 2, "{page}");
    }
    assert_eq!(HERE, world.app.library().hospital);
}

#[tokio::test]
async fn a_hospital_that_deleted_a_person_is_asked_before_it_takes_them_over() {
    let world = World::new().await;
    let mut here = world.nurse().await;
    let mut there = world.staff("zhao", THERE, Role::Coordinator).await;
    let theirs = made(&mut there, "李女士", PHONE).await;
    erases(&mut there, &theirs, "in-person").await;
    let ours = made(&mut here, "李女士", PHONE).await;
    does(&mut here, &ours, "refer", &[("hospital", THERE), ("reason", "要手术")]).await;
    let referral = latest(&world, &ours).await;
    let asked = does(&mut there, &ours, "take-over", &[("referral", &referral)]).await;
    assert_eq!(asked.status, StatusCode::OK);
    assert!(asked.text.contains("还要接收李女士吗") && asked.text.contains(WISHED), "{}", asked.text);
    assert!(!asked.text.contains(PHONE), "{}", asked.text);
    let record = world.app.db.followup(&ours).await.expect("the database").expect("a follow-up");
    assert_eq!(record.hospital, HERE, "nothing was done");
    let sure = does(&mut there, &ours, "take-over", &[("referral", &referral), ("anew", "yes")]).await;
    assert_eq!(sure.status, StatusCode::SEE_OTHER, "{}", sure.text);
}

#[tokio::test]
async fn a_row_whose_person_is_deleted_while_the_table_is_stored_makes_nothing() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let gone = made(&mut nurse, "李女士", PHONE).await;
    erases(&mut nurse, &gone, "by-phone").await;
    let (app, before) = (&world.app, count(&mut nurse).await);
    let row = |name: &str, row: i64| {
        let (id, phone) = (secrets::fresh_id(), PhoneNumber::parse(PHONE).expect("a number"));
        let seal = |field: &str, text: &str| app.secrets.seal(&id, field, text);
        NewRecord {
            code: secrets::fresh_code(),
            hospital: HERE.to_owned(),
            token_hash: secrets::hash(&id),
            link_until: app.now(),
            name_sealed: seal("name", name),
            phone_sealed: seal("phone", PHONE),
            reason_sealed: seal("reason", "复查"),
            letter_sealed: String::new(),
            letter: String::new(),
            topic: String::new(),
            urgency: Urgency::Routine,
            services: vec!["ldct-review".to_owned()],
            due_from: app.now().date(),
            due_to: app.now().date(),
            finders: finders::of(&app.secrets, name, &phone),
            person: finders::person(&app.secrets, HERE, name, &phone),
            anew: Anew::Unasked,
            folding: finders::FOLDING,
            note: None,
            created_by: "zhang".to_owned(),
            now: app.now(),
            key: secrets::fresh_key(),
            request: String::new(),
            origin: Some(Origin {
                batch: "batch".to_owned(),
                row,
                phone: finders::phone(&app.secrets, &phone),
                name: finders::whole(&app.secrets, name),
            }),
            id: id.clone(),
        }
    };
    let batch = Batch {
        id: "batch".to_owned(),
        hospital: HERE.to_owned(),
        made: app.now().0,
        made_by: "zhang".to_owned(),
        name_sealed: app.secrets.seal("batch", "name", "名单.csv"),
        rows: 2,
        there: 0,
    };
    app.db.open_batch(&batch).await.expect("a batch");
    let stored = app.db.make_followups(&[row("李女士", 2), row("王女士", 3)]).await.expect("the database");
    assert_eq!((stored, count(&mut nurse).await), (1, before + 1), "the other one alone");
}

#[tokio::test]
async fn a_tick_counts_for_whom_the_question_was_about() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    for (name, phone) in [("甲删人", "13911110001"), ("乙删人", "13911110002")] {
        let id = made(&mut nurse, name, phone).await;
        erases(&mut nurse, &id, "by-phone").await;
    }
    let asked = makes(&mut nurse, "甲删人", "13911110001", &[]).await.text;
    let of = asked.split("name=\"asked_of\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("whom");
    let ticked = [("anew", "yes"), ("another", "yes"), ("asked_of", of)];
    let other = makes(&mut nurse, "乙删人", "13911110002", &ticked).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", other.text);
    assert!(other.text.contains(WISHED), "{}", other.text);
    assert_eq!(makes(&mut nurse, "甲删人", "13911110001", &ticked).await.status, StatusCode::SEE_OTHER);
}
