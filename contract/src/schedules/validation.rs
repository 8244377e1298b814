//! What staff may enter into a schedule, field by field, and what of it gets into its own way.

use super::{DAY, Exception, Hours, MOST_DAYS, Template, Visit, VisitState};
use crate::civil::{CivilDate, Weekday};
use crate::limits;
use crate::problem::FieldError;
use core::fmt;
use core::ops::RangeInclusive;

/// Places in one slot.
const CAPACITY: RangeInclusive<u16> = 1..=200;
/// Minutes between starts, and minutes of a slot.
const STEP: RangeInclusive<u16> = 5..=480;
/// Characters of a room, a hospital or a speciality.
const NAME: RangeInclusive<usize> = 1..=40;
/// Characters of a reason.
const REASON: RangeInclusive<usize> = 1..=100;

impl Template {
    /// What is wrong with it, by field; nothing if it can be stored.
    pub fn check(&self) -> Vec<FieldError> {
        let mut errors = Errors::default();
        errors.service(&self.service);
        errors.room(&self.room);
        errors.hours(self.hours());
        if self.valid_to.is_some_and(|valid_to| valid_to < self.valid_from) {
            errors.add("valid_to", "最后一天不能早于第一天");
        }
        errors.0
    }
}

impl Exception {
    /// What is wrong with it, by field; nothing if it can be stored.
    pub fn check(&self) -> Vec<FieldError> {
        let mut errors = Errors::default();
        if let Some((hours, room)) = self.kind.extra() {
            errors.service(self.service.as_deref().unwrap_or_default());
            errors.room(room);
            errors.hours(hours);
        } else {
            // An empty name would reach nothing, where the form meant everything.
            if self.service.as_deref() == Some("") {
                errors.add("service", "请选一项服务，或选全院");
            }
            if self.room.as_deref() == Some("") {
                errors.add("room", "请填地点，或选全部地点");
            }
        }
        if self.last < self.first {
            errors.add("last", "最后一天不能早于第一天");
        } else if self.last.days() - self.first.days() >= MOST_DAYS {
            errors.add("last", "一次最多 366 天，请分开写");
        }
        errors.text("reason", &self.reason, REASON, "请写原因，1 到 100 个字，例如 设备检修");
        errors.0
    }
}

impl Visit {
    /// What is wrong with it, by field; nothing if it can be stored.
    pub fn check(&self) -> Vec<FieldError> {
        let mut errors = Errors::default();
        errors.text("expert", &self.expert, 1..=20, "请填专家的姓名，1 到 20 个字");
        errors.text("home", &self.home, NAME, "请填专家所在的医院，1 到 40 个字");
        errors.text("speciality", &self.speciality, NAME, "请填专长，1 到 40 个字，例如 肺结节");
        errors.service(&self.service);
        errors.room(&self.room);
        errors.hours(self.hours());
        match &self.state {
            VisitState::Planned => {}
            VisitState::Confirmed { by, .. } => errors.text("by", by, NAME, "请写谁确认的"),
            VisitState::Cancelled { by, reason, .. } => {
                errors.text("by", by, NAME, "请写谁停的诊");
                errors.text("reason", reason, REASON, "请写停诊的原因，1 到 100 个字");
            }
        }
        errors.0
    }
}

#[derive(Default)]
struct Errors(Vec<FieldError>);

impl Errors {
    fn add(&mut self, field: &str, message: &str) {
        self.0.push(FieldError { field: field.to_owned(), message: message.to_owned() });
    }

    fn text(&mut self, field: &str, text: &str, length: RangeInclusive<usize>, message: &str) {
        if !length.contains(&limits::length(text.trim())) {
            self.add(field, message);
        }
    }

    fn service(&mut self, service: &str) {
        if service.trim().is_empty() {
            self.add("service", "请选一项服务");
        }
    }

    fn room(&mut self, room: &str) {
        self.text("room", room, NAME, "请填地点，1 到 40 个字，例如 门诊 CT 室");
    }

    fn hours(&mut self, hours: Hours) {
        let begins = hours.from < DAY;
        if !begins {
            self.add("from", "请填第一个号的时间，例如 08:30");
        }
        if hours.until >= DAY {
            self.add("until", "请填停止给号的时间，例如 11:30");
        } else if begins && hours.until <= hours.from {
            self.add("until", "停止给号要晚于第一个号，例如 08:30 到 11:30");
        }
        if !STEP.contains(&hours.every) {
            self.add("every", "请填隔几分钟一个号，5 到 480，例如 30");
        }
        if !STEP.contains(&hours.minutes) {
            self.add("minutes", "请填一个号几分钟，5 到 480，例如 20");
        } else if hours.ends() > u32::from(DAY) {
            self.add("minutes", "最后一个号要在当天结束，请早一点停止给号");
        }
        if !CAPACITY.contains(&hours.capacity) {
            self.add("capacity", "请填一个号几个人，1 到 200，例如 2");
        }
    }
}

/// Reads a time of day as people write it, `08:30`, as minutes after midnight; full-width digits and colons are fine.
pub fn read_time(text: &str) -> Option<u16> {
    let number = |part: &str| -> Option<u16> {
        let digits = part.chars().map(|letter| match letter {
            '０'..='９' => Some(u32::from(letter) - u32::from('０')),
            _ => letter.to_digit(10),
        });
        let digits: Option<Vec<u32>> = digits.collect();
        digits.filter(|digits| (1..=2).contains(&digits.len())).map(|digits| {
            let number = digits.iter().fold(0, |sum, digit| sum * 10 + digit);
            number as u16
        })
    };
    let (hour, minute) = text.trim().split_once([':', '：'])?;
    let (hour, minute) = (number(hour)?, number(minute)?);
    (hour < 24 && minute < 60).then_some(hour * 60 + minute)
}

/// A time of day as staff write it, `08:30`.
pub fn write_time(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// Two templates that want one room at the same time. It is a warning: two doctors may share a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The id of the template that comes first in the list.
    pub one: String,
    /// The id of the other one.
    pub other: String,
    /// The room.
    pub room: String,
    /// The day of the week.
    pub weekday: Weekday,
    /// When both begin to want it, minutes after midnight.
    pub from: u16,
    /// When the first of them lets it go, minutes after midnight.
    pub until: u16,
    /// The first day on which both apply.
    pub since: CivilDate,
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { room, weekday, from, until, since, .. } = self;
        let weekday = weekday.title();
        let (from, until) = (write_time(*from), write_time(*until));
        write!(f, "{room}，{weekday} {from} 到 {until}，从 {since} 起有两个安排")
    }
}

/// The templates that get into each other's way: in one room, on one day of the week, at overlapping times, while both
/// are valid. A template needs its room from its first start until its last slot ends.
pub fn conflicts(templates: &[Template]) -> Vec<Conflict> {
    let pairs =
        templates.iter().enumerate().flat_map(|(place, one)| templates[place + 1..].iter().map(move |two| (one, two)));
    pairs.filter_map(|(one, other)| conflict(one, other)).collect()
}

fn conflict(one: &Template, other: &Template) -> Option<Conflict> {
    let since = one.valid_from.max(other.valid_from);
    let both_valid = [one, other].iter().all(|template| template.valid_to.is_none_or(|valid_to| since <= valid_to));
    let from = one.from.max(other.from);
    let until = one.hours().ends().min(other.hours().ends());
    let meet = one.room == other.room && one.weekday == other.weekday && both_valid && u32::from(from) < until;
    meet.then(|| Conflict {
        one: one.id.clone(),
        other: other.id.clone(),
        room: one.room.clone(),
        weekday: one.weekday,
        from,
        until: until.min(u32::from(DAY)) as u16,
        since,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::civil::Moment;
    use crate::schedules::ExceptionKind;

    fn day(text: &str) -> CivilDate {
        CivilDate::parse(text).expect("a day")
    }

    fn template() -> Template {
        Template {
            id: "ct".to_owned(),
            service: "ldct-review".to_owned(),
            room: "门诊 CT 室".to_owned(),
            weekday: Weekday::Monday,
            from: 510,
            until: 690,
            every: 30,
            minutes: 20,
            capacity: 2,
            valid_from: day("2026-12-01"),
            valid_to: None,
        }
    }

    fn closing() -> Exception {
        Exception {
            id: "x".to_owned(),
            service: None,
            room: None,
            first: day("2026-12-01"),
            last: day("2026-12-01"),
            kind: ExceptionKind::Closed,
            reason: "设备检修".to_owned(),
        }
    }

    fn extra() -> Exception {
        Exception {
            service: Some("ldct-review".to_owned()),
            kind: ExceptionKind::Extra {
                from: 510,
                until: 690,
                every: 30,
                minutes: 20,
                capacity: 2,
                room: "门诊 CT 室".to_owned(),
            },
            ..closing()
        }
    }

    fn visit() -> Visit {
        Visit {
            id: "v".to_owned(),
            expert: "陈医生".to_owned(),
            home: "江苏省肿瘤医院".to_owned(),
            speciality: "肿瘤放疗".to_owned(),
            service: "oncology".to_owned(),
            room: "门诊 3 楼".to_owned(),
            date: day("2026-12-05"),
            from: 510,
            until: 690,
            every: 15,
            minutes: 15,
            capacity: 1,
            state: VisitState::Planned,
        }
    }

    fn fields(errors: &[FieldError]) -> Vec<&str> {
        errors.iter().map(|error| error.field.as_str()).collect()
    }

    #[test]
    fn a_template_is_refused_field_by_field() {
        type Change = fn(&mut Template);
        let table: [(Change, &[&str]); 16] = [
            (|_| {}, &[]),
            (|template| template.service = " ".to_owned(), &["service"]),
            (|template| template.room = String::new(), &["room"]),
            (|template| template.room = "室".repeat(41), &["room"]),
            (|template| template.from = 1440, &["from"]),
            (|template| template.until = 1440, &["until"]),
            (|template| template.until = 510, &["until"]),
            (|template| template.every = 4, &["every"]),
            (|template| template.every = 481, &["every"]),
            (|template| template.minutes = 0, &["minutes"]),
            (|template| template.minutes = 481, &["minutes"]),
            (|template| template.capacity = 0, &["capacity"]),
            (|template| template.capacity = 201, &["capacity"]),
            (|template| template.valid_to = Some(day("2026-11-30")), &["valid_to"]),
            // The last start is at 23:00; an hour later the day is over, two hours later it is long over.
            (|template| (template.until, template.minutes) = (1410, 60), &[]),
            (|template| (template.until, template.minutes) = (1410, 120), &["minutes"]),
        ];
        for (place, (change, expected)) in table.into_iter().enumerate() {
            let mut template = template();
            change(&mut template);
            assert_eq!(fields(&template.check()), expected, "case {place}");
        }
    }

    #[test]
    fn several_mistakes_are_told_at_once_and_in_chinese() {
        let errors = Template { from: 700, every: 0, capacity: 0, ..template() }.check();
        assert_eq!(fields(&errors), ["until", "every", "capacity"]);
        for error in errors {
            assert!(error.message.contains("例如"), "{}", error.message);
        }
    }

    #[test]
    fn an_exception_is_refused_field_by_field() {
        for (exception, expected) in [
            (closing(), &[][..]),
            (extra(), &[]),
            (Exception { last: day("2026-11-30"), ..closing() }, &["last"]),
            (Exception { last: day("2027-12-01"), ..closing() }, &[]),
            (Exception { last: day("2027-12-02"), ..closing() }, &["last"]),
            (Exception { reason: "  ".to_owned(), ..closing() }, &["reason"]),
            (Exception { reason: "停".repeat(101), ..closing() }, &["reason"]),
            (Exception { service: Some(String::new()), room: Some(String::new()), ..closing() }, &["service", "room"]),
            (Exception { service: None, ..extra() }, &["service"]),
        ] {
            assert_eq!(fields(&exception.check()), expected, "{exception:?}");
        }
        let kind =
            ExceptionKind::Extra { from: 510, until: 500, every: 0, minutes: 0, capacity: 0, room: String::new() };
        let errors = Exception { kind, ..extra() }.check();
        assert_eq!(fields(&errors), ["room", "until", "every", "minutes", "capacity"]);
    }

    #[test]
    fn a_visit_is_refused_field_by_field() {
        let at = Moment(0);
        let cancelled =
            |by: &str, reason: &str| VisitState::Cancelled { by: by.to_owned(), at, reason: reason.to_owned() };
        for (visit, expected) in [
            (visit(), &[][..]),
            (Visit { expert: String::new(), home: String::new(), ..visit() }, &["expert", "home"]),
            (Visit { speciality: String::new(), service: String::new(), ..visit() }, &["speciality", "service"]),
            (Visit { room: String::new(), capacity: 0, ..visit() }, &["room", "capacity"]),
            (Visit { state: VisitState::Confirmed { by: "王护士".to_owned(), at }, ..visit() }, &[]),
            (Visit { state: VisitState::Confirmed { by: String::new(), at }, ..visit() }, &["by"]),
            (Visit { state: cancelled("王护士", "专家有急诊手术"), ..visit() }, &[]),
            (Visit { state: cancelled("", ""), ..visit() }, &["by", "reason"]),
        ] {
            assert_eq!(fields(&visit.check()), expected, "{visit:?}");
        }
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        for (text, minute) in [
            ("08:30", Some(510)),
            ("8:30", Some(510)),
            (" 08：30 ", Some(510)),
            ("０８:３０", Some(510)),
            ("00:00", Some(0)),
            ("23:59", Some(1439)),
            ("24:00", None),
            ("08:60", None),
            ("8.30", None),
            ("8", None),
            ("008:30", None),
            ("+8:30", None),
            (":30", None),
            ("ab:cd", None),
            ("", None),
        ] {
            assert_eq!(read_time(text), minute, "{text}");
        }
        assert!((0..1440).all(|minute| read_time(&write_time(minute)) == Some(minute)));
    }

    #[test]
    fn two_templates_in_one_room_are_told_when_their_times_and_days_meet() {
        let later = Template { id: "later".to_owned(), from: 660, until: 720, ..template() };
        for (other, expected) in [
            (later.clone(), Some("门诊 CT 室，星期一 11:00 到 11:20，从 2026-12-01 起有两个安排")),
            // Another service needs the room no less.
            (
                Template { service: "colonoscopy".to_owned(), ..later.clone() },
                Some("门诊 CT 室，星期一 11:00 到 11:20，从 2026-12-01 起有两个安排"),
            ),
            (
                Template { valid_from: day("2027-01-01"), ..later.clone() },
                Some("门诊 CT 室，星期一 11:00 到 11:20，从 2027-01-01 起有两个安排"),
            ),
            (Template { weekday: Weekday::Tuesday, ..later.clone() }, None),
            (Template { room: "内镜中心".to_owned(), ..later.clone() }, None),
            // It begins when the last slot of the morning has ended.
            (Template { from: 680, until: 720, ..later.clone() }, None),
            (Template { valid_from: day("2026-01-01"), valid_to: Some(day("2026-11-30")), ..later.clone() }, None),
        ] {
            let found = conflicts(&[template(), other.clone()]);
            assert_eq!(found.first().map(ToString::to_string).as_deref(), expected, "{other:?}");
            let turned = conflicts(&[other, template()]);
            assert_eq!(turned.len(), found.len());
        }
    }

    #[test]
    fn three_templates_in_one_room_are_three_conflicts() {
        let named = |id: &str| Template { id: id.to_owned(), ..template() };
        let found = conflicts(&[named("a"), named("b"), named("c")]);
        let pairs: Vec<(&str, &str)> =
            found.iter().map(|conflict| (conflict.one.as_str(), conflict.other.as_str())).collect();
        assert_eq!(pairs, [("a", "b"), ("a", "c"), ("b", "c")]);
    }
}
