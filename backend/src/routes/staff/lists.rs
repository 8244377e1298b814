//! Who comes today, who must be looked after, who asked, and finding somebody.

use super::{Before, SignedIn, detail, history, home_care, html, many_tries, may, referrals, signed_in};
use crate::app::App;
use crate::db;
use crate::db::followups::{Integrity, Record};
use crate::db::log::Object;
use crate::db::pages::After;
use crate::db::people::OpenQuestionRow;
use crate::failures::Result;
use crate::finders;
use crate::pathway::{self, service_names};
use crate::routes::body::Form;
use crate::visitor::Visitor;
use axum::extract::{Path, RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use zaoshai_contract::appointments::State as AppointmentState;
use zaoshai_contract::civil::{CivilDate, Moment};
use zaoshai_contract::followups::{Prompted, Standing};
use zaoshai_contract::problem::{Code, Problem};
use zaoshai_contract::roles::Deed;
use zaoshai_contract::route::value_of;
use zaoshai_contract::slots::Slot;
use zaoshai_contract::staff::desk::{Desk, DeskCounts, DeskRows, DeskTab, Opened};
use zaoshai_contract::staff::{
    ClosedClinic, Closing, DayEntry, FollowUpList, FollowUpRow, KeptTime, OpenQuestion, Part, ROWS_A_PAGE, Staff,
    StaffPage, StaffSearch, Turn, Typed, Whole,
};

/// Most rows of each list in the answer of the interface; a whole list has all.
const MOST: u32 = 100;

/// Most characters of a search.
const LONGEST_SEARCH: usize = 80;
/// How long the address of a search leads to what was found: as long as a shift.
const SEARCH_MS: i64 = 12 * 3_600_000;
/// What stands in the place of the reason where a record is broken.
const BROKEN: &str = "这条记录有一部分读不出，请告诉系统管理员";

/// Where a slot is, with the hospital when it is not the one that follows the person up.
fn room(app: &App, record: &Record, slot: &Slot) -> String {
    if slot.clinic == record.hospital {
        return slot.room.clone();
    }
    format!("{} {}", pathway::place(app, &slot.clinic).hospital, slot.room)
}

/// A follow-up as lists show it.
pub fn row(app: &App, record: &Record) -> Result<FollowUpRow> {
    let now = app.now();
    let open = |field: &str, sealed: &str| app.reading(&record.id, field, sealed);
    let latest = record.latest.as_ref();
    let expected = latest.filter(|latest| latest.state.is_firm());
    Ok(FollowUpRow {
        id: record.id.clone(),
        code: record.code.clone(),
        name: open("name", &record.name_sealed),
        phone: open("phone", &record.phone_sealed),
        reason: match record.integrity {
            Integrity::Whole => open("reason", &record.reason_sealed),
            Integrity::Broken => BROKEN.to_owned(),
        },
        services: record.step.as_ref().map(|step| service_names(app, &step.services)).unwrap_or_default(),
        due_from: record.step.as_ref().map(|step| step.due_from),
        due_to: record.step.as_ref().map(|step| step.due_to),
        urgency: record.urgency,
        standing: record.standing(now),
        owner: record.owner.clone(),
        appointment: latest.map(|latest| latest.id.clone()).unwrap_or_default(),
        appointment_state: latest.map(|latest| latest.state),
        starts: expected.map(|latest| latest.slot.starts),
        room: expected.map(|latest| room(app, record, &latest.slot)).unwrap_or_default(),
        locked: record.locked(),
        overdue: record.due.is_some_and(|due| due <= now),
        version: record.version,
        call_on: record.call_on,
        closed: closed(record, now),
        kept: kept(record, now),
        wrong_number: record.wrong_number.is_some(),
        unanswered: record.unanswered,
        sent: record.sent,
        prompt: record.prompt.as_ref().map(|(why, at, detail)| Prompted {
            why: *why,
            at: *at,
            reason: history::detail_in_words(detail).unwrap_or_default().to_owned(),
        }),
    })
}

/// The clinic that was closed, while nothing else is certain for somebody who had an appointment there.
fn closed(record: &Record, now: Moment) -> Option<ClosedClinic> {
    let starts = record.latest.as_ref()?.slot.starts;
    // What is over takes place no more, whatever became of its closing.
    let closing = record.closing.map(|closing| if starts > now { closing } else { Closing::Stands })?;
    Some(ClosedClinic { starts, closing, kept: kept(record, now) })
}

/// The time that is kept for somebody now.
fn kept(record: &Record, now: Moment) -> Option<KeptTime> {
    let (slot, until) = record.held.as_ref().filter(|(slot, until)| *until > now && slot.starts > now)?;
    Some(KeptTime { slot: slot.id.clone(), starts: slot.starts, until: *until })
}

async fn followups(app: &App, staff: Staff) -> Result<FollowUpList> {
    may(&staff, Deed::SeeFollowUps)?;
    let records = app.db.followups(&staff.hospital, MOST).await?;
    let mut rows = records.iter().map(|record| row(app, record)).collect::<Result<Vec<_>>>()?;
    rows.sort_by_key(|row| {
        let rank = match row.standing {
            _ if row.overdue => 0,
            Standing::Booked | Standing::Arrived | Standing::OutcomeDue => 2,
            Standing::Closed => 3,
            _ => 1,
        };
        (rank, row.urgency.rank(), row.starts.map_or(0, |starts| starts.0), row.due_to)
    });
    let now = app.now();
    let overdue = app.db.overdue(&staff.hospital, now, MOST).await?;
    let overdue = overdue.iter().map(|record| row(app, record)).collect::<Result<Vec<_>>>()?;
    let calls = app.db.whole(&staff.hospital, Whole::Calls, now, &After::lowest(), MOST).await?;
    let calls = calls.iter().map(|record| row(app, record)).collect::<Result<Vec<_>>>()?;
    app.db.audit(&staff, "list", None, now).await?;
    Ok(FollowUpList {
        now,
        day: day(app, &staff).await?,
        overdue,
        overdue_count: app.db.overdue_count(&staff.hospital, now).await?,
        calls,
        calls_count: app.db.whole_count(&staff.hospital, Whole::Calls, now).await?,
        questions: read_questions(app, app.db.open_questions(&staff.hospital, &After::lowest(), MOST).await?),
        questions_count: app.db.open_question_count(&staff.hospital).await?,
        referrals: referrals::pending(app, &staff).await?,
        many_tries: many_tries(app, &staff).await?,
        rows,
        staff,
    })
}

/// Today's appointments at her hospital.
async fn day(app: &App, staff: &Staff) -> Result<Vec<DayEntry>> {
    let today = app.now().date();
    let rows = app.db.day(&staff.hospital, Moment::at(today, 0), Moment::at(today.plus_days(1), 0)).await?;
    let entries = rows.into_iter().filter_map(|row| {
        let open = |field: &str, sealed: &str| app.reading(&row.followup, field, sealed);
        let state = db::read(&row.state, AppointmentState::parse);
        // A clinic that sees somebody needs the name; the number is for the hospital in charge.
        let called = if row.wrong_number.is_some() { String::new() } else { open("phone", &row.phone_sealed) };
        let in_charge =
            (row.hospital != staff.hospital).then(|| referrals::hospital_name(&app.library(), &row.hospital));
        Some(DayEntry {
            name: open("name", &row.name_sealed),
            phone: if in_charge.is_some() { app.phone_of(&row.hospital) } else { called },
            state: db::readable("appointments", &row.appointment, state)?,
            starts: Moment(row.starts),
            open: row.open > 0,
            reason: if in_charge.is_some() { String::new() } else { open("reason", &row.reason_sealed) },
            service: service_names(app, std::slice::from_ref(&row.service)).concat(),
            in_charge,
            followup: row.followup,
            code: row.code,
            appointment: row.appointment,
            room: row.room,
            version: row.version,
        })
    });
    Ok(entries.collect())
}

fn read_questions(app: &App, rows: Vec<OpenQuestionRow>) -> Vec<OpenQuestion> {
    let questions = rows.into_iter().map(|row| OpenQuestion {
        name: app.reading(&row.followup, "name", &row.name_sealed),
        text: app.reading(&row.id, "question", &row.text_sealed),
        followup: row.followup,
        asked: Moment(row.asked),
    });
    questions.collect()
}

/// The place after which a page of a long list begins, when its address names one.
pub(super) fn after(query: Option<String>) -> Option<After> {
    After::parse(&value_of(&query.unwrap_or_default(), "after")?)
}

/// The rows of a page out of one more than it holds, and where the page stands in its list.
pub(super) fn turned<T>(
    mut rows: Vec<T>,
    most: u32,
    count: i64,
    begun: Option<&After>,
    place: impl Fn(&T) -> After,
) -> (Vec<T>, Turn) {
    let most = most as usize;
    let more = rows.len() > most;
    rows.truncate(most);
    let next = rows.last().filter(|_| more).map(|last| place(last).to_string());
    let part = if begun.is_some() { Part::Later } else { Part::First };
    (rows, Turn { count, part, next })
}

/// Finds by code, by phone number or its last four digits, by the family name, two or more characters of the name, or how
/// it is said: a page of those found,
/// at the address that holds the search sealed.
async fn search(app: &App, staff: Staff, typed: &str, sealed: String, after: Option<After>) -> Result<StaffSearch> {
    may(&staff, Deed::SeeFollowUps)?;
    let typed = typed.trim().to_owned();
    let sought = finders::meant(&app.secrets, &typed);
    let from = after.clone().unwrap_or_else(After::highest);
    let place = |record: &Record| After { first: record.created.0, second: 0, id: record.id.clone() };
    let (records, count) = if finders::are_exact(&typed) {
        let records = app.db.found(&staff.hospital, &sought, &from, ROWS_A_PAGE + 1).await?;
        (records, app.db.found_count(&staff.hospital, &sought).await?)
    } else {
        // A long word is found by its beginning; those who only share that are not among those found. They are few.
        let mut all = Vec::new();
        let mut next = Some(After::highest());
        while let Some(begins) = next.take() {
            let some = app.db.found(&staff.hospital, &sought, &begins, ROWS_A_PAGE).await?;
            next = some.last().filter(|_| some.len() == ROWS_A_PAGE as usize).map(place);
            all.extend(some.into_iter().filter(|record| {
                let code = sought.codes.contains(&record.code);
                code || finders::holds(&app.reading(&record.id, "name", &record.name_sealed), &typed)
            }));
        }
        let count = i64::try_from(all.len()).unwrap_or(i64::MAX);
        let before = |record: &Record| (record.created.0, record.id.as_str()) < (from.first, from.id.as_str());
        let begun = after.is_none();
        let page = all.into_iter().filter(|record| begun || before(record)).take(ROWS_A_PAGE as usize + 1);
        (page.collect(), count)
    };
    let (records, turn) = turned(records, ROWS_A_PAGE, count, after.as_ref(), place);
    let rows = records.iter().map(|record| row(app, record)).collect::<Result<Vec<_>>>()?;
    app.db.audit(&staff, "search", None, app.now()).await?;
    Ok(StaffSearch { now: app.now(), staff, typed, sealed, rows, turn })
}

/// A page of the desk, as its address asks for it.
struct Asked {
    tab: DeskTab,
    query: String,
}

impl Asked {
    fn of(tab: DeskTab, query: Option<String>) -> Self {
        Self { tab, query: query.unwrap_or_default() }
    }

    /// The form of the person beside the list that stands unfolded.
    fn typed(&self) -> Typed {
        Typed { deed: value_of(&self.query, "do").unwrap_or_default(), fields: Vec::new() }
    }

    /// Where the page begins in its list.
    fn after(&self) -> Option<After> {
        After::parse(&value_of(&self.query, "after")?)
    }
}

/// The desk with one of its lists open, and the person beside it whom the address names. Of somebody with whom their
/// hospital has nothing to do there is nothing to see, and the list stands alone.
async fn desk(app: &App, staff: Staff, asked: &Asked) -> Result<Desk> {
    may(&staff, Deed::SeeFollowUps)?;
    let now = app.now();
    let after = asked.after();
    let mut counts = DeskCounts {
        overdue: app.db.overdue_count(&staff.hospital, now).await?,
        calls: app.db.whole_count(&staff.hospital, Whole::Calls, now).await?,
        questions: app.db.open_question_count(&staff.hospital).await?,
        referrals: referrals::pending_count(app, &staff).await?,
        care: home_care::waiting_count(app, &staff).await?,
        day: 0,
    };
    let (rows, listed) = match asked.tab {
        DeskTab::Today => {
            let care = home_care::today(app, &staff).await?.map(Box::new);
            (DeskRows::Day(day(app, &staff).await?, care), None)
        }
        DeskTab::Whole(which) => (whole(app, &staff, which, (&counts, after.as_ref())).await?, Some(which.as_str())),
        DeskTab::Questions => {
            let from = after.clone().unwrap_or_else(After::lowest);
            let rows = app.db.open_questions(&staff.hospital, &from, ROWS_A_PAGE + 1).await?;
            let place = |row: &OpenQuestionRow| After { first: row.asked, second: 0, id: row.id.clone() };
            let (rows, turn) = turned(rows, ROWS_A_PAGE, counts.questions, after.as_ref(), place);
            (DeskRows::Questions(read_questions(app, rows), turn), Some("questions"))
        }
        DeskTab::Referrals => {
            let waiting = referrals::pending(app, &staff).await?;
            counts.referrals = counted(waiting.len());
            (DeskRows::Referrals(waiting), Some("referrals"))
        }
    };
    counts.day = match &rows {
        DeskRows::Day(rows, _) => counted(rows.len()),
        _ => {
            let today = now.date();
            app.db.day_count(&staff.hospital, Moment::at(today, 0), Moment::at(today.plus_days(1), 0)).await?
        }
    };
    match listed {
        Some(listed) => app.db.audit_of(&staff, "list", Object::named(listed), now).await?,
        None => app.db.audit(&staff, "list", None, now).await?,
    }
    let opened = match value_of(&asked.query, "open") {
        Some(id) => opened(app, &staff, &id).await?,
        None => None,
    };
    Ok(Desk {
        now,
        tab: asked.tab,
        after: after.map(|after| after.to_string()).unwrap_or_default(),
        counts,
        rows,
        many_tries: many_tries(app, &staff).await?,
        opened,
        staff,
    })
}

fn counted(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

/// The person beside the list; none with whom their hospital has nothing to do.
async fn opened(app: &App, staff: &Staff, id: &str) -> Result<Option<Opened>> {
    match detail::page_of(app, staff.clone(), id, None, (None, Typed::default())).await {
        Ok((_, StaffPage::Detail { detail, qr_path, qr_side, .. })) => {
            Ok(Some(Opened::Own { detail, qr_path, qr_side }))
        }
        Ok((_, StaffPage::Shared(shared))) => Ok(Some(Opened::Shared(shared))),
        Ok(_) => Ok(None),
        Err(failure) if failure.code == Code::NotFound => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// A page of a whole list.
async fn whole(
    app: &App,
    staff: &Staff,
    which: Whole,
    (counts, after): (&DeskCounts, Option<&After>),
) -> Result<DeskRows> {
    let now = app.now();
    let ascends = matches!(which, Whole::Overdue | Whole::Calls);
    let from = after.cloned().unwrap_or_else(|| if ascends { After::lowest() } else { After::highest() });
    let records = app.db.whole(&staff.hospital, which, now, &from, ROWS_A_PAGE + 1).await?;
    let count = match counts.of(DeskTab::Whole(which)) {
        Some(count) => count,
        None => app.db.whole_count(&staff.hospital, which, now).await?,
    };
    let (records, turn) = turned(records, ROWS_A_PAGE, count, after, |record| {
        let (first, second) = match which {
            Whole::Overdue => (record.urgency.rank(), record.due.map_or(0, |due| due.0)),
            Whole::Calls => (record.call_on.map_or(0, CivilDate::days), record.urgency.rank()),
            Whole::Waiting | Whole::Booked | Whole::Locked | Whole::Ended => (record.created.0, 0),
        };
        After { first, second, id: record.id.clone() }
    });
    let rows = records.iter().map(|record| row(app, record)).collect::<Result<Vec<_>>>()?;
    Ok(DeskRows::FollowUps(rows, turn))
}

/// The page of the desk that an address asks for.
async fn shown(app: &App, staff: Staff, before: &Before, asked: Asked) -> Result<Response> {
    let title = if asked.tab == DeskTab::Today { "今天" } else { asked.tab.title() };
    let desk = desk(app, staff, &asked).await?;
    Ok(before.html(app, title, &StaffPage::Desk(Box::new(desk), asked.typed())))
}

/// `GET /staff`
pub(super) async fn today(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    SignedIn(staff): SignedIn,
    before: Before,
) -> Result<Response> {
    // Who sees no patient begins with their own work.
    if !staff.may(Deed::SeeFollowUps) {
        let first = staff.sections().next().ok_or(Code::NotAllowed)?;
        return Ok(Redirect::to(first.path).into_response());
    }
    shown(&app, staff, &before, Asked::of(DeskTab::Today, query)).await
}

/// `GET /staff/lists/{which}`
pub(super) async fn listed(
    State(app): State<App>,
    Path(which): Path<String>,
    RawQuery(query): RawQuery,
    SignedIn(staff): SignedIn,
    before: Before,
) -> Result<Response> {
    may(&staff, Deed::SeeFollowUps)?;
    let which = Whole::parse(&which).ok_or(Code::NotFound)?;
    shown(&app, staff, &before, Asked::of(DeskTab::Whole(which), query)).await
}

/// `GET /staff/questions`
pub(super) async fn questions(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    SignedIn(staff): SignedIn,
    before: Before,
) -> Result<Response> {
    shown(&app, staff, &before, Asked::of(DeskTab::Questions, query)).await
}

/// `GET /staff/referrals`
pub(super) async fn referred(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    SignedIn(staff): SignedIn,
    before: Before,
) -> Result<Response> {
    shown(&app, staff, &before, Asked::of(DeskTab::Referrals, query)).await
}

/// `POST /staff/search`: leads to what was found, at an address that holds only a sealed text.
pub(super) async fn search_form(State(app): State<App>, SignedIn(staff): SignedIn, form: Form) -> Result<Response> {
    may(&staff, Deed::SeeFollowUps)?;
    let typed: String = form.get("q").trim().chars().take(LONGEST_SEARCH).collect();
    if typed.is_empty() {
        return Ok(Redirect::to("/staff/search").into_response());
    }
    Ok(Redirect::to(&format!("/staff/search?k={}", sealed_search(&app, &staff, &typed))).into_response())
}

/// A search as it may stand in addresses and so in histories and logs: it opens only for the account that typed it,
/// and for as long as somebody works on what was found.
fn sealed_search(app: &App, staff: &Staff, typed: &str) -> String {
    let until = app.now().0 + SEARCH_MS;
    app.secrets.seal(&format!("staff-search/{}", staff.name), "typed", &format!("{until} {typed}"))
}

fn opened_search(app: &App, staff: &Staff, sealed: &str) -> Option<String> {
    let text = app.secrets.open(&format!("staff-search/{}", staff.name), "typed", sealed).ok()?;
    let (until, typed) = text.split_once(' ')?;
    (until.parse::<i64>().ok()? > app.now().0).then(|| typed.to_owned())
}

/// `GET /staff/search`: what was found, or the empty field when the search is over or was never made.
pub(super) async fn search_page(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    SignedIn(staff): SignedIn,
) -> Result<Response> {
    may(&staff, Deed::SeeFollowUps)?;
    let sealed = value_of(query.as_deref().unwrap_or_default(), "k").unwrap_or_default();
    let found = match opened_search(&app, &staff, &sealed) {
        Some(typed) => search(&app, staff, &typed, sealed, after(query)).await?,
        None => {
            let turn = Turn { count: 0, part: Part::First, next: None };
            StaffSearch { now: app.now(), staff, typed: String::new(), sealed: String::new(), rows: Vec::new(), turn }
        }
    };
    Ok(html(&app, "查找", StatusCode::OK, &StaffPage::Search(found)))
}

/// The follow-ups: overdue first, then waiting, booked by time, ended.
#[utoipa::path(
    get, path = "/api/v1/staff/followups", tag = "staff",
    responses(
        (status = 200, body = FollowUpList),
        (status = 401, description = "`sign-in-first`", content_type = "application/problem+json", body = Problem),
    )
)]
pub async fn list_json(State(app): State<App>, visitor: Visitor) -> Result<Response> {
    let staff = signed_in(&app, &visitor).await?;
    let list = followups(&app, staff).await?;
    Ok(([(header::CACHE_CONTROL, "no-store")], axum::Json(list)).into_response())
}
