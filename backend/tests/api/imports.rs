//! Lists as hospitals have them: filtered, merged, with titles and broken formulas, every year again, and back from a
//! spreadsheet.

use crate::batches::{batch_of, confirm, count, look, through};
use crate::world::{Client, World, new_followup, why};
use axum::http::StatusCode;
use serde_json::json;
use zaoshai_backend::secrets;
use zaoshai_contract::followups::Ending;

macro_rules! data {
    ($name:literal) => {
        ($name, &include_bytes!(concat!("../data/imports/", $name))[..])
    };
}

/// Looks at a table; gives the page.
async fn seen(nurse: &mut Client, file: (&str, &[u8])) -> String {
    look(nurse, file, &secrets::fresh_id()).await
}

/// Imports a table with all that is good in it; gives the batch's address.
async fn import(nurse: &mut Client, file: (&str, &[u8])) -> String {
    let key = secrets::fresh_id();
    let page = look(nurse, file, &key).await;
    let bad = page.split("有错，不导入：").nth(1).and_then(|rest| rest.split(' ').next()).map(str::to_owned);
    let answer = confirm(nurse, &page, &key, bad.as_deref().filter(|bad| *bad != "0")).await;
    let batch = batch_of(&answer);
    through(nurse, &batch).await;
    batch
}

/// All follow-ups of the nurse's hospital.
async fn rows(nurse: &mut Client) -> Vec<serde_json::Value> {
    let list = nurse.get("/api/v1/staff/followups").await.json();
    list["rows"].as_array().expect("rows").clone()
}

#[tokio::test]
async fn rows_that_a_filter_hides_are_named_and_not_imported() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let page = seen(&mut nurse, data!("filtered.xlsx")).await;
    assert!(page.contains("可以新建：2 行") && page.contains("不导入：3 行"), "{page}");
    for name in ["筛选2", "筛选4", "筛选5"] {
        assert!(page.contains(name), "{name} is named");
    }
    import(&mut nurse, data!("filtered.xlsx")).await;
    let names: Vec<String> = rows(&mut nurse).await.iter().map(|row| row["name"].to_string()).collect();
    assert!(names.len() == 2 && names.iter().all(|name| name.contains("筛选1") || name.contains("筛选3")), "{names:?}");
}

#[tokio::test]
async fn the_same_list_makes_new_followups_once_those_of_last_year_have_ended() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    import(&mut nurse, data!("every-year.csv")).await;
    assert_eq!(count(&mut nurse).await, 2);
    let again = seen(&mut nurse, data!("every-year.csv")).await;
    assert!(again.contains("可以新建：0 行") && again.contains("已经有了，不再新建：2 行"), "while they are open");
    for (row, ending) in rows(&mut nurse).await.iter().zip([Ending::Completed, Ending::Withdrawn]) {
        let id = row["id"].as_str().expect("an id");
        world
            .app
            .db
            .end_followup((id, None), ending, &why(), None, world.app.now())
            .await
            .expect("the database")
            .expect("ended");
    }
    import(&mut nurse, data!("every-year.csv")).await;
    assert_eq!(count(&mut nurse).await, 4, "whatever the ending");
    let open = rows(&mut nurse).await.into_iter().filter(|row| row["standing"] != "closed").count();
    assert_eq!(open, 2);
}

#[tokio::test]
async fn two_lists_at_the_same_moment_make_one_followup_of_a_person() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let keys = [secrets::fresh_id(), secrets::fresh_id()];
    let mut pages = Vec::new();
    for key in &keys {
        pages.push(look(&mut nurse, data!("every-year.csv"), key).await);
    }
    let (mut one, mut other) = (nurse.clone(), nurse.clone());
    let (first, second) =
        tokio::join!(confirm(&mut one, &pages[0], &keys[0], None), confirm(&mut other, &pages[1], &keys[1], None));
    for answer in [&first, &second] {
        if answer.status == StatusCode::SEE_OTHER {
            through(&mut nurse, answer.location()).await;
        }
    }
    assert_eq!(count(&mut nurse).await, 2);
}

#[tokio::test]
async fn an_error_or_an_uncalculated_formula_is_a_mistake_of_its_cell_and_never_the_default() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let page = seen(&mut nurse, data!("lookup-errors.xlsx")).await;
    assert!(page.contains("可以新建：1 行") && page.contains("有错，不导入：2 行"), "{page}");
    for told in ["“原因”这一格是 #N/A", "“项目”这一格是 #N/A", "“最晚”这一格是 #REF!", "“项目”这一格是公式，没有算出来"]
    {
        assert!(page.contains(told), "{told} is not in {page}");
    }
    let text =
        "姓名,手机号,原因,项目\n甲,13900090011,#N/A,\n乙,13900090012,0,\n丙,13900090013,,#NAME?\n丁,13900090014,好,\n";
    let page = seen(&mut nurse, ("名单.csv", text.as_bytes())).await;
    assert!(page.contains("可以新建：1 行") && page.contains("这一格是 0"), "{page}");
}

#[tokio::test]
async fn a_value_of_merged_cells_counts_for_each_of_their_rows() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    import(&mut nurse, data!("merged.xlsx")).await;
    let rows = rows(&mut nurse).await;
    assert_eq!(rows.len(), 3);
    for row in rows {
        assert_eq!((&row["services"], &row["reason"]), (&json!(["肠镜检查"]), &json!("便潜血阳性")), "{row}");
    }
}

#[tokio::test]
async fn a_title_above_the_header_is_passed_over_and_said() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let page = seen(&mut nurse, data!("title-row.xlsx")).await;
    assert!(page.contains("可以新建：3 行") && page.contains("第 2 行是列名"), "{page}");
    assert!(page.contains("没有姓名和手机号"), "the row of sums is told as what it is: {page}");
    let text = "2026 年名单\n株洲,填表人,张三\n\n序号\t姓名\t手机号\n1\t甲\t13900260011\n";
    let page = seen(&mut nurse, ("名单.txt", text.as_bytes())).await;
    assert!(page.contains("可以新建：1 行") && page.contains("第 4 行是列名"), "{page}");
}

#[tokio::test]
async fn the_same_person_in_other_letters_is_one_person() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let page = seen(&mut nurse, data!("padded.csv")).await;
    assert!(page.contains("可以新建：1 行") && page.matches("和第 2 行是同一个人").count() == 2, "{page}");
    import(&mut nurse, data!("dots.csv")).await;
    let text = "姓名,手机号\n試驗提 · 吐爾甲,139 0016 0000\n试验提．吐尔乙\u{200b},+86 13900160001\n";
    let page = seen(&mut nurse, ("名单.csv", text.as_bytes())).await;
    assert!(page.contains("可以新建：0 行") && page.contains("已经有了，不再新建：2 行"), "{page}");
}

#[tokio::test]
async fn a_year_of_two_digits_is_refused_in_table_form_and_api() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let page = seen(&mut nurse, data!("two-digit-year.csv")).await;
    assert!(page.contains("可以新建：0 行") && page.contains("年份请写四位数"), "{page}");
    for typed in ["27/2/26", "26年12月5日", "0026-12-05", "26-12-05"] {
        let mut new = new_followup();
        new["due_from"] = json!(typed);
        let headers = [("idempotency-key", secrets::fresh_id())];
        let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
        let answer = nurse.json("POST", "/api/v1/staff/followups", &new, &headers).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
        assert!(answer.text.contains("年份请写四位数"), "{}", answer.text);
        let key = secrets::fresh_id();
        let form = [
            ("key", key.as_str()),
            ("name", "李女士"),
            ("phone", "13900000000"),
            ("reason", "复查"),
            ("services", "ldct-review"),
            ("due_from", typed),
            ("due_to", "2026年12月20日"),
        ];
        let page = nurse.form("/staff/followups", &form).await;
        assert!(page.text.contains("年份请写四位数"), "{}", page.text);
    }
    assert_eq!(count(&mut nurse).await, 0);
}

#[tokio::test]
async fn pasted_numbers_are_read_or_told_what_is_wrong_and_open_their_links() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let page = seen(&mut nurse, data!("phones.csv")).await;
    assert!(page.contains("可以新建：7 行") && page.contains("有错，不导入：1 行"), "{page}");
    assert!(page.contains("手机号少一位") && page.contains("第 6 行：电话旁边的“女儿”会写进备注"), "{page}");
    import(&mut nurse, data!("phones.csv")).await;
    for row in rows(&mut nurse).await {
        let id = row["id"].as_str().expect("an id");
        let detail = nurse.get(&format!("/api/v1/staff/followups/{id}")).await.json();
        let phone = row["phone"].as_str().expect("a phone");
        let mut patient = world.client();
        let path = format!("/api/v1/followups/{}/identify", detail["token"].as_str().expect("a token"));
        let opened = patient.json("POST", &path, &json!({ "ending": &phone[phone.len() - 4..] }), &[]).await;
        assert_eq!(opened.status, StatusCode::NO_CONTENT, "{phone}");
        if row["name"] == "号码04" {
            let text = nurse.get(&format!("/staff/followups/{id}")).await.text;
            assert!(text.contains("填电话时写着：女儿"), "{text}");
        }
    }
}

#[tokio::test]
async fn what_is_exported_comes_back_the_same_also_through_a_spreadsheet() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let page = seen(&mut nurse, data!("back-from-excel.csv")).await;
    assert!(page.contains("可以新建：1 行") && page.contains("0731-28307119"), "{page}");
    let numbers = [
        "0731-28307119",
        "010-62345678",
        "0731-28307119转801",
        "13800138001",
        "400-800-1234",
        "+852 9123 4567",
        "+886 912 345 678",
    ];
    let mut table = String::from("姓名,手机号\n");
    for (place, number) in numbers.iter().enumerate() {
        table.push_str(&format!("人{place}号,{number}\n"));
    }
    import(&mut nurse, ("名单.csv", table.as_bytes())).await;
    let exported = nurse.get("/staff/followups.csv").await.text;
    // What a spreadsheet does to cells of nothing but digits, and to days.
    let damaged: String = exported
        .lines()
        .map(|line| {
            let cells = line.split(',').map(|cell| {
                let bare = cell.trim_start_matches('\u{feff}').trim_start_matches('+');
                if !bare.is_empty() && bare.bytes().all(|byte| byte.is_ascii_digit()) {
                    bare.trim_start_matches('0').to_owned()
                } else {
                    cell.replace("2026-1", "2026/1")
                }
            });
            cells.collect::<Vec<_>>().join(",") + "\r\n"
        })
        .collect();
    let phones = |mut rows: Vec<serde_json::Value>| {
        rows.sort_by_key(|row| row["name"].to_string());
        rows.iter().map(|row| row["phone"].to_string()).collect::<Vec<_>>()
    };
    let before = phones(rows(&mut nurse).await);
    assert_eq!(before.len(), numbers.len());
    for text in [&exported, &damaged] {
        let there = seen(&mut nurse, ("导出.csv", text.as_bytes())).await;
        assert!(there.contains("已经有了，不再新建：7 行"), "each is known again: {there}");
        let other = World::new().await;
        let mut nurse = other.nurse().await;
        import(&mut nurse, ("导出.csv", text.as_bytes())).await;
        assert_eq!(phones(rows(&mut nurse).await), before);
    }
}

#[tokio::test]
async fn nobody_slips_from_one_page_of_letters_to_another_when_others_end() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let batch = import(&mut nurse, data!("letters.csv")).await;
    let names = |page: &str| {
        let people = page.split("zs-letter__to\">").skip(1);
        people.map(|rest| rest.split('，').next().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    let first = nurse.get(&format!("{batch}/letters")).await.text;
    assert!(first.contains("一共 130 封，这一页 100 封"), "{first}");
    let list = nurse.get(&batch).await.text;
    let ids = list.split("<a href=\"/staff/followups/").skip(1).map(|rest| rest[..32].to_owned());
    for id in ids.take(2) {
        let ended = world.app.db.end_followup((&id, None), Ending::Declined, &why(), None, world.app.now()).await;
        ended.expect("the database").expect("ended");
    }
    let second = nurse.get(&format!("{batch}/letters?page=2")).await.text;
    let printed: Vec<String> = names(&first).into_iter().chain(names(&second)).collect();
    assert_eq!(printed, (1..=130).map(|number| format!("寄信{number:03}")).collect::<Vec<_>>());
    assert!(second.contains("一共 128 封，这一页 30 封"), "{second}");
    let first = nurse.get(&format!("{batch}/letters?page=1")).await.text;
    assert!(first.contains("其中 2 个已经结束或转走") && names(&first).len() == 98, "{first}");
    let people = nurse.get(&format!("{batch}?page=2")).await.text;
    assert_eq!(people.matches("寄信1").count() > 0, people.contains("寄信130"), "the batch's own page goes on as well");
    assert!(people.contains("寄信130"));
}
