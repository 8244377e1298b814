//! Who writes through a link is looked at once more inside the transaction that writes: what is on its way when a
//! consent, a session or a link ends is not done, and whoever sent it is told why.

use crate::sharing::{HERE, THERE, does, latest};
use crate::world::{World, secrets as world_secrets, sent};
use axum::http::StatusCode;
use serde_json::json;
use zaoshai_backend::db::appointments::Change;
use zaoshai_backend::db::followups::{NewLink, Record};
use zaoshai_backend::pathway::{self, Session, binding};
use zaoshai_backend::secrets;
use zaoshai_contract::appointments::Action;
use zaoshai_contract::civil::Moment;
use zaoshai_contract::ids::SlotId;
use zaoshai_contract::problem::Code;
use zaoshai_contract::roles::{Party, Role};
use zaoshai_contract::staff::FollowUpDetail;

const BOOKED: &str = "ldct-review-2026-11-26-1000";
const OTHER: &str = "ldct-review-2026-11-27-0900";

/// What ends between the look at a session and the write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ends {
    Nothing,
    Consent,
    Session,
    Link,
    Charge,
}

/// A write of somebody who is in by a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Write {
    Change(Action),
    Wait,
    Unwait,
    Ask,
    AddHelper,
    EndHelper,
    Act,
    Erase,
}

const WRITES: [Write; 12] = [
    Write::Change(Action::Hold),
    Write::Change(Action::Confirm),
    Write::Change(Action::Book),
    Write::Change(Action::Release),
    Write::Change(Action::Cancel),
    Write::Wait,
    Write::Unwait,
    Write::Ask,
    Write::AddHelper,
    Write::EndHelper,
    Write::Act,
    Write::Erase,
];

/// A follow-up with an appointment, and the session of a relative by whom `write` would now be possible.
async fn relative(world: &World, write: Write) -> (FollowUpDetail, Record, Session) {
    let followup = world.followup().await;
    let (db, now, id) = (&world.app.db, world.app.now(), followup.row.id.as_str());
    let record = db.followup(id).await.expect("the database").expect("a follow-up");
    let hash = secrets::hash(&secrets::session_secret());
    let until = Moment(now.0 + 60_000);
    assert!(db.open_patient_session(id, (&record.phone_sealed, 1), &hash, until).await.expect("the database"));
    let helper = secrets::fresh_id();
    let name = world.app.secrets.seal(&helper, "helper", "女儿 王芳");
    db.add_helper(id, &helper, &name, "patient", now).await.expect("the database").expect("added");
    assert!(db.act_as(id, &hash, Some(&helper)).await.expect("the database"));
    let session = Session { hash, helper: Some(helper), staff: None };
    let before = |action, slot: &str| change(world, &record, &session, action, Some(slot));
    db.change(&before(Action::Book, BOOKED)).await.expect("the database").expect("booked");
    if matches!(write, Write::Change(Action::Confirm | Action::Release)) {
        db.change(&before(Action::Hold, OTHER)).await.expect("the database").expect("held");
    }
    if write == Write::Unwait {
        db.wait(id, until, "patient", now).await.expect("the database").expect("on the list");
    }
    let record = db.followup(id).await.expect("the database").expect("a follow-up");
    (followup, record, session)
}

fn change(world: &World, record: &Record, session: &Session, action: Action, slot: Option<&str>) -> Change {
    Change {
        followup: record.id.clone(),
        action,
        slot: slot.map(|slot| SlotId::parse(slot).expect("an id")),
        appointment: None,
        party: Party::Patient,
        who: session.who(),
        detail: String::new(),
        said: String::new(),
        until: None,
        rules: binding(&world.app, record, &["pregnancy".to_owned()]),
        key: secrets::fresh_key(),
        now: world.app.now(),
    }
}

/// Sends a write by a session that was found before; why it was refused.
async fn sends(world: &World, record: &Record, session: &Session, write: Write) -> Result<(), Code> {
    let (app, now, id, who) = (&world.app, world.app.now(), record.id.as_str(), session.who());
    let db = &app.db;
    let fresh = secrets::fresh_id();
    let done = match write {
        Write::Change(action) => {
            let slot = matches!(action, Action::Hold | Action::Book).then_some(OTHER);
            let change = change(world, record, session, action, slot);
            pathway::writes(app, record, session, db.change(&change)).await.map(|answer| answer.map(|_| ()))
        }
        Write::Wait => pathway::writes(app, record, session, db.wait(id, now, &who, now)).await,
        Write::Unwait => pathway::writes(app, record, session, db.unwait(id, &who, now)).await.map(Ok),
        Write::Ask => pathway::writes(app, record, session, db.ask(id, &fresh, "sealed", &who, now)).await,
        Write::AddHelper => {
            let added = pathway::writes(app, record, session, db.add_helper(id, &fresh, "sealed", &who, now)).await;
            added.map(|added| added.map_err(|_| Code::Internal))
        }
        Write::EndHelper => {
            let own = session.helper.as_deref().unwrap_or_default();
            pathway::writes(app, record, session, db.end_helper(id, own, &who, now)).await.map(Ok)
        }
        Write::Act => {
            let acts = pathway::writes(app, record, session, db.act_as(id, &session.hash, None)).await;
            acts.map(|acts| if acts { Ok(()) } else { Err(Code::Internal) })
        }
        Write::Erase => pathway::writes(app, record, session, db.erase(id, &who, None, now)).await,
    };
    done.map_err(|failure| failure.code)?
}

/// Everything that a write of a link could change.
async fn state(world: &World, id: &str) -> String {
    let db = &world.app.db;
    let record = db.followup(id).await.expect("the database").expect("a follow-up");
    format!(
        "{:?} {:?} {:?} {} {:?} {:?} {:?} {}",
        record.latest.map(|latest| (latest.id, latest.state)),
        record.held,
        record.ending,
        db.history(id).await.expect("the database").len(),
        db.waiting(id).await.expect("the database").map(|row| row.since),
        db.helpers(id).await.expect("the database").len(),
        db.questions(id).await.expect("the database").len(),
        record.name_sealed,
    )
}

async fn ends(world: &World, (followup, record, session): (&FollowUpDetail, &Record, &Session), what: Ends) {
    let (db, now, id) = (&world.app.db, world.app.now(), record.id.as_str());
    match what {
        Ends::Nothing => {}
        Ends::Consent => {
            let helper = session.helper.as_deref().expect("a relative");
            db.end_helper(id, helper, "patient", now).await.expect("the database");
        }
        Ends::Session => db.end_patient_session(&session.hash).await.expect("the database"),
        Ends::Link => {
            let token_hash = secrets::hash(world_secrets().link_token(id, 2).as_str());
            let link = NewLink { generation: 2, token_hash, until: now };
            db.relink(id, &link, "zhang", &sent(), now).await.expect("the database").expect("a new link");
        }
        Ends::Charge => {
            let mut here = world.nurse().await;
            let key = secrets::fresh_id();
            let asked = [("hospital", THERE), ("reason", "要做超声内镜"), ("key", &*key)];
            assert_eq!(does(&mut here, &followup.row.id, "refer", &asked).await.status, StatusCode::SEE_OTHER);
            let referral = latest(world, id).await;
            let mut there = world.staff(&format!("z{}", &key[..12]), THERE, Role::Nurse).await;
            let fields = [("referral", referral.as_str()), ("key", &*secrets::fresh_id()), ("anew", "yes")];
            does(&mut there, id, "take-over", &fields).await;
            let taken = db.followup(id).await.expect("the database").expect("a follow-up");
            assert!(taken.hospital == THERE && HERE != THERE);
        }
    }
}

#[tokio::test]
async fn what_a_relative_has_on_its_way_is_refused_when_consent_session_or_link_end_meanwhile() {
    let world = World::new().await;
    for (what, refused) in [
        (Ends::Nothing, None),
        (Ends::Consent, Some(Code::HelperEnded)),
        (Ends::Session, Some(Code::IdentifyFirst)),
        (Ends::Link, Some(Code::LinkReplaced)),
        (Ends::Charge, Some(Code::LinkReplaced)),
    ] {
        for write in WRITES {
            let (followup, record, session) = relative(&world, write).await;
            ends(&world, (&followup, &record, &session), what).await;
            let before = state(&world, &record.id).await;
            let answer = sends(&world, &record, &session, write).await;
            assert_eq!(answer.err(), refused, "{write:?} while {what:?} ends");
            let same = before == state(&world, &record.id).await;
            // Who acts stands in the session, not in the follow-up.
            assert_eq!(same, refused.is_some() || write == Write::Act, "{write:?} while {what:?} ends");
            // The places that were taken are for the next one.
            world.app.db.erase(&record.id, "zhang", None, world.app.now()).await.expect("the database").expect("gone");
        }
    }
    assert!(world.app.db.miscounted_slots().await.expect("the database").is_empty());
}

#[tokio::test]
async fn a_consent_that_ends_beside_many_writes_lets_none_through_after_it() {
    let world = World::new().await;
    for _ in 0..4 {
        let (_, record, session) = relative(&world, Write::Ask).await;
        let helper = session.helper.clone().expect("a relative");
        let writes = (0..8).map(|n| {
            let (app, record, session) = (world.app.clone(), record.clone(), session.clone());
            tokio::spawn(async move {
                let (id, key, who, now) =
                    (record.id.clone(), format!("ask-{n}-{}", record.id), session.who(), app.now());
                pathway::writes(&app, &record, &session, app.db.ask(&id, &key, "sealed", &who, now)).await
            })
        });
        let writes: Vec<_> = writes.collect();
        let (app, id) = (world.app.clone(), record.id.clone());
        let end = tokio::spawn(async move { app.db.end_helper(&id, &helper, "patient", app.now()).await });
        for write in writes {
            match write.await.expect("done") {
                Ok(asked) => asked.expect("kept"),
                Err(failure) => assert_eq!(failure.code, Code::HelperEnded, "{:?}", failure.cause),
            }
        }
        end.await.expect("done").expect("the database");
        let history = world.app.db.history(&record.id).await.expect("the database");
        let latest: Vec<&str> =
            history.iter().map(|line| line.action.as_str()).take_while(|what| *what != "end-helper").collect();
        assert_eq!(latest, [""; 0], "nothing of theirs comes after the end of their consent");
        world.app.db.erase(&record.id, "zhang", None, world.app.now()).await.expect("the database").expect("gone");
    }
}

#[tokio::test]
async fn a_relative_whose_consent_has_ended_writes_nothing_more_and_is_told_why() {
    let world = World::new().await;
    let followup = world.followup().await;
    let link = format!("/f/{}", followup.token);
    let mut daughter = world.patient(&followup).await;
    let key = secrets::fresh_id();
    daughter.form(&format!("{link}/helper"), &[("name", "女儿 王芳"), ("consent", "yes"), ("key", &key)]).await;
    let helpers = world.app.db.helpers(&followup.row.id).await.expect("the database");
    let id = helpers[0].id.as_str();
    daughter.form(&format!("{link}/act"), &[("helper", id)]).await;
    daughter
        .form(&format!("{link}/book"), &[("slot", BOOKED), ("agreed", "pregnancy"), ("key", &secrets::fresh_id())])
        .await;
    let mut mother = world.patient(&followup).await;
    mother.form(&format!("{link}/end-helper"), &[("helper", id)]).await;

    let before = state(&world, &followup.row.id).await;
    let seen = daughter.get(&link).await.text;
    assert!(seen.contains("您的代办已经取消") && seen.contains("后四位"), "{seen}");
    assert!(!seen.contains("李女士") && !seen.contains("11月26日"), "{seen}");
    for deed in [
        "hold",
        "confirm",
        "release",
        "cancel",
        "book",
        "wait",
        "unwait",
        "ask",
        "helper",
        "end-helper",
        "act",
        "erase",
    ] {
        let key = secrets::fresh_id();
        let fields = [
            ("slot", OTHER),
            ("agreed", "pregnancy"),
            ("question", "要空腹吗？"),
            ("name", "儿子"),
            ("consent", "yes"),
            ("sure", "yes"),
            // Nor do they become the patient.
            ("helper", ""),
            ("key", &key),
        ];
        let answer = daughter.form(&format!("{link}/{deed}"), &fields).await;
        assert!(answer.location().contains("problem=helper-ended"), "{deed}: {}", answer.location());
        let told = daughter.get(answer.location()).await.text;
        assert!(told.contains("您的代办已经取消") && told.contains("请病人本人来办"), "{deed}: {told}");
    }
    let path = format!("/api/v1/followups/{}/appointment", followup.token);
    let body = json!({ "slot": OTHER, "agreed": ["pregnancy"] });
    let refused = daughter.json("POST", &path, &body, &[("idempotency-key", &secrets::fresh_id())]).await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::FORBIDDEN, "helper-ended"));
    assert_eq!(state(&world, &followup.row.id).await, before);
    let plan = format!("/api/v1/followups/{}/plan", followup.token);
    assert_eq!(mother.get(&plan).await.status, StatusCode::OK, "the patient stays in");
    // Whoever gives the last four digits in this browser is the patient again.
    let again = daughter.form(&format!("{link}/identify"), &[("ending", "8000")]).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER);
    assert!(!daughter.get(&link).await.text.contains("您的代办已经取消"));
}
