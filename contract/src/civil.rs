//! Civil dates and times in China: UTC+8, no daylight saving since 1991.
//! Nothing here reads a clock; the moment is always handed in.

use core::fmt;

/// Milliseconds in one day.
const DAY_MS: i64 = 86_400_000;
/// China Standard Time is eight hours ahead of UTC.
const OFFSET_MS: i64 = 8 * 3_600_000;

/// A moment, as milliseconds since 1970-01-01T00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct Moment(pub i64);

impl Moment {
    /// The civil date in UTC+8 at this moment.
    pub fn date(self) -> CivilDate {
        CivilDate::from_days((self.0 + OFFSET_MS).div_euclid(DAY_MS))
    }

    /// Minutes after civil midnight in UTC+8, 0 to 1439.
    pub fn minute_of_day(self) -> u16 {
        ((self.0 + OFFSET_MS).rem_euclid(DAY_MS) / 60_000) as u16
    }

    /// The moment of `minute` minutes after midnight of `date`, in UTC+8.
    pub fn at(date: CivilDate, minute: u16) -> Self {
        Self(date.days() * DAY_MS - OFFSET_MS + i64::from(minute) * 60_000)
    }

    /// This moment, `minutes` later.
    pub fn plus_minutes(self, minutes: i64) -> Self {
        Self(self.0 + minutes * 60_000)
    }

    /// "2026-11-21T09:30:00+08:00".
    pub fn iso(self) -> String {
        let minute = self.minute_of_day();
        let second = (self.0 + OFFSET_MS).rem_euclid(60_000) / 1000;
        format!("{}T{:02}:{:02}:{second:02}+08:00", self.date(), minute / 60, minute % 60)
    }
}

/// A day of the week. In JSON `monday`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Weekday {
    /// 星期一
    Monday,
    /// 星期二
    Tuesday,
    /// 星期三
    Wednesday,
    /// 星期四
    Thursday,
    /// 星期五
    Friday,
    /// 星期六
    Saturday,
    /// 星期日
    Sunday,
}

impl Weekday {
    /// All days, Monday first.
    pub const ALL: [Self; 7] =
        [Self::Monday, Self::Tuesday, Self::Wednesday, Self::Thursday, Self::Friday, Self::Saturday, Self::Sunday];

    /// The word in a form, like `monday`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Monday => "monday",
            Self::Tuesday => "tuesday",
            Self::Wednesday => "wednesday",
            Self::Thursday => "thursday",
            Self::Friday => "friday",
            Self::Saturday => "saturday",
            Self::Sunday => "sunday",
        }
    }

    /// The day as it is written, like 星期一.
    pub fn title(self) -> &'static str {
        match self {
            Self::Monday => "星期一",
            Self::Tuesday => "星期二",
            Self::Wednesday => "星期三",
            Self::Thursday => "星期四",
            Self::Friday => "星期五",
            Self::Saturday => "星期六",
            Self::Sunday => "星期日",
        }
    }

    /// True for Saturday and Sunday.
    pub fn is_weekend(self) -> bool {
        matches!(self, Self::Saturday | Self::Sunday)
    }
}

/// A day of the Gregorian calendar. Prints and parses as `2026-11-21`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CivilDate {
    year: i32,
    month: u8,
    day: u8,
}

impl CivilDate {
    /// The date, if there is such a day.
    pub fn new(year: i32, month: u8, day: u8) -> Option<Self> {
        let valid =
            (1..=12).contains(&month) && (1..=9999).contains(&year) && day >= 1 && day <= days_in_month(year, month);
        valid.then_some(Self { year, month, day })
    }

    /// Reads `2026-11-21`; digits and hyphens only.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return None;
        }
        let number = |range: core::ops::Range<usize>| -> Option<u32> {
            let part = &bytes[range];
            part.iter().try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0')))
        };
        Self::new(number(0..4)? as i32, number(5..7)? as u8, number(8..10)? as u8)
    }

    /// Days since 1970-01-01.
    ///
    /// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`.
    pub fn days(self) -> i64 {
        let year = i64::from(self.year) - i64::from(self.month <= 2);
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let month = (i64::from(self.month) + 9) % 12;
        let day_of_year = (153 * month + 2) / 5 + i64::from(self.day) - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        era * 146_097 + day_of_era - 719_468
    }

    /// The date that many days after 1970-01-01 (`civil_from_days` of the same source).
    pub fn from_days(days: i64) -> Self {
        let days = days + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * day_of_year + 2) / 153;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        Self {
            year: (year_of_era + era * 400 + i64::from(month <= 2)) as i32,
            month: month as u8,
            day: (day_of_year - (153 * shifted + 2) / 5 + 1) as u8,
        }
    }

    /// This date, `days` later (or earlier, when negative).
    pub fn plus_days(self, days: i64) -> Self {
        Self::from_days(self.days() + days)
    }

    /// The day of the week.
    pub fn weekday(self) -> Weekday {
        // 1970-01-01 was a Thursday.
        Weekday::ALL[(self.days() + 3).rem_euclid(7) as usize]
    }

    /// The year, 1 to 9999.
    pub fn year(self) -> i32 {
        self.year
    }

    /// The month, 1 to 12.
    pub fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, 1 to 31.
    pub fn day(self) -> u8 {
        self.day
    }
}

impl fmt::Display for CivilDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl From<CivilDate> for String {
    fn from(date: CivilDate) -> Self {
        date.to_string()
    }
}

impl TryFrom<String> for CivilDate {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("not a date like 2026-11-21")
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for CivilDate {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)))
            .description(Some("A day in UTC+8, like 2026-11-21."))
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for CivilDate {}

fn days_in_month(year: i32, month: u8) -> u8 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn dates_read_and_print_as_iso() {
        for (text, weekday) in [
            ("1970-01-01", Weekday::Thursday),
            ("2000-02-29", Weekday::Tuesday),
            ("2026-04-18", Weekday::Saturday),
            ("2026-11-21", Weekday::Saturday),
        ] {
            let date = CivilDate::parse(text).expect("a real day");
            assert_eq!(date.to_string(), text);
            assert_eq!(date.weekday(), weekday, "{text}");
        }
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for text in
            ["2026-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "26-4-1", "2026/04/01", "", "２０２６-04-01"]
        {
            assert_eq!(CivilDate::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_moment_is_told_in_beijing_time() {
        let moment = Moment::at(CivilDate::new(2026, 4, 21).expect("a day"), 9 * 60 + 30);
        assert_eq!(moment.iso(), "2026-04-21T09:30:00+08:00");
        assert_eq!(Moment(0).iso(), "1970-01-01T08:00:00+08:00");
        assert_eq!(Moment(-1).date().to_string(), "1970-01-01");
    }

    proptest! {
        #[test]
        fn every_day_counts_back_to_itself(days in -700_000_i64..2_900_000) {
            prop_assert_eq!(CivilDate::from_days(days).days(), days);
        }

        #[test]
        fn a_moment_is_its_date_and_minute(days in 0_i64..60_000, minute in 0_u16..1440) {
            let moment = Moment::at(CivilDate::from_days(days), minute);
            prop_assert_eq!(moment.date().days(), days);
            prop_assert_eq!(moment.minute_of_day(), minute);
        }
    }
}
