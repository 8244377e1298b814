//! Random actions of patients, nurses and the clock against a simple model. After each of them capacity is kept, the
//! history explains every state, and exactly those whom the model calls overdue are on the list.

use crate::world::database;
use proptest::prelude::*;
use std::collections::BTreeSet;
use zaoshai_backend::db::Db;
use zaoshai_backend::db::appointments::Change;
use zaoshai_backend::db::slots::NewSlot;
use zaoshai_backend::db::steps::Next;
use zaoshai_backend::demonstration::crowd;
use zaoshai_backend::secrets::{self, Secrets};
use zaoshai_contract::appointments::{Action, HOLD_MS, State, after};
use zaoshai_contract::civil::{CivilDate, Moment};
use zaoshai_contract::followups::{Ending, Facts, Outcome};
use zaoshai_contract::ids::SlotId;
use zaoshai_contract::roles::{Party, Role};

const MINUTE: i64 = 60_000;
const DAY: i64 = 86_400_000;
const HOSPITAL: &str = "zhuzhou-2";
const NURSE: Party = Party::Staff(Role::Nurse);

/// When a slot begins, in days after the start, and how many places it has.
const SLOTS: [(i64, u16); 4] = [(1, 1), (1, 2), (3, 1), (6, 1)];

/// Something that somebody does to one of the follow-ups.
#[derive(Clone, Debug)]
enum Step {
    Do(Action, Option<usize>),
    Next,
    End,
    Wait(i64),
}

#[derive(Clone, Debug)]
struct Place {
    slot: usize,
    state: State,
    until: i64,
    step: u32,
}

/// What the model knows of a follow-up.
#[derive(Clone, Debug, Default)]
struct Person {
    ended: bool,
    step: u32,
    places: Vec<Place>,
}

struct Model {
    now: i64,
    people: Vec<Person>,
}

fn starts(slot: usize) -> i64 {
    SLOTS[slot].0 * DAY
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

    /// Carries out an action; true where it should succeed.
    fn apply(&mut self, who: usize, action: Action, slot: Option<usize>) -> bool {
        let now = self.now;
        if self.people[who].ended {
            return false;
        }
        let held = self.place(who, |state| state == State::Held);
        let firm = self.place(who, State::is_firm);
        let books = matches!(action, Action::Hold | Action::Book | Action::Confirm);
        if books && self.place(who, |state| state == State::Attended).is_some() {
            return false;
        }
        let gone = |model: &Self, place: usize| {
            let place = &model.people[who].places[place];
            place.state == State::Arrived || starts(place.slot) <= now
        };
        match (action, slot) {
            (Action::Hold | Action::Book, Some(slot)) => {
                if let Some(firm) = firm {
                    if self.people[who].places[firm].slot == slot {
                        return true;
                    }
                    if gone(self, firm) {
                        return false;
                    }
                }
                if let Some(held) = held {
                    let held = &mut self.people[who].places[held];
                    if held.slot == slot && action == Action::Hold {
                        held.until = held.until.max(now + HOLD_MS);
                        return true;
                    }
                    held.state = State::Released;
                }
                if starts(slot) <= now {
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
                let state = if action == Action::Hold { State::Held } else { State::Booked };
                if let Some(firm) = firm.filter(|_| state == State::Booked) {
                    self.people[who].places[firm].state = State::Moved;
                }
                let person = &mut self.people[who];
                person.places.push(Place { slot, state, until: (now + HOLD_MS).min(starts(slot)), step: person.step });
                true
            }
            (Action::Confirm, _) => {
                let Some(held) = held else { return false };
                if starts(self.people[who].places[held].slot) <= now || firm.is_some_and(|firm| gone(self, firm)) {
                    return false;
                }
                if let Some(firm) = firm {
                    self.people[who].places[firm].state = State::Moved;
                }
                self.people[who].places[held].state = State::Booked;
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
        3 => slot.prop_map(|slot| Step::Do(Action::Book, Some(slot))),
        2 => Just(Step::Do(Action::Cancel, None)),
        1 => Just(Step::Do(Action::Release, None)),
        2 => Just(Step::Do(Action::Arrive, None)),
        2 => Just(Step::Do(Action::Attend, None)),
        2 => Just(Step::Do(Action::Miss, None)),
        2 => Just(Step::Next),
        1 => Just(Step::End),
        4 => prop_oneof![Just(MINUTE), Just(5 * MINUTE), Just(DAY / 2), Just(DAY)].prop_map(Step::Wait),
    ]
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
    let crowd = crowd(&db, &Secrets::new(&[7; 32]), "any", 3, Moment(7 * DAY)).await.expect("people");
    let mut model = Model { now: MINUTE, people: vec![Person { step: 1, ..Person::default() }; 3] };
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
                for place in &mut person.places {
                    place.state = match place.state {
                        State::Held => State::Released,
                        State::Booked => State::CancelledByClinic,
                        other => other,
                    };
                }
            }
            Step::Wait(time) => model.now += time,
        }
        let now = Moment(model.now);
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
