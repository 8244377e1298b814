//! Making a follow-up: what the form says, understood field by field.

use super::detail::{detail_of, done};
use super::{LINK_DAYS, SignedIn, WINDOW_DAYS, html, may, own, services, sharing, signed_in, told};
use crate::app::App;
use crate::content::LetterTemplate;
use crate::db::calls::NewNote;
use crate::db::finders::{Anew, OpenOf, WasErased};
use crate::db::followups::{NewRecord, NotMade, Origin, Second};
use crate::db::log::{self, Object};
use crate::failures::{Failure, Result};
use crate::finders;
use crate::pathway::service_names;
use crate::routes::body::{Form, JsonBody, read_key};
use crate::routes::days;
use crate::secrets;
use crate::visitor::Visitor;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use zaoshai_app::text;
use zaoshai_contract::civil::{CivilDate, Moment};
use zaoshai_contract::followups::Urgency;
use zaoshai_contract::ids::IdempotencyKey;
use zaoshai_contract::limits::{self, LONGEST_NAME};
use zaoshai_contract::phones::{PhoneNumber, ReadPhone};
use zaoshai_contract::problem::{Code, FieldError, Problem};
use zaoshai_contract::roles::Deed;
use zaoshai_contract::route::Lang;
use zaoshai_contract::staff::confirm::JustDone;
use zaoshai_contract::staff::{
    ASKED_OF, BookableService, FollowUpDetail, NewFollowUp, NewFollowUpForm, Staff, StaffPage, asked_of,
};

/// What is said before a second follow-up is made for the same number and service.
const ALREADY: &str = "这个号码已经有同样项目的随访，还没有结束。确实要再建一个，请打勾";
/// What is said before a follow-up is made for somebody who wished to be deleted.
const WISHED: &str = "这个人要求删除过资料。请先问过本人；本人要随访";
/// The same of somebody who was registered by mistake.
const MISTAKEN: &str = "这个人以前登记错了，资料删掉了。请先核对；确实要随访";
/// What is done in a form to say that somebody is meant.
pub(super) const TICK: &str = "打勾";
/// How many follow-ups made last tell what is chosen lately.
const LATEST: u32 = 20;
/// Most characters of a letter.
const LONGEST_LETTER: usize = 1000;

pub(super) fn letters(app: &App) -> Vec<BookableService> {
    let library = app.library();
    let titled = |letter: &LetterTemplate| BookableService { id: letter.id.clone(), name: letter.title.clone() };
    library.letters.iter().map(titled).collect()
}

/// A form that was understood.
pub(super) struct Understood {
    pub(super) name: String,
    pub(super) phone: PhoneNumber,
    /// What stood beside the number, like 女儿.
    pub(super) phone_words: String,
    pub(super) reason: String,
    pub(super) services: Vec<String>,
    pub(super) due_from: CivilDate,
    pub(super) due_to: CivilDate,
    pub(super) urgency: Urgency,
    pub(super) template: String,
    pub(super) letter: String,
}

impl Understood {
    /// All that it says, each piece with its length.
    pub(super) fn said(&self) -> String {
        let services = self.services.join(",");
        let (from, to) = (self.due_from.to_string(), self.due_to.to_string());
        [
            &self.name,
            self.phone.as_str(),
            &self.phone_words,
            &self.reason,
            &services,
            &from,
            &to,
            self.urgency.as_str(),
            &self.template,
            &self.letter,
        ]
        .map(|piece| format!("{}:{piece}", piece.len()))
        .concat()
    }
}

/// What stands in a form.
pub(super) fn read_form(form: &Form) -> NewFollowUp {
    // A tick was set for whom the question was about, and for nobody who has been typed in their place.
    let asked = form.get(ASKED_OF);
    let same = asked.is_empty() || asked == asked_of(form.get("name"), form.get("phone"));
    NewFollowUp {
        name: form.get("name").to_owned(),
        phone: form.get("phone").to_owned(),
        reason: form.get("reason").to_owned(),
        services: form.all("services"),
        due_from: form.get("due_from").to_owned(),
        due_to: form.get("due_to").to_owned(),
        urgency: form.all("urgency").into_iter().next(),
        template: form.get("template").to_owned(),
        letter: form.get("letter").to_owned(),
        another: form.get("another") == "yes" && same,
        anew: form.get("anew") == "yes" && same,
    }
}

/// What a form means, or what is wrong with it field by field.
pub(super) fn understand(app: &App, form: &NewFollowUp) -> Result<Understood> {
    let mut errors = Vec::new();
    let mut wrong = |field: &str, message: &str| {
        errors.push(FieldError { field: field.to_owned(), message: message.to_owned() });
    };
    let name = finders::tidy(&form.name);
    if !limits::fits(&name, 1, LONGEST_NAME) {
        wrong("name", "请填称呼，1 到 50 个字，例如 李女士");
    }
    let phone = match PhoneNumber::read(&form.phone) {
        Ok(phone) => Some(phone),
        Err(mistake) => {
            wrong("phone", &mistake.to_string());
            None
        }
    };
    let reason = form.reason.trim();
    if !limits::fits(reason, 1, 200) {
        wrong("reason", "请写为什么要来，1 到 200 个字，例如 肺部小结节，3 个月复查");
    }
    let library = app.library();
    let known = form.services.iter().all(|id| library.booking_service(id).is_some());
    if form.services.is_empty() || !known {
        wrong("services", "请至少选一项可约的服务");
    }
    let today = app.now().date();
    let mut day = |field: &str, typed: &str, label: &str, nothing: &str| {
        days::read(typed, label, nothing).inspect_err(|told| wrong(field, told)).ok()
    };
    let due_from = day("due_from", &form.due_from, "最早的日期", "请填最早的日期，例如 2026-11-23");
    let due_to = day("due_to", &form.due_to, "最晚的日期", "请填最晚的日期，例如 2026-12-05");
    match (due_from, due_to) {
        (_, Some(to)) if to < today => wrong("due_to", "最晚的日期已经过了"),
        (Some(from), Some(to)) if to < from => wrong("due_to", "最晚的日期不能早于最早的日期"),
        (_, Some(to)) if to.days() - today.days() > WINDOW_DAYS => wrong("due_to", "最晚的日期请在两年以内"),
        _ => {}
    }
    let urgency = form.urgency.as_deref().map_or(Some(Urgency::Routine), Urgency::parse);
    if urgency.is_none() {
        wrong("urgency", "请选紧急、尽快或常规");
    }
    if !form.template.is_empty() && library.letter(&form.template).is_none() {
        wrong("template", "请从列表里选一封结果信");
    }
    let letter = form.letter.trim();
    if !limits::fits(letter, 0, LONGEST_LETTER) {
        wrong("letter", "结果说明请写 1000 个字以内");
    }
    match (phone, due_from, due_to, urgency) {
        (Some(ReadPhone { number, words }), Some(due_from), Some(due_to), Some(urgency)) if errors.is_empty() => {
            Ok(Understood {
                name,
                phone: number,
                phone_words: words,
                reason: reason.to_owned(),
                services: form.services.clone(),
                due_from,
                due_to,
                urgency,
                template: form.template.clone(),
                letter: letter.to_owned(),
            })
        }
        _ => Err(Failure::fields(errors)),
    }
}

/// Makes a follow-up; gives its id. A repeat with the same key gives the first one's.
pub async fn make(app: &App, staff: &Staff, form: &NewFollowUp, key: IdempotencyKey, id: String) -> Result<String> {
    may(staff, Deed::WorkOnFollowUps)?;
    // Keyed: what a form says is short enough to be guessed.
    let request = app.secrets.finder("form", &serde_json::to_string(form).map_err(anyhow::Error::from)?);
    let (another, wanted) = (form.another, anew(form));
    let form = understand(app, form)?;
    let number = finders::phone(&app.secrets, &form.phone);
    let second = if another { Second::Wanted } else { Second::Unasked(&number) };
    log::does("make", Object::record(&id));
    let new = NewRecord { key, request, anew: wanted, ..record_of(app, staff, form, id, None) };
    app.db.make_followup(&new, second).await?.map_err(|refusal| match refusal {
        NotMade::Already => Failure::field("another", ALREADY),
        NotMade::Erased(erased) => Failure::field("anew", &told_of(erased, TICK)),
        NotMade::KeyReused => Code::KeyReused.into(),
    })
}

/// The open follow-ups of a form's phone number for one of its services, but for the one that the form is of, under any
/// name: a couple may share a number. Each says what it is for and how far it has come, which tells whether it is the same.
pub(super) async fn already(app: &App, staff: &Staff, form: &Understood, own: &str) -> Result<Vec<BookableService>> {
    let phone = finders::phone(&app.secrets, &form.phone);
    let open = app.db.open_of(&staff.hospital, &phone, "").await?;
    let same = open.into_iter().filter(|open| open.id != own && open.is_for(&form.services)).map(|open| {
        let name = app.reading(&open.id, "name", &open.name_sealed);
        let services = service_names(app, &open.services()).join("、");
        let words = [name, services, how_far(&open), open.code];
        BookableService { name: words.join(" · "), id: open.id }
    });
    Ok(same.collect())
}

/// How far an open follow-up has come, in words.
fn how_far(open: &OpenOf) -> String {
    match (open.starts, open.due_to.as_deref().and_then(CivilDate::parse)) {
        (Some(starts), _) => format!("约了 {}", text::moment(Lang::Hans, Moment(starts))),
        (None, Some(due_to)) => format!("还没约，最晚 {}", text::day(Lang::Hans, due_to)),
        (None, None) => "看完了，还没定下一步".to_owned(),
    }
}

/// Whether a form means somebody whose data were deleted, too.
pub(super) fn anew(form: &NewFollowUp) -> Anew {
    if form.anew { Anew::Wanted } else { Anew::Unasked }
}

/// What is said of a deletion, and what is to be done then: ticking a box, or tapping below.
pub(super) fn told_of(erased: WasErased, then: &str) -> String {
    format!("{}，再{then}", known_of(erased))
}

fn known_of(erased: WasErased) -> &'static str {
    match erased {
        WasErased::Wish => WISHED,
        WasErased::Mistake => MISTAKEN,
    }
}

/// What is said of a deletion of the data of whom a form is for, where they were deleted.
pub(super) async fn erased(app: &App, staff: &Staff, form: &Understood) -> Result<Option<String>> {
    let mark = finders::person(&app.secrets, &staff.hospital, &form.name, &form.phone);
    Ok(app.db.was_erased(&staff.hospital, &mark, "").await?.map(|erased| told_of(erased, TICK)))
}

/// What stood beside a phone number as a note, sealed.
pub(super) fn note_of(app: &App, staff: &Staff, words: &str) -> Option<NewNote> {
    let id = secrets::fresh_id();
    let sealed = |words: &str| app.secrets.seal(&id, "note", &format!("填电话时写着：{words}"));
    let text_sealed = (!words.is_empty()).then(|| sealed(words))?;
    Some(NewNote { id, text_sealed, staff: staff.name.clone() })
}

/// A follow-up to be made, sealed.
pub(super) fn record_of(app: &App, staff: &Staff, form: Understood, id: String, origin: Option<Origin>) -> NewRecord {
    let library = app.library();
    let topic = form.services.iter().find_map(|id| library.booking_service(id)).map(|service| service.topic.clone());
    let letter_sealed =
        if form.letter.is_empty() { String::new() } else { app.secrets.seal(&id, "letter", &form.letter) };
    NewRecord {
        code: secrets::fresh_code(),
        hospital: staff.hospital.clone(),
        topic: topic.unwrap_or_default(),
        urgency: form.urgency,
        letter_sealed,
        letter: form.template,
        finders: finders::of(&app.secrets, &form.name, &form.phone),
        person: finders::person(&app.secrets, &staff.hospital, &form.name, &form.phone),
        anew: Anew::Unasked,
        folding: finders::FOLDING,
        note: note_of(app, staff, &form.phone_words),
        token_hash: sharing::token_hash(app, &id, 1),
        link_until: Moment::at(form.due_to.plus_days(LINK_DAYS), 0),
        name_sealed: app.secrets.seal(&id, "name", &form.name),
        phone_sealed: app.secrets.seal(&id, "phone", form.phone.as_str()),
        reason_sealed: app.secrets.seal(&id, "reason", &form.reason),
        services: form.services,
        due_from: form.due_from,
        due_to: form.due_to,
        created_by: staff.name.clone(),
        now: app.now(),
        key: secrets::fresh_key(),
        request: String::new(),
        origin,
        id,
    }
}

/// What can be booked, with what was chosen lately at this hospital first: nothing is chosen for anybody, but what is chosen
/// most days is found at once.
async fn services_by_use(app: &App, hospital: &str) -> Result<Vec<BookableService>> {
    let used = app.db.latest_services(hospital, LATEST).await?;
    let mut services = services(app, hospital);
    services.sort_by_key(|service| used.iter().position(|used| *used == service.id).unwrap_or(usize::MAX));
    Ok(services)
}

/// `GET /staff/followups/new`
pub(super) async fn new(State(app): State<App>, SignedIn(staff): SignedIn) -> Result<Response> {
    may(&staff, Deed::WorkOnFollowUps)?;
    let today = app.now().date();
    let form =
        NewFollowUp { due_from: today.to_string(), due_to: today.plus_days(14).to_string(), ..NewFollowUp::default() };
    let page = NewFollowUpForm {
        services: services_by_use(&app, &staff.hospital).await?,
        staff,
        form,
        letters: letters(&app),
        already: Vec::new(),
        erased: None,
        key: secrets::fresh_key(),
        problem: None,
    };
    Ok(html(&app, "新建随访", StatusCode::OK, &StaffPage::New(Box::new(page))))
}

/// `POST /staff/followups`
pub(super) async fn make_form(State(app): State<App>, SignedIn(staff): SignedIn, form: Form) -> Result<Response> {
    let new = read_form(&form);
    let key = form.key()?;
    match make(&app, &staff, &new, key.clone(), secrets::fresh_id()).await {
        Ok(id) => Ok(done(&app, &id, JustDone::Make)),
        Err(failure) if matches!(failure.code, Code::InvalidInput | Code::KeyReused) => {
            let problem = told(&app, &failure);
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            let asked = |field: &str| failure.errors.iter().any(|error| error.field == field);
            let (mut open, mut gone) = (Vec::new(), None);
            if let Ok(form) = understand(&app, &new) {
                // What was ticked before stands there again beside what is asked next.
                if new.another || asked("another") {
                    open = already(&app, &staff, &form, "").await?;
                }
                if new.anew || asked("anew") {
                    gone = erased(&app, &staff, &form).await?;
                }
            }
            // A form that was sent before in another wording is a new one.
            let key = if failure.code == Code::KeyReused { secrets::fresh_key() } else { key };
            let page = NewFollowUpForm {
                services: services_by_use(&app, &staff.hospital).await?,
                staff,
                form: new,
                letters: letters(&app),
                already: open,
                erased: gone,
                key,
                problem: Some(problem),
            };
            Ok(html(&app, "新建随访", status, &StaffPage::New(Box::new(page))))
        }
        Err(failure) => Err(failure),
    }
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
    let record = own(&app, &staff, &id).await?;
    let detail = detail_of(&app, &staff, record, None).await?;
    Ok((StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], axum::Json(detail)).into_response())
}
