//! Clinics that do not take place (停诊): their slots close at once and in one, so that nobody books there any more; the
//! people in them are told and offered another place one by one, by whichever server comes to it.

use super::schedules::{At, BY_TIMETABLE, Decide, Schedules as _};
use super::{Db, Error, Result, again, in_transaction, on_read};
use zaoshai_contract::civil::Moment;
use zaoshai_contract::slots::Slot;
use zaoshai_contract::staff::Staff;

/// What is closed.
#[derive(Clone, Debug)]
pub struct Closure {
    /// Its id; closing twice under one id is closing once.
    pub id: String,
    /// The hospital.
    pub hospital: String,
    /// The service; none for all.
    pub service: Option<String>,
    /// From this moment.
    pub first: Moment,
    /// Until before this moment.
    pub until: Moment,
    /// Why, in words that patients may read.
    pub reason: String,
    /// Who closed it.
    pub staff: String,
    /// Now.
    pub now: Moment,
}

/// A closing as it is stored.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ClosureRow {
    /// Its id.
    pub id: String,
    /// The service; none for all.
    pub service: Option<String>,
    /// From this moment.
    pub first: i64,
    /// Until before this moment.
    pub last: i64,
    /// Why.
    pub reason: String,
    /// Who closed it.
    pub made_by: String,
    /// When it was taken back, if it was.
    pub undone: Option<i64>,
    /// Who took it back.
    pub undone_by: Option<String>,
    /// How many still have an appointment there.
    pub left_over: i64,
    /// How many whom the hospital is in charge of have lost their appointment by it and have no new one yet.
    pub left_without: i64,
}

/// An appointment that is left in a closed slot.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Left {
    /// The follow-up's id.
    pub followup: String,
    /// The appointment's id.
    pub appointment: String,
    /// The id of the service that it is for.
    pub service: String,
    /// Its state's word: a place that is only kept, or an appointment.
    pub state: String,
}

impl Db {
    /// How many slots and how many people a closing would concern.
    pub async fn concerned(&self, closure: &Closure) -> Result<(i64, i64)> {
        Ok(on_read!(self, |pool| sqlx::query_as(
            "SELECT COUNT(DISTINCT slots.id), COUNT(DISTINCT appointments.followup) FROM slots \
             LEFT JOIN appointments ON slot = slots.id AND state IN ('held', 'booked') \
             WHERE clinic = $1 AND ($2 = '' OR service = $2) AND starts >= $3 AND starts < $4 AND starts > $5 \
             AND closure IS NULL",
        )
        .bind(&closure.hospital)
        .bind(closure.service.as_deref().unwrap_or_default())
        .bind(closure.first.0)
        .bind(closure.until.0)
        .bind(closure.now.0)
        .fetch_one(pool)
        .await?))
    }

    /// Closes the slots; from then on nobody books them. Gives how many were closed. Fails with
    /// [`Error::MoreThanAsked`], and closes nothing, when more people are in them than whoever said yes has seen.
    pub async fn close_slots(&self, closure: &Closure, seen: i64) -> Result<u64> {
        again!(self.try_close_slots(closure, seen).await)
    }

    async fn try_close_slots(&self, closure: &Closure, seen: i64) -> Result<u64> {
        in_transaction!(self, |tx| {
            // Otherwise the timetable could open slots at this moment that this closing does not see.
            sqlx::query(super::schedules::LOCK).bind(&closure.hospital).execute(&mut **tx).await?;
            let made = sqlx::query(
                "INSERT INTO closures (id, hospital, service, first, last, reason, made, made_by, told) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1) ON CONFLICT DO NOTHING",
            )
            .bind(&closure.id)
            .bind(&closure.hospital)
            .bind(&closure.service)
            .bind(closure.first.0)
            .bind(closure.until.0)
            .bind(&closure.reason)
            .bind(closure.now.0)
            .bind(&closure.staff)
            .execute(&mut **tx)
            .await?
            .rows_affected();
            if made == 0 {
                super::log::repeats();
                return Ok(0);
            }
            let closed = sqlx::query(
                "UPDATE slots SET closure = $1 WHERE clinic = $2 AND ($3 = '' OR service = $3) AND starts >= $4 \
                 AND starts < $5 AND starts > $6 AND closure IS NULL",
            )
            .bind(&closure.id)
            .bind(&closure.hospital)
            .bind(closure.service.as_deref().unwrap_or_default())
            .bind(closure.first.0)
            .bind(closure.until.0)
            .bind(closure.now.0)
            .execute(&mut **tx)
            .await?;
            // Nobody gets into a closed slot any more: these are all.
            let (people,): (i64,) = sqlx::query_as(
                "SELECT COUNT(DISTINCT followup) FROM slots JOIN appointments ON slot = slots.id \
                 WHERE closure = $1 AND state IN ('held', 'booked')",
            )
            .bind(&closure.id)
            .fetch_one(&mut **tx)
            .await?;
            if people > seen {
                return Err(Error::MoreThanAsked);
            }
            Ok(closed.rows_affected())
        })
    }

    /// Takes a closing back: its slots that are to come open again, unless another closing covers them, and then become as
    /// is decided, all or nothing. Whose appointment was cancelled by it stays without it and on the nurse's list; whoever
    /// is still in keeps it. Gives false when the hospital has no such closing that stands.
    pub async fn undo_closure(&self, staff: &Staff, id: &str, now: Moment, decide: &Decide<'_>) -> Result<bool> {
        again!(self.try_undo_closure(staff, id, now, decide).await)
    }

    async fn try_undo_closure(&self, staff: &Staff, id: &str, now: Moment, decide: &Decide<'_>) -> Result<bool> {
        in_transaction!(self, |tx| {
            // A closing or a change of the timetable at this moment waits, and then sees what is open.
            sqlx::query(super::schedules::LOCK).bind(&staff.hospital).execute(&mut **tx).await?;
            let undone = sqlx::query(
                "UPDATE closures SET undone = $3, undone_by = $4 WHERE id = $1 AND hospital = $2 AND undone IS NULL \
                 AND last > $3",
            )
            .bind(id)
            .bind(&staff.hospital)
            .bind(now.0)
            .bind(&staff.name)
            .execute(&mut **tx)
            .await?
            .rows_affected();
            if undone == 0 {
                return Ok(false);
            }
            sqlx::query(
                "UPDATE slots SET closure = (SELECT other.id FROM closures AS other WHERE other.hospital = slots.clinic \
                 AND other.undone IS NULL AND (other.service IS NULL OR other.service = slots.service) \
                 AND other.first <= slots.starts AND other.last > slots.starts ORDER BY other.made, other.id LIMIT 1) \
                 WHERE closure = $1 AND starts > $2",
            )
            .bind(id)
            .bind(now.0)
            .execute(&mut **tx)
            .await?;
            tx.reschedule(At { hospital: &staff.hospital, now }, None, decide).await?;
            Ok(true)
        })
    }

    /// Which account has taken a closing of a hospital back; none while it stands.
    pub async fn closure_undone_by(&self, hospital: &str, id: &str) -> Result<Option<String>> {
        let row: Option<(Option<String>,)> = on_read!(self, |pool| sqlx::query_as(
            "SELECT undone_by FROM closures WHERE id = $1 AND hospital = $2 AND undone IS NOT NULL",
        )
        .bind(id)
        .bind(hospital)
        .fetch_optional(pool)
        .await?);
        Ok(row.and_then(|(by,)| by))
    }

    /// Who still has a place in a closed slot that is to come: the follow-up and the appointment, earliest first.
    pub async fn left_in_closed(&self, now: Moment, most: u32) -> Result<Vec<Left>> {
        Ok(on_read!(self, |pool| {
            sqlx::query_as(
            "SELECT followup, appointments.id AS appointment, service, state FROM slots JOIN appointments ON slot = slots.id \
             WHERE closure IS NOT NULL AND starts > $1 AND state IN ('held', 'booked') ORDER BY starts, place LIMIT $2",
        )
        .bind(now.0)
        .bind(i64::from(most))
        .fetch_all(pool)
        .await?
        }))
    }

    /// Why the clinic of a slot does not take place, in the words that were written for patients; empty when nobody wrote
    /// any. The timetable closes slots for closed days and for experts who do not come.
    pub async fn closing_reason(&self, slot: &Slot) -> Result<String> {
        let row: Option<(String,)> = on_read!(self, |pool| sqlx::query_as(
            "SELECT COALESCE((SELECT reason FROM closures WHERE closures.id = slots.closure AND told = 1), \
             (SELECT reason FROM schedule_visits AS visit WHERE slots.closure = $2 AND visit.hospital = clinic \
              AND visit.service = slots.service AND visit.room = slots.room AND visit.expert = slots.expert \
              AND day = $3 AND start <= $4 AND stop > $4 AND cancelled IS NOT NULL ORDER BY cancelled DESC LIMIT 1), \
             (SELECT reason FROM schedule_exceptions AS day WHERE slots.closure = $2 AND day.hospital = clinic \
              AND kind = 'closed' AND (day.service IS NULL OR day.service = slots.service) \
              AND (day.room IS NULL OR day.room = slots.room) AND first_day <= $3 AND last_day >= $3 \
              AND cancelled IS NULL ORDER BY made DESC LIMIT 1), '') FROM slots WHERE id = $1",
        )
        .bind(slot.id.as_str())
        .bind(BY_TIMETABLE)
        .bind(slot.starts.date().to_string())
        .bind(i64::from(slot.starts.minute_of_day()))
        .fetch_optional(pool)
        .await?);
        Ok(row.map(|(reason,)| reason).unwrap_or_default())
    }

    /// The closings of a hospital that stand and are not over, earliest first.
    pub async fn closures(&self, hospital: &str, now: Moment) -> Result<Vec<ClosureRow>> {
        let mut rows = self.all_closures(hospital, now).await?;
        rows.retain(|row| row.undone.is_none());
        Ok(rows)
    }

    /// Those that are not over, with those that were taken back, earliest first.
    pub async fn all_closures(&self, hospital: &str, now: Moment) -> Result<Vec<ClosureRow>> {
        Ok(on_read!(self, |pool| {
            sqlx::query_as(
            "SELECT id, service, first, last, reason, made_by, undone, undone_by, (SELECT COUNT(*) FROM slots \
             JOIN appointments ON slot = slots.id WHERE closure = closures.id AND state IN ('held', 'booked')) AS left_over, \
             (SELECT COUNT(DISTINCT followups.id) FROM slots JOIN appointments AS lost ON lost.slot = slots.id \
              JOIN steps ON steps.id = lost.step AND steps.ended IS NULL \
              JOIN followups ON followups.id = lost.followup AND followups.hospital = closures.hospital \
              AND followups.ending IS NULL WHERE slots.clinic = closures.hospital \
              AND (closures.service IS NULL OR slots.service = closures.service) AND starts >= closures.first \
              AND starts < closures.last AND lost.state = 'cancelled-by-clinic' AND lost.ended >= closures.made \
              AND (closures.undone IS NULL OR lost.ended <= closures.undone) AND NOT EXISTS \
              (SELECT 1 FROM appointments AS other WHERE other.followup = lost.followup AND other.step = lost.step \
               AND (other.state IN ('booked', 'arrived') OR (other.made > lost.made \
                AND other.state NOT IN ('held', 'released', 'moved'))))) AS left_without \
             FROM closures WHERE hospital = $1 AND last > $2 ORDER BY first, id",
        )
        .bind(hospital)
        .bind(now.0)
        .fetch_all(pool)
        .await?
        }))
    }
}
