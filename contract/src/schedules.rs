//! Schedules: what repeats every week, what differs on some days and who visits, turned into the slots of a span of
//! days; and until when a patient may take or leave a slot.
//! The calendar of holidays and the clock are handed in; nothing is stored here and nobody's rights are checked.

mod booking;
mod validation;

pub use booking::{Ask, BookingRules, Prerequisite, Refused};
pub use validation::{Conflict, conflicts, read_time, write_time};

use crate::civil::{CivilDate, Moment, Weekday};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// The most days that one exception may cover, and that one call of [`plan`] should be asked for.
pub const MOST_DAYS: i64 = 366;

/// Times of one service in one room that repeat every week.
///
/// Slots begin at `from`, `from + every` and so on, as long as they begin before `until`. The last one may end after
/// `until`: a clinic that takes its last patient before 11:30 sees her to the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Template {
    /// Its id.
    pub id: String,
    /// The service's id.
    pub service: String,
    /// Where, like 门诊 CT 室.
    pub room: String,
    /// On which day of the week.
    pub weekday: Weekday,
    /// First start, minutes after midnight.
    pub from: u16,
    /// No start at or after this, minutes after midnight.
    pub until: u16,
    /// Minutes between starts.
    pub every: u16,
    /// How long one slot takes, minutes.
    pub minutes: u16,
    /// Places in each slot.
    pub capacity: u16,
    /// The first day on which it applies.
    pub valid_from: CivilDate,
    /// The last day on which it applies; without one it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<CivilDate>,
}

/// What an exception does on its days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum ExceptionKind {
    /// Nothing takes place where it reaches: neither weekly times nor extra ones nor visits.
    Closed,
    /// More times of its service, on holidays too.
    Extra {
        /// First start, minutes after midnight.
        from: u16,
        /// No start at or after this, minutes after midnight.
        until: u16,
        /// Minutes between starts.
        every: u16,
        /// How long one slot takes, minutes.
        minutes: u16,
        /// Places in each slot.
        capacity: u16,
        /// Where the extra times take place.
        room: String,
    },
}

/// Days that differ from the weekly times.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Exception {
    /// Its id.
    pub id: String,
    /// The service it reaches; none means the whole hospital, which only a closing can mean.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// The room that a closing reaches; none means all rooms. Extra times have a room of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<String>,
    /// Its first day.
    pub first: CivilDate,
    /// Its last day.
    pub last: CivilDate,
    /// What it does.
    pub kind: ExceptionKind,
    /// Why, in words that patients may read.
    pub reason: String,
}

/// How far a visit has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum VisitState {
    /// Spoken of, not promised: nobody can book it.
    Planned,
    /// The expert has said that she comes.
    Confirmed {
        /// Who confirmed it.
        by: String,
        /// When.
        at: Moment,
    },
    /// She does not come.
    Cancelled {
        /// Who cancelled it.
        by: String,
        /// When.
        at: Moment,
        /// Why, in words that patients may read.
        reason: String,
    },
}

/// One day on which an expert of another hospital sees patients here. A visit on a holiday takes place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Visit {
    /// Its id.
    pub id: String,
    /// The expert's name.
    pub expert: String,
    /// Her hospital.
    pub home: String,
    /// What she is a specialist in.
    pub speciality: String,
    /// The service's id.
    pub service: String,
    /// Where she sees patients.
    pub room: String,
    /// On which day.
    pub date: CivilDate,
    /// First start, minutes after midnight.
    pub from: u16,
    /// No start at or after this, minutes after midnight.
    pub until: u16,
    /// Minutes between starts.
    pub every: u16,
    /// How long one slot takes, minutes.
    pub minutes: u16,
    /// Places in each slot.
    pub capacity: u16,
    /// How far it has come.
    pub state: VisitState,
}

/// A slot as the schedule wants it, before it is stored and booked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlannedSlot {
    /// The service's id.
    pub service: String,
    /// Where.
    pub room: String,
    /// When it begins.
    pub starts: Moment,
    /// How long it takes, minutes.
    pub minutes: u16,
    /// Its places.
    pub capacity: u16,
    /// The visiting expert, if it is hers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expert: Option<String>,
}

/// What the calendar of holidays says of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DayRule {
    /// Work as on this day of the week: its own one, or another one on a make-up day.
    Works(Weekday),
    /// A public holiday, with its name.
    Off(String),
}

impl DayRule {
    /// The rule of a day without a calendar of holidays: it works as its own day of the week.
    pub fn ordinary(date: CivilDate) -> Self {
        Self::Works(date.weekday())
    }
}

/// The slots of the days from `first` to `last`, both included, sorted by start, service and room.
///
/// - A template applies on days that work as its day of the week, so a make-up Saturday that follows Friday has
///   Friday's times and a public holiday has none.
/// - An extra exception adds its times on each of its days, on holidays too.
/// - Only confirmed visits give slots.
/// - A closing removes whatever of these it reaches.
/// - Where two of them give the same service, room and start, there is one slot with the larger capacity and the longer
///   time; it is the expert's if one of them is.
///
/// Each day is planned by itself, so a part of a span gives the same slots as the whole. A day's slots do not depend on
/// the order of the input. Input that [`Template::check`] and its like refuse gives fewer slots, never a panic.
pub fn plan(
    templates: &[Template],
    exceptions: &[Exception],
    visits: &[Visit],
    day: &dyn Fn(CivilDate) -> DayRule,
    first: CivilDate,
    last: CivilDate,
) -> Vec<PlannedSlot> {
    (first.days()..=last.days())
        .map(CivilDate::from_days)
        .flat_map(|date| plan_day(templates, exceptions, visits, &day(date), date))
        .collect()
}

fn plan_day(
    templates: &[Template],
    exceptions: &[Exception],
    visits: &[Visit],
    rule: &DayRule,
    date: CivilDate,
) -> Vec<PlannedSlot> {
    let mut slots = DaySlots { date, slots: BTreeMap::new() };
    for template in templates.iter().filter(|template| template.applies(rule, date)) {
        slots.add(&template.service, &template.room, template.hours(), None);
    }
    for exception in exceptions.iter().filter(|exception| exception.covers(date)) {
        if let (Some(service), Some((hours, room))) = (&exception.service, exception.kind.extra()) {
            slots.add(service, room, hours, None);
        }
    }
    for visit in visits.iter().filter(|visit| visit.date == date && visit.takes_place()) {
        slots.add(&visit.service, &visit.room, visit.hours(), Some(&visit.expert));
    }
    let closings: Vec<&Exception> = exceptions
        .iter()
        .filter(|exception| exception.kind == ExceptionKind::Closed && exception.covers(date))
        .collect();
    slots.slots.into_values().filter(|slot| !closings.iter().any(|closing| closing.reaches(slot))).collect()
}

/// The times of a template, an extra or a visit within a day.
#[derive(Clone, Copy)]
struct Hours {
    from: u16,
    until: u16,
    every: u16,
    minutes: u16,
    capacity: u16,
}

impl Hours {
    /// The starts as minutes after midnight; none when there is no step or no place.
    fn starts(self) -> impl Iterator<Item = u16> {
        let until = if self.every == 0 || self.capacity == 0 { 0 } else { self.until.min(DAY) };
        (self.from..until).step_by(usize::from(self.every.max(1)))
    }

    /// When the last slot ends, minutes after midnight.
    fn ends(self) -> u32 {
        self.starts().last().map_or(u32::from(self.from), |start| u32::from(start) + u32::from(self.minutes))
    }
}

/// Minutes in a day.
const DAY: u16 = 1440;

/// The slots of one day, by start, service and room.
struct DaySlots {
    date: CivilDate,
    slots: BTreeMap<(u16, String, String), PlannedSlot>,
}

impl DaySlots {
    fn add(&mut self, service: &str, room: &str, hours: Hours, expert: Option<&str>) {
        for start in hours.starts() {
            let new = PlannedSlot {
                service: service.to_owned(),
                room: room.to_owned(),
                starts: Moment::at(self.date, start),
                minutes: hours.minutes,
                capacity: hours.capacity,
                expert: expert.map(ToOwned::to_owned),
            };
            match self.slots.entry((start, new.service.clone(), new.room.clone())) {
                Entry::Vacant(place) => {
                    place.insert(new);
                }
                Entry::Occupied(mut place) => place.get_mut().merge(new),
            }
        }
    }
}

impl PlannedSlot {
    /// Makes one slot of two; which of them came first makes no difference.
    fn merge(&mut self, other: Self) {
        self.capacity = self.capacity.max(other.capacity);
        self.minutes = self.minutes.max(other.minutes);
        self.expert = match (self.expert.take(), other.expert) {
            (Some(one), Some(two)) => Some(one.min(two)),
            (one, two) => one.or(two),
        };
    }
}

impl Template {
    fn applies(&self, rule: &DayRule, date: CivilDate) -> bool {
        *rule == DayRule::Works(self.weekday)
            && self.valid_from <= date
            && self.valid_to.is_none_or(|valid_to| date <= valid_to)
    }

    fn hours(&self) -> Hours {
        Hours { from: self.from, until: self.until, every: self.every, minutes: self.minutes, capacity: self.capacity }
    }
}

impl ExceptionKind {
    /// The times and the room of extra ones.
    fn extra(&self) -> Option<(Hours, &str)> {
        match self {
            Self::Closed => None,
            Self::Extra { from, until, every, minutes, capacity, room } => {
                let hours = Hours { from: *from, until: *until, every: *every, minutes: *minutes, capacity: *capacity };
                Some((hours, room))
            }
        }
    }
}

impl Exception {
    fn covers(&self, date: CivilDate) -> bool {
        self.first <= date && date <= self.last
    }

    /// True when a closing takes the slot away, once its days cover it.
    fn reaches(&self, slot: &PlannedSlot) -> bool {
        self.service.as_ref().is_none_or(|service| *service == slot.service)
            && self.room.as_ref().is_none_or(|room| *room == slot.room)
    }
}

impl Visit {
    /// True once it is confirmed, as long as it is not cancelled.
    pub fn takes_place(&self) -> bool {
        matches!(self.state, VisitState::Confirmed { .. })
    }

    fn hours(&self) -> Hours {
        Hours { from: self.from, until: self.until, every: self.every, minutes: self.minutes, capacity: self.capacity }
    }
}

#[cfg(test)]
mod tests;
