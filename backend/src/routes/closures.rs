//! Closing a clinic (停诊) and telling everybody in it.

use super::body::Form;
use super::days;
use super::frame::request_id;
use super::schedules::{FARTHEST, grown, own_services};
use super::staff::{Before, SignedIn, html, lead_to, may, told};
use crate::app::App;
use crate::db;
use crate::db::closures::{Closure, ClosureRow};
use crate::db::log::{self, Object};
use crate::failures::{Failure, Result};
use crate::timetable;
use crate::{pathway, secrets};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use zaoshai_contract::civil::{CivilDate, Moment};
use zaoshai_contract::ids::IdempotencyKey;
use zaoshai_contract::limits;
use zaoshai_contract::problem::{Code, FieldError};
use zaoshai_contract::roles::Deed;
use zaoshai_contract::staff::confirm::JustDone;
use zaoshai_contract::staff::{ClosurePage, NewClosure, SEEN, Staff, StaffPage, StandingClosure, WHOLE_HOSPITAL};

/// What the page is called.
const TITLE: &str = "停诊";

/// Most days in one closing.
const MOST_DAYS: i64 = 60;

async fn page(app: &App, staff: Staff, form: NewClosure) -> Result<ClosurePage> {
    let library = app.library();
    let rows = app.db.all_closures(&staff.hospital, app.now()).await?;
    let (undone, standing): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.undone.is_some());
    let shown = |row: ClosureRow| StandingClosure {
        service: row.service.as_deref().map_or_else(String::new, |id| {
            library.booking_service(id).map_or_else(|| id.to_owned(), |service| service.name.clone())
        }),
        first: Moment(row.first).date(),
        last: Moment(row.last - 1).date(),
        reason: row.reason,
        by: row.undone_by.unwrap_or(row.made_by),
        left: row.left_over,
        without: row.left_without,
        id: row.id,
    };
    Ok(ClosurePage {
        standing: standing.into_iter().map(shown).collect(),
        undone: undone.into_iter().filter(|row| row.left_without > 0).map(shown).collect(),
        services: own_services(&library, &staff),
        key: secrets::fresh_key(),
        form,
        staff,
        concerned: None,
        problem: None,
    })
}

fn shown(app: &App, page: ClosurePage, status: StatusCode) -> Response {
    html(app, TITLE, status, &StaffPage::Closures(Box::new(page)))
}

/// `GET /staff/closures`
pub async fn show(State(app): State<App>, SignedIn(staff): SignedIn, before: Before) -> Result<Response> {
    may(&staff, Deed::CloseClinic)?;
    let page = page(&app, staff, NewClosure::default()).await?;
    Ok(before.html(&app, TITLE, &StaffPage::Closures(Box::new(page))))
}

fn understand(app: &App, staff: &Staff, form: &NewClosure, key: &IdempotencyKey) -> Result<Closure> {
    let mut errors = Vec::new();
    let mut wrong = |field: &str, message: &str| {
        errors.push(FieldError { field: field.to_owned(), message: message.to_owned() });
    };
    let library = app.library();
    let own = own_services(&library, staff);
    let whole = form.service == WHOLE_HOSPITAL;
    if !whole && !own.iter().any(|service| service.id == form.service) {
        wrong("service", "请选停哪项服务，或选全院所有服务");
    }
    let today = app.now().date();
    let mut day = |field: &str, typed: &str, label: &str, asked: &str, fits: &dyn Fn(CivilDate) -> bool| {
        days::read_fitting(typed, label, asked, fits).inspect_err(|told| wrong(field, told)).ok()
    };
    let first =
        day("first", &form.first, "从哪天", "请填今天起两年以内的日期，例如 2026-12-01", &|first| {
            first >= today && first <= today.plus_days(FARTHEST)
        });
    // Without a first day nobody can tell whether the last one fits.
    let last = day("last", &form.last, "到哪天", "请填从哪天之后 60 天以内的日期", &|last| {
        first.is_none_or(|first| last >= first && last.days() - first.days() < MOST_DAYS)
    });
    let reason = form.reason.trim();
    if !limits::fits(reason, 1, limits::LONGEST_REASON) {
        wrong("reason", "请写原因，1 到 100 个字");
    }
    match (first, last) {
        (Some(first), Some(last)) if errors.is_empty() => Ok(Closure {
            id: app.secrets.id_of(
                &staff.name,
                key,
                &["close", &form.service, &first.to_string(), &last.to_string(), reason],
            ),
            hospital: staff.hospital.clone(),
            service: (!whole).then(|| form.service.clone()),
            first: Moment::at(first, 0),
            until: Moment::at(last.plus_days(1), 0),
            reason: reason.to_owned(),
            staff: staff.name.clone(),
            now: app.now(),
        }),
        _ => Err(Failure::fields(errors)),
    }
}

/// `POST /staff/closures`: without `sure` it tells how many are concerned, with it the clinic is closed.
pub async fn close(State(app): State<App>, SignedIn(staff): SignedIn, form: Form) -> Result<Response> {
    may(&staff, Deed::CloseClinic)?;
    let key = form.key()?;
    let typed = NewClosure {
        service: form.get("service").to_owned(),
        first: form.get("first").to_owned(),
        last: form.get("last").to_owned(),
        reason: form.get("reason").to_owned(),
    };
    let closure = match understand(&app, &staff, &typed, &key) {
        Ok(closure) => closure,
        Err(failure) => {
            let problem = told(&app, &failure);
            let page = ClosurePage { problem: Some(problem), ..page(&app, staff, typed).await? };
            return Ok(shown(&app, page, StatusCode::UNPROCESSABLE_ENTITY));
        }
    };
    if form.get("sure") != "yes" {
        let concerned = app.db.concerned(&closure).await?;
        let page = ClosurePage { concerned: Some(concerned), ..page(&app, staff, typed).await? };
        return Ok(shown(&app, page, StatusCode::OK));
    }
    log::does("close-clinic", Object::named(&format!("{} {} {}", typed.service, typed.first, typed.last)));
    let done = app.db.close_slots(&closure, form.get(SEEN).parse().unwrap_or_default()).await;
    if matches!(done, Err(db::Error::MoreThanAsked)) {
        let concerned = app.db.concerned(&closure).await?;
        let problem = Some(grown(&app, concerned.1));
        let page = ClosurePage { concerned: Some(concerned), problem, ..page(&app, staff, typed).await? };
        return Ok(shown(&app, page, StatusCode::UNPROCESSABLE_ENTITY));
    }
    done?;
    // The rounds of any server go on with those who are left when this one stops here.
    pathway::clear_closed(&app).await?;
    Ok(lead_to(&app, "/staff/closures", "", JustDone::Close))
}

/// `POST /staff/closures/{closure}/undo`: takes a closing back.
pub async fn undo(State(app): State<App>, Path(id): Path<String>, SignedIn(staff): SignedIn) -> Result<Response> {
    may(&staff, Deed::CloseClinic)?;
    log::does("undo-closing", Object::named(&id));
    if !timetable::undo_closing(&app, &staff, &id).await? {
        // A second tap of the same hand is told what the first one did.
        let done = app.db.closure_undone_by(&staff.hospital, &id).await?.is_some_and(|by| by == staff.name);
        return if done {
            Ok(lead_to(&app, "/staff/closures", "", JustDone::UndoClosing))
        } else {
            Err(Code::Changed.into())
        };
    }
    // It is done; the rounds of the clock offer what is free, too.
    if let Err(failure) = pathway::offer_places(&app).await {
        tracing::error!(request = request_id(), cause = failure.cause, "offering the places of a closing taken back");
    }
    Ok(lead_to(&app, "/staff/closures", "", JustDone::UndoClosing))
}
