//! Lists of work: each reaches all that it has, says how many that is, and no stranger can fill it; a closing can be
//! taken back.

use crate::world::{Client, World, sent, why};
use axum::http::StatusCode;
use std::collections::BTreeSet;
use zaoshai_backend::db::batches::Batch;
use zaoshai_backend::db::home_care::NewRequest;
use zaoshai_backend::db::people::NewAnswer;
use zaoshai_backend::db::slots::Span;
use zaoshai_backend::{demonstration, pathway, secrets};
use zaoshai_contract::appointments::{Action, State};
use zaoshai_contract::civil::Moment;
use zaoshai_contract::followups::Ending;
use zaoshai_contract::holidays::Holidays;
use zaoshai_contract::home_care::ForWhom;
use zaoshai_contract::ids::Token;
use zaoshai_contract::problem::Code;
use zaoshai_contract::roles::{Party, Role};

const DAY: i64 = 86_400_000;
const HOSPITAL: &str = "zhuzhou-2";

/// What the links of a page that begin like this lead to.
fn ids(page: &str, begin: &str) -> Vec<String> {
    let mark = format!("href=\"{begin}");
    let links = page.split(&mark).skip(1);
    let ids = links.filter_map(|rest| rest.split(['"', '#', '?']).next());
    // The way to a new follow-up stands on every page.
    let ids = ids.filter(|id| !id.is_empty() && *id != "new" && !id.contains('/'));
    let mut ids: Vec<String> = ids.map(str::to_owned).collect();
    // A row has more than one way to its person.
    ids.dedup();
    ids
}

/// The address of the next page.
pub fn next(page: &str, path: &str) -> Option<String> {
    let at = format!("href=\"{path}?after=");
    let rest = page.split(&at).nth(1)?.split('"').next()?;
    Some(format!("{path}?after={rest}"))
}

/// Reads a list to its end; `between` is done after its first page.
async fn walk(nurse: &mut Client, path: &str, begin: &str, between: impl AsyncFn(&[String])) -> Vec<String> {
    let mut found = Vec::new();
    let mut page = Some(path.to_owned());
    let mut pages = 0;
    while let Some(address) = page {
        let answer = nurse.get(&address).await;
        assert_eq!(answer.status, StatusCode::OK, "{address}");
        let rows = ids(&answer.text, begin);
        assert!(!rows.is_empty(), "{address} is empty");
        found.extend(rows);
        if pages == 0 {
            between(&found).await;
        }
        page = next(&answer.text, path);
        pages += 1;
        assert!(pages < 9, "a list without an end");
    }
    found
}

/// Somebody's request under an id, for a phone that this word stands for.
async fn asks(world: &World, id: usize, phone: &str) {
    let new = NewRequest {
        id: format!("request-{id}"),
        hospital: HOSPITAL.to_owned(),
        code: format!("CODE-{id}"),
        token_hash: format!("hash-{id}"),
        request: format!("asked-{id}"),
        name_sealed: String::new(),
        phone_sealed: String::new(),
        phone_hash: phone.to_owned(),
        area_sealed: String::new(),
        address_sealed: String::new(),
        need_sealed: String::new(),
        relation_sealed: String::new(),
        for_whom: ForWhom::Oneself,
        party: Party::Patient,
        who: "patient".to_owned(),
        limits: Vec::new(),
        service: "other".to_owned(),
        consent: "[]".to_owned(),
        now: Moment(world.app.now().0 + i64::try_from(id).expect("a small number")),
    };
    world.app.db.ask_for_care(&new, &Holidays::default()).await.expect("the database").expect("asked");
}

/// The slots of services that begin between two moments.
fn spans(services: &[String], (from, until): (Moment, Moment)) -> Vec<Span> {
    services.iter().map(|service| Span { service: service.clone(), from, until }).collect()
}

#[tokio::test]
async fn every_request_for_nursing_is_reached_however_many_there_are() {
    let world = World::new().await;
    for id in 0..520 {
        asks(&world, id, &format!("phone-{id}")).await;
    }
    let mut nurse = world.nurse().await;
    let first = nurse.get("/staff/home-care").await.text;
    assert!(first.contains("看全部 520 个"), "{first}");
    let found = walk(&mut nurse, "/staff/home-care/lists/open", "/staff/home-care/request-", async |_| {}).await;
    assert_eq!(found.len(), 520);
    assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), 520, "each once");
    for wrong in ["/staff/home-care/lists/other", "/staff/home-care/lists/"] {
        assert_eq!(nurse.get(wrong).await.status, StatusCode::NOT_FOUND, "{wrong}");
    }
    for cursor in ["x", "1.2", "1.2.a%27", "9.9.%00"] {
        let answer = nurse.get(&format!("/staff/home-care/lists/open?after={cursor}")).await;
        assert_eq!(answer.status, StatusCode::OK, "an unreadable place is the beginning: {cursor}");
    }
}

#[tokio::test]
async fn nobody_is_passed_over_when_people_of_the_page_before_leave_the_list() {
    let world = World::new().await;
    let until = Moment(world.app.now().0 + 2 * DAY);
    let people = demonstration::crowd(&world.app.db, &world.app.secrets, ("zhuzhou-2", "ldct-review"), 230, until)
        .await
        .expect("people");
    let all: BTreeSet<String> = people.iter().map(|person| person.followup.clone()).collect();
    let mut nurse = world.nurse().await;
    // Long after their windows everybody is overdue.
    world.app.clock.set(Moment(world.app.now().0 + 200 * DAY));
    let mut nurse_later = world.nurse().await;
    assert_eq!(nurse.get("/staff/lists/overdue").await.status, StatusCode::SEE_OTHER, "her session is over");
    let page = nurse_later.get("/staff").await.text;
    assert!(page.contains("要处理<b>230</b>"), "the first page says how many there are");
    let db = &world.app.db;
    let now = world.app.now();
    let ended = async |seen: &[String]| {
        for id in &seen[..2] {
            let ending = Ending::Declined;
            db.end_followup((id, None), ending, &why(), None, now).await.expect("the database").expect("ended");
        }
    };
    let found = walk(&mut nurse_later, "/staff/lists/overdue", "/staff/followups/", ended).await;
    let found: BTreeSet<String> = found.into_iter().filter(|id| all.contains(id)).collect();
    assert_eq!(found, all, "two who left the first page hide nobody on the second");
}

#[tokio::test]
async fn every_whole_list_says_how_many_it_has_and_reaches_them_all() {
    let world = World::new().await;
    let until = Moment(world.app.now().0 + 2 * DAY);
    let crowd = demonstration::crowd(&world.app.db, &world.app.secrets, ("zhuzhou-2", "ldct-review"), 120, until)
        .await
        .expect("people");
    for person in &crowd[..110] {
        let today = world.app.now().date();
        let again = zaoshai_contract::followups::CallOutcome::CallLater;
        let call = zaoshai_backend::db::calls::Call {
            id: secrets::fresh_id(),
            followup: person.followup.clone(),
            staff: "zhang".to_owned(),
            outcome: again,
            again: Some(today),
            seen: None,
            note_sealed: String::new(),
            now: world.app.now(),
        };
        assert!(world.app.db.record_call(&call).await.expect("the database").expect("recorded"));
    }
    let mut nurse = world.nurse().await;
    for (which, count) in [("waiting", 120), ("calls", 110)] {
        let path = format!("/staff/lists/{which}");
        let first = nurse.get(&path).await.text;
        assert!(first.contains(&format!("共 {count} 个")), "{which}: {first}");
        let found = walk(&mut nurse, &path, "/staff/followups/", async |_| {}).await;
        let found: BTreeSet<String> = found.into_iter().collect();
        assert_eq!(crowd.iter().filter(|person| found.contains(&person.followup)).count(), count, "{which}");
    }
    let empty = nurse.get("/staff/lists/ended").await.text;
    assert!(empty.contains("共 0 个") && empty.contains("没有。"), "{empty}");
}

#[tokio::test]
async fn a_search_reaches_everybody_whom_it_finds() {
    let world = World::new().await;
    let until = Moment(world.app.now().0 + 2 * DAY);
    let crowd = demonstration::crowd(&world.app.db, &world.app.secrets, ("zhuzhou-2", "ldct-review"), 230, until)
        .await
        .expect("people");
    let mut nurse = world.nurse().await;
    let typed = "李女士";
    let path = nurse.form("/staff/search", &[("q", typed)]).await.location().to_owned();
    let mut found = BTreeSet::new();
    let mut address = Some(path.clone());
    let mut pages = 0;
    while let Some(at) = address {
        let page = nurse.get(&at).await.text;
        assert!(page.contains("找到 230 个"), "{typed}: {page}");
        let rows = ids(&page, "/staff/followups/");
        let before = found.len();
        found.extend(rows);
        assert!(found.len() > before, "each page has others");
        pages += 1;
        let mark = format!("href=\"{path}&amp;after=");
        address =
            page.split(&mark).nth(1).and_then(|rest| rest.split('"').next()).map(|rest| format!("{path}&after={rest}"));
    }
    assert_eq!(crowd.iter().filter(|person| found.contains(&person.followup)).count(), 230);
    assert_eq!(pages, 3);
}

#[tokio::test]
async fn one_link_cannot_fill_the_list_of_questions() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut patient = world.patient(&followup).await;
    let path = format!("/f/{}/ask", followup.token);
    let ask = |text: String| {
        let key = secrets::fresh_id();
        [("key".to_owned(), key), ("question".to_owned(), text)]
    };
    for number in 0..10 {
        let fields = ask(format!("问题 {number}"));
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let first = patient.form(&path, &fields).await;
        assert!(first.location().contains("done=asked"), "{}", first.location());
        let again = patient.form(&path, &fields).await;
        assert!(again.location().contains("done=asked"), "the same form once more is the same question");
    }
    let fields = ask("还有一个".to_owned());
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let refused = patient.form(&path, &fields).await;
    assert!(refused.location().contains("problem=too-many-questions"), "{}", refused.location());
    let page = patient.get(refused.location()).await.text;
    assert!(page.contains("10 个问题在等回答") && page.contains("tel:"), "{page}");
    let mut nurse = world.nurse().await;
    let list = nurse.get("/staff/questions").await.text;
    assert!(list.contains("共 10 个") && !list.contains("还有一个"), "{list}");
    let open = world.app.db.questions(&followup.row.id).await.expect("the database");
    let answer = NewAnswer {
        followup: &followup.row.id,
        question: &open[0].id,
        text_sealed: "sealed".to_owned(),
        staff: "zhang",
        sent: sent(),
        now: world.app.now(),
    };
    world.app.db.answer(&answer).await.expect("the database").expect("answered");
    let after = patient.form(&path, &fields).await;
    assert!(after.location().contains("done=asked"), "an answer makes room: {}", after.location());
}

#[tokio::test]
async fn a_question_stays_listed_when_its_follow_up_ends_until_it_is_answered() {
    let world = World::new().await;
    let (ended, erased) = (world.followup().await, world.followup().await);
    for followup in [&ended, &erased] {
        let mut patient = world.patient(followup).await;
        let fields = [("question", "药还要吃吗？"), ("key", &*secrets::fresh_id())];
        let asked = patient.form(&format!("/f/{}/ask", followup.token), &fields).await;
        assert!(asked.location().contains("done=asked"), "{}", asked.location());
    }
    let (db, now) = (&world.app.db, world.app.now());
    db.erase(&erased.row.id, "zhang", None, now).await.expect("the database").expect("erased");
    let ends = db.end_followup((&ended.row.id, None), Ending::Withdrawn, &why(), None, now).await;
    ends.expect("the database").expect("ended");
    let late = db.ask(&ended.row.id, "late", "sealed", "patient", now).await.expect("the database");
    assert_eq!(late, Err(Code::LinkWithdrawn), "no question is taken whose answer nobody can read");

    let mut nurse = world.nurse().await;
    let list = nurse.get("/staff/questions").await.text;
    assert!(list.contains("共 1 个") && list.contains("药还要吃吗？"), "{list}");
    assert!(nurse.get("/staff").await.text.contains("提问<b>1</b>"), "the first page counts it");
    let path = format!("/staff/followups/{}", ended.row.id);
    let page = nurse.get(&path).await.text;
    let told = "病人在链接上看不到回答了";
    assert!(page.contains("药还要吃吗？") && page.contains(told) && page.contains("记下回答"), "{page}");
    let question = db.questions(&ended.row.id).await.expect("the database")[0].id.clone();
    let fields = [("question", question.as_str()), ("answer", "先不吃，已打电话告诉")];
    let answered = nurse.form_once(&format!("{path}/answer"), &fields).await;
    assert_eq!(answered.status, StatusCode::SEE_OTHER, "{}", answered.text);
    let page = nurse.get(&path).await.text;
    assert!(page.contains("先不吃，已打电话告诉") && !page.contains(told), "{page}");
    let list = nurse.get("/staff/questions").await.text;
    assert!(list.contains("共 0 个") && !list.contains("药还要吃吗？"), "{list}");
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_relatives_at_once_are_ten_also_when_twenty_are_added() {
    let world = World::new().await;
    let now = world.app.now();
    // Twice, since the first burst is drawn out by the connections that it opens.
    for round in 0..2 {
        let followup = world.followup().await.row.id;
        let added = (0..20).map(|number| {
            let (db, followup) = (world.app.db.clone(), followup.clone());
            let id = format!("helper-{round}-{number}");
            tokio::spawn(async move { db.add_helper(&followup, &id, "sealed", "patient", now).await })
        });
        let mut taken = 0;
        for task in added.collect::<Vec<_>>() {
            taken += usize::from(task.await.expect("a task").expect("the database").is_ok());
        }
        assert_eq!(taken, 10, "round {round}");
        assert_eq!(world.app.db.helpers(&followup).await.expect("the database").len(), 10);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_questions_at_once_are_ten_also_when_twenty_come() {
    let world = World::new().await;
    let followup = world.followup().await;
    let now = world.app.now();
    let asked = (0..20).map(|number| {
        let (db, id) = (world.app.db.clone(), followup.row.id.clone());
        tokio::spawn(async move { db.ask(&id, &format!("question-{number}"), "sealed", "patient", now).await })
    });
    let mut taken = 0;
    for task in asked.collect::<Vec<_>>() {
        taken += usize::from(task.await.expect("a task").expect("the database").is_ok());
    }
    assert_eq!(taken, 10);
    assert_eq!(world.app.db.open_question_count(HOSPITAL).await.expect("the database"), 10);
}

#[tokio::test]
async fn one_phone_has_three_requests_under_way_and_no_more() {
    let world = World::new().await;
    let care = |key: &str, phone: &str| {
        let library = world.app.library();
        let consent = &library.home_care.as_ref().expect("nursing at home").consent;
        let mut fields: Vec<(String, String)> = [
            ("key", key),
            ("for_whom", "self"),
            ("name", "王奶奶"),
            ("phone", phone),
            ("area", "天元区"),
            ("address", "人民路 8 号"),
            ("service", "dressing"),
            ("need", "换药"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
        fields.extend(consent.iter().map(|sentence| ("agreed".to_owned(), sentence.clone())));
        fields
    };
    let send = async |phone: &str| {
        let fields = care(&secrets::fresh_id(), phone);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let mut person = world.client();
        let answer = person.form("/home-care", &fields).await;
        (person, answer)
    };
    let mut last = None;
    for _ in 0..3 {
        let (person, answer) = send("13912345678").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        last = Some((person, answer.location().split('?').next().unwrap_or_default().to_owned()));
    }
    let (_, refused) = send("139 1234 5678").await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.text.contains("已经有 3 个申请") && refused.text.contains("人民路 8 号"), "{}", refused.text);
    let (_, other) = send("13912345679").await;
    assert_eq!(other.status, StatusCode::SEE_OTHER, "another phone asks as before");
    let (mut person, link) = last.expect("a link");
    let page = person.get(&link).await.text;
    let key = page.split("name=\"key\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a key");
    person.form(&format!("{link}/withdraw"), &[("key", key)]).await;
    let (_, again) = send("13912345678").await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "one that was taken back makes room: {}", again.text);
}

#[tokio::test]
async fn a_closing_that_was_a_mistake_is_taken_back() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut patient = world.patient(&followup).await;
    let token = Token::parse(followup.token.as_str()).expect("a token");
    let record = pathway::find(&world.app, &token).await.expect("a follow-up");
    let services = record.step.as_ref().expect("a step").services.clone();
    let week = (world.app.now(), Moment(world.app.now().0 + 14 * DAY));
    let free = async || {
        world.app.db.free_slots(&spans(&services, week), Some(500), world.app.now()).await.expect("the database")
    };
    let before = free().await;
    let slot = before.last().expect("a time").clone();
    let body = serde_json::json!({ "slot": slot.id, "agreed": ["pregnancy"] });
    let booked = patient
        .json(
            "POST",
            &format!("/api/v1/followups/{token}/appointment"),
            &body,
            &[("idempotency-key", &secrets::fresh_id())],
        )
        .await;
    assert_eq!(booked.status, StatusCode::OK, "{}", booked.text);

    let mut nurse = world.nurse().await;
    let day = slot.starts.date().to_string();
    let close = async |nurse: &mut Client, service: &str| {
        let key = secrets::fresh_id();
        let fields = [
            ("key", key.as_str()),
            ("service", service),
            ("first", &day),
            ("last", &day),
            ("reason", "设备检修"),
            ("sure", "yes"),
            ("seen", "1"),
        ];
        let answer = nurse.form("/staff/closures", &fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    };
    close(&mut nurse, "ldct-review").await;
    let standing = world.app.db.closures(HOSPITAL, world.app.now()).await.expect("the database");
    let path = format!("/staff/closures/{}/undo", standing[0].id);
    assert!(free().await.iter().all(|slot| slot.starts.date().to_string() != day));

    let mut stranger = world.staff("li", "anqing-2", Role::Coordinator).await;
    assert_eq!(stranger.form(&path, &[]).await.status, StatusCode::CONFLICT, "another hospital's is not there for her");
    let mut auditor = world.staff("wu", HOSPITAL, Role::Auditor).await;
    assert_eq!(auditor.form(&path, &[]).await.status, StatusCode::FORBIDDEN);
    assert!(nurse.get("/staff/closures").await.text.contains(&path), "the page offers it");

    assert_eq!(nurse.form(&path, &[]).await.status, StatusCode::SEE_OTHER);
    let open: BTreeSet<String> = free().await.into_iter().map(|slot| slot.id.to_string()).collect();
    let all: BTreeSet<String> = before.iter().map(|slot| slot.id.to_string()).collect();
    assert!(open.is_subset(&all) && open.contains(slot.id.as_str()), "what was open before is open again");
    let record = pathway::find(&world.app, &token).await.expect("a follow-up");
    assert_eq!(
        record.latest.as_ref().map(|latest| latest.state),
        Some(State::CancelledByClinic),
        "who was told stays told"
    );
    assert_eq!(
        nurse.form(&path, &[]).await.status,
        StatusCode::SEE_OTHER,
        "a second tap is told what the first one did"
    );
    let mut other = world.staff("qian", HOSPITAL, Role::Coordinator).await;
    assert_eq!(other.form(&path, &[]).await.status, StatusCode::CONFLICT, "somebody else is told that it was done");
    assert!(world.app.db.closures(HOSPITAL, world.app.now()).await.expect("the database").is_empty());
    let log = auditor.get("/staff/audit").await.text;
    assert!(log.contains("撤销停诊"), "{log}");
    let hold = patient
        .json(
            "POST",
            &format!("/api/v1/followups/{token}/hold"),
            &serde_json::json!({ "slot": slot.id }),
            &[("idempotency-key", &secrets::fresh_id())],
        )
        .await;
    assert_eq!(hold.status, StatusCode::OK, "the time can be had again: {} {:?}", hold.text, Action::Hold);
}

#[tokio::test]
async fn a_time_that_two_closings_cover_stays_closed_until_both_are_taken_back() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let (from, until) = (world.app.now(), Moment(world.app.now().0 + 7 * DAY));
    let services = ["ldct-review".to_owned()];
    let free = async || {
        world.app.db.free_slots(&spans(&services, (from, until)), Some(500), from).await.expect("the database").len()
    };
    let before = free().await;
    assert!(before > 0);
    for service in ["ldct-review", ""] {
        let closure = zaoshai_backend::db::closures::Closure {
            id: format!("closing-{service}"),
            hospital: HOSPITAL.to_owned(),
            service: (!service.is_empty()).then(|| service.to_owned()),
            first: from,
            until,
            reason: "检修".to_owned(),
            staff: "zhang".to_owned(),
            now: from,
        };
        world.app.db.close_slots(&closure, 0).await.expect("the database");
    }
    assert_eq!(free().await, 0);
    nurse.form("/staff/closures/closing-ldct-review/undo", &[]).await;
    assert_eq!(free().await, 0, "the other closing covers them, too");
    nurse.form("/staff/closures/closing-/undo", &[]).await;
    assert_eq!(free().await, before);
}

#[tokio::test]
async fn every_batch_of_a_hospital_is_reached_also_while_others_are_made() {
    let world = World::new().await;
    let batch = |n: i64, hospital: &str| Batch {
        id: secrets::fresh_id(),
        hospital: hospital.to_owned(),
        // Three at a time were made in the same moment.
        made: world.app.now().0 + n / 3,
        made_by: "zhang".to_owned(),
        name_sealed: String::new(),
        rows: 0,
        there: 0,
    };
    let mut all = BTreeSet::new();
    for n in 0..130 {
        let new = batch(n, HOSPITAL);
        world.app.db.open_batch(&new).await.expect("a batch");
        all.insert(new.id);
    }
    world.app.db.open_batch(&batch(0, "anqing-2")).await.expect("another hospital's");
    let mut nurse = world.nurse().await;
    let first = nurse.get("/staff/batches").await.text;
    assert!(first.contains("共 130 个，这一页 50 个"), "the list says how many there are: {first}");
    let found = walk(&mut nurse, "/staff/batches", "/staff/batches/", async |_| {
        world.app.db.open_batch(&batch(600, HOSPITAL)).await.expect("one more meanwhile");
    })
    .await;
    // The table to fill in has an address there, too.
    let found: Vec<String> = found.into_iter().filter(|id| !id.contains('.')).collect();
    assert_eq!(found.len(), 130, "each once");
    assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), all);
}
