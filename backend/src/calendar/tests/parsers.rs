//! What two calendar programs' own readers understand of the files, read back as a whole.

use super::super::*;
use super::slot;
use calcard::icalendar::{ICalendar, ICalendarComponentType, ICalendarEntry, ICalendarProperty, ICalendarValue};
use icalendar::{CalendarDateTime, Component as _, DatePerhapsTime, EventLike as _};
use proptest::prelude::*;
use zaoshai_contract::civil::CivilDate;

/// What a reader understood; times in milliseconds since 1970 in UTC.
#[derive(Debug, PartialEq)]
struct Told {
    method: String,
    status: String,
    uid: String,
    sequence: i64,
    stamp: i64,
    starts: i64,
    ends: i64,
    summary: String,
    location: String,
    description: String,
    reminder: Option<String>,
}

fn by_icalendar(text: &str) -> Told {
    let calendar: icalendar::Calendar = text.parse().expect("a calendar");
    let mut events = calendar.events();
    let event = events.next().expect("an event");
    assert!(events.next().is_none(), "one event only");
    let value = |name: &str| event.property_value(name).unwrap_or_else(|| panic!("{name} in {text}")).to_owned();
    let utc = |time: Option<DatePerhapsTime>| match time {
        Some(DatePerhapsTime::DateTime(CalendarDateTime::Utc(time))) => time.timestamp_millis(),
        other => panic!("{other:?} is no time in UTC"),
    };
    let alarm = event.components().first();
    Told {
        method: calendar.property_value("METHOD").expect("a method").to_owned(),
        status: value("STATUS"),
        uid: event.get_uid().expect("a UID").to_owned(),
        sequence: value("SEQUENCE").parse().expect("a number"),
        stamp: event.get_timestamp().expect("a DTSTAMP").timestamp_millis(),
        starts: utc(event.get_start()),
        ends: utc(event.get_end()),
        summary: event.get_summary().expect("a summary").to_owned(),
        location: event.get_location().expect("a location").to_owned(),
        description: event.get_description().expect("a description").to_owned(),
        reminder: alarm.map(|alarm| alarm.property_value("DESCRIPTION").expect("a text").to_owned()),
    }
}

fn by_calcard(text: &str) -> Told {
    let calendar = ICalendar::parse(text).expect("a calendar");
    let all = |kind: ICalendarComponentType| calendar.components.iter().filter(move |one| one.component_type == kind);
    let events: Vec<_> = all(ICalendarComponentType::VEvent).collect();
    let [event] = events[..] else { panic!("one event only in {text}") };
    let value = |entry: Option<&ICalendarEntry>| {
        let entry = entry.unwrap_or_else(|| panic!("a property is missing in {text}"));
        let [value] = &entry.values[..] else { panic!("{entry:?} has one value") };
        value.clone()
    };
    let told = |name: ICalendarProperty| value(event.property(&name)).as_text().expect("text").to_owned();
    let utc = |name: ICalendarProperty| {
        let ICalendarValue::PartialDateTime(time) = value(event.property(&name)) else { panic!("{name:?} is a time") };
        let time = time.to_date_time().expect("a whole time");
        assert_eq!(time.offset.map(|offset| offset.local_minus_utc()), Some(0), "{name:?} is in UTC");
        time.date_time.and_utc().timestamp_millis()
    };
    let top = all(ICalendarComponentType::VCalendar).next().expect("a calendar");
    let ICalendarValue::Integer(sequence) = value(event.property(&ICalendarProperty::Sequence)) else {
        panic!("SEQUENCE is a number");
    };
    let alarm = all(ICalendarComponentType::VAlarm).next();
    let reminder = alarm.map(|alarm| value(alarm.property(&ICalendarProperty::Description)));
    Told {
        method: value(top.property(&ICalendarProperty::Method)).as_text().expect("text").to_owned(),
        status: told(ICalendarProperty::Status),
        uid: event.uid().expect("a UID").to_owned(),
        sequence,
        stamp: utc(ICalendarProperty::Dtstamp),
        starts: utc(ICalendarProperty::Dtstart),
        ends: utc(ICalendarProperty::Dtend),
        summary: told(ICalendarProperty::Summary),
        location: told(ICalendarProperty::Location),
        description: told(ICalendarProperty::Description),
        reminder: reminder.map(|text| text.as_text().expect("text").to_owned()),
    }
}

/// What both readers understand, which is the same.
#[track_caller]
fn read_back(text: &str) -> Told {
    let told = by_icalendar(text);
    assert_eq!(told, by_calcard(text), "{text}");
    told
}

/// The lines of a file as they are sent: each at most 75 octets, each whole in its characters.
#[track_caller]
fn check_lines(text: &str) {
    let bytes = text.as_bytes();
    assert!(bytes.ends_with(b"\r\n"));
    let bare = (0..bytes.len()).any(|at| match bytes[at] {
        b'\r' => bytes.get(at + 1) != Some(&b'\n'),
        b'\n' => at == 0 || bytes[at - 1] != b'\r',
        _ => false,
    });
    assert!(!bare, "lines end with CRLF alone: {text:?}");
    for line in bytes[..bytes.len() - 2].split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        assert!(line.len() <= 75, "{} octets", line.len());
        assert!(std::str::from_utf8(line).is_ok(), "a character is cut in {line:?}");
    }
}

fn day(year: i32, month: u8, day: u8) -> CivilDate {
    CivilDate::new(year, month, day).expect("a day")
}

const ADDRESS: &str = "株洲市石峰区, 某路; 1号\\2栋（从东门进，坐电梯到 3 楼，出电梯右转，走到头）";

#[test]
fn confirmed_moved_and_cancelled_entries_of_a_follow_up_are_understood() {
    let first = slot();
    let second = Slot { starts: Moment::at(day(2026, 12, 31), 7 * 60 + 50), minutes: 25, ..slot() };
    let written = [
        (0, &first, Standing::Confirmed, Moment::at(day(2026, 4, 2), 8 * 60)),
        (1, &second, Standing::Confirmed, Moment::at(day(2026, 4, 3), 23 * 60 + 59)),
        (2, &second, Standing::Cancelled, Moment(Moment::at(day(2026, 5, 1), 0).0 + 7_000)),
    ];
    let told = written.map(|(sequence, slot, cancelled, now)| {
        let text = write(&Entry {
            id: "f3a9",
            sequence,
            slot,
            cancelled,
            hospital: "株洲市二医院",
            address: ADDRESS,
            phone: "0731-28307119",
            change: "",
            now,
        });
        check_lines(&text);
        read_back(&text)
    });
    // 9:30 in China is 1:30 in UTC; 7:50 on the last day of the year is 23:50 on the day before.
    let first_starts = 1_776_735_000_000;
    let second_starts = 1_798_674_600_000;
    let minute = 60_000;
    let description = "到哪一间、要改时间或取消，请打开护士发给您的链接。\n医院电话 0731-28307119";
    for (told, (sequence, method, status, stamp, starts, ends)) in told.iter().zip([
        (0, "PUBLISH", "CONFIRMED", 1_775_088_000_000, first_starts, first_starts + 20 * minute),
        (1, "PUBLISH", "CONFIRMED", 1_775_231_940_000, second_starts, second_starts + 25 * minute),
        (2, "CANCEL", "CANCELLED", 1_777_564_807_000, second_starts, second_starts + 25 * minute),
    ]) {
        let reminder = (status == "CONFIRMED").then(|| "明天有医院预约 株洲市二医院".to_owned());
        let expected = Told {
            method: method.to_owned(),
            status: status.to_owned(),
            uid: "f3a9@zaoshai".to_owned(),
            sequence,
            stamp,
            starts,
            ends,
            summary: "医院预约 株洲市二医院".to_owned(),
            location: format!("株洲市二医院 {ADDRESS}"),
            description: description.to_owned(),
            reminder,
        };
        assert_eq!(*told, expected);
    }
}

#[test]
fn no_entry_tells_what_the_appointment_is_for() {
    let text = |standing| super::entry(&slot(), standing);
    for text in [text(Standing::Confirmed), text(Standing::Cancelled)] {
        let Told { summary, location, description, reminder, .. } = read_back(&text);
        assert!(!text.replace("\r\n ", "").contains(&slot().room), "{text}");
        for shown in [summary, location, description, reminder.unwrap_or_default()] {
            for word in [
                "癌", "肿瘤", "筛查", "结节", "息肉", "随访", "复查", "检查", "肺", "肠", "胃", "乳腺", "宫颈", "镜",
                "CT",
            ] {
                assert!(!shown.contains(word), "{word} in {shown}");
            }
        }
    }
}

proptest! {
    #[test]
    fn whatever_a_hospital_is_called_both_readers_understand_it(
        hospital in "[a-z株洲市二医院😀,;:\\\\\"'，]{0,60}[a-z株院😀,;\\\\]",
        address in "[a-z0-9株洲市区路号，😀,;:\\\\\"= ]{0,60}[a-z路号😀,;\\\\]",
        sequence in 0_i64..100_000,
        minutes in 1_u16..600,
        starts in 0_i64..4_000_000_000,
    ) {
        let slot = Slot { starts: Moment(starts * 1000), minutes, ..slot() };
        let text = write(&Entry {
            id: "f3a9",
            sequence,
            slot: &slot,
            cancelled: Standing::Confirmed,
            hospital: &hospital,
            address: &address,
            phone: "",
            change: "",
            now: Moment(0),
        });
        check_lines(&text);
        let told = read_back(&text);
        prop_assert_eq!(told.summary, format!("医院预约 {hospital}"));
        prop_assert_eq!(told.location, format!("{hospital} {address}"));
        prop_assert_eq!((told.sequence, told.stamp), (sequence, 0));
        prop_assert_eq!((told.starts, told.ends), (starts * 1000, starts * 1000 + i64::from(minutes) * 60_000));
    }
}
