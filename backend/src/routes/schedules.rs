//! The timetable of a hospital: what the coming days look like, and the forms that change it.

use super::body::Form;
use super::days;
use super::staff::{Before, SignedIn, html, lead_to, may, told};
use crate::app::App;
use crate::db;
use crate::db::closures::ClosureRow;
use crate::db::log::{self, Object};
use crate::db::schedules::{At, BY_TIMETABLE, Change, Step, Stored, Timetable};
use crate::failures::{Failure, Result};
use crate::timetable::{self, People, day_rule};
use crate::{content::Library, secrets};
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use std::collections::BTreeSet;
use zaoshai_contract::civil::{CivilDate, Moment, Weekday};
use zaoshai_contract::holidays::DayKind;
use zaoshai_contract::ids::IdempotencyKey;
use zaoshai_contract::limits;
use zaoshai_contract::problem::{Code, FieldError, Problem};
use zaoshai_contract::roles::Deed;
use zaoshai_contract::schedules::{DayRule, Exception, ExceptionKind, Template, Visit, VisitState, read_time};
use zaoshai_contract::staff::confirm::JustDone;
use zaoshai_contract::staff::schedules::{
    Preview, ScheduleForm, ScheduleFormPage, SchedulesPage, TimetableDay, TimetableGroup, TimetableTime,
};
use zaoshai_contract::staff::{BookableService, SEEN, Staff, StaffPage, Typed, WHOLE_HOSPITAL};

/// Days that the page shows.
const DAYS: i64 = 14;
/// The fields of an answer to the question how many people have to move.
const ANSWER: [&str; 3] = ["key", "sure", SEEN];
/// How many days ahead a day of the timetable or of a closing may lie.
pub(super) const FARTHEST: i64 = 730;
/// What stands in a field for a time of day that was not understood: the check refuses it in its own words.
const NO_TIME: u16 = u16::MAX;

/// The pages of the timetable.
pub fn router() -> Router<App> {
    Router::new()
        .route("/staff/schedules", get(show))
        .route("/staff/schedules/{kind}", get(new).post(add))
        .route("/staff/schedules/{kind}/{id}/{deed}", get(ask).post(change))
}

fn at<'a>(app: &App, staff: &'a Staff) -> At<'a> {
    At { hospital: &staff.hospital, now: app.now() }
}

pub(super) fn own_services(library: &Library, staff: &Staff) -> Vec<BookableService> {
    timetable::services(library, &staff.hospital)
        .into_iter()
        .map(|service| BookableService { id: service.id.clone(), name: service.name.clone() })
        .collect()
}

fn name_of(library: &Library, service: &str) -> String {
    library.booking_service(service).map_or_else(|| service.to_owned(), |service| service.name.clone())
}

/// `GET /staff/schedules`
async fn show(State(app): State<App>, SignedIn(staff): SignedIn, before: Before) -> Result<Response> {
    may(&staff, Deed::SeeSchedules)?;
    let page = overview(&app, staff).await?;
    Ok(before.html(&app, "排班", &StaffPage::Schedules(Box::new(page))))
}

async fn overview(app: &App, staff: Staff) -> Result<SchedulesPage> {
    let library = app.library();
    let at = at(app, &staff);
    let timetable = app.db.timetable(at).await?;
    let (stored, standing) = app.db.slots_to_come(at).await?;
    let closures = app.db.closures(&staff.hospital, at.now).await?;
    let steps = timetable::steps(&library, at, &timetable, (&stored, &standing), People::Stay);
    let kept: Vec<i64> = steps
        .iter()
        .filter_map(|step| match step {
            Step::Keep { people, .. } => Some(*people),
            _ => None,
        })
        .collect();
    let today = at.now.date();
    let days: Vec<CivilDate> = (0..DAYS).map(|days| today.plus_days(days)).collect();
    let years: BTreeSet<i32> = days.iter().map(|date| date.year()).collect();
    Ok(SchedulesPage {
        days: days.iter().map(|date| day(&library, *date, &stored, &timetable, &closures)).collect(),
        unknown_years: years.into_iter().filter(|year| !library.holidays.known(*year)).collect(),
        kept: (kept.len(), kept.iter().sum()),
        templates: timetable.templates,
        exceptions: timetable.exceptions,
        visits: timetable.visits,
        services: own_services(&library, &staff),
        key: secrets::fresh_key(),
        staff,
    })
}

fn day(
    library: &Library,
    date: CivilDate,
    stored: &[Stored],
    timetable: &Timetable,
    closures: &[ClosureRow],
) -> TimetableDay {
    // What the timetable closed while it was empty is no longer there for anybody; the closings say why.
    let gone = |slot: &Stored| slot.closure.as_deref() == Some(BY_TIMETABLE) && slot.taken == 0;
    let of_day = |slot: &&Stored| Moment(slot.starts).date() == date && !gone(slot);
    let mut slots: Vec<&Stored> = stored.iter().filter(of_day).collect();
    slots.sort_by_key(|slot| (&slot.service, &slot.room, &slot.expert, slot.starts));
    let same = |one: &&Stored, other: &&Stored| {
        (&one.service, &one.room, &one.expert) == (&other.service, &other.room, &other.expert)
    };
    let mut groups: Vec<TimetableGroup> = slots
        .chunk_by(same)
        .map(|slots| TimetableGroup {
            service: name_of(library, &slots[0].service),
            room: slots[0].room.clone(),
            expert: slots[0].expert.clone(),
            times: slots
                .iter()
                .map(|slot| TimetableTime {
                    starts: Moment(slot.starts),
                    taken: slot.taken,
                    capacity: slot.capacity,
                    closed: slot.closure.is_some(),
                })
                .collect(),
        })
        .collect();
    groups.sort_by_key(|group| group.times.first().map_or(0, |time| time.starts.0));
    let whose =
        |service: Option<&String>| service.map_or_else(|| "全院".to_owned(), |service| name_of(library, service));
    let closed = timetable.exceptions.iter().filter(|exception| {
        exception.kind == ExceptionKind::Closed && exception.first <= date && date <= exception.last
    });
    let closed = closed.map(|exception| {
        let room = exception.room.as_ref().map(|room| format!("（{room}）")).unwrap_or_default();
        format!("{}{room}不开：{}", whose(exception.service.as_ref()), exception.reason)
    });
    let start = Moment::at(date, 0).0;
    let stopped = closures.iter().filter(|closure| closure.first <= start && start < closure.last);
    let stopped = stopped.map(|closure| format!("{}停诊：{}", whose(closure.service.as_ref()), closure.reason));
    TimetableDay { date, note: note(library, date), closings: closed.chain(stopped).collect(), groups }
}

/// What the calendar says of a day that does not take its course.
fn note(library: &Library, date: CivilDate) -> String {
    let name = library.holidays.name(date).unwrap_or_default();
    match (day_rule(&library.holidays, date), library.holidays.kind(date)) {
        (DayRule::Off(name), _) => format!("{name}放假"),
        (DayRule::Works(follows), DayKind::MakeUp) => format!("{name}调休，照{}出诊", follows.title()),
        _ => String::new(),
    }
}

fn kind_of(kind: &str) -> Result<ScheduleForm> {
    Ok(match kind {
        "templates" => ScheduleForm::Template,
        "closings" => ScheduleForm::Closing,
        "extras" => ScheduleForm::Extra,
        "visits" => ScheduleForm::Visit,
        "clear" => ScheduleForm::Clear,
        _ => return Err(Code::NotFound.into()),
    })
}

/// The form of a deed on something that is there; none when it is not, or is over.
async fn form_of(app: &App, staff: &Staff, kind: &str, id: &str, deed: &str) -> Result<Option<ScheduleForm>> {
    let Timetable { templates, exceptions, visits } = app.db.timetable(at(app, staff)).await?;
    let visit = || visits.into_iter().find(|visit| visit.id == id);
    Ok(match (kind, deed) {
        ("templates", "end") => templates.into_iter().find(|template| template.id == id).map(ScheduleForm::EndTemplate),
        ("exceptions", "cancel") => {
            exceptions.into_iter().find(|exception| exception.id == id).map(ScheduleForm::CancelException)
        }
        ("visits", "confirm") => visit().map(ScheduleForm::ConfirmVisit),
        ("visits", "cancel") => visit().map(ScheduleForm::CancelVisit),
        _ => return Err(Code::NotFound.into()),
    })
}

/// A form as it is shown.
async fn form_page(
    app: &App,
    staff: Staff,
    form: ScheduleForm,
    typed: Typed,
    (preview, problem): (Option<Preview>, Option<Problem>),
) -> Result<Response> {
    let library = app.library();
    let usual = timetable::services(&library, &staff.hospital).into_iter().map(|service| service.room.clone());
    let timetable = app.db.timetable(at(app, &staff)).await?;
    let rooms: BTreeSet<String> = usual.chain(timetable.templates.into_iter().map(|template| template.room)).collect();
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let title = form.title();
    let page = ScheduleFormPage {
        services: own_services(&library, &staff),
        rooms: rooms.into_iter().collect(),
        today: app.now().date(),
        key: secrets::fresh_key(),
        staff,
        form,
        typed,
        preview,
        problem,
    };
    Ok(html(app, title, status, &StaffPage::ScheduleForm(Box::new(page))))
}

/// What stands in a form that nobody has filled in yet. Which days are closed is nobody's guess.
fn defaults(form: &ScheduleForm, today: CivilDate) -> Typed {
    let today = if *form == ScheduleForm::Closing { String::new() } else { today.to_string() };
    let fields = [
        ("valid_from", today.as_str()),
        ("first", &today),
        ("last", &today),
        ("every", "30"),
        ("minutes", "20"),
        ("capacity", "1"),
    ];
    let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    Typed { deed: ScheduleFormPage::TYPED.to_owned(), fields: fields.collect() }
}

/// `GET /staff/schedules/{kind}`
async fn new(State(app): State<App>, Path(kind): Path<String>, SignedIn(staff): SignedIn) -> Result<Response> {
    may(&staff, Deed::ManageSchedules)?;
    let form = kind_of(&kind)?;
    let preview =
        if form == ScheduleForm::Clear { Some(timetable::preview(&app, at(&app, &staff), None).await?) } else { None };
    let typed = defaults(&form, app.now().date());
    form_page(&app, staff, form, typed, (preview, None)).await
}

/// `GET /staff/schedules/{kind}/{id}/{deed}`
async fn ask(
    State(app): State<App>,
    Path((kind, id, deed)): Path<(String, String, String)>,
    SignedIn(staff): SignedIn,
) -> Result<Response> {
    may(&staff, Deed::ManageSchedules)?;
    let form = form_of(&app, &staff, &kind, &id, &deed).await?.ok_or(Code::NotFound)?;
    let typed = defaults(&form, app.now().date());
    form_page(&app, staff, form, typed, (None, None)).await
}

/// `POST /staff/schedules/{kind}`
async fn add(
    State(app): State<App>,
    Path(kind): Path<String>,
    SignedIn(staff): SignedIn,
    form: Form,
) -> Result<Response> {
    may(&staff, Deed::ManageSchedules)?;
    take(&app, staff, kind_of(&kind)?, form).await
}

/// `POST /staff/schedules/{kind}/{id}/{deed}`
async fn change(
    State(app): State<App>,
    Path((kind, id, deed)): Path<(String, String, String)>,
    SignedIn(staff): SignedIn,
    form: Form,
) -> Result<Response> {
    may(&staff, Deed::ManageSchedules)?;
    match form_of(&app, &staff, &kind, &id, &deed).await? {
        Some(what) => take(&app, staff, what, form).await,
        // A repeat of what was done already.
        None if app.db.knows_of(&staff.hospital, &id).await? => {
            Ok(lead_to(&app, "/staff/schedules", "", JustDone::Timetable))
        }
        None => Err(Code::NotFound.into()),
    }
}

/// Takes a form: refuses it field by field, tells what it would do to people, or does it.
async fn take(app: &App, staff: Staff, what: ScheduleForm, form: Form) -> Result<Response> {
    let key = form.key()?;
    let change = understand(app, &staff, &what, &form, &key);
    let sure = form.get("sure") == "yes";
    let seen = form.get(SEEN).parse().unwrap_or_default();
    let fields = form.into_pairs().into_iter().filter(|(name, _)| !ANSWER.contains(&name.as_str())).collect();
    let typed = Typed { deed: ScheduleFormPage::TYPED.to_owned(), fields };
    let change = match change {
        Ok(change) => change,
        Err(failure) if failure.code == Code::InvalidInput => {
            let problem = told(app, &failure);
            return form_page(app, staff, what, typed, (None, Some(problem))).await;
        }
        Err(failure) => return Err(failure),
    };
    let at = at(app, &staff);
    let before = done_before(app, at, change.as_ref()).await?;
    if before {
        log::repeats();
    } else if !sure {
        let preview = timetable::preview(app, at, change.as_ref()).await?;
        if preview.asks() {
            return form_page(app, staff, what, typed, (Some(preview), None)).await;
        }
    }
    let people = if sure { People::Move } else { People::Stay };
    log::does(
        change.as_ref().map_or("clear-timetable", Change::word),
        // Whoever is moved out is so from this day on.
        change.as_ref().map_or_else(|| Object::named(&at.now.date().to_string()), Change::object),
    );
    let done = timetable::carry_out(app, at, change.as_ref().map(|change| (change, &staff)), (people, seen)).await;
    if matches!(done, Err(db::Error::MoreThanAsked)) {
        let preview = timetable::preview(app, at, change.as_ref()).await?;
        let problem = grown(app, preview.people);
        return form_page(app, staff, what, typed, (Some(preview), Some(problem))).await;
    }
    done?;
    let place = match what {
        ScheduleForm::Template | ScheduleForm::EndTemplate(_) => "#weekly",
        ScheduleForm::Closing | ScheduleForm::Extra | ScheduleForm::CancelException(_) => "#exceptions",
        ScheduleForm::Visit | ScheduleForm::ConfirmVisit(_) | ScheduleForm::CancelVisit(_) => "#visits",
        ScheduleForm::Clear => "",
    };
    Ok(lead_to(app, "/staff/schedules", place, JustDone::Timetable))
}

/// Why a yes does not count: more people are concerned than the question named.
pub(super) fn grown(app: &App, people: i64) -> Problem {
    let message = format!("刚才又有人约了，现在影响 {people} 个人。什么都还没有做，请再看一遍，再决定");
    told(app, &Failure { code: Code::Changed, ..Failure::field("confirm", &message) })
}

/// Whether this very form was carried out already: what it adds is not in its own way.
async fn done_before(app: &App, at: At<'_>, change: Option<&Change>) -> Result<bool> {
    let id = match change {
        Some(Change::AddTemplates(templates)) => templates.first().map(|template| &template.id),
        Some(Change::AddException(exception)) => Some(&exception.id),
        Some(Change::AddVisit(visit)) => Some(&visit.id),
        _ => None,
    };
    match id {
        Some(id) => Ok(app.db.knows_of(at.hospital, id).await?),
        None => Ok(false),
    }
}

/// A field that was not understood.
fn wrong(field: &str, message: &str) -> FieldError {
    FieldError { field: field.to_owned(), message: message.to_owned() }
}

/// A number as it was typed; 0, which no check lets pass, when it is none.
fn number(text: &str) -> u16 {
    text.trim().parse().unwrap_or(0)
}

fn time(text: &str) -> u16 {
    read_time(text).unwrap_or(NO_TIME)
}

fn text(form: &Form, name: &str) -> String {
    form.get(name).trim().to_owned()
}

/// The change that a form asks for; none for moving people out of what is not in the timetable any more.
fn understand(
    app: &App,
    staff: &Staff,
    what: &ScheduleForm,
    form: &Form,
    key: &IdempotencyKey,
) -> Result<Option<Change>> {
    let library = app.library();
    let today = app.now().date();
    // What asks whether they are sure says nothing of what is made.
    let pairs = form.pairs().iter().filter(|(name, _)| !ANSWER.contains(&name.as_str()));
    let path = what.path();
    let said: Vec<&str> =
        [path.as_str()].into_iter().chain(pairs.flat_map(|(name, value)| [name.as_str(), value.trim()])).collect();
    let id = app.secrets.id_of(&staff.name, key, &said);
    // A service of another hospital is none of hers.
    let ours = |service: String| {
        let ours = own_services(&library, staff).iter().any(|known| known.id == service);
        if ours { service } else { String::new() }
    };
    let mut errors = Vec::new();
    let mut day = |field: &str| {
        // Longer than any plan of a clinic: what lies beyond is a slip of the finger.
        let asked = "请填今天或以后的日期，两年以内，例如 2026-12-01";
        days::read_fitting(form.get(field), "日期", asked, |day| {
            day >= today && day.days() - today.days() <= FARTHEST
        })
        .unwrap_or_else(|told| {
            errors.push(wrong(field, &told));
            today
        })
    };
    let change = match what {
        ScheduleForm::Template => {
            let valid_from = day("valid_from");
            let valid_to = (!form.get("valid_to").trim().is_empty()).then(|| day("valid_to"));
            let chosen = form.all("weekday");
            let days: Vec<Weekday> =
                Weekday::ALL.into_iter().filter(|day| chosen.iter().any(|word| word == day.as_str())).collect();
            if days.is_empty() {
                errors.push(wrong("weekday", "请至少选一天"));
            }
            let on = |weekday: Weekday| Template {
                id: app.secrets.id_of(&format!("{}/{}", staff.name, weekday.as_str()), key, &said),
                service: ours(text(form, "service")),
                room: text(form, "room"),
                weekday,
                from: time(form.get("from")),
                until: time(form.get("until")),
                every: number(form.get("every")),
                minutes: number(form.get("minutes")),
                capacity: number(form.get("capacity")),
                valid_from,
                valid_to,
            };
            let checked = on(days.first().copied().unwrap_or(Weekday::Monday)).check();
            errors.extend(checked);
            Change::AddTemplates(days.into_iter().map(on).collect())
        }
        ScheduleForm::Closing => {
            let service = text(form, "service");
            let room = text(form, "room");
            let exception = Exception {
                id,
                service: (service != WHOLE_HOSPITAL).then(|| ours(service)),
                room: (!room.is_empty()).then_some(room),
                first: day("first"),
                last: day("last"),
                kind: ExceptionKind::Closed,
                reason: text(form, "reason"),
            };
            errors.extend(exception.check());
            Change::AddException(exception)
        }
        ScheduleForm::Extra => {
            let exception = Exception {
                id,
                service: Some(ours(text(form, "service"))),
                room: None,
                first: day("first"),
                last: day("last"),
                kind: ExceptionKind::Extra {
                    from: time(form.get("from")),
                    until: time(form.get("until")),
                    every: number(form.get("every")),
                    minutes: number(form.get("minutes")),
                    capacity: number(form.get("capacity")),
                    room: text(form, "room"),
                },
                reason: text(form, "reason"),
            };
            errors.extend(exception.check());
            Change::AddException(exception)
        }
        ScheduleForm::Visit => {
            let visit = Visit {
                id,
                expert: text(form, "expert"),
                home: text(form, "home"),
                speciality: text(form, "speciality"),
                service: ours(text(form, "service")),
                room: text(form, "room"),
                date: day("first"),
                from: time(form.get("from")),
                until: time(form.get("until")),
                every: number(form.get("every")),
                minutes: number(form.get("minutes")),
                capacity: number(form.get("capacity")),
                state: VisitState::Planned,
            };
            errors.extend(visit.check());
            Change::AddVisit(visit)
        }
        ScheduleForm::EndTemplate(template) => {
            Change::EndTemplate { id: template.id.clone(), last: day("until_day").plus_days(-1) }
        }
        ScheduleForm::CancelException(exception) => Change::CancelException { id: exception.id.clone() },
        ScheduleForm::ConfirmVisit(visit) => {
            if matches!(visit.state, VisitState::Cancelled { .. }) {
                return Err(Code::Changed.into());
            }
            Change::ConfirmVisit { id: visit.id.clone() }
        }
        ScheduleForm::CancelVisit(visit) => {
            let reason = text(form, "reason");
            if !limits::fits(&reason, 1, limits::LONGEST_REASON) {
                errors.push(wrong("reason", "请写原因，1 到 100 个字，例如 专家有急诊手术"));
            }
            Change::CancelVisit { id: visit.id.clone(), reason }
        }
        ScheduleForm::Clear => return Ok(None),
    };
    if errors.is_empty() { Ok(Some(change)) } else { Err(Failure::fields(errors)) }
}
