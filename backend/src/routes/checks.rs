//! `/check/{id}` and `/plan` for phones without the app: each step is a form that carries all answers, and the server
//! keeps none of them; and the same check on paper. With the app no answer ever comes here.

use super::body::Form;
use super::pages::{load, plain};
use crate::app::App;
use crate::content::CheckEntry;
use crate::failures::Result;
use crate::qr;
use crate::visitor::Visitor;
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use zaoshai_contract::checks::progress::Progress;
use zaoshai_contract::checks::{Check, CodePicture, code};
use zaoshai_contract::civil::CivilDate;
use zaoshai_contract::page::{Body, Meta, Page};
use zaoshai_contract::problem::Code;
use zaoshai_contract::route::Route;

/// A check with the codes of a day.
pub fn of_day(entry: &CheckEntry, day: CivilDate) -> Check {
    let mut check = entry.check.clone();
    if check.letters.is_empty() {
        return check;
    }
    let outcomes = check.groups.iter().flat_map(|group| &group.outcomes);
    check.codes = outcomes
        .filter_map(|outcome| {
            let code = code::of(&check, outcome.band, day);
            let (side, modules) = qr::modules(&format!("{} {code}", outcome.short))?;
            Some(CodePicture { code, side, modules })
        })
        .collect();
    check
}

/// `POST /check/{id}` and `POST /plan`: the next step, made from what the form carries.
pub async fn answer(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    visitor: Visitor,
    form: Form,
) -> Result<Response> {
    let (meta, check) = checked(&app, &visitor, uri.path())?;
    let progress = Progress::after(&check, form.into_pairs());
    let html = zaoshai_app::render_check(&meta, &check, progress, app.now().date(), visitor.reading.size);
    Ok(plain(&app, &visitor, &meta, &html))
}

/// `GET /check/{id}/sheet` and `GET /plan/sheet`: the check on paper.
pub async fn sheet(State(app): State<App>, OriginalUri(uri): OriginalUri, visitor: Visitor) -> Result<Response> {
    let path = uri.path().strip_suffix("/sheet").unwrap_or_default();
    let (meta, check) = checked(&app, &visitor, path)?;
    let html = zaoshai_app::render_sheet(&meta, &check, visitor.reading.size);
    Ok(plain(&app, &visitor, &meta, &html))
}

fn checked(app: &App, visitor: &Visitor, path: &str) -> Result<(Meta, Box<Check>)> {
    let (_, route) = Route::parse(path, "").ok_or(Code::NotFound)?;
    match load(app, visitor.lang, &route)? {
        Page { meta, body: Body::Check(check) } => Ok((meta, check)),
        _ => Err(Code::NotFound.into()),
    }
}
