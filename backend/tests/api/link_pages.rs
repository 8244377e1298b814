//! What the pages of a follow-up link say first, at every stage of it, and the ways that stand beside each other.

use crate::home_care;
use crate::world::{Client, World};
use serde_json::{Value, json};
use zaoshai_app::{Voice, render_followup};
use zaoshai_backend::secrets;
use zaoshai_contract::civil::Moment;
use zaoshai_contract::followups::{FollowUp, Kept, News, Plan, Stage, Standing, Told};
use zaoshai_contract::page::{Made, Page};
use zaoshai_contract::route::{FollowUpView, Lang};
use zaoshai_contract::schedules::Ask;
use zaoshai_contract::staff::FollowUpDetail;

/// The views that a link has.
const VIEWS: [FollowUpView; 8] = [
    FollowUpView::Plan,
    FollowUpView::Days,
    FollowUpView::Moving,
    FollowUpView::Cancelling,
    FollowUpView::Questions,
    FollowUpView::Helpers,
    FollowUpView::Data,
    FollowUpView::Erasing,
];

/// A plan as a server made it, with the page around it.
struct Staged {
    page: Page,
    followup: FollowUpDetail,
    plan: Plan,
}

impl Staged {
    /// Somebody with an appointment for whom another time is kept.
    async fn new(world: &World) -> Self {
        let followup = world.followup().await;
        let mut patient = world.patient(&followup).await;
        let api = format!("/api/v1/followups/{}", followup.token);
        let mut slots = Vec::new();
        for day in patient.get(&format!("{api}/plan")).await.json()["days"].as_array().expect("days") {
            slots.push(day["slots"][0]["id"].as_str().expect("a slot").to_owned());
        }
        let key = secrets::fresh_id();
        let body = json!({ "slot": slots[0], "agreed": ["pregnancy"] });
        let booked = patient.json("POST", &format!("{api}/appointment"), &body, &[("idempotency-key", &key)]).await;
        assert_eq!(booked.status, 200, "{}", booked.text);
        let held = [("slot", &slots[1][..]), ("key", &secrets::fresh_id())];
        patient.form(&format!("/f/{}/hold", followup.token), &held).await;
        let page = serde_json::from_str(&patient.get(&api).await.text).expect("a page");
        let plan: Plan = serde_json::from_str(&patient.get(&format!("{api}/plan")).await.text).expect("a plan");
        assert!(plan.appointment.is_some() && plan.held.is_some(), "{plan:?}");
        Self { page, followup, plan }
    }

    fn shown(&self, plan: &Plan, view: FollowUpView, news: &News) -> Made {
        let followup = FollowUp { token: self.followup.token.clone(), stage: Stage::Plan(Box::new(plan.clone())) };
        let voice = Voice { lang: Lang::Hans, traditional: &str::to_owned };
        render_followup(&self.page.meta, &followup, view, news, &voice, plan.now.date())
    }
}

/// Whether one text comes before another, both being there.
fn before(page: &str, first: &str, second: &str) -> bool {
    let place = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text} in {page}"));
    place(first) < place(second)
}

#[tokio::test]
async fn every_action_tells_its_result_above_the_title_at_every_stage_of_the_link() {
    let world = World::new().await;
    let staged = Staged::new(&world).await;
    let mut seen = 0;
    for told in Told::ALL.iter().copied().filter(|told| !matches!(told, Told::Held | Told::Left)) {
        let words: &[&str] = match told {
            Told::Booked => &["约好了"],
            Told::Moved => &["改好了"],
            Told::Cancelled => &["的预约已取消", "预约已取消", "预约取消了"],
            Told::Released => &["已放开"],
            Told::Waiting => &["已加入候补"],
            Told::LeftWaiting => &["已不再候补"],
            Told::Asked => &["问题已发给护士"],
            Told::HelperAdded => &["已保存"],
            Told::HelperEnded => &["已取消代办"],
            Told::Acting => &["现在是本人在办"],
            Told::Overtaken => &["这次什么都没有改动"],
            Told::Held | Told::Left => &[],
        };
        for standing in Standing::ALL.iter().copied().filter(|standing| *standing != Standing::Closed) {
            for view in VIEWS {
                for parts in 0..8 {
                    let mut plan = Plan { done: Some(told), standing, ..staged.plan.clone() };
                    plan.held = plan.held.filter(|_| parts & 1 == 0);
                    plan.appointment = plan.appointment.filter(|_| parts & 2 == 0);
                    let starts = staged.plan.appointment.as_ref().map(|one| one.slot.starts);
                    let given_back = starts.into_iter().filter(|_| parts & 4 == 0).collect();
                    let main = staged.shown(&plan, view, &News { given_back, ..News::default() }).main;
                    let (above, _) = main.split_once("</h1>").expect("a title");
                    let found = words.iter().any(|word| above.contains(word));
                    assert!(found, "{told:?} at {standing:?} on {view:?}, {parts}: {above}");
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 4_000, "{seen} pages");
}

#[tokio::test]
async fn a_step_that_is_sent_again_after_a_later_one_tells_that_nothing_was_done() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut patient = world.patient(&followup).await;
    let link = format!("/f/{}", followup.token);
    let plan = patient.get(&format!("/api/v1/followups/{}/plan", followup.token)).await.json();
    let slot = |day: usize| plan["days"][day]["slots"][0]["id"].as_str().expect("a slot").to_owned();
    let (first, second, third) = (slot(0), slot(1), slot(2));
    let keys: Vec<String> = (0..6).map(|_| secrets::fresh_id()).collect();
    let hold = |key: usize, slot: &str| ("hold", vec![("key", keys[key].clone()), ("slot", slot.to_owned())]);
    let confirm = |key: usize| ("confirm", vec![("key", keys[key].clone()), ("agreed", "pregnancy".to_owned())]);
    let cancel = ("cancel", vec![("key", keys[2].clone())]);
    let steps = [
        (hold(0, &first), "held"),
        (hold(0, &first), "held"),
        (confirm(1), "booked"),
        (confirm(1), "booked"),
        (cancel.clone(), "cancelled"),
        (cancel.clone(), "cancelled"),
        (hold(0, &first), "overtaken"),
        (confirm(1), "overtaken"),
        (hold(3, &second), "held"),
        (hold(0, &first), "overtaken"),
        (confirm(4), "booked"),
        (cancel.clone(), "overtaken"),
        (confirm(1), "overtaken"),
        (hold(5, &third), "held"),
        (confirm(4), "booked"),
    ];
    for ((step, fields), told) in steps {
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        for (prefix, nothing) in
            [("", "这次什么都没有改动"), ("/hant", "這次什麼都沒有改動"), ("/en", "Nothing was changed now")]
        {
            let answer = patient.form(&format!("{prefix}{link}/{step}"), &fields).await;
            assert!(answer.location().ends_with(&format!("done={told}")), "{step}: {}", answer.location());
            let page = patient.get(answer.location()).await.text;
            let (above, _) = page.split_once("</h1>").expect("a title");
            assert_eq!(above.contains(nothing), told == "overtaken", "{step}, {told}: {above}");
            assert!(told == "cancelled" || !above.contains("的预约已取消"), "{step}, {told}: {above}");
        }
    }
}

#[tokio::test]
async fn a_move_that_is_sent_twice_does_not_say_that_the_new_time_was_given_back() {
    let world = World::new().await;
    let staged = Staged::new(&world).await;
    let mut patient = world.patient(&staged.followup).await;
    let key = secrets::fresh_id();
    let fields = [("key", key.as_str()), ("agreed", "pregnancy")];
    let path = format!("/f/{}/confirm", staged.followup.token);
    let first = patient.form(&path, &fields).await;
    let page = patient.get(first.location()).await.text;
    assert!(page.contains("原来的 11月24日 星期二 上午8:30 已退掉"), "{page}");
    let again = patient.form(&path, &fields).await;
    assert!(again.location().ends_with("done=moved"), "{}", again.location());
    let page = patient.get(again.location()).await.text;
    assert!(page.contains("改好了") && !page.contains("已退掉"), "{page}");
}

#[tokio::test]
async fn who_cancels_while_another_time_is_kept_reads_that_it_is_cancelled_and_that_the_other_is_not_booked() {
    let world = World::new().await;
    let staged = Staged::new(&world).await;
    let mut patient = world.patient(&staged.followup).await;
    let link = format!("/f/{}", staged.followup.token);
    let cancelled = patient.form(&format!("{link}/cancel"), &[("key", &secrets::fresh_id())]).await;
    let page = patient.get(cancelled.location()).await.text;
    assert!(before(&page, "11月24日 星期二 上午8:30 的预约已取消", "请确认这个时间"), "{page}");
    assert!(before(&page, "还没有约好", "请确认这个时间"), "{page}");
}

#[tokio::test]
async fn what_cannot_be_undone_stands_beside_the_way_back() {
    let world = World::new().await;
    let staged = Staged::new(&world).await;
    let link = format!("href=\"/f/{}\"", staged.followup.token);
    for (view, keep, grave) in
        [(FollowUpView::Cancelling, "不取消", "确定取消"), (FollowUpView::Erasing, "不删除", "删除</button>")]
    {
        let bar = staged.shown(&staged.plan, view, &News::default()).action;
        assert!(bar.contains(&link) && before(&bar, keep, grave), "{view:?}: {bar}");
        assert!(before(&bar, "class=\"zs-button\"", "zs-button--grave"), "the safe way is no lesser button: {bar}");
    }
    let mut plan = Plan { standing: Standing::ToBook, held: None, appointment: None, ..staged.plan.clone() };
    plan.waiting = Some(zaoshai_contract::followups::Waiting { since: plan.now });
    plan.helpers = vec![zaoshai_contract::followups::Helper {
        id: "a".to_owned(),
        name: "女儿 王芳".to_owned(),
        consented: plan.now,
    }];
    let list = staged.shown(&plan, FollowUpView::Plan, &News::default()).main;
    assert!(before(&list, "继续候补", "是，不再候补"), "{list}");
    let family = staged.shown(&plan, FollowUpView::Helpers, &News::default()).main;
    assert!(before(&family, "不取消代办", "是，女儿 王芳 不再代办"), "{family}");
    // The link of a request for nursing at home likewise.
    let (mut person, care) = home_care::asks(&world).await;
    let page = person.get(&care).await.text;
    let back = format!("href=\"{care}\"");
    assert!(page.matches(&back).count() >= 2, "{page}");
    assert!(before(&page, "不取消", "确定取消") && before(&page, "不删除", "删除</button>"), "{page}");
}

#[tokio::test]
async fn what_is_confirmed_and_what_is_to_be_ticked_come_before_anything_else() {
    let world = World::new().await;
    let staged = Staged::new(&world).await;
    let mut plan = Plan { appointment: None, ..staged.plan.clone() };
    plan.agreements.first_mut().expect("something is asked").ask = Ask::Tick;
    let main = staged.shown(&plan, FollowUpView::Plan, &News::default()).main;
    let held = "上午8:30";
    assert!(before(&main, "请确认这个时间", held) && before(&main, held, "name=\"agreed\""), "{main}");
    assert!(before(&main, "name=\"agreed\"", "换人") && before(&main, "name=\"agreed\"", "地点"), "{main}");
    assert!(!main.contains("每一条") && !main.contains("逐条"), "one box is not each of them");
    // What the clinic cancelled is told before the time that takes its place.
    plan.clinic_cancelled = true;
    plan.kept = Some(Kept::Replacement);
    plan.given_up = Some(Moment(plan.now.0 + 3_600_000));
    let main = staged.shown(&plan, FollowUpView::Plan, &News::default()).main;
    assert!(before(&main, "医院取消了您", "请确认新的时间"), "{main}");
}

#[tokio::test]
async fn nobody_is_asked_to_come_by_a_day_that_has_passed() {
    let world = World::new().await;
    let staged = Staged::new(&world).await;
    let mut plan = Plan { standing: Standing::ToBook, held: None, appointment: None, ..staged.plan.clone() };
    let step = plan.step.as_mut().expect("a step");
    step.due_to = plan.now.date().plus_days(-4);
    plan.after_window = true;
    let slot = staged.plan.held.clone().expect("a slot").slot;
    let day = zaoshai_contract::slots::SlotDay { date: slot.starts.date(), slots: vec![slot] };
    for days in [vec![day], Vec::new()] {
        let plan = Plan { days, ..plan.clone() };
        for view in [FollowUpView::Plan, FollowUpView::Days] {
            let main = staged.shown(&plan, view, &News::default()).main;
            assert!(main.contains("已经过了") && main.contains("尽快"), "{view:?}: {main}");
            assert!(main.contains(&format!("tel:{}", plan.phone)), "{view:?}: {main}");
            assert!(!main.contains("以前来") && !main.contains("您的时间段里"), "{view:?}: {main}");
        }
    }
}

#[tokio::test]
async fn a_letter_does_not_ask_for_what_is_done_already() {
    let world = World::new().await;
    let staged = Staged::new(&world).await;
    let step = "约肠镜，照随访页上的单子准备。";
    for standing in Standing::ALL.iter().copied().filter(|standing| *standing != Standing::Closed) {
        let letter = vec!["大便里查到了血。".to_owned(), format!("下一步：{step}")];
        let plan = Plan { standing, letter, held: None, ..staged.plan.clone() };
        let main = staged.shown(&plan, FollowUpView::Plan, &News::default()).main;
        assert!(main.contains(step), "nothing of it is lost: {main}");
        assert_eq!(main.contains(">下一步：约肠镜"), standing.lets_choose(), "{standing:?}: {main}");
        assert_eq!(main.contains("<b>现在："), !standing.lets_choose(), "{standing:?}: {main}");
    }
}

async fn opened(client: &mut Client) -> (String, Value) {
    let page = client.get("/f").await;
    let document = client.get("/api/v1/followups").await;
    (page.text, document.json())
}

#[tokio::test]
async fn the_follow_up_tab_leads_back_to_what_is_open_in_this_browser_and_to_nothing_else() {
    let world = World::new().await;
    let (mother, father) = (world.followup().await, world.followup().await);
    let links = [&mother, &father].map(|followup| format!("/f/{}", followup.token));
    let (mut daughter, care) = home_care::asks(&world).await;
    daughter.form(&format!("{}/identify", links[0]), &[("ending", "8000")]).await;
    daughter.form(&format!("{}/identify", links[1]), &[("ending", "8000")]).await;
    let (page, document) = opened(&mut daughter).await;
    for link in links.iter().chain([&care]) {
        assert!(page.contains(&format!("href=\"{link}\"")) && document.to_string().contains(link), "{link}: {page}");
    }
    // Whoever has given the digits tells two parents apart by the name and what they are to come for.
    for known in ["李女士", "王奶奶", "随访，低剂量", "护士上门"] {
        assert!(page.contains(known), "{known}: {page}");
    }
    for personal in ["8000", "结节"] {
        assert!(!page.contains(personal), "{personal}: {page}");
    }
    assert_eq!(daughter.get("/f").await.headers["cache-control"], "no-store");
    assert_eq!(daughter.get("/api/v1/followups").await.headers["cache-control"], "no-store");
    assert!(daughter.get("/en/f").await.text.contains(&format!("href=\"/en{}\"", links[0])));
    let (stranger, _) = opened(&mut world.client()).await;
    assert!(!stranger.contains(&links[0]) && stranger.contains("打开短信或微信里护士发的链接"), "{stranger}");
    // Once the time of a session is over nothing leads to it.
    world.app.clock.set(Moment(world.app.now().0 + 31 * 60_000));
    let (late, _) = opened(&mut daughter).await;
    assert!(!late.contains(&links[0]) && !late.contains(&care), "{late}");
    assert!(!late.contains("李女士") && !late.contains("王奶奶"), "{late}");
}

#[tokio::test]
async fn the_first_words_of_a_link_say_what_it_is_for_and_whom_to_call() {
    let world = World::new().await;
    let staged = Staged::new(&world).await;
    let service = staged.plan.step.as_ref().expect("a step").service_names.join("、");
    let phone = format!("href=\"tel:{}\"", staged.plan.phone);
    for done in [None, Some(Told::Cancelled), Some(Told::Overtaken)] {
        let slot = staged.plan.held.clone().expect("a slot").slot;
        let days = vec![zaoshai_contract::slots::SlotDay { date: slot.starts.date(), slots: vec![slot] }];
        let plan =
            Plan { standing: Standing::ToBook, held: None, appointment: None, done, days, ..staged.plan.clone() };
        let main = staged.shown(&plan, FollowUpView::Plan, &News::default()).main;
        let (above, below) = main.split_once("</h1>").expect("a title");
        assert!(above.contains(&format!("来做：{service}")), "{done:?}: {above}");
        assert!(below.split_once("name=\"slot\"").expect("times").0.contains(&phone), "{done:?}: {below}");
        assert!(before(&main, "以前来。", "name=\"slot\""), "the last day stands above the times: {main}");
        assert_eq!(main.contains("可以另选一个时间"), done == Some(Told::Cancelled), "{main}");
    }
}

#[tokio::test]
async fn a_time_that_is_kept_says_until_when_and_how_to_give_it_back_before_anything_else() {
    let world = World::new().await;
    let staged = Staged::new(&world).await;
    let mut plan = staged.plan.clone();
    let until = Moment(plan.now.0 + 14 * 60_000 + 59_000);
    plan.held.as_mut().expect("a time").until = Some(until);
    let main = staged.shown(&plan, FollowUpView::Plan, &News::default()).main;
    assert!(before(&main, "，还有 14 分钟", "id=\"confirm\""), "{main}");
    assert!(before(&main, "不要这个，另选时间", "取消现在的预约"), "{main}");
    assert!(before(&main, "不要这个，另选时间", "李女士"), "{main}");
    plan.held.as_mut().expect("a time").until = Some(Moment(plan.now.0 + 3 * 3_600_000));
    let main = staged.shown(&plan, FollowUpView::Plan, &News::default()).main;
    assert!(main.contains("为您留到") && !main.contains("分钟"), "{main}");
}
#[tokio::test]
async fn leaving_a_borrowed_phone_closes_links_of_both_kinds() {
    let world = World::new().await;
    for from_care in [false, true] {
        let followup = world.followup().await;
        let link = format!("/f/{}", followup.token);
        let (mut person, care) = home_care::asks(&world).await;
        person.form(&format!("{link}/identify"), &[("ending", "8000")]).await;
        assert!(person.get(&link).await.text.contains("李女士") && person.get(&care).await.text.contains("王奶奶"));
        let mut thief = person.clone();
        let left = if from_care { &care } else { &link };
        let told = person.form(&format!("{left}/leave"), &[]).await;
        assert!(person.get(told.location()).await.text.contains("已退出"), "{left}");
        for phone in [&mut person, &mut thief] {
            assert!(!phone.get(&link).await.text.contains("李女士"), "left by {left}");
            assert!(!phone.get(&care).await.text.contains("王奶奶"), "left by {left}");
            assert!(!phone.get("/f").await.text.contains(&link), "left by {left}");
        }
    }
}
