//! The pathway's steps: what one showed, and the one that follows it. A step never ends without the next one or an end.

use super::ledger::{Ledger as _, Line, NewStep, read, readable};
use super::repeats::{Once, Sent};
use super::{Db, Error, Result, again, in_transaction, on_read};
use zaoshai_contract::appointments::State;
use zaoshai_contract::civil::{CivilDate, Moment};
use zaoshai_contract::followups::{Ending, Outcome};
use zaoshai_contract::problem::Code;

/// What follows a step.
#[derive(Clone, Debug)]
pub enum Next {
    /// Another step.
    Step {
        /// The services that may be booked for it.
        services: Vec<String>,
        /// First day of its due window.
        due_from: CivilDate,
        /// Last day of its due window.
        due_to: CivilDate,
        /// When the link ends.
        link_until: Moment,
        /// Why they are to come, sealed for the follow-up.
        reason_sealed: String,
    },
    /// Nothing: the follow-up ends.
    End(Ending),
}

/// The end of the open step.
#[derive(Clone, Debug)]
pub struct StepEnd<'a> {
    /// The follow-up.
    pub followup: &'a str,
    /// The version that the nurse saw.
    pub version: i64,
    /// What the step showed.
    pub outcome: Outcome,
    /// What follows.
    pub next: &'a Next,
    /// Who ends it.
    pub who: &'a str,
    /// The form.
    pub sent: Sent,
    /// Now.
    pub now: Moment,
}

/// A step that has ended.
#[derive(Clone, Debug)]
pub struct EndedStep {
    /// The services.
    pub services: Vec<String>,
    /// First day of its due window.
    pub due_from: CivilDate,
    /// Last day of its due window.
    pub due_to: CivilDate,
    /// What it showed.
    pub outcome: Option<Outcome>,
    /// When it ended.
    pub ended: Moment,
}

impl Db {
    /// Records what the open step showed and what follows, in one. When somebody else has changed the follow-up since the
    /// nurse saw it, nothing is written and [`Code::Changed`] given.
    pub async fn end_step(&self, end: &StepEnd<'_>) -> Result<std::result::Result<Once, Code>> {
        again!(self.try_end_step(end).await)
    }

    async fn try_end_step(&self, end: &StepEnd<'_>) -> Result<std::result::Result<Once, Code>> {
        let StepEnd { followup, version, outcome, next, who, ref sent, now } = *end;
        in_transaction!(self, |tx| {
            let Some(locked) = tx.lock(followup).await? else { return Ok(Err(Code::LinkUnknown)) };
            match tx.sent_before(followup, sent).await? {
                Ok(false) => {}
                Ok(true) => return Ok(Ok(Once::Before)),
                Err(code) => return Ok(Err(code)),
            }
            if locked.ending.is_some() {
                return Ok(Err(Code::LinkWithdrawn));
            }
            if locked.version != version {
                return Ok(Err(Code::Changed));
            }
            let live = tx.live(followup).await?;
            if live.iter().any(|live| live.state.is_firm()) {
                // A step with an appointment under way has not shown anything yet.
                return Ok(Err(Code::TooEarly));
            }
            for held in live.iter().filter(|live| live.state == State::Held) {
                tx.turn(followup, held, State::Released, now, &Line { who, action: "release", ..Line::default() })
                    .await?;
            }
            if let Some(step) = &locked.step {
                sqlx::query("UPDATE steps SET ended = $2, outcome = $3 WHERE id = $1")
                    .bind(&step.id)
                    .bind(now.0)
                    .bind(outcome.as_str())
                    .execute(&mut **tx)
                    .await?;
            }
            tx.note(followup, now, &Line { who, action: "outcome", detail: outcome.as_str(), ..Line::default() })
                .await?;
            // Whoever waited for an earlier time of this step does not wait for one of the next.
            sqlx::query("DELETE FROM waiting WHERE followup = $1").bind(followup).execute(&mut **tx).await?;
            match next {
                Next::Step { services, due_from, due_to, link_until, reason_sealed } => {
                    let (due_from, due_to) = (*due_from, *due_to);
                    tx.open_step(&NewStep { followup, services, due_from, due_to, owner: who, now }).await?;
                    sqlx::query(
                        "UPDATE followups SET link_until = $2, owner = $3, call_on = NULL, reason_sealed = $4 WHERE id = $1",
                    )
                        .bind(followup)
                        .bind(link_until.0)
                        .bind(who)
                        .bind(reason_sealed)
                        .execute(&mut **tx)
                        .await?;
                    tx.note(followup, now, &Line { who, action: "step", ..Line::default() }).await?;
                }
                Next::End(ending) => {
                    sqlx::query("UPDATE followups SET ending = $2, call_on = NULL WHERE id = $1")
                        .bind(followup)
                        .bind(ending.as_str())
                        .execute(&mut **tx)
                        .await?;
                    tx.note(followup, now, &Line { who, action: "end", detail: ending.as_str(), ..Line::default() })
                        .await?;
                }
            }
            tx.keep_sent(followup, sent, now).await?;
            tx.settle(followup, now).await?;
            Ok(Ok(Once::Now))
        })
    }

    /// The steps that have ended, oldest first; one that does not read is left out.
    pub async fn ended_steps(&self, followup: &str) -> Result<Vec<EndedStep>> {
        let rows: Vec<(String, String, String, Option<String>, i64)> = on_read!(self, |pool| {
            sqlx::query_as(
            "SELECT services, due_from, due_to, outcome, ended FROM steps WHERE followup = $1 AND ended IS NOT NULL \
             ORDER BY number",
        )
        .bind(followup)
        .fetch_all(pool)
        .await?
        });
        let steps = rows.into_iter().filter_map(|(services, due_from, due_to, outcome, ended)| {
            let read = || {
                Ok(EndedStep {
                    services: serde_json::from_str(&services).map_err(|error| Error::Broken(error.to_string()))?,
                    due_from: read(&due_from, CivilDate::parse)?,
                    due_to: read(&due_to, CivilDate::parse)?,
                    outcome: outcome.map(|word| read(&word, Outcome::parse)).transpose()?,
                    ended: Moment(ended),
                })
            };
            readable("steps", followup, read())
        });
        Ok(steps.collect())
    }
}
