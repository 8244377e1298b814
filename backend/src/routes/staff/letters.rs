//! Links as letters to be printed, each with its QR code on a sheet of its own.

use super::sharing::{self, InCharge};
use super::{SignedIn, html, may, own};
use crate::app::App;
use crate::db::log::Object;
use crate::failures::Result;
use crate::{pathway, qr};
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use zaoshai_contract::problem::Code;
use zaoshai_contract::roles::Deed;
use zaoshai_contract::route::value_of;
use zaoshai_contract::staff::batches::{LETTERS_A_PAGE, Letter, LetterPage, LettersPage};
use zaoshai_contract::staff::{Staff, StaffPage};

fn letter(app: &App, record: &InCharge) -> Result<Letter> {
    let link = record.link(app);
    let (qr_path, qr_side) = qr::path(&link).unwrap_or_default();
    Ok(Letter {
        name: app.reading(&record.id, "name", &record.name_sealed),
        code: record.code.clone(),
        link,
        qr_path,
        qr_side,
        errand: pathway::errand(app, record, None),
        link_until: record.link_until.date().plus_days(-1),
    })
}

async fn page(app: &App, staff: Staff, back: String, records: Vec<InCharge>) -> Result<LettersPage> {
    let hospital = app.hospital_of(&app.library(), &staff.hospital);
    let worker = app.clone();
    // A hundred codes take a while to draw.
    let drawn = tokio::task::spawn_blocking(move || records.iter().map(|record| letter(&worker, record)).collect());
    let letters: Result<Vec<Letter>> = drawn.await.map_err(anyhow::Error::from)?;
    let letters = letters?;
    Ok(LettersPage {
        staff,
        back,
        path: String::new(),
        page: 1,
        pages: Vec::new(),
        all: i64::try_from(letters.len()).unwrap_or(i64::MAX),
        phone: app.phone_of(&hospital.id),
        hospital: hospital.name,
        today: app.now().date(),
        letters,
    })
}

fn shown(app: &App, page: LettersPage) -> Response {
    html(app, "打印信", StatusCode::OK, &StaffPage::Letters(Box::new(page)))
}

/// The pages of a batch. They are cut by the rows that made a follow-up, ended or not, so that nobody slips from one page
/// to another while letters are printed and people choose, move away or die.
pub(super) async fn letter_pages(app: &App, batch: &str) -> Result<Vec<LetterPage>> {
    let rows = app.db.batch_rows(batch).await?;
    let mut first = 1;
    let page = |rows: &[i64]| {
        let page =
            LetterPage { first, last: first + rows.len() - 1, first_row: rows[0], last_row: rows[rows.len() - 1] };
        first += rows.len();
        page
    };
    Ok(rows.chunks(LETTERS_A_PAGE as usize).map(page).collect())
}

/// The number of the page that an address asks for, from 1.
pub(super) fn page_of(query: &str, pages: usize) -> u32 {
    let asked = value_of(query, "page").and_then(|page| page.parse::<u32>().ok()).unwrap_or(1);
    asked.clamp(1, u32::try_from(pages).unwrap_or(u32::MAX).max(1))
}

/// `GET /staff/followups/{id}/letter`
pub(super) async fn one(State(app): State<App>, Path(id): Path<String>, SignedIn(staff): SignedIn) -> Result<Response> {
    let record = own(&app, &staff, &id).await?;
    may(&staff, Deed::WorkOnFollowUps)?;
    if record.ending.is_some() {
        return Err(Code::LinkWithdrawn.into());
    }
    app.db.audit(&staff, "print", Some(&record.id), app.now()).await?;
    Ok(shown(&app, page(&app, staff, format!("/staff/followups/{id}"), vec![record]).await?))
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
    let pages = letter_pages(&app, &batch.id).await?;
    let number = page_of(&query.unwrap_or_default(), pages.len());
    let (first, last) = pages.get(number as usize - 1).map_or((0, 0), |page| (page.first_row, page.last_row));
    let records = app.db.batch_followups(&batch.id, &staff.hospital, first, last).await?;
    let records = sharing::own_of(&staff, records);
    app.db.audit_of(&staff, "print-batch", Object::named(&format!("{} {number}", batch.id)), app.now()).await?;
    let path = format!("/staff/batches/{}/letters", batch.id);
    let page = page(&app, staff, format!("/staff/batches/{}", batch.id), records).await?;
    Ok(shown(&app, LettersPage { path, page: number, pages, all: standings.open + standings.booked, ..page }))
}
