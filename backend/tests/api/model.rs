//! Random actions of patients, nurses, a coordinator who closes clinics, and the clock against a simple model. After each
//! of them capacity is kept, nobody is left in a closed clinic, the history explains every state, and exactly those whom
//! the model calls overdue are on the list.

use crate::world::{app, database, secrets};
use proptest::prelude::*;
use std::collections::BTreeSet;
use zaoshai_backend::clock::Clock;
use zaoshai_backend::db::Db;
use zaoshai_backend::db::appointments::Change;
use zaoshai_backend::db::closures::Closure;
use zaoshai_backend::db::slots::NewSlot;
use zaoshai_backend::db::steps::Next;
use zaoshai_backend::demonstration::crowd;
use zaoshai_backend::pathway::{self, Session};
use zaoshai_backend::secrets;
use zaoshai_contract::appointments::{Action, HOLD_MS, State, after};
use zaoshai_contract::civil::{CivilDate, Moment};
use zaoshai_contract::followups::{Ending, Facts, Outcome};
use zaoshai_contract::ids::SlotId;
use zaoshai_contract::roles::{Party, Role};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const HOSPITAL: &str = "zhuzhou-2";
const NURSE: Party = Party::Staff(Role::Nurse);

/// When a slot begins, in hours after the start, and how many places it has: two on the second day, one on the fourth
/// and on the seventh.
const SLOTS: [(i64, u16); 4] = [(24, 1), (26, 2), (72, 1), (144, 1)];
/// How long an offer from the waiting list is kept.
const OFFER_MS: i64 = 2 * HOUR;

/// Something that somebody does to one of the follow-ups.
#[derive(Clone, Debug)]
enum Step {
    Do(Action, Option<usize>),
    Next,
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
#[derive(Clone, Debug, Default)]
struct Person {
    ended: bool,
    step: u32,
    places: Vec<Place>,
    /// Since when she waits, and for a time before which.
    waits: Option<(i64, i64)>,
}

struct Model {
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

    /// The slots with a free place, earliest first; a place whose hold is over counts as free.
    fn free(&self) -> Vec<usize> {
        let taken = |slot| {
            let places = self.people.iter().flat_map(|person| &person.places);
            places
                .filter(|place| place.slot == slot && place.state.occupies())
                .filter(|place| place.state != State::Held || place.until > self.now)
                .count()
        };
        (0..SLOTS.len())
            .filter(|slot| starts(*slot) > self.now && !self.closed[*slot])
            .filter(|slot| taken(*slot) < usize::from(SLOTS[*slot].1))
            .collect()
    }

    /// Puts somebody on the waiting list; true where it should succeed.
    fn wait(&mut self, who: usize) -> bool {
        if self.people[who].ended {
            return false;
        }
        let own = self.place(who, State::is_firm).map(|firm| self.people[who].places[firm].slot);
        let first = self.free().into_iter().find(|slot| Some(*slot) != own);
        let before = first.into_iter().chain(own).map(starts).min().unwrap_or(self.now + 60 * DAY);
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

    /// Cancels those who are left, and offers each the earliest place until the next evening; gives how many were left.
    fn clear(&mut self) -> usize {
        let left = self.left();
        for (who, n) in &left {
            self.people[*who].places[*n].state = State::CancelledByClinic;
            let has = self.place(*who, |state| state == State::Held || state.is_firm());
            if has.is_none()
                && let Some(slot) = self.free().first()
            {
                let evening = Moment::at(Moment(self.now).date().plus_days(1), 20 * 60).0;
                self.take(*who, Action::Hold, *slot, evening);
            }
        }
        left.len()
    }

    /// Ends what was kept too long; those who let an offer lapse no longer wait. Gives how many.
    fn lapse(&mut self) -> usize {
        let now = self.now;
        let mut lapsed = 0;
        for person in &mut self.people {
            for place in person.places.iter_mut().filter(|place| place.state == State::Held && place.until <= now) {
                place.state = State::Released;
                person.waits = None;
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
            let own = self.place(who, State::is_firm).map(|firm| starts(self.people[who].places[firm].slot));
            let before = self.people[who].waits.map(|(_, before)| before).into_iter().chain(own).min().unwrap_or(0);
            let Some(slot) = self.free().into_iter().find(|slot| starts(*slot) < before) else { continue };
            offered += usize::from(self.take(who, Action::Hold, slot, self.now + OFFER_MS));
        }
        offered
    }

    /// Takes a place; true where it should succeed.
    fn take(&mut self, who: usize, action: Action, slot: usize, until: i64) -> bool {
        let now = self.now;
        let until = until.min(starts(slot));
        let held = self.place(who, |state| state == State::Held);
        let firm = self.place(who, State::is_firm);
        if self.place(who, |state| state == State::Attended).is_some() {
            return false;
        }
        if let Some(firm) = firm {
            if self.people[who].places[firm].slot == slot {
                return true;
            }
            if self.gone(who, firm) {
                return false;
            }
        }
        if let Some(held) = held {
            let held = &mut self.people[who].places[held];
            if held.slot == slot && action == Action::Hold {
                held.until = held.until.max(until);
                return true;
            }
            held.state = State::Released;
        }
        if starts(slot) <= now || self.closed[slot] {
            return false;
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
        let state = if action == Action::Hold { State::Held } else { State::Booked };
        if let Some(firm) = firm.filter(|_| state == State::Booked) {
            self.people[who].places[firm].state = State::Moved;
        }
        let person = &mut self.people[who];
        if state == State::Booked {
            person.waits = None;
        }
        person.places.push(Place { slot, state, until, step: person.step, number });
        true
    }

    /// Whether an appointment can no longer be exchanged.
    fn gone(&self, who: usize, place: usize) -> bool {
        let place = &self.people[who].places[place];
        place.state == State::Arrived || starts(place.slot) <= self.now
    }

    /// Carries out an action; true where it should succeed.
    fn apply(&mut self, who: usize, action: Action, slot: Option<usize>) -> bool {
        let now = self.now;
        if self.people[who].ended {
            return false;
        }
        let held = self.place(who, |state| state == State::Held);
        let firm = self.place(who, State::is_firm);
        match (action, slot) {
            (Action::Hold | Action::Book, Some(slot)) => self.take(who, action, slot, now + HOLD_MS),
            (Action::Confirm, _) => {
                let Some(held) = held else { return false };
                let slot = self.people[who].places[held].slot;
                if self.place(who, |state| state == State::Attended).is_some()
                    || self.closed[slot]
                    || starts(slot) <= now
                    || firm.is_some_and(|firm| self.gone(who, firm))
                {
                    return false;
                }
                if let Some(firm) = firm {
                    self.people[who].places[firm].state = State::Moved;
                }
                self.people[who].places[held].state = State::Booked;
                self.people[who].waits = None;
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
                let Ok(to) = after(Some(place.state), action, NURSE) else { return false };
                let begins = Moment(starts(place.slot));
                let allowed = match action {
                    Action::Cancel => begins.0 > now,
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
    prop_oneof![
        4 => slot.clone().prop_map(|slot| Step::Do(Action::Hold, Some(slot))),
        4 => Just(Step::Do(Action::Confirm, None)),
        3 => slot.clone().prop_map(|slot| Step::Do(Action::Book, Some(slot))),
        2 => Just(Step::Do(Action::Cancel, None)),
        1 => Just(Step::Do(Action::Release, None)),
        2 => Just(Step::Do(Action::Arrive, None)),
        2 => Just(Step::Do(Action::Attend, None)),
        2 => Just(Step::Do(Action::Miss, None)),
        2 => Just(Step::Next),
        1 => Just(Step::End),
        3 => Just(Step::WaitForEarlier),
        1 => slot.clone().prop_map(Step::Close),
        1 => slot.prop_map(Step::CloseAndDie),
        3 => Just(Step::Round),
        4 => prop_oneof![Just(MINUTE), Just(5 * MINUTE), Just(DAY / 2), Just(DAY)].prop_map(Step::Pass),
    ]
}

/// What a coordinator's form makes of a day.
fn closure(day: CivilDate, now: Moment) -> Closure {
    Closure {
        id: secrets::fresh_id(),
        hospital: HOSPITAL.to_owned(),
        service: Some("any".to_owned()),
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
            service: "any".to_owned(),
            room: format!("room {n}"),
            expert: String::new(),
            starts: Moment(starts(n)),
            minutes: 20,
            capacity: *capacity,
        })
        .collect();
    db.make_slots(&slots).await.expect("slots");
    let crowd = crowd(&db, &secrets(), "any", 3, Moment(7 * DAY)).await.expect("people");
    let app = app(folder.path(), db.clone(), Clock::still(Moment(MINUTE)));
    let people = vec![Person { step: 1, ..Person::default() }; 3];
    let mut model = Model { now: MINUTE, people, closed: [false; SLOTS.len()] };
    // True while a server died between closing and telling.
    let mut untold = false;
    for (who, step) in steps {
        let followup = &crowd[*who].followup;
        let now = Moment(model.now);
        match step {
            Step::Do(action, slot) => {
                let change = Change {
                    followup: followup.clone(),
                    action: *action,
                    slot: slot.map(|slot| slots[slot].id.clone()),
                    appointment: None,
                    party: NURSE,
                    who: "zhang".to_owned(),
                    detail: String::new(),
                    until: None,
                    key: secrets::fresh_key(),
                    now,
                };
                let answer = db.change(&change).await.expect("the database");
                let expected = model.apply(*who, *action, *slot);
                prop_assert_eq!(answer.is_ok(), expected, "{:?} by {}: {:?}", step, who, answer);
                let again = db.change(&change).await.expect("the database");
                prop_assert_eq!(answer, again, "a repeat gets the first answer");
            }
            Step::Next => {
                let version = db.followup(followup).await.expect("the database").expect("a follow-up").version;
                let next = Next::Step {
                    services: vec!["any".to_owned()],
                    due_from: now.date(),
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
