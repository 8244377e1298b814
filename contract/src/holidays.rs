//! China's public holidays: on which days offices rest, and on which weekends they work instead.
//! The days are handed in; nothing here knows a year by heart, because the State Council arranges each anew.

use crate::civil::{CivilDate, Moment, Weekday};
use std::collections::{BTreeMap, BTreeSet};

/// What kind of day it is for offices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayKind {
    /// An ordinary day from Monday to Friday.
    Workday,
    /// An ordinary Saturday or Sunday.
    Weekend,
    /// A day off of a public holiday, whatever its weekday.
    Holiday,
    /// A Saturday or Sunday on which offices work for a day off that was moved (调休).
    MakeUp,
}

/// A day on which the week does not take its course.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exception {
    /// Offices rest.
    Holiday {
        /// The holiday, like 国庆节.
        name: String,
    },
    /// Offices work on a Saturday or Sunday.
    MakeUp {
        /// The holiday for which they work.
        name: String,
        /// The weekday whose timetable the day follows.
        follows: Weekday,
    },
}

/// Why a day cannot be an exception.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clash {
    /// It is one already.
    Twice,
    /// Offices work on it anyway.
    NotAWeekend,
    /// It would follow the timetable of a Saturday or Sunday.
    FollowsAWeekend,
}

/// First minute of usual office hours, 8:00.
const OFFICE_OPENS: u16 = 8 * 60;
/// Their end, 17:00.
const OFFICE_CLOSES: u16 = 17 * 60;

/// The holidays of some years.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holidays {
    days: BTreeMap<CivilDate, Exception>,
    arranged: BTreeSet<i32>,
}

impl Holidays {
    /// Adds a day.
    ///
    /// # Errors
    /// When the day is known already, or cannot be worked on instead of another.
    pub fn add(&mut self, date: CivilDate, exception: Exception) -> Result<(), Clash> {
        if self.days.contains_key(&date) {
            return Err(Clash::Twice);
        }
        if let Exception::MakeUp { follows, .. } = &exception {
            if !date.weekday().is_weekend() {
                return Err(Clash::NotAWeekend);
            }
            if follows.is_weekend() {
                return Err(Clash::FollowsAWeekend);
            }
        }
        self.days.insert(date, exception);
        Ok(())
    }

    /// Notes that the days of a year are those of the State Council's arrangement.
    pub fn arrange(&mut self, year: i32) {
        self.arranged.insert(year);
    }

    /// Whether the State Council's arrangement of a year is known. Where it is not, statutory holidays
    /// may be there, but days off around them and weekends that are worked are missing.
    pub fn known(&self, year: i32) -> bool {
        self.arranged.contains(&year)
    }

    /// What kind of day it is; by its weekday alone where nothing else is known.
    pub fn kind(&self, date: CivilDate) -> DayKind {
        match self.days.get(&date) {
            Some(Exception::Holiday { .. }) => DayKind::Holiday,
            Some(Exception::MakeUp { .. }) => DayKind::MakeUp,
            None if date.weekday().is_weekend() => DayKind::Weekend,
            None => DayKind::Workday,
        }
    }

    /// Whether offices are open: on days that are worked, from 8:00 to before 17:00. The sources of the phones name no
    /// hours, so these are assumed and said to be assumed.
    pub fn office_hours(&self, now: Moment) -> bool {
        let worked = matches!(self.kind(now.date()), DayKind::Workday | DayKind::MakeUp);
        worked && (OFFICE_OPENS..OFFICE_CLOSES).contains(&now.minute_of_day())
    }

    /// The holiday that a day is part of, or for which it is worked.
    pub fn name(&self, date: CivilDate) -> Option<&str> {
        match self.days.get(&date)? {
            Exception::Holiday { name } | Exception::MakeUp { name, .. } => Some(name),
        }
    }

    /// The weekday whose timetable a day follows: its own, except on weekends that are worked.
    pub fn follows(&self, date: CivilDate) -> Weekday {
        match self.days.get(&date) {
            Some(Exception::MakeUp { follows, .. }) => *follows,
            Some(Exception::Holiday { .. }) | None => date.weekday(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> CivilDate {
        CivilDate::parse(text).expect("a day")
    }

    fn rest() -> Exception {
        Exception::Holiday { name: "国庆节".to_owned() }
    }

    fn work(follows: Weekday) -> Exception {
        Exception::MakeUp { name: "国庆节".to_owned(), follows }
    }

    /// The National Day of 2026.
    fn holidays() -> Holidays {
        let mut holidays = Holidays::default();
        for date in 1..=7 {
            holidays.add(CivilDate::new(2026, 10, date).expect("a day"), rest()).expect("added");
        }
        holidays.add(day("2026-09-20"), work(Weekday::Tuesday)).expect("added");
        holidays.add(day("2026-10-10"), work(Weekday::Wednesday)).expect("added");
        holidays.arrange(2026);
        holidays
    }

    #[test]
    fn a_day_is_what_the_arrangement_says_and_else_what_its_weekday_says() {
        let holidays = holidays();
        for (text, kind, name, follows) in [
            ("2026-09-18", DayKind::Workday, None, Weekday::Friday),
            ("2026-09-19", DayKind::Weekend, None, Weekday::Saturday),
            ("2026-09-20", DayKind::MakeUp, Some("国庆节"), Weekday::Tuesday),
            ("2026-09-30", DayKind::Workday, None, Weekday::Wednesday),
            ("2026-10-01", DayKind::Holiday, Some("国庆节"), Weekday::Thursday),
            ("2026-10-03", DayKind::Holiday, Some("国庆节"), Weekday::Saturday),
            ("2026-10-07", DayKind::Holiday, Some("国庆节"), Weekday::Wednesday),
            ("2026-10-08", DayKind::Workday, None, Weekday::Thursday),
            ("2026-10-10", DayKind::MakeUp, Some("国庆节"), Weekday::Wednesday),
            ("2026-10-11", DayKind::Weekend, None, Weekday::Sunday),
            ("2027-10-01", DayKind::Workday, None, Weekday::Friday),
        ] {
            let date = day(text);
            assert_eq!(
                (holidays.kind(date), holidays.name(date), holidays.follows(date)),
                (kind, name, follows),
                "{text}"
            );
        }
    }

    #[test]
    fn offices_are_open_on_days_that_are_worked_from_eight_to_five() {
        for (text, hour, open) in [
            ("2026-09-18", 8, true),
            ("2026-09-18", 7, false),
            ("2026-09-18", 17, false),
            ("2026-09-19", 9, false),
            ("2026-09-20", 9, true),
            ("2026-10-01", 9, false),
            ("2026-10-08", 16, true),
        ] {
            assert_eq!(holidays().office_hours(Moment::at(day(text), hour * 60)), open, "{text} {hour}:00");
        }
    }

    #[test]
    fn a_year_is_known_when_it_is_arranged_and_not_when_some_days_are() {
        let mut holidays = holidays();
        holidays.add(day("2027-10-01"), rest()).expect("added");
        assert_eq!([2025, 2026, 2027].map(|year| holidays.known(year)), [false, true, false]);
    }

    #[test]
    fn days_that_cannot_be_are_refused_and_change_nothing() {
        for (text, exception, clash) in [
            ("2026-10-01", rest(), Clash::Twice),
            ("2026-10-10", rest(), Clash::Twice),
            ("2026-10-03", work(Weekday::Friday), Clash::Twice),
            ("2026-10-09", work(Weekday::Friday), Clash::NotAWeekend),
            ("2026-10-11", work(Weekday::Sunday), Clash::FollowsAWeekend),
        ] {
            let mut changed = holidays();
            assert_eq!(changed.add(day(text), exception), Err(clash), "{text}");
            assert_eq!(changed, holidays());
        }
    }

    proptest! {
        #[test]
        fn no_day_follows_the_timetable_of_a_weekend_while_offices_work(days in 20_000_i64..22_000) {
            let holidays = holidays();
            let date = CivilDate::from_days(days);
            let works = matches!(holidays.kind(date), DayKind::Workday | DayKind::MakeUp);
            prop_assert!(!works || !holidays.follows(date).is_weekend());
        }
    }
}
