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
    /// The service's id.
    pub service: String,
    /// The id of the hospital that gives it.
    pub clinic: String,
    /// Where in it, like 门诊 CT 室.
    pub room: String,
    /// The visiting expert whose clinic it is; empty for a usual one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub expert: String,
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

/// The slots to show first: the earliest, then the earliest of other days, then what is left, `most` in all.
/// Somebody who cannot come on the first day sees another day at once.
pub fn suggest(days: &[SlotDay], most: usize) -> Vec<&Slot> {
    let firsts = days.iter().filter_map(|day| day.slots.first());
    let others = days.iter().flat_map(|day| day.slots.iter().skip(1));
    let mut chosen: Vec<&Slot> = firsts.chain(others).take(most).collect();
    chosen.sort_by_key(|slot| slot.starts);
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(id: &str, starts: i64) -> Slot {
        Slot {
            id: SlotId::parse(id).expect("an id"),
            starts: Moment(starts),
            minutes: 20,
            service: "ldct".to_owned(),
            clinic: "zhuzhou-2".to_owned(),
            room: "CT 室".to_owned(),
            expert: String::new(),
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

    #[test]
    fn suggestions_show_other_days_before_more_of_the_first() {
        let day = 24 * 3_600_000;
        let hour = 3_600_000;
        for (starts, expected) in [
            (vec![], vec![]),
            (vec![hour, 2 * hour], vec!["0", "1"]),
            (vec![hour, 2 * hour, day], vec!["0", "1", "2"]),
            (vec![hour, 2 * hour, 3 * hour, day, 2 * day, 3 * day], vec!["0", "3", "4"]),
        ] {
            let slots = starts.iter().enumerate().map(|(n, starts)| slot(&n.to_string(), *starts)).collect();
            let days = by_day(slots);
            let told: Vec<&str> = suggest(&days, 3).iter().map(|slot| slot.id.as_str()).collect();
            assert_eq!(told, expected);
        }
    }
}
