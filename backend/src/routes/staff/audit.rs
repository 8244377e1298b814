//! The log of who read or changed what, for auditors: to read and to take out as a table.

use super::export::{stamp, table};
use super::referrals::hospital_name;
use super::{SignedIn, html, may, told};
use crate::app::App;
use crate::content::Library;
use crate::db::log;
use crate::db::staff::AuditRow;
use crate::failures::{Failure, Result};
use crate::routes::days;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use zaoshai_contract::civil::Moment;
use zaoshai_contract::ids::ShortCode;
use zaoshai_contract::problem::FieldError;
use zaoshai_contract::roles::{Deed, Role};
use zaoshai_contract::route::value_of;
use zaoshai_contract::staff::audit::{AuditFilter, AuditLine, AuditPage, LINES_A_PAGE};
use zaoshai_contract::staff::{StaffPage, WHOLE_HOSPITAL, Whole};

/// Lines of an exported log that are read in one go.
const CHUNK: u32 = 5_000;

/// What was done, in words.
fn in_words(action: &str) -> &str {
    match action {
        "sign-in" => "登录",
        "sign-in-refused" => "登录没有成功",
        "sign-out" => "退出",
        "change-password" => "换了自己的密码",
        "change-roles" => "改账号的角色",
        "auditor-apart" => "升级：审计员不再兼别的角色",
        "link" => "在病人的链接里代办",
        "list" => "看了今天的名单",
        "read" => "看了一个随访",
        "search" => "查找",
        "make" => "新建随访",
        "withdraw" => "结束随访",
        "sent" => "记下短信已发",
        "unsent" => "撤回短信已发",
        "unlock" => "打开链接",
        "relink" => "换新链接",
        "arrive" => "登记：到了",
        "attend" => "登记：已就诊",
        "miss" => "登记：没有来",
        "unrecord" => "登记错了，撤回",
        "call" => "记录电话",
        "uncall" => "撤回记录的电话",
        "note" => "写备注",
        "answer" => "回答提问",
        "outcome" => "记录结果",
        "close-clinic" => "停诊",
        "undo-closing" => "撤销停诊",
        "import" => "导入名单",
        "batch" => "看了一批随访",
        "edit" => "改随访",
        "book" => "替病人预约",
        "override" => "破例预约",
        "cancel" => "替病人取消预约",
        "cancel-for-clinic" => "医院取消预约",
        "refer" => "转诊",
        "take-over" => "接收转诊",
        "hand-back" => "不接收转诊",
        "return" => "退回转来的随访",
        "erase" => "删除病人的资料",
        "copy" => "看了病人的全部资料",
        "recall" => "撤回转诊",
        "print" => "打印一封信",
        "print-batch" => "打印一批信",
        "export" => "导出名单",
        "list-home-care" => "看了上门护理名单",
        "read-home-care" => "看了一个上门护理申请",
        "accept-home-care" => "上门护理：可以去",
        "decline-home-care" => "上门护理：不能去",
        "plan-home-care" => "上门护理：定了时间",
        "finish-home-care" => "上门护理：记录结果",
        "miss-home-care" => "上门护理：没做成",
        "give-up-home-care" => "上门护理：不再去",
        "withdraw-home-care" => "上门护理：替病人取消",
        "erase-home-care" => "上门护理：删除资料",
        "copy-home-care" => "上门护理：看了全部资料",
        "unlock-home-care" => "上门护理：打开链接",
        "add-weekly-times" => "排班：加每周的时间",
        "end-weekly-times" => "排班：结束每周的时间",
        "add-exception" => "排班：加例外",
        "cancel-exception" => "排班：取消例外",
        "add-visit" => "排班：加专家出诊",
        "confirm-visit" => "排班：确认专家出诊",
        "cancel-visit" => "排班：取消专家出诊",
        "clear-timetable" => "排班：把人换到别的时间",
        "add-account" => "新建账号",
        "disable-account" => "停用账号",
        "reset-account" => "换账号密码",
        "audit" => "看了日志",
        "export-audit" => "导出日志",
        other => other,
    }
}

/// Whether a word is an id of ours: 32 hexadecimal digits.
fn is_id(word: &str) -> bool {
    word.len() == 32 && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What else a line concerns, in words: the log keeps ids and words of the code.
fn object_in_words(library: &Library, action: &str, object: &str) -> String {
    let words: Vec<&str> = object.split(' ').collect();
    match (action, words.as_slice()) {
        (_, [""]) => String::new(),
        ("list", ["questions"]) => "等回答的提问".to_owned(),
        ("list", [list]) => Whole::parse(list).map_or_else(|| object.to_owned(), |list| list.title().to_owned()),
        ("export", ["open"]) => "还没有结束的".to_owned(),
        ("export", ["all"]) => "全部".to_owned(),
        ("export", ["left-out"]) => "没有导入的行".to_owned(),
        ("close-clinic", [service, first, last]) => {
            let service = match *service {
                WHOLE_HOSPITAL => "全院所有服务".to_owned(),
                id => library.booking_service(id).map_or_else(|| id.to_owned(), |service| service.name.clone()),
            };
            format!("{service} {first} 到 {last}")
        }
        ("print-batch", [batch, number]) if is_id(batch) => format!("编号 {}，第 {number} 页", &batch[..8]),
        (_, [id]) if is_id(id) => format!("编号 {}", &id[..8]),
        (_, [account, roles @ ..]) if roles.first().is_some_and(|first| first.starts_with('(')) => {
            let role = |word: &&str| {
                let word = word.trim_matches(['(', ')']);
                Role::parse(word).map_or_else(|| word.to_owned(), |role| role.title().to_owned())
            };
            format!("{account}（{}）", roles.iter().map(role).collect::<Vec<_>>().join("、"))
        }
        _ => object.to_owned(),
    }
}

fn line(library: &Library, row: AuditRow) -> AuditLine {
    AuditLine {
        at: Moment(row.at),
        staff: match row.staff.as_str() {
            "" => "（没有这个账号）".to_owned(),
            log::SERVER => "服务器（命令行）".to_owned(),
            _ => row.staff,
        },
        action: in_words(&row.action).to_owned(),
        code: row.code.unwrap_or_default(),
        object: object_in_words(library, &row.action, &row.object),
        roles: row.roles.split(' ').filter_map(Role::parse).map(Role::title).collect::<Vec<_>>().join("、"),
        hospital: hospital_name(library, &row.hospital),
    }
}

/// What is looked for, and what of it was not understood: a day that does not read never means every day.
fn filter_of(query: &str) -> (AuditFilter, Vec<FieldError>) {
    let mut errors = Vec::new();
    let text = |name: &str| value_of(query, name).map(|text| text.trim().to_owned()).unwrap_or_default();
    let mut day = |field: &str, label: &str| {
        let typed = Some(text(field)).filter(|typed| !typed.is_empty())?;
        let wrong = |told: &String| errors.push(FieldError { field: field.to_owned(), message: told.clone() });
        days::read(&typed, label, "请写成 2026-12-05 这样").inspect_err(wrong).ok()
    };
    let filter = AuditFilter {
        staff: text("staff"),
        code: ShortCode::parse(&text("code")).map_or_else(|| text("code"), |code| code.to_string()),
        first: day("first", "从哪天"),
        last: day("last", "到哪天"),
    };
    (filter, errors)
}

/// Where the lines go on, written as the moment and the id of the last one.
fn cursor(text: &str) -> Option<(i64, String)> {
    let (at, id) = text.split_once('-')?;
    Some((at.parse().ok()?, id.to_owned()))
}

/// `GET /staff/audit`
pub(super) async fn show(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    SignedIn(staff): SignedIn,
) -> Result<Response> {
    may(&staff, Deed::ReadAudit)?;
    let query = query.unwrap_or_default();
    let (filter, errors) = filter_of(&query);
    if !errors.is_empty() {
        let problem = Some(told(&app, &Failure::fields(errors)));
        let page = AuditPage { staff, filter, lines: Vec::new(), older: None, problem };
        return Ok(html(&app, "日志", StatusCode::UNPROCESSABLE_ENTITY, &StaffPage::Audit(page)));
    }
    let before = value_of(&query, "before").and_then(|before| cursor(&before));
    let rows = app.db.audit_log(&staff.hospital, &filter, before, LINES_A_PAGE).await?;
    let older = (rows.len() == LINES_A_PAGE as usize)
        .then(|| rows.last().map(|row| format!("{}-{}", row.at, row.id)))
        .flatten();
    app.db.audit(&staff, "audit", None, app.now()).await?;
    let library = app.library();
    let lines = rows.into_iter().map(|row| line(&library, row)).collect();
    let page = AuditPage { staff, filter, lines, older, problem: None };
    Ok(html(&app, "日志", StatusCode::OK, &StaffPage::Audit(page)))
}

/// `GET /staff/audit.csv`
pub(super) async fn export(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    SignedIn(staff): SignedIn,
) -> Result<Response> {
    may(&staff, Deed::ReadAudit)?;
    let (filter, errors) = filter_of(&query.unwrap_or_default());
    if !errors.is_empty() {
        return Err(Failure::fields(errors));
    }
    app.db.audit(&staff, "export-audit", None, app.now()).await?;
    let name = format!("log-{}.csv", app.now().date());
    let read = move |after: Option<(i64, String)>| {
        let (app, hospital, filter) = (app.clone(), staff.hospital.clone(), filter.clone());
        async move {
            let rows = app.db.audit_log(&hospital, &filter, after, CHUNK).await?;
            let next = rows.last().map(|last| Some((last.at, last.id.clone())));
            let library = app.library();
            let lines = rows.into_iter().map(|row| line(&library, row));
            let cells = lines.map(|line| {
                vec![stamp(line.at), line.staff, line.action, line.code, line.object, line.roles, line.hospital]
            });
            Ok((cells.collect(), next))
        }
    };
    table(&name, &["时间", "账号", "做了什么", "随访编号", "对什么", "角色", "医院"], None, read).await
}

#[cfg(test)]
mod tests {
    use super::{Library, WHOLE_HOSPITAL, in_words, object_in_words};
    use std::path::{Path, PathBuf};
    use zaoshai_contract::civil::CivilDate;

    fn sources(folder: &Path) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
        entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
    }

    #[test]
    fn whatever_the_console_does_stands_in_the_log_in_words() {
        let mut seen = 0;
        for path in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/routes")) {
            let source = std::fs::read_to_string(&path).expect("a file");
            let said = ["log::does(\"", ".audit(&staff, \"", ".audit(staff, \"", ".audit_of(&staff, \""];
            for rest in said.iter().flat_map(|begins| source.split(begins).skip(1)) {
                let word = rest.split('"').next().unwrap_or_default();
                assert_ne!(in_words(word), word, "{}", path.display());
                seen += 1;
            }
        }
        assert!(seen > 30, "only {seen} words were found");
    }

    #[test]
    fn what_a_line_concerns_is_said_without_words_of_the_code() {
        let content = Path::new(env!("CARGO_MANIFEST_DIR")).join("../content");
        let library = Library::load(&content, CivilDate::from_days(20_000)).expect("the content");
        let id = "0123456789abcdef0123456789abcdef";
        for (action, object, said) in [
            ("list", "overdue", "要处理"),
            ("list", "questions", "等回答的提问"),
            ("export", "open", "还没有结束的"),
            ("export", "left-out", "没有导入的行"),
            ("close-clinic", "ldct-review 2026-12-05 2026-12-06", "低剂量 CT 复查 2026-12-05 到 2026-12-06"),
            (
                "close-clinic",
                &format!("{WHOLE_HOSPITAL} 2026-12-05 2026-12-06"),
                "全院所有服务 2026-12-05 到 2026-12-06",
            ),
            ("print-batch", &format!("{id} 2"), "编号 01234567，第 2 页"),
            ("import", id, "编号 01234567"),
            ("add-account", "wang (nurse coordinator)", "wang（护士、协调员）"),
            ("disable-account", "wang ()", "wang（）"),
            ("change-password", "wang", "wang"),
            ("read", "", ""),
        ] {
            assert_eq!(object_in_words(&library, action, object), said, "{action} {object}");
        }
    }
}
