//! A form that arrives twice does its work once, and a form with other words is another one, whatever key it carries.

use crate::batches::{confirm, count, hidden, look, through};
use crate::sharing::{THERE, latest};
use crate::world::{Client, World};
use axum::http::StatusCode;
use zaoshai_backend::db::schedules::At;
use zaoshai_backend::secrets;
use zaoshai_contract::civil::Moment;
use zaoshai_contract::roles::Role;
use zaoshai_contract::staff::audit::AuditFilter;

const HOSPITAL: &str = "zhuzhou-2";

/// How much of everything that forms make is stored.
async fn stored(world: &World, followup: &str) -> usize {
    let db = &world.app.db;
    let at = At { hospital: HOSPITAL, now: world.app.now() };
    let timetable = db.timetable(at).await.expect("the database");
    let closings = db.closures(HOSPITAL, world.app.now()).await.expect("the database").len();
    let (questions, helpers) = (db.questions(followup).await, db.helpers(followup).await);
    let (notes, referrals) = (db.notes(followup).await, db.referrals(followup).await);
    questions.expect("the database").len()
        + helpers.expect("the database").len()
        + notes.expect("the database").len()
        + referrals.expect("the database").len()
        + closings
        + timetable.templates.len()
        + timetable.exceptions.len()
        + timetable.visits.len()
}

#[tokio::test]
async fn the_same_form_is_stored_once_and_other_words_under_its_key_are_stored_too() {
    let world = World::new().await;
    let followup = world.followup().await;
    let id = followup.row.id.as_str();
    let (one, link) = (format!("/staff/followups/{id}"), format!("/f/{}", followup.token));
    let (mut nurse, mut patient) = (world.nurse().await, world.patient(&followup).await);
    let mut manager = world.staff("pai", HOSPITAL, Role::ScheduleManager).await;
    let hours = [
        ("service", "gastroscopy"),
        ("room", "二号室"),
        ("from", "09:00"),
        ("until", "11:00"),
        ("every", "30"),
        ("minutes", "30"),
        ("capacity", "1"),
    ];
    let days = [("first", "2026-12-24"), ("last", "2026-12-24"), ("sure", "yes")];
    let expert = [("expert", "陈医生"), ("home", "江苏省肿瘤医院"), ("speciality", "肺结节")];
    let weekly = [&hours[..], &[("weekday", "monday"), ("valid_from", "2026-12-01"), ("sure", "yes")]].concat();
    let closing = [&[("service", "gastroscopy")][..], &days].concat();
    let extra = [&hours[..], &days].concat();
    let visit = [&hours[..], &days[..1], &days[2..], &expert[..2]].concat();
    for (path, fields, field, words) in [
        (format!("{link}/ask"), vec![], "question", ["要空腹吗？", "能吃药吗？"]),
        (format!("{link}/helper"), vec![("consent", "yes")], "name", ["女儿", "儿子"]),
        (format!("{one}/note"), vec![], "note", ["听力不好", "要家属陪"]),
        (format!("{one}/call"), vec![("outcome", "agreed")], "note", ["响了很久", "又打了一次"]),
        (format!("{one}/refer"), vec![("hospital", "jichuang"), ("sure", "yes")], "reason", ["要手术", "要放疗"]),
        ("/staff/closures".to_owned(), closing.clone(), "reason", ["检修", "停电"]),
        ("/staff/schedules/closings".to_owned(), closing, "reason", ["检修", "停电"]),
        ("/staff/schedules/extras".to_owned(), extra, "reason", ["加号", "再加号"]),
        ("/staff/schedules/visits".to_owned(), visit, "speciality", ["肺结节", "胃癌"]),
        ("/staff/schedules/templates".to_owned(), weekly, "valid_to", ["2027-03-01", "2027-04-01"]),
    ] {
        let client = match path.as_str() {
            path if path.starts_with("/f/") => &mut patient,
            path if path.starts_with("/staff/schedules") => &mut manager,
            _ => &mut nurse,
        };
        let key = secrets::fresh_id();
        let before = stored(&world, id).await;
        for (said, again, more) in
            [(words[0], false, 1), (words[0], true, 1), (words[1], false, 2), (words[1], true, 2)]
        {
            if said == words[1] && !again && path.ends_with("/refer") {
                // One offer at a time: the first one is taken back before the other is made.
                let offer = world.app.db.referrals(id).await.expect("the database")[0].id.clone();
                let key = secrets::fresh_id();
                let recall = [("referral", offer.as_str()), ("sure", "yes"), ("key", key.as_str())];
                client.form(&format!("{one}/recall"), &recall).await;
            }
            let fields = [&fields[..], &[(field, said), ("key", key.as_str())]].concat();
            let answer = client.form(&path, &fields).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path} {said}: {}", answer.text);
            assert!(!answer.location().contains("problem="), "{path} {said}: {}", answer.location());
            assert_eq!(stored(&world, id).await, before + more, "{path}: {said}");
        }
    }
}

/// The lines of a follow-up's history that tell of an action.
async fn told(world: &World, followup: &str, action: &str) -> usize {
    let lines = world.app.db.history(followup).await.expect("the database");
    lines.iter().filter(|line| line.action == action).count()
}

/// Sends a form twice at once and then once more, and with other words; it is done once, and the other words are
/// refused.
async fn is_done_once(
    world: &World,
    client: &mut Client,
    (path, action, logged): (&str, &str, &str),
    fields: &[(&str, &str)],
    other: Option<(&str, &str)>,
) {
    let id = path.split('/').nth(3).expect("an id").to_owned();
    let key = secrets::fresh_id();
    let fields = [fields, &[("key", key.as_str())]].concat();
    let before = told(world, &id, action).await;
    let mut tap = client.clone();
    let (one, two) = tokio::join!(client.form(path, &fields), tap.form(path, &fields));
    let three = client.form(path, &fields).await;
    for answer in [&one, &two, &three] {
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}: {}", answer.text);
        assert_eq!(answer.location(), one.location(), "{path}");
    }
    assert_eq!(told(world, &id, action).await, before + 1, "{path}");
    let audit = world.app.db.audit_log(HOSPITAL, &AuditFilter::default(), None, 999).await.expect("the log");
    let code = world.app.db.followup(&id).await.expect("the database").expect("a follow-up").code;
    let lines = audit.iter().filter(|line| line.action == logged && line.code.as_deref() == Some(code.as_str()));
    assert_eq!(lines.count(), 1, "{path}: one line in the log");
    let Some((field, words)) = other else { return };
    let mut fields = fields;
    fields.retain(|(name, _)| *name != field);
    fields.push((field, words));
    let refused = client.form(path, &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}: {}", refused.text);
    assert!(refused.text.contains("这一步已经提交过"), "{path}: {}", refused.text);
    assert_eq!(told(world, &id, action).await, before + 1, "{path}: other words are not written");
}

#[tokio::test]
async fn an_answer_an_edit_an_outcome_a_link_and_an_end_that_come_twice_are_done_once() {
    let world = World::new().await;
    let followup = world.followup().await;
    let id = followup.row.id.as_str();
    let one = format!("/staff/followups/{id}");
    let (mut nurse, mut patient) = (world.nurse().await, world.patient(&followup).await);
    patient.form_once(&format!("/f/{}/ask", followup.token), &[("question", "要空腹吗？")]).await;
    let question = world.app.db.questions(id).await.expect("the database")[0].id.clone();
    let version = async || world.app.db.followup(id).await.expect("the database").expect("one").version.to_string();

    let answer = [("question", question.as_str()), ("answer", "不用空腹")];
    let other = Some(("answer", "要空腹"));
    is_done_once(&world, &mut nurse, (&format!("{one}/answer"), "answer", "answer"), &answer, other).await;
    let seen = version().await;
    let edit = [
        ("name", "李女士"),
        ("phone", "13911112222（女儿）"),
        ("reason", "请来复查"),
        ("services", "ldct-review"),
        ("due_from", "2026-11-23"),
        ("due_to", "2026-12-04"),
        ("urgency", "soon"),
        ("owner", "zhang"),
        ("version", seen.as_str()),
    ];
    let other = Some(("reason", "别的原因"));
    is_done_once(&world, &mut nurse, (&format!("{one}/edit"), "edit", "edit"), &edit, other).await;
    assert_eq!(world.app.db.notes(id).await.expect("the database").len(), 1, "what stood beside the number");
    is_done_once(&world, &mut nurse, (&format!("{one}/relink"), "relink", "relink"), &[], None).await;
    let record = world.app.db.followup(id).await.expect("the database").expect("a follow-up");
    assert_eq!(record.link_generation, 2, "the link that was sent stays in force");
    let seen = version().await;
    let outcome = [
        ("outcome", "review"),
        ("next", "step"),
        ("services", "ldct-review"),
        ("due_from", "2027-02-01"),
        ("due_to", "2027-03-01"),
        ("version", seen.as_str()),
    ];
    let other = Some(("due_to", "2027-03-02"));
    is_done_once(&world, &mut nurse, (&format!("{one}/outcome"), "outcome", "outcome"), &outcome, other).await;
    assert_eq!(world.app.db.ended_steps(id).await.expect("the database").len(), 1);
    is_done_once(
        &world,
        &mut nurse,
        (&format!("{one}/withdraw"), "end", "withdraw"),
        &[("reason", "重复建的")],
        Some(("reason", "别的原因")),
    )
    .await;
}

#[tokio::test]
async fn an_answer_to_a_referral_that_comes_twice_is_given_once_and_other_words_are_refused() {
    let world = World::new().await;
    let (mut here, mut there) = (world.nurse().await, world.staff("zhao", THERE, Role::Coordinator).await);
    for (deed, answer) in [("hand-back", "没有床位"), ("take-over", "")] {
        let followup = world.followup().await;
        let path = format!("/staff/followups/{}", followup.row.id);
        here.form_once(&format!("{path}/refer"), &[("hospital", THERE), ("reason", "要手术")]).await;
        let referral = latest(&world, &followup.row.id).await;
        let key = secrets::fresh_id();
        let said = [("referral", referral.as_str()), ("answer", answer), ("key", key.as_str())];
        for _ in 0..2 {
            let answer = there.form(&format!("{path}/{deed}"), &said).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{deed}: {}", answer.text);
        }
        assert_eq!(told(&world, &followup.row.id, deed).await, 1);
        if deed == "hand-back" {
            // Neither by the same form nor by a colleague's are words taken and dropped.
            let other = [said[0], ("answer", "医生不在"), said[2]];
            let refused = there.form(&format!("{path}/{deed}"), &other).await;
            assert!(refused.status.is_client_error(), "{}", refused.status);
            let colleague = there.form_once(&format!("{path}/{deed}"), &other[..2]).await;
            assert!(colleague.status.is_client_error(), "{}", colleague.status);
        } else {
            let back = [said[0], ("answer", "转错了"), said[2]];
            for _ in 0..2 {
                let answer = there.form(&format!("{path}/return"), &back).await;
                assert_eq!(answer.status, StatusCode::SEE_OTHER, "one key serves all forms of a page: {}", answer.text);
            }
        }
    }
}

#[tokio::test]
async fn another_reason_for_going_past_a_rule_under_the_same_key_is_refused() {
    let world = World::new().await;
    let followup = world.followup().await;
    let id = followup.row.id.as_str();
    let mut nurse = world.nurse().await;
    let key = secrets::fresh_id();
    let fields =
        [("slot", "ldct-review-2026-11-23-1000"), ("asked", "yes"), ("reason", "已在楼下等"), ("key", key.as_str())];
    let path = format!("/staff/followups/{id}/book");
    for _ in 0..2 {
        let booked = nurse.form(&path, &fields).await;
        assert_eq!(booked.status, StatusCode::SEE_OTHER, "{}", booked.text);
    }
    let other = [fields[0], fields[1], ("reason", "医生同意"), fields[3]];
    let refused = nurse.form(&path, &other).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
    assert!(refused.text.contains("这一步已经提交过") && refused.text.contains("医生同意"), "{}", refused.text);
    assert_eq!(world.app.db.notes(id).await.expect("the database").len(), 1, "the first reason alone is kept");
    // Once the rule no longer stands in the way the same form is the same still.
    world.app.clock.set(Moment(world.app.now().0 + 3_600_000));
    assert_eq!(nurse.form(&path, &fields).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn an_account_and_a_password_that_are_asked_for_twice_are_the_same() {
    let world = World::new().await;
    let mut admin = world.staff("admin", HOSPITAL, Role::Administrator).await;
    let shown = |page: &str| {
        let rest = page.split("的密码：</p><p><b>").nth(1).unwrap_or_else(|| panic!("no password in {page}"));
        rest.split('<').next().expect("a password").to_owned()
    };
    let key = secrets::fresh_id();
    let fields = [("name", "li"), ("display", "李护士"), ("roles", "nurse"), ("key", key.as_str())];
    let first = shown(&admin.form("/staff/accounts", &fields).await.text);
    assert_eq!(shown(&admin.form("/staff/accounts", &fields).await.text), first);
    let other = [fields[0], fields[1], ("roles", "coordinator"), fields[3]];
    let refused = admin.form("/staff/accounts", &other).await;
    assert!(refused.text.contains("已经有这个账号") && !refused.text.contains(&first), "{}", refused.text);
    let reset = shown(&admin.form("/staff/accounts/li/reset", &fields[3..]).await.text);
    assert_ne!(reset, first);
    assert_eq!(shown(&admin.form("/staff/accounts/li/reset", &fields[3..]).await.text), reset);
    let mut li = world.client();
    let login = serde_json::json!({ "name": "li", "password": reset });
    let entered = li.json("POST", "/api/v1/staff/session", &login, &[]).await;
    assert_eq!(entered.status, StatusCode::NO_CONTENT, "{}", entered.text);
    let own = [("current", reset.as_str()), ("new", "her own words"), ("again", "her own words")];
    for _ in 0..2 {
        let changed = li.form("/staff/password", &own).await;
        assert!(changed.text.contains("密码改好了"), "{}", changed.text);
    }
}

#[tokio::test]
async fn a_table_under_the_key_of_another_one_is_a_batch_of_its_own() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let key = secrets::fresh_id();
    let first = ("一.csv", "姓名,手机号\n王一,13800000001\n".as_bytes());
    let second = ("一.csv", "姓名,手机号\n王二,13800000002\n".as_bytes());
    let (one, two) = (look(&mut nurse, first, &key).await, look(&mut nurse, second, &key).await);
    // What was seen is not what would be stored.
    let seen = format!("name=\"seen\" value=\"{}\"", hidden(&two, "seen"));
    let swapped = two.replace(&seen, &format!("name=\"seen\" value=\"{}\"", hidden(&one, "seen")));
    assert_ne!(swapped, two, "the rows' words are part of what was seen");
    let refused = confirm(&mut nurse, &swapped, &key, None).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("和您刚才看到的不一样了"), "{}", refused.text);
    assert_eq!(count(&mut nurse).await, 0);
    let made = confirm(&mut nurse, &one, &key, None).await.location().to_owned();
    assert_eq!(confirm(&mut nurse, &one, &key, None).await.location(), made, "a repeat is the same");
    let other = confirm(&mut nurse, &two, &key, None).await.location().to_owned();
    assert_ne!(other, made);
    for batch in [&made, &other] {
        through(&mut nurse, batch).await;
    }
    let page = nurse.get(&other).await.text;
    assert!(page.contains("王二") && !page.contains("王一"), "{page}");
    assert_eq!(count(&mut nurse).await, 2);
}
