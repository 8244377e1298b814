//! What can be booked, and the weekly times from which the demonstration's slots are made.

use super::Reader;
use std::path::Path;
use zaoshai_contract::civil::{CivilDate, Moment, Weekday};
use zaoshai_contract::clinics::Clinic;

/// A service that can be booked.
#[derive(Clone, Debug)]
pub struct BookingService {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The clinic's id.
    pub clinic: String,
    /// Where.
    pub room: String,
    /// How long, minutes.
    pub minutes: u16,
    /// The topic that explains it.
    pub topic: String,
    /// Its weekly times.
    pub weekly: Vec<Weekly>,
}

/// Times that repeat every week.
#[derive(Clone, Debug)]
pub struct Weekly {
    /// On these days.
    pub days: Vec<Weekday>,
    /// First start, minutes after midnight.
    pub from: u16,
    /// No start at or after this, minutes after midnight.
    pub until: u16,
    /// Minutes between starts.
    pub every: u16,
    /// Places in each slot.
    pub capacity: u16,
}

impl Weekly {
    /// The starts on a day; none on other weekdays.
    pub fn starts(&self, date: CivilDate) -> Vec<Moment> {
        if !self.days.contains(&date.weekday()) {
            return Vec::new();
        }
        (self.from..self.until).step_by(usize::from(self.every)).map(|minute| Moment::at(date, minute)).collect()
    }
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    services: Vec<Record>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    id: String,
    name: String,
    clinic: String,
    room: String,
    minutes: u16,
    topic: String,
    #[serde(default)]
    weekly: Vec<WeeklyRecord>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct WeeklyRecord {
    days: Vec<String>,
    from: String,
    until: String,
    every: u16,
    capacity: u16,
}

pub(super) fn load(reader: &mut Reader, clinics: &[Clinic]) -> Vec<BookingService> {
    let path = Path::new("booking.toml");
    let Some(file) = reader.toml::<File>(path) else { return Vec::new() };
    let mut services = Vec::new();
    for record in file.services {
        let id = record.id.clone();
        if !clinics.iter().any(|clinic| clinic.card.id == record.clinic) {
            reader.find(path, 0, format!("{id}：clinics/ 里没有“{}”这个文件", record.clinic));
        }
        if record.minutes == 0 {
            reader.find(path, 0, format!("{id}：minutes 要大于 0"));
        }
        let mut weekly = Vec::new();
        for times in record.weekly {
            match read_weekly(&times) {
                Ok(times) => weekly.push(times),
                Err(message) => reader.find(path, 0, format!("{id}：{message}")),
            }
        }
        services.push(BookingService {
            id: record.id,
            name: record.name,
            clinic: record.clinic,
            room: record.room,
            minutes: record.minutes,
            topic: record.topic,
            weekly,
        });
    }
    services
}

fn read_weekly(times: &WeeklyRecord) -> Result<Weekly, String> {
    let days: Result<Vec<Weekday>, String> = times.days.iter().map(|day| read_day(day)).collect();
    let from = read_minute(&times.from)?;
    let until = read_minute(&times.until)?;
    if times.every == 0 || times.capacity == 0 || from >= until {
        return Err("每周时间要 from 早于 until，every 和 capacity 大于 0".to_owned());
    }
    Ok(Weekly { days: days?, from, until, every: times.every, capacity: times.capacity })
}

/// Reads a weekday as editors write it, like `monday`.
pub(super) fn read_day(text: &str) -> Result<Weekday, String> {
    let names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let place = names.iter().position(|name| *name == text).ok_or_else(|| format!("“{text}”不是 monday 这样的星期"))?;
    Ok(Weekday::ALL[place])
}

fn read_minute(text: &str) -> Result<u16, String> {
    let wrong = || format!("“{text}”不是 08:30 这样的时间");
    let (hour, minute) = text.split_once(':').ok_or_else(wrong)?;
    let (hour, minute): (u16, u16) = (hour.parse().map_err(|_| wrong())?, minute.parse().map_err(|_| wrong())?);
    if hour > 23 || minute > 59 {
        return Err(wrong());
    }
    Ok(hour * 60 + minute)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weekly_times_become_starts_on_their_days_only() {
        let weekly = read_weekly(&WeeklyRecord {
            days: vec!["saturday".to_owned()],
            from: "08:30".to_owned(),
            until: "10:00".to_owned(),
            every: 30,
            capacity: 2,
        })
        .expect("reads");
        let saturday = CivilDate::new(2026, 11, 21).expect("a day");
        let told: Vec<u16> = weekly.starts(saturday).iter().map(|moment| moment.minute_of_day()).collect();
        assert_eq!(told, [510, 540, 570]);
        assert!(weekly.starts(saturday.plus_days(1)).is_empty());
    }

    #[test]
    fn times_that_are_none_are_refused() {
        for text in ["8", "24:00", "08:60", "ab:cd", ""] {
            assert!(read_minute(text).is_err(), "{text}");
        }
    }
}
