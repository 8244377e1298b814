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

/// Where some days with free times stand among all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DayTurn {
    /// How many days have a free time.
    pub days: u32,
    /// How many free times they have together.
    pub times: u32,
    /// The day from which the days before these are shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<CivilDate>,
    /// The day from which the days after these are shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<CivilDate>,
}

/// Most days with free times on one page.
const MOST_DAYS: usize = 7;
/// Times after which a page takes no further day.
const MANY_TIMES: u32 = 60;

/// Chooses the days of one page from all that have free times, each with how many: those from `from` on, or without it
/// those from `first` on. A day is never cut, and a page begins at `first`. Gives the first and last day of the page; none
/// where no day has a free time.
pub fn turn(
    days: &[(CivilDate, u32)],
    first: CivilDate,
    from: Option<CivilDate>,
) -> (Option<(CivilDate, CivilDate)>, DayTurn) {
    // Pages always break at the same days, so that turning back leads where one came from.
    let (before, after) = days.split_at(days.partition_point(|(day, _)| *day < first));
    let pages: Vec<&[(CivilDate, u32)]> = pages(before).chain(pages(after)).collect();
    let wanted = from.unwrap_or(first);
    let reaches = |page: &&[(CivilDate, u32)]| page.last().is_some_and(|(day, _)| *day >= wanted);
    let at = pages.iter().position(reaches).unwrap_or(pages.len().saturating_sub(1));
    let first_of = |page: Option<&&[(CivilDate, u32)]>| page.and_then(|page| page.first()).map(|(day, _)| *day);
    let shown = pages.get(at).and_then(|page| Some((page.first()?.0, page.last()?.0)));
    let turn = DayTurn {
        days: u32::try_from(days.len()).unwrap_or(u32::MAX),
        times: days.iter().map(|(_, free)| free).sum(),
        before: at.checked_sub(1).and_then(|before| first_of(pages.get(before))),
        after: first_of(pages.get(at + 1)),
    };
    (shown, turn)
}

/// Days in pages: each ends after seven days, or after the day with which it has sixty times.
fn pages(days: &[(CivilDate, u32)]) -> impl Iterator<Item = &[(CivilDate, u32)]> {
    let mut times = 0;
    let mut count = 0;
    days.chunk_by(move |(_, free), _| {
        times += free;
        count += 1;
        let goes_on = count < MOST_DAYS && times < MANY_TIMES;
        if !goes_on {
            (times, count) = (0, 0);
        }
        goes_on
    })
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
    fn turning_pages_reaches_every_day_once_and_back_again() {
        let start = CivilDate::parse("2026-12-01").expect("a day");
        for counts in [vec![], vec![3], vec![1; 40], vec![48; 30], vec![100, 1, 1, 70, 2, 2, 2, 2, 2, 2, 2, 2]] {
            let days: Vec<(CivilDate, u32)> =
                counts.iter().enumerate().map(|(n, free)| (start.plus_days(2 * n as i64), *free)).collect();
            let mut seen = Vec::new();
            let (mut page, mut told) = turn(&days, start, None);
            let mut back = Vec::new();
            while let Some((first, last)) = page {
                let these = days.iter().map(|(day, _)| *day).filter(|day| (first..=last).contains(day));
                let before = seen.len();
                seen.extend(these);
                assert!((1..=MOST_DAYS).contains(&(seen.len() - before)));
                assert_eq!((told.days as usize, told.times), (days.len(), counts.iter().sum()));
                assert_eq!(told.before, back.last().copied(), "the way back is the way one came");
                back.push(first);
                let Some(after) = told.after else { break };
                (page, told) = turn(&days, start, Some(after));
            }
            assert_eq!(seen, days.iter().map(|(day, _)| *day).collect::<Vec<_>>());
        }
        let days: Vec<(CivilDate, u32)> = (0..30).map(|n| (start.plus_days(n), 9)).collect();
        let window = start.plus_days(10);
        let (shown, told) = turn(&days, window, None);
        assert_eq!(shown.map(|(first, _)| first), Some(window), "a page begins at the window");
        assert!(told.before.is_some_and(|before| before < window), "what lies before it is reached by turning back");
        let days: Vec<(CivilDate, u32)> = (0..20).map(|n| (start.plus_days(n), 1)).collect();
        let shown = turn(&days, start, Some(start.plus_days(9))).0.expect("a page");
        assert!(shown.0 <= start.plus_days(9) && start.plus_days(9) <= shown.1, "a day leads to its page");
        assert_eq!(turn(&days, start, Some(start.plus_days(90))).0, turn(&days, start, Some(start.plus_days(19))).0);
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
