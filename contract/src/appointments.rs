//! Appointments: their states, what can be done to them, and the one function that leads from one state to the next.

use crate::civil::Moment;
use crate::ids::SlotId;
use crate::problem::Code;
use crate::roles::{Deed, Party};
use serde::{Deserialize, Serialize};

/// How long a place is held while the patient confirms: a quarter of an hour.
pub const HOLD_MS: i64 = 15 * 60_000;
/// How long an offer lasts at least: 2 hours.
pub const OFFER_MS: i64 = 2 * 3_600_000;
/// The minutes of the day between which an offer may end: 9:00 and 21:00. Outside of them people sleep.
pub const AWAKE: core::ops::Range<u16> = 9 * 60..21 * 60;

/// Until when a place that is offered now is kept: two hours, and where these would end at night until two hours into the
/// next morning.
pub fn offer_until(now: Moment) -> Moment {
    let until = Moment(now.0 + OFFER_MS);
    let morning = AWAKE.start + 120;
    match until.minute_of_day() {
        minute if minute >= AWAKE.end => Moment::at(until.date().plus_days(1), morning),
        minute if minute < morning => Moment::at(until.date(), morning),
        _ => until,
    }
}

macro_rules! words {
    // A `tt`, not a `literal`: the derive of the API's schema does not see into the latter.
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:tt,)* }) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        $(#[$doc])*
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word in the database, in forms and in JSON.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            /// Reads the word.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.as_str() == text)
            }
        }
    };
}

pub(crate) use words;

words! {
    /// The state of an appointment.
    State {
        /// The place is kept while somebody confirms, or offered until a time; nobody else gets it.
        Held = "held",
        /// The patient is expected.
        Booked = "booked",
        /// She is there.
        Arrived = "arrived",
        /// She was seen.
        Attended = "attended",
        /// She did not come.
        Missed = "missed",
        /// She cancelled.
        CancelledByPatient = "cancelled-by-patient",
        /// The hospital cancelled.
        CancelledByClinic = "cancelled-by-clinic",
        /// Another appointment took its place.
        Moved = "moved",
        /// A hold or an offer that was not confirmed.
        Released = "released",
    }
}

words! {
    /// What can be done to an appointment.
    Action {
        /// Keep a place.
        Hold = "hold",
        /// Make the kept place certain; an earlier appointment gives its place back.
        Confirm = "confirm",
        /// Take a place at once: hold and confirm in one.
        Book = "book",
        /// Let a kept place go.
        Release = "release",
        /// The kept place's time is over.
        Expire = "expire",
        /// Another appointment takes its place.
        Replace = "replace",
        /// Cancel, for the patient.
        Cancel = "cancel",
        /// Cancel, for the clinic.
        CancelForClinic = "cancel-for-clinic",
        /// She has arrived.
        Arrive = "arrive",
        /// She was seen.
        Attend = "attend",
        /// She did not come.
        Miss = "miss",
        /// What was recorded was a mistake of the desk: the appointment stands as it was booked.
        Unrecord = "unrecord",
    }
}

impl State {
    /// Whether it occupies a place of its slot.
    pub fn occupies(self) -> bool {
        matches!(self, Self::Held | Self::Booked | Self::Arrived | Self::Attended | Self::Missed)
    }

    /// Whether the patient is still expected or there.
    pub fn is_firm(self) -> bool {
        matches!(self, Self::Booked | Self::Arrived)
    }

    /// The state as staff read it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Held => "占位中",
            Self::Booked => "已约",
            Self::Arrived => "已到",
            Self::Attended => "已就诊",
            Self::Missed => "未到",
            Self::CancelledByPatient => "病人取消",
            Self::CancelledByClinic => "医院取消",
            Self::Moved => "已改期",
            Self::Released => "未确认",
        }
    }
}

impl Action {
    /// The deed that the table of rights knows this action by.
    pub fn deed(self) -> Deed {
        match self {
            Self::Hold | Self::Confirm | Self::Book | Self::Release | Self::Replace => Deed::Book,
            Self::Expire => Deed::Expire,
            Self::Cancel => Deed::Cancel,
            Self::CancelForClinic => Deed::CancelForClinic,
            Self::Arrive | Self::Attend | Self::Miss | Self::Unrecord => Deed::Record,
        }
    }
}

/// Whether an action fits the time: nobody cancels or misses out of turn, and early arrival is of the same day.
///
/// # Errors
/// The time has passed, or has not come.
pub fn timely(action: Action, starts: Moment, now: Moment) -> Result<(), Code> {
    match action {
        Action::Cancel if starts <= now => Err(Code::SlotPast),
        Action::Miss if starts > now => Err(Code::TooEarly),
        Action::Arrive | Action::Attend if starts.date() > now.date() => Err(Code::TooEarly),
        _ => Ok(()),
    }
}

/// The one transition function: the state after an action of a party; `from` is none before there is an appointment.
/// What is refused says why: the right is missing, or the state does not lead there.
pub fn after(from: Option<State>, action: Action, party: Party) -> Result<State, Code> {
    if !action.deed().allowed_to(party) {
        return Err(Code::NotAllowed);
    }
    match (from, action) {
        (None, Action::Hold) => Ok(State::Held),
        (None | Some(State::Held), Action::Book) | (Some(State::Held), Action::Confirm) => Ok(State::Booked),
        (Some(State::Held), Action::Release | Action::Expire) => Ok(State::Released),
        (Some(State::Booked), Action::Replace) => Ok(State::Moved),
        (Some(State::Booked), Action::Cancel) => Ok(State::CancelledByPatient),
        (Some(State::Held | State::Booked), Action::CancelForClinic) => Ok(State::CancelledByClinic),
        // A patient who was thought to be missing may still come, and a mistake of the desk can be mended.
        (Some(State::Booked | State::Missed), Action::Arrive) => Ok(State::Arrived),
        (Some(State::Booked | State::Arrived | State::Missed), Action::Attend) => Ok(State::Attended),
        (Some(State::Booked | State::Arrived), Action::Miss) => Ok(State::Missed),
        (Some(State::Arrived | State::Attended | State::Missed), Action::Unrecord) => Ok(State::Booked),
        (Some(State::Booked), Action::Hold | Action::Book) => Err(Code::AlreadyBooked),
        (Some(State::Released) | None, Action::Confirm) => Err(Code::HoldLapsed),
        _ => Err(Code::NotBooked),
    }
}

words! {
    /// What a write on an appointment did.
    Done {
        /// A place is kept for a quarter of an hour.
        Held = "held",
        /// A place was taken.
        Booked = "booked",
        /// The appointment was moved.
        Moved = "moved",
        /// The appointment was cancelled.
        Cancelled = "cancelled",
        /// The kept place was let go.
        Released = "released",
        /// Arrival, attendance or absence was recorded.
        Recorded = "recorded",
    }
}

/// The answer to a write on an appointment. A repeat with the same key gets the same answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Receipt {
    /// What was done.
    pub done: Done,
    /// The appointment's state after it.
    pub state: State,
    /// The slot, after holding, booking and moving.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<SlotId>,
    /// Until when a place is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
    /// When it was done.
    pub at: Moment,
}

/// Taking a slot, or moving to one.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SlotRequest {
    /// The slot's id.
    pub slot: String,
    /// The ids of the prerequisites that the patient says she meets.
    #[serde(default)]
    pub agreed: Vec<String>,
}

/// Making a kept place certain.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConfirmRequest {
    /// The id of the slot that was seen; empty for whichever is kept.
    #[serde(default)]
    pub slot: String,
    /// The ids of the prerequisites that the patient says she meets.
    #[serde(default)]
    pub agreed: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roles::Role;
    use proptest::prelude::*;

    const NURSE: Party = Party::Staff(Role::Nurse);

    #[test]
    fn every_way_from_state_to_state_is_in_the_table() {
        use {Action as A, State as S};
        for (from, action, expected) in [
            (None, A::Hold, Ok(S::Held)),
            (None, A::Book, Ok(S::Booked)),
            (None, A::Confirm, Err(Code::HoldLapsed)),
            (None, A::Cancel, Err(Code::NotBooked)),
            (Some(S::Held), A::Confirm, Ok(S::Booked)),
            (Some(S::Held), A::Release, Ok(S::Released)),
            (Some(S::Held), A::Expire, Ok(S::Released)),
            (Some(S::Held), A::Cancel, Err(Code::NotBooked)),
            (Some(S::Booked), A::Replace, Ok(S::Moved)),
            (Some(S::Booked), A::Book, Err(Code::AlreadyBooked)),
            (Some(S::Booked), A::Cancel, Ok(S::CancelledByPatient)),
            (Some(S::Booked), A::CancelForClinic, Ok(S::CancelledByClinic)),
            (Some(S::Booked), A::Arrive, Ok(S::Arrived)),
            (Some(S::Booked), A::Miss, Ok(S::Missed)),
            (Some(S::Arrived), A::Attend, Ok(S::Attended)),
            (Some(S::Arrived), A::Cancel, Err(Code::NotBooked)),
            (Some(S::Missed), A::Arrive, Ok(S::Arrived)),
            (Some(S::Missed), A::Attend, Ok(S::Attended)),
            (Some(S::Attended), A::Miss, Err(Code::NotBooked)),
            (Some(S::Arrived), A::Unrecord, Ok(S::Booked)),
            (Some(S::Attended), A::Unrecord, Ok(S::Booked)),
            (Some(S::Missed), A::Unrecord, Ok(S::Booked)),
            (Some(S::Booked), A::Unrecord, Err(Code::NotBooked)),
            (Some(S::CancelledByPatient), A::Unrecord, Err(Code::NotBooked)),
            (Some(S::Moved), A::Confirm, Err(Code::NotBooked)),
            (Some(S::Released), A::Confirm, Err(Code::HoldLapsed)),
        ] {
            assert_eq!(after(from, action, NURSE), expected, "{from:?} {action:?}");
        }
    }

    #[test]
    fn only_those_with_the_right_lead_on() {
        for (action, party) in [
            (Action::Arrive, Party::Patient),
            (Action::Miss, Party::Clock),
            (Action::CancelForClinic, Party::Patient),
            (Action::Cancel, Party::Staff(Role::Auditor)),
            (Action::Book, Party::Staff(Role::ScheduleManager)),
        ] {
            assert_eq!(after(Some(State::Booked), action, party), Err(Code::NotAllowed), "{action:?} {party:?}");
        }
    }

    #[test]
    fn no_offer_ends_at_night_and_each_leaves_two_hours_by_day() {
        let day = crate::civil::CivilDate::new(2026, 11, 23).expect("a day");
        for (offered, until) in [
            ((0, 9 * 60), (0, 11 * 60)),
            ((0, 10 * 60 + 1), (0, 12 * 60 + 1)),
            ((0, 18 * 60 + 59), (0, 20 * 60 + 59)),
            ((0, 19 * 60), (1, 11 * 60)),
            ((0, 23 * 60), (1, 11 * 60)),
            ((1, 1), (1, 11 * 60)),
            ((1, 7 * 60 + 30), (1, 11 * 60)),
        ] {
            let at = |(days, minute): (i64, u16)| Moment::at(day.plus_days(days), minute);
            assert_eq!(offer_until(at(offered)), at(until), "{offered:?}");
        }
        for minute in 0..1440 {
            let (offered, until) = (Moment::at(day, minute), offer_until(Moment::at(day, minute)));
            assert!(AWAKE.contains(&until.minute_of_day()) && until.0 - offered.0 >= OFFER_MS, "{minute}");
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
        fn an_ended_appointment_never_takes_a_place_again(
            steps in prop::collection::vec((prop::sample::select(Action::ALL), any_party()), 0..40)
        ) {
            let mut state = None;
            for (action, party) in steps {
                let next = after(state, action, party);
                if let (Some(from), Ok(to)) = (state, next) {
                    prop_assert!(from.occupies() || !to.occupies(), "{from:?} {action:?} {to:?}");
                }
                state = next.map_or(state, Some);
            }
        }
    }
}
