//! Follow-up: what a patient is asked to come back for, the appointment she picks, and the one state machine.

use crate::civil::{CivilDate, Moment};
use crate::ids::{IdempotencyKey, SlotId, Token};
use crate::problem::{Code, Problem};
use crate::slots::{Slot, SlotDay};
use serde::{Deserialize, Serialize};

/// Wrong tries at the last four digits before the link locks.
pub const TRIES: u8 = 5;

/// The state of a follow-up. Expiry of the link is a matter of time and stands outside of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// The patient has been asked and has no appointment yet.
    Waiting,
    /// She has an appointment.
    Booked,
    /// She had one and cancelled it; she may book again.
    Cancelled,
    /// The hospital withdrew the follow-up. Nothing leads out of here.
    Withdrawn,
}

/// What can be done to a follow-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Take a slot.
    Book,
    /// Take another slot and give the first one back.
    Move,
    /// Give the slot back.
    Cancel,
    /// End the follow-up; a slot is given back.
    Withdraw,
}

/// Who does it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Actor {
    /// The patient, or somebody for her, through the link.
    Patient,
    /// A nurse, signed in.
    Nurse,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Booked, Self::Cancelled, Self::Withdrawn];

    /// The word in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Booked => "booked",
            Self::Cancelled => "cancelled",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// The one transition function: the state after an action, or why it is refused.
    pub fn after(self, action: Action, actor: Actor) -> Result<Self, Code> {
        match (self, action, actor) {
            (Self::Withdrawn, ..) => Err(Code::LinkWithdrawn),
            (Self::Waiting | Self::Cancelled, Action::Book, _) => Ok(Self::Booked),
            (Self::Booked, Action::Book, _) => Err(Code::AlreadyBooked),
            (Self::Booked, Action::Move, _) => Ok(Self::Booked),
            (Self::Booked, Action::Cancel, _) => Ok(Self::Cancelled),
            (Self::Waiting | Self::Cancelled, Action::Move | Action::Cancel, _) => Err(Code::NotBooked),
            (Self::Waiting | Self::Booked | Self::Cancelled, Action::Withdraw, Actor::Nurse) => Ok(Self::Withdrawn),
            (Self::Waiting | Self::Booked | Self::Cancelled, Action::Withdraw, Actor::Patient) => {
                Err(Code::SignInFirst)
            }
        }
    }
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 4] = [Self::Book, Self::Move, Self::Cancel, Self::Withdraw];

    /// The word in the history.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Book => "book",
            Self::Move => "move",
            Self::Cancel => "cancel",
            Self::Withdraw => "withdraw",
        }
    }
}

/// The patient's appointment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Appointment {
    /// The slot; `free` is not counted here and is 0.
    pub slot: Slot,
    /// True once its time has come.
    pub past: bool,
}

/// What the last write did, told once after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Done {
    /// A slot was taken.
    Booked,
    /// The appointment was moved.
    Moved,
    /// The appointment was cancelled.
    Cancelled,
}

impl Done {
    /// The word in the redirect's query.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Booked => "booked",
            Self::Moved => "moved",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Booked, Self::Moved, Self::Cancelled].into_iter().find(|done| done.as_str() == text)
    }
}

/// The plan, after the identity check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Plan {
    /// The name the nurse gave, like 李女士.
    pub name: String,
    /// Why she is asked to come, in the nurse's words.
    pub reason: String,
    /// The services she may book, in words.
    pub services: Vec<String>,
    /// The first day of the window.
    pub due_from: CivilDate,
    /// The last day of the window.
    pub due_to: CivilDate,
    /// When the nurse made the follow-up.
    pub asked: CivilDate,
    /// The state.
    pub state: State,
    /// The appointment, while there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appointment: Option<Appointment>,
    /// Free slots to choose from, when a choice is shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<SlotDay>,
    /// The key that the page's next write carries; a fresh one for each page.
    pub key: IdempotencyKey,
    /// What the last write did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done: Option<Done>,
    /// Why the last write was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
}

/// How much of a follow-up its page may show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Nothing about the patient: the last four digits come first. Holds why the last try failed.
    Identify {
        /// Why the last try failed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        problem: Option<Problem>,
    },
    /// The plan.
    Plan(Box<Plan>),
    /// The link leads nowhere any more; why, and whom to call.
    Ended(Problem),
}

/// The page of a follow-up link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FollowUp {
    /// The link's token.
    pub token: Token,
    /// What it may show.
    pub stage: Stage,
}

/// The identity check.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IdentifyRequest {
    /// The last four digits of the phone number the hospital has.
    pub ending: String,
}

/// Taking a slot, or moving to one.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SlotRequest {
    /// The slot's id.
    pub slot: String,
}

/// The answer to a write on the appointment. A repeat with the same key gets the same answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Receipt {
    /// What was done.
    pub done: Done,
    /// The state after it.
    pub state: State,
    /// The slot, after booking and moving.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<SlotId>,
    /// When it was done.
    pub at: Moment,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_state_and_action_has_one_answer() {
        use {Action as A, Actor as W, State as S};
        for (state, action, actor, expected) in [
            (S::Waiting, A::Book, W::Patient, Ok(S::Booked)),
            (S::Cancelled, A::Book, W::Patient, Ok(S::Booked)),
            (S::Booked, A::Book, W::Patient, Err(Code::AlreadyBooked)),
            (S::Booked, A::Move, W::Patient, Ok(S::Booked)),
            (S::Waiting, A::Move, W::Patient, Err(Code::NotBooked)),
            (S::Booked, A::Cancel, W::Patient, Ok(S::Cancelled)),
            (S::Cancelled, A::Cancel, W::Patient, Err(Code::NotBooked)),
            (S::Booked, A::Withdraw, W::Nurse, Ok(S::Withdrawn)),
            (S::Booked, A::Withdraw, W::Patient, Err(Code::SignInFirst)),
            (S::Withdrawn, A::Book, W::Patient, Err(Code::LinkWithdrawn)),
            (S::Withdrawn, A::Withdraw, W::Nurse, Err(Code::LinkWithdrawn)),
        ] {
            assert_eq!(state.after(action, actor), expected, "{state:?} {action:?} {actor:?}");
        }
    }

    proptest! {
        #[test]
        fn withdrawn_is_for_good_and_only_a_nurse_gets_there(
            steps in prop::collection::vec((prop::sample::select(&Action::ALL[..]), any::<bool>()), 0..30)
        ) {
            let mut state = State::Waiting;
            for (action, by_nurse) in steps {
                let actor = if by_nurse { Actor::Nurse } else { Actor::Patient };
                let next = state.after(action, actor);
                if state == State::Withdrawn {
                    prop_assert_eq!(next, Err(Code::LinkWithdrawn));
                }
                if next == Ok(State::Withdrawn) {
                    prop_assert_eq!((action, actor), (Action::Withdraw, Actor::Nurse));
                }
                state = next.unwrap_or(state);
            }
        }
    }
}
