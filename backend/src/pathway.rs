//! What a follow-up link shows and does, whoever asks: pages, forms and JSON all come through here.

use crate::app::App;
use crate::content::{BookingService, Library};
use crate::db;
use crate::db::appointments::{Change, Rules};
use crate::db::closures::Left;
use crate::db::followups::{Integrity, OpenStep, Record};
use crate::db::log::{self, Object};
use crate::db::people::Waiter;
use crate::db::sessions::InSession;
use crate::db::slots::Span;
use crate::db::staff::Password;
use crate::failures::{Failure, Result};
use crate::routes::frame::request_id;
use crate::secrets;
use crate::visitor::Visitor;
use std::collections::hash_map::{Entry, HashMap};
use zaoshai_contract::appointments::{AWAKE, Action, Done, Receipt, State, offer_until};
use zaoshai_contract::civil::{CivilDate, Moment};
use zaoshai_contract::followups::{
    Appointment, Ending, Helper, Kept, Lapsed, Place, Plan, Question, Standing, Step, Told, Waiting,
};
use zaoshai_contract::ids::{IdempotencyKey, SlotId, Slug, Token};
use zaoshai_contract::problem::{Code, Problem};
use zaoshai_contract::roles::{Deed, Party};
use zaoshai_contract::route::{FollowUpView, Lang, Route};
use zaoshai_contract::schedules::BookingRules;
use zaoshai_contract::slots::{DayTurn, Slot, by_day, turn};
use zaoshai_contract::staff::errand::Errand;
use zaoshai_contract::staff::{KeptPlace, Staff};

/// The minute of the next day until which a place is kept for somebody whose clinic was cancelled: 20:00.
const OFFER_EVENING: u16 = 20 * 60;
/// How many places are tried for somebody whose clinic was cancelled, when others are quicker.
const OFFER_TRIES: usize = 5;
/// Most who wait that are looked at in one go.
const MOST_WAITING: u32 = 200;
/// Most free slots that are looked at for one of them, the earliest of those that may be taken.
const MOST_FREE: u32 = 500;
/// What booking asks for.
const A_SLOT: &str = "请先选一个时间";

/// How the history names a relative: this and the helper's id.
pub const HELPER: &str = "helper/";

/// Somebody who has given the last four digits.
#[derive(Clone, Debug, Default)]
pub struct Session {
    /// The hash of the session's secret.
    pub hash: String,
    /// The relative who acts; none for the patient.
    pub helper: Option<String>,
    /// The member of staff who acts: whoever is signed in as staff in the same browser is never taken for the patient.
    pub staff: Option<Staff>,
}

impl Session {
    /// The same for the database, which looks at it once more when something is written.
    fn of(&self, record: &Record, now: Moment) -> InSession {
        InSession {
            followup: record.id.clone(),
            generation: record.link_generation,
            hash: self.hash.clone(),
            helper: self.helper.clone(),
            now,
        }
    }

    /// Who acts, as the history names it.
    pub fn who(&self) -> String {
        match (&self.staff, &self.helper) {
            (Some(staff), _) => staff.name.clone(),
            (None, Some(helper)) => format!("{HELPER}{helper}"),
            (None, None) => "patient".to_owned(),
        }
    }

    /// As which party they act in a deed; staff only by a right of their own.
    fn party(&self, deed: Deed) -> Result<Party, Code> {
        match &self.staff {
            Some(staff) => staff.party(deed).ok_or(Code::SignedInAsStaff),
            None => Ok(Party::Patient),
        }
    }
}

/// The follow-up that a link leads to.
pub async fn find(app: &App, token: &Token) -> Result<Record> {
    let hash = secrets::hash(token.as_str());
    if let Some(record) = app.db.followup_by_token(&hash).await? {
        return Ok(record);
    }
    let retired = app.db.followup_by_retired_token(&hash).await?;
    Err(retired.map_or(Code::LinkUnknown, |record| gone(&record).unwrap_or(Code::LinkReplaced)).into())
}

/// The follow-up that a link leads to or led to before another one took its place, and which of the two.
pub async fn find_or_retired(app: &App, token: &Token) -> Result<(Record, Option<Code>)> {
    let hash = secrets::hash(token.as_str());
    if let Some(record) = app.db.followup_by_token(&hash).await? {
        let code = open(app, &record).err();
        return Ok((record, code));
    }
    let record = app.db.followup_by_retired_token(&hash).await?.ok_or(Code::LinkUnknown)?;
    let code = gone(&record).unwrap_or(Code::LinkReplaced);
    Ok((record, Some(code)))
}

/// Why no link leads to a follow-up any more.
fn gone(record: &Record) -> Option<Code> {
    match record.ending? {
        Ending::Erased => Some(Code::LinkErased),
        _ => Some(Code::LinkWithdrawn),
    }
}

/// Whether the link still leads somewhere. One that is locked does, for whoever is in already.
pub fn open(app: &App, record: &Record) -> Result<(), Code> {
    if let Some(code) = gone(record) {
        Err(code)
    } else if record.integrity == Integrity::Broken {
        // Without what does not read it would look as if nothing were booked.
        Err(Code::Unreadable)
    } else if record.link_until <= app.now() {
        Err(Code::LinkExpired)
    } else {
        Ok(())
    }
}

/// The session of a visitor, if they have one for this follow-up.
pub async fn session(app: &App, record: &Record, visitor: &Visitor) -> Result<Option<Session>> {
    for hash in visitor.followups.hashes() {
        if let Some(helper) = app.db.patient_session(&record.id, &hash, app.now()).await? {
            return Ok(Some(Session { hash, helper, staff: None }));
        }
    }
    Ok(None)
}

/// The follow-ups that are open in a visitor's browser and still lead somewhere, the latest first.
pub async fn opened(app: &App, visitor: &Visitor) -> Result<Vec<Record>> {
    let mut records: Vec<Record> = Vec::new();
    for hash in visitor.followups.hashes() {
        let Some(id) = app.db.followup_of_session(&hash, app.now()).await? else { continue };
        if records.iter().any(|record| record.id == id) {
            continue;
        }
        let Some(record) = app.db.followup(&id).await? else { continue };
        if open(app, &record).is_ok() && session(app, &record, visitor).await?.is_some() {
            records.push(record);
        }
    }
    Ok(records)
}

/// Whether a visitor acted here as a relative whom the patient has taken that right from.
pub async fn was_ended(app: &App, record: &Record, visitor: &Visitor) -> Result<bool> {
    for hash in visitor.followups.hashes() {
        if app.db.was_ended(&record.id, &hash).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Carries out a write of somebody who is in. It fails when they are it no longer at the moment of the write: the consent
/// of a relative may end, and the link or the hospital in charge change, while a request is on its way.
pub async fn writes<T>(
    app: &App,
    record: &Record,
    session: &Session,
    write: impl Future<Output = db::Result<T>>,
) -> Result<T> {
    Ok(session.of(record, app.now()).write(write).await?)
}

/// The follow-up of a link and the session in which it may be read.
pub async fn entered(app: &App, token: &Token, visitor: &Visitor) -> Result<(Record, Session)> {
    let record = find(app, token).await?;
    open(app, &record)?;
    match session(app, &record, visitor).await? {
        Some(session) => Ok((record, session)),
        None if record.shut() => Err(Code::LinkLocked.into()),
        None => Err(Code::IdentifyFirst.into()),
    }
}

/// The same for who is about to write. A relative whose consent has ended is told so, and not just asked who they are.
pub async fn writing(app: &App, token: &Token, visitor: &Visitor) -> Result<(Record, Session)> {
    let outside = match entered(app, token, visitor).await {
        Err(failure) if matches!(failure.code, Code::IdentifyFirst | Code::LinkLocked) => failure,
        found => return found,
    };
    let ended = was_ended(app, &find(app, token).await?, visitor).await?;
    Err(if ended { Code::HelperEnded.into() } else { outside })
}

/// The same to change the follow-up. In a browser in which staff are signed in it is they who act, by their rights and under their
/// name, and only where their hospital is in charge; everybody else is the patient or a relative.
pub async fn acting(app: &App, token: &Token, visitor: &Visitor, deed: Deed) -> Result<(Record, Session)> {
    let (record, mut session) = writing(app, token, visitor).await?;
    session.staff = staff_here(app, visitor, &record.hospital).await?;
    session.party(deed)?;
    if session.staff.is_some() {
        log::in_charge(&record.id, &record.hospital);
    }
    log::does("link", Object::record(&record.id));
    Ok((record, session))
}

/// Who is signed in as staff in this browser; refused for somebody of another hospital than the one in charge.
pub async fn staff_here(app: &App, visitor: &Visitor, hospital: &str) -> Result<Option<Staff>> {
    let Some(secret) = &visitor.staff else { return Ok(None) };
    let Some(session) = app.db.staff_session(&secrets::hash(secret), app.now()).await? else { return Ok(None) };
    if session.staff.hospital != hospital {
        return Err(Code::SignedInAsStaff.into());
    }
    if session.password == Password::Given {
        return Err(Code::ChangePassword.into());
    }
    log::sits(&session.staff, app.now());
    Ok(Some(session.staff))
}

/// The last moment at which the patient may move or cancel an appointment by herself.
fn last_change(app: &App, slot: &Slot) -> Moment {
    app.library().booking_service(&slot.service).map_or(slot.starts, |service| service.rules().last_change(slot.starts))
}

/// The rules of a service.
pub fn rules_of(app: &App, service: &str) -> BookingRules {
    let library = app.library();
    library.booking_service(service).map_or_else(BookingRules::of_unknown, |service| service.rules().clone())
}

/// The rules of the services of a follow-up's open step, for somebody who agreed to this.
pub fn binding(app: &App, record: &Record, agreed: &[String]) -> Rules {
    let services = record.step.iter().flat_map(|step| &step.services);
    let services = services.map(|service| (service.clone(), rules_of(app, service))).collect();
    Rules::Bind { services, agreed: agreed.to_vec() }
}

/// When the slots begin that may be taken now for a step; those of a service of which none may be are left out.
fn open_spans(app: &App, services: &[String], due_from: CivilDate) -> Vec<Span> {
    let now = app.now();
    let open = services.iter().map(|service| (service, rules_of(app, service).open(due_from, now)));
    open.filter(|(_, open)| !open.is_empty())
        .map(|(service, open)| Span { service: service.clone(), from: open.start, until: open.end })
        .collect()
}

/// The day from which times can be chosen; none when some can be now.
fn opens(app: &App, step: &OpenStep) -> Option<CivilDate> {
    if !open_spans(app, &step.services, step.due_from).is_empty() {
        return None;
    }
    step.services.iter().map(|service| rules_of(app, service).opens(step.due_from)).min()
}

fn appointment(app: &App, slot: &Slot, state: State, until: Option<Moment>) -> Appointment {
    Appointment {
        slot: slot.clone(),
        state,
        until,
        last_change: last_change(app, slot),
        past: slot.starts <= app.now(),
    }
}

/// Which free times of a step are looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// Those of its due window.
    Due,
    /// Later ones, because its window has none.
    Later,
}

/// The free times from which a patient may choose.
struct Choice {
    /// When they begin.
    spans: Vec<Span>,
    /// The days that have some, each with how many.
    days: Vec<(CivilDate, u32)>,
    reach: Reach,
}

/// The free times for a follow-up's open step: those of its due window, or when there are none the later ones.
async fn choice(app: &App, record: &Record, step: &OpenStep) -> Result<Choice> {
    let now = app.now();
    let own = record.firm().map(|latest| &latest.slot.id);
    let open = open_spans(app, &step.services, step.due_from);
    let window = Moment::at(step.due_from, 0)..Moment::at(step.due_to.plus_days(1), 0);
    let spans: Vec<Span> = open.iter().map(|span| span.within(&window)).collect();
    let days = app.db.free_days(&spans, own, now).await?;
    if !days.is_empty() {
        return Ok(Choice { spans, days, reach: Reach::Due });
    }
    // The window is over or full: a later time is better than none.
    let days = app.db.free_days(&open, own, now).await?;
    Ok(Choice { spans: open, days, reach: Reach::Later })
}

/// The times of the days of one page.
async fn on_page(
    app: &App,
    record: &Record,
    spans: &[Span],
    (first, last): (CivilDate, CivilDate),
) -> Result<Vec<Slot>> {
    let shown = Moment::at(first, 0)..Moment::at(last.plus_days(1), 0);
    let spans: Vec<Span> = spans.iter().map(|span| span.within(&shown)).collect();
    let mut slots = app.db.free_slots(&spans, None, app.now()).await?;
    slots.retain(|slot| record.firm().is_none_or(|firm| firm.slot.id != slot.id));
    Ok(slots)
}

/// All free times of the open step's services that are still to come, whatever the rules: for staff. One page of days,
/// which begins with the due window.
pub async fn free_for_staff(app: &App, record: &Record, from: Option<CivilDate>) -> Result<(Vec<Slot>, DayTurn)> {
    let Some(step) = &record.step else { return Ok((Vec::new(), DayTurn::default())) };
    let now = app.now();
    let span = |service: &String| Span {
        service: service.clone(),
        from: Moment(now.0 + 1),
        until: BookingRules::of_unknown().open(step.due_from, now).end,
    };
    let spans: Vec<Span> = step.services.iter().map(span).collect();
    let days = app.db.free_days(&spans, record.firm().map(|latest| &latest.slot.id), now).await?;
    let (page, told) = turn(&days, step.due_from, from);
    let slots = match page {
        Some(page) => on_page(app, record, &spans, page).await?,
        None => Vec::new(),
    };
    Ok((slots, told))
}

/// Before which time somebody waits: the first that is free, or their own.
///
/// # Errors
/// No such time can come: nothing of the due window is open yet, or what is free is the earliest that may be taken.
fn waits_before(app: &App, record: &Record, step: &OpenStep, first: Option<&Slot>) -> Result<Moment, Code> {
    let open = open_spans(app, &step.services, step.due_from);
    let (Some(soonest), Some(end)) =
        (open.iter().map(|span| span.from).min(), open.iter().map(|span| span.until).max())
    else {
        return Err(Code::TooEarly);
    };
    let own = record.firm().map(|latest| latest.slot.starts);
    let before = first.map(|slot| slot.starts).into_iter().chain(own).min();
    let before = before.unwrap_or_else(|| end.max(Moment::at(step.due_to.plus_days(1), 0)));
    if before <= soonest { Err(Code::NothingEarlier) } else { Ok(before) }
}

/// The first free time that a patient may choose.
async fn first_free(app: &App, choice: &Choice, record: &Record) -> Result<Option<Slot>> {
    let Some((day, _)) = choice.days.first() else { return Ok(None) };
    Ok(on_page(app, record, &choice.spans, (*day, *day)).await?.into_iter().next())
}

/// What a page shows of the times to choose from.
#[derive(Default)]
struct ToChoose {
    slots: Vec<Slot>,
    turn: DayTurn,
    late: bool,
    opens: Option<CivilDate>,
    may_wait: bool,
}

async fn to_choose(app: &App, record: &Record, from: Option<CivilDate>) -> Result<ToChoose> {
    let Some(step) = &record.step else { return Ok(ToChoose::default()) };
    let choice = choice(app, record, step).await?;
    let first_day = choice.days.first().map_or(step.due_from, |(day, _)| *day);
    let (page, turn) = turn(&choice.days, first_day, from);
    let slots = match page {
        Some(page) => on_page(app, record, &choice.spans, page).await?,
        None => Vec::new(),
    };
    let first = first_free(app, &choice, record).await?;
    Ok(ToChoose {
        late: choice.reach == Reach::Later && !slots.is_empty(),
        slots,
        turn,
        opens: if choice.days.is_empty() { opens(app, step) } else { None },
        may_wait: waits_before(app, record, step, first.as_ref()).is_ok(),
    })
}

/// Why the kept place is kept, and the place whose time was over before it was confirmed.
async fn kept(app: &App, record: &Record) -> Result<(Kept, Option<Lapsed>)> {
    let Some(last) = app.db.last_kept(&record.id).await? else { return Ok((Kept::Chosen, None)) };
    let kind = match last.detail.as_str() {
        "offer" => Kept::Offered,
        "replacement" => Kept::Replacement,
        _ => Kept::Chosen,
    };
    let now = app.now();
    let over = match &record.held {
        Some((_, until)) => *until <= now,
        None => last.state == State::Released.as_str() && last.last_action == Action::Expire.as_str(),
    };
    if !over {
        return Ok((kind, None));
    }
    let slot = SlotId::parse(&last.slot).ok_or(Code::Unreadable)?;
    let Some(slot) = app.db.slot(&slot).await?.filter(|slot| slot.starts > now) else { return Ok((kind, None)) };
    let Some(step) = &record.step else { return Ok((kind, None)) };
    let its_time = slot.starts..Moment(slot.starts.0 + 1);
    let open = open_spans(app, &step.services, step.due_from);
    let spans: Vec<Span> = open.iter().map(|span| span.within(&its_time)).collect();
    let free = app.db.free_slots(&spans, None, now).await?.iter().any(|free| free.id == slot.id);
    Ok((kind, Some(Lapsed { slot, kept: kind, free })))
}

/// The place that is kept for a patient now, as a nurse sees it.
pub async fn kept_for_staff(app: &App, record: &Record) -> Result<Option<KeptPlace>> {
    let Some((slot, until)) = record.held.clone().filter(|(_, until)| *until > app.now()) else { return Ok(None) };
    let (why, _) = kept(app, record).await?;
    Ok(Some(KeptPlace { slot, until, why }))
}

/// The plan of a follow-up, as much as its view needs.
pub async fn plan(
    app: &App,
    record: &Record,
    session: &Session,
    view: FollowUpView,
    from: Option<CivilDate>,
    (done, problem): (Option<Told>, Option<Problem>),
) -> Result<Plan> {
    let now = app.now();
    let open = |field: &str, sealed: &str| app.reading(&record.id, field, sealed);
    let standing = record.standing(now);
    let shown = record
        .latest
        .as_ref()
        .filter(|latest| !matches!(latest.state, State::CancelledByPatient | State::CancelledByClinic));
    let held = record.held.as_ref().filter(|(slot, until)| *until > now && slot.starts > now);
    let first = held.is_none() && standing.lets_choose();
    let choosing = first || view == FollowUpView::Moving;
    let offered = if choosing { to_choose(app, record, from).await? } else { ToChoose::default() };
    let (kept, lapsed) = kept(app, record).await?;
    let given_up = app.db.given_up(&record.id, now).await?;
    let given_up = given_up.filter(|given_up| record.firm().is_none_or(|firm| firm.slot.starts != *given_up));
    let helpers = app
        .db
        .helpers(&record.id)
        .await?
        .into_iter()
        .map(|row| {
            let name = app.reading(&row.id, "helper", &row.name_sealed);
            Ok(Helper { id: row.id, name, consented: Moment(row.consented) })
        })
        .collect::<Result<Vec<_>>>()?;
    let (letter, letter_note) = letter(app, record)?;
    let library = app.library();
    let wanted = held.map(|(slot, _)| slot).or(shown.map(|latest| &latest.slot)).map(|slot| slot.service.clone());
    let wanted = wanted.or_else(|| record.step.as_ref().and_then(|step| step.services.first().cloned()));
    let service = wanted.and_then(|id| library.booking_service(&id));
    let topic =
        service.and_then(|service| Slug::parse(&service.topic)).map(|topic| Route::Topic(topic).path(Lang::Hans));
    let done_steps = app
        .db
        .ended_steps(&record.id)
        .await?
        .into_iter()
        .map(|step| Step {
            service_names: service_names(app, &step.services),
            department: department(app, &step.services),
            services: step.services,
            due_from: step.due_from,
            due_to: step.due_to,
            outcome: step.outcome,
            ended: Some(step.ended),
        })
        .collect();
    let waiting = app.db.waiting(&record.id).await?;
    let cancelled = record.latest.as_ref().filter(|latest| latest.state == State::CancelledByClinic);
    let closing_reason = match cancelled {
        Some(latest) => app.db.closing_reason(&latest.slot).await?,
        None => String::new(),
    };
    Ok(Plan {
        name: open("name", &record.name_sealed),
        helper: helpers.iter().find(|helper| Some(&helper.id) == session.helper.as_ref()).cloned(),
        helpers,
        reason: open("reason", &record.reason_sealed),
        letter,
        letter_note,
        done_steps,
        step: record.step.as_ref().map(|step| Step {
            services: step.services.clone(),
            service_names: service_names(app, &step.services),
            department: department(app, &step.services),
            due_from: step.due_from,
            due_to: step.due_to,
            outcome: None,
            ended: None,
        }),
        asked: record.created.date(),
        standing,
        clinic_cancelled: cancelled.is_some(),
        closing_reason,
        appointment: shown.map(|latest| appointment(app, &latest.slot, latest.state, None)),
        held: held.map(|(slot, until)| appointment(app, slot, State::Held, Some(*until))),
        agreements: service.map(|service| service.rules().prerequisites.clone()).unwrap_or_default(),
        preparation: service.map(|service| service.preparation.clone()).unwrap_or_default(),
        topic: topic.unwrap_or_default(),
        places: {
            let shown = [shown.map(|latest| &latest.slot), held.map(|(slot, _)| slot)].into_iter().flatten();
            places(app, shown.chain(&offered.slots).chain(lapsed.iter().map(|lapsed| &lapsed.slot)))
        },
        days: by_day(offered.slots),
        turn: offered.turn,
        after_window: offered.late,
        opens: offered.opens,
        may_wait: offered.may_wait,
        kept: held.map(|_| kept),
        lapsed,
        given_up,
        waiting: waiting.map(|row| Waiting { since: Moment(row.since) }),
        questions: questions(app, &record.id).await?,
        in_charge: if record.hospital == library.hospital {
            String::new()
        } else {
            place(app, &record.hospital).hospital
        },
        phone: phone(app, record, service),
        link_until: record.link_until.date().plus_days(-1),
        now,
        key: secrets::fresh_key(),
        done,
        problem,
    })
}

/// The hospitals of these slots, each once.
fn places<'a>(app: &App, slots: impl Iterator<Item = &'a Slot>) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    for slot in slots {
        if !places.iter().any(|place| place.clinic == slot.clinic) {
            places.push(place(app, &slot.clinic));
        }
    }
    places
}

/// Where a hospital is; one that is no longer known is named by its id.
pub fn place(app: &App, clinic: &str) -> Place {
    let library = app.library();
    let known = library.clinic(clinic);
    Place {
        clinic: clinic.to_owned(),
        hospital: known.map_or(clinic, |known| &known.card.name).to_owned(),
        address: known
            .map_or("", |known| if known.address.is_empty() { &known.card.area } else { &known.address })
            .to_owned(),
        phone: app.hospital_of(&library, clinic).phone.map(|phone| phone.number).unwrap_or_default(),
    }
}

/// What a message that is written now asks of a patient for whom this place is kept. A letter, which arrives days later, says
/// of none: what is kept has lapsed by then.
pub fn errand(app: &App, record: &Record, kept: Option<&KeptPlace>) -> Errand {
    let booked = record.latest.as_ref().filter(|latest| latest.state.is_firm());
    let kept = kept.filter(|kept| matches!(kept.why, Kept::Offered | Kept::Replacement));
    let lost = record.latest.as_ref().filter(|latest| latest.state == State::CancelledByClinic);
    let cancelled = lost.map(|latest| latest.slot.starts).filter(|starts| *starts > app.now());
    match (record.standing(app.now()), kept, booked, &record.step) {
        (Standing::Booked, _, Some(booked), _) => {
            Errand::Come { starts: booked.slot.starts, hospital: place(app, &booked.slot.clinic).hospital }
        }
        (Standing::Held, Some(kept), _, _) => {
            Errand::Confirm { starts: kept.slot.starts, until: kept.until, cancelled }
        }
        (Standing::ToBook | Standing::Held | Standing::Missed | Standing::Cancelled, _, _, Some(step)) => {
            Errand::Choose { from: step.due_from, to: step.due_to, opens: opens(app, step), cancelled }
        }
        _ => Errand::Look,
    }
}

/// The phone to call about a slot.
pub fn phone_for(app: &App, record: &Record, slot: &Slot) -> String {
    phone(app, record, app.library().booking_service(&slot.service))
}

/// The phone of a service where the hospital in charge gives it by itself. Otherwise that of the hospital in charge: the
/// other one sees neither link nor phone of the person, and cannot help.
fn phone(app: &App, record: &Record, service: Option<&BookingService>) -> String {
    if let Some(service) = service.filter(|service| service.clinic == record.hospital) {
        return service.rules().phone.clone();
    }
    app.phone_of(&record.hospital)
}

/// The paragraphs of the result letter, the nurse's own or the chosen one, and what must be said of the latter.
fn letter(app: &App, record: &Record) -> Result<(Vec<String>, String)> {
    if !record.letter_sealed.is_empty() {
        let own = app.reading(&record.id, "letter", &record.letter_sealed);
        let lines = own.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
        return Ok((lines, String::new()));
    }
    let library = app.library();
    let Some(letter) = library.letter(&record.letter) else {
        return Ok((Vec::new(), String::new()));
    };
    let mut notes = Vec::new();
    if !letter.reviewed {
        notes.push("还没有经过医院审核。");
    }
    if letter.unchecked {
        notes.push("待核对：有的内容还没有对照原文。");
    }
    Ok((letter.text.clone(), notes.concat()))
}

/// The questions of a follow-up with their answers, latest first.
pub async fn questions(app: &App, followup: &str) -> Result<Vec<Question>> {
    let rows = app.db.questions(followup).await?;
    rows.into_iter()
        .map(|row| {
            let answer = match row.answered {
                Some(_) => app.reading(&row.id, "answer", &row.answer_sealed),
                None => String::new(),
            };
            Ok(Question {
                text: app.reading(&row.id, "question", &row.text_sealed),
                id: row.id,
                asked: Moment(row.asked),
                answered: row.answered.map(Moment),
                answer,
            })
        })
        .collect()
}

/// The name of a service for the staff of a hospital, with the hospital that gives it when that is another one.
pub fn service_name(library: &Library, service: &BookingService, hospital: &str) -> String {
    match library.clinic(&service.clinic).filter(|clinic| clinic.card.id.as_str() != hospital) {
        Some(elsewhere) => format!("{}（{}）", service.name, elsewhere.card.name),
        None => service.name.clone(),
    }
}

/// The names of services; an id that is no longer known stands for itself.
pub fn service_names(app: &App, ids: &[String]) -> Vec<String> {
    let library = app.library();
    ids.iter()
        .map(|id| library.booking_service(id).map_or_else(|| id.clone(), |service| service.name.clone()))
        .collect()
}

/// The department that gives the first of these services; empty when it is no longer known.
fn department(app: &App, ids: &[String]) -> String {
    let library = app.library();
    let service = ids.iter().find_map(|id| library.booking_service(id));
    service.map(|service| service.department.clone()).unwrap_or_default()
}

/// What a patient wants to do with her appointment.
#[derive(Clone, Debug)]
pub struct Wish<'a> {
    /// What to do.
    pub action: Action,
    /// The slot, for holding and booking.
    pub slot: Option<&'a str>,
    /// The prerequisites she says she meets.
    pub agreed: &'a [String],
    /// Why, from a list; empty when she does not say.
    pub reason: &'a str,
    /// The key of the request.
    pub key: IdempotencyKey,
}

/// Holds, confirms, books, moves, lets go or cancels for an identified patient.
pub async fn change(app: &App, token: &Token, visitor: &Visitor, wish: Wish<'_>) -> Result<Receipt> {
    let (record, session) = acting(app, token, visitor, wish.action.deed()).await?;
    let slot = match wish.slot {
        Some(text) => Some(SlotId::parse(text).ok_or_else(|| Failure::field("times", A_SLOT))?),
        None => None,
    };
    let said_no = wish.action == Action::Release
        && record.held.is_some()
        && matches!(kept(app, &record).await?, (Kept::Offered, _));
    let rules = binding(app, &record, wish.agreed);
    let change = Change {
        followup: record.id.clone(),
        action: wish.action,
        slot,
        appointment: None,
        party: session.party(wish.action.deed())?,
        who: session.who(),
        detail: wish.reason.to_owned(),
        said: String::new(),
        until: None,
        rules,
        key: wish.key,
        now: app.now(),
    };
    let receipt = writes(app, &record, &session, app.db.change(&change)).await??;
    if said_no {
        // Whoever does not want what they have waited for has said so; letting go of a time of one's own choice is no such
        // word.
        writes(app, &record, &session, app.db.unwait(&record.id, &session.who(), app.now())).await?;
    }
    if matches!(receipt.done, Done::Moved | Done::Cancelled | Done::Released) {
        // Whoever waits should not wait for the next round of the clock. What goes wrong there is not hers: the rounds go on.
        if let Err(failure) = offer_places(app).await {
            tracing::error!(request = request_id(), cause = failure.cause, "offering a place that became free");
        }
    }
    Ok(receipt)
}

/// Ends the holds and offers whose time is over; gives how many.
pub async fn release_lapsed(app: &App) -> Result<usize> {
    let lapsed = app.db.lapsed_holds(app.now(), MOST_WAITING).await?;
    for followup in &lapsed {
        apart("giving a place back", followup, release(app, followup).await)?;
    }
    Ok(lapsed.len())
}

/// Gives back what is kept for somebody, if its time is over.
pub async fn release(app: &App, followup: &str) -> Result<()> {
    // A confirmation at this very moment wins: then nothing is held any more and this is refused.
    let _ = app
        .db
        .change(&Change {
            followup: followup.to_owned(),
            action: Action::Expire,
            slot: None,
            appointment: None,
            party: Party::Clock,
            who: "clock".to_owned(),
            detail: String::new(),
            said: String::new(),
            until: None,
            rules: Rules::Aside(None),
            key: secrets::fresh_key(),
            now: app.now(),
        })
        .await?;
    Ok(())
}

/// What came of the clock's work on one follow-up. What went wrong with this one alone is told to the log and stops
/// nobody else's; when the database is out of reach the whole round ends.
fn apart<T>(what: &'static str, followup: &str, done: Result<T>) -> Result<Option<T>> {
    match done {
        Ok(done) => Ok(Some(done)),
        Err(failure) if failure.code == Code::Unavailable => Err(failure),
        Err(failure) => {
            tracing::error!(round = request_id(), followup, what, cause = failure.cause, "left out of a round");
            Ok(None)
        }
    }
}

/// Puts a follow-up on the waiting list for a time that is earlier than her own and than any that is free now: the
/// free ones she has seen and does not want. Refused when no such time can come.
pub async fn wait(app: &App, record: &Record, session: &Session) -> Result<()> {
    let Some(step) = &record.step else { return Err(Code::NoStep.into()) };
    let choice = choice(app, record, step).await?;
    let first = first_free(app, &choice, record).await?;
    let before = waits_before(app, record, step, first.as_ref())?;
    writes(app, record, session, app.db.wait(&record.id, before, &session.who(), app.now())).await??;
    Ok(())
}

/// Keeps free places for the first of those who wait, the longest waiting first; gives how many were offered.
pub async fn offer_places(app: &App) -> Result<usize> {
    let (offered, _) = offer_after(app, (i64::MIN, ""), &mut Free::new()).await?;
    Ok(offered)
}

/// The same for all who wait: for the clock, so that nobody stands for ever behind others for whom nothing is free.
pub async fn offer_to_all(app: &App) -> Result<usize> {
    let mut free = Free::new();
    let (mut offered, mut last) = offer_after(app, (i64::MIN, ""), &mut free).await?;
    while let Some((since, followup)) = last {
        let (more, next) = offer_after(app, (since, &followup), &mut free).await?;
        offered += more;
        last = next;
    }
    Ok(offered)
}

/// The free slots of services from a day on. Many wait for the same: what is free there is read once a round.
type Free = HashMap<(Vec<String>, i64), Vec<Slot>>;

/// As much of these spans as may be offered now: what may still be taken when an offer that is made now ends.
fn lasting(app: &App, spans: Vec<Span>, due_from: CivilDate) -> Vec<Span> {
    let ends = offer_until(app.now());
    let spans = spans.into_iter().map(|span| {
        let from = rules_of(app, &span.service).open(due_from, ends).start;
        Span { from: from.max(span.from), ..span }
    });
    spans.filter(|span| span.from < span.until).collect()
}

/// A moment at which somebody is awake, at the latest this one.
fn awake_by(moment: Moment) -> Moment {
    let date = moment.date();
    match moment.minute_of_day() {
        minute if minute >= AWAKE.end => Moment::at(date, OFFER_EVENING),
        minute if minute < AWAKE.start => Moment::at(date.plus_days(-1), OFFER_EVENING),
        _ => moment,
    }
}

/// Offers to those who stand on the list after this place; gives how many, and where the list goes on.
async fn offer_after(app: &App, after: (i64, &str), free: &mut Free) -> Result<(usize, Option<(i64, String)>)> {
    let now = app.now();
    let (waiting, last) = app.db.waiting_list(after, MOST_WAITING).await?;
    let mut offered = 0;
    for waiter in waiting {
        let done = offer_to(app, &waiter, free, now).await;
        offered += usize::from(apart("offering a place", &waiter.followup, done)? == Some(Offered::Yes));
    }
    Ok((offered, last))
}

/// Whether somebody who waits was offered a place.
#[derive(PartialEq, Eq)]
enum Offered {
    Yes,
    No,
}

/// Whether somebody who is not in yet gets in by the link: a lock leaves in only those who are.
fn leads_in(app: &App, record: &Record) -> bool {
    open(app, record).is_ok() && !record.shut()
}

async fn offer_to(app: &App, waiter: &Waiter, free: &mut Free, now: Moment) -> Result<Offered> {
    let slots = match free.entry((waiter.services.clone(), waiter.due_from.days())) {
        Entry::Occupied(read) => read.into_mut(),
        Entry::Vacant(unread) => {
            let open = open_spans(app, &waiter.services, waiter.due_from);
            let spans = lasting(app, open, waiter.due_from);
            let slots = app.db.free_slots(&spans, Some(MOST_FREE), now).await?;
            unread.insert(slots)
        }
    };
    let wanted = |slot: &Slot, before: Moment| slot.free > 0 && slot.starts < before;
    if !slots.iter().any(|slot| wanted(slot, waiter.before)) {
        return Ok(Offered::No);
    }
    let Some(record) = app.db.followup(&waiter.followup).await? else { return Ok(Offered::No) };
    let until = offer_until(now);
    // Nothing is kept for somebody who cannot open the link to take it.
    if !leads_in(app, &record) || record.link_until < until {
        return Ok(Offered::No);
    }
    // Since she began to wait she may have taken an earlier time herself.
    let before = record.firm().map_or(waiter.before, |firm| firm.slot.starts.min(waiter.before));
    // What she has let go, or let lapse, is for the others.
    let seen = app.db.kept_since(&record.id, waiter.since).await?;
    let fresh = |slot: &Slot| !seen.iter().any(|seen| seen == slot.id.as_str());
    while let Some(slot) = slots.iter_mut().find(|slot| wanted(slot, before) && fresh(slot)) {
        let offer = Change {
            followup: record.id.clone(),
            action: Action::Hold,
            slot: Some(slot.id.clone()),
            appointment: None,
            party: Party::Clock,
            who: "clock".to_owned(),
            detail: "offer".to_owned(),
            said: String::new(),
            until: Some(until),
            rules: binding(app, &record, &[]),
            key: secrets::fresh_key(),
            now,
        };
        match app.db.change(&offer).await? {
            Ok(_) => {
                slot.free -= 1;
                return Ok(Offered::Yes);
            }
            // Somebody was quicker; the next one may still be had.
            Err(Code::SlotTaken | Code::SlotClosed) => slot.free = 0,
            Err(_) => break,
        }
    }
    Ok(Offered::No)
}

/// Tells everybody who is left in a closed clinic: the appointment is cancelled for the clinic, and the earliest other
/// place is kept until the evening of the next day. Gives how many were told. Any server may do this at any time: what
/// one has begun and not finished another goes on with.
pub async fn clear_closed(app: &App) -> Result<usize> {
    let now = app.now();
    let left = app.db.left_in_closed(now, MOST_WAITING).await?;
    for one in &left {
        apart("telling of a closed clinic", &one.followup, clear(app, one, now).await)?;
    }
    Ok(left.len())
}

/// Cancels an appointment in a closed slot and keeps another time for the same service, where one is free: never for another
/// of the step's, which is prepared for in another way and was not chosen.
async fn clear(app: &App, Left { followup, appointment, service, state }: &Left, now: Moment) -> Result<()> {
    let by_clock = |action: Action, detail: &str| Change {
        followup: followup.clone(),
        action,
        slot: None,
        appointment: Some(appointment.clone()),
        party: Party::Clock,
        who: "clock".to_owned(),
        detail: detail.to_owned(),
        said: String::new(),
        until: None,
        rules: Rules::Aside(None),
        key: secrets::fresh_key(),
        now,
    };
    // Somebody who has cancelled or moved in this very moment needs nothing any more.
    // A place that was only kept is let go: it must not hide the day of the appointment that was cancelled before it.
    let kept = State::parse(state) == Some(State::Held);
    let ends = if kept { Action::Release } else { Action::CancelForClinic };
    if app.db.change(&by_clock(ends, "closed")).await?.is_err() {
        return Ok(());
    }
    let Some(record) = app.db.followup(followup).await? else { return Ok(()) };
    if record.firm().is_some() || record.held.is_some() {
        return Ok(());
    }
    let Some(step) = record.step.as_ref().filter(|_| leads_in(app, &record)) else { return Ok(()) };
    if !step.services.contains(service) {
        return Ok(());
    }
    let step = OpenStep { services: vec![service.clone()], ..step.clone() };
    let choice = choice(app, &record, &step).await?;
    let mut slots = Vec::new();
    for spans in [choice.spans, open_spans(app, &step.services, step.due_from)] {
        if slots.is_empty() {
            let spans = lasting(app, spans, step.due_from);
            slots = app.db.free_slots(&spans, Some(MOST_FREE), now).await?;
        }
    }
    let evening = Moment::at(now.date().plus_days(1), OFFER_EVENING);
    let kept = slots.into_iter().filter_map(|slot| {
        let last = rules_of(app, &slot.service).last_change(slot.starts).min(record.link_until);
        let until = awake_by(evening.min(last));
        (until >= offer_until(now)).then_some((slot, until))
    });
    for (slot, until) in kept.take(OFFER_TRIES) {
        let offer = Change {
            slot: Some(slot.id),
            appointment: None,
            until: Some(until),
            rules: binding(app, &record, &[]),
            ..by_clock(Action::Hold, "replacement")
        };
        if app.db.change(&offer).await?.is_ok() {
            break;
        }
    }
    Ok(())
}
