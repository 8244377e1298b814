//! Slots in the database: making them, and finding the free ones.

use super::{Db, Result, on_read, on_write};
use zaoshai_contract::civil::Moment;
use zaoshai_contract::ids::SlotId;
use zaoshai_contract::slots::Slot;

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

    /// Free slots of these services from `from` until `until`, earliest first, at most `most`. A place whose hold is
    /// over at `now` counts as free.
    pub async fn free_slots(
        &self,
        services: &[String],
        (from, until): (Moment, Moment),
        most: u32,
        now: Moment,
    ) -> Result<Vec<Slot>> {
        let mut slots = Vec::new();
        for service in services {
            // Full slots are only counted anew where a hold is over, and those are few: they are found by their holds.
            let rows: Vec<SlotRow> = on_read!(self, |pool| {
                sqlx::query_as(
                "SELECT id, service, clinic, room, expert, starts, minutes, capacity - taken + \
                 (SELECT COUNT(*) FROM appointments WHERE slot = slots.id AND state = 'held' AND until <= $5) AS free \
                 FROM slots WHERE service = $1 AND starts > $2 AND starts < $3 AND closure IS NULL AND taken < capacity \
                 UNION ALL SELECT id, service, clinic, room, expert, starts, minutes, capacity - taken + \
                 (SELECT COUNT(*) FROM appointments WHERE slot = slots.id AND state = 'held' AND until <= $5) AS free \
                 FROM slots WHERE id IN (SELECT slot FROM appointments WHERE state = 'held' AND until <= $5) \
                 AND (service = $1) IS TRUE AND starts > $2 AND starts < $3 AND closure IS NULL AND taken >= capacity \
                 ORDER BY starts LIMIT $4",
            )
            .bind(service)
            .bind(from.0)
            .bind(until.0)
            .bind(i64::from(most))
            .bind(now.0)
            .fetch_all(pool)
            .await?
            });
            for row in rows {
                slots.push(row.read()?);
            }
        }
        slots.sort_by_key(|slot| slot.starts);
        slots.truncate(most as usize);
        Ok(slots)
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
