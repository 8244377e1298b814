//! The nurse's desk: its lists of work, of which one is open, and the person beside it.

use super::{DayEntry, FollowUpDetail, FollowUpRow, ManyTries, OpenQuestion, Staff, Turn, Whole};
use crate::civil::Moment;
use crate::home_care::CareToday;
use crate::referrals::{Referral, SharedFollowUp};
use serde::{Deserialize, Serialize};

/// A list of the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeskTab {
    /// Who comes today.
    Today,
    /// One of the whole lists.
    Whole(Whole),
    /// What patients asked and nobody has answered.
    Questions,
    /// The referrals that wait for an answer.
    Referrals,
}

impl DeskTab {
    /// All of them, in the order in which they are shown: first those that somebody must do something about.
    pub const ALL: [Self; 9] = [
        Self::Today,
        Self::Whole(Whole::Overdue),
        Self::Whole(Whole::Calls),
        Self::Questions,
        Self::Referrals,
        Self::Whole(Whole::Waiting),
        Self::Whole(Whole::Booked),
        Self::Whole(Whole::Locked),
        Self::Whole(Whole::Ended),
    ];

    /// Its address.
    pub fn path(self) -> &'static str {
        match self {
            Self::Today => "/staff",
            Self::Questions => "/staff/questions",
            Self::Referrals => "/staff/referrals",
            Self::Whole(Whole::Overdue) => "/staff/lists/overdue",
            Self::Whole(Whole::Waiting) => "/staff/lists/waiting",
            Self::Whole(Whole::Booked) => "/staff/lists/booked",
            Self::Whole(Whole::Calls) => "/staff/lists/calls",
            Self::Whole(Whole::Locked) => "/staff/lists/locked",
            Self::Whole(Whole::Ended) => "/staff/lists/ended",
        }
    }

    /// The list with an address.
    pub fn at(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tab| tab.path() == path)
    }

    /// As staff read it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Today => "今天来",
            Self::Whole(Whole::Calls) => "要回电话",
            Self::Whole(which) => which.title(),
            Self::Questions => "提问",
            Self::Referrals => "转诊",
        }
    }
}

/// How many stand in the lists that somebody must do something about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeskCounts {
    /// Who comes today.
    pub day: i64,
    /// Who must be looked after now.
    pub overdue: i64,
    /// Who was promised a call.
    pub calls: i64,
    /// Questions without an answer.
    pub questions: i64,
    /// Referrals that wait.
    pub referrals: i64,
    /// Requests for nursing at home that somebody must look at; 0 for who does not see them.
    pub care: i64,
}

impl DeskCounts {
    /// Of a list; none of one that is only counted while it is open.
    pub fn of(&self, tab: DeskTab) -> Option<i64> {
        match tab {
            DeskTab::Today => Some(self.day),
            DeskTab::Whole(Whole::Overdue) => Some(self.overdue),
            DeskTab::Whole(Whole::Calls) => Some(self.calls),
            DeskTab::Questions => Some(self.questions),
            DeskTab::Referrals => Some(self.referrals),
            DeskTab::Whole(Whole::Waiting | Whole::Booked | Whole::Locked | Whole::Ended) => None,
        }
    }
}

/// What the open list shows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum DeskRows {
    /// The day's appointments, by time, with what waits in nursing at home for whoever works there.
    Day(Vec<DayEntry>, Option<Box<CareToday>>),
    /// A page of follow-ups.
    FollowUps(Vec<FollowUpRow>, Turn),
    /// A page of questions, oldest first.
    Questions(Vec<OpenQuestion>, Turn),
    /// The referrals, the longest waiting first.
    Referrals(Vec<Referral>),
}

/// The person who stands open beside the list.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Opened {
    /// A follow-up that the hospital is in charge of.
    Own {
        /// The follow-up.
        detail: Box<FollowUpDetail>,
        /// The link's QR code: an SVG path's `d` in module units.
        qr_path: String,
        /// Its side in modules, without quiet zone.
        qr_side: u16,
    },
    /// One that another hospital is in charge of.
    Shared(Box<SharedFollowUp>),
}

impl Opened {
    /// The follow-up's id.
    pub fn followup(&self) -> &str {
        match self {
            Self::Own { detail, .. } => &detail.row.id,
            Self::Shared(shared) => &shared.id,
        }
    }
}

/// The desk.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Desk {
    /// Who is signed in.
    pub staff: Staff,
    /// Now.
    pub now: Moment,
    /// Which list is open.
    pub tab: DeskTab,
    /// The place in it after which this page begins, as the address names it; empty at its beginning.
    pub after: String,
    /// How many stand in the lists.
    pub counts: DeskCounts,
    /// What the open one shows.
    pub rows: DeskRows,
    /// Tries at many links, of which somebody must know.
    pub many_tries: Option<ManyTries>,
    /// Who stands open beside it.
    pub opened: Option<Opened>,
}

impl Desk {
    /// Whether this person stands open beside the list.
    pub fn shows(&self, followup: &str) -> bool {
        self.opened.as_ref().is_some_and(|opened| opened.followup() == followup)
    }

    /// The address of the page itself, to come back to.
    pub fn here(&self) -> String {
        let after = if self.after.is_empty() { String::new() } else { ["?after=", &self.after].concat() };
        [self.tab.path(), &after].concat()
    }

    /// The address of the page with a person open beside the list.
    pub fn open(&self, followup: &str) -> String {
        let after = if self.after.is_empty() { String::new() } else { ["&after=", &self.after].concat() };
        [self.tab.path(), "?open=", followup, &after].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_is_found_by_its_address_and_no_whole_list_is_left_out() {
        for tab in DeskTab::ALL {
            assert_eq!(DeskTab::at(tab.path()), Some(tab));
        }
        for which in Whole::ALL {
            assert_eq!(DeskTab::Whole(*which).path(), ["/staff/lists/", which.as_str()].concat());
            assert!(DeskTab::ALL.contains(&DeskTab::Whole(*which)));
        }
        assert_eq!(DeskTab::at("/staff/"), None);
    }
}
