//! Calls to patients and what came of them, and the nurses' notes.

use super::ledger::{Ledger as _, Line};
use super::log;
use super::repeats::Once;
use super::{Db, Result, in_transaction, on_read};
use zaoshai_contract::civil::{CivilDate, Moment};
use zaoshai_contract::followups::{CallOutcome, Ending};
use zaoshai_contract::problem::Code;

/// A call to be recorded.
#[derive(Clone, Debug)]
pub struct Call {
    /// Its id, also the scope of its seal; a repeat with the same id records nothing more.
    pub id: String,
    /// The follow-up.
    pub followup: String,
    /// What came of it.
    pub outcome: CallOutcome,
    /// The day to call again.
    pub again: Option<CivilDate>,
    /// The sealed note; empty for none.
    pub note_sealed: String,
    /// The version of the follow-up that was asked about, when its end was.
    pub seen: Option<i64>,
    /// Who called.
    pub staff: String,
    /// Now.
    pub now: Moment,
}

/// A call or a note as it is stored.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct NoteRow {
    /// Its id, also the scope of its seal.
    pub id: String,
    /// When.
    pub at: i64,
    /// Who.
    pub staff: String,
    /// The sealed text.
    pub text_sealed: String,
}

/// A note to be kept.
#[derive(Clone, Debug)]
pub struct NewNote {
    /// Its id, also the scope of its seal.
    pub id: String,
    /// What it says, sealed.
    pub text_sealed: String,
    /// Who wrote it.
    pub staff: String,
}

impl Db {
    /// Records a call, and ends the follow-up where the outcome does; gives false, and does neither, when it was recorded
    /// before. Refused for a follow-up that has ended, or that has changed since somebody was asked about its end.
    pub async fn record_call(&self, call: &Call) -> Result<std::result::Result<bool, Code>> {
        in_transaction!(self, |tx| {
            let Some(locked) = tx.lock(&call.followup).await? else { return Ok(Err(Code::LinkUnknown)) };
            let before: Option<(Option<i64>,)> = sqlx::query_as("SELECT taken_back FROM calls WHERE id = $1")
                .bind(&call.id)
                .fetch_optional(&mut **tx)
                .await?;
            match before {
                // What was taken back and is sent again is no repeat: perhaps somebody has called once more.
                Some((Some(_),)) => return Ok(Err(Code::Changed)),
                Some((None,)) => log::repeats(),
                None => {}
            }
            match locked.ending {
                _ if before.is_some() => return Ok(Ok(false)),
                Some(Ending::Erased) => return Ok(Err(Code::LinkErased)),
                Some(_) => return Ok(Err(Code::LinkWithdrawn)),
                None if call.outcome.ending().is_some() && call.seen.is_some_and(|seen| seen != locked.version) => {
                    return Ok(Err(Code::Changed));
                }
                None => {}
            }
            let made = sqlx::query(
                "INSERT INTO calls (id, followup, at, staff, outcome, again, note_sealed, before_call_on, before_unanswered, \
                 before_wrong_number) SELECT $1, id, $3, $4, $5, $6, $7, call_on, unanswered, wrong_number FROM followups \
                 WHERE id = $2 ON CONFLICT DO NOTHING",
            )
            .bind(&call.id)
            .bind(&call.followup)
            .bind(call.now.0)
            .bind(&call.staff)
            .bind(call.outcome.as_str())
            .bind(call.again.map(|day| day.to_string()))
            .bind(&call.note_sealed)
            .execute(&mut **tx)
            .await?
            .rows_affected();
            if made == 0 {
                return Ok(Ok(false));
            }
            // Whoever was reached has that number, and a promise to call stands until they were reached or it is put off.
            sqlx::query(
                "UPDATE followups SET call_on = CASE WHEN $3 = 'no-answer' THEN call_on ELSE $2 END, \
                 unanswered = CASE WHEN $3 = 'no-answer' THEN unanswered + 1 ELSE 0 END, \
                 wrong_number = CASE WHEN $3 = 'wrong-number' THEN $4 \
                 WHEN $3 = 'agreed' THEN NULL ELSE wrong_number END WHERE id = $1",
            )
            .bind(&call.followup)
            .bind(call.again.map(|day| day.to_string()))
            .bind(call.outcome.as_str())
            .bind(call.now.0)
            .execute(&mut **tx)
            .await?;
            if call.outcome == CallOutcome::WrongNumber {
                // Whoever has that number knows the digits that open the link.
                sqlx::query("DELETE FROM patient_sessions WHERE followup = $1")
                    .bind(&call.followup)
                    .execute(&mut **tx)
                    .await?;
            }
            let line = Line { who: &call.staff, action: "call", detail: call.outcome.as_str(), ..Line::default() };
            tx.note(&call.followup, call.now, &line).await?;
            match call.outcome.ending() {
                Some(ending) => tx.end(&call.followup, ending, &call.staff, call.now).await?,
                None => tx.settle_what_reads(&call.followup, call.now).await?,
            }
            sqlx::query(
                "UPDATE calls SET left_version = (SELECT version FROM followups WHERE followups.id = followup) WHERE id = $1",
            )
            .bind(&call.id)
            .execute(&mut **tx)
            .await?;
            Ok(Ok(true))
        })
    }

    /// Takes back a call that was recorded by mistake: who was to be called, how often nobody answered and a number that is
    /// somebody else's are as before it. Refused once anything about the follow-up has changed since, and for a call that has
    /// ended it.
    pub async fn take_back_call(
        &self,
        followup: &str,
        call: &str,
        staff: &str,
        now: Moment,
    ) -> Result<std::result::Result<Once, Code>> {
        in_transaction!(self, |tx| {
            let Some(locked) = tx.lock(followup).await? else { return Ok(Err(Code::LinkUnknown)) };
            if let Some(code) = locked.refuses() {
                return Ok(Err(code));
            }
            let known: Option<(Option<i64>, Option<i64>)> =
                sqlx::query_as("SELECT left_version, taken_back FROM calls WHERE id = $1 AND followup = $2")
                    .bind(call)
                    .bind(followup)
                    .fetch_optional(&mut **tx)
                    .await?;
            match known {
                None => return Ok(Err(Code::NotFound)),
                Some((_, Some(_))) => {
                    log::repeats();
                    return Ok(Ok(Once::Before));
                }
                Some((left, None)) if left != Some(locked.version) => return Ok(Err(Code::Changed)),
                Some(_) => {}
            }
            sqlx::query(
                "UPDATE followups SET call_on = (SELECT before_call_on FROM calls WHERE calls.id = $2), \
                 unanswered = (SELECT before_unanswered FROM calls WHERE calls.id = $2), \
                 wrong_number = (SELECT before_wrong_number FROM calls WHERE calls.id = $2) WHERE id = $1",
            )
            .bind(followup)
            .bind(call)
            .execute(&mut **tx)
            .await?;
            sqlx::query("UPDATE calls SET taken_back = $2 WHERE id = $1")
                .bind(call)
                .bind(now.0)
                .execute(&mut **tx)
                .await?;
            tx.note(followup, now, &Line { who: staff, action: "uncall", ..Line::default() }).await?;
            tx.settle_what_reads(followup, now).await?;
            Ok(Ok(Once::Now))
        })
    }

    /// The call that can be taken back of a follow-up at this version, and what came of it.
    pub async fn undoable_call(&self, followup: &str, version: i64) -> Result<Option<(String, String)>> {
        Ok(on_read!(self, |pool| sqlx::query_as(
            "SELECT id, outcome FROM calls WHERE followup = $1 AND left_version = $2 AND taken_back IS NULL",
        )
        .bind(followup)
        .bind(version)
        .fetch_optional(pool)
        .await?))
    }

    /// Adds a note, once for each id. Refused for somebody whose data were deleted.
    pub async fn add_note(&self, followup: &str, note: &NewNote, now: Moment) -> Result<std::result::Result<(), Code>> {
        in_transaction!(self, |tx| {
            match tx.not_erased(followup).await? {
                Ok(()) => tx.keep_note(followup, note, now).await.map(Ok),
                refused => Ok(refused),
            }
        })
    }

    /// The notes on a follow-up and on the calls about it, latest first. What was written of a call that was taken back is
    /// about somebody else.
    pub async fn notes(&self, followup: &str) -> Result<Vec<NoteRow>> {
        Ok(on_read!(self, |pool| sqlx::query_as(
            "SELECT id, at, staff, text_sealed FROM notes WHERE followup = $1 UNION ALL \
             SELECT id, at, staff, note_sealed FROM calls WHERE followup = $1 AND note_sealed <> '' \
             AND taken_back IS NULL ORDER BY at DESC",
        )
        .bind(followup)
        .fetch_all(pool)
        .await?))
    }
}
