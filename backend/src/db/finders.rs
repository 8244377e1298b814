//! The keyed hashes under which people are found: who has whom, and making older ones anew.

use super::ledger::Ledger as _;
use super::{Db, Result, again, in_transaction, on_read};

/// By what follow-ups are looked for; a place that is not needed is empty, and nothing has an empty hash or code.
#[derive(Clone, Debug, Default)]
pub struct Sought {
    /// Keyed hashes.
    pub hashes: [String; 4],
    /// Codes.
    pub codes: [String; 2],
}

/// An open follow-up of somebody, as far as it is needed to tell whether it is the same.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OpenOf {
    /// Its id.
    pub id: String,
    /// Its code.
    pub code: String,
    /// The sealed name.
    pub name_sealed: String,
    /// The services of the open step as JSON; none without one.
    pub services: Option<String>,
    /// The last day of the open step, like 2026-12-20.
    pub due_to: Option<String>,
    /// The time that is booked, in milliseconds since 1970.
    pub starts: Option<i64>,
}

impl OpenOf {
    /// The ids of the services of the open step.
    pub fn services(&self) -> Vec<String> {
        self.services.as_deref().and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
    }

    /// Whether it is for one of these services. One that waits for its next step is for any.
    pub fn is_for(&self, services: &[String]) -> bool {
        let own = self.services();
        own.is_empty() || own.iter().any(|service| services.contains(service))
    }
}

/// A follow-up whose finders an older folding made.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ToFold {
    /// Its id.
    pub id: String,
    /// The hospital in charge.
    pub hospital: String,
    /// The sealed name.
    pub name_sealed: String,
    /// The sealed phone number.
    pub phone_sealed: String,
    /// Counts the writes.
    pub version: i64,
}

/// The finders that take the place of older ones.
#[derive(Clone, Debug)]
pub struct Refolded {
    /// The follow-up.
    pub id: String,
    /// The version that was read.
    pub version: i64,
    /// The keyed hashes.
    pub finders: Vec<String>,
    /// The keyed hash of the person.
    pub person: String,
    /// By which folding they were made.
    pub folding: i64,
}

/// The keyed hashes of a person: all that is kept of somebody whose data were deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Of name and number. For which hospitals it counts, the follow-up's row and its referrals say.
    pub person: String,
    /// The same as an older server kept it, of the hospital that made the follow-up, too.
    pub older: String,
}

/// Why somebody's data were deleted before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WasErased {
    /// They wished it.
    Wish,
    /// They should not have been registered.
    Mistake,
}

/// Whether somebody whose data were deleted is to get a follow-up again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anew {
    /// The nurse was told of the deletion and has asked the person.
    Wanted,
    /// Nobody has been told.
    Unasked,
}

/// Whether the data of a person ($1, or $2 as an older server kept it, or $3 of the row of a table) were deleted at a
/// hospital ($4), while it was in charge or after it had handed them over: 2 at their wish, 1 as a mistake. One row, NULL
/// when they were not.
macro_rules! was_erased {
    () => {
        "SELECT MAX(CASE WHEN EXISTS (SELECT 1 FROM history WHERE history.followup = followups.id \
         AND action = 'erase' AND detail = 'mistake') THEN CAST(1 AS BIGINT) ELSE CAST(2 AS BIGINT) END) FROM followups \
         WHERE (person = $1 OR person = $2 OR fingerprint = $3) AND ending = 'erased' \
         AND (person IS NULL OR person <> $1 OR (hospital = $4) IS TRUE OR EXISTS (SELECT 1 FROM referrals \
         WHERE referrals.followup = followups.id AND state IN ('accepted', 'returned') AND $4 IN (from_hospital, to_hospital)))"
    };
}
pub(super) use was_erased;

impl WasErased {
    /// What the query gives.
    pub(super) fn of(weight: Option<i64>) -> Option<Self> {
        weight.map(|weight| if weight == 1 { Self::Mistake } else { Self::Wish })
    }
}

/// The open follow-ups of a hospital under one hash, or under two.
macro_rules! open_of {
    () => {
        "SELECT followups.id, followups.code, name_sealed, steps.services, steps.due_to, slots.starts \
         FROM finders \
         JOIN followups ON followups.id = finders.followup \
         LEFT JOIN steps ON steps.followup = followups.id AND steps.ended IS NULL \
         LEFT JOIN appointments ON appointments.followup = followups.id AND appointments.state = 'booked' \
         LEFT JOIN slots ON slots.id = appointments.slot \
         WHERE finders.hash = $2 AND (hospital = $1) IS TRUE AND ending IS NULL AND ($3 = '' OR EXISTS \
         (SELECT 1 FROM finders AS other WHERE other.followup = followups.id AND other.hash = $3)) \
         ORDER BY followups.created DESC"
    };
}
pub(super) use open_of;

impl Db {
    /// The open follow-ups of a hospital that this keyed hash of a phone number finds, and the one of a name if it is not
    /// empty; latest first.
    pub async fn open_of(&self, hospital: &str, phone: &str, name: &str) -> Result<Vec<OpenOf>> {
        // The hospital is written so that no index leads through all that it has.
        Ok(on_read!(self, |pool| sqlx::query_as(open_of!())
            .bind(hospital)
            .bind(phone)
            .bind(name)
            .fetch_all(pool)
            .await?))
    }

    /// Whether this person's data were deleted at a hospital: by the mark of the person, or by the keyed hash of a row of
    /// a table from which an older server made the follow-up.
    pub async fn was_erased(&self, hospital: &str, mark: &Mark, row: &str) -> Result<Option<WasErased>> {
        let (weight,): (Option<i64>,) = on_read!(self, |pool| sqlx::query_as(was_erased!())
            .bind(&mark.person)
            .bind(&mark.older)
            .bind(row)
            .bind(hospital)
            .fetch_one(pool)
            .await?);
        Ok(WasErased::of(weight))
    }

    /// Follow-ups whose finders an older folding made, in the order of their ids.
    pub async fn to_fold(&self, folding: i64, after: &str, most: u32) -> Result<Vec<ToFold>> {
        // The first condition is that of the index.
        Ok(on_read!(self, |pool| sqlx::query_as(
            "SELECT id, hospital, name_sealed, phone_sealed, version FROM followups \
             WHERE folding < 4 AND folding < $1 AND id > $2 ORDER BY id LIMIT $3",
        )
        .bind(folding)
        .bind(after)
        .bind(i64::from(most))
        .fetch_all(pool)
        .await?))
    }

    /// Puts finders in the place of older ones, unless the follow-up was written meanwhile; gives whether it did.
    pub async fn refold(&self, new: &Refolded) -> Result<bool> {
        again!(self.try_refold(new).await)
    }

    async fn try_refold(&self, new: &Refolded) -> Result<bool> {
        in_transaction!(self, |tx| {
            let touched = sqlx::query(
                "UPDATE followups SET folding = $2, person = $3 WHERE id = $1 AND version = $4 AND name_sealed <> ''",
            )
            .bind(&new.id)
            .bind(new.folding)
            .bind(&new.person)
            .bind(new.version)
            .execute(&mut **tx)
            .await?
            .rows_affected();
            if touched == 1 {
                tx.find_by(&new.id, &new.finders).await?;
            }
            Ok(touched == 1)
        })
    }
}
