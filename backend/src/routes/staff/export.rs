//! A hospital's follow-ups as a table, and how tables of any length are sent: a part at a time, so that neither time
//! nor memory limits them.

use super::lists::row;
use super::{SignedIn, may};
use crate::app::App;
use crate::db::log::Object;
use crate::failures::Result;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use std::io;
use std::time::Duration;
use zaoshai_contract::civil::{CivilDate, Moment};
use zaoshai_contract::phones::PhoneNumber;
use zaoshai_contract::roles::Deed;
use zaoshai_contract::route::value_of;
use zaoshai_contract::staff::FollowUpRow;

/// Follow-ups read in one go.
const CHUNK: u32 = 1_000;
/// How long the next part of a table may take.
const PART_LIMIT: Duration = Duration::from_secs(20);
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

/// What comes next of a table: its rows, and the place after which it goes on; no place when that was all.
pub(super) type Part<P> = (Vec<Vec<String>>, Option<P>);

/// A table to be saved under a name, read part by part while it is sent. The first part is read before anything is
/// sent, so that a failure there is told in words; a later one breaks the connection off, and no browser takes the
/// half of a table for the whole.
pub(super) async fn table<P, R, F>(name: &str, header: &[&str], first: P, read: R) -> Result<Response>
where
    P: Send + 'static,
    R: Fn(P) -> F + Send + 'static,
    F: Future<Output = Result<Part<P>>> + Send,
{
    let (rows, next) = read(first).await?;
    let begun = Bytes::from(zaoshai_tables::write_csv(header, rows.into_iter()));
    let rest = stream::try_unfold((next, read), |(place, read)| async move {
        let Some(place) = place else { return Ok(None) };
        let (rows, next) = tokio::time::timeout(PART_LIMIT, read(place))
            .await
            .map_err(broken)?
            .map_err(|failure| broken(failure.cause.unwrap_or_else(|| failure.code.as_str().to_owned())))?;
        let part = Bytes::from(zaoshai_tables::write_csv_rows(rows.into_iter()));
        Ok::<_, io::Error>(Some((part, (next, read))))
    });
    let parts = stream::once(std::future::ready(Ok(begun))).chain(rest);
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, Body::from_stream(parts)).into_response())
}

fn broken(cause: impl core::fmt::Display) -> io::Error {
    tracing::error!(%cause, "a table broke off");
    io::Error::other("the table broke off")
}

fn cells(row: FollowUpRow, created: Moment, ending: &str) -> Vec<String> {
    let day = |day: Option<CivilDate>| day.map(|day| day.to_string()).unwrap_or_default();
    vec![
        row.code,
        row.name,
        PhoneNumber::kept(row.phone).shown(),
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
    app.db.audit_of(&staff, "export", Object::named(if open { "open" } else { "all" }), app.now()).await?;
    let name = format!("followups-{}.csv", app.now().date());
    let read = move |(created, id): (Moment, String)| {
        let (app, hospital) = (app.clone(), staff.hospital.clone());
        async move {
            let records = app.db.followups_after(&hospital, (created, &id), open, CHUNK).await?;
            let next = records.last().map(|last| (last.created, last.id.clone()));
            let cells = records.iter().map(|record| {
                let ending = record.ending.map(zaoshai_contract::followups::Ending::title).unwrap_or_default();
                Ok(cells(row(&app, record)?, record.created, ending))
            });
            Ok((cells.collect::<Result<Vec<_>>>()?, next))
        }
    };
    table(&name, &HEADER, (Moment(i64::MIN), String::new()), read).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failures::Failure;
    use http_body_util::BodyExt as _;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use zaoshai_contract::problem::Code;

    /// A table of ten parts of a thousand rows whose part `broken` cannot be read, and how many parts were.
    async fn of_ten(broken: u32) -> (Result<Response>, Arc<AtomicU32>) {
        let read = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&read);
        let part = move |place: u32| {
            let read = Arc::clone(&counted);
            async move {
                read.fetch_add(1, Ordering::Relaxed);
                if place == broken {
                    return Err(Failure::from(Code::Unavailable));
                }
                let rows = (0..1000).map(|row| vec![format!("{place}-{row}")]).collect();
                Ok((rows, (place < 9).then_some(place + 1)))
            }
        };
        (table("a.csv", &["row"], 0, part).await, read)
    }

    #[tokio::test]
    async fn a_table_is_read_as_it_is_taken_and_comes_whole() {
        let (response, read) = of_ten(99).await;
        let mut body = response.expect("a table").into_body();
        assert_eq!(read.load(Ordering::Relaxed), 1, "nothing is read ahead of the client");
        let mut text = Vec::new();
        while let Some(frame) = body.frame().await {
            text.extend_from_slice(&frame.expect("goes on").into_data().expect("bytes"));
        }
        let text = String::from_utf8(text).expect("text");
        assert_eq!(text.lines().count(), 10_001);
        assert!(text.starts_with('\u{feff}') && text.ends_with("9-999\r\n"), "{:?}", &text[text.len() - 20..]);
    }

    #[tokio::test]
    async fn a_table_that_cannot_be_read_to_its_end_breaks_off_instead_of_ending() {
        let (refused, _) = of_ten(0).await;
        assert_eq!(refused.expect_err("nothing was sent yet").code, Code::Unavailable);
        let (response, _) = of_ten(4).await;
        assert!(response.expect("a table").into_body().collect().await.is_err());
    }
}
