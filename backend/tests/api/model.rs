//! Random actions of patients, nurses, a coordinator who closes clinics, and the clock against a simple model. After each
//! of them capacity is kept, nobody is left in a closed clinic, the history explains every state, and exactly those whom
//! the model calls overdue are on the list.

use crate::world::{app, database, secrets};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::ops::Range;
use zaoshai_backend::clock::Clock;
use zaoshai_backend::db::Db;
use zaoshai_backend::db::appointments::{Change, Rules};
use zaoshai_backend::db::closures::Closure;
use zaoshai_backend::db::slots::NewSlot;
use zaoshai_backend::db::steps::Next;
use zaoshai_backend::demonstration::crowd;
use zaoshai_backend::pathway::{self, Session};
use zaoshai_backend::secrets;
use zaoshai_contract::appointments::{AWAKE, Action, HOLD_MS, State, after, offer_until};
use zaoshai_contract::civil::{CivilDate, Moment};
use zaoshai_contract::followups::{Ending, Facts, Outcome};
use zaoshai_contract::ids::SlotId;
use zaoshai_contract::roles::{Party, Role};
use zaoshai_contract::schedules::BookingRules;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const HOSPITAL: &str = "zhuzhou-2";
/// A service of the content, with a cut-off of a day.
const SERVICE: &str = "ldct-review";

/// When a slot begins, in hours after the start, and how many places it has: two on the second day, one on the fourth
/// and on the seventh.
const SLOTS: [(i64, u16); 4] = [(36, 1), (38, 2), (72, 1), (144, 1)];

/// Who does something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    /// The rules bind her, and her link must be open.
    Patient,
    /// Goes past the rules.
    Nurse,
    /// The server, which keeps places for people who can still take them.
    Clock,
}

impl By {
    fn party(self) -> Party {
        match self {
            Self::Patient => Party::Patient,
            Self::Nurse => Party::Staff(Role::Nurse),
            Self::Clock => Party::Clock,
        }
    }
}

/// Something that somebody does to one of the follow-ups.
#[derive(Clone, Debug)]
enum Step {
    Do(By, Action, Option<usize>),
    /// The step ends, and the next one is due from some days on.
    Next(i64),
    End,
    /// She asks for an earlier time than there is.
    WaitForEarlier,
    /// A coordinator closes the clinic of the day of this slot, and everybody is told.
    Close(usize),
    /// The same, and the server dies before it tells anybody.
    CloseAndDie(usize),
    /// The clock's round of any server.
    Round,
    Pass(i64),
}

#[derive(Clone, Debug)]
struct Place {
    slot: usize,
    state: State,
    until: i64,
    step: u32,
    number: usize,
}

/// What the model knows of a follow-up.
#[derive(Clone, Debug)]
struct Person {
    ended: bool,
    step: u32,
    /// From which day the step is due.
    due: CivilDate,
    link_until: i64,
    places: Vec<Place>,
    /// What was kept for her, and when.
    kept: Vec<(i64, usize)>,
    /// Since when she waits, and for a time before which.
    waits: Option<(i64, i64)>,
}

struct Model {
    rules: BookingRules,
    now: i64,
    people: Vec<Person>,
    closed: [bool; SLOTS.len()],
}

fn starts(slot: usize) -> i64 {
    SLOTS[slot].0 * HOUR
}

impl Model {
    fn occupied(&self, slot: usize) -> usize {
        self.people
            .iter()
            .flat_map(|person| &person.places)
            .filter(|place| place.slot == slot && place.state.occupies())
            .count()
    }

    fn place(&self, person: usize, wanted: impl Fn(State) -> bool) -> Option<usize> {
        let person = &self.people[person];
        person.places.iter().rposition(|place| place.step == person.step && wanted(place.state))
    }

    /// The slots within these moments with a free place, earliest first; a place whose hold is over counts as free.
    fn free(&self, open: &Range<Moment>) -> Vec<usize> {
        let taken = |slot| {
            let places = self.people.iter().flat_map(|person| &person.places);
            places
                .filter(|place| place.slot == slot && place.state.occupies())
                .filter(|place| place.state != State::Held || place.until > self.now)
                .count()
        };
        (0..SLOTS.len())
            .filter(|slot| open.contains(&Moment(starts(*slot))) && !self.closed[*slot])
            .filter(|slot| taken(*slot) < usize::from(SLOTS[*slot].1))
            .collect()
    }

    /// When the slots begin that somebody may take now.
    fn open(&self, who: usize) -> Range<Moment> {
        self.rules.open(self.people[who].due, Moment(self.now))
    }

    /// The same without those of which an offer made now could not last.
    fn lasting(&self, who: usize) -> Range<Moment> {
        let open = self.open(who);
        let ends = offer_until(Moment(self.now)).0 + i64::from(self.rules.cutoff_minutes) * MINUTE;
        open.start.max(Moment(ends))..open.end
    }

    /// As much of these moments as lies in her due window.
    fn due(&self, who: usize, open: &Range<Moment>) -> Range<Moment> {
        open.start.max(Moment::at(self.people[who].due, 0))..open.end.min(Moment::at(due_to().plus_days(1), 0))
    }

    /// Where her own appointment is.
    fn own(&self, who: usize) -> Option<usize> {
        self.place(who, State::is_firm).map(|firm| self.people[who].places[firm].slot)
    }

    /// Puts somebody on the waiting list; true where it should succeed.
    fn wait(&mut self, who: usize) -> bool {
        let open = self.open(who);
        if self.people[who].ended || open.is_empty() {
            return false;
        }
        let own = self.own(who);
        let others = |slots: Vec<usize>| slots.into_iter().find(|slot| Some(*slot) != own);
        let first = others(self.free(&self.due(who, &open))).or_else(|| others(self.free(&open)));
        let any = open.end.max(Moment::at(due_to().plus_days(1), 0)).0;
        let before = first.into_iter().chain(own).map(starts).min().unwrap_or(any);
        if before <= open.start.0 {
            return false;
        }
        self.people[who].waits.get_or_insert((self.now, before));
        true
    }

    /// Closes the slots of a day that are to come.
    fn close(&mut self, day: CivilDate) -> u64 {
        let mut closed = 0;
        for slot in 0..SLOTS.len() {
            if Moment(starts(slot)).date() == day && starts(slot) > self.now && !self.closed[slot] {
                self.closed[slot] = true;
                closed += 1;
            }
        }
        closed
    }

    /// Everybody who is left in a closed slot: the person, the place in her list, by time and place.
    fn left(&self) -> Vec<(usize, usize)> {
        let mut left = Vec::new();
        for (who, person) in self.people.iter().enumerate() {
            for (n, place) in person.places.iter().enumerate() {
                let there = matches!(place.state, State::Held | State::Booked);
                if there && self.closed[place.slot] && starts(place.slot) > self.now {
                    left.push((starts(place.slot), place.number, who, n));
                }
            }
        }
        left.sort_unstable();
        left.into_iter().map(|(.., who, n)| (who, n)).collect()
    }

    /// Cancels those who are left, and offers each the earliest place that can be kept by day, at the latest until the next
    /// evening; gives how many were left.
    fn clear(&mut self) -> usize {
        let left = self.left();
        for (who, n) in &left {
            self.people[*who].places[*n].state = State::CancelledByClinic;
            let has = self.place(*who, |state| state == State::Held || state.is_firm());
            let link_until = self.people[*who].link_until;
            if has.is_some() || link_until <= self.now {
                continue;
            }
            let now = Moment(self.now);
            let open = self.open(*who);
            let window = self.due(*who, &open);
            let reach = if self.free(&window).is_empty() { open } else { window };
            let lasting = self.lasting(*who);
            let mut slots = self.free(&(reach.start.max(lasting.start)..reach.end));
            if slots.is_empty() {
                slots = self.free(&lasting);
            }
            let evening = Moment::at(now.date().plus_days(1), 20 * 60);
            for slot in slots {
                let last = self.rules.last_change(Moment(starts(slot))).min(Moment(link_until));
                let mut until = evening.min(last);
                if until.minute_of_day() >= 21 * 60 {
                    until = Moment::at(until.date(), 20 * 60);
                } else if until.minute_of_day() < 9 * 60 {
                    until = Moment::at(until.date().plus_days(-1), 20 * 60);
                }
                if until >= offer_until(now) && self.take(*who, By::Clock, Action::Hold, slot, until.0) {
                    break;
                }
            }
        }
        left.len()
    }

    /// Ends what was kept too long; whoever lets an offer lapse still waits. Gives how many.
    fn lapse(&mut self) -> usize {
        let now = self.now;
        let mut lapsed = 0;
        for person in &mut self.people {
            for place in person.places.iter_mut().filter(|place| place.state == State::Held && place.until <= now) {
                place.state = State::Released;
                lapsed += 1;
            }
        }
        lapsed
    }

    /// Offers the earliest free place to each who waits, the longest waiting first; gives how many were offered.
    fn offer(&mut self) -> usize {
        let mut waiting: Vec<(i64, usize)> = Vec::new();
        for (who, person) in self.people.iter().enumerate() {
            let holds = person.places.iter().any(|place| place.state == State::Held);
            waiting.extend(person.waits.filter(|_| !holds).map(|(since, _)| (since, who)));
        }
        waiting.sort_unstable();
        let mut offered = 0;
        for (_, who) in waiting {
            let own = self.own(who).map(starts);
            let (since, before) = self.people[who].waits.unwrap_or_default();
            let before = own.map_or(before, |own| own.min(before));
            let until = offer_until(Moment(self.now)).0;
            if self.people[who].link_until < until {
                continue;
            }
            let seen = &self.people[who].kept;
            let seen: Vec<usize> = seen.iter().filter(|(at, _)| *at >= since).map(|(_, slot)| *slot).collect();
            let free = self.free(&self.lasting(who)).into_iter();
            let mut free = free.filter(|slot| starts(*slot) < before && !seen.contains(slot));
            let Some(slot) = free.next() else { continue };
            offered += usize::from(self.take(who, By::Clock, Action::Hold, slot, until));
        }
        offered
    }

    /// Takes a place; true where it should succeed.
    fn take(&mut self, who: usize, by: By, action: Action, slot: usize, until: i64) -> bool {
        let now = self.now;
        let held = self.place(who, |state| state == State::Held);
        let firm = self.place(who, State::is_firm);
        if self.place(who, |state| state == State::Attended).is_some() {
            return false;
        }
        if by != By::Nurse && self.people[who].link_until <= now {
            return false;
        }
        if let Some(firm) = firm {
            if self.people[who].places[firm].slot == slot {
                return true;
            }
            if self.gone(who, by, firm) {
                return false;
            }
        }
        if !self.may_take(who, by, slot) {
            return false;
        }
        let last = if by == By::Nurse { starts(slot) } else { self.rules.last_change(Moment(starts(slot))).0 };
        let until = until.min(last);
        let state = if action == Action::Hold { State::Held } else { State::Booked };
        if let Some(held) = held.filter(|held| self.people[who].places[*held].slot == slot) {
            if state == State::Held {
                let held = &mut self.people[who].places[held];
                held.until = held.until.max(until);
            } else {
                self.make_certain(who, held);
            }
            return true;
        }
        for place in self.people.iter_mut().flat_map(|person| &mut person.places) {
            if place.slot == slot && place.state == State::Held && place.until <= now {
                place.state = State::Released;
            }
        }
        if self.occupied(slot) >= usize::from(SLOTS[slot].1) {
            return false;
        }
        let taken: BTreeSet<usize> = self
            .people
            .iter()
            .flat_map(|person| &person.places)
            .filter(|place| place.slot == slot && place.state.occupies())
            .map(|place| place.number)
            .collect();
        let number = (1..).find(|number| !taken.contains(number)).unwrap_or(0);
        if let Some(held) = held {
            self.people[who].places[held].state = State::Released;
        }
        if let Some(firm) = firm.filter(|_| state == State::Booked) {
            self.people[who].places[firm].state = State::Moved;
        }
        let person = &mut self.people[who];
        match state {
            State::Held => person.kept.push((now, slot)),
            _ => person.waits = None,
        }
        person.places.push(Place { slot, state, until, step: person.step, number });
        true
    }

    /// Books what is held.
    fn make_certain(&mut self, who: usize, held: usize) {
        if let Some(firm) = self.place(who, State::is_firm) {
            self.people[who].places[firm].state = State::Moved;
        }
        self.people[who].places[held].state = State::Booked;
        self.people[who].waits = None;
    }

    /// Whether a slot may be taken at all now.
    fn may_take(&self, who: usize, by: By, slot: usize) -> bool {
        let open = by == By::Nurse || self.open(who).contains(&Moment(starts(slot)));
        open && starts(slot) > self.now && !self.closed[slot]
    }

    /// Whether an appointment can no longer be exchanged.
    fn gone(&self, who: usize, by: By, place: usize) -> bool {
        let place = &self.people[who].places[place];
        let late = by != By::Nurse && self.rules.last_change(Moment(starts(place.slot))).0 < self.now;
        place.state == State::Arrived || starts(place.slot) <= self.now || late
    }

    /// Carries out an action; true where it should succeed.
    fn apply(&mut self, who: usize, by: By, action: Action, slot: Option<usize>) -> bool {
        let now = self.now;
        if self.people[who].ended || (by == By::Patient && self.people[who].link_until <= now) {
            return false;
        }
        let held = self.place(who, |state| state == State::Held);
        let firm = self.place(who, State::is_firm);
        match (action, slot) {
            (Action::Hold | Action::Book, Some(slot)) => self.take(who, by, action, slot, now + HOLD_MS),
            (Action::Confirm, Some(slot)) if held.is_none_or(|held| self.people[who].places[held].slot != slot) => {
                self.take(who, by, Action::Book, slot, now + HOLD_MS)
            }
            (Action::Confirm, _) => {
                let Some(held) = held else { return false };
                let slot = self.people[who].places[held].slot;
                if self.place(who, |state| state == State::Attended).is_some()
                    || !self.may_take(who, by, slot)
                    || firm.is_some_and(|firm| self.gone(who, by, firm))
                {
                    return false;
                }
                self.make_certain(who, held);
                true
            }
            (Action::Release, _) => {
                let Some(held) = held else { return false };
                self.people[who].places[held].state = State::Released;
                true
            }
            _ => {
                let target = firm.or_else(|| self.place(who, |state| state.occupies() && state != State::Held));
                let Some(target) = target else { return false };
                let place = self.people[who].places[target].clone();
                let Ok(to) = after(Some(place.state), action, by.party()) else { return false };
                let begins = Moment(starts(place.slot));
                let allowed = match action {
                    Action::Cancel => begins.0 > now && (by == By::Nurse || now <= self.rules.last_change(begins).0),
                    Action::Miss => begins.0 <= now,
                    _ => begins.date() <= Moment(now).date(),
                };
                if allowed {
                    self.people[who].places[target].state = to;
                }
                allowed
            }
        }
    }

    /// Whether somebody must look after a follow-up now.
    fn overdue(&self, who: usize) -> bool {
        let person = &self.people[who];
        let of_step = || person.places.iter().filter(|place| place.step == person.step);
        let counts = |state: State| !matches!(state, State::Held | State::Released | State::Moved);
        let latest =
            of_step().rfind(|place| place.state.is_firm()).or_else(|| of_step().rfind(|place| counts(place.state)));
        let facts = Facts {
            ending: person.ended.then_some(Ending::Completed),
            due_to: Some(due_to()),
            latest: latest.map(|place| (place.state, Moment(starts(place.slot)))),
            held: false,
            changed: Moment(self.now),
        };
        facts.due().is_some_and(|due| due.0 <= self.now)
    }
}

fn due_to() -> CivilDate {
    Moment(7 * DAY).date()
}

fn any_step() -> impl Strategy<Value = Step> {
    let slot = 0..SLOTS.len();
    let by = prop_oneof![2 => Just(By::Patient), 1 => Just(By::Nurse)];
    let named = prop::option::of(slot.clone());
    prop_oneof![
        4 => (by.clone(), slot.clone()).prop_map(|(by, slot)| Step::Do(by, Action::Hold, Some(slot))),
        4 => (by.clone(), named).prop_map(|(by, slot)| Step::Do(by, Action::Confirm, slot)),
        3 => (by.clone(), slot.clone()).prop_map(|(by, slot)| Step::Do(by, Action::Book, Some(slot))),
        2 => by.clone().prop_map(|by| Step::Do(by, Action::Cancel, None)),
        1 => by.prop_map(|by| Step::Do(by, Action::Release, None)),
        2 => Just(Step::Do(By::Nurse, Action::Arrive, None)),
        2 => Just(Step::Do(By::Nurse, Action::Attend, None)),
        2 => Just(Step::Do(By::Nurse, Action::Miss, None)),
        2 => (0_i64..5).prop_map(Step::Next),
        1 => Just(Step::End),
        3 => Just(Step::WaitForEarlier),
        1 => slot.clone().prop_map(Step::Close),
        1 => slot.prop_map(Step::CloseAndDie),
        3 => Just(Step::Round),
        4 => prop_oneof![Just(MINUTE), Just(15 * MINUTE), Just(2 * HOUR), Just(DAY / 2), Just(DAY)].prop_map(Step::Pass),
    ]
}

/// What a coordinator's form makes of a day.
fn closure(day: CivilDate, now: Moment) -> Closure {
    Closure {
        id: secrets::fresh_id(),
        hospital: HOSPITAL.to_owned(),
        service: Some(SERVICE.to_owned()),
        first: Moment::at(day, 0),
        until: Moment::at(day.plus_days(1), 0),
        reason: "repair".to_owned(),
        staff: "xu".to_owned(),
        now,
    }
}

async fn run(steps: &[(usize, Step)]) -> Result<(), TestCaseError> {
    let folder = tempfile::tempdir().expect("a folder");
    let db: Db = database(folder.path()).await;
    let slots: Vec<NewSlot> = SLOTS
        .iter()
        .enumerate()
        .map(|(n, (_, capacity))| NewSlot {
            id: SlotId::parse(&format!("slot-{n}")).expect("an id"),
            clinic: HOSPITAL.to_owned(),
            service: SERVICE.to_owned(),
            room: format!("room {n}"),
            expert: String::new(),
            starts: Moment(starts(n)),
            minutes: 20,
            capacity: *capacity,
        })
        .collect();
    db.make_slots(&slots).await.expect("slots");
    let crowd = crowd(&db, &secrets(), SERVICE, 3, Moment(7 * DAY)).await.expect("people");
    let app = app(folder.path(), db.clone(), Clock::still(Moment(MINUTE)));
    let person = Person {
        ended: false,
        step: 1,
        due: Moment(0).date(),
        link_until: 7 * DAY,
        places: Vec::new(),
        kept: Vec::new(),
        waits: None,
    };
    let rules = pathway::rules_of(&app, SERVICE);
    assert_eq!(rules.cutoff_minutes, 24 * 60);
    let mut model = Model { rules, now: MINUTE, people: vec![person; 3], closed: [false; SLOTS.len()] };
    // True while a server died between closing and telling.
    let mut untold = false;
    for (who, step) in steps {
        let followup = &crowd[*who].followup;
        let now = Moment(model.now);
        match step {
            Step::Do(by, action, slot) => {
                let record = db.followup(followup).await.expect("the database").expect("a follow-up");
                let agreed = ["pregnancy".to_owned()];
                let rules = match by {
                    By::Nurse => Rules::Aside(None),
                    By::Patient | By::Clock => pathway::binding(&app, &record, &agreed),
                };
                let change = Change {
                    followup: followup.clone(),
                    action: *action,
                    slot: slot.map(|slot| slots[slot].id.clone()),
                    appointment: None,
                    party: by.party(),
                    who: "zhang".to_owned(),
                    detail: String::new(),
                    until: None,
                    rules,
                    key: secrets::fresh_key(),
                    now,
                };
                let answer = db.change(&change).await.expect("the database");
                let expected = model.apply(*who, *by, *action, *slot);
                prop_assert_eq!(answer.is_ok(), expected, "{:?} by {}: {:?}", step, who, answer);
                let again = db.change(&change).await.expect("the database");
                prop_assert_eq!(&answer, &again, "a repeat gets the first answer");
                let version = db.followup(followup).await.expect("the database").expect("a follow-up").version;
                prop_assert_eq!(version > record.version, answer.is_ok(), "only what is done counts as a change");
            }
            Step::Next(days) => {
                let version = db.followup(followup).await.expect("the database").expect("a follow-up").version;
                let next = Next::Step {
                    services: vec![SERVICE.to_owned()],
                    due_from: now.date().plus_days(*days),
                    due_to: due_to(),
                    link_until: Moment(30 * DAY),
                };
                let stale = db.end_step(followup, version - 1, Outcome::Review, &next, "zhang", now).await;
                prop_assert!(
                    stale.expect("the database").is_err(),
                    "what somebody else has changed is not overwritten"
                );
                let version = db.followup(followup).await.expect("the database").expect("a follow-up").version;
                let answer = db.end_step(followup, version, Outcome::Review, &next, "zhang", now).await;
                let firm = model.place(*who, State::is_firm).is_some();
                let person = &mut model.people[*who];
                let expected = !person.ended && !firm;
                prop_assert_eq!(answer.expect("the database").is_ok(), expected);
                if expected {
                    for place in person.places.iter_mut().filter(|place| place.state == State::Held) {
                        place.state = State::Released;
                    }
                    person.step += 1;
                    person.due = now.date().plus_days(*days);
                    person.link_until = 30 * DAY;
                    person.waits = None;
                }
            }
            Step::End => {
                let answer = db.end_followup(followup, Ending::Completed, "zhang", now).await.expect("the database");
                let person = &mut model.people[*who];
                prop_assert_eq!(answer.is_ok(), !person.ended);
                person.ended = true;
                person.waits = None;
                for place in &mut person.places {
                    place.state = match place.state {
                        State::Held => State::Released,
                        State::Booked => State::CancelledByClinic,
                        other => other,
                    };
                }
            }
            Step::WaitForEarlier => {
                let record = db.followup(followup).await.expect("the database").expect("a follow-up");
                let patient = Session::default();
                let waits = pathway::wait(&app, &record, &patient).await.is_ok();
                prop_assert_eq!(waits, model.wait(*who));
                let kept = db.waiting(followup).await.expect("the database").map(|row| (row.since, row.before));
                prop_assert_eq!(kept, model.people[*who].waits);
            }
            Step::Close(slot) | Step::CloseAndDie(slot) => {
                let day = Moment(starts(*slot)).date();
                let closing = closure(day, now);
                prop_assert_eq!(db.close_slots(&closing).await.expect("the database"), model.close(day));
                prop_assert_eq!(
                    db.close_slots(&closing).await.expect("the database"),
                    0,
                    "a repeat closes nothing more"
                );
                untold = true;
                if matches!(step, Step::Close(_)) {
                    prop_assert_eq!(pathway::clear_closed(&app).await.expect("everybody told"), model.clear());
                    untold = false;
                }
            }
            Step::Round => {
                prop_assert_eq!(pathway::clear_closed(&app).await.expect("everybody told"), model.clear());
                prop_assert_eq!(pathway::release_lapsed(&app).await.expect("let go"), model.lapse());
                prop_assert_eq!(pathway::offer_to_all(&app).await.expect("offered"), model.offer());
                untold = false;
            }
            Step::Pass(time) => model.now += time,
        }
        // Two deeds never fall into one moment.
        model.now += 1;
        app.clock.set(Moment(model.now));
        let now = Moment(model.now);
        let left = db.left_in_closed(now, 100).await.expect("the database");
        prop_assert_eq!(left.len(), model.left().len());
        prop_assert!(untold || left.is_empty(), "nobody is booked in a closed clinic: {:?}", left);
        for (n, slot) in slots.iter().enumerate() {
            let (taken, capacity) = db.occupancy(&slot.id).await.expect("the database").expect("a slot");
            prop_assert!(taken <= capacity);
            prop_assert_eq!(taken, model.occupied(n) as i64, "slot {}", n);
        }
        for person in &crowd {
            // Whatever is kept until long after now was kept by the clock, and ends while people are awake.
            let record = db.followup(&person.followup).await.expect("the database").expect("a follow-up");
            if let Some((_, until)) = record.held.filter(|(_, until)| until.0 > model.now + HOLD_MS) {
                prop_assert!(AWAKE.contains(&until.minute_of_day()), "no offer ends at night: {}", until.iso());
            }
        }
        prop_assert!(db.miscounted_slots().await.expect("the database").is_empty());
        prop_assert!(db.unexplained_appointments().await.expect("the database").is_empty());
        let listed = db.overdue(HOSPITAL, now, 100).await.expect("the database");
        let listed: BTreeSet<String> = listed.into_iter().map(|record| record.id).collect();
        let expected: BTreeSet<String> =
            (0..3).filter(|who| model.overdue(*who)).map(|who| crowd[who].followup.clone()).collect();
        prop_assert_eq!(listed, expected, "nobody overdue is missing from the list, and nobody else is on it");
    }
    db.close().await;
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn the_database_does_what_the_model_says(steps in prop::collection::vec((0_usize..3, any_step()), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(run(&steps))?;
    }
}
