//! Nursing at home (互联网+护理): the states of a request, what can be done to it, the one function that leads from one
//! state to the next, and the moment from which nobody may have left it lying.

mod pages;

pub use pages::*;

use crate::appointments::words;
use crate::civil::{CivilDate, Moment};
use crate::holidays::{DayKind, Holidays};
use crate::problem::Code;
use crate::roles::{Deed, Party};
use serde::{Deserialize, Serialize};

/// Within how many working days a nurse calls after somebody asked, and goes on after she has said yes: by the end of
/// the next one. The page promises it; from then on the request is overdue.
pub const CALL_WITHIN_WORKING_DAYS: u32 = 1;
/// How long the link of a request works after the request has ended: 30 days.
pub const LINK_DAYS: i64 = 30;
/// The shortest time window of a visit, in minutes.
pub const SHORTEST_VISIT: u16 = 30;
/// The longest: half a day.
pub const LONGEST_VISIT: u16 = 5 * 60;

words! {
    /// The state of a request.
    #[cfg_attr(feature = "openapi", schema(as = CareState))]
    State {
        /// Somebody asked; a nurse calls.
        Asked = "asked",
        /// A nurse has said that it can be done at home; the day is still open.
        Suitable = "suitable",
        /// A nurse has said that it cannot.
        Unsuitable = "unsuitable",
        /// The day, the time and the nurse are known.
        Planned = "planned",
        /// The nurse came and nobody was there; it is planned anew or ended.
        Missed = "missed",
        /// The nurse was there and did it.
        Done = "done",
        /// It ended without: refused, or the hospital instead.
        NotDone = "not-done",
        /// Whoever asked took it back.
        Withdrawn = "withdrawn",
    }
}

words! {
    /// What can be done to a request.
    #[cfg_attr(feature = "openapi", schema(as = CareAction))]
    Action {
        /// Ask for a nurse.
        Ask = "ask",
        /// Say that it can be done at home.
        Accept = "accept",
        /// Say that it cannot.
        Decline = "decline",
        /// Set the day, the time and the nurse, or set them anew.
        Plan = "plan",
        /// Record that it was done.
        Finish = "finish",
        /// Record that nobody was there.
        Miss = "miss",
        /// End it without a visit.
        GiveUp = "give-up",
        /// Take it back.
        Withdraw = "withdraw",
    }
}

words! {
    /// What came of a visit.
    #[cfg_attr(feature = "openapi", schema(as = CareOutcome))]
    Outcome {
        /// It was done.
        Done = "done",
        /// Nobody was there.
        NobodyThere = "nobody-there",
        /// The patient or her family did not want it.
        Refused = "refused",
        /// She goes to the hospital instead.
        Hospital = "hospital",
    }
}

words! {
    /// For whom somebody asks.
    ForWhom {
        /// For herself.
        Oneself = "self",
        /// For a relative.
        Relative = "relative",
    }
}

impl State {
    /// Whether something is still to be done.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Asked | Self::Suitable | Self::Planned | Self::Missed)
    }

    /// The state as staff read it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Asked => "待评估",
            Self::Suitable => "可以上门，待排",
            Self::Unsuitable => "不适合上门",
            Self::Planned => "已排上门",
            Self::Missed => "没有人在家",
            Self::Done => "已完成",
            Self::NotDone => "没有上门",
            Self::Withdrawn => "本人取消",
        }
    }
}

impl Outcome {
    /// The outcome as staff read it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Done => "做好了",
            Self::NobodyThere => "没有人在家",
            Self::Refused => "本人或家人不要了",
            Self::Hospital => "改去医院",
        }
    }

    /// What it does to the request.
    pub fn action(self) -> Action {
        match self {
            Self::Done => Action::Finish,
            Self::NobodyThere => Action::Miss,
            Self::Refused | Self::Hospital => Action::GiveUp,
        }
    }
}

impl Action {
    /// The deed that the table of rights knows this action by.
    pub fn deed(self) -> Deed {
        match self {
            Self::Ask | Self::Withdraw => Deed::AskHomeCare,
            Self::Accept | Self::Decline | Self::Plan | Self::Finish | Self::Miss | Self::GiveUp => Deed::HomeCare,
        }
    }
}

/// The one transition function: the state after an action of a party; `from` is none before somebody asked.
/// What is refused says why: the right is missing, or the request is not there any more where the action begins.
pub fn after(from: Option<State>, action: Action, party: Party) -> Result<State, Code> {
    use State::{Asked, Done, Missed, NotDone, Planned, Suitable, Unsuitable, Withdrawn};
    if !action.deed().allowed_to(party) {
        return Err(Code::NotAllowed);
    }
    match (from, action) {
        (None, Action::Ask) => Ok(Asked),
        // A nurse who learns more may correct what she said, and what is to be made ready.
        (Some(Asked | Suitable | Unsuitable), Action::Accept) => Ok(Suitable),
        (Some(Asked | Suitable | Planned | Missed), Action::Decline) => Ok(Unsuitable),
        (Some(Suitable | Planned | Missed), Action::Plan) => Ok(Planned),
        // Somebody may have come home late, or the wrong line was tapped.
        (Some(Planned | Missed), Action::Finish) => Ok(Done),
        (Some(Planned), Action::Miss) => Ok(Missed),
        (Some(Asked | Suitable | Planned | Missed), Action::GiveUp) => Ok(NotDone),
        (Some(Asked | Suitable | Planned | Missed), Action::Withdraw) => Ok(Withdrawn),
        _ => Err(Code::Changed),
    }
}

/// The moment from which a request that came into this state at `changed` has been left lying; none once it has ended.
/// Every open request has one, so none can be lost.
pub fn due(state: State, changed: Moment, visit: Option<CivilDate>, holidays: &Holidays) -> Option<Moment> {
    match state {
        State::Asked | State::Suitable | State::Missed => {
            Some(Moment::at(call_until(changed.date(), holidays).plus_days(1), 0))
        }
        // A visit of which nobody says what came of it is a question from the end of its day.
        State::Planned => Some(Moment::at(visit.unwrap_or(changed.date()).plus_days(1), 0)),
        State::Unsuitable | State::Done | State::NotDone | State::Withdrawn => None,
    }
}

/// The last day on which a nurse calls whoever asked on a day.
pub fn call_until(asked: CivilDate, holidays: &Holidays) -> CivilDate {
    let mut day = asked;
    for _ in 0..CALL_WITHIN_WORKING_DAYS {
        day = day.plus_days(1);
        while matches!(holidays.kind(day), DayKind::Weekend | DayKind::Holiday) {
            day = day.plus_days(1);
        }
    }
    day
}

/// Reads a time of day like `09:30`; gives minutes after midnight.
pub fn minute_of(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once(':')?;
    let (hour, minute) = (hour.parse::<u16>().ok()?, minute.parse::<u16>().ok()?);
    (hour < 24 && minute < 60).then_some(hour * 60 + minute)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::holidays::Exception;
    use crate::roles::Role;
    use proptest::prelude::*;

    const NURSE: Party = Party::Staff(Role::Nurse);

    #[test]
    fn every_way_from_state_to_state_is_in_the_table() {
        use {Action as A, State as S};
        for (from, action, expected) in [
            (None, A::Ask, Ok(S::Asked)),
            (None, A::Plan, Err(Code::Changed)),
            (Some(S::Asked), A::Ask, Err(Code::Changed)),
            (Some(S::Asked), A::Accept, Ok(S::Suitable)),
            (Some(S::Asked), A::Decline, Ok(S::Unsuitable)),
            (Some(S::Asked), A::Plan, Err(Code::Changed)),
            (Some(S::Asked), A::Finish, Err(Code::Changed)),
            (Some(S::Asked), A::Withdraw, Ok(S::Withdrawn)),
            (Some(S::Suitable), A::Plan, Ok(S::Planned)),
            (Some(S::Suitable), A::Miss, Err(Code::Changed)),
            (Some(S::Suitable), A::GiveUp, Ok(S::NotDone)),
            (Some(S::Unsuitable), A::Accept, Ok(S::Suitable)),
            (Some(S::Unsuitable), A::Plan, Err(Code::Changed)),
            (Some(S::Planned), A::Plan, Ok(S::Planned)),
            (Some(S::Planned), A::Finish, Ok(S::Done)),
            (Some(S::Planned), A::Miss, Ok(S::Missed)),
            (Some(S::Planned), A::Decline, Ok(S::Unsuitable)),
            (Some(S::Missed), A::Plan, Ok(S::Planned)),
            (Some(S::Missed), A::Finish, Ok(S::Done)),
            (Some(S::Missed), A::Withdraw, Ok(S::Withdrawn)),
            (Some(S::Done), A::Miss, Err(Code::Changed)),
            (Some(S::NotDone), A::Plan, Err(Code::Changed)),
            (Some(S::Withdrawn), A::Accept, Err(Code::Changed)),
        ] {
            assert_eq!(after(from, action, NURSE), expected, "{from:?} {action:?}");
        }
    }

    #[test]
    fn the_person_asks_and_takes_back_and_nothing_else() {
        for action in Action::ALL {
            let hers = matches!(action, Action::Ask | Action::Withdraw);
            let refused = after(Some(State::Planned), *action, Party::Patient) == Err(Code::NotAllowed);
            assert_eq!(refused, !hers, "{action:?}");
        }
        for role in [Role::ScheduleManager, Role::Auditor, Role::Administrator] {
            assert_eq!(after(Some(State::Asked), Action::Accept, Party::Staff(role)), Err(Code::NotAllowed));
        }
    }

    fn day(text: &str) -> CivilDate {
        CivilDate::parse(text).expect("a day")
    }

    #[test]
    fn a_request_is_overdue_after_the_next_working_day() {
        let mut holidays = Holidays::default();
        let holiday = Exception::Holiday { name: "元旦".to_owned() };
        assert!(holidays.add(day("2027-01-01"), holiday).is_ok());
        for (asked, until) in [
            ("2026-11-23", "2026-11-24"),
            ("2026-11-27", "2026-11-30"),
            ("2026-11-28", "2026-11-30"),
            // The holiday is a Friday.
            ("2026-12-31", "2027-01-04"),
        ] {
            assert_eq!(call_until(day(asked), &holidays), day(until), "{asked}");
            let due = due(State::Asked, Moment::at(day(asked), 600), None, &holidays);
            assert_eq!(due, Some(Moment::at(day(until).plus_days(1), 0)), "{asked}");
        }
        let visit = Some(day("2026-12-01"));
        let due = due(State::Planned, Moment::at(day("2026-11-23"), 600), visit, &holidays);
        assert_eq!(due, Some(Moment::at(day("2026-12-02"), 0)));
    }

    #[test]
    fn times_of_day_are_read() {
        for (text, minute) in [("09:30", Some(570)), ("0:00", Some(0)), ("24:00", None), ("9", None), ("9:x", None)] {
            assert_eq!(minute_of(text), minute, "{text}");
        }
    }

    fn any_party() -> impl Strategy<Value = Party> {
        prop_oneof![
            Just(Party::Patient),
            Just(Party::Clock),
            prop::sample::select(&Role::ALL[..]).prop_map(Party::Staff)
        ]
    }

    proptest! {
        #[test]
        fn whatever_happens_an_open_request_falls_due_and_an_ended_one_stays_ended(
            steps in prop::collection::vec((prop::sample::select(Action::ALL), any_party()), 0..40)
        ) {
            let holidays = Holidays::default();
            let now = Moment::at(day("2026-11-23"), 480);
            let mut state: Option<State> = None;
            for (action, party) in steps {
                let next = after(state, action, party);
                if let Ok(to) = next {
                    prop_assert!(action.deed().allowed_to(party), "{party:?} {action:?}");
                    // Only a nurse who said no may take it up again.
                    let closed = state.filter(|from| !from.is_open() && *from != State::Unsuitable);
                    prop_assert!(closed.is_none(), "{closed:?} {action:?} {to:?}");
                    prop_assert!(to != State::Planned || state != Some(State::Asked), "planned without an assessment");
                    prop_assert_eq!(due(to, now, Some(now.date()), &holidays).is_some(), to.is_open());
                }
                state = next.map_or(state, Some);
            }
        }
    }
}
