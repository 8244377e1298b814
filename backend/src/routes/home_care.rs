//! Nursing at home for those who need it: what is offered, the form to ask for it, and the private link of a request.
//! Browsers send the forms themselves, with or without the app. Opening a page (GET) changes nothing.

use super::body::Form;
use super::frame::{Sender, request_id, retry_after};
use super::identity::{self, FOUR_DIGITS};
use super::pages::{self, Title};
use super::told;
use crate::app::App;
use crate::content::Library;
use crate::content::home_care::HomeCare;
use crate::db::home_care::{CareChange, CareRecord, MOST_IN_A_DAY, MOST_IN_AN_HOUR, NewRequest};
use crate::db::tries::Limit;
use crate::failures::{Failure, Result};
use crate::finders;
use crate::visitor::{HOME_CARE, SET_COOKIE, Visitor};
use crate::{pathway, secrets};
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use zaoshai_app::{Opened, Voice, render_care_request, render_home_care};
use zaoshai_contract::civil::{CivilDate, Moment};
use zaoshai_contract::followups::{News, Told};
use zaoshai_contract::home_care::{
    Action, CareForm, CareOffer, CareService, CareStage, CareView, ForWhom, LINK_DAYS, NewCare, Outcome,
    State as CareState, Visit, call_until,
};
use zaoshai_contract::ids::{IdempotencyKey, Slug, Token};
use zaoshai_contract::limits::{self, LONGEST_NAME};
use zaoshai_contract::page::{Body, Made, Page};
use zaoshai_contract::phones::{PhoneNumber, ReadPhone};
use zaoshai_contract::problem::{Code, FieldError, Problem};
use zaoshai_contract::roles::{Deed, Party};
use zaoshai_contract::route::{Lang, Route, value_of};

/// Whether this site takes requests: its own hospital sends the nurses, or nothing here is real.
fn sends(library: &Library, care: &HomeCare) -> bool {
    care.clinic == library.hospital || library.demonstration
}

/// The name of a service; its id once it is no longer in the content.
pub fn service_name(library: &Library, id: &str) -> String {
    let known = library.home_care.as_ref().and_then(|care| care.services.iter().find(|service| service.id == id));
    known.map_or_else(|| id.to_owned(), |service| service.name.clone())
}

/// The page of what is offered. Every load of it carries a fresh key, so nobody keeps it.
pub fn load(app: &App, lang: Lang) -> Result<Page> {
    offer(app, lang, NewCare::default(), secrets::fresh_key(), None)
}

fn offer(app: &App, lang: Lang, typed: NewCare, key: IdempotencyKey, problem: Option<Problem>) -> Result<Page> {
    let library = app.library();
    let care = library.home_care.as_ref().ok_or(Code::NotFound)?;
    // Whoever takes the request is named, also where a demonstration takes another hospital's.
    let clinic = library.clinic(if library.demonstration { &library.hospital } else { &care.clinic });
    let offer = CareOffer {
        title: care.title.clone(),
        lead: care.lead.clone(),
        institution: clinic.map(|clinic| clinic.card.name.clone()).unwrap_or_default(),
        clinic: clinic
            .and_then(|clinic| Slug::parse(&clinic.card.id))
            .map(|id| Route::Clinic(id).path(Lang::Hans))
            .unwrap_or_default(),
        phone: clinic
            .and_then(|clinic| clinic.card.phone_now(library.holidays.office_hours(app.now())))
            .map(|phone| phone.number.clone())
            .unwrap_or_default(),
        eligible: care.eligible.clone(),
        not_eligible: care.not_eligible.clone(),
        services: care
            .services
            .iter()
            .map(|service| CareService {
                id: service.id.clone(),
                name: service.name.clone(),
                detail: service.detail.clone(),
            })
            .collect(),
        areas: care.areas.clone(),
        consent: care.consent.clone(),
        unchecked: care.unchecked,
        provenance: care.provenance.clone(),
        form: sends(&library, care).then(|| CareForm {
            typed,
            key,
            call_until: call_until(app.now().date(), &library.holidays),
            problem,
        }),
    };
    let title = Title { title: &care.title, description: &care.lead, translated: lang != Lang::En };
    let empty = Body::HomeCare(Made { main: String::new(), action: String::new() });
    let mut page = pages::page(app, &library, lang, &Route::HomeCare, title, empty);
    let voice = Voice { lang, traditional: &|text| library.traditional.text(text) };
    page.body = Body::HomeCare(render_home_care(&page.meta, &offer, &voice, app.now().date()));
    Ok(page)
}

/// A problem with what went wrong in the characters of the language.
fn in_words(app: &App, lang: Lang, failure: &Failure) -> Problem {
    let mut problem = failure.problem(&app.phone(), &request_id());
    if lang == Lang::Hant {
        let library = app.library();
        for text in [&mut problem.title, &mut problem.detail, &mut problem.kept] {
            *text = library.traditional.text(text);
        }
        for error in &mut problem.errors {
            error.message = library.traditional.text(&error.message);
        }
    }
    problem
}

/// A form that was understood.
struct Understood {
    name: String,
    phone: PhoneNumber,
    area: String,
    address: String,
    service: String,
    need: String,
    for_whom: ForWhom,
    relation: String,
}

fn understand(care: &HomeCare, form: &NewCare) -> Result<Understood> {
    let mut errors = Vec::new();
    let mut wrong = |field: &str, message: &str| {
        errors.push(FieldError { field: field.to_owned(), message: message.to_owned() });
    };
    let fits = |text: &str, most: usize| limits::fits(text, 1, most);
    let for_whom = ForWhom::parse(&form.for_whom);
    if for_whom.is_none() {
        wrong("for_whom", "请选替谁问");
    }
    let relation = if for_whom == Some(ForWhom::Relative) { form.relation.trim() } else { "" };
    if for_whom == Some(ForWhom::Relative) && !fits(relation, 20) {
        wrong("relation", "请填是您的谁，例如 母亲");
    }
    let name = finders::tidy(&form.name);
    if !fits(&name, LONGEST_NAME) {
        wrong("name", "请填怎么称呼，1 到 50 个字，例如 李女士");
    }
    let phone = match PhoneNumber::read(&form.phone) {
        Ok(phone) => Some(phone),
        Err(mistake) => {
            wrong("phone", &mistake.to_string());
            None
        }
    };
    let area = form.area.trim();
    if !fits(area, 20) {
        wrong("area", "请填哪个区或县，1 到 20 个字");
    }
    let address = form.address.trim();
    if !fits(address, 100) {
        wrong("address", "请填街道、小区和门牌，100 字以内");
    }
    if !care.services.iter().any(|service| service.id == form.service) {
        wrong("service", "请选一项护理，说不清就选最后一项");
    }
    let need = form.need.trim();
    if !fits(need, 300) {
        wrong("need", "请说说情况，1 到 300 个字");
    }
    for (place, sentence) in care.consent.iter().enumerate() {
        if !form.agreed.contains(sentence) {
            wrong(&format!("agreed-{place}"), "同意的话，请在这一条前面打勾");
        }
    }
    match (phone, for_whom) {
        (Some(ReadPhone { number, words }), Some(for_whom)) if errors.is_empty() => Ok(Understood {
            name,
            phone: number,
            area: area.to_owned(),
            address: address.to_owned(),
            service: form.service.clone(),
            // Whose number it is, is kept with what was told.
            need: if words.is_empty() { need.to_owned() } else { format!("{need}\n（电话：{words}）") },
            for_whom,
            relation: relation.to_owned(),
        }),
        _ => Err(Failure::fields(errors)),
    }
}

/// The token of a request's link; follow-ups have tokens of their own.
fn link_token(app: &App, id: &str) -> Token {
    app.secrets.link_token(&format!("home-care/{id}"), 1)
}

/// Who acts on a request.
struct Actor {
    party: Party,
    /// The same for the history: `patient` or a staff name.
    who: String,
}

/// Who acts from this browser: in one in which staff are signed in it is they, by their rights and under their name, and
/// only for their own hospital.
async fn actor(app: &App, visitor: &Visitor, hospital: &str, deed: Deed) -> Result<Actor> {
    match pathway::staff_here(app, visitor, hospital).await? {
        Some(staff) => Ok(Actor { party: staff.party(deed).ok_or(Code::SignedInAsStaff)?, who: staff.name }),
        None => Ok(Actor { party: Party::Patient, who: "patient".to_owned() }),
    }
}

/// What a request is counted under: the address that it comes from, unless somebody who is signed in writes it down for
/// whoever calls.
fn limits(app: &App, sender: Sender, party: Party) -> Vec<Limit> {
    if party != Party::Patient {
        return Vec::new();
    }
    let address = sender.key(app);
    let limit = |kind: &str, most: i64, hours: i64| Limit {
        key: app.secrets.finder(kind, &address),
        most,
        window_ms: hours * 3_600_000,
    };
    vec![limit("home-care-hour", MOST_IN_AN_HOUR, 1), limit("home-care-day", MOST_IN_A_DAY, 24)]
}

/// Makes a request; gives its id. A repeat of the same form gives the first one's.
async fn make(app: &App, form: &NewCare, key: &IdempotencyKey, actor: &Actor, sender: Sender) -> Result<String> {
    let library = app.library();
    let care = library.home_care.as_ref().filter(|care| sends(&library, care)).ok_or(Code::NotFound)?;
    let understood = understand(care, form)?;
    let asked = serde_json::to_string(form).map_err(anyhow::Error::from)?;
    let id = secrets::id_for("home-care", key);
    let seal = |field: &str, text: &str| {
        if text.is_empty() { String::new() } else { app.secrets.seal(&id, field, text) }
    };
    let new = NewRequest {
        hospital: library.hospital.clone(),
        code: secrets::fresh_code(),
        token_hash: secrets::hash(link_token(app, &id).as_str()),
        request: app.secrets.finder("home-care", &asked),
        name_sealed: seal("name", &understood.name),
        phone_sealed: seal("phone", understood.phone.as_str()),
        phone_hash: app.secrets.finder("home-care-phone", understood.phone.as_str()),
        area_sealed: seal("area", &understood.area),
        address_sealed: seal("address", &understood.address),
        need_sealed: seal("need", &understood.need),
        relation_sealed: seal("relation", &understood.relation),
        for_whom: understood.for_whom,
        service: understood.service,
        consent: serde_json::to_string(&care.consent).map_err(anyhow::Error::from)?,
        party: actor.party,
        who: actor.who.clone(),
        limits: limits(app, sender, actor.party),
        now: app.now(),
        id: id.clone(),
    };
    app.db.ask_for_care(&new, &library.holidays).await??;
    Ok(id)
}

/// `POST /home-care`: asks for a nurse.
pub async fn ask(State(app): State<App>, visitor: Visitor, sender: Sender, form: Form) -> Result<Response> {
    let key = form.key()?;
    let typed = NewCare {
        name: form.get("name").to_owned(),
        phone: form.get("phone").to_owned(),
        area: form.get("area").to_owned(),
        address: form.get("address").to_owned(),
        service: form.get("service").to_owned(),
        need: form.get("need").to_owned(),
        for_whom: form.get("for_whom").to_owned(),
        relation: form.get("relation").to_owned(),
        agreed: form.all("agreed"),
    };
    let actor = actor(&app, &visitor, &app.library().hospital, Deed::AskHomeCare).await?;
    let on_page = [Code::InvalidInput, Code::KeyReused, Code::TooManyRequests, Code::TooManyFromHere];
    let id = match make(&app, &typed, &key, &actor, sender).await {
        Ok(id) => id,
        Err(failure) if on_page.contains(&failure.code) => {
            let problem = in_words(&app, visitor.lang, &failure);
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            // A form that was sent before in another wording is a new one.
            let key = if failure.code == Code::KeyReused { secrets::fresh_key() } else { key };
            let page = offer(&app, visitor.lang, typed, key, Some(problem))?;
            let mut response = (status, pages::personal(&app, &visitor, &page)).into_response();
            if let Some(seconds) = retry_after(failure.code) {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(seconds));
            }
            return Ok(response);
        }
        Err(failure) => return Err(failure),
    };
    if actor.party != Party::Patient {
        return Ok(Redirect::to(&format!("/staff/home-care/{id}")).into_response());
    }
    // Who has just typed the number need not prove that she knows its end.
    let token = link_token(&app, &id);
    let path = Route::HomeCareRequest(token.clone()).path(visitor.lang);
    let mut to = lead(&app, &path, &token, "done=asked", News::default());
    if let Some(cookie) = open_session(&app, &visitor, &id).await? {
        to.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(to)
}

/// Leads to a link's page, which tells once what `tail` says.
fn lead(app: &App, path: &str, token: &Token, tail: &str, news: News) -> Response {
    let mut to = Redirect::to(&format!("{path}?{tail}")).into_response();
    to.headers_mut().append(SET_COOKIE, told::keep(app, token.as_str(), tail, news));
    to
}

async fn open_session(app: &App, visitor: &Visitor, id: &str) -> Result<Option<HeaderValue>> {
    let session = identity::Session::new(app);
    let open = app.db.open_care_session(id, &session.hash, session.until).await?;
    if !open {
        return Ok(None);
    }
    let mut former = None;
    for hash in visitor.home_care.hashes() {
        if app.db.care_session(id, &hash, app.now()).await? {
            former = Some(hash);
        }
    }
    let (cookie, out) = visitor.home_care.with(app, HOME_CARE, &session.secret, former.as_deref());
    for hash in out {
        app.db.end_care_session(&hash).await?;
    }
    Ok(Some(cookie))
}

/// The request of a link that still works.
async fn find(app: &App, token: &Token) -> Result<CareRecord> {
    let record = app.db.care_by_token(&secrets::hash(token.as_str())).await?.ok_or(Code::LinkUnknown)?;
    if record.ended.is_some_and(|ended| Moment(ended).date().plus_days(LINK_DAYS) < app.now().date()) {
        return Err(Code::LinkExpired.into());
    }
    Ok(record)
}

/// The links of the requests that are open in a visitor's browser, with the hospital of each, the latest first.
pub async fn opened(app: &App, visitor: &Visitor) -> Result<Vec<Opened>> {
    let mut links: Vec<Opened> = Vec::new();
    for hash in visitor.home_care.hashes() {
        let Some(id) = app.db.care_of_session(&hash, app.now()).await? else { continue };
        let token = link_token(app, &id);
        let route = Route::HomeCareRequest(token.clone());
        if links.iter().any(|known| known.route == route) {
            continue;
        }
        match find(app, &token).await {
            Ok(record) if record.erased.is_none() => links.push(Opened {
                route,
                hospital: pathway::place(app, &record.hospital).hospital,
                name: app.reading(&record.id, "name", &record.name_sealed),
                purpose: Vec::new(),
            }),
            Err(failure) if failure.is_ours() => return Err(failure),
            Ok(_) | Err(_) => {}
        }
    }
    Ok(links)
}

async fn is_open(app: &App, record: &CareRecord, visitor: &Visitor) -> Result<bool> {
    for hash in visitor.home_care.hashes() {
        if app.db.care_session(&record.id, &hash, app.now()).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A visit as it is stored, once one was planned.
pub fn visit_of(record: &CareRecord) -> Option<Visit> {
    Some(Visit {
        day: CivilDate::parse(record.visit_day.as_deref()?)?,
        from: u16::try_from(record.visit_from?).ok()?,
        to: u16::try_from(record.visit_to?).ok()?,
        nurse: record.nurse_display.clone().or_else(|| record.nurse.clone()).unwrap_or_default(),
    })
}

/// The page of a link, as much of it as this visitor may see. Changes nothing.
pub async fn load_request(app: &App, lang: Lang, token: &Token, query: &str, visitor: &Visitor) -> Result<Page> {
    let record = find(app, token).await?;
    let library = app.library();
    let news = told::read(app, visitor, token.as_str(), query);
    // What the address says of an earlier form is only told while it is new.
    let query = if news.is_some() { query } else { "" };
    let done = value_of(query, "done");
    let left = done.as_deref().and_then(Told::parse).filter(|told| *told == Told::Left);
    let news = News { done: left, ..news.unwrap_or_default() };
    let problem = value_of(query, "problem").and_then(|code| Code::parse(&code)).map(|code| {
        let failure = match (code, value_of(query, "field").as_deref()) {
            (Code::InvalidInput, Some("sure")) => Failure::field("sure", "要删除，请先打勾"),
            (Code::InvalidInput, _) => Failure::field("ending", FOUR_DIGITS),
            (Code::WrongEnding, _) => Failure { code, ..Failure::field("ending", "请再对一下电话") },
            _ => code.into(),
        };
        in_words(app, lang, &failure)
    });
    let stage = if record.erased.is_some() {
        CareStage::Erased
    } else if is_open(app, &record, visitor).await? {
        let open = |field: &str, sealed: &str| app.reading(&record.id, field, sealed);
        let state = record.state()?;
        let path = Route::HomeCareRequest(token.clone()).path(lang);
        let begun = record.visit_begins()?.is_some_and(|begins| begins <= app.now());
        CareStage::Shown(Box::new(CareView {
            code: record.code.clone(),
            link: format!("{}{path}", app.config.public_url),
            name: open("name", &record.name_sealed),
            service: service_name(&library, &record.service),
            state,
            asked: Moment(record.asked),
            call_until: call_until(Moment(record.asked).date(), &library.holidays),
            visit: visit_of(&record),
            reason: open("reason", &record.reason_sealed),
            prepare: open("prepare", &record.prepare_sealed),
            outcome: record.outcome.as_deref().and_then(Outcome::parse),
            can_withdraw: state.is_open() && !(state == CareState::Planned && begun),
            just_asked: done.as_deref() == Some("asked"),
            key: secrets::fresh_key(),
            problem,
        }))
    } else if record.locked() {
        return Err(Code::LinkLocked.into());
    } else {
        CareStage::Identify { tries_left: record.tries_left(app.now().date()), problem }
    };
    let title =
        Title { title: "护士上门：我的申请", description: "护士上门", translated: lang != Lang::En };
    let empty = Body::HomeCare(Made { main: String::new(), action: String::new() });
    let mut page = pages::page(app, &library, lang, &Route::HomeCareRequest(token.clone()), title, empty);
    let voice = Voice { lang, traditional: &|text| library.traditional.text(text) };
    let today = app.now().date();
    page.body = Body::HomeCare(render_care_request(&page.meta, token, &stage, &news, &voice, today));
    Ok(page)
}

/// Checks the last four digits; gives the cookie that opens the request for half an hour.
async fn identify(
    app: &App,
    record: &CareRecord,
    visitor: &Visitor,
    sender: Sender,
    ending: &str,
) -> Result<HeaderValue> {
    let ending = identity::read(ending)?;
    let number = identity::number(app, &record.id, &record.phone_sealed)?;
    let left = app.db.take_care_try(&record.id, app.now().date()).await?.ok_or(Code::LinkLocked)?;
    if !identity::fits(&number, &ending) {
        if left == 0 {
            app.db.note_care_lock(&record.id, app.now()).await?;
        }
        identity::wrong(app, sender, left, &record.hospital).await?;
        return Err(if left == 0 { Code::LinkLocked } else { Code::WrongEnding }.into());
    }
    Ok(open_session(app, visitor, &record.id).await?.ok_or(Code::LinkUnknown)?)
}

async fn withdraw(app: &App, visitor: &Visitor, record: &CareRecord, form: &Form) -> Result<()> {
    let actor = actor(app, visitor, &record.hospital, Deed::AskHomeCare).await?;
    let change = CareChange {
        sent: form.sent(&app.secrets, Action::Withdraw.as_str())?,
        request: record.id.clone(),
        version: None,
        action: Action::Withdraw,
        party: actor.party,
        who: actor.who,
        visit: None,
        reason_sealed: None,
        prepare_sealed: None,
        outcome: None,
        note_sealed: None,
        now: app.now(),
    };
    app.db.change_care(&change, &app.library().holidays).await??;
    Ok(())
}

async fn erase(app: &App, visitor: &Visitor, record: &CareRecord, form: &Form) -> Result<()> {
    let actor = actor(app, visitor, &record.hospital, Deed::Erase).await?;
    if form.get("sure") != "yes" {
        return Err(Failure::field("sure", "要删除，请先打勾"));
    }
    Ok(app.db.erase_care(&record.id, &actor.who, None, app.now()).await?)
}

/// `POST /home-care/{token}/{deed}`: every write of the link.
pub async fn form(
    State(app): State<App>,
    Path((token, deed)): Path<(String, String)>,
    visitor: Visitor,
    sender: Sender,
    form: Form,
) -> Result<Response> {
    let token = Token::parse(&token).ok_or(Code::LinkUnknown)?;
    let record = find(&app, &token).await?;
    let path = Route::HomeCareRequest(token.clone()).path(visitor.lang);
    if record.erased.is_some() {
        return Ok(Redirect::to(&path).into_response());
    }
    let result = match deed.as_str() {
        "identify" => match identify(&app, &record, &visitor, sender, form.get("ending")).await {
            Ok(cookie) => return Ok(([(SET_COOKIE, cookie)], Redirect::to(&path)).into_response()),
            Err(failure) => Err(failure),
        },
        "leave" => {
            let response = lead(&app, &path, &token, "done=left", News::default());
            return identity::leave(&app, &visitor, response).await;
        }
        "withdraw" | "erase" if !is_open(&app, &record, &visitor).await? => {
            Err(if record.locked() { Code::LinkLocked } else { Code::IdentifyFirst }.into())
        }
        "withdraw" => withdraw(&app, &visitor, &record, &form).await,
        "erase" => erase(&app, &visitor, &record, &form).await,
        _ => return Err(Code::NotFound.into()),
    };
    let Err(failure) = result else { return Ok(Redirect::to(&path).into_response()) };
    let on_page = [
        Code::WrongEnding,
        Code::IdentifyFirst,
        Code::TooLate,
        Code::Changed,
        Code::KeyReused,
        Code::InvalidInput,
        Code::SignedInAsStaff,
        Code::Unreadable,
    ];
    if !on_page.contains(&failure.code) {
        return Err(failure);
    }
    let field = failure.errors.first().map(|error| format!("&field={}", error.field)).unwrap_or_default();
    let typed = vec![("ending".to_owned(), form.get("ending").to_owned())];
    let tail = format!("problem={}{field}", failure.code.as_str());
    Ok(lead(&app, &path, &token, &tail, News { typed, ..News::default() }))
}

/// Nursing at home: for whom, what, where, and the form to ask for it. The form is sent as it stands, to
/// `POST /home-care`.
#[utoipa::path(
    get, path = "/api/v1/home-care", tag = "pages",
    params(("lang" = Option<String>, Query, description = "`zh-CN`, `zh-Hant` or `en`")),
    responses(
        (status = 200, description = "The page", body = Page),
        (status = 404, description = "`not-found`: this hospital has no such page", content_type = "application/problem+json", body = Problem),
    )
)]
pub async fn show(State(app): State<App>, visitor: Visitor) -> Result<Response> {
    let page = load(&app, visitor.lang)?;
    Ok(([(header::CACHE_CONTROL, "no-store")], axum::Json(page)).into_response())
}

/// What the link of a request shows now. Before the identity check nothing about the person.
#[utoipa::path(
    get, path = "/api/v1/home-care/{token}", tag = "pages",
    params(
        ("token" = String, Path, description = "The link's token"),
        ("lang" = Option<String>, Query, description = "`zh-CN`, `zh-Hant` or `en`"),
    ),
    responses(
        (status = 200, description = "The page", body = Page),
        (status = 404, description = "`link-unknown`", content_type = "application/problem+json", body = Problem),
        (status = 410, description = "`link-expired`", content_type = "application/problem+json", body = Problem),
        (status = 423, description = "`link-locked`", content_type = "application/problem+json", body = Problem),
    )
)]
pub async fn show_request(
    State(app): State<App>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
    visitor: Visitor,
) -> Result<Response> {
    let token = Token::parse(&token).ok_or(Code::LinkUnknown)?;
    let page = load_request(&app, visitor.lang, &token, &query.unwrap_or_default(), &visitor).await?;
    let response = ([(header::CACHE_CONTROL, "no-store")], axum::Json(page)).into_response();
    Ok(told::forget(&visitor, response))
}
