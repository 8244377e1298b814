//! Handing a follow-up to another hospital of the alliance: the one in charge stays so until the other has taken over.

use crate::sharing::HERE;
use crate::world::{Answer, Client, PHONE, World, new_followup, search, why};
use axum::http::StatusCode;
use std::path::Path;
use zaoshai_backend::content::Library;
use zaoshai_backend::db::calls::NewNote;
use zaoshai_backend::db::{Error, log};
use zaoshai_backend::{demonstration, secrets};
use zaoshai_contract::followups::Ending;
use zaoshai_contract::roles::Role;
use zaoshai_contract::staff::FollowUpDetail;

/// Sends a form of a follow-up.
async fn does(who: &mut Client, followup: &str, deed: &str, fields: &[(&str, &str)]) -> Answer {
    who.form_once(&format!("/staff/followups/{followup}/{deed}"), fields).await
}

/// The id of the referral that a page's form would answer.
fn referral(page: &str) -> String {
    let rest = page.split("name=\"referral\" value=\"").nth(1).unwrap_or_else(|| panic!("no referral in {page}"));
    rest.split('"').next().expect("a value").to_owned()
}

#[tokio::test]
async fn a_follow_up_is_handed_over_once_it_was_taken_and_can_be_handed_back_again() {
    let world = World::new().await;
    let followup = world.followup().await;
    let id = followup.row.id.as_str();
    let path = format!("/staff/followups/{id}");
    let mut here = world.nurse().await;
    let mut there = world.staff("zhao", "anqing-2", Role::Nurse).await;
    let mut stranger = world.staff("sun", "dezhou-2", Role::Nurse).await;
    assert_eq!(there.get(&path).await.status, StatusCode::NOT_FOUND, "nobody sees her before she is referred");

    let key = secrets::fresh_id();
    let empty = does(&mut here, id, "refer", &[("hospital", "anqing-2"), ("reason", " "), ("key", &key)]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.text.contains("请写为什么转") && empty.text.contains("value=\"anqing-2\" selected"));
    let fields = [("hospital", "anqing-2"), ("reason", "要做超声内镜"), ("key", key.as_str())];
    for _ in 0..2 {
        assert_eq!(does(&mut here, id, "refer", &fields).await.status, StatusCode::SEE_OTHER, "a repeat is the same");
    }
    let second = [("hospital", "dezhou-2"), ("reason", "另一家"), ("key", &secrets::fresh_id())];
    assert_eq!(does(&mut here, id, "refer", &second).await.status, StatusCode::CONFLICT, "one offer at a time");
    assert!(here.get("/staff/referrals").await.text.contains("等对方接收"));
    let asked = there.get("/staff/referrals").await.text;
    assert!(asked.contains("等我们接收") && asked.contains("要做超声内镜") && asked.contains("李女士"), "{asked}");
    assert_eq!(stranger.get(&path).await.status, StatusCode::NOT_FOUND, "a third hospital sees nothing");
    let seen = there.get(&path).await.text;
    assert!(seen.contains("接收") && !seen.contains("填结果，定下一步"), "who is asked looks and answers, no more");
    let note = [("note", "试试"), ("key", &secrets::fresh_id())];
    assert_eq!(does(&mut there, id, "note", &note).await.status, StatusCode::FORBIDDEN);

    let offer = referral(&seen);
    let fields = [("referral", offer.as_str())];
    let mine = does(&mut here, id, "take-over", &fields).await;
    assert_eq!(mine.status, StatusCode::FORBIDDEN, "nobody takes over from herself");
    for _ in 0..2 {
        assert_eq!(does(&mut there, id, "take-over", &fields).await.status, StatusCode::SEE_OTHER);
    }
    let now = there.get(&format!("/api/v1/staff/followups/{id}")).await.json();
    assert_eq!(now["row"]["owner"].as_str(), Some("zhao"));
    assert!(search(&mut there, PHONE).await.text.contains("找到 1 个"), "she is found there now");
    assert!(search(&mut here, PHONE).await.text.contains("找到 0 个"));
    let left = here.get(&path).await.text;
    assert!(
        left.contains("对方已接收") && !left.contains("发给病人"),
        "who handed over sees that it was taken: {left}"
    );
    let told = there.get(&path).await.text;
    assert!(told.contains("接收了转来的病人") && told.contains("发给病人"), "{told}");
    let note = [("note", "试试"), ("key", &secrets::fresh_id())];
    let refused = does(&mut here, id, "note", &note).await;
    assert!(refused.text.contains("这个人现在由别的医院负责"), "{}", refused.status);
    assert_eq!(does(&mut here, id, "recall", &fields).await.status, StatusCode::CONFLICT, "what was taken stays taken");
    let old = world.client().get(&format!("/f/{}", followup.token)).await;
    assert_eq!(old.status, StatusCode::GONE, "the old link is the old hospital's no longer");
    assert!(old.text.contains("安庆市第二人民医院") && old.text.contains("0556-5212008"), "{}", old.text);
    assert!(!old.text.contains("李女士") && !old.text.contains("报错编号"), "{}", old.text);
    let now = there.get(&format!("/api/v1/staff/followups/{id}")).await;
    let followup: FollowUpDetail = serde_json::from_str(&now.text).expect("a follow-up");
    let mut patient = world.patient(&followup).await;
    let link = patient.get(&format!("/f/{}", followup.token)).await;
    assert!(link.text.contains("请选一个时间"), "the new link works");
    assert!(
        link.text.contains("现在管您随访的是 安庆市第二人民医院"),
        "and says by whom she is followed up: {}",
        link.text
    );
    let drawn = |page: &str| page.split("<script").next().unwrap_or_default().to_owned();
    let times = drawn(&link.text).split("zs-slot__meta").skip(1).count();
    assert!(times > 0);
    assert_eq!(
        drawn(&link.text).matches("zs-slot__meta\">株洲市二医院 · ").count(),
        times,
        "each time says where it is"
    );
    let hant = drawn(&patient.get(&format!("/hant/f/{}", followup.token)).await.text);
    assert_eq!(hant.matches("zs-slot__meta\">株洲市二醫院 · ").count(), times, "{hant}");
    for view in ["", "?view=days", "?view=questions", "?view=family", "?view=data"] {
        let page = patient.get(&format!("/f/{}{view}", followup.token)).await.text;
        assert!(page.contains("zs-header__name\" lang=\"zh-CN\">安庆市第二人民医院<"), "{view}: {page}");
        let called = page.split("href=\"tel:").skip(1).filter_map(|rest| rest.split('"').next());
        let called: Vec<&str> = called.filter(|number| !number.starts_with('1')).collect();
        assert!(!called.is_empty() && called.iter().all(|number| *number == "0556-5212008"), "{view}: {called:?}");
    }

    let back = [("hospital", "zhuzhou-2"), ("reason", "做完了，请继续随访"), ("key", &secrets::fresh_id())];
    assert_eq!(does(&mut there, id, "refer", &back).await.status, StatusCode::SEE_OTHER, "two ways");
    let page = here.get(&path).await.text;
    let fields = [("referral", referral(&page)), ("answer", "请先写小结".to_owned())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(does(&mut here, id, "hand-back", &fields[..1]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(does(&mut here, id, "hand-back", &fields).await.status, StatusCode::SEE_OTHER);
    let told = there.get("/staff/referrals").await.text;
    assert!(told.contains("对方没有接收") && told.contains("请先写小结"), "a refusal is told: {told}");
    let again = [("hospital", "zhuzhou-2"), ("reason", "小结写好了"), ("key", &secrets::fresh_id())];
    assert_eq!(does(&mut there, id, "refer", &again).await.status, StatusCode::SEE_OTHER);
    let page = there.get(&path).await.text;
    assert_eq!(does(&mut there, id, "recall", &[("referral", &referral(&page))]).await.status, StatusCode::SEE_OTHER);
    assert!(!here.get("/staff/referrals").await.text.contains("等我们接收"), "a recalled offer waits no longer");
}

#[tokio::test]
async fn nobody_answers_a_referral_of_what_has_ended_and_whoever_has_made_it_takes_it_back() {
    let world = World::new().await;
    let followup = world.followup().await;
    let id = followup.row.id.as_str();
    let path = format!("/staff/followups/{id}");
    let mut here = world.nurse().await;
    let mut there = world.staff("zhao", "anqing-2", Role::Nurse).await;
    let hands = [("hospital", "anqing-2"), ("reason", "要做超声内镜")];
    assert_eq!(does(&mut here, id, "refer", &hands).await.status, StatusCode::SEE_OTHER);
    let first = referral(&there.get(&path).await.text);
    assert_eq!(does(&mut there, id, "take-over", &[("referral", &first)]).await.status, StatusCode::SEE_OTHER);
    // Back to where it came from, which still sees it because it has handed it over.
    let back = [("hospital", HERE), ("reason", "做完了")];
    assert_eq!(does(&mut there, id, "refer", &back).await.status, StatusCode::SEE_OTHER);
    let second = referral(&here.get(&path).await.text);
    let ended = world.app.db.end_followup((id, None), Ending::Completed, &why(), None, world.app.now()).await;
    assert!(ended.expect("the database").is_ok());
    for deed in ["take-over", "hand-back"] {
        let fields = [("referral", second.as_str()), ("answer", "好")];
        assert_ne!(does(&mut here, id, deed, &fields).await.status, StatusCode::SEE_OTHER, "{deed}");
    }
    assert_eq!(does(&mut there, id, "recall", &[("referral", &second)]).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn who_comes_to_a_clinic_is_recorded_there_whoever_follows_her_up() {
    let world = World::new().await;
    let followup = world.followup().await;
    let id = followup.row.id.as_str();
    let mut here = world.nurse().await;
    let mut there = world.staff("zhao", "anqing-2", Role::Nurse).await;
    let book = [
        ("slot", "ldct-review-2026-11-23-0900"),
        ("asked", "yes"),
        ("reason", "已在楼下"),
        ("key", &secrets::fresh_id()),
    ];
    assert_eq!(does(&mut here, id, "book", &book).await.status, StatusCode::SEE_OTHER);
    let fields = [("hospital", "anqing-2"), ("reason", "回家随访"), ("key", &secrets::fresh_id())];
    does(&mut here, id, "refer", &fields).await;
    let offer = referral(&there.get(&format!("/staff/followups/{id}")).await.text);
    does(&mut there, id, "take-over", &[("referral", &offer)]).await;
    let day = here.get("/api/v1/staff/followups").await.json()["day"][0].clone();
    let appointment = day["appointment"].as_str().expect("she is expected here").to_owned();
    assert_eq!(day["name"], "李女士", "whoever sees somebody needs the name");
    assert!(day["phone"] == "0556-5212008" && day["in_charge"] == "安庆市第二人民医院", "{day}");
    let page = here.get("/staff").await.text;
    assert!(page.contains("随访由安庆市第二人民医院负责") && page.contains("tel:0556-5212008"), "{page}");
    assert!(!page.contains(PHONE) && !page.contains(&format!("/staff/followups/{id}\"")), "{page}");
    let key = secrets::fresh_id();
    let arrive = [("action", "arrive"), ("appointment", appointment.as_str()), ("key", &key), ("from", "/staff")];
    let mut stranger = world.staff("sun", "dezhou-2", Role::Nurse).await;
    assert_eq!(does(&mut stranger, id, "record", &arrive).await.status, StatusCode::NOT_FOUND);
    let recorded = does(&mut here, id, "record", &arrive).await.location().to_owned();
    assert!(recorded.starts_with("/staff#row-"), "{recorded}");
    let now = there.get(&format!("/api/v1/staff/followups/{id}")).await.json();
    assert_eq!(now["row"]["standing"], "arrived", "the hospital in charge sees it");
}

/// A backend in which another hospital gives the breast clinic, with the times of both.
async fn with_a_clinic_elsewhere() -> World {
    let world = World::without_timetable().await;
    let content = tempfile::tempdir().expect("a folder");
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../content"), content.path());
    let path = content.path().join("booking.toml");
    let text = std::fs::read_to_string(&path).expect("the services");
    let (before, after) = text.split_once("id = \"breast-clinic\"").expect("the breast clinic");
    let after = after.replacen("clinic = \"zhuzhou-2\"", "clinic = \"anqing-2\"", 1);
    std::fs::write(&path, format!("{before}id = \"breast-clinic\"{after}")).expect("written");
    world.app.reload(Library::load(content.path(), world.app.now().date()));
    assert_eq!(world.app.trouble(), "");
    demonstration::make_timetable(&world.app).await.expect("a timetable");
    world
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let to = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &to);
        } else {
            std::fs::copy(&path, &to).expect("copied");
        }
    }
}

#[tokio::test]
async fn a_time_at_another_hospital_says_so_wherever_it_stands() {
    let world = with_a_clinic_elsewhere().await;
    let mut here = world.nurse().await;
    let mut new = new_followup();
    new["services"] = serde_json::json!(["breast-clinic", "ldct-review"]);
    let key = secrets::fresh_id();
    let made = here.json("POST", "/api/v1/staff/followups", &new, &[("idempotency-key", &key)]).await;
    let followup: FollowUpDetail = serde_json::from_str(&made.text).expect("a follow-up");
    let page = here.get(&format!("/staff/followups/{}", followup.row.id)).await.text;
    assert!(page.contains("乳腺门诊复查（安庆市第二人民医院）"), "the nurse sees where she books: {page}");

    let mut patient = world.patient(&followup).await;
    let link = format!("/f/{}", followup.token);
    let all = patient.get(&format!("{link}?view=days")).await.text;
    for meta in ["安庆市第二人民医院 · 乳腺门诊复查 · 门诊 3 楼", "株洲市二医院 · 低剂量 CT 复查 · 门诊 CT 室"]
    {
        assert!(all.contains(meta), "{meta} in {all}");
    }
    let key = secrets::fresh_id();
    let there = [("slot", "breast-clinic-2026-11-26-0930"), ("key", key.as_str())];
    patient.form(&format!("{link}/hold"), &there).await;
    let held = patient.get(&link).await.text;
    let place = "安庆市第二人民医院 门诊 3 楼";
    assert!(!held.contains("低剂量 CT 复查"), "what this time is for, and no more: {held}");
    assert!(held.contains("请确认这个时间") && held.contains(place) && held.contains("关岳庙街 79 号"), "{held}");
    patient.form(&format!("{link}/confirm"), &[("key", &secrets::fresh_id())]).await;
    let booked = patient.get(&link).await.text;
    assert!(booked.contains(place) && !booked.contains("株洲市二医院 门诊"), "{booked}");
    let picture = booked.split("data-picture=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a picture");
    assert!(picture.contains("安庆市第二人民医院") && picture.contains("0556-5212008"), "{picture}");
    assert!(picture.contains("要改时间请打 0731-28307119"), "who can change it is called for that: {picture}");
    assert!(!picture.contains("株洲") && !picture.contains("乳腺"), "{picture}");
    let calendar = patient.get(&format!("/api/v1/followups/{}/appointment.ics", followup.token)).await.text;
    let calendar = calendar.replace("\r\n ", "");
    assert!(calendar.contains("SUMMARY:医院预约 安庆市第二人民医院\r\n"), "{calendar}");
    assert!(calendar.contains("关岳庙街 79 号") && calendar.contains("0556-5212008"), "{calendar}");
    assert!(calendar.contains("要改时间请打 0731-28307119"), "{calendar}");
    let seen = here.get(&format!("/staff/followups/{}", followup.row.id)).await.text;
    assert!(seen.contains(place), "the nurse in charge sees where: {seen}");

    let mut closing = world.staff("qian", "zhuzhou-2", Role::ScheduleManager).await;
    assert!(!closing.get("/staff/closures").await.text.contains("乳腺门诊复查"), "it is not hers to close");
    let fields = [("service", "breast-clinic"), ("first", "2026-11-26"), ("last", "2026-11-26"), ("reason", "出差")];
    let key = secrets::fresh_id();
    let refused = closing.form("/staff/closures", &[&fields[..], &[("key", key.as_str())]].concat()).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_letter_and_a_message_are_from_the_hospital_that_sends_them() {
    let world = World::new().await;
    let mut there = world.staff("zhao", "anqing-2", Role::Nurse).await;
    let key = secrets::fresh_id();
    let made = there.json("POST", "/api/v1/staff/followups", &new_followup(), &[("idempotency-key", &key)]).await;
    let followup: FollowUpDetail = serde_json::from_str(&made.text).expect("a follow-up");
    assert!(followup.message.starts_with("【安庆市第二人民医院】"), "{}", followup.message);
    let letter = there.get(&format!("/staff/followups/{}/letter", followup.row.id)).await.text;
    let sheet = letter.split("zs-letter__from").nth(1).expect("a letter");
    assert!(sheet.contains("安庆市第二人民医院") && sheet.contains("0556-"), "{sheet}");
}

#[tokio::test]
async fn what_was_on_its_way_when_another_hospital_took_over_is_not_written() {
    let world = World::new().await;
    let followup = world.followup().await;
    let id = followup.row.id.as_str();
    let mut here = world.nurse().await;
    let mut there = world.staff("zhao", "anqing-2", Role::Nurse).await;
    let offer = [("hospital", "anqing-2"), ("reason", "要手术"), ("key", &secrets::fresh_id())];
    assert_eq!(does(&mut here, id, "refer", &offer).await.status, StatusCode::SEE_OTHER);
    let offer = referral(&there.get(&format!("/staff/followups/{id}")).await.text);
    let zhang = world.app.db.accounts("zhuzhou-2").await.expect("the database").remove(0).staff;
    let note = NewNote {
        id: secrets::fresh_id(),
        text_sealed: world.app.secrets.seal(id, "note", "x"),
        staff: "zhang".into(),
    };
    let now = world.app.now();
    let writes = async |note: &NewNote| {
        log::sits(&zhang, now);
        log::in_charge(id, "zhuzhou-2");
        log::does("note", log::Object::record(id));
        world.app.db.add_note(id, note, now).await
    };
    log::at_a_desk("before", async { writes(&note).await.expect("in charge").expect("kept") }).await;
    let late = NewNote { id: secrets::fresh_id(), ..note };
    does(&mut there, id, "take-over", &[("referral", &offer)]).await;
    let refused = log::at_a_desk("after", writes(&late)).await;
    assert!(matches!(refused, Err(Error::HandedOver)), "{refused:?}");
    let notes = world.app.db.notes(id).await.expect("the database");
    assert_eq!(notes.len(), 1, "{notes:?}");
}

#[tokio::test]
async fn where_no_phone_is_known_no_other_hospital_is_called() {
    let world = World::new().await;
    let there = "demian";
    assert!(world.app.phone_of(there).is_empty(), "a hospital without a number in the content");
    let followup = world.followup().await;
    let id = followup.row.id.as_str();
    let mut here = world.nurse().await;
    let mut nurse = world.staff("zhao", there, Role::Nurse).await;
    let key = secrets::fresh_id();
    let asked = [("hospital", there), ("reason", "住得近"), ("key", key.as_str())];
    assert_eq!(does(&mut here, id, "refer", &asked).await.status, StatusCode::SEE_OTHER);
    let offer = referral(&nurse.get(&format!("/staff/followups/{id}")).await.text);
    let fields = [("referral", offer.as_str()), ("key", &*secrets::fresh_id()), ("anew", "yes")];
    assert_eq!(does(&mut nurse, id, "take-over", &fields).await.status, StatusCode::SEE_OTHER);
    let now = nurse.get(&format!("/api/v1/staff/followups/{id}")).await;
    let taken: FollowUpDetail = serde_json::from_str(&now.text).expect("a follow-up");
    assert!(!taken.message.contains("0731"), "{}", taken.message);
    let mut patient = world.patient(&taken).await;
    let old = world.client().get(&format!("/f/{}", followup.token)).await.text;
    let new = patient.get(&format!("/f/{}", taken.token)).await.text;
    assert!(new.contains("这里还没有他们的电话"), "{new}");
    for page in [old, new, here.get(&format!("/staff/followups/{id}")).await.text] {
        assert!(!page.contains("tel:0731"), "the hospital that has handed over cannot help: {page}");
        assert!(!page.contains("href=\"tel:\""), "nor is nothing dialled: {page}");
    }
}
