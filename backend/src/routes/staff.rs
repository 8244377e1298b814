//! The nurse's work: signing in, making follow-ups, sending links, seeing what became of them.
//! Pages are HTML with forms alone; making, listing and ending are on the JSON API, too.

mod history;
mod home_care;
mod work;

use super::body::{Form, JsonBody, read_key};
use super::closures;
use super::frame::request_id;
use super::pages;
use crate::app::App;
use crate::content::LetterTemplate;
use crate::db::followups::{NewRecord, Record};
use crate::failures::{Failure, Result};
use crate::pathway::{self, service_names};
use crate::visitor::{SET_COOKIE, STAFF, Visitor, end_cookie, session_cookie};
use crate::{qr, secrets};
use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use zaoshai_contract::appointments::State as AppointmentState;
use zaoshai_contract::civil::{CivilDate, Moment};
use zaoshai_contract::followups::{Ending, Standing, Urgency};
use zaoshai_contract::ids::{IdempotencyKey, PhoneEnding, PhoneNumber};
use zaoshai_contract::problem::{Code, FieldError, Problem};
use zaoshai_contract::roles::Deed;
use zaoshai_contract::route::{FollowUpView, Lang, Route, value_of};
use zaoshai_contract::staff::{
    BookableService, DayEntry, FollowUpDetail, FollowUpList, FollowUpRow, LoginRequest, NewFollowUp, NewFollowUpForm,
    Note, OpenQuestion, Staff, StaffPage, StaffSearch, Typed,
};

/// How long a nurse stays signed in: a shift of 12 hours.
const SESSION_MS: i64 = 12 * 3_600_000;
/// How long a link works after the last day of the due window.
const LINK_DAYS: i64 = 30;
/// Longest due window.
const WINDOW_DAYS: i64 = 730;
/// Most characters of a letter.
const LONGEST_LETTER: usize = 1000;
/// Most rows of the overdue list, of the questions and of a search.
const MOST_OVERDUE: u32 = 100;
/// Most follow-ups in the list.
const MOST: u32 = 500;
/// A hash that no password fits, checked for unknown names so that they take as long as known ones.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$5WOxbGUXPD8vB0vNqHhVp0qTTjQ9gd0Ypqcq3rEBHmI";

/// The staff pages.
pub fn router() -> Router<App> {
    Router::new()
        .route("/staff", get(list))
        .route("/staff/login", get(login).post(login_form))
        .route("/staff/logout", post(logout_form))
        .route("/staff/followups", post(make_form))
        .route("/staff/followups/new", get(new))
        .route("/staff/followups/{id}", get(detail))
        .route("/staff/closures", get(closures::show).post(closures::close))
        .route("/staff/home-care", get(home_care::list))
        .route("/staff/home-care/{id}", get(home_care::show))
        .route("/staff/home-care/{id}/{deed}", post(home_care::form))
        .route("/staff/search", get(search_page))
        .route("/staff/followups/{id}/{deed}", post(work::form))
        .route("/staff/followups/{id}/withdraw", post(withdraw_form))
        .route("/staff/followups/{id}/unlock", post(unlock_form))
        .route("/staff/followups/{id}/relink", post(relink_form))
}

pub(super) fn html(app: &App, title: &str, status: StatusCode, page: &StaffPage) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    let body = pages::staff_shell(app, &format!("{title} · 护士工作台"), &zaoshai_app::render_staff(page));
    (status, headers, body).into_response()
}

/// A staff page of what went wrong.
pub fn problem_page(app: &App, problem: Problem) -> Response {
    let title = problem.title.clone();
    html(app, &title, StatusCode::OK, &StaffPage::Problem(problem))
}

pub(super) fn told(app: &App, failure: &Failure) -> Problem {
    failure.problem(&app.phone(), &request_id())
}

async fn signed_in(app: &App, visitor: &Visitor) -> Result<Staff> {
    let secret = visitor.staff.as_ref().ok_or(Code::SignInFirst)?;
    let staff = app.db.staff_session(&secrets::hash(secret), app.now()).await?;
    Ok(staff.ok_or(Code::SignInFirst)?)
}

/// Sends a nurse who is not signed in to the login page; other failures stay.
pub(super) async fn nurse(app: &App, visitor: &Visitor) -> Result<std::result::Result<Staff, Response>> {
    match signed_in(app, visitor).await {
        Ok(staff) => Ok(Ok(staff)),
        Err(failure) if failure.code == Code::SignInFirst => Ok(Err(Redirect::to("/staff/login").into_response())),
        Err(failure) => Err(failure),
    }
}

/// Checks name and password; gives the cookie of a session.
async fn sign_in(app: &App, request: LoginRequest) -> Result<HeaderValue> {
    let name = request.name.trim().to_owned();
    let account = app.db.account(&name).await?;
    if account.as_ref().is_some_and(|account| account.locked_until > app.now().0) {
        return Err(Code::AccountLocked.into());
    }
    // A disabled account answers as if there were none.
    let account = account.filter(|account| account.disabled == 0);
    let hash = account.as_ref().map_or(NOBODY, |account| &account.password_hash).to_owned();
    let fits = {
        let _turn = app.passwords.acquire().await.map_err(anyhow::Error::from)?;
        tokio::task::spawn_blocking(move || secrets::password_fits(&request.password, &hash))
            .await
            .map_err(anyhow::Error::from)?
    };
    if !fits || account.is_none() {
        app.db.count_wrong_password(&name, app.now()).await?;
        return Err(Code::WrongLogin.into());
    }
    let secret = secrets::session_secret();
    let until = Moment(app.now().0 + SESSION_MS);
    app.db.open_staff_session(&name, &secrets::hash(&secret), until, app.now()).await?;
    Ok(session_cookie(app, STAFF, secret))
}

async fn sign_out(app: &App, visitor: &Visitor) -> Result<HeaderValue> {
    if let Some(secret) = &visitor.staff {
        app.db.end_staff_session(&secrets::hash(secret)).await?;
    }
    Ok(end_cookie(STAFF))
}

pub(super) fn services(app: &App) -> Vec<BookableService> {
    app.library()
        .booking
        .iter()
        .map(|service| BookableService { id: service.id.clone(), name: service.name.clone() })
        .collect()
}

fn letters(app: &App) -> Vec<BookableService> {
    let library = app.library();
    let titled = |letter: &LetterTemplate| BookableService { id: letter.id.clone(), name: letter.title.clone() };
    library.letters.iter().map(titled).collect()
}

/// A form that was understood.
struct Understood {
    name: String,
    phone: PhoneNumber,
    reason: String,
    services: Vec<String>,
    due_from: CivilDate,
    due_to: CivilDate,
    urgency: Urgency,
    template: String,
    letter: String,
}

fn understand(app: &App, form: &NewFollowUp) -> Result<Understood> {
    let mut errors = Vec::new();
    let mut wrong = |field: &str, message: &str| {
        errors.push(FieldError { field: field.to_owned(), message: message.to_owned() });
    };
    let name = form.name.trim();
    if !(1..=20).contains(&name.chars().count()) {
        wrong("name", "请填称呼，1 到 20 个字，例如 李女士");
    }
    let phone = PhoneNumber::parse(&form.phone);
    if phone.is_none() {
        wrong("phone", "请填手机号或带区号的电话，例如 13800138000");
    }
    let reason = form.reason.trim();
    if !(1..=200).contains(&reason.chars().count()) {
        wrong("reason", "请写为什么要来，1 到 200 个字，例如 肺部小结节，3 个月复查");
    }
    let library = app.library();
    let known = form.services.iter().all(|id| library.booking_service(id).is_some());
    if form.services.is_empty() || !known {
        wrong("services", "请至少选一项可约的服务");
    }
    let today = app.now().date();
    let due_from = CivilDate::parse(form.due_from.trim());
    let due_to = CivilDate::parse(form.due_to.trim());
    if due_from.is_none() {
        wrong("due_from", "请填最早的日期，例如 2026-11-23");
    }
    match (due_from, due_to) {
        (_, None) => wrong("due_to", "请填最晚的日期，例如 2026-12-05"),
        (Some(from), Some(to)) if to < from => wrong("due_to", "最晚的日期不能早于最早的日期"),
        (_, Some(to)) if to < today => wrong("due_to", "最晚的日期已经过了"),
        (_, Some(to)) if to.days() - today.days() > WINDOW_DAYS => wrong("due_to", "最晚的日期请在两年以内"),
        _ => {}
    }
    let urgency = if form.urgency.is_empty() { Some(Urgency::Routine) } else { Urgency::parse(&form.urgency) };
    if urgency.is_none() {
        wrong("urgency", "请选紧急、尽快或常规");
    }
    if !form.template.is_empty() && library.letter(&form.template).is_none() {
        wrong("template", "请从列表里选一封结果信");
    }
    let letter = form.letter.trim();
    if letter.chars().count() > LONGEST_LETTER {
        wrong("letter", "结果说明请写 1000 个字以内");
    }
    match (phone, due_from, due_to, urgency) {
        (Some(phone), Some(due_from), Some(due_to), Some(urgency)) if errors.is_empty() => Ok(Understood {
            name: name.to_owned(),
            phone,
            reason: reason.to_owned(),
            services: form.services.clone(),
            due_from,
            due_to,
            urgency,
            template: form.template.clone(),
            letter: letter.to_owned(),
        }),
        _ => Err(Failure::fields(errors)),
    }
}

/// Makes a follow-up; gives its id. A repeat with the same key gives the first one's.
pub async fn make(app: &App, staff: &Staff, form: &NewFollowUp, key: IdempotencyKey, id: String) -> Result<String> {
    may(staff, Deed::WorkOnFollowUps)?;
    let request = secrets::hash(&serde_json::to_string(form).map_err(anyhow::Error::from)?);
    let form = understand(app, form)?;
    let token = app.secrets.link_token(&id, 1);
    let library = app.library();
    let topic = form.services.iter().find_map(|id| library.booking_service(id)).map(|service| service.topic.clone());
    let letter_sealed =
        if form.letter.is_empty() { String::new() } else { app.secrets.seal(&id, "letter", &form.letter) };
    let new = NewRecord {
        code: secrets::fresh_code(),
        hospital: staff.hospital.clone(),
        topic: topic.unwrap_or_default(),
        urgency: form.urgency,
        letter_sealed,
        letter: form.template.clone(),
        finders: finders(app, &form.name, &form.phone),
        token_hash: secrets::hash(token.as_str()),
        link_until: Moment::at(form.due_to.plus_days(LINK_DAYS), 0),
        name_sealed: app.secrets.seal(&id, "name", &form.name),
        phone_sealed: app.secrets.seal(&id, "phone", form.phone.as_str()),
        reason_sealed: app.secrets.seal(&id, "reason", &form.reason),
        services: form.services,
        due_from: form.due_from,
        due_to: form.due_to,
        created_by: staff.name.clone(),
        now: app.now(),
        key,
        request,
        id,
    };
    let id = app.db.make_followup(&new).await??;
    app.db.audit(staff, "make", Some(&id), app.now()).await?;
    Ok(id)
}

/// The keyed hashes under which a follow-up is found: its phone number, the last four digits, and every run of two or
/// more characters of the name.
fn finders(app: &App, name: &str, phone: &PhoneNumber) -> Vec<String> {
    let letters: Vec<char> = name.chars().filter(|letter| !letter.is_whitespace()).collect();
    let runs = (0..letters.len()).flat_map(|from| {
        let letters = &letters;
        (from + 2..=letters.len()).map(move |to| letters[from..to].iter().collect::<String>())
    });
    let mut finders: Vec<String> = runs.map(|run| app.secrets.finder("name", &run)).collect();
    finders.push(app.secrets.finder("phone", phone.as_str()));
    finders.push(app.secrets.finder("ending", phone.ending().as_str()));
    finders.sort_unstable();
    finders.dedup();
    finders
}

/// A follow-up as lists show it.
pub fn row(app: &App, record: &Record) -> Result<FollowUpRow> {
    let now = app.now();
    let open = |field: &str, sealed: &str| app.secrets.open_if_kept(&record.id, field, sealed);
    let latest = record.latest.as_ref();
    let expected = latest.filter(|latest| latest.state.is_firm());
    Ok(FollowUpRow {
        id: record.id.clone(),
        code: record.code.clone(),
        name: open("name", &record.name_sealed)?,
        phone: open("phone", &record.phone_sealed)?,
        reason: open("reason", &record.reason_sealed)?,
        services: record.step.as_ref().map(|step| service_names(app, &step.services)).unwrap_or_default(),
        due_from: record.step.as_ref().map(|step| step.due_from),
        due_to: record.step.as_ref().map(|step| step.due_to),
        urgency: record.urgency,
        standing: record.standing(now),
        owner: record.owner.clone(),
        appointment: latest.map(|latest| latest.id.clone()).unwrap_or_default(),
        appointment_state: latest.map(|latest| latest.state),
        starts: expected.map(|latest| latest.slot.starts),
        room: expected.map(|latest| latest.slot.room.clone()).unwrap_or_default(),
        locked: record.locked(),
        overdue: record.due.is_some_and(|due| due <= now),
        version: record.version,
        call_on: record.call_on,
    })
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
    let overdue = app.db.overdue(&staff.hospital, now, MOST_OVERDUE).await?;
    let overdue = overdue.iter().map(|record| row(app, record)).collect::<Result<Vec<_>>>()?;
    let calls = app.db.to_call(&staff.hospital, now.date(), MOST_OVERDUE).await?;
    let calls = calls.iter().map(|record| row(app, record)).collect::<Result<Vec<_>>>()?;
    app.db.audit(&staff, "list", None, now).await?;
    Ok(FollowUpList {
        now,
        day: day(app, &staff).await?,
        overdue,
        calls,
        questions: open_questions(app, &staff).await?,
        rows,
        staff,
    })
}

/// Today's appointments at her hospital.
async fn day(app: &App, staff: &Staff) -> Result<Vec<DayEntry>> {
    let today = app.now().date();
    let rows = app.db.day(&staff.hospital, Moment::at(today, 0), Moment::at(today.plus_days(1), 0)).await?;
    rows.into_iter()
        .map(|row| {
            let open = |field: &str, sealed: &str| app.secrets.open_if_kept(&row.followup, field, sealed);
            Ok(DayEntry {
                name: open("name", &row.name_sealed)?,
                phone: open("phone", &row.phone_sealed)?,
                state: AppointmentState::parse(&row.state).ok_or_else(|| anyhow::anyhow!("a stored state"))?,
                starts: Moment(row.starts),
                service: service_names(app, std::slice::from_ref(&row.service)).concat(),
                followup: row.followup,
                code: row.code,
                appointment: row.appointment,
                room: row.room,
                version: row.version,
            })
        })
        .collect()
}

async fn open_questions(app: &App, staff: &Staff) -> Result<Vec<OpenQuestion>> {
    let mut questions = Vec::new();
    for row in app.db.open_questions(&staff.hospital, MOST_OVERDUE).await? {
        let Some(record) = app.db.followup(&row.followup).await? else { continue };
        questions.push(OpenQuestion {
            name: app.secrets.open(&record.id, "name", &record.name_sealed)?,
            text: app.secrets.open(&row.id, "question", &row.text_sealed)?,
            followup: row.followup,
            asked: Moment(row.asked),
        });
    }
    Ok(questions)
}

/// Finds by code, by phone number or its last four digits, or by two or more characters of the name.
async fn search(app: &App, staff: Staff, typed: &str) -> Result<StaffSearch> {
    may(&staff, Deed::SeeFollowUps)?;
    let typed = typed.trim().to_owned();
    let letters: String = typed.chars().filter(|letter| !letter.is_whitespace()).collect();
    let finder = if let Some(phone) = PhoneNumber::parse(&letters) {
        app.secrets.finder("phone", phone.as_str())
    } else if let Some(ending) = PhoneEnding::parse(&letters) {
        app.secrets.finder("ending", ending.as_str())
    } else {
        app.secrets.finder("name", &letters)
    };
    let mut records: Vec<Record> =
        app.db.followup_by_code(&staff.hospital, &letters.to_uppercase()).await?.into_iter().collect();
    records.extend(app.db.found(&staff.hospital, &finder, MOST_OVERDUE).await?);
    let rows = records.iter().map(|record| row(app, record)).collect::<Result<Vec<_>>>()?;
    app.db.audit(&staff, "search", None, app.now()).await?;
    Ok(StaffSearch { staff, typed, rows })
}

/// Refuses what an account has no right to.
pub(super) fn may(staff: &Staff, deed: Deed) -> Result<()> {
    if staff.may(deed) { Ok(()) } else { Err(Code::NotAllowed.into()) }
}

/// A follow-up of her own hospital; another hospital's is not there for her.
async fn find(app: &App, staff: &Staff, id: &str) -> Result<Record> {
    may(staff, Deed::SeeFollowUps)?;
    let record = app.db.followup(id).await?.filter(|record| record.hospital == staff.hospital);
    Ok(record.ok_or(Code::NotFound)?)
}

async fn detail_of(app: &App, staff: &Staff, id: &str) -> Result<FollowUpDetail> {
    let record = find(app, staff, id).await?;
    let token = app.secrets.link_token(&record.id, record.link_generation);
    let path = Route::FollowUp(token.clone(), FollowUpView::Plan).path(Lang::Hans);
    let link = format!("{}{path}", app.config.public_url);
    let hospital = app.hospital(&app.library());
    let call = hospital.phone.map(|phone| format!("有疑问请打 {}。", phone.number)).unwrap_or_default();
    let message = format!("【{}】请打开链接，选一个来医院的时间。打开时填手机号后四位。{link} {call}", hospital.name);
    let history = app.db.history(&record.id).await?.iter().map(|line| history::in_words(staff, line)).collect();
    let notes = app.db.notes(&record.id).await?;
    let notes = notes
        .into_iter()
        .map(|note| {
            let text = app.secrets.open(&note.id, "note", &note.text_sealed)?;
            Ok(Note { at: Moment(note.at), staff: note.staff, text })
        })
        .collect::<Result<Vec<_>>>()?;
    app.db.audit(staff, "read", Some(&record.id), app.now()).await?;
    Ok(FollowUpDetail {
        row: row(app, &record)?,
        token,
        link,
        message,
        link_until: record.link_until.date().plus_days(-1),
        history,
        notes,
        questions: pathway::questions(app, &record.id).await?,
        key: secrets::fresh_key(),
        services: services(app),
        today: app.now().date(),
    })
}

async fn withdraw(app: &App, staff: &Staff, id: &str) -> Result<()> {
    let record = find(app, staff, id).await?;
    may(staff, Deed::WorkOnFollowUps)?;
    app.db.end_followup(&record.id, Ending::Withdrawn, &staff.name, app.now()).await??;
    app.db.audit(staff, "withdraw", Some(id), app.now()).await?;
    Ok(())
}

/// `GET /staff/login`
async fn login(State(app): State<App>) -> Response {
    html(&app, "登录", StatusCode::OK, &StaffPage::Login { name: String::new(), problem: None })
}

/// `POST /staff/login`
async fn login_form(State(app): State<App>, form: Form) -> Result<Response> {
    let request = LoginRequest { name: form.get("name").to_owned(), password: form.get("password").to_owned() };
    let name = request.name.clone();
    match sign_in(&app, request).await {
        Ok(cookie) => Ok(([(SET_COOKIE, cookie)], Redirect::to("/staff")).into_response()),
        Err(failure) if matches!(failure.code, Code::WrongLogin | Code::AccountLocked) => {
            let problem = told(&app, &failure);
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::UNAUTHORIZED);
            Ok(html(&app, "登录", status, &StaffPage::Login { name, problem: Some(problem) }))
        }
        Err(failure) => Err(failure),
    }
}

/// `POST /staff/logout`
async fn logout_form(State(app): State<App>, visitor: Visitor) -> Result<Response> {
    let cookie = sign_out(&app, &visitor).await?;
    Ok(([(SET_COOKIE, cookie)], Redirect::to("/staff/login")).into_response())
}

/// `GET /staff`
async fn list(State(app): State<App>, visitor: Visitor) -> Result<Response> {
    match nurse(&app, &visitor).await? {
        // Who sees no patient begins with her own work.
        Ok(staff) if !staff.may(Deed::SeeFollowUps) => {
            let first = staff.sections().next().ok_or(Code::NotAllowed)?;
            Ok(Redirect::to(first.path).into_response())
        }
        Ok(staff) => {
            let list = followups(&app, staff).await?;
            Ok(html(&app, "今天", StatusCode::OK, &StaffPage::List(list)))
        }
        Err(elsewhere) => Ok(elsewhere),
    }
}

/// `GET /staff/followups/new`
async fn new(State(app): State<App>, visitor: Visitor) -> Result<Response> {
    let staff = match nurse(&app, &visitor).await? {
        Ok(staff) => staff,
        Err(elsewhere) => return Ok(elsewhere),
    };
    may(&staff, Deed::WorkOnFollowUps)?;
    let today = app.now().date();
    let form =
        NewFollowUp { due_from: today.to_string(), due_to: today.plus_days(14).to_string(), ..NewFollowUp::default() };
    let page = NewFollowUpForm {
        staff,
        form,
        services: services(&app),
        letters: letters(&app),
        key: secrets::fresh_key(),
        problem: None,
    };
    Ok(html(&app, "新建随访", StatusCode::OK, &StaffPage::New(Box::new(page))))
}

/// `POST /staff/followups`
async fn make_form(State(app): State<App>, visitor: Visitor, form: Form) -> Result<Response> {
    let staff = match nurse(&app, &visitor).await? {
        Ok(staff) => staff,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let new = NewFollowUp {
        name: form.get("name").to_owned(),
        phone: form.get("phone").to_owned(),
        reason: form.get("reason").to_owned(),
        services: form.all("services"),
        due_from: form.get("due_from").to_owned(),
        due_to: form.get("due_to").to_owned(),
        urgency: form.get("urgency").to_owned(),
        template: form.get("template").to_owned(),
        letter: form.get("letter").to_owned(),
    };
    let key = form.key()?;
    match make(&app, &staff, &new, key.clone(), secrets::fresh_id()).await {
        Ok(id) => Ok(Redirect::to(&format!("/staff/followups/{id}?created=1")).into_response()),
        Err(failure) if matches!(failure.code, Code::InvalidInput | Code::KeyReused) => {
            let problem = told(&app, &failure);
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            // A form that was sent before in another wording is a new one.
            let key = if failure.code == Code::KeyReused { secrets::fresh_key() } else { key };
            let page = NewFollowUpForm {
                staff,
                form: new,
                services: services(&app),
                letters: letters(&app),
                key,
                problem: Some(problem),
            };
            Ok(html(&app, "新建随访", status, &StaffPage::New(Box::new(page))))
        }
        Err(failure) => Err(failure),
    }
}

/// `GET /staff/followups/{id}`
async fn detail(
    State(app): State<App>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    visitor: Visitor,
) -> Result<Response> {
    let staff = match nurse(&app, &visitor).await? {
        Ok(staff) => staff,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let created = value_of(&query.unwrap_or_default(), "created").is_some();
    let (title, page) = detail_page(&app, staff, &id, created, (None, Typed::default())).await?;
    Ok(html(&app, &title, StatusCode::OK, &page))
}

/// The page of a follow-up, with what was refused and what stood in its form.
async fn detail_page(
    app: &App,
    staff: Staff,
    id: &str,
    created: bool,
    (problem, typed): (Option<Problem>, Typed),
) -> Result<(String, StaffPage)> {
    let detail = detail_of(app, &staff, id).await?;
    let (qr_path, qr_side) = qr::path(&detail.link).unwrap_or_default();
    let title = format!("{}的随访", detail.row.name);
    Ok((title, StaffPage::Detail { staff, detail: Box::new(detail), qr_path, qr_side, created, problem, typed }))
}

/// Where a form of a follow-up leads: back to its page; when it was refused, with what was typed and what is there now.
async fn to_detail(app: &App, staff: Staff, id: &str, result: Result<()>, typed: Typed) -> Result<Response> {
    match result {
        Ok(()) => Ok(Redirect::to(&format!("/staff/followups/{id}")).into_response()),
        Err(failure) if matches!(failure.code.status(), 409 | 410 | 422) => {
            let problem = told(app, &failure);
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::CONFLICT);
            let (title, page) = detail_page(app, staff, id, false, (Some(problem), typed)).await?;
            Ok(html(app, &title, status, &page))
        }
        Err(failure) => Err(failure),
    }
}

/// `POST /staff/followups/{id}/withdraw`. Withdrawing twice is withdrawing once, so the form needs no key of its own.
async fn withdraw_form(State(app): State<App>, Path(id): Path<String>, visitor: Visitor) -> Result<Response> {
    match nurse(&app, &visitor).await? {
        Ok(staff) => {
            let result = withdraw(&app, &staff, &id).await;
            to_detail(&app, staff, &id, result, Typed::default()).await
        }
        Err(elsewhere) => Ok(elsewhere),
    }
}

/// `GET /staff/search`
async fn search_page(State(app): State<App>, RawQuery(query): RawQuery, visitor: Visitor) -> Result<Response> {
    match nurse(&app, &visitor).await? {
        Ok(staff) => {
            let typed = value_of(&query.unwrap_or_default(), "q").unwrap_or_default();
            let found = search(&app, staff, &typed).await?;
            Ok(html(&app, "查找", StatusCode::OK, &StaffPage::Search(found)))
        }
        Err(elsewhere) => Ok(elsewhere),
    }
}

/// `POST /staff/followups/{id}/unlock`
async fn unlock_form(State(app): State<App>, Path(id): Path<String>, visitor: Visitor) -> Result<Response> {
    let staff = match nurse(&app, &visitor).await? {
        Ok(staff) => staff,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let record = find(&app, &staff, &id).await?;
    may(&staff, Deed::WorkOnFollowUps)?;
    app.db.unlock(&record.id, &staff.name, app.now()).await?;
    app.db.audit(&staff, "unlock", Some(&record.id), app.now()).await?;
    Ok(Redirect::to(&format!("/staff/followups/{}", record.id)).into_response())
}

/// `POST /staff/followups/{id}/relink`
async fn relink_form(State(app): State<App>, Path(id): Path<String>, visitor: Visitor) -> Result<Response> {
    let staff = match nurse(&app, &visitor).await? {
        Ok(staff) => staff,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let record = find(&app, &staff, &id).await?;
    may(&staff, Deed::WorkOnFollowUps)?;
    let generation = record.link_generation + 1;
    let token = app.secrets.link_token(&record.id, generation);
    let today = app.now().date();
    let last = record.step.as_ref().map_or(today, |step| step.due_to.max(today));
    let until = Moment::at(last.plus_days(LINK_DAYS), 0);
    app.db.relink(&record.id, generation, &secrets::hash(token.as_str()), until, &staff.name, app.now()).await?;
    app.db.audit(&staff, "relink", Some(&record.id), app.now()).await?;
    Ok(Redirect::to(&format!("/staff/followups/{}", record.id)).into_response())
}

/// Signs in; the answer's cookie is the session.
#[utoipa::path(
    post, path = "/api/v1/staff/session", tag = "staff", request_body = LoginRequest,
    responses(
        (status = 204, description = "Signed in; a cookie holds for 12 hours"),
        (status = 401, description = "`wrong-login`", content_type = "application/problem+json", body = Problem),
        (status = 423, description = "`account-locked`", content_type = "application/problem+json", body = Problem),
    )
)]
pub async fn login_json(State(app): State<App>, JsonBody(request): JsonBody<LoginRequest>) -> Result<Response> {
    let cookie = sign_in(&app, request).await?;
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie)]).into_response())
}

/// Signs out.
#[utoipa::path(
    delete, path = "/api/v1/staff/session", tag = "staff", responses((status = 204, description = "Signed out"))
)]
pub async fn logout_json(State(app): State<App>, visitor: Visitor) -> Result<Response> {
    let cookie = sign_out(&app, &visitor).await?;
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie)]).into_response())
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

/// Makes a follow-up and its link. A repeat with the same key gives the first one again.
#[utoipa::path(
    post, path = "/api/v1/staff/followups", tag = "staff", request_body = NewFollowUp,
    params(("Idempotency-Key" = String, Header, description = "16 to 64 letters, digits or hyphens")),
    responses(
        (status = 201, body = FollowUpDetail),
        (status = 401, description = "`sign-in-first`", content_type = "application/problem+json", body = Problem),
        (status = 422, description = "`invalid-input` or `key-reused`", content_type = "application/problem+json", body = Problem),
    )
)]
pub async fn make_json(
    State(app): State<App>,
    visitor: Visitor,
    JsonBody(request): JsonBody<NewFollowUp>,
) -> Result<Response> {
    let staff = signed_in(&app, &visitor).await?;
    let key = visitor.headers.get("idempotency-key").and_then(|value| value.to_str().ok()).unwrap_or("");
    let id = make(&app, &staff, &request, read_key(key)?, secrets::fresh_id()).await?;
    let detail = detail_of(&app, &staff, &id).await?;
    Ok((StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], axum::Json(detail)).into_response())
}

/// A follow-up with its link and history.
#[utoipa::path(
    get, path = "/api/v1/staff/followups/{id}", tag = "staff",
    params(("id" = String, Path, description = "The follow-up's id")),
    responses(
        (status = 200, body = FollowUpDetail),
        (status = 401, description = "`sign-in-first`", content_type = "application/problem+json", body = Problem),
        (status = 404, description = "`not-found`", content_type = "application/problem+json", body = Problem),
    )
)]
pub async fn detail_json(State(app): State<App>, Path(id): Path<String>, visitor: Visitor) -> Result<Response> {
    let staff = signed_in(&app, &visitor).await?;
    let detail = detail_of(&app, &staff, &id).await?;
    Ok(([(header::CACHE_CONTROL, "no-store")], axum::Json(detail)).into_response())
}

/// Ends a follow-up; its place is given back and its link says so.
#[utoipa::path(
    post, path = "/api/v1/staff/followups/{id}/withdraw", tag = "staff",
    params(("id" = String, Path, description = "The follow-up's id")),
    responses(
        (status = 204, description = "Withdrawn"),
        (status = 401, description = "`sign-in-first`", content_type = "application/problem+json", body = Problem),
        (status = 410, description = "`link-withdrawn`: it was before", content_type = "application/problem+json", body = Problem),
    )
)]
pub async fn withdraw_json(State(app): State<App>, Path(id): Path<String>, visitor: Visitor) -> Result<StatusCode> {
    let staff = signed_in(&app, &visitor).await?;
    withdraw(&app, &staff, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
