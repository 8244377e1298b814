//! The writes that matter most: holding, confirming, moving, cancelling and recording, each in one transaction.
//! A slot is taken by a conditional update, a place in it is unique, and a repeated key gets its first answer.

use super::calls::NewNote;
use super::ledger::{Ledger, Line, Live, Locked, OpenStep, StoredStep, read};
use super::log;
use super::{Db, Error, Result, again, in_transaction, on_read};
use crate::secrets;
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, SqliteConnection};
use zaoshai_contract::appointments::{Action, Done, HOLD_MS, Receipt, State, after, timely};
use zaoshai_contract::civil::Moment;
use zaoshai_contract::followups::Ending;
use zaoshai_contract::ids::{IdempotencyKey, SlotId};
use zaoshai_contract::problem::Code;
use zaoshai_contract::roles::Party;
use zaoshai_contract::schedules::{BookingRules, Refused};

/// How the rules of booking bind a change.
#[derive(Clone, Debug)]
pub enum Rules {
    /// What is taken must be open at this very moment, by the rules of its service, to somebody who agreed to all this.
    Bind {
        /// The services that can be booked, with their rules.
        services: Vec<(String, BookingRules)>,
        /// The ids of what was agreed to; a place is held without.
        agreed: Vec<String>,
    },
    /// They say nothing about this change, or staff goes past them; why is kept as a note when it is carried out.
    Aside(Option<NewNote>),
}

/// A change to a follow-up's appointment.
#[derive(Clone, Debug)]
pub struct Change {
    /// The follow-up's id.
    pub followup: String,
    /// What to do.
    pub action: Action,
    /// The slot, for holding and booking; for confirming the one that was seen, which is taken anew when it is no longer
    /// held.
    pub slot: Option<SlotId>,
    /// The appointment, for recording; without one the latest.
    pub appointment: Option<String>,
    /// Who does it.
    pub party: Party,
    /// Who, in the history: `patient`, `clock` or a staff name.
    pub who: String,
    /// More in words that hold nothing personal, like a reason from a list.
    pub detail: String,
    /// What was said with it beside what is taken, like why: a repeat says the same.
    pub said: String,
    /// Until when a held place is kept; without one a quarter of an hour.
    pub until: Option<Moment>,
    /// How the rules of booking bind it.
    pub rules: Rules,
    /// The key of the request.
    pub key: IdempotencyKey,
    /// Now.
    pub now: Moment,
}

/// The answer to a change: the receipt, or why it was refused.
type Answer = Result<Receipt, Code>;

/// The first answer to a key, as it is kept.
#[derive(Serialize, Deserialize)]
enum Kept {
    Done(Receipt),
    Refused(Code),
}

impl From<Answer> for Kept {
    fn from(answer: Answer) -> Self {
        match answer {
            Ok(receipt) => Self::Done(receipt),
            Err(code) => Self::Refused(code),
        }
    }
}

impl From<Kept> for Answer {
    fn from(kept: Kept) -> Self {
        match kept {
            Kept::Done(receipt) => Ok(receipt),
            Kept::Refused(code) => Err(code),
        }
    }
}

/// A slot that may be taken.
struct Wanted {
    starts: Moment,
    /// The last moment at which it may be confirmed.
    last: Moment,
}

/// A follow-up's open step and the appointments of it that occupy a place, latest made first.
struct Scene<'a> {
    step: Option<&'a StoredStep>,
    live: &'a [Live],
}

impl<'a> Scene<'a> {
    fn held(&self) -> Option<&'a Live> {
        self.live.iter().find(|live| live.state == State::Held)
    }

    fn firm(&self) -> Option<&'a Live> {
        self.live.iter().find(|live| live.state.is_firm())
    }

    /// Refuses to book what was attended: what comes next is the nurse's to say.
    fn still_to_be_seen(&self) -> Result<(), Code> {
        if self.live.iter().any(|live| live.state == State::Attended) { Err(Code::NoStep) } else { Ok(()) }
    }

    /// The appointment that another one takes the place of, and the state it goes to; a time that has come can no longer
    /// be exchanged.
    fn gives_way(&self, change: &Change) -> Result<Option<(&'a Live, State)>, Code> {
        let Some(firm) = self.firm() else { return Ok(None) };
        if firm.state == State::Arrived {
            return Err(Code::NotBooked);
        }
        if firm.starts <= change.now {
            return Err(Code::SlotPast);
        }
        change.may_leave(firm)?;
        Ok(Some((firm, after(Some(firm.state), Action::Replace, change.party)?)))
    }

    /// The appointment that a change is about: the named one, or the one that fits the action.
    fn target(&self, change: &Change) -> Option<&'a Live> {
        match (change.action, &change.appointment) {
            (Action::Release | Action::Expire, named) => self
                .held()
                .filter(|held| change.party != Party::Clock || named.as_ref().is_none_or(|id| held.id == *id)),
            (_, Some(named)) => self.live.iter().find(|live| live.id == *named),
            (Action::CancelForClinic, None) => self.firm().or(self.held()),
            (_, None) => self.firm().or_else(|| self.live.iter().find(|live| live.state != State::Held)),
        }
    }
}

impl Change {
    fn line(&self) -> Line<'_> {
        Line { who: &self.who, action: self.action.as_str(), detail: &self.detail, ..Line::default() }
    }

    /// The rules of a service, where rules bind this change.
    fn rules_of(&self, service: &str) -> Option<BookingRules> {
        let Rules::Bind { services, .. } = &self.rules else { return None };
        let known = services.iter().find(|(id, _)| id == service);
        Some(known.map_or_else(BookingRules::of_unknown, |(_, rules)| rules.clone()))
    }

    /// Whether the rules let an appointment be given up; staff may at any time.
    fn may_leave(&self, live: &Live) -> Result<(), Code> {
        if matches!(self.party, Party::Staff(_)) {
            return Ok(());
        }
        let Some(rules) = self.rules_of(&live.service) else { return Ok(()) };
        rules.may_leave(live.starts, self.now).map_err(|refused| refused.code())
    }

    /// Whether the rules let a slot be taken; gives the last moment at which they do.
    fn may_take(&self, step: &OpenStep, service: &str, starts: Moment) -> Result<Moment, Code> {
        let Rules::Bind { agreed, .. } = &self.rules else { return Ok(starts) };
        let Some(rules) = self.rules_of(service) else { return Ok(starts) };
        match rules.may_take(starts, step.due_from, self.now, agreed) {
            // Whoever holds a place has not been asked yet.
            Err(Refused::MissingPrerequisites(_)) if self.action == Action::Hold => {}
            Err(refused) => return Err(refused.code()),
            Ok(()) => {}
        }
        Ok(rules.last_change(starts))
    }

    fn receipt(&self, done: Done, state: State) -> Receipt {
        Receipt { done, state, slot: self.slot.clone(), until: None, at: self.now }
    }
}

/// The value, or the refusal as the answer: the database has done nothing wrong.
macro_rules! or_refuse {
    ($result:expr) => {
        match $result {
            Ok(value) => value,
            Err(code) => return Ok(Err(code)),
        }
    };
}

trait Booking: Ledger {
    async fn carry_out(&mut self, change: &Change) -> Result<Answer>;
    async fn decide(&mut self, change: &Change, locked: &Locked) -> Result<Answer>;
    async fn take(&mut self, change: &Change, scene: &Scene<'_>) -> Result<Answer>;
    async fn confirm(&mut self, change: &Change, scene: &Scene<'_>) -> Result<Answer>;
    async fn make_certain(&mut self, change: &Change, scene: &Scene<'_>, held: &Live, to: State) -> Result<Answer>;
    async fn before(&mut self, followup: &str, appointment: &Live) -> Result<Option<State>>;
    async fn stop_waiting(&mut self, followup: &str) -> Result<()>;
    async fn lead_on(&mut self, change: &Change, scene: &Scene<'_>) -> Result<Answer>;
    async fn give_way(&mut self, change: &Change, scene: &Scene<'_>) -> Result<Result<Done, Code>>;
    async fn wanted(&mut self, change: &Change, slot: &str, step: &OpenStep) -> Result<Result<Wanted, Code>>;
    async fn take_place(&mut self, slot: &SlotId, now: Moment) -> Result<Result<i64, Code>>;
    async fn expire_in(&mut self, slot: &str, now: Moment) -> Result<()>;
}

macro_rules! booking {
    ($($connection:ty)*) => {
        $(impl Booking for $connection {
            /// Answers a repeated key with its first answer, and a new one with what is decided now.
            async fn carry_out(&mut self, change: &Change) -> Result<Answer> {
                let Some(locked) = self.lock(&change.followup).await? else { return Ok(Err(Code::LinkUnknown)) };
                if locked.ending == Some(Ending::Erased) {
                    // Not even the key of what was wished is kept of somebody whose data were deleted.
                    return Ok(Err(Code::LinkErased));
                }
                let slot = change.slot.as_ref().map(SlotId::as_str).unwrap_or_default();
                let appointment = change.appointment.as_deref().unwrap_or_default();
                let said = if change.said.is_empty() { String::new() } else { [" ", &change.said].concat() };
                let request = secrets::hash(&format!("{} {slot} {appointment}{said}", change.action.as_str()));
                let fresh = sqlx::query(
                    "INSERT INTO idempotency (scope, key, request, answer, at) VALUES ($1, $2, $3, '', $4) \
                     ON CONFLICT DO NOTHING",
                )
                .bind(&change.followup)
                .bind(change.key.as_str())
                .bind(&request)
                .bind(change.now.0)
                .execute(&mut *self)
                .await?
                .rows_affected();
                if fresh == 0 {
                    let (kept_request, answer): (String, String) =
                        sqlx::query_as("SELECT request, answer FROM idempotency WHERE scope = $1 AND key = $2")
                            .bind(&change.followup)
                            .bind(change.key.as_str())
                            .fetch_one(&mut *self)
                            .await?;
                    if kept_request != request {
                        return Ok(Err(Code::KeyReused));
                    }
                    let kept: Kept = serde_json::from_str(&answer).map_err(|error| Error::Broken(error.to_string()))?;
                    log::repeats();
                    return Ok(kept.into());
                }
                let answer = self.decide(change, &locked).await?;
                if answer == Err(Code::NotAgreed) {
                    // What was agreed to is no part of the request: the same form with every tick must be decided anew.
                    sqlx::query("DELETE FROM idempotency WHERE scope = $1 AND key = $2")
                        .bind(&change.followup)
                        .bind(change.key.as_str())
                        .execute(&mut *self)
                        .await?;
                    return Ok(answer);
                }
                let kept = serde_json::to_string(&Kept::from(answer.clone()))
                    .map_err(|error| Error::Broken(error.to_string()))?;
                sqlx::query("UPDATE idempotency SET answer = $3 WHERE scope = $1 AND key = $2")
                    .bind(&change.followup)
                    .bind(change.key.as_str())
                    .bind(kept)
                    .execute(&mut *self)
                    .await?;
                Ok(answer)
            }

            /// What is decided on a change whose follow-up is locked.
            async fn decide(&mut self, change: &Change, locked: &Locked) -> Result<Answer> {
                if locked.ending.is_some() && change.action != Action::Expire {
                    return Ok(Err(Code::LinkWithdrawn));
                }
                // Nor is anything kept for somebody who can no longer open the link to take it.
                let by_link = change.party == Party::Patient
                    || (change.party == Party::Clock && change.action == Action::Hold);
                if by_link && locked.link_until <= change.now {
                    return Ok(Err(Code::LinkExpired));
                }
                // What was attended or missed in an earlier step is the past: nothing leads out of there any more.
                let step = locked.step.as_ref().map(|step| step.id.as_str());
                let mut live = self.live(&change.followup).await?;
                live.retain(|live| Some(live.step.as_str()) == step);
                let scene = Scene { step: locked.step.as_ref(), live: &live };
                let answer = match change.action {
                    Action::Hold | Action::Book => self.take(change, &scene).await?,
                    Action::Confirm => self.confirm(change, &scene).await?,
                    _ => self.lead_on(change, &scene).await?,
                };
                if answer.is_ok() {
                    if let Rules::Aside(Some(note)) = &change.rules {
                        self.keep_note(&change.followup, note, change.now).await?;
                    }
                    self.settle(&change.followup, change.now).await?;
                }
                Ok(answer)
            }

            /// Takes a place: keeps it, or books it at once, and then an earlier appointment gives way. What is refused
            /// leaves everything as it was, also a place that is held.
            async fn take(&mut self, change: &Change, scene: &Scene<'_>) -> Result<Answer> {
                let now = change.now;
                let Some(slot) = &change.slot else { return Ok(Err(Code::SlotUnknown)) };
                let Some(step) = scene.step else { return Ok(Err(Code::NoStep)) };
                let says = step.read()?;
                let to = or_refuse!(after(None, change.action, change.party));
                or_refuse!(scene.still_to_be_seen());
                if let Some(firm) = scene.firm().filter(|firm| firm.slot == slot.as_str()) {
                    return Ok(Ok(change.receipt(Done::Booked, firm.state)));
                }
                or_refuse!(scene.gives_way(change));
                // Slots are locked in the order of their ids, so that two patients who swap do not wait for each other.
                let mut ids = vec![slot.as_str()];
                ids.extend(scene.live.iter().map(|appointment| appointment.slot.as_str()));
                ids.sort_unstable();
                ids.dedup();
                for id in ids {
                    sqlx::query("UPDATE slots SET taken = taken WHERE id = $1").bind(id).execute(&mut *self).await?;
                }
                let wanted = or_refuse!(self.wanted(change, slot.as_str(), &says).await?);
                let until = change.until.unwrap_or(Moment(now.0 + HOLD_MS)).min(wanted.last).min(wanted.starts);
                let held = scene.held();
                if let Some(held) = held.filter(|held| held.slot == slot.as_str()) {
                    if to == State::Booked {
                        return self.make_certain(change, scene, held, to).await;
                    }
                    // A shorter hold never shortens an offer.
                    let (until,): (i64,) = sqlx::query_as(
                        "UPDATE appointments SET until = CASE WHEN until < $2 THEN $2 ELSE until END WHERE id = $1 \
                         RETURNING until",
                    )
                    .bind(&held.id)
                    .bind(until.0)
                    .fetch_one(&mut *self)
                    .await?;
                    return Ok(Ok(Receipt { until: Some(Moment(until)), ..change.receipt(Done::Held, State::Held) }));
                }
                let number = or_refuse!(self.take_place(slot, now).await?);
                if let Some(held) = held {
                    let line = Line { action: Action::Release.as_str(), ..change.line() };
                    self.turn(&change.followup, held, State::Released, now, &line).await?;
                }
                let mut done = Done::Held;
                if to == State::Booked {
                    done = or_refuse!(self.give_way(change, scene).await?);
                }
                let until = (to == State::Held).then_some(until);
                let id = secrets::fresh_id();
                sqlx::query(
                    "INSERT INTO appointments (id, followup, slot, place, made, step, state, until) \
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                )
                .bind(&id)
                .bind(&change.followup)
                .bind(slot.as_str())
                .bind(number)
                .bind(now.0)
                .bind(&step.id)
                .bind(to.as_str())
                .bind(until.map(|until| until.0))
                .execute(&mut *self)
                .await?;
                let line =
                    Line { appointment: Some(&id), after: Some(to), slot: Some(slot.as_str()), ..change.line() };
                self.note(&change.followup, now, &line).await?;
                if to == State::Booked {
                    self.stop_waiting(&change.followup).await?;
                }
                Ok(Ok(Receipt { until, ..change.receipt(done, to) }))
            }

            /// Makes the kept place certain; only then an earlier appointment gives way. The time that was seen is taken
            /// anew when it is no longer held, as long as it is free.
            async fn confirm(&mut self, change: &Change, scene: &Scene<'_>) -> Result<Answer> {
                let held = scene.held();
                if let Some(seen) = &change.slot
                    && held.is_none_or(|held| held.slot != seen.as_str())
                {
                    let again = Change { action: Action::Book, ..change.clone() };
                    return self.take(&again, scene).await;
                }
                let to = or_refuse!(after(held.map(|held| held.state), change.action, change.party));
                or_refuse!(scene.still_to_be_seen());
                // `after` has refused where nothing is held.
                let Some(held) = held else { return Ok(Err(Code::HoldLapsed)) };
                let Some(step) = scene.step else { return Ok(Err(Code::NoStep)) };
                or_refuse!(self.wanted(change, &held.slot, &step.read()?).await?);
                or_refuse!(scene.gives_way(change));
                self.make_certain(change, scene, held, to).await
            }

            /// Books the held place.
            async fn make_certain(
                &mut self,
                change: &Change,
                scene: &Scene<'_>,
                held: &Live,
                to: State,
            ) -> Result<Answer> {
                let done = or_refuse!(self.give_way(change, scene).await?);
                self.turn(&change.followup, held, to, change.now, &change.line()).await?;
                self.stop_waiting(&change.followup).await?;
                Ok(Ok(Receipt { slot: SlotId::parse(&held.slot), ..change.receipt(done, to) }))
            }

            /// Lets an earlier appointment give way to the one that is booked now; gives what that makes of the change.
            async fn give_way(&mut self, change: &Change, scene: &Scene<'_>) -> Result<Result<Done, Code>> {
                let Some((firm, moved)) = or_refuse!(scene.gives_way(change)) else { return Ok(Ok(Done::Booked)) };
                let line = Line { action: Action::Replace.as_str(), ..change.line() };
                self.turn(&change.followup, firm, moved, change.now, &line).await?;
                Ok(Ok(Done::Moved))
            }

            /// Whether a slot is one of the step's, still to come, not closed, and open by the rules.
            async fn wanted(&mut self, change: &Change, slot: &str, step: &OpenStep) -> Result<Result<Wanted, Code>> {
                let found: Option<(String, i64, Option<String>)> =
                    sqlx::query_as("SELECT service, starts, closure FROM slots WHERE id = $1")
                        .bind(slot)
                        .fetch_optional(&mut *self)
                        .await?;
                let Some((service, starts, closure)) = found else { return Ok(Err(Code::SlotUnknown)) };
                let starts = Moment(starts);
                if !step.services.contains(&service) {
                    return Ok(Err(Code::SlotUnknown));
                }
                if closure.is_some() {
                    return Ok(Err(Code::SlotClosed));
                }
                if starts <= change.now {
                    return Ok(Err(Code::SlotPast));
                }
                let last = or_refuse!(change.may_take(step, &service, starts));
                Ok(Ok(Wanted { starts, last }))
            }

            /// The state of an appointment before what was recorded of it last.
            async fn before(&mut self, followup: &str, appointment: &Live) -> Result<Option<State>> {
                let row: Option<(Option<String>,)> = sqlx::query_as(
                    "SELECT before FROM history WHERE followup = $1 AND appointment = $2 AND state = $3 AND action <> 'unrecord' \
                     ORDER BY number DESC LIMIT 1",
                )
                .bind(followup)
                .bind(&appointment.id)
                .bind(appointment.state.as_str())
                .fetch_optional(&mut *self)
                .await?;
                row.and_then(|(before,)| before).map(|word| read(&word, State::parse)).transpose()
            }

            /// Who has a time that is certain waits for no other.
            async fn stop_waiting(&mut self, followup: &str) -> Result<()> {
                sqlx::query("DELETE FROM waiting WHERE followup = $1").bind(followup).execute(&mut *self).await?;
                Ok(())
            }

            /// Leads an appointment that is there to its next state.
            async fn lead_on(&mut self, change: &Change, scene: &Scene<'_>) -> Result<Answer> {
                // Who gives up a time gives up the one that they saw.
                let seen = |target: &&Live| change.slot.as_ref().is_none_or(|slot| slot.as_str() == target.slot);
                let target = scene.target(change).filter(seen);
                if let (Action::Expire, Some(held)) = (change.action, target) {
                    let (until,): (i64,) = sqlx::query_as("SELECT until FROM appointments WHERE id = $1")
                        .bind(&held.id)
                        .fetch_one(&mut *self)
                        .await?;
                    // What was kept anew since the round looked has not lapsed.
                    if until > change.now.0 {
                        return Ok(Err(Code::NotBooked));
                    }
                }
                let to = or_refuse!(after(target.map(|target| target.state), change.action, change.party));
                let Some(target) = target else { return Ok(Err(Code::NotBooked)) };
                let to = if change.action == Action::Unrecord { self.before(&change.followup, target).await?.unwrap_or(to) } else { to };
                if to.is_firm() && scene.firm().is_some_and(|firm| firm.id != target.id) {
                    return Ok(Err(Code::AlreadyBooked));
                }
                let ends = matches!(change.action, Action::CancelForClinic | Action::Release);
                if change.party == Party::Clock && ends {
                    let (closure,): (Option<String>,) = sqlx::query_as("SELECT closure FROM slots WHERE id = $1")
                        .bind(&target.slot)
                        .fetch_one(&mut *self)
                        .await?;
                    // A closing that was taken back since the round looked leaves everybody where they are.
                    if closure.is_none() {
                        return Ok(Err(Code::NotBooked));
                    }
                }
                or_refuse!(timely(change.action, target.starts, change.now));
                if change.action == Action::Cancel {
                    or_refuse!(change.may_leave(target));
                }
                self.turn(&change.followup, target, to, change.now, &change.line()).await?;
                let done = match change.action {
                    Action::Release | Action::Expire => Done::Released,
                    Action::Cancel | Action::CancelForClinic => Done::Cancelled,
                    _ => Done::Recorded,
                };
                Ok(Ok(change.receipt(done, to)))
            }

            /// Takes a place of a slot that may be taken; gives its number.
            async fn take_place(&mut self, slot: &SlotId, now: Moment) -> Result<Result<i64, Code>> {
                self.expire_in(slot.as_str(), now).await?;
                let taken = sqlx::query("UPDATE slots SET taken = taken + 1 WHERE id = $1 AND taken < capacity")
                    .bind(slot.as_str())
                    .execute(&mut *self)
                    .await?
                    .rows_affected();
                if taken == 0 {
                    return Ok(Err(Code::SlotTaken));
                }
                let places: Vec<(i64,)> = sqlx::query_as(
                    "SELECT place FROM appointments WHERE slot = $1 \
                     AND state IN ('held', 'booked', 'arrived', 'attended', 'missed') ORDER BY place",
                )
                .bind(slot.as_str())
                .fetch_all(&mut *self)
                .await?;
                let number = places
                    .iter()
                    .zip(1..)
                    .find(|((held,), n)| held != n)
                    .map_or(i64::try_from(places.len()).unwrap_or(i64::MAX) + 1, |(_, n)| n);
                Ok(Ok(number))
            }

            /// Ends the holds in a slot whose time is over. Their follow-ups are not locked: a hold that is confirmed at
            /// this very moment is no longer held, and the condition leaves it alone.
            async fn expire_in(&mut self, slot: &str, now: Moment) -> Result<()> {
                let over: Vec<(String, String)> = sqlx::query_as(
                    "UPDATE appointments SET state = 'released', ended = $2, until = NULL \
                     WHERE slot = $1 AND state = 'held' AND until <= $2 RETURNING id, followup",
                )
                .bind(slot)
                .bind(now.0)
                .fetch_all(&mut *self)
                .await?;
                for (id, followup) in over {
                    self.give_back(slot).await?;
                    let line = Line {
                        who: "clock",
                        action: Action::Expire.as_str(),
                        appointment: Some(&id),
                        before: Some(State::Held),
                        after: Some(State::Released),
                        slot: Some(slot),
                        detail: "",
                    };
                    self.note(&followup, now, &line).await?;
                    self.settle_what_reads(&followup, now).await?;
                }
                Ok(())
            }
        })*
    };
}

booking!(SqliteConnection PgConnection);

/// An appointment of a day, as it is stored.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct DayRow {
    /// The follow-up's id.
    pub followup: String,
    /// The hospital that is in charge of it.
    pub hospital: String,
    /// The appointment's id.
    pub appointment: String,
    /// Its state's word.
    pub state: String,
    /// When it begins.
    pub starts: i64,
    /// Where.
    pub room: String,
    /// The service's id.
    pub service: String,
    /// The sealed name.
    pub name_sealed: String,
    /// The sealed phone number.
    pub phone_sealed: String,
    /// Why they come, sealed.
    pub reason_sealed: String,
    /// The follow-up's code.
    pub code: String,
    /// Counts the writes of the follow-up.
    pub version: i64,
    /// Since when the number is known to be wrong.
    pub wrong_number: Option<i64>,
    /// 1 while the step is open that it belongs to.
    pub open: i64,
}

/// A place that is or was kept, as it is stored.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct LastKept {
    /// The slot.
    pub slot: String,
    /// The state's word.
    pub state: String,
    /// Why it was kept: `offer`, `replacement`, or nothing for a choice of her own.
    pub detail: String,
    /// What happened to it last; empty when something else has happened since.
    pub last_action: String,
}

impl Db {
    /// Carries out a change, once for each key. The outer result is the database's, the inner one the answer.
    pub async fn change(&self, change: &Change) -> Result<Answer> {
        again!(self.try_change(change).await)
    }

    async fn try_change(&self, change: &Change) -> Result<Answer> {
        in_transaction!(self, |tx| { tx.carry_out(change).await })
    }

    /// Whether a key of a follow-up was answered before.
    pub async fn has_answered(&self, followup: &str, key: &IdempotencyKey) -> Result<bool> {
        let row: Option<(String,)> =
            on_read!(self, |pool| sqlx::query_as("SELECT key FROM idempotency WHERE scope = $1 AND key = $2",)
                .bind(followup)
                .bind(key.as_str())
                .fetch_optional(pool)
                .await?);
        Ok(row.is_some())
    }

    /// The follow-ups with a hold or an offer whose time is over.
    pub async fn lapsed_holds(&self, now: Moment, most: u32) -> Result<Vec<String>> {
        let rows: Vec<(String,)> = on_read!(self, |pool| sqlx::query_as(
            "SELECT followup FROM appointments WHERE state = 'held' AND until <= $1 ORDER BY until LIMIT $2",
        )
        .bind(now.0)
        .bind(i64::from(most))
        .fetch_all(pool)
        .await?);
        Ok(rows.into_iter().map(|(followup,)| followup).collect())
    }

    /// Everybody who is expected, there, seen or missing at a hospital between two moments, by time.
    pub async fn day(&self, hospital: &str, from: Moment, until: Moment) -> Result<Vec<DayRow>> {
        Ok(on_read!(self, |pool| {
            sqlx::query_as(
            "SELECT followups.id AS followup, followups.hospital, appointments.id AS appointment, state, starts, room, service, name_sealed, \
             phone_sealed, reason_sealed, code, version, wrong_number, (SELECT COUNT(*) FROM steps WHERE steps.id = appointments.step \
             AND steps.ended IS NULL) AS open FROM slots JOIN appointments ON appointments.slot = slots.id \
             JOIN followups ON followups.id = appointments.followup \
             WHERE clinic = $1 AND starts >= $2 AND starts < $3 AND state IN ('booked', 'arrived', 'attended', 'missed') \
             ORDER BY starts, room, place",
        )
        .bind(hospital)
        .bind(from.0)
        .bind(until.0)
        .fetch_all(pool)
        .await?
        }))
    }

    /// How many of these there are.
    pub async fn day_count(&self, hospital: &str, from: Moment, until: Moment) -> Result<i64> {
        let (count,): (i64,) = on_read!(self, |pool| {
            sqlx::query_as(
                "SELECT COUNT(*) FROM slots JOIN appointments ON appointments.slot = slots.id \
                 WHERE clinic = $1 AND starts >= $2 AND starts < $3 AND state IN ('booked', 'arrived', 'attended', 'missed')",
            )
            .bind(hospital)
            .bind(from.0)
            .bind(until.0)
            .fetch_one(pool)
            .await?
        });
        Ok(count)
    }

    /// The place that was kept last for a follow-up in its open step, also one that is kept now.
    pub async fn last_kept(&self, followup: &str) -> Result<Option<LastKept>> {
        Ok(on_read!(self, |pool| sqlx::query_as(
            "SELECT appointments.slot, appointments.state, made.detail, CASE WHEN made.appointment = last.appointment \
             THEN last.action ELSE '' END AS last_action FROM history AS made \
             JOIN appointments ON appointments.id = made.appointment \
             JOIN steps ON steps.id = appointments.step AND steps.ended IS NULL \
             JOIN history AS last ON last.followup = made.followup AND last.number = (SELECT MAX(line.number) \
             FROM history AS line WHERE line.followup = made.followup AND line.appointment IS NOT NULL) \
             WHERE made.followup = $1 AND made.action = 'hold' ORDER BY made.number DESC LIMIT 1",
        )
        .bind(followup)
        .fetch_optional(pool)
        .await?))
    }

    /// The slots that were kept for a follow-up since a moment.
    pub async fn kept_since(&self, followup: &str, since: i64) -> Result<Vec<String>> {
        let rows: Vec<(String,)> = on_read!(self, |pool| sqlx::query_as(
            "SELECT slot FROM history WHERE followup = $1 AND action = 'hold' AND at >= $2 AND slot IS NOT NULL",
        )
        .bind(followup)
        .bind(since)
        .fetch_all(pool)
        .await?);
        Ok(rows.into_iter().map(|(slot,)| slot).collect())
    }

    /// When the appointment would have begun that was given up last and is still to come: a phone's calendar may hold it.
    pub async fn given_up(&self, followup: &str, now: Moment) -> Result<Option<Moment>> {
        let row: Option<(i64,)> = on_read!(self, |pool| {
            sqlx::query_as(
                "SELECT starts FROM history JOIN slots ON slots.id = slot WHERE followup = $1 AND starts > $2 \
             AND state IN ('cancelled-by-patient', 'cancelled-by-clinic', 'moved') AND before = 'booked' \
             ORDER BY number DESC LIMIT 1",
            )
            .bind(followup)
            .bind(now.0)
            .fetch_optional(pool)
            .await?
        });
        Ok(row.map(|(starts,)| Moment(starts)))
    }

    /// The clinic at which an appointment of a follow-up is.
    pub async fn clinic_of(&self, followup: &str, appointment: &str) -> Result<Option<String>> {
        let row: Option<(String,)> = on_read!(self, |pool| {
            sqlx::query_as(
            "SELECT clinic FROM appointments JOIN slots ON slots.id = slot WHERE appointments.id = $1 AND followup = $2",
        )
        .bind(appointment)
        .bind(followup)
        .fetch_optional(pool)
        .await?
        });
        Ok(row.map(|(clinic,)| clinic))
    }

    /// The states that the history does not explain: appointments whose last line of history tells another state.
    pub async fn unexplained_appointments(&self) -> Result<Vec<String>> {
        let rows: Vec<(String, String, Option<String>)> = on_read!(self, |pool| sqlx::query_as(
            "SELECT appointments.id, appointments.state, \
             (SELECT history.state FROM history WHERE history.appointment = appointments.id \
              AND history.followup = appointments.followup ORDER BY number DESC LIMIT 1) \
             FROM appointments",
        )
        .fetch_all(pool)
        .await?);
        let mut wrong = Vec::new();
        for (id, state, told) in rows {
            read(&state, State::parse)?;
            if told.as_deref() != Some(state.as_str()) {
                wrong.push(id);
            }
        }
        Ok(wrong)
    }
}
