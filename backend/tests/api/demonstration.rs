//! The demonstration: a fictitious hospital with people in every state, and nothing of it where it was not asked for.

use crate::world::{Client, World, address};
use axum::http::StatusCode;
use sqlx::Row as _;
use std::collections::{BTreeMap, BTreeSet};
use zaoshai_backend::db::followups::Record;
use zaoshai_backend::db::pages::After;
use zaoshai_backend::db::purpose::TABLES;
use zaoshai_backend::db::{Db, Plain};
use zaoshai_backend::demonstration::{Demonstration, Size};
use zaoshai_backend::secrets;
use zaoshai_contract::appointments::State;
use zaoshai_contract::civil::{CivilDate, Moment};
use zaoshai_contract::followups::{Ending, Prompt, Standing, Urgency};
use zaoshai_contract::home_care::{self, CareLists};
use zaoshai_contract::ids::IdempotencyKey;
use zaoshai_contract::page::Page;
use zaoshai_contract::phones::PhoneNumber;
use zaoshai_contract::roles::Role;

const HERE: &str = "qinghe-1";
const THERE: &str = "qinghe-jiangbei";

fn at(year: i32, month: u8, day: u8, hour: u16, minute: u16) -> Moment {
    Moment::at(CivilDate::new(year, month, day).expect("a day"), hour * 60 + minute)
}

/// A Saturday in the morning.
fn morning() -> Moment {
    at(2026, 11, 28, 9, 42)
}

async fn whole() -> World {
    World::of_demonstration(Size::Whole, morning()).await
}

/// All follow-ups of a hospital.
async fn all(world: &World, hospital: &str) -> Vec<Record> {
    world.app.db.followups(hospital, 500).await.expect("the database")
}

fn name(world: &World, record: &Record) -> String {
    world.app.reading(&record.id, "name", &record.name_sealed)
}

/// Signs in with one tap.
async fn enters(world: &World, account: &str) -> Client {
    let mut client = world.client();
    let answer = client.form("/demo/staff", &[("account", account)]).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/staff"), "{account}: {}", answer.text);
    client
}

#[tokio::test]
async fn without_the_flag_there_is_no_demo_no_fictitious_hospital_and_no_way_in() {
    let world = World::new().await;
    let mut stranger = world.client();
    for path in ["/demo", "/demo/staff", "/demo/anew"] {
        assert_eq!(stranger.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for account in ["nurse", "zhang"] {
        let answer = stranger.form("/demo/staff", &[("account", account)]).await;
        assert!(answer.status.is_client_error(), "{}", answer.status);
        assert!(answer.headers.get("set-cookie").is_none(), "nobody is signed in");
    }
    assert!(stranger.form("/demo/anew", &[]).await.status.is_client_error());
    for path in ["/", "/clinics", "/sitemap.txt", "/api/v1/clinics", "/home-care"] {
        let page = stranger.get(path).await.text;
        for word in ["青禾", "qinghe", "（示范）", "0000-", "href=\"/demo\"", "试用"] {
            assert!(!page.contains(word), "{word} on {path}");
        }
    }
    assert_eq!(stranger.get("/clinics/qinghe-1").await.status, StatusCode::NOT_FOUND);
    let found = stranger.get("/search?q=%E9%9D%92%E7%A6%BE").await;
    assert!(!found.text.contains("/clinics/qinghe"), "{}", found.text);
}

#[tokio::test]
async fn the_demonstration_takes_no_database_in_which_others_have_worked() {
    let world = World::new().await;
    let followup = world.followup().await;
    let refused = Demonstration::on(&world.app.db, Size::Whole).await.expect_err("refused").to_string();
    assert!(refused.contains("--database"), "it says what to do: {refused}");
    assert!(world.app.db.empty_demonstration("{}", &[]).await.is_err(), "nothing is emptied without the mark");
    let kept = world.app.db.followup(&followup.row.id).await.expect("the database");
    assert_eq!(name(&world, &kept.expect("it is still there")), "李女士");
    assert!(world.app.db.demonstration_mark().await.expect("the database").is_none());
}

/// What must hold of the people whatever the hour.
async fn is_sound(world: &World) {
    let db = &world.app.db;
    assert_eq!(db.unexplained_appointments().await.expect("the database"), Vec::<String>::new());
    assert_eq!(db.miscounted_slots().await.expect("the database"), Vec::<String>::new());
    let hospitals: BTreeSet<String> = db.hospitals().await.expect("the database").into_iter().collect();
    assert_eq!(hospitals, [HERE.to_owned(), THERE.to_owned()].into(), "nobody works at a real hospital");
    for clinic in &world.app.library().clinics {
        let real = !clinic.card.provenance.fictitious;
        assert!(!real || all(world, &clinic.card.id).await.is_empty(), "{} follows nobody up", clinic.card.id);
    }
}

#[tokio::test]
async fn people_are_in_every_state_at_any_hour_of_any_day() {
    for (now, of_today) in [
        (morning(), 12),
        (at(2026, 11, 29, 20, 0), 12),
        (at(2026, 10, 1, 11, 0), 12),
        // The day has but a quarter of an hour left, or has just begun.
        (at(2026, 11, 30, 23, 40), 7),
        (at(2026, 12, 1, 0, 5), 7),
        // The first minutes after the longest holidays: for a week, and for nine days, no clinic was open.
        (at(2026, 10, 8, 0, 5), 7),
        (at(2026, 2, 24, 0, 5), 7),
    ] {
        let world = World::of_demonstration(Size::Whole, now).await;
        is_sound(&world).await;
        let here = all(&world, HERE).await;
        assert!((45..=60).contains(&here.len()), "{} people", here.len());
        let standings: BTreeMap<&str, usize> = here.iter().fold(BTreeMap::new(), |mut all, record| {
            *all.entry(record.standing(now).as_str()).or_default() += 1;
            all
        });
        for standing in [
            Standing::ToBook,
            Standing::Held,
            Standing::Booked,
            Standing::Unrecorded,
            Standing::Arrived,
            Standing::OutcomeDue,
            Standing::Missed,
            Standing::Cancelled,
            Standing::Closed,
        ] {
            assert!(
                standings.contains_key(standing.as_str()),
                "nobody is {} at {}: {standings:?}",
                standing.as_str(),
                now.iso()
            );
        }
        let day = Moment::at(now.date(), 0);
        let expected = world.app.db.day(HERE, day, day.plus_minutes(1_440)).await.expect("the database");
        assert!(expected.len() >= of_today, "{} are expected at {}", expected.len(), now.iso());
        let overdue = world.app.db.overdue(HERE, now, 100).await.expect("the database");
        for urgency in [Urgency::Urgent, Urgency::Soon, Urgency::Routine] {
            assert!(overdue.iter().any(|record| record.urgency == urgency), "{urgency:?} is overdue");
        }
        for prompt in [Prompt::CancelledByPatient, Prompt::Lapsed, Prompt::WrongNumber] {
            let prompted = |record: &&Record| record.prompt.as_ref().is_some_and(|(found, ..)| *found == prompt);
            assert!(here.iter().any(|record| prompted(&record)), "{prompt:?} at {}", now.iso());
        }
        for ending in [Ending::Completed, Ending::Declined, Ending::Erased] {
            assert!(here.iter().any(|record| record.ending == Some(ending)), "{ending:?}");
        }
        assert!(here.iter().any(Record::locked), "a link is locked");
        assert!(overdue.iter().any(|record| record.unanswered == 2), "somebody was called in vain twice");
    }
}

#[tokio::test]
async fn today_holds_who_has_come_who_has_not_and_who_is_to_come() {
    let world = whole().await;
    let day = Moment::at(morning().date(), 0);
    let rows = world.app.db.day(HERE, day, day.plus_minutes(1_440)).await.expect("the database");
    let mut client = enters(&world, "nurse").await;
    assert_eq!(rows.len(), 12);
    for (path, names) in [
        ("/staff", &["到了，在等", "已就诊", "没来", "李秀英", "吴玉梅", "胡建华"][..]),
        ("/staff/lists/overdue", &["林国栋", "何桂芳", "马秀珍", "2 次没人接，换个时间打，或者寄信"]),
        ("/staff/questions", &["郑桂英"]),
        ("/staff/referrals", &["傅国平"]),
    ] {
        let page = client.get(path).await.text;
        for name in names {
            assert!(page.contains(name), "{name} is on {path}");
        }
    }
}

#[tokio::test]
async fn people_ask_wait_are_moved_and_let_others_act() {
    let world = whole().await;
    let db = &world.app.db;
    let here = all(&world, HERE).await;
    let named =
        |wanted: &str| here.iter().find(|record| name(&world, record) == wanted).unwrap_or_else(|| panic!("{wanted}"));
    let open = db.open_questions(HERE, &After::lowest(), 99).await.expect("the database");
    assert_eq!(open.len(), 2, "two questions wait");
    let answered = db.questions(&named("谢建平").id).await.expect("the database");
    assert!(answered[0].answered.is_some());
    // One who waited was offered what became free, the other still waits.
    assert!(named("韩秀芳").held.is_some(), "an offer");
    assert!(named("于国强").held.is_none());
    assert!(db.waiting(&named("于国强").id).await.expect("the database").is_some());
    // Both of the closed clinic are offered another time.
    for name in ["董淑珍", "萧建英"] {
        let record = named(name);
        assert!(record.held.is_some(), "{name} is offered another time");
        assert_eq!(record.latest.as_ref().map(|latest| latest.state), Some(State::CancelledByClinic), "{name}");
    }
    assert!(named("曹国安").held.is_some(), "somebody looks at a time at this moment");
    assert_eq!(db.helpers(&named("王建国").id).await.expect("the database").len(), 1);
    let batches = db.batches(HERE, &After::highest(), 9).await.expect("the database");
    assert_eq!(batches.iter().map(|batch| batch.there).collect::<Vec<_>>(), [6]);
    let finished = named("蔡建军");
    assert_eq!((finished.ending, finished.step.is_none()), (Some(Ending::Completed), true));
    assert!(named("贾秀英").step.as_ref().is_some_and(|step| step.due_from.days() - morning().date().days() > 100));
}

#[tokio::test]
async fn both_hospitals_hand_people_to_each_other_and_never_to_a_real_one() {
    let world = whole().await;
    let since = morning().plus_minutes(-14 * 1_440);
    for (hospital, own) in [(HERE, ["offered", "offered", "declined"]), (THERE, ["offered", "offered", "declined"])] {
        let pending = world.app.db.pending_referrals(hospital, since).await.expect("the database");
        let mut states: Vec<&str> = pending.iter().map(|row| row.state.as_str()).collect();
        states.sort_unstable();
        let mut own = own;
        own.sort_unstable();
        assert_eq!(states, own, "{hospital}");
    }
    for (name_, hospital) in [("邓建华", THERE), ("沈玉芳", HERE)] {
        assert!(
            all(&world, hospital).await.iter().any(|record| name(&world, record) == name_),
            "{name_} was taken over"
        );
    }
    let mut client = enters(&world, "nurse").await;
    let page = client.get("/staff/followups/demonstration").await.text;
    assert!(page.contains("江北医院（示范）"), "the alliance may be chosen");
    for real in ["株洲市二医院", "安庆市第二人民医院", "攸县"] {
        assert!(!page.contains(real), "nobody is handed to {real}");
    }
    // The other hospital sees what was offered to it, and takes it.
    let mut other = enters(&world, "jb-nurse").await;
    assert!(other.get("/staff/referrals").await.text.contains("袁秀梅"));
}

#[tokio::test]
async fn nursing_at_home_is_in_every_state() {
    let world = whole().await;
    let mut states = BTreeSet::new();
    for (which, from) in [
        (CareLists::Open, After::lowest()),
        (CareLists::Planned, After::lowest()),
        (CareLists::Ended, After::highest()),
    ] {
        let any = Moment(4_000_000_000_000);
        for record in world.app.db.care_list(HERE, which, any, &from, 99).await.expect("the database") {
            states.insert(record.state().expect("a state").as_str());
            let phone = world.app.reading(&record.id, "phone", &record.phone_sealed);
            assert!(phone.starts_with("1540000"), "{phone}");
        }
    }
    for state in home_care::State::ALL.iter().filter(|state| **state != home_care::State::NotDone) {
        assert!(states.contains(state.as_str()), "{state:?} is missing: {states:?}");
    }
}

#[tokio::test]
async fn no_number_of_the_demonstration_rings_anywhere() {
    let world = whole().await;
    let mut seen = 0;
    for hospital in [HERE, THERE] {
        for record in all(&world, hospital).await.iter().filter(|record| record.ending != Some(Ending::Erased)) {
            let phone = world.app.reading(&record.id, "phone", &record.phone_sealed);
            // 154 was never given to anybody.
            assert!(phone.starts_with("1540000") && phone.len() == 11, "{phone}");
            seen += 1;
        }
    }
    assert!(seen > 50, "{seen}");
    let library = world.app.library();
    let fictitious = library.clinics.iter().filter(|clinic| clinic.card.provenance.fictitious);
    let numbers = fictitious.flat_map(|clinic| clinic.card.phones.iter().chain(&clinic.complaints));
    let numbers: Vec<&str> = numbers
        .map(|phone| phone.number.as_str())
        .chain(library.booking.iter().map(|service| service.rules().phone.as_str()))
        .collect();
    assert!(numbers.len() > 8);
    for number in numbers {
        // No area code is 0000, and no country is reached by what it would be read as abroad.
        assert!(number.starts_with("0000-"), "{number}");
        assert!(PhoneNumber::parse(number).is_none(), "{number} cannot be taken for one that can be dialled");
    }
}

#[tokio::test]
async fn every_role_of_both_hospitals_is_one_tap_away_and_nobody_else_is() {
    let world = whole().await;
    let mut stranger = world.client();
    let page = stranger.get("/demo").await;
    assert_eq!(page.status, StatusCode::OK);
    let accounts = world.app.demonstration().expect("a demonstration").accounts();
    for hospital in [HERE, THERE] {
        for role in Role::ALL {
            let held = |roles: &[Role]| roles.contains(&role);
            assert!(
                accounts.iter().any(|account| account.hospital() == hospital && held(&account.staff().roles)),
                "{role:?}"
            );
        }
    }
    for account in accounts {
        assert!(page.text.contains(&format!("name=\"account\" value=\"{}\"", account.name())), "{}", account.name());
        let mut client = enters(&world, account.name()).await;
        let answer = client.get("/staff").await;
        assert_ne!(answer.location_or_nothing(), "/staff/login", "{}", account.name());
    }
    // An account that somebody has made in the demonstration is not one of its own.
    world.staff("guest", HERE, Role::Nurse).await;
    for account in ["guest", "", "nurse ", "zhang"] {
        let answer = stranger.form("/demo/staff", &[("account", account)]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{account}");
        assert!(answer.headers.get("set-cookie").is_none());
    }
    for path in ["/demo/staff", "/demo/anew", "/hant/demo", "/en/demo"] {
        assert_eq!(stranger.get(path).await.location(), "/demo", "{path} leads to the page");
    }
    let foreign = stranger.send(
        axum::http::Request::post("/demo/staff")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("origin", "https://evil.example"),
        axum::body::Body::from("account=nurse"),
        &[],
    );
    assert_eq!(foreign.await.status, StatusCode::FORBIDDEN, "no other site signs anybody in");
}

#[tokio::test]
async fn the_page_shows_three_roles_and_codes_of_the_address_at_which_it_was_reached() {
    let world = whole().await;
    let mut stranger = world.client();
    let page = stranger.get("/demo").await.text;
    for part in
        ["当居民", "当病人", "当护士", "0061", "全部重新开始", "http://zaoshai.test/demo", "http://zaoshai.test/f/"]
    {
        assert!(page.contains(part), "{part}");
    }
    assert!(page.contains("class=\"zs-qr\""));
    // A phone that scans the computer's own address reaches itself.
    for own in ["localhost:8080", "127.0.0.1:8080", "[::1]:8080", "a\"b"] {
        let request = axum::http::Request::get("/demo").header("host", own);
        let answer = axum::body::Body::empty();
        let response = tower::ServiceExt::oneshot(world.router.clone(), request.body(answer).expect("a request")).await;
        let body = response.expect("an answer").into_body();
        let bytes = http_body_util::BodyExt::collect(body).await.expect("a body").to_bytes();
        let text = String::from_utf8(bytes.to_vec()).expect("text");
        assert!(!text.contains("class=\"zs-qr\""), "{own}");
        assert!(text.contains("--host 0.0.0.0"), "{own}: it says what to do");
    }
    // Every page leads there, and says that nothing is real.
    let home = stranger.get("/").await.text;
    assert!(home.contains("href=\"/demo\"") && home.contains("青禾一院（示范）"), "{home}");
    let finder = stranger.get("/clinics").await.text;
    let marks = finder.matches("<span>示范，不是真的医院。电话打不通。</span>").count();
    assert_eq!(marks, 3, "each fictitious hospital says so in the finder");
    assert!(finder.contains("株洲市二医院"), "the real ones stay, as public information");
    // None of the real ones is said to ring nowhere: each asks not to be called for a try.
    let real = world.app.library().clinics.iter().filter(|clinic| !clinic.card.provenance.fictitious).count();
    assert!(real > 9);
    assert_eq!(finder.matches("医院是真的，不要为试用打电话。").count(), real);
    assert!(stranger.get("/clinics/zhuzhou-2").await.text.contains("医院是真的，不要为试用打电话。"));
    assert!(page.contains("写“示范”的医院和人是编的") && page.contains("别的医院是真的"), "{page}");
    // What is shown of a button is the beginning of what it is called.
    for account in world.app.demonstration().expect("a demonstration").accounts() {
        assert!(page.contains(&format!("aria-label=\"进去：{}\"", account.staff().display)));
    }
    assert!(!page.contains("口令"), "the product says 密码");
}

#[tokio::test]
async fn no_map_shows_a_real_place_for_a_hospital_that_there_is_not() {
    let world = World::of_demonstration(Size::Small, morning()).await;
    let mut stranger = world.client();
    for clinic in &world.app.library().clinics {
        let (id, fictitious) = (&clinic.card.id, clinic.card.provenance.fictitious);
        let page = stranger.get(&format!("/clinics/{id}")).await.text;
        for map in ["amap.com", "map.baidu.com", "map.qq.com"] {
            assert_eq!(page.contains(map), !fictitious, "{map} on the page of {id}");
        }
        assert_eq!(page.contains("医院是编的，地图上没有。"), fictitious, "{id}");
        assert_eq!(clinic.maps.is_none(), fictitious, "{id}");
        let document = stranger.get(&format!("/api/v1/clinics/{id}")).await.text;
        let written: Page = serde_json::from_str(&document).expect("a page");
        assert_eq!(zaoshai_contract::json::from_str::<Page>(&document), Some(written), "a phone reads {id} too");
    }
}

#[tokio::test]
async fn a_new_beginning_says_whom_it_affects_ends_every_session_and_makes_the_same_again() {
    let world = whole().await;
    let before = all(&world, HERE).await.len();
    let link = world.app.demonstration().expect("a demonstration").link(&world.app).await.expect("the database");
    let hash = world.app.db.account("nurse").await.expect("the database").expect("an account").password_hash;
    let mut nurse = enters(&world, "nurse").await;
    let form = [("reason", "by-phone"), ("sure", "yes")];
    let erased = nurse.form("/staff/followups/demonstration/erase", &form).await;
    assert_eq!(erased.status, StatusCode::SEE_OTHER, "{}", erased.text);
    let page = nurse.get("/demo").await.text;
    assert!(
        page.contains("资料已经删除") && page.contains("href=\"#anew\""),
        "the way on stands where it is told: {page}"
    );
    assert!(page.contains("现在有 1 个账号登录着"), "{page}");
    assert!(page.contains("<details") && page.contains("改过的、新建的，都没有了"), "it asks first");

    world.app.clock.set(morning().plus_minutes(200));
    let done = nurse.form("/demo/anew", &[]).await;
    assert_eq!((done.status, done.location()), (StatusCode::SEE_OTHER, "/demo?done=anew"));
    assert!(nurse.get("/demo?done=anew").await.text.contains("role=\"status\""), "it is told");
    assert_eq!(nurse.get("/staff").await.location(), "/staff/login", "whoever was in is out");
    is_sound(&world).await;
    assert_eq!(all(&world, HERE).await.len(), before);
    let again = world.app.demonstration().expect("a demonstration").link(&world.app).await.expect("the database");
    assert_eq!(again, link, "a code on paper still opens the same link");
    let kept = world.app.db.account("nurse").await.expect("the database").expect("an account").password_hash;
    assert_eq!(kept, hash, "the password that was printed still fits");
    enters(&world, "nurse").await;
    // History and log only grow again.
    for sql in ["DELETE FROM history", "UPDATE audit SET action = ''", "DELETE FROM home_care_history"] {
        let refused = match &world.app.db {
            Db::Sqlite { write, .. } => sqlx::raw_sql(sql).execute(write).await.err(),
            Db::Postgres(pool) => sqlx::raw_sql(sql).execute(pool).await.err(),
        };
        assert!(refused.is_some_and(|error| error.to_string().contains("only grow")), "{sql}");
    }
}

#[tokio::test]
async fn a_start_on_another_day_makes_it_anew_and_one_on_the_same_day_does_not() {
    let world = whole().await;
    let extra = |world: &World| {
        let mut form = crate::world::new_followup();
        form["services"] = serde_json::json!(["ldct-review"]);
        form["due_from"] = serde_json::json!(world.app.now().date().to_string());
        form["due_to"] = serde_json::json!(world.app.now().date().plus_days(9).to_string());
        form
    };
    let mut nurse = enters(&world, "nurse").await;
    let key = secrets::fresh_id();
    let made = nurse.json("POST", "/api/v1/staff/followups", &extra(&world), &[("idempotency-key", &key)]).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let count = all(&world, HERE).await.len();

    let (folder, db) = world.ended();
    let world = World::started_again(folder, db, Size::Whole, morning().plus_minutes(600)).await;
    assert_eq!(all(&world, HERE).await.len(), count, "what was done today stays");

    let (folder, db) = world.ended();
    let later = morning().plus_minutes(9 * 1_440);
    let world = World::started_again(folder, db, Size::Whole, later).await;
    assert_eq!(all(&world, HERE).await.len(), count - 1, "the day has passed");
    is_sound(&world).await;
    let day = Moment::at(later.date(), 0);
    assert_eq!(world.app.db.day(HERE, day, day.plus_minutes(1_440)).await.expect("the database").len(), 12);
}

#[tokio::test]
async fn the_small_one_holds_one_patient_and_two_accounts() {
    let world = World::of_demonstration(Size::Small, morning()).await;
    is_small(&world).await;
    let mut nurse = enters(&world, "nurse").await;
    assert!(nurse.get("/staff").await.text.contains("护士工作台"));
    assert_eq!(nurse.form("/demo/anew", &[]).await.status, StatusCode::SEE_OTHER);
    is_small(&world).await;
}

/// Writes into the database behind the back of the server.
async fn execute(world: &World, sql: &'static str) {
    match &world.app.db {
        Db::Sqlite { write, .. } => drop(sqlx::raw_sql(sql).execute(write).await.expect(sql)),
        Db::Postgres(pool) => drop(sqlx::raw_sql(sql).execute(pool).await.expect(sql)),
    }
}

/// A new beginning does nothing, and the page says why in the place of its button.
async fn stays_as_it_is(world: &World) {
    let mut stranger = world.client();
    let before = world.app.db.followup("demonstration").await.expect("the database").expect("a follow-up").version;
    let anew = stranger.form("/demo/anew", &[]).await;
    assert_eq!((anew.status, anew.location()), (StatusCode::SEE_OTHER, "/demo"));
    let kept = world.app.db.followup("demonstration").await.expect("the database").expect("a follow-up").version;
    assert_eq!(before, kept, "nobody was made anew");
    let page = stranger.get("/demo").await.text;
    assert!(page.contains("不能重新开始") && !page.contains("action=\"/demo/anew\""), "{page}");
}

#[tokio::test]
async fn a_new_beginning_empties_no_table_of_another_application() {
    let world = World::of_demonstration(Size::Small, morning()).await;
    execute(&world, "CREATE TABLE orders (id TEXT); INSERT INTO orders VALUES ('kept')").await;
    stays_as_it_is(&world).await;
    // Fails by a conflict where the row is gone.
    execute(&world, "CREATE UNIQUE INDEX one_order ON orders (id)").await;
    let again = match &world.app.db {
        Db::Sqlite { write, .. } => sqlx::raw_sql("INSERT INTO orders VALUES ('kept')").execute(write).await.err(),
        Db::Postgres(pool) => sqlx::raw_sql("INSERT INTO orders VALUES ('kept')").execute(pool).await.err(),
    };
    assert!(again.is_some(), "the row is still there");
    execute(&world, "DROP TABLE orders").await;
    is_small(&world).await;
    assert_eq!(world.client().form("/demo/anew", &[]).await.status, StatusCode::SEE_OTHER);
    assert!(world.client().get("/demo").await.text.contains("action=\"/demo/anew\""));
}

#[tokio::test]
async fn a_new_beginning_forgets_whom_its_own_administrators_made_and_nobody_elses_account() {
    let world = World::of_demonstration(Size::Small, morning()).await;
    let mut admin = enters(&world, "nurse").await;
    let fields = [("name", "guest"), ("display", "客人"), ("roles", "nurse")];
    assert_eq!(admin.form_once("/staff/accounts", &fields).await.status, StatusCode::OK);
    let made = async |name: &str| world.app.db.account(name).await.expect("the database").is_some();
    assert!(made("guest").await);
    assert_eq!(admin.form("/demo/anew", &[]).await.status, StatusCode::SEE_OTHER);
    assert!(!made("guest").await && made("nurse").await, "it was made anew");

    world.staff("guest", HERE, Role::Nurse).await;
    stays_as_it_is(&world).await;
    assert!(made("guest").await, "whoever works for real people stays");
    let (folder, db) = world.ended();
    let (demonstration, _) = Demonstration::on(&db, Size::Small).await.expect("its own database");
    let app = crate::world::app(folder.path(), db, zaoshai_backend::clock::Clock::still(morning().plus_minutes(2_000)));
    let app = app.demonstrating(demonstration);
    let refused = app.demonstration().expect("a demonstration").prepare(&app).await.expect_err("refused").to_string();
    assert!(refused.contains("holds accounts (1)") && refused.contains("Nobody was deleted"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_that_come_to_an_empty_database_at_once_one_has_it() {
    for _ in 0..8 {
        let folder = tempfile::tempdir().expect("a folder");
        let url = address(folder.path()).await;
        let db = Db::open(&url).await.expect("a database");
        let (people, demonstration) =
            tokio::join!(Db::open_for_people(&url, Plain::Local), db.claim_for_demonstration("{}"));
        assert_eq!(people.is_ok(), demonstration.is_err(), "{people:?} {demonstration:?}");
        assert_eq!(demonstration.is_ok(), db.demonstration_mark().await.expect("the database").is_some());
    }
}

#[tokio::test]
async fn the_tables_that_are_emptied_are_those_that_the_migrations_make() {
    let world = World::without_timetable().await;
    let (sqlite, postgres) = (
        "SELECT name FROM sqlite_master WHERE type = 'table'",
        "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'",
    );
    let mut made: Vec<String> = match &world.app.db {
        Db::Sqlite { read, .. } => {
            let rows = sqlx::raw_sql(sqlite).fetch_all(read).await.expect("tables");
            rows.iter().map(|row| row.get(0)).collect()
        }
        Db::Postgres(pool) => {
            let rows = sqlx::raw_sql(postgres).fetch_all(pool).await.expect("tables");
            rows.iter().map(|row| row.get(0)).collect()
        }
    };
    made.retain(|name| name != "_sqlx_migrations");
    made.sort();
    assert_eq!(made, TABLES);
}

async fn is_small(world: &World) {
    let people = all(world, HERE).await;
    assert_eq!(people.iter().map(|record| name(world, record)).collect::<Vec<_>>(), ["李女士"]);
    assert_eq!(world.app.demonstration().expect("a demonstration").accounts().len(), 2);
}

#[tokio::test]
async fn who_begins_anew_at_once_with_others_does_it_once_and_never_in_the_middle_of_something() {
    let world = whole().await;
    let demonstration = world.app.demonstration().expect("a demonstration");
    let made = demonstration.made_at(&world.app).await.expect("the database");
    world.app.clock.set(morning().plus_minutes(5));
    let all = (0..8).map(|_| async {
        let mut visitor = world.client();
        visitor.form("/demo/anew", &[]).await.status
    });
    let statuses = futures_util::future::join_all(all).await;
    assert!(statuses.iter().all(|status| *status == StatusCode::SEE_OTHER), "{statuses:?}");
    assert_ne!(demonstration.made_at(&world.app).await.expect("the database"), made);
    // What is under way, like a table of which people are still being made, is not torn apart.
    let peace = demonstration.in_peace().await;
    let refused = world.client().form("/demo/anew", &[]).await;
    assert_eq!(refused.location(), "/demo?done=busy");
    drop(peace);
    assert!(world.client().get("/demo?done=busy").await.text.contains("没有重新开始"), "it is told");
    assert_eq!(world.client().form("/demo/anew", &[]).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn who_cannot_get_in_with_one_tap_is_told_why_and_what_to_do() {
    let world = whole().await;
    world.app.db.disable_staff("nurse2").await.expect("the database");
    let told = world.client().form("/demo/staff", &[("account", "nurse2")]).await;
    assert!(told.text.contains("这个账号现在进不去") && told.text.contains("重新开始"), "{}", told.text);
    assert!(world.client().get("/staff/login").await.text.contains("href=\"/demo\""), "the login leads back");
    let mut nurse = enters(&world, "nurse").await;
    assert!(nurse.get("/staff").await.text.contains("演示说明，重新开始"));
}

#[tokio::test]
async fn every_form_of_the_desk_carries_a_key_that_the_server_takes() {
    for size in [Size::Small, Size::Whole] {
        let world = World::of_demonstration(size, morning()).await;
        let mut nurse = enters(&world, "nurse").await;
        let mut seen = 0;
        for list in ["", "/lists/overdue", "/lists/calls", "/lists/waiting", "/lists/booked", "/lists/ended"] {
            let page = nurse.get(&format!("/staff{list}")).await.text;
            for key in page.split("name=\"key\" value=\"").skip(1) {
                let key = key.split('"').next().unwrap_or_default();
                assert!(IdempotencyKey::parse(key).is_some(), "{list}: {key}");
                seen += 1;
            }
        }
        assert!(seen > 0, "{size:?}: the lists have forms");
    }
    let world = World::of_demonstration(Size::Small, morning()).await;
    let mut nurse = enters(&world, "nurse").await;
    let list = nurse.get("/staff/lists/waiting").await.text;
    let key = crate::batches::hidden(&list, "key");
    let call = [("outcome", "no-answer"), ("key", key.as_str()), ("from", "/staff/lists/waiting")];
    let told = nurse.form("/staff/followups/demonstration/call", &call).await;
    assert_eq!(told.status, StatusCode::SEE_OTHER, "{}", told.text);
    let old = [("outcome", "no-answer"), ("key", "short"), ("from", "/staff/lists/waiting")];
    let told = nurse.form("/staff/followups/demonstration/call", &old).await;
    assert!(told.text.contains("这一页旧了，没有提交"), "{}", told.text);
}

#[tokio::test]
async fn the_clock_sets_everything_up_for_a_later_day_unless_somebody_is_trying() {
    let world = whole().await;
    let demonstration = world.app.demonstration().expect("a demonstration");
    let mut nurse = enters(&world, "nurse").await;
    let made = async || demonstration.made_at(&world.app).await.expect("the database");
    let first = made().await;
    let round = async || demonstration.prepare_for_today(&world.app).await.expect("the clock's work");
    world.app.clock.set(Moment(morning().0 + 16 * 3_600_000));
    let mut other = enters(&world, "nurse2").await;
    round().await;
    assert_eq!(made().await, first, "nobody is thrown out");
    for client in [&mut nurse, &mut other] {
        client.form("/staff/logout", &[]).await;
    }
    assert!(world.client().get("/demo").await.text.contains("个人来"), "the page is there");
    assert_eq!(made().await, first, "looking at the page makes nothing");
    world.app.clock.set(Moment(morning().0 + 2 * 86_400_000));
    let peace = demonstration.in_peace().await;
    round().await;
    assert_eq!(made().await, first, "what is under way is not torn apart");
    drop(peace);
    round().await;
    assert_ne!(made().await, first);
    assert!(!world.client().get("/demo").await.text.contains("今天 0 个人来"));
    let second = made().await;
    round().await;
    assert_eq!(made().await, second, "once a day");
}
