//! The times that the people of the demonstration may have: stored slots, each given away as often as it has places. Which
//! time somebody gets depends on the day and the hour alone.

use zaoshai_contract::civil::{CivilDate, Moment};
use zaoshai_contract::ids::SlotId;
use zaoshai_contract::slots::Slot;

/// The stored times around today.
pub(super) struct Board {
    /// The moment around which everything is made.
    pub now: Moment,
    slots: Vec<Slot>,
}

impl Board {
    /// A board of the slots that were made, with their free places, in any order.
    pub fn new(now: Moment, mut slots: Vec<Slot>) -> Self {
        slots.sort_by(|one, other| (one.starts, &one.id).cmp(&(other.starts, &other.id)));
        Self { now, slots }
    }

    /// Today.
    pub fn today(&self) -> CivilDate {
        self.now.date()
    }

    /// The last time of today that has begun, or where the day has just begun of a day before.
    pub fn begun(&mut self, service: &str) -> Option<(SlotId, Moment)> {
        let now = self.now;
        let place = self.slots.iter().rposition(|slot| slot.service == service && slot.free > 0 && slot.starts <= now);
        self.take(place?)
    }

    /// The next time of today, or where the day is over of a day after.
    pub fn next(&mut self, service: &str) -> Option<(SlotId, Moment)> {
        let now = self.now;
        let place = self.slots.iter().position(|slot| slot.service == service && slot.free > 0 && slot.starts > now);
        self.take(place?)
    }

    /// The first time on a day that is so many days from today, or after it.
    pub fn from(&mut self, service: &str, days: i64) -> Option<(SlotId, Moment)> {
        let first = Moment::at(self.today().plus_days(days), 0);
        let place = self.slots.iter().position(|slot| slot.service == service && slot.free > 0 && slot.starts >= first);
        self.take(place?)
    }

    /// The first time on a day that was so many days ago, or before it.
    pub fn ago(&mut self, service: &str, days: i64) -> Option<(SlotId, Moment)> {
        let last = Moment::at(self.today().plus_days(1 - days), 0);
        let place = self.slots.iter().rposition(|slot| slot.service == service && slot.free > 0 && slot.starts < last);
        self.take(place?)
    }

    fn take(&mut self, place: usize) -> Option<(SlotId, Moment)> {
        let slot = self.slots.get_mut(place)?;
        slot.free -= 1;
        Some((slot.id.clone(), slot.starts))
    }
}
