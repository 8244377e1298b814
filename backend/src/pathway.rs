//! What a follow-up link shows and does, whoever asks: pages, forms and JSON all come through here.

use crate::app::App;
use crate::content::{BookingService, Library};
use crate::db::appointments::Change;
use crate::db::followups::Record;
use crate::db::log::{self, Object};
use crate::db::people::Waiter;
use crate::db::staff::Password;
use crate::failures::{Failure, Result};
use crate::routes::frame::request_id;
use crate::secrets;
use crate::visitor::Visitor;
use std::collections::hash_map::{Entry, HashMap};
use zaoshai_contract::appointments::{Action, Done, Receipt, State};
use zaoshai_contract::civil::Moment;
use zaoshai_contract::followups::{Appointment, Ending, Helper, Place, Plan, Question, Step, Told, Waiting};
use zaoshai_contract::ids::{IdempotencyKey, SlotId, Slug, Token};
use zaoshai_contract::problem::{Code, Problem};
use zaoshai_contract::roles::{Deed, Party};
use zaoshai_contract::route::{FollowUpView, Lang, Route};
use zaoshai_contract::schedules::Refused;
use zaoshai_contract::slots::{Slot, by_day};
use zaoshai_contract::staff::Staff;

/// How far ahead times are offered when the due window has none: 60 days.
const AHEAD_MS: i64 = 60 * 86_400_000;
/// Most times on one page.
const MOST_SLOTS: u32 = 60;
/// How long a place from the waiting list is kept: 2 hours.
const OFFER_MS: i64 = 2 * 3_600_000;
/// The minute of the next day until which a place is kept for somebody whose clinic was cancelled: 20:00.
const OFFER_EVENING: u16 = 20 * 60;
/// How many places are tried for somebody whose clinic was cancelled, when others are quicker.
const OFFER_TRIES: usize = 5;
/// How long after the beginning of a due window a place is looked for: its longest, two years.
const WAITED_FOR_MS: i64 = 730 * 86_400_000;
/// Most who wait that are looked at in one go.
const MOST_WAITING: u32 = 200;
/// Most free slots of a service that are looked at for them.
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
    } else if record.link_until <= app.now() {
        Err(Code::LinkExpired)
    } else {
        Ok(())
    }
}

/// The session of a visitor, if they have one for this follow-up.
pub async fn session(app: &App, record: &Record, visitor: &Visitor) -> Result<Option<Session>> {
    let Some(secret) = &visitor.patient else { return Ok(None) };
    let hash = secrets::hash(secret);
    let open = app.db.patient_session(&record.id, &hash, app.now()).await?;
    Ok(open.map(|helper| Session { hash, helper, staff: None }))
}

/// The follow-up of a link and the session in which it may be read.
pub async fn entered(app: &App, token: &Token, visitor: &Visitor) -> Result<(Record, Session)> {
    let record = find(app, token).await?;
    open(app, &record)?;
    match session(app, &record, visitor).await? {
        Some(session) => Ok((record, session)),
        None if record.locked() => Err(Code::LinkLocked.into()),
        None => Err(Code::IdentifyFirst.into()),
    }
}

/// The same to change it. In a browser in which staff are signed in it is they who act, by their rights and under their
/// name, and only where their hospital is in charge; everybody else is the patient or a relative.
pub async fn acting(app: &App, token: &Token, visitor: &Visitor, deed: Deed) -> Result<(Record, Session)> {
    let (record, mut session) = entered(app, token, visitor).await?;
    session.staff = staff_here(app, visitor, &record.hospital).await?;
    session.party(deed)?;
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

/// Whether the rules of a slot's service let the patient take it now. Whether she agreed to what must be true is asked
/// for when she makes it certain, not before.
fn may_take(app: &App, slot: &Slot) -> Result<(), Code> {
    let library = app.library();
    let Some(service) = library.booking_service(&slot.service) else { return Ok(()) };
    match service.rules().may_take(slot.starts, app.now(), &[]) {
        Ok(()) | Err(Refused::MissingPrerequisites(_)) => Ok(()),
        Err(Refused::Past) => Err(Code::SlotPast),
        Err(Refused::TooLate { .. }) => Err(Code::TooLate),
        Err(Refused::TooFar { .. }) => Err(Code::TooEarly),
    }
}

/// Whether she agreed to everything that must be true for a slot's service.
fn agreed_to_all(app: &App, slot: &Slot, agreed: &[String]) -> bool {
    let library = app.library();
    library
        .booking_service(&slot.service)
        .is_none_or(|service| service.rules().ticked().all(|asked| agreed.contains(&asked.id)))
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

/// The free times for a follow-up's open step: those of its due window, or when there are none the later ones.
pub async fn free(app: &App, record: &Record) -> Result<(Vec<Slot>, bool)> {
    let Some(step) = &record.step else { return Ok((Vec::new(), false)) };
    let now = app.now();
    let from = now.max(Moment::at(step.due_from, 0));
    let until = Moment::at(step.due_to.plus_days(1), 0);
    let mut slots = app.db.free_slots(&step.services, (from, until), MOST_SLOTS, now).await?;
    let after = !slots.iter().any(|slot| may_take(app, slot).is_ok());
    if after {
        // The window is over or full: a later time is better than none.
        slots = app.db.free_slots(&step.services, (now, Moment(now.0 + AHEAD_MS)), MOST_SLOTS, now).await?;
    }
    if let Some(latest) = record.firm() {
        slots.retain(|slot| slot.id != latest.slot.id);
    }
    slots.retain(|slot| may_take(app, slot).is_ok());
    let late = after && !slots.is_empty();
    Ok((slots, late))
}

/// The plan of a follow-up, as much as its view needs.
pub async fn plan(
    app: &App,
    record: &Record,
    session: &Session,
    view: FollowUpView,
    (done, problem): (Option<Told>, Option<Problem>),
) -> Result<Plan> {
    let now = app.now();
    let open = |field: &str, sealed: &str| app.secrets.open(&record.id, field, sealed);
    let standing = record.standing(now);
    let shown = record
        .latest
        .as_ref()
        .filter(|latest| !matches!(latest.state, State::CancelledByPatient | State::CancelledByClinic));
    let held = record.held.as_ref().filter(|(slot, until)| *until > now && slot.starts > now);
    let first = held.is_none() && standing.lets_choose();
    let choosing = first || view == FollowUpView::Moving;
    let (slots, after_window) = if choosing { free(app, record).await? } else { (Vec::new(), false) };
    let helpers = app
        .db
        .helpers(&record.id)
        .await?
        .into_iter()
        .map(|row| {
            let name = app.secrets.open(&row.id, "helper", &row.name_sealed)?;
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
        name: open("name", &record.name_sealed)?,
        helper: helpers.iter().find(|helper| Some(&helper.id) == session.helper.as_ref()).cloned(),
        helpers,
        reason: open("reason", &record.reason_sealed)?,
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
            places(app, shown.chain(&slots))
        },
        days: by_day(slots),
        after_window,
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
    }
}

/// The phone to call about a slot.
pub fn phone_for(app: &App, record: &Record, slot: &Slot) -> String {
    phone(app, record, app.library().booking_service(&slot.service))
}

/// The phone of a service; without one that of the hospital that follows the person up, or else of the one in the header.
fn phone(app: &App, record: &Record, service: Option<&BookingService>) -> String {
    if let Some(service) = service {
        return service.rules().phone.clone();
    }
    app.phone_of(&record.hospital)
}

/// The paragraphs of the result letter, the nurse's own or the chosen one, and what must be said of the latter.
fn letter(app: &App, record: &Record) -> Result<(Vec<String>, String)> {
    if !record.letter_sealed.is_empty() {
        let own = app.secrets.open(&record.id, "letter", &record.letter_sealed)?;
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
                Some(_) => app.secrets.open(&row.id, "answer", &row.answer_sealed)?,
                None => String::new(),
            };
            Ok(Question {
                text: app.secrets.open(&row.id, "question", &row.text_sealed)?,
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
    // A repeat gets its first answer, also when the rules have changed their mind since.
    if !app.db.has_answered(&record.id, &wish.key).await? {
        rules_allow(app, &record, &wish, slot.as_ref()).await?;
    }
    let followup = record.id;
    let answer = app
        .db
        .change(&Change {
            followup: followup.clone(),
            action: wish.action,
            slot,
            appointment: None,
            party: session.party(wish.action.deed())?,
            who: session.who(),
            detail: wish.reason.to_owned(),
            until: None,
            key: wish.key,
            now: app.now(),
        })
        .await?;
    let receipt = answer?;
    if wish.action == Action::Release {
        // Otherwise the same place would be offered again at once.
        app.db.unwait(&followup, &session.who(), app.now()).await?;
    }
    if matches!(receipt.done, Done::Moved | Done::Cancelled | Done::Released) {
        // Whoever waits should not wait for the next round of the clock. What goes wrong there is not hers: the rounds go on.
        if let Err(failure) = offer_places(app).await {
            tracing::error!(request = request_id(), cause = failure.cause, "offering a place that became free");
        }
    }
    Ok(receipt)
}

/// Refuses what the rules of the service leave to a call.
async fn rules_allow(app: &App, record: &Record, wish: &Wish<'_>, slot: Option<&SlotId>) -> Result<()> {
    let leaves = matches!(wish.action, Action::Hold | Action::Book | Action::Confirm | Action::Cancel);
    if leaves
        && let Some(firm) = record.firm()
        && firm.state == State::Booked
        && firm.slot.starts > app.now()
        && last_change(app, &firm.slot) < app.now()
    {
        return Err(Code::TooLate.into());
    }
    let wanted = match (wish.action, slot) {
        (Action::Hold | Action::Book, Some(id)) => app.db.slot(id).await?,
        (Action::Confirm, _) => record.held.as_ref().map(|(slot, _)| slot.clone()),
        _ => None,
    };
    // What is not hers to book at all is told by the database.
    let step = record.step.as_ref();
    let hers = |slot: &Slot| step.is_some_and(|step| step.services.contains(&slot.service));
    let Some(wanted) = wanted.filter(hers) else { return Ok(()) };
    if wish.action != Action::Confirm {
        may_take(app, &wanted)?;
    }
    if wish.action != Action::Hold && !agreed_to_all(app, &wanted, wish.agreed) {
        return Err(Code::NotAgreed.into());
    }
    Ok(())
}

/// Ends the holds and offers whose time is over; gives how many.
pub async fn release_lapsed(app: &App) -> Result<usize> {
    let lapsed = app.db.lapsed_holds(app.now(), MOST_WAITING).await?;
    for followup in &lapsed {
        apart("giving a place back", followup, release(app, followup).await)?;
    }
    Ok(lapsed.len())
}

async fn release(app: &App, followup: &str) -> Result<()> {
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
            until: None,
            key: secrets::fresh_key(),
            now: app.now(),
        })
        .await?;
    // Who does not take an offer in its time would otherwise keep it from the others for ever.
    app.db.unwait(followup, "clock", app.now()).await?;
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
/// free ones she has seen and does not want.
pub async fn wait(app: &App, record: &Record, session: &Session) -> Result<()> {
    if record.step.is_none() {
        return Err(Code::NoStep.into());
    }
    let (slots, _) = free(app, record).await?;
    let now = app.now();
    let own = record.firm().map(|latest| latest.slot.starts);
    let before = slots.first().map(|slot| slot.starts).into_iter().chain(own).min();
    app.db.wait(&record.id, before.unwrap_or(Moment(now.0 + AHEAD_MS)), &session.who(), now).await?;
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

async fn offer_to(app: &App, waiter: &Waiter, free: &mut Free, now: Moment) -> Result<Offered> {
    let from = now.max(Moment::at(waiter.due_from, 0));
    let until = Moment(from.0 + WAITED_FOR_MS);
    let slots = match free.entry((waiter.services.clone(), from.0)) {
        Entry::Occupied(read) => read.into_mut(),
        Entry::Vacant(unread) => {
            let slots = app.db.free_slots(&unread.key().0, (from, until), MOST_FREE, now).await?;
            unread.insert(slots)
        }
    };
    // A place that leaves no time to prepare is not offered either.
    let wanted = |slot: &Slot, before: Moment| slot.free > 0 && slot.starts < before && may_take(app, slot).is_ok();
    if !slots.iter().any(|slot| wanted(slot, waiter.before)) {
        return Ok(Offered::No);
    }
    let Some(record) = app.db.followup(&waiter.followup).await? else { return Ok(Offered::No) };
    // Since she began to wait she may have taken an earlier time herself.
    let before = record.firm().map_or(waiter.before, |firm| firm.slot.starts.min(waiter.before));
    let Some(slot) = slots.iter_mut().find(|slot| wanted(slot, before)) else { return Ok(Offered::No) };
    let answer = app
        .db
        .change(&Change {
            followup: record.id.clone(),
            action: Action::Hold,
            slot: Some(slot.id.clone()),
            appointment: None,
            party: Party::Clock,
            who: "clock".to_owned(),
            detail: "offer".to_owned(),
            until: Some(Moment(now.0 + OFFER_MS)),
            key: secrets::fresh_key(),
            now,
        })
        .await?;
    match answer {
        Ok(_) => {
            slot.free -= 1;
            return Ok(Offered::Yes);
        }
        // Somebody was quicker.
        Err(Code::SlotTaken | Code::SlotClosed) => slot.free = 0,
        Err(_) => {}
    }
    Ok(Offered::No)
}

/// Tells everybody who is left in a closed clinic: the appointment is cancelled for the clinic, and the earliest other
/// place is kept until the evening of the next day. Gives how many were told. Any server may do this at any time: what
/// one has begun and not finished another goes on with.
pub async fn clear_closed(app: &App) -> Result<usize> {
    let now = app.now();
    let left = app.db.left_in_closed(now, MOST_WAITING).await?;
    for (followup, appointment) in &left {
        apart("telling of a closed clinic", followup, clear(app, followup, appointment, now).await)?;
    }
    Ok(left.len())
}

async fn clear(app: &App, followup: &str, appointment: &str, now: Moment) -> Result<()> {
    let by_clock = |action: Action, detail: &str| Change {
        followup: followup.to_owned(),
        action,
        slot: None,
        appointment: Some(appointment.to_owned()),
        party: Party::Clock,
        who: "clock".to_owned(),
        detail: detail.to_owned(),
        until: None,
        key: secrets::fresh_key(),
        now,
    };
    // Somebody who has cancelled or moved in this very moment needs nothing any more.
    if app.db.change(&by_clock(Action::CancelForClinic, "closed")).await?.is_err() {
        return Ok(());
    }
    let Some(record) = app.db.followup(followup).await? else { return Ok(()) };
    if record.firm().is_some() || record.held.is_some() {
        return Ok(());
    }
    let (slots, _) = free(app, &record).await?;
    let until = Moment::at(now.date().plus_days(1), OFFER_EVENING);
    for slot in slots.into_iter().take(OFFER_TRIES) {
        let offer = Change {
            slot: Some(slot.id),
            appointment: None,
            until: Some(until),
            ..by_clock(Action::Hold, "replacement")
        };
        if app.db.change(&offer).await?.is_ok() {
            break;
        }
    }
    Ok(())
}
