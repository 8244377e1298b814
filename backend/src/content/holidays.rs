//! Reads the public holidays, as the State Council arranges them year by year.
//! A year that is about to begin without its arrangement is told to the editors.

use super::booking::read_day;
use super::{Reader, line_of};
use std::path::Path;
use toml::Spanned;
use zaoshai_contract::civil::CivilDate;
use zaoshai_contract::holidays::{Clash, Exception, Holidays};

/// Where they stand.
const FILE: &str = "holidays.toml";

/// Days of the longest holiday that anybody would write; more than this is a slip of the pen.
const LONGEST: i64 = 15;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    year: Vec<YearRecord>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct YearRecord {
    year: Spanned<i32>,
    /// Whether the days are those of the State Council's arrangement, not the statutory ones alone.
    arranged: bool,
    /// Whether somebody has compared them with the original.
    checked: bool,
    source: Spanned<String>,
    holiday: Vec<HolidayRecord>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct HolidayRecord {
    name: Spanned<String>,
    from: Spanned<String>,
    until: Spanned<String>,
    #[serde(default)]
    work: Vec<WorkRecord>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct WorkRecord {
    date: Spanned<String>,
    follows: Spanned<String>,
}

/// Reads the holidays of all years.
pub(super) fn load(reader: &mut Reader) -> Holidays {
    let file = Path::new(FILE);
    let Some(text) = reader.text(file) else { return Holidays::default() };
    let Some(record) = reader.parse_toml::<File>(file, &text, 1) else { return Holidays::default() };
    let mut load = Load { reader, text: &text, holidays: Holidays::default() };
    let mut years = Vec::new();
    for record in &record.year {
        if years.contains(record.year.get_ref()) {
            load.find(&record.year, format!("{} 年写了两次", record.year.get_ref()));
        }
        years.push(*record.year.get_ref());
        load.year(record);
    }
    let year = load.reader.today.year();
    if !load.holidays.known(year) {
        let record = record.year.iter().find(|record| *record.year.get_ref() == year);
        let line = record.map_or(0, |record| line_of(&text, record.year.span().start));
        load.reader.gap(
            file,
            line,
            format!("还没有 {year} 年的放假安排：请照国务院办公厅的通知写，再写 arranged = true"),
        );
    }
    load.holidays
}

/// The holidays as far as they have been read.
struct Load<'a> {
    reader: &'a mut Reader,
    text: &'a str,
    holidays: Holidays,
}

impl Load<'_> {
    fn year(&mut self, record: &YearRecord) {
        let year = *record.year.get_ref();
        if record.source.get_ref().trim().is_empty() {
            self.find(&record.source, format!("{year} 年没有 source：照哪个通知写的"));
        }
        if record.arranged {
            self.holidays.arrange(year);
            if !record.checked {
                let line = line_of(self.text, record.year.span().start);
                self.reader.gap(FILE, line, format!("{year} 年的放假安排还没有核对原文"));
            }
        }
        for holiday in &record.holiday {
            self.holiday(year, holiday);
        }
    }

    fn holiday(&mut self, year: i32, record: &HolidayRecord) {
        let name = record.name.get_ref();
        if name.trim().is_empty() {
            self.find(&record.name, "节日没有名字");
        }
        if let (Some(from), Some(until)) = (self.date(year, &record.from), self.date(year, &record.until)) {
            let days = until.days() - from.days() + 1;
            if (1..=LONGEST).contains(&days) {
                for date in (0..days).map(|day| from.plus_days(day)) {
                    self.add(&record.from, date, Exception::Holiday { name: name.clone() });
                }
            } else {
                self.find(&record.from, format!("{name}放假 {days} 天：from 到 until 要有 1 到 {LONGEST} 天"));
            }
        }
        for work in &record.work {
            match (self.date(year, &work.date), read_day(work.follows.get_ref())) {
                (Some(date), Ok(follows)) => {
                    self.add(&work.date, date, Exception::MakeUp { name: name.clone(), follows });
                }
                (_, Err(message)) => self.find(&work.follows, message),
                (None, Ok(_)) => {}
            }
        }
    }

    /// A date of a year's arrangement; New Year's holiday may begin in the December before.
    fn date(&mut self, year: i32, text: &Spanned<String>) -> Option<CivilDate> {
        let Some(date) = CivilDate::parse(text.get_ref()) else {
            self.find(text, format!("“{}”不是 2026-11-21 这样的日期", text.get_ref()));
            return None;
        };
        if date.year() == year || (date.year() == year - 1 && date.month() == 12) {
            return Some(date);
        }
        self.find(text, format!("{date} 不是 {year} 年的日子"));
        None
    }

    fn add<T>(&mut self, place: &Spanned<T>, date: CivilDate, exception: Exception) {
        let clash = match self.holidays.add(date, exception) {
            Ok(()) => return,
            Err(clash) => clash,
        };
        let message = match clash {
            Clash::Twice => format!("{date} 写了两次"),
            Clash::NotAWeekend => format!("{date} 不是周六或周日，本来就上班"),
            Clash::FollowsAWeekend => format!("{date} 要照周一到周五的班，follows 不能写周六、周日"),
        };
        self.find(place, message);
    }

    fn find<T>(&mut self, place: &Spanned<T>, message: impl Into<String>) {
        let line = line_of(self.text, place.span().start);
        self.reader.find(FILE, line, message);
    }
}
