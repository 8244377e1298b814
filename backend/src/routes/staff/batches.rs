//! Many follow-ups at once: a table is read, shown with its mistakes, and stored only when that was seen.

use super::letters::{letter_pages, page_of};
use super::lists::{after, row, turned};
use super::make::{letters, record_of, understand};
use super::message::{Message, message};
use super::sharing::{self, InCharge};
use super::{Before, SignedIn, html, imported, may, services, told};
use crate::app::App;
use crate::db::batches::{Batch, CHUNK};
use crate::db::finders::WasErased;
use crate::db::followups::{NewRecord, Origin};
use crate::db::log::{self, Object};
use crate::db::pages::After;
use crate::demonstration;
use crate::failures::{Failure, Result};
use crate::finders;
use crate::imports::{self, Line, Lines};
use crate::routes::body::{Form, Upload};
use crate::secrets;
use axum::extract::{Path, RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use std::collections::HashMap;
use std::time::Duration;
use zaoshai_contract::civil::Moment;
use zaoshai_contract::followups::Urgency;
use zaoshai_contract::phones::PhoneNumber;
use zaoshai_contract::problem::Code;
use zaoshai_contract::roles::Deed;
use zaoshai_contract::staff::batches::{
    BATCHES_A_PAGE, BatchPage, BatchRow, BatchesPage, By, LeftOut, LeftRows, LetterPage, MOST_BYTES, Preview,
    PreviewRow, ToSend,
};
use zaoshai_contract::staff::draft::BY;
use zaoshai_contract::staff::{NewFollowUp, Staff, StaffPage};

/// How long the answer waits for a batch: a larger one goes on by itself.
const PATIENCE: Duration = Duration::from_secs(8);

/// A table that was understood row by row.
struct Understood {
    good: Vec<(Line, super::make::Understood)>,
    bad: Vec<LeftOut>,
    known: Vec<LeftOut>,
    hidden: Vec<LeftOut>,
    hidden_count: usize,
    notes: Vec<String>,
    unused: Vec<String>,
}

impl Understood {
    /// A fingerprint of what the nurse is shown, and of all that would be stored.
    fn seen(&self) -> String {
        let good: Vec<String> = self.good.iter().map(|(line, form)| format!("{} {}", line.row, form.said())).collect();
        let left = |rows: &[LeftOut]| {
            rows.iter().map(|left| format!("{}{}", left.row, left.reasons.concat())).collect::<Vec<_>>().join("\n")
        };
        let shown =
            [good.join("\n"), left(&self.bad), left(&self.known), left(&self.hidden), self.notes.concat()].join("\n\n");
        secrets::hash(&shown)[..32].to_owned()
    }
}

impl Understood {
    /// The rows that make nothing.
    fn left(&self) -> LeftRows {
        let (bad, known, hidden) = (self.bad.clone(), self.known.clone(), self.hidden.clone());
        LeftRows { bad, known, hidden, hidden_count: self.hidden_count }
    }
}

/// A row as it was understood, in the form in which it is shown.
fn preview_of(line: &Line, form: &super::make::Understood) -> PreviewRow {
    let form = NewFollowUp {
        name: form.name.clone(),
        phone: form.phone.shown(),
        due_from: form.due_from.to_string(),
        due_to: form.due_to.to_string(),
        urgency: Some(form.urgency.as_str().to_owned()),
        ..line.form.clone()
    };
    PreviewRow { row: line.row, form }
}

/// Reads a file off the threads that answer: a large one takes a while.
async fn lines_of(app: &App, bytes: Vec<u8>, defaults: &NewFollowUp) -> Result<Lines> {
    let (library, defaults) = (app.library(), defaults.clone());
    let read = tokio::task::spawn_blocking(move || imports::read(&bytes, &defaults, &library));
    read.await.map_err(anyhow::Error::from)?.map_err(|error| Failure::field("file", &error))
}

/// What is wrong with a row, once for each field: what the table says of a cell goes before what the form says of it.
fn reasons_of(line: &Line, failure: Option<Failure>) -> Vec<String> {
    if line.nobody {
        return vec!["没有姓名和手机号，不是病人的话不用管".to_owned()];
    }
    let mut reasons: Vec<String> = line.errors.iter().map(|error| error.message.clone()).collect();
    let told = |field: &str| line.errors.iter().any(|error| error.field == field);
    let form = failure.into_iter().flat_map(|failure| failure.errors);
    reasons.extend(form.filter(|error| !told(&error.field)).map(|error| error.message));
    reasons
}

async fn look(app: &App, staff: &Staff, lines: Lines) -> Result<Understood> {
    let hidden = lines.hidden.into_iter().map(|(row, name)| LeftOut {
        row,
        name,
        reasons: vec!["这一行在表格里是隐藏的（筛选掉的），没有读".to_owned()],
    });
    let mut table = Understood {
        good: Vec::new(),
        bad: Vec::new(),
        known: Vec::new(),
        hidden: hidden.collect(),
        hidden_count: lines.hidden_count,
        notes: lines.notes,
        unused: lines.unused,
    };
    // A person's rows so far: where, and for what.
    let mut people: HashMap<String, Vec<(usize, Vec<String>)>> = HashMap::new();
    for line in lines.lines {
        let left = |reasons: Vec<String>| LeftOut { row: line.row, name: line.form.name.clone(), reasons };
        let form = match understand(app, &line.form) {
            Ok(form) if line.errors.is_empty() => form,
            result => {
                table.bad.push(left(reasons_of(&line, result.err())));
                continue;
            }
        };
        let person = finders::person(&app.secrets, &staff.hospital, &form.name, &form.phone);
        let rows = people.entry(person.person.clone()).or_default();
        let same = rows.iter().find(|(_, services)| services.iter().any(|service| form.services.contains(service)));
        if let Some((first, _)) = same {
            table.bad.push(left(vec![format!("和第 {first} 行是同一个人、同样的项目")]));
            continue;
        }
        rows.push((line.row, form.services.clone()));
        // By what an older server knew the row that it made a follow-up from.
        let row = format!("{}\u{1e}{}\u{1e}{}", staff.hospital, line.cells, form.services.join(","));
        let why = match app.db.was_erased(&staff.hospital, &person, &app.secrets.finder("row", &row)).await? {
            Some(WasErased::Wish) => Some("这个人要求删除了资料，不导入。本人要随访，请单独新建"),
            Some(WasErased::Mistake) => Some("这个人以前登记错了，资料删掉了，不导入。确实要随访，请单独新建"),
            None => None,
        };
        if let Some(why) = why {
            table.known.push(left(vec![why.to_owned()]));
            continue;
        }
        let phone = finders::phone(&app.secrets, &form.phone);
        let open = app.db.open_of(&staff.hospital, &phone, &finders::whole(&app.secrets, &form.name)).await?;
        if let Some(open) = open.iter().find(|open| open.is_for(&form.services)) {
            table.known.push(left(vec![format!("这个人有同样项目的随访还没结束，编号 {}", open.code)]));
            continue;
        }
        if !form.phone_words.is_empty() {
            table.notes.push(format!("第 {} 行：电话旁边的“{}”会写进备注", line.row, form.phone_words));
        }
        table.good.push((line, form));
    }
    Ok(table)
}

pub(super) fn batch_row(app: &App, batch: &Batch) -> Result<BatchRow> {
    Ok(BatchRow {
        name: app.reading(&batch.id, "name", &batch.name_sealed),
        id: batch.id.clone(),
        made: Moment(batch.made),
        by: batch.made_by.clone(),
        rows: batch.rows,
        there: batch.there,
    })
}

/// The page with its first batches, or with those after a place in their list.
async fn page(app: &App, staff: Staff, defaults: NewFollowUp, after: Option<After>) -> Result<BatchesPage> {
    let from = after.clone().unwrap_or_else(After::highest);
    let batches = app.db.batches(&staff.hospital, &from, BATCHES_A_PAGE + 1).await?;
    let count = app.db.batch_count(&staff.hospital).await?;
    let place = |batch: &Batch| After { first: batch.made, second: 0, id: batch.id.clone() };
    let (batches, turn) = turned(batches, BATCHES_A_PAGE, count, after.as_ref(), place);
    Ok(BatchesPage {
        services: services(app, &staff.hospital),
        letters: letters(app),
        key: secrets::fresh_key(),
        preview: None,
        batches: batches.iter().map(|batch| batch_row(app, batch)).collect::<Result<_>>()?,
        turn,
        problem: None,
        defaults,
        staff,
    })
}

fn shown(app: &App, page: BatchesPage, status: StatusCode) -> Response {
    html(app, "导入导出", status, &StaffPage::Batches(Box::new(page)))
}

/// `GET /staff/batches`
pub(super) async fn show(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    SignedIn(staff): SignedIn,
) -> Result<Response> {
    may(&staff, Deed::Import)?;
    let today = app.now().date();
    let defaults =
        NewFollowUp { due_from: today.to_string(), due_to: today.plus_days(30).to_string(), ..NewFollowUp::default() };
    Ok(shown(&app, page(&app, staff, defaults, after(query)).await?, StatusCode::OK))
}

fn defaults_of(form: &Form) -> NewFollowUp {
    NewFollowUp {
        reason: form.get("reason").trim().to_owned(),
        services: form.all("services"),
        due_from: form.get("due_from").to_owned(),
        due_to: form.get("due_to").to_owned(),
        // Which urgency an empty cell means is chosen, never assumed.
        urgency: Some(form.get("urgency").to_owned()),
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
        let page = BatchesPage { problem: Some(problem), ..page(&app, staff, defaults, None).await? };
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
        let what = if name.is_empty() {
            "请先选一个文件"
        } else {
            "这个文件是空的，里面什么都没有。请打开看看，再选有名单的文件"
        };
        return refused(staff, Failure::field("file", what), defaults).await;
    }
    if bytes.len() > MOST_BYTES {
        let failure = Failure::field("file", "文件太大，最多 4 MB。请分成几个文件，再上传");
        return refused(staff, failure, defaults).await;
    }
    let hash = secrets::hash_bytes(&bytes);
    let data = if sure { upload.form.get("data").to_owned() } else { BASE64.encode(&bytes) };
    let table = match lines_of(&app, bytes, &defaults).await {
        Ok(lines) => look(&app, &staff, lines).await?,
        Err(failure) if failure.code == Code::InvalidInput => return refused(staff, failure, defaults).await,
        Err(failure) => return Err(failure),
    };
    let key = upload.form.key()?;
    // Another table, or another meaning of its empty cells, is another batch, whatever key it carries.
    let answered = ["key", "sure", "seen", "bad", "data", BY];
    let fields = upload.form.pairs().iter().filter(|(field, _)| !answered.contains(&field.as_str()));
    let said: Vec<&str> = fields.flat_map(|(field, value)| [field.as_str(), value.as_str()]).collect();
    let id = app.secrets.id_of(&staff.name, &key, &[&["import", hash.as_str()][..], &said].concat());
    if sure {
        // A repeat goes on where the first one stopped, whatever the table looks like now.
        let begun = app.db.batch(&staff.hospital, &id).await?.is_some();
        let agreed = upload.form.get("seen") == table.seen()
            && (table.bad.is_empty() || upload.form.get("bad") == table.bad.len().to_string())
            && !table.good.is_empty();
        if begun || agreed {
            let left = table.left();
            let answer = store(&app, staff.clone(), id.clone(), name, table).await?;
            // A repeat knows no more which rows it was that made nothing.
            return if begun { Ok(answer) } else { imported::told(&app, staff, &id, left, answer).await };
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
        data,
        seen: table.seen(),
        good: table.good.len(),
        rows: table.good.iter().map(|(line, form)| preview_of(line, form)).collect(),
        bad: table.bad,
        known: table.known,
        hidden: table.hidden,
        hidden_count: table.hidden_count,
        notes: table.notes,
        unused: table.unused,
    };
    let page = BatchesPage { preview: Some(preview), problem, ..page(&app, staff, defaults, None).await? };
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
    let (worker, batch) = (app.clone(), id.clone());
    let peace = demonstration::peace();
    let work: tokio::task::JoinHandle<anyhow::Result<()>> = tokio::spawn(async move {
        let _peace = peace;
        let db = worker.db.clone();
        // Sealing thousands of names takes a while.
        let sealed = tokio::task::spawn_blocking({
            let batch = batch.clone();
            move || -> Vec<NewRecord> {
                let record = |(line, form): (Line, super::make::Understood)| {
                    let origin = Origin {
                        batch: batch.clone(),
                        row: i64::try_from(line.row).unwrap_or(i64::MAX),
                        phone: finders::phone(&worker.secrets, &form.phone),
                        name: finders::whole(&worker.secrets, &form.name),
                    };
                    record_of(&worker, &staff, form, secrets::fresh_id(), Some(origin))
                };
                table.good.into_iter().map(record).collect()
            }
        });
        for chunk in sealed.await?.chunks(CHUNK) {
            db.make_followups(chunk).await?;
        }
        db.close_batch(&batch).await?;
        Ok(())
    });
    // What takes longer goes on; the batch's page tells how far it has come.
    if let Ok(done) = tokio::time::timeout(PATIENCE, work).await {
        done.map_err(anyhow::Error::from)??;
    }
    Ok(Redirect::to(&format!("/staff/batches/{id}")).into_response())
}

/// Somebody of a batch with the message that brings the link.
async fn to_send(app: &App, record: &InCharge) -> Result<ToSend> {
    let row = row(app, record)?;
    let Message { text: message, id: message_id } = message(app, record).await?;
    let by = by(row.wrong_number, &row.phone);
    Ok(ToSend { row, message, message_id, by })
}

/// How somebody with this number hears of their link.
fn by(wrong_number: bool, phone: &str) -> By {
    let reached = !wrong_number && PhoneNumber::parse(phone).is_some_and(|phone| phone.takes_messages());
    if reached { By::Message } else { By::CallOrLetter }
}

/// `GET /staff/batches/example.csv`: the columns with one row that shows how it is filled in, and is refused as it stands.
pub(super) async fn example(State(app): State<App>, SignedIn(staff): SignedIn) -> Result<Response> {
    may(&staff, Deed::Import)?;
    let service = services(&app, &staff.hospital).into_iter().next().map(|service| service.name).unwrap_or_default();
    let row = [
        "（例子，请删掉这一行）李女士",
        "这里写手机号",
        "小结节，3 个月复查",
        &service,
        "",
        "",
        Urgency::Routine.title(),
    ];
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"example.csv\""),
    ];
    let columns = ["姓名", "手机号", "原因", "项目", "最早", "最晚", "紧急程度"];
    Ok((headers, zaoshai_tables::write_csv(&columns, std::iter::once(row.map(str::to_owned).to_vec()))).into_response())
}

/// `GET /staff/batches/{id}`
pub(super) async fn batch(
    State(app): State<App>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    SignedIn(staff): SignedIn,
    before: Before,
) -> Result<Response> {
    may(&staff, Deed::Import)?;
    let batch = app.db.batch(&staff.hospital, &id).await?.ok_or(Code::NotFound)?;
    let standings = app.db.batch_standings(&batch.id, &staff.hospital).await?;
    let pages = letter_pages(&app, &batch.id).await?;
    let number = page_of(&query.unwrap_or_default(), pages.len());
    let (first, last) = pages.get(number as usize - 1).map_or((0, 0), |page| (page.first_row, page.last_row));
    let records = app.db.batch_followups(&batch.id, &staff.hospital, first, last).await?;
    app.db.audit_of(&staff, "batch", Object::named(&batch.id), app.now()).await?;
    let mut rows = Vec::with_capacity(records.len());
    for record in sharing::own_of(&staff, records) {
        rows.push(to_send(&app, &record).await?);
    }
    let reached = app.db.batch_reached(&batch.id, &staff.hospital).await?;
    let reached = reached.iter().filter(|one| {
        let phone = app.reading(&one.id, "phone", &one.phone_sealed);
        by(one.wrong_number.is_some(), &phone) == By::Message
    });
    let (sent, unsent): (Vec<_>, Vec<_>) = reached.partition(|one| one.sent.is_some());
    let waits = |page: &LetterPage| unsent.iter().any(|one| (page.first_row..=page.last_row).contains(&one.batch_row));
    let waiting = (1..).zip(&pages).filter(|(_, page)| waits(page)).map(|(number, _): (u32, _)| number);
    let next_page =
        waiting.clone().find(|other| *other > number).or_else(|| waiting.clone().find(|other| *other != number));
    let page = BatchPage {
        batch: batch_row(&app, &batch)?,
        open: standings.open,
        booked: standings.booked,
        closed: standings.closed,
        page: number,
        pages,
        sent: sent.len(),
        unsent: unsent.len(),
        next_page,
        rows,
        now: app.now(),
        staff,
    };
    Ok(before.html(&app, "一批随访", &StaffPage::Batch(Box::new(page))))
}
