//! The one write that matters most: booking, moving, cancelling and withdrawing, each in one transaction.
//! A slot is taken by a conditional update, a place in it is unique, and a repeated key gets its first answer.

use super::{Db, Error, Result, in_transaction};
use crate::secrets;
use serde::{Deserialize, Serialize};
use zaoshai_contract::civil::Moment;
use zaoshai_contract::followups::{Action, Actor, Done, Receipt, State};
use zaoshai_contract::ids::{IdempotencyKey, SlotId};
use zaoshai_contract::problem::Code;

/// How often a transaction is tried again when PostgreSQL breaks a tie.
const TRIES: usize = 5;

/// A change to a follow-up's appointment.
#[derive(Clone, Debug)]
pub struct Change {
    /// The follow-up's id.
    pub followup: String,
    /// What to do.
    pub action: Action,
    /// The slot, for booking and moving.
    pub slot: Option<SlotId>,
    /// Who does it.
    pub actor: Actor,
    /// Who, in the history: `patient` or a staff name.
    pub who: String,
    /// The key of the request.
    pub key: IdempotencyKey,
    /// Now.
    pub now: Moment,
}

/// The first answer to a key, as it is kept.
#[derive(Serialize, Deserialize)]
enum Kept {
    Done(Receipt),
    Refused(Code),
}

impl From<std::result::Result<Receipt, Code>> for Kept {
    fn from(answer: std::result::Result<Receipt, Code>) -> Self {
        match answer {
            Ok(receipt) => Self::Done(receipt),
            Err(code) => Self::Refused(code),
        }
    }
}

impl From<Kept> for std::result::Result<Receipt, Code> {
    fn from(kept: Kept) -> Self {
        match kept {
            Kept::Done(receipt) => Ok(receipt),
            Kept::Refused(code) => Err(code),
        }
    }
}

impl Db {
    /// Carries out a change, once for each key. The outer result is the database's, the inner one the answer.
    pub async fn change(&self, change: &Change) -> Result<std::result::Result<Receipt, Code>> {
        let mut tries = 0;
        loop {
            tries += 1;
            match self.try_change(change).await {
                Err(error) if error.is_tie() && tries < TRIES => {}
                other => return other,
            }
        }
    }

    async fn try_change(&self, change: &Change) -> Result<std::result::Result<Receipt, Code>> {
        let slot_text = change.slot.as_ref().map(ToString::to_string).unwrap_or_default();
        let request = secrets::hash(&format!("{} {slot_text}", change.action.as_str()));
        in_transaction!(self, |tx| {
            let fresh = sqlx::query(
                "INSERT INTO idempotency (scope, key, request, answer, at) VALUES ($1, $2, $3, '', $4) \
                 ON CONFLICT DO NOTHING",
            )
            .bind(&change.followup)
            .bind(change.key.as_str())
            .bind(&request)
            .bind(change.now.0)
            .execute(&mut **tx)
            .await?
            .rows_affected();
            if fresh == 0 {
                let (kept_request, answer): (String, String) =
                    sqlx::query_as("SELECT request, answer FROM idempotency WHERE scope = $1 AND key = $2")
                        .bind(&change.followup)
                        .bind(change.key.as_str())
                        .fetch_one(&mut **tx)
                        .await?;
                if kept_request != request {
                    return Ok(Err(Code::KeyReused));
                }
                let kept: Kept = serde_json::from_str(&answer).map_err(|error| Error::Broken(error.to_string()))?;
                return Ok(kept.into());
            }

            // Touching the row locks it: two changes to one follow-up take turns on both databases.
            let row: Option<(String, String, i64)> = sqlx::query_as(
                "UPDATE followups SET state = state WHERE id = $1 RETURNING state, services, link_until",
            )
            .bind(&change.followup)
            .fetch_optional(&mut **tx)
            .await?;
            let Some((state, services, link_until)) = row else { return Ok(Err(Code::LinkUnknown)) };
            let state = State::parse(&state).ok_or(Error::Broken(state))?;
            let services: Vec<String> =
                serde_json::from_str(&services).map_err(|error| Error::Broken(error.to_string()))?;
            let current: Option<(String, String, i64)> = sqlx::query_as(
                "SELECT appointments.id, slots.id, slots.starts FROM appointments JOIN slots ON slots.id = slot \
                 WHERE followup = $1 AND active = 1",
            )
            .bind(&change.followup)
            .fetch_optional(&mut **tx)
            .await?;
            let current_past = current.as_ref().is_some_and(|(_, _, starts)| *starts <= change.now.0);

            let answer: std::result::Result<Receipt, Code> = 'answer: {
                if change.actor == Actor::Patient && link_until <= change.now.0 {
                    break 'answer Err(Code::LinkExpired);
                }
                let next = match state.after(change.action, change.actor) {
                    Ok(next) => next,
                    Err(code) => break 'answer Err(code),
                };
                if current_past && matches!(change.action, Action::Move | Action::Cancel) {
                    break 'answer Err(Code::SlotPast);
                }
                let receipt = |slot: Option<SlotId>| Receipt {
                    done: match change.action {
                        Action::Book => Done::Booked,
                        Action::Move => Done::Moved,
                        Action::Cancel | Action::Withdraw => Done::Cancelled,
                    },
                    state: next,
                    slot,
                    at: change.now,
                };

                let mut wanted = None;
                if matches!(change.action, Action::Book | Action::Move) {
                    let Some(slot) = &change.slot else { break 'answer Err(Code::SlotUnknown) };
                    if current.as_ref().is_some_and(|(_, held, _)| held == slot.as_str()) {
                        break 'answer Ok(receipt(Some(slot.clone())));
                    }
                    wanted = Some(slot.clone());
                }
                // Slots are locked in the order of their ids, so that two patients who swap do not wait for each other.
                let mut ids: Vec<&str> = wanted.iter().map(SlotId::as_str).collect();
                ids.extend(current.as_ref().map(|(_, slot, _)| slot.as_str()));
                ids.sort_unstable();
                for id in ids {
                    sqlx::query("UPDATE slots SET taken = taken WHERE id = $1").bind(id).execute(&mut **tx).await?;
                }

                let mut place = 0;
                if let Some(slot) = &wanted {
                    let found: Option<(String, i64)> =
                        sqlx::query_as("SELECT service, starts FROM slots WHERE id = $1")
                            .bind(slot.as_str())
                            .fetch_optional(&mut **tx)
                            .await?;
                    let Some((service, starts)) = found else { break 'answer Err(Code::SlotUnknown) };
                    if !services.contains(&service) {
                        break 'answer Err(Code::SlotUnknown);
                    }
                    if starts <= change.now.0 {
                        break 'answer Err(Code::SlotPast);
                    }
                    let taken = sqlx::query("UPDATE slots SET taken = taken + 1 WHERE id = $1 AND taken < capacity")
                        .bind(slot.as_str())
                        .execute(&mut **tx)
                        .await?
                        .rows_affected();
                    if taken == 0 {
                        break 'answer Err(Code::SlotTaken);
                    }
                    let places: Vec<(i64,)> =
                        sqlx::query_as("SELECT place FROM appointments WHERE slot = $1 AND active = 1 ORDER BY place")
                            .bind(slot.as_str())
                            .fetch_all(&mut **tx)
                            .await?;
                    place = places
                        .iter()
                        .zip(1..)
                        .find(|((held,), n)| held != n)
                        .map_or(i64::try_from(places.len()).unwrap_or(i64::MAX) + 1, |(_, n)| n);
                }
                if let Some((appointment, slot, _)) = &current {
                    sqlx::query("UPDATE appointments SET active = 0, ended = $2 WHERE id = $1")
                        .bind(appointment)
                        .bind(change.now.0)
                        .execute(&mut **tx)
                        .await?;
                    sqlx::query("UPDATE slots SET taken = taken - 1 WHERE id = $1")
                        .bind(slot)
                        .execute(&mut **tx)
                        .await?;
                }
                if let Some(slot) = &wanted {
                    sqlx::query(
                        "INSERT INTO appointments (id, followup, slot, place, active, made) VALUES ($1, $2, $3, $4, 1, $5)",
                    )
                    .bind(secrets::fresh_id())
                    .bind(&change.followup)
                    .bind(slot.as_str())
                    .bind(place)
                    .bind(change.now.0)
                    .execute(&mut **tx)
                    .await?;
                }
                sqlx::query("UPDATE followups SET state = $2, sequence = sequence + 1 WHERE id = $1")
                    .bind(&change.followup)
                    .bind(next.as_str())
                    .execute(&mut **tx)
                    .await?;
                sqlx::query(
                    "INSERT INTO history (id, followup, at, actor, action, state, slot) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                )
                .bind(secrets::fresh_id())
                .bind(&change.followup)
                .bind(change.now.0)
                .bind(&change.who)
                .bind(change.action.as_str())
                .bind(next.as_str())
                .bind(wanted.as_ref().map(ToString::to_string))
                .execute(&mut **tx)
                .await?;
                Ok(receipt(wanted))
            };

            let kept =
                serde_json::to_string(&Kept::from(answer.clone())).map_err(|error| Error::Broken(error.to_string()))?;
            sqlx::query("UPDATE idempotency SET answer = $3 WHERE scope = $1 AND key = $2")
                .bind(&change.followup)
                .bind(change.key.as_str())
                .bind(kept)
                .execute(&mut **tx)
                .await?;
            Ok(answer)
        })
    }
}
