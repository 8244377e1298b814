//! Many follow-ups at once: a table is read, shown with its mistakes, and stored only when that was seen.

use super::lists::row;
use super::make::{letters, record_of, understand};
use super::{SignedIn, html, may, services, told};
use crate::app::App;
use crate::db::batches::{Batch, CHUNK};
use crate::db::followups::{NewRecord, Origin};
use crate::db::log::{self, Object};
use crate::failures::{Failure, Result};
use crate::imports::{self, Line};
use crate::routes::body::{Form, Upload};
use crate::secrets;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use std::collections::HashMap;
use std::time::Duration;
use zaoshai_contract::civil::Moment;
use zaoshai_contract::problem::Code;
use zaoshai_contract::roles::Deed;
use zaoshai_contract::staff::batches::{BatchPage, BatchRow, BatchesPage, LeftOut, MOST_BYTES, Preview};
use zaoshai_contract::staff::{NewFollowUp, Staff, StaffPage};

/// How long the answer waits for a batch: a larger one goes on by itself.
const PATIENCE: Duration = Duration::from_secs(8);
/// Most batches in the list.
const MOST_BATCHES: u32 = 50;
/// Rows of a table that are shown as they were understood.
const SAMPLE: usize = 5;
/// Follow-ups of a batch that its page lists.
const MOST_LISTED: u32 = 100;

/// A table that was understood row by row.
struct Understood {
    good: Vec<(Line, super::make::Understood, String)>,
    bad: Vec<LeftOut>,
    known: Vec<LeftOut>,
    unused: Vec<String>,
}

impl Understood {
    /// A fingerprint of what the nurse is shown.
    fn seen(&self) -> String {
        let good: Vec<String> = self.good.iter().map(|(line, ..)| line.row.to_string()).collect();
        let left = |rows: &[LeftOut]| {
            rows.iter().map(|left| format!("{}{}", left.row, left.reasons.concat())).collect::<Vec<_>>().join("\n")
        };
        secrets::hash(&format!("{}\n\n{}\n\n{}", good.join(","), left(&self.bad), left(&self.known)))[..32].to_owned()
    }
}

async fn look(app: &App, staff: &Staff, bytes: &[u8], defaults: &NewFollowUp) -> Result<Understood> {
    let lines = imports::read(bytes, defaults, &app.library()).map_err(|error| Failure::field("file", &error))?;
    let mut table = Understood { good: Vec::new(), bad: Vec::new(), known: Vec::new(), unused: lines.unused };
    let mut people: HashMap<(String, String, Vec<String>), usize> = HashMap::new();
    for line in lines.lines {
        let left = |reasons: Vec<String>| LeftOut { row: line.row, name: line.form.name.clone(), reasons };
        let form = match understand(app, &line.form) {
            Ok(form) if line.errors.is_empty() => form,
            result => {
                let mut reasons = line.errors.clone();
                if let Err(failure) = result {
                    // A service that is not known was told by its name.
                    let told = |field: &str| field == "services" && !line.errors.is_empty();
                    reasons.extend(failure.errors.into_iter().filter(|e| !told(&e.field)).map(|error| error.message));
                }
                table.bad.push(left(reasons));
                continue;
            }
        };
        let person = (form.name.clone(), form.phone.as_str().to_owned(), form.services.clone());
        if let Some(first) = people.get(&person) {
            table.bad.push(left(vec![format!("和第 {first} 行是同一个人、同样的项目")]));
            continue;
        }
        people.insert(person, line.row);
        let row = format!("{}\u{1e}{}\u{1e}{}", staff.hospital, line.cells, form.services.join(","));
        let fingerprint = app.secrets.finder("row", &row);
        if let Some(code) = app.db.made_of_row(&fingerprint).await? {
            table.known.push(left(vec![format!("这一行以前导入过，编号 {code}")]));
            continue;
        }
        if let Some(code) = open_already(app, staff, &form).await? {
            table.known.push(left(vec![format!("这个人有同样项目的随访还没结束，编号 {code}")]));
            continue;
        }
        table.good.push((line, form, fingerprint));
    }
    Ok(table)
}

/// The code of an open follow-up of the same person for one of the same services.
async fn open_already(app: &App, staff: &Staff, form: &super::make::Understood) -> Result<Option<String>> {
    let phone = app.secrets.finder("phone", form.phone.as_str());
    let letters: String = form.name.chars().filter(|letter| !letter.is_whitespace()).collect();
    // A name of one character has no hash of its own.
    let name = if letters.chars().count() > 1 { app.secrets.finder("name", &letters) } else { String::new() };
    for (code, services) in app.db.open_for(&staff.hospital, &phone, &name).await? {
        let services: Vec<String> = services
            .map(|services| serde_json::from_str(&services))
            .transpose()
            .map_err(anyhow::Error::from)?
            .unwrap_or_default();
        if services.is_empty() || services.iter().any(|service| form.services.contains(service)) {
            return Ok(Some(code));
        }
    }
    Ok(None)
}

fn batch_row(app: &App, batch: &Batch) -> Result<BatchRow> {
    Ok(BatchRow {
        name: app.secrets.open(&batch.id, "name", &batch.name_sealed)?,
        id: batch.id.clone(),
        made: Moment(batch.made),
        by: batch.made_by.clone(),
        rows: batch.rows,
        there: batch.there,
    })
}

async fn page(app: &App, staff: Staff, defaults: NewFollowUp) -> Result<BatchesPage> {
    let batches = app.db.batches(&staff.hospital, MOST_BATCHES).await?;
    Ok(BatchesPage {
        services: services(app, &staff.hospital),
        letters: letters(app),
        key: secrets::fresh_key(),
        preview: None,
        batches: batches.iter().map(|batch| batch_row(app, batch)).collect::<Result<_>>()?,
        problem: None,
        defaults,
        staff,
    })
}

fn shown(app: &App, page: BatchesPage, status: StatusCode) -> Response {
    html(app, "导入导出", status, &StaffPage::Batches(Box::new(page)))
}

/// `GET /staff/batches`
pub(super) async fn show(State(app): State<App>, SignedIn(staff): SignedIn) -> Result<Response> {
    may(&staff, Deed::Import)?;
    let today = app.now().date();
    let defaults =
        NewFollowUp { due_from: today.to_string(), due_to: today.plus_days(30).to_string(), ..NewFollowUp::default() };
    Ok(shown(&app, page(&app, staff, defaults).await?, StatusCode::OK))
}

fn defaults_of(form: &Form) -> NewFollowUp {
    NewFollowUp {
        reason: form.get("reason").trim().to_owned(),
        services: form.all("services"),
        due_from: form.get("due_from").to_owned(),
        due_to: form.get("due_to").to_owned(),
        urgency: form.get("urgency").to_owned(),
        template: form.get("template").to_owned(),
        ..NewFollowUp::default()
    }
}

/// `POST /staff/batches`: a table is shown with what it would make; with `sure` it is made.
pub(super) async fn upload(
    State(app): State<App>,
    SignedIn(staff): SignedIn,
    upload: std::result::Result<Upload, Failure>,
) -> Result<Response> {
    may(&staff, Deed::Import)?;
    let (upload, failure) = match upload {
        Ok(upload) => (upload, None),
        Err(failure) if failure.code == Code::TooLarge => {
            let empty = Upload { form: Form::default(), name: String::new(), file: Vec::new() };
            (empty, Some(Failure::field("file", "文件太大，最多 4 MB。请分成几个文件，再上传")))
        }
        Err(failure) => return Err(failure),
    };
    let defaults = defaults_of(&upload.form);
    let refused = async |staff: Staff, failure: Failure, defaults: NewFollowUp| {
        let problem = told(&app, &failure);
        let page = BatchesPage { problem: Some(problem), ..page(&app, staff, defaults).await? };
        Ok(shown(&app, page, StatusCode::UNPROCESSABLE_ENTITY))
    };
    if let Some(failure) = failure {
        return refused(staff, failure, defaults).await;
    }
    let sure = upload.form.get("sure") == "yes";
    let (name, bytes) = if sure {
        let bytes = BASE64.decode(upload.form.get("data")).map_err(|_| Code::BadBody)?;
        (upload.form.get("name").to_owned(), bytes)
    } else {
        (upload.name, upload.file)
    };
    if bytes.is_empty() {
        return refused(staff, Failure::field("file", "请先选一个文件"), defaults).await;
    }
    if bytes.len() > MOST_BYTES {
        let failure = Failure::field("file", "文件太大，最多 4 MB。请分成几个文件，再上传");
        return refused(staff, failure, defaults).await;
    }
    let table = match look(&app, &staff, &bytes, &defaults).await {
        Ok(table) => table,
        Err(failure) if failure.code == Code::InvalidInput => return refused(staff, failure, defaults).await,
        Err(failure) => return Err(failure),
    };
    let key = upload.form.key()?;
    let id = secrets::id_for(&staff.name, &key);
    if sure {
        // A repeat goes on where the first one stopped, whatever the table looks like now.
        let begun = app.db.batch(&staff.hospital, &id).await?.is_some();
        let agreed = upload.form.get("seen") == table.seen()
            && (table.bad.is_empty() || upload.form.get("bad") == table.bad.len().to_string())
            && !table.good.is_empty();
        if begun || agreed {
            return store(&app, staff, id, name, table).await;
        }
    }
    let problem = sure.then(|| {
        let (field, message) = if upload.form.get("seen") == table.seen() && !table.bad.is_empty() {
            ("bad", "请先看完有错的行，再打勾")
        } else {
            ("file", "结果和您刚才看到的不一样了，请再看一遍")
        };
        told(&app, &Failure::field(field, message))
    });
    let status = if sure { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let preview = Preview {
        file: name,
        data: BASE64.encode(&bytes),
        seen: table.seen(),
        good: table.good.len(),
        sample: table.good.iter().take(SAMPLE).map(|(line, ..)| line.form.clone()).collect(),
        bad: table.bad,
        known: table.known,
        unused: table.unused,
    };
    let page = BatchesPage { preview: Some(preview), problem, ..page(&app, staff, defaults).await? };
    Ok(shown(&app, page, status))
}

async fn store(app: &App, staff: Staff, id: String, name: String, table: Understood) -> Result<Response> {
    let now = app.now();
    let rows = i64::try_from(table.good.len()).unwrap_or(i64::MAX);
    log::does("import", Object::named(&id));
    app.db
        .open_batch(&Batch {
            hospital: staff.hospital.clone(),
            made: now.0,
            made_by: staff.name.clone(),
            name_sealed: app.secrets.seal(&id, "name", &name),
            rows,
            there: 0,
            id: id.clone(),
        })
        .await?;
    let records: Vec<NewRecord> = table
        .good
        .into_iter()
        .map(|(line, form, fingerprint)| {
            let row = i64::try_from(line.row).unwrap_or(i64::MAX);
            let origin = Origin { batch: id.clone(), row, fingerprint };
            record_of(app, &staff, form, secrets::fresh_id(), Some(origin))
        })
        .collect();
    let db = app.db.clone();
    let work: tokio::task::JoinHandle<crate::db::Result<()>> = tokio::spawn(async move {
        for chunk in records.chunks(CHUNK) {
            db.make_followups(chunk).await?;
        }
        Ok(())
    });
    // What takes longer goes on; the batch's page tells how far it has come.
    if let Ok(done) = tokio::time::timeout(PATIENCE, work).await {
        done.map_err(anyhow::Error::from)??;
    }
    Ok(Redirect::to(&format!("/staff/batches/{id}")).into_response())
}

/// `GET /staff/batches/{id}`
pub(super) async fn batch(
    State(app): State<App>,
    Path(id): Path<String>,
    SignedIn(staff): SignedIn,
) -> Result<Response> {
    may(&staff, Deed::Import)?;
    let batch = app.db.batch(&staff.hospital, &id).await?.ok_or(Code::NotFound)?;
    let standings = app.db.batch_standings(&batch.id, &staff.hospital).await?;
    let records = app.db.batch_followups(&batch.id, &staff.hospital, MOST_LISTED, 0).await?;
    app.db.audit_of(&staff, "batch", Object::named(&batch.id), app.now()).await?;
    let page = BatchPage {
        batch: batch_row(&app, &batch)?,
        open: standings.open,
        booked: standings.booked,
        closed: standings.closed,
        rows: records.iter().map(|record| row(&app, record)).collect::<Result<_>>()?,
        staff,
    };
    Ok(html(&app, "一批随访", StatusCode::OK, &StaffPage::Batch(Box::new(page))))
}
