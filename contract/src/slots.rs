//! Slots: places at a time that can be booked, grouped by day, the first free one first.

use crate::civil::{CivilDate, Moment};
use crate::ids::SlotId;
use serde::{Deserialize, Serialize};

/// A time that can be booked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Slot {
    /// Its id.
    pub id: SlotId,
    /// When it begins.
    pub starts: Moment,
    /// How long it takes, minutes.
    pub minutes: u16,
    /// Where, like 门诊 CT 室.
    pub room: String,
    /// How many places are still free.
    pub free: u16,
}

/// The slots of one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SlotDay {
    /// The day.
    pub date: CivilDate,
    /// Its slots, earliest first; never empty.
    pub slots: Vec<Slot>,
}

/// Groups slots by day: days in order, slots of a day in order.
pub fn by_day(mut slots: Vec<Slot>) -> Vec<SlotDay> {
    slots.sort_by(|a, b| (a.starts, &a.id).cmp(&(b.starts, &b.id)));
    let mut days: Vec<SlotDay> = Vec::new();
    for slot in slots {
        let date = slot.starts.date();
        match days.last_mut() {
            Some(day) if day.date == date => day.slots.push(slot),
            _ => days.push(SlotDay { date, slots: vec![slot] }),
        }
    }
    days
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(id: &str, starts: i64) -> Slot {
        Slot {
            id: SlotId::parse(id).expect("an id"),
            starts: Moment(starts),
            minutes: 20,
            room: "CT 室".to_owned(),
            free: 1,
        }
    }

    #[test]
    fn the_first_free_slot_comes_first_and_days_do_not_mix() {
        let hour = 3_600_000;
        // 15:30 UTC is 23:30 in Beijing; an hour later it is the next day there.
        let days = by_day(vec![slot("c", 40 * hour), slot("b", 16 * hour + hour / 2), slot("a", 15 * hour + hour / 2)]);
        let told: Vec<(String, Vec<&str>)> = days
            .iter()
            .map(|day| (day.date.to_string(), day.slots.iter().map(|slot| slot.id.as_str()).collect()))
            .collect();
        assert_eq!(
            told,
            [
                ("1970-01-01".to_owned(), vec!["a"]),
                ("1970-01-02".to_owned(), vec!["b"]),
                ("1970-01-03".to_owned(), vec!["c"]),
            ]
        );
    }
}
