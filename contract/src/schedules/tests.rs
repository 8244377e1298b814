//! Tables of days with the slots they should have, and what holds for every schedule.

use super::*;
use proptest::prelude::*;

fn day(text: &str) -> CivilDate {
    CivilDate::parse(text).expect("a day")
}

fn template(service: &str, weekday: Weekday, from: u16, until: u16) -> Template {
    Template {
        id: format!("{service}-{from}"),
        service: service.to_owned(),
        room: "CT 室".to_owned(),
        weekday,
        from,
        until,
        every: 60,
        minutes: 20,
        capacity: 2,
        valid_from: day("2026-01-01"),
        valid_to: None,
    }
}

fn closing(first: &str, last: &str) -> Exception {
    Exception {
        id: "closing".to_owned(),
        service: None,
        room: None,
        first: day(first),
        last: day(last),
        kind: ExceptionKind::Closed,
        reason: "设备检修".to_owned(),
    }
}

fn extra(service: &str, first: &str, last: &str) -> Exception {
    Exception {
        service: Some(service.to_owned()),
        kind: ExceptionKind::Extra {
            from: 840,
            until: 900,
            every: 30,
            minutes: 20,
            capacity: 1,
            room: "CT 室".to_owned(),
        },
        ..closing(first, last)
    }
}

fn visit(date: &str, state: VisitState) -> Visit {
    Visit {
        id: "visit".to_owned(),
        expert: "陈医生".to_owned(),
        home: "江苏省肿瘤医院".to_owned(),
        speciality: "肿瘤放疗".to_owned(),
        service: "oncology".to_owned(),
        room: "门诊 3 楼".to_owned(),
        date: day(date),
        from: 540,
        until: 570,
        every: 15,
        minutes: 15,
        capacity: 1,
        state,
    }
}

fn confirmed() -> VisitState {
    VisitState::Confirmed { by: "王护士".to_owned(), at: Moment(0) }
}

fn cancelled() -> VisitState {
    VisitState::Cancelled { by: "王护士".to_owned(), at: Moment(0), reason: "急诊手术".to_owned() }
}

/// The calendar around the Spring Festival of a year like 2026: days off, and a Saturday that is worked as a Friday.
fn calendar(date: CivilDate) -> DayRule {
    if (day("2026-02-16")..=day("2026-02-22")).contains(&date) {
        DayRule::Off("春节".to_owned())
    } else if date == day("2026-02-28") {
        DayRule::Works(Weekday::Friday)
    } else {
        DayRule::ordinary(date)
    }
}

/// The slots as lines: date, time, service, places, and the expert's name.
fn told(slots: &[PlannedSlot]) -> Vec<String> {
    slots
        .iter()
        .map(|slot| {
            let time = write_time(slot.starts.minute_of_day());
            let expert = slot.expert.as_ref().map_or_else(String::new, |expert| format!(" {expert}"));
            format!("{} {time} {} {}{expert}", slot.starts.date(), slot.service, slot.capacity)
        })
        .collect()
}

fn plan_days(
    templates: &[Template],
    exceptions: &[Exception],
    visits: &[Visit],
    first: &str,
    last: &str,
) -> Vec<String> {
    told(&plan(templates, exceptions, visits, &calendar, day(first), day(last)))
}

#[test]
fn a_template_gives_its_times_on_its_days() {
    let friday = template("ct", Weekday::Friday, 480, 600);
    let friday_slots = |date: &str| vec![format!("{date} 08:00 ct 2"), format!("{date} 09:00 ct 2")];
    let whole = [friday_slots("2026-03-06"), friday_slots("2026-03-13")].concat();
    for (template, first, last, expected) in [
        (friday.clone(), "2026-03-02", "2026-03-15", whole),
        (friday.clone(), "2026-03-06", "2026-03-06", friday_slots("2026-03-06")),
        (friday.clone(), "2026-03-07", "2026-03-12", vec![]),
        // A span that ends before it begins holds no day.
        (friday.clone(), "2026-03-13", "2026-03-06", vec![]),
        // Its first and its last day count.
        (
            Template { valid_from: day("2026-03-06"), valid_to: Some(day("2026-03-06")), ..friday.clone() },
            "2026-03-01",
            "2026-03-31",
            friday_slots("2026-03-06"),
        ),
        (Template { valid_from: day("2026-03-07"), ..friday.clone() }, "2026-03-01", "2026-03-12", vec![]),
        // A start at `until` is none, and a slot that begins before it may end after it.
        (Template { until: 541, minutes: 120, ..friday }, "2026-03-06", "2026-03-06", friday_slots("2026-03-06")),
        (
            template("ct", Weekday::Sunday, 480, 540),
            "2026-03-02",
            "2026-03-08",
            vec!["2026-03-08 08:00 ct 2".to_owned()],
        ),
    ] {
        assert_eq!(
            plan_days(std::slice::from_ref(&template), &[], &[], first, last),
            expected,
            "{template:?} {first} {last}"
        );
    }
}

#[test]
fn a_holiday_has_no_times_and_a_make_up_day_has_those_it_stands_for() {
    let week = [
        template("friday", Weekday::Friday, 480, 540),
        template("saturday", Weekday::Saturday, 480, 540),
        template("monday", Weekday::Monday, 480, 540),
    ];
    for (date, expected) in [
        ("2026-02-13", vec!["2026-02-13 08:00 friday 2"]),
        ("2026-02-14", vec!["2026-02-14 08:00 saturday 2"]),
        ("2026-02-16", vec![]),
        ("2026-02-20", vec![]),
        ("2026-02-21", vec![]),
        ("2026-02-28", vec!["2026-02-28 08:00 friday 2"]),
    ] {
        assert_eq!(plan_days(&week, &[], &[], date, date), expected, "{date}");
    }
}

#[test]
fn a_closing_takes_what_it_reaches() {
    let templates = [
        template("ct", Weekday::Friday, 480, 540),
        Template { room: "2 号 CT 室".to_owned(), ..template("ct", Weekday::Friday, 600, 660) },
        template("ultrasound", Weekday::Friday, 480, 540),
    ];
    let visits = [visit("2026-03-06", confirmed())];
    let (ct, ct_2, ultrasound) = ("2026-03-06 08:00 ct 2", "2026-03-06 10:00 ct 2", "2026-03-06 08:00 ultrasound 2");
    let expert = ["2026-03-06 09:00 oncology 1 陈医生", "2026-03-06 09:15 oncology 1 陈医生"];
    let all = vec![ct, ultrasound, expert[0], expert[1], ct_2];
    let closing = |service: Option<&str>, room: Option<&str>| Exception {
        service: service.map(str::to_owned),
        room: room.map(str::to_owned),
        ..closing("2026-03-05", "2026-03-08")
    };
    for (exceptions, expected) in [
        (vec![], all.clone()),
        (vec![closing(None, None)], vec![]),
        (vec![closing(Some("ct"), None)], vec![ultrasound, expert[0], expert[1]]),
        (vec![closing(None, Some("CT 室"))], vec![expert[0], expert[1], ct_2]),
        (vec![closing(Some("ct"), Some("CT 室"))], vec![ultrasound, expert[0], expert[1], ct_2]),
        (vec![closing(Some("oncology"), None)], vec![ct, ultrasound, ct_2]),
        (vec![closing(Some("ct"), None), closing(Some("oncology"), None)], vec![ultrasound]),
        (vec![Exception { first: day("2026-03-07"), ..closing(None, None) }], all.clone()),
        (vec![Exception { last: day("2026-03-05"), ..closing(None, None) }], all),
    ] {
        let slots = plan_days(&templates, &exceptions, &visits, "2026-03-06", "2026-03-06");
        assert_eq!(slots, expected, "{exceptions:?}");
    }
}

#[test]
fn an_exception_of_several_days_reaches_each_of_them() {
    let every_day = Weekday::ALL.map(|weekday| template("ct", weekday, 480, 540));
    let dates = |slots: Vec<String>| -> Vec<String> { slots.iter().map(|slot| slot[8..10].to_owned()).collect() };
    let closed = plan_days(&every_day, &[closing("2026-03-03", "2026-03-05")], &[], "2026-03-01", "2026-03-07");
    assert_eq!(dates(closed), ["01", "02", "06", "07"]);
    let added = plan_days(&[], &[extra("ct", "2026-03-03", "2026-03-04")], &[], "2026-03-01", "2026-03-07");
    assert_eq!(dates(added), ["03", "03", "04", "04"]);
}

#[test]
fn extra_times_take_place_on_holidays_unless_they_are_closed() {
    let monday = [template("ct", Weekday::Monday, 480, 540)];
    let slots = ["2026-02-16 14:00 ct 1", "2026-02-16 14:30 ct 1"];
    for (exceptions, expected) in [
        (vec![extra("ct", "2026-02-16", "2026-02-16")], slots.to_vec()),
        (vec![extra("ct", "2026-02-16", "2026-02-16"), closing("2026-02-16", "2026-02-16")], vec![]),
        // Extra times that name no service belong to none.
        (vec![Exception { service: None, ..extra("ct", "2026-02-16", "2026-02-16") }], vec![]),
    ] {
        assert_eq!(plan_days(&monday, &exceptions, &[], "2026-02-16", "2026-02-16"), expected, "{exceptions:?}");
    }
}

#[test]
fn only_a_confirmed_visit_can_be_booked() {
    let slots = |date: &str| vec![format!("{date} 09:00 oncology 1 陈医生"), format!("{date} 09:15 oncology 1 陈医生")];
    for (visit, exceptions, expected) in [
        (visit("2026-03-06", VisitState::Planned), vec![], vec![]),
        (visit("2026-03-06", confirmed()), vec![], slots("2026-03-06")),
        (visit("2026-03-06", cancelled()), vec![], vec![]),
        (visit("2026-03-06", confirmed()), vec![closing("2026-03-06", "2026-03-06")], vec![]),
        // She said that she comes on the holiday.
        (visit("2026-02-17", confirmed()), vec![], slots("2026-02-17")),
        (visit("2026-04-01", confirmed()), vec![], vec![]),
    ] {
        let found = plan_days(&[], &exceptions, std::slice::from_ref(&visit), "2026-02-01", "2026-03-31");
        assert_eq!(found, expected, "{visit:?}");
    }
}

#[test]
fn two_sources_of_one_slot_give_one_with_the_larger_capacity() {
    let friday = template("oncology", Weekday::Friday, 540, 600);
    let friday = Template { room: "门诊 3 楼".to_owned(), every: 15, ..friday };
    let again = Template { id: "again".to_owned(), until: 555, capacity: 5, minutes: 10, ..friday.clone() };
    let visits = [visit("2026-03-06", confirmed())];
    let planned = plan(&[friday, again], &[], &visits, &calendar, day("2026-03-06"), day("2026-03-06"));
    assert_eq!(
        told(&planned),
        [
            "2026-03-06 09:00 oncology 5 陈医生",
            "2026-03-06 09:15 oncology 2 陈医生",
            "2026-03-06 09:30 oncology 2",
            "2026-03-06 09:45 oncology 2",
        ]
    );
    assert!(planned.iter().all(|slot| slot.minutes == 20));
}

#[test]
fn of_two_experts_in_one_slot_the_same_one_is_named_in_any_order() {
    let one = visit("2026-03-06", confirmed());
    let other = Visit { expert: "严医生".to_owned(), ..one.clone() };
    for visits in [[one.clone(), other.clone()], [other, one]] {
        let slots = plan_days(&[], &[], &visits, "2026-03-06", "2026-03-06");
        assert_eq!(slots, ["2026-03-06 09:00 oncology 1 严医生", "2026-03-06 09:15 oncology 1 严医生"]);
    }
}

#[test]
fn input_that_a_form_would_refuse_gives_fewer_slots_and_no_panic() {
    let friday = template("ct", Weekday::Friday, 480, 540);
    for (template, count) in [
        (Template { every: 0, ..friday.clone() }, 0),
        (Template { capacity: 0, ..friday.clone() }, 0),
        (Template { until: 480, ..friday.clone() }, 0),
        (Template { from: u16::MAX, until: u16::MAX, ..friday.clone() }, 0),
        (Template { from: 1380, until: u16::MAX, every: u16::MAX, minutes: u16::MAX, ..friday }, 1),
    ] {
        let slots = plan(std::slice::from_ref(&template), &[], &[], &calendar, day("2026-03-06"), day("2026-03-06"));
        assert_eq!(slots.len(), count, "{template:?}");
    }
}

#[test]
fn a_schedule_survives_json() {
    let visits = [visit("2026-03-06", cancelled()), visit("2026-03-06", VisitState::Planned)];
    let text = serde_json::to_string(&visits).expect("writes");
    assert!(text.contains(r#""state":{"is":"cancelled","by":"王护士""#), "{text}");
    assert_eq!(serde_json::from_str::<Vec<Visit>>(&text).expect("reads"), visits);
    let exceptions = [closing("2026-03-06", "2026-03-07"), extra("ct", "2026-03-06", "2026-03-06")];
    let text = serde_json::to_string(&exceptions).expect("writes");
    assert!(text.contains(r#""kind":{"is":"closed"}"#), "{text}");
    assert_eq!(serde_json::from_str::<Vec<Exception>>(&text).expect("reads"), exceptions);
    let templates = [template("ct", Weekday::Saturday, 480, 540)];
    let text = serde_json::to_string(&templates).expect("writes");
    assert!(text.contains(r#""weekday":"saturday""#) && !text.contains("valid_to"), "{text}");
    assert_eq!(serde_json::from_str::<Vec<Template>>(&text).expect("reads"), templates);
}

/// The first day of the span in which the properties are tried.
const ORIGIN: i64 = 20_454;
/// Its length, days.
const SPAN: i64 = 10;

fn dates() -> impl Strategy<Value = CivilDate> {
    (0..SPAN).prop_map(|days| CivilDate::from_days(ORIGIN + days))
}

fn names() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["ct", "oncology"]).prop_map(str::to_owned)
}

/// Times on a grid so coarse that sources often give the same slot.
fn hours() -> impl Strategy<Value = (u16, u16, u16, u16, u16)> {
    let from = (0_u16..3).prop_map(|place| 480 + place * 60);
    let until = (0_u16..5).prop_map(|place| 540 + place * 60);
    let every = prop::sample::select(vec![0_u16, 30, 60]);
    (from, until, every, 5_u16..60, 0_u16..4)
}

fn templates() -> impl Strategy<Value = Vec<Template>> {
    let one = (names(), names(), 0_usize..7, hours(), dates(), prop::option::of(dates()));
    let one =
        one.prop_map(|(service, room, weekday, (from, until, every, minutes, capacity), valid_from, valid_to)| {
            let weekday = Weekday::ALL[weekday];
            let id = String::new();
            Template { id, service, room, weekday, from, until, every, minutes, capacity, valid_from, valid_to }
        });
    prop::collection::vec(one, 0..20)
}

fn exceptions() -> impl Strategy<Value = Vec<Exception>> {
    let kind = prop::option::weighted(0.7, (hours(), names()));
    let one = (prop::option::weighted(0.8, names()), prop::option::of(names()), dates(), 0_i64..3, kind);
    let one = one.prop_map(|(service, room, first, days, kind)| {
        let kind = kind.map_or(ExceptionKind::Closed, |((from, until, every, minutes, capacity), room)| {
            ExceptionKind::Extra { from, until, every, minutes, capacity, room }
        });
        let (id, reason) = (String::new(), String::new());
        Exception { id, service, room, first, last: first.plus_days(days), kind, reason }
    });
    prop::collection::vec(one, 0..5)
}

fn visits() -> impl Strategy<Value = Vec<Visit>> {
    let state = prop::sample::select(vec![VisitState::Planned, confirmed(), cancelled()]);
    let one = (names(), names(), names(), dates(), hours(), state);
    let one = one.prop_map(|(expert, service, room, date, (from, until, every, minutes, capacity), state)| {
        let (id, home, speciality) = (String::new(), String::new(), String::new());
        Visit { id, expert, home, speciality, service, room, date, from, until, every, minutes, capacity, state }
    });
    prop::collection::vec(one, 0..8)
}

/// A calendar in which some days are off and some are worked as another day of the week.
fn calendars() -> impl Strategy<Value = Vec<DayRule>> {
    prop::collection::vec((0_u8..10, 0_usize..7), SPAN as usize).prop_map(|days| {
        let rule = |(place, (kind, weekday)): (usize, (u8, usize))| match kind {
            0 | 1 => DayRule::Off("节日".to_owned()),
            2 => DayRule::Works(Weekday::ALL[weekday]),
            _ => DayRule::ordinary(CivilDate::from_days(ORIGIN + place as i64)),
        };
        days.into_iter().enumerate().map(rule).collect()
    })
}

/// A schedule with its calendar and a span of days within it.
fn schedules() -> impl Strategy<Value = (Vec<Template>, Vec<Exception>, Vec<Visit>, Vec<DayRule>, CivilDate, CivilDate)>
{
    (templates(), exceptions(), visits(), calendars(), dates(), dates()).prop_map(
        |(templates, exceptions, visits, calendar, one, other)| {
            (templates, exceptions, visits, calendar, one.min(other), one.max(other))
        },
    )
}

fn rule_of(calendar: &[DayRule], date: CivilDate) -> DayRule {
    calendar[(date.days() - ORIGIN) as usize].clone()
}

proptest! {
    #[test]
    fn every_slot_lies_in_its_span_and_they_are_sorted((templates, exceptions, visits, days, first, last) in schedules()) {
        let slots = plan(&templates, &exceptions, &visits, &|date| rule_of(&days, date), first, last);
        prop_assert!(slots.iter().all(|slot| (first..=last).contains(&slot.starts.date()) && slot.capacity > 0));
        let places: Vec<(Moment, &str, &str)> =
            slots.iter().map(|slot| (slot.starts, slot.service.as_str(), slot.room.as_str())).collect();
        prop_assert!(places.windows(2).all(|pair| pair[0] < pair[1]), "{places:?}");
    }

    #[test]
    fn nothing_is_planned_where_it_is_closed((templates, exceptions, visits, days, first, last) in schedules()) {
        let slots = plan(&templates, &exceptions, &visits, &|date| rule_of(&days, date), first, last);
        for exception in exceptions.iter().filter(|exception| exception.kind == ExceptionKind::Closed) {
            let open = slots.iter().find(|slot| {
                (exception.first..=exception.last).contains(&slot.starts.date())
                    && exception.service.as_ref().is_none_or(|service| *service == slot.service)
                    && exception.room.as_ref().is_none_or(|room| *room == slot.room)
            });
            prop_assert_eq!(open, None);
        }
    }

    #[test]
    fn a_holiday_without_extras_and_visits_is_empty((templates, _, _, days, first, last) in schedules()) {
        let slots = plan(&templates, &[], &[], &|date| rule_of(&days, date), first, last);
        prop_assert!(slots.iter().all(|slot| matches!(rule_of(&days, slot.starts.date()), DayRule::Works(_))));
    }

    #[test]
    fn a_plan_does_not_depend_on_the_order_of_its_input((templates, exceptions, visits, days, first, last) in schedules()) {
        let slots = plan(&templates, &exceptions, &visits, &|date| rule_of(&days, date), first, last);
        let turned = |list: &[Template]| list.iter().rev().cloned().collect::<Vec<_>>();
        let exceptions: Vec<Exception> = exceptions.into_iter().rev().collect();
        let visits: Vec<Visit> = visits.into_iter().rev().collect();
        let again = plan(&turned(&templates), &exceptions, &visits, &|date| rule_of(&days, date), first, last);
        prop_assert_eq!(slots, again);
    }

    #[test]
    fn a_part_of_a_span_is_planned_like_the_whole(
        (templates, exceptions, visits, days, first, last) in schedules(), from in dates(), to in dates()
    ) {
        let day = |date| rule_of(&days, date);
        let (from, to) = (from.max(first), to.min(last));
        let whole = plan(&templates, &exceptions, &visits, &day, first, last);
        let within = |slot: &PlannedSlot| from <= slot.starts.date() && slot.starts.date() <= to;
        let expected: Vec<PlannedSlot> = whole.into_iter().filter(within).collect();
        prop_assert_eq!(plan(&templates, &exceptions, &visits, &day, from, to), expected);
    }
}
