//! Tables: read in with their mistakes shown first, printed as letters, taken out again.

use crate::world::{Answer, Client, World};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use zaoshai_backend::db::batches::Batch;
use zaoshai_backend::secrets;
use zaoshai_contract::ids::IdempotencyKey;
use zaoshai_contract::roles::Role;

/// Fields that fill the empty cells.
const DEFAULTS: [(&str, &str); 5] = [
    ("services", "ldct-review"),
    ("due_from", "2026-11-23"),
    ("due_to", "2026-12-20"),
    ("reason", "请来复查"),
    ("urgency", "routine"),
];

async fn upload(nurse: &mut Client, fields: &[(&str, &str)], file: Option<(&str, &[u8])>) -> Answer {
    send_form(nurse, "/staff/batches", fields, file).await
}

/// Sends a form with a file.
async fn send_form(nurse: &mut Client, path: &str, fields: &[(&str, &str)], file: Option<(&str, &[u8])>) -> Answer {
    const BOUNDARY: &str = "------------------------zaoshai";
    let mut body = Vec::new();
    for (name, value) in fields {
        let part = format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    if let Some((name, bytes)) = file {
        let head = format!(
            "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             content-type: application/octet-stream\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    let request = Request::post(path).header("content-type", kind);
    nurse.send(request, Body::from(body), &[]).await
}

/// The value of a hidden field of a page.
pub(crate) fn hidden(page: &str, name: &str) -> String {
    let start = format!("name=\"{name}\" value=\"");
    let from = page.find(&start).unwrap_or_else(|| panic!("no {name} in {page}")) + start.len();
    page[from..].split('"').next().expect("a value").to_owned()
}

/// Uploads a table; gives the page with what it would make.
pub(crate) async fn look(nurse: &mut Client, file: (&str, &[u8]), key: &str) -> String {
    let fields: Vec<(&str, &str)> = DEFAULTS.into_iter().chain([("key", key)]).collect();
    let answer = upload(nurse, &fields, Some(file)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    answer.text
}

/// The address of the batch that a table became: the answer leads there, or has the way to it beside the rows left out.
pub(crate) fn batch_of(answer: &Answer) -> String {
    if answer.status == StatusCode::SEE_OTHER {
        return answer.location().to_owned();
    }
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let bar = answer.text.split_once("zs-action-bar").map(|(_, bar)| bar).unwrap_or_default();
    let path = bar.split("href=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
    assert!(path.starts_with("/staff/batches/"), "{path}");
    path.to_owned()
}

/// Confirms what a page showed, with the tick for so many rows with mistakes.
pub(crate) async fn confirm(nurse: &mut Client, page: &str, key: &str, bad: Option<&str>) -> Answer {
    let (name, data, seen) = (hidden(page, "name"), hidden(page, "data"), hidden(page, "seen"));
    let mut fields: Vec<(&str, &str)> = DEFAULTS.to_vec();
    fields.extend([("key", key), ("sure", "yes"), ("name", name.as_str()), ("data", &data), ("seen", &seen)]);
    fields.extend(bad.map(|bad| ("bad", bad)));
    upload(nurse, &fields, None).await
}

/// Waits until a batch is through; gives its page.
pub(crate) async fn through(nurse: &mut Client, path: &str) -> String {
    for _ in 0..300 {
        let page = nurse.get(path).await.text;
        if !page.contains("还差") {
            return page;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    panic!("{path} is not through");
}

/// Imports a table; gives the address of its batch.
pub async fn imported(nurse: &mut Client, table: &[u8]) -> String {
    let key = secrets::fresh_id();
    let page = look(nurse, ("名单.csv", table), &key).await;
    let made = confirm(nurse, &page, &key, None).await;
    through(nurse, made.location()).await;
    made.location().to_owned()
}

pub(crate) async fn count(nurse: &mut Client) -> usize {
    let table = nurse.get("/staff/followups.csv").await;
    assert_eq!(table.status, StatusCode::OK);
    zaoshai_tables::read(&table.bytes, 100_000, |_| false).map_or(0, |table| table.rows.len())
}

#[tokio::test]
async fn five_thousand_rows_with_forty_mistakes_are_stored_only_when_the_forty_were_seen() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let mut table = String::from("\u{feff}姓名,手机号,原因\r\n");
    for row in 0..5_000 {
        let phone = if row % 125 == 7 { "无".to_owned() } else { format!("139{row:08}") };
        table.push_str(&format!("王{row}号,{phone},\"小结节，\n3 个月复查\"\r\n"));
    }
    let key = secrets::fresh_id();
    let page = look(&mut nurse, ("名单.csv", table.as_bytes()), &key).await;
    assert!(page.contains("可以新建：4960 行") && page.contains("有错，不导入：40 行"), "both numbers are told");
    assert_eq!(page.matches("请填手机号或带区号的电话").count(), 40, "each of the 40 with its mistake");
    assert!(page.contains("第 9 行") || page.contains("第 16 行"), "and its row");
    assert_eq!(count(&mut nurse).await, 0, "nothing is stored by looking");
    for unseen in [None, Some("39")] {
        let answer = confirm(&mut nurse, &page, &key, unseen).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text.contains("请先看完有错的行"));
    }
    assert_eq!(count(&mut nurse).await, 0, "nothing is stored before they were seen");
    let answer = confirm(&mut nurse, &page, &key, Some("40")).await;
    assert!(answer.text.contains("40 行没有导入"), "{}", answer.text);
    let batch = batch_of(&answer);
    let stands = through(&mut nurse, &batch).await;
    assert!(stands.contains("打印信：第 4901 到 4960 封"), "{stands}");
    assert_eq!(count(&mut nurse).await, 4_960);

    // Every one of them is in the lists, page by page, and all are overdue once their window has passed.
    for (which, day) in [("waiting", 0), ("overdue", 60)] {
        world.app.clock.set(zaoshai_contract::civil::Moment(world.app.now().0 + day * 86_400_000));
        let mut nurse = world.nurse().await;
        let mut seen = std::collections::BTreeSet::new();
        let path = format!("/staff/lists/{which}");
        let mut next = Some(path.clone());
        for _ in 0..60 {
            let Some(address) = next else { break };
            let page = nurse.get(&address).await.text;
            seen.extend(page.split("<a href=\"/staff/followups/").skip(1).map(|rest| rest[..32].to_owned()));
            next = crate::lists::next(&page, &path);
        }
        assert_eq!(seen.len(), 4_960, "{which}");
        if which == "overdue" {
            assert!(nurse.get("/staff").await.text.contains("要处理<b>4960</b>"), "and the first page counts all");
        }
        world.app.clock.set(zaoshai_contract::civil::Moment(world.app.now().0 - day * 86_400_000));
    }
    let mut nurse = world.nurse().await;

    let repeated = confirm(&mut nurse, &page, &key, Some("40")).await;
    assert_eq!(repeated.location(), batch, "a repeat gives the same batch");
    let again = look(&mut nurse, ("名单 2.csv", table.as_bytes()), &secrets::fresh_id()).await;
    assert!(
        again.contains("可以新建：0 行") && again.contains("已经有了，不再新建：4960 行"),
        "the same file makes none"
    );
    assert_eq!(count(&mut nurse).await, 4_960);
}

#[tokio::test]
async fn tables_of_any_kind_are_read_and_each_mistake_is_told() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let text = "姓名,联系电话,项目,最晚,紧急程度,身份证\n\
                张三,13900000001,肠镜,2026/12/9,紧急,1\n\
                李四,13900000002,磁共振,2026/12/9,常规,2\n\
                张三,139 0000 0001,肠镜检查,2026年12月9日,紧急,3\n\
                赵六,13900000003,乳腺、宫颈,2025/1/1,,4\n";
    let (gb, ..) = encoding_rs::GB18030.encode(text);
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (row, line) in text.lines().enumerate() {
        for (column, cell) in line.split(',').enumerate() {
            sheet.write_string(row as u32, column as u16, cell).expect("a cell");
        }
    }
    let workbook = book.save_to_buffer().expect("a workbook");
    for (name, bytes) in [("名单.csv", gb.as_ref()), ("名单.xlsx", workbook.as_slice())] {
        let page = look(&mut nurse, (name, bytes), &secrets::fresh_id()).await;
        assert!(page.contains("可以新建：1 行") && page.contains("没有用到的列：身份证"), "{name}: {page}");
        for told in ["没有“磁共振”这个项目", "和第 2 行是同一个人", "最晚的日期已经过了"]
        {
            assert!(page.contains(told), "{name}: {told} is not in {page}");
        }
        assert!(page.contains("2026-12-09"), "the day was understood");
    }
    for (name, bytes, told) in [
        ("", &b""[..], "请先选一个文件"),
        ("空.csv", &b""[..], "这个文件是空的"),
        ("无.csv", "姓名,原因\n张三,复查\n".as_bytes(), "没有找到“手机号”这一列"),
        ("图.png", b"\x89PNG\r\n\x1a\n", "不是能读的表格"),
    ] {
        let key = secrets::fresh_id();
        let fields: Vec<(&str, &str)> = DEFAULTS.into_iter().chain([("key", key.as_str())]).collect();
        let answer = upload(&mut nurse, &fields, Some((name, bytes))).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert!(answer.text.contains(told) && answer.text.contains("value=\"请来复查\""), "{name}: {}", answer.text);
    }
    let large = vec![b'a'; 9 * 1024 * 1024];
    let answer = upload(&mut nurse, &DEFAULTS, Some(("大.csv", &large))).await;
    assert!(answer.text.contains("文件太大"), "{}", answer.status);
    assert_eq!(count(&mut nurse).await, 0);
}

#[tokio::test]
async fn a_table_tells_how_many_it_made_and_which_rows_it_left_out_and_they_can_be_taken_out() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let mut table = String::from("姓名,手机号,紧急程度,结果信,最晚\n");
    for row in 0..14 {
        let urgency = ["紧急", "尽快", "常规"][row % 3];
        table.push_str(&format!("王{row}号,139{row:08},{urgency},,2026-12-1{}\n", row % 10));
    }
    table.push_str("赵六,12,常规,,2026-12-10\n钱七,,常规,,2026-12-10\n");
    let key = secrets::fresh_id();
    let page = look(&mut nurse, ("名单.csv", table.as_bytes()), &key).await;
    let made = page.split("会这样建").nth(1).unwrap_or_default();
    for row in 0..14 {
        assert!(made.contains(&format!("第 {} 行", row + 2)) && made.contains(&format!("王{row}号")), "{row}: {made}");
    }
    for told in ["紧急 · ", "尽快 · ", "常规 · ", "2026-11-23 到 2026-12-10", "不放结果信", "其余 4 行"]
    {
        assert!(made.contains(told), "{told} is not in {made}");
    }
    let answer = confirm(&mut nurse, &page, &key, Some("2")).await;
    assert!(answer.text.contains("新建了 14 个。2 行没有导入"), "{}", answer.text);
    for told in ["第 16 行", "赵六", "第 17 行", "钱七", "请填手机号"] {
        assert!(answer.text.contains(told), "{told} is not in {}", answer.text);
    }
    let left = hidden(&answer.text, "left");
    assert!(!left.contains("赵六"), "sealed on its way");
    let mut colleague = world.staff("wang", &world.app.library().hospital, Role::Coordinator).await;
    let theirs = send_form(&mut colleague, "/staff/batches/left.csv", &[("left", &left)], None).await;
    assert_eq!(theirs.status, StatusCode::BAD_REQUEST, "nobody else opens it");
    let taken = send_form(&mut nurse, "/staff/batches/left.csv", &[("left", &left)], None).await;
    assert_eq!(taken.status, StatusCode::OK);
    assert!(taken.text.contains("16,赵六,") && taken.text.contains("17,钱七,"), "{}", taken.text);
    let mut auditor = world.staff("auditor", &world.app.library().hospital, Role::Auditor).await;
    assert_eq!(
        auditor.get("/staff/audit").await.text.matches("没有导入的行").count(),
        1,
        "the log tells who took them"
    );
    let batch = batch_of(&answer);
    let stands = through(&mut nurse, &batch).await;
    assert!(stands.contains("一共新建了 14 个随访") && !stands.contains("赵六"), "told once: {stands}");
    // The same form once more leads on and makes nothing twice.
    let again = confirm(&mut nurse, &page, &key, Some("2")).await;
    assert_eq!((again.status, again.location()), (StatusCode::SEE_OTHER, batch.as_str()));
    assert_eq!(count(&mut nurse).await, 14);
    if let Some(files) = world.files() {
        let kept = files.windows("赵六".len()).any(|bytes| bytes == "赵六".as_bytes());
        assert!(!kept, "whoever was left out is kept nowhere");
    }
}

#[tokio::test]
async fn no_urgency_is_assumed_for_the_rows_of_a_table() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let form = nurse.get("/staff/batches").await.text;
    let choice = form.split("id=\"urgency\"").nth(1).and_then(|rest| rest.split("</select>").next());
    let choice = choice.expect("a choice");
    assert!(choice.contains("value=\"routine\"") && !choice.contains("selected"), "{choice}");
    let table = "姓名,手机号,紧急程度\n张三,13900000001,紧急\n李四,13900000002,\n".as_bytes();
    for unchosen in [&[][..], &[("urgency", "")]] {
        let key = secrets::fresh_id();
        let fields = [&DEFAULTS[..4], unchosen, &[("key", key.as_str())]].concat();
        let page = upload(&mut nurse, &fields, Some(("名单.csv", table))).await.text;
        assert!(page.contains("可以新建：1 行") && page.contains("请选紧急、尽快或常规"), "{page}");
    }
    let page = look(&mut nurse, ("名单.csv", table), &secrets::fresh_id()).await;
    assert!(page.contains("可以新建：2 行"), "chosen once, it fills the empty cells: {page}");
}

#[tokio::test]
async fn an_import_that_a_killed_server_left_is_finished_by_the_repeat() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let table: String =
        (0..120).fold("姓名,手机号\n".to_owned(), |table, row| format!("{table}王{row}号,138{row:08}\n"));
    let key = secrets::fresh_id();
    let page = look(&mut nurse, ("名单.csv", table.as_bytes()), &key).await;
    // What is left when the server stops after the batch was opened and before its follow-ups were made.
    let hash = secrets::hash(&table);
    let words: Vec<&str> = DEFAULTS.into_iter().flat_map(|(name, value)| [name, value]).collect();
    let said = [&["import", hash.as_str()][..], &words, &["name", "名单.csv"]].concat();
    let id = world.app.secrets.id_of("zhang", &IdempotencyKey::parse(&key).expect("a key"), &said);
    let batch = Batch {
        name_sealed: world.app.secrets.seal(&id, "name", "名单.csv"),
        id: id.clone(),
        hospital: "zhuzhou-2".to_owned(),
        made: world.app.now().0,
        made_by: "zhang".to_owned(),
        rows: 120,
        there: 0,
    };
    world.app.db.open_batch(&batch).await.expect("a batch");
    let path = format!("/staff/batches/{id}");
    assert!(nurse.get(&path).await.text.contains("还差 120 个"), "the page tells what is missing");
    assert_eq!(confirm(&mut nurse, &page, &key, None).await.location(), path);
    through(&mut nurse, &path).await;
    assert_eq!(count(&mut nurse).await, 120);
}

#[tokio::test]
async fn who_had_her_data_deleted_is_not_made_anew_by_the_same_table() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let file = ("名单.csv", "姓名,手机号\n王一,13800000001\n王二,13800000002\n".as_bytes());
    let key = secrets::fresh_id();
    let page = look(&mut nurse, file, &key).await;
    let made = confirm(&mut nurse, &page, &key, None).await;
    through(&mut nurse, made.location()).await;
    let list = nurse.get("/api/v1/staff/followups").await.json();
    let id = list["rows"][0]["id"].as_str().unwrap_or_else(|| panic!("somebody in {list}")).to_owned();
    world.app.db.erase(&id, "patient", None, world.app.now()).await.expect("the database").expect("erased");
    let page = look(&mut nurse, file, &secrets::fresh_id()).await;
    assert_eq!(page.matches("这个人要求删除了资料").count(), 1, "{page}");
    assert_eq!(page.matches("还没结束").count(), 1, "{page}");
    // Not by another row either: the person is meant, not the line.
    let other = ("名单.csv", "姓名,手机号,原因\n王 一,138-0000-0001,复查\n王 二,138-0000-0002,复查\n".as_bytes());
    let page = look(&mut nurse, other, &secrets::fresh_id()).await;
    assert!(page.contains("可以新建：0 行") && page.contains("这个人要求删除了资料"), "{page}");
}

/// The text of a QR code that is drawn as bars one module high.
fn scan(path: &str, side: usize) -> String {
    let mut dark = vec![false; side * side];
    for bar in path.split('M').filter(|bar| !bar.is_empty()) {
        let (x, rest) = bar.split_once(',').expect("a place");
        let (y, rest) = rest.split_once('h').expect("a bar");
        let width: usize = rest.split('v').next().and_then(|width| width.parse().ok()).expect("a width");
        let (x, y): (usize, usize) = (x.parse().expect("x"), y.parse().expect("y"));
        dark[y * side + x..][..width].fill(true);
    }
    let scale = 4;
    let image = (side + 8) * scale;
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(image, image, |x, y| {
        let (x, y) = ((x / scale).wrapping_sub(4), (y / scale).wrapping_sub(4));
        if x < side && y < side && dark[y * side + x] { 0 } else { 255 }
    });
    picture.detect_grids().first().expect("a code").decode().expect("its text").1
}

#[tokio::test]
async fn a_letter_carries_the_link_that_opens_and_no_word_about_health() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let key = secrets::fresh_id();
    let table = "姓名,手机号,原因\n张三,13900001234,肺部小结节\n李四,13900005678,大便隐血阳性\n";
    let page = look(&mut nurse, ("名单.csv", table.as_bytes()), &key).await;
    let batch = confirm(&mut nurse, &page, &key, None).await.location().to_owned();
    through(&mut nurse, &batch).await;
    let letters = nurse.get(&format!("{batch}/letters")).await.text;
    let (main, _) = letters.split_once("</main>").expect("a main part");
    assert_eq!(main.matches("<article").count(), 2, "{main}");
    assert!(main.find("张三") < main.find("李四"), "in the order of the table");
    for word in ["结节", "隐血", "低剂量"] {
        assert!(!main.contains(word), "an envelope is opened by others: {word}");
    }
    let article = main.split("<article").nth(1).expect("a letter");
    let path = article.split("zs-qr__dark\" d=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a code");
    let side = article.split("viewBox=\"-4 -4 ").nth(1).and_then(|rest| rest.split(' ').next()).expect("a side");
    let link = scan(path, side.parse::<usize>().expect("a number") - 8);
    assert!(article.contains(&link), "the code and the printed link are one");
    let mut patient = world.client();
    let opened = patient.get(link.strip_prefix("http://zaoshai.test").expect("our address")).await;
    assert_eq!(opened.status, StatusCode::OK);
    let table = nurse.get("/staff/followups.csv?open=1").await;
    assert!(table.text.starts_with('\u{feff}') && table.text.contains("张三,13900001234,肺部小结节"), "{}", table.text);
}

#[tokio::test]
async fn tables_are_the_coordinators_and_each_hospital_has_its_own() {
    use zaoshai_contract::roles::Role;
    let world = World::new().await;
    let mut zhang = world.nurse().await;
    let key = secrets::fresh_id();
    let page = look(&mut zhang, ("名单.csv", "姓名,手机号\n张三,13900001234\n".as_bytes()), &key).await;
    let batch = confirm(&mut zhang, &page, &key, None).await.location().to_owned();
    through(&mut zhang, &batch).await;
    let mut plain = world.staff("plain", "zhuzhou-2", Role::Nurse).await;
    let mut other = world.staff("other", "anqing-2", Role::Coordinator).await;
    for path in ["/staff/batches".to_owned(), batch.clone(), "/staff/followups.csv".to_owned()] {
        assert_eq!(plain.get(&path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    for path in [batch.clone(), format!("{batch}/letters")] {
        assert_eq!(other.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(count(&mut other).await, 0);
}

#[tokio::test]
async fn who_is_through_with_a_page_is_led_to_the_next_one_on_which_somebody_is_left() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let mut table = String::from("姓名,手机号\n");
    for row in 0..100 {
        table.push_str(&format!("座机{row},0731-283{row:05}\n"));
    }
    table.push_str("手机,13900000002\n");
    let batch = imported(&mut nurse, table.as_bytes()).await;
    let page = nurse.get(&batch).await.text;
    assert!(page.contains("已发 0，还有 1") && page.contains("这一页发完了，去第 2 页"), "{page}");
    let second = nurse.get(&format!("{batch}?page=2")).await.text;
    assert!(second.contains("下一条：手机") && !second.contains("这一页发完了"), "{second}");
    let row = second.split("<li").find(|row| row.contains("data-text=")).expect("their row");
    let (copies, marks) = (row.find("data-text=").expect("copying"), row.find("/sent\"").expect("marking"));
    assert!(
        copies < marks && row[..copies].contains("zs-row__main") && !row[marks..].contains("zs-row__main"),
        "{row}"
    );
}

#[tokio::test]
async fn the_example_of_a_table_is_understood_and_refused_as_it_stands() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let example = nurse.get("/staff/batches/example.csv").await;
    assert_eq!(example.status, StatusCode::OK);
    let key = secrets::fresh_id();
    let page = look(&mut nurse, ("example.csv", &example.bytes), &key).await;
    assert!(page.contains("可以新建：0 行") && page.contains("有错，不导入：1 行"), "{page}");
    assert!(!page.contains("没有用到的列"), "{page}");
    let table = example.text.replace("（例子，请删掉这一行）", "").replace("这里写手机号", "13900000001");
    let page = look(&mut nurse, ("名单.csv", table.as_bytes()), &key).await;
    assert!(page.contains("可以新建：1 行") && page.contains("有错，不导入：0 行"), "{page}");
    // What has to be ticked stands in the bar, at the button.
    let page = look(&mut nurse, ("名单.csv", "姓名,手机号\n甲,13900000001\n乙,无\n".as_bytes()), &key).await;
    let bar = page.split_once("zs-action-bar").map(|(_, bar)| bar).expect("the bar");
    assert!(bar.contains("form=\"store\"") && bar.contains("有错的 1 行我看过了"), "{bar}");
}

#[tokio::test]
async fn a_batch_is_a_list_to_send_from_and_its_marks_stand_until_they_are_taken_back() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let table = "姓名,手机号\n甲,13900000001\n乙,13900000002\n丙,0731-28300003\n";
    let batch = imported(&mut nurse, table.as_bytes()).await;
    let next = |page: &str| {
        let told = page.split("下一条：").nth(1).map(|rest| rest.split('<').next().unwrap_or_default().to_owned());
        told.unwrap_or_default()
    };
    let page = nurse.get(&batch).await.text;
    assert!(page.contains("已发 0，还有 2") && next(&page).starts_with("甲"), "{page}");
    let apart = page.split("id=\"apart\"").nth(1).expect("who is reached by no message");
    assert!(
        apart.contains("丙") && !apart.contains("乙") && apart.contains("打电话") && apart.contains("打印信"),
        "{apart}"
    );
    let message =
        page.split("id=\"message\"").nth(1).and_then(|rest| rest.split("</textarea>").next()).expect("a message");
    assert!(message.contains("/f/") && message.contains("选一个来医院的时间"), "{message}");
    let form = |page: &str, deed: &str| {
        let tail = format!("/{deed}\"");
        let address = page.split(&tail).next().and_then(|before| before.rsplit("action=\"").next()).map(str::to_owned);
        format!("{}/{deed}", address.expect("a form"))
    };
    let from = format!("{batch}?page=1");
    for (deed, sent, then) in [("sent", 1, "乙"), ("unsent", 0, "甲"), ("sent", 1, "乙"), ("sent", 2, "")] {
        let page = nurse.get(&batch).await.text;
        let (address, key) = (form(&page, deed), secrets::fresh_id());
        let of_row = page.split(&format!("action=\"{address}\"")).nth(1).expect("a form");
        let message = hidden(of_row, "message");
        let marked =
            nurse.form(&address, &[("from", from.as_str()), ("key", &key), ("message", message.as_str())]).await;
        assert!(marked.location().starts_with(&format!("{from}#row-")), "{}", marked.location());
        // Somebody else who opens the list finds the marks.
        let mut colleague = world.staff("qian", &world.app.library().hospital, Role::Coordinator).await;
        let page = colleague.get(&batch).await.text;
        assert!(page.contains(&format!("已发 {sent}，还有 {}", 2 - sent)), "{deed}: {page}");
        assert!(next(&page).starts_with(then) && next(&page).is_empty() == then.is_empty(), "{deed}: {}", next(&page));
    }
}

#[tokio::test]
async fn whoever_has_been_seen_waits_again_in_the_counts_of_a_batch_once_their_next_step_is_set() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let batch = imported(&mut nurse, "姓名,手机号\n甲,13900000001\n乙,13900000002\n".as_bytes()).await;
    let waiting = async |nurse: &mut Client| {
        let page = nurse.get(&batch).await.text;
        let count = page.split("</b>等回复").next().and_then(|before| before.rsplit("<b>").next()).unwrap_or_default();
        count.parse::<usize>().unwrap_or_else(|_| panic!("no count: {page}"))
    };
    assert_eq!(waiting(&mut nurse).await, 2);
    let list = nurse.get("/api/v1/staff/followups").await.json();
    let id = list["rows"][0]["id"].as_str().unwrap_or_else(|| panic!("a follow-up: {list}")).to_owned();
    let does = async |nurse: &mut Client, deed: &str, fields: &[(&str, &str)]| {
        let key = secrets::fresh_id();
        let fields: Vec<(&str, &str)> = fields.iter().copied().chain([("key", key.as_str())]).collect();
        let done = nurse.form_once(&format!("/staff/followups/{id}/{deed}"), &fields).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{deed}: {}", done.text);
        nurse.get(&format!("/api/v1/staff/followups/{id}")).await.json()["row"].clone()
    };
    let slot = [("slot", "ldct-review-2026-11-23-1000"), ("asked", "yes"), ("reason", "今天来")];
    let row = does(&mut nurse, "book", &slot).await;
    let appointment = row["appointment"].as_str().expect("an appointment").to_owned();
    assert_eq!(waiting(&mut nurse).await, 1);
    let row = does(&mut nurse, "record", &[("action", "attend"), ("appointment", &appointment)]).await;
    assert_eq!(waiting(&mut nurse).await, 1);
    let version = row["version"].to_string();
    let next = [
        ("outcome", "review"),
        ("next", "step"),
        ("services", "ldct-review"),
        ("due_from", "2027-05-01"),
        ("due_to", "2027-05-20"),
        ("version", version.as_str()),
    ];
    does(&mut nurse, "outcome", &next).await;
    assert_eq!(waiting(&mut nurse).await, 2, "the next message asks them to choose a time");
}
