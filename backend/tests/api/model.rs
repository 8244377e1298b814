//! A specification by example: random deeds of patients, relatives, nurses of three hospitals, a coordinator who closes
//! clinics, and the clock, against a simple model of places and of rights. After each of them the database and the pages
//! are as the model says: no place is given twice, nobody is left in a closed clinic, exactly those whom somebody must
//! look after are on the list of the one hospital in charge, only that one has link and phone, no session outlives its
//! right, and nothing is left of whoever was deleted.

mod places;
mod rights;

use self::places::{By, DAY, HOUR, MINUTE, Model, Person, SLOTS, starts};
use self::rights::Rights;
use crate::sharing::{ELSEWHERE, HERE, THERE, does, latest};
use crate::world::{Client, World, secrets, sent, why};
use axum::http::StatusCode;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use zaoshai_backend::db::Error;
use zaoshai_backend::db::appointments::{Change, Rules};
use zaoshai_backend::db::closures::Closure;
use zaoshai_backend::db::edits::Edit;
use zaoshai_backend::db::finders::{Anew, Mark};
use zaoshai_backend::db::followups::Second;
use zaoshai_backend::db::repeats::Once;
use zaoshai_backend::db::slots::NewSlot;
use zaoshai_backend::db::steps::{Next, StepEnd};
use zaoshai_backend::demonstration::{PHONE, crowd};
use zaoshai_backend::pathway;
use zaoshai_backend::secrets;
use zaoshai_backend::timetable;
use zaoshai_contract::appointments::{AWAKE, Action, HOLD_MS, State};
use zaoshai_contract::civil::{CivilDate, Moment};
use zaoshai_contract::followups::{Ending, Outcome};
use zaoshai_contract::ids::SlotId;
use zaoshai_contract::roles::Role;
use zaoshai_contract::staff::{Closing, Staff};

/// A service of the content, with a cut-off of a day.
const SERVICE: &str = "ldct-review";
/// Another number than [`PHONE`], with the same last four digits.
const OTHER_PHONE: &str = "13900138000";
const HOSPITALS: [&str; 3] = [HERE, THERE, ELSEWHERE];
const PEOPLE: usize = 3;
/// How far apart two plays are, so that none sees a day of another.
const APART: i64 = 100 * DAY;

/// Which hospital does something.
#[derive(Clone, Copy, Debug)]
enum Whose {
    /// The one that may.
    Right,
    /// Any, by number.
    Any(usize),
}

impl Whose {
    fn or(self, right: usize) -> usize {
        match self {
            Self::Right => right,
            Self::Any(hospital) => hospital,
        }
    }
}

/// What somebody does with one of the follow-ups; slots, browsers, helpers and hospitals by number.
#[derive(Clone, Debug)]
enum Step {
    Do(By, Action, Option<usize>),
    /// The step ends, and the next one is due from some days on, for so many days.
    Next(i64, i64),
    End,
    /// A coordinator closes the clinic of the day of this slot, and everybody is told.
    Close(usize),
    /// The same, and the server dies before it tells anybody.
    CloseAndDie(usize),
    /// Every closing of the day of this slot is taken back.
    TakeBack(usize),
    /// The clock's round of any server.
    Round,
    Pass(i64),
    /// Somebody in this slot does not come, and the clock's round goes on.
    GiveBack(usize),
    /// Somebody gives the last four digits.
    Enter(usize),
    /// Whoever is not in does so first, here and below, and asks for an earlier time than there is.
    WaitForEarlier(usize),
    /// Who was offered a place does not want it.
    SayNo(usize),
    /// The others take the earliest time that somebody could have, who waits for it, is offered it, and does not want it.
    Refuse(usize),
    AddHelper(usize),
    Act(usize, Option<usize>),
    EndHelper(usize, usize),
    EraseByLink(usize),
    /// The hospital in charge writes the window anew, from some days on for so many days, and perhaps the phone number.
    Edit(i64, i64, Phone),
    /// Somebody of a hospital writes a note.
    Note(Whose),
    Refer(Whose, usize),
    TakeOver(Whose),
    HandBack(Whose),
    Recall(Whose),
    Return(Whose),
    Relink(Whose),
    EraseByStaff(Whose),
}

/// What becomes of the phone number when a follow-up is written anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phone {
    Stays,
    /// Another one with the same last four digits.
    Changes,
}

fn booking_step() -> impl Strategy<Value = Step> {
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
        2 => Just(Step::Do(By::Nurse, Action::Unrecord, None)),
        2 => (0_i64..5, 0_i64..9).prop_map(|(from, days)| Step::Next(from, days)),
        1 => slot.clone().prop_map(Step::Close),
        1 => slot.clone().prop_map(Step::CloseAndDie),
        2 => slot.clone().prop_map(Step::TakeBack),
        4 => slot.prop_map(Step::GiveBack),
        4 => Just(Step::Round),
        4 => prop_oneof![Just(MINUTE), Just(15 * MINUTE), Just(2 * HOUR), Just(DAY / 2), Just(DAY)].prop_map(Step::Pass),
    ]
}

fn link_step() -> impl Strategy<Value = Step> {
    let (browser, helper) = (0..2_usize, 0..3_usize);
    let acting = prop_oneof![1 => Just(None), 3 => helper.clone().prop_map(Some)];
    prop_oneof![
        1 => browser.clone().prop_map(Step::Enter),
        4 => browser.clone().prop_map(Step::WaitForEarlier),
        3 => browser.clone().prop_map(Step::SayNo),
        3 => browser.clone().prop_map(Step::Refuse),
        3 => browser.clone().prop_map(Step::AddHelper),
        4 => (browser.clone(), acting).prop_map(|(browser, helper)| Step::Act(browser, helper)),
        2 => (browser, helper).prop_map(|(browser, helper)| Step::EndHelper(browser, helper)),
    ]
}

fn hospital_step() -> impl Strategy<Value = Step> {
    let whose = prop_oneof![4 => Just(Whose::Right), 1 => (0..HOSPITALS.len()).prop_map(Whose::Any)];
    prop_oneof![
        6 => (whose.clone(), 0..HOSPITALS.len()).prop_map(|(from, to)| Step::Refer(from, to)),
        5 => whose.clone().prop_map(Step::TakeOver),
        1 => whose.clone().prop_map(Step::HandBack),
        1 => whose.clone().prop_map(Step::Recall),
        3 => whose.clone().prop_map(Step::Return),
        1 => whose.clone().prop_map(Step::Relink),
        4 => (0_i64..5, 0_i64..9, prop_oneof![3 => Just(Phone::Stays), 1 => Just(Phone::Changes)])
            .prop_map(|(from, days, phone)| Step::Edit(from, days, phone)),
        1 => whose.prop_map(Step::Note),
    ]
}

/// After which little can be done any more.
fn last_step() -> impl Strategy<Value = Step> {
    let whose = prop_oneof![4 => Just(Whose::Right), 1 => (0..HOSPITALS.len()).prop_map(Whose::Any)];
    prop_oneof![
        2 => Just(Step::End),
        1 => (0..2_usize).prop_map(Step::EraseByLink),
        1 => whose.prop_map(Step::EraseByStaff),
    ]
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![16 => booking_step(), 10 => link_step(), 8 => hospital_step(), 1 => last_step()]
}

/// One database for all plays: each has days and people of its own, and begins by deleting those of the one before.
struct Stage {
    world: World,
    /// A coordinator of each hospital.
    hospitals: Vec<Client>,
    plays: i64,
    before: Vec<String>,
    /// How many offers were refused, and how many follow-ups written anew, in all plays.
    refused: usize,
    edited: usize,
}

impl Stage {
    async fn new() -> Self {
        let world = World::without_timetable().await;
        // Long after all plays, so that nobody has to sign in again.
        world.app.clock.set(Moment(1_000 * APART));
        let mut hospitals = Vec::new();
        for (name, hospital) in ["hua", "zhao", "sun"].into_iter().zip(HOSPITALS) {
            hospitals.push(world.staff(name, hospital, Role::Coordinator).await);
        }
        Self { world, hospitals, plays: 0, before: Vec::new(), refused: 0, edited: 0 }
    }
}

/// A follow-up in the world: its id, and the ids of what belongs to it in the order in which it was made.
struct Body {
    id: String,
    browsers: [Client; 2],
    helpers: Vec<String>,
    referrals: Vec<String>,
    phone: &'static str,
}

struct Play<'a> {
    stage: &'a mut Stage,
    /// When it begins; the model counts from there.
    begin: Moment,
    slots: Vec<NewSlot>,
    bodies: Vec<Body>,
    model: Model,
    rights: Vec<Rights>,
    /// True while a server died between closing and telling.
    untold: bool,
}

/// What a coordinator's form makes of a day.
fn closure(day: CivilDate, now: Moment) -> Closure {
    Closure {
        id: secrets::fresh_id(),
        hospital: HERE.to_owned(),
        service: Some(SERVICE.to_owned()),
        first: Moment::at(day, 0),
        until: Moment::at(day.plus_days(1), 0),
        reason: "repair".to_owned(),
        staff: "xu".to_owned(),
        now,
    }
}

impl<'a> Play<'a> {
    async fn begin(stage: &'a mut Stage) -> Self {
        stage.plays += 1;
        let begin = Moment(stage.plays * APART);
        let app = &stage.world.app;
        app.clock.set(begin);
        for id in stage.before.drain(..) {
            app.db.erase(&id, "hua", None, begin).await.expect("the database").expect("deleted");
        }
        let slot = |(n, (hours, capacity)): (usize, &(i64, u16))| NewSlot {
            id: SlotId::parse(&format!("slot-{}-{n}", stage.plays)).expect("an id"),
            clinic: HERE.to_owned(),
            service: SERVICE.to_owned(),
            room: format!("room {n}"),
            expert: String::new(),
            starts: Moment(begin.0 + hours * HOUR),
            minutes: 20,
            capacity: *capacity,
        };
        let slots: Vec<NewSlot> = SLOTS.iter().enumerate().map(slot).collect();
        app.db.make_slots(&slots).await.expect("slots");
        let crowd = crowd(&app.db, &secrets(), SERVICE, PEOPLE, Moment(begin.0 + 7 * DAY)).await.expect("people");
        stage.before = crowd.iter().map(|person| person.followup.clone()).collect();
        let bodies = crowd.into_iter().map(|person| Body {
            id: person.followup,
            browsers: [stage.world.client(), stage.world.client()],
            helpers: Vec::new(),
            referrals: Vec::new(),
            phone: PHONE,
        });
        let rules = pathway::rules_of(app, SERVICE);
        assert_eq!(rules.cutoff_minutes, 24 * 60);
        let person = Person::new((Moment(0).date(), Moment(7 * DAY).date()), 7 * DAY);
        let model = Model { rules, now: MINUTE, people: vec![person; PEOPLE], closed: [false; SLOTS.len()] };
        let (bodies, rights) = (bodies.collect(), vec![Rights::new(); PEOPLE]);
        app.clock.set(Moment(begin.0 + MINUTE));
        Self { stage, begin, slots, bodies, model, rights, untold: false }
    }

    /// A moment of the model in the world.
    fn at(&self, moment: i64) -> Moment {
        Moment(self.begin.0 + moment)
    }

    /// A day of the model in the world.
    fn day(&self, day: CivilDate) -> CivilDate {
        day.plus_days(self.begin.0 / DAY)
    }

    /// The address of a link of somebody.
    fn link(&self, who: usize, generation: i64) -> String {
        secrets().link_token(&self.bodies[who].id, generation).as_str().to_owned()
    }

    /// Sends a form of the link in force from a browser; gives where it leads.
    async fn sends(&mut self, who: usize, browser: usize, deed: &str, fields: &[(&str, &str)]) -> String {
        let path = format!("/f/{}/{deed}", self.link(who, self.rights[who].generation));
        let key = secrets::fresh_id();
        let fields = [fields, &[("key", key.as_str())]].concat();
        self.bodies[who].browsers[browser].form(&path, &fields).await.location().to_owned()
    }

    /// Whether somebody is in by this browser: in a session that has not ended, by a link that opens.
    fn is_in(&self, who: usize, browser: usize) -> bool {
        self.model.link_opens(who) && self.rights[who].acting(browser, self.model.now).is_some()
    }

    async fn takes(&mut self, who: usize, step: &Step) -> Result<(), TestCaseError> {
        match step {
            Step::Do(..) | Step::Next(..) | Step::End => self.books(who, step).await,
            Step::GiveBack(slot) => {
                let there = (0..PEOPLE).find(|who| self.model.own(*who) == Some(*slot));
                if let Some(there) = there {
                    self.books(there, &Step::Do(By::Nurse, Action::Cancel, None)).await?;
                }
                self.goes_on(&Step::Round).await
            }
            Step::Refuse(browser) => self.refuses(who, *browser).await,
            Step::Edit(from, days, phone) => self.edits(who, (*from, *days), *phone).await,
            Step::Close(..) | Step::CloseAndDie(..) | Step::TakeBack(..) | Step::Round | Step::Pass(..) => {
                self.goes_on(step).await
            }
            Step::Enter(..)
            | Step::WaitForEarlier(..)
            | Step::SayNo(..)
            | Step::AddHelper(..)
            | Step::Act(..)
            | Step::EndHelper(..)
            | Step::EraseByLink(..) => self.uses_the_link(who, step).await,
            Step::Note(..)
            | Step::Refer(..)
            | Step::TakeOver(..)
            | Step::HandBack(..)
            | Step::Recall(..)
            | Step::Return(..)
            | Step::Relink(..)
            | Step::EraseByStaff(..) => self.decides(who, step).await,
        }
    }

    /// Appointments, steps and the end.
    async fn books(&mut self, who: usize, step: &Step) -> Result<(), TestCaseError> {
        let app = self.stage.world.app.clone();
        let (followup, now) = (self.bodies[who].id.as_str(), self.at(self.model.now));
        let record = app.db.followup(followup).await.expect("the database").expect("a follow-up");
        match step {
            Step::Do(by, action, slot) => {
                let agreed = ["pregnancy".to_owned()];
                let rules = match by {
                    By::Nurse => Rules::Aside(None),
                    By::Patient | By::Clock => pathway::binding(&app, &record, &agreed),
                };
                let change = Change {
                    followup: followup.to_owned(),
                    action: *action,
                    slot: slot.map(|slot| self.slots[slot].id.clone()),
                    appointment: None,
                    party: by.party(),
                    who: if *by == By::Patient { "patient" } else { "zhang" }.to_owned(),
                    detail: String::new(),
                    said: String::new(),
                    until: None,
                    rules,
                    key: secrets::fresh_key(),
                    now,
                };
                let answer = app.db.change(&change).await.expect("the database");
                let expected = self.model.apply(who, *by, *action, *slot);
                prop_assert_eq!(answer.is_ok(), expected, "{:?} by {}: {:?}", step, who, answer);
                let again = app.db.change(&change).await.expect("the database");
                prop_assert_eq!(&answer, &again, "a repeat gets the first answer");
                let version = app.db.followup(followup).await.expect("the database").expect("a follow-up").version;
                prop_assert_eq!(version > record.version, answer.is_ok(), "only what is done counts as a change");
            }
            Step::Next(from, days) => {
                let from = Moment(self.model.now).date().plus_days(*from);
                let due = (from, from.plus_days(*days));
                let next = Next::Step {
                    services: vec![SERVICE.to_owned()],
                    due_from: self.day(due.0),
                    due_to: self.day(due.1),
                    link_until: self.at(30 * DAY),
                    reason_sealed: String::new(),
                };
                let end = |version| StepEnd {
                    followup,
                    version,
                    outcome: Outcome::Review,
                    next: &next,
                    who: "zhang",
                    sent: sent(),
                    now,
                };
                let stale = app.db.end_step(&end(record.version - 1)).await;
                prop_assert!(stale.expect("the database").is_err(), "what somebody else has changed stays");
                let end = end(record.version);
                let answer = app.db.end_step(&end).await;
                let expected = self.model.next(who, due, 30 * DAY);
                prop_assert_eq!(answer.expect("the database").is_ok(), expected);
                if expected {
                    let again = app.db.end_step(&end).await.expect("the database");
                    prop_assert_eq!(again, Ok(Once::Before), "a repeat ends no second step");
                }
                self.rights[who].call &= !expected;
            }
            _ => {
                let answer = app
                    .db
                    .end_followup((followup, None), Ending::Completed, &why(), None, now)
                    .await
                    .expect("the database");
                let expected = self.model.end(who, State::CancelledByClinic);
                prop_assert_eq!(answer.is_ok(), expected);
                self.rights[who].call &= !expected;
            }
        }
        Ok(())
    }

    /// Two deeds never fall into one moment.
    fn moment_passes(&mut self) {
        self.model.now += 1;
        self.stage.world.app.clock.set(self.at(self.model.now));
    }

    /// Lets somebody be offered the time that they could have first, and let it go.
    async fn refuses(&mut self, who: usize, browser: usize) -> Result<(), TestCaseError> {
        let Some(slot) = self.model.choice(who).first().copied() else { return Ok(()) };
        for other in (0..PEOPLE).filter(|other| *other != who) {
            self.books(other, &Step::Do(By::Nurse, Action::Book, Some(slot))).await?;
            self.moment_passes();
        }
        self.uses_the_link(who, &Step::WaitForEarlier(browser)).await?;
        self.moment_passes();
        if let Some(there) = (0..PEOPLE).find(|other| *other != who && self.model.own(*other) == Some(slot)) {
            self.books(there, &Step::Do(By::Nurse, Action::Cancel, None)).await?;
        }
        self.moment_passes();
        self.goes_on(&Step::Round).await?;
        self.is_kept().await?;
        self.moment_passes();
        self.stage.refused += usize::from(self.model.is_offered(who));
        self.uses_the_link(who, &Step::SayNo(browser)).await
    }

    /// Writes the window of an open follow-up anew, and perhaps the phone number.
    async fn edits(&mut self, who: usize, (from, days): (i64, i64), phone: Phone) -> Result<(), TestCaseError> {
        if self.model.people[who].ended {
            return Ok(());
        }
        let app = self.stage.world.app.clone();
        let id = self.bodies[who].id.clone();
        let record = app.db.followup(&id).await.expect("the database").expect("a follow-up");
        let other = if self.bodies[who].phone == PHONE { OTHER_PHONE } else { PHONE };
        let changes = phone == Phone::Changes;
        let number = if changes { other } else { self.bodies[who].phone };
        let from = Moment(self.model.now).date().plus_days(from);
        let due = (from, from.plus_days(days));
        let until = Moment::at(due.1.plus_days(30), 0).0;
        let edit = Edit {
            followup: id.clone(),
            hospital: record.hospital.clone(),
            version: record.version,
            name_sealed: record.name_sealed.clone(),
            phone_sealed: secrets().seal(&id, "phone", number),
            other_phone: changes,
            reason_sealed: record.reason_sealed.clone(),
            letter_sealed: record.letter_sealed.clone(),
            letter: record.letter.clone(),
            urgency: record.urgency,
            owner: record.owner.clone(),
            services: vec![SERVICE.to_owned()],
            due_from: self.day(due.0),
            due_to: self.day(due.1),
            link_until: self.at(until),
            finders: Vec::new(),
            person: Mark { person: id.clone(), older: id.clone() },
            anew: Anew::Wanted,
            folding: 0,
            note: None,
            sent: sent(),
            who: "hua".to_owned(),
            now: self.at(self.model.now),
        };
        let stale = Edit { version: edit.version - 1, sent: sent(), ..edit.clone() };
        let refused = app.db.edit(&stale, Second::Wanted).await.expect("the database");
        prop_assert!(refused.is_err(), "what somebody else has changed stays");
        prop_assert!(app.db.edit(&edit, Second::Wanted).await.expect("the database").is_ok());
        self.model.edit(who, due, until);
        if changes {
            self.bodies[who].phone = number;
            self.rights[who].other_phone();
        }
        self.stage.edited += 1;
        Ok(())
    }

    /// What concerns everybody.
    async fn goes_on(&mut self, step: &Step) -> Result<(), TestCaseError> {
        let app = self.stage.world.app.clone();
        match step {
            Step::Close(slot) | Step::CloseAndDie(slot) => {
                let day = Moment(starts(*slot)).date();
                let closing = closure(self.day(day), app.now());
                let (_, people) = app.db.concerned(&closing).await.expect("the database");
                if people > 0 {
                    let fewer = app.db.close_slots(&closing, people - 1).await;
                    prop_assert!(matches!(fewer, Err(Error::MoreThanAsked)), "{:?}", fewer);
                }
                let closed = app.db.close_slots(&closing, people).await.expect("the database");
                prop_assert_eq!(closed, self.model.close(day));
                let again = app.db.close_slots(&closing, 0).await.expect("the database");
                prop_assert_eq!(again, 0, "a repeat closes nothing more");
                self.untold = true;
                if matches!(step, Step::Close(_)) {
                    prop_assert_eq!(pathway::clear_closed(&app).await.expect("told"), self.model.clear());
                    self.untold = false;
                }
            }
            Step::TakeBack(slot) => {
                let day = Moment(starts(*slot)).date();
                let first = Moment::at(self.day(day), 0).0;
                let standing = app.db.closures(HERE, app.now()).await.expect("the database");
                for closing in standing.into_iter().filter(|closing| closing.first == first) {
                    let by = Staff {
                        name: "hua".to_owned(),
                        display: String::new(),
                        hospital: HERE.to_owned(),
                        roles: vec![Role::Coordinator],
                    };
                    prop_assert!(timetable::undo_closing(&app, &by, &closing.id).await.expect("taken back"));
                    self.model.take_back(day);
                }
            }
            Step::Pass(time) => self.model.now += time,
            _ => {
                prop_assert_eq!(pathway::clear_closed(&app).await.expect("told"), self.model.clear());
                prop_assert_eq!(pathway::release_lapsed(&app).await.expect("let go"), self.model.lapse());
                prop_assert_eq!(pathway::offer_to_all(&app).await.expect("offered"), self.model.offer());
                self.untold = false;
            }
        }
        Ok(())
    }

    /// What a patient or a relative does by the link.
    async fn uses_the_link(&mut self, who: usize, step: &Step) -> Result<(), TestCaseError> {
        let (Step::Enter(browser)
        | Step::WaitForEarlier(browser)
        | Step::SayNo(browser)
        | Step::AddHelper(browser)
        | Step::Act(browser, _)
        | Step::EndHelper(browser, _)
        | Step::EraseByLink(browser)) = step
        else {
            return Ok(());
        };
        let offered = matches!(step, Step::SayNo(_)).then(|| (0..PEOPLE).find(|who| self.model.is_offered(*who)));
        let who = offered.flatten().unwrap_or(who);
        let out = self.rights[who].acting(*browser, self.model.now).is_none();
        if out || matches!(step, Step::Enter(_)) {
            let led = self.sends(who, *browser, "identify", &[("ending", &PHONE[7..])]).await;
            prop_assert_eq!(!led.contains("problem="), self.model.link_opens(who), "{}", led);
            if self.model.link_opens(who) {
                self.rights[who].enter(*browser, self.model.now);
            }
        }
        let helpers = self.bodies[who].helpers.clone();
        match step {
            Step::WaitForEarlier(browser) => {
                let may = self.is_in(who, *browser) && self.model.wait(who);
                let led = self.sends(who, *browser, "wait", &[]).await;
                prop_assert_eq!(led.contains("done=waiting"), may, "{}", led);
            }
            Step::SayNo(browser) => {
                let may = self.is_in(who, *browser) && self.model.say_no(who);
                let led = self.sends(who, *browser, "release", &[]).await;
                prop_assert_eq!(led.contains("done=released"), may, "{}", led);
                if may {
                    self.model.offer();
                }
            }
            Step::AddHelper(browser) if helpers.len() < 3 => {
                let led = self.sends(who, *browser, "helper", &[("name", "女儿 王芳"), ("consent", "yes")]).await;
                let may = self.is_in(who, *browser);
                prop_assert_eq!(led.contains("done=helper-added"), may, "{}", led);
                if may {
                    let body = &mut self.bodies[who];
                    let all = self.stage.world.app.db.all_helpers(&body.id).await.expect("the database");
                    let new = all.into_iter().find(|row| !body.helpers.contains(&row.id)).expect("a helper");
                    body.helpers.push(new.id);
                    self.rights[who].helpers.push(true);
                }
            }
            Step::Act(browser, helper) => {
                let helper = helper.filter(|_| !helpers.is_empty()).map(|n| n % helpers.len());
                let named = helper.map_or("", |n| helpers[n].as_str());
                self.sends(who, *browser, "act", &[("helper", named)]).await;
                if self.is_in(who, *browser) {
                    self.rights[who].act(*browser, helper);
                }
            }
            Step::EndHelper(browser, helper) if !helpers.is_empty() => {
                let helper = helper % helpers.len();
                self.sends(who, *browser, "end-helper", &[("helper", &helpers[helper])]).await;
                if self.is_in(who, *browser) {
                    self.rights[who].end_helper(helper);
                }
            }
            Step::EraseByLink(browser) => {
                let may = self.is_in(who, *browser);
                self.sends(who, *browser, "erase", &[("sure", "yes")]).await;
                if may {
                    self.erases(who);
                    self.model.offer();
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn erases(&mut self, who: usize) {
        self.model.end(who, State::CancelledByPatient);
        self.rights[who].erase();
    }

    /// What a hospital does with a follow-up.
    async fn decides(&mut self, who: usize, step: &Step) -> Result<(), TestCaseError> {
        let id = self.bodies[who].id.clone();
        let ended = self.model.people[who].ended;
        let hospitals = &mut self.stage.hospitals;
        let rights = &mut self.rights[who];
        match step {
            Step::Note(whose) => {
                let hospital = whose.or(rights.in_charge);
                let key = secrets::fresh_id();
                let done = does(&mut hospitals[hospital], &id, "note", &[("note", "来过"), ("key", &key)]).await.status;
                let may = rights.in_charge == hospital && !rights.erased;
                prop_assert_eq!(done == StatusCode::SEE_OTHER, may, "{}", done);
            }
            Step::Refer(whose, to) => {
                let from = whose.or(rights.in_charge);
                let key = secrets::fresh_id();
                let fields = [("hospital", HOSPITALS[*to]), ("reason", "转"), ("key", &key)];
                let done = does(&mut hospitals[from], &id, "refer", &fields).await.status;
                let may = rights.in_charge == from && from != *to && rights.offered().is_none() && !ended;
                prop_assert_eq!(done == StatusCode::SEE_OTHER, may, "{}", done);
                if may {
                    rights.refer(from, *to);
                    self.bodies[who].referrals.push(latest(&self.stage.world, &id).await);
                }
            }
            Step::TakeOver(whose) | Step::HandBack(whose) | Step::Recall(whose) | Step::Return(whose) => {
                let (deed, state, target) = match step {
                    Step::TakeOver(_) => ("take-over", "accepted", rights.offered()),
                    Step::HandBack(_) => ("hand-back", "declined", rights.offered()),
                    Step::Recall(_) => ("recall", "withdrawn", rights.offered()),
                    _ => ("return", "returned", rights.taken()),
                };
                let Some(target) = target else { return Ok(()) };
                let fields = [("referral", self.bodies[who].referrals[target].as_str()), ("answer", "好")];
                let referral = &rights.referrals[target];
                let side = if deed == "recall" { referral.from } else { referral.to };
                let hospital = whose.or(side);
                let done = does(&mut hospitals[hospital], &id, deed, &fields).await.status;
                // What was offered may be taken back also when there is nothing left to hand over.
                let may = side == hospital && (deed == "recall" || !ended);
                prop_assert_eq!(done == StatusCode::SEE_OTHER, may, "{}", done);
                if may && rights.settle(target, state) {
                    self.new_link(who);
                }
            }
            Step::Relink(whose) => {
                let hospital = whose.or(rights.in_charge);
                does(&mut hospitals[hospital], &id, "relink", &[]).await;
                if rights.in_charge == hospital && !ended {
                    rights.relink();
                    self.new_link(who);
                }
            }
            Step::EraseByStaff(whose) => {
                let hospital = whose.or(rights.in_charge);
                let fields = [("reason", "by-phone"), ("sure", "yes")];
                does(&mut hospitals[hospital], &id, "erase", &fields).await;
                if rights.in_charge == hospital && !rights.erased {
                    self.erases(who);
                    self.model.offer();
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// A new link lasts as long as one made today.
    fn new_link(&mut self, who: usize) {
        let today = Moment(self.model.now).date();
        let person = &mut self.model.people[who];
        let until = Moment::at(person.due.1.max(today).plus_days(30), 0).0;
        person.link_until = person.link_until.max(until);
    }

    /// Whether the database is as the model says.
    async fn is_kept(&mut self) -> Result<(), TestCaseError> {
        let app = self.stage.world.app.clone();
        let (db, now) = (&app.db, app.now());
        let left = db.left_in_closed(now, 100).await.expect("the database");
        prop_assert_eq!(left.len(), self.model.left().len());
        prop_assert!(self.untold || left.is_empty(), "nobody is booked in a closed clinic: {:?}", left);
        for (n, slot) in self.slots.iter().enumerate() {
            let (taken, capacity) = db.occupancy(&slot.id).await.expect("the database").expect("a slot");
            prop_assert!((0..=capacity).contains(&taken), "no place is given twice, and none is owed");
            prop_assert_eq!(taken, self.model.occupied(n) as i64, "slot {}", n);
        }
        prop_assert!(db.miscounted_slots().await.expect("the database").is_empty());
        prop_assert!(db.unexplained_appointments().await.expect("the database").is_empty());
        for (who, body) in self.bodies.iter().enumerate() {
            let record = db.followup(&body.id).await.expect("the database").expect("a follow-up");
            // Whatever is kept until long after now was kept by the clock, and ends while people are awake.
            if let Some((_, until)) = record.held.filter(|(_, until)| until.0 > now.0 + HOLD_MS) {
                prop_assert!(AWAKE.contains(&until.minute_of_day()), "no offer ends at night: {}", until.iso());
            }
            prop_assert_eq!(&record.hospital, HOSPITALS[self.rights[who].in_charge]);
            let waits = db.waiting(&body.id).await.expect("the database").map(|row| (row.since, row.before));
            let expected = self.model.people[who].waits;
            let expected = expected.map(|(since, before)| (self.at(since).0, self.at(before).0));
            prop_assert_eq!(waits, expected, "who waits, and for what");
            let own = self.model.own(who).map(|slot| self.at(starts(slot)).0);
            let has = waits.zip(own).is_some_and(|((_, before), own)| own < before);
            prop_assert!(!has, "nobody waits for what they have");
            prop_assert!(waits.is_none() || !self.model.people[who].ended, "nobody waits who has ended");
            if self.rights[who].erased {
                let kept = db.sealed_of(&body.id).await.expect("the database");
                prop_assert!(kept.is_empty(), "{:?} is kept of whoever was deleted", kept);
            }
        }
        for (n, hospital) in HOSPITALS.iter().enumerate() {
            let listed = db.overdue(hospital, now, 100).await.expect("the database");
            let listed: BTreeSet<String> = listed.into_iter().map(|record| record.id).collect();
            prop_assert_eq!(
                listed,
                self.overdue(n),
                "nobody overdue is missing from the list, and nobody else is on it"
            );
        }
        Ok(())
    }

    /// Whom a hospital must look after now.
    fn overdue(&self, hospital: usize) -> BTreeSet<String> {
        let of = |who: &usize| self.rights[*who].in_charge == hospital && self.model.overdue(*who);
        (0..PEOPLE).filter(of).map(|who| self.bodies[who].id.clone()).collect()
    }

    /// Whether the pages show what the model says, to hospitals and by links.
    async fn is_shown(&mut self, who: usize) -> Result<(), TestCaseError> {
        let id = self.bodies[who].id.clone();
        let (rights, ended) = (self.rights[who].clone(), self.model.people[who].ended);
        let token = self.link(who, rights.generation);
        for n in 0..HOSPITALS.len() {
            let hospital = &mut self.stage.hospitals[n];
            let data = hospital.get(&format!("/api/v1/staff/followups/{id}")).await;
            if n == rights.in_charge {
                prop_assert_eq!(&data.json()["token"], &json!(token));
                prop_assert_eq!(data.text.contains(self.bodies[who].phone), !rights.erased);
                let list = hospital.get("/api/v1/staff/followups").await.json();
                // Who has lost a time by a closing is listed with it, whether it stands, and what they have now.
                for row in list["overdue"].as_array().into_iter().flatten() {
                    let who = (0..PEOPLE).find(|who| row["id"] == self.bodies[*who].id.as_str()).expect("one of them");
                    let at = |slot: usize| self.at(starts(slot)).0;
                    let shown = row["closed"].as_object().map(|closed| {
                        let kept = closed.get("kept").and_then(|kept| kept["starts"].as_i64());
                        (closed["starts"].as_i64(), closed["closing"].as_str().and_then(Closing::parse), kept)
                    });
                    let lost = self.model.lost(who);
                    let lost = lost.map(|(slot, closing, kept)| (Some(at(slot)), Some(closing), kept.map(at)));
                    prop_assert_eq!(shown, lost);
                }
                prop_assert_eq!(ids(&list["overdue"]), self.overdue(n));
                let promised = |who: &usize| self.rights[*who].in_charge == n && self.rights[*who].call;
                let promised = (0..PEOPLE).filter(promised).map(|who| self.bodies[who].id.clone());
                prop_assert_eq!(ids(&list["calls"]), promised.collect::<BTreeSet<String>>());
            } else {
                let page = hospital.get(&format!("/staff/followups/{id}")).await;
                let status = if rights.shares(n, ended) { StatusCode::OK } else { StatusCode::NOT_FOUND };
                prop_assert_eq!(page.status, status, "hospital {}", n);
                for text in [&data.text, &page.text] {
                    let hidden = ![token.as_str(), PHONE, OTHER_PHONE].iter().any(|secret| text.contains(secret));
                    prop_assert!(hidden, "only who is in charge has those");
                }
            }
        }
        for browser in 0..2 {
            let expected = rights.acting(browser, self.model.now).filter(|_| self.model.link_opens(who));
            let plan = self.bodies[who].browsers[browser].get(&format!("/api/v1/followups/{token}/plan")).await;
            let shown = (plan.status == StatusCode::OK).then(|| plan.json());
            let acting = shown.as_ref().map(|plan| {
                let named = plan["helper"]["id"].as_str();
                named.and_then(|named| self.bodies[who].helpers.iter().position(|id| id == named))
            });
            prop_assert_eq!(acting, expected, "browser {}", browser);
            if let Some(plan) = shown {
                prop_assert_eq!(plan["waiting"].is_object(), self.model.people[who].waits.is_some());
                let offered: BTreeSet<String> =
                    plan["days"].as_array().into_iter().flatten().flat_map(|day| ids(&day["slots"])).collect();
                let choice: BTreeSet<String> =
                    self.model.choice(who).into_iter().map(|n| self.slots[n].id.as_str().to_owned()).collect();
                prop_assert!(offered.is_empty() || offered == choice, "{:?} is offered of {:?}", offered, choice);
            }
        }
        if rights.generation > 1 {
            let old = self.link(who, rights.generation - 1);
            let mut stranger = self.stage.world.client();
            stranger.form(&format!("/f/{old}/identify"), &[("ending", &PHONE[7..])]).await;
            for browser in self.bodies[who].browsers.iter_mut().chain([&mut stranger]) {
                let page = browser.get(&format!("/f/{old}")).await;
                prop_assert!(page.status == StatusCode::GONE && !page.text.contains("李女士"), "an old link opens");
            }
        }
        Ok(())
    }
}

/// The ids in a list of the API.
fn ids(list: &Value) -> BTreeSet<String> {
    let rows = list.as_array().into_iter().flatten();
    rows.filter_map(|row| row["id"].as_str()).map(str::to_owned).collect()
}

async fn play(stage: &mut Stage, steps: &[(usize, Step)]) -> Result<(), TestCaseError> {
    let mut play = Play::begin(stage).await;
    for (who, step) in steps {
        let told = |error: TestCaseError| TestCaseError::fail(format!("at {step:?} by {who}: {error}"));
        play.takes(*who, step).await.map_err(told)?;
        play.moment_passes();
        play.is_kept().await.map_err(told)?;
        play.is_shown(*who).await.map_err(told)?;
    }
    Ok(())
}

#[test]
fn whatever_people_do_the_database_and_the_pages_are_as_the_model_says() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let stage = std::cell::RefCell::new(runtime.block_on(Stage::new()));
    let config = Config { cases: 28, max_shrink_iters: 100, failure_persistence: None, ..Config::default() };
    // Mostly the first, so that much happens to one person; the others want the same places.
    let who = prop_oneof![2 => Just(0), 1 => 0..PEOPLE];
    let steps = prop::collection::vec((who, any_step()), 1..50);
    let played = TestRunner::new(config).run(&steps, |steps| {
        let mut stage = stage.borrow_mut();
        runtime.block_on(play(&mut stage, &steps))
    });
    played.unwrap_or_else(|error| panic!("{error}"));
    let stage = stage.into_inner();
    assert!(stage.refused > 0 && stage.edited > 0, "{} refused, {} edited", stage.refused, stage.edited);
}
