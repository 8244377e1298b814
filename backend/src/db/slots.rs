//! Slots in the database: making them, and finding the free ones.

use super::ledger::readable;
use super::{Db, Result, on_read, on_write};
use std::collections::BTreeMap;
use std::ops::Range;
use zaoshai_contract::civil::{CivilDate, Moment};
use zaoshai_contract::ids::SlotId;
use zaoshai_contract::slots::Slot;

/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;
/// How much earlier than in UTC a day begins in China.
const DAY_BEGINS_MS: i64 = 8 * 3_600_000;

/// The slots of a service that begin from one moment until before another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The service's id.
    pub service: String,
    /// The first moment.
    pub from: Moment,
    /// The moment after the last.
    pub until: Moment,
}

impl Span {
    /// As much of it as lies within these moments.
    pub fn within(&self, moments: &Range<Moment>) -> Self {
        Self { service: self.service.clone(), from: self.from.max(moments.start), until: self.until.min(moments.end) }
    }
}

/// A slot to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSlot {
    /// Its id; making a slot whose service, room and time exist already changes nothing.
    pub id: SlotId,
    /// The clinic's id.
    pub clinic: String,
    /// The service's id.
    pub service: String,
    /// Where.
    pub room: String,
    /// The visiting expert whose clinic it is; empty for a usual one.
    pub expert: String,
    /// When.
    pub starts: Moment,
    /// How long, minutes.
    pub minutes: u16,
    /// How many places.
    pub capacity: u16,
}

/// A slot as it is stored.
#[derive(sqlx::FromRow)]
pub(super) struct SlotRow {
    pub(super) id: String,
    pub(super) service: String,
    pub(super) clinic: String,
    pub(super) room: String,
    pub(super) expert: String,
    pub(super) starts: i64,
    pub(super) minutes: i64,
    pub(super) free: i64,
}

impl SlotRow {
    pub(super) fn read(self) -> Result<Slot> {
        Ok(Slot {
            id: SlotId::parse(&self.id).ok_or(super::Error::Broken(self.id))?,
            starts: Moment(self.starts),
            minutes: u16::try_from(self.minutes).unwrap_or(u16::MAX),
            service: self.service,
            clinic: self.clinic,
            room: self.room,
            expert: self.expert,
            free: u16::try_from(self.free).unwrap_or(0),
        })
    }
}

impl Db {
    /// Makes slots that are not there yet; gives how many were made.
    pub async fn make_slots(&self, slots: &[NewSlot]) -> Result<u64> {
        let mut made = 0;
        for slot in slots {
            let done = on_write!(self, |pool| sqlx::query(
                "INSERT INTO slots (id, clinic, service, room, starts, minutes, capacity, expert) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
            )
            .bind(slot.id.as_str())
            .bind(&slot.clinic)
            .bind(&slot.service)
            .bind(&slot.room)
            .bind(slot.starts.0)
            .bind(i64::from(slot.minutes))
            .bind(i64::from(slot.capacity))
            .bind(&slot.expert)
            .execute(pool)
            .await?
            .rows_affected());
            made += done;
        }
        Ok(made)
    }

    /// Free slots within these spans, earliest first, all of them or the first `most`. A place whose hold is over at `now` counts as free.
    pub async fn free_slots(&self, spans: &[Span], most: Option<u32>, now: Moment) -> Result<Vec<Slot>> {
        let mut slots = Vec::new();
        for Span { service, from, until } in spans {
            // Full slots are only counted anew where a hold is over, and those are few: they are found by their holds.
            let rows: Vec<SlotRow> = on_read!(self, |pool| {
                sqlx::query_as(
                "SELECT id, service, clinic, room, expert, starts, minutes, capacity - taken + \
                 (SELECT COUNT(*) FROM appointments WHERE slot = slots.id AND state = 'held' AND until <= $5) AS free \
                 FROM slots WHERE service = $1 AND starts >= $2 AND starts < $3 AND closure IS NULL AND taken < capacity \
                 UNION ALL SELECT id, service, clinic, room, expert, starts, minutes, capacity - taken + \
                 (SELECT COUNT(*) FROM appointments WHERE slot = slots.id AND state = 'held' AND until <= $5) AS free \
                 FROM slots WHERE id IN (SELECT slot FROM appointments WHERE state = 'held' AND until <= $5) \
                 AND (service = $1) IS TRUE AND starts >= $2 AND starts < $3 AND closure IS NULL AND taken >= capacity \
                 ORDER BY starts LIMIT $4",
            )
            .bind(service)
            .bind(from.0)
            .bind(until.0)
            .bind(most.map_or(i64::MAX, i64::from))
            .bind(now.0)
            .fetch_all(pool)
            .await?
            });
            slots.extend(rows.into_iter().filter_map(|row| {
                let id = row.id.clone();
                readable("slots", &id, row.read())
            }));
        }
        slots.sort_by_key(|slot| slot.starts);
        slots.truncate(most.map_or(usize::MAX, |most| most as usize));
        Ok(slots)
    }

    /// The days within these spans that have free slots, and how many each; `own` is a slot that is not counted.
    pub async fn free_days(&self, spans: &[Span], own: Option<&SlotId>, now: Moment) -> Result<Vec<(CivilDate, u32)>> {
        let mut days: BTreeMap<i64, i64> = BTreeMap::new();
        for Span { service, from, until } in spans {
            let rows: Vec<(i64, i64)> = on_read!(self, |pool| {
                sqlx::query_as(
                "SELECT (starts + $5) / $6 AS day, COUNT(*) FROM slots WHERE service = $1 AND starts >= $2 AND starts < $3 \
                 AND closure IS NULL AND id <> $7 AND (taken < capacity OR id IN (SELECT slot FROM appointments \
                 WHERE state = 'held' AND until <= $4)) GROUP BY 1",
            )
            .bind(service)
            .bind(from.0)
            .bind(until.0)
            .bind(now.0)
            .bind(DAY_BEGINS_MS)
            .bind(DAY_MS)
            .bind(own.map(SlotId::as_str).unwrap_or_default())
            .fetch_all(pool)
            .await?
            });
            for (day, times) in rows {
                *days.entry(day).or_default() += times;
            }
        }
        let days = days.into_iter();
        Ok(days.map(|(day, times)| (CivilDate::from_days(day), u32::try_from(times).unwrap_or(u32::MAX))).collect())
    }

    /// The slot with this id.
    pub async fn slot(&self, slot: &SlotId) -> Result<Option<Slot>> {
        let row: Option<SlotRow> = on_read!(self, |pool| {
            sqlx::query_as(
            "SELECT id, service, clinic, room, expert, starts, minutes, capacity - taken AS free FROM slots WHERE id = $1",
        )
        .bind(slot.as_str())
        .fetch_optional(pool)
        .await?
        });
        row.map(SlotRow::read).transpose()
    }

    /// How many places of a slot are taken, and how many it has.
    pub async fn occupancy(&self, slot: &SlotId) -> Result<Option<(i64, i64)>> {
        Ok(on_read!(self, |pool| sqlx::query_as("SELECT taken, capacity FROM slots WHERE id = $1")
            .bind(slot.as_str())
            .fetch_optional(pool)
            .await?))
    }
}
