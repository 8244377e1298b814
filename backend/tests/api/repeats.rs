//! A form that arrives twice does its work once, and a form with other words is another one, whatever key it carries.

use crate::world::World;
use axum::http::StatusCode;
use zaoshai_backend::db::schedules::At;
use zaoshai_backend::secrets;
use zaoshai_contract::roles::Role;

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
