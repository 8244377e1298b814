//! What can be booked: by which rules, what a patient prepares, and the weekly times with which the demonstration's
//! timetable begins.

use super::articles::{Loaded, Words, digits};
use super::clinics::is_phone;
use super::proof::Proof;
use super::rules::texts_in;
use super::{Area, Reader};
use std::collections::BTreeSet;
use std::path::Path;
use zaoshai_contract::civil::Weekday;
use zaoshai_contract::clinics::Clinic;
use zaoshai_contract::ids::Slug;
use zaoshai_contract::schedules::{Ask, BookingRules, Prerequisite, read_time};

/// The sections of a topic from which the preparation is taken.
const PREPARING: [&str; 2] = ["prepare", "day"];
/// Most days ahead that can be opened for booking.
const LONGEST_WINDOW: u16 = 366;
/// Most hours before the start from which nothing can be changed any more: 14 days.
const LONGEST_CUTOFF: u32 = 14 * 24;

/// A service that can be booked.
#[derive(Clone, Debug)]
pub struct BookingService {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The department that gives it, like 消化内科.
    pub department: String,
    /// The clinic's id.
    pub clinic: String,
    /// Where.
    pub room: String,
    /// How long, minutes.
    pub minutes: u16,
    /// The topic that explains it.
    pub topic: String,
    /// What the patient does before, sentences in the order in which she does it.
    pub preparation: Vec<String>,
    /// The ids of the sources of the preparation and the prerequisites.
    pub sources: Vec<String>,
    /// True while a part of these has not been checked against an original.
    pub unchecked: bool,
    /// Its weekly times.
    pub weekly: Vec<Weekly>,
    rules: BookingRules,
}

impl BookingService {
    /// Until when, and under which conditions, a patient takes and leaves its slots. The phone is never empty.
    pub fn rules(&self) -> &BookingRules {
        &self.rules
    }
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
    department: String,
    clinic: String,
    room: String,
    minutes: u16,
    topic: String,
    window_days: u16,
    cutoff_hours: u32,
    #[serde(default)]
    phone: String,
    #[serde(default)]
    preparation: Vec<String>,
    #[serde(default)]
    sources: Vec<String>,
    #[serde(default)]
    prerequisites: Vec<PrerequisiteRecord>,
    #[serde(default)]
    weekly: Vec<WeeklyRecord>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct PrerequisiteRecord {
    id: String,
    text: String,
    #[serde(default)]
    ask: Ask,
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

pub(super) fn load(
    reader: &mut Reader,
    words: &Words<'_>,
    loaded: &mut Loaded,
    clinics: &[Clinic],
) -> Vec<BookingService> {
    let path = Path::new("booking.toml");
    let Some(text) = reader.text(path) else { return Vec::new() };
    let Some(file) = reader.parse_toml::<File>(path, &text, 1) else { return Vec::new() };
    let mut proof = Proof::new(reader, path, &text, words);
    let mut ids = BTreeSet::new();
    let services = file
        .services
        .into_iter()
        .map(|record| {
            if Slug::parse(&record.id).is_none() {
                let at = format!("id = \"{}\"", record.id);
                proof.find(&at, format!("id = \"{}\"：要用小写英文、数字和 -，例如 ldct-review", record.id));
            } else if !ids.insert(record.id.clone()) {
                proof.find_last(&format!("id = \"{}\"", record.id), format!("id = \"{}\" 写了两次", record.id));
            }
            read(&mut proof, loaded, clinics, record)
        })
        .collect();
    let cited = proof.cited;
    loaded.cite(cited);
    services
}

fn read(proof: &mut Proof<'_>, loaded: &Loaded, clinics: &[Clinic], record: Record) -> BookingService {
    let at = format!("id = \"{}\"", record.id);
    let mut mistakes = mistakes(&record, clinics);
    let mut weekly = Vec::new();
    for times in &record.weekly {
        match read_weekly(times) {
            Ok(times) => weekly.push(times),
            Err(message) => mistakes.push(message),
        }
    }
    let topic = loaded.hans.entry(Area::Topics, &record.topic);
    if topic.is_none() && !loaded.incomplete {
        mistakes.push(format!("topic = \"{}\"：topics/ 里没有这个文件", record.topic));
    }
    for message in mistakes {
        proof.find(&at, format!("{}：{message}", record.id));
    }
    let asked: Vec<String> = record.prerequisites.iter().map(|asked| asked.text.clone()).collect();
    let texts = [record.preparation.clone(), asked].concat();
    proof.sentences(&at, &texts);
    let unchecked = proof.sources(&at, &texts, &record.sources);
    if let Some(topic) = topic {
        let mut told = BTreeSet::new();
        texts_in(&topic.article, &PREPARING, &mut |text| told.extend(digits(text).map(str::to_owned)));
        proof.taken_from(&texts, &told, &format!(" topics/{}.md 的 {{#prepare}} 和 {{#day}} ", record.topic));
    }
    let rules = BookingRules {
        window_days: record.window_days,
        cutoff_minutes: record.cutoff_hours.saturating_mul(60),
        phone: phone(&record, clinics),
        prerequisites: (record.prerequisites.into_iter())
            .map(|asked| Prerequisite { id: asked.id, text: asked.text, ask: asked.ask })
            .collect(),
    };
    BookingService {
        id: record.id,
        name: record.name,
        department: record.department,
        clinic: record.clinic,
        room: record.room,
        minutes: record.minutes,
        topic: record.topic,
        preparation: record.preparation,
        sources: record.sources,
        unchecked,
        weekly,
        rules,
    }
}

/// The service's own phone, or else the clinic's first one.
fn phone(record: &Record, clinics: &[Clinic]) -> String {
    if !record.phone.is_empty() {
        return record.phone.clone();
    }
    let clinic = clinics.iter().find(|clinic| clinic.card.id == record.clinic);
    clinic.and_then(|clinic| clinic.card.phones.first()).map(|phone| phone.number.clone()).unwrap_or_default()
}

fn mistakes(record: &Record, clinics: &[Clinic]) -> Vec<String> {
    let mut mistakes = Vec::new();
    if !clinics.iter().any(|clinic| clinic.card.id == record.clinic) {
        mistakes.push(format!("clinics/ 里没有“{}”这个文件", record.clinic));
    } else if phone(record, clinics).is_empty() {
        mistakes.push("这家医院没有电话，请写 phone".to_owned());
    }
    if !record.phone.is_empty() && !is_phone(&record.phone) {
        mistakes.push(format!("“{}”不是 0731-28307119 这样的电话", record.phone));
    }
    if record.department.trim().is_empty() {
        mistakes.push("缺少 department：挂哪个科".to_owned());
    }
    if record.minutes == 0 {
        mistakes.push("minutes 要大于 0".to_owned());
    }
    if !(1..=LONGEST_WINDOW).contains(&record.window_days) {
        mistakes.push("window_days 是提前几天能约，写 1 到 366".to_owned());
    } else if record.cutoff_hours > LONGEST_CUTOFF {
        mistakes.push("cutoff_hours 是提前几小时截止，最多 336，就是 14 天".to_owned());
    } else if record.cutoff_hours >= u32::from(record.window_days) * 24 {
        mistakes.push("window_days 要比 cutoff_hours 长，不然谁也约不到".to_owned());
    }
    let mut ids = BTreeSet::new();
    for asked in &record.prerequisites {
        if Slug::parse(&asked.id).is_none() || !ids.insert(&asked.id) {
            mistakes.push(format!("prerequisites 的 id = \"{}\" 要用小写英文，不能重复", asked.id));
        }
    }
    mistakes
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
    let found = Weekday::ALL.into_iter().find(|day| day.as_str() == text);
    found.ok_or_else(|| format!("“{text}”不是 monday 这样的星期"))
}

fn read_minute(text: &str) -> Result<u16, String> {
    read_time(text).ok_or_else(|| format!("“{text}”不是 08:30 这样的时间"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weekly_times_are_read_and_days_that_are_none_are_told() {
        let record = |day: &str, until: &str| WeeklyRecord {
            days: vec![day.to_owned()],
            from: "08:30".to_owned(),
            until: until.to_owned(),
            every: 30,
            capacity: 2,
        };
        let weekly = read_weekly(&record("saturday", "10:00")).expect("reads");
        assert_eq!((weekly.days, weekly.from, weekly.until), (vec![Weekday::Saturday], 510, 600));
        assert!(read_weekly(&record("someday", "10:00")).is_err_and(|told| told.contains("someday")));
        assert!(read_weekly(&record("monday", "08:30")).is_err());
    }
}
