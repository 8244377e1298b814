//! What a patient and her relatives leave behind on a link: questions, who may act, a place on the waiting list, and the
//! wish to be forgotten.

use super::ledger::{Ledger as _, Line, read, readable};
use super::pages::After;
use super::repeats::{Once, Sent};
use super::{Db, Error, Result, again, in_transaction, on_read};
use zaoshai_contract::appointments::State;
use zaoshai_contract::civil::{CivilDate, Moment};
use zaoshai_contract::followups::Ending;
use zaoshai_contract::problem::Code;
use zaoshai_contract::staff::erasure::ErasureReason;

/// Most questions of one link that wait for an answer at the same time.
pub const MOST_OPEN_QUESTIONS: i64 = 10;

/// A question as it is stored.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct QuestionRow {
    /// Its id, also the scope of its seals.
    pub id: String,
    /// The follow-up.
    pub followup: String,
    /// When it was asked.
    pub asked: i64,
    /// The sealed question.
    pub text_sealed: String,
    /// When it was answered.
    pub answered: Option<i64>,
    /// The sealed answer; empty before it.
    pub answer_sealed: String,
}

/// An answer to a question.
#[derive(Clone, Debug)]
pub struct NewAnswer<'a> {
    /// The follow-up.
    pub followup: &'a str,
    /// The question's id, also the scope of the seal.
    pub question: &'a str,
    /// The sealed answer.
    pub text_sealed: String,
    /// Who answers.
    pub staff: &'a str,
    /// The form.
    pub sent: Sent,
    /// Now.
    pub now: Moment,
}

/// A question that nobody has answered, with who asks.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OpenQuestionRow {
    /// Its id, also the scope of its seal.
    pub id: String,
    /// The follow-up, also the scope of the name's seal.
    pub followup: String,
    /// When it was asked.
    pub asked: i64,
    /// The sealed question.
    pub text_sealed: String,
    /// The sealed name of the patient.
    pub name_sealed: String,
}

/// A relative as she is stored.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct HelperRow {
    /// Its id, also the scope of its seal.
    pub id: String,
    /// The sealed name.
    pub name_sealed: String,
    /// When the patient consented.
    pub consented: i64,
}

/// How many relatives may act on one link at a time.
pub const MOST_HELPERS: i64 = 10;

/// Why no relative is added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoHelper {
    /// As many may act as one link has room for.
    Most,
    /// Nothing is added to this follow-up any more.
    Refused(Code),
}

/// A place on the waiting list as it is stored.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct WaitingRow {
    /// The follow-up.
    pub followup: String,
    /// Since when.
    pub since: i64,
    /// Only earlier times than this are wanted.
    pub before: i64,
}

/// Somebody on the waiting list, with what may be offered to her.
#[derive(Clone, Debug)]
pub struct Waiter {
    /// The follow-up.
    pub followup: String,
    /// Since when, milliseconds.
    pub since: i64,
    /// Only earlier times than this are wanted.
    pub before: Moment,
    /// The services of the open step; for whoever has a time that of this time alone, since an earlier time for something
    /// else is no earlier time.
    pub services: Vec<String>,
    /// First day of its due window.
    pub due_from: CivilDate,
}

#[derive(sqlx::FromRow)]
struct WaiterRow {
    followup: String,
    since: i64,
    before: i64,
    services: String,
    due_from: String,
    booked: Option<String>,
}

impl WaiterRow {
    fn read(self) -> Result<Waiter> {
        let services: Vec<String> =
            serde_json::from_str(&self.services).map_err(|error| Error::Broken(error.to_string()))?;
        Ok(Waiter {
            services: self.booked.map_or(services, |booked| vec![booked]),
            followup: self.followup,
            since: self.since,
            before: Moment(self.before),
            due_from: read(&self.due_from, CivilDate::parse)?,
        })
    }
}

impl Db {
    /// Keeps a question under an id that the form's key and words give, so that a form sent twice asks once. Refused while a link
    /// has [`MOST_OPEN_QUESTIONS`] that nobody has answered, and when the follow-up has ended.
    pub async fn ask(
        &self,
        followup: &str,
        id: &str,
        text_sealed: &str,
        who: &str,
        now: Moment,
    ) -> Result<std::result::Result<(), Code>> {
        in_transaction!(self, |tx| {
            // Questions to one link take turns, so that no two of them are the tenth.
            match tx.lock(followup).await?.map(|locked| locked.ending) {
                Some(None) => {}
                Some(Some(Ending::Erased)) => return Ok(Err(Code::LinkErased)),
                // The answer would stand on a link that opens no more.
                Some(Some(_)) => return Ok(Err(Code::LinkWithdrawn)),
                None => return Ok(Err(Code::LinkUnknown)),
            }
            let (same, open): (i64, i64) = sqlx::query_as(
                "SELECT COUNT(CASE WHEN id = $2 THEN 1 END), COUNT(CASE WHEN answered IS NULL THEN 1 END) \
                 FROM questions WHERE followup = $1",
            )
            .bind(followup)
            .bind(id)
            .fetch_one(&mut **tx)
            .await?;
            if same > 0 {
                return Ok(Ok(()));
            }
            if open >= MOST_OPEN_QUESTIONS {
                return Ok(Err(Code::TooManyQuestions));
            }
            sqlx::query("INSERT INTO questions (id, followup, asked, text_sealed) VALUES ($1, $2, $3, $4)")
                .bind(id)
                .bind(followup)
                .bind(now.0)
                .bind(text_sealed)
                .execute(&mut **tx)
                .await?;
            tx.note(followup, now, &Line { who, action: "ask", ..Line::default() }).await?;
            Ok(Ok(()))
        })
    }

    /// Answers a question of a follow-up; an answer that is there already stays, and then [`Code::Changed`] is given.
    pub async fn answer(&self, new: &NewAnswer<'_>) -> Result<std::result::Result<Once, Code>> {
        in_transaction!(self, |tx| {
            if let Err(code) = tx.not_erased(new.followup).await? {
                return Ok(Err(code));
            }
            match tx.sent_before(new.followup, &new.sent).await? {
                Ok(false) => {}
                Ok(true) => return Ok(Ok(Once::Before)),
                Err(code) => return Ok(Err(code)),
            }
            let answered = sqlx::query(
                "UPDATE questions SET answered = $2, answered_by = $3, answer_sealed = $4 \
                 WHERE id = $1 AND followup = $5 AND answered IS NULL",
            )
            .bind(new.question)
            .bind(new.now.0)
            .bind(new.staff)
            .bind(&new.text_sealed)
            .bind(new.followup)
            .execute(&mut **tx)
            .await?
            .rows_affected();
            if answered == 0 {
                return Ok(Err(Code::Changed));
            }
            tx.note(new.followup, new.now, &Line { who: new.staff, action: "answer", ..Line::default() }).await?;
            tx.keep_sent(new.followup, &new.sent, new.now).await?;
            Ok(Ok(Once::Now))
        })
    }

    /// The questions of a follow-up, latest first.
    pub async fn questions(&self, followup: &str) -> Result<Vec<QuestionRow>> {
        Ok(on_read!(self, |pool| sqlx::query_as(
            "SELECT id, followup, asked, text_sealed, answered, answer_sealed FROM questions WHERE followup = $1 \
             ORDER BY asked DESC, id",
        )
        .bind(followup)
        .fetch_all(pool)
        .await?))
    }

    /// The question with this id.
    pub async fn question(&self, id: &str) -> Result<Option<QuestionRow>> {
        Ok(on_read!(self, |pool| sqlx::query_as(
            "SELECT id, followup, asked, text_sealed, answered, answer_sealed FROM questions WHERE id = $1",
        )
        .bind(id)
        .fetch_optional(pool)
        .await?))
    }

    /// The questions of a hospital that nobody has answered, also those of follow-ups that have ended since: oldest first, after this place, with the name of who asks.
    pub async fn open_questions(&self, hospital: &str, after: &After, most: u32) -> Result<Vec<OpenQuestionRow>> {
        // The hospital is written so that no index leads through all that it has.
        Ok(on_read!(self, |pool| {
            sqlx::query_as(
                "SELECT questions.id, followup, asked, text_sealed, name_sealed FROM questions \
             JOIN followups ON followups.id = followup WHERE answered IS NULL AND (hospital = $1) IS TRUE \
             AND asked >= $2 AND (asked, 0, questions.id) > ($2, $3, $4) ORDER BY asked, questions.id LIMIT $5",
            )
            .bind(hospital)
            .bind(after.first)
            .bind(after.second)
            .bind(&after.id)
            .bind(i64::from(most))
            .fetch_all(pool)
            .await?
        }))
    }

    /// How many questions of a hospital nobody has answered.
    pub async fn open_question_count(&self, hospital: &str) -> Result<i64> {
        let (count,): (i64,) = on_read!(self, |pool| sqlx::query_as(
            "SELECT COUNT(*) FROM questions JOIN followups ON followups.id = followup \
             WHERE answered IS NULL AND (hospital = $1) IS TRUE",
        )
        .bind(hospital)
        .fetch_one(pool)
        .await?);
        Ok(count)
    }

    /// Records that a relative may act, under an id that the form's key and words give. Says so, and records nothing, when as many
    /// may act as one link has room for.
    pub async fn add_helper(
        &self,
        followup: &str,
        id: &str,
        name_sealed: &str,
        who: &str,
        now: Moment,
    ) -> Result<std::result::Result<(), NoHelper>> {
        again!(self.try_add_helper(followup, id, name_sealed, who, now).await)
    }

    async fn try_add_helper(
        &self,
        followup: &str,
        id: &str,
        name_sealed: &str,
        who: &str,
        now: Moment,
    ) -> Result<std::result::Result<(), NoHelper>> {
        in_transaction!(self, |tx| {
            // Two who add at once take turns.
            if let Err(code) = tx.not_erased(followup).await? {
                return Ok(Err(NoHelper::Refused(code)));
            }
            let (others,): (i64,) =
                sqlx::query_as("SELECT COUNT(*) FROM helpers WHERE followup = $1 AND ended IS NULL AND id <> $2")
                    .bind(followup)
                    .bind(id)
                    .fetch_one(&mut **tx)
                    .await?;
            if others >= MOST_HELPERS {
                return Ok(Err(NoHelper::Most));
            }
            let added = sqlx::query(
                "INSERT INTO helpers (id, followup, name_sealed, consented) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            )
            .bind(id)
            .bind(followup)
            .bind(name_sealed)
            .bind(now.0)
            .execute(&mut **tx)
            .await?
            .rows_affected();
            if added == 1 {
                tx.note(followup, now, &Line { who, action: "add-helper", ..Line::default() }).await?;
            }
            Ok(Ok(()))
        })
    }

    /// Ends a relative's right to act, and every session in which they act. The sessions are over and not gone, so that
    /// whoever comes by one can be told why, see [`Db::was_ended`].
    pub async fn end_helper(&self, followup: &str, id: &str, who: &str, now: Moment) -> Result<()> {
        in_transaction!(self, |tx| {
            // What the relative writes at this moment comes before this, or is refused.
            tx.lock(followup).await?;
            let ended = sqlx::query("UPDATE helpers SET ended = $3 WHERE id = $1 AND followup = $2 AND ended IS NULL")
                .bind(id)
                .bind(followup)
                .bind(now.0)
                .execute(&mut **tx)
                .await?
                .rows_affected();
            sqlx::query("UPDATE patient_sessions SET until = $3 WHERE helper = $1 AND followup = $2 AND until > $3")
                .bind(id)
                .bind(followup)
                .bind(now.0)
                .execute(&mut **tx)
                .await?;
            if ended == 1 {
                tx.note(followup, now, &Line { who, action: "end-helper", ..Line::default() }).await?;
            }
            Ok(())
        })
    }

    /// Whether a session was that of a relative whose right to act has ended.
    pub async fn was_ended(&self, followup: &str, session: &str) -> Result<bool> {
        let (ended,): (i64,) = on_read!(self, |pool| sqlx::query_as(
            "SELECT COUNT(*) FROM patient_sessions JOIN helpers ON helpers.id = helper \
             WHERE hash = $2 AND patient_sessions.followup = $1 AND ended IS NOT NULL",
        )
        .bind(followup)
        .bind(session)
        .fetch_one(pool)
        .await?);
        Ok(ended > 0)
    }

    /// Everybody who may act or might once, by id: whom the history names.
    pub async fn all_helpers(&self, followup: &str) -> Result<Vec<HelperRow>> {
        Ok(on_read!(self, |pool| {
            sqlx::query_as("SELECT id, name_sealed, consented FROM helpers WHERE followup = $1 ORDER BY consented, id")
                .bind(followup)
                .fetch_all(pool)
                .await?
        }))
    }

    /// The relatives who may act.
    pub async fn helpers(&self, followup: &str) -> Result<Vec<HelperRow>> {
        Ok(on_read!(self, |pool| {
            sqlx::query_as(
            "SELECT id, name_sealed, consented FROM helpers WHERE followup = $1 AND ended IS NULL ORDER BY consented, id",
        )
        .bind(followup)
        .fetch_all(pool)
        .await?
        }))
    }

    /// Says who acts in an open session: a relative, or with none the patient. Refused for one who may not act any more.
    pub async fn act_as(&self, followup: &str, session: &str, helper: Option<&str>) -> Result<bool> {
        in_transaction!(self, |tx| {
            let set = sqlx::query(
                "UPDATE patient_sessions SET helper = $3 WHERE hash = $2 AND followup = $1 AND ($3 IS NULL OR EXISTS \
                 (SELECT 1 FROM helpers WHERE id = $3 AND helpers.followup = $1 AND ended IS NULL))",
            )
            .bind(followup)
            .bind(session)
            .bind(helper)
            .execute(&mut **tx)
            .await?
            .rows_affected();
            Ok(set == 1)
        })
    }

    /// Puts a follow-up on the waiting list for a time before this one; it keeps its first place there. Refused for one
    /// that has ended meanwhile.
    pub async fn wait(
        &self,
        followup: &str,
        before: Moment,
        who: &str,
        now: Moment,
    ) -> Result<std::result::Result<(), Code>> {
        in_transaction!(self, |tx| {
            let locked = tx.lock(followup).await?;
            match locked.map(|locked| locked.ending) {
                Some(None) => {}
                Some(Some(Ending::Erased)) => return Ok(Err(Code::LinkErased)),
                Some(Some(_)) => return Ok(Err(Code::LinkWithdrawn)),
                None => return Ok(Err(Code::LinkUnknown)),
            }
            let added =
                sqlx::query("INSERT INTO waiting (followup, since, before) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
                    .bind(followup)
                    .bind(now.0)
                    .bind(before.0)
                    .execute(&mut **tx)
                    .await?
                    .rows_affected();
            if added == 1 {
                tx.note(followup, now, &Line { who, action: "wait", ..Line::default() }).await?;
            }
            Ok(Ok(()))
        })
    }

    /// Takes a follow-up off the waiting list.
    pub async fn unwait(&self, followup: &str, who: &str, now: Moment) -> Result<()> {
        in_transaction!(self, |tx| {
            let left = sqlx::query("DELETE FROM waiting WHERE followup = $1")
                .bind(followup)
                .execute(&mut **tx)
                .await?
                .rows_affected();
            if left == 1 {
                tx.note(followup, now, &Line { who, action: "unwait", ..Line::default() }).await?;
            }
            Ok(())
        })
    }

    /// A follow-up's place on the waiting list.
    pub async fn waiting(&self, followup: &str) -> Result<Option<WaitingRow>> {
        Ok(on_read!(self, |pool| sqlx::query_as("SELECT followup, since, before FROM waiting WHERE followup = $1",)
            .bind(followup)
            .fetch_optional(pool)
            .await?))
    }

    /// Those who wait for a next step and have nothing offered, longest first, after the place of this moment and
    /// follow-up; and the place after which the list goes on. Whose step does not read is left out.
    pub async fn waiting_list(&self, after: (i64, &str), most: u32) -> Result<(Vec<Waiter>, Option<(i64, String)>)> {
        let rows: Vec<WaiterRow> = on_read!(self, |pool| sqlx::query_as(
            "SELECT waiting.followup, since, before, services, due_from, \
             (SELECT service FROM appointments JOIN slots ON slots.id = slot \
             WHERE appointments.followup = waiting.followup AND state = 'booked' LIMIT 1) AS booked FROM waiting \
             JOIN steps ON steps.followup = waiting.followup AND steps.ended IS NULL \
             WHERE since >= $1 AND (since > $1 OR waiting.followup > $2) AND NOT EXISTS \
             (SELECT 1 FROM appointments WHERE appointments.followup = waiting.followup AND state = 'held') \
             ORDER BY since, waiting.followup LIMIT $3",
        )
        .bind(after.0)
        .bind(after.1)
        .bind(i64::from(most))
        .fetch_all(pool)
        .await?);
        let last = rows.last().filter(|_| rows.len() == most as usize);
        let last = last.map(|row| (row.since, row.followup.clone()));
        let waiters = rows.into_iter().filter_map(|row| {
            let id = row.followup.clone();
            readable("waiting", &id, row.read())
        });
        Ok((waiters.collect(), last))
    }

    /// Deletes what is known of a person: the follow-up closes, its link ends, its places are given back, and of name,
    /// phone, reason, topic, letter, questions, notes and relatives nothing is left, in the file of the database neither.
    /// The history stays; it names nobody. So does the mark of the person: nobody must call on them anew unasked.
    pub async fn erase(
        &self,
        followup: &str,
        who: &str,
        reason: Option<ErasureReason>,
        now: Moment,
    ) -> Result<std::result::Result<(), Code>> {
        let erased = again!(self.try_erase(followup, who, reason, now).await)?;
        self.scrub().await?;
        Ok(erased)
    }

    async fn try_erase(
        &self,
        followup: &str,
        who: &str,
        reason: Option<ErasureReason>,
        now: Moment,
    ) -> Result<std::result::Result<(), Code>> {
        in_transaction!(self, |tx| {
            let Some(locked) = tx.lock(followup).await? else { return Ok(Err(Code::LinkUnknown)) };
            if locked.ending == Some(Ending::Erased) {
                return Ok(Ok(()));
            }
            for live in tx.live(followup).await? {
                let to = match live.state {
                    State::Held => State::Released,
                    State::Booked => State::CancelledByPatient,
                    _ => continue,
                };
                tx.turn(followup, &live, to, now, &Line { who, action: "erase-place", ..Line::default() }).await?;
            }
            for sql in [
                "DELETE FROM finders WHERE followup = $1",
                "DELETE FROM waiting WHERE followup = $1",
                "DELETE FROM questions WHERE followup = $1",
                "DELETE FROM notes WHERE followup = $1",
                "DELETE FROM patient_sessions WHERE followup = $1",
                "DELETE FROM helpers WHERE followup = $1",
                "DELETE FROM idempotency WHERE scope = $1",
                // The key of the form that made it stays taken, so that the form sent again makes nobody anew.
                "UPDATE idempotency SET request = '' WHERE answer = $1",
                "UPDATE calls SET note_sealed = '' WHERE followup = $1",
                "UPDATE referrals SET reason_sealed = '', answer_sealed = '' WHERE followup = $1",
                "UPDATE referrals SET state = 'withdrawn' WHERE followup = $1 AND state = 'offered'",
                "UPDATE followups SET name_sealed = '', phone_sealed = '', reason_sealed = '', letter_sealed = '', \
                 letter = '', topic = '', call_on = NULL, ending = 'erased' WHERE id = $1",
            ] {
                sqlx::query(sql).bind(followup).execute(&mut **tx).await?;
            }
            sqlx::query("UPDATE steps SET ended = $2 WHERE followup = $1 AND ended IS NULL")
                .bind(followup)
                .bind(now.0)
                .execute(&mut **tx)
                .await?;
            let detail = reason.map_or("", ErasureReason::as_str);
            tx.note(followup, now, &Line { who, action: "erase", detail, ..Line::default() }).await?;
            tx.settle(followup, now).await?;
            Ok(Ok(()))
        })
    }

    /// Everything sealed that is kept about a person: what deleting must leave nothing of.
    pub async fn sealed_of(&self, followup: &str) -> Result<Vec<String>> {
        let rows: Vec<(String,)> = on_read!(self, |pool| {
            sqlx::query_as(
                "SELECT sealed FROM (SELECT name_sealed AS sealed FROM followups WHERE id = $1 \
                 UNION ALL SELECT phone_sealed FROM followups WHERE id = $1 \
                 UNION ALL SELECT reason_sealed FROM followups WHERE id = $1 \
                 UNION ALL SELECT letter_sealed FROM followups WHERE id = $1 \
                 UNION ALL SELECT text_sealed FROM questions WHERE followup = $1 \
                 UNION ALL SELECT answer_sealed FROM questions WHERE followup = $1 \
                 UNION ALL SELECT text_sealed FROM notes WHERE followup = $1 \
                 UNION ALL SELECT note_sealed FROM calls WHERE followup = $1 \
                 UNION ALL SELECT name_sealed FROM helpers WHERE followup = $1 \
                 UNION ALL SELECT reason_sealed FROM referrals WHERE followup = $1 \
                 UNION ALL SELECT answer_sealed FROM referrals WHERE followup = $1 \
                 UNION ALL SELECT hash FROM finders WHERE followup = $1 \
                 UNION ALL SELECT hash FROM patient_sessions WHERE followup = $1 \
                 UNION ALL SELECT request FROM idempotency WHERE scope = $1 OR answer = $1) AS kept WHERE sealed <> ''",
            )
            .bind(followup)
            .fetch_all(pool)
            .await?
        });
        Ok(rows.into_iter().map(|(sealed,)| sealed).collect())
    }

    /// Why a person's data were deleted, when it was staff who did it for a reason.
    pub async fn erasure_reason(&self, followup: &str) -> Result<Option<ErasureReason>> {
        let row: Option<(String,)> = on_read!(self, |pool| {
            sqlx::query_as(
                "SELECT detail FROM history WHERE followup = $1 AND action = 'erase' ORDER BY number DESC LIMIT 1",
            )
            .bind(followup)
            .fetch_optional(pool)
            .await?
        });
        Ok(row.and_then(|(detail,)| ErasureReason::parse(&detail)))
    }
}
