use super::super::accounts::{HERE, THERE};
use super::super::stage::extra;
use super::super::weekly;
use super::*;
use crate::content::{Edition, Library};
use crate::db::schedules::At;
use crate::timetable::day_rule;
use std::path::Path;
use zaoshai_contract::civil::CivilDate;
use zaoshai_contract::schedules::{Exception, PlannedSlot, Template, plan};
use zaoshai_contract::slots::Slot;

/// Minutes after midnight: the day has just begun, is under way, is nearly over.
const HOURS: [u16; 3] = [5, 10 * 60 + 40, 23 * 60 + 50];
/// How many take a time or have one kept; as many every day.
const TIMES: usize = 28;

fn day(year: i32, month: u8, day: u8) -> CivilDate {
    CivilDate::new(year, month, day).expect("a day")
}

fn library() -> Library {
    let content = Path::new(env!("CARGO_MANIFEST_DIR")).join("../content");
    Library::load_edition(&content, day(2026, 11, 28), Edition::Demonstration).expect("sound content")
}

/// The times of the script, without a database.
struct Times {
    library: Library,
    usual: Vec<PlannedSlot>,
}

impl Times {
    /// From one day to another, with the holidays of the calendar.
    fn between(first: CivilDate, last: CivilDate) -> Self {
        let library = library();
        let at = |hospital| At { hospital, now: Moment::at(first, 0) };
        let templates: Vec<Template> =
            [HERE, THERE].into_iter().flat_map(|hospital| weekly(&library, at(hospital))).collect();
        let usual = Self::planned(&library, &templates, &[], first, last);
        Self { library, usual }
    }

    fn planned(
        library: &Library,
        templates: &[Template],
        exceptions: &[Exception],
        first: CivilDate,
        last: CivilDate,
    ) -> Vec<PlannedSlot> {
        plan(templates, exceptions, &[], &|date| day_rule(&library.holidays, date), first, last)
    }

    /// How many begin before a moment.
    fn place(&self, moment: Moment) -> usize {
        self.usual.partition_point(|slot| slot.starts < moment)
    }

    /// What the board holds at a moment.
    fn around(&self, now: Moment) -> Vec<Slot> {
        let (begin, end) = (Moment::at(now.date().plus_days(-BEGINS), 8 * 60), now.plus_minutes(30 * 1_440));
        let (first, last) = (self.place(begin), self.place(end));
        let usual = self.usual.get(first..last).expect("a span").iter().cloned();
        let extra = Self::planned(&self.library, &[], &[extra(now)], now.date(), now.date());
        let slot = |(number, slot): (usize, PlannedSlot)| Slot {
            id: SlotId::parse(&format!("slot-{number}")).expect("an id"),
            starts: slot.starts,
            minutes: slot.minutes,
            service: slot.service,
            clinic: HERE.to_owned(),
            room: slot.room,
            expert: String::new(),
            free: slot.capacity,
        };
        usual.chain(extra).enumerate().map(slot).collect()
    }
}

/// Plays the script around a moment on paper: whatever is asked of the product there is what it allows.
fn holds_at(times: &Times, now: Moment) {
    let slots = times.around(now);
    let turns = turns(&mut Board::new(now, slots.clone())).unwrap_or_else(|error| panic!("{error}"));
    let slots: BTreeMap<&str, &Slot> = slots.iter().map(|slot| (slot.id.as_str(), slot)).collect();
    let begin = Moment::at(now.date().plus_days(-BEGINS), 8 * 60);
    assert!(turns.iter().all(|turn| (begin..=now).contains(&turn.at)), "all of it at {}", now.iso());
    let mut due: BTreeMap<u16, CivilDate> = BTreeMap::new();
    let mut taken = 0;
    for Turn { at, who, act } in &turns {
        match act {
            Act::Make(..) => assert!(due.insert(who.ending, at.date()).is_none(), "{} is made once", who.name),
            Act::MakeFor(_, _, days) => {
                due.insert(who.ending, now.date().plus_days(*days));
            }
            Act::Book(slot) | Act::Hold(slot) | Act::BookFor(_, slot) => {
                let slot = slots.get(slot.as_str()).expect("a slot of the board");
                let service = times.library.booking.iter().find(|service| service.id == slot.service);
                let open = service.expect("a service").rules().open(due[&who.ending], *at);
                assert!(
                    open.contains(&slot.starts),
                    "{} takes {} at {} around {}",
                    who.name,
                    slot.starts.iso(),
                    at.iso(),
                    now.iso()
                );
                taken += 1;
            }
            _ => {}
        }
    }
    assert_eq!(taken, TIMES, "everybody finds a time around {}", now.iso());
}

#[test]
fn the_script_holds_at_any_hour_of_every_day_of_the_year() {
    let times = Times::between(day(2025, 11, 1), day(2027, 3, 1));
    for days in day(2026, 1, 1).days()..=day(2026, 12, 31).days() {
        for minute in HOURS {
            holds_at(&times, Moment::at(CivilDate::from_days(days), minute));
        }
    }
}

#[test]
fn a_script_that_tells_what_follows_before_what_it_follows_is_refused() {
    let now = Moment::at(day(2026, 11, 28), 600);
    let who = Who { name: "林国栋", ending: 1, given_away: false };
    let turn = |minutes: i64, act| Turn { at: now.plus_minutes(minutes), who, act };
    let made = |minutes| turn(minutes, Act::Make("nurse", &NODULE, 30));
    assert!(in_order(&[made(-9), turn(-9, Act::Cancel)], now).is_ok());
    for turns in [
        vec![turn(-9, Act::Cancel)],
        vec![turn(-9, Act::Cancel), made(-8)],
        vec![made(-8), turn(-9, Act::Cancel)],
        vec![made(-8), made(-7)],
        vec![made(-8), turn(1, Act::Cancel)],
    ] {
        assert!(in_order(&turns, now).is_err());
    }
}
