//! Appointments: their states, what can be done to them, and the one function that leads from one state to the next.

use crate::civil::Moment;
use crate::ids::SlotId;
use crate::problem::Code;
use crate::roles::{Deed, Party};
use serde::{Deserialize, Serialize};

/// How long a place is held while the patient confirms: 5 minutes.
pub const HOLD_MS: i64 = 5 * 60_000;

macro_rules! words {
    // A `tt`, not a `literal`: the derive of the API's schema does not see into the latter.
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:tt,)* }) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
            Self::Arrive | Self::Attend | Self::Miss => Deed::Record,
        }
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
        (Some(State::Booked), Action::Hold | Action::Book) => Err(Code::AlreadyBooked),
        (Some(State::Released) | None, Action::Confirm) => Err(Code::HoldLapsed),
        _ => Err(Code::NotBooked),
    }
}

words! {
    /// What a write on an appointment did.
    Done {
        /// A place is kept for five minutes.
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
