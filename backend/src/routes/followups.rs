//! The follow-up link: what it shows, the identity check, and booking, moving and cancelling, as JSON and as forms.
//! Opening a link (GET) changes nothing.

use super::body::{Form, JsonBody, read_key};
use super::frame::request_id;
use super::pages::{self, Title};
use crate::app::App;
use crate::calendar::{self, Standing};
use crate::db::appointments::Change;
use crate::db::followups::Record;
use crate::failures::{Failure, Result};
use crate::secrets;
use crate::visitor::{PATIENT, SET_COOKIE, Visitor, session_cookie};
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use zaoshai_contract::civil::Moment;
use zaoshai_contract::followups::{
    Action, Actor, Appointment, Done, FollowUp, IdentifyRequest, Plan, Receipt, SlotRequest, Stage,
    State as FollowUpState,
};
use zaoshai_contract::ids::{IdempotencyKey, PhoneEnding, PhoneNumber, SlotId, Token};
use zaoshai_contract::page::{Body, Page};
use zaoshai_contract::problem::{Code, FieldError, Problem};
use zaoshai_contract::route::{FollowUpView, Lang, Route, value_of};
use zaoshai_contract::slots::by_day;

/// How long a patient need not identify again: 30 minutes.
const SESSION_MS: i64 = 30 * 60_000;
/// How far ahead times are offered when the due window has none: 60 days.
const AHEAD_MS: i64 = 60 * 86_400_000;
/// What the identity check asks for.
const FOUR_DIGITS: &str = "请填 4 个数字，例如 1234";
/// What booking asks for.
const A_SLOT: &str = "请先选一个时间";
/// Most times on one page.
const MOST_SLOTS: u32 = 60;

/// The page of a link, as much of it as this visitor may see. Changes nothing.
pub async fn load(
    app: &App,
    lang: Lang,
    token: &Token,
    view: FollowUpView,
    query: &str,
    visitor: &Visitor,
) -> Result<Page> {
    let record = find(app, token).await?;
    let problem = |field: &str, message: &str| {
        let code = value_of(query, "problem").and_then(|code| Code::parse(&code))?;
        let mut problem = told(app, code);
        if code == Code::InvalidInput {
            problem.errors.push(FieldError { field: field.to_owned(), message: message.to_owned() });
        }
        Some(problem)
    };
    let stage = match standing(app, &record) {
        Err(code) => Stage::Ended(told(app, code)),
        Ok(()) if !identified(app, &record, visitor).await? => {
            Stage::Identify { problem: problem("ending", FOUR_DIGITS) }
        }
        Ok(()) => {
            let done = value_of(query, "done").and_then(|done| Done::parse(&done));
            Stage::Plan(Box::new(plan(app, &record, view, done, problem("slot", A_SLOT)).await?))
        }
    };
    let route = Route::FollowUp(token.clone(), view);
    let title = match &stage {
        Stage::Identify { .. } => "随访：请先核对手机号",
        Stage::Plan(plan) if plan.appointment.is_some() => "您的预约",
        Stage::Plan(_) => "请选一个时间",
        Stage::Ended(problem) => &problem.title,
    };
    let body = Body::FollowUp(FollowUp { token: token.clone(), stage: stage.clone() });
    let title = Title { title, description: "医院随访", translated: lang != Lang::En };
    Ok(pages::page(app, &app.library(), lang, &route, title, body))
}

fn told(app: &App, code: Code) -> Problem {
    Failure::from(code).problem(&app.phone(), &request_id())
}

async fn find(app: &App, token: &Token) -> Result<Record> {
    let record = app.db.followup_by_token(&secrets::hash(token.as_str())).await?;
    Ok(record.ok_or(Code::LinkUnknown)?)
}

/// Whether the link still leads somewhere.
fn standing(app: &App, record: &Record) -> Result<(), Code> {
    if record.state == FollowUpState::Withdrawn {
        Err(Code::LinkWithdrawn)
    } else if record.link_until <= app.now() {
        Err(Code::LinkExpired)
    } else if record.locked() {
        Err(Code::LinkLocked)
    } else {
        Ok(())
    }
}

async fn identified(app: &App, record: &Record, visitor: &Visitor) -> Result<bool> {
    let Some(secret) = &visitor.patient else { return Ok(false) };
    Ok(app.db.patient_session_open(&record.id, &secrets::hash(secret), app.now()).await?)
}

async fn plan(
    app: &App,
    record: &Record,
    view: FollowUpView,
    done: Option<Done>,
    problem: Option<Problem>,
) -> Result<Plan> {
    let now = app.now();
    let appointment = record.slot.clone().map(|slot| Appointment { past: slot.starts <= now, slot });
    let choosing = match (&appointment, view) {
        (None, _) => true,
        (Some(appointment), FollowUpView::Moving) => !appointment.past,
        (Some(_), FollowUpView::Plan | FollowUpView::Cancelling) => false,
    };
    let mut slots = Vec::new();
    if choosing {
        let from = now.max(Moment::at(record.due_from, 0));
        let until = Moment::at(record.due_to.plus_days(1), 0);
        slots = app.db.free_slots(&record.services, from, until, MOST_SLOTS).await?;
        if slots.is_empty() {
            // The window is over or full: a later time is better than none.
            slots = app.db.free_slots(&record.services, now, Moment(now.0 + AHEAD_MS), MOST_SLOTS).await?;
        }
        if let Some(appointment) = &appointment {
            slots.retain(|slot| slot.id != appointment.slot.id);
        }
    }
    Ok(Plan {
        name: app.secrets.open(&record.id, "name", &record.name_sealed)?,
        reason: app.secrets.open(&record.id, "reason", &record.reason_sealed)?,
        services: service_names(app, &record.services),
        due_from: record.due_from,
        due_to: record.due_to,
        asked: record.created.date(),
        state: record.state,
        appointment,
        days: by_day(slots),
        key: secrets::fresh_key(),
        done,
        problem,
    })
}

/// The names of services; an id that is no longer known stands for itself.
pub fn service_names(app: &App, ids: &[String]) -> Vec<String> {
    let library = app.library();
    ids.iter()
        .map(|id| library.booking_service(id).map_or_else(|| id.clone(), |service| service.name.clone()))
        .collect()
}

/// Checks the last four digits; gives the cookie that opens the follow-up for half an hour.
async fn identify(app: &App, token: &Token, ending: &str) -> Result<HeaderValue> {
    let record = find(app, token).await?;
    standing(app, &record)?;
    let ending = PhoneEnding::parse(ending).ok_or_else(|| {
        Failure::fields(vec![FieldError {
            field: "ending".to_owned(), message: "请填 4 个数字，例如 1234".to_owned()
        }])
    })?;
    let phone = app.secrets.open(&record.id, "phone", &record.phone_sealed)?;
    let fits = PhoneNumber::parse(&phone).is_some_and(|phone| phone.ending() == ending);
    if !fits {
        app.db.count_wrong_try(&record.id, app.now()).await?;
        let record = find(app, token).await?;
        return Err(if record.locked() { Code::LinkLocked } else { Code::WrongEnding }.into());
    }
    let secret = secrets::session_secret();
    let until = Moment(app.now().0 + SESSION_MS);
    if !app.db.open_patient_session(&record.id, &secrets::hash(&secret), until).await? {
        return Err(Code::LinkLocked.into());
    }
    Ok(session_cookie(app, PATIENT, secret))
}

/// Books, moves or cancels for an identified patient.
async fn change(
    app: &App,
    token: &Token,
    visitor: &Visitor,
    action: Action,
    slot: Option<&str>,
    key: IdempotencyKey,
) -> Result<Receipt> {
    let record = find(app, token).await?;
    standing(app, &record)?;
    if !identified(app, &record, visitor).await? {
        return Err(Code::IdentifyFirst.into());
    }
    let slot = match slot {
        Some(text) => Some(SlotId::parse(text).ok_or_else(|| {
            Failure::fields(vec![FieldError { field: "slot".to_owned(), message: A_SLOT.to_owned() }])
        })?),
        None => None,
    };
    let answer = app
        .db
        .change(&Change {
            followup: record.id,
            action,
            slot,
            actor: Actor::Patient,
            who: "patient".to_owned(),
            key,
            now: app.now(),
        })
        .await?;
    Ok(answer?)
}

fn parse_token(text: &str) -> Result<Token> {
    Ok(Token::parse(text).ok_or(Code::LinkUnknown)?)
}

/// Where a form leads back to.
fn back(visitor: &Visitor, token: &Token, view: FollowUpView, tail: &str) -> Response {
    let path = Route::FollowUp(token.clone(), view).path(visitor.lang);
    let joint = if path.contains('?') { '&' } else { '?' };
    Redirect::to(&if tail.is_empty() { path } else { format!("{path}{joint}{tail}") }).into_response()
}

/// Whether a refusal can be told on the follow-up's own page.
fn tells_on_page(code: Code) -> bool {
    matches!(
        code,
        Code::WrongEnding
            | Code::IdentifyFirst
            | Code::SlotTaken
            | Code::SlotPast
            | Code::SlotUnknown
            | Code::AlreadyBooked
            | Code::NotBooked
            | Code::KeyReused
            | Code::InvalidInput
            | Code::LinkLocked
            | Code::LinkExpired
            | Code::LinkWithdrawn
    )
}

fn refused(visitor: &Visitor, token: &Token, view: FollowUpView, failure: Failure) -> Result<Response> {
    if tells_on_page(failure.code) {
        Ok(back(visitor, token, view, &format!("problem={}", failure.code.as_str())))
    } else {
        Err(failure)
    }
}

/// `POST /f/{token}/identify`
pub async fn identify_form(
    State(app): State<App>,
    Path(token): Path<String>,
    visitor: Visitor,
    form: Form,
) -> Result<Response> {
    let token = parse_token(&token)?;
    match identify(&app, &token, form.get("ending")).await {
        Ok(cookie) => Ok(([(SET_COOKIE, cookie)], back(&visitor, &token, FollowUpView::Plan, "")).into_response()),
        Err(failure) => refused(&visitor, &token, FollowUpView::Plan, failure),
    }
}

async fn change_form(
    app: App,
    token: &str,
    visitor: &Visitor,
    form: &Form,
    action: Action,
    view: FollowUpView,
) -> Result<Response> {
    let token = parse_token(token)?;
    let slot = matches!(action, Action::Book | Action::Move).then(|| form.get("slot"));
    let result = match form.key() {
        Ok(key) => change(&app, &token, visitor, action, slot, key).await,
        Err(failure) => Err(failure),
    };
    match result {
        Ok(receipt) => Ok(back(visitor, &token, FollowUpView::Plan, &format!("done={}", receipt.done.as_str()))),
        Err(failure) => refused(visitor, &token, view, failure),
    }
}

/// `POST /f/{token}/book`
pub async fn book_form(
    State(app): State<App>,
    Path(token): Path<String>,
    visitor: Visitor,
    form: Form,
) -> Result<Response> {
    change_form(app, &token, &visitor, &form, Action::Book, FollowUpView::Plan).await
}

/// `POST /f/{token}/move`
pub async fn move_form(
    State(app): State<App>,
    Path(token): Path<String>,
    visitor: Visitor,
    form: Form,
) -> Result<Response> {
    change_form(app, &token, &visitor, &form, Action::Move, FollowUpView::Moving).await
}

/// `POST /f/{token}/cancel`
pub async fn cancel_form(
    State(app): State<App>,
    Path(token): Path<String>,
    visitor: Visitor,
    form: Form,
) -> Result<Response> {
    change_form(app, &token, &visitor, &form, Action::Cancel, FollowUpView::Plan).await
}

/// The appointment as a calendar file: a real address, because phones do not open made-up ones.
#[utoipa::path(
    get, path = "/api/v1/followups/{token}/appointment.ics", tag = "follow-up",
    params(("token" = String, Path, description = "The link's token")),
    responses(
        (status = 200, description = "The calendar entry", content_type = "text/calendar", body = String),
        (status = 401, description = "`identify-first`", content_type = "application/problem+json", body = Problem),
        (status = 409, description = "`not-booked`", content_type = "application/problem+json", body = Problem),
    )
)]
pub async fn calendar(State(app): State<App>, Path(token): Path<String>, visitor: Visitor) -> Result<Response> {
    let token = parse_token(&token)?;
    let record = find(&app, &token).await?;
    standing(&app, &record)?;
    if !identified(&app, &record, &visitor).await? {
        return Err(Code::IdentifyFirst.into());
    }
    let (slot, cancelled) = match record.slot {
        Some(slot) => (slot, Standing::Confirmed),
        None => (app.db.last_ended_slot(&record.id).await?.ok_or(Code::NotBooked)?, Standing::Cancelled),
    };
    let library = app.library();
    let clinic = library.clinic(&library.hospital);
    let text = calendar::write(&calendar::Entry {
        id: &record.id,
        sequence: record.sequence,
        slot: &slot,
        cancelled,
        hospital: clinic.map_or("", |clinic| &clinic.card.name),
        address: clinic.map_or("", |clinic| &clinic.address),
        phone: &app.phone(),
        now: app.now(),
    });
    let headers = [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8; method=PUBLISH"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"appointment.ics\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, text).into_response())
}

/// What a link shows now. Before the identity check nothing about the patient.
#[utoipa::path(
    get, path = "/api/v1/followups/{token}", tag = "follow-up",
    params(
        ("token" = String, Path, description = "The link's token"),
        ("view" = Option<String>, Query, description = "`move` for other times, `cancel` for the question"),
        ("lang" = Option<String>, Query, description = "`zh-CN`, `zh-Hant` or `en`"),
    ),
    responses(
        (status = 200, description = "The page", body = Page),
        (status = 404, description = "`link-unknown`", content_type = "application/problem+json", body = Problem),
    )
)]
pub async fn show(
    State(app): State<App>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
    visitor: Visitor,
) -> Result<Response> {
    let token = parse_token(&token)?;
    let query = query.unwrap_or_default();
    let Some((_, Route::FollowUp(_, view))) = Route::parse(&format!("/f/{token}"), &query) else {
        return Err(Code::LinkUnknown.into());
    };
    let page = load(&app, visitor.lang, &token, view, &query, &visitor).await?;
    Ok(([(header::CACHE_CONTROL, "no-store")], axum::Json(page)).into_response())
}

/// The identity check. Five wrong tries lock the link.
#[utoipa::path(
    post, path = "/api/v1/followups/{token}/identify", tag = "follow-up",
    params(("token" = String, Path, description = "The link's token")),
    request_body = IdentifyRequest,
    responses(
        (status = 204, description = "Identified; a cookie opens the follow-up for 30 minutes"),
        (status = 403, description = "`wrong-ending`", content_type = "application/problem+json", body = Problem),
        (status = 410, description = "`link-expired` or `link-withdrawn`", content_type = "application/problem+json", body = Problem),
        (status = 422, description = "`invalid-input`", content_type = "application/problem+json", body = Problem),
        (status = 423, description = "`link-locked`", content_type = "application/problem+json", body = Problem),
    )
)]
pub async fn identify_json(
    State(app): State<App>,
    Path(token): Path<String>,
    JsonBody(request): JsonBody<IdentifyRequest>,
) -> Result<Response> {
    let cookie = identify(&app, &parse_token(&token)?, &request.ending).await?;
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie)]).into_response())
}

fn header_key(headers: &HeaderMap) -> Result<IdempotencyKey> {
    read_key(headers.get("idempotency-key").and_then(|value| value.to_str().ok()).unwrap_or(""))
}

/// Takes a slot. A repeat with the same key gets the first answer again.
#[utoipa::path(
    post, path = "/api/v1/followups/{token}/appointment", tag = "follow-up",
    params(
        ("token" = String, Path, description = "The link's token"),
        ("Idempotency-Key" = String, Header, description = "16 to 64 letters, digits or hyphens"),
    ),
    request_body = SlotRequest,
    responses(
        (status = 200, description = "Booked", body = Receipt),
        (status = 401, description = "`identify-first`", content_type = "application/problem+json", body = Problem),
        (status = 409, description = "`slot-taken`, `slot-past` or `already-booked`", content_type = "application/problem+json", body = Problem),
        (status = 422, description = "`invalid-input` or `key-reused`", content_type = "application/problem+json", body = Problem),
    )
)]
pub async fn book_json(
    State(app): State<App>,
    Path(token): Path<String>,
    visitor: Visitor,
    JsonBody(request): JsonBody<SlotRequest>,
) -> Result<axum::Json<Receipt>> {
    let key = header_key(&visitor.headers)?;
    let token = parse_token(&token)?;
    Ok(axum::Json(change(&app, &token, &visitor, Action::Book, Some(&request.slot), key).await?))
}

/// Moves the appointment. The old place is given back only when the new one is certain.
#[utoipa::path(
    put, path = "/api/v1/followups/{token}/appointment", tag = "follow-up",
    params(
        ("token" = String, Path, description = "The link's token"),
        ("Idempotency-Key" = String, Header, description = "16 to 64 letters, digits or hyphens"),
    ),
    request_body = SlotRequest,
    responses(
        (status = 200, description = "Moved", body = Receipt),
        (status = 401, description = "`identify-first`", content_type = "application/problem+json", body = Problem),
        (status = 409, description = "`slot-taken`, `slot-past` or `not-booked`", content_type = "application/problem+json", body = Problem),
        (status = 422, description = "`invalid-input` or `key-reused`", content_type = "application/problem+json", body = Problem),
    )
)]
pub async fn move_json(
    State(app): State<App>,
    Path(token): Path<String>,
    visitor: Visitor,
    JsonBody(request): JsonBody<SlotRequest>,
) -> Result<axum::Json<Receipt>> {
    let key = header_key(&visitor.headers)?;
    let token = parse_token(&token)?;
    Ok(axum::Json(change(&app, &token, &visitor, Action::Move, Some(&request.slot), key).await?))
}

/// Cancels the appointment; the follow-up stays open for another.
#[utoipa::path(
    delete, path = "/api/v1/followups/{token}/appointment", tag = "follow-up",
    params(
        ("token" = String, Path, description = "The link's token"),
        ("Idempotency-Key" = String, Header, description = "16 to 64 letters, digits or hyphens"),
    ),
    responses(
        (status = 200, description = "Cancelled", body = Receipt),
        (status = 401, description = "`identify-first`", content_type = "application/problem+json", body = Problem),
        (status = 409, description = "`slot-past` or `not-booked`", content_type = "application/problem+json", body = Problem),
    )
)]
pub async fn cancel_json(
    State(app): State<App>,
    Path(token): Path<String>,
    visitor: Visitor,
) -> Result<axum::Json<Receipt>> {
    let key = header_key(&visitor.headers)?;
    let token = parse_token(&token)?;
    Ok(axum::Json(change(&app, &token, &visitor, Action::Cancel, None, key).await?))
}
