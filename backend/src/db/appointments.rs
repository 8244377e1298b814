//! The writes that matter most: holding, confirming, moving, cancelling and recording, each in one transaction.
//! A slot is taken by a conditional update, a place in it is unique, and a repeated key gets its first answer.

use super::ledger::{Ledger, Line, Live, OpenStep, read};
use super::{Db, Error, Result, again, in_transaction, on_read};
use crate::secrets;
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, SqliteConnection};
use zaoshai_contract::appointments::{Action, Done, HOLD_MS, Receipt, State, after};
use zaoshai_contract::civil::Moment;
use zaoshai_contract::ids::{IdempotencyKey, SlotId};
use zaoshai_contract::problem::Code;
use zaoshai_contract::roles::Party;

/// A change to a follow-up's appointment.
#[derive(Clone, Debug)]
pub struct Change {
    /// The follow-up's id.
    pub followup: String,
    /// What to do.
    pub action: Action,
    /// The slot, for holding and booking.
    pub slot: Option<SlotId>,
    /// The appointment, for recording; without one the latest.
    pub appointment: Option<String>,
    /// Who does it.
    pub party: Party,
    /// Who, in the history: `patient`, `clock` or a staff name.
    pub who: String,
    /// More in words that hold nothing personal, like a reason from a list.
    pub detail: String,
    /// Until when a held place is kept; without one five minutes.
    pub until: Option<Moment>,
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

/// A place that was found free and taken.
struct Place {
    number: i64,
    starts: Moment,
}

/// A follow-up's open step and the appointments of it that occupy a place, latest made first.
struct Scene<'a> {
    step: Option<&'a OpenStep>,
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
        if firm.state == State::Arrived || firm.starts <= change.now {
            return Err(Code::SlotPast);
        }
        Ok(Some((firm, after(Some(firm.state), Action::Replace, change.party)?)))
    }

    /// The appointment that a change is about: the named one, or the one that fits the action.
    fn target(&self, change: &Change) -> Option<&'a Live> {
        match (change.action, &change.appointment) {
            (Action::Release | Action::Expire, _) => self.held(),
            (_, Some(named)) => self.live.iter().find(|live| live.id == *named),
            (Action::CancelForClinic, None) => self.firm().or(self.held()),
            (_, None) => self.firm().or_else(|| self.live.iter().find(|live| live.state != State::Held)),
        }
    }
}

/// Whether an action fits the time: nobody cancels or misses out of turn, and early arrival is of the same day.
fn timely(action: Action, starts: Moment, now: Moment) -> Result<(), Code> {
    match action {
        Action::Cancel if starts <= now => Err(Code::SlotPast),
        Action::Miss if starts > now => Err(Code::TooEarly),
        Action::Arrive | Action::Attend if starts.date() > now.date() => Err(Code::TooEarly),
        _ => Ok(()),
    }
}

impl Change {
    fn line(&self) -> Line<'_> {
        Line { who: &self.who, action: self.action.as_str(), detail: &self.detail, ..Line::default() }
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
    async fn decide(&mut self, change: &Change) -> Result<Answer>;
    async fn take(&mut self, change: &Change, scene: &Scene<'_>) -> Result<Answer>;
    async fn confirm(&mut self, change: &Change, scene: &Scene<'_>) -> Result<Answer>;
    async fn stop_waiting(&mut self, followup: &str) -> Result<()>;
    async fn lead_on(&mut self, change: &Change, scene: &Scene<'_>) -> Result<Answer>;
    async fn take_place(&mut self, slot: &SlotId, services: &[String], now: Moment) -> Result<Result<Place, Code>>;
    async fn expire_in(&mut self, slot: &str, now: Moment) -> Result<()>;
}

macro_rules! booking {
    ($($connection:ty)*) => {
        $(impl Booking for $connection {
            /// Answers a repeated key with its first answer, and a new one with what is decided now.
            async fn carry_out(&mut self, change: &Change) -> Result<Answer> {
                let slot = change.slot.as_ref().map(SlotId::as_str).unwrap_or_default();
                let appointment = change.appointment.as_deref().unwrap_or_default();
                let request = secrets::hash(&format!("{} {slot} {appointment}", change.action.as_str()));
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
                    return Ok(kept.into());
                }
                let answer = self.decide(change).await?;
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

            /// What is decided on a change whose follow-up is locked from here on.
            async fn decide(&mut self, change: &Change) -> Result<Answer> {
                let Some(locked) = self.lock(&change.followup).await? else { return Ok(Err(Code::LinkUnknown)) };
                if locked.ending.is_some() && change.action != Action::Expire {
                    return Ok(Err(Code::LinkWithdrawn));
                }
                if change.party == Party::Patient && locked.link_until <= change.now {
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
                    self.settle(&change.followup, change.now).await?;
                }
                Ok(answer)
            }

            /// Takes a place: keeps it, or books it at once, and then an earlier appointment gives way.
            async fn take(&mut self, change: &Change, scene: &Scene<'_>) -> Result<Answer> {
                let now = change.now;
                let Some(slot) = &change.slot else { return Ok(Err(Code::SlotUnknown)) };
                let Some(step) = scene.step else { return Ok(Err(Code::NoStep)) };
                let to = or_refuse!(after(None, change.action, change.party));
                or_refuse!(scene.still_to_be_seen());
                if let Some(firm) = scene.firm().filter(|firm| firm.slot == slot.as_str()) {
                    return Ok(Ok(change.receipt(Done::Booked, firm.state)));
                }
                let gives_way = or_refuse!(scene.gives_way(change));
                let until = change.until.unwrap_or(Moment(now.0 + HOLD_MS));
                let held = scene.held();
                if let Some(held) = held.filter(|held| held.slot == slot.as_str() && to == State::Held) {
                    // A shorter hold never shortens an offer.
                    let (until,): (i64,) = sqlx::query_as(
                        "UPDATE appointments SET until = CASE WHEN until < $2 THEN $2 ELSE until END WHERE id = $1 \
                         RETURNING until",
                    )
                    .bind(&held.id)
                    .bind(until.min(held.starts).0)
                    .fetch_one(&mut *self)
                    .await?;
                    return Ok(Ok(Receipt { until: Some(Moment(until)), ..change.receipt(Done::Held, State::Held) }));
                }
                // Slots are locked in the order of their ids, so that two patients who swap do not wait for each other.
                let mut ids = vec![slot.as_str()];
                ids.extend(scene.live.iter().map(|appointment| appointment.slot.as_str()));
                ids.sort_unstable();
                ids.dedup();
                for id in ids {
                    sqlx::query("UPDATE slots SET taken = taken WHERE id = $1").bind(id).execute(&mut *self).await?;
                }
                if let Some(held) = held {
                    // It stays let go also when the other place is not to be had: she has chosen another time.
                    let line = Line { action: Action::Release.as_str(), ..change.line() };
                    self.turn(&change.followup, held, State::Released, now, &line).await?;
                }
                let place = or_refuse!(self.take_place(slot, &step.services, now).await?);
                let mut done = if to == State::Held { Done::Held } else { Done::Booked };
                if let Some((firm, moved)) = gives_way.filter(|_| to == State::Booked) {
                    done = Done::Moved;
                    let line = Line { action: Action::Replace.as_str(), ..change.line() };
                    self.turn(&change.followup, firm, moved, now, &line).await?;
                }
                // A place is not kept longer than until its time comes.
                let until = (to == State::Held).then(|| until.min(place.starts));
                let id = secrets::fresh_id();
                sqlx::query(
                    "INSERT INTO appointments (id, followup, slot, place, made, step, state, until) \
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                )
                .bind(&id)
                .bind(&change.followup)
                .bind(slot.as_str())
                .bind(place.number)
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

            /// Makes the kept place certain; only then an earlier appointment gives way.
            async fn confirm(&mut self, change: &Change, scene: &Scene<'_>) -> Result<Answer> {
                let now = change.now;
                let to = or_refuse!(after(scene.held().map(|held| held.state), change.action, change.party));
                or_refuse!(scene.still_to_be_seen());
                // `after` has refused where nothing is held.
                let Some(held) = scene.held() else { return Ok(Err(Code::HoldLapsed)) };
                let (closure,): (Option<String>,) = sqlx::query_as("SELECT closure FROM slots WHERE id = $1")
                    .bind(&held.slot)
                    .fetch_one(&mut *self)
                    .await?;
                if closure.is_some() {
                    return Ok(Err(Code::SlotClosed));
                }
                if held.starts <= now {
                    return Ok(Err(Code::SlotPast));
                }
                let mut done = Done::Booked;
                if let Some((firm, moved)) = or_refuse!(scene.gives_way(change)) {
                    done = Done::Moved;
                    let line = Line { action: Action::Replace.as_str(), ..change.line() };
                    self.turn(&change.followup, firm, moved, now, &line).await?;
                }
                self.turn(&change.followup, held, to, now, &change.line()).await?;
                self.stop_waiting(&change.followup).await?;
                Ok(Ok(Receipt { slot: SlotId::parse(&held.slot), ..change.receipt(done, to) }))
            }

            /// Who has a time that is certain waits for no other.
            async fn stop_waiting(&mut self, followup: &str) -> Result<()> {
                sqlx::query("DELETE FROM waiting WHERE followup = $1").bind(followup).execute(&mut *self).await?;
                Ok(())
            }

            /// Leads an appointment that is there to its next state.
            async fn lead_on(&mut self, change: &Change, scene: &Scene<'_>) -> Result<Answer> {
                let target = scene.target(change);
                let to = or_refuse!(after(target.map(|target| target.state), change.action, change.party));
                let Some(target) = target else { return Ok(Err(Code::NotBooked)) };
                if to.is_firm() && scene.firm().is_some_and(|firm| firm.id != target.id) {
                    return Ok(Err(Code::AlreadyBooked));
                }
                or_refuse!(timely(change.action, target.starts, change.now));
                self.turn(&change.followup, target, to, change.now, &change.line()).await?;
                let done = match change.action {
                    Action::Release | Action::Expire => Done::Released,
                    Action::Cancel | Action::CancelForClinic => Done::Cancelled,
                    _ => Done::Recorded,
                };
                Ok(Ok(change.receipt(done, to)))
            }

            async fn take_place(
                &mut self,
                slot: &SlotId,
                services: &[String],
                now: Moment,
            ) -> Result<Result<Place, Code>> {
                let found: Option<(String, i64, Option<String>)> =
                    sqlx::query_as("SELECT service, starts, closure FROM slots WHERE id = $1")
                        .bind(slot.as_str())
                        .fetch_optional(&mut *self)
                        .await?;
                let Some((service, starts, closure)) = found else { return Ok(Err(Code::SlotUnknown)) };
                if !services.contains(&service) {
                    return Ok(Err(Code::SlotUnknown));
                }
                if closure.is_some() {
                    return Ok(Err(Code::SlotClosed));
                }
                if starts <= now.0 {
                    return Ok(Err(Code::SlotPast));
                }
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
                Ok(Ok(Place { number, starts: Moment(starts) }))
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
    /// The follow-up's code.
    pub code: String,
    /// Counts the writes of the follow-up.
    pub version: i64,
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
            "SELECT followups.id AS followup, appointments.id AS appointment, state, starts, room, service, name_sealed, \
             phone_sealed, code, version FROM slots JOIN appointments ON appointments.slot = slots.id \
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
