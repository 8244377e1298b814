//! Follow-ups in the database: making and reading them, the identity check's tries, sessions and history.
//! Names, phones and reasons pass through here sealed.

use super::slots::SlotRow;
use super::{Db, Error, Result, in_transaction, on_read, on_write};
use crate::secrets;
use zaoshai_contract::civil::{CivilDate, Moment};
use zaoshai_contract::followups::{State, TRIES};
use zaoshai_contract::ids::IdempotencyKey;
use zaoshai_contract::problem::Code;
use zaoshai_contract::slots::Slot;

/// A follow-up to be made.
#[derive(Clone, Debug)]
pub struct NewRecord {
    /// Its id, also the scope of its seals.
    pub id: String,
    /// The hash of its link's token.
    pub token_hash: String,
    /// When the link ends.
    pub link_until: Moment,
    /// The sealed display name.
    pub name_sealed: String,
    /// The sealed phone number.
    pub phone_sealed: String,
    /// The sealed reason.
    pub reason_sealed: String,
    /// The ids of the services allowed.
    pub services: Vec<String>,
    /// First day of the due window.
    pub due_from: CivilDate,
    /// Last day of the due window.
    pub due_to: CivilDate,
    /// The nurse's account.
    pub created_by: String,
    /// Now.
    pub now: Moment,
    /// The key of the form.
    pub key: IdempotencyKey,
    /// A hash of what the form said, to tell a repeat from another request.
    pub request: String,
}

/// A follow-up as it is stored.
#[derive(Clone, Debug)]
pub struct Record {
    /// Its id.
    pub id: String,
    /// Which link is in force.
    pub link_generation: i64,
    /// When the link ends.
    pub link_until: Moment,
    /// The sealed display name.
    pub name_sealed: String,
    /// The sealed phone number.
    pub phone_sealed: String,
    /// The sealed reason.
    pub reason_sealed: String,
    /// The ids of the services allowed.
    pub services: Vec<String>,
    /// First day of the due window.
    pub due_from: CivilDate,
    /// Last day of the due window.
    pub due_to: CivilDate,
    /// The state.
    pub state: State,
    /// Counts the changes to the appointment; the calendar entry's SEQUENCE.
    pub sequence: i64,
    /// Wrong tries at the last four digits since the last right one.
    pub wrong_tries: i64,
    /// When it was made.
    pub created: Moment,
    /// The active appointment's slot.
    pub slot: Option<Slot>,
}

impl Record {
    /// True after five wrong tries.
    pub fn locked(&self) -> bool {
        self.wrong_tries >= i64::from(TRIES)
    }
}

/// A line of history as it is stored.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct HistoryRow {
    /// When.
    pub at: i64,
    /// `patient` or a staff name.
    pub actor: String,
    /// The action's word.
    pub action: String,
    /// When the slot concerned begins, if any.
    pub starts: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    link_generation: i64,
    link_until: i64,
    name_sealed: String,
    phone_sealed: String,
    reason_sealed: String,
    services: String,
    due_from: String,
    due_to: String,
    state: String,
    sequence: i64,
    wrong_tries: i64,
    created: i64,
    slot_id: Option<String>,
    room: Option<String>,
    starts: Option<i64>,
    minutes: Option<i64>,
}

impl Row {
    fn read(self) -> Result<Record> {
        let day = |text: String| CivilDate::parse(&text).ok_or(Error::Broken(text));
        let slot = match (self.slot_id, self.room, self.starts, self.minutes) {
            (Some(id), Some(room), Some(starts), Some(minutes)) => {
                Some(SlotRow { id, room, starts, minutes, free: 0 }.read()?)
            }
            _ => None,
        };
        Ok(Record {
            id: self.id,
            link_generation: self.link_generation,
            link_until: Moment(self.link_until),
            name_sealed: self.name_sealed,
            phone_sealed: self.phone_sealed,
            reason_sealed: self.reason_sealed,
            services: serde_json::from_str(&self.services).map_err(|error| Error::Broken(error.to_string()))?,
            due_from: day(self.due_from)?,
            due_to: day(self.due_to)?,
            state: State::parse(&self.state).ok_or(Error::Broken(self.state))?,
            sequence: self.sequence,
            wrong_tries: self.wrong_tries,
            created: Moment(self.created),
            slot,
        })
    }
}

/// The columns of [`Row`] and where they come from; a condition and an order follow.
macro_rules! select_followups {
    ($tail:literal) => {
        concat!(
            "SELECT followups.id, link_generation, link_until, name_sealed, phone_sealed, reason_sealed, services, \
             due_from, due_to, state, sequence, wrong_tries, created, \
             slots.id AS slot_id, slots.room, slots.starts, slots.minutes FROM followups \
             LEFT JOIN appointments ON appointments.followup = followups.id AND appointments.active = 1 \
             LEFT JOIN slots ON slots.id = appointments.slot ",
            $tail
        )
    };
}

impl Db {
    /// Makes a follow-up, once for each key of a nurse; gives the id of the follow-up the key made first,
    /// or [`Code::KeyReused`] when the key came with another request.
    pub async fn make_followup(&self, new: &NewRecord) -> Result<std::result::Result<String, Code>> {
        let services = serde_json::to_string(&new.services).map_err(|error| Error::Broken(error.to_string()))?;
        let scope = format!("staff/{}", new.created_by);
        in_transaction!(self, |tx| {
            let fresh = sqlx::query(
                "INSERT INTO idempotency (scope, key, request, answer, at) VALUES ($1, $2, $3, $4, $5) \
                 ON CONFLICT DO NOTHING",
            )
            .bind(&scope)
            .bind(new.key.as_str())
            .bind(&new.request)
            .bind(&new.id)
            .bind(new.now.0)
            .execute(&mut **tx)
            .await?
            .rows_affected();
            if fresh == 0 {
                let (request, id): (String, String) =
                    sqlx::query_as("SELECT request, answer FROM idempotency WHERE scope = $1 AND key = $2")
                        .bind(&scope)
                        .bind(new.key.as_str())
                        .fetch_one(&mut **tx)
                        .await?;
                return Ok(if request == new.request { Ok(id) } else { Err(Code::KeyReused) });
            }
            sqlx::query(
                "INSERT INTO followups (id, token_hash, link_generation, link_until, name_sealed, phone_sealed, \
                 reason_sealed, services, due_from, due_to, state, created, created_by) \
                 VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, 'waiting', $10, $11)",
            )
            .bind(&new.id)
            .bind(&new.token_hash)
            .bind(new.link_until.0)
            .bind(&new.name_sealed)
            .bind(&new.phone_sealed)
            .bind(&new.reason_sealed)
            .bind(&services)
            .bind(new.due_from.to_string())
            .bind(new.due_to.to_string())
            .bind(new.now.0)
            .bind(&new.created_by)
            .execute(&mut **tx)
            .await?;
            sqlx::query(
                "INSERT INTO history (id, followup, at, actor, action, state) VALUES ($1, $2, $3, $4, 'make', 'waiting')",
            )
            .bind(secrets::fresh_id())
            .bind(&new.id)
            .bind(new.now.0)
            .bind(&new.created_by)
            .execute(&mut **tx)
            .await?;
            Ok(Ok(new.id.clone()))
        })
    }

    /// The follow-up whose link has this token hash.
    pub async fn followup_by_token(&self, token_hash: &str) -> Result<Option<Record>> {
        let row: Option<Row> = on_read!(self, |pool| sqlx::query_as(select_followups!("WHERE token_hash = $1"))
            .bind(token_hash)
            .fetch_optional(pool)
            .await?);
        row.map(Row::read).transpose()
    }

    /// The follow-up with this id.
    pub async fn followup(&self, id: &str) -> Result<Option<Record>> {
        let row: Option<Row> = on_read!(self, |pool| sqlx::query_as(select_followups!("WHERE followups.id = $1"))
            .bind(id)
            .fetch_optional(pool)
            .await?);
        row.map(Row::read).transpose()
    }

    /// The follow-ups, latest first, at most `most`.
    pub async fn followups(&self, most: u32) -> Result<Vec<Record>> {
        let rows: Vec<Row> =
            on_read!(self, |pool| sqlx::query_as(select_followups!("ORDER BY followups.created DESC LIMIT $1"))
                .bind(i64::from(most))
                .fetch_all(pool)
                .await?);
        rows.into_iter().map(Row::read).collect()
    }

    /// Counts a wrong try; gives how many there are now. The fifth is written to the history.
    pub async fn count_wrong_try(&self, followup: &str, now: Moment) -> Result<i64> {
        in_transaction!(self, |tx| {
            let (tries, state): (i64, String) = sqlx::query_as(
                "UPDATE followups SET wrong_tries = wrong_tries + 1 WHERE id = $1 RETURNING wrong_tries, state",
            )
            .bind(followup)
            .fetch_one(&mut **tx)
            .await?;
            if tries == i64::from(TRIES) {
                sqlx::query(
                    "INSERT INTO history (id, followup, at, actor, action, state) VALUES ($1, $2, $3, 'patient', 'lock', $4)",
                )
                .bind(secrets::fresh_id())
                .bind(followup)
                .bind(now.0)
                .bind(state)
                .execute(&mut **tx)
                .await?;
            }
            Ok(tries)
        })
    }

    /// Opens a session for somebody who knew the last four digits, and forgets the wrong tries before.
    /// Gives false, and opens nothing, when the link was locked in the meantime.
    pub async fn open_patient_session(&self, followup: &str, hash: &str, until: Moment) -> Result<bool> {
        in_transaction!(self, |tx| {
            let open = sqlx::query("UPDATE followups SET wrong_tries = 0 WHERE id = $1 AND wrong_tries < $2")
                .bind(followup)
                .bind(i64::from(TRIES))
                .execute(&mut **tx)
                .await?
                .rows_affected();
            if open == 1 {
                sqlx::query("INSERT INTO patient_sessions (hash, followup, until) VALUES ($1, $2, $3)")
                    .bind(hash)
                    .bind(followup)
                    .bind(until.0)
                    .execute(&mut **tx)
                    .await?;
            }
            Ok(open == 1)
        })
    }

    /// Whether a session is open for this follow-up.
    pub async fn patient_session_open(&self, followup: &str, hash: &str, now: Moment) -> Result<bool> {
        let row: Option<(String,)> = on_read!(self, |pool| sqlx::query_as(
            "SELECT followup FROM patient_sessions WHERE hash = $1 AND followup = $2 AND until > $3",
        )
        .bind(hash)
        .bind(followup)
        .bind(now.0)
        .fetch_optional(pool)
        .await?);
        Ok(row.is_some())
    }

    /// Lets a locked link be tried again.
    pub async fn unlock(&self, followup: &str, staff: &str, now: Moment) -> Result<()> {
        in_transaction!(self, |tx| {
            sqlx::query("UPDATE followups SET wrong_tries = 0 WHERE id = $1").bind(followup).execute(&mut **tx).await?;
            sqlx::query(
                "INSERT INTO history (id, followup, at, actor, action, state) \
                 SELECT $1, id, $2, $3, 'unlock', state FROM followups WHERE id = $4",
            )
            .bind(secrets::fresh_id())
            .bind(now.0)
            .bind(staff)
            .bind(followup)
            .execute(&mut **tx)
            .await?;
            Ok(())
        })
    }

    /// Retires the link and puts a new one in force; open sessions of the old one end.
    pub async fn relink(
        &self,
        followup: &str,
        generation: i64,
        token_hash: &str,
        until: Moment,
        staff: &str,
        now: Moment,
    ) -> Result<()> {
        in_transaction!(self, |tx| {
            sqlx::query(
                "UPDATE followups SET link_generation = $2, token_hash = $3, link_until = $4, wrong_tries = 0 \
                 WHERE id = $1 AND link_generation < $2",
            )
            .bind(followup)
            .bind(generation)
            .bind(token_hash)
            .bind(until.0)
            .execute(&mut **tx)
            .await?;
            sqlx::query("DELETE FROM patient_sessions WHERE followup = $1").bind(followup).execute(&mut **tx).await?;
            sqlx::query(
                "INSERT INTO history (id, followup, at, actor, action, state) \
                 SELECT $1, id, $2, $3, 'relink', state FROM followups WHERE id = $4",
            )
            .bind(secrets::fresh_id())
            .bind(now.0)
            .bind(staff)
            .bind(followup)
            .execute(&mut **tx)
            .await?;
            Ok(())
        })
    }

    /// What happened to a follow-up, latest first.
    pub async fn history(&self, followup: &str) -> Result<Vec<HistoryRow>> {
        Ok(on_read!(self, |pool| sqlx::query_as(
            "SELECT at, actor, action, slots.starts FROM history LEFT JOIN slots ON slots.id = slot \
             WHERE followup = $1 ORDER BY at DESC, history.id",
        )
        .bind(followup)
        .fetch_all(pool)
        .await?))
    }

    /// The slot of the appointment that ended last, for a calendar's cancellation.
    pub async fn last_ended_slot(&self, followup: &str) -> Result<Option<Slot>> {
        let row: Option<SlotRow> = on_read!(self, |pool| {
            sqlx::query_as(
            "SELECT slots.id, room, starts, minutes, CAST(0 AS BIGINT) AS free FROM appointments JOIN slots ON slots.id = slot \
             WHERE followup = $1 AND active = 0 ORDER BY ended DESC LIMIT 1",
        )
        .bind(followup)
        .fetch_optional(pool)
        .await?
        });
        row.map(SlotRow::read).transpose()
    }

    /// Checks that each slot's count is the number of its active appointments; gives the ids of those that differ.
    pub async fn miscounted_slots(&self) -> Result<Vec<String>> {
        let rows: Vec<(String,)> = on_write!(self, |pool| sqlx::query_as(
            "SELECT slots.id FROM slots LEFT JOIN appointments ON slot = slots.id AND active = 1 \
             GROUP BY slots.id, taken, capacity HAVING COUNT(appointments.id) <> taken OR taken > capacity",
        )
        .fetch_all(pool)
        .await?);
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }
}

#[cfg(test)]
mod tests {
    use crate::db::Db;
    use crate::demonstration::crowd;
    use crate::secrets::Secrets;
    use zaoshai_contract::civil::Moment;

    #[tokio::test]
    async fn names_phones_reasons_tokens_and_sessions_are_not_readable() {
        let folder = tempfile::tempdir().expect("a folder");
        let db = Db::open(&format!("sqlite://{}/test.db", folder.path().display())).await.expect("a database");
        let people = crowd(&db, &Secrets::new(&[7; 32]), "any", 1, Moment(i64::MAX / 2)).await.expect("a patient");
        let Db::Sqlite { read, .. } = &db else { panic!("not SQLite") };
        let select = "SELECT name_sealed || phone_sealed || reason_sealed || token_hash || hash FROM followups \
                      JOIN patient_sessions ON followup = followups.id";
        let (stored,): (String,) = sqlx::query_as(select).fetch_one(read).await.expect("a row");
        for secret in ["李女士", "13800138000", "8000", "复查", people[0].token.as_str(), &people[0].session] {
            assert!(!stored.contains(secret), "{secret} is readable");
        }
    }
}
