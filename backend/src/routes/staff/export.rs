//! A hospital's follow-ups as a table.

use super::lists::row;
use super::{SignedIn, may};
use crate::app::App;
use crate::failures::Result;
use axum::extract::{RawQuery, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use zaoshai_contract::civil::{CivilDate, Moment};
use zaoshai_contract::roles::Deed;
use zaoshai_contract::route::value_of;
use zaoshai_contract::staff::FollowUpRow;

/// Follow-ups read in one go.
const CHUNK: u32 = 1_000;
/// The columns.
const HEADER: [&str; 16] = [
    "编号",
    "姓名",
    "手机号",
    "原因",
    "项目",
    "最早",
    "最晚",
    "紧急程度",
    "状态",
    "要处理",
    "预约时间",
    "地点",
    "负责人",
    "约定再打",
    "新建日期",
    "结束原因",
];

/// A moment as spreadsheets sort it.
pub(super) fn stamp(moment: Moment) -> String {
    let minute = moment.minute_of_day();
    format!("{} {:02}:{:02}", moment.date(), minute / 60, minute % 60)
}

/// A table to be saved under a name.
pub(super) fn table(name: &str, body: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, body).into_response()
}

fn cells(row: FollowUpRow, created: Moment, ending: &str) -> Vec<String> {
    let day = |day: Option<CivilDate>| day.map(|day| day.to_string()).unwrap_or_default();
    vec![
        row.code,
        row.name,
        row.phone,
        row.reason,
        row.services.join("、"),
        day(row.due_from),
        day(row.due_to),
        row.urgency.title().to_owned(),
        row.standing.title().to_owned(),
        if row.overdue { "是" } else { "" }.to_owned(),
        row.starts.map(stamp).unwrap_or_default(),
        row.room,
        row.owner,
        day(row.call_on),
        created.date().to_string(),
        ending.to_owned(),
    ]
}

/// `GET /staff/followups.csv`: all follow-ups of the hospital, or with `open` those that have not ended.
pub(super) async fn followups(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    SignedIn(staff): SignedIn,
) -> Result<Response> {
    may(&staff, Deed::Export)?;
    let open = value_of(&query.unwrap_or_default(), "open").is_some();
    app.db.audit(&staff, "export", None, app.now()).await?;
    let mut rows = Vec::new();
    let (mut created, mut id) = (Moment(i64::MIN), String::new());
    loop {
        let records = app.db.followups_after(&staff.hospital, (created, &id), open, CHUNK).await?;
        let Some(last) = records.last() else { break };
        (created, id) = (last.created, last.id.clone());
        for record in &records {
            let ending = record.ending.map(zaoshai_contract::followups::Ending::title).unwrap_or_default();
            rows.push(cells(row(&app, record)?, record.created, ending));
        }
    }
    let name = format!("followups-{}.csv", app.now().date());
    Ok(table(&name, zaoshai_tables::write_csv(&HEADER, rows.into_iter())))
}
