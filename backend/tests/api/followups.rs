//! The follow-up link: identity check, booking, moving, cancelling, as JSON and as plain forms.

use crate::world::{Client, PHONE, World, tells};
use axum::body::Body;
use axum::http::Request;
use axum::http::StatusCode;
use serde_json::{Value, json};
use zaoshai_backend::secrets;
use zaoshai_contract::civil::Moment;
use zaoshai_contract::ids::SlotId;
use zaoshai_contract::roles::Role;
use zaoshai_contract::staff::FollowUpDetail;

async fn plan(patient: &mut Client, followup: &FollowUpDetail) -> Value {
    let answer = patient.get(&format!("/api/v1/followups/{}/plan", followup.token)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    answer.json()
}

async fn moving(patient: &mut Client, followup: &FollowUpDetail) -> Value {
    patient.get(&format!("/api/v1/followups/{}/plan?view=move", followup.token)).await.json()
}

fn slot(plan: &Value, day: usize, place: usize) -> String {
    plan["days"][day]["slots"][place]["id"].as_str().unwrap_or_else(|| panic!("a slot in {plan}")).to_owned()
}

async fn write(
    patient: &mut Client,
    followup: &FollowUpDetail,
    method: &str,
    slot: &str,
    key: &str,
) -> crate::world::Answer {
    let path = format!("/api/v1/followups/{}/appointment", followup.token);
    patient.json(method, &path, &json!({ "slot": slot, "agreed": ["pregnancy"] }), &[("idempotency-key", key)]).await
}

async fn taken(world: &World, slot: &str) -> i64 {
    let id = SlotId::parse(slot).expect("an id");
    world.app.db.occupancy(&id).await.expect("the database").expect("a slot").0
}

/// A follow-up for a colonoscopy, before which everybody asks about their medicines.
async fn colonoscopy(world: &World) -> FollowUpDetail {
    let mut wish = crate::world::new_followup();
    wish["services"] = json!(["colonoscopy"]);
    let mut nurse = world.nurse().await;
    let key = secrets::fresh_id();
    let answer = nurse.json("POST", "/api/v1/staff/followups", &wish, &[("idempotency-key", &key)]).await;
    serde_json::from_str(&answer.text).unwrap_or_else(|error| panic!("{error}: {}", answer.text))
}

#[tokio::test]
async fn what_concerns_everybody_is_ticked_and_what_concerns_some_is_only_read() {
    let world = World::new().await;
    let followup = colonoscopy(&world).await;
    let mut patient = world.patient(&followup).await;
    let link = format!("/f/{}", followup.token);
    let wanted = slot(&plan(&mut patient, &followup).await, 0, 0);
    patient.form(&format!("{link}/hold"), &[("slot", &wanted), ("key", &secrets::fresh_id())]).await;
    let page = patient.get(&link).await.text;
    assert!(page.contains("id=\"agreed-medicines\"") && !page.contains("agreed-companion"), "{page}");
    assert!(page.contains("选麻醉的，请人陪"), "whom it concerns can read it: {page}");
    let silent = patient.form(&format!("{link}/confirm"), &[("key", &secrets::fresh_id())]).await;
    assert_eq!(silent.location(), format!("{link}?problem=not-agreed"));
    assert!(patient.get(silent.location()).await.text.contains("请看清楚，在前面打勾"));
    let agreed = [("key", secrets::fresh_id()), ("agreed", "medicines".to_owned())];
    let agreed: Vec<(&str, &str)> = agreed.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let sure = patient.form(&format!("{link}/confirm"), &agreed).await;
    assert_eq!(sure.location(), format!("{link}?done=booked"));
}

#[tokio::test]
async fn what_a_form_did_is_told_once_and_by_no_address() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut patient = world.patient(&followup).await;
    let link = format!("/f/{}", followup.token);
    for (address, words) in [
        ("?done=waiting", "已加入候补"),
        ("?done=cancelled", "预约已取消"),
        ("?problem=slot-taken", "刚被别人约走了"),
        ("?view=questions&done=asked", "问题已发给护士"),
    ] {
        let page = patient.get(&format!("{link}{address}")).await.text;
        assert!(!page.contains(words), "{address} says {words} though nothing was done");
    }
    let sent = patient.form(&format!("{link}/ask"), &[("question", "要空腹吗？"), ("key", &secrets::fresh_id())]).await;
    let first = patient.get(sent.location()).await.text;
    let second = patient.get(sent.location()).await.text;
    assert!(first.contains("问题已发给护士") && !second.contains("问题已发给护士"), "told once");
    // What is told of one link is not told on another one, nor after its moment.
    let other = world.followup().await;
    let mut both = world.patient(&other).await;
    let sent = both.form(&format!("/f/{}/wait", other.token), &[("key", &secrets::fresh_id())]).await;
    assert!(sent.location().ends_with("done=waiting"));
    let mut late = both.clone();
    assert!(!both.get(&format!("{link}?done=waiting")).await.text.contains("已加入候补"));
    world.app.clock.set(Moment(world.app.now().0 + 3 * 60_000));
    assert!(!late.get(sent.location()).await.text.contains("已加入候补"), "old news");
}

#[tokio::test]
async fn what_a_form_did_is_told_to_the_app_too_which_asks_with_its_language() {
    let world = World::new().await;
    let followup = world.followup().await;
    let link = format!("/f/{}", followup.token);
    for lang in ["zh-CN", "zh-Hant", "en"] {
        let document = |location: &str| {
            let query = location.split_once('?').expect("a query").1;
            format!("/api/v1/followups/{}?{query}&lang={lang}", followup.token)
        };
        let mut stranger = world.client();
        let wrong = stranger.form(&format!("{link}/identify"), &[("ending", "1234")]).await;
        let told = stranger.get(&document(wrong.location())).await.text;
        assert!(told.contains("ending-error"), "{lang}: {told}");
        assert!(!stranger.get(&document(wrong.location())).await.text.contains("ending-error"), "{lang}: told once");
    }
}

#[tokio::test]
async fn a_refused_form_of_a_link_is_not_emptied_and_never_left_to_the_browser() {
    let world = World::new().await;
    let followup = world.followup().await;
    let link = format!("/f/{}", followup.token);
    let mut stranger = world.client();
    let wrong = stranger.form(&format!("{link}/identify"), &[("ending", "1234")]).await;
    let page = stranger.get(wrong.location()).await.text;
    assert!(page.contains("value=\"1234\"") && page.contains("id=\"ending-error\""), "{page}");
    assert!(page.contains("autofocus"), "the summary takes the focus without any script");
    let mut patient = world.patient(&followup).await;
    let fields = [("name", "女儿 王芳"), ("key", &secrets::fresh_id()[..])];
    let refused = patient.form(&format!("{link}/helper"), &fields).await;
    let page = patient.get(refused.location()).await.text;
    assert!(page.contains("value=\"女儿 王芳\"") && page.contains("id=\"consent-error\""), "{page}");
    for view in ["", "?view=days", "?view=questions", "?view=family", "?view=data", "?view=erase"] {
        let page = patient.get(&format!("{link}{view}")).await.text;
        assert!(!page.contains(" required="), "{view}: the browser's own bubble");
        for form in page.split("<form").skip(1).filter(|form| form.contains(&link)) {
            let tag = form.split('>').next().unwrap_or_default();
            assert!(!tag.contains(&format!("action=\"{link}")) || tag.contains("novalidate"), "{view}: {tag}");
        }
    }
}

#[tokio::test]
async fn leaving_ends_this_session_alone_and_deletes_nothing() {
    let world = World::new().await;
    let followup = world.followup().await;
    let link = format!("/f/{}", followup.token);
    let (mut patient, mut neighbour) = (world.patient(&followup).await, world.patient(&followup).await);
    let mut thief = neighbour.clone();
    let left = neighbour.form(&format!("{link}/leave"), &[]).await;
    let page = neighbour.get(left.location()).await.text;
    assert!(page.contains("已退出") && page.contains("请先核对手机号") && !page.contains("李女士"), "{page}");
    assert!(!thief.get(&link).await.text.contains("李女士"), "the session itself has ended");
    assert!(patient.get(&link).await.text.contains("李女士"), "her own phone stays open");
}

#[tokio::test]
async fn whoever_looks_after_two_parents_has_both_links_open_and_leaves_both_at_once() {
    let world = World::new().await;
    let (mother, father) = (world.followup().await, world.followup().await);
    let links = [&mother, &father].map(|followup| format!("/f/{}", followup.token));
    let mut daughter = world.patient(&mother).await;
    daughter.form(&format!("{}/identify", links[1]), &[("ending", "8000")]).await;
    for link in [&links[0], &links[1], &links[0]] {
        assert!(daughter.get(link).await.text.contains("请选一个时间"), "{link}");
    }
    // Each is open as what it is: what is done on one link is done to its own follow-up alone.
    let first = plan(&mut daughter, &mother).await;
    assert_eq!(write(&mut daughter, &mother, "POST", &slot(&first, 0, 0), &secrets::fresh_id()).await.status, 200);
    assert!(plan(&mut daughter, &father).await["appointment"].is_null());
    // Whoever proves again that they may on one link is not shut out of the others.
    for _ in 0..5 {
        daughter.form(&format!("{}/identify", links[1]), &[("ending", "8000")]).await;
    }
    assert!(!daughter.get(&links[0]).await.text.contains("请先核对手机号"));
    // The fifth pushes out the first, also for whoever kept the cookie of before.
    let mut before = daughter.clone();
    for _ in 0..3 {
        let other = world.followup().await;
        daughter.form(&format!("/f/{}/identify", other.token), &[("ending", "8000")]).await;
    }
    for phone in [&mut daughter, &mut before] {
        assert!(phone.get(&links[0]).await.text.contains("请先核对手机号"));
    }
    assert!(daughter.get(&links[1]).await.text.contains("请选一个时间"));
    let mut thief = daughter.clone();
    daughter.form(&format!("{}/leave", links[0]), &[]).await;
    for phone in [&mut daughter, &mut thief] {
        assert!(phone.get(&links[1]).await.text.contains("请先核对手机号"), "nothing stays open on a borrowed phone");
    }
}

#[tokio::test]
async fn cancelling_tells_what_was_cancelled() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut patient = world.patient(&followup).await;
    let link = format!("/f/{}", followup.token);
    let first = plan(&mut patient, &followup).await;
    write(&mut patient, &followup, "POST", &slot(&first, 0, 0), &secrets::fresh_id()).await;
    for view in ["?view=questions", "?view=family", "?view=data", "?view=erase"] {
        let page = patient.get(&format!("{link}{view}")).await.text;
        assert!(page.contains("现在的预约") && page.contains("11月24日"), "{view}: the appointment is in sight");
    }
    let cancelled = patient.form(&format!("{link}/cancel"), &[("key", &secrets::fresh_id())]).await;
    let page = patient.get(cancelled.location()).await.text;
    assert!(page.contains("11月24日 星期二 上午8:30 的预约已取消"), "{page}");
}

#[tokio::test]
async fn a_link_shows_nothing_about_the_patient_before_the_check() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut stranger = world.client();
    for path in [format!("/f/{}", followup.token), format!("/api/v1/followups/{}", followup.token)] {
        let answer = stranger.get(&path).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.headers["cache-control"], "no-store");
        for secret in ["李女士", PHONE, "8000", "结节", "低剂量"] {
            assert!(!tells(&answer.text, secret), "{path} tells {secret}");
        }
        assert!(answer.text.contains("0731-28307119"), "{path} names a phone");
    }
}

#[tokio::test]
async fn opening_a_link_changes_nothing() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut scanner = world.client();
    for _ in 0..7 {
        scanner.get(&format!("/f/{}", followup.token)).await;
        scanner.get(&format!("/f/{}?view=cancel&done=booked", followup.token)).await;
    }
    let mut nurse = world.nurse().await;
    let detail = nurse.get(&format!("/api/v1/staff/followups/{}", followup.row.id)).await.json();
    assert_eq!((detail["row"]["standing"].as_str(), detail["row"]["locked"].as_bool()), (Some("to-book"), Some(false)));
    assert_eq!(detail["history"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_patient_books_moves_and_cancels_and_the_nurse_sees_it() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut patient = world.patient(&followup).await;
    let first = plan(&mut patient, &followup).await;
    assert_eq!((first["standing"].as_str(), first["name"].as_str()), (Some("to-book"), Some("李女士")));
    let early = slot(&first, 0, 0);
    let booked = write(&mut patient, &followup, "POST", &early, first["key"].as_str().expect("a key")).await;
    assert_eq!((booked.status, booked.json()["done"].as_str()), (StatusCode::OK, Some("booked")));
    assert_eq!(taken(&world, &early).await, 1);

    let second = moving(&mut patient, &followup).await;
    assert_eq!(second["appointment"]["slot"]["id"].as_str(), Some(early.as_str()));
    let late = slot(&second, 1, 0);
    let moved = write(&mut patient, &followup, "POST", &late, second["key"].as_str().expect("a key")).await;
    assert_eq!(moved.json()["done"], "moved");
    assert_eq!((taken(&world, &early).await, taken(&world, &late).await), (0, 1));

    let mut nurse = world.nurse().await;
    let list = nurse.get("/api/v1/staff/followups").await.json();
    assert_eq!(list["rows"][0]["standing"], "booked");

    let third = plan(&mut patient, &followup).await;
    let cancelled = write(&mut patient, &followup, "DELETE", "", third["key"].as_str().expect("a key")).await;
    assert_eq!(cancelled.json()["state"], "cancelled-by-patient");
    assert_eq!(taken(&world, &late).await, 0);
    let again = plan(&mut patient, &followup).await;
    assert!(again["appointment"].is_null() && again["days"].as_array().is_some_and(|days| !days.is_empty()));
    assert!(world.app.db.miscounted_slots().await.expect("the database").is_empty());
}

#[tokio::test]
async fn the_same_journey_works_with_forms_alone() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut patient = world.client();
    let link = format!("/f/{}", followup.token);
    let wrong = patient.form(&format!("{link}/identify"), &[("ending", "1234")]).await;
    assert_eq!(
        (wrong.status, wrong.location()),
        (StatusCode::SEE_OTHER, format!("{link}?problem=wrong-ending").as_str())
    );
    let told = patient.get(wrong.location()).await;
    assert!(told.text.contains("后四位对不上"));
    let right = patient.form(&format!("{link}/identify"), &[("ending", "８０００")]).await;
    assert_eq!(right.location(), link);
    let first = plan(&mut patient, &followup).await;
    let fields = [("slot", slot(&first, 0, 0)), ("key", first["key"].as_str().expect("a key").to_owned())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    for _ in 0..2 {
        let held = patient.form(&format!("{link}/hold"), &fields).await;
        assert_eq!(held.location(), format!("{link}?done=held"), "a form sent twice holds once");
    }
    let asked = patient.get(&link).await;
    assert!(asked.text.contains("请确认这个时间") && asked.text.contains("8:15"), "{}", asked.text);
    assert_eq!(taken(&world, &slot(&first, 0, 0)).await, 1);
    let confirmed = patient.form(&format!("{link}/confirm"), &[("key", &secrets::fresh_id())]).await;
    assert_eq!(confirmed.location(), format!("{link}?done=booked"));
    let page = patient.get(confirmed.location()).await;
    assert!(page.text.contains("11月24日") && page.text.contains("来之前"), "{}", page.text);

    let second = moving(&mut patient, &followup).await;
    let other = slot(&second, 0, 0);
    patient.form(&format!("{link}/hold"), &[("slot", &other), ("key", &secrets::fresh_id())]).await;
    assert_eq!(taken(&world, &slot(&first, 0, 0)).await, 1, "the old place stays until the new one is certain");
    let moved =
        patient.form(&format!("{link}/confirm"), &[("key", &secrets::fresh_id()), ("agreed", "pregnancy")]).await;
    assert_eq!(moved.location(), format!("{link}?done=moved"));
    assert_eq!((taken(&world, &slot(&first, 0, 0)).await, taken(&world, &other).await), (0, 1));
    let unchosen = patient.form(&format!("{link}/hold"), &[("key", &secrets::fresh_id())]).await;
    assert_eq!(unchosen.location(), format!("{link}?view=move&problem=invalid-input&field=times"));
    assert!(patient.get(unchosen.location()).await.text.contains("换一个时间"), "the other times stand there");
    let fields = [("key", secrets::fresh_id()), ("reason", "time".to_owned())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let cancelled = patient.form(&format!("{link}/cancel"), &fields).await;
    assert_eq!(cancelled.location(), format!("{link}?done=cancelled"));
    let mut nurse = world.nurse().await;
    let detail = nurse.get(&format!("/staff/followups/{}", followup.row.id)).await;
    assert!(detail.text.contains("病人取消了预约：时间不合适"), "{}", detail.text);
    assert!(world.app.db.unexplained_appointments().await.expect("the database").is_empty());
}

#[tokio::test]
async fn a_hold_ends_after_a_quarter_of_an_hour_and_its_place_goes_to_others() {
    let world = World::new().await;
    let (one, two, three) = (world.followup().await, world.followup().await, world.followup().await);
    let mut patients = [world.patient(&one).await, world.patient(&two).await, world.patient(&three).await];
    let wanted = slot(&plan(&mut patients[0], &one).await, 0, 0);
    for (patient, followup) in patients.iter_mut().zip([&one, &two]) {
        let fields = [("slot", wanted.as_str()), ("key", &secrets::fresh_id())];
        patient.form(&format!("/f/{}/hold", followup.token), &fields).await;
    }
    let refused = write(&mut patients[2], &three, "POST", &wanted, &secrets::fresh_id()).await;
    assert_eq!(refused.code(), "slot-taken", "a held place is nobody else's");
    world.app.clock.set(Moment(world.app.now().0 + 15 * 60_000));
    let offered = plan(&mut patients[2], &three).await;
    assert_eq!(slot(&offered, 0, 0), wanted, "a place whose hold is over is offered again");
    assert_eq!(write(&mut patients[2], &three, "POST", &wanted, &secrets::fresh_id()).await.status, StatusCode::OK);
    assert_eq!(taken(&world, &wanted).await, 1);
    let late = patients[0].form(&format!("/f/{}/confirm", one.token), &[("key", &secrets::fresh_id())]).await;
    assert_eq!(late.location(), format!("/f/{}?view=days&problem=hold-lapsed", one.token));
    let page = patients[0].get(late.location()).await;
    assert!(page.text.contains("为您留的时间过了") && page.text.contains("name=\"slot\""), "{}", page.text);
    assert!(world.app.db.miscounted_slots().await.expect("the database").is_empty());
    assert!(world.app.db.unexplained_appointments().await.expect("the database").is_empty());
}

#[tokio::test]
async fn who_waits_is_offered_a_place_that_becomes_free_and_stays_on_the_list_when_it_lapses() {
    let world = World::new().await;
    // On Sunday before noon, when the first time that can be chosen leaves more than a day to take an offer of it.
    world.app.clock.set(Moment(world.app.now().0 - 20 * 3_600_000 - 30 * 60_000));
    let (one, two, waiter) = (world.followup().await, world.followup().await, world.followup().await);
    let mut takers = [world.patient(&one).await, world.patient(&two).await];
    let early = slot(&plan(&mut takers[0], &one).await, 0, 0);
    for (taker, followup) in takers.iter_mut().zip([&one, &two]) {
        assert_eq!(write(taker, followup, "POST", &early, &secrets::fresh_id()).await.status, StatusCode::OK);
    }
    let mut patient = world.patient(&waiter).await;
    let link = format!("/f/{}", waiter.token);
    let late = slot(&plan(&mut patient, &waiter).await, 3, 0);
    assert_eq!(write(&mut patient, &waiter, "POST", &late, &secrets::fresh_id()).await.status, StatusCode::OK);
    let waits = patient.form(&format!("{link}/wait"), &[("key", &secrets::fresh_id())]).await;
    assert_eq!(waits.location(), format!("{link}?done=waiting"));
    zaoshai_backend::pathway::offer_places(&world.app).await.expect("a round");
    assert!(plan(&mut patient, &waiter).await["held"].is_null(), "what was free before is not what she waits for");
    write(&mut takers[0], &one, "DELETE", "", &secrets::fresh_id()).await;
    let page = patient.get(&link).await;
    assert!(page.text.contains("请确认这个时间") && page.text.contains("就退掉了"), "the earlier place is offered");
    assert_eq!(plan(&mut patient, &waiter).await["held"]["slot"]["id"].as_str(), Some(early.as_str()));
    assert_eq!(taken(&world, &late).await, 1, "the later one stays hers meanwhile");
    world.app.clock.set(Moment(world.app.now().0 + 3 * 3_600_000));
    zaoshai_backend::pathway::release_lapsed(&world.app).await.expect("a round");
    assert_eq!(zaoshai_backend::pathway::offer_places(&world.app).await.expect("a round"), 0, "the same place once");
    let mut patient = world.patient(&waiter).await;
    let after = plan(&mut patient, &waiter).await;
    assert!(after["held"].is_null() && !after["waiting"].is_null(), "an offer that nobody took ends: {after}");
    assert_eq!(after["lapsed"]["slot"]["id"].as_str(), Some(early.as_str()));
    assert_eq!(after["appointment"]["slot"]["id"].as_str(), Some(late.as_str()));
    let page = patient.get(&link).await.text;
    assert!(page.contains("没有确认") && page.contains("您还在候补名单上"), "{page}");
    assert!(world.app.db.miscounted_slots().await.expect("the database").is_empty());
}

#[tokio::test]
async fn what_was_refused_for_a_missing_tick_is_done_under_its_key_once_all_are_ticked() {
    let world = World::new().await;
    for (first, action) in [(true, "confirm"), (false, "appointment")] {
        let followup = colonoscopy(&world).await;
        let mut patient = world.patient(&followup).await;
        let wanted = slot(&plan(&mut patient, &followup).await, 1, 0);
        let path = format!("/api/v1/followups/{}", followup.token);
        if first {
            let key = secrets::fresh_id();
            let held = json!({ "slot": wanted });
            patient.json("POST", &format!("{path}/hold"), &held, &[("idempotency-key", &key)]).await;
        }
        let key = secrets::fresh_id();
        let mut sends = async |agreed: &[&str]| {
            let wish = json!({ "slot": wanted, "agreed": agreed });
            patient.json("POST", &format!("{path}/{action}"), &wish, &[("idempotency-key", &key)]).await
        };
        for _ in 0..2 {
            assert_eq!(sends(&[]).await.code(), "not-agreed", "{action}");
        }
        let sure = sends(&["medicines"]).await;
        assert_eq!(sure.status, StatusCode::OK, "{action}: {}", sure.text);
        assert_eq!(sure.json()["done"], "booked", "{action}: {}", sure.text);
        let again = sends(&["medicines"]).await;
        assert_eq!(again.json(), sure.json(), "{action}: what was done is answered the same again");
    }
}

#[tokio::test]
async fn a_kept_place_is_made_certain_as_data_once_everything_was_agreed_to() {
    let world = World::new().await;
    let followup = colonoscopy(&world).await;
    let mut patient = world.patient(&followup).await;
    let early = slot(&plan(&mut patient, &followup).await, 1, 0);
    let path = format!("/api/v1/followups/{}", followup.token);
    let key = [secrets::fresh_id(), secrets::fresh_id(), secrets::fresh_id()];
    let wish = json!({ "slot": early });
    patient.json("POST", &format!("{path}/hold"), &wish, &[("idempotency-key", &key[0])]).await;
    let bare = Request::post(format!("{path}/confirm")).header("idempotency-key", &key[1]);
    let refused = patient.send(bare, Body::empty(), &[]).await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "not-agreed"));
    let agreed = json!({ "agreed": ["medicines"] });
    let sure = patient.json("POST", &format!("{path}/confirm"), &agreed, &[("idempotency-key", &key[2])]).await;
    assert_eq!(sure.json()["done"], "booked", "{}", sure.text);
}

#[tokio::test]
async fn a_question_is_answered_on_the_link_and_a_relative_acts_by_consent() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut patient = world.patient(&followup).await;
    let link = format!("/f/{}", followup.token);
    let key = secrets::fresh_id();
    for _ in 0..2 {
        let asked = patient.form(&format!("{link}/ask"), &[("question", "要空腹吗？"), ("key", &key)]).await;
        assert_eq!(asked.location(), format!("{link}?view=questions&done=asked"));
    }
    let asked = patient.get(&format!("{link}?view=questions")).await;
    assert_eq!(asked.text.matches("要空腹吗").count(), 1 + usize::from(asked.text.contains("application/json")));
    let refused = patient.form(&format!("{link}/helper"), &[("name", "女儿 王芳"), ("key", &key)]).await;
    assert!(refused.location().ends_with("problem=invalid-input&field=consent"), "{}", refused.location());
    let fields = [("name", "女儿 王芳"), ("consent", "yes"), ("key", &key)];
    patient.form(&format!("{link}/helper"), &fields).await;
    let asks = patient.get(&format!("{link}?view=family&done=helper-added")).await.text;
    assert!(asks.contains("现在是谁在用这部手机"), "whoever holds the phone says who they are: {asks}");
    let first = plan(&mut patient, &followup).await;
    assert!(first["helper"].is_null(), "nobody becomes somebody else by adding them");
    let id = first["helpers"][0]["id"].as_str().expect("an id").to_owned();
    let mut daughter = world.patient(&followup).await;
    for phone in [&mut patient, &mut daughter] {
        phone.form(&format!("{link}/act"), &[("helper", &id), ("key", &secrets::fresh_id())]).await;
    }
    let first = plan(&mut patient, &followup).await;
    assert_eq!(first["helper"]["name"], "女儿 王芳");
    write(&mut patient, &followup, "POST", &slot(&first, 0, 0), &secrets::fresh_id()).await;
    let mut nurse = world.nurse().await;
    let detail = nurse.get(&format!("/staff/followups/{}", followup.row.id)).await;
    assert!(detail.text.contains("家人 女儿 王芳（链接）"), "the history tells which relative acted");
    let mut mother = world.patient(&followup).await;
    mother.form(&format!("{link}/end-helper"), &[("helper", &id), ("key", &secrets::fresh_id())]).await;
    for phone in [&mut patient, &mut daughter] {
        let ended = phone.get(&format!("/api/v1/followups/{}/plan", followup.token)).await;
        assert_eq!(ended.code(), "identify-first", "no session of a relative becomes the patient's");
    }
    assert!(plan(&mut mother, &followup).await["helper"].is_null(), "others stay open");
    let again = mother.form(&format!("{link}/act"), &[("helper", &id), ("key", &secrets::fresh_id())]).await;
    assert!(again.location().contains("problem=invalid-input"), "who may not act any more does not");
    let detail = nurse.get(&format!("/staff/followups/{}", followup.row.id)).await;
    assert!(detail.text.contains("家人 女儿 王芳（链接）"), "and what they did keeps their name");
}

#[tokio::test]
async fn who_wants_to_be_forgotten_is() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut patient = world.patient(&followup).await;
    let link = format!("/f/{}", followup.token);
    let wanted = slot(&plan(&mut patient, &followup).await, 0, 0);
    write(&mut patient, &followup, "POST", &wanted, &secrets::fresh_id()).await;
    let unsure = patient.form(&format!("{link}/erase"), &[("key", &secrets::fresh_id())]).await;
    assert!(unsure.location().contains("field=sure"));
    patient.form(&format!("{link}/erase"), &[("sure", "yes"), ("key", &secrets::fresh_id())]).await;
    assert_eq!(taken(&world, &wanted).await, 0);
    let page = patient.get(&link).await;
    assert_eq!(page.status, StatusCode::GONE);
    assert!(page.text.contains("您的资料已经删除") && page.text.contains("按您的意思"), "{}", page.text);
    assert!(!page.text.contains("医院结束了这次随访") && !page.text.contains("报错编号"), "{}", page.text);
    let mut nurse = world.nurse().await;
    let detail = nurse.get(&format!("/api/v1/staff/followups/{}", followup.row.id)).await;
    for secret in ["李女士", PHONE, "结节"] {
        assert!(!detail.text.contains(secret), "{secret} is still there");
    }
    assert!(detail.text.contains("删除资料"), "the history tells that it was done");
    let record = world.app.db.followup(&followup.row.id).await.expect("the database").expect("a record");
    assert_eq!((record.letter.as_str(), record.topic.as_str()), ("", ""), "nothing tells what it was about");
}

#[tokio::test]
async fn a_repeated_key_gets_the_first_answer_and_books_once() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut patient = world.patient(&followup).await;
    let first = plan(&mut patient, &followup).await;
    let (a, b) = (slot(&first, 0, 0), slot(&first, 0, 1));
    let key = secrets::fresh_id();
    let one = write(&mut patient, &followup, "POST", &a, &key).await;
    let two = write(&mut patient, &followup, "POST", &a, &key).await;
    assert_eq!((one.status, &one.text), (two.status, &two.text));
    assert_eq!(taken(&world, &a).await, 1);
    let other = write(&mut patient, &followup, "POST", &b, &key).await;
    assert_eq!(other.code(), "key-reused");
    let fresh = write(&mut patient, &followup, "POST", &b, &secrets::fresh_id()).await;
    assert_eq!(fresh.json()["done"], "moved", "another slot with a new key is a move");
    assert_eq!((taken(&world, &a).await, taken(&world, &b).await), (0, 1));
}

#[tokio::test]
async fn a_refusal_is_also_kept_for_its_key() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut patient = world.patient(&followup).await;
    let key = secrets::fresh_id();
    for _ in 0..2 {
        let answer = write(&mut patient, &followup, "DELETE", "", &key).await;
        assert_eq!(answer.code(), "not-booked");
    }
}

#[tokio::test]
async fn the_last_place_goes_to_one_and_the_other_is_told_and_offered_more() {
    let world = World::new().await;
    let (one, two, three) = (world.followup().await, world.followup().await, world.followup().await);
    let mut patients = [world.patient(&one).await, world.patient(&two).await, world.patient(&three).await];
    let wanted = slot(&plan(&mut patients[0], &one).await, 0, 0);
    for (patient, followup) in patients.iter_mut().zip([&one, &two]) {
        assert_eq!(write(patient, followup, "POST", &wanted, &secrets::fresh_id()).await.status, StatusCode::OK);
    }
    let answer = write(&mut patients[2], &three, "POST", &wanted, &secrets::fresh_id()).await;
    assert_eq!((answer.status, answer.code()), (StatusCode::CONFLICT, "slot-taken".to_owned()));
    let left = plan(&mut patients[2], &three).await;
    assert_ne!(slot(&left, 0, 0), wanted);
    let html = patients[2]
        .form(
            &format!("/f/{}/book", three.token),
            &[("slot", &wanted), ("key", &secrets::fresh_id()), ("agreed", "pregnancy")],
        )
        .await;
    let page = patients[2].get(html.location()).await;
    assert!(page.text.contains("这个时间刚被别人约走了") && page.text.contains("0731-28307119"));
}

#[tokio::test]
async fn five_wrong_tries_lock_the_link_and_the_nurse_can_open_it() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut stranger = world.client();
    let path = format!("/api/v1/followups/{}/identify", followup.token);
    let mut codes = Vec::new();
    for _ in 0..6 {
        codes.push(stranger.json("POST", &path, &json!({ "ending": "0000" }), &[]).await.code());
    }
    assert_eq!(codes[..4], ["wrong-ending"; 4]);
    assert_eq!(codes[4..], ["link-locked"; 2]);
    let right = stranger.json("POST", &path, &json!({ "ending": "8000" }), &[]).await;
    assert_eq!(right.code(), "link-locked", "a locked link does not tell whether the digits are right");
    let page = stranger.get(&format!("/f/{}", followup.token)).await;
    assert_eq!(page.status, StatusCode::LOCKED);
    assert!(page.text.contains("0731-28307119"));
    let mut nurse = world.nurse().await;
    let detail = nurse.get(&format!("/staff/followups/{}", followup.row.id)).await;
    assert!(detail.text.contains("锁"), "the nurse is told");
    nurse.form(&format!("/staff/followups/{}/unlock", followup.row.id), &[]).await;
    world.patient(&followup).await;
}

#[tokio::test]
async fn a_locked_link_leaves_in_who_is_in() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut patient = world.patient(&followup).await;
    let mut stranger = world.client();
    let (page, identify) = (format!("/f/{}", followup.token), format!("/f/{}/identify", followup.token));
    for _ in 0..5 {
        stranger.form(&identify, &[("ending", "0000")]).await;
    }
    assert_eq!(stranger.get(&page).await.status, StatusCode::LOCKED);
    assert_eq!(patient.get(&page).await.status, StatusCode::OK);
    let plan = plan(&mut patient, &followup).await;
    let book = [("slot", slot(&plan, 0, 0)), ("key", secrets::fresh_id()), ("agreed", "pregnancy".to_owned())];
    let book: Vec<(&str, &str)> = book.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let booked = patient.form(&format!("/f/{}/book", followup.token), &book).await;
    assert!(booked.location().ends_with("done=booked"), "{}", booked.location());
    let shut = stranger.form(&format!("/f/{}/cancel", followup.token), &[("key", &secrets::fresh_id())]).await;
    assert!(shut.location().ends_with("problem=link-locked"), "{}", shut.location());
    world.app.clock.set(Moment(world.app.now().0 + 31 * 60_000));
    assert_eq!(patient.get(&page).await.status, StatusCode::LOCKED, "until her half hour is over");
}

#[tokio::test]
async fn wrong_tries_count_for_a_day_and_the_page_says_how_many_are_left() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut patient = world.client();
    let (page, identify) = (format!("/f/{}", followup.token), format!("/f/{}/identify", followup.token));
    assert!(!patient.get(&page).await.text.contains("还可以试"), "nothing was wrong yet");
    for left in [4, 3, 2, 1] {
        let wrong = patient.form(&identify, &[("ending", "0000")]).await;
        let told = patient.get(wrong.location()).await.text;
        assert!(told.contains(&format!("还可以试 {left} 次")), "{left}: {told}");
    }
    let unreadable = patient.form(&identify, &[("ending", "80")]).await;
    assert!(patient.get(unreadable.location()).await.text.contains("还可以试 1 次"), "two digits are no try");
    world.app.clock.set(Moment(world.app.now().0 + 86_400_000));
    assert!(!patient.get(&page).await.text.contains("还可以试"), "another day, other tries");
    for _ in 0..4 {
        patient.form(&identify, &[("ending", "0000")]).await;
    }
    assert_eq!(patient.get(&page).await.status, StatusCode::OK);
    patient.form(&identify, &[("ending", "0000")]).await;
    assert_eq!(patient.get(&page).await.status, StatusCode::LOCKED);
    world.app.clock.set(Moment(world.app.now().0 + 86_400_000));
    assert_eq!(patient.get(&page).await.status, StatusCode::LOCKED, "a lock does not open by itself");
}

#[tokio::test]
async fn of_fifty_endings_at_once_five_are_checked() {
    let world = World::new().await;
    let followup = world.followup().await;
    let path = format!("/api/v1/followups/{}/identify", followup.token);
    let tries: Vec<_> = (0..50)
        .map(|number| {
            let (mut stranger, path) = (world.client(), path.clone());
            let ending = json!({ "ending": format!("{number:04}") });
            tokio::spawn(async move { stranger.json("POST", &path, &ending, &[]).await.code() })
        })
        .collect();
    let mut codes = Vec::new();
    for answer in tries {
        codes.push(answer.await.expect("an answer"));
    }
    assert_eq!(codes.iter().filter(|code| *code == "wrong-ending").count(), 4, "{codes:?}");
    assert_eq!(codes.iter().filter(|code| *code == "link-locked").count(), 46, "{codes:?}");
}

#[tokio::test]
async fn whoever_tries_many_links_is_told_of_to_those_who_can_do_something() {
    let world = World::new().await;
    let mut stranger = world.client().at("192.0.2.9");
    let mut nurse = world.nurse().await;
    let mut simple = world.staff("simple", "zhuzhou-2", Role::Nurse).await;
    let mut admin = world.staff("admin", "zhuzhou-2", Role::Administrator).await;
    let told = "有人试了很多病人的链接";
    for number in 0..7 {
        let followup = world.followup().await;
        for _ in 0..3 {
            let path = format!("/f/{}/identify", followup.token);
            stranger.form(&path, &[("ending", "0000")]).await;
        }
        if number == 2 {
            assert!(!nurse.get("/staff").await.text.contains(told), "nine wrong endings are no news");
        }
    }
    let page = nurse.get("/staff").await.text;
    assert!(page.contains(told) && page.contains("一小时里错了 21 次"), "{page}");
    assert!(admin.get("/staff/accounts").await.text.contains(told));
    assert!(!simple.get("/staff").await.text.contains(told));
    for _ in 0..5 {
        let followup = world.followup().await;
        for _ in 0..5 {
            world.client().form(&format!("/f/{}/identify", followup.token), &[("ending", "0000")]).await;
        }
    }
    assert!(nurse.get("/staff").await.text.contains("一小时里锁了 5 个链接"));
    world.app.clock.set(Moment(world.app.now().0 + 26 * 3_600_000));
    assert!(!world.nurse().await.get("/staff").await.text.contains(told), "after a day it is no news any more");
}

#[tokio::test]
async fn tries_at_many_links_are_told_to_the_hospitals_whose_links_were_tried() {
    let world = World::new().await;
    let mut here = world.nurse().await;
    let mut there = world.staff("zhao", "anqing-2", Role::Coordinator).await;
    let mut elsewhere = world.staff("sun", "dezhou-2", Role::Administrator).await;
    let told = "有人试了很多病人的链接";
    async fn made(nurse: &mut Client) -> String {
        let key = secrets::fresh_id();
        let new = crate::world::new_followup();
        let made = nurse.json("POST", "/api/v1/staff/followups", &new, &[("idempotency-key", &key)]).await;
        made.json()["token"].as_str().expect("a token").to_owned()
    }
    // Few at a link of one hospital, many at those of another, from one address.
    let mut stranger = world.client().at("192.0.2.9");
    for number in 0..7 {
        let token = made(if number == 0 { &mut there } else { &mut here }).await;
        for _ in 0..3 {
            stranger.form(&format!("/f/{token}/identify"), &[("ending", "0000")]).await;
        }
    }
    for nurse in [&mut here, &mut there] {
        let page = nurse.get("/staff").await.text;
        assert!(page.contains(told) && page.contains("一小时里错了 21 次"), "{page}");
    }
    assert!(!elsewhere.get("/staff/accounts").await.text.contains(told), "no link of theirs was tried");
    for _ in 0..5 {
        let token = made(&mut there).await;
        for _ in 0..5 {
            world.client().form(&format!("/f/{token}/identify"), &[("ending", "0000")]).await;
        }
    }
    assert!(there.get("/staff").await.text.contains("一小时里锁了 5 个链接"));
    assert!(!here.get("/staff").await.text.contains("一小时里锁了"), "those were another hospital's");
    assert!(!elsewhere.get("/staff/accounts").await.text.contains("一小时里锁了"));
}

#[tokio::test]
async fn slots_in_the_past_of_other_services_or_invented_are_refused() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut patient = world.patient(&followup).await;
    let early = slot(&plan(&mut patient, &followup).await, 0, 0);
    for (wanted, code) in [
        ("colonoscopy-2026-11-23-1330", "slot-unknown"),
        ("nothing", "slot-unknown"),
        ("", "invalid-input"),
        ("../..", "invalid-input"),
    ] {
        let answer = write(&mut patient, &followup, "POST", wanted, &secrets::fresh_id()).await;
        assert_eq!(answer.code(), code, "{wanted}");
    }
    assert!(early.contains("2026-11-24"), "what begins within a day cannot be chosen any more: {early}");
    let hour = 3_600_000;
    world.app.clock.set(Moment(world.app.now().0 + hour / 2));
    let mut patient = world.patient(&followup).await;
    let soon = write(&mut patient, &followup, "POST", &early, &secrets::fresh_id()).await;
    assert_eq!(soon.status, StatusCode::OK, "8:30 can be had a day before");
    world.app.clock.set(Moment(world.app.now().0 + hour));
    let mut patient = world.patient(&followup).await;
    let late = write(&mut patient, &followup, "DELETE", "", &secrets::fresh_id()).await;
    assert_eq!(late.code(), "too-late");
    let page = patient.get(&format!("/f/{}", followup.token)).await;
    assert!(page.text.contains("离就诊时间太近") && page.text.contains("0731-28307119"));
    world.app.clock.set(Moment(world.app.now().0 + 24 * hour));
    let mut patient = world.patient(&followup).await;
    let over = write(&mut patient, &followup, "DELETE", "", &secrets::fresh_id()).await;
    assert_eq!(over.code(), "slot-past");
    world.app.clock.set(Moment(world.app.now().0 + 24 * hour));
    let mut patient = world.patient(&followup).await;
    let page = patient.get(&format!("/f/{}", followup.token)).await;
    assert!(page.text.contains("过了") && page.text.contains("0731-28307119"));
}

#[tokio::test]
async fn an_expired_a_withdrawn_and_a_retired_link_say_so() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let (expired, withdrawn, retired) = (world.followup().await, world.followup().await, world.followup().await);
    let path = format!("/api/v1/staff/followups/{}/withdraw", withdrawn.row.id);
    let answer = nurse.json("POST", &path, &json!({ "reason": "重复建的" }), &[]).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    nurse.form_once(&format!("/staff/followups/{}/relink", retired.row.id), &[]).await;
    let mut patient = world.client();
    for (followup, status, words) in
        [(&withdrawn, StatusCode::GONE, "已经结束"), (&retired, StatusCode::GONE, "新链接由他们发给您")]
    {
        let page = patient.get(&format!("/f/{}", followup.token)).await;
        assert_eq!(page.status, status, "{words}");
        assert!(page.text.contains(words) && page.text.contains("0731-28307119"), "{words}");
        assert!(!page.text.contains("报错编号"), "nothing went wrong: {words}");
    }
    world.app.clock.set(Moment(world.app.now().0 + 60 * 86_400_000));
    let page = patient.get(&format!("/f/{}", expired.token)).await;
    assert_eq!(page.status, StatusCode::GONE);
    assert!(page.text.contains("过期") && page.text.contains("0731-28307119"));
    let answer = patient
        .json("POST", &format!("/api/v1/followups/{}/identify", expired.token), &json!({ "ending": "8000" }), &[])
        .await;
    assert_eq!(answer.code(), "link-expired");
}

#[tokio::test]
async fn a_withdrawn_follow_up_gives_its_place_back() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut patient = world.patient(&followup).await;
    let wanted = slot(&plan(&mut patient, &followup).await, 0, 0);
    write(&mut patient, &followup, "POST", &wanted, &secrets::fresh_id()).await;
    let mut nurse = world.nurse().await;
    nurse.form_once(&format!("/staff/followups/{}/withdraw", followup.row.id), &[("reason", "重复建的")]).await;
    assert_eq!(taken(&world, &wanted).await, 0);
}

#[tokio::test]
async fn the_check_lasts_half_an_hour_and_only_for_its_own_link() {
    let world = World::new().await;
    let (one, two) = (world.followup().await, world.followup().await);
    let mut patient = world.patient(&one).await;
    let other = patient.get(&format!("/api/v1/followups/{}/plan", two.token)).await;
    assert_eq!(other.code(), "identify-first");
    world.app.clock.set(Moment(world.app.now().0 + 31 * 60_000));
    let late = write(&mut patient, &one, "POST", "ldct-review-2026-11-23-1000", &secrets::fresh_id()).await;
    assert_eq!(late.code(), "identify-first");
}

#[tokio::test]
async fn the_calendar_entry_follows_the_appointment() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut patient = world.patient(&followup).await;
    let path = format!("/f/{}/appointment.ics", followup.token);
    assert_eq!(patient.get(&path).await.status, StatusCode::CONFLICT, "nothing is booked yet");
    let wanted = slot(&plan(&mut patient, &followup).await, 0, 0);
    write(&mut patient, &followup, "POST", &wanted, &secrets::fresh_id()).await;
    let entry = patient.get(&path).await;
    assert!(entry.headers["content-type"].to_str().is_ok_and(|kind| kind.starts_with("text/calendar")));
    assert!(entry.text.contains("DTSTART:20261124T003000Z\r\n"));
    for secret in ["李女士", "CT 室", "低剂量", "结节", PHONE] {
        assert!(!entry.text.contains(secret), "the calendar tells {secret}");
    }
    let stranger = world.client().get(&path).await;
    assert_eq!(stranger.status, StatusCode::UNAUTHORIZED);
    write(&mut patient, &followup, "DELETE", "", &secrets::fresh_id()).await;
    let cancelled = patient.get(&path).await;
    assert!(cancelled.text.contains("METHOD:CANCEL\r\n"));
    assert!(cancelled.headers["content-type"].to_str().is_ok_and(|kind| kind.ends_with("method=CANCEL")));
    assert!(sequence(&cancelled.text) > sequence(&entry.text), "a later entry takes the place of an earlier one");
}

fn sequence(calendar: &str) -> u32 {
    let line = calendar.lines().find_map(|line| line.strip_prefix("SEQUENCE:")).expect("a sequence");
    line.trim().parse().expect("a number")
}
