//! The one way in which slots come into being: weekly times, days that differ, confirmed visits and the calendar of
//! holidays become stored slots, each service as far ahead as it can be booked. Nothing is decided twice: the same
//! timetable and the same slots give nothing to do, on any server.

use crate::app::App;
use crate::content::{BookingService, Library};
use crate::db;
use crate::db::schedules::{At, BY_TIMETABLE, Change, Standing, Step, Stored, Timetable};
use crate::db::slots::NewSlot;
use crate::failures::{Failure, Result};
use crate::routes::frame::request_id;
use crate::{pathway, secrets};
use std::collections::{BTreeSet, HashMap, HashSet};
use zaoshai_contract::civil::{CivilDate, Moment};
use zaoshai_contract::holidays::{DayKind, Holidays};
use zaoshai_contract::ids::SlotId;
use zaoshai_contract::schedules::{Conflict, DayRule, PlannedSlot, Template, VisitState, conflicts, plan};
use zaoshai_contract::staff::Staff;
use zaoshai_contract::staff::schedules::Preview;

/// What becomes of people in slots that are no longer wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum People {
    /// They keep their slots, which take nobody else.
    Stay,
    /// Their slots are closed, and they are offered others.
    Move,
}

/// What the calendar says of a day.
pub fn day_rule(holidays: &Holidays, date: CivilDate) -> DayRule {
    match holidays.kind(date) {
        DayKind::Holiday => DayRule::Off(holidays.name(date).unwrap_or_default().to_owned()),
        DayKind::MakeUp | DayKind::Weekend | DayKind::Workday => DayRule::Works(holidays.follows(date)),
    }
}

/// The services that a hospital gives.
pub fn services<'a>(library: &'a Library, hospital: &str) -> Vec<&'a BookingService> {
    library.booking.iter().filter(|service| service.clinic == hospital).collect()
}

/// The slots that a timetable wants from now on, each service as far ahead as it can be booked.
pub fn wanted(library: &Library, At { hospital, now }: At<'_>, timetable: &Timetable) -> Vec<PlannedSlot> {
    let services = services(library, hospital);
    let today = now.date();
    let last = services.iter().map(|service| last_day(service, today)).max().unwrap_or(today);
    let day = |date| day_rule(&library.holidays, date);
    let mut slots = plan(&timetable.templates, &timetable.exceptions, &timetable.visits, &day, today, last);
    slots.retain(|slot| {
        let service = services.iter().find(|service| service.id == slot.service);
        slot.starts > now && service.is_some_and(|service| slot.starts.date() <= last_day(service, today))
    });
    slots
}

/// The last day for which a service's slots are made.
fn last_day(service: &BookingService, today: CivilDate) -> CivilDate {
    today.plus_days(i64::from(service.rules().window_days))
}

/// What is to be done so that the stored slots become the wanted ones.
///
/// A slot that the timetable did not make is only touched when the timetable wants it; one that a closing (停诊) closed
/// stays closed; one that begins after its service can be booked is left for later. Whoever is in a slot with a visiting
/// expert has chosen the expert: without her, it is not the slot that is wanted.
pub fn steps(
    library: &Library,
    at: At<'_>,
    timetable: &Timetable,
    (stored, standing): (&[Stored], &[Standing]),
    people: People,
) -> Vec<Step> {
    let wanted = wanted(library, at, timetable);
    let known: HashMap<(&str, &str, i64), &Stored> =
        stored.iter().map(|slot| ((slot.service.as_str(), slot.room.as_str(), slot.starts), slot)).collect();
    let ids: HashSet<&str> = stored.iter().map(|slot| slot.id.as_str()).collect();
    let mut kept = HashSet::new();
    let mut steps = Vec::new();
    for slot in &wanted {
        let closed = standing.iter().find(|closing| covers(closing, slot)).map(|closing| closing.id.clone());
        let Some(there) = known.get(&(slot.service.as_str(), slot.room.as_str(), slot.starts.0)) else {
            if let Some(slot) = new_slot(library, at.hospital, slot, &ids) {
                steps.push(Step::Make { slot, closure: closed });
            }
            continue;
        };
        let expert = slot.expert.clone().unwrap_or_default();
        if there.taken > 0 && !there.expert.is_empty() && there.expert != expert {
            continue;
        }
        kept.insert(there.id.as_str());
        let closure = there.closure.clone().filter(|closure| closure != BY_TIMETABLE).or(closed);
        let same = there.minutes == i64::from(slot.minutes)
            && there.capacity == i64::from(slot.capacity).max(there.taken)
            && there.expert == expert
            && there.closure == closure
            && there.timetable == 1
            && there.unwanted == 0;
        if !same {
            let (minutes, capacity) = (slot.minutes, slot.capacity);
            steps.push(Step::Set { id: there.id.clone(), minutes, capacity, expert, closure });
        }
    }
    let services = services(library, at.hospital);
    let unwanted = stored.iter().filter(|slot| {
        let service = services.iter().find(|service| service.id == slot.service);
        slot.timetable == 1
            && slot.closure.is_none()
            && !kept.contains(slot.id.as_str())
            && service.is_some_and(|service| Moment(slot.starts).date() <= last_day(service, at.now.date()))
    });
    steps.extend(unwanted.map(|slot| {
        let id = slot.id.clone();
        match people {
            _ if slot.taken == 0 => Step::CloseEmpty { id },
            People::Stay => Step::Keep { id, people: slot.taken },
            People::Move => Step::CloseWith { id, people: slot.taken },
        }
    }));
    // In the order of their ids, as those who book lock them.
    steps.sort_by(|one, other| one.slot().cmp(other.slot()));
    steps
}

impl Step {
    fn slot(&self) -> &str {
        match self {
            Self::Make { slot, .. } => slot.id.as_str(),
            Self::Set { id, .. } | Self::CloseEmpty { id } | Self::CloseWith { id, .. } | Self::Keep { id, .. } => id,
        }
    }
}

fn covers(closing: &Standing, slot: &PlannedSlot) -> bool {
    closing.service.as_ref().is_none_or(|service| *service == slot.service)
        && (closing.first..closing.last).contains(&slot.starts.0)
}

/// The slot as it is stored. Its id tells service, day and time; in another room than the usual one it also needs the
/// room.
fn new_slot(library: &Library, hospital: &str, slot: &PlannedSlot, taken: &HashSet<&str>) -> Option<NewSlot> {
    let minute = slot.starts.minute_of_day();
    let plain = format!("{}-{}-{:02}{:02}", slot.service, slot.starts.date(), minute / 60, minute % 60);
    let usual = library.booking_service(&slot.service).is_some_and(|service| service.room == slot.room);
    let id = if usual && !taken.contains(plain.as_str()) {
        plain
    } else {
        format!("{plain}-{}", &secrets::hash(&slot.room)[..8])
    };
    Some(NewSlot {
        id: SlotId::parse(&id)?,
        clinic: hospital.to_owned(),
        service: slot.service.clone(),
        room: slot.room.clone(),
        expert: slot.expert.clone().unwrap_or_default(),
        starts: slot.starts,
        minutes: slot.minutes,
        capacity: slot.capacity,
    })
}

/// Brings the slots of every hospital up to its timetable; nobody has to move. Gives how many were made or changed. What
/// goes wrong at one hospital is given when all others are done.
pub async fn refresh(app: &App) -> Result<u64> {
    let library = app.library();
    let hospitals: BTreeSet<&str> = library.booking.iter().map(|service| service.clinic.as_str()).collect();
    let mut changed = 0;
    let mut failed = None;
    for hospital in hospitals {
        match carry_out(app, At { hospital, now: app.now() }, None, (People::Stay, 0)).await {
            Ok(slots) => changed += slots,
            Err(error) => {
                let failure = Failure::from(error);
                let round = request_id();
                tracing::error!(round, hospital, cause = failure.cause, "this hospital's slots stay as they are");
                failed.get_or_insert(failure);
            }
        }
    }
    failed.map_or(Ok(changed), Err)
}

/// Writes a change and does what follows from it for the slots, in one transaction. Gives how many slots were made or
/// changed. Nothing is done when more people would have to move than whoever said yes has seen.
pub async fn carry_out(
    app: &App,
    at: At<'_>,
    change: Option<(&Change, &Staff)>,
    (people, seen): (People, i64),
) -> Result<u64, db::Error> {
    let library = app.library();
    let decide = |timetable: &Timetable, stored: &[Stored], standing: &[Standing]| {
        let steps = steps(&library, at, timetable, (stored, standing), people);
        let moved: i64 = moved(&steps).sum();
        if moved > seen { Err(db::Error::MoreThanAsked) } else { Ok(steps) }
    };
    let changed = app.db.reschedule(at, change, &decide).await?;
    if people == People::Move {
        // It is done. The rounds of any server go on with those who are left when this one stops here, and a slot whose
        // expert does not come may be free for others then.
        let rest = async || -> Result<()> {
            pathway::clear_closed(app).await?;
            app.db.reschedule(at, None, &staying(&library, at)).await?;
            Ok(())
        };
        if let Err(failure) = rest().await {
            tracing::error!(request = request_id(), cause = failure.cause, "left to the rounds of the clock");
        }
    }
    Ok(changed)
}

/// What follows from a timetable while nobody has to move.
fn staying<'a>(
    library: &'a Library,
    at: At<'a>,
) -> impl Fn(&Timetable, &[Stored], &[Standing]) -> db::Result<Vec<Step>> + Sync + 'a {
    move |timetable, stored, standing| Ok(steps(library, at, timetable, (stored, standing), People::Stay))
}

/// The people of each slot that is closed with somebody in it.
fn moved(steps: &[Step]) -> impl Iterator<Item = i64> + '_ {
    steps.iter().filter_map(|step| match step {
        Step::CloseWith { people, .. } => Some(*people),
        _ => None,
    })
}

/// Takes a closing back and brings the slots up to the timetable, in one transaction: days that it keeps closed stay
/// closed. Gives false when the hospital has no such closing that stands.
pub async fn undo_closing(app: &App, staff: &Staff, id: &str) -> Result<bool> {
    let library = app.library();
    let at = At { hospital: &staff.hospital, now: app.now() };
    Ok(app.db.undo_closure(staff, id, at.now, &staying(&library, at)).await?)
}

/// What a change would do to people, and which rooms it would fill twice. Changes nothing.
pub async fn preview(app: &App, at: At<'_>, change: Option<&Change>) -> Result<Preview> {
    let library = app.library();
    let mut timetable = app.db.timetable(at).await?;
    let conflicts = change.map(|change| new_conflicts(&library.holidays, &timetable, change)).unwrap_or_default();
    if let Some(change) = change {
        apply(&mut timetable, change, at.now);
    }
    let (stored, standing) = app.db.slots_to_come(at).await?;
    let steps = steps(&library, at, &timetable, (&stored, &standing), People::Move);
    let moved: Vec<i64> = moved(&steps).collect();
    let empty = steps.iter().filter(|step| matches!(step, Step::CloseEmpty { .. })).count();
    Ok(Preview {
        conflicts: conflicts.iter().map(ToString::to_string).collect(),
        slots: moved.len(),
        people: moved.iter().sum(),
        empty,
    })
}

/// What a change adds to a timetable that gets into the way of what is there.
fn new_conflicts(holidays: &Holidays, timetable: &Timetable, change: &Change) -> Vec<Conflict> {
    let added = match change {
        Change::AddTemplates(templates) => templates.clone(),
        // A visit needs its room on one day as a weekly time would.
        Change::AddVisit(visit) => vec![Template {
            id: visit.id.clone(),
            service: visit.service.clone(),
            room: visit.room.clone(),
            weekday: holidays.follows(visit.date),
            from: visit.from,
            until: visit.until,
            every: visit.every,
            minutes: visit.minutes,
            capacity: visit.capacity,
            valid_from: visit.date,
            valid_to: Some(visit.date),
        }],
        _ => return Vec::new(),
    };
    let ids: HashSet<String> = added.iter().map(|template| template.id.clone()).collect();
    let all: Vec<Template> = timetable.templates.iter().cloned().chain(added).collect();
    let mut found = conflicts(&all);
    found.retain(|conflict| ids.contains(&conflict.one) || ids.contains(&conflict.other));
    found
}

/// The timetable as it would be after a change.
fn apply(timetable: &mut Timetable, change: &Change, now: Moment) {
    match change {
        Change::AddTemplates(templates) => timetable.templates.extend(templates.iter().cloned()),
        Change::EndTemplate { id, last } => {
            for template in timetable.templates.iter_mut().filter(|template| template.id == *id) {
                template.valid_to = Some(*last);
            }
        }
        Change::AddException(exception) => timetable.exceptions.push(exception.clone()),
        Change::CancelException { id } => timetable.exceptions.retain(|exception| exception.id != *id),
        Change::AddVisit(visit) => timetable.visits.push(visit.clone()),
        Change::ConfirmVisit { id } => set_visit(timetable, id, &VisitState::Confirmed { by: String::new(), at: now }),
        Change::CancelVisit { id, reason } => {
            let state = VisitState::Cancelled { by: String::new(), at: now, reason: reason.clone() };
            set_visit(timetable, id, &state);
        }
    }
}

fn set_visit(timetable: &mut Timetable, id: &str, state: &VisitState) {
    for visit in timetable.visits.iter_mut().filter(|visit| visit.id == id) {
        visit.state = state.clone();
    }
}
