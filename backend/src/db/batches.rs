//! Batches of follow-ups that were made from a table.

use super::followups::NewRecord;
use super::ledger::Ledger as _;
use super::{Db, Result, again, in_transaction, on_read};

/// How many rows of a batch are made in one transaction: patients who book meanwhile wait for one of them at most.
pub const CHUNK: usize = 50;

/// A batch as it is stored.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Batch {
    /// Its id, also the scope of its seal.
    pub id: String,
    /// The hospital.
    pub hospital: String,
    /// When it was made.
    pub made: i64,
    /// By whom.
    pub made_by: String,
    /// The file's name, sealed.
    pub name_sealed: String,
    /// How many follow-ups it makes when it is through.
    pub rows: i64,
    /// How many it has made.
    pub there: i64,
}

/// How the follow-ups of a batch stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Standings {
    /// Open, without an appointment.
    pub open: i64,
    /// Open, with an appointment to come or just kept.
    pub booked: i64,
    /// Ended.
    pub closed: i64,
}

impl Db {
    /// Opens a batch; a repeat changes nothing.
    pub async fn open_batch(&self, batch: &Batch) -> Result<()> {
        in_transaction!(self, |tx| {
            sqlx::query(
                "INSERT INTO batches (id, hospital, made, made_by, name_sealed, rows) VALUES ($1, $2, $3, $4, $5, $6) \
                 ON CONFLICT DO NOTHING",
            )
            .bind(&batch.id)
            .bind(&batch.hospital)
            .bind(batch.made)
            .bind(&batch.made_by)
            .bind(&batch.name_sealed)
            .bind(batch.rows)
            .execute(&mut **tx)
            .await?;
            Ok(())
        })
    }

    /// Makes follow-ups in one transaction; rows that made one before make none. Gives how many were made.
    pub async fn make_followups(&self, records: &[NewRecord]) -> Result<usize> {
        again!(self.try_make_followups(records).await)
    }

    async fn try_make_followups(&self, records: &[NewRecord]) -> Result<usize> {
        in_transaction!(self, |tx| {
            let mut made = 0;
            for record in records {
                made += usize::from(tx.make(record).await?);
            }
            Ok(made)
        })
    }

    /// The code of the follow-up that this row of a table made before.
    pub async fn made_of_row(&self, fingerprint: &str) -> Result<Option<String>> {
        let row: Option<(String,)> =
            on_read!(self, |pool| sqlx::query_as("SELECT code FROM followups WHERE fingerprint = $1",)
                .bind(fingerprint)
                .fetch_optional(pool)
                .await?);
        Ok(row.map(|(code,)| code))
    }

    /// The open follow-ups of a hospital that all of these keyed hashes find: their codes, and the services of the open
    /// step as JSON.
    pub async fn open_for(&self, hospital: &str, phone: &str, name: &str) -> Result<Vec<(String, Option<String>)>> {
        // The hospital is written so that no index leads through all that it has.
        Ok(on_read!(self, |pool| sqlx::query_as(
            "SELECT code, steps.services FROM finders JOIN followups ON followups.id = finders.followup \
             LEFT JOIN steps ON steps.followup = followups.id AND steps.ended IS NULL \
             WHERE finders.hash = $2 AND (hospital = $1) IS TRUE AND ending IS NULL AND ($3 = '' OR EXISTS \
             (SELECT 1 FROM finders AS other WHERE other.followup = followups.id AND other.hash = $3))",
        )
        .bind(hospital)
        .bind(phone)
        .bind(name)
        .fetch_all(pool)
        .await?))
    }

    /// The batches of a hospital, latest first.
    pub async fn batches(&self, hospital: &str, most: u32) -> Result<Vec<Batch>> {
        Ok(on_read!(self, |pool| sqlx::query_as(
            "SELECT id, hospital, made, made_by, name_sealed, rows, \
             (SELECT COUNT(*) FROM followups WHERE batch = batches.id) AS there \
             FROM batches WHERE hospital = $1 ORDER BY made DESC LIMIT $2",
        )
        .bind(hospital)
        .bind(i64::from(most))
        .fetch_all(pool)
        .await?))
    }

    /// The batch of a hospital with this id.
    pub async fn batch(&self, hospital: &str, id: &str) -> Result<Option<Batch>> {
        Ok(on_read!(self, |pool| sqlx::query_as(
            "SELECT id, hospital, made, made_by, name_sealed, rows, \
             (SELECT COUNT(*) FROM followups WHERE batch = batches.id) AS there \
             FROM batches WHERE hospital = $1 AND id = $2",
        )
        .bind(hospital)
        .bind(id)
        .fetch_optional(pool)
        .await?))
    }

    /// How the follow-ups of a batch stand that this hospital is still in charge of.
    pub async fn batch_standings(&self, id: &str, hospital: &str) -> Result<Standings> {
        Ok(on_read!(self, |pool| sqlx::query_as(
            "SELECT COUNT(CASE WHEN ending IS NULL AND NOT has THEN 1 END) AS open, \
             COUNT(CASE WHEN ending IS NULL AND has THEN 1 END) AS booked, \
             COUNT(CASE WHEN ending IS NOT NULL THEN 1 END) AS closed FROM \
             (SELECT ending, EXISTS (SELECT 1 FROM appointments WHERE followup = followups.id \
             AND state IN ('booked', 'arrived', 'attended')) AS has FROM followups WHERE batch = $1 \
             AND (hospital = $2) IS TRUE) AS one",
        )
        .bind(id)
        .bind(hospital)
        .fetch_one(pool)
        .await?))
    }
}
