//! The nurse's forms: nothing is chosen for anybody, what cannot be taken back is asked about, and what was typed stays.

use crate::world::{Answer, Client, PASSWORD, World};
use axum::http::StatusCode;
use zaoshai_backend::secrets;
use zaoshai_contract::civil::Moment;
use zaoshai_contract::roles::Role;
use zaoshai_contract::staff::FollowUpDetail;

/// The longest a session lasts, and a little more.
const A_SHIFT_MS: i64 = 13 * 3_600_000;

async fn standing(nurse: &mut Client, followup: &FollowUpDetail) -> serde_json::Value {
    nurse.get(&format!("/api/v1/staff/followups/{}", followup.row.id)).await.json()["row"].clone()
}

/// The value of an attribute of a tag.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split('"').next()
}

fn unescaped(text: &str) -> String {
    text.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// The form with an id, as a browser sends it: its address and fields.
fn form_of(page: &str, id: &str) -> (String, Vec<(String, String)>) {
    let start = page.split("<form").find(|form| attribute(form.split('>').next().unwrap_or(""), "id") == Some(id));
    let form = start.unwrap_or_else(|| panic!("no form {id}: {page}")).split("</form>").next().unwrap_or_default();
    let action = attribute(form, "action").expect("an address").to_owned();
    let inputs = form.split("<input").skip(1).filter_map(|input| {
        let tag = input.split('>').next()?;
        Some((attribute(tag, "name")?.to_owned(), unescaped(attribute(tag, "value").unwrap_or_default())))
    });
    let areas = form.split("<textarea").skip(1).filter_map(|area| {
        let (tag, rest) = area.split_once('>')?;
        Some((attribute(tag, "name")?.to_owned(), unescaped(rest.split("</textarea>").next()?)))
    });
    (action, inputs.chain(areas).collect())
}

async fn sends(client: &mut Client, (action, fields): &(String, Vec<(String, String)>)) -> Answer {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    client.form(action, &fields).await
}

async fn booked(world: &World) -> FollowUpDetail {
    let followup = world.followup().await;
    let key = secrets::fresh_id();
    let fields = [("slot", "ldct-review-2026-11-26-1000"), ("asked", "yes"), ("key", key.as_str())];
    let path = format!("/staff/followups/{}/book", followup.row.id);
    let answer = world.nurse().await.form(&path, &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    followup
}

#[tokio::test]
async fn no_choice_that_decides_something_is_made_for_the_nurse() {
    let world = World::new().await;
    let (followup, taken) = (world.followup().await, booked(&world).await);
    let mut nurse = world.nurse().await;
    let mut manager = world.staff("pai", &world.app.library().hospital, Role::ScheduleManager).await;
    let one = format!("/staff/followups/{}", followup.row.id);
    let mut seen = 0;
    for path in [one.as_str(), "/staff/followups/new", "/staff/closures"] {
        seen += selects_choose_nothing(path, &nurse.get(path).await.text);
    }
    for path in ["/staff/schedules/closings", "/staff/schedules/extras", "/staff/schedules/templates"] {
        seen += selects_choose_nothing(path, &manager.get(path).await.text);
    }
    assert!(seen >= 11, "only {seen} choices were seen");

    let refused = nurse.form(&format!("{one}/outcome"), &[("outcome", ""), ("next", "")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for told in ["请选这一步的结果", "请选定下一步，还是结束随访"] {
        assert!(refused.text.contains(told), "{told}: {}", refused.text);
    }
    let key = secrets::fresh_id();
    let all = [
        ("service", ""),
        ("first", "2026-11-26"),
        ("last", "2026-11-26"),
        ("reason", "检修"),
        ("sure", "yes"),
        ("key", key.as_str()),
    ];
    assert_eq!(nurse.form("/staff/closures", &all).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(manager.form("/staff/schedules/closings", &all).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(standing(&mut nurse, &taken).await["standing"], "booked", "no clinic was closed");
    let fields = [
        ("name", "李女士"),
        ("phone", "13800138000"),
        ("reason", "复查"),
        ("services", "ldct-review"),
        ("due_from", "2026-11-23"),
        ("due_to", "2026-12-04"),
        ("urgency", ""),
        ("key", key.as_str()),
    ];
    let unchosen = nurse.form("/staff/followups", &fields).await;
    assert_eq!(unchosen.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unchosen.text.contains("请选紧急、尽快或常规"), "{}", unchosen.text);
}

/// Each choice begins with nothing, unless it shows what is stored; gives how many there are.
fn selects_choose_nothing(path: &str, page: &str) -> usize {
    let selects: Vec<&str> = page.split("<select").skip(1).collect();
    for select in &selects {
        let first = select.split("<option").nth(1).unwrap_or_default();
        let nothing = attribute(first, "value") == Some("");
        assert!(
            nothing && !select.split("</select>").next().unwrap_or_default().contains("selected"),
            "{path}: {select}"
        );
    }
    selects.len()
}

#[tokio::test]
async fn what_ends_cancels_or_hands_over_is_asked_with_the_name_before_it_is_done() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let hospital = "jichuang";
    for (deed, fields, told, after) in [
        ("cancel", vec![("whose", "patient")], "取消李女士 2026年11月26日 星期四 上午10:00 的预约吗", "to-book"),
        ("refer", vec![("hospital", hospital), ("reason", "要手术")], "把李女士转给", "booked"),
        ("call", vec![("outcome", "died"), ("again", "")], "李女士：已去世。结束随访吗", "closed"),
        (
            "outcome",
            vec![("outcome", "clear"), ("next", "end"), ("ending", "completed")],
            "李女士：已完成。结束随访吗",
            "closed",
        ),
    ] {
        let followup = booked(&world).await;
        if deed == "outcome" {
            let starts = standing(&mut nurse, &followup).await["starts"].as_i64().expect("a time");
            world.app.clock.set(Moment(starts));
            nurse = world.nurse().await;
            let row = standing(&mut nurse, &followup).await;
            let appointment = row["appointment"].as_str().unwrap_or_default();
            let seen = [("action", "attend"), ("appointment", appointment), ("key", &secrets::fresh_id())];
            let path = format!("/staff/followups/{}/record", followup.row.id);
            assert_eq!(nurse.form(&path, &seen).await.status, StatusCode::SEE_OTHER);
        }
        let row = standing(&mut nurse, &followup).await;
        let (key, version) = (secrets::fresh_id(), row["version"].to_string());
        let own = [
            ("key", key.as_str()),
            ("version", version.as_str()),
            ("appointment", row["appointment"].as_str().unwrap_or_default()),
            ("ask", "yes"),
            ("by", "zhang"),
        ];
        let fields: Vec<(&str, &str)> = fields.into_iter().chain(own).collect();
        let path = format!("/staff/followups/{}/{deed}", followup.row.id);
        let question = nurse.form(&path, &fields).await;
        assert_eq!(question.status, StatusCode::OK, "{deed}: {}", question.text);
        assert!(question.text.contains(told), "{deed}: {}", question.text);
        assert_eq!(standing(&mut nurse, &followup).await, row, "{deed}: asking changes nothing");
        let yes = form_of(&question.text, "confirm");
        let done = sends(&mut nurse, &yes).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{deed}: {}", done.text);
        // Whoever has cancelled for a patient books anew in the same call; nothing else is told by an address.
        let place = if deed == "cancel" { "?do=book#do-book" } else { "" };
        assert!(done.location().ends_with(&[&followup.row.id, place].concat()), "{deed}: {}", done.location());
        assert_eq!(standing(&mut nurse, &followup).await["standing"], after, "{deed}");
        let page = nurse.get(done.location()).await.text;
        assert!(page.contains("role=\"status\""), "{deed} tells its result: {page}");
        let again = nurse.get(done.location()).await.text;
        assert!(!again.contains("role=\"status\""), "{deed} tells it once");
    }
}

#[tokio::test]
async fn what_needs_no_choice_unfolds_with_the_name_before_its_button_shows() {
    let world = World::new().await;
    let followup = world.followup().await;
    let page = world.nurse().await.get(&format!("/staff/followups/{}", followup.row.id)).await.text;
    let mut admin = world.staff("guan", &world.app.library().hospital, Role::Administrator).await;
    let accounts = admin.get("/staff/accounts").await.text;
    for (page, deed, told) in [
        (&page, "/relink", "给李女士换一个新链接？"),
        (&page, "/withdraw", "结束李女士的随访？"),
        (&accounts, "/zhang/reset", "换密码：张护士（zhang）？"),
        (&accounts, "/zhang/disable", "停用张护士（zhang）的账号？"),
    ] {
        let before = page.split(&format!("{deed}\"")).next().unwrap_or_default();
        assert!(before.len() < page.len(), "{deed} is there");
        let fold = before.rsplit("<details").next().unwrap_or_default();
        let opened = fold.split('>').next().unwrap_or_default();
        assert!(opened.contains("zs-sure") && !opened.contains("open"), "{deed}: {opened}");
        assert!(fold.contains(told) && !fold.contains("</details>"), "{deed}: {fold}");
    }
}

#[tokio::test]
async fn nobody_can_be_missed_before_their_time_and_staff_are_told_so_as_staff() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut nurse = world.nurse().await;
    let key = secrets::fresh_id();
    let fields =
        [("slot", "ldct-review-2026-11-23-1000"), ("asked", "yes"), ("reason", "今天来"), ("key", key.as_str())];
    let path = format!("/staff/followups/{}", followup.row.id);
    assert_eq!(nurse.form(&format!("{path}/book"), &fields).await.status, StatusCode::SEE_OTHER);
    let row = standing(&mut nurse, &followup).await;
    let appointment = row["appointment"].as_str().expect("an appointment").to_owned();
    for page in ["/staff", &path] {
        let text = nurse.get(page).await.text;
        assert!(text.contains("value=\"arrive\"") && !text.contains("value=\"miss\""), "{page}");
    }
    let key = secrets::fresh_id();
    let early = [("action", "miss"), ("appointment", appointment.as_str()), ("key", key.as_str())];
    let refused = nurse.form(&format!("{path}/record"), &early).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    let summary = refused.text.split("id=\"problem\"").nth(1).unwrap_or_default().split("</ul>").next().unwrap_or("");
    assert!(summary.contains("到了约好的时间，才能登记"), "{summary}");
    assert!(!refused.text.contains("请打电话问") && !summary.contains("tel:"), "{summary}");

    world.app.clock.set(Moment(row["starts"].as_i64().expect("a moment")));
    for page in ["/staff", &path] {
        assert!(nurse.get(page).await.text.contains("value=\"miss\""), "{page}");
    }
    let key = secrets::fresh_id();
    let from = [("action", "arrive"), ("appointment", appointment.as_str()), ("key", key.as_str()), ("from", "/staff")];
    let recorded = nurse.form(&format!("{path}/record"), &from).await;
    assert_eq!(recorded.location(), format!("/staff#row-{appointment}"), "she stays at her place in the list");
    assert!(nurse.get("/staff").await.text.contains(&format!("id=\"row-{appointment}\"")));
}

#[tokio::test]
async fn what_a_nurse_types_outlives_her_session_and_nobody_else_sees_it() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut nurse = world.nurse().await;
    let mut other = world.staff("wang", &world.app.library().hospital, Role::Nurse).await;
    let path = format!("/staff/followups/{}/note", followup.row.id);
    world.app.clock.set(Moment(world.app.now().0 + A_SHIFT_MS));
    let key = secrets::fresh_id();
    let typed = "下午三点\"以后\" <方便>";
    let login = nurse.form(&path, &[("note", typed), ("key", key.as_str()), ("by", "zhang")]).await;
    assert_eq!(login.status, StatusCode::UNAUTHORIZED);
    assert!(login.text.contains("您填的都还在") && !login.text.contains("下午三点"), "{}", login.text);
    let to = login.text.split("name=\"to\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a draft");

    let signs_in = |name: &'static str, password: &'static str| [("name", name), ("password", password), ("to", to)];
    let hers = other.form("/staff/login", &signs_in("wang", "another")).await;
    assert_eq!((hers.status, hers.location()), (StatusCode::SEE_OTHER, "/staff"), "it is not hers");

    let wrong = nurse.form("/staff/login", &signs_in("zhang", "?")).await;
    assert!(wrong.text.contains(to), "a wrong password loses nothing");
    let page = nurse.form("/staff/login", &signs_in("zhang", PASSWORD)).await;
    assert_eq!(page.status, StatusCode::OK);
    let draft = form_of(&page.text, "draft");
    assert_eq!(draft.0, path);
    assert!(draft.1.contains(&("note".to_owned(), typed.to_owned())), "{:?}", draft.1);
    for _ in 0..2 {
        assert_eq!(sends(&mut nurse, &draft).await.status, StatusCode::SEE_OTHER);
    }
    let notes = nurse.get(&format!("/api/v1/staff/followups/{}", followup.row.id)).await.json()["notes"].clone();
    assert_eq!(notes.as_array().map(Vec::len), Some(1), "{notes}");
    assert_eq!(notes[0]["text"], typed);

    world.app.clock.set(Moment(world.app.now().0 + 3 * 3_600_000));
    let old = nurse.form("/staff/login", &signs_in("zhang", PASSWORD)).await;
    assert_eq!(old.location(), "/staff", "a draft lasts for two hours");
}

#[tokio::test]
async fn every_form_of_the_console_is_refused_by_us_and_names_who_sees_it() {
    let world = World::new().await;
    let followup = booked(&world).await;
    let mut nurse = world.nurse().await;
    let one = format!("/staff/followups/{}", followup.row.id);
    let edit = format!("{one}/edit");
    for path in [one.as_str(), &edit, "/staff", "/staff/followups/new", "/staff/closures", "/staff/batches"] {
        let page = nurse.get(path).await.text;
        let main = page.split("<main").nth(1).expect("a main part");
        let posts: Vec<&str> =
            main.split("<form").skip(1).filter(|form| attribute(form, "method") == Some("post")).collect();
        for form in &posts {
            let tag = form.split('>').next().unwrap_or_default();
            let inside = form.split("</form>").next().unwrap_or_default();
            assert!(tag.contains("novalidate"), "{path}: {tag}");
            assert!(inside.contains("name=\"by\" value=\"zhang\""), "{path}: {tag}");
        }
        assert!(!posts.is_empty() || path == "/staff", "{path}");
    }
    let empty = nurse.form(&format!("{one}/note"), &[("note", ""), ("key", &secrets::fresh_id())]).await;
    assert!(empty.text.contains("id=\"note-error\"") && empty.text.contains("id=\"problem\""), "{}", empty.text);
}

#[tokio::test]
async fn a_form_that_the_database_cannot_take_stays_on_the_page() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut nurse = world.nurse().await;
    world.app.db.close().await;
    let path = format!("/staff/followups/{}/note", followup.row.id);
    let key = secrets::fresh_id();
    let answer = nurse.form(&path, &[("note", "下午三点以后"), ("key", key.as_str()), ("by", "zhang")]).await;
    assert!(answer.status.is_server_error(), "{}", answer.status);
    let (action, fields) = form_of(&answer.text, "draft");
    assert_eq!(action, path);
    assert!(fields.contains(&("note".to_owned(), "下午三点以后".to_owned())), "{fields:?}");
}

#[tokio::test]
async fn a_referral_offers_the_own_alliance_first_and_names_the_city() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut nurse = world.nurse().await;
    let detail = nurse.get(&format!("/api/v1/staff/followups/{}", followup.row.id)).await.json();
    let hospitals = detail["alliance"].as_array().expect("hospitals").clone();
    let kinship: Vec<&str> = hospitals.iter().filter_map(|hospital| hospital["kinship"].as_str()).collect();
    let rank = |word: &str| ["alliance", "city", "other"].iter().position(|known| *known == word);
    assert!(kinship.is_sorted_by_key(|word| rank(word)), "{kinship:?}");
    assert!(kinship.contains(&"alliance") && kinship.contains(&"other"), "{kinship:?}");
    let page = nurse.get(&format!("/staff/followups/{}", followup.row.id)).await.text;
    let (near, far) = page.split_once("label=\"其他医院").expect("the others stand apart");
    for hospital in &hospitals {
        let place = if hospital["kinship"] == "other" { far } else { near };
        let words =
            format!("{}（{}）", hospital["name"].as_str().unwrap_or(""), hospital["city"].as_str().unwrap_or(""));
        assert!(place.contains(&words), "{words}");
    }
}

/// The sealed draft in a login page; none where it has none.
fn draft_in(page: &str) -> Option<&str> {
    page.split("name=\"to\" value=\"").nth(1)?.split('"').next().filter(|to| to.starts_with("/staff/draft"))
}

#[tokio::test]
async fn nobody_puts_a_form_before_another_account() {
    let world = World::new().await;
    let mut admin = world.staff("guan", &world.app.library().hospital, Role::Administrator).await;
    let sent = [("by", "guan"), ("reason", "系统升级：请点接着提交"), ("roles", "administrator")];
    let mut stranger = world.client();
    let answer = stranger.form("/staff/accounts/zhang/roles", &sent).await;
    assert_eq!((answer.status, draft_in(&answer.text)), (StatusCode::SEE_OTHER, None), "{}", answer.text);
    let mut nurse = world.nurse().await;
    nurse.form("/staff/logout", &[]).await;
    let answer = nurse.form("/staff/accounts/zhang/roles", &sent).await;
    assert_eq!(draft_in(&answer.text), None, "a browser that another account has used: {}", answer.text);

    // What a browser got for its own account leads to nothing in another one, nor by an address.
    world.app.clock.set(Moment(world.app.now().0 + A_SHIFT_MS));
    let followup = world.followup().await;
    let path = format!("/staff/followups/{}/note", followup.row.id);
    let key = secrets::fresh_id();
    let login = nurse.form(&path, &[("note", "x"), ("key", key.as_str()), ("by", "zhang")]).await.text;
    let to = draft_in(&login).expect("a draft").to_owned();
    let signs_in = [("name", "zhang"), ("password", PASSWORD), ("to", to.as_str())];
    assert_eq!(admin.form("/staff/login", &signs_in).await.location(), "/staff");
    let query: String = form_urlencoded::byte_serialize(to.as_bytes()).collect();
    let page = nurse.get(&format!("/staff/login?to={query}")).await.text;
    assert!(draft_in(&page).is_none() && !page.contains("您填的都还在"), "{page}");
}

#[tokio::test]
async fn what_is_taken_up_again_is_asked_about_as_it_would_have_been() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut nurse = world.nurse().await;
    let one = format!("/staff/followups/{}", followup.row.id);
    world.app.clock.set(Moment(world.app.now().0 + A_SHIFT_MS));
    let key = secrets::fresh_id();
    let call = [("outcome", "died"), ("note", "家属说的"), ("key", key.as_str()), ("ask", "yes"), ("by", "zhang")];
    let login = nurse.form(&format!("{one}/call"), &call).await.text;
    let to = draft_in(&login).expect("a draft").to_owned();
    let page = nurse.form("/staff/login", &[("name", "zhang"), ("password", PASSWORD), ("to", to.as_str())]).await;
    assert!(page.text.contains("李女士"), "it says of whom: {}", page.text);
    let question = sends(&mut nurse, &form_of(&page.text, "draft")).await;
    assert!(question.text.contains("李女士：已去世。结束随访吗"), "{}", question.text);
    assert_eq!(standing(&mut nurse, &followup).await["standing"], "to-book", "nothing has ended");

    let back = sends(&mut nurse, &form_of(&question.text, "back")).await;
    assert_eq!(back.status, StatusCode::OK);
    assert!(back.text.contains("家属说的") && back.text.contains("value=\"died\" selected"), "{}", back.text);
    assert_eq!(standing(&mut nurse, &followup).await["standing"], "to-book", "no is no");

    let mut coordinator = world.staff("xie", &world.app.library().hospital, Role::Coordinator).await;
    world.app.clock.set(Moment(world.app.now().0 + A_SHIFT_MS));
    let erase = [("reason", "by-phone"), ("sure", "yes"), ("by", "xie")];
    let answer = coordinator.form(&format!("{one}/erase"), &erase).await;
    assert_eq!(draft_in(&answer.text), None, "a deletion is never kept");
}

#[tokio::test]
async fn a_call_that_is_sent_again_ends_nothing_that_was_opened_since() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut nurse = world.nurse().await;
    let one = format!("/staff/followups/{}", followup.row.id);
    let key = secrets::fresh_id();
    let call = [("outcome", "declined"), ("key", key.as_str())];
    assert_eq!(nurse.form(&format!("{one}/call"), &call).await.status, StatusCode::SEE_OTHER);
    assert_eq!(standing(&mut nurse, &followup).await["standing"], "closed");
    let late = [("outcome", "agreed"), ("note", "又想来了"), ("key", &secrets::fresh_id())];
    let refused = nurse.form(&format!("{one}/call"), &late).await;
    assert!(refused.text.contains("这次随访已经结束"), "{}", refused.text);
    let notes = nurse.get(&format!("/api/v1{one}")).await.json()["notes"].clone();
    assert_eq!(notes.as_array().map(Vec::len), Some(0), "what was refused is not kept: {notes}");

    let (_, mut fields) = form_of(&nurse.get(&format!("{one}/edit")).await.text, "followup");
    fields.retain(|(name, _)| !["services", "another"].contains(&name.as_str()));
    let chosen = [("services", "ldct-review"), ("urgency", "routine"), ("owner", "zhang")];
    fields.extend(chosen.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let opened = sends(&mut nurse, &(format!("{one}/edit"), fields)).await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.text);
    assert_eq!(nurse.form(&format!("{one}/call"), &call).await.status, StatusCode::SEE_OTHER);
    assert_eq!(standing(&mut nurse, &followup).await["standing"], "to-book", "the repeat ends nothing");
}
