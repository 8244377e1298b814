//! What became of a table: how many follow-ups it made, and the rows that made none. Those are told once, in the answer to
//! the form, and kept nowhere: whoever is not followed up is nobody of whom something may be stored.

use super::batches::batch_row;
use super::{SignedIn, html, may};
use crate::app::App;
use crate::db::log::Object;
use crate::failures::{Failure, Result};
use crate::routes::body::Upload;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use zaoshai_contract::problem::Code;
use zaoshai_contract::roles::Deed;
use zaoshai_contract::staff::batches::{ImportedPage, LeftRows};
use zaoshai_contract::staff::{Staff, StaffPage};

/// The answer to a table that was stored: the way to its batch, or, where rows of it made nothing, a page that tells them.
pub(super) async fn told(app: &App, staff: Staff, batch: &str, left: LeftRows, answer: Response) -> Result<Response> {
    if left.count() == 0 {
        return Ok(answer);
    }
    let Some(batch) = app.db.batch(&staff.hospital, batch).await? else { return Ok(answer) };
    let text = serde_json::to_string(&left).map_err(anyhow::Error::from)?;
    let sealed = app.secrets.seal(&scope(&staff), "left", &text);
    let page = ImportedPage { batch: batch_row(app, &batch)?, left, sealed, staff };
    Ok(html(app, "导入的结果", StatusCode::OK, &StaffPage::Imported(Box::new(page))))
}

/// Only the account that was told the rows takes them out.
fn scope(staff: &Staff) -> String {
    format!("left-out/{}", staff.name)
}

/// `POST /staff/batches/left.csv`: the rows that made nothing, as the page that tells them carries them.
pub(super) async fn left(
    State(app): State<App>,
    SignedIn(staff): SignedIn,
    upload: std::result::Result<Upload, Failure>,
) -> Result<Response> {
    may(&staff, Deed::Import)?;
    let text = app.secrets.open(&scope(&staff), "left", upload?.form.get("left")).map_err(|_| Code::BadBody)?;
    app.db.audit_of(&staff, "export", Object::named("left-out"), app.now()).await?;
    let left: LeftRows = serde_json::from_str(&text).map_err(|_| Code::BadBody)?;
    let rows = left.all().map(|row| vec![row.row.to_string(), row.name.clone(), row.reasons.join("；")]);
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"not-imported.csv\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, zaoshai_tables::write_csv(&["行", "姓名", "为什么没有导入"], rows)).into_response())
}
