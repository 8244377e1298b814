//! Who sees and does what with a person's follow-up: only the hospital in charge has the link and the phone number, staff
//! never act as the patient, a helper's session ends with their right, and what is deleted is gone.

use crate::world::{Answer, Client, PHONE, World, new_followup};
use axum::http::StatusCode;
use serde_json::json;
use zaoshai_backend::db::appointments::{Change, Rules};
use zaoshai_backend::db::pages::After;
use zaoshai_backend::db::people::NoHelper;
use zaoshai_backend::secrets;
use zaoshai_contract::appointments::Action;
use zaoshai_contract::civil::Moment;
use zaoshai_contract::home_care::CareLists;
use zaoshai_contract::ids::SlotId;
use zaoshai_contract::problem::Code;
use zaoshai_contract::roles::{Party, Role};
use zaoshai_contract::staff::FollowUpDetail;

pub const HERE: &str = "zhuzhou-2";
pub const THERE: &str = "anqing-2";
pub const ELSEWHERE: &str = "dezhou-2";
/// What the new follow-up says of the person.
const REASON: &str = "小结节，3 个月复查";

pub async fn does(who: &mut Client, followup: &str, deed: &str, fields: &[(&str, &str)]) -> Answer {
    who.form_once(&format!("/staff/followups/{followup}/{deed}"), fields).await
}

async fn refers(who: &mut Client, followup: &str, to: &str) -> Answer {
    let key = secrets::fresh_id();
    does(who, followup, "refer", &[("hospital", to), ("reason", "要做超声内镜"), ("key", &key)]).await
}

/// The id of the referral of a follow-up that waits for an answer, or else of the one that was accepted.
pub async fn latest(world: &World, followup: &str) -> String {
    let referrals = world.app.db.referrals(followup).await.expect("the database");
    let of = |state: &str| referrals.iter().find(|referral| referral.state == state);
    of("offered").or_else(|| of("accepted")).expect("a referral").id.clone()
}

async fn takes_over(world: &World, who: &mut Client, followup: &str) {
    let referral = latest(world, followup).await;
    let taken = does(who, followup, "take-over", &[("referral", &referral)]).await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text);
}

/// The follow-up as the hospital in charge sees it.
async fn detail(who: &mut Client, followup: &str) -> FollowUpDetail {
    let answer = who.get(&format!("/api/v1/staff/followups/{followup}")).await;
    serde_json::from_str(&answer.text).unwrap_or_else(|error| panic!("{error}: {}", answer.text))
}

/// What no hospital may see that is not in charge.
fn hides_the_person(text: &str, followup: &FollowUpDetail, note: &str) -> bool {
    let link = format!("/f/{}", followup.token);
    ![followup.token.as_str(), PHONE, note, link.as_str()].iter().any(|secret| text.contains(secret))
}

#[tokio::test]
async fn a_hospital_that_is_asked_or_has_handed_over_sees_neither_link_nor_phone_nor_notes() {
    let world = World::new().await;
    let followup = world.followup().await;
    let id = followup.row.id.as_str();
    let (page, data) = (format!("/staff/followups/{id}"), format!("/api/v1/staff/followups/{id}"));
    let mut here = world.nurse().await;
    let mut there = world.staff("zhao", THERE, Role::Coordinator).await;
    does(&mut here, id, "note", &[("note", "家里有人吵架"), ("key", &secrets::fresh_id())]).await;
    refers(&mut here, id, THERE).await;

    let asked = there.get(&page).await;
    assert_eq!(asked.status, StatusCode::OK);
    for needed in ["李女士", REASON, "低剂量 CT 复查", "11月23日", "12月4日", "要做超声内镜", "株洲市二医院"]
    {
        assert!(asked.text.contains(needed), "{needed} is needed to decide: {}", asked.text);
    }
    for path in [&page, &data, &format!("{page}/letter"), &format!("{page}/edit"), &format!("{page}/rights")] {
        let text = there.get(path).await.text;
        assert!(hides_the_person(&text, &followup, "家里有人吵架"), "{path}: {text}");
    }
    assert!(hides_the_person(&there.get("/staff/referrals").await.text, &followup, "家里有人吵架"));
    assert_eq!(there.get(&data).await.code(), "handed-over");

    takes_over(&world, &mut there, id).await;
    let taken = detail(&mut there, id).await;
    assert_eq!(taken.row.phone, PHONE, "who takes over has all of it");
    assert!(taken.notes.iter().any(|note| note.text == "家里有人吵架") && taken.token != followup.token);
    assert!(
        there.get("/staff/lists/calls").await.text.contains(&format!("/staff/followups/{id}")),
        "the new link is to be sent today"
    );
    let left = here.get(&page).await;
    assert!(left.text.contains("安庆市第二人民医院") && left.text.contains("0556-5212008"), "{}", left.text);
    for path in [&page, &data, &format!("{page}/letter"), &format!("{page}/edit"), &format!("{page}/rights")] {
        let text = here.get(path).await.text;
        assert!(hides_the_person(&text, &taken, "家里有人吵架"), "{path}: {text}");
        assert!(!text.contains(REASON), "{path}: {text}");
    }
}

#[tokio::test]
async fn a_change_of_hospital_ends_the_link_and_every_session_of_it() {
    let world = World::new().await;
    let followup = world.followup().await;
    let id = followup.row.id.as_str();
    let mut here = world.nurse().await;
    let mut there = world.staff("zhao", THERE, Role::Nurse).await;
    let mut phone = world.patient(&followup).await;
    let plan = format!("/api/v1/followups/{}/plan", followup.token);
    refers(&mut here, id, THERE).await;
    assert_eq!(phone.get(&plan).await.status, StatusCode::OK, "an offer changes nothing for the patient");
    takes_over(&world, &mut there, id).await;
    assert_eq!(phone.get(&plan).await.code(), "link-replaced");
    let identify = format!("/api/v1/followups/{}/identify", followup.token);
    let again = world.client().json("POST", &identify, &json!({ "ending": "8000" }), &[]).await;
    assert_eq!(again.code(), "link-replaced", "whoever kept the link and the digits cannot come in");
    let new = detail(&mut there, id).await;
    let stale = phone.get(&format!("/api/v1/followups/{}/plan", new.token)).await;
    assert_eq!(stale.code(), "identify-first", "a session of the old link does not open the new one");
    world.patient(&new).await;
}

#[tokio::test]
async fn whoever_was_referred_wrongly_is_given_back_and_the_history_says_so() {
    let world = World::new().await;
    let followup = world.followup().await;
    let id = followup.row.id.as_str();
    let mut here = world.nurse().await;
    let mut there = world.staff("zhao", THERE, Role::Nurse).await;
    let mut third = world.staff("sun", ELSEWHERE, Role::Nurse).await;
    refers(&mut here, id, THERE).await;
    takes_over(&world, &mut there, id).await;
    let referral = latest(&world, id).await;
    assert!(there.get(&format!("/staff/followups/{id}")).await.text.contains("转错了？退回转来的医院"));
    let fields = [("referral", referral.as_str()), ("answer", "她住在株洲")];
    assert_eq!(does(&mut here, id, "return", &fields).await.status, StatusCode::FORBIDDEN, "not the other way");
    let without = does(&mut there, id, "return", &fields[..1]).await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY, "with a reason");
    refers(&mut there, id, ELSEWHERE).await;
    assert_eq!(does(&mut there, id, "return", &fields).await.location(), "/staff");
    let back = detail(&mut here, id).await;
    assert!(back.history.iter().any(|line| line.what.contains("退回给转来的医院")), "{:?}", back.history);
    assert!(back.row.owner == "zhang" && back.row.call_on.is_some(), "whoever referred has her again, to call today");
    assert!(here.get("/staff/referrals").await.text.contains("她住在株洲"), "and is told");
    for (who, name) in [(&mut there, "who gave back"), (&mut third, "who was asked meanwhile")] {
        assert_eq!(who.get(&format!("/staff/followups/{id}")).await.status, StatusCode::NOT_FOUND, "{name}");
    }
}

#[tokio::test]
async fn a_batch_lists_and_prints_only_those_the_hospital_is_still_in_charge_of() {
    let world = World::new().await;
    let mut here = world.nurse().await;
    let table = "姓名,手机号\n王一,13800000001\n王二,13800000002\n".as_bytes();
    let batch = crate::batches::imported(&mut here, table).await;
    let list = here.get("/api/v1/staff/followups").await.json();
    let row = list["rows"].as_array().expect("rows").iter().find(|row| row["name"] == "王二").expect("王二").clone();
    let id = row["id"].as_str().expect("an id").to_owned();
    let mut there = world.staff("zhao", THERE, Role::Coordinator).await;
    let before = here.get(&format!("{batch}/letters")).await.text;
    assert!(before.contains("王一") && before.contains("王二"), "{before}");
    refers(&mut here, &id, THERE).await;
    takes_over(&world, &mut there, &id).await;
    for path in [batch.clone(), format!("{batch}/letters")] {
        let page = here.get(&path).await.text;
        assert!(page.contains("王一") && !page.contains("王二") && !page.contains("13800000002"), "{path}: {page}");
    }
}

#[tokio::test]
async fn staff_who_act_through_a_link_are_named_and_never_taken_for_the_patient() {
    let world = World::new().await;
    let followup = world.followup().await;
    let id = followup.row.id.as_str();
    let link = format!("/f/{}", followup.token);
    let mut here = world.nurse().await;
    let identify = format!("/api/v1/followups/{}/identify", followup.token);
    here.json("POST", &identify, &json!({ "ending": "8000" }), &[]).await;
    let asked = [("question", "要空腹吗？"), ("key", &*secrets::fresh_id())].map(|(a, b)| (a, b.to_owned()));
    let asked: Vec<(&str, &str)> = asked.iter().map(|(a, b)| (*a, b.as_str())).collect();
    here.form(&format!("{link}/ask"), &asked).await;
    let key = secrets::fresh_id();
    here.form(
        &format!("{link}/book"),
        &[("slot", "ldct-review-2026-11-24-0900"), ("key", &key), ("agreed", "pregnancy")],
    )
    .await;
    let seen = detail(&mut here, id).await;
    assert!(seen.row.starts.is_some(), "she booked");
    let patient: Vec<_> = seen.history.iter().filter(|line| line.who.contains("链接")).collect();
    assert!(patient.is_empty(), "nobody but staff was there: {patient:?}");

    for (name, hospital, role) in
        [("zhao", THERE, Role::Coordinator), ("qian", HERE, Role::ScheduleManager), ("li", HERE, Role::Auditor)]
    {
        let mut other = world.staff(name, hospital, role).await;
        other.json("POST", &identify, &json!({ "ending": "8000" }), &[]).await;
        assert_eq!(other.get(&link).await.status, StatusCode::OK);
        for (deed, fields) in [
            ("cancel", vec![("reason", "other")]),
            ("ask", vec![("question", "在吗？")]),
            ("wait", vec![]),
            ("helper", vec![("name", "女儿"), ("consent", "yes")]),
            ("erase", vec![("sure", "yes")]),
        ] {
            let key = secrets::fresh_id();
            let fields = [&fields[..], &[("key", key.as_str())]].concat();
            let refused = other.form(&format!("{link}/{deed}"), &fields).await;
            assert!(refused.location().contains("problem=signed-in-as-staff"), "{name} {deed}: {}", refused.location());
        }
        let path = format!("/api/v1/followups/{}/appointment", followup.token);
        let refused =
            other.json("DELETE", &path, &serde_json::Value::Null, &[("idempotency-key", &secrets::fresh_id())]).await;
        assert_eq!(refused.code(), "signed-in-as-staff");
    }
    assert_eq!(detail(&mut here, id).await.history.len(), seen.history.len(), "nothing was written");
}

#[tokio::test]
async fn one_link_has_room_for_ten_relatives() {
    let world = World::new().await;
    let followup = world.followup().await;
    let link = format!("/f/{}", followup.token);
    let mut patient = world.patient(&followup).await;
    for number in 0..11 {
        let (name, key) = (format!("家人{number}"), secrets::fresh_id());
        let added =
            patient.form(&format!("{link}/helper"), &[("name", &name), ("consent", "yes"), ("key", &key)]).await;
        assert_eq!(added.location().contains("field=helpers"), number == 10, "{}", added.location());
        if number == 10 {
            let told = patient.get(added.location()).await.text;
            assert!(told.contains("已经有 10 位家人了"), "{told}");
        }
    }
    let helpers = world.app.db.helpers(&followup.row.id).await.expect("the database");
    assert_eq!(helpers.len(), 10);
    let key = secrets::fresh_id();
    patient.form(&format!("{link}/end-helper"), &[("helper", &helpers[0].id), ("key", &key)]).await;
    let key = secrets::fresh_id();
    let added = patient.form(&format!("{link}/helper"), &[("name", "妹妹"), ("consent", "yes"), ("key", &key)]).await;
    assert!(added.location().ends_with("done=helper-added"), "{}", added.location());
}

/// Fills a follow-up with everything that can be kept about a person.
async fn full(world: &World, here: &mut Client, patient: &mut Client, followup: &FollowUpDetail) {
    let id = followup.row.id.as_str();
    let link = format!("/f/{}", followup.token);
    let key = || secrets::fresh_id();
    patient.form(&format!("{link}/ask"), &[("question", "要空腹吗？"), ("key", &key())]).await;
    let question = world.app.db.questions(id).await.expect("the database")[0].id.clone();
    does(here, id, "answer", &[("question", &question), ("answer", "不用空腹")]).await;
    patient.form(&format!("{link}/helper"), &[("name", "女儿 王芳"), ("consent", "yes"), ("key", &key())]).await;
    let booked = [("slot", "ldct-review-2026-11-24-0900"), ("key", &*key()), ("agreed", "pregnancy")]
        .map(|(name, value)| (name, value.to_owned()));
    let booked: Vec<(&str, &str)> = booked.iter().map(|(name, value)| (*name, value.as_str())).collect();
    patient.form(&format!("{link}/book"), &booked).await;
    does(here, id, "note", &[("note", "耳朵不好，大声说"), ("key", &key())]).await;
    does(here, id, "call", &[("outcome", "agreed"), ("note", "说好了"), ("key", &key())]).await;
    refers(here, id, THERE).await;
    let referral = latest(world, id).await;
    does(here, id, "recall", &[("referral", &referral), ("answer", "不转了")]).await;
}

#[tokio::test]
async fn what_is_deleted_stands_nowhere_in_the_files_of_the_database() {
    let world = World::new().await;
    let mut here = world.nurse().await;
    let followup = world.followup().await;
    let others = [world.followup().await, world.followup().await];
    let id = followup.row.id.as_str();
    let mut patient = world.patient(&followup).await;
    full(&world, &mut here, &mut patient, &followup).await;
    let kept = world.app.db.sealed_of(id).await.expect("the database");
    assert!(kept.len() > 12, "{}", kept.len());
    let other = world.app.db.sealed_of(&others[0].row.id).await.expect("the database");
    let own: Vec<&String> = kept.iter().filter(|sealed| !other.contains(sealed)).collect();
    let holds = |files: &[u8], text: &str| files.windows(text.len()).any(|window| window == text.as_bytes());
    if let Some(files) = world.files() {
        for sealed in &own {
            assert!(holds(&files, sealed), "{sealed} was in the file");
        }
    }
    let link = format!("/f/{}", followup.token);
    patient.form(&format!("{link}/erase"), &[("sure", "yes"), ("key", &secrets::fresh_id())]).await;
    assert_eq!(world.app.db.sealed_of(id).await.expect("the database"), Vec::<String>::new());
    if let Some(files) = world.files() {
        for sealed in own {
            assert!(!holds(&files, sealed), "{sealed} is still in the file");
        }
    }
    assert!(!world.app.db.sealed_of(&others[0].row.id).await.expect("the database").is_empty(), "others stay");
}

#[tokio::test]
async fn what_a_form_said_of_a_person_is_kept_as_no_hash_that_can_be_guessed() {
    let world = World::new().await;
    let followup = world.followup().await;
    let kept = world.app.db.sealed_of(&followup.row.id).await.expect("the database");
    let form: zaoshai_contract::staff::NewFollowUp = serde_json::from_value(new_followup()).expect("a form");
    let guessed = secrets::hash(&serde_json::to_string(&form).expect("JSON"));
    assert!(!kept.contains(&guessed));
    assert!(kept.contains(&crate::world::secrets().finder("form", &serde_json::to_string(&form).expect("JSON"))));
}

#[tokio::test]
async fn staff_delete_for_whoever_calls_also_when_the_link_is_locked_expired_or_ended() {
    let world = World::new().await;
    let mut here = world.nurse().await;
    let mut nurse = world.staff("qian", HERE, Role::Nurse).await;
    let mut stranger = world.client();
    let day = 86_400_000;
    let followup = world.followup().await;
    does(&mut here, &followup.row.id, "erase", &[("reason", "mistake"), ("sure", "yes")]).await;
    let page = stranger.get(&format!("/f/{}", followup.token)).await.text;
    assert!(
        page.contains("资料已经删除") && !page.contains("按您的意思"),
        "nobody is told that they wished it: {page}"
    );
    for state in ["open", "locked", "ended", "expired"] {
        let followup = world.followup().await;
        let (id, link) = (followup.row.id.as_str(), format!("/f/{}", followup.token));
        match state {
            "locked" => {
                for _ in 0..5 {
                    stranger.form(&format!("{link}/identify"), &[("ending", "0000")]).await;
                }
            }
            "ended" => {
                does(&mut here, id, "withdraw", &[("reason", "重复建的")]).await;
            }
            "expired" => {
                world.app.clock.set(Moment(world.app.now().0 + 60 * day));
                here = world.nurse().await;
                nurse = world.client();
                let login = json!({ "name": "qian", "password": "another" });
                nurse.json("POST", "/api/v1/staff/session", &login, &[]).await;
            }
            _ => {}
        }
        let rights = here.get(&format!("/staff/followups/{id}/rights")).await;
        assert_eq!(rights.status, StatusCode::OK, "{state}");
        assert!(here.get(&format!("/staff/followups/{id}")).await.text.contains(&format!("{id}/rights")), "{state}");
        let whole = [("reason", "by-phone"), ("sure", "yes")];
        assert_eq!(does(&mut nurse, id, "erase", &whole).await.status, StatusCode::FORBIDDEN, "{state}");
        assert!(nurse.get(&format!("/staff/followups/{id}/rights")).await.text.contains("协调员"), "{state}");
        for half in [&whole[..1], &whole[1..], &[("reason", "because"), ("sure", "yes")]] {
            let refused = does(&mut here, id, "erase", half).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{state} {half:?}");
        }
        assert!(!world.app.db.sealed_of(id).await.expect("the database").is_empty(), "{state}");
        for _ in 0..2 {
            assert_eq!(does(&mut here, id, "erase", &whole).await.status, StatusCode::SEE_OTHER, "{state}");
        }
        assert_eq!(world.app.db.sealed_of(id).await.expect("the database"), Vec::<String>::new(), "{state}");
        let told = detail(&mut here, id).await;
        assert!(told.history[0].what.contains("删除资料：本人打电话要求"), "{state}: {:?}", told.history);
        let page = stranger.get(&link).await;
        assert_eq!(page.status, StatusCode::GONE, "{state}");
        assert!(page.text.contains("按您的意思") && !page.text.contains("报错编号"), "{state}: {}", page.text);
    }
}

#[tokio::test]
async fn nothing_is_added_to_somebody_whose_data_were_deleted() {
    let world = World::new().await;
    let mut here = world.nurse().await;
    let followup = world.followup().await;
    let id = followup.row.id.as_str();
    does(&mut here, id, "erase", &[("reason", "by-phone"), ("sure", "yes")]).await;
    let (key, again) = (secrets::fresh_id(), secrets::fresh_id());
    let written = [
        ("note", vec![("note", "耳朵不好"), ("key", &*key)]),
        ("call", vec![("outcome", "call-later"), ("again", "2026-11-30"), ("note", "在女儿家"), ("key", &*again)]),
    ];
    for (deed, fields) in written {
        let refused = does(&mut here, id, deed, &fields).await;
        assert_eq!(refused.status, StatusCode::GONE, "{deed}: {}", refused.text);
        assert!(refused.text.contains("这个人的资料已经删除"), "{deed}: {}", refused.text);
    }
    // What was on its way by the link when the data were deleted.
    let (db, now) = (&world.app.db, world.app.now());
    let refused = Some(Code::LinkErased);
    assert_eq!(db.ask(id, "question", "sealed", "patient", now).await.expect("the database").err(), refused);
    assert_eq!(db.wait(id, Moment(now.0 + 1), "patient", now).await.expect("the database").err(), refused);
    let helper = db.add_helper(id, "helper", "sealed", "patient", now).await.expect("the database");
    assert_eq!(helper, Err(NoHelper::Refused(Code::LinkErased)));
    let hold = Change {
        followup: id.to_owned(),
        action: Action::Hold,
        slot: SlotId::parse("ldct-review-2026-11-24-0900"),
        appointment: None,
        party: Party::Patient,
        who: "patient".to_owned(),
        detail: String::new(),
        said: String::new(),
        until: None,
        rules: Rules::Aside(None),
        key: secrets::fresh_key(),
        now,
    };
    assert_eq!(db.change(&hold).await.expect("the database").err(), refused);
    assert_eq!(db.sealed_of(id).await.expect("the database"), Vec::<String>::new());
    assert!(db.waiting(id).await.expect("the database").is_none());
    let record = db.followup(id).await.expect("the database").expect("a follow-up");
    assert_eq!(record.call_on, None, "nobody is to call them");
}

#[tokio::test]
async fn whoever_calls_and_was_checked_hears_everything_that_is_kept() {
    let world = World::new().await;
    let mut here = world.nurse().await;
    let followup = world.followup().await;
    let mut patient = world.patient(&followup).await;
    full(&world, &mut here, &mut patient, &followup).await;
    let id = followup.row.id.as_str();
    let unchecked = does(&mut here, id, "data", &[]).await;
    assert_eq!(unchecked.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unchecked.text.contains("请先核对是不是本人") && !unchecked.text.contains("耳朵不好"));
    let copy = does(&mut here, id, "data", &[("checked", "yes")]).await;
    for kept in [
        "李女士",
        PHONE,
        REASON,
        "要空腹吗",
        "不用空腹",
        "女儿 王芳",
        "耳朵不好",
        "说好了",
        "要做超声内镜",
        "不转了",
        "约了时间",
    ] {
        assert!(copy.text.contains(kept), "{kept} is kept and not shown: {}", copy.text);
    }
    let log = world.staff("li", HERE, Role::Auditor).await.get("/staff/audit").await.text;
    assert!(log.contains("zhang"), "{log}");
}

/// An address, and the fields that are sent to it; none for one that is only read.
type Address = (&'static str, Option<Vec<(&'static str, &'static str)>>);

/// Every address of the console that names a follow-up, a batch or a request for nursing at home.
fn addresses() -> Vec<Address> {
    let sent = |fields: &[(&'static str, &'static str)]| {
        Some([fields, &[("key", "0123456789abcdef0123"), ("version", "1")]].concat())
    };
    vec![
        ("/staff/followups/{followup}", None),
        ("/staff/followups/{followup}/edit", None),
        ("/staff/followups/{followup}/letter", None),
        ("/staff/followups/{followup}/rights", None),
        ("/api/v1/staff/followups/{followup}", None),
        ("/staff/followups/{followup}/edit", sent(&[("name", "别人"), ("phone", "13900000000"), ("owner", "zhao")])),
        ("/staff/followups/{followup}/record", sent(&[("action", "arrive"), ("appointment", "{appointment}")])),
        ("/staff/followups/{followup}/call", sent(&[("outcome", "agreed")])),
        ("/staff/followups/{followup}/note", sent(&[("note", "我来过")])),
        ("/staff/followups/{followup}/answer", sent(&[("question", "{question}"), ("answer", "好")])),
        (
            "/staff/followups/{followup}/outcome",
            sent(&[("outcome", "clear"), ("next", "end"), ("ending", "completed")]),
        ),
        ("/staff/followups/{followup}/book", sent(&[("slot", "ldct-review-2026-11-24-1000"), ("asked", "yes")])),
        ("/staff/followups/{followup}/cancel", sent(&[("whose", "patient"), ("appointment", "{appointment}")])),
        ("/staff/followups/{followup}/refer", sent(&[("hospital", "dezhou-2"), ("reason", "转走")])),
        ("/staff/followups/{followup}/recall", sent(&[("referral", "{foreign}"), ("answer", "不转")])),
        ("/staff/followups/{followup}/return", sent(&[("referral", "{foreign}"), ("answer", "不要")])),
        ("/staff/followups/{followup}/take-over", sent(&[("referral", "{foreign}")])),
        ("/staff/followups/{followup}/hand-back", sent(&[("referral", "{foreign}"), ("answer", "不要")])),
        ("/staff/followups/{followup}/withdraw", sent(&[("reason", "重复建的")])),
        ("/staff/followups/{followup}/unlock", sent(&[])),
        ("/staff/followups/{followup}/relink", sent(&[])),
        ("/staff/followups/{followup}/erase", sent(&[("reason", "by-phone"), ("sure", "yes")])),
        ("/staff/followups/{followup}/data", sent(&[("checked", "yes")])),
        ("/api/v1/staff/followups/{followup}/withdraw", sent(&[])),
        ("/staff/batches/{batch}", None),
        ("/staff/batches/{batch}/letters", None),
        ("/staff/home-care/{care}", None),
        ("/staff/home-care/{care}/rights", None),
        ("/staff/home-care/{care}/assess", sent(&[("verdict", "yes")])),
        (
            "/staff/home-care/{care}/plan",
            sent(&[("day", "2026-11-25"), ("from", "09:00"), ("to", "10:00"), ("nurse", "zhao")]),
        ),
        ("/staff/home-care/{care}/outcome", sent(&[("outcome", "done")])),
        ("/staff/home-care/{care}/withdraw", sent(&[])),
        ("/staff/home-care/{care}/unlock", sent(&[])),
        ("/staff/home-care/{care}/erase", sent(&[("reason", "by-phone"), ("sure", "yes")])),
        ("/staff/home-care/{care}/data", sent(&[("checked", "yes")])),
    ]
}

#[test]
fn the_table_of_other_peoples_ids_has_every_address_of_the_console() {
    let router = include_str!("../../src/routes/staff.rs");
    let table = addresses();
    for line in router.lines().filter(|line| line.contains("{id}")) {
        let path = line.split('"').nth(1).expect("a path");
        let known = |known: &str, ids: &str| {
            let of_kind = known.replacen(ids, "{id}", 1);
            of_kind == path
                || path
                    .strip_suffix("{deed}")
                    .is_some_and(|start| of_kind.starts_with(start) && of_kind.len() > start.len())
        };
        let there =
            table.iter().any(|(entry, _)| ["{followup}", "{batch}", "{care}"].iter().any(|ids| known(entry, ids)));
        assert!(there, "{path} is not in the table of other people's ids");
    }
}

#[tokio::test]
async fn no_id_of_another_hospital_leads_anywhere() {
    let world = World::new().await;
    let mut here = world.nurse().await;
    let batch = crate::batches::imported(&mut here, "姓名,手机号\n王一,13800000001\n".as_bytes()).await;
    let batch = batch.rsplit('/').next().expect("an id").to_owned();
    crate::home_care::asks(&world).await;
    let care = world
        .app
        .db
        .care_list(HERE, CareLists::Open, world.app.now(), &After::lowest(), 9)
        .await
        .expect("the database")[0]
        .id
        .clone();
    let followup = world.followup().await;
    let id = followup.row.id.as_str();
    let mut patient = world.patient(&followup).await;
    full(&world, &mut here, &mut patient, &followup).await;
    let question = world.app.db.questions(id).await.expect("the database")[0].id.clone();

    // Before anybody was asked, while one is asked, and after another one has taken over.
    let mut stranger = world.staff("sun", ELSEWHERE, Role::Coordinator).await;
    let mut asked = world.staff("zhao", THERE, Role::Coordinator).await;
    for (who, stage) in [(&mut stranger, "a stranger"), (&mut asked, "nobody asked")] {
        tries(&world, who, stage, [id, &batch, &care, &question]).await;
    }
    refers(&mut here, id, THERE).await;
    tries(&world, &mut asked, "who is asked", [id, &batch, &care, &question]).await;
    takes_over(&world, &mut asked, id).await;
    tries(&world, &mut here, "who has handed over", [id, "none", "none", &question]).await;
    tries(&world, &mut stranger, "a stranger later", [id, &batch, &care, &question]).await;
}

/// Tries every address of the table with ids that are not the hospital's, and looks that nothing was written or told.
async fn tries(world: &World, who: &mut Client, stage: &str, [id, batch, care, question]: [&str; 4]) {
    let record = world.app.db.followup(id).await.expect("the database").expect("a follow-up");
    let before = world.app.db.history(id).await.expect("the database").len();
    let appointment = record.latest.as_ref().map(|latest| latest.id.clone()).unwrap_or_default();
    let token = crate::world::secrets().link_token(id, record.link_generation);
    for (address, fields) in addresses() {
        let path = address.replace("{followup}", id).replace("{batch}", batch).replace("{care}", care);
        let answer = match &fields {
            None => who.get(&path).await,
            Some(_) if path.starts_with("/api/") => {
                who.json("POST", &path, &serde_json::json!({ "reason": "重复建的" }), &[]).await
            }
            Some(fields) => {
                let fill = |text: &str| text.replace("{appointment}", &appointment).replace("{question}", question);
                let fields: Vec<(&str, String)> = fields.iter().map(|(name, value)| (*name, fill(value))).collect();
                let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
                who.form_once(&path, &fields).await
            }
        };
        // Whoever is asked or has handed over sees that much of the follow-up.
        let glimpse = fields.is_none() && address == "/staff/followups/{followup}" && stage.starts_with("who");
        // Whose clinic it is records who comes, whoever follows them up.
        let own_clinic = address.ends_with("/record") && stage == "who has handed over";
        let shut = [StatusCode::FORBIDDEN, StatusCode::NOT_FOUND].contains(&answer.status);
        assert!(shut || glimpse || own_clinic, "{stage}: {path} answered {}: {}", answer.status, answer.text);
        for secret in [token.as_str(), PHONE, "耳朵不好", "女儿 王芳", "王奶奶", "13800000001"] {
            assert!(!answer.text.contains(secret), "{stage}: {path} tells {secret}: {}", answer.text);
        }
    }
    let after = world.app.db.history(id).await.expect("the database").len();
    assert_eq!(before, after, "{stage}: nothing was written");
}
