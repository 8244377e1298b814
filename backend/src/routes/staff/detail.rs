//! One follow-up with its link, and what is done with the link.

use super::lists::row;
use super::message::{Message, message};
use super::sharing::{self, InCharge, Share};
use super::{Before, SignedIn, booking, html, lead_to, may, own, questions, referrals, services, signed_in, told};
use crate::app::App;
use crate::db::calls::NewNote;
use crate::db::log::{self, Object};
use crate::db::pages::After;
use crate::db::repeats::Sent;
use crate::failures::{Failure, Result};
use crate::routes::body::{Form, MaybeJson};
use crate::visitor::Visitor;
use crate::{pathway, qr, secrets};
use axum::extract::{Path, RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use zaoshai_contract::civil::{CivilDate, Moment};
use zaoshai_contract::followups::{CallOutcome, Ending};
use zaoshai_contract::limits;
use zaoshai_contract::problem::{Code, Problem};
use zaoshai_contract::roles::Deed;
use zaoshai_contract::route::value_of;
use zaoshai_contract::staff::confirm::{JustDone, Told, Undo};
use zaoshai_contract::staff::desk::DeskTab;
use zaoshai_contract::staff::{EndRequest, FollowUpDetail, Note, SEEN, Staff, StaffPage, Typed, UndoableCall};

/// A follow-up as its page shows it, with the free times of a page that begins with a day, or with the due window.
pub(super) async fn detail_of(
    app: &App,
    staff: &Staff,
    record: InCharge,
    times_from: Option<CivilDate>,
) -> Result<FollowUpDetail> {
    let link = record.link(app);
    let library = app.library();
    let kept = pathway::kept_for_staff(app, &record).await?;
    let Message { text: message, id: message_id } = message(app, &record).await?;
    let helpers = super::history::Helpers::of(app, &record.id).await?;
    let today = app.now().date();
    let history = app.db.history(&record.id).await?;
    let history = history.iter().map(|line| super::history::in_words(&library, staff, &helpers, today, line)).collect();
    let notes = app.db.notes(&record.id).await?;
    let notes = notes
        .into_iter()
        .map(|note| {
            let text = app.reading(&note.id, "note", &note.text_sealed);
            Ok(Note { at: Moment(note.at), staff: note.staff, text })
        })
        .collect::<Result<Vec<_>>>()?;
    let (times, turn) = booking::times(app, &record, times_from).await?;
    let undoable = match record.ending {
        None => app.db.undoable_call(&record.id, record.version).await?,
        Some(_) => None,
    };
    let undoable = undoable.map(|(call, outcome)| UndoableCall {
        came: CallOutcome::parse(&outcome).map_or("", CallOutcome::title).to_owned(),
        call,
    });
    app.db.audit(staff, "read", Some(&record.id), app.now()).await?;
    Ok(FollowUpDetail {
        row: row(app, &record)?,
        token: record.token(app),
        link,
        message,
        message_id,
        link_until: record.link_until.date().plus_days(-1),
        history,
        notes,
        undoable,
        questions: pathway::questions(app, &record.id).await?,
        key: secrets::fresh_key(),
        services: services(app, &staff.hospital),
        today: app.now().date(),
        hospital: referrals::hospital_name(&library, &record.hospital),
        referrals: referrals::of(app, staff, &record.id).await?,
        alliance: referrals::alliance(&library, &staff.hospital),
        times,
        turn,
        kept,
        waiting: app.db.waiting(&record.id).await?.map(|row| Moment(row.since)),
        asked: booking::asked(app, &record),
    })
}

/// Ends a follow-up before its time, with the reason for colleagues; by a form, once, and where it was asked about as it was
/// at a version only when it has not changed since.
async fn withdraw(
    app: &App,
    staff: &Staff,
    id: &str,
    reason: &str,
    (seen, sent): (Option<i64>, Option<&Sent>),
) -> Result<()> {
    let record = own(app, staff, id).await?;
    may(staff, Deed::WorkOnFollowUps)?;
    // One that has ended asks for no reason; a form that came before is told that it was done.
    if record.ending.is_some() && sent.is_none() {
        return Err(Code::LinkWithdrawn.into());
    }
    let reason = reason.trim();
    if !limits::fits(reason, 1, limits::LONGEST_REASON) {
        return Err(Failure::field("end-reason", "请写为什么结束，1 到 100 个字"));
    }
    let note = secrets::fresh_id();
    let text_sealed = app.secrets.seal(&note, "note", &format!("结束的原因：{reason}"));
    let why = NewNote { id: note, text_sealed, staff: staff.name.clone() };
    log::does("withdraw", Object::record(id));
    app.db.end_followup((&record.id, seen), Ending::Withdrawn, &why, sent, app.now()).await??;
    Ok(())
}

/// `GET /staff/followups/{id}`
pub(super) async fn detail(
    State(app): State<App>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    SignedIn(staff): SignedIn,
    before: Before,
) -> Result<Response> {
    let query = query.unwrap_or_default();
    let times_from = times_from(&query);
    // Whoever turns the pages of free times looks at the form in which they stand.
    let turned = times_from.map(|_| "book".to_owned());
    let deed = turned.or_else(|| value_of(&query, "do")).unwrap_or_default();
    let typed = Typed { deed, ..Typed::default() };
    let (title, page) = page_of(&app, staff, &id, times_from, (None, typed)).await?;
    Ok(before.html(&app, &title, &page))
}

/// The day with which the page of free times begins that a query asks for.
fn times_from(query: &str) -> Option<CivilDate> {
    CivilDate::parse(&value_of(query, "times")?)
}

/// The page of a follow-up, with what was refused and what stood in its form.
pub(super) async fn page_of(
    app: &App,
    staff: Staff,
    id: &str,
    times_from: Option<CivilDate>,
    (problem, typed): (Option<Problem>, Typed),
) -> Result<(String, StaffPage)> {
    let record = match sharing::find(app, &staff, id).await? {
        Share::InCharge(record) => *record,
        Share::Elsewhere(glimpse) => {
            app.db.audit(&staff, "read", Some(id), app.now()).await?;
            let shared = glimpse.shown(app, staff, (problem, typed)).await?;
            return Ok(("转诊".to_owned(), StaffPage::Shared(Box::new(shared))));
        }
    };
    let detail = detail_of(app, &staff, record, times_from).await?;
    let (qr_path, qr_side) = qr::path(&detail.link).unwrap_or_default();
    // Titles stand in the browser's history: they say which follow-up, not whose.
    let (title, now) = (format!("随访 {}", detail.row.code), app.now());
    Ok((title, StaffPage::Detail { staff, detail: Box::new(detail), qr_path, qr_side, now, problem, typed }))
}

/// The way to a follow-up with which something was just done.
pub(super) fn done(app: &App, id: &str, done: JustDone) -> Response {
    lead_to(app, &format!("/staff/followups/{id}"), "", done)
}

/// The way back to where a form of a follow-up stood: to the list of the desk that it names, there to the person beside it
/// or to the row, or else to the person's page.
///
/// `call` is what was recorded of one.
pub(super) async fn back(app: &App, id: &str, typed: &Typed, done: JustDone, call: Recorded) -> Response {
    let named = |name: &str| typed.get(&typed.deed, name).unwrap_or_default();
    let open = !named("open").is_empty();
    let (path, place, from) = match (batch_of(named("from")), list_of(named("from"))) {
        (Some((batch, page)), _) => {
            (format!("/staff/batches/{batch}"), format!("?page={page}#row-{id}"), named("from").to_owned())
        }
        (None, Some((tab, after))) => {
            // Of the day a row stands for an appointment, of the other lists for a follow-up.
            let row = if tab == DeskTab::Today { named("appointment") } else { id };
            let books = (open && done == JustDone::Cancel).then(|| "do=book".to_owned());
            let query = [open.then(|| format!("open={id}")), after.map(|after| format!("after={after}")), books];
            let query = query.into_iter().flatten().collect::<Vec<_>>().join("&");
            let query = if query.is_empty() { query } else { format!("?{query}") };
            let row = if open { String::new() } else { row_of(row) };
            (tab.path().to_owned(), [query, row].concat(), named("from").to_owned())
        }
        (None, None) => {
            // Whoever has cancelled for a patient books anew in the same call.
            let place = if done == JustDone::Cancel { "?do=book#do-book" } else { "" };
            (format!("/staff/followups/{id}"), place.to_owned(), String::new())
        }
    };
    // In a list the row may be gone by now: what is told names the person.
    let name = if from.is_empty() { String::new() } else { sharing::whom(app, id).await };
    let undo = call.undo.map(|call| Undo { followup: id.to_owned(), call, from, open });
    lead_to(app, &path, &place, Told { done, came: call.came, name, undo })
}

/// What is told of a call that was just recorded; nothing of what was none.
#[derive(Default)]
pub(super) struct Recorded {
    /// What came of it.
    pub came: String,
    /// The call, when it can be taken back.
    pub undo: Option<String>,
}

/// The list of the desk in which a form stood, and the place in it after which its page began.
fn list_of(from: &str) -> Option<(DeskTab, Option<After>)> {
    let (path, query) = from.split_once('?').unwrap_or((from, ""));
    Some((DeskTab::at(path)?, value_of(query, "after").and_then(|after| After::parse(&after))))
}

/// The batch, and its page, whose list a form stood in.
fn batch_of(from: &str) -> Option<(&str, u32)> {
    let (batch, page) = from.strip_prefix("/staff/batches/")?.split_once("?page=")?;
    let plain = !batch.is_empty() && batch.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    plain.then_some((batch, page.parse().ok()?))
}

/// The anchor of a row, so that the place in the list is not lost; none for what names no row.
fn row_of(id: &str) -> String {
    let names = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if names { format!("#row-{id}") } else { String::new() }
}

/// The page of a follow-up with a form as it was typed, which nobody has refused.
pub(super) async fn typed_again(app: &App, staff: Staff, id: &str, typed: Typed) -> Result<Response> {
    let times_from = typed.get(&typed.deed, "times").and_then(CivilDate::parse);
    let (title, page) = page_of(app, staff, id, times_from, (None, typed)).await?;
    Ok(html(app, &title, StatusCode::OK, &page))
}

/// Where a form of a follow-up leads: back to its page; when it was refused, with what was typed and what is there now.
pub(super) async fn to_detail(app: &App, staff: Staff, id: &str, result: Result<()>, typed: Typed) -> Result<Response> {
    match result {
        Ok(()) => {
            Ok(back(app, id, &typed, JustDone::parse(&typed.deed).ok_or(Code::Internal)?, Recorded::default()).await)
        }
        Err(failure) if matches!(failure.code.status(), 409 | 410 | 422) => {
            let problem = told(app, &failure);
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::CONFLICT);
            let times_from = typed.get(&typed.deed, "times").and_then(CivilDate::parse);
            match page_of(app, staff, id, times_from, (Some(problem), typed)).await {
                Ok((title, page)) => Ok(html(app, &title, status, &page)),
                // Who may record, but not see, is told why it was refused all the same.
                Err(hidden) if hidden.code == Code::NotFound => Err(failure),
                Err(other) => Err(other),
            }
        }
        Err(failure) => Err(failure),
    }
}

/// `POST /staff/followups/{id}/withdraw`
pub(super) async fn withdraw_form(
    State(app): State<App>,
    Path(id): Path<String>,
    SignedIn(staff): SignedIn,
    form: Form,
) -> Result<Response> {
    let result = withdraw_by(&app, &staff, &id, &form).await;
    let typed = Typed { deed: JustDone::Withdraw.as_str().to_owned(), fields: form.into_pairs() };
    to_detail(&app, staff, &id, result, typed).await
}

async fn withdraw_by(app: &App, staff: &Staff, id: &str, form: &Form) -> Result<()> {
    let sent = form.sent(&app.secrets, "withdraw")?;
    withdraw(app, staff, id, form.get("reason"), (form.get(SEEN).parse().ok(), Some(&sent))).await
}

/// `POST /staff/followups/{id}/unlock`. Opening what is open changes nothing, so the form needs no key.
pub(super) async fn unlock_form(
    State(app): State<App>,
    Path(id): Path<String>,
    SignedIn(staff): SignedIn,
) -> Result<Response> {
    let record = own(&app, &staff, &id).await?;
    may(&staff, Deed::WorkOnFollowUps)?;
    log::does("unlock", Object::record(&record.id));
    app.db.unlock(&record.id, &staff.name, app.now()).await?;
    Ok(done(&app, &record.id, JustDone::Unlock))
}

/// `POST /staff/followups/{id}/relink`
pub(super) async fn relink_form(
    State(app): State<App>,
    Path(id): Path<String>,
    SignedIn(staff): SignedIn,
    form: Form,
) -> Result<Response> {
    let deed = JustDone::Relink.as_str();
    if let Some(question) = questions::before_anew(&app, &staff, &id, deed, &form).await? {
        return Ok(question);
    }
    if questions::is_declined(&form) {
        return typed_again(&app, staff, &id, Typed::default()).await;
    }
    let record = own(&app, &staff, &id).await?;
    may(&staff, Deed::WorkOnFollowUps)?;
    let sent = form.sent(&app.secrets, deed)?;
    log::does(deed, Object::record(&record.id));
    app.db.relink(&record.id, &record.next_link(&app), &staff.name, &sent, app.now()).await??;
    // The new link is to be sent, and only the person's own page begins with its message.
    Ok(done(&app, &record.id, JustDone::Relink))
}

/// A follow-up with its link and history.
#[utoipa::path(
    get, path = "/api/v1/staff/followups/{id}", tag = "staff",
    params(
        ("id" = String, Path, description = "The follow-up's id"),
        ("times" = Option<String>, Query, description = "The day with which the page of free times begins; without it the due window"),
    ),
    responses(
        (status = 200, body = FollowUpDetail),
        (status = 401, description = "`sign-in-first`", content_type = "application/problem+json", body = Problem),
        (status = 403, description = "`handed-over`: another hospital is in charge", content_type = "application/problem+json", body = Problem),
        (status = 404, description = "`not-found`", content_type = "application/problem+json", body = Problem),
    )
)]
pub async fn detail_json(
    State(app): State<App>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    visitor: Visitor,
) -> Result<Response> {
    let staff = signed_in(&app, &visitor).await?;
    let record = own(&app, &staff, &id).await?;
    let detail = detail_of(&app, &staff, record, times_from(&query.unwrap_or_default())).await?;
    Ok(([(header::CACHE_CONTROL, "no-store")], axum::Json(detail)).into_response())
}

/// Ends a follow-up; its place is given back and its link says so.
#[utoipa::path(
    post, path = "/api/v1/staff/followups/{id}/withdraw", tag = "staff",
    params(("id" = String, Path, description = "The follow-up's id")), request_body = EndRequest,
    responses(
        (status = 204, description = "Withdrawn"),
        (status = 401, description = "`sign-in-first`", content_type = "application/problem+json", body = Problem),
        (status = 410, description = "`link-withdrawn`: it was before", content_type = "application/problem+json", body = Problem),
        (status = 422, description = "`invalid-input`: no reason", content_type = "application/problem+json", body = Problem),
    )
)]
pub async fn withdraw_json(
    State(app): State<App>,
    Path(id): Path<String>,
    visitor: Visitor,
    MaybeJson(request): MaybeJson<EndRequest>,
) -> Result<StatusCode> {
    let staff = signed_in(&app, &visitor).await?;
    withdraw(&app, &staff, &id, &request.reason, (None, None)).await?;
    Ok(StatusCode::NO_CONTENT)
}
