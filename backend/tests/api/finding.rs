//! Finding people by what is typed: names in any spelling, numbers in any form, the code off a letter; and not making the
//! same person twice.

use crate::broken::spoil;
use crate::world::{Client, World, new_followup};
use axum::http::StatusCode;
use serde_json::json;
use zaoshai_backend::finders::refold;
use zaoshai_backend::secrets;

async fn make(nurse: &mut Client, name: &str, phone: &str) -> serde_json::Value {
    let mut new = new_followup();
    new["name"] = json!(name);
    new["phone"] = json!(phone);
    let key = secrets::fresh_id();
    let answer = nurse.json("POST", "/api/v1/staff/followups", &new, &[("idempotency-key", &key)]).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    answer.json()
}

/// Whether what is typed into the search leads to a follow-up.
async fn finds(nurse: &mut Client, typed: &str, followup: &serde_json::Value) -> bool {
    let found = nurse.form("/staff/search", &[("q", typed)]).await;
    assert_eq!(found.status, StatusCode::SEE_OTHER, "{}", found.text);
    let page = nurse.get(found.location()).await;
    assert_eq!(page.status, StatusCode::OK);
    page.text.contains(followup["row"]["id"].as_str().expect("an id"))
}

#[tokio::test]
async fn a_person_is_found_in_every_spelling_of_the_name() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let long = "古丽巴哈尔·阿卜杜热依木·买买提艾力·吐尔逊江·阿不都拉·穆罕默德·依明江·卡德尔";
    let cases = [
        (
            "试验提·吐尔甲",
            &["试验提•吐尔甲", "试验提吐尔", "试验提‧吐尔甲", "试验提．吐尔甲", "試驗提・吐爾甲", "吐 尔 甲"][..],
        ),
        ("陳国強", &["陈国强", "陳國強", "国强"]),
        ("John McSmith", &["john mcsmith", "ＪＯＨＮ", "McSmith"]),
        ("试\u{200b}芳\u{fe00}", &["试芳", "试　芳", "試芳"]),
        (long, &[long, "买买提艾力", "古麗巴哈爾", "古丽巴哈尔阿卜杜热依木买买提艾力吐尔逊江"]),
    ];
    assert!(long.chars().count() > 40);
    let mut made = Vec::new();
    for (place, (name, typed)) in cases.into_iter().enumerate() {
        let followup = make(&mut nurse, name, &format!("1390016000{place}")).await;
        for typed in typed {
            assert!(finds(&mut nurse, typed, &followup).await, "{typed:?} finds {name:?}");
        }
        made.push(followup);
    }
    assert!(!finds(&mut nurse, "试验提吐尔乙", &made[0]).await);
    assert!(!finds(&mut nurse, "古丽巴哈尔阿卜杜热依木买买提艾力吐尔逊红", &made[4]).await);
}

#[tokio::test]
async fn a_person_is_found_by_any_form_of_the_number() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    for (phone, typed) in [
        ("13900139000", &["139 0013 9000", "+86 139-0013-9000", "１３９００１３９０００", "013900139000", "9000"][..]),
        ("0731-28307119转801", &["（0731）28307119", "073128307119", "73128307119", "28307119", "7119"]),
        ("+852 9123 4567", &["85291234567", "（+852）9123 4567", "4567"]),
    ] {
        let followup = make(&mut nurse, "李女士", phone).await;
        for typed in typed {
            assert!(finds(&mut nurse, typed, &followup).await, "{typed:?} finds {phone:?}");
        }
    }
}

#[tokio::test]
async fn the_code_on_the_letter_is_found_however_it_is_typed() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let followup = make(&mut nurse, "李女士", "13900139000").await;
    let code = followup["row"]["code"].as_str().expect("a code").to_owned();
    let confused = code.replace('0', "O").replace('1', "l");
    let full: String =
        code.chars().map(|letter| char::from_u32(u32::from(letter) + 0xfee0).expect("a letter")).collect();
    for typed in [
        code.clone(),
        code.to_lowercase(),
        code.replace('-', ""),
        code.replace('-', " "),
        confused.to_lowercase(),
        full,
        format!("编号 {code}"),
    ] {
        assert!(finds(&mut nurse, &typed, &followup).await, "{typed:?} finds {code}");
    }
}

#[tokio::test]
async fn a_second_followup_of_the_same_number_and_service_needs_a_tick() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let first = make(&mut nurse, "李女士", "13900139000").await;
    let path = format!("/staff/followups/{}", first["row"]["id"].as_str().expect("an id"));
    let key = secrets::fresh_id();
    let fields = |phone: &'static str, service: &'static str| {
        vec![
            ("key", key.clone()),
            ("name", "李 芳".to_owned()),
            ("phone", phone.to_owned()),
            ("reason", "复查".to_owned()),
            ("services", service.to_owned()),
            ("due_from", "2026-11-24".to_owned()),
            ("due_to", "2026-12-20".to_owned()),
        ]
    };
    async fn send(nurse: &mut Client, fields: &[(&str, String)]) -> crate::world::Answer {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        nurse.form("/staff/followups", &fields).await
    }
    let mut form = fields("+86 139-0013-9000", "ldct-review");
    let asked = send(&mut nurse, &form).await;
    assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", asked.text);
    assert!(asked.text.contains("已经有一个没有结束的随访") && asked.text.contains(&path), "{}", asked.text);
    let far = "李女士 · 低剂量 CT 复查 · 还没约，最晚 ";
    assert!(asked.text.contains(far), "what it is for and how far it has come: {}", asked.text);
    assert!(asked.text.contains("name=\"another\"") && asked.text.contains("李 芳"), "what was typed is kept");
    form.push(("another", "yes".to_owned()));
    let made = send(&mut nurse, &form).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
    assert_eq!(send(&mut nurse, &form).await.location(), made.location(), "a repeat gives the same one");
    // Another service, or another number, asks nothing.
    for (phone, service) in [("13900139000", "colonoscopy"), ("13900139001", "ldct-review")] {
        let mut form = fields(phone, service);
        form[0].1 = secrets::fresh_id();
        let answer = send(&mut nurse, &form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{phone} {service}: {}", answer.text);
        assert_eq!(send(&mut nurse, &form).await.location(), answer.location(), "a repeat of it does not ask either");
    }
    // The same by the API.
    let mut new = new_followup();
    new["phone"] = json!("（+86）13900139001");
    new["another"] = json!(false);
    let answer =
        nurse.json("POST", "/api/v1/staff/followups", &new, &[("idempotency-key", &secrets::fresh_id())]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.json()["errors"][0]["field"], "another", "{}", answer.text);
}

#[tokio::test]
async fn a_line_break_counts_once_against_every_limit() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let letter = ["字".repeat(499), "字".repeat(500)].join("\r\n");
    for (letter, status) in
        [(letter.clone(), StatusCode::SEE_OTHER), (format!("{letter}字"), StatusCode::UNPROCESSABLE_ENTITY)]
    {
        let key = secrets::fresh_id();
        let reason = format!("{}\r\n{}", "因".repeat(99), "因".repeat(100));
        let form = [
            ("key", key.as_str()),
            ("name", "李女士"),
            ("phone", "13900139000"),
            ("reason", reason.as_str()),
            ("services", "ldct-review"),
            ("due_from", "2026-11-24"),
            ("due_to", "2026-12-20"),
            ("letter", letter.as_str()),
        ];
        let answer = nurse.form("/staff/followups", &form).await;
        assert_eq!(answer.status, status, "{}", answer.text);
        assert!(!answer.text.contains("200 个字"), "200 characters with one line break fit");
    }
}

#[tokio::test]
async fn nurses_who_make_a_follow_up_for_the_same_number_at_once_make_one() {
    let world = World::new().await;
    let nurse = world.nurse().await;
    for round in 0..4 {
        let makes = (0..8).map(|n| {
            let mut nurse = nurse.clone();
            tokio::spawn(async move {
                let mut new = new_followup();
                new["name"] = json!(format!("李女士{n}"));
                new["phone"] = json!(format!("1380013810{round}"));
                new["another"] = json!(false);
                let key = [("idempotency-key", &*secrets::fresh_id())];
                nurse.json("POST", "/api/v1/staff/followups", &new, &key).await
            })
        });
        let mut made = 0;
        for answer in makes.collect::<Vec<_>>() {
            let answer = answer.await.expect("an answer");
            match answer.status {
                StatusCode::CREATED => made += 1,
                status => {
                    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text);
                    assert_eq!(answer.json()["errors"][0]["field"], "another", "the others are asked: {}", answer.text);
                }
            }
        }
        assert_eq!(made, 1);
    }
}

#[tokio::test]
async fn names_that_an_older_folding_stored_are_found_and_recognised_after_the_start() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let people = [
        make(&mut nurse, "试验提·吐尔甲", "13800138101").await,
        make(&mut nurse, "李女士", "13800138102").await,
        make(&mut nurse, "王女士", "13800138103").await,
    ];
    let id = |n: usize| people[n]["row"]["id"].as_str().expect("an id").to_owned();
    // What the first folding left: the name as it was typed, and nothing under which parts of it are found.
    let old = world.app.secrets.finder("whole-name", "试验提·吐尔甲");
    for n in 0..3 {
        let id = id(n);
        spoil(&world, &format!("DELETE FROM finders WHERE followup = '{id}'")).await;
        spoil(&world, &format!("INSERT INTO finders (followup, hash) VALUES ('{id}', '{old}')")).await;
        spoil(&world, &format!("UPDATE followups SET folding = 1, person = 'old' WHERE id = '{id}'")).await;
    }
    spoil(&world, &format!("UPDATE followups SET name_sealed = '00' WHERE id = '{}'", id(1))).await;
    let typed = "試驗提吐爾甲";
    assert!(!finds(&mut nurse, typed, &people[0]).await, "the older folding finds nothing");
    // Somebody mends one of them meanwhile: what they write stays.
    let edit = format!("/staff/followups/{}/edit", id(2));
    let version = crate::batches::hidden(&nurse.get(&edit).await.text, "version");
    let fields = [
        ("name", "赵女士"),
        ("phone", "13800138104"),
        ("reason", "小结节"),
        ("services", "ldct-review"),
        ("due_from", "2026-11-23"),
        ("due_to", "2026-12-04"),
        ("owner", "zhang"),
        ("version", &version),
    ];
    assert_eq!(nurse.form_once(&edit, &fields).await.status, StatusCode::SEE_OTHER);

    assert_eq!(refold(&world.app).await.expect("the database"), 1, "one that does not open stays, one is new already");
    for typed in [typed, "吐尔甲", "13800138101", "8101"] {
        assert!(finds(&mut nurse, typed, &people[0]).await, "{typed}");
    }
    assert!(finds(&mut nurse, "赵女士", &people[2]).await && !finds(&mut nurse, "13800138103", &people[2]).await);
    let table = "姓名,手机号\n试验提 吐尔甲,13800138101\n".as_bytes();
    let page = crate::batches::look(&mut nurse, ("名单.csv", table), &secrets::fresh_id()).await;
    assert!(page.contains("已经有了，不再新建：1 行"), "a table recognises them: {page}");
    assert_eq!(refold(&world.app).await.expect("the database"), 0, "once is enough");

    // Whoever had their data deleted is remembered by what the new folding made.
    let erased = format!("/staff/followups/{}/erase", id(0));
    let gone = nurse.form(&erased, &[("reason", "by-phone"), ("sure", "yes"), ("key", &secrets::fresh_id())]).await;
    assert_eq!(gone.status, StatusCode::SEE_OTHER, "{}", gone.text);
    let page = crate::batches::look(&mut nurse, ("名单.csv", table), &secrets::fresh_id()).await;
    assert!(page.contains("这个人要求删除了资料"), "{page}");
}
