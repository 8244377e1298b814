//! Links as letters to be printed, each with its QR code on a sheet of its own.

use super::sharing::{self, InCharge};
use super::{SignedIn, html, may, own};
use crate::app::App;
use crate::db::log::Object;
use crate::failures::Result;
use crate::qr;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use zaoshai_contract::problem::Code;
use zaoshai_contract::roles::Deed;
use zaoshai_contract::route::value_of;
use zaoshai_contract::staff::batches::{LETTERS_A_PAGE, Letter, LettersPage};
use zaoshai_contract::staff::{Staff, StaffPage};

fn letter(app: &App, record: &InCharge) -> Result<Letter> {
    let link = record.link(app);
    let (qr_path, qr_side) = qr::path(&link).unwrap_or_default();
    Ok(Letter {
        name: app.secrets.open_if_kept(&record.id, "name", &record.name_sealed)?,
        code: record.code.clone(),
        link,
        qr_path,
        qr_side,
        due_to: record.step.as_ref().map(|step| step.due_to),
        link_until: record.link_until.date().plus_days(-1),
    })
}

fn page(app: &App, staff: Staff, back: String, records: &[InCharge]) -> Result<LettersPage> {
    let hospital = app.hospital_of(&app.library(), &staff.hospital);
    Ok(LettersPage {
        staff,
        back,
        path: String::new(),
        page: 1,
        pages: 1,
        phone: app.phone_of(&hospital.id),
        hospital: hospital.name,
        today: app.now().date(),
        letters: records.iter().map(|record| letter(app, record)).collect::<Result<_>>()?,
    })
}

fn shown(app: &App, page: LettersPage) -> Response {
    html(app, "打印信", StatusCode::OK, &StaffPage::Letters(Box::new(page)))
}

/// `GET /staff/followups/{id}/letter`
pub(super) async fn one(State(app): State<App>, Path(id): Path<String>, SignedIn(staff): SignedIn) -> Result<Response> {
    let record = own(&app, &staff, &id).await?;
    may(&staff, Deed::WorkOnFollowUps)?;
    if record.ending.is_some() {
        return Err(Code::LinkWithdrawn.into());
    }
    app.db.audit(&staff, "print", Some(&record.id), app.now()).await?;
    Ok(shown(&app, page(&app, staff, format!("/staff/followups/{id}"), &[record])?))
}

/// `GET /staff/batches/{id}/letters`
pub(super) async fn batch(
    State(app): State<App>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    SignedIn(staff): SignedIn,
) -> Result<Response> {
    may(&staff, Deed::Import)?;
    let batch = app.db.batch(&staff.hospital, &id).await?.ok_or(Code::NotFound)?;
    let standings = app.db.batch_standings(&batch.id, &staff.hospital).await?;
    let open = u32::try_from(standings.open + standings.booked).unwrap_or(0);
    let number = value_of(&query.unwrap_or_default(), "page").and_then(|page| page.parse::<u32>().ok()).unwrap_or(1);
    let pages = open.div_ceil(LETTERS_A_PAGE).max(1);
    let number = number.clamp(1, pages);
    let skip = (number - 1) * LETTERS_A_PAGE;
    let records = app.db.batch_followups(&batch.id, &staff.hospital, LETTERS_A_PAGE, skip).await?;
    let records = sharing::own_of(&staff, records);
    app.db.audit_of(&staff, "print-batch", Object::named(&format!("{} {number}", batch.id)), app.now()).await?;
    let path = format!("/staff/batches/{}/letters", batch.id);
    let page = page(&app, staff, format!("/staff/batches/{}", batch.id), &records)?;
    Ok(shown(&app, LettersPage { path, page: number, pages, ..page }))
}
