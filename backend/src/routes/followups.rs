//! The follow-up link: what it shows, the identity check, and every write of it, as JSON and as forms.
//! Opening a link (GET) changes nothing.

use super::body::{Form, JsonBody, MaybeJson, read_key};
use super::frame::{Sender, request_id};
use super::identity::{self, FOUR_DIGITS};
use super::pages::{self, Title};
use super::{home_care, told};
use crate::app::App;
use crate::calendar::{self, Standing};
use crate::db::followups::Record;
use crate::db::people::NoHelper;
use crate::failures::{Failure, Result};
use crate::pathway::{self, Wish, acting, entered, find, open, plan, writes};
use crate::secrets;
use crate::visitor::{PATIENT, SET_COOKIE, Visitor};
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use zaoshai_app::{Opened, Voice, render_entry, render_followup};
use zaoshai_contract::appointments::{Action, ConfirmRequest, Done, Receipt, SlotRequest};
use zaoshai_contract::civil::{CivilDate, Moment};
use zaoshai_contract::followups::{FollowUp, IdentifyRequest, News, Plan, Stage, Told};
use zaoshai_contract::ids::{IdempotencyKey, Token};
use zaoshai_contract::limits::{self, LONGEST_NAME};
use zaoshai_contract::page::{Body, Made, Page};
use zaoshai_contract::problem::{Code, FieldError, Problem};
use zaoshai_contract::roles::Deed;
use zaoshai_contract::route::{FollowUpView, Lang, Route, value_of};
use zaoshai_contract::staff::erasure::ErasureReason;

/// Most characters of a question.
const LONGEST_QUESTION: usize = 300;

/// The page of a link, as much of it as this visitor may see, and the status it comes with. Changes nothing.
pub async fn load(
    app: &App,
    lang: Lang,
    token: &Token,
    view: FollowUpView,
    query: &str,
    visitor: &Visitor,
) -> Result<(Page, StatusCode)> {
    let (record, ended) = pathway::find_or_retired(app, token).await?;
    let from = times_from(query);
    let news = told::read(app, visitor, token.as_str(), query);
    // What the address says of an earlier form is only told while it is new.
    let query = if news.is_some() { query } else { "" };
    // Who reads it calls the hospital that is in charge.
    let problem = problem_of(app, query).map(|problem| Problem { phone: app.phone_of(&record.hospital), ..problem });
    let done = value_of(query, "done").and_then(|done| Told::parse(&done));
    let news = News { done, ..news.unwrap_or_default() };
    let stage = match ended {
        Some(code) => Stage::Ended(ended_problem(app, &record, code).await?),
        None => match pathway::session(app, &record, visitor).await? {
            None if record.shut() => Stage::Ended(ended_problem(app, &record, Code::LinkLocked).await?),
            None => {
                let untold = problem.is_none() && done.is_none();
                let ended = untold && pathway::was_ended(app, &record, visitor).await?;
                let why = ended.then(|| Failure::from(Code::HelperEnded).problem(&app.phone_of(&record.hospital), ""));
                Stage::Identify { tries_left: record.tries_left(app.now().date()), problem: problem.or(why) }
            }
            Some(session) => Stage::Plan(Box::new(plan(app, &record, &session, view, from, (done, problem)).await?)),
        },
    };
    let route = Route::FollowUp(token.clone(), view);
    let (title, status) = match &stage {
        Stage::Identify { .. } => ("随访：请先核对手机号", StatusCode::OK),
        Stage::Plan(plan) if plan.appointment.is_some() => ("您的预约", StatusCode::OK),
        Stage::Plan(_) => ("您的随访", StatusCode::OK),
        Stage::Ended(problem) => {
            (problem.title.as_str(), StatusCode::from_u16(problem.status).unwrap_or(StatusCode::GONE))
        }
    };
    let library = app.library();
    let title = Title { title, description: "医院随访", translated: lang != Lang::En };
    let empty = Body::FollowUp(Made { main: String::new(), action: String::new() });
    // Whoever opens a link deals with the hospital in charge: it is named above all, and each phone on the page is its own.
    let mut page = pages::page_of(app, &library, &record.hospital, lang, &route, title, empty);
    let voice = Voice { lang, traditional: &|text| library.traditional.text(text) };
    let followup = FollowUp { token: token.clone(), stage };
    let today = app.now().date();
    page.body = Body::FollowUp(render_followup(&page.meta, &followup, view, &news, &voice, today));
    Ok((page, status))
}

/// The follow-up tab of a browser in which links are open: the way back to each. None where nothing is open; that page is
/// the same for everybody.
pub async fn entry(app: &App, visitor: &Visitor) -> Result<Option<Page>> {
    let of_record = |record: &Record| {
        let token = app.secrets.link_token(&record.id, record.link_generation);
        Opened {
            route: Route::FollowUp(token, FollowUpView::Plan),
            hospital: pathway::place(app, &record.hospital).hospital,
            name: app.reading(&record.id, "name", &record.name_sealed),
            purpose: record.step.as_ref().map(|step| pathway::service_names(app, &step.services)).unwrap_or_default(),
        }
    };
    let mut open: Vec<_> = pathway::opened(app, visitor).await?.iter().map(of_record).collect();
    open.extend(home_care::opened(app, visitor).await?);
    if open.is_empty() {
        return Ok(None);
    }
    let library = app.library();
    let title =
        Title { title: "您打开的随访", description: "医院随访", translated: visitor.lang != Lang::En };
    let empty = Body::FollowUp(Made { main: String::new(), action: String::new() });
    let mut page = pages::page(app, &library, visitor.lang, &Route::FollowUpEntry, title, empty);
    let voice = Voice { lang: visitor.lang, traditional: &|text| library.traditional.text(text) };
    page.body = Body::FollowUp(render_entry(&page.meta, &open, &voice, app.now().date()));
    Ok(Some(page))
}

/// What somebody reads whose link leads nowhere any more: why, and the phone of the hospital in charge. It has no error
/// number, because nothing went wrong.
async fn ended_problem(app: &App, record: &Record, code: Code) -> Result<Problem> {
    let mut problem = Failure::from(code).problem(&app.phone_of(&record.hospital), "");
    match code {
        Code::LinkReplaced => {
            let hospital = pathway::place(app, &record.hospital).hospital;
            problem.detail = format!("现在管您随访的是 {hospital}，新链接由他们发给您。没有收到，请打电话问。");
        }
        Code::LinkErased if app.db.erasure_reason(&record.id).await?.is_none_or(ErasureReason::is_wish) => {
            problem.title = "您的资料已经删除".to_owned();
            problem.detail = "按您的意思，随访停了，资料删掉了。预约已经取消，护士不再联系您。".to_owned();
        }
        Code::LinkLocked if record.wrong_number.is_some() => {
            problem.detail = "医院存的手机号要先核对。请打电话给医院，更正以后就能打开。".to_owned();
        }
        _ => {}
    }
    Ok(problem)
}

/// The day with which the page of free times begins that a query asks for.
fn times_from(query: &str) -> Option<CivilDate> {
    CivilDate::parse(&value_of(query, "from")?)
}

fn in_words(app: &App, code: Code) -> Problem {
    Failure::from(code).problem(&app.phone(), &request_id())
}

/// The refusal that a redirect told of, with the field it concerns.
fn problem_of(app: &App, query: &str) -> Option<Problem> {
    let code = value_of(query, "problem").and_then(|code| Code::parse(&code))?;
    let mut problem = in_words(app, code);
    let field = value_of(query, "field").unwrap_or_default();
    let message = match (code, field.as_str()) {
        (Code::NotAgreed, _) => Some(("agreed", "请看清楚，在前面打勾")),
        (Code::WrongEnding, _) => Some(("ending", "请再对一下手机号")),
        (Code::InvalidInput, "ending") => Some(("ending", FOUR_DIGITS)),
        (Code::InvalidInput, "question") => Some(("question", "请写 1 到 300 个字")),
        (Code::InvalidInput, "helper") => Some(("name", "这位家人已经不再代办")),
        (Code::InvalidInput, "name") => Some(("name", "请填家人是谁，例如 女儿 王芳")),
        (Code::InvalidInput, "helpers") => Some(("name", "已经有 10 位家人了。请先取消一位，再加")),
        (Code::InvalidInput, "consent") => Some(("consent", "要本人同意，请打勾")),
        (Code::InvalidInput, "sure") => Some(("sure", "要删除，请先打勾")),
        (Code::InvalidInput, _) => Some(("times", "请先选一个时间")),
        _ => None,
    };
    problem
        .errors
        .extend(message.map(|(field, message)| FieldError { field: field.to_owned(), message: message.to_owned() }));
    Some(problem)
}

/// Checks the last four digits; gives the cookie that opens the follow-up for half an hour.
async fn identify(app: &App, token: &Token, visitor: &Visitor, sender: Sender, ending: &str) -> Result<HeaderValue> {
    let record = find(app, token).await?;
    open(app, &record)?;
    if record.wrong_number.is_some() {
        return Err(Code::LinkLocked.into());
    }
    let ending = identity::read(ending)?;
    let number = identity::number(app, &record.id, &record.phone_sealed)?;
    let left = app.db.take_link_try(&record.id, app.now().date()).await?.ok_or(Code::LinkLocked)?;
    if !identity::fits(&number, &ending) {
        if left == 0 {
            app.db.note_lock(&record.id, app.now()).await?;
        }
        identity::wrong(app, sender, left, &record.hospital).await?;
        return Err(if left == 0 { Code::LinkLocked } else { Code::WrongEnding }.into());
    }
    let session = identity::Session::new(app);
    let checked = (record.phone_sealed.as_str(), record.link_generation);
    if !app.db.open_patient_session(&record.id, checked, &session.hash, session.until).await? {
        // It was ended, written anew or given a new link at this very moment: what is there now decides.
        open(app, &find(app, token).await?)?;
        return Err(Code::Changed.into());
    }
    let mut former = None;
    for hash in visitor.followups.hashes() {
        if app.db.patient_session(&record.id, &hash, app.now()).await?.is_some() {
            former = Some(hash);
        }
    }
    let (cookie, out) = visitor.followups.with(app, PATIENT, &session.secret, former.as_deref());
    for hash in out {
        app.db.end_patient_session(&hash).await?;
    }
    Ok(cookie)
}

fn parse_token(text: &str) -> Result<Token> {
    Ok(Token::parse(text).ok_or(Code::LinkUnknown)?)
}

/// Where a form leads: a redirect for a browser, the same address as JSON for the app, which shows it by itself. What
/// `tail` says in the address is told there once, with the news.
fn lead(app: &App, visitor: &Visitor, token: &Token, view: FollowUpView, tail: &str, news: News) -> Response {
    let path = Route::FollowUp(token.clone(), view).path(visitor.lang);
    let joint = if path.contains('?') { '&' } else { '?' };
    let path = if tail.is_empty() { path } else { format!("{path}{joint}{tail}") };
    let app_asks = visitor.headers.get(header::ACCEPT).is_some_and(|value| value == "application/json");
    let mut response = if app_asks {
        ([(header::CACHE_CONTROL, "no-store")], axum::Json(path)).into_response()
    } else {
        Redirect::to(&path).into_response()
    };
    if !tail.is_empty() {
        response.headers_mut().append(SET_COOKIE, told::keep(app, token.as_str(), tail, news));
    }
    response
}

/// Whether a refusal can be told on the follow-up's own page.
fn tells_on_page(code: Code) -> bool {
    matches!(
        code,
        Code::WrongEnding
            | Code::IdentifyFirst
            | Code::HelperEnded
            | Code::SlotTaken
            | Code::SlotPast
            | Code::SlotUnknown
            | Code::SlotClosed
            | Code::HoldLapsed
            | Code::TooLate
            | Code::TooEarly
            | Code::BeforeDue
            | Code::NothingEarlier
            | Code::NotAgreed
            | Code::NoStep
            | Code::AlreadyBooked
            | Code::NotBooked
            | Code::KeyReused
            | Code::InvalidInput
            | Code::TooManyQuestions
            | Code::LinkLocked
            | Code::LinkExpired
            | Code::LinkWithdrawn
            | Code::LinkErased
            | Code::LinkReplaced
            | Code::SignedInAsStaff
            | Code::Unreadable
    )
}

fn refused(
    app: &App,
    visitor: &Visitor,
    token: &Token,
    view: FollowUpView,
    form: &Form,
    failure: Failure,
) -> Result<Response> {
    if !tells_on_page(failure.code) {
        return Err(failure);
    }
    let field = failure.errors.first().map(|error| format!("&field={}", error.field)).unwrap_or_default();
    let tail = format!("problem={}{field}", failure.code.as_str());
    Ok(lead(app, visitor, token, view, &tail, News { typed: typed(form), ..News::default() }))
}

/// What somebody has typed and ticked, for the form that they see again.
fn typed(form: &Form) -> Vec<(String, String)> {
    ["ending", "name", "consent", "sure", "agreed", "question"]
        .into_iter()
        .flat_map(|name| form.all(name).into_iter().map(move |value| (name.to_owned(), value)))
        .filter(|(_, value)| !value.is_empty())
        .collect()
}

/// Closes this link, and whatever else is open, in this browser alone: whoever leaves a borrowed phone leaves nothing
/// open on it. Gives the answer that takes the cookie back.
async fn leave(app: &App, token: &Token, visitor: &Visitor) -> Result<Response> {
    let tail = format!("done={}", Told::Left.as_str());
    let response = lead(app, visitor, token, FollowUpView::Plan, &tail, News::default());
    identity::leave(app, visitor, response).await
}

/// `POST /f/{token}/{deed}`: every write of the link as a form.
pub async fn form(
    State(app): State<App>,
    Path((token, deed)): Path<(String, String)>,
    visitor: Visitor,
    sender: Sender,
    form: Form,
) -> Result<Response> {
    let token = parse_token(&token)?;
    if deed == "identify" {
        let view = FollowUpView::parse(form.get("view"));
        return match identify(&app, &token, &visitor, sender, form.get("ending")).await {
            Ok(cookie) => {
                let mut response = lead(&app, &visitor, &token, view, "", News::default());
                response.headers_mut().append(SET_COOKIE, cookie);
                Ok(response)
            }
            Err(failure) => refused(&app, &visitor, &token, view, &form, failure),
        };
    }
    if deed == "leave" {
        return leave(&app, &token, &visitor).await;
    }
    let mut news = News::default();
    let (view, result) = match deed.as_str() {
        "hold" | "confirm" | "release" | "cancel" | "book" => {
            let action = Action::parse(&deed).ok_or(Code::NotFound)?;
            // Each read of a database that is gone takes its time: an outage is told at the first.
            let before = find(&app, &token).await?;
            let mut result = match appointment(&app, &token, &visitor, &form, action).await {
                Err(failure) if failure.code == Code::Unavailable => return Err(failure),
                result => result.map(|receipt| (Told::from(receipt.done), receipt)),
            };
            if let Ok(after) = find(&app, &token).await {
                news.given_back = given_back(&before, &after, action);
                if let Ok((told, receipt)) = &mut result
                    && !stands(receipt, form.get("slot"), &after)
                {
                    *told = Told::Overtaken;
                    news.given_back.clear();
                }
            }
            let view = match &result {
                Err(failure) => view_after(&app, &token, action, failure.code).await?,
                Ok(_) => FollowUpView::Plan,
            };
            (view, result.map(|(told, _)| Some(told)))
        }
        "wait" | "unwait" => (FollowUpView::Plan, waiting(&app, &token, &visitor, &deed).await),
        "ask" => (FollowUpView::Questions, ask(&app, &token, &visitor, &form).await),
        "helper" => (FollowUpView::Helpers, add_helper(&app, &token, &visitor, &form).await),
        "end-helper" => (FollowUpView::Helpers, end_helper(&app, &token, &visitor, &form).await),
        "act" => {
            let result = act(&app, &token, &visitor, &form).await;
            (if result.is_ok() { FollowUpView::Plan } else { FollowUpView::Helpers }, result)
        }
        "erase" => (FollowUpView::Erasing, erase(&app, &token, &visitor, &form).await),
        _ => return Err(Code::NotFound.into()),
    };
    match result {
        Ok(Some(told)) => Ok(lead(&app, &visitor, &token, view, &format!("done={}", told.as_str()), news)),
        Ok(None) => Ok(lead(&app, &visitor, &token, view, "", news)),
        Err(failure) => refused(&app, &visitor, &token, view, &form, failure),
    }
}

/// The times that an action gives back.
fn given_back(before: &Record, after: &Record, action: Action) -> Vec<Moment> {
    // A repeat of what was done finds its own work, and gives nothing back.
    let stays = after.firm().map(|latest| &latest.slot.id);
    let firm = before.firm().filter(|latest| stays != Some(&latest.slot.id)).map(|latest| latest.slot.starts);
    let held = before.held.as_ref().filter(|_| after.held.is_none()).map(|(slot, _)| slot.starts);
    match action {
        Action::Release => held.into_iter().collect(),
        Action::Cancel | Action::Confirm | Action::Book => firm.into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Whether what a receipt tells is still so. The answer to a repeat is the first one, and may be overtaken by then.
fn stands(receipt: &Receipt, asked: &str, now: &Record) -> bool {
    let held = now.held.as_ref().map(|(slot, _)| &slot.id);
    let firm = now.firm().map(|latest| &latest.slot.id);
    match receipt.done {
        Done::Held => held == receipt.slot.as_ref(),
        Done::Booked | Done::Moved => firm == receipt.slot.as_ref(),
        Done::Cancelled => firm.is_none(),
        Done::Released => held.is_none_or(|slot| slot.to_string() != asked),
        Done::Recorded => true,
    }
}

/// Where a refusal is told: where the times stand that are to be had instead of the one that was wished.
async fn view_after(app: &App, token: &Token, action: Action, code: Code) -> Result<FollowUpView> {
    let another = matches!(
        code,
        Code::SlotTaken
            | Code::SlotPast
            | Code::SlotUnknown
            | Code::SlotClosed
            | Code::TooLate
            | Code::BeforeDue
            | Code::HoldLapsed
    );
    let wishes = action == Action::Hold || (another && matches!(action, Action::Book | Action::Confirm));
    if !wishes {
        return Ok(FollowUpView::Plan);
    }
    if code == Code::SlotClosed {
        // Her place in the closed clinic is given back at once, and another one kept instead.
        pathway::clear_closed(app).await?;
    }
    let record = app.db.followup_by_token(&secrets::hash(token.as_str())).await?;
    let moves = record.is_some_and(|record| record.firm().is_some());
    Ok(if moves { FollowUpView::Moving } else { FollowUpView::Days })
}

async fn appointment(app: &App, token: &Token, visitor: &Visitor, form: &Form, action: Action) -> Result<Receipt> {
    let named = matches!(action, Action::Hold | Action::Book) || !form.get("slot").is_empty();
    let slot = named.then(|| form.get("slot"));
    let agreed = form.all("agreed");
    let wish = Wish { action, slot, agreed: &agreed, reason: reason(form.get("reason")), key: form.key()? };
    pathway::change(app, token, visitor, wish).await
}

/// A reason from the list; what is not on it is not kept.
fn reason(word: &str) -> &str {
    if ["time", "unwell", "elsewhere", "unwanted", "other"].contains(&word) { word } else { "" }
}

async fn waiting(app: &App, token: &Token, visitor: &Visitor, deed: &str) -> Result<Option<Told>> {
    let (record, session) = acting(app, token, visitor, Deed::Book).await?;
    if deed == "unwait" {
        writes(app, &record, &session, app.db.unwait(&record.id, &session.who(), app.now())).await?;
        return Ok(Some(Told::LeftWaiting));
    }
    pathway::wait(app, &record, &session).await?;
    Ok(Some(Told::Waiting))
}

async fn ask(app: &App, token: &Token, visitor: &Visitor, form: &Form) -> Result<Option<Told>> {
    let (record, session) = acting(app, token, visitor, Deed::WorkOnFollowUps).await?;
    let text = form.get("question").trim();
    if !limits::fits(text, 1, LONGEST_QUESTION) {
        return Err(Failure::field("question", "请写 1 到 300 个字"));
    }
    let id = app.secrets.id_of(&record.id, &form.key()?, &["ask", text]);
    let (sealed, who) = (app.secrets.seal(&id, "question", text), session.who());
    writes(app, &record, &session, app.db.ask(&record.id, &id, &sealed, &who, app.now())).await??;
    Ok(Some(Told::Asked))
}

async fn add_helper(app: &App, token: &Token, visitor: &Visitor, form: &Form) -> Result<Option<Told>> {
    let (record, session) = acting(app, token, visitor, Deed::WorkOnFollowUps).await?;
    let name = form.get("name").trim();
    if !limits::fits(name, 1, LONGEST_NAME) {
        return Err(Failure::field("name", "请填家人是谁"));
    }
    if form.get("consent") != "yes" {
        return Err(Failure::field("consent", "要本人同意"));
    }
    let id = app.secrets.id_of(&record.id, &form.key()?, &["helper", name]);
    let sealed = app.secrets.seal(&id, "helper", name);
    let who = session.who();
    match writes(app, &record, &session, app.db.add_helper(&record.id, &id, &sealed, &who, app.now())).await? {
        Ok(()) => Ok(Some(Told::HelperAdded)),
        Err(NoHelper::Refused(code)) => Err(code.into()),
        Err(NoHelper::Most) => Err(Failure::field("helpers", "已经有 10 位家人了。请先取消一位，再加")),
    }
}

/// Ends a relative's right to act, and with it every session in which they act, this one too when it is theirs.
async fn end_helper(app: &App, token: &Token, visitor: &Visitor, form: &Form) -> Result<Option<Told>> {
    let (record, session) = acting(app, token, visitor, Deed::WorkOnFollowUps).await?;
    let who = session.who();
    writes(app, &record, &session, app.db.end_helper(&record.id, form.get("helper"), &who, app.now())).await?;
    Ok(Some(Told::HelperEnded))
}

/// Says who uses this phone: the relative with this id, or with none the patient.
async fn act(app: &App, token: &Token, visitor: &Visitor, form: &Form) -> Result<Option<Told>> {
    let (record, session) = pathway::writing(app, token, visitor).await?;
    let helper = Some(form.get("helper")).filter(|id| !id.is_empty());
    if !writes(app, &record, &session, app.db.act_as(&record.id, &session.hash, helper)).await? {
        return Err(Failure::field("helper", "这位家人已经不再代办"));
    }
    Ok(Some(Told::Acting))
}

async fn erase(app: &App, token: &Token, visitor: &Visitor, form: &Form) -> Result<Option<Told>> {
    let (record, session) = acting(app, token, visitor, Deed::Erase).await?;
    if form.get("sure") != "yes" {
        return Err(Failure::field("sure", "要删除，请先打勾"));
    }
    let who = session.who();
    writes(app, &record, &session, app.db.erase(&record.id, &who, None, app.now())).await??;
    pathway::offer_places(app).await?;
    Ok(None)
}

/// The appointment as a calendar file: a real address, because phones do not open made-up ones.
#[utoipa::path(
    get, path = "/api/v1/followups/{token}/appointment.ics", tag = "follow-up",
    params(("token" = String, Path, description = "The link's token")),
    responses(
        (status = 200, description = "The calendar entry", content_type = "text/calendar", body = String),
        (status = 401, description = "`identify-first`", content_type = "application/problem+json", body = Problem),
        (status = 409, description = "`not-booked` or `unreadable`", content_type = "application/problem+json", body = Problem),
    )
)]
pub async fn calendar(State(app): State<App>, Path(token): Path<String>, visitor: Visitor) -> Result<Response> {
    let token = parse_token(&token)?;
    let (record, _) = entered(&app, &token, &visitor).await?;
    let (slot, cancelled) = match record.firm() {
        Some(latest) => (latest.slot.clone(), Standing::Confirmed),
        None => (app.db.last_ended_slot(&record.id).await?.ok_or(Code::NotBooked)?, Standing::Cancelled),
    };
    let place = pathway::place(&app, &slot.clinic);
    let change = pathway::phone_for(&app, &record, &slot);
    let elsewhere = slot.clinic != record.hospital && !place.phone.is_empty();
    let (phone, change) = if elsewhere { (place.phone.as_str(), change.as_str()) } else { (change.as_str(), "") };
    let text = calendar::write(&calendar::Entry {
        id: &record.id,
        sequence: record.sequence,
        slot: &slot,
        cancelled,
        hospital: &place.hospital,
        address: &place.address,
        phone,
        change,
        now: app.now(),
    });
    let kind = match cancelled {
        Standing::Confirmed => "text/calendar; charset=utf-8; method=PUBLISH",
        Standing::Cancelled => "text/calendar; charset=utf-8; method=CANCEL",
    };
    let headers = [
        (header::CONTENT_TYPE, kind),
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
        ("from" = Option<String>, Query, description = "The day with which the page of free times begins"),
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
    let (page, _) = load(&app, visitor.lang, &token, view, &query, &visitor).await?;
    let response = ([(header::CACHE_CONTROL, "no-store")], axum::Json(page)).into_response();
    Ok(told::forget(&visitor, response))
}

/// The plan of an opened link as data: where the follow-up stands, its times, its questions.
#[utoipa::path(
    get, path = "/api/v1/followups/{token}/plan", tag = "follow-up",
    params(
        ("token" = String, Path, description = "The link's token"),
        ("view" = Option<String>, Query, description = "`move` for other times"),
        ("from" = Option<String>, Query, description = "The day with which the page of free times begins"),
    ),
    responses(
        (status = 200, description = "The plan", body = Plan),
        (status = 401, description = "`identify-first`", content_type = "application/problem+json", body = Problem),
        (status = 409, description = "`unreadable`", content_type = "application/problem+json", body = Problem),
    )
)]
pub async fn plan_json(
    State(app): State<App>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
    visitor: Visitor,
) -> Result<Response> {
    let token = parse_token(&token)?;
    let query = query.unwrap_or_default();
    let (record, session) = entered(&app, &token, &visitor).await?;
    let view = match value_of(&query, "view").as_deref() {
        Some("move") => FollowUpView::Moving,
        _ => FollowUpView::Plan,
    };
    let plan = plan(&app, &record, &session, view, times_from(&query), (None, None)).await?;
    Ok(([(header::CACHE_CONTROL, "no-store")], axum::Json(plan)).into_response())
}

/// The identity check. Five wrong tries in one day lock the link until a nurse opens it; who is in stays in.
#[utoipa::path(
    post, path = "/api/v1/followups/{token}/identify", tag = "follow-up",
    params(("token" = String, Path, description = "The link's token")),
    request_body = IdentifyRequest,
    responses(
        (status = 204, description = "Identified; a cookie opens the follow-up for 30 minutes"),
        (status = 403, description = "`wrong-ending`", content_type = "application/problem+json", body = Problem),
        (status = 409, description = "`unreadable`: the stored number does not open", content_type = "application/problem+json", body = Problem),
        (status = 410, description = "`link-expired` or `link-withdrawn`", content_type = "application/problem+json", body = Problem),
        (status = 422, description = "`invalid-input`", content_type = "application/problem+json", body = Problem),
        (status = 423, description = "`link-locked`", content_type = "application/problem+json", body = Problem),
    )
)]
pub async fn identify_json(
    State(app): State<App>,
    Path(token): Path<String>,
    visitor: Visitor,
    sender: Sender,
    JsonBody(request): JsonBody<IdentifyRequest>,
) -> Result<Response> {
    let cookie = identify(&app, &parse_token(&token)?, &visitor, sender, &request.ending).await?;
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie)]).into_response())
}

fn header_key(headers: &HeaderMap) -> Result<IdempotencyKey> {
    read_key(headers.get("idempotency-key").and_then(|value| value.to_str().ok()).unwrap_or(""))
}

async fn write_json(
    app: &App,
    token: &str,
    visitor: &Visitor,
    action: Action,
    SlotRequest { slot, agreed }: SlotRequest,
) -> Result<axum::Json<Receipt>> {
    let key = header_key(&visitor.headers)?;
    let token = parse_token(token)?;
    let named = matches!(action, Action::Hold | Action::Book) || !slot.is_empty();
    let slot = named.then_some(slot.as_str());
    let wish = Wish { action, slot, agreed: &agreed, reason: "", key };
    Ok(axum::Json(pathway::change(app, &token, visitor, wish).await?))
}

/// Keeps a place for a quarter of an hour. Another kept place is let go; an appointment stays.
#[utoipa::path(
    post, path = "/api/v1/followups/{token}/hold", tag = "follow-up",
    params(
        ("token" = String, Path, description = "The link's token"),
        ("Idempotency-Key" = String, Header, description = "16 to 64 letters, digits or hyphens"),
    ),
    request_body = SlotRequest,
    responses(
        (status = 200, description = "Held until `until`", body = Receipt),
        (status = 401, description = "`identify-first`", content_type = "application/problem+json", body = Problem),
        (status = 409, description = "`slot-taken`, `slot-past`, `slot-closed`, `before-due`, `too-late`, `too-early`, `no-step` or `unreadable`", content_type = "application/problem+json", body = Problem),
    )
)]
pub async fn hold_json(
    State(app): State<App>,
    Path(token): Path<String>,
    visitor: Visitor,
    JsonBody(request): JsonBody<SlotRequest>,
) -> Result<axum::Json<Receipt>> {
    write_json(&app, &token, &visitor, Action::Hold, request).await
}

/// Makes the kept place certain; an earlier appointment gives its place back only then. With a slot it is that one which
/// is made certain: when its hold is over it is taken anew, as long as it is free and the rules allow it.
#[utoipa::path(
    post, path = "/api/v1/followups/{token}/confirm", tag = "follow-up",
    params(
        ("token" = String, Path, description = "The link's token"),
        ("Idempotency-Key" = String, Header, description = "16 to 64 letters, digits or hyphens"),
    ),
    request_body(content = ConfirmRequest, description = "May be missing where the service asks for nothing"),
    responses(
        (status = 200, description = "Booked or moved", body = Receipt),
        (status = 401, description = "`identify-first`", content_type = "application/problem+json", body = Problem),
        (status = 409, description = "`hold-lapsed`, `slot-past`, `slot-closed` or `unreadable`", content_type = "application/problem+json", body = Problem),
        (status = 422, description = "`not-agreed`: to all prerequisites of the service", content_type = "application/problem+json", body = Problem),
    )
)]
pub async fn confirm_json(
    State(app): State<App>,
    Path(token): Path<String>,
    visitor: Visitor,
    MaybeJson(ConfirmRequest { slot, agreed }): MaybeJson<ConfirmRequest>,
) -> Result<axum::Json<Receipt>> {
    let request = SlotRequest { slot, agreed };
    write_json(&app, &token, &visitor, Action::Confirm, request).await
}

/// Takes a slot at once; with an appointment it is moved there, and its place given back only when the new one is
/// certain. A repeat with the same key gets the first answer again.
#[utoipa::path(
    post, path = "/api/v1/followups/{token}/appointment", tag = "follow-up",
    params(
        ("token" = String, Path, description = "The link's token"),
        ("Idempotency-Key" = String, Header, description = "16 to 64 letters, digits or hyphens"),
    ),
    request_body = SlotRequest,
    responses(
        (status = 200, description = "Booked or moved", body = Receipt),
        (status = 401, description = "`identify-first`", content_type = "application/problem+json", body = Problem),
        (status = 409, description = "`slot-taken`, `slot-past`, `slot-closed`, `before-due`, `too-late`, `too-early`, `no-step` or `unreadable`", content_type = "application/problem+json", body = Problem),
        (status = 422, description = "`invalid-input` or `key-reused`", content_type = "application/problem+json", body = Problem),
    )
)]
pub async fn book_json(
    State(app): State<App>,
    Path(token): Path<String>,
    visitor: Visitor,
    JsonBody(request): JsonBody<SlotRequest>,
) -> Result<axum::Json<Receipt>> {
    write_json(&app, &token, &visitor, Action::Book, request).await
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
        (status = 409, description = "`slot-past`, `not-booked` or `unreadable`", content_type = "application/problem+json", body = Problem),
    )
)]
pub async fn cancel_json(
    State(app): State<App>,
    Path(token): Path<String>,
    visitor: Visitor,
) -> Result<axum::Json<Receipt>> {
    write_json(&app, &token, &visitor, Action::Cancel, SlotRequest { slot: String::new(), agreed: Vec::new() }).await
}
