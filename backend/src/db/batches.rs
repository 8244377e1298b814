//! Batches of follow-ups that were made from a table.

use super::finders::{Anew, OpenOf, open_of};
use super::followups::{NewRecord, deciding_first, deciding_state};
use super::ledger::Ledger as _;
use super::pages::After;
use super::{Db, Result, again, in_transaction, on_read, on_write};

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

/// An open follow-up of a batch, as far as it is needed to tell whether its message was sent.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Reached {
    /// Its id.
    pub id: String,
    /// The row of the table from which it was made.
    pub batch_row: i64,
    /// The sealed phone number.
    pub phone_sealed: String,
    /// Since when the number is known to be somebody else's.
    pub wrong_number: Option<i64>,
    /// When the message was marked as sent.
    pub sent: Option<i64>,
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

    /// Makes follow-ups in one transaction. A row that made one before makes none, and neither does one whose person has
    /// an open follow-up for one of the same services by now, or had their data deleted. Gives how many were made.
    pub async fn make_followups(&self, records: &[NewRecord]) -> Result<usize> {
        again!(self.try_make_followups(records).await)
    }

    async fn try_make_followups(&self, records: &[NewRecord]) -> Result<usize> {
        in_transaction!(self, |tx| {
            let mut made = 0;
            if let Some(first) = records.first() {
                // Two tables of one hospital take turns, so that neither misses the other's people: whichever batch was
                // opened later touches the earlier one's row as well.
                sqlx::query("UPDATE batches SET rows = rows WHERE hospital = $1")
                    .bind(&first.hospital)
                    .execute(&mut **tx)
                    .await?;
            }
            for record in records {
                let open: Vec<OpenOf> = match &record.origin {
                    Some(origin) => {
                        tx.take_turn(&record.hospital, &origin.phone, record.now).await?;
                        sqlx::query_as(open_of!())
                            .bind(&record.hospital)
                            .bind(&origin.phone)
                            .bind(&origin.name)
                            .fetch_all(&mut **tx)
                            .await?
                    }
                    None => Vec::new(),
                };
                let erased =
                    record.anew == Anew::Unasked && tx.was_erased(&record.hospital, &record.person).await?.is_some();
                if !erased && !open.iter().any(|open| open.is_for(&record.services)) {
                    made += usize::from(tx.make(record).await?);
                }
            }
            Ok(made)
        })
    }

    /// Notes that a batch is through: it makes as many as it has made.
    pub async fn close_batch(&self, id: &str) -> Result<()> {
        on_write!(self, |pool| {
            sqlx::query("UPDATE batches SET rows = (SELECT COUNT(*) FROM followups WHERE batch = $1) WHERE id = $1")
                .bind(id)
                .execute(pool)
                .await?;
        });
        Ok(())
    }

    /// The rows of a batch that made a follow-up, in the order of the table, whether it has ended or not.
    pub async fn batch_rows(&self, id: &str) -> Result<Vec<i64>> {
        let rows: Vec<(i64,)> = on_read!(self, |pool| sqlx::query_as(
            "SELECT batch_row FROM followups WHERE batch = $1 ORDER BY batch_row",
        )
        .bind(id)
        .fetch_all(pool)
        .await?);
        Ok(rows.into_iter().map(|(row,)| row).collect())
    }

    /// The batches of a hospital after this place, latest first.
    pub async fn batches(&self, hospital: &str, after: &After, most: u32) -> Result<Vec<Batch>> {
        Ok(on_read!(self, |pool| sqlx::query_as(
            "SELECT id, hospital, made, made_by, name_sealed, rows, \
             (SELECT COUNT(*) FROM followups WHERE batch = batches.id) AS there \
             FROM batches WHERE hospital = $1 AND made <= $3 AND (made, 0, id) < ($3, $4, $5) \
             ORDER BY made DESC, id DESC LIMIT $2",
        )
        .bind(hospital)
        .bind(i64::from(most))
        .bind(after.first)
        .bind(after.second)
        .bind(&after.id)
        .fetch_all(pool)
        .await?))
    }

    /// How many batches a hospital has.
    pub async fn batch_count(&self, hospital: &str) -> Result<i64> {
        let (count,): (i64,) =
            on_read!(self, |pool| sqlx::query_as("SELECT COUNT(*) FROM batches WHERE hospital = $1")
                .bind(hospital)
                .fetch_one(pool)
                .await?);
        Ok(count)
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

    /// The open follow-ups of a batch that this hospital is still in charge of, in the order of the table.
    pub async fn batch_reached(&self, id: &str, hospital: &str) -> Result<Vec<Reached>> {
        Ok(on_read!(self, |pool| sqlx::query_as(
            "SELECT id, batch_row, phone_sealed, wrong_number, sent FROM followups \
             WHERE batch = $1 AND (hospital = $2) IS TRUE AND ending IS NULL ORDER BY batch_row",
        )
        .bind(id)
        .bind(hospital)
        .fetch_all(pool)
        .await?))
    }

    /// How the follow-ups of a batch stand that this hospital is still in charge of.
    pub async fn batch_standings(&self, id: &str, hospital: &str) -> Result<Standings> {
        Ok(on_read!(self, |pool| {
            sqlx::query_as(concat!(
            "SELECT COUNT(CASE WHEN ending IS NULL AND (state IN ('booked', 'arrived', 'attended')) IS NOT TRUE THEN 1 END) \
             AS open, COUNT(CASE WHEN ending IS NULL AND state IN ('booked', 'arrived', 'attended') THEN 1 END) AS booked, \
             COUNT(CASE WHEN ending IS NOT NULL THEN 1 END) AS closed FROM (SELECT ending, ",
            deciding_state!(),
            " AS state FROM followups WHERE batch = $1 AND (hospital = $2) IS TRUE) AS one",
        ))
        .bind(id)
        .bind(hospital)
        .fetch_one(pool)
        .await?
        }))
    }
}
