//! From when, until when, and under which conditions, a patient may take a slot or leave it by herself. One function says
//! which times those are: the query asks for them, the page shows them, and the transaction holds every write to them.
//! A nurse is not bound by these rules: whoever calls in time is helped.

use crate::civil::{CivilDate, Moment};
use crate::problem::Code;
use core::ops::Range;
use serde::{Deserialize, Serialize};

/// How something is asked of a patient before a place is certain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Ask {
    /// It concerns everybody and is ticked.
    #[default]
    Tick,
    /// It concerns some, like those who may be pregnant: it is read, and nobody has to tick it.
    Read,
}

/// Something a patient must have ready, agree to or know before a place is certain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Prerequisite {
    /// Its id, which is what is ticked.
    pub id: String,
    /// What it asks, as a sentence to agree to or to follow.
    pub text: String,
    /// Whether it is to be ticked.
    #[serde(default)]
    pub ask: Ask,
}

/// The rules of one service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BookingRules {
    /// How many days ahead can be booked: with 14, up to the same day of the week in two weeks.
    pub window_days: u16,
    /// The patient books, moves and cancels no later than this many minutes before the start.
    pub cutoff_minutes: u32,
    /// What she must agree to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prerequisites: Vec<Prerequisite>,
    /// Whom she calls when the rules refuse her.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub phone: String,
}

/// Why a slot cannot be taken or left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "why", content = "of", rename_all = "kebab-case")]
pub enum Refused {
    /// It lies before the first day on which the hospital asks her to come.
    BeforeDue {
        /// That day.
        due_from: CivilDate,
    },
    /// It is not open for booking yet.
    TooFar {
        /// The first day on which it can be booked.
        first_day_open: CivilDate,
    },
    /// It begins too soon to change anything by oneself.
    TooLate {
        /// Until when it could be changed.
        until: Moment,
    },
    /// It has begun.
    Past,
    /// Something was not agreed to: its ids, in the order of the rules.
    MissingPrerequisites(Vec<String>),
}

impl Refused {
    /// The code of this refusal.
    pub fn code(&self) -> Code {
        match self {
            Self::BeforeDue { .. } => Code::BeforeDue,
            Self::TooFar { .. } => Code::TooEarly,
            Self::TooLate { .. } => Code::TooLate,
            Self::Past => Code::SlotPast,
            Self::MissingPrerequisites(_) => Code::NotAgreed,
        }
    }
}

impl BookingRules {
    /// The rules of a service that is no longer known: only the due window and the time itself bind.
    pub fn of_unknown() -> Self {
        Self { window_days: u16::MAX, cutoff_minutes: 0, prerequisites: Vec::new(), phone: String::new() }
    }

    /// When the slots begin that a patient may take now for a step that is due from this day: not before that day, not
    /// past the cut-off, not further ahead than can be booked. Days after the due window are in it: a later time is
    /// better than none. Empty when nothing can be taken yet.
    pub fn open(&self, due_from: CivilDate, now: Moment) -> Range<Moment> {
        let soonest = now.plus_minutes(i64::from(self.cutoff_minutes)).max(Moment(now.0 + 1));
        let first_day_closed = now.date().plus_days(i64::from(self.window_days) + 1);
        soonest.max(Moment::at(due_from, 0))..Moment::at(first_day_closed, 0)
    }

    /// The first day on which a time of a step that is due from this day can be booked.
    pub fn opens(&self, due_from: CivilDate) -> CivilDate {
        due_from.plus_days(-i64::from(self.window_days))
    }

    /// Whether a patient who agreed to `agreed` may take a slot now: as a first appointment, or when she moves.
    ///
    /// # Errors
    /// The first of: it has begun, it begins too soon, it lies before the due window, it is too far ahead, something was
    /// not agreed to.
    pub fn may_take(&self, starts: Moment, due_from: CivilDate, now: Moment, agreed: &[String]) -> Result<(), Refused> {
        if !self.open(due_from, now).contains(&starts) {
            self.may_leave(starts, now)?;
            return Err(if starts.date() < due_from {
                Refused::BeforeDue { due_from }
            } else {
                Refused::TooFar { first_day_open: self.opens(starts.date()) }
            });
        }
        let missing = self.ticked().filter(|asked| !agreed.contains(&asked.id));
        let ids: Vec<String> = missing.map(|asked| asked.id.clone()).collect();
        if ids.is_empty() { Ok(()) } else { Err(Refused::MissingPrerequisites(ids)) }
    }

    /// What everybody must tick.
    pub fn ticked(&self) -> impl Iterator<Item = &Prerequisite> {
        self.prerequisites.iter().filter(|asked| asked.ask == Ask::Tick)
    }

    /// Whether a patient may move away from her slot, or cancel it, now.
    ///
    /// # Errors
    /// It has begun, or it begins too soon.
    pub fn may_leave(&self, starts: Moment, now: Moment) -> Result<(), Refused> {
        let until = self.last_change(starts);
        if starts <= now {
            Err(Refused::Past)
        } else if until < now {
            Err(Refused::TooLate { until })
        } else {
            Ok(())
        }
    }

    /// The last moment at which a patient may change anything about a slot by herself.
    pub fn last_change(&self, starts: Moment) -> Moment {
        starts.plus_minutes(-i64::from(self.cutoff_minutes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HOUR: i64 = 60;

    fn rules(window_days: u16, cutoff_minutes: u32, asked: &[&str]) -> BookingRules {
        BookingRules {
            window_days,
            cutoff_minutes,
            prerequisites: asked
                .iter()
                .map(|id| Prerequisite { id: (*id).to_owned(), text: format!("请先看：{id}"), ask: Ask::Tick })
                .collect(),
            phone: String::new(),
        }
    }

    fn at(date: &str, minute: u16) -> Moment {
        Moment::at(CivilDate::parse(date).expect("a day"), minute)
    }

    fn ids(ids: &[&str]) -> Vec<String> {
        ids.iter().map(|id| (*id).to_owned()).collect()
    }

    /// The first day of a due window that began long ago.
    fn any_day() -> CivilDate {
        CivilDate::from_days(0)
    }

    #[test]
    fn nothing_before_the_due_window_is_taken_and_later_times_are() {
        let rules = rules(120, 24 * 60, &[]);
        let due_from = CivilDate::parse("2027-03-01").expect("a day");
        let now = at("2026-11-28", 600);
        for (starts, expected) in [
            (at("2026-11-29", 599), Err(Refused::TooLate { until: at("2026-11-28", 599) })),
            (at("2026-11-30", 600), Err(Refused::BeforeDue { due_from })),
            (Moment(at("2027-03-01", 0).0 - 1), Err(Refused::BeforeDue { due_from })),
            (at("2027-03-01", 0), Ok(())),
            (at("2027-03-28", 1439), Ok(())),
            (
                at("2027-03-29", 0),
                Err(Refused::TooFar { first_day_open: CivilDate::parse("2026-11-29").expect("a day") }),
            ),
        ] {
            assert_eq!(rules.may_take(starts, due_from, now, &[]), expected, "{}", starts.iso());
        }
        assert_eq!(rules.opens(due_from), CivilDate::parse("2026-11-01").expect("a day"));
        let near = BookingRules { window_days: 28, ..rules };
        assert!(near.open(due_from, now).is_empty(), "nothing of the window is open yet");
        let day = near.opens(due_from);
        assert!(near.open(due_from, Moment(Moment::at(day, 0).0 - 1)).is_empty());
        assert!(near.open(due_from, Moment::at(day, 0)).contains(&at("2027-03-01", 600)), "on that day it is");
    }

    #[test]
    fn a_slot_is_taken_within_its_window_and_before_its_cutoff() {
        let rules = rules(14, 24 * 60, &["fasting", "companion"]);
        let starts = at("2026-12-15", 510);
        let all = ["companion", "fasting"];
        let open = CivilDate::parse("2026-12-01").expect("a day");
        let until = at("2026-12-14", 510);
        for (now, agreed, expected) in [
            (at("2026-11-30", 1439), &all[..], Err(Refused::TooFar { first_day_open: open })),
            (at("2026-12-01", 0), &all, Ok(())),
            (at("2026-12-10", 600), &all, Ok(())),
            (at("2026-12-14", 510), &all, Ok(())),
            (at("2026-12-14", 510).plus_minutes(1), &all, Err(Refused::TooLate { until })),
            (at("2026-12-15", 509), &all, Err(Refused::TooLate { until })),
            (at("2026-12-15", 510), &all, Err(Refused::Past)),
            (at("2026-12-16", 510), &all, Err(Refused::Past)),
            (at("2026-12-10", 600), &[], Err(Refused::MissingPrerequisites(ids(&["fasting", "companion"])))),
            (at("2026-12-10", 600), &["fasting"], Err(Refused::MissingPrerequisites(ids(&["companion"])))),
            (at("2026-12-10", 600), &["fasting", "companion", "unknown"], Ok(())),
            // Nobody is asked to agree to what she cannot have anyway.
            (at("2026-12-16", 510), &[], Err(Refused::Past)),
            (at("2026-11-30", 600), &[], Err(Refused::TooFar { first_day_open: open })),
        ] {
            assert_eq!(rules.may_take(starts, any_day(), now, &ids(agreed)), expected, "{} {agreed:?}", now.iso());
        }
    }

    #[test]
    fn what_concerns_only_some_is_asked_of_nobody() {
        let mut rules = rules(14, 0, &["pregnancy"]);
        let (starts, now) = (at("2026-12-15", 510), at("2026-12-10", 600));
        assert_eq!(
            rules.may_take(starts, any_day(), now, &[]),
            Err(Refused::MissingPrerequisites(ids(&["pregnancy"])))
        );
        for asked in &mut rules.prerequisites {
            asked.ask = Ask::Read;
        }
        assert_eq!(rules.may_take(starts, any_day(), now, &[]), Ok(()));
    }

    #[test]
    fn a_slot_is_left_until_its_cutoff_whatever_the_window() {
        let starts = at("2026-12-15", 510);
        for (cutoff, now, expected) in [
            (0, at("2026-12-15", 509), Ok(())),
            (0, at("2026-12-15", 510), Err(Refused::Past)),
            (120, at("2026-12-15", 390), Ok(())),
            (120, at("2026-12-15", 391), Err(Refused::TooLate { until: at("2026-12-15", 390) })),
            // A cut-off that is longer than the morning reaches into the day before.
            (12 * 60, at("2026-12-14", 1230), Ok(())),
            (12 * 60, at("2026-12-14", 1231), Err(Refused::TooLate { until: at("2026-12-14", 1230) })),
            // Months ahead: the window binds those who book, not those who go.
            (120, at("2026-01-01", 0), Ok(())),
        ] {
            assert_eq!(rules(1, cutoff, &["fasting"]).may_leave(starts, now), expected, "{cutoff} {}", now.iso());
        }
    }

    #[test]
    fn a_clock_that_jumps_changes_the_answer_and_nothing_else() {
        let rules = rules(7, 60, &[]);
        let starts = at("2026-12-15", 600);
        let before = at("2026-12-15", 500);
        let told: Vec<Result<(), Refused>> = [
            before,
            // The clock is set forward past the cut-off, past the start, and back again.
            before.plus_minutes(HOUR),
            before.plus_minutes(3 * HOUR),
            before,
            // A server that wakes up in 1970 opens nothing.
            Moment(0),
            before,
        ]
        .into_iter()
        .map(|now| rules.may_take(starts, any_day(), now, &[]))
        .collect();
        let open = CivilDate::parse("2026-12-08").expect("a day");
        assert_eq!(
            told,
            [
                Ok(()),
                Err(Refused::TooLate { until: at("2026-12-15", 540) }),
                Err(Refused::Past),
                Ok(()),
                Err(Refused::TooFar { first_day_open: open }),
                Ok(()),
            ]
        );
    }

    #[test]
    fn the_window_counts_days_in_china_and_not_hours() {
        let rules = rules(1, 0, &[]);
        let starts = at("2026-12-15", 1380);
        assert!(rules.may_take(starts, any_day(), at("2026-12-14", 0), &[]).is_ok());
        assert!(rules.may_take(starts, any_day(), Moment(at("2026-12-14", 0).0 - 1), &[]).is_err());
    }

    #[test]
    fn a_refusal_is_told_by_name_in_json() {
        let told = serde_json::to_string(&Refused::TooFar { first_day_open: CivilDate::from_days(0) });
        assert_eq!(told.expect("writes"), r#"{"why":"too-far","of":{"first_day_open":"1970-01-01"}}"#);
    }

    /// Moments of the years 1970 to 2200.
    fn moments() -> impl Strategy<Value = Moment> {
        (0_i64..7_258_000_000_000).prop_map(Moment)
    }

    proptest! {
        #[test]
        fn a_slot_that_has_begun_is_neither_taken_nor_left(
            starts in moments(), late in 0_i64..1_000_000_000_000, window: u16, cutoff: u32
        ) {
            let rules = rules(window, cutoff, &[]);
            let now = Moment(starts.0 + late);
            prop_assert_eq!(rules.may_take(starts, any_day(), now, &[]), Err(Refused::Past));
            prop_assert_eq!(rules.may_leave(starts, now), Err(Refused::Past));
        }

        #[test]
        fn what_is_open_is_what_may_be_taken(
            starts in moments(), now in moments(), due in 0_i64..84_000, window: u16, cutoff in 0_u32..30_000
        ) {
            let rules = rules(window, cutoff, &[]);
            let due_from = CivilDate::from_days(due);
            let taken = rules.may_take(starts, due_from, now, &[]);
            prop_assert_eq!(rules.open(due_from, now).contains(&starts), taken.is_ok());
            let last_day = now.date().plus_days(i64::from(window));
            let bound = starts > now && now <= rules.last_change(starts) && starts.date() >= due_from
                && starts.date() <= last_day;
            prop_assert_eq!(taken.is_ok(), bound);
        }

        #[test]
        fn what_may_be_taken_may_be_left(starts in moments(), now in moments(), window: u16, cutoff: u32) {
            let rules = rules(window, cutoff, &[]);
            if rules.may_take(starts, any_day(), now, &[]).is_ok() {
                prop_assert!(rules.may_leave(starts, now).is_ok());
                prop_assert!(now <= rules.last_change(starts) && now < starts);
            }
        }

        #[test]
        fn a_slot_that_can_no_longer_be_left_stays_so(
            starts in moments(), now in moments(), later in 0_i64..100_000_000_000, cutoff: u32
        ) {
            let rules = rules(7, cutoff, &[]);
            if rules.may_leave(starts, now).is_err() {
                prop_assert!(rules.may_leave(starts, Moment(now.0 + later)).is_err());
            }
        }
    }
}
